/** Databases of a real PostgreSQL for tests: each call gets an empty one that no other test sees. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

/** Connections of this process that make and drop databases; they keep nothing alive. */
let administration: pg.Pool | undefined;

/**
 * @param template the database to copy; nobody may be connected to it
 * @returns the database's URL, and what drops it, whoever is still connected.
 */
export async function freshDatabase(template = 'template1'): Promise<{ url: string; drop(): Promise<void> }> {
  const server = inject('postgresUrl');
  administration ??= new pg.Pool({ connectionString: server, max: 2, allowExitOnIdle: true }).on('error', () => {});
  const tell = administration.query.bind(administration);
  const name = `lethe_test_${randomBytes(8).toString('hex')}`;
  await tell(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY ${inject('copying')}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: async () => void (await tell(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)) };
}
