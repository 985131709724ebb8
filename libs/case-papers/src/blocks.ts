/** A piece of a letter. The same pieces give the plain text and the HTML, so that both say the same. */
export type Block =
  | { kind: 'paragraph'; text: string }
  | { kind: 'heading'; text: string }
  | { kind: 'steps' | 'points'; items: readonly string[] }
  | { kind: 'facts'; rows: readonly Fact[] }
  | { kind: 'table'; columns: readonly string[]; rows: readonly (readonly string[])[] }
  | { kind: 'quote'; text: string };

/** One line of a table of facts; a fact that nobody knows (null) is left out. `link` marks an address of our own. */
export interface Fact {
  label: string;
  value: string | null;
  link?: boolean;
}

/** What a language does with layout. */
export interface LayoutHabits {
  colon: string;
  heading(text: string): string;
}

export const paragraph = (text: string): Block => ({ kind: 'paragraph', text });
export const heading = (text: string): Block => ({ kind: 'heading', text });
export const steps = (items: readonly string[]): Block => ({ kind: 'steps', items });
export const points = (items: readonly string[]): Block => ({ kind: 'points', items });
export const facts = (rows: readonly Fact[]): Block => ({ kind: 'facts', rows });
/** As many cells in each row as there are columns; the first one names the row. */
export const table = (columns: readonly string[], rows: readonly (readonly string[])[]): Block => ({
  kind: 'table',
  columns,
  rows,
});
export const quote = (text: string): Block => ({ kind: 'quote', text });

/** The letter as plain text: one empty line between pieces, numbered steps, quotations behind `> `. */
export function asText(blocks: readonly Block[], habits: LayoutHabits): string {
  const pieces = blocks.map((block) => {
    switch (block.kind) {
      case 'paragraph':
        return block.text;
      case 'heading':
        return habits.heading(block.text);
      case 'steps':
        return block.items.map((item, index) => `${index + 1}. ${item}`).join('\n');
      case 'points':
        return block.items.map((item) => `- ${item}`).join('\n');
      case 'facts':
        return known(block.rows)
          .map(({ label, value }) => `  ${label}${habits.colon}${value}`)
          .join('\n');
      case 'table':
        return block.rows.map((cells) => rowAsText(block.columns, cells, habits)).join('\n');
      case 'quote':
        return block.text.replace(/^/gm, '> ');
    }
  });
  return `${pieces.filter((piece) => piece !== '').join('\n\n')}\n`;
}

/** The letter as simple HTML without styles from elsewhere; everything that is not ours is escaped. */
export function asHtml(blocks: readonly Block[], language: string): string {
  const pieces = blocks.map((block) => {
    switch (block.kind) {
      case 'paragraph':
        return `<p>${escaped(block.text)}</p>`;
      case 'heading':
        return `<h3>${escaped(block.text)}</h3>`;
      case 'steps':
        return `<ol>${block.items.map((item) => `<li>${escaped(item)}</li>`).join('')}</ol>`;
      case 'points':
        return `<ul>${block.items.map((item) => `<li>${escaped(item)}</li>`).join('')}</ul>`;
      case 'facts':
        return `<table cellpadding="4">${known(block.rows).map(row).join('')}</table>`;
      case 'table':
        return `<table border="1" cellpadding="4" cellspacing="0">${[
          cellsOf('th', block.columns),
          ...block.rows.map((cells) => cellsOf('td', cells)),
        ].join('')}</table>`;
      case 'quote':
        return `<blockquote>${escaped(block.text)}</blockquote>`;
    }
  });
  return `<!doctype html><html lang="${language}"><meta charset="utf-8"><body>\n${pieces.join('\n')}\n</body></html>\n`;
}

/** A row as lines, for columns break in mail programs whose letters are not all equally wide. */
function rowAsText(
  columns: readonly string[],
  [name = '', ...cells]: readonly string[],
  { colon }: LayoutHabits,
): string {
  return [`- ${name}`, ...cells.map((cell, index) => `  ${columns[index + 1] ?? ''}${colon}${cell}`)].join('\n');
}

function cellsOf(element: 'th' | 'td', cells: readonly string[]): string {
  return `<tr>${cells.map((cell) => `<${element} align="left">${escaped(cell)}</${element}>`).join('')}</tr>`;
}

function row({ label, value, link }: { label: string; value: string; link?: boolean }): string {
  const shown = link ? `<a href="${escaped(value)}">${escaped(value)}</a>` : escaped(value);
  return `<tr><th align="left" valign="top">${escaped(label)}</th><td>${shown}</td></tr>`;
}

function known(rows: readonly Fact[]) {
  return rows.filter((fact): fact is Fact & { value: string } => fact.value !== null && fact.value !== '');
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '<br>\n');
}
