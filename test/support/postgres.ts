/** Databases of a real PostgreSQL for tests: each call gets an empty one that no other test sees. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

/**
 * @param template the database to copy; nobody may be connected to it
 * @returns the database's URL, and what drops it, whoever is still connected.
 */
export async function freshDatabase(template = 'template1'): Promise<{ url: string; drop(): Promise<void> }> {
  const server = inject('postgresUrl');
  const name = `lethe_test_${randomBytes(8).toString('hex')}`;
  await tell(server, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => tell(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function tell(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
