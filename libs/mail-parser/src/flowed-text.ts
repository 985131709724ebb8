/**
 * Joins the lines of a `format=flowed` text (RFC 3676): a line that ends with a space goes on in the next one of the same
 * quotation depth. `deletesSpace` (DelSp=yes) drops that space, which Chinese text needs.
 */
export function unflowed(text: string, deletesSpace: boolean): string {
  const paragraphs: { depth: number; pieces: string[]; isOpen: boolean }[] = [];
  for (const line of text.split('\n')) {
    const depth = /^>*/.exec(line)?.[0].length ?? 0;
    // A space before the text is stuffing.
    const content = line.slice(depth).replace(/^ /, '');
    const isSignatureMark = content === '-- ';
    const flows = content.endsWith(' ') && !isSignatureMark;
    const piece = flows && deletesSpace ? content.slice(0, -1) : content;
    const last = paragraphs.at(-1);
    if (last?.isOpen === true && last.depth === depth && !isSignatureMark) {
      last.pieces.push(piece);
      last.isOpen = flows;
    } else paragraphs.push({ depth, pieces: [piece], isOpen: flows });
  }
  return paragraphs.map(({ depth, pieces }) => quote(depth) + pieces.join('')).join('\n');
}

function quote(depth: number): string {
  return depth === 0 ? '' : `${'>'.repeat(depth)} `;
}
