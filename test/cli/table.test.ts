/** Lists as a person reads them, and a program. */
import { expect, test } from 'vitest';
import { type Column, table } from '../../src/cli/table.ts';

const COLUMNS: readonly Column<readonly [string, number]>[] = [
  { title: 'name', shrinks: true, of: ([name]) => name },
  { title: 'count', right: true, of: ([, count]) => `${count}` },
];

test('every column has a heading and its width, and no line ends in blanks', () => {
  expect(
    table(
      [...COLUMNS, { title: 'note', of: () => '' }],
      [
        ['billing', 1],
        ['x', 123_456],
      ],
    ),
  ).toBe(['name      count  note', 'billing       1', 'x        123456'].join('\n'));
});

test('a list of nothing is its headings', () => {
  expect(table(COLUMNS, [])).toBe('name  count');
});

test('one column gives way to a narrow terminal; where the width is not known, nothing is cut', () => {
  const items = [['n'.repeat(30), 1]] as const;

  expect(table(COLUMNS, items, 15)).toBe(['name      count', `${'n'.repeat(7)}…      1`].join('\n'));
  expect(table(COLUMNS, items)).toContain('n'.repeat(30));
});
