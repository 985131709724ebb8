import type { DumpComparison } from '@caserelay/contracts';

/** A module as dumps are compared by it. */
export interface ComparedModule {
  name: string;
  version: string | null;
  timeDateStamp: string | null;
  size: number;
}

/** A dump that was read before. */
export interface EarlierDump {
  uploadId: string;
  name: string;
  signature: string | null;
  /** Finer than `signature`; null when the inside could not be read. */
  crashSignature: string | null;
  osBuild: number | null;
  modules: readonly ComparedModule[];
}

/** A dump that was just read. */
export type ComparedDump = EarlierDump & {
  /** Names in small letters, most suspicious first. */
  suspects: readonly string[];
};

const most = 20;

/** Says what a dump shares with earlier ones of its case, latest first; null when it is the first. */
export function compareDumps(dump: ComparedDump, earlier: readonly EarlierDump[]): DumpComparison | null {
  const [previous] = earlier;
  if (!previous) return null;
  const same = earlier.filter((other) => isSameCrash(dump, other));
  const changed = changesBetween(previous.modules, dump.modules).sort(
    (one, other) => rankOf(one, dump.suspects) - rankOf(other, dump.suspects) || (one.name < other.name ? -1 : 1),
  );
  return {
    sameSignatureAs: same.map(({ uploadId }) => uploadId).slice(0, most),
    isNewSignature: same.length === 0,
    previous: previous.uploadId,
    previousName: previous.name,
    changedModules: changed.slice(0, most),
    moreChangedModules: Math.max(0, changed.length - most),
    osBuildChanged: previous.osBuild !== null && dump.osBuild !== null && previous.osBuild !== dump.osBuild,
  };
}

/** By the finer signature where both have one: the same bugcheck alone may have another cause. */
function isSameCrash(one: EarlierDump, other: EarlierDump): boolean {
  if (one.crashSignature !== null && other.crashSignature !== null) return one.crashSignature === other.crashSignature;
  return one.signature !== null && one.signature === other.signature;
}

type Change = DumpComparison['changedModules'][number];

/** A dump that lists no modules says nothing of what is loaded. */
function changesBetween(before: readonly ComparedModule[], after: readonly ComparedModule[]): Change[] {
  if (before.length === 0 || after.length === 0) return [];
  const [old, now] = [byName(before), byName(after)];
  const replaced = [...now.values()].flatMap((module): Change[] => {
    const was = old.get(module.name.toLowerCase());
    if (!was) return [{ name: module.name, from: null, to: titleOf(module) }];
    return isSameBuild(was, module) ? [] : [{ name: module.name, from: titleOf(was), to: titleOf(module) }];
  });
  const gone = [...old.values()].filter(({ name }) => !now.has(name.toLowerCase()));
  return [...replaced, ...gone.map((was): Change => ({ name: was.name, from: titleOf(was), to: null }))];
}

function byName(modules: readonly ComparedModule[]): Map<string, ComparedModule> {
  return new Map(modules.map((module) => [module.name.toLowerCase(), module]));
}

/** What one of the two dumps does not tell is no difference. */
function isSameBuild(one: ComparedModule, other: ComparedModule): boolean {
  if (one.timeDateStamp !== null && other.timeDateStamp !== null)
    return one.timeDateStamp === other.timeDateStamp && one.size === other.size;
  return one.version === null || other.version === null || one.version === other.version;
}

function titleOf({ version, timeDateStamp }: ComparedModule): string {
  return version ?? `time stamp ${timeDateStamp ?? 'unknown'}`;
}

/** Suspects in their order, then what was replaced, then what came or went, which differs at every start of Windows. */
function rankOf({ name, from, to }: Change, suspects: readonly string[]): number {
  const suspicion = suspects.indexOf(name.toLowerCase());
  if (suspicion >= 0) return suspicion;
  return suspects.length + (from !== null && to !== null ? 0 : 1);
}
