/**
 * Claims: the one record that holds a value of which there are to be no two. Adds only: the release before runs on these
 * tables as before.
 */
import type { Knex } from 'knex';
import { describeToPlanner, run, words } from '../sql.ts';

export async function up(knex: Knex): Promise<void> {
  const { text, bytes, int, clustered } = words(knex);
  await run(knex, [
    // Distributed by mac.
    `CREATE TABLE value_claims (
       tenant ${text} NOT NULL,
       version ${int} NOT NULL,
       mac ${bytes} NOT NULL,
       record ${text} NOT NULL,
       generation ${int} NOT NULL,
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
