/**
 * The key store of the first release: wrapped keys, blind indexes, and the mirror of the tombstones. Nothing here
 * opens without the root key and an epoch secret, and neither of those is ever here (K2).
 */
import type { Knex } from 'knex';
import { describeToPlanner, run, words } from '../sql.ts';

export async function up(knex: Knex): Promise<void> {
  const { text, bytes, int, clustered } = words(knex);
  await run(knex, [
    `CREATE TABLE vault_facts (name ${text} NOT NULL PRIMARY KEY, value ${text} NOT NULL) ${clustered}`,

    // One row an epoch; the secret itself lives in the root slots only.
    `CREATE TABLE epochs (
       epoch ${int} NOT NULL PRIMARY KEY,
       state ${text} NOT NULL,
       created_at ${int} NOT NULL,
       closed_at ${int}
     ) ${clustered}`,

    // Distributed by bucket. `wrapped` is BK under R_e.
    `CREATE TABLE buckets (
       tenant ${text} NOT NULL,
       bucket ${text} NOT NULL,
       generation ${int} NOT NULL,
       epoch ${int} NOT NULL,
       wrapped ${bytes} NOT NULL,
       created_at ${int} NOT NULL,
       dirty_at ${int},
       PRIMARY KEY (tenant, bucket)
     ) ${clustered}`,
    'CREATE INDEX buckets_by_epoch ON buckets (epoch, tenant, bucket)',
    'CREATE INDEX buckets_dirty ON buckets (tenant, bucket) WHERE dirty_at IS NOT NULL',

    // Distributed by record. `wrapped` is the DEK under generation `bucket_generation` of its bucket's key.
    `CREATE TABLE record_keys (
       tenant ${text} NOT NULL,
       record ${text} NOT NULL,
       generation ${int} NOT NULL,
       bucket ${text} NOT NULL,
       bucket_generation ${int} NOT NULL,
       wrapped ${bytes} NOT NULL,
       PRIMARY KEY (tenant, record, generation)
     ) ${clustered}`,
    'CREATE INDEX record_keys_by_bucket ON record_keys (tenant, bucket)',

    // Keys of blind indexes and of the vault's own MACs; `wrapped` is the key under R_e.
    `CREATE TABLE index_keys (
       tenant ${text} NOT NULL,
       name ${text} NOT NULL,
       version ${int} NOT NULL,
       epoch ${int} NOT NULL,
       wrapped ${bytes} NOT NULL,
       created_at ${int} NOT NULL,
       PRIMARY KEY (tenant, name, version)
     ) ${clustered}`,
    'CREATE INDEX index_keys_by_epoch ON index_keys (epoch, tenant, name, version)',

    // Distributed by mac: a search reads one place.
    `CREATE TABLE blind_indexes (
       tenant ${text} NOT NULL,
       name ${text} NOT NULL,
       version ${int} NOT NULL,
       mac ${bytes} NOT NULL,
       record ${text} NOT NULL,
       generation ${int} NOT NULL,
       PRIMARY KEY (tenant, name, version, mac, record, generation)
     ) ${clustered}`,
    'CREATE INDEX blind_indexes_by_record ON blind_indexes (tenant, record)',

    // Distributed by mac. The ref an app gave a subject, as a MAC only, and the bucket of the subject's next record.
    `CREATE TABLE subject_refs (
       tenant ${text} NOT NULL,
       version ${int} NOT NULL,
       mac ${bytes} NOT NULL,
       subject ${text} NOT NULL,
       bucket ${text} NOT NULL,
       tag ${bytes} NOT NULL,
       created_at ${int} NOT NULL,
       PRIMARY KEY (tenant, version, mac)
     ) ${clustered}`,
    'CREATE INDEX subject_refs_by_subject ON subject_refs (tenant, subject)',

    // Distributed by record; mirrors the record store's, so that a restored store can be told apart.
    `CREATE TABLE tombstones (
       tenant ${text} NOT NULL,
       record ${text} NOT NULL,
       generation ${int} NOT NULL,
       buried_at ${int} NOT NULL,
       PRIMARY KEY (tenant, record, generation)
     ) ${clustered}`,

    // Keys of corrections under way, until the record store has decided for the new value or against it.
    `CREATE TABLE correction_keys (
       tenant ${text} NOT NULL,
       record ${text} NOT NULL,
       generation ${int} NOT NULL,
       created_at ${int} NOT NULL,
       PRIMARY KEY (tenant, record, generation)
     ) ${clustered}`,

    // How far a sweeping job has come.
    `CREATE TABLE cursors (name ${text} NOT NULL PRIMARY KEY, value ${text} NOT NULL) ${clustered}`,
  ]);
  await describeToPlanner(knex);
}

/** Keys are never migrated backwards: restore a backup of the release that wrote them. */
export async function down(): Promise<void> {
  throw new Error('The key store is not migrated backwards.');
}
