/**
 * What holds of every document of the project: each link leads to a file and a heading that are there, and a line of
 * prose has 120 characters at most, so that it reads in any terminal and a change shows in few lines.
 *
 * Does not: judge tables, whose rows cannot be broken, nor blocks of code, which are typed as they stand.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const LONGEST = 120;

async function pages(): Promise<string[]> {
  const below = await Promise.all(
    ['src', 'migrations'].map(async (folder) =>
      (await readdir(join(root, folder), { recursive: true })).map((name) => join(folder, name)),
    ),
  );
  const found = below.flat().filter((name) => extname(name) === '.md');
  return ['README.md', 'CHANGELOG.md', 'keys/README.md', ...found];
}

/** A page without its blocks of code. */
const prose = (text: string) => text.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '');

/** As the pages are rendered: lower case, words joined, all else left out. */
function slugOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, '')
    .trim()
    .replaceAll(' ', '-');
}

async function isThere(page: string, to: string): Promise<boolean> {
  const [path = '', heading] = to.split('#');
  const file = path === '' ? page : relative(root, join(root, dirname(page), path));
  if (!existsSync(join(root, file))) return false;
  if (heading === undefined) return true;
  const titles = [...(await readFile(join(root, file), 'utf8')).matchAll(/^##+ (.*)$/gm)];
  return titles.some(([, title = '']) => slugOf(title) === heading);
}

test('every link of a document leads to a file and a heading that are there', async () => {
  const dead: string[] = [];
  for (const page of await pages()) {
    const text = prose(await readFile(join(root, page), 'utf8'));
    for (const [, to = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (!to.includes('://') && !(await isThere(page, to))) dead.push(`${page}: ${to}`);
    }
  }
  expect(dead).toEqual([]);
});

test('no line of prose is longer than 120 characters', async () => {
  const long: string[] = [];
  for (const page of await pages()) {
    const lines = prose(await readFile(join(root, page), 'utf8')).split('\n');
    const found = lines.filter((line) => [...line].length > LONGEST && !/^ *\|/.test(line));
    long.push(...found.map((line) => `${page}: ${line.slice(0, 60)}`));
  }
  expect(long).toEqual([]);
});

test('no comment in src/ is longer than 120 characters', async () => {
  const files = (await readdir(join(root, 'src'), { recursive: true })).filter((file) => file.endsWith('.ts'));
  const long: string[] = [];
  for (const file of files.filter((name) => name !== join('client', 'api.ts'))) {
    const lines = (await readFile(join(root, 'src', file), 'utf8')).split('\n');
    const found = lines.filter((line) => [...line].length > LONGEST && /^\s*(\/?\*|\/\/)/.test(line));
    long.push(...found.map((line) => `${file}: ${line.slice(0, 60)}`));
  }
  expect(files.length).toBeGreaterThan(400);
  expect(long).toEqual([]);
});
