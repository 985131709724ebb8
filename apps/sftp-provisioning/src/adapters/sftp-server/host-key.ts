import { createHash, randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import ssh2 from 'ssh2';

export interface HostKey {
  readonly privateKey: string;
  /** As OpenSSH and WinSCP show it: `SHA256:` and base64 without padding. */
  readonly fingerprint: string;
  /** As it stands in `known_hosts`: kind and base64. */
  readonly publicKey: string;
}

/** The server's key: made once, kept in a file that only its owner reads. */
export async function loadHostKey(file: string): Promise<HostKey> {
  const kept = await readKept(file);
  const privateKey = kept ?? (await make(file));
  const parsed = ssh2.utils.parseKey(privateKey);
  if (parsed instanceof Error) throw new Error(`the SFTP host key in ${file} cannot be read: ${parsed.message}`);
  const [key] = [parsed].flat();
  if (!key) throw new Error(`the SFTP host key file ${file} holds no key`);
  const fingerprint = `SHA256:${createHash('sha256').update(key.getPublicSSH()).digest('base64').replace(/=+$/, '')}`;
  const publicKey = `${key.type} ${key.getPublicSSH().toString('base64')}`;
  return { privateKey, fingerprint, publicKey };
}

async function make(file: string): Promise<string> {
  const privateKey = generate();
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, privateKey, { mode: 0o600, flag: 'wx' });
  try {
    await link(draft, file);
  } catch (error) {
    // Another process was faster: its key counts.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return (await readKept(file)) ?? privateKey;
  } finally {
    await rm(draft);
  }
  return privateKey;
}

/** Some keys that ssh2 1.17 makes cannot be read by itself (3 of 1,500 were seen): such a key is thrown away. */
function generate(): string {
  for (let tries = 0; tries < 20; tries += 1) {
    const { private: privateKey } = ssh2.utils.generateKeyPairSync('ed25519', { comment: 'CaseRelay upload spaces' });
    if (!(ssh2.utils.parseKey(privateKey) instanceof Error)) return privateKey;
  }
  throw new Error('20 host keys were made and none could be read again; is the ssh2 package whole?');
}

async function readKept(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
