import type { Solved } from '@caserelay/contracts';

/** Which surveys are meant: asked from an instant on, up to another, by one policy or by all. */
export interface Wanted {
  readonly from: Date;
  readonly to: Date;
  /** In which months are counted. */
  readonly zone: string;
  readonly policy: string | null;
}

interface MonthRow {
  month: string;
  policy: string;
  asked: number;
  answered: number;
  average: number | null;
  grades: number[];
  yes: number;
  partly: number;
  no: number;
  unsaid: number;
}

export interface AnswerRow {
  at: Date;
  caseId: string;
  position: number;
  caseNumber: string;
  policy: string;
  month: string;
  cycle: number;
  grade: number;
  solved: Solved | null;
  words: string | null;
  via: 'page' | 'mail';
}

/** An answer's place among all, to go on behind it. */
export type Place = Pick<AnswerRow, 'at' | 'caseId' | 'position'>;

export interface Needs {
  now(): Date;
  months(wanted: Wanted): Promise<MonthRow[]>;
  answers(wanted: Wanted & { after: Place | null; limit: number }): Promise<AnswerRow[]>;
}

export interface SurveyReport {
  from: string;
  to: string;
  zone: string;
  /** `average` is of the answers, to two places; null when there are none. */
  months: {
    month: string;
    policy: string;
    asked: number;
    answered: number;
    average: number | null;
    grades: Record<1 | 2 | 3 | 4 | 5, number>;
    solved: Record<Solved | 'unsaid', number>;
  }[];
  answers: (Omit<AnswerRow, 'at' | 'position'> & { answeredAt: string })[];
  /** Where the next page of answers begins; null when this was the last. */
  next: string | null;
}

/** Answers and their averages, by policy and by the month in which they were asked for. */
export async function reportSurvey(
  wanted: Wanted & { after: Place | null; limit: number },
  needs: Needs,
): Promise<SurveyReport> {
  const [months, rows] = [await needs.months(wanted), await needs.answers(wanted)];
  const last = rows.length === wanted.limit ? rows.at(-1) : undefined;
  return {
    from: wanted.from.toISOString(),
    to: wanted.to.toISOString(),
    zone: wanted.zone,
    months: months.map(
      ({ grades: [one = 0, two = 0, three = 0, four = 0, five = 0], yes, partly, no, unsaid, ...row }) => ({
        ...row,
        average: row.average === null ? null : Math.round(row.average * 100) / 100,
        grades: { 1: one, 2: two, 3: three, 4: four, 5: five },
        solved: { yes, partly, no, unsaid },
      }),
    ),
    answers: rows.map(({ at, position: _, ...row }) => ({ answeredAt: at.toISOString(), ...row })),
    next: last ? placeAsText(last) : null,
  };
}

const placeAsText = ({ at, caseId, position }: Place): string => `${at.toISOString()}_${caseId}_${position}`;

/** Null for what is no place. */
export function placeIn(text: string): Place | null {
  const [, at = '', caseId = '', position = ''] =
    /^(\d{4}-\d\d-\d\dT[\d:.]{8,12}Z)_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})_(\d{1,9})$/.exec(text) ?? [];
  return Number.isNaN(Date.parse(at)) ? null : { at: new Date(at), caseId, position: Number(position) };
}

const columns = [
  'answeredAt',
  'caseNumber',
  'policy',
  'month',
  'cycle',
  'grade',
  'solved',
  'words',
  'via',
  'caseId',
] as const;

/** The answers for a spreadsheet, as RFC 4180 has it, with a byte order mark, without which Excel does not read UTF-8. */
export function answersAsCsv(answers: SurveyReport['answers']): string {
  const lines = answers.map((answer) => columns.map((column) => cellOf(answer[column])));
  return `\ufeff${[columns, ...lines].map((line) => `${line.join(',')}\r\n`).join('')}`;
}

/** Words and numbers of cases are those of strangers: none of them becomes a formula. */
function cellOf(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return `${value}`;
  const text = /^[\s]*[=+\-@]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) || text !== value ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The instants at which a span of months begins and ends in a zone, such as `2026-01` to `2026-12`, both included. */
export function spanOfMonths(from: string, to: string, zone: string): { from: Date; to: Date } {
  const [year = 0, month = 0] = to.split('-').map(Number);
  const after = month === 12 ? `${year + 1}-01` : `${year}-${String(month + 1).padStart(2, '0')}`;
  return { from: beginningOf(from, zone), to: beginningOf(after, zone) };
}

/** The month of an instant in a zone, such as `2026-05`. */
export function monthOf(instant: Date, zone: string): string {
  return partsIn(instant, zone).slice(0, 7);
}

function beginningOf(month: string, zone: string): Date {
  const wanted = Date.parse(`${month}-01T00:00:00Z`);
  // Twice, for the offset at the first guess may be that of the other side of a change of clocks.
  const guess = wanted - offsetAt(new Date(wanted), zone);
  return new Date(wanted - offsetAt(new Date(guess), zone));
}

function offsetAt(instant: Date, zone: string): number {
  return Date.parse(`${partsIn(instant, zone)}Z`) - Math.floor(instant.getTime() / 1000) * 1000;
}

/** Such as `2026-05-01T08:00:00`, on the wall of a zone. */
function partsIn(instant: Date, zone: string): string {
  const parts = new Map(
    new Intl.DateTimeFormat('en-GB', {
      ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' },
      ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
    })
      .formatToParts(instant)
      .map(({ type, value }) => [type, value]),
  );
  const read = (part: Intl.DateTimeFormatPartTypes): string => parts.get(part) ?? '';
  return `${read('year').padStart(4, '0')}-${read('month')}-${read('day')}T${read('hour')}:${read('minute')}:${read('second')}`;
}
