/** THREATS.md names files for its claims. They are there, and no test of this folder goes unnamed. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const LABELS = ['Against', 'Held by', 'Tested by', 'Limits'] as const;
type Label = (typeof LABELS)[number];
interface Threat {
  readonly number: string;
  /** What is protected. */
  readonly asset: string;
  readonly labels: readonly string[];
  readonly parts: Readonly<Record<Label, string>>;
  /** All of it. */
  readonly block: string;
}

let text = '';
let threats: readonly Threat[] = [];

/** The blocks of the section “The threats”: a heading with a number, then one labelled part after the other. */
function threatsIn(page: string): Threat[] {
  const section = page.split(/^## /m).find((part) => part.startsWith('The threats\n')) ?? '';
  const [, ...blocks] = section.split(/^### /m);
  return blocks.map((block) => {
    const [, number = '', asset = ''] = /^(\d+)\. (.+)\n/.exec(block) ?? [];
    const found = [...block.matchAll(/^- \*\*(.+?):\*\*([\s\S]*?)(?=^- |(?![\s\S]))/gm)];
    const parts = Object.fromEntries(found.map(([, label, said = '']) => [label, said.trim()]));
    return { number, asset, labels: found.map(([, label = '']) => label), parts: parts as Threat['parts'], block };
  });
}

beforeAll(async () => {
  text = await readFile(`${root}src/THREATS.md`, 'utf8');
  threats = threatsIn(text);
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

test('every threat says what is protected, from whom, by what, and what remains, and names its test', () => {
  expect(threats.length).toBeGreaterThan(10);
  for (const { number, asset, labels, parts, block } of threats) {
    expect(labels, number).toEqual(LABELS);
    expect(asset, number).not.toBe('');
    for (const label of LABELS) expect(parts[label], `${number} ${label}`).not.toBe('');
    expect(filesIn(parts['Tested by']).filter((name) => name.endsWith('.test.ts')).length, number).toBeGreaterThan(0);
    // The page is its own defence.
    if (asset !== 'This page')
      expect(filesIn(parts['Held by']).filter((name) => name.startsWith('src/')).length, number).toBeGreaterThan(0);
    // Nothing of a block stands outside its four parts but a sentence under its heading.
    const inParts = LABELS.flatMap((label) => filesIn(parts[label]));
    expect(inParts, number).toEqual(filesIn(block));
  }
  expect(threats.map(({ number }) => number)).toEqual(threats.map((_, i) => String(i + 1)));
});

test('every threat that is referred to is there', () => {
  const referred = [...text.matchAll(/\bthreats?\s+(\d+)(?:\s+(?:and|to)\s+(\d+))?/g)].flatMap(([, ...numbers]) =>
    numbers.filter((number) => number !== undefined),
  );
  const known = new Set(threats.map(({ number }) => number));
  expect(referred.length).toBeGreaterThan(10);
  expect(referred.filter((number) => !known.has(number))).toEqual([]);
});

test('every test of this folder is named by a threat that it tests', async () => {
  const shown = new Set(threats.flatMap(({ parts }) => filesIn(parts['Tested by'])));
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

test('a threat shows no more limits by tests than the files that it names have', async () => {
  for (const { number, block } of threats) {
    const said = block.match(/\(`limit:`\s+test\)/g)?.length ?? 0;
    const sources = await Promise.all(
      filesIn(block)
        .filter((name) => name.endsWith('.test.ts'))
        .map((name) => readFile(root + name, 'utf8')),
    );
    const shown = sources.flatMap((source) => source.match(/'limit: /g) ?? []).length;
    expect(said, number).toBeLessThanOrEqual(shown);
  }
});
