/** The inventory of keys as a table, for terminals of 80 columns and more. */
import type { KeyEntry } from '../keyring/schema.ts';

const WIDE = 110;

interface Column {
  readonly title: string;
  readonly right?: true;
  readonly wide?: true;
  of(key: KeyEntry): string;
}

const COLUMNS: readonly Column[] = [
  { title: 'kind', of: ({ kind }) => kind.replace('_', ' ') },
  { title: 'name', of: ({ name, version }) => [name ?? '-', version].filter((part) => part !== undefined).join('/') },
  { title: 'epoch', right: true, of: ({ epoch }) => `${epoch || '-'}` },
  { title: 'state', of: (key) => stateOf(key) },
  { title: 'number', right: true, of: ({ count, atLeast }) => `${atLeast ? '≥ ' : ''}${count.toLocaleString('en')}` },
  { title: 'since', of: (key) => day(key.activatedAt ?? key.createdAt) },
  { title: 'due', of: ({ dueAt, overdue }) => (overdue ? `${day(dueAt)} !` : day(dueAt)) },
  { title: 'ended', wide: true, of: (key) => day(key.destroyedAt ?? key.compromisedAt ?? key.deactivatedAt) },
  { title: 'where', wide: true, of: (key) => placesOf(key) },
];

/** @param width of the terminal, in columns */
export function keysTable(keys: readonly KeyEntry[], width: number): string {
  const columns = COLUMNS.filter(({ wide }) => !wide || width >= WIDE);
  const rows = [columns.map(({ title }) => title), ...keys.map((key) => columns.map((column) => column.of(key)))];
  const widths = columns.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  // A long name gives way first; nothing else is ever cut.
  const spare = width - widths.reduce((sum, each) => sum + each + 2, -2);
  if (spare < 0) widths[1] = Math.max(4, (widths[1] ?? 0) + spare);
  const lines = rows.map((row) =>
    row
      .map((text, i) => padded(text, widths[i] ?? 0, columns[i]?.right))
      .join('  ')
      .trimEnd(),
  );
  const overdue = keys.filter((key) => key.overdue).length;
  const note = keys.some((key) => stateOf(key).endsWith('(c)'))
    ? ['(c): was compromised before it was destroyed.']
    : [];
  return [...lines, '', ...note, overdue === 0 ? 'Nothing is overdue.' : `Overdue (!): ${overdue}.`].join('\n');
}

function padded(text: string, width: number, right: true | undefined): string {
  const short = text.length > width ? `${text.slice(0, width - 1)}…` : text;
  return right ? short.padStart(width) : short.padEnd(width);
}

function stateOf({ state, compromisedAt }: KeyEntry): string {
  return state === 'destroyed' && compromisedAt !== undefined ? 'destroyed (c)' : state.replace('_', '-');
}

function day(time: string | undefined): string {
  return time?.slice(0, 10) ?? '-';
}

function placesOf({ slots }: KeyEntry): string {
  return slots?.map(({ slot, destroyedAt }) => (destroyedAt === undefined ? slot : `${slot} (gone)`)).join(', ') ?? '-';
}
