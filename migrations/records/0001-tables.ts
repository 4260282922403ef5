/**
 * The record store. Each table says by which column it could be distributed; every unique constraint contains that
 * column, and the hot path joins no two tables (S5). Ids and words lie packed (`src/storage/packed.ts`). Columns of
 * eight bytes come first and those of four next, because PostgreSQL fills the room before them.
 */
import type { Knex } from 'knex';
import { describeToPlanner, run, words } from '../sql.ts';

export async function up(knex: Knex): Promise<void> {
  const { text, bytes, int, small, id, word, clustered, strict } = words(knex);
  await run(knex, [
    // What must agree with the key store for the two to belong together.
    `CREATE TABLE vault_facts (name ${text} NOT NULL PRIMARY KEY, value ${text} NOT NULL) ${clustered}`,

    // Small, and copied to every node of a distributed store.
    // `erased_at`: of an erased tenant: since when, by which erasure, and since when nothing of it can be on its way
    // any more.
    `CREATE TABLE tenants (
       created_at ${int} NOT NULL, erased_at ${int}, settled_at ${int}, tenant ${id} NOT NULL PRIMARY KEY,
       name ${text} NOT NULL UNIQUE, erasure ${id}, access_mark ${int} NOT NULL, restricts ${small} NOT NULL,
       grants_until ${int}, suspended_at ${int}
     ) ${clustered}`,
    'CREATE INDEX tenants_unsettled ON tenants (erased_at) WHERE erased_at IS NOT NULL AND settled_at IS NULL',
    `CREATE TABLE principals (
       created_at ${int} NOT NULL, revoked_at ${int}, tenant ${id} NOT NULL REFERENCES tenants (tenant),
       principal ${id} NOT NULL, name ${text} NOT NULL, role ${text} NOT NULL, purposes ${text} NOT NULL,
       tag ${bytes} NOT NULL, audience ${text},
       bounds ${text},
       PRIMARY KEY (tenant, principal)
     ) ${clustered}`,
    // Roles of a tenant's own, every version of them.
    `CREATE TABLE roles (
       changed_at ${int} NOT NULL, ended_at ${int}, version ${small} NOT NULL,
       tenant ${id} NOT NULL REFERENCES tenants (tenant), changed_by ${id} NOT NULL, role ${text} NOT NULL,
       revision ${text} NOT NULL, description ${text} NOT NULL, rules ${text} NOT NULL, tag ${bytes} NOT NULL,
       PRIMARY KEY (tenant, role, version)
     ) ${clustered}`,
    `CREATE TABLE api_keys (
       created_at ${int} NOT NULL, expires_at ${int}, revoked_at ${int}, made_until ${int},
       mac_version ${small} NOT NULL, api_key ${id} NOT NULL PRIMARY KEY, tenant ${id} NOT NULL,
       principal ${id} NOT NULL, secret_mac ${bytes} NOT NULL, end_tag ${bytes},
       FOREIGN KEY (tenant, principal) REFERENCES principals (tenant, principal)
     ) ${clustered}`,
    'CREATE INDEX api_keys_by_principal ON api_keys (tenant, principal)',
    // `principal`: who may use it; absent until a code is told. `code_mac`: only until then. A grant is looked up by its
    // people.
    `CREATE TABLE grants (
       ordered_at ${int} NOT NULL, begins_at ${int}, ends_at ${int} NOT NULL, ended_at ${int}, review_by ${int},
       reviewed_at ${int}, minutes ${small} NOT NULL, needed ${small} NOT NULL,
       tenant ${id} NOT NULL REFERENCES tenants (tenant), grant_id ${id} NOT NULL, kind ${text} NOT NULL, principal ${id},
       ordered_by ${id} NOT NULL, types ${text} NOT NULL, view ${word} NOT NULL, approvals ${text} NOT NULL,
       ended_as ${text}, ended_by ${id}, reviewed_by ${id}, ticket_mac ${bytes}, code_mac ${bytes}, tag ${bytes} NOT NULL,
       PRIMARY KEY (tenant, grant_id)
     ) ${clustered}`,
    'CREATE INDEX grants_open ON grants (tenant, ends_at) WHERE ended_at IS NULL',
    'CREATE INDEX grants_to_review ON grants (tenant, review_by) WHERE reviewed_at IS NULL AND review_by IS NOT NULL',
    'CREATE UNIQUE INDEX grants_by_code ON grants (tenant, code_mac) WHERE code_mac IS NOT NULL',
    `CREATE TABLE grant_subjects (
       tenant ${id} NOT NULL, grant_id ${id} NOT NULL, subject ${id} NOT NULL, principal ${id}, note ${id},
       tag ${bytes} NOT NULL,
       PRIMARY KEY (tenant, grant_id, subject)
     ) ${clustered}`,
    'CREATE INDEX grant_subjects_of ON grant_subjects (tenant, principal, subject)',
    // `types`: absent: all. Of each purpose its present row, and every version there was.
    `CREATE TABLE purposes (
       declared_at ${int} NOT NULL, changed_at ${int} NOT NULL, ended_at ${int}, may_object ${small} NOT NULL,
       version ${small} NOT NULL, tenant ${id} NOT NULL REFERENCES tenants (tenant), purpose ${text} NOT NULL,
       basis ${text} NOT NULL, told ${text} NOT NULL, types ${text}, tag ${bytes} NOT NULL,
       PRIMARY KEY (tenant, purpose)
     ) ${clustered}`,
    `CREATE TABLE purpose_versions (
       declared_at ${int} NOT NULL, changed_at ${int} NOT NULL, ended_at ${int}, may_object ${small} NOT NULL,
       version ${small} NOT NULL, tenant ${id} NOT NULL REFERENCES tenants (tenant), purpose ${text} NOT NULL,
       basis ${text} NOT NULL, told ${text} NOT NULL, types ${text}, tag ${bytes} NOT NULL,
       PRIMARY KEY (tenant, purpose, version)
     ) ${clustered}`,

    // What waits for a second person, or did, and what a tenant has said of that.
    `CREATE TABLE approvals (
       ordered_at ${int} NOT NULL, expires_at ${int} NOT NULL, ended_at ${int},
       tenant ${id} NOT NULL REFERENCES tenants (tenant), approval ${id} NOT NULL, ordered_by ${id} NOT NULL,
       ended_by ${id}, kind ${text} NOT NULL, action ${word} NOT NULL, request_mac ${bytes} NOT NULL,
       about ${text} NOT NULL, approved_by ${bytes} NOT NULL, ended ${text}, tag ${bytes} NOT NULL,
       PRIMARY KEY (tenant, approval)
     ) ${clustered}`,
    'CREATE INDEX approvals_open ON approvals (tenant, ordered_by) WHERE ended_at IS NULL',
    `CREATE TABLE approval_policies (
       changed_at ${int} NOT NULL, approvers ${small} NOT NULL, erasure_subjects ${small} NOT NULL,
       hours ${small} NOT NULL, tenant ${id} NOT NULL PRIMARY KEY REFERENCES tenants (tenant),
       changed_by ${id} NOT NULL, tag ${bytes} NOT NULL
     ) ${clustered}`,

    // Distributed by subject. `choices`: what the person has said, as it stands; absent: nothing.
    `CREATE TABLE subjects (
       created_at ${int} NOT NULL, erased_at ${int}, tenant ${id} NOT NULL, subject ${id} NOT NULL,
       choices ${text}, choices_tag ${bytes},
       PRIMARY KEY (tenant, subject)
     ) ${clustered}`,
    // Distributed by person, who is known by a keyed digest alone. Rows are added and never changed.
    `CREATE TABLE choices (
       made_at ${int} NOT NULL, seq ${small} NOT NULL, purpose_version ${small} NOT NULL, tenant ${id} NOT NULL,
       made_by ${id} NOT NULL, person ${bytes} NOT NULL, purpose ${text} NOT NULL, choice ${text} NOT NULL,
       types ${text}, means ${text} NOT NULL, notice ${text}, text_hash ${bytes}, reference_mac ${bytes},
       tag ${bytes} NOT NULL,
       PRIMARY KEY (tenant, person, seq)
     ) ${clustered}`,
    // What people agreed to, each text once.
    `CREATE TABLE choice_texts (
       tenant ${id} NOT NULL, hash ${bytes} NOT NULL, text ${text} NOT NULL,
       PRIMARY KEY (tenant, hash)
     ) ${clustered}`,

    // Distributed by record. Not clustered: rows of some 200 bytes would fill the inner pages of the tree as well.
    `CREATE TABLE records (
       created_at ${int} NOT NULL, updated_at ${int} NOT NULL, type_version ${small} NOT NULL,
       generation ${small} NOT NULL, version ${small} NOT NULL, tenant ${id} NOT NULL, record ${id} NOT NULL,
       subject ${id}, type ${word} NOT NULL, label ${text}, sealed ${bytes} NOT NULL,
       PRIMARY KEY (tenant, record)
     ) ${strict}`,
    'CREATE INDEX records_by_subject ON records (tenant, subject, record)',
    // One person's records of one data type, for a search by values of two, and for a sign-in.
    'CREATE INDEX records_by_type ON records (tenant, subject, type, record)',

    // Distributed by token. `tag` binds the token to its record.
    // `format`: all absent in a token that is random, of no audience and without end; `tag` binds them, too.
    `CREATE TABLE tokens (
       created_at ${int} NOT NULL, expires_at ${int}, uses_left ${int}, revoked_at ${int},
       tag_version ${small} NOT NULL, tenant ${id} NOT NULL, token ${id} NOT NULL, record ${id} NOT NULL,
       tag ${bytes} NOT NULL, format ${text}, audience ${text},
       PRIMARY KEY (tenant, token)
     ) ${clustered}`,
    'CREATE INDEX tokens_by_record ON tokens (tenant, record)',
    'CREATE INDEX tokens_by_expiry ON tokens (expires_at) WHERE expires_at IS NOT NULL',
    'CREATE INDEX tokens_used_up ON tokens (uses_left) WHERE uses_left = 0',
    'CREATE INDEX tokens_revoked ON tokens (revoked_at) WHERE revoked_at IS NOT NULL',

    // Distributed by record. One row for each record key that was ordered to be destroyed; kept for good.
    `CREATE TABLE tombstones (
       buried_at ${int} NOT NULL, generation ${small} NOT NULL, tenant ${id} NOT NULL, record ${id} NOT NULL,
       cause ${text} NOT NULL, erasure ${id},
       PRIMARY KEY (tenant, record, generation)
     ) ${clustered}`,
    'CREATE INDEX tombstones_by_erasure ON tombstones (tenant, erasure, record)',

    // Distributed by erasure.
    // `scope`: `tenant` for the erasure of a whole tenant; absent: of records.
    `CREATE TABLE erasures (
       records ${int} NOT NULL, ordered_at ${int} NOT NULL, shredded_at ${int}, completed_at ${int},
       tenant ${id} NOT NULL, erasure ${id} NOT NULL, cause ${text} NOT NULL, subject ${id},
       state ${text} NOT NULL, ordered_by ${id} NOT NULL, scope ${text},
       PRIMARY KEY (tenant, erasure)
     ) ${clustered}`,
    'CREATE INDEX erasures_by_age ON erasures (erasure)',
    'CREATE INDEX erasures_by_shredding ON erasures (shredded_at)',
    "CREATE INDEX erasures_unfinished ON erasures (ordered_at) WHERE state <> 'completed'",

    // Distributed by entry.
    `CREATE TABLE audit_entries (
       at ${int} NOT NULL, guesses ${int}, tenant ${id} NOT NULL, entry ${id} NOT NULL,
       principal ${id} NOT NULL, action ${word} NOT NULL, outcome ${word} NOT NULL, code ${text},
       purpose ${text}, view ${word}, records ${id} NOT NULL, subject ${id}, erasure ${id}, target ${text},
       reason_mac ${bytes}, ticket_mac ${bytes}, request ${id} NOT NULL, looks ${text}, subjects ${id},
       PRIMARY KEY (tenant, entry)
     ) ${clustered}`,
    // What one principal did: its newest entry, and what it has seen.
    'CREATE INDEX audit_entries_by_principal ON audit_entries (tenant, principal, entry)',

    // Distributed by principal. Holds no personal data: see calls/idempotency.ts.
    `CREATE TABLE idempotency_keys (
       created_at ${int} NOT NULL, tenant ${id} NOT NULL, principal ${id} NOT NULL, key_mac ${bytes} NOT NULL,
       body_mac ${bytes} NOT NULL, action ${word} NOT NULL, answer ${text} NOT NULL,
       PRIMARY KEY (tenant, principal, key_mac)
     ) ${clustered}`,
    'CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at)',

    // Distributed by token. What is left of a token that ended: why. Kept for good, so that it is never given out
    // again.
    `CREATE TABLE dead_tokens (
       died_at ${int} NOT NULL, tenant ${id} NOT NULL, token ${id} NOT NULL, audience ${text},
       cause ${text} NOT NULL,
       PRIMARY KEY (tenant, token)
     ) ${clustered}`,

    // Small, and copied to every node of a distributed store.
    `CREATE TABLE custom_types (
       created_at ${int} NOT NULL, version ${small} NOT NULL, tag_version ${small} NOT NULL,
       tenant ${id} NOT NULL, name ${text} NOT NULL, definition ${text} NOT NULL, tag ${bytes} NOT NULL,
       PRIMARY KEY (tenant, name, version)
     ) ${clustered}`,
    `CREATE TABLE type_settings (
       updated_at ${int} NOT NULL, is_unique ${int}, tag_version ${small} NOT NULL, tenant ${id} NOT NULL,
       name ${text} NOT NULL, keep ${text}, tag ${bytes} NOT NULL,
       PRIMARY KEY (tenant, name)
     ) ${clustered}`,

    // Distributed by record. Failed attempts to verify a password, the last of them counted at `since`.
    `CREATE TABLE verify_attempts (
       failures ${int} NOT NULL, since ${int} NOT NULL, tenant ${id} NOT NULL, record ${id} NOT NULL,
       PRIMARY KEY (tenant, record)
     ) ${clustered}`,
    'CREATE INDEX verify_attempts_by_age ON verify_attempts (since)',

    // Small. `params` and `detail` are JSON of ids, numbers and closed words. `work` is what is to be done, in one
    // spelling, so that the same is not ordered twice at a time. `fence` is its runner's; only that one may change the
    // row.
    `CREATE TABLE jobs (
       fence ${int} NOT NULL, done ${int} NOT NULL, total ${int} NOT NULL, rate_milli ${int},
       ordered_at ${int} NOT NULL, started_at ${int}, updated_at ${int} NOT NULL, finished_at ${int},
       job ${id} NOT NULL PRIMARY KEY, tenant ${id} NOT NULL, kind ${text} NOT NULL, params ${text} NOT NULL,
       work ${text} NOT NULL, state ${text} NOT NULL, step ${text} NOT NULL, detail ${text} NOT NULL,
       code ${text}, ordered_by ${id} NOT NULL
     ) ${clustered}`,
    'CREATE UNIQUE INDEX jobs_unfinished ON jobs (work) WHERE finished_at IS NULL',

    // Distributed by erasure.
    `CREATE TABLE certificates (
       issued_at ${int} NOT NULL, tenant ${id} NOT NULL, erasure ${id} NOT NULL, jws ${text} NOT NULL,
       PRIMARY KEY (tenant, erasure)
     ) ${strict}`,

    // Distributed by target. One row for each principal and token that was revoked; kept for good. `kept_at`: since
    // when the key store, which is not put back with this one, is known to have it, too.
    `CREATE TABLE revocations (
       revoked_at ${int} NOT NULL, kept_at ${int}, tenant ${id} NOT NULL, kind ${text} NOT NULL,
       target ${text} NOT NULL,
       PRIMARY KEY (tenant, kind, target)
     ) ${clustered}`,
    'CREATE INDEX revocations_by_age ON revocations (revoked_at)',
    'CREATE INDEX revocations_not_kept ON revocations (tenant, kind, target) WHERE kept_at IS NULL',

    // Distributed by budget. What has been taken of one principal's budget since its window began; `*`: of everybody's.
    `CREATE TABLE guess_budgets (
       taken ${int} NOT NULL, since ${int} NOT NULL, tenant ${id} NOT NULL, principal ${id} NOT NULL,
       budget ${bytes} NOT NULL,
       PRIMARY KEY (tenant, principal, budget)
     ) ${clustered}`,
    'CREATE INDEX guess_budgets_by_age ON guess_budgets (since)',

    // Small. `settings`, `secret` and `earlier` are sealed under a key of the tenant's: `src/hooks/hook-rows.ts`.
    // `position`: how far it has been told. `due_at`: when it is to be told more; absent: there is no more.
    `CREATE TABLE hooks (
       created_at ${int} NOT NULL, position ${int} NOT NULL, attempts ${int} NOT NULL, due_at ${int},
       failing_since ${int}, delivered_at ${int}, secret_at ${int} NOT NULL, earlier_until ${int},
       seal_version ${small} NOT NULL, tenant ${id} NOT NULL, hook ${id} NOT NULL, settings ${bytes} NOT NULL,
       secret ${bytes} NOT NULL, earlier ${bytes}, failure ${text}, paused ${text},
       PRIMARY KEY (tenant, hook)
     ) ${clustered}`,
    'CREATE INDEX hooks_due ON hooks (due_at) WHERE due_at IS NOT NULL',

    // Distributed by tenant. What hooks are told. `once`: its own id, or what keeps it from being told again too soon.
    // `position`: its place in the tenant's order, which it gets after its commit. `hook`: the only one it is for.
    // `about` is JSON of ids.
    `CREATE TABLE hook_events (
       noted_at ${int} NOT NULL, position ${int}, tenant ${id} NOT NULL, event ${id} NOT NULL, once ${text} NOT NULL,
       name ${text} NOT NULL, hook ${id}, about ${text} NOT NULL,
       PRIMARY KEY (tenant, once)
     ) ${clustered}`,
    'CREATE UNIQUE INDEX hook_events_by_id ON hook_events (tenant, event)',
    'CREATE UNIQUE INDEX hook_events_in_order ON hook_events (tenant, position) WHERE position IS NOT NULL',
    'CREATE INDEX hook_events_without_place ON hook_events (tenant, event) WHERE position IS NULL',
    'CREATE INDEX hook_events_by_age ON hook_events (noted_at)',

    // Distributed by writer. A row for each of a writer's latest transactions. No row has an `n` below 1: a transaction
    // that misses an earlier one tries to write such a row, and fails of this constraint.
    `CREATE TABLE marks (
       writer ${int} NOT NULL, n ${int} NOT NULL,
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
