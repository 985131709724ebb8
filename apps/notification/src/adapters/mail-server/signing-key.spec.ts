import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signingKeyOf } from './signing-key.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'caserelay-dkim-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sender = 'CaseRelay <case@Support.example>';
function fileWith(content: string): string {
  const file = join(folder, 'key.pem');
  writeFileSync(file, content);
  return file;
}

describe('the key that letters are signed by', () => {
  it('signs for the domain of the sender', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const file = fileWith(privateKey.export({ type: 'pkcs1', format: 'pem' }).toString());
    expect(signingKeyOf({ DKIM_SELECTOR: 's1', DKIM_KEY_FILE: file }, sender)).toMatchObject({
      domainName: 'support.example',
      keySelector: 's1',
    });
    expect(signingKeyOf({}, sender)).toBeNull();
  });

  it('is refused with what was found and what is expected', () => {
    expect(() => signingKeyOf({ DKIM_SELECTOR: 's1' }, sender)).toThrow(
      'DKIM_KEY_FILE is not set; expected both or none',
    );
    expect(() => signingKeyOf({ DKIM_KEY_FILE: 'x' }, sender)).toThrow('DKIM_SELECTOR is not set');
    const nothing = fileWith('no key');
    expect(() => signingKeyOf({ DKIM_SELECTOR: 's1', DKIM_KEY_FILE: nothing }, sender)).toThrow('expected PEM');
    const curve = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(() => signingKeyOf({ DKIM_SELECTOR: 's1', DKIM_KEY_FILE: fileWith(curve) }, sender)).toThrow(
      'holds a ed25519 key of 0 bits; expected an RSA key',
    );
  });
});
