import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { EvidenceStore } from './evidence-store.js';
import { FolderBackend } from './folder-backend.js';
import { MasterKeys } from './master-keys.js';
import { PlainFolder } from './plain-folder.js';

const howToMakeOne = `node -p "require('crypto').randomBytes(32).toString('base64url')"`;

/** The settings of the evidence store; every service that opens it needs the same ones. */
export const evidenceConfig = {
  /** The folder in which evidence lies. */
  EVIDENCE_DIR: z.string().min(1).default('.data/evidence'),
  /**
   * The master keys under which evidence is encrypted, each 32 bytes in Base64 or hexadecimal digits, separated by commas: the
   * first one for what is new, the others for what is there already. Or `file:` with the path of a file that holds them.
   * `none` keeps evidence as it is.
   */
  EVIDENCE_KEY: z.string().min(1).transform(keysIn),
  /** Whether files are believed that lie as they are although there is a key, because they are of an earlier time. */
  EVIDENCE_PLAIN_FILES: z.enum(['accept', 'refuse']).default('accept'),
};

export type EvidenceSettings = z.infer<z.ZodObject<typeof evidenceConfig>>;

/** The evidence store of these settings. */
export function openEvidenceStore(settings: EvidenceSettings): EvidenceStore {
  const { EVIDENCE_DIR, EVIDENCE_KEY, EVIDENCE_PLAIN_FILES } = settings;
  return new EvidenceStore({
    backend: new FolderBackend(EVIDENCE_DIR),
    keys: masterKeysOf(EVIDENCE_KEY),
    plain: new PlainFolder(EVIDENCE_DIR),
    refusesPlain: EVIDENCE_KEY !== noKey && EVIDENCE_PLAIN_FILES === 'refuse',
    folder: EVIDENCE_DIR,
  });
}

const noKey = 'none';

function masterKeysOf(text: string): MasterKeys | null {
  if (text === noKey) return null;
  return new MasterKeys(text.split(',').map((key) => Buffer.from(key, 'hex')) as [Buffer, ...Buffer[]]);
}

/** Settings travel as text: `none`, or the keys in hexadecimal digits. */
function keysIn(text: string, context: z.RefinementCtx): string {
  if (text === noKey) return noKey;
  try {
    const keys = (text.startsWith('file:') ? readFileSync(text.slice('file:'.length), 'utf8') : text)
      .split(/[\s,]+/)
      .filter((word) => word !== '')
      .map((word) => keyIn(word));
    if (keys.length === 0) throw new Error('there is no key in it');
    return keys.map((key) => key.toString('hex')).join(',');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `${why}; expected keys of 32 bytes in Base64 (make one with ${howToMakeOne}), file: and a path, or none`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  }
}

function keyIn(word: string): Buffer {
  const key = /^[0-9a-f]{64}$/i.test(word) ? Buffer.from(word, 'hex') : Buffer.from(word, 'base64');
  if (/^[\w+/-]+={0,2}$/.test(word) && key.length === 32) return key;
  throw new Error(`found ${word.length} characters that make ${key.length} bytes`);
}
