/** The inventory of keys as a table, for terminals of 80 columns and more. */
import type { KeyEntry } from '../keyring/schema.ts';
import { type Column, table } from './table.ts';

const WIDE = 110;

type KeyColumn = Column<KeyEntry> & { readonly wide?: true };

const COLUMNS: readonly KeyColumn[] = [
  { title: 'kind', of: ({ kind }) => kind.replace('_', ' ') },
  {
    title: 'name',
    shrinks: true,
    of: ({ name, version }) => [name ?? '-', version].filter((part) => part !== undefined).join('/'),
  },
  { title: 'epoch', right: true, of: ({ epoch }) => `${epoch || '-'}` },
  { title: 'state', of: (key) => stateOf(key) },
  { title: 'number', right: true, of: ({ count, atLeast }) => `${atLeast ? '≥ ' : ''}${count.toLocaleString('en')}` },
  { title: 'since', of: (key) => day(key.activatedAt ?? key.createdAt) },
  { title: 'due', of: ({ dueAt, overdue }) => (overdue ? `${day(dueAt)} !` : day(dueAt)) },
  { title: 'ended', wide: true, of: (key) => day(key.destroyedAt ?? key.compromisedAt ?? key.deactivatedAt) },
  { title: 'where', wide: true, of: (key) => placesOf(key) },
];

/** @param width the terminal's columns; without it, everything is shown and nothing is cut */
export function keysTable(keys: readonly KeyEntry[], width = Number.POSITIVE_INFINITY): string {
  const columns = COLUMNS.filter(({ wide }) => !wide || width >= WIDE);
  const overdue = keys.filter((key) => key.overdue).length;
  const note = keys.some((key) => stateOf(key).endsWith('(c)'))
    ? ['(c): was compromised before it was destroyed.']
    : [];
  return [
    table(columns, keys, width),
    '',
    ...note,
    overdue === 0 ? 'Nothing is overdue.' : `Overdue (!): ${overdue}.`,
  ].join('\n');
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
