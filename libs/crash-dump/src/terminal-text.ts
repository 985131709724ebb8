/** What a piece of text is, for a terminal that can show it in colour. */
export type Role = 'label' | 'heading' | 'dim' | 'good' | 'warn' | 'bad' | 'foreign';

/** Marks a piece of text by its role; without colours it gives the text as it is. */
export type Paint = (role: Role, text: string) => string;

/** Characters that a terminal would obey, that turn the direction of text, or that nobody sees. */
const unseen = /[\p{Cc}\p{Cf}]/gu;

/** Text from a file as it may be shown anywhere: what cannot be seen is shown as `�`. */
export function printed(text: string): string {
  return text.replace(unseen, '\ufffd');
}

/** Characters of East Asia that are two columns wide (UAX #11, wide and full-width). */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const combining = /\p{M}/u;

/** How many columns a text takes. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += combining.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return columns;
}

/** A text filled up with spaces; one space at least follows it. */
export function padded(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(1, columns - columnsOf(text)));
}

/** Breaks a text into lines of so many columns: at spaces, between Chinese characters, and where nothing else helps. */
export function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  const put = (word: string): void => {
    if (columnsOf(line) + columnsOf(word.trimEnd()) <= columns) {
      line += word;
      return;
    }
    if (line.trim() !== '') lines.push(line.trimEnd());
    line = word.trimStart();
    while (columnsOf(line.trimEnd()) > columns) {
      const head = headOf(line, columns);
      lines.push(head);
      line = line.slice(head.length);
    }
  };
  for (const word of text.match(pieces) ?? []) put(word);
  if (line.trim() !== '' || lines.length === 0) lines.push(line.trimEnd());
  return lines;
}

/** A Chinese character with the mark that may not begin a line, or a word with its space. */
const pieces = new RegExp(`${wide.source}[，。；：、）？！]*\\s*|(?:(?!${wide.source})\\S)+\\s*|\\s+`, 'gu');

function headOf(text: string, columns: number): string {
  let head = '';
  for (const character of text) {
    if (columnsOf(head + character) > columns) break;
    head += character;
  }
  return head === '' ? ([...text][0] ?? '') : head;
}
