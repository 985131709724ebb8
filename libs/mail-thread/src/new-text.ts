import { separateReply } from './separate-reply.js';

/**
 * The words that are new in a reply, from its plain text; `separateReply` also tells what was left out. A forward that
 * adds no words keeps all of them.
 */
export function newTextOf(text: string, { forwarded = false } = {}): string {
  return separateReply({ text, forwarded }).newText;
}
