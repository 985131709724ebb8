import { hash, verify } from '@node-rs/argon2';
import { randomBytes } from 'node:crypto';

/** Argon2id as OWASP recommends it: 19 MiB, two passes, one lane; about 40 ms of one core. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const mostAtOnce = 2;
const mostWaiting = 64;

/** More logins wait than can be checked soon. Whoever logs in may try again; nothing was wrong with the password. */
export class TooManyLogins extends Error {
  override readonly name = 'TooManyLogins';
}

/**
 * Hashes and checks passwords on the threads of libuv, which also carry the uploads to the disk: so that a flood of
 * logins takes neither all of them nor all memory, only two are in work at once, and few wait.
 */
export class PasswordHasher {
  private readonly checks = new Lane(mostAtOnce, mostWaiting);
  private readonly makings = new Lane(1, Infinity);
  private readonly nobodys = hash(randomBytes(32), cost);

  hash(password: string): Promise<string> {
    return this.makings.run(() => hash(password, cost));
  }

  /** Whether the password belongs to the hash. Without a hash it never does, and takes as long to say so. */
  async verify(passwordHash: string | null, password: string): Promise<boolean> {
    const against = passwordHash ?? (await this.nobodys);
    const isRight = await this.checks.run(() => verify(against, password));
    return passwordHash !== null && isRight;
  }
}

/** So many at once, so many waiting, and no more. */
class Lane {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly mostAtOnce: number,
    private readonly mostWaiting: number,
  ) {}

  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.running >= this.mostAtOnce) await this.wait();
    else this.running += 1;
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running -= 1;
    }
  }

  private wait(): Promise<void> {
    if (this.waiting.length >= this.mostWaiting)
      throw new TooManyLogins(`${this.waiting.length} logins wait already; at the most ${this.mostWaiting} may`);
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}
