/**
 * Long jobs and how far they have come, and the certificates of erasures.
 * Adds only: the release before runs on these tables as before.
 */
import type { Knex } from 'knex';
import { describeToPlanner, run, words } from '../sql.ts';

export async function up(knex: Knex): Promise<void> {
  const { text, int, clustered } = words(knex);
  await run(knex, [
    // Small. `params` and `detail` are JSON of ids, numbers and closed words.
    `CREATE TABLE jobs (
       job ${text} NOT NULL PRIMARY KEY,
       tenant ${text} NOT NULL,
       kind ${text} NOT NULL,
       params ${text} NOT NULL,
       state ${text} NOT NULL,
       step ${text} NOT NULL,
       done ${int} NOT NULL,
       total ${int} NOT NULL,
       detail ${text} NOT NULL,
       code ${text},
       ordered_by ${text} NOT NULL,
       ordered_at ${int} NOT NULL,
       started_at ${int},
       updated_at ${int} NOT NULL,
       finished_at ${int}
     ) ${clustered}`,
    `CREATE INDEX jobs_unfinished ON jobs (job) WHERE finished_at IS NULL`,

    // Distributed by erasure.
    `CREATE TABLE certificates (
       tenant ${text} NOT NULL,
       erasure ${text} NOT NULL,
       jws ${text} NOT NULL,
       issued_at ${int} NOT NULL,
       PRIMARY KEY (tenant, erasure)
     )`,
  ]);
  await describeToPlanner(knex);
}

/** Stored data is never migrated backwards: restore a backup of the release that wrote it. */
export async function down(): Promise<void> {
  throw new Error('The record store is not migrated backwards.');
}
