/** Where tables of the vault are made, and where never: somebody else's database, one of two names, another encoding. */
import { link, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import Database from 'better-sqlite3';
import type pg from 'pg';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { clear, isThere, putBack } from '../../src/storage/copies/put-back.ts';
import { driverCode, remedyFor } from '../../src/storage/errors.ts';
import { assertFitPostgres } from '../../src/storage/opening/fitness.ts';
import { lookAt, lookAtBoth } from '../../src/storage/opening/look-at.ts';
import { openStore } from '../../src/storage/opening/open-store.ts';
import { rowsOf, tell } from '../support/home.ts';
import { freshDatabase } from '../support/postgres.ts';
import { temporaryFolder } from '../support/temporary.ts';

async function database(): Promise<string> {
  const { url, drop } = await freshDatabase();
  onTestFinished(drop);
  return url;
}

async function folder(): Promise<string> {
  const { path, remove } = await temporaryFolder();
  onTestFinished(remove);
  return path;
}

const OPEN = async (name: 'records' | 'keys', url: string) => (await openStore(name, url)).close();
const relations = (url: string) =>
  tell(url, `SELECT relname, relkind FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1`);

describe('a database with something in it that is not the vault’s', () => {
  test.each([
    ['a table', ['CREATE TABLE customers (id int)']],
    ['a table of a name of the vault’s', ['CREATE TABLE vault_facts (name text, value text)']],
    ['a partitioned table', ['CREATE TABLE customers (id int) PARTITION BY RANGE (id)']],
    ['a view', ['CREATE VIEW customers AS SELECT 1 AS id']],
    ['a materialized view', ['CREATE MATERIALIZED VIEW customers AS SELECT 1 AS id']],
    ['a sequence', ['CREATE SEQUENCE numbers']],
    ['a type', ['CREATE TYPE customer AS (id int)']],
    [
      'tables beside what an earlier start of the vault left there',
      [
        'CREATE TABLE lethe_record_migrations (id serial PRIMARY KEY, name text)',
        'CREATE TABLE lethe_record_migrations_lock (index serial PRIMARY KEY, is_locked int)',
        'CREATE TABLE customers (id int)',
      ],
    ],
  ])('is refused and left as it is: %s', async (_, statements) => {
    const url = await database();
    for (const statement of statements) await tell(url, statement);
    const before = await relations(url);

    const name = new URL(url).pathname.slice(1);
    const why = `RECORD_STORE_URL names the database ${name}, in which there is something that is not this vault’s (1 tables, views or the like)`;
    await expect(lookAt('records', url)).rejects.toThrow(why);
    await expect(OPEN('records', url)).rejects.toThrow(why);
    expect(await relations(url)).toEqual(before);
  });

  test('but what belongs to an extension does not count, nor what an interrupted start left, nor what came later', async () => {
    const url = await database();
    await tell(url, 'CREATE EXTENSION pg_stat_statements');
    await tell(
      url,
      'CREATE TABLE lethe_key_migrations (id serial PRIMARY KEY, name varchar(255), batch int, migration_time timestamptz)',
    );
    await OPEN('keys', url);
    await tell(url, 'CREATE TABLE notes_of_the_operator (id int)');
    await OPEN('keys', url);
  });

  test('a store of the other kind is named', async () => {
    const url = await database();
    await OPEN('keys', url);
    const before = await rowsOf(url);
    await expect(OPEN('records', url)).rejects.toThrow(/RECORD_STORE_URL names a key store, not the record store/);
    expect(await rowsOf(url)).toEqual(before);
  });
});

test('tables in another schema than the first of the search_path are not made a second time', async () => {
  const url = await database();
  await OPEN('records', url);
  await tell(url, 'CREATE SCHEMA elsewhere');
  await tell(url, `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET search_path = elsewhere, public`);

  await expect(OPEN('records', url)).rejects.toThrow(/record store are in another schema/);

  const made = await tell(url, `SELECT 1 FROM pg_class WHERE relnamespace = 'elsewhere'::regnamespace`);
  expect(made).toEqual([]);
});

test('a store in a schema of its own is put back there, and what is beside it in public stays', async () => {
  const url = await database();
  await tell(url, 'CREATE SCHEMA vault');
  await tell(url, 'CREATE TABLE public.customers AS SELECT 7 AS id');
  await tell(url, `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET search_path = vault`);
  const store = await openStore('keys', url);
  const copy = `${await folder()}/copy`;
  await store.copyTo(copy);
  await store.close();

  expect(await isThere(url)).toBe(true);
  expect(await putBack('keys', copy, url, { incarnation: 'x' }, 'before_restore_1')).toBe('before_restore_1');

  const where = `SELECT schemaname AS schema FROM pg_tables WHERE tablename IN ('vault_facts', 'customers') ORDER BY 1`;
  const all = [{ schema: 'before_restore_1' }, { schema: 'public' }, { schema: 'vault' }];
  expect(await tell(url, where)).toEqual(all);
  expect(await tell(url, "SELECT value FROM vault_facts WHERE name = 'incarnation'")).toEqual([{ value: 'x' }]);
  await clear(url);
  expect(await isThere(url)).toBe(false);
  expect(await tell(url, where)).toEqual(all.slice(0, 2));
});

test.each(['LATIN1', 'SQL_ASCII'])('a database of the encoding %s is refused', async (encoding) => {
  const server = inject('postgresUrl');
  const name = `lethe_test_encoding_${encoding.toLowerCase()}_${process.pid}`;
  await tell(server, `CREATE DATABASE ${name} ENCODING '${encoding}' LOCALE 'C' TEMPLATE template0`);
  onTestFinished(async () => void (await tell(server, `DROP DATABASE ${name} WITH (FORCE)`)));
  const url = new URL(server);
  url.pathname = `/${name}`;

  await expect(OPEN('keys', url.href)).rejects.toThrow(
    `KEY_STORE_URL names the database ${name} of the encoding ${encoding}`,
  );
  expect(await relations(url.href)).toEqual([]);
});

test('a server that is too old, and a connection of another encoding, are refused', async () => {
  const server = { version: 130_000, database: 'd', encoding: 'UTF8', spoken: 'UTF8', schema: 'public' };
  const of = (more: object) => ({
    query: async (text: string) => ({ rows: /current_setting/.test(text) ? [{ ...server, ...more }] : [] }),
  });
  const judged = (more: object) => assertFitPostgres('records', of(more) as unknown as pg.ClientBase);
  await expect(judged({ version: 129_999 })).rejects.toThrow(/is on PostgreSQL 12; the oldest .* is 13/);
  await expect(judged({ spoken: 'LATIN1' })).rejects.toThrow(/a connection of the encoding LATIN1/);
  expect(await judged({})).toBe('nothing');
});

describe('two URLs of one database', () => {
  test('are found by whatever name, account or schema', async () => {
    const url = await database();
    const { host, port, pathname } = new URL(url);
    const role = `lethe_test_role_${process.pid}`;
    await tell(url, `CREATE ROLE ${role} LOGIN PASSWORD 'p' IN ROLE pg_read_all_data`);
    await tell(url, 'CREATE SCHEMA other');
    await tell(url, `ALTER ROLE ${role} SET search_path = other`);
    onTestFinished(async () => void (await tell(url, `DROP ROLE ${role}`)));
    for (const name of [url, url.replace('127.0.0.1', 'localhost'), `postgres://${role}:p@${host}${pathname}`]) {
      await expect(lookAtBoth(url, name)).rejects.toThrow('RECORD_STORE_URL and KEY_STORE_URL lead to one place');
    }
    expect(port).not.toBe('');
    await lookAtBoth(url, await database());
  });

  test('and of one file: by a link, a hard link, a way round, and before it is made', async () => {
    const home = await folder();
    await mkdir(`${home}/data`);
    await mkdir(`${home}/keys`);
    await symlink(`${home}/data`, `${home}/linked`);
    await symlink('../data/new.db', `${home}/keys/dangling.db`);
    await writeFile(`${home}/data/there.db`, '');
    await link(`${home}/data/there.db`, `${home}/keys/hard.db`);
    const one = (a: string, b: string) => lookAtBoth(`sqlite:${home}/${a}`, `sqlite:${home}/${b}`);
    for (const [a, b] of [
      ['data/there.db', 'linked/there.db'],
      ['data/there.db', 'keys/hard.db'],
      ['data/there.db', 'keys/../data/there.db'],
      ['data/new.db', 'linked/new.db'],
      ['data/new.db', 'keys/dangling.db'],
      ['data/deep/new.db', 'linked/deep/new.db'],
      ['data/new.db', 'data/New.db'],
    ] as const) {
      await expect(one(a, b), `${a} ${b}`).rejects.toThrow(/must be two databases/);
      await expect(one(b, a), `${b} ${a}`).rejects.toThrow(/must be two databases/);
    }
    await one('data/new.db', 'data/other.db');
    await one('data/new.db', 'keys/new.db');
    await one('data/there.db', 'data/There.db');
    await lookAtBoth(`sqlite:${home}/data/new.db`, inject('postgresUrl'));
  });
});

describe('a file', () => {
  test.each([
    ['with a table of somebody else', 'CREATE TABLE customers (id)', /the file .*not this vault’s \(1 tables/],
    ['with a view', 'CREATE VIEW customers AS SELECT 1', /not this vault’s/],
    ['of another encoding', "PRAGMA encoding = 'UTF-16le'; CREATE TABLE t (id)", /of the encoding UTF-16le/],
  ])('%s is refused and left as it is', async (_, statements, why) => {
    const path = `${await folder()}/x.db`;
    const db = new Database(path);
    db.exec(statements);
    db.close();
    const before = await readFile(path);

    await expect(OPEN('records', `sqlite:${path}`)).rejects.toThrow(why);

    expect(await readFile(path)).toEqual(before);
  });

  test('whose making was interrupted is gone on with', async () => {
    const path = `${await folder()}/x.db`;
    const db = new Database(path);
    db.exec('CREATE TABLE lethe_record_migrations (id integer PRIMARY KEY, name, batch, migration_time)');
    db.close();
    await OPEN('records', `sqlite:${path}`);
  });
});

describe('an account', () => {
  const account = async (url: string, grants: readonly string[]) => {
    const role = `lethe_test_narrow_${process.pid}_${Math.trunc(performance.now())}`;
    await tell(url, `CREATE ROLE ${role} LOGIN PASSWORD 'narrow-password'`);
    onTestFinished(async () => {
      await tell(url, `DROP OWNED BY ${role}`);
      await tell(url, `DROP ROLE ${role}`);
    });
    for (const grant of grants) await tell(url, `GRANT ${grant} TO ${role}`);
    const narrow = new URL(url);
    [narrow.username, narrow.password] = [role, 'narrow-password'];
    return { role, url: narrow.href };
  };

  test('that owns nothing and may make nothing opens a store that has its tables', async () => {
    const url = await database();
    await OPEN('keys', url);
    const { url: narrow } = await account(url, [
      'USAGE ON SCHEMA public',
      'SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public',
      'USAGE ON ALL SEQUENCES IN SCHEMA public',
    ]);
    await OPEN('keys', narrow);
  });

  test('that loses a right while a store is open makes its calls fail as an outage does, and comes back', async () => {
    const url = await database();
    await OPEN('keys', url);
    const all = 'SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public';
    const { role, url: narrow } = await account(url, [
      'USAGE ON SCHEMA public',
      'USAGE ON ALL SEQUENCES IN SCHEMA public',
      all,
    ]);
    const store = await openStore('keys', narrow);
    onTestFinished(() => store.close());
    const read = () => store.reader.query((sql) => sql('vault_facts').select('name'));
    await read();
    await tell(url, `REVOKE ALL ON vault_facts FROM ${role}`);
    const lost: unknown = await read().catch((error: unknown) => error);
    expect([lost, driverCode(lost)]).toEqual([expect.objectContaining({ code: 'store_unavailable' }), '42501']);
    expect(remedyFor('42501')).toMatch(/SELECT, INSERT, UPDATE and DELETE/);
    await tell(url, `GRANT ${all} TO ${role}`);
    await read();
  });

  test('that lacks a right is told which it needs', async () => {
    const url = await database();
    const { role, url: narrow } = await account(url, []);
    await expect(OPEN('keys', narrow)).rejects.toThrow(/cannot be opened \(42501\).*CREATE while tables are made/);
    await tell(url, `REVOKE CONNECT ON DATABASE ${new URL(url).pathname.slice(1)} FROM public`);
    await expect(OPEN('keys', narrow)).rejects.toThrow(/42501.*CONNECT on the database/);
    await tell(url, `ALTER ROLE ${role} CONNECTION LIMIT 0`);
    await expect(OPEN('keys', narrow)).rejects.toThrow(/53300.*max_connections/);
    await expect(OPEN('keys', narrow.replace('narrow-password', 'wrong'))).rejects.toThrow(/28P01.*percent-encoded/);
    await expect(OPEN('keys', narrow.replace(role, 'nobody'))).rejects.toThrow(/28P01.*refuses this user or password/);
    await expect(OPEN('keys', narrow.replace(':narrow-password', ''))).rejects.toThrow(/no_password.*no PGPASSWORD/);
  });
});

test('what else goes wrong on a server is told with what to do', async () => {
  const url = await database();
  const name = new URL(url).pathname.slice(1);
  const why = (at: string) =>
    OPEN('keys', at).then(
      () => 'opened',
      (error: Error) => error.message,
    );

  expect(await why(url.replace(name, 'nowhere'))).toMatch(
    /key store \(postgres:.*\/nowhere\).*3D000.*CREATE DATABASE.*Check KEY_STORE_URL/,
  );
  expect(await why(url.replace('127.0.0.1', 'nowhere.invalid'))).toMatch(/ENOTFOUND|EAI_AGAIN/);
  expect(await why(url.replace('127.0.0.1', 'nowhere.invalid'))).toMatch(/name of the host is not known/);
  expect(await why(`${url}?sslmode=require`)).toMatch(/no_tls.*asks for it/);
  await tell(url, `ALTER DATABASE ${name} SET default_transaction_read_only = on`);
  expect(await why(url)).toMatch(/25006.*read-only/);
  await tell(inject('postgresUrl'), `ALTER DATABASE ${name} RESET default_transaction_read_only`);
  await tell(url, 'DROP SCHEMA public');
  expect(await why(url)).toMatch(/3F000.*no schema for the tables/);
  expect(await why(url)).not.toContain(new URL(url).password);
});
