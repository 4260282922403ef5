/**
 * A database whose own bytes are damaged (a disk, a file system, half a file) and which says so. That is no sign of an
 * attacker, and an operator is needed at once: an alarm of its own, apart from that of altered values.
 */
import { open, writeFile } from 'node:fs/promises';
import Database from 'better-sqlite3';
import request from 'supertest';
import { describe, expect, test } from 'vitest';
import { raiseAlarms } from '../../src/calls/alarms.ts';
import { UnavailableError } from '../../src/errors.ts';
import { isRefusedCommit, OutcomeUnknownError, StoreCorruptError, storeError } from '../../src/storage/errors.ts';
import { newSignals } from '../../src/vault/signals.ts';
import { ENGINES } from '../support/stores.ts';
import type { TestVault } from '../support/vault.ts';
import { openDirectly } from './database.ts';
import { handOn, integrityFailures } from './hand.ts';
import { newPlace, openAt } from './place.ts';

const SECRET = 'ada@example.com';

async function corruptions(vault: TestVault): Promise<number> {
  const { text } = await request(vault.app).get('/metrics');
  return Number(/^lethe_store_corruption_total (\d+)$/m.exec(text)?.[1]);
}

/**
 * SQLite: the first page of the table is overwritten in the file. PostgreSQL: its server answers whoever reads the table
 * with what it answers to a page whose checksum is wrong, text and all (`data_corrupted`).
 */
async function corrupt(url: string, table: string): Promise<void> {
  if (url.startsWith('sqlite:')) {
    const path = url.slice('sqlite:'.length);
    const db = new Database(path);
    db.pragma('wal_checkpoint(TRUNCATE)');
    const pageBytes = db.pragma('page_size', { simple: true }) as number;
    const page = db.prepare('SELECT rootpage FROM sqlite_master WHERE name = ?').pluck().get(table) as number;
    db.close();
    const file = await open(path, 'r+');
    await file.write(Buffer.alloc(pageBytes, 0xee), 0, pageBytes, (page - 1) * pageBytes);
    await file.close();
    return;
  }
  const database = await openDirectly(url);
  await database.ask(`ALTER TABLE ${table} RENAME TO ${table}_whole`);
  await database.ask(`
    CREATE FUNCTION damaged() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
      RAISE EXCEPTION 'invalid page in block 3 of relation "base/${SECRET}"' USING ERRCODE = 'data_corrupted';
    END $$`);
  await database.ask(`CREATE VIEW ${table} AS SELECT * FROM ${table}_whole WHERE damaged()`);
  await database.close();
}

test.each([
  ['recordStoreUrl', 'tokens', 'token'],
  ['keyStoreUrl', 'record_keys', 'record'],
] as const)(
  'on PostgreSQL, who does not need the damaged page is answered, also where calls share a statement (%s)',
  async (...of) => {
    const [store, table, column] = of;
    const place = await newPlace('postgres');
    const vault = await openAt(place);
    const app = vault.as('app');
    const emails = Array.from({ length: 8 }, (_, i) => ({ type: 'email', value: `p${i}@example.com` }));
    const stored = await app.tokenize(...emails);
    const { apiKey } = app;
    const database = await openDirectly(place[store]);
    // By the index, so that nobody else's rows are read along.
    await database.ask(`ALTER DATABASE ${new URL(place[store]).pathname.slice(1)} SET enable_seqscan = off`);
    await database.ask(`ALTER TABLE ${table} RENAME TO ${table}_whole`);
    await database.ask(`
    CREATE FUNCTION readable(${column} bytea) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
      IF ${column} = '${stored[7]?.[column]}' THEN RAISE EXCEPTION 'invalid page' USING ERRCODE = 'data_corrupted'; END IF;
      RETURN true;
    END $$`);
    await database.ask(`CREATE VIEW ${table} AS SELECT * FROM ${table}_whole WHERE readable(${column})`);
    await database.close();
    const again = await vault.reopen();

    const replies = await Promise.all(stored.map(({ token }) => again.withKey(apiKey).detokenize(token)));

    expect(replies.map(({ status }) => status)).toEqual([...Array(7).fill(200), 500]);
    expect(await corruptions(again)).toBe(1);
  },
);

describe.each(ENGINES)('on %s', (engine) => {
  test.each([
    ['records', 'tokens'],
    ['keys', 'record_keys'],
  ] as const)(
    'a damaged page of the %s store is an alarm of its own, and no sign of tampering',
    async (store, table) => {
      const place = await newPlace(engine);
      let vault = await openAt(place);
      const [ada] = await vault.as('app').tokenize({ type: 'email', value: SECRET, subject: 'cust_1' });
      const { apiKey } = vault.as('app');
      await vault.close();
      await corrupt(store === 'records' ? place.recordStoreUrl : place.keyStoreUrl, table);
      vault = await openAt(place);
      const first = vault.logged.length;

      const reply = await vault.withKey(apiKey).detokenize(ada?.token ?? '');

      expect([reply.status, reply.body.code]).toEqual([500, 'store_corrupt']);
      expect([await corruptions(vault), await integrityFailures(vault)]).toEqual([1, 0]);
      const cause = engine === 'sqlite' ? 'SQLITE_CORRUPT' : 'XX001';
      const [alarm, line] = vault.logged.slice(first).map((text) => JSON.parse(text));
      expect(alarm).toMatchObject({
        level: 50,
        store,
        cause,
        request: reply.body.request,
        msg: expect.stringMatching(/^store corruption/),
      });
      expect(line).toMatchObject({ request: reply.body.request, code: 'store_corrupt', cause });
      const entries = handOn(vault.vault.recordStore).rows('audit_entries', { request: reply.body.request });
      expect(await entries).toMatchObject([{ outcome: 'failed', code: 'store_corrupt', records: [] }]);
      expect(vault.logged.slice(first).join('') + reply.text).not.toContain('ada@');
      // What does not read the damaged page goes on.
      expect((await vault.admin.call('get', '/v1/principals')).status).toBe(200);
    },
  );
});

test('a file that is no database is named at the start, with what to do', async () => {
  const place = await newPlace('sqlite');
  await (await openAt(place)).close();
  await writeFile(place.keyStoreUrl.slice('sqlite:'.length), Buffer.alloc(8192, 0x41));

  await expect(openAt(place)).rejects.toMatchObject({
    code: 'cannot_start',
    message: expect.stringMatching(/^The key store \(sqlite:.*\) is damaged.*\(SQLITE_NOTADB\).*newest copy back/),
  });
});

test.each([
  ...['SQLITE_CORRUPT', 'SQLITE_CORRUPT_INDEX', 'SQLITE_CORRUPT_VTAB', 'SQLITE_NOTADB', 'SQLITE_IOERR_DATA'],
  ...['SQLITE_IOERR_CORRUPTFS', 'XX001', 'XX002'],
])('%s is corruption; the code travels, the driver’s text does not', (code) => {
  const error = storeError(Object.assign(new Error(`page of ${SECRET}`), { code }), 'keys');

  expect(error).toBeInstanceOf(StoreCorruptError);
  expect(error).toMatchObject({ kind: 'integrity', code: 'store_corrupt', store: 'keys' });
  expect(`${error.stack}${JSON.stringify(error)}${(error.cause as Error).message}`).not.toContain(SECRET);
});

test.each(['SQLITE_IOERR', 'SQLITE_IOERR_READ', 'SQLITE_FULL', 'SQLITE_BUSY', 'XX000', '58030', '57P01', 'ECONNRESET'])(
  '%s is not: the store is out of reach, or may be',
  (code) => {
    expect(storeError(Object.assign(new Error('text'), { code }))).toBeInstanceOf(UnavailableError);
  },
);

test('damage in PostgreSQL’s answer to a COMMIT says nothing of whether it holds, and is an alarm all the same', () => {
  const raised: unknown[] = [];
  const signals = newSignals();
  signals.on('storeCorruption', ({ store, cause }) => raised.push([store, cause]));
  for (const code of ['XX001', 'XX002']) expect(isRefusedCommit(storeError({ code }, 'keys', 'commit'))).toBe(false);
  raiseAlarms(signals, [new OutcomeUnknownError('XX001', 'records')], 'req_x' as never);
  raiseAlarms(signals, [new OutcomeUnknownError('no_answer', 'records')], 'req_x' as never);
  expect(raised).toEqual([['records', 'XX001']]);
});

test('a job that fails of either raises the same alarms, and names itself', () => {
  const signals = newSignals();
  const raised: unknown[] = [];
  signals.on('integrityFailure', (found) => raised.push(['integrity', found]));
  signals.on('storeCorruption', (found) => raised.push(['corruption', found]));

  for (const failed of ['integrity_failure', 'store_corrupt', 'store_unavailable', undefined]) {
    signals.emit('job', { name: 'rotate_index', failed, changed: 0 });
  }

  expect(raised).toEqual([
    ['integrity', { job: 'rotate_index' }],
    ['corruption', { job: 'rotate_index' }],
  ]);
});
