/**
 * Keys that live for minutes, tokens that are given again for the same value, and blind indexes that are cut short.
 * Adds only: the first release runs on these tables as before.
 */
import type { Knex } from 'knex';
import { describeToPlanner, run, words } from '../sql.ts';

export async function up(knex: Knex): Promise<void> {
  const { text, bytes, int, clustered } = words(knex);
  await run(knex, [
    // How many bits of a MAC under this key are kept; absent: all of them.
    `ALTER TABLE index_keys ADD COLUMN bits ${int}`,

    // Distributed by mac. The one token that stands for a value of a type, to one subject and one audience.
    `CREATE TABLE reuses (
       tenant ${text} NOT NULL,
       version ${int} NOT NULL,
       mac ${bytes} NOT NULL,
       record ${text} NOT NULL,
       generation ${int} NOT NULL,
       subject ${text},
       token ${text} NOT NULL,
       tag ${bytes} NOT NULL,
       PRIMARY KEY (tenant, version, mac)
     ) ${clustered}`,
    'CREATE INDEX reuses_by_record ON reuses (tenant, record)',

    // Distributed by window. `wrapped` is the window's key under R_e; it is destroyed within 15 minutes.
    `CREATE TABLE windows (
       tenant ${text} NOT NULL,
       window_id ${text} NOT NULL,
       epoch ${int} NOT NULL,
       wrapped ${bytes} NOT NULL,
       created_at ${int} NOT NULL,
       PRIMARY KEY (tenant, window_id)
     ) ${clustered}`,
    'CREATE INDEX windows_by_age ON windows (created_at)',

    // Distributed by window. Tokens of a window that have been revealed; destroyed with it.
    `CREATE TABLE window_reveals (
       tenant ${text} NOT NULL,
       window_id ${text} NOT NULL,
       mark ${bytes} NOT NULL,
       PRIMARY KEY (tenant, window_id, mark)
     ) ${clustered}`,
  ]);
  await describeToPlanner(knex);
}

/** Keys are never migrated backwards: restore a backup of the release that wrote them. */
export async function down(): Promise<void> {
  throw new Error('The key store is not migrated backwards.');
}
