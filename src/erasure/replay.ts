/**
 * Writes back, from the key store's mirror, the erasures and corrections that an older record store has lost. Then what
 * was erased answers so, and its ciphertext is gone from the restored copy, too.
 *
 * Guarantees: may be interrupted and run again; an existing tombstone stays as it is. A subject without any refs had
 * been erased as a whole, and is marked so again.
 * Does not: bring back a corrected value. Its old key is destroyed, and its new ciphertext was only in the newer record
 * store. Such records are counted, named and noted, so that they say so instead of failing, and are left.
 */
import { THE_VAULT_ITSELF } from '../access/principal.ts';
import type { RecordId, SubjectId, TenantId } from '../ids.ts';
import { recordsWithKeys } from '../keyring/tree/key-rows.ts';
import { findRecords, type RecordRow, removeRecords } from '../records/store.ts';
import {
  countTombstones,
  insertTombstones,
  type KeyTombstoneRow,
  markPutBack,
  pagesOfMirror,
  tombstonesAt,
} from '../records/tombstones.ts';
import { change } from '../storage/queries.ts';
import type { KeyStore, RecordTx } from '../storage/tx.ts';
import { subjectsWithRefs } from '../subjects/refs.ts';
import { markErased } from '../subjects/subjects.ts';
import { pagesOfShreds, withoutOrder } from './counts.ts';
import { type DestructionRow, destructions, type Stores } from './destructions.ts';
import { shreddedTenants } from './shreds.ts';

const PAGE = 500;
/** How many of the records that lost their value are named. */
export const NAMED = 100;

type Mirrored = KeyTombstoneRow;

export interface Replayed {
  readonly tombstones: number;
  readonly records: number;
  /** Records whose value was corrected after the copy was made, and is lost with the newer record store. */
  readonly lost: number;
  readonly lostRecords: readonly string[];
}

/** Orders that only the key store knows and that named no record: no tombstone says what they were. */
export async function writeBackEmpty({ recordStore, keyStore }: Stores, now: Date): Promise<number> {
  let written = 0;
  for (const tenant of await shreddedTenants(keyStore.reader)) {
    for await (const page of pagesOfShreds(keyStore.reader, tenant)) {
      const missing = await withoutOrder(recordStore.reader, page);
      if (missing.length === 0) continue;
      const rows = missing.map(({ erasure, shredded_at }): DestructionRow => {
        const times = { ordered_at: shredded_at, shredded_at, completed_at: now.getTime() };
        const done = { state: 'completed', records: 0, ordered_by: THE_VAULT_ITSELF, ...times };
        return { tenant, erasure, cause: 'erased', subject: null, scope: null, ...done };
      });
      await recordStore.exclusive((tx) => tx.insert(destructions, rows, 'skip'));
      written += rows.length;
    }
  }
  return written;
}

/** @param progress is told how many tombstones have been looked at */
export async function replayMirror(
  stores: Stores,
  now: Date,
  progress: (looked: number) => void = () => {},
): Promise<Replayed> {
  let [looked, written, removed, lost] = [0, 0, 0, 0];
  const lostRecords: string[] = [];
  for await (const page of pagesOfMirror(stores.keyStore.reader, PAGE)) {
    const found = await tombstonesAt(stores.recordStore.reader, page);
    const missing = page.filter((_, i) => found[i] === undefined);
    for (const [tenant, rows] of Map.groupBy(missing, (row) => row.tenant as TenantId)) {
      const done = await writeBack(stores, tenant, rows, now);
      written += rows.length;
      removed += done.removed;
      lost += done.lost.length;
      lostRecords.push(...done.lost.slice(0, NAMED - lostRecords.length));
    }
    looked += page.length;
    progress(looked);
  }
  if (looked === 0) progress(looked);
  await stores.recordStore.scrub();
  return { tombstones: written, records: removed, lost, lostRecords };
}

/** Writes back what the record store has lost of one tenant. @param rows of the mirror that it has no tombstone for */
export async function writeBack(stores: Stores, tenant: TenantId, rows: readonly Mirrored[], now: Date) {
  const held = await recordsWithKeys(
    stores.keyStore.reader,
    tenant,
    rows.map(({ record }) => record),
  );
  // A mirror of the first releases does not say why. A record that still has a key was corrected.
  const burials = rows.map((row) => ({ ...row, cause: row.cause ?? (held.has(row.record) ? 'corrected' : 'erased') }));
  const found = await findRecords(
    stores.recordStore.reader,
    tenant,
    rows.map(({ record }) => record as RecordId),
  );
  const present = found.filter((row) => row !== undefined);
  const erased = new Set(burials.filter(({ cause }) => cause === 'erased').map(({ record }) => record));
  const doomed = present.filter(({ record }) => erased.has(record));
  const dead = await forgottenSubjects(stores.keyStore, tenant, doomed);
  // Before the tombstones, because what has been written back is not looked at again.
  const putBack = rows.filter(
    ({ record, generation }, i) => !erased.has(record) && found[i]?.generation === generation,
  );
  if (putBack.length > 0) await stores.keyStore.exclusive((tx) => markPutBack(tx, putBack, now));
  await stores.recordStore.exclusive(async (tx) => {
    await insertOrders(tx, tenant, burials, now);
    const graves = burials.map(({ put_back_at: _, ...grave }) => grave);
    await insertTombstones(tx, graves);
    await countRecords(tx, tenant, burials);
    await removeRecords(
      tx,
      tenant,
      doomed.map(({ record }) => record as RecordId),
    );
    for (const subject of dead) await markErased(tx, tenant, subject, now);
  });
  const behind = burials.filter(({ record, generation }, i) => {
    const row = found[i];
    return !erased.has(record) && row !== undefined && row.generation <= generation;
  });
  return { removed: doomed.length, lost: [...new Set(behind.map(({ record }) => record))] };
}

async function forgottenSubjects(keyStore: KeyStore, tenant: TenantId, rows: readonly RecordRow[]) {
  const subjects = [...new Set(rows.flatMap(({ subject }) => subject ?? []))];
  const named = await subjectsWithRefs(keyStore.reader, tenant, subjects);
  return subjects.filter((subject) => !named.has(subject)) as SubjectId[];
}

async function insertOrders(tx: RecordTx, tenant: TenantId, burials: readonly Mirrored[], now: Date): Promise<void> {
  const orders = new Map<string, DestructionRow>();
  for (const { erasure, cause, buried_at } of burials) {
    if (erasure === null) continue;
    const times = { ordered_at: buried_at, shredded_at: buried_at, completed_at: now.getTime() };
    const done = { state: 'completed', records: 0, ordered_by: THE_VAULT_ITSELF, ...times };
    orders.set(erasure, { tenant, erasure, cause: cause as string, subject: null, scope: null, ...done });
  }
  await tx.insert(destructions, [...orders.values()], 'skip');
}

/** An erasure may be spread over several pages; this counts what has been written of it so far. */
async function countRecords(tx: RecordTx, tenant: TenantId, burials: readonly Mirrored[]): Promise<void> {
  for (const erasure of new Set(burials.flatMap((row) => row.erasure ?? []))) {
    await change(tx, destructions, { tenant, erasure }, { records: await countTombstones(tx, tenant, erasure) });
  }
}
