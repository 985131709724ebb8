import type { Tick } from '@caserelay/case-lifecycle';
import { customerLimits, Grade, Solved } from '@caserelay/contracts';

/** The form of the plan, as it differs from what the page had shown. */
export interface PlanForm {
  readonly what: 'plan';
  readonly listId: string;
  readonly ticks: readonly Tick[];
  /** As it was filled in, to be shown again. */
  readonly filled: ReadonlyMap<number, { readonly isDone: boolean; readonly words: string }>;
}

export interface SurveyForm {
  readonly what: 'survey';
  readonly grade: number;
  readonly solved: Solved;
  readonly words: string | null;
}

/** A form that cannot be taken as it is; `filled` is what the customer had chosen and written. */
export interface Unfit {
  readonly what: 'unfit';
  readonly because: 'incomplete' | 'too-long' | 'unknown';
  readonly filled: { readonly grade: number | null; readonly solved: Solved | null; readonly words: string } | null;
}

/** Reads what a browser posted: fields of text, bounded; anything else is unfit. */
export function readForm(body: unknown): PlanForm | SurveyForm | Unfit {
  const field = fieldsOf(body);
  const what = field('what');
  if (what === 'plan') return readPlan(field);
  if (what === 'survey') return readSurvey(field);
  return { what: 'unfit', because: 'unknown', filled: null };
}

/** The token that the form carries. */
export function formTokenIn(body: unknown): string {
  return fieldsOf(body)('form') ?? '';
}

type Field = (name: string) => string | undefined;

/** A field that comes twice is none of our forms. */
function fieldsOf(body: unknown): Field {
  const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  return (name) => {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    return typeof value === 'string' ? value : undefined;
  };
}

function readPlan(field: Field): PlanForm | Unfit {
  const ticks: Tick[] = [];
  const filled = new Map<number, { isDone: boolean; words: string }>();
  for (let item = 1; item <= customerLimits.items; item += 1) {
    const was = field(`was-${item}`);
    if (was !== '0' && was !== '1') continue;
    const isDone = field(`done-${item}`) !== undefined;
    const words = clean(field(`words-${item}`) ?? '');
    if (words.length > customerLimits.itemWords) return { what: 'unfit', because: 'too-long', filled: null };
    filled.set(item, { isDone, words });
    // What the customer left alone stays as it is, though somebody else may have changed it since.
    const changed = isDone === (was === '1') ? null : isDone;
    if (changed !== null || words !== '') ticks.push({ item, isDone: changed, words: words === '' ? null : words });
  }
  return { what: 'plan', listId: (field('list') ?? '').slice(0, 100), ticks, filled };
}

function readSurvey(field: Field): SurveyForm | Unfit {
  const grade = Grade.safeParse(Number(field('grade') ?? Number.NaN));
  const solved = Solved.safeParse(field('solved'));
  const words = clean(field('words') ?? '');
  const filled = { grade: grade.data ?? null, solved: solved.data ?? null, words };
  if (words.length > customerLimits.surveyWords) return { what: 'unfit', because: 'too-long', filled };
  if (!grade.success || !solved.success) return { what: 'unfit', because: 'incomplete', filled };
  return { what: 'survey', grade: grade.data, solved: solved.data, words: words === '' ? null : words };
}

/** Lines end with \n; control signs and halves of surrogate pairs, which Postgres refuses, are taken out. */
function clean(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, '')
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .trim();
}
