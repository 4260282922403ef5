/**
 * Vitest's global setup: a folder for the whole run, which is the temporary folder of its tests; one PostgreSQL server, or
 * the one that TEST_POSTGRES_URL names; and of each engine two stores without a row, which tests copy: to make their tables
 * takes longer than most tests do.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { openStore } from '../../src/storage/opening/open-store.ts';
import type { StoreName } from '../../src/storage/table.ts';
import type { Programs } from './programs.ts';
import { makeRunFolder } from './run-folder.ts';
import type { Engine } from './stores.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A superuser's URL of the server that tests make their databases on. */
    postgresUrl: string;
    /** What to copy: files of SQLite, databases of PostgreSQL. */
    emptyStores: Record<Engine, Record<StoreName, string>>;
    /** How PostgreSQL is to copy them. On a disk, copied files would wait for a checkpoint. */
    copying: 'file_copy' | 'wal_log';
    /** What a test starts that needs a process. */
    programs: Programs;
    /** The temporary folder outside the run's own: on a disk, and programs can be run from it. */
    disk: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await makeRunFolder();
  project.provide('disk', tmpdir());
  // What a process that a test starts has compiled, the next one need not.
  process.env.NODE_COMPILE_CACHE ??= join(folder.path, 'compiled');
  process.env.TMPDIR = folder.path;
  process.env.TEST_CLUSTER = join(folder.path, 'cluster');
  const given = process.env.TEST_POSTGRES_URL;
  // Here alone: what starts a PostgreSQL server imports this file, too.
  const { joinPrograms } = await import('./programs.ts');
  const [{ url, stop }, programs] = await Promise.all([
    given ? { url: given, stop: async () => {} } : startPostgres(),
    joinPrograms(join(folder.path, 'lethe')),
  ]);
  project.provide('programs', programs);
  project.provide('copying', given || !folder.inMemory ? 'wal_log' : 'file_copy');
  const run = randomBytes(4).toString('hex');
  const databases = { records: `lethe_test_${run}_records`, keys: `lethe_test_${run}_keys` };
  project.provide('postgresUrl', url);
  project.provide('emptyStores', {
    sqlite: { records: `${folder.path}/records.db`, keys: `${folder.path}/keystore.db` },
    postgres: databases,
  });
  for (const name of ['records', 'keys'] as const) {
    const file = name === 'records' ? 'records.db' : 'keystore.db';
    await tell(url, `CREATE DATABASE ${databases[name]}`);
    const database = new URL(url);
    database.pathname = `/${databases[name]}`;
    for (const store of [database.href, `sqlite:${folder.path}/${file}`]) await (await openStore(name, store)).close();
  }
  return async () => {
    if (given) for (const database of Object.values(databases)) await tell(url, `DROP DATABASE ${database}`);
    await stop();
    await folder.remove();
  };
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

/**
 * Starts a server that ends with this process at the latest, however this process ends.
 * @param args `tls`: it also speaks TLS and listens on a Unix socket, in the folder where its `server.crt` is
 * @throws with the server's last words if it did not start.
 */
export async function startPostgres(
  ...args: readonly 'tls'[]
): Promise<{ url: string; folder: string; stop(): Promise<void> }> {
  const program = fileURLToPath(new URL('postgres-server.ts', import.meta.url));
  // A process group of its own: Ctrl-C reaches vitest alone, and the server stops when vitest's end of the pipe closes.
  const child = spawn(process.execPath, [program, ...args], { detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  let complaint = '';
  child.stderr.on('data', (chunk) => {
    complaint += chunk;
  });
  const line = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += chunk;
      if (said.endsWith('\n')) resolve(said.trim());
    });
    child.on('error', reject);
    child.on('close', () => reject(new Error(`PostgreSQL for the tests did not start. ${complaint}`)));
  });
  const [url = '', folder = ''] = line.split(' ');
  return {
    url,
    folder,
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
