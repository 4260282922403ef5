/** Migrations: the tables they make are the tables the code knows, whoever migrates first, and nobody goes back. */
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { StartError } from '../../src/errors.ts';
import { openStore } from '../../src/storage/opening/open-store.ts';
import type { StoreName, Table } from '../../src/storage/table.ts';
import { tell } from '../support/home.ts';
import { PACKINGS } from '../support/spelled.ts';
import { bareStores, ENGINES, type Engine } from '../support/stores.ts';
import { together } from '../support/together.ts';

/** Every table that any module of the house defines, exported or not. */
const known = vi.hoisted((): Table[] => []);
vi.mock('../../src/storage/table.ts', async (original) => {
  const module = await original<typeof import('../../src/storage/table.ts')>();
  const table = (...args: Parameters<typeof module.table>) => {
    const made = module.table(...args);
    known.push(made);
    return made;
  };
  return { ...module, table };
});

const root = new URL('../../', import.meta.url);
const STORES = ['records', 'keys'] as const;
/** Knex's own. */
const BOOKKEEPING = { records: 'lethe_record_migrations', keys: 'lethe_key_migrations' };

async function loadEveryTable(): Promise<Table[]> {
  for (const file of await readdir(new URL('src', root), { recursive: true })) {
    if (!file.endsWith('.ts')) continue;
    const url = new URL(`src/${file}`, root);
    if (/\btable\(\s*'(records|keys)'/.test(await readFile(url, 'utf8'))) await import(fileURLToPath(url));
  }
  return known;
}

interface Shape {
  readonly columns: Record<string, string>;
  readonly primaryKey: readonly string[];
}

/** As the stores know it: what lies packed are bytes, and SQLite has one kind of integer. */
function shapeOf(table: Table, engine: Engine): Shape {
  const columns = Object.entries(table.columns).map(([column, type]) => {
    if (table.packings.has(column)) return [column, type.replace(/^[^?]*/, 'bytes')];
    return [column, engine === 'sqlite' ? type.replace('small', 'int') : type];
  });
  return { columns: Object.fromEntries(columns), primaryKey: table.primaryKey };
}

const TYPES: Record<Engine, Record<string, string>> = {
  sqlite: { text: 'text', blob: 'bytes', integer: 'int' },
  postgres: { text: 'text', bytea: 'bytes', bigint: 'int', integer: 'small' },
};

async function tablesOf(engine: Engine, url: string): Promise<Map<string, Shape>> {
  const ask =
    engine === 'sqlite'
      ? `SELECT t.name AS "table", c.name AS "column", lower(c.type) AS type, c."notnull" = 0 AS nullable, c.pk AS key
           FROM sqlite_master t, pragma_table_info(t.name) c
          WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'`
      : `SELECT c.table_name AS "table", c.column_name AS "column", c.data_type AS type, c.is_nullable = 'YES' AS nullable,
                coalesce(k.ordinal_position, 0)::int AS key
           FROM information_schema.columns c
           LEFT JOIN information_schema.table_constraints p
             ON p.table_name = c.table_name AND p.table_schema = 'public' AND p.constraint_type = 'PRIMARY KEY'
           LEFT JOIN information_schema.key_column_usage k
             ON k.constraint_name = p.constraint_name AND k.column_name = c.column_name AND k.table_name = c.table_name
          WHERE c.table_schema = 'public'`;
  type Column = { table: string; column: string; type: string; nullable: boolean | number; key: number };
  const tables = new Map<string, { columns: Record<string, string>; key: [number, string][] }>();
  for (const { table, column, type, nullable, key } of await tell<Column>(url, ask)) {
    if (/_migrations(_lock)?$/.test(table)) continue;
    const shape = tables.get(table) ?? { columns: {}, key: [] };
    shape.columns[column] = `${TYPES[engine][type] ?? type}${nullable ? '?' : ''}`;
    if (key > 0) shape.key.push([key, column]);
    tables.set(table, shape);
  }
  return new Map(
    [...tables].map(([name, { columns, key }]) => [
      name,
      { columns, primaryKey: key.sort(([a], [b]) => a - b).map(([, column]) => column) },
    ]),
  );
}

async function freshUrl(engine: Engine, store: StoreName): Promise<string> {
  const stores = await bareStores(engine);
  onTestFinished(stores.drop);
  return store === 'records' ? stores.recordStoreUrl : stores.keyStoreUrl;
}

const applied = (store: StoreName, url: string) => tell(url, `SELECT * FROM ${BOOKKEEPING[store]} ORDER BY id`);
const migrate = async (store: StoreName, url: string) => (await openStore(store, url)).close();

describe.each(ENGINES)('on %s', (engine) => {
  test.each(STORES)(
    'the %s store has, from empty, exactly the tables, columns and keys that the code knows',
    async (name) => {
      const url = await freshUrl(engine, name);
      await migrate(name, url);

      const defined = (await loadEveryTable()).filter((table) => table.store === name);
      const made = await tablesOf(engine, url);

      expect([...made.keys()].sort()).toEqual([...new Set(defined.map((table) => table.name))].sort());
      for (const table of defined)
        expect([table.name, made.get(table.name)]).toEqual([table.name, shapeOf(table, engine)]);
      // By these the other tests read and write such columns. A `name` is a word in one table only; its statements are
      // told apart.
      const packed = defined.flatMap(({ name, packings }) =>
        [...packings.keys()].map((column) => [name, column] as const),
      );
      expect(packed.filter(([, column]) => column !== 'name' && !PACKINGS.has(column))).toEqual([]);
      // Ids sort by their bytes, whatever the database's collation.
      const collated = `SELECT column_name FROM information_schema.columns
      WHERE table_schema = 'public' AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'`;
      if (engine === 'postgres') expect(await tell(url, collated)).toEqual([]);
    },
  );

  test('processes that start at the same time migrate a store once, and both open it', async () => {
    const url = await freshUrl(engine, 'records');

    await together(new URL('migrate-once.ts', import.meta.url), ['records', url], 3);

    const names = (await applied('records', url)).map((row) => row.name);
    expect(names).toEqual([...new Set(names)]);
    expect(names.length).toBeGreaterThan(0);
  });

  test('a second start changes nothing; a store that a later release wrote is refused and left as it is', async () => {
    const url = await freshUrl(engine, 'records');
    const state = async () => [await applied('records', url), await tablesOf(engine, url)];
    await migrate('records', url);
    const before = await state();

    await migrate('records', url);
    expect(await state()).toEqual(before);

    const time = engine === 'sqlite' ? '0' : 'now()';
    const mark = `INSERT INTO ${BOOKKEEPING.records} (name, batch, migration_time) VALUES ('9999-later', 2, ${time})`;
    await tell(url, mark);
    const later = await state();
    const error: unknown = await openStore('records', url).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StartError);
    expect((error as StartError).message).toMatch(/later release/);
    expect(await state()).toEqual(later);
  });

  test('a store in the layout from before the first release is refused, and told apart from a later one', async () => {
    const url = await freshUrl(engine, 'keys');
    await migrate('keys', url);
    await tell(url, `UPDATE ${BOOKKEEPING.keys} SET name = '0001-first'`);
    await expect(migrate('keys', url)).rejects.toThrow(/development version of Lethe from before/);
  });

  test('a store is opened although a migration was killed while it held Knex’s own lock', async () => {
    const url = await freshUrl(engine, 'keys');
    await migrate('keys', url);
    await tell(url, `UPDATE ${BOOKKEEPING.keys}_lock SET is_locked = 1`);

    await expect(migrate('keys', url)).resolves.toBeUndefined();
  });
});

test('on sqlite, every table is strict, and all but those of large values store their rows in their key', async () => {
  for (const name of STORES) {
    const url = await freshUrl('sqlite', name);
    await migrate(name, url);
    const loose = await tell(
      url,
      `SELECT name, strict FROM pragma_table_list WHERE type = 'table' AND schema = 'main' AND (strict = 0 OR wr = 0)
          AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '%_migrations%' ORDER BY name`,
    );
    const large = ['certificates', 'records'].map((table) => ({ name: table, strict: 1 }));
    expect(loose).toEqual(name === 'records' ? large : []);
  }
});

test('a migration never decrypts: none imports a key, a cipher or a noun', async () => {
  const folder = new URL('migrations/', root);
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.ts'));
  expect(files.length).toBeGreaterThanOrEqual(3);
  for (const file of files) {
    const source = await readFile(new URL(file, folder), 'utf8');
    const imports = [...source.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, from]) => from);
    expect([file, imports.filter((from) => from !== 'knex' && from !== '../sql.ts')]).toEqual([file, []]);
  }
});

test('migrations are numbered without a gap, so that two of one number never meet', async () => {
  for (const folder of ['records', 'keystore']) {
    const files = (await readdir(new URL(`migrations/${folder}/`, root))).sort();
    const numbers = files.map((file) => file.slice(0, 4));
    expect(numbers).toEqual(files.map((_, i) => String(i + 1).padStart(4, '0')));
  }
});
