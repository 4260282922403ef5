import pg from 'pg';
import { expect, inject, test } from 'vitest';
import { freshDatabase } from '../support/postgres.ts';

async function ask(url: string, query: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(query)).rows;
  } finally {
    await client.end();
  }
}

test('every call makes a database of its own', async () => {
  const [one, two] = await Promise.all([freshDatabase(), freshDatabase()]);
  await ask(one.url, 'CREATE TABLE t (a int)');

  expect(await ask(one.url, "SELECT to_regclass('t') AS t")).toEqual([{ t: 't' }]);
  expect(await ask(two.url, "SELECT to_regclass('t') AS t")).toEqual([{ t: null }]);
  await Promise.all([one.drop(), two.drop()]);
});

test('a dropped database is gone, though somebody is still connected', async () => {
  const { url, drop } = await freshDatabase();
  const guest = new pg.Client({ connectionString: url });
  guest.on('error', () => {});
  await guest.connect();

  await drop();

  await expect(ask(url, 'SELECT 1')).rejects.toMatchObject({ code: '3D000' });
});

test('commits are synchronous, so that what a test kills has been written', async () => {
  expect(await ask(inject('postgresUrl'), 'SHOW synchronous_commit')).toEqual([{ synchronous_commit: 'on' }]);
});
