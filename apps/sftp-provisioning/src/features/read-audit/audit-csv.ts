const columns = [
  'entryId',
  'at',
  'action',
  'outcome',
  'reason',
  'actor',
  'caseId',
  'spaceId',
  'account',
  'address',
  'client',
  'sessionId',
  'path',
  'toPath',
  'bytes',
] as const;

export type AuditColumn = (typeof columns)[number];

/** Entries as CSV (RFC 4180) with a mark for programs that would take UTF-8 for something else. */
export function auditCsv(lines: readonly Record<AuditColumn, string | number | Date | null>[]): string {
  const rows = lines.map((line) => columns.map((column) => cell(line[column])).join(','));
  return `\uFEFF${[columns.join(','), ...rows].join('\r\n')}\r\n`;
}

function cell(value: string | number | Date | null): string {
  if (value === null) return '';
  const text = value instanceof Date ? value.toISOString() : String(value);
  // Names come from customers, and spreadsheets run what begins like a formula.
  const harmless = /^[=+\-@\t\r]/.test(text) && typeof value === 'string' ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
