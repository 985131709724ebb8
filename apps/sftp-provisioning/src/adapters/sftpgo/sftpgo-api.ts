import { z } from 'zod';

/** SFTPGo answered, but not as it should: asking for something else may go well. */
export class EngineRefusal extends Error {
  override readonly name = 'EngineRefusal';
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

const User = z.looseObject({
  username: z.string(),
  status: z.number(),
  home_dir: z.string().optional(),
  expiration_date: z.number().optional(),
  permissions: z.record(z.string(), z.array(z.string())).nullish(),
  public_keys: z.array(z.string()).nullish(),
  quota_size: z.number().optional(),
  quota_files: z.number().optional(),
  max_sessions: z.number().optional(),
  filters: z.looseObject({ allowed_ip: z.array(z.string()).nullish() }).nullish(),
  additional_info: z.string().optional(),
});
export type User = z.infer<typeof User>;

const Connection = z.object({
  username: z.string(),
  connection_id: z.string(),
  active_transfers: z
    .array(z.object({ operation_type: z.string(), path: z.string(), start_time: z.number().optional() }))
    .nullish(),
});
export type Connection = z.infer<typeof Connection>;

const usersAtOnce = 500;
const mostAnswerBytes = 16 * 2 ** 20;

/** The REST API of SFTPGo 2.7, as its OpenAPI document describes it. */
export class SftpGoApi {
  private readonly base: string;

  constructor(private readonly place: { url: string; apiKey: string; limitMilliseconds: number }) {
    this.base = `${place.url.replace(/\/+$/, '')}/api/v2`;
  }

  async find(username: string): Promise<User | null> {
    const found = await this.orNone(this.ask('GET', `/users/${encodeURIComponent(username)}`));
    return found === null ? null : readAs(User, found, 'a user');
  }

  async *users(): AsyncGenerator<User> {
    for (let offset = 0; ; offset += usersAtOnce) {
      const answer = await this.ask('GET', `/users?limit=${usersAtOnce}&offset=${offset}&order=ASC`);
      const page = readAs(z.array(User), answer, 'a list of users');
      yield* page;
      if (page.length < usersAtOnce) return;
    }
  }

  async add(user: object): Promise<void> {
    await this.ask('POST', '/users', user);
  }

  /** All of the user is replaced, but for a password that is left out. */
  async replace(
    user: { readonly username: string; readonly [more: string]: unknown },
    { disconnect }: { disconnect: boolean },
  ): Promise<void> {
    await this.ask('PUT', `/users/${encodeURIComponent(user.username)}?disconnect=${disconnect ? 1 : 0}`, user);
  }

  async remove(username: string): Promise<void> {
    await this.orNone(this.ask('DELETE', `/users/${encodeURIComponent(username)}`));
  }

  async connections(): Promise<Connection[]> {
    return readAs(z.array(Connection).nullable(), await this.ask('GET', '/connections'), 'a list of connections') ?? [];
  }

  async endConnection(id: string): Promise<void> {
    await this.orNone(this.ask('DELETE', `/connections/${encodeURIComponent(id)}`));
  }

  private async orNone(asked: Promise<unknown>): Promise<unknown> {
    try {
      return await asked;
    } catch (error) {
      if (error instanceof EngineRefusal && error.status === 404) return null;
      throw error;
    }
  }

  private async ask(method: string, path: string, body?: object): Promise<unknown> {
    const what = `${method} ${path.replace(/\?.*/, '')}`;
    const response = await fetch(`${this.base}${path}`, {
      method,
      headers: {
        'x-sftpgo-api-key': this.place.apiKey,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // The key goes nowhere else.
      redirect: 'error',
      signal: AbortSignal.timeout(this.place.limitMilliseconds),
    }).catch((error: unknown) => {
      throw new Error(`SFTPGo did not answer ${what} at ${this.base}; is it up, and is SFTPGO_URL right?`, {
        cause: error,
      });
    });
    const answer = await bounded(response, what);
    if (response.status === 401 || response.status === 403)
      throw new Error(
        `SFTPGo answered ${response.status} to ${what}; SFTPGO_API_KEY must be the key of an administrator who may see, add, change and delete users, and see and close connections`,
      );
    if (!response.ok)
      throw new EngineRefusal(response.status, `SFTPGo answered ${response.status} to ${what}: ${this.shown(answer)}`);
    try {
      return answer === '' ? null : JSON.parse(answer);
    } catch {
      throw new EngineRefusal(response.status, `SFTPGo answered ${what} with what is no JSON`);
    }
  }

  /** What another program says may hold what it was told: neither key nor hash gets into the log. */
  private shown(answer: string): string {
    return answer
      .replaceAll(this.place.apiKey, '(key)')
      .replace(/\$argon2id\$[^"\s]*/g, '(hash)')
      .slice(0, 300);
  }
}

function readAs<Schema extends z.ZodType>(schema: Schema, answer: unknown, what: string): z.infer<Schema> {
  const read = schema.safeParse(answer);
  if (read.success) return read.data;
  const faults = read.error.issues.slice(0, 5).map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new EngineRefusal(200, `SFTPGo was asked for ${what} and answered something else: ${faults.join('; ')}`);
}

async function bounded(response: Response, what: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += piece.length;
    if (bytes > mostAnswerBytes)
      throw new Error(`SFTPGo answered ${what} with more than ${mostAnswerBytes} bytes; is it SFTPGo?`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}
