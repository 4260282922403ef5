/** What is cited as a rule stands in `src/RULES.md`, and what stands there is held by tests that are there. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const RULES = 'src/RULES.md';
const text = await readFile(join(root, RULES), 'utf8');
const rules = [...text.matchAll(/^- \*\*([A-Z]\d)\*\* (.*(?:\n {2}.*)*)/gm)].map(([, name = '', said = '']) => ({
  name,
  said,
}));

async function sources(): Promise<{ path: string; source: string }[]> {
  const folders = ['src', 'migrations', 'test', 'keys'];
  const listed = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(join(root, folder), { recursive: true })).map((name) => join(folder, name)),
    ),
  );
  const paths = listed
    .flat()
    .filter((path) => ['.ts', '.md'].includes(extname(path)) && path !== 'test/house/rules.test.ts');
  return Promise.all(paths.map(async (path) => ({ path, source: await readFile(join(root, path), 'utf8') })));
}

/** `K3` stands for a rule wherever it is written; of the other letters, what stands in parentheses after a word. */
function citedIn(source: string): string[] {
  const keys = source.match(/\bK\d+\b/g) ?? [];
  const others = [...source.matchAll(/\(((?:[DST]\d(?:, )?)+)\)/g)].flatMap(([, names = '']) => names.split(', '));
  return [...keys, ...others];
}

describe('the rules', () => {
  test('are numbered, each once', () => {
    const names = rules.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(['K1', 'K7', 'S1', 'T1', 'D1']));
  });

  test.each(rules)('$name names tests that are there', ({ said }) => {
    const tests = said.match(/test\/[\w/-]+\.test\.ts/g) ?? [];
    expect(tests).not.toEqual([]);
    expect(tests.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test('each that is cited stands there', async () => {
    const known = new Set(rules.map(({ name }) => name));
    const unknown = (await sources()).flatMap(({ path, source }) =>
      citedIn(source).flatMap((name) => (known.has(name) ? [] : [`${path}: ${name}`])),
    );
    expect(unknown).toEqual([]);
  });

  test('each of the keys’ is cited by a test under its number', async () => {
    const cited = new Set(
      (await sources()).flatMap(({ path, source }) => (path.endsWith('.test.ts') ? citedIn(source) : [])),
    );
    expect(rules.flatMap(({ name }) => (name.startsWith('K') && !cited.has(name) ? [name] : []))).toEqual([]);
  });

  test('nothing cites a page that is not in the project', async () => {
    const found = (await sources()).flatMap(({ path, source }) =>
      /\bdesign,? (section )?\d|shared\/design/.test(source) ? [path] : [],
    );
    expect(found).toEqual([]);
  });
});
