import type { DumpReport, Module } from './dump-facts.js';

/** What tells one build of an image from all others, as symbol servers do: name, time stamp and size. */
export interface ImageIdentity {
  name: string;
  /** `0x…` */
  timeDateStamp: string;
  size: number;
}

/** What an image said of itself in a dump that held its version resource. */
export interface KnownVersion extends ImageIdentity {
  fileVersion: string;
  productVersion: string | null;
  product: string | null;
  company: string | null;
  description: string | null;
}

/** Looks up what earlier dumps told of images; what nobody knows is left out. */
export type LookUpVersions = (images: readonly ImageIdentity[]) => Promise<readonly KnownVersion[]>;

/** What a dump teaches about images for later dumps, in which the page with the version may be missing. */
export function versionsIn({ modules }: Pick<DumpReport, 'modules'>): KnownVersion[] {
  return modules.flatMap((module) => {
    const identity = identityOf(module);
    const { fileVersion, productVersion, product, company, description } = module;
    if (identity === null || fileVersion === null || module.versionFrom === 'earlier dump') return [];
    return [{ ...identity, fileVersion, productVersion, product, company, description: description ?? null }];
  });
}

/**
 * Fills in the versions of modules that the dump itself does not tell, and marks them with `versionFrom`. What the dump
 * tells is never replaced.
 */
export async function fillInVersions(modules: readonly Module[], lookUp: LookUpVersions): Promise<Module[]> {
  const wanted = modules.flatMap((module) => (module.fileVersion === null ? (identityOf(module) ?? []) : []));
  if (wanted.length === 0) return [...modules];
  const known = new Map((await lookUp(wanted)).map((version) => [keyOf(version), version]));
  return modules.map((module) => {
    const identity = module.fileVersion === null ? identityOf(module) : null;
    const version = identity && known.get(keyOf(identity));
    if (!version) return module;
    return {
      ...module,
      fileVersion: version.fileVersion,
      productVersion: module.productVersion ?? version.productVersion,
      product: module.product ?? version.product,
      company: module.company ?? version.company,
      description: module.description ?? version.description,
      versionFrom: 'earlier dump',
    };
  });
}

function identityOf({ name, timeDateStamp, size }: Module): ImageIdentity | null {
  // A time stamp of 0 is what packers and damaged pages leave: it tells nothing apart.
  if (timeDateStamp === null || BigInt(timeDateStamp) === 0n || size === 0) return null;
  return { name, timeDateStamp, size };
}

/** Windows does not tell upper from lower case in file names. */
function keyOf({ name, timeDateStamp, size }: ImageIdentity): string {
  return `${name.toLowerCase()} ${BigInt(timeDateStamp).toString(16)} ${size}`;
}
