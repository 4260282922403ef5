/**
 * What an erasure leaves behind in the live files of SQLite. On PostgreSQL the same is a matter of VACUUM, of the
 * write-ahead log and of its archive, which the vault does not rule over; on either, old backups are another matter
 * still (THREATS.md, "Erasure").
 */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { runBackgroundOnce } from '../../src/background/background.ts';
import { handOn } from './hand.ts';
import { filesUnder, found, type Haystack, needle } from './needles.ts';
import { newPlace, openAt, type Place } from './place.ts';

async function allFiles({ recordStoreUrl, keyStoreUrl }: Place): Promise<Haystack> {
  const into: Haystack = new Map();
  for (const url of [recordStoreUrl, keyStoreUrl]) await filesUnder(dirname(url.slice('sqlite:'.length)), into);
  expect([...into.keys()]).toEqual(expect.arrayContaining(['records.db', 'keystore.db']));
  return into;
}

test('after an erasure no file of SQLite holds an erased record’s sealed value, wrapped key or blind index', async () => {
  const place = await newPlace('sqlite');
  const vault = await openAt(place);
  const app = vault.as('app');
  // Enough of them for their pages to split, and to be taken away from the middle of them.
  const items = Array.from({ length: 300 }, (_, i) => ({ type: 'email', value: `value-${i}@example.com` }));
  const all = await app.tokenize(...items);
  const erased = all.filter((_, i) => i % 7 === 3);
  const kept = all.filter((_, i) => i % 7 === 4);
  const [records, keys] = [handOn(vault.vault.recordStore), handOn(vault.vault.keyStore)];
  const bytesOf = async (of: typeof all) =>
    (
      await Promise.all(
        of.map(async ({ record }) => [
          needle('a sealed value', (await records.row('records', { record })).sealed as Buffer),
          needle('a wrapped key', (await keys.row('record_keys', { record })).wrapped as Buffer),
          needle('a blind index', (await keys.row('blind_indexes', { record, name: 'email' })).mac as Buffer),
        ]),
      )
    ).flat();
  const [gone, there] = [await bytesOf(erased), await bytesOf(kept)];
  const { body } = await app.call('post', '/v1/erasures', { tokens: erased.map(({ token }) => token) });
  expect(body).toMatchObject({ state: 'completed', records: erased.length });

  // While it runs, write-ahead logs and all; and when it has stopped.
  for (const stop of [async () => {}, () => vault.close()]) {
    await stop();
    const files = await allFiles(place);
    expect(found(gone, files)).toEqual([]);
    expect(found(there, files)).toHaveLength(there.length);
  }
  for (const url of [place.recordStoreUrl, place.keyStoreUrl]) {
    expect(existsSync(`${url.slice('sqlite:'.length)}-wal`)).toBe(false);
  }
});

test('while another process reads, an erasure is ordered, and completed when the log can be emptied', async () => {
  const place = await newPlace('sqlite');
  const vault = await openAt(place);
  const app = vault.as('app');
  const [ada] = await app.tokenize({ type: 'email', value: 'ada@example.com' });
  const { wrapped } = await handOn(vault.vault.keyStore).row('record_keys', { record: ada?.record ?? '' });
  const gone = [needle('a wrapped key', wrapped as Buffer)];
  const reader = new Database(place.keyStoreUrl.slice('sqlite:'.length), { readonly: true });
  reader.exec('BEGIN; SELECT count(*) FROM record_keys');

  const { body } = await app.call('post', '/v1/erasures', { tokens: [ada?.token] });
  expect(body.state).toBe('ordered');
  expect(found(gone, await allFiles(place))).not.toEqual([]);
  expect((await app.detokenize(ada?.token ?? '')).body.results[0].error.code).toBe('record_erased');

  reader.exec('COMMIT');
  reader.close();
  vault.advance(60_000);
  await runBackgroundOnce(vault.vault);
  expect((await app.call('get', `/v1/erasures/${body.erasure}`)).body.state).toBe('completed');
  expect(found(gone, await allFiles(place))).toEqual([]);
});
