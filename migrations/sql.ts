/**
 * The few words in which the two stores' SQL differs, so that each migration is written once and reads as SQL.
 * Ids sort by bytes on both (`COLLATE "C"`), whatever the database's own collation.
 */
import type { Knex } from 'knex';

export interface Words {
  readonly text: string;
  readonly bytes: string;
  readonly int: string;
  /** Ends a CREATE TABLE whose rows are small and found by primary key alone. */
  readonly clustered: string;
}

export function words(knex: Knex): Words {
  return knex.client.config.client === 'pg'
    ? { text: 'text COLLATE "C"', bytes: 'bytea', int: 'bigint', clustered: '' }
    : { text: 'text', bytes: 'blob', int: 'integer', clustered: 'STRICT, WITHOUT ROWID' };
}

export async function run(knex: Knex, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await knex.schema.raw(statement);
}
