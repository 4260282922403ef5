/**
 * Long jobs and how far they have come, and the certificates of erasures.
 * Adds only: the release before runs on these tables as before.
 */
import type { Knex } from 'knex';
import { describeToPlanner, run, words } from '../sql.ts';

export async function up(knex: Knex): Promise<void> {
  const { text, int, clustered } = words(knex);
  await run(knex, [
    // Small. `params` and `detail` are JSON of ids, numbers and closed words. `work` is what is to be done, in one
    // spelling, so that the same is not ordered twice at a time. `fence` is its runner's; only that one may change the row.
    `CREATE TABLE jobs (
       job ${text} NOT NULL PRIMARY KEY,
       tenant ${text} NOT NULL,
       kind ${text} NOT NULL,
       params ${text} NOT NULL,
       work ${text} NOT NULL,
       fence ${int} NOT NULL,
       state ${text} NOT NULL,
       step ${text} NOT NULL,
       done ${int} NOT NULL,
       total ${int} NOT NULL,
       rate_milli ${int},
       detail ${text} NOT NULL,
       code ${text},
       ordered_by ${text} NOT NULL,
       ordered_at ${int} NOT NULL,
       started_at ${int},
       updated_at ${int} NOT NULL,
       finished_at ${int}
     ) ${clustered}`,
    `CREATE UNIQUE INDEX jobs_unfinished ON jobs (work) WHERE finished_at IS NULL`,

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
