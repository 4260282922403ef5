/**
 * Whether the standbys also have what a store has committed. Asked before something is destroyed elsewhere that a
 * standby without that commit would need.
 *
 * Guarantees, on PostgreSQL: `true` means that each standby that is connected now has flushed everything committed
 * before the call. Where commits wait for a standby (`synchronous_standby_names`), `true` means that a commit made now
 * was acknowledged. An earlier commit may have become visible without an acknowledgement (a cancelled wait, a restart),
 * but the log has one order. SQLite has no standbys.
 * Does not: see a standby that is not connected at this moment; or, without the role pg_monitor (pg_read_all_stats),
 * how far one is: then it says `true`, and the handbook says to grant the role. Counts no archiver, base backup or
 * logical subscriber.
 */
import { setTimeout } from 'node:timers/promises';
import type pg from 'pg';
import { StatementError } from '../errors.ts';
import type { Reader, Store } from '../tx.ts';

const PATIENCE_MS = 10_000;
const LOOK_EVERY_MS = 100;

/** What a server's own view says about its standbys. */
export interface Standbys {
  /** How many of the visible ones are behind a place in the log. */
  readonly behind: number;
  /** For how many standbys this account may not see how far they are. */
  readonly hidden: number;
}

/** @param patienceMs how long it waits for standbys. @returns whether none is behind */
export async function awaitReplicated(
  store: Pick<Store, 'engine' | 'reader' | 'exclusive'>,
  patienceMs = PATIENCE_MS,
): Promise<boolean> {
  if (store.engine === 'sqlite') return true;
  try {
    return await areThere(store, patienceMs);
  } catch (error) {
    // An engine that speaks the protocol without such views shows nothing.
    if (error instanceof StatementError) return true;
    throw error;
  }
}

async function areThere(store: Pick<Store, 'reader' | 'exclusive'>, patienceMs: number): Promise<boolean> {
  const { reader } = store;
  const { lsn, names } = await placeOf(reader);
  // This writes only its mark.
  if (names.trim() !== '') return store.exclusive(async () => true).catch(() => false);
  for (const until = performance.now() + patienceMs; ; await setTimeout(LOOK_EVERY_MS)) {
    const { behind } = await standbysAt(reader, lsn);
    if (behind === 0) return true;
    if (performance.now() >= until) return false;
  }
}

async function placeOf(reader: Reader): Promise<{ lsn: string; names: string }> {
  const [row] = await reader.query<{ lsn: string; names: string }>((sql) =>
    sql.select(
      sql.raw('pg_current_wal_flush_lsn()::text AS lsn'),
      sql.raw("current_setting('synchronous_standby_names') AS names"),
    ),
  );
  return row ?? { lsn: '0/0', names: '' };
}

/**
 * The standbys that must be waited for, without receivers that only take the log.
 * @param lsn a place in the write-ahead log
 */
export async function standbysAt(reader: Reader, lsn: string): Promise<Standbys> {
  const [row] = await reader.query<{ behind: number; hidden: number }>((sql) =>
    sql('pg_stat_replication')
      .select(
        sql.raw(
          "count(*) FILTER (WHERE state IN ('startup', 'catchup', 'streaming') AND (flush_lsn IS NULL OR flush_lsn < ?::pg_lsn))::int AS behind",
          [lsn],
        ),
        sql.raw('count(*) FILTER (WHERE state IS NULL)::int AS hidden'),
      )
      .whereRaw("coalesce(application_name, '') NOT IN ('pg_receivewal', 'pg_basebackup')")
      .whereRaw(
        "pid NOT IN (SELECT active_pid FROM pg_replication_slots WHERE slot_type = 'logical' AND active_pid IS NOT NULL)",
      ),
  );
  return row ?? { behind: 0, hidden: 0 };
}

export interface Standby {
  /** `sync`, `quorum`, `potential`, `async`; undefined where this user may not see it. */
  readonly sync: string | undefined;
}

/**
 * All receivers of the log that may acknowledge commits, for `lethe doctor`. These are more than must be waited for: a
 * receiver that archives the log may be named in `synchronous_standby_names`, too.
 */
export async function standbysOf(client: pg.Client): Promise<Standby[]> {
  const { rows } = await client.query<{ sync: string | null }>(
    // Copies under way belong to a tool, not to a standby.
    `SELECT sync_state AS sync FROM pg_stat_replication WHERE state IS NULL OR state <> 'backup'`,
  );
  return rows.map(({ sync }) => ({ sync: sync ?? undefined }));
}
