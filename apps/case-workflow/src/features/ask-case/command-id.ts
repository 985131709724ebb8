import { v5 as idFromName } from 'uuid';

/** Never to be changed: the same key must give the same id for ever. */
const commandNamespace = '0d7f6c1e-5a52-4c0a-9d53-0c9b1d0f2a77';

/** The id of a command, and of what it makes. */
export function commandIdOf(caseId: string, key: string): string {
  return idFromName(`${caseId}|${key}`, commandNamespace);
}
