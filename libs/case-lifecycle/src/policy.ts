import type { Person } from '@caserelay/contracts';

/** What a support centre has agreed on about its clocks; the version is kept with every case opened under it. */
export interface Policy {
  readonly version: string;
  /** Days are counted, and mornings begin, in this zone. */
  readonly zone: string;
  readonly morningHour: number;
  readonly followUp: {
    /** Days of silence before each reminder, each counted from the one before. */
    readonly stepsInDays: readonly number[];
    /** Days of silence after the last reminder before the case is only watched. */
    readonly lastWaitInDays: number;
  };
  readonly observationDays: number;
  readonly planCheckDays: number;
  readonly analysisGoalHours: number;
  readonly wrongDump: {
    /** Seconds after which a customer is told of the wrong kind; an upload that is over by then is answered as a whole. */
    readonly graceSeconds: number;
    /** An upload begun so many hours after a notice may not know of it yet: it brings no second one of its kind. */
    readonly quietHours: number;
  };
  /** What becomes of the account and the evidence of an archived case, counted in days from the archive. */
  readonly retention: {
    /** So long the account can still be read from; then it is closed. */
    readonly readOnlyDays: number;
    /** So long evidence is kept; null for ever. */
    readonly evidenceDays: number | null;
  };
  /** Days a senior engineer has before the package is sent again. */
  readonly engineerDays: number;
  readonly seniorEngineer: Person;
}

/** What holds when nobody agreed on anything else. */
export const standardPolicy: Policy = {
  version: 'standard-1',
  zone: 'Asia/Shanghai',
  morningHour: 9,
  followUp: { stepsInDays: [3, 3, 4], lastWaitInDays: 8 },
  observationDays: 7,
  planCheckDays: 3,
  analysisGoalHours: 48,
  wrongDump: { graceSeconds: 20, quietHours: 4 },
  retention: { readOnlyDays: 7, evidenceDays: 180 },
  engineerDays: 2,
  seniorEngineer: { name: '二线工程师', address: 'l2@support.example' },
};
