/** A store keeps by which steps it was made, and one that was made by others is refused by name, unchanged. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { checksumOf, type Migration } from '../../src/storage/opening/applied-steps.ts';
import { migrationsOf } from '../../src/storage/opening/migrate.ts';
import { openStore } from '../../src/storage/opening/open-store.ts';
import { tell } from '../support/home.ts';
import { ENGINES, freshStores } from '../support/stores.ts';

const STORES = ['records', 'keys'] as const;
const NOTES = "SELECT name, value FROM vault_facts WHERE name LIKE 'step %' ORDER BY name";

async function opened(engine: (typeof ENGINES)[number], store: (typeof STORES)[number]) {
  const stores = await freshStores(engine);
  onTestFinished(stores.drop);
  const url = store === 'records' ? stores.recordStoreUrl : stores.keyStoreUrl;
  const open = async () => (await openStore(store, url)).close();
  await open();
  return { url, open };
}

describe.each(ENGINES)('on %s', (engine) => {
  test.each(STORES)('every step of the %s is noted, and a second start changes nothing', async (store) => {
    const { url, open } = await opened(engine, store);
    const noted = await tell(url, NOTES);
    expect(noted.map(({ name }) => String(name).slice(5))).toEqual((await migrationsOf(store)).map(({ name }) => name));
    await open();
    expect(await tell(url, NOTES)).toEqual(noted);
  });

  test('a step that was applied in another form is named, and nothing is changed', async () => {
    const { url, open } = await opened(engine, 'keys');
    await tell(url, "UPDATE vault_facts SET value = 'another' WHERE name = 'step 0001-tables'");
    const before = await tell(url, NOTES);
    await expect(open()).rejects.toMatchObject({
      code: 'cannot_start',
      message: expect.stringMatching(/step 0001-tables of the key store was applied in another form.*unreleased/),
    });
    expect(await tell(url, NOTES)).toEqual(before);
  });

  test('and so is one whose checksum is gone, though its tables are as it makes them', async () => {
    const { url, open } = await opened(engine, 'records');
    await tell(url, "DELETE FROM vault_facts WHERE name LIKE 'step %'");
    await expect(open()).rejects.toMatchObject({
      code: 'cannot_start',
      message: expect.stringMatching(/step 0001-tables of the record store was applied in another form/),
    });
    expect(await tell(url, NOTES)).toEqual([]);
  });
});

test('a step counts by its statements: not by line ends or indentation, but by every word', async () => {
  const step = (statement: string): Migration => ({
    name: '0001-x',
    up: async (knex) => void (await knex.schema.raw(statement)),
    down: async () => {},
  });
  const sum = (statement: string) => checksumOf(step(statement), 'pg');
  expect(await sum('CREATE TABLE a (\r\n  b text\r\n)')).toBe(await sum('CREATE TABLE a (\n      b text\n)'));
  expect(await sum('CREATE TABLE a ( b text )')).not.toBe(await sum('CREATE TABLE a ( b text NOT NULL )'));
});

/**
 * Of each step the first 12 digits, of both engines: a line that is not so any more is a step that was edited, with which
 * no store that has it would open. A release adds the lines of its new steps, and from then on no line changes.
 */
const RELEASED = {
  'records 0001-tables': '386280779a2e bf1b42da72b0',
  'keys 0001-tables': '93a055e076da 8f429b944af6',
};

test('no released step has been edited', async () => {
  const sums: Record<string, string> = {};
  for (const store of STORES) {
    for (const step of await migrationsOf(store)) {
      const [sqlite, pg] = [await checksumOf(step, 'better-sqlite3'), await checksumOf(step, 'pg')];
      sums[`${store} ${step.name}`] = `${sqlite.slice(0, 12)} ${pg.slice(0, 12)}`;
    }
  }
  expect(sums).toMatchObject(RELEASED);
});
