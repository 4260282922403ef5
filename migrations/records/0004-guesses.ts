/**
 * Budgets of guesses, and how many wrong ones a call made. Adds only: the release before runs on these tables as before,
 * and counts its failed attempts at passwords where it did; what it has counted is forgotten, as after a quarter of an
 * hour without any.
 */
import type { Knex } from 'knex';
import { describeToPlanner, run, words } from '../sql.ts';

export async function up(knex: Knex): Promise<void> {
  const { text, bytes, int, clustered } = words(knex);
  await run(knex, [
    // Distributed by budget. What has been taken of one principal's budget since its window began; `*`: of everybody's.
    `CREATE TABLE guess_budgets (
       tenant ${text} NOT NULL,
       principal ${text} NOT NULL,
       budget ${bytes} NOT NULL,
       taken ${int} NOT NULL,
       since ${int} NOT NULL,
       PRIMARY KEY (tenant, principal, budget)
     ) ${clustered}`,
    'CREATE INDEX guess_budgets_by_age ON guess_budgets (since)',

    `ALTER TABLE audit_entries ADD COLUMN guesses ${int}`,
    'DELETE FROM verify_attempts',
  ]);
  await describeToPlanner(knex);
}

/** Stored data is never migrated backwards: restore a backup of the release that wrote it. */
export async function down(): Promise<void> {
  throw new Error('The record store is not migrated backwards.');
}
