import type { Text } from './bugcheck-parameters.data.js';
import type { Culprit, DumpKind } from './dump-facts.js';
import type { SentenceId } from './sentences.data.js';

/** ask: something to send; try: something to do on the machine; warn: something to know. */
export type ItemKind = 'ask' | 'try' | 'warn';

/** What may go wrong when a step is followed. */
export type Risk = 'slower' | 'more-crashes' | 'boot' | 'data' | 'programs';

/** Whom a dump suspects: a class of modules, the machine itself, or nobody. */
export type CulpritClass = 'third-party' | 'microsoft' | 'unloaded' | 'hardware' | 'unknown';

/** One piece of advice with its texts. One with a risk always has a warning and a way back. */
export interface PlaybookItem {
  id: string;
  kind: ItemKind;
  title: Text;
  steps: readonly Text[];
  note?: Text;
  warning?: Text;
  risk?: readonly Risk[];
  undo?: { title: Text; steps: readonly Text[] };
  /** Items that need not be advised beside this one. */
  replaces?: readonly string[];
  /** Addresses of documents, or mails of the support centre such as `CAS-02227 mail 27`. */
  source: readonly string[];
}

/** What a play asks of a dump; all of it must hold, and of a list one. */
export interface Conditions {
  bugcheck?: readonly number[];
  /** Parameter 1: the sub-code. */
  first?: readonly number[];
  culprit?: readonly CulpritClass[];
  confidence?: readonly Culprit['confidence'][];
  /** The suspected module, in versions from the one up to, but not including, the other. */
  module?: { name: readonly string[]; from?: string; below?: string };
  kind?: readonly DumpKind[];
  completeness?: readonly ('complete' | 'truncated' | 'unknown')[];
  /** What the reason of the completeness says. */
  noted?: readonly SentenceId[];
  build?: { from: number; to: number };
}

/** Conditions, why they matter, and the items that they call for, in order. */
export interface Play {
  id: string;
  when: Conditions;
  because: Text;
  advise: readonly string[];
  /** Its items that try something had better wait until a dump of all memory is there. */
  provisional?: true;
  source: readonly string[];
}

export interface Playbooks {
  items: readonly PlaybookItem[];
  plays: readonly Play[];
}
