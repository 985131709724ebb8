import { holidaysOfMainlandChina, type Holidays } from '@caserelay/business-calendar';
import { contact, engineer } from './given-case.js';
import { definePolicy, type Policy } from './policy.js';
import { standardPolicyDocument } from './standard-policy.data.js';

/** The standard document with something else in it, as another version; customers may be written to at any hour. */
export function givenPolicy(
  news: object = {},
  { version = 'standard-2', cn = holidaysOfMainlandChina }: { version?: string; cn?: Holidays } = {},
): Policy {
  return definePolicy(
    { ...(standardPolicyDocument as object), customerHours: undefined, ...news },
    {
      version,
      holidays: { cn },
      seniorEngineer: contact,
      duty: engineer,
      ...{ wrongDumpGraceSeconds: 20, retention: { readOnlyDays: 7, evidenceDays: 180 } },
    },
  );
}

/** The clocks of the standard document with some of them otherwise. */
export function clocksWith(news: object): { clocks: object } {
  return { clocks: { ...(standardPolicyDocument as { clocks: object }).clocks, ...news } };
}
