import { withoutVariant, type Language } from './bugcheck.js';
import type { Text } from './bugcheck-parameters.data.js';
import type { Culprit, DumpFacts, DumpReport } from './dump-facts.js';
import { isThirdParty } from './find-culprit.js';
import { low32 } from './nt-status.js';
import type { Conditions, CulpritClass, ItemKind, PlaybookItem, Risk } from './playbook.js';
import { playbooks } from './playbooks.data.js';
import { isSaid } from './sentences.js';

/** What advice is given on: the facts of a dump, and its suspect where its inside was read. */
export type AdvisedOn = Pick<DumpFacts, 'kind' | 'bugcheck' | 'osBuild' | 'completeness'> & {
  culprit?: Culprit | null;
} & Partial<Pick<DumpReport, 'modules' | 'unloadedModules'>>;

/** One item of a playbook in the reader's language. */
export interface Instructions {
  id: string;
  kind: ItemKind;
  title: string;
  steps: string[];
  note: string | null;
  /** To be shown before the steps, always. */
  warning: string | null;
  risk: readonly Risk[];
  undo: { title: string; steps: string[] } | null;
  source: readonly string[];
}

/** An item, and what in the dump calls for it. */
export interface Advised extends Instructions {
  because: string;
  /** Whether it had better wait until a dump of all memory is there. */
  provisional: boolean;
}

export interface Advice {
  asks: Advised[];
  tries: Advised[];
  warns: Advised[];
}

/** What the playbooks say about a dump: what to ask for, what to try, what to be warned of; first things first. */
export function adviseOn(facts: AdvisedOn, language: Language): Advice {
  const plays = playbooks.plays.filter(({ when }) => matches(when, facts));
  const firm = new Set(plays.flatMap(({ provisional, advise }) => (provisional ? [] : advise)));
  const reasons = new Map<string, Text>();
  for (const { advise, because } of plays) {
    for (const id of advise) if (!reasons.has(id)) reasons.set(id, because);
  }
  const replaced = new Set([...reasons.keys()].flatMap((id) => items.get(id)?.replaces ?? []));
  const advised = [...reasons].flatMap(([id, because]): Advised[] => {
    const item = items.get(id);
    if (!item || replaced.has(id)) return [];
    const say = sayOn(facts.culprit ?? null, language);
    return [{ ...instructions(item, say), because: say(because), provisional: !firm.has(id) }];
  });
  return {
    asks: advised.filter(({ kind }) => kind === 'ask'),
    tries: advised.filter(({ kind }) => kind === 'try'),
    warns: advised.filter(({ kind }) => kind === 'warn'),
  };
}

/** An item by its id, such as a step of an earlier plan; null for an id that this version does not know. */
export function instructionsOf(id: string, language: Language, culprit: Culprit | null = null): Instructions | null {
  const item = items.get(id);
  return item ? instructions(item, sayOn(culprit, language)) : null;
}

const items = new Map(playbooks.items.map((item) => [item.id, item]));
const someDriver: Text = { en: 'the suspected driver', zh: '嫌疑驱动' };
const someVersion: Text = { en: 'of an unknown version', zh: '（版本未知）' };

type Say = (text: Text) => string;

function sayOn(culprit: Culprit | null, language: Language): Say {
  const plain: Say = ({ en, zh }) => (language === 'en' ? en : zh);
  return (text) =>
    plain(text)
      .replaceAll('{driver}', culprit?.name ?? plain(someDriver))
      .replaceAll('{version}', culprit?.fileVersion ?? plain(someVersion));
}

function instructions(
  { id, kind, title, steps, note, warning, risk, undo, source }: PlaybookItem,
  say: Say,
): Instructions {
  return {
    ...{ id, kind, title: say(title), steps: steps.map(say), risk: risk ?? [], source },
    note: note ? say(note) : null,
    warning: warning ? say(warning) : null,
    undo: undo ? { title: say(undo.title), steps: undo.steps.map(say) } : null,
  };
}

function matches(when: Conditions, facts: AdvisedOn): boolean {
  const { bugcheck, osBuild, completeness, culprit } = facts;
  const code = bugcheck && withoutVariant(Number(bugcheck.code));
  const first = bugcheck?.parameters[0];
  return (
    isAmong(when.bugcheck, code) &&
    isAmong(when.first, first ? low32(BigInt(first.value)) : null) &&
    (when.culprit === undefined || when.culprit.includes(culpritClassOf(facts))) &&
    isAmong(when.confidence, culprit?.confidence ?? null) &&
    (when.module === undefined || isModule(when.module, culprit ?? null)) &&
    isAmong(when.kind, facts.kind) &&
    isAmong(when.completeness, completeness.verdict) &&
    (when.noted === undefined || when.noted.some((id) => isSaid(id, completeness.reason))) &&
    (when.build === undefined || (osBuild !== null && osBuild >= when.build.from && osBuild <= when.build.to))
  );
}

function isAmong<Value>(list: readonly Value[] | undefined, value: Value | null): boolean {
  return list === undefined || (value !== null && list.includes(value));
}

/** Bugchecks by which the hardware itself speaks. */
const hardwareCodes: ReadonlySet<number> = new Set([0x80, 0x9c, 0x124]);

/** Whom a dump suspects, as playbooks tell suspects apart. */
export function culpritClassOf({ bugcheck, culprit, modules, unloadedModules }: AdvisedOn): CulpritClass {
  const name = culprit?.name?.toLowerCase();
  if (!culprit || name === undefined) {
    return bugcheck && hardwareCodes.has(withoutVariant(Number(bugcheck.code))) ? 'hardware' : 'unknown';
  }
  const isNamed = (module: { name: string }): boolean => module.name.toLowerCase() === name;
  if (unloadedModules?.some(isNamed) && !modules?.some(isNamed)) return 'unloaded';
  const third = isThirdParty({ name, company: culprit.company });
  return third === null ? 'unknown' : third ? 'third-party' : 'microsoft';
}

function isModule({ name, from, below }: NonNullable<Conditions['module']>, culprit: Culprit | null): boolean {
  const suspect = culprit?.name?.toLowerCase();
  if (suspect === undefined || !name.some((one) => one.toLowerCase() === suspect)) return false;
  if (from === undefined && below === undefined) return true;
  const version = culprit?.fileVersion ?? null;
  if (version === null) return false;
  return (from === undefined || !isOlder(version, from)) && (below === undefined || isOlder(version, below));
}

/** Whether a version such as `10.0.17763.592 (WinBuild.160101.0800)` comes before another one. */
function isOlder(version: string, other: string): boolean {
  const [ours, theirs] = [numbersOf(version), numbersOf(other)];
  for (let place = 0; place < Math.max(ours.length, theirs.length); place += 1) {
    const difference = (ours[place] ?? 0) - (theirs[place] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function numbersOf(version: string): number[] {
  return (/^\d+(?:\.\d+)*/.exec(version.trim())?.[0] ?? '').split('.').map(Number);
}
