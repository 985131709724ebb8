import type { NextStep, Person, Solved } from '@caserelay/contracts';

/** Steps of a playbook that the customer was told to do, each ticked off like an item of a written plan. */
export interface PlannedSteps {
  readonly plannedAt: string;
  readonly cycle: number;
  readonly items: readonly {
    readonly step: NextStep;
    readonly doneAt: string | null;
    readonly doneBy: Person | null;
    readonly words?: string;
  }[];
}

/** What the customer says of one item; null where they say nothing of it. */
export interface Tick {
  /** Counts from 1. */
  readonly item: number;
  readonly isDone: boolean | null;
  readonly words: string | null;
}

/** The survey of an archived cycle. */
export interface Survey {
  readonly cycle: number;
  readonly archivedAt: string;
  /** Null while the customer is not asked. */
  readonly askedAt: string | null;
  readonly closesAt: string | null;
  readonly answer: SurveyAnswer | null;
}

export interface SurveyAnswer {
  readonly at: string;
  readonly by: Person;
  /** From 1 to 5. */
  readonly grade: number;
  readonly solved: Solved | null;
  readonly words: string | null;
}
