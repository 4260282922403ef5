/**
 * Of which types of the house a tenant keeps no two records with an equal value. Adds only: the release before runs on
 * these tables as before, until a tenant sets this.
 */
import type { Knex } from 'knex';
import { describeToPlanner, run, words } from '../sql.ts';

export async function up(knex: Knex): Promise<void> {
  const { int } = words(knex);
  // 1: unique; absent: as it comes.
  await run(knex, [`ALTER TABLE type_settings ADD COLUMN is_unique ${int}`]);
  await describeToPlanner(knex);
}

/** Stored data is never migrated backwards: restore a backup of the release that wrote it. */
export async function down(): Promise<void> {
  throw new Error('The record store is not migrated backwards.');
}
