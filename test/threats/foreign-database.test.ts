/**
 * A URL that is not what its writer meant: the vault makes nothing in somebody else's database, nothing in its own folder,
 * and does not repeat the password. The start is the real one, with an environment that would lead libpq elsewhere.
 */
import { readdir } from 'node:fs/promises';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { lethe } from '../support/command.ts';
import { tell } from '../support/home.ts';
import { freshDatabase } from '../support/postgres.ts';
import { temporaryFolder } from '../support/temporary.ts';

const PASSWORD = 'quoll-numbat';

async function database(): Promise<string> {
  const { url, drop } = await freshDatabase();
  onTestFinished(drop);
  return url;
}

const tables = (url: string) =>
  tell(url, `SELECT schemaname, tablename FROM pg_tables WHERE schemaname !~ '^(pg_|information_)' ORDER BY 1, 2`);

/** `lethe init` with these two stores, where `PG*` leads to the foreign database. */
async function init(foreign: string, records: string, keys: string) {
  const home = await temporaryFolder();
  onTestFinished(home.remove);
  const { hostname, port, username, password, pathname } = new URL(foreign);
  const env = {
    ...{ PGHOST: hostname, PGPORT: port, PGUSER: username, PGPASSWORD: password, PGDATABASE: pathname.slice(1) },
    ...{ RECORD_STORE_URL: records, KEY_STORE_URL: keys, HOME: home.path, USER: username },
  };
  const { code, out, err } = await lethe(home.path, ['init'], { env });
  return { code, said: out + err, made: await readdir(home.path) };
}

let foreign: string;
beforeAll(async () => {
  const { url, drop } = await freshDatabase();
  foreign = url;
  return drop;
});

describe('a password with a raw', () => {
  test.each(['#', '/', '?', '@', '%'])('%s makes no table anywhere, and is not repeated', async (raw) => {
    const own = await database();
    const { hostname, port, pathname } = new URL(own);
    const records = `postgres://lethe:${PASSWORD}${raw}${PASSWORD}@${hostname}:${port}${pathname}`;

    const { code, said, made } = await init(foreign, records, await database());

    expect(code).toBe(1);
    expect(said).toMatch(/RECORD_STORE_URL: .*Percent-encode/);
    expect(said).not.toContain(PASSWORD);
    expect(made).toEqual([]);
    expect([await tables(foreign), await tables(own)]).toEqual([[], []]);
  });
});

test('a URL without a user, a database or a password takes none from the environment', async () => {
  const { hostname, port, username, pathname } = new URL(foreign);
  const cases: [records: string, why: RegExp][] = [
    [`postgres://${hostname}:${port}${pathname}`, /names no user/],
    [`postgres://${username}@${hostname}:${port}/`, /names no database/],
    [`postgres://${username}@/${pathname.slice(1)}`, /names no host/],
    [`postgres://${username}@${hostname}:${port}${pathname}`, /no_password.*no PGPASSWORD/],
  ];
  await Promise.all(
    cases.map(async ([records, why]) => {
      const { code, said, made } = await init(foreign, records, 'sqlite:keys.db');
      expect([code, said, made]).toEqual([1, expect.stringMatching(why), []]);
    }),
  );
  expect(await tables(foreign)).toEqual([]);
}, 60_000);

test('a database that somebody else uses stays as it is, for either store', async () => {
  const used = await database();
  await tell(used, 'CREATE TABLE customers AS SELECT 7 AS id');
  const free = await database();
  const before = await tables(used);
  for (const [records, keys, setting] of [
    [used, free, 'RECORD_STORE_URL'],
    [free, used, 'KEY_STORE_URL'],
  ] as const) {
    const { code, said, made } = await init(foreign, records, keys);
    expect([code, said, made]).toEqual([1, expect.stringContaining(`${setting} names the database`), []]);
    expect(said).toContain('not this vault’s');
    expect(said).not.toContain('customers');
  }
  expect([await tables(used), await tables(free)]).toEqual([before, []]);
}, 60_000);

test('one database by two names stays empty', async () => {
  const one = await database();
  const { code, said, made } = await init(foreign, one, one.replace('127.0.0.1', 'localhost'));
  expect([code, said, made]).toEqual([1, expect.stringContaining('must be two databases'), []]);
  expect(await tables(one)).toEqual([]);
});
