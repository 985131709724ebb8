import { withoutVariant } from './bugcheck.js';
import {
  cluesOf,
  corruption,
  isKernelPart,
  isThirdParty,
  ofProcess,
  placeOf,
  type Clue,
  type Evidence,
} from './culprit-clues.js';
import type { Culprit, Module } from './dump-facts.js';
import { mapOfModules } from './module-map.js';
import { describeStatus } from './nt-status.js';
import { say } from './sentences.js';

export { isThirdParty } from './culprit-clues.js';

/** Points from which a suspicion is of high and of medium confidence. */
const high = 80;
const medium = 40;
/** Another suspect is worth telling of when it is so close behind. */
const close = 30;
const leastAlternative = 20;
const maxAlternatives = 3;

/** Weighs what a dump tells and names who is to blame, with every reason; a name of null means unknown. */
export function findCulprit(evidence: Evidence): Culprit | null {
  if (evidence.format === 'user-minidump' || !evidence.bugcheck) return null;
  const code = withoutVariant(Number(evidence.bugcheck.code));
  const outside = outsideDrivers(evidence, code);
  if (outside !== null) return unknown([outside]);
  const suspects = suspectsOf(cluesOf(evidence, code));
  const noted = evidence.blamedBySystem;
  const [best, ...others] = suspects;
  if (!best) return unknown([...whyUnknown(evidence, code), ...(noted === null ? [] : [blamed(noted)])]);
  const reasons = [
    ...best.reasons,
    ...aboutModule(best.module, evidence, others),
    ...(corruption.has(code) && best.points < high ? [say('broken-before')] : []),
    ...(noted === null || best.reasons.includes(blamed(noted)) ? [] : [blamed(noted)]),
  ];
  const alternatives = others
    .filter(({ points }) => points >= leastAlternative && points >= best.points - close)
    .slice(0, maxAlternatives)
    .map(({ module: { name, fileVersion, company }, reasons: [reason = ''] }) => {
      return { name, fileVersion, company: company ?? null, reason };
    });
  return {
    ...named(best.module, confidenceOf(best.points), reasons),
    ...(alternatives.length > 0 && { alternatives }),
  };
}

interface Suspect {
  module: Clue['module'];
  points: number;
  reasons: string[];
}

/** Clues of the same module add up; the strongest module comes first, and its strongest reason. */
function suspectsOf(clues: readonly Clue[]): Suspect[] {
  const found = new Map<string, Clue[]>();
  for (const clue of clues) {
    const key = clue.module.name.toLowerCase();
    found.set(key, [...(found.get(key) ?? []), clue]);
  }
  return [...found.values()]
    .map((ofOne): Suspect => {
      const sorted = [...ofOne].sort((a, b) => b.points - a.points);
      return {
        module: (sorted[0] as Clue).module,
        points: sorted.reduce((sum, { points }) => sum + points, 0),
        reasons: [...new Set(sorted.map(({ reason }) => reason))],
      };
    })
    .sort((a, b) => b.points - a.points);
}

function confidenceOf(points: number): Culprit['confidence'] {
  return points >= high ? 'high' : points >= medium ? 'medium' : 'low';
}

/** What a reader should know of the module beside what speaks for it. */
function aboutModule(module: Clue['module'], evidence: Evidence, others: readonly Suspect[]): string[] {
  const { crash, modules } = evidence;
  const answer = isThirdParty({ name: module.name, company: module.company ?? null });
  const known = modules.some(({ name }) => name === module.name);
  const crashed = crash ? mapOfModules(modules).at(BigInt(crash.address)) : null;
  const about: string[] = [];
  if (answer === true) about.push(ofCompany(module));
  if (module.versionFrom !== undefined) about.push(say('known-from-earlier'));
  if (answer === false) {
    if (!others.some((one) => isThirdParty({ ...one.module, company: one.module.company ?? null }) === true)) {
      about.push(say('no-other-company'));
    }
    about.push(say('part-of-windows'));
  }
  if (known && crashed && crashed.name !== module.name && !isKernelPart(crashed.name)) {
    about.push(say('crash-lies-in', { module: titleOf(crashed), place: placeOf(evidence) }));
  }
  return about;
}

/** Bugchecks that tell of something no driver can be named for. */
function outsideDrivers({ bugcheck }: Evidence, code: number): string | null {
  const parameters = bugcheck?.parameters.map(({ value }) => BigInt(value)) ?? [];
  if (code === 0x9c || code === 0x124) return say('hardware-itself');
  if (code === 0x101) return say('processor-hangs', { processor: Number(parameters[3] ?? 0n) });
  if (code === 0x77) return say('page-not-read', { status: describeStatus(parameters[0] ?? 0n) });
  if (code === 0x7a) return say('page-not-read', { status: describeStatus(parameters[1] ?? 0n) });
  return null;
}

function whyUnknown({ stack, objects = [] }: Evidence, code: number): string[] {
  if (ofProcess.has(code)) {
    const process = objects.find((one) => one.what === 'process');
    return [say('process-ended', { process: (process?.what === 'process' && process.name) || '?' })];
  }
  return [stack.length === 0 ? say('no-stack') : say('only-kernel')];
}

function titleOf({ name, fileVersion }: Module): string {
  return fileVersion === null ? name : `${name} ${fileVersion}`;
}

function ofCompany({ company, description }: Clue['module']): string {
  return description
    ? say('of-company-as', { company: company ?? '?', description })
    : say('of-company', { company: company ?? '?' });
}

function blamed(name: string): string {
  return say('noted-by-windows', { name });
}

function named(
  { name, fileVersion, company }: Clue['module'],
  confidence: Culprit['confidence'],
  reasons: string[],
): Culprit {
  return { name, fileVersion, company: company ?? null, confidence, reasons };
}

function unknown(reasons: string[]): Culprit {
  return { name: null, fileVersion: null, company: null, confidence: 'low', reasons };
}
