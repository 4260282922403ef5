/**
 * CSV for people who open it in a spreadsheet (RFC 4180).
 *
 * Guarantees: no cell is run there. An apostrophe makes a text of one that begins as a formula does: with `=`, `+`,
 * `-`, `@`, a tab or a carriage return, also after blanks.
 */
const RUNS = /^\s*[=+\-@\t\r]/;

export function csv(rows: readonly (readonly string[])[]): string {
  return rows.map((cells) => `${cells.map(cellOf).join(',')}\r\n`).join('');
}

function cellOf(text: string): string {
  const harmless = RUNS.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}
