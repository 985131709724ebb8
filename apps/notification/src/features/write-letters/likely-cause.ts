import { plain } from '@caserelay/case-papers';
import type { DumpFinding } from '@caserelay/contracts';

/** Families of bugchecks that people can be told something honest about from the code and first parameter alone. */
export type LikelyCause =
  | 'corrupted-list'
  | 'corrupted-structure'
  | 'unhandled-exception'
  | 'bad-access'
  | 'memory-corruption'
  | 'caught-by-verifier'
  | 'hardware'
  | 'storage'
  | 'program-crashed'
  | 'other';

const causes: Record<string, LikelyCause> = {
  '0x139': 'corrupted-structure',
  '0x1e': 'unhandled-exception',
  '0x3b': 'unhandled-exception',
  '0x7e': 'unhandled-exception',
  '0x8e': 'unhandled-exception',
  '0xa': 'bad-access',
  '0x50': 'bad-access',
  '0xd1': 'bad-access',
  '0x19': 'memory-corruption',
  '0x1a': 'memory-corruption',
  '0x4e': 'memory-corruption',
  '0xc2': 'memory-corruption',
  '0x13a': 'memory-corruption',
  '0xc1': 'caught-by-verifier',
  '0xc4': 'caught-by-verifier',
  '0xc9': 'caught-by-verifier',
  '0xcc': 'caught-by-verifier',
  '0xcd': 'caught-by-verifier',
  '0xd5': 'caught-by-verifier',
  '0xd6': 'caught-by-verifier',
  '0x9c': 'hardware',
  '0x124': 'hardware',
  '0x24': 'storage',
  '0x77': 'storage',
  '0x7a': 'storage',
  '0xf4': 'storage',
};

/** What kind of cause the header of a dump speaks for; null when it names neither bugcheck nor exception. */
export function likelyCause({ bugcheck, exception }: DumpFinding): LikelyCause | null {
  if (!bugcheck) return exception ? 'program-crashed' : null;
  const code = plain(bugcheck.code);
  if (code === '0x139' && plain(bugcheck.parameters[0]?.value ?? '0x0') === '0x3') return 'corrupted-list';
  return causes[code] ?? 'other';
}
