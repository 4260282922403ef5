/**
 * Checks whether the steps that made a store are those of this release. The store keeps a checksum of each step's SQL.
 * If it differs, the step was edited after it was applied, and a released step is never edited.
 *
 *   vault_facts  name `step 0001-tables`, value: SHA-256 of the step's statements, as hexadecimal digits
 *
 * The line ends and the indentation of a statement do not count, nor does what a step says to SQLite's planner.
 *
 * Guarantees: nothing is written before all applied steps have been compared. A step without its checksum counts as
 * edited.
 * Does not: tell who edited a step.
 */
import type { Knex } from 'knex';
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

export type Ask = (statement: string) => Promise<Record<string, unknown>[]>;

/** Digests what a step would send to a database of this kind, and sends nothing. */
export async function checksumOf({ up }: Migration, client: string): Promise<string> {
  const digest = lineDigest();
  const schema = { raw: async (statement: string) => digest.add(statement.replace(/\s+/g, ' ').trim()) };
  await up({ client: { config: { client, recording: true } }, schema } as unknown as Knex);
  return digest.hex();
}

/**
 * Whether exactly these steps were applied, in the form they have here. Only reads.
 * @param table where Knex keeps which steps were applied; it and `vault_facts` are there
 */
export async function isCurrent(
  ask: Ask,
  client: 'pg' | 'better-sqlite3',
  table: string,
  steps: readonly Migration[],
): Promise<boolean> {
  const rows = await ask(
    `SELECT m.name, f.value AS noted FROM ${table} m LEFT JOIN vault_facts f ON f.name = '${FACT}' || m.name ORDER BY m.id`,
  );
  if (rows.length !== steps.length) return false;
  for (const [i, step] of steps.entries()) {
    if (rows[i]?.name !== step.name || rows[i]?.noted !== (await checksumOf(step, client))) return false;
  }
  return true;
}

/**
 * @param table where Knex keeps which steps were applied
 * @returns what the store must keep once the missing steps are applied, too; undefined where none is missing
 * @throws {StartError} naming the step that was applied in another form; nothing has been changed
 */
export async function compareSteps(
  db: Knex,
  store: StoreName,
  table: string,
  steps: readonly Migration[],
): Promise<(() => Promise<void>) | undefined> {
  const applied = await appliedOf(db, table);
  const noted = await notedOf(db);
  const sums = new Map<string, string>();
  for (const step of steps) sums.set(step.name, await checksumOf(step, db.client.config.client));
  for (const name of applied) {
    const is = sums.get(name);
    if (is !== undefined && noted.get(name) !== is) throw otherForm(store, name);
  }
  const missing = [...sums].filter(([name]) => !applied.includes(name));
  // An unknown step is for the migrator to refuse.
  if (missing.length === 0 && applied.length === steps.length) return undefined;
  return async () => {
    if (missing.length === 0) return;
    await db('vault_facts').insert(missing.map(([name, value]) => ({ name: `${FACT}${name}`, value })));
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
