import { randomBytes } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { z } from 'zod';

const Filters = z.strictObject({
  allowed_ip: z.array(z.string().regex(/^[0-9a-f.:]+\/\d{1,3}$/)).optional(),
  denied_ip: z.array(z.string()).optional(),
  denied_protocols: z.array(z.enum(['SSH', 'FTP', 'DAV', 'HTTP'])).optional(),
  denied_login_methods: z.array(z.string()).optional(),
  max_upload_file_size: z.number().int().optional(),
});
const permission = z.enum([
  ...(['*', 'list', 'download', 'upload', 'overwrite', 'delete', 'delete_files', 'delete_dirs'] as const),
  ...(['rename', 'rename_files', 'rename_dirs', 'create_dirs', 'create_symlinks', 'chmod', 'chown'] as const),
  ...(['chtimes', 'copy'] as const),
]);

/** A user as the OpenAPI document of SFTPGo 2.7.0 has it, as far as it is used here; nothing else is taken. */
const User = z.strictObject({
  id: z.number().int().optional(),
  username: z.string().regex(/^[a-zA-Z0-9-_.~]+$/),
  status: z.union([z.literal(0), z.literal(1)]),
  email: z.string().optional(),
  password: z.string().optional(),
  has_password: z.boolean().optional(),
  public_keys: z.array(z.string().regex(/^[a-z0-9@.-]+ [A-Za-z0-9+/]+=*( .*)?$/)).optional(),
  home_dir: z.string().startsWith('/'),
  expiration_date: z.number().int().min(0).optional(),
  permissions: z
    .record(z.string().startsWith('/'), z.array(permission).min(1))
    .refine((granted) => '/' in granted, 'permissions for the root dir "/" must be set'),
  max_sessions: z.number().int().min(0).optional(),
  quota_size: z.number().int().min(0).optional(),
  quota_files: z.number().int().min(0).optional(),
  used_quota_size: z.number().int().optional(),
  last_login: z.number().int().optional(),
  created_at: z.number().int().optional(),
  updated_at: z.number().int().optional(),
  description: z.string().optional(),
  additional_info: z.string().optional(),
  filters: Filters.optional(),
  filesystem: z.strictObject({ provider: z.number().int().min(0).max(6) }).optional(),
});
type User = z.infer<typeof User>;

interface Connection {
  username: string;
  connection_id: string;
  protocol: 'SFTP';
  active_transfers: { operation_type: 'upload' | 'download'; path: string; start_time: number; size: number }[];
}

/** What goes wrong with the next request of a method: an answer, or a line that is cut before or after it was done. */
export type Fault = number | 'cut before' | 'cut after';

export interface SftpGoTwin {
  readonly url: string;
  readonly sshPort: number;
  readonly apiKey: string;
  readonly homes: string;
  readonly users: Map<string, User>;
  readonly connections: Connection[];
  readonly requests: { method: string; path: string; body: string }[];
  /** Where its hooks go, and what they show. */
  hook: { url: string; key: string } | null;
  faults: { method: string; fault: Fault }[];
  connect(username: string, upload?: string): Connection;
  /** Writes a file as a customer's session would, and tells the hook so often. */
  receive(username: string, name: string, content: Buffer, told?: { times?: number; status?: number }): Promise<void>;
  rename(username: string, from: string, to: string): Promise<void>;
  tell(event: Record<string, unknown>): Promise<number>;
  close(): Promise<void>;
}

interface Answer {
  status: number;
  body: unknown;
}

/**
 * The doors of SFTPGo as its documents describe them, with users in memory. It is no SFTPGo: what the program does beyond
 * its documents is not seen here. Its SSH port shows a key and lets nobody in; files come by `receive`.
 */
export async function startSftpGoTwin(homes: string): Promise<SftpGoTwin> {
  const state = {
    users: new Map<string, User>(),
    connections: [] as Connection[],
    requests: [] as SftpGoTwin['requests'],
    faults: [] as SftpGoTwin['faults'],
    apiKey: `${randomBytes(10).toString('hex')}.${randomBytes(16).toString('hex')}`,
  };
  const api = createServer((request, response) => void serve(request, response, state));
  const knocking = new Set<ssh2.Connection>();
  const ssh = new ssh2.Server({ hostKeys: [ssh2.utils.generateKeyPairSync('ed25519').private] }, (client) => {
    knocking.add(client);
    client.on('error', () => undefined).on('close', () => knocking.delete(client));
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  await new Promise<void>((resolve) => ssh.listen(0, '127.0.0.1', () => resolve()));
  let sessions = 0;
  const twin: SftpGoTwin = {
    ...state,
    url: `http://127.0.0.1:${(api.address() as AddressInfo).port}`,
    sshPort: (ssh.address() as AddressInfo).port,
    homes,
    hook: null,
    connect(username, upload) {
      sessions += 1;
      const connection: Connection = {
        username,
        connection_id: `SFTP_${sessions}`,
        protocol: 'SFTP',
        active_transfers:
          upload === undefined ? [] : [{ operation_type: 'upload', path: upload, start_time: Date.now(), size: 0 }],
      };
      state.connections.push(connection);
      return connection;
    },
    async receive(username, name, content, { times = 1, status = 1 } = {}) {
      await writeFile(join(homes, username, 'upload', name), content);
      for (let time = 0; time < times; time += 1)
        await twin.tell({ action: 'upload', username, status, virtual_path: `/upload/${name}` });
    },
    async rename(username, from, to) {
      const folder = join(homes, username, 'upload');
      await rename(join(folder, from), join(folder, to));
      const paths = { virtual_path: `/upload/${from}`, virtual_target_path: `/upload/${to}` };
      await twin.tell({ action: 'rename', username, status: 1, ...paths });
    },
    async tell(event) {
      if (!twin.hook) return 0;
      const whole = { path: '/somewhere', fs_provider: 0, protocol: 'SFTP', ip: '203.0.113.9', session_id: 'SFTP_1' };
      const response = await fetch(twin.hook.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${twin.hook.key}` },
        // Nanoseconds, as Go writes them: more digits than a number holds here.
        body: JSON.stringify({ ...whole, ...event }).replace(/}$/, ',"timestamp":1795427048123456789}'),
      });
      return response.status;
    },
    async close() {
      api.closeAllConnections();
      await new Promise((resolve) => api.close(resolve));
      for (const client of knocking) client.end();
      await new Promise<void>((resolve) => ssh.close(() => resolve()));
    },
  };
  return twin;
}

type State = Pick<SftpGoTwin, 'users' | 'connections' | 'requests' | 'faults' | 'apiKey'>;

async function serve(request: IncomingMessage, response: ServerResponse, state: State): Promise<void> {
  const pieces: Buffer[] = [];
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
  const body = Buffer.concat(pieces).toString();
  const method = request.method ?? 'GET';
  const url = new URL(request.url ?? '/', 'http://sftpgo');
  state.requests.push({ method, path: `${url.pathname}${url.search}`, body });
  const at = state.faults.findIndex((its) => its.method === method);
  const fault = at >= 0 ? state.faults.splice(at, 1)[0]?.fault : undefined;
  if (fault === 'cut before') {
    request.socket.destroy();
    return;
  }
  const isKnown = request.headers['x-sftpgo-api-key'] === state.apiKey;
  const answer = !isKnown
    ? problem(401, 'invalid api key')
    : typeof fault === 'number'
      ? problem(fault, 'as the test wishes')
      : answerTo(method, url, body, state);
  if (fault === 'cut after') {
    request.socket.destroy();
    return;
  }
  response.statusCode = answer.status;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(answer.body));
}

function answerTo(method: string, url: URL, body: string, state: State): Answer {
  const [, api, version, things, name] = url.pathname.split('/').map((part) => decodeURIComponent(part));
  if (api !== 'api' || version !== 'v2') return problem(404, 'no such path');
  if (things === 'connections') return ofConnections(method, name, state);
  if (things !== 'users') return problem(404, 'no such path');
  if (name === undefined) return method === 'POST' ? addUser(body, state) : listUsers(url, state);
  const user = state.users.get(name);
  if (!user) return problem(404, 'no such user');
  switch (method) {
    case 'GET':
      return { status: 200, body: shown(user) };
    case 'PUT':
      return replaceUser(user, body, url, state);
    case 'DELETE':
      state.users.delete(name);
      return { status: 200, body: { message: 'User deleted' } };
    default:
      return problem(405, 'no such method');
  }
}

function listUsers(url: URL, { users }: State): Answer {
  const limit = Number(url.searchParams.get('limit') ?? 100);
  const offset = Number(url.searchParams.get('offset') ?? 0);
  if (!(limit >= 1 && limit <= 500) || !(offset >= 0)) return problem(400, 'invalid limit or offset');
  const sorted = [...users.values()].sort((one, other) => one.username.localeCompare(other.username));
  return { status: 200, body: sorted.slice(offset, offset + limit).map(shown) };
}

function addUser(body: string, { users }: State): Answer {
  const read = User.safeParse(JSON.parse(body));
  if (!read.success) return problem(400, z.prettifyError(read.error));
  if (users.has(read.data.username)) return problem(409, 'the user exists');
  users.set(read.data.username, read.data);
  return { status: 201, body: shown(read.data) };
}

/** All is replaced; only a password that is left out stays. */
function replaceUser(before: User, body: string, url: URL, { users, connections }: State): Answer {
  const read = User.safeParse(JSON.parse(body));
  if (!read.success) return problem(400, z.prettifyError(read.error));
  if (read.data.username !== before.username) return problem(400, 'the username cannot be changed');
  const password = read.data.password ?? before.password;
  users.set(before.username, { ...read.data, ...(password === undefined ? {} : { password }) });
  if (url.searchParams.get('disconnect') === '1')
    for (let at = connections.length - 1; at >= 0; at -= 1)
      if (connections[at]?.username === before.username) connections.splice(at, 1);
  return { status: 200, body: { message: 'User updated' } };
}

function ofConnections(method: string, id: string | undefined, { connections }: State): Answer {
  if (method === 'GET' && id === undefined) return { status: 200, body: connections };
  const at = connections.findIndex((its) => its.connection_id === id);
  if (method !== 'DELETE' || at < 0) return problem(404, 'no such connection');
  connections.splice(at, 1);
  return { status: 200, body: { message: 'Connection closed' } };
}

/** It never shows a password. */
function shown({ password, ...user }: User): object {
  return { ...user, has_password: password !== undefined };
}

function problem(status: number, message: string): Answer {
  return { status, body: { message, error: message } };
}
