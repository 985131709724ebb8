const began = performance.now();

/** Prints one line with the seconds since the launcher began. */
export function say(line) {
  const seconds = ((performance.now() - began) / 1000).toFixed(1).padStart(5);
  console.log(`[${seconds}s] ${line}`);
}

/** Prints rows as aligned columns; the first row is the heading. */
export function printTable(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  for (const row of rows) {
    const cells = row.map((cell, column) => cell.padEnd(widths[column]));
    console.log(`  ${cells.join('  ').trimEnd()}`);
  }
}

/** A URL as it may be shown: without its password. */
export function shown(url) {
  return String(url).replace(/(\/\/[^:/@]*):[^@/]*@/, '$1:***@');
}
