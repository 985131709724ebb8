import { genSalt, hash } from 'bcryptjs';

/** 2^10 rounds, about 100 ms of one core: passwords are random and long, so they need no more. */
const rounds = 10;

/** A hash as crypt(3) and other programs take it. Of the names that bcrypt has, `$2a$` is known to all of them. */
export async function cryptHash(password: string): Promise<string> {
  return await hash(password, (await genSalt(rounds)).replace(/^\$2b\$/, '$2a$'));
}
