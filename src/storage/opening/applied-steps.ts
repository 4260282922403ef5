/**
 * Checks whether the steps that made a store are those of this release. The store keeps a checksum of each step's SQL.
 * If it differs, the step was edited after it was applied, and a released step is never edited.
 *
 *   vault_facts  name `step 0001-tables`, value: SHA-256 of the step's statements, as hexadecimal digits
 *
 * The line ends and the indentation of a statement do not count, nor does what a step says to SQLite's planner. A store
 * from before these checksums is compared once, table by table and column by column, with what the steps make.
 *
 * Guarantees: nothing is written before all applied steps have been compared.
 * Does not: compare indexes and defaults of a store from before the checksums; tell who edited a step.
 */
import knex, { type Knex } from 'knex';
import { lineDigest } from '../../crypto/digest.ts';
import { StartError } from '../../errors.ts';
import { CALLED } from '../errors.ts';
import type { StoreName } from '../table.ts';

export interface Migration {
  readonly name: string;
  up(knex: Knex): Promise<void>;
  down(knex: Knex): Promise<void>;
}

const FACT = 'step ';
/** Columns as `table.column`, each with one of the three types that both stores share, and `?` where it may be NULL. */
type Shape = ReadonlyMap<string, string>;
const TYPES: Readonly<Record<string, string>> = { blob: 'bytes', bytea: 'bytes', integer: 'int', bigint: 'int' };

/** Digests what a step would send to a database of this kind, and sends nothing. */
export async function checksumOf({ up }: Migration, client: string): Promise<string> {
  const digest = lineDigest();
  const schema = { raw: async (statement: string) => digest.add(statement.replace(/\s+/g, ' ').trim()) };
  await up({ client: { config: { client, recording: true } }, schema } as unknown as Knex);
  return digest.hex();
}

/**
 * Whether exactly these steps were applied, in the form they have here, and noted. Then a start has nothing to write.
 * Only reads.
 * @param table as in `compareSteps`
 */
export async function isCurrent(db: Knex, table: string, steps: readonly Migration[]): Promise<boolean> {
  const applied = await appliedOf(db, table);
  if (applied.length !== steps.length) return false;
  const noted = await notedOf(db);
  for (const [i, step] of steps.entries()) {
    if (applied[i] !== step.name) return false;
    if (noted.get(step.name) !== (await checksumOf(step, db.client.config.client))) return false;
  }
  return true;
}

/**
 * @param table where Knex keeps which steps were applied
 * @returns what the store must keep once the missing steps are applied, too
 * @throws {StartError} naming the step that was applied in another form; nothing has been changed
 */
export async function compareSteps(
  db: Knex,
  store: StoreName,
  table: string,
  steps: readonly Migration[],
): Promise<() => Promise<void>> {
  const applied = await appliedOf(db, table);
  const noted = await notedOf(db);
  const sums = new Map<string, string>();
  for (const step of steps) sums.set(step.name, await checksumOf(step, db.client.config.client));
  for (const name of applied) {
    const [was, is] = [noted.get(name), sums.get(name)];
    if (was !== undefined && is !== undefined && was !== is) throw otherForm(store, name);
  }
  const unnoted = applied.filter((name) => sums.has(name) && !noted.has(name));
  if (unnoted.length > 0) {
    await compareShape(
      db,
      store,
      steps.filter(({ name }) => applied.includes(name)),
    );
  }
  return async () => {
    const rows = [...sums].filter(([name]) => !noted.has(name));
    if (rows.length === 0) return;
    await db('vault_facts').insert(rows.map(([name, value]) => ({ name: `${FACT}${name}`, value })));
  };
}

function otherForm(store: StoreName, step: string): StartError {
  return new StartError(
    `The step ${step} of the ${CALLED[store]} was applied in another form: this data was made by an unreleased version of Lethe. ` +
      'Open it with that version, or begin anew in an empty home. Nothing has been changed.',
  );
}

async function appliedOf(db: Knex, table: string): Promise<string[]> {
  if (!(await db.schema.hasTable(table))) return [];
  const rows: { name: string }[] = await db(table).select('name').orderBy('id');
  return rows.map(({ name }) => name);
}

async function notedOf(db: Knex): Promise<Map<string, string>> {
  if (!(await db.schema.hasTable('vault_facts'))) return new Map();
  const rows: { name: string; value: string }[] = await db('vault_facts').where('name', 'like', `${FACT}%`);
  return new Map(rows.map(({ name, value }) => [name.slice(FACT.length), value]));
}

/** @throws {StartError} naming the first column that is not as the steps make it */
async function compareShape(db: Knex, store: StoreName, steps: readonly Migration[]): Promise<void> {
  const scratch = knex({
    client: 'better-sqlite3',
    connection: { filename: ':memory:' },
    useNullAsDefault: true,
    pool: { min: 1, max: 1 },
  });
  try {
    for (const { up } of steps) await up(scratch);
    const [right, found] = [await shapeOf(scratch), await shapeOf(db)];
    const tables = new Set([...right.keys()].map(tableOf));
    const ours = [...found.keys()].filter((column) => tables.has(tableOf(column)));
    const other = [...new Set([...right.keys(), ...ours])].find((column) => right.get(column) !== found.get(column));
    if (other !== undefined) {
      const [has, should] = [found.get(other) ?? 'absent', right.get(other) ?? 'absent'];
      throw new StartError(
        `The ${CALLED[store]} is not as a released version of Lethe made it: ${other} is ${has}, and should be ${should}. ` +
          'It was made by an unreleased version, or changed by hand. Nothing has been changed.',
      );
    }
  } finally {
    await scratch.destroy();
  }
}

const tableOf = (column: string) => column.slice(0, column.indexOf('.'));

async function shapeOf(db: Knex): Promise<Shape> {
  const rows: { place: string; type: string; nullable: number | boolean }[] =
    db.client.config.client === 'pg'
      ? (
          await db.raw(
            `SELECT table_name || '.' || column_name AS place, data_type AS type, is_nullable = 'YES' AS nullable
               FROM information_schema.columns WHERE table_schema = current_schema()`,
          )
        ).rows
      : await db.raw(
          `SELECT t.name || '.' || c.name AS place, lower(c.type) AS type, c."notnull" = 0 AND c.pk = 0 AS nullable
             FROM sqlite_master t, pragma_table_info(t.name) c
            WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`,
        );
  return new Map(rows.map(({ place, type, nullable }) => [place, `${TYPES[type] ?? type}${nullable ? '?' : ''}`]));
}
