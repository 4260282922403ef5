/**
 * What a PostgreSQL server says about itself and the way to it, for `lethe doctor`.
 *
 * Guarantees: statements only read; nobody's row, setting or lock is changed. What this user may not see is
 * `undefined`, never a guess.
 */
import type { TLSSocket } from 'node:tls';
import type pg from 'pg';
import { ASIDE } from '../copies/asides.ts';
import { onClient } from '../copies/backup.ts';
import { ANSWERING, isAnother } from './connect.ts';
import { type Standby, standbysOf } from './replication.ts';

export interface ServerLook {
  /** The same for two databases of one server; undefined where the server does not say. */
  readonly system: string | undefined;
  /** Whether it is a standby, or refuses writes for another reason. */
  readonly readOnly: boolean;
  readonly settings: Readonly<Record<(typeof SETTINGS)[number], string>>;
  readonly standbys: readonly Standby[];
  /** By how much its clock is ahead of this machine's, in milliseconds, and how far that can be off. */
  readonly aheadMs: number;
  readonly withinMs: number;
  /** What stands between: nothing that shows; a pooler that was seen to change the session; one that was not. */
  readonly pooler: 'none' | 'transaction' | 'unknown';
  readonly encrypted: boolean;
  /** When the certificate of the server, or of what stands before it, ends; undefined without TLS. */
  readonly certificateEnds: Date | undefined;
  /** Schemas in which a restore has kept the previous store. */
  readonly asides: readonly string[];
}

const SETTINGS = ['fsync', 'full_page_writes', 'synchronous_standby_names', 'default_transaction_read_only'] as const;

/** @param now this machine's clock. @throws {VaultError} where it does not answer */
export async function lookAtServer(url: string, now: () => Date): Promise<ServerLook> {
  return onClient(url, async (client) => {
    const settings = await settingsOf(client);
    const recovering = (await one<boolean>(client, 'SELECT pg_is_in_recovery() AS it')) === true;
    const asked = now().getTime();
    const theirs = (await one<Date>(client, 'SELECT clock_timestamp() AS it'))?.getTime() ?? asked;
    const answered = now().getTime();
    const socket = (client as unknown as { connection: { stream: TLSSocket } }).connection.stream;
    const ends = socket.encrypted ? Date.parse(socket.getPeerCertificate().valid_to) : Number.NaN;
    const { rows: schemas } = await client.query<{ nspname: string }>('SELECT nspname FROM pg_namespace ORDER BY 1');
    return {
      system: await one<string>(client, 'SELECT system_identifier::text AS it FROM pg_control_system()'),
      readOnly: recovering || settings.default_transaction_read_only === 'on',
      settings,
      standbys: await standbysOf(client),
      aheadMs: theirs - (asked + answered) / 2,
      withinMs: (answered - asked) / 2 + 1,
      pooler: await poolerOf(url, client),
      encrypted: socket.encrypted === true,
      certificateEnds: Number.isNaN(ends) ? undefined : new Date(ends),
      asides: schemas.map(({ nspname }) => nspname).filter((name) => ASIDE.test(name)),
    };
  });
}

async function settingsOf(client: pg.Client): Promise<ServerLook['settings']> {
  const { rows } = await client.query(
    `SELECT ${SETTINGS.map((name) => `current_setting('${name}') AS "${name}"`).join(', ')}`,
  );
  return rows[0];
}

/**
 * If a second connection gets the first one's process while that is open, a pooler hands it on by transaction. If it
 * gets another, that is no proof: one with enough sessions may leave each connection its own for a while.
 */
async function poolerOf(url: string, client: pg.Client): Promise<ServerLook['pooler']> {
  const first = await one<number>(client, ANSWERING);
  if (first === undefined || !isAnother(client, first)) return 'none';
  const second = await onClient(url, async (other) => {
    await other.query('BEGIN');
    const theirs = await one<number>(other, ANSWERING);
    const now = await one<number>(client, ANSWERING);
    await other.query('COMMIT');
    return theirs === first || now !== first;
  });
  return second ? 'transaction' : 'unknown';
}

/** @returns undefined where the statement is refused */
async function one<R>(client: pg.Client, statement: string): Promise<R | undefined> {
  return client.query<{ it: R }>(statement).then(
    ({ rows }) => rows[0]?.it,
    () => undefined,
  );
}
