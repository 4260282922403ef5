/** THREATS.md names files for its claims. They are there, and no test of this folder goes unnamed. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const COLUMNS = ['#', 'what is protected', 'from whom', 'by what', 'shown by', 'what remains'];
let text = '';
/** The table's rows, without its head. */
let rows: string[][] = [];

beforeAll(async () => {
  text = await readFile(`${root}src/THREATS.md`, 'utf8');
  const lines = text.split('\n').filter((line) => line.startsWith('|'));
  const [head = [], , ...rest] = lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  expect(head).toEqual(COLUMNS);
  rows = rest;
});

function filesIn(markdown: string): string[] {
  return [...markdown.matchAll(/`((?:src|test|keys|migrations)\/[\w./-]+\.\w+|package(?:-lock)?\.json)`/g)].map(
    ([, name]) => name as string,
  );
}

test('every file it names is there', () => {
  const named = filesIn(text);
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter((name) => !existsSync(root + name))).toEqual([]);
});

test('every row says what is protected, from whom, by what, and what remains, and names its test', () => {
  expect(rows.length).toBeGreaterThan(10);
  for (const row of rows) {
    expect(row).toHaveLength(COLUMNS.length);
    const [number, asset, attacker, defence, shown, remains] = row as [string, string, string, string, string, string];
    for (const cell of [number, asset, attacker, remains]) expect(cell, number).not.toBe('');
    expect(filesIn(shown).filter((name) => name.endsWith('.test.ts')).length, number).toBeGreaterThan(0);
    // The page is its own defence.
    if (asset !== 'This page')
      expect(filesIn(defence).filter((name) => name.startsWith('src/')).length, number).toBeGreaterThan(0);
  }
  expect(rows.map(([number]) => number)).toEqual(rows.map((_, i) => String(i + 1)));
});

test('every test of this folder is named in the table', async () => {
  const shown = new Set(rows.flatMap((row) => filesIn(row[4] ?? '')));
  const tests = (await readdir(`${root}test/threats`)).filter((name) => name.endsWith('.test.ts'));
  expect(tests.map((name) => `test/threats/${name}`).filter((name) => !shown.has(name))).toEqual([]);
});

test('every limit that it says a test shows is shown by one in a file it names', async () => {
  const tests = await Promise.all(
    filesIn(text)
      .filter((name) => name.startsWith('test/threats/'))
      .map((name) => readFile(root + name, 'utf8')),
  );
  const limits = new Set(tests.flatMap((source) => [...source.matchAll(/'limit: ([^']+)'/g)].map(([, name]) => name)));
  expect(limits.size).toBeGreaterThanOrEqual(5);
  expect([...limits].some((name) => name?.startsWith('until its epoch is closed'))).toBe(true);
});

test('a row shows no more limits by tests than the files that it names have', async () => {
  const rows = text.split('\n').filter((line) => /^\| \d+ \|/.test(line));
  for (const row of rows) {
    const said = row.match(/\(`limit:` test\)/g)?.length ?? 0;
    const sources = await Promise.all(
      filesIn(row)
        .filter((name) => name.endsWith('.test.ts'))
        .map((name) => readFile(root + name, 'utf8')),
    );
    const shown = sources.flatMap((source) => source.match(/'limit: /g) ?? []).length;
    expect(said, row.slice(0, 60)).toBeLessThanOrEqual(shown);
  }
});
