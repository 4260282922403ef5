/**
 * Seals values anew, unchanged, under new keys: what is left to do once keys are stolen. To the stores it is a
 * correction that keeps the value (K6), with the same order, notes and tombstones. So the same jobs complete it after a
 * crash.
 *
 *   made       new keys in a bucket of their own, index rows, links led on, a note for each record; one commit
 *   decided    new ciphertext in the records' place, tombstones for the old keys; one commit of the record store
 *   finished   the old keys destroyed, their buckets marked for a new key (K1), the notes gone
 *
 * Guarantees: a value stays what it was, under the same version and tokens. A correction or an erasure that comes
 * between wins, and the record is left as that made it. No new key is ever wrapped under a compromised bucket key. Run
 * again after a crash anywhere, it goes on.
 * Does not: reach older ciphertext in backups of the record store, which the old keys open for good.
 */
import type { Clock } from '../clock.ts';
import type { RandomSource } from '../crypto/random.ts';
import { codeOf, IntegrityError, UnavailableError, VaultError } from '../errors.ts';
import { type BucketId, newId, type PrincipalId, type RecordId, type TenantId } from '../ids.ts';
import type { Keyring } from '../keyring/keyring.ts';
import type { RecordKeyRow } from '../keyring/tables.ts';
import { keysOf } from '../keyring/tree/key-rows.ts';
import { type OpenedRecord, openEach } from '../records/open-records.ts';
import { sealPlaintext } from '../records/sealing.ts';
import { findRecords, lockRecords, type RecordRow, replaceSealed } from '../records/store.ts';
import { areErased, tombstonesOf } from '../records/tombstones.ts';
import { copyIndexRows } from '../search/index-rows.ts';
import { leadClaimsOn } from '../search/value-claims.ts';
import { secrets } from '../secret.ts';
import type { KeyTx } from '../storage/tx.ts';
import { leadOn } from '../tokens/reuse.ts';
import { type CompletingParts, completeDestruction } from './complete-destruction.ts';
import { correctionKeys, DECIDE_WITHIN_MS, removeMade, resealsUnderWay } from './corrections.ts';
import { type DestructionRow, findDestruction, orderDestruction } from './destructions.ts';
import type { PageResult } from './reseal-counts.ts';

export interface ResealParts extends CompletingParts {
  readonly keyring: Keyring;
  readonly random: RandomSource;
  readonly clock: Clock;
  /** Names records whose values no longer open for anybody. */
  damaged?(tenant: TenantId, records: readonly RecordId[]): Promise<void>;
}

/** A compromised bucket, and the one that takes its records. */
export interface Retired {
  readonly tenant: TenantId;
  readonly bucket: BucketId;
  /** Made when it is first needed. */
  successor(): Promise<BucketId>;
  readonly by: PrincipalId;
  /** Proves that nobody else has taken over. Must come first in every transaction of the key store. */
  fence(tx: KeyTx): Promise<void>;
}

/** A record on its way, with what is made for it. */
interface Move {
  readonly from: RecordRow;
  readonly to: RecordRow;
}

/** Seals those records anew that still stand under these keys. @param keys of one bucket */
export async function resealPage(
  parts: ResealParts,
  retired: Retired,
  keys: readonly RecordKeyRow[],
): Promise<PageResult> {
  const { tenant } = retired;
  const ids = keys.map((key) => key.record as RecordId);
  const [rows, erased] = await Promise.all([
    findRecords(parts.recordStore.reader, tenant, ids),
    areErased(parts.recordStore.reader, tenant, ids),
  ]);
  const stands = keys.map((key, i) => rows[i]?.generation === key.generation && !erased[i]);
  const gone = keys.filter((_, i) => !stands[i]);
  const { completed, underWay } = await completeOrders(parts, tenant, gone);

  const live = rows.filter((row, i): row is RecordRow => row !== undefined && stands[i] === true);
  const { opened, damaged } = await openSound(parts, tenant, live);
  try {
    if (damaged.length > 0) await parts.damaged?.(tenant, damaged);
    const begunAt = parts.clock().getTime();
    const moves = await make(parts, retired, opened);
    const won = moves.length === 0 ? NONE : await decide(parts, retired, moves, begunAt);
    await finish(parts, retired, moves, won);
    const resealed = won.records.size;
    return { resealed, completed, underWay, damaged: damaged.length, raced: live.length - damaged.length - resealed };
  } finally {
    for (const { value } of opened) value.wipe();
  }
}

const NONE: Won = { records: new Set(), order: undefined };

/** Opens the values that open: one that was tampered with must not keep the others under a stolen key. */
async function openSound(
  { recordStore, keyStore, keyring }: ResealParts,
  tenant: TenantId,
  rows: readonly RecordRow[],
): Promise<{ opened: OpenedRecord[]; damaged: RecordId[] }> {
  const ids = rows.map(({ record }) => record as RecordId);
  const from = { records: recordStore.reader, keys: keyStore.reader, keyring };
  try {
    const found = await openEach(from, tenant, rows);
    const opened: OpenedRecord[] = [];
    for (const [i, entry] of found.entries()) {
      if (entry instanceof VaultError) continue;
      if (entry.row.generation === rows[i]?.generation) opened.push(entry);
      else entry.value.wipe();
    }
    return { opened, damaged: ids.filter((_, i) => found[i] instanceof IntegrityError) };
  } catch (error) {
    if (!(error instanceof IntegrityError)) throw error;
    // If all of them fail, the fault is not a record's, but that of a key above them.
    return { opened: [], damaged: ids };
  }
}

async function make(
  { keyStore, keyring, random, clock }: ResealParts,
  { tenant, bucket, successor, fence }: Retired,
  opened: readonly OpenedRecord[],
): Promise<Move[]> {
  if (opened.length === 0) return [];
  const at = clock().getTime();
  const to = await successor();
  const ids = opened.map(({ row }) => row.record as RecordId);
  // What a failing attempt has made is wiped with the rest.
  using keys = secrets<Buffer>([]);
  const work = async (tx: KeyTx) => {
    await fence(tx);
    const held = await keysOf(tx, tenant, ids);
    const notes = await resealsUnderWay(tx, tenant, ids);
    const places = opened.flatMap(({ row, value }, i) => {
      const generations = held[i] ?? [];
      if (!generations.some((key) => key.generation === row.generation && key.bucket === bucket)) return [];
      const generation = Math.max(...generations.map((key) => key.generation)) + 1;
      return [{ row, value, record: row.record as RecordId, generation, bucket: to }];
    });
    // The index rows are copies of existing ones: neither newer nor older than the tenant's index keys.
    const indexedAt = await keyring.indexes.generation(tx, tenant);
    const deks = await keyring.records.create(tx, tenant, places, indexedAt);
    keys.push(...deks);
    const created = places.map(({ record, row, generation }) => ({ record, from: row.generation, to: generation }));
    await tx.insert(
      correctionKeys,
      created.map(({ record, from, to }) => ({ tenant, record, generation: to, created_at: at, resealed_from: from })),
    );
    await copyIndexRows(tx, tenant, created);
    // If an earlier attempt, cut short by a crash, has led something on, it is led on from there.
    const tried = (record: RecordId, from: number) =>
      notes.filter((note) => note.record === record && note.resealed_from === from).map((note) => note.generation);
    const all = created.map((move) => ({ ...move, from: [move.from, ...tried(move.record, move.from)] }));
    await leadOn(tx, keyring.indexes, tenant, all);
    await leadClaimsOn(tx, tenant, all);
    return places.map((place, i) => ({ ...place, dek: deks[i] as Buffer }));
  };
  const made = await keyStore.exclusive(work).catch((error: unknown) => {
    // Another call has made the same generation first.
    if (codeOf(error) === 'already_exists') return [];
    throw error;
  });
  return made.map(({ row, value, generation, dek }) => {
    const place = { ...row, generation };
    return { from: row, to: { ...place, sealed: sealPlaintext(place, value, dek, random) } };
  });
}

interface Won {
  readonly records: ReadonlySet<string>;
  readonly order: DestructionRow | undefined;
}

async function decide(
  { recordStore, random, clock }: ResealParts,
  { tenant, by }: Retired,
  moves: readonly Move[],
  begunAt: number,
): Promise<Won> {
  const at = clock();
  const ids = moves.map(({ from }) => from.record as RecordId);
  return recordStore.exclusive(async (tx) => {
    // Locks first: from here on, an earlier erasure or correction is visible, and a later one waits.
    await lockRecords(tx, tenant, ids);
    const erased = await areErased(tx, tenant, ids);
    const keys: { record: RecordId; generation: number }[] = [];
    for (const [i, { from, to }] of moves.entries()) {
      if (erased[i] || !(await replaceSealed(tx, from, to))) continue;
      keys.push({ record: from.record as RecordId, generation: from.generation });
    }
    if (keys.length === 0) return NONE;
    const erasure = newId('erasure', random, at);
    const order = await orderDestruction(tx, tenant, { erasure, cause: 'corrected', subject: undefined, keys, by, at });
    // A process may be suspended. Meanwhile the new keys may have been settled, as if nobody would decide on them.
    if (clock().getTime() - begunAt > DECIDE_WITHIN_MS) {
      throw new UnavailableError('overloaded', 'The new keys were made too long ago. Nothing has been decided.');
    }
    return { records: new Set(keys.map(({ record }) => record)), order };
  });
}

/** Destroys the old keys of what was decided, and takes back what was made for the others. */
async function finish(parts: ResealParts, retired: Retired, moves: readonly Move[], won: Won): Promise<void> {
  if (moves.length === 0) return;
  const { tenant, fence } = retired;
  if (won.order !== undefined) await completeDestruction(parts, won.order, parts.clock);
  const lost = moves.filter(({ from }) => !won.records.has(from.record)).map(({ to }) => to);
  await parts.keyStore.exclusive(async (tx) => {
    await fence(tx);
    await removeMade(tx, tenant, lost);
    const notes = moves.map(({ to }) => [tenant, to.record, to.generation]);
    await tx.remove(correctionKeys, ['tenant', 'record', 'generation'], notes);
  });
}

/** Destroys old keys that the record store has buried: the process that ordered it may have crashed before. */
async function completeOrders(
  parts: ResealParts,
  tenant: TenantId,
  keys: readonly RecordKeyRow[],
): Promise<{ completed: number; underWay: number }> {
  if (keys.length === 0) return { completed: 0, underWay: 0 };
  const found = await tombstonesOf(
    parts.recordStore.reader,
    tenant,
    keys.map((key) => key.record as RecordId),
  );
  const orders = keys.map((key, i) =>
    found[i]?.find((row) => row.erasure !== null && (row.cause === 'erased' || row.generation >= key.generation)),
  );
  const named = new Set(orders.flatMap((row) => (row?.erasure ? [row.erasure] : [])));
  for (const erasure of named) {
    const order = await findDestruction(parts.recordStore.reader, tenant, erasure);
    if (order !== undefined) await completeDestruction(parts, order, parts.clock);
  }
  const completed = orders.filter((row) => row !== undefined).length;
  return { completed, underWay: keys.length - completed };
}
