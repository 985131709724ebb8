import type { DumpFinding, Evidence, EventOf } from '@caserelay/contracts';
import type { Known } from './case.js';
import type { Turn } from './turn.js';

type Kind = EventOf<'evidence.recognised'>['data']['kind'];
type Answerer = { uploadId: string } | { mailId: string };

/** How files with a list of programs, and those of collection tools, are called. */
const programs = /appwiz|installed|programs?\b|software|软件|程序/i;
const logs =
  /(?:^|[^a-z])(?:sdp|msdt|logs?|evtx|collect(?:ed|ion)?|msinfo(?:32)?)(?:[^a-z]|$)|日志|收集|\.(?:evtx|nfo)$/i;

/** How people say which Windows they have: by name, by build, or by the name of a custom edition. */
const osVersion =
  /\bwin(?:dows)?\s*(?:server\s*)?(?:7|8(?:\.1)?|10|11|20(?:08|12|16|19|22|25))(?!\d)|(?:build|版本(?:号)?)\D{0,6}\d{5}(?!\d)|\bV20\d\d-L\b/i;
/** How they say when it happens. */
const reproduction =
  /复现|重现|步骤|每次|(?:时|后)(?:就|会|便).{0,8}蓝屏|reproduc|every time|whenever|happens? (?:when|after)/i;

/** What a file that is no dump brings of what may be asked for, by its kind and its name. */
export function answeredByFile(name: string, kind: Kind): Evidence[] {
  if (kind !== 'archive' && programs.test(name)) return ['installed-programs'];
  if (kind !== 'image' && logs.test(name)) return ['collected-logs'];
  return [];
}

export function answeredByDump(findings: readonly DumpFinding[], holdsFullDump: boolean): Evidence[] {
  const tellsSystem = findings.some(({ kind, osBuild }) => kind !== 'user' && osBuild !== null);
  return [...(holdsFullDump ? (['full-dump'] as const) : []), ...(tellsSystem ? (['os-version'] as const) : [])];
}

export function answeredByWords(text: string): Evidence[] {
  return [
    ...(osVersion.test(text) ? (['os-version'] as const) : []),
    ...(reproduction.test(text) ? (['reproduction-steps'] as const) : []),
  ];
}

/** Notes what is here now; what was noted before is not noted again. */
export function noteAnswered(turn: Turn, evidence: readonly Evidence[], by: Answerer): void {
  const fresh = evidence.filter((each) => !isAnswered(turn.known, each));
  if (fresh.length > 0) turn.say({ type: 'evidence.answered', data: { evidence: fresh, ...by } });
}

export function isAnswered({ answered = [] }: Pick<Known, 'answered'>, evidence: Evidence): boolean {
  return answered.some((one) => one.evidence === evidence);
}

/** What was asked for and has not come. */
export function stillWanted(known: Pick<Known, 'answered'>, wanted: readonly Evidence[]): Evidence[] {
  return wanted.filter((each) => !isAnswered(known, each));
}
