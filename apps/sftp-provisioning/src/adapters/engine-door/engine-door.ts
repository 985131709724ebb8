import { createHash } from 'node:crypto';
import ssh2 from 'ssh2';

export interface EngineKey {
  readonly fingerprint: string;
  /** As it stands in `known_hosts`. */
  readonly publicKey: string;
}

const limitMilliseconds = 5_000;

/** Knocks at an SSH server and answers with the key that it shows. Rejects when none answers. */
export async function hostKeyAt(host: string, port: number): Promise<EngineKey> {
  const client = new ssh2.Client();
  try {
    return await new Promise<EngineKey>((resolve, reject) => {
      client.on('error', reject);
      client.on('close', () => reject(new Error('it closed the connection before it showed its key')));
      client.connect({
        ...{ host, port, username: 'nobody', readyTimeout: limitMilliseconds },
        algorithms: { serverHostKey: { prepend: ['ssh-ed25519'], append: [], remove: [] } },
        hostVerifier: (key: Buffer) => {
          resolve(keyOf(key));
          return false;
        },
      });
    });
  } catch (error) {
    throw new Error(`no SSH server answers at ${host}:${port}; start the engine or set SFTP_PORT`, { cause: error });
  } finally {
    client.destroy();
  }
}

function keyOf(key: Buffer): EngineKey {
  const type = key.subarray(4, 4 + key.readUInt32BE(0)).toString('latin1');
  const digest = createHash('sha256').update(key).digest('base64').replace(/=+$/, '');
  return { fingerprint: `SHA256:${digest}`, publicKey: `${type} ${key.toString('base64')}` };
}
