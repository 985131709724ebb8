import type { DumpFacts, DumpKind } from './dump-facts.js';

const kindNames: Readonly<Record<DumpKind, string>> = {
  full: 'complete memory dump',
  active: 'active memory dump',
  kernel: 'kernel memory dump',
  triage: 'small memory dump (triage)',
  'header-only': 'header without memory',
  user: 'dump of one process',
};

/** The facts of a dump as lines for people. */
export function describeDump(facts: DumpFacts): string {
  const lines: [string, string | null][] = [
    ['kind', `${kindNames[facts.kind]} (${facts.format})`],
    ['bugcheck', facts.bugcheck && `${facts.bugcheck.code} ${facts.bugcheck.name}`],
    ...(facts.bugcheck?.parameters ?? []).map(({ value, meaning }, index): [string, string] => [
      `  parameter ${index + 1}`,
      meaning === null ? value : `${value}  ${meaning}`,
    ]),
    [
      'exception',
      facts.exception &&
        `${facts.exception.code}${facts.exception.name === null ? '' : ` ${facts.exception.name}`} at ${facts.exception.address}`,
    ],
    [
      'system',
      [facts.osName, facts.osBuild === null ? null : `build ${facts.osBuild}`, facts.machine]
        .filter(Boolean)
        .join(', '),
    ],
    ['processors', facts.processors === null ? null : String(facts.processors)],
    ['crashed at', facts.crashedAt],
    ['uptime', facts.uptimeSeconds === null ? null : duration(facts.uptimeSeconds)],
    ['completeness', `${facts.completeness.verdict}: ${facts.completeness.reason}`],
  ];
  return lines
    .filter((line): line is [string, string] => line[1] !== null)
    .map(([label, text]) => `${label.padEnd(14)}${text}`)
    .join('\n');
}

function duration(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const clock = new Date((seconds % 86_400) * 1000).toISOString().slice(11, 19);
  return days === 0 ? clock : `${days} days ${clock}`;
}
