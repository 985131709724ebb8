import type { Explanation } from '@caserelay/business-calendar';
import type { Language } from '@caserelay/contracts';
import { isStandingStill, type CaseClock, type Goal, type PastClock } from './clock.js';
import { goalInWords, spanInWords } from './goal-in-words.js';
import { counted, explainedRuns, passedAt, runs } from './measure.js';
import type { Policy } from './policy.js';

/** Why a clock is due when it is: data for drawing, and the same in words. */
export interface ExplainedClock {
  readonly clock: CaseClock['clock'];
  readonly cycle: number;
  readonly startedAt: string | null;
  readonly dueAt: string | null;
  readonly endedAt: string | null;
  /** Where the clock stood when it was explained. */
  readonly state: 'running' | 'paused' | 'breached' | 'ended';
  /** Null for a clock of which only the due time was kept. */
  readonly goal: Goal | null;
  readonly policy: string;
  /** Null where plain time counts. */
  readonly calendar: {
    readonly name: string;
    readonly zone: string;
    readonly holidays: string | null;
    readonly unannouncedYears: readonly number[];
  } | null;
  /** The stretches that count, up to the due time, or to the end or present of a clock without one. */
  readonly intervals: readonly { readonly from: string; readonly to: string }[];
  /** Dates on which nothing counted though it is no usual day off, and those worked in their place, with the reason. */
  readonly days: readonly {
    readonly date: string;
    readonly kind: string;
    readonly name: string | null;
    readonly counted: number;
  }[];
  readonly pauses: CaseClock['pauses'];
  /** When its time had passed, where that was outside of the hours in which it may be due. */
  readonly waited: { readonly since: string; readonly within: string } | null;
  /** Milliseconds that have counted so far. */
  readonly counted: number | null;
  readonly levels: CaseClock['levels'];
  readonly acknowledged: CaseClock['acknowledged'];
  readonly words: Readonly<Record<Language, string>>;
}

/** Explains a clock by the policy of its version, as it stands at an instant. */
export function explainClock(clock: CaseClock | PastClock, policy: Policy, now: string): ExplainedClock {
  const endedAt = 'endedAt' in clock ? clock.endedAt : null;
  const present = endedAt ?? now;
  const until = clock.dueAt ?? present;
  const { goal, pauses, levels, acknowledged, cycle, dueAt } = clock;
  const explained = goal && explainedRuns(goal, clock, until, policy.calendars);
  const facts = {
    ...{ clock: clock.clock, cycle, startedAt: goal && clock.startedAt, dueAt, endedAt, goal, policy: clock.policy },
    state: stateOf(clock, endedAt, now),
    calendar: goal && explained && calendarOf(goal, explained),
    intervals: intervalsOf(clock, until, explained),
    days: daysOf(explained ?? []),
    pauses,
    waited: waitedFor(clock, policy),
    counted: goal && counted(goal, clock, earlier(present, until), policy.calendars),
    ...{ levels, acknowledged },
  };
  const { zone } = policy.document.mornings;
  const words = { 'zh-CN': inWords(facts, zone, 'zh-CN'), en: inWords(facts, zone, 'en') };
  return { ...facts, words };
}

function stateOf(clock: CaseClock, endedAt: string | null, now: string): ExplainedClock['state'] {
  if (endedAt !== null) return 'ended';
  if (isStandingStill(clock)) return 'paused';
  return clock.dueAt !== null && Date.parse(clock.dueAt) <= Date.parse(now) ? 'breached' : 'running';
}

function waitedFor({ goal, dueAt, ...clock }: CaseClock, { calendars }: Policy): ExplainedClock['waited'] {
  if (goal?.within === undefined || dueAt === null) return null;
  const since = passedAt(goal, clock, calendars).toISOString();
  return Date.parse(since) < Date.parse(dueAt) ? { since, within: goal.within } : null;
}

const earlier = (a: string, b: string): string => (Date.parse(a) < Date.parse(b) ? a : b);

function calendarOf({ calendar: name }: Goal, explained: readonly Explanation[]): ExplainedClock['calendar'] {
  const [first] = explained;
  if (name === null || !first) return null;
  const unannouncedYears = [...new Set(explained.flatMap((one) => one.unannouncedYears))];
  return { name, zone: first.zone, holidays: first.holidays, unannouncedYears };
}

function intervalsOf(clock: CaseClock, until: string, explained: Explanation[] | null): ExplainedClock['intervals'] {
  if (clock.goal === null) return [];
  // Days are counted by their mornings: all of the time between belongs to them.
  const found =
    explained && !('days' in clock.goal) ? explained.flatMap(({ intervals }) => intervals) : runs(clock, until);
  return found.map(({ from, to }) => ({ from: from.toISOString(), to: to.toISOString() }));
}

function daysOf(explained: readonly Explanation[]): ExplainedClock['days'] {
  const special = explained.flatMap(({ days }) => days.filter(({ kind }) => kind !== 'weekday'));
  return special.map(({ date, kind, name, total }) => ({ date, kind, name, counted: total }));
}

type Facts = Omit<ExplainedClock, 'words'>;

function inWords(facts: Facts, zone: string, language: Language): string {
  const say = language === 'zh-CN' ? chinese : english;
  const time = (instant: string): string => inZone(instant, zone);
  const { startedAt, goal, calendar, days, pauses, dueAt, endedAt } = facts;
  const parts: (string | null)[] =
    startedAt === null || goal === null
      ? [dueAt && say.dueOnly(time(dueAt))]
      : [
          say.start(time(startedAt), goalInWords(goal, language), facts.policy),
          calendar && say.calendar(calendar.name, calendar.zone, calendar.holidays),
          calendar && calendar.unannouncedYears.length > 0
            ? say.unannounced(calendar.unannouncedYears.join(', '))
            : null,
          days.length > 0 ? say.days(days.map((day) => say.day(day.date, day.kind, day.name ?? ''))) : null,
          ...pauses.map(({ from, to, because }) => say.pause(time(from), to && time(to), because)),
          facts.counted === null || 'days' in goal ? null : say.counted(spanInWords(facts.counted, language)),
          facts.waited && say.waited(time(facts.waited.since), facts.waited.within),
          dueAt && say.due(time(dueAt)),
        ];
  return [...parts, endedAt && say.ended(time(endedAt))]
    .filter((part) => part !== null && part !== '')
    .join(language === 'en' ? ' ' : '');
}

type Say = {
  dueOnly(due: string): string;
  start(start: string, goal: string, policy: string): string;
  calendar(name: string, zone: string, holidays: string | null): string;
  unannounced(years: string): string;
  days(days: string[]): string;
  day(date: string, kind: string, name: string): string;
  pause(from: string, to: string | null, because: string): string;
  counted(span: string): string;
  waited(since: string, within: string): string;
  due(due: string): string;
  ended(end: string): string;
};

const english: Say = {
  dueOnly: (due) => `Due ${due}; its start was not kept.`,
  start: (start, goal, policy) => `Started ${start}; ${goal} by policy ${policy}.`,
  calendar: (name, zone, holidays) => `Calendar ${name} (${zone}${holidays ? `, holidays ${holidays}` : ''}).`,
  unannounced: (years) => `No holidays are known yet of ${years}.`,
  days: (days) => `Special dates: ${days.join(', ')}.`,
  day: (date, kind, name) => `${date} ${kind}${name && ` ${name}`}`,
  pause: (from, to, because) =>
    `Paused from ${from} ${to ? `to ${to}` : 'on'} (${because === 'on-hold' ? 'on hold' : 'waiting for the customer'}).`,
  counted: (span) => `${span} have counted.`,
  waited: (since, within) => `That was ${since}, outside of the hours of ${within}; it waits for their next opening.`,
  due: (due) => `Due ${due}.`,
  ended: (end) => `Ended ${end}.`,
};

const kinds: Readonly<Record<string, string>> = { holiday: '放假', 'make-up day': '调休上班', exception: '例外' };

const chinese: Say = {
  dueOnly: (due) => `${due} 到期；当时未记录开始时间。`,
  start: (start, goal, policy) => `${start} 开始；按策略 ${policy} 时限为 ${goal}。`,
  calendar: (name, zone, holidays) => `工作日历 ${name}（${zone}${holidays ? `，节假日版本 ${holidays}` : ''}）。`,
  unannounced: (years) => `${years} 年的放假安排尚未公布。`,
  days: (days) => `特殊日期：${days.join('、')}。`,
  day: (date, kind, name) => `${date} ${kinds[kind] ?? kind}${name && ` ${name}`}`,
  pause: (from, to, because) =>
    `${from} 起暂停${to ? `，至 ${to}` : ''}（${because === 'on-hold' ? '案例暂停' : '等待客户'}）。`,
  counted: (span) => `已计 ${span}。`,
  waited: (since, within) => `时限于 ${since} 届满，不在 ${within} 的时段内，顺延至下一次开始工作时。`,
  due: (due) => `${due} 到期。`,
  ended: (end) => `${end} 结束。`,
};

/** Such as `2020-05-07 17:25 +08:00`. */
function inZone(instant: string, zone: string): string {
  const date = new Date(instant);
  const parts = new Map(
    new Intl.DateTimeFormat('en-GB', {
      ...{ timeZone: zone, hourCycle: 'h23', timeZoneName: 'longOffset' },
      ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
    })
      .formatToParts(date)
      .map(({ type, value }) => [type, value]),
  );
  const read = (part: Intl.DateTimeFormatPartTypes): string => parts.get(part) ?? '';
  const offset = read('timeZoneName').replace('GMT', '') || '+00:00';
  return `${read('year')}-${read('month')}-${read('day')} ${read('hour')}:${read('minute')} ${offset}`;
}
