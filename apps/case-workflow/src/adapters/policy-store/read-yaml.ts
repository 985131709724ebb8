import { PolicyProblems } from '@caserelay/case-lifecycle';
import { LineCounter, parseDocument } from 'yaml';

/** What a YAML text says. Throws PolicyProblems that name the line. */
export function readYaml(text: string): unknown {
  const lines = new LineCounter();
  const document = parseDocument(text, { version: '1.2', lineCounter: lines });
  const faults = document.errors.map(({ pos, message }) => `line ${lines.linePos(pos[0]).line}: ${firstLine(message)}`);
  if (faults.length > 0) throw new PolicyProblems(faults.slice(0, 20));
  try {
    return document.toJS({ maxAliasCount: mostAliases });
  } catch (error) {
    // What a few lines of aliases of aliases would grow to.
    if (error instanceof ReferenceError) throw new PolicyProblems([`YAML: ${error.message}; expected fewer aliases`]);
    throw error;
  }
}

const mostAliases = 100;

const firstLine = (message: string): string => message.split('\n')[0] ?? '';
