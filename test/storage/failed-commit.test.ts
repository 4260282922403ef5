/** A COMMIT on SQLite whose write fails: the error is put in its place, for no disk here fails on demand. */
import Database from 'better-sqlite3';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openStore } from '../../src/storage/opening/open-store.ts';
import { subjects } from '../../src/subjects/subjects.ts';
import { askRows } from '../support/spelled.ts';
import { freshStores } from '../support/stores.ts';

test.each([
  ['SQLITE_IOERR_FSYNC', 'outcome_unknown'],
  ['SQLITE_IOERR_WRITE', 'outcome_unknown'],
  ['SQLITE_FULL', 'store_unavailable'],
  ['SQLITE_BUSY', 'store_unavailable'],
  ['SQLITE_READONLY', 'store_unavailable'],
  ['SQLITE_IOERR_DATA', 'store_corrupt'],
])('%s at the COMMIT is %s, and the next transaction passes', async (code, told) => {
  const stores = await freshStores('sqlite');
  const store = await openStore('records', stores.recordStoreUrl);
  onTestFinished(async () => {
    await store.close();
    await stores.drop();
  });
  const put = (subject: string) =>
    store.shared((tx) =>
      tx.insert(subjects, [{ tenant: 't', subject, created_at: 0, erased_at: null, choices: null, choices_tag: null }]),
    );
  await put('a');
  const { prototype } = Object.getPrototypeOf(new Database(':memory:').prepare('COMMIT')).constructor;
  const run = prototype.run;
  const spy = vi.spyOn(prototype, 'run').mockImplementation(function (this: Database.Statement, ...given: unknown[]) {
    if (this.source === 'COMMIT') throw Object.assign(new Error('disk I/O error'), { code });
    return run.apply(this, given);
  });
  await expect(put('b')).rejects.toMatchObject({ code: told });
  spy.mockRestore();
  await put('c');
  expect(await askRows(store.reader, (sql) => sql('subjects').select('subject'))).toEqual([
    { subject: 'a' },
    { subject: 'c' },
  ]);
});
