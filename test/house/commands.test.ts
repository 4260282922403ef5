/** A message names a command in the one form in which it can be typed in the folder of the source. */
import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const SRC = new URL('../../src/', import.meta.url);
const COMMENT = /^\s*(\*|\/\*|\/\/)/;

test('every command that a message names is one that can be typed', async () => {
  const found: string[] = [];
  for (const file of (await readdir(SRC, { recursive: true })).filter((name) => name.endsWith('.ts'))) {
    const lines = (await readFile(new URL(file, SRC), 'utf8')).split('\n').filter((line) => !COMMENT.test(line));
    found.push(...lines.filter((line) => /`lethe [a-z]/.test(line)).map((line) => `${file}: ${line.trim()}`));
  }
  expect(found).toEqual([]);
});
