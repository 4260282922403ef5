/**
 * API keys whose end was changed. Adds only: the release before runs on these tables as before. It refuses a key whose
 * end was changed, because it takes the new end for the one that the key was made with.
 */
import type { Knex } from 'knex';
import { describeToPlanner, run, words } from '../sql.ts';

export async function up(knex: Knex): Promise<void> {
  const { int, bytes } = words(knex);
  await run(knex, [
    `ALTER TABLE api_keys ADD COLUMN made_until ${int}`,
    `ALTER TABLE api_keys ADD COLUMN end_tag ${bytes}`,
  ]);
  await describeToPlanner(knex);
}

/** Stored data is never migrated backwards: restore a backup of the release that wrote it. */
export async function down(): Promise<void> {
  throw new Error('The record store is not migrated backwards.');
}
