/** Makes tables for a terminal: a line of headings, and columns as wide as their content. */
export interface Column<T> {
  readonly title: string;
  readonly right?: true;
  /** Shrinks, down to four characters, if the terminal is too narrow. At most one column does. */
  readonly shrinks?: true;
  of(item: T): string;
}

/** @param width the terminal's columns; without it, nothing is cut, because ids in a pipe must stay whole */
export function table<T>(columns: readonly Column<T>[], items: readonly T[], width = Number.POSITIVE_INFINITY): string {
  const rows = [columns.map(({ title }) => title), ...items.map((item) => columns.map((column) => column.of(item)))];
  const widths = columns.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const spare = width - widths.reduce((sum, each) => sum + each + 2, -2);
  const yielding = columns.findIndex(({ shrinks }) => shrinks);
  if (spare < 0 && yielding >= 0) widths[yielding] = Math.max(4, (widths[yielding] ?? 0) + spare);
  return rows
    .map((row) =>
      row
        .map((text, i) => padded(text, widths[i] ?? 0, columns[i]?.right))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function padded(text: string, width: number, right: true | undefined): string {
  const short = text.length > width ? `${text.slice(0, width - 1)}…` : text;
  return right ? short.padStart(width) : short.padEnd(width);
}
