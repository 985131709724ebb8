export { fromBytes, type ByteSource } from './byte-source.js';
export type {
  BugcheckFacts,
  BugcheckParameter,
  Completeness,
  DumpFacts,
  DumpKind,
  ExceptionFacts,
} from './dump-facts.js';
export { describeDump } from './describe-dump.js';
export { readDump } from './read-dump.js';
export { signatureOf } from './signature-of.js';
export { UnreadableDump, type Unreadable } from './unreadable-dump.js';
