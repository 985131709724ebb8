import type { Role } from '@caserelay/crash-dump';

/** SGR codes of terminals: on and off. */
const codes: Readonly<Record<Role, [on: string, off: string]>> = {
  label: ['2', '22'],
  heading: ['1', '22'],
  dim: ['2', '22'],
  good: ['32', '39'],
  warn: ['33', '39'],
  bad: ['31', '39'],
  foreign: ['1;33', '22;39'],
};

/** Shows text in the colour of its role. */
export function colours(role: Role, text: string): string {
  const [on, off] = codes[role];
  return text === '' ? '' : `\u001b[${on}m${text}\u001b[${off}m`;
}
