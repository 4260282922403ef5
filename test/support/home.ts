/**
 * A vault's home that a test may reach into: its stores by URL, its key files, several nodes at once, and every byte
 * it has written. Tests that use it call the verbs themselves; `vault.ts` beside it goes through HTTP.
 *
 *   const home = await freshHome('postgres');
 *   const [one, two] = [await home.open(), await home.open()];     // two processes on the same stores, as it were
 *   await tell(home.recordStoreUrl, "UPDATE principals SET role = 'admin'");
 *   placesOf(await everyByte(home), secret);                       // → ['keys/epochs/epoch-000001.key']
 */
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import Database from 'better-sqlite3';
import pg from 'pg';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { parseApiKey } from '../../src/access/api-key.ts';
import type { Role } from '../../src/access/roles.ts';
import { authenticate } from '../../src/calls/authenticate.ts';
import type { Caller } from '../../src/calls/caller.ts';
import type { Clock } from '../../src/clock.ts';
import { pooledRandom, type RandomSource } from '../../src/crypto/random.ts';
import { newId, type Token } from '../../src/ids.ts';
import type { RootKeySource } from '../../src/keyring/settings.ts';
import { addPrincipal } from '../../src/operations/access/add-principal.ts';
import { addTenant } from '../../src/operations/access/add-tenant.ts';
import { detokenize } from '../../src/operations/values/detokenize.ts';
import { openVault } from '../../src/vault/open-vault.ts';
import type { Vault, VaultConfig } from '../../src/vault/vault.ts';
import { declarePurposes, PURPOSES } from './purposes.ts';
import { askRows, packedStatement, packedValues, spelledRows } from './spelled.ts';
import { bareStores, type Engine, freshStores, type StoreUrls } from './stores.ts';
import { temporaryFolder } from './temporary.ts';
import { NOW, QUICK_PASSWORDS } from './vault.ts';

export interface Home {
  readonly engine: Engine;
  readonly recordStoreUrl: string;
  readonly keyStoreUrl: string;
  /** Holds `keys/`, and on SQLite nothing else: the stores have a folder of their own. */
  readonly folder: string;
  readonly config: VaultConfig;
  /** The vault, as one more node on these stores; closed with the home at the latest. */
  open(options?: {
    rootKey?: RootKeySource;
    clock?: Clock;
    random?: RandomSource;
    /** How many records of a type are expected: few make the indexes of shared values very blurred. */
    plannedRecords?: number;
  }): Promise<Vault>;
  /** The API key of the first administrator. */
  adminKey(): Promise<string>;
  /** The plain value of a token, as an app sees it, or the code of the error in its place. */
  reveal(vault: Vault, token: string): Promise<unknown>;
  /** Closes every vault and removes the stores. */
  drop(): Promise<void>;
}

/**
 * A home of the test that calls this, gone when the test is over.
 * @param tables `none`: where a test looks at what is there before a vault is made
 */
export async function freshHome(engine: Engine, tables: 'empty' | 'none' = 'empty'): Promise<Home> {
  const home = await makeHome(engine, tables === 'none' ? bareStores : freshStores);
  onTestFinished(home.drop);
  return home;
}

/** The same, with stores at these URLs on PostgreSQL. */
export async function freshHomeAt(stores: Omit<StoreUrls, 'drop'>): Promise<Home> {
  const home = await makeHome('postgres', async () => ({ ...stores, drop: async () => {} }));
  onTestFinished(home.drop);
  return home;
}

async function makeHome(engine: Engine, make: (engine: Engine) => Promise<StoreUrls>): Promise<Home> {
  const [stores, { path: folder, remove }] = await Promise.all([make(engine), temporaryFolder()]);
  const config: VaultConfig = {
    recordStoreUrl: stores.recordStoreUrl,
    keyStoreUrl: stores.keyStoreUrl,
    keysPath: `${folder}/keys`,
    rootKey: { from: 'file', path: `${folder}/keys/root.key` },
  };
  const opened: Vault[] = [];
  const home: Home = {
    engine,
    recordStoreUrl: stores.recordStoreUrl,
    keyStoreUrl: stores.keyStoreUrl,
    folder,
    config,
    async open({ rootKey, clock = () => NOW, random = pooledRandom(), plannedRecords } = {}) {
      const vault = await openVault(
        { ...config, ...(rootKey && { rootKey }), ...(plannedRecords && { plannedRecords }) },
        { clock, random, passwords: QUICK_PASSWORDS, mayMake: true },
      );
      let closing: Promise<void> | undefined;
      const close = () => {
        closing ??= vault.close();
        return closing;
      };
      const closedOnce = { ...vault, close };
      opened.push(closedOnce);
      return closedOnce;
    },
    adminKey: async () => (await readFile(`${folder}/keys/admin.key`, 'ascii')).trim(),
    async reveal(vault, token) {
      const app = await appOf(vault, home);
      const { results } = await detokenize(vault, app, { tokens: [token as Token], purpose: 'billing' });
      const [result] = results;
      return result !== undefined && 'value' in result ? result.value : result?.error.code;
    },
    async drop() {
      await Promise.all(opened.map((vault) => vault.close()));
      await stores.drop();
      await remove();
    },
  };
  return home;
}

/** The secret of an API key as its text shows it. It may hold underscores, so the text cannot be cut at them. */
export function secretOf(apiKey: string): string {
  const parsed = parseApiKey(apiKey);
  if (parsed === undefined) throw new Error('This is no API key.');
  return parsed.secret.toString('base64url');
}

/** A caller of this API key; an administrator's tenant then has declared the purposes that tests give. */
export async function callerOf(vault: Vault, apiKey: string): Promise<Caller> {
  const caller = await authenticate(vault, apiKey, newId('request', vault.random, vault.clock()));
  if (caller.role === 'admin') await declarePurposes(vault, caller.tenant);
  return caller;
}

/** A caller of the first tenant with this role and every purpose, made by the first administrator. */
export async function appOf(vault: Vault, home: Home, role: Role = 'app'): Promise<Caller> {
  return memberOf(vault, await callerOf(vault, await home.adminKey()), role);
}

async function memberOf(vault: Vault, admin: Caller, role: Role): Promise<Caller> {
  const { apiKey } = await addPrincipal(vault, admin, { name: `test-${role}`, role, purposes: PURPOSES });
  return callerOf(vault, apiKey);
}

/** One vault for all tests of a `describe`, which then keep to subjects and values of their own. */
export interface Stage {
  readonly home: Home;
  readonly vault: Vault;
  now(): Date;
  advance(ms: number): void;
  /** A caller of this role in the first tenant, always the same. */
  as(role: Role): Promise<Caller>;
  /** A caller of this role in the tenant of this name, made at its first use. */
  inTenant(name: string, role: Role): Promise<Caller>;
  /** The audit entries of every tenant, the oldest first. */
  entries(): Promise<Record<string, unknown>[]>;
  lastEntry(): Promise<Record<string, unknown> | undefined>;
}

export function stage(engine: Engine, options: { readonly plannedRecords?: number } = {}): Stage {
  let time = NOW.getTime();
  let home: Home;
  let vault: Vault;
  const made = new Map<string, Promise<Caller>>();
  const once = (name: string, make: () => Promise<Caller>) => {
    const caller = made.get(name) ?? make();
    made.set(name, caller);
    return caller;
  };
  const adminOf = (tenant: string) =>
    once(`${tenant}/first-admin`, async () => {
      const admin = await callerOf(vault, await home.adminKey());
      if (tenant === 'default') return admin;
      const { apiKey } = await addTenant(vault, admin, { name: tenant });
      return callerOf(vault, apiKey);
    });
  const entries = (limit: number) =>
    askRows<Record<string, unknown>>(vault.recordStore.reader, (sql) =>
      sql('audit_entries').orderBy('entry', 'desc').limit(limit),
    );
  beforeAll(async () => {
    home = await makeHome(engine, freshStores);
    vault = await home.open({ clock: () => new Date(time), ...options });
  });
  afterAll(() => home.drop());
  return {
    get home() {
      return home;
    },
    get vault() {
      return vault;
    },
    now: () => new Date(time),
    advance: (ms) => {
      time += ms;
    },
    as: (role) => once(`default/${role}`, async () => memberOf(vault, await adminOf('default'), role)),
    inTenant: (name, role) => once(`${name}/${role}`, async () => memberOf(vault, await adminOf(name), role)),
    entries: async () => (await entries(100_000)).reverse(),
    lastEntry: async () => (await entries(1))[0],
  };
}

/** The same object with some of its parts exchanged; the rest goes to the object itself, private fields and all. */
export function withParts<T extends object>(whole: T, parts: Partial<T>): T {
  return new Proxy(whole, {
    get(target, name) {
      const part: unknown = name in parts ? parts[name as keyof T] : target[name as keyof T];
      // The random source stays itself: ids grow within one source, and a bound copy would be another.
      return typeof part === 'function' && name !== 'random' ? part.bind(target) : part;
    },
  });
}

/**
 * Runs one statement on a connection of its own, as somebody with access to the database would. Ids and words are
 * written and read as texts.
 */
export async function tell<R = Record<string, unknown>>(
  url: string,
  statement: string,
  values: unknown[] = [],
): Promise<R[]> {
  const [rows = []] = await onConnection(url, (run) => Promise.all([run(statement, values)]));
  return rows as R[];
}

/** Runs statements one after another on one connection. */
export async function tellAll(url: string, statements: readonly string[]): Promise<void> {
  await onConnection(url, async (run) => {
    for (const statement of statements) await run(statement, []);
  });
}

type Run = (statement: string, values: unknown[]) => Promise<unknown[]>;

async function onConnection<R>(url: string, work: (run: Run) => Promise<R>): Promise<R> {
  if (url.startsWith('sqlite:')) {
    const db = new Database(url.slice('sqlite:'.length));
    try {
      return await work(async (statement, values) => {
        const prepared = db.prepare(packedStatement(statement, 'sqlite'));
        if (prepared.reader) return spelledRows(prepared.all(...packedValues(statement, values)));
        prepared.run(...packedValues(statement, values));
        return [];
      });
    } finally {
      db.close();
    }
  }
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(async (statement, values) =>
      spelledRows((await client.query(packedStatement(statement, 'postgres'), packedValues(statement, values))).rows),
    );
  } finally {
    await client.end();
  }
}

/** Every row of every table, bytes in hexadecimal: what must not have changed where nothing was to change. */
export async function rowsOf(url: string): Promise<Record<string, string[]>> {
  const sqlite = url.startsWith('sqlite:');
  const bytesAsHex = (_: string, value: unknown) =>
    (value as { type?: string } | null)?.type === 'Buffer'
      ? Buffer.from((value as { data: number[] }).data).toString('hex')
      : value;
  return onConnection(url, async (run) => {
    const listed = await run(
      sqlite
        ? `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`
        : `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1`,
      [],
    );
    // Knex frees its own lock at every start, which makes its row a new one; marks come and go with every transaction.
    const tables = listed
      .map((row) => (row as { name: string }).name)
      .filter((name) => !name.endsWith('_migrations_lock') && name !== 'marks');
    const all: Record<string, string[]> = {};
    for (const name of tables) {
      const rows = await run(sqlite ? `SELECT * FROM "${name}"` : `SELECT t::text AS row FROM "${name}" t`, []);
      all[name] = rows.map((row) => (sqlite ? JSON.stringify(row, bytesAsHex) : (row as { row: string }).row)).sort();
    }
    return all;
  });
}

/** Runs work while a table is not there. */
export async function withoutTable<R>(url: string, table: string, work: () => Promise<R>): Promise<R> {
  await tell(url, `ALTER TABLE ${table} RENAME TO away`);
  try {
    return await work();
  } finally {
    await tell(url, `ALTER TABLE away RENAME TO ${table}`);
  }
}

/** Makes every insert into the table fail, until the function returned is called. */
export function refuseInserts(url: string, table: string): Promise<() => Promise<void>> {
  return refuseWrites(url, table, 'INSERT');
}

/** The same of every row that is deleted. */
export function refuseDeletes(url: string, table: string): Promise<() => Promise<void>> {
  return refuseWrites(url, table, 'DELETE');
}

/** The same of every row that is changed. */
export function refuseUpdates(url: string, table: string): Promise<() => Promise<void>> {
  return refuseWrites(url, table, 'UPDATE');
}

async function refuseWrites(
  url: string,
  table: string,
  how: 'INSERT' | 'UPDATE' | 'DELETE',
): Promise<() => Promise<void>> {
  if (url.startsWith('sqlite:')) {
    await tell(url, `CREATE TRIGGER refuse BEFORE ${how} ON ${table} BEGIN SELECT RAISE(ABORT, 'refused'); END`);
    return async () => void (await tell(url, 'DROP TRIGGER refuse'));
  }
  await tell(
    url,
    `CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$`,
  );
  await tell(url, `CREATE TRIGGER refuse BEFORE ${how} ON ${table} FOR EACH ROW EXECUTE FUNCTION refuse()`);
  return async () => void (await tell(url, `DROP TRIGGER refuse ON ${table}`));
}

/** Everything a home has written, by place: files of its folders, and on PostgreSQL the rows of every table. */
export async function everyByte(home: Home): Promise<Map<string, Buffer>> {
  const places = new Map<string, Buffer>();
  await readInto(places, home.folder, home.folder);
  for (const [store, url] of [
    ['records', home.recordStoreUrl],
    ['keys', home.keyStoreUrl],
  ] as const) {
    if (url.startsWith('sqlite:')) {
      const path = url.slice('sqlite:'.length);
      for (const name of [path, `${path}-wal`]) {
        const bytes = await readFile(name).catch(() => undefined);
        if (bytes !== undefined) places.set(`${store} store ${name === path ? 'file' : 'wal'}`, bytes);
      }
      continue;
    }
    for (const [name, rows] of Object.entries(await rowsOf(url))) {
      places.set(`${store} store table ${name}`, Buffer.from(rows.join('\n')));
    }
  }
  return places;
}

async function readInto(places: Map<string, Buffer>, root: string, folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await readInto(places, root, path);
    else places.set(relative(root, path), await readFile(path));
  }
}

/** Where the bytes are found, as they are or in hexadecimal or base64. */
export function placesOf(places: ReadonlyMap<string, Buffer>, wanted: Buffer): string[] {
  const spellings = [
    wanted,
    wanted.toString('hex'),
    wanted.toString('hex').toUpperCase(),
    wanted.toString('base64').replace(/=+$/, ''),
    wanted.toString('base64url'),
  ];
  return [...places]
    .filter(([, bytes]) => spellings.some((spelling) => bytes.includes(spelling)))
    .map(([name]) => name);
}
