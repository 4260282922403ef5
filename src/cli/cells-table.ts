/** What roles allow, as lines of a terminal: one for each action, data type and purpose, with its views. */
import type { Loose, RoleCells } from '../client/shapes.ts';

type Cell = Loose<RoleCells['cells'][number]>;

/** @param sign stands before each line */
export function cellsTable(cells: readonly Cell[], sign = ''): string {
  const by = Map.groupBy(cells, ({ action, type, purpose }) => JSON.stringify([action, type, purpose]));
  return [...by.values()].map((group) => lineOf(group, sign)).join('\n');
}

function lineOf(cells: readonly Cell[], sign: string): string {
  const [first] = cells;
  if (first === undefined) return '';
  const { action, type, purpose } = first;
  const of = (allowed: Cell['allowed']) =>
    cells.filter((cell) => cell.allowed === allowed).map(({ view }) => view ?? 'yes');
  const sometimes = of('sometimes');
  const parts = [
    ...[sign, action.padEnd(20), (type ?? '').padEnd(16), purpose === '*' ? '(any other)' : (purpose ?? '')],
    ...[of('always').join(','), sometimes.length > 0 ? `sometimes ${sometimes.join(',')}` : ''],
  ];
  return parts.filter(Boolean).join('  ').trimEnd();
}
