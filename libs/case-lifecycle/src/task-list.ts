import type { NextStep, Person } from '@caserelay/contracts';
import type { Known } from './case.js';

/** What the customer is to do at present, item by item. */
export interface TaskList {
  /** Tells this list from others of the case, earlier and later ones. */
  readonly listId: string;
  /** Null when a playbook led to it and nobody wrote it. */
  readonly planId: string | null;
  readonly by: Person | null;
  readonly tasks: readonly Task[];
}

/** Either `text` or `step` is there. */
export interface Task {
  /** Counts from 1. */
  readonly item: number;
  readonly text: string | null;
  readonly step: NextStep | null;
  readonly doneAt: string | null;
  readonly doneBy: Person | null;
  /** What the customer had to say to it. */
  readonly words: string | null;
}

/** The plan of an engineer or the steps of a playbook, whichever was decided last in this cycle; null when neither was. */
export function taskListOf({ plan, plannedSteps, cycle }: Known): TaskList | null {
  const written = plan && (plan.cycle ?? cycle) === cycle ? plan : null;
  const steps = plannedSteps?.cycle === cycle ? plannedSteps : null;
  if (steps && (!written || Date.parse(written.writtenAt) < Date.parse(steps.plannedAt))) {
    const tasks = steps.items.map(({ words = null, ...item }, index) => ({
      ...{ item: index + 1, text: null, words },
      ...item,
    }));
    return { listId: steps.plannedAt, planId: null, by: null, tasks };
  }
  if (!written) return null;
  const tasks = written.items.map(({ words = null, ...item }, index) => ({
    ...{ item: index + 1, step: null, words },
    ...item,
  }));
  return { listId: written.planId, planId: written.planId, by: written.by, tasks };
}

const openTasks = (known: Known): Task[] => taskListOf(known)?.tasks.filter(({ doneAt }) => doneAt === null) ?? [];

/** Items of an engineer's plan that nobody has ticked, for a letter; nothing where none runs. */
export function openItems(known: Known): { openItems?: string[] } {
  const items = openTasks(known).flatMap(({ text }) => text ?? []);
  return items.length > 0 ? { openItems: items } : {};
}

/** The same of steps. */
export function openSteps(known: Known): { openSteps?: NextStep[] } {
  const steps = openTasks(known).flatMap(({ step }) => step ?? []);
  return steps.length > 0 ? { openSteps: steps } : {};
}

/** What the customer was told to do, without what they have ticked since. */
export function stepsStillOpen(known: Known): NextStep[] {
  const done = taskListOf(known)?.tasks.flatMap(({ step, doneAt }) => (doneAt === null ? [] : (step ?? []))) ?? [];
  return known.steps.filter((step) => !done.includes(step));
}
