import { BrowserRefusal } from './browser-refusal.js';

const longestNameBytes = 200;
/** Control signs, and those that turn the direction of writing and so can disguise a name. */
const disguising = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffd]/u;
/** Over SFTP such a name means that the file is not whole yet; a browser sends files that are. */
const temporary = /\.(?:filepart|part|partial)$/iu;

/** The name under which a browser's file is kept. Browsers send a bare name; anything with a path in it is refused. */
export function browserName(given: string | null | undefined): string {
  const name = (given ?? '').normalize('NFC');
  const bytes = Buffer.byteLength(name);
  if (bytes === 0 || bytes > longestNameBytes)
    throw new BrowserRefusal('bad-name', `the name has ${bytes} bytes; 1 to ${longestNameBytes} are possible`);
  if (/[/\\]/u.test(name) || name === '.' || name === '..' || disguising.test(name) || name.trim() === '')
    throw new BrowserRefusal('bad-name', `the name ${JSON.stringify(name)} is not that of a file alone`);
  return temporary.test(name) ? `${name}.upload` : name;
}

/** The n-th choice for a name that is taken: `MEMORY.DMP`, `MEMORY (2).DMP`, `MEMORY (3).DMP`. */
export function numberedName(name: string, choice: number): string {
  if (choice === 1) return name;
  const dot = name.lastIndexOf('.');
  const stem = dot > 0 ? name.slice(0, dot) : name;
  return `${stem} (${choice})${dot > 0 ? name.slice(dot) : ''}`;
}
