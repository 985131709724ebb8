import { z } from 'zod';
import { Person } from './case-file.js';
import { Phase } from './case.events.js';
import { defineEvent } from './define-event.js';
import { PersonCommand } from './person-command.js';

/** How a command came: at the door of case-workflow, or as an event of another system at one of intake's. */
export const CommandChannel = z.enum(['api', 'events', 'inbox']);
export type CommandChannel = z.infer<typeof CommandChannel>;

/** What whoever asked knows their command by again. */
const asked = {
  channel: CommandChannel,
  /** `source` and `id` of the event that asked; null for a command over the API. */
  source: z.string().min(1).max(500).nullable(),
  eventId: z.string().min(1).max(200).nullable(),
  /** Makes the command count once in its case. */
  key: z.string().min(1).max(200),
};

/** Which one of the commands it is. The set is open: a reader leaves out a name that it does not know. */
const name = z.string().regex(/^[a-z]+(?:-[a-z]+)*$/);

/** Another system asks something of a case in the name of a person. */
export const CommandReceived = defineEvent('command.received', {
  ...asked,
  source: z.string().min(1).max(500),
  eventId: z.string().min(1).max(200),
  command: PersonCommand,
});
export type CommandReceived = z.infer<typeof CommandReceived>;

/** A case did what a person asked, directly or through another system; `events` is what it led to. */
export const CommandCarriedOut = defineEvent('case.command-carried-out', {
  ...asked,
  commandId: z.uuid(),
  command: name,
  by: Person,
  /** Empty when the case was already as asked. */
  events: z.array(z.string()).max(500),
  phase: Phase,
  wakeAt: z.iso.datetime({ offset: true }).nullable(),
  /** The same key had asked the same before: nothing happened again, and this is what came of it then. */
  isRepeat: z.boolean(),
});
export type CommandCarriedOut = z.infer<typeof CommandCarriedOut>;

/** A command that another system asked was refused, as the API would have: `problem` is what that would have answered. */
export const CommandRefused = defineEvent('case.command-refused', {
  ...asked,
  command: name,
  by: Person,
  /** A problem of RFC 9457. */
  problem: z.object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    reason: z.object({ 'zh-CN': z.string(), en: z.string() }),
  }),
});
export type CommandRefused = z.infer<typeof CommandRefused>;
