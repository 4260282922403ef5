/**
 * Databases for a run, durable ones: a commit that is answered has been fsynced. SQLite files lie in a folder under
 * the system's temporary directory (`TMPDIR` moves it); PostgreSQL is the throwaway server of the tests with `fsync`
 * and `full_page_writes` switched on, its other settings as it comes. On a temporary directory in memory an fsync costs
 * nothing, for the ceilings as for the vault, so `assertOnDisk` refuses it.
 */
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '../support/postgres-setup.ts';
import type { Stores } from './processes.ts';

export const ENGINES = ['sqlite', 'postgres'] as const;
export type Engine = (typeof ENGINES)[number];

const MEMORY_FILE_SYSTEMS = [0x01021994, 0x858458f6];

export interface Databases {
  /** Says how an answered commit was made durable. */
  readonly durability: string;
  /** Two empty stores. */
  fresh(): Promise<Stores & { readonly home: string }>;
  /** One more empty database of the same engine on the same disk. */
  freshCeiling(): Promise<string>;
  /** Drops all of these, so that nothing is vacuumed or written out of them while something else is measured. */
  clear(): Promise<void>;
  remove(): Promise<void>;
}

export async function openDatabases(engine: Engine): Promise<Databases> {
  const folder = await mkdtemp(join(tmpdir(), 'lethe-bench-'));
  await assertOnDisk(folder);
  // Gigabytes, when a run is broken off.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  let homes = 0;
  const newHome = async () => {
    homes += 1;
    const home = join(folder, String(homes));
    await mkdir(home);
    return home;
  };
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  const removeHomes = async () => {
    // A server that has been killed may still be on its way out.
    for (const home of await readdir(folder)) await rm(join(folder, home), { recursive: true, maxRetries: 5 });
  };
  if (engine === 'sqlite') {
    return {
      durability: 'WAL, synchronous FULL',
      async fresh() {
        const home = await newHome();
        return {
          home,
          recordStoreUrl: `sqlite:${join(home, 'data/records.db')}`,
          keyStoreUrl: `sqlite:${join(home, 'keys/keystore.db')}`,
        };
      },
      freshCeiling: async () => `sqlite:${join(await newHome(), 'ceiling.db')}`,
      clear: removeHomes,
      remove: removeFolder,
    };
  }
  const { url, stop } = await startPostgres();
  const durability = await makeDurable(url);
  const made: string[] = [];
  const newDatabase = async (name: string) => {
    await tell(url, `CREATE DATABASE ${name}`);
    made.push(name);
    return databaseUrl(url, name);
  };
  return {
    durability,
    async fresh() {
      const home = await newHome();
      const name = `bench_${homes}`;
      return {
        home,
        recordStoreUrl: await newDatabase(`${name}_records`),
        keyStoreUrl: await newDatabase(`${name}_keys`),
      };
    },
    async freshCeiling() {
      homes += 1;
      return newDatabase(`bench_${homes}_ceiling`);
    },
    async clear() {
      await tell(url, ...made.splice(0).map((name) => `DROP DATABASE ${name} WITH (FORCE)`));
      await removeHomes();
    },
    async remove() {
      await stop();
      await removeFolder();
    },
  };
}

/** The tests' server runs without fsync; both settings take effect at a reload. */
async function makeDurable(url: string): Promise<string> {
  await tell(url, 'ALTER SYSTEM SET fsync = on', 'ALTER SYSTEM SET full_page_writes = on', 'SELECT pg_reload_conf()');
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const shown = await settings(url);
    if (shown.fsync === 'on' && shown.full_page_writes === 'on' && shown.synchronous_commit === 'on') {
      return Object.entries(shown)
        .map(([name, value]) => `${name} ${value}`)
        .join(', ');
    }
    await new Promise((resume) => setTimeout(resume, 100));
  }
  throw new Error('PostgreSQL did not switch fsync on.');
}

async function settings(url: string): Promise<Record<string, string>> {
  const names = ['server_version', 'fsync', 'full_page_writes', 'synchronous_commit', 'wal_sync_method'];
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query('SELECT name, setting FROM pg_settings WHERE name = ANY($1)', [names]);
    return Object.fromEntries(rows.map((row) => [row.name, row.setting]));
  } finally {
    await client.end();
  }
}

async function tell(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

function databaseUrl(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

async function assertOnDisk(folder: string): Promise<void> {
  const { type } = await statfs(folder);
  if (!MEMORY_FILE_SYSTEMS.includes(type)) return;
  await rm(folder, { recursive: true, force: true });
  throw new Error(`${folder} is in memory, where an fsync costs nothing. Set TMPDIR to a folder on a disk.`);
}
