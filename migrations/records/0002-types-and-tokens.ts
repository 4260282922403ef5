/**
 * Tokens that end, tokens of one receiver, data types of a tenant's own, and what of a value a tenant keeps.
 * Adds only: the first release runs on these tables as before.
 */
import type { Knex } from 'knex';
import { describeToPlanner, run, words } from '../sql.ts';

export async function up(knex: Knex): Promise<void> {
  const { text, bytes, int, clustered } = words(knex);
  await run(knex, [
    `ALTER TABLE principals ADD COLUMN audience ${text}`,

    // All absent in a token that is random, of no audience and without end; `tag` binds them, too.
    `ALTER TABLE tokens ADD COLUMN format ${text}`,
    `ALTER TABLE tokens ADD COLUMN audience ${text}`,
    `ALTER TABLE tokens ADD COLUMN expires_at ${int}`,
    `ALTER TABLE tokens ADD COLUMN uses_left ${int}`,
    `ALTER TABLE tokens ADD COLUMN revoked_at ${int}`,
    'CREATE INDEX tokens_by_expiry ON tokens (expires_at) WHERE expires_at IS NOT NULL',
    'CREATE INDEX tokens_used_up ON tokens (uses_left) WHERE uses_left = 0',
    'CREATE INDEX tokens_revoked ON tokens (revoked_at) WHERE revoked_at IS NOT NULL',

    // Distributed by token. What is left of a token that ended: why. Kept for good, so that it is never given out again.
    `CREATE TABLE dead_tokens (
       tenant ${text} NOT NULL,
       token ${text} NOT NULL,
       audience ${text},
       cause ${text} NOT NULL,
       died_at ${int} NOT NULL,
       PRIMARY KEY (tenant, token)
     ) ${clustered}`,

    // One person's records of one data type, for a search by values of two.
    'CREATE INDEX records_by_type ON records (tenant, subject, type, record)',

    // Small, and copied to every node of a distributed store.
    `CREATE TABLE custom_types (
       tenant ${text} NOT NULL,
       name ${text} NOT NULL,
       version ${int} NOT NULL,
       definition ${text} NOT NULL,
       created_at ${int} NOT NULL,
       tag ${bytes} NOT NULL,
       tag_version ${int} NOT NULL,
       PRIMARY KEY (tenant, name, version)
     ) ${clustered}`,
    `CREATE TABLE type_settings (
       tenant ${text} NOT NULL,
       name ${text} NOT NULL,
       keep ${text},
       updated_at ${int} NOT NULL,
       tag ${bytes} NOT NULL,
       tag_version ${int} NOT NULL,
       PRIMARY KEY (tenant, name)
     ) ${clustered}`,

    // Distributed by record. Failed attempts to verify a password, the last of them counted at `since`.
    `CREATE TABLE verify_attempts (
       tenant ${text} NOT NULL,
       record ${text} NOT NULL,
       failures ${int} NOT NULL,
       since ${int} NOT NULL,
       PRIMARY KEY (tenant, record)
     ) ${clustered}`,
    'CREATE INDEX verify_attempts_by_age ON verify_attempts (since)',
  ]);
  await describeToPlanner(knex);
}

/** Stored data is never migrated backwards: restore a backup of the release that wrote it. */
export async function down(): Promise<void> {
  throw new Error('The record store is not migrated backwards.');
}
