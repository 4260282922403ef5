/** A restore over what is damaged: the very store that needs it is not taken for one that somebody has open. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { expect, test } from 'vitest';
import { appOf, freshHome } from '../support/home.ts';
import { tokenize } from '../support/tokenize.ts';
import { backUp, backupFolder, putBack } from './folders.ts';

/** What a disk leaves in the place of a database: no header, or a header and nothing that belongs to it. */
const DAMAGE = {
  junk: () => Buffer.alloc(8192, 7),
  'its header and junk': (whole: Buffer) => Buffer.concat([whole.subarray(0, 100), Buffer.alloc(8192, 7)]),
};

test.each(
  (['records', 'keys'] as const).flatMap((store) =>
    (Object.keys(DAMAGE) as (keyof typeof DAMAGE)[]).map((damage) => [store, damage] as const),
  ),
)('a store (%s) of which %s is left is replaced, and kept aside with its log, byte for byte', async (store, damage) => {
  const home = await freshHome('sqlite');
  const vault = await home.open();
  const items = [{ type: 'email', value: 'ada@example.com' }];
  const { results } = await tokenize(vault, await appOf(vault, home), { items });
  const dir = await backupFolder();
  await backUp(vault, home, dir);
  await vault.close();
  const path = (store === 'records' ? home.recordStoreUrl : home.keyStoreUrl).slice('sqlite:'.length);
  const left = DAMAGE[damage](await readFile(path));
  await writeFile(path, left);
  await writeFile(`${path}-wal`, 'what was its log');

  const { aside } = await putBack(home, dir, store);

  expect(await readFile(aside as string)).toEqual(left);
  const names = await readdir(dirname(path));
  expect(names.filter((name) => name.startsWith(`${basename(path)}-`))).toEqual([]);
  expect(await readFile(`${aside}-wal`, 'ascii')).toBe('what was its log');
  expect(await home.reveal(await home.open(), results[0]?.token ?? '')).toBe('ada@example.com');
});
