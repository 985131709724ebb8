import { z } from 'zod';
import { CaseFile, NextStep, Person } from './case-file.js';
import { defineEvent } from './define-event.js';

const file = CaseFile;
const instant = z.iso.datetime({ offset: true });

/** Bounds of what a customer can say at once on their page. */
export const customerLimits = { itemWords: 300, surveyWords: 2_000, items: 50 };

/** How content a customer is: 1 not at all, 5 very much. */
export const Grade = z.number().int().min(1).max(5);
export type Grade = z.infer<typeof Grade>;

/** Whether the problem is gone, as the customer says. */
export const Solved = z.enum(['yes', 'partly', 'no']);
export type Solved = z.infer<typeof Solved>;

/** The customer said on their page which items of the plan are done, and what they have to say to them. */
export const PlanTicked = defineEvent('case.plan-ticked', {
  file,
  /** Null when the steps came from a playbook and nobody wrote them. */
  planId: z.uuid().nullable(),
  /** Only what is new. Items count from 1; each has the words of an engineer or the name of a step. */
  items: z
    .array(
      z.object({
        item: z.number().int().positive(),
        text: z.string().min(1).nullable(),
        step: NextStep.nullable(),
        isDone: z.boolean(),
        words: z.string().min(1).max(customerLimits.itemWords).nullable(),
      }),
    )
    .min(1)
    .max(customerLimits.items),
  openItems: z.number().int().nonnegative(),
  ofItems: z.number().int().positive(),
  by: Person,
});
export type PlanTicked = z.infer<typeof PlanTicked>;

const cycle = {
  /** Counts from 1; each reopening begins a new one. */
  cycle: z.number().int().positive(),
  /** The version of the policy that the case lives by. */
  policy: z.string(),
};

/** The customer is asked, once in a cycle and after its archive, how content they are; answers count until `closesAt`. */
export const SurveyAsked = defineEvent('case.survey-asked', {
  file,
  ...cycle,
  /** In the summary that tells of the archive, or in a letter of its own. */
  within: z.enum(['summary', 'letter']),
  archivedAt: instant,
  closesAt: instant,
});
export type SurveyAsked = z.infer<typeof SurveyAsked>;

const answer = {
  grade: Grade,
  /** Null when it was not said, as in a mail that holds a grade alone. */
  solved: Solved.nullable(),
  words: z.string().min(1).max(customerLimits.surveyWords).nullable(),
  by: Person,
};

/** The customer's answer to the survey; the first one of a cycle counts. */
export const SurveyAnswered = defineEvent('case.survey-answered', {
  file,
  ...cycle,
  ...answer,
  via: z.enum(['page', 'mail']),
  /** The mail that held it; null for the page. */
  mailId: z.uuid().nullable(),
  archivedAt: instant,
  /** Null when they answered before they were asked. */
  askedAt: instant.nullable(),
});
export type SurveyAnswered = z.infer<typeof SurveyAnswered>;

/** A grade is so low that the policy wants people to know; each is told, with the customer's words. */
export const LowGradeGiven = defineEvent('case.low-grade-given', {
  file,
  to: Person,
  ...cycle,
  ...answer,
  /** People are told of this grade and of lower ones. */
  atOrBelow: Grade,
});
export type LowGradeGiven = z.infer<typeof LowGradeGiven>;
