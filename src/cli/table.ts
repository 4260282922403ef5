/** Lists as a terminal shows them: a line of headings, and each column as wide as what is in it. */
export interface Column<T> {
  readonly title: string;
  readonly right?: true;
  /** Gives way, to four characters and an ellipsis, where the terminal is too narrow; at most one does. */
  readonly shrinks?: true;
  of(item: T): string;
}

/** @param width of the terminal, in columns; without one nothing is ever cut, as ids in a pipe must not be */
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
