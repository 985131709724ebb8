import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { EvidenceStore } from './evidence-store.js';
import { FolderBackend } from './folder-backend.js';
import { MasterKeys } from './master-keys.js';
import { PlainFolder } from './plain-folder.js';
import { S3Backend } from './s3-backend.js';

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
  /**
   * With it evidence lies in this bucket of S3, or of a server that speaks like it, and EVIDENCE_DIR holds only what is on its
   * way there, and evidence of before.
   */
  EVIDENCE_S3_BUCKET: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
      'expected the name of a bucket: 3 to 63 small letters, digits, - and .',
    )
    .optional(),
  /** Stands before the name of every object, for those who share a bucket. */
  EVIDENCE_S3_PREFIX: z
    .string()
    .regex(/^[\w.-]+(\/[\w.-]+)*$/, 'expected letters, digits, -, _ and . with / between, such as caserelay/evidence')
    .optional(),
  /** Where the server is; without it Amazon's of the region. */
  EVIDENCE_S3_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  EVIDENCE_S3_REGION: z.string().min(1).default('us-east-1'),
  /** Without both the machine is asked for its own, as Amazon's tools do: a role, ~/.aws and so on. */
  EVIDENCE_S3_ACCESS_KEY_ID: z.string().min(1).optional(),
  EVIDENCE_S3_SECRET_ACCESS_KEY: z.string().min(1).optional(),
  /** Whether the bucket stands in the path or before the name of the host; without it in the path if there is an endpoint. */
  EVIDENCE_S3_BUCKET_IN: z.enum(['path', 'host']).optional(),
  /** How large the parts are that an upload is put in, in MiB of its content; up to six of each upload wait here. */
  EVIDENCE_S3_PART_MEBIBYTES: z.coerce.number().int().min(1).max(256).default(16),
};

export type EvidenceSettings = z.infer<z.ZodObject<typeof evidenceConfig>>;

/** Settings of a store that lies in a folder. */
export function folderSettings(folder: string, key: string): EvidenceSettings {
  return z.object(evidenceConfig).parse({ EVIDENCE_DIR: folder, EVIDENCE_KEY: key });
}

/** The evidence store of these settings; throws with what does not fit together. */
export function openEvidenceStore(settings: EvidenceSettings): EvidenceStore {
  const { EVIDENCE_DIR, EVIDENCE_KEY, EVIDENCE_PLAIN_FILES, EVIDENCE_S3_BUCKET: bucket } = settings;
  const folder = new FolderBackend(EVIDENCE_DIR);
  return new EvidenceStore({
    backends: bucket === undefined ? [folder] : [bucketOf(bucket, settings), folder],
    keys: masterKeysOf(EVIDENCE_KEY),
    plain: new PlainFolder(EVIDENCE_DIR),
    refusesPlain: EVIDENCE_KEY !== noKey && EVIDENCE_PLAIN_FILES === 'refuse',
    folder: bucket === undefined ? EVIDENCE_DIR : null,
  });
}

function bucketOf(bucket: string, settings: EvidenceSettings): S3Backend {
  const { EVIDENCE_S3_ACCESS_KEY_ID: accessKeyId, EVIDENCE_S3_SECRET_ACCESS_KEY: secretAccessKey } = settings;
  if (settings.EVIDENCE_KEY === noKey)
    throw new Error(
      'EVIDENCE_S3_BUCKET needs an EVIDENCE_KEY: found none; evidence is only put encrypted on the disks of others',
    );
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined))
    throw new Error(
      'found only one of EVIDENCE_S3_ACCESS_KEY_ID and EVIDENCE_S3_SECRET_ACCESS_KEY; set both, or none to use those of the machine',
    );
  const { EVIDENCE_S3_ENDPOINT: endpoint = null, EVIDENCE_S3_PREFIX: prefix } = settings;
  return new S3Backend(
    {
      bucket,
      prefix: prefix === undefined ? '' : `${prefix}/`,
      endpoint,
      region: settings.EVIDENCE_S3_REGION,
      pathStyle:
        settings.EVIDENCE_S3_BUCKET_IN === undefined ? endpoint !== null : settings.EVIDENCE_S3_BUCKET_IN === 'path',
      credentials: accessKeyId === undefined || secretAccessKey === undefined ? null : { accessKeyId, secretAccessKey },
    },
    settings.EVIDENCE_DIR,
    settings.EVIDENCE_S3_PART_MEBIBYTES,
  );
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
