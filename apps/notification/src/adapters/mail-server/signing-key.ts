import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** What letters are signed by, in the form that nodemailer wants. */
export interface SigningKey {
  domainName: string;
  keySelector: string;
  /** PEM, PKCS#8. */
  privateKey: string;
}

const fewestBits = 1024;

/** The key of the settings; null when letters are not signed. Throws when half of it is said, or the file holds no such key. */
export function signingKeyOf(
  {
    DKIM_SELECTOR: keySelector,
    DKIM_KEY_FILE: file,
  }: { DKIM_SELECTOR?: string | undefined; DKIM_KEY_FILE?: string | undefined },
  sender: string,
): SigningKey | null {
  if (keySelector === undefined && file === undefined) return null;
  if (keySelector === undefined || file === undefined)
    throw new Error(
      `${keySelector === undefined ? 'DKIM_SELECTOR' : 'DKIM_KEY_FILE'} is not set; expected both or none of them`,
    );
  const key = readKey(file);
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key.asymmetricKeyType !== 'rsa' || bits < fewestBits)
    throw new Error(
      `DKIM_KEY_FILE ${file} holds a ${key.asymmetricKeyType ?? 'strange'} key of ${bits} bits; expected an RSA key of ${fewestBits} bits or more`,
    );
  const domainName = sender
    .slice(sender.lastIndexOf('@') + 1)
    .replace('>', '')
    .toLowerCase();
  return { domainName, keySelector, privateKey: key.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

function readKey(file: string): KeyObject {
  try {
    return createPrivateKey(readFileSync(file));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`DKIM_KEY_FILE ${file} cannot be read as a private key: ${reason}; expected PEM`, { cause: error });
  }
}
