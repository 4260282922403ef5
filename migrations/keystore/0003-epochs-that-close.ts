/**
 * Epochs that close: which root slots hold an epoch's secret and how each destroyed it, what a shredding destroyed and
 * under which epoch, who runs a long job, tenants that were erased, the keys that sign certificates, index keys that are
 * replaced, buckets that are compromised, canaries, shares of the root key, and what was revoked.
 * Adds only: the release before runs on these tables as before, as long as no epoch has been closed.
 */
import type { Knex } from 'knex';
import { describeToPlanner, run, words } from '../sql.ts';

export async function up(knex: Knex): Promise<void> {
  const { text, bytes, int, clustered } = words(knex);
  await run(knex, [
    // `secret_check` tells the right secret from any other and gives nothing else away.
    `ALTER TABLE epochs ADD COLUMN secret_check ${bytes}`,
    `ALTER TABLE epochs ADD COLUMN activated_at ${int}`,
    `ALTER TABLE epochs ADD COLUMN deactivated_at ${int}`,
    `ALTER TABLE epochs ADD COLUMN compromised_at ${int}`,
    // When all that must be before its secret is destroyed had been found to be.
    `ALTER TABLE epochs ADD COLUMN verified_at ${int}`,
    // MAC under the root key of what was noted when the epoch was destroyed.
    `ALTER TABLE epochs ADD COLUMN tag ${bytes}`,

    'CREATE INDEX windows_by_epoch ON windows (epoch, tenant, window_id)',

    // Small. The places that hold epoch secrets; no row: the file slot alone. `tag` is a MAC under the root key.
    `CREATE TABLE root_slots (
       slot ${text} NOT NULL PRIMARY KEY,
       kind ${text} NOT NULL,
       settings ${text} NOT NULL,
       required ${int} NOT NULL,
       added_at ${int} NOT NULL,
       removed_at ${int},
       tag ${bytes} NOT NULL
     ) ${clustered}`,
    // Small. Which slot was given which epoch's secret, and what it stated when it destroyed it. `envelope` is what a
    // slot that keeps no bytes of its own has kept here: a ciphertext that only the slot opens. `tag` is a MAC under the
    // root key of what the slot stated.
    `CREATE TABLE epoch_slots (
       epoch ${int} NOT NULL,
       slot ${text} NOT NULL,
       stored_at ${int} NOT NULL,
       envelope ${bytes},
       destroyed_at ${int},
       statement ${text},
       tag ${bytes},
       PRIMARY KEY (epoch, slot)
     ) ${clustered}`,

    // One row for what only one process may do at a time. `fence` grows with each holder, `beat` with each sign of life.
    `CREATE TABLE leases (
       name ${text} NOT NULL PRIMARY KEY,
       holder ${text} NOT NULL,
       fence ${int} NOT NULL,
       beat ${int} NOT NULL
     ) ${clustered}`,

    // Distributed by erasure. What its shredding destroyed: keys wrapped at most under `epoch`, entries of these indexes.
    `CREATE TABLE shreds (
       tenant ${text} NOT NULL,
       erasure ${text} NOT NULL,
       epoch ${int} NOT NULL,
       records ${int} NOT NULL,
       indexes ${text} NOT NULL,
       shredded_at ${int} NOT NULL,
       final_at ${int},
       PRIMARY KEY (tenant, erasure)
     ) ${clustered}`,
    'CREATE INDEX shreds_not_final ON shreds (epoch, tenant, erasure) WHERE final_at IS NULL',
    'CREATE INDEX shreds_by_age ON shreds (shredded_at)',

    // Small. One row for a whole tenant whose keys were destroyed: nothing of it is made again, and what comes back goes.
    // `epoch` is the highest its keys were wrapped under, as far as they have been destroyed.
    `CREATE TABLE tenant_tombstones (
       tenant ${text} NOT NULL PRIMARY KEY,
       erasure ${text} NOT NULL,
       ordered_by ${text} NOT NULL,
       ordered_at ${int} NOT NULL,
       buried_at ${int} NOT NULL,
       epoch ${int},
       records ${int} NOT NULL,
       shredded_at ${int}
     ) ${clustered}`,

    // Small. Ed25519 keys that sign certificates; `wrapped` is the seed under R_e of the vault itself.
    `CREATE TABLE signing_keys (
       key_id ${text} NOT NULL PRIMARY KEY,
       public_key ${bytes} NOT NULL,
       epoch ${int} NOT NULL,
       wrapped ${bytes} NOT NULL,
       created_at ${int} NOT NULL,
       retired_at ${int}
     ) ${clustered}`,

    // Index keys that are replaced. A bucket takes index rows only from a process that knows the keys of its generation,
    // or later ones; the tenant's own generation grows whenever its index keys change.
    `ALTER TABLE buckets ADD COLUMN index_generation ${int} NOT NULL DEFAULT 0`,
    `CREATE TABLE index_generations (
       tenant ${text} NOT NULL PRIMARY KEY,
       generation ${int} NOT NULL
     ) ${clustered}`,
    // Absent: active. `wrapped` of a removed version is empty and its epoch 0; its row stays, to say when it went, and
    // under which epoch it was last.
    `ALTER TABLE index_keys ADD COLUMN state ${text}`,
    `ALTER TABLE index_keys ADD COLUMN made_by ${text}`,
    `ALTER TABLE index_keys ADD COLUMN removed_at ${int}`,
    `ALTER TABLE index_keys ADD COLUMN removed_epoch ${int}`,
    "CREATE INDEX index_keys_draining ON index_keys (tenant, name, version) WHERE state = 'draining'",
    // Versions that are to be replaced when their time is over; the vault's own MACs (`@…`) stay.
    `CREATE INDEX index_keys_by_age ON index_keys (created_at, tenant, name, version)
       WHERE (state IS NULL OR state = 'leaving') AND substr(name, 1, 1) <> '@'`,
    // A compromised bucket takes no more keys; what it holds is re-sealed under keys in a bucket made for that job.
    `ALTER TABLE buckets ADD COLUMN compromised_at ${int}`,
    `ALTER TABLE buckets ADD COLUMN resealed_for ${text}`,
    'CREATE INDEX buckets_compromised ON buckets (tenant, bucket) WHERE compromised_at IS NOT NULL',
    'CREATE INDEX buckets_resealed ON buckets (tenant, bucket) WHERE resealed_for IS NOT NULL',
    // The generation whose value is sealed anew, unchanged; absent in a correction.
    `ALTER TABLE correction_keys ADD COLUMN resealed_from ${int}`,
    // Small. Records of the vault's own, by which it proves that what lives opens and what was shredded does not. Of a
    // shredded one, its wrapped keys are kept as an old copy of this store would keep them.
    `CREATE TABLE canaries (
       record ${text} NOT NULL PRIMARY KEY,
       tenant ${text} NOT NULL,
       generation ${int} NOT NULL,
       mac ${bytes} NOT NULL,
       made_at ${int} NOT NULL,
       shredded_at ${int},
       bucket ${text},
       bucket_generation ${int},
       epoch ${int},
       wrapped ${bytes},
       bucket_wrapped ${bytes}
     ) ${clustered}`,
    'CREATE INDEX canaries_live ON canaries (record) WHERE shredded_at IS NULL',
    // Small. The shares of the root key that were handed out last; `mark` is a hash of a share, which is random.
    // `root_key_check` says of which root key: there are two while it is replaced.
    `CREATE TABLE root_shares (
       share_set ${text} NOT NULL,
       share ${int} NOT NULL,
       threshold ${int} NOT NULL,
       mark ${bytes} NOT NULL,
       root_key_check ${text} NOT NULL,
       created_at ${int} NOT NULL,
       PRIMARY KEY (share_set, share)
     ) ${clustered}`,

    // Distributed by target. Mirrors the record store's, so that an older copy of that brings nobody back.
    `CREATE TABLE revocations (
       tenant ${text} NOT NULL,
       kind ${text} NOT NULL,
       target ${text} NOT NULL,
       revoked_at ${int} NOT NULL,
       PRIMARY KEY (tenant, kind, target)
     ) ${clustered}`,
    'CREATE INDEX revocations_by_age ON revocations (revoked_at)',

    // What the record store knows of a tombstone, so that an older copy of it can be told.
    `ALTER TABLE tombstones ADD COLUMN cause ${text}`,
    `ALTER TABLE tombstones ADD COLUMN erasure ${text}`,
    // When an older copy of the record store was found to have this generation's value, whose key is destroyed.
    `ALTER TABLE tombstones ADD COLUMN put_back_at ${int}`,
    // A certificate names what was destroyed for an erasure, and the key store knows how many keys that were.
    'CREATE INDEX tombstones_by_erasure ON tombstones (tenant, erasure)',
  ]);
  await describeToPlanner(knex);
}

/** Keys are never migrated backwards: restore a backup of the release that wrote them. */
export async function down(): Promise<void> {
  throw new Error('The key store is not migrated backwards.');
}
