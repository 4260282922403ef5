/**
 * The key store: wrapped keys, blind indexes, the mirror of the tombstones, and who holds which epoch's secret.
 * Nothing here opens without the root key and an epoch secret, and neither of those is ever here (K2). Ids and words
 * lie packed (`src/storage/packed.ts`). Columns of eight bytes come first and those of four next, because PostgreSQL
 * fills the room before them.
 */
import type { Knex } from 'knex';
import { describeToPlanner, run, words } from '../sql.ts';

export async function up(knex: Knex): Promise<void> {
  const { text, bytes, int, small, id, word, clustered } = words(knex);
  await run(knex, [
    `CREATE TABLE vault_facts (name ${text} NOT NULL PRIMARY KEY, value ${text} NOT NULL) ${clustered}`,

    // One row an epoch; the secret itself lives in the root slots only.
    // `secret_check`: `secret_check` tells the right secret from any other and gives nothing else away.
    // `verified_at`: when all that must be before its secret is destroyed had been found to be.
    // `tag`: MAC under the root key of what was noted when the epoch was destroyed.
    `CREATE TABLE epochs (
       epoch ${int} NOT NULL PRIMARY KEY, created_at ${int} NOT NULL, closed_at ${int}, activated_at ${int},
       deactivated_at ${int}, compromised_at ${int}, verified_at ${int}, state ${text} NOT NULL,
       secret_check ${bytes}, tag ${bytes}
     ) ${clustered}`,

    // Distributed by bucket. `wrapped` is BK under R_e.
    // `index_generation`: index keys that are replaced. A bucket takes index rows only from a process that knows the
    // keys of its generation, or later ones; the tenant's own generation grows whenever its index keys change.
    // `compromised_at`: a compromised bucket takes no more keys; what it holds is re-sealed under keys in a bucket made
    // for that job.
    `CREATE TABLE buckets (
       epoch ${int} NOT NULL, created_at ${int} NOT NULL, dirty_at ${int},
       index_generation ${int} NOT NULL DEFAULT 0, compromised_at ${int}, generation ${small} NOT NULL,
       tenant ${id} NOT NULL, bucket ${id} NOT NULL, wrapped ${bytes} NOT NULL, resealed_for ${id},
       PRIMARY KEY (tenant, bucket)
     ) ${clustered}`,
    'CREATE INDEX buckets_by_epoch ON buckets (epoch, tenant, bucket)',
    'CREATE INDEX buckets_dirty ON buckets (tenant, bucket) WHERE dirty_at IS NOT NULL',
    'CREATE INDEX buckets_compromised ON buckets (tenant, bucket) WHERE compromised_at IS NOT NULL',
    'CREATE INDEX buckets_resealed ON buckets (tenant, bucket) WHERE resealed_for IS NOT NULL',

    // Distributed by record. `wrapped` is the DEK under generation `bucket_generation` of its bucket's key.
    `CREATE TABLE record_keys (
       generation ${small} NOT NULL, bucket_generation ${small} NOT NULL, tenant ${id} NOT NULL,
       record ${id} NOT NULL, bucket ${id} NOT NULL, wrapped ${bytes} NOT NULL,
       PRIMARY KEY (tenant, record, generation)
     ) ${clustered}`,
    'CREATE INDEX record_keys_by_bucket ON record_keys (tenant, bucket)',

    // Keys of blind indexes and of the vault's own MACs; `wrapped` is the key under R_e.
    // `bits`: how many bits of a MAC under this key are kept; absent: all of them.
    // `state`: absent: active. `wrapped` of a removed version is empty and its epoch 0; its row stays, to say when it
    // went, and under which epoch it was last.
    `CREATE TABLE index_keys (
       epoch ${int} NOT NULL, created_at ${int} NOT NULL, bits ${int}, removed_at ${int}, removed_epoch ${int},
       version ${small} NOT NULL, tenant ${id} NOT NULL, name ${text} NOT NULL, wrapped ${bytes} NOT NULL,
       state ${text}, made_by ${id},
       PRIMARY KEY (tenant, name, version)
     ) ${clustered}`,
    'CREATE INDEX index_keys_by_epoch ON index_keys (epoch, tenant, name, version)',
    "CREATE INDEX index_keys_draining ON index_keys (tenant, name, version) WHERE state = 'draining'",
    // Versions that are to be replaced when their time is over; the vault's own MACs (`@…`) stay.
    `CREATE INDEX index_keys_by_age ON index_keys (created_at, tenant, name, version)
       WHERE (state IS NULL OR state = 'leaving') AND substr(name, 1, 1) <> '@'`,

    // Distributed by mac: a search reads one place.
    `CREATE TABLE blind_indexes (
       version ${small} NOT NULL, generation ${small} NOT NULL, tenant ${id} NOT NULL, name ${word} NOT NULL,
       mac ${bytes} NOT NULL, record ${id} NOT NULL,
       PRIMARY KEY (tenant, name, version, mac, record, generation)
     ) ${clustered}`,
    'CREATE INDEX blind_indexes_by_record ON blind_indexes (tenant, record)',

    // Distributed by mac. The ref an app gave a subject, as a MAC only, and the bucket of the subject's next record.
    `CREATE TABLE subject_refs (
       created_at ${int} NOT NULL, version ${small} NOT NULL, tenant ${id} NOT NULL, mac ${bytes} NOT NULL,
       subject ${id} NOT NULL, bucket ${id} NOT NULL, tag ${bytes} NOT NULL,
       PRIMARY KEY (tenant, version, mac)
     ) ${clustered}`,
    'CREATE INDEX subject_refs_by_subject ON subject_refs (tenant, subject)',

    // Distributed by record; mirrors the record store's, so that a restored store can be told apart.
    // `cause`: what the record store knows of a tombstone, so that an older copy of it can be told.
    // `put_back_at`: when an older copy of the record store was found to have this generation's value, whose key is
    // destroyed.
    `CREATE TABLE tombstones (
       buried_at ${int} NOT NULL, put_back_at ${int}, generation ${small} NOT NULL, tenant ${id} NOT NULL,
       record ${id} NOT NULL, cause ${text}, erasure ${id},
       PRIMARY KEY (tenant, record, generation)
     ) ${clustered}`,
    // A certificate names what was destroyed for an erasure, and the key store knows how many keys that were.
    'CREATE INDEX tombstones_by_erasure ON tombstones (tenant, erasure)',

    // Keys of corrections under way, until the record store has decided for the new value or against it.
    // `resealed_from`: the generation whose value is sealed anew, unchanged; absent in a correction.
    `CREATE TABLE correction_keys (
       created_at ${int} NOT NULL, resealed_from ${int}, generation ${small} NOT NULL, tenant ${id} NOT NULL,
       record ${id} NOT NULL,
       PRIMARY KEY (tenant, record, generation)
     ) ${clustered}`,

    // How far a sweeping job has come.
    `CREATE TABLE cursors (name ${text} NOT NULL PRIMARY KEY, value ${text} NOT NULL) ${clustered}`,

    // Distributed by mac. The one token that stands for a value of a type, to one subject and one audience.
    `CREATE TABLE reuses (
       version ${small} NOT NULL, generation ${small} NOT NULL, tenant ${id} NOT NULL, mac ${bytes} NOT NULL,
       record ${id} NOT NULL, subject ${id}, token ${id} NOT NULL, tag ${bytes} NOT NULL,
       PRIMARY KEY (tenant, version, mac)
     ) ${clustered}`,
    'CREATE INDEX reuses_by_record ON reuses (tenant, record)',

    // Distributed by window. `wrapped` is the window's key under R_e; it is destroyed within 15 minutes.
    `CREATE TABLE windows (
       epoch ${int} NOT NULL, created_at ${int} NOT NULL, tenant ${id} NOT NULL, window_id ${id} NOT NULL,
       wrapped ${bytes} NOT NULL,
       PRIMARY KEY (tenant, window_id)
     ) ${clustered}`,
    'CREATE INDEX windows_by_age ON windows (created_at)',
    'CREATE INDEX windows_by_epoch ON windows (epoch, tenant, window_id)',

    // Distributed by window. Tokens of a window that have been revealed; destroyed with it.
    `CREATE TABLE window_reveals (
       tenant ${id} NOT NULL, window_id ${id} NOT NULL, mark ${bytes} NOT NULL,
       PRIMARY KEY (tenant, window_id, mark)
     ) ${clustered}`,

    // Small. The places that hold epoch secrets; no row: the file slot alone. `tag` is a MAC under the root key.
    `CREATE TABLE root_slots (
       required ${int} NOT NULL, added_at ${int} NOT NULL, removed_at ${int}, slot ${text} NOT NULL PRIMARY KEY,
       kind ${text} NOT NULL, settings ${text} NOT NULL, tag ${bytes} NOT NULL
     ) ${clustered}`,

    // Small. Which slot was given which epoch's secret, and what it stated when it destroyed it. `envelope` is what a
    // slot that keeps no bytes of its own has kept here: a ciphertext that only the slot opens. `tag` is a MAC under
    // the root key of what the slot stated.
    `CREATE TABLE epoch_slots (
       epoch ${int} NOT NULL, stored_at ${int} NOT NULL, destroyed_at ${int}, slot ${text} NOT NULL,
       envelope ${bytes}, statement ${text}, tag ${bytes},
       PRIMARY KEY (epoch, slot)
     ) ${clustered}`,

    // One row for what only one process may do at a time. `fence` grows with each holder, `beat` with each sign of
    // life.
    `CREATE TABLE leases (
       fence ${int} NOT NULL, beat ${int} NOT NULL, name ${text} NOT NULL PRIMARY KEY, holder ${text} NOT NULL
     ) ${clustered}`,

    // Distributed by erasure. What its shredding destroyed: keys wrapped at most under `epoch`, entries of these
    // indexes.
    `CREATE TABLE shreds (
       epoch ${int} NOT NULL, records ${int} NOT NULL, shredded_at ${int} NOT NULL, final_at ${int},
       tenant ${id} NOT NULL, erasure ${id} NOT NULL, indexes ${text} NOT NULL,
       PRIMARY KEY (tenant, erasure)
     ) ${clustered}`,
    'CREATE INDEX shreds_not_final ON shreds (epoch, tenant, erasure) WHERE final_at IS NULL',
    'CREATE INDEX shreds_by_age ON shreds (shredded_at)',

    // Small. One row for a whole tenant whose keys were destroyed: nothing of it is made again, and what comes back
    // goes. `epoch` is the highest its keys were wrapped under, as far as they have been destroyed.
    `CREATE TABLE tenant_tombstones (
       ordered_at ${int} NOT NULL, buried_at ${int} NOT NULL, epoch ${int}, records ${int} NOT NULL,
       shredded_at ${int}, tenant ${id} NOT NULL PRIMARY KEY, erasure ${id} NOT NULL, ordered_by ${id} NOT NULL
     ) ${clustered}`,

    // Small. Ed25519 keys that sign certificates; `wrapped` is the seed under R_e of the vault itself.
    `CREATE TABLE signing_keys (
       epoch ${int} NOT NULL, created_at ${int} NOT NULL, retired_at ${int},
       key_id ${text} NOT NULL PRIMARY KEY, public_key ${bytes} NOT NULL, wrapped ${bytes} NOT NULL
     ) ${clustered}`,
    `CREATE TABLE index_generations (
       generation ${small} NOT NULL, tenant ${id} NOT NULL PRIMARY KEY
     ) ${clustered}`,

    // Small. Records of the vault's own, by which it proves that what lives opens and what was shredded does not. Of a
    // shredded one, its wrapped keys are kept as an old copy of this store would keep them.
    `CREATE TABLE canaries (
       made_at ${int} NOT NULL, shredded_at ${int}, epoch ${int}, generation ${small} NOT NULL,
       bucket_generation ${small}, record ${id} NOT NULL PRIMARY KEY, tenant ${id} NOT NULL,
       mac ${bytes} NOT NULL, bucket ${id}, wrapped ${bytes}, bucket_wrapped ${bytes}
     ) ${clustered}`,
    'CREATE INDEX canaries_live ON canaries (record) WHERE shredded_at IS NULL',

    // Small. The shares of the root key that were handed out last; `mark` is a hash of a share, which is random.
    // `root_key_check` says of which root key: there are two while it is replaced.
    `CREATE TABLE root_shares (
       share ${int} NOT NULL, threshold ${int} NOT NULL, created_at ${int} NOT NULL, share_set ${text} NOT NULL,
       mark ${bytes} NOT NULL, root_key_check ${text} NOT NULL,
       PRIMARY KEY (share_set, share)
     ) ${clustered}`,

    // Distributed by target. Mirrors the record store's, so that an older copy of that brings nobody back.
    `CREATE TABLE revocations (
       revoked_at ${int} NOT NULL, tenant ${id} NOT NULL, kind ${text} NOT NULL, target ${text} NOT NULL,
       PRIMARY KEY (tenant, kind, target)
     ) ${clustered}`,
    'CREATE INDEX revocations_by_age ON revocations (revoked_at)',

    // Small. A node's own row has an empty `process`; the others are its processes, which come and go. `beat` grows
    // with each sign of life. `places` says where the node's own slots are. `tag` is a MAC under the root key of what
    // is believed of the row; none: nothing is.
    `CREATE TABLE nodes (
       beat ${int} NOT NULL, forgot ${int} NOT NULL, announced_at ${int} NOT NULL, abandoned_at ${int},
       abandoned_epoch ${int}, node ${text} NOT NULL, process ${text} NOT NULL, kind ${text} NOT NULL,
       label ${text} NOT NULL, places ${text} NOT NULL, tag ${bytes},
       PRIMARY KEY (node, process)
     ) ${clustered}`,

    // Distributed by writer. A row for each of a writer's latest transactions. No row has an `n` below 1: a transaction
    // that misses an earlier one tries to write such a row, and fails of this constraint.
    `CREATE TABLE marks (
       writer ${int} NOT NULL, n ${int} NOT NULL,
       PRIMARY KEY (writer, n),
       CONSTRAINT marks_all_there CHECK (n > 0)
     ) ${clustered}`,

    // Distributed by mac.
    `CREATE TABLE value_claims (
       version ${small} NOT NULL, generation ${small} NOT NULL, tenant ${id} NOT NULL, mac ${bytes} NOT NULL,
       record ${id} NOT NULL,
       PRIMARY KEY (tenant, version, mac)
     ) ${clustered}`,
    'CREATE INDEX value_claims_by_record ON value_claims (tenant, record)',
  ]);
  await describeToPlanner(knex);
}

/** Keys are never migrated backwards: restore a backup of the release that wrote them. */
export async function down(): Promise<void> {
  throw new Error('The key store is not migrated backwards.');
}
