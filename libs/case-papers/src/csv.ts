/**
 * One line of CSV by RFC 4180: fields parted by commas, the line ended by CRLF, what holds a comma, a quote or a line end
 * quoted. Text that a spreadsheet would take for a formula is kept from being one by an apostrophe before it.
 * Source: https://www.rfc-editor.org/rfc/rfc4180 and https://owasp.org/www-community/attacks/CSV_Injection
 */
export function csvLine(values: readonly (string | number | boolean | null)[]): string {
  return `${values.map(fieldOf).join(',')}\r\n`;
}

/** Without it Excel does not read UTF-8. */
export const byteOrderMark = '\ufeff';

/** Also behind white space, and the full-width forms that spreadsheets of East Asia take as well. */
const formula = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/;

function fieldOf(value: string | number | boolean | null): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const text = formula.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) || text !== value ? `"${text.replaceAll('"', '""')}"` : text;
}
