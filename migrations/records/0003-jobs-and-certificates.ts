/**
 * Long jobs and how far they have come, tenants that were erased, the certificates of erasures, and what was revoked.
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

    // Of an erased tenant: since when, by which erasure, and since when nothing of it can be on its way any more.
    `ALTER TABLE tenants ADD COLUMN erased_at ${int}`,
    `ALTER TABLE tenants ADD COLUMN erasure ${text}`,
    `ALTER TABLE tenants ADD COLUMN settled_at ${int}`,
    'CREATE INDEX tenants_unsettled ON tenants (erased_at) WHERE erased_at IS NOT NULL AND settled_at IS NULL',
    // `tenant` for the erasure of a whole tenant; absent: of records.
    `ALTER TABLE erasures ADD COLUMN scope ${text}`,
    'CREATE INDEX api_keys_by_principal ON api_keys (tenant, principal)',

    // Distributed by erasure.
    `CREATE TABLE certificates (
       tenant ${text} NOT NULL,
       erasure ${text} NOT NULL,
       jws ${text} NOT NULL,
       issued_at ${int} NOT NULL,
       PRIMARY KEY (tenant, erasure)
     )`,

    // Distributed by target. One row for each principal and token that was revoked; kept for good. `kept_at`: since when
    // the key store, which is not put back with this one, is known to have it, too.
    `CREATE TABLE revocations (
       tenant ${text} NOT NULL,
       kind ${text} NOT NULL,
       target ${text} NOT NULL,
       revoked_at ${int} NOT NULL,
       kept_at ${int},
       PRIMARY KEY (tenant, kind, target)
     ) ${clustered}`,
    'CREATE INDEX revocations_by_age ON revocations (revoked_at)',
    'CREATE INDEX revocations_not_kept ON revocations (tenant, kind, target) WHERE kept_at IS NULL',
    `INSERT INTO revocations (tenant, kind, target, revoked_at)
       SELECT tenant, 'principal', principal, revoked_at FROM principals WHERE revoked_at IS NOT NULL`,
    `INSERT INTO revocations (tenant, kind, target, revoked_at)
       SELECT tenant, 'token', token, revoked_at FROM tokens WHERE revoked_at IS NOT NULL`,
    `INSERT INTO revocations (tenant, kind, target, revoked_at)
       SELECT tenant, 'token', token, died_at FROM dead_tokens WHERE cause = 'revoked'`,
  ]);
  await describeToPlanner(knex);
}

/** Stored data is never migrated backwards: restore a backup of the release that wrote it. */
export async function down(): Promise<void> {
  throw new Error('The record store is not migrated backwards.');
}
