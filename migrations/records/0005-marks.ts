/**
 * Marks: what each opened store on PostgreSQL leaves in its transactions, by which it sees that none of them is gone.
 * Adds only: the release before runs on these tables as before, and leaves none.
 */
import type { Knex } from 'knex';
import { describeToPlanner, run, words } from '../sql.ts';

export async function up(knex: Knex): Promise<void> {
  const { int, clustered } = words(knex);
  await run(knex, [
    // Distributed by writer. A row for each of a writer's latest transactions. No row has an `n` below 1: a transaction
    // that misses an earlier one tries to write such a row, and fails of this constraint.
    `CREATE TABLE marks (
       writer ${int} NOT NULL,
       n ${int} NOT NULL,
       PRIMARY KEY (writer, n),
       CONSTRAINT marks_all_there CHECK (n > 0)
     ) ${clustered}`,
  ]);
  await describeToPlanner(knex);
}

/** Stored data is never migrated backwards: restore a backup of the release that wrote it. */
export async function down(): Promise<void> {
  throw new Error('The record store is not migrated backwards.');
}
