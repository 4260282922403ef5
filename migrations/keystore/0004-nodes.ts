/**
 * Nodes: which hosts the vault runs on, which of its processes are open there, and through which epoch each has
 * forgotten what is destroyed. Adds only: the release before runs on these tables as before, and announces nothing.
 */
import type { Knex } from 'knex';
import { describeToPlanner, run, words } from '../sql.ts';

export async function up(knex: Knex): Promise<void> {
  const { text, bytes, int, clustered } = words(knex);
  await run(knex, [
    // Small. A node's own row has an empty `process`; the others are its processes, which come and go. `beat` grows with
    // each sign of life. `places` says where the node's own slots are. `tag` is a MAC under the root key of what is
    // believed of the row; none: nothing is.
    `CREATE TABLE nodes (
       node ${text} NOT NULL,
       process ${text} NOT NULL,
       kind ${text} NOT NULL,
       label ${text} NOT NULL,
       places ${text} NOT NULL,
       beat ${int} NOT NULL,
       forgot ${int} NOT NULL,
       announced_at ${int} NOT NULL,
       abandoned_at ${int},
       abandoned_epoch ${int},
       tag ${bytes},
       PRIMARY KEY (node, process)
     ) ${clustered}`,
  ]);
  await describeToPlanner(knex);
}

/** Keys are never migrated backwards: restore a backup of the release that wrote them. */
export async function down(): Promise<void> {
  throw new Error('The key store is not migrated backwards.');
}
