/**
 * The record store of the first release. Each table says by which column it could be distributed; every unique
 * constraint contains that column, and the hot path joins no two tables (S5).
 */
import type { Knex } from 'knex';
import { describeToPlanner, run, words } from '../sql.ts';

export async function up(knex: Knex): Promise<void> {
  const { text, bytes, int, clustered } = words(knex);
  await run(knex, [
    // What must agree with the key store for the two to belong together.
    `CREATE TABLE vault_facts (name ${text} NOT NULL PRIMARY KEY, value ${text} NOT NULL) ${clustered}`,

    // Small, and copied to every node of a distributed store.
    `CREATE TABLE tenants (
       tenant ${text} NOT NULL PRIMARY KEY,
       name ${text} NOT NULL UNIQUE,
       created_at ${int} NOT NULL
     ) ${clustered}`,
    `CREATE TABLE principals (
       tenant ${text} NOT NULL REFERENCES tenants (tenant),
       principal ${text} NOT NULL,
       name ${text} NOT NULL,
       role ${text} NOT NULL,
       purposes ${text} NOT NULL,
       created_at ${int} NOT NULL,
       revoked_at ${int},
       tag ${bytes} NOT NULL,
       PRIMARY KEY (tenant, principal)
     ) ${clustered}`,
    `CREATE TABLE api_keys (
       api_key ${text} NOT NULL PRIMARY KEY,
       tenant ${text} NOT NULL,
       principal ${text} NOT NULL,
       secret_mac ${bytes} NOT NULL,
       mac_version ${int} NOT NULL,
       created_at ${int} NOT NULL,
       expires_at ${int},
       revoked_at ${int},
       FOREIGN KEY (tenant, principal) REFERENCES principals (tenant, principal)
     ) ${clustered}`,

    // Distributed by subject.
    `CREATE TABLE subjects (
       tenant ${text} NOT NULL,
       subject ${text} NOT NULL,
       created_at ${int} NOT NULL,
       erased_at ${int},
       PRIMARY KEY (tenant, subject)
     ) ${clustered}`,

    // Distributed by record. No WITHOUT ROWID here: a sealed value may take 64 KiB.
    `CREATE TABLE records (
       tenant ${text} NOT NULL,
       record ${text} NOT NULL,
       subject ${text},
       type ${text} NOT NULL,
       type_version ${int} NOT NULL,
       generation ${int} NOT NULL,
       version ${int} NOT NULL,
       label ${text},
       sealed ${bytes} NOT NULL,
       created_at ${int} NOT NULL,
       updated_at ${int} NOT NULL,
       PRIMARY KEY (tenant, record)
     )`,
    'CREATE INDEX records_by_subject ON records (tenant, subject, record)',

    // Distributed by token. `tag` binds the token to its record.
    `CREATE TABLE tokens (
       tenant ${text} NOT NULL,
       token ${text} NOT NULL,
       record ${text} NOT NULL,
       tag ${bytes} NOT NULL,
       tag_version ${int} NOT NULL,
       created_at ${int} NOT NULL,
       PRIMARY KEY (tenant, token)
     ) ${clustered}`,
    'CREATE INDEX tokens_by_record ON tokens (tenant, record)',

    // Distributed by record. One row for each record key that was ordered to be destroyed; kept for good.
    `CREATE TABLE tombstones (
       tenant ${text} NOT NULL,
       record ${text} NOT NULL,
       generation ${int} NOT NULL,
       cause ${text} NOT NULL,
       erasure ${text},
       buried_at ${int} NOT NULL,
       PRIMARY KEY (tenant, record, generation)
     ) ${clustered}`,
    'CREATE INDEX tombstones_by_erasure ON tombstones (tenant, erasure, record)',

    // Distributed by erasure.
    `CREATE TABLE erasures (
       tenant ${text} NOT NULL,
       erasure ${text} NOT NULL,
       cause ${text} NOT NULL,
       subject ${text},
       state ${text} NOT NULL,
       records ${int} NOT NULL,
       ordered_by ${text} NOT NULL,
       ordered_at ${int} NOT NULL,
       shredded_at ${int},
       completed_at ${int},
       PRIMARY KEY (tenant, erasure)
     ) ${clustered}`,
    'CREATE INDEX erasures_by_age ON erasures (erasure)',
    'CREATE INDEX erasures_by_shredding ON erasures (shredded_at)',
    `CREATE INDEX erasures_unfinished ON erasures (ordered_at) WHERE state <> 'completed'`,

    // Distributed by entry.
    `CREATE TABLE audit_entries (
       tenant ${text} NOT NULL,
       entry ${text} NOT NULL,
       at ${int} NOT NULL,
       principal ${text} NOT NULL,
       action ${text} NOT NULL,
       outcome ${text} NOT NULL,
       code ${text},
       purpose ${text},
       view ${text},
       records ${text} NOT NULL,
       subject ${text},
       erasure ${text},
       target ${text},
       reason_mac ${bytes},
       request ${text} NOT NULL,
       PRIMARY KEY (tenant, entry)
     )`,

    // Distributed by principal. Holds no personal data: see calls/idempotency.ts.
    `CREATE TABLE idempotency_keys (
       tenant ${text} NOT NULL,
       principal ${text} NOT NULL,
       key_mac ${bytes} NOT NULL,
       body_mac ${bytes} NOT NULL,
       action ${text} NOT NULL,
       answer ${text} NOT NULL,
       created_at ${int} NOT NULL,
       PRIMARY KEY (tenant, principal, key_mac)
     ) ${clustered}`,
    'CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at)',
  ]);
  await describeToPlanner(knex);
}

/** Stored data is never migrated backwards: restore a backup of the release that wrote it. */
export async function down(): Promise<void> {
  throw new Error('The record store is not migrated backwards.');
}
