/**
 * Repeats for `recover` what the journal remembers and a store has lost, even where both stores went back to before it.
 * Keys are destroyed first, and mirrored. Then the record store gets its order and its tombstones, and loses the
 * ciphertext.
 *
 * Guarantees: may be interrupted and run again; what both stores have is left as it is. Values that were stored since
 * the stores went back are kept. This includes a correction under a generation that had been destroyed before, and the
 * refs of a subject that has records again.
 * Does not: bring back what was stored, corrected or certified and then lost. Certificates are issued again.
 */
import { insertKept, type KeptRevocation } from '../access/revocations.ts';
import { findTenant } from '../access/store.ts';
import type { RecordId, SubjectId, TenantId } from '../ids.ts';
import type { DestructionEntry, RevocationEntry, TenantEntry } from '../journal/entry.ts';
import type { Journal } from '../journal/journal.ts';
import { findTenantTombstones } from '../keyring/tenant-tombstones.ts';
import { pageOfSubject } from '../records/store.ts';
import { type KeyTombstoneRow, mirroredAt, type TombstoneRow, tombstonesAt } from '../records/tombstones.ts';
import { change } from '../storage/queries.ts';
import { markErased } from '../subjects/subjects.ts';
import type { CompletingParts } from './complete-destruction.ts';
import { type DestructionRow, destructions, findDestruction, type Stores } from './destructions.ts';
import { byKind, isOvertaken } from './remembered.ts';
import { writeBack } from './replay.ts';
import { shred } from './shredding.ts';
import { completeTenantErasure, orderTenantErasure } from './tenants.ts';

export interface JournalParts extends CompletingParts {
  readonly journal: Journal;
  readonly clock: () => Date;
}

export interface Remembered {
  /** Entries of erasures, corrections and tenants of which a store had lost something. */
  readonly entries: number;
  /** Tombstones that the record store had lost. */
  readonly tombstones: number;
  /** Records that had come back. */
  readonly records: number;
  readonly lost: readonly string[];
}

/** Runs before any caller is trusted: restores revocations that the key store lost. The rest follows from there. */
export async function keepRemembered({ keyStore, journal }: JournalParts): Promise<void> {
  for await (const page of journal.entries()) {
    const { revoked } = byKind(page);
    const gone = await findTenantTombstones(
      keyStore.reader,
      revoked.map(({ tenant }) => tenant),
    );
    const rows = revoked.filter((_, i) => gone[i] === undefined).map(rowOf);
    if (rows.length > 0) await keyStore.shared((tx) => insertKept(tx, rows));
  }
}

function rowOf({ tenant, of, target, at }: RevocationEntry): KeptRevocation {
  return { tenant, kind: of, target, revoked_at: at };
}

/** @param progress is told how many entries have been looked at */
export async function replayJournal(
  parts: JournalParts,
  progress: (looked: number) => void = () => {},
): Promise<Remembered> {
  let [looked, entries, written, records] = [0, 0, 0, 0];
  const lost: string[] = [];
  for await (const page of parts.journal.entries()) {
    const { destructions, tenants } = byKind(page);
    for (const entry of tenants) if (await eraseTenantAgain(parts, entry)) entries += 1;
    for (const entry of destructions) {
      const done = await destroyAgain(parts, entry);
      if (done === undefined) continue;
      entries += 1;
      written += done.tombstones;
      records += done.removed;
      lost.push(...done.lost);
    }
    looked += page.length;
    progress(looked);
  }
  // Only now is it known whether anything is left of a subject, because an erasure may stand in many lines.
  for await (const page of parts.journal.entries()) {
    for (const entry of byKind(page).destructions) await forgetSubject(parts, entry);
  }
  return { entries, tombstones: written, records, lost };
}

async function eraseTenantAgain(parts: JournalParts, { tenant, erasure, by, at }: TenantEntry): Promise<boolean> {
  const { recordStore, keyStore, clock } = parts;
  const known = await findTenant(recordStore.reader, tenant);
  const order = { tenant, erasure, by, at: new Date(at) };
  if (known !== undefined) {
    if (known.erased_at !== null) return false;
    return (await recordStore.exclusive((tx) => orderTenantErasure(tx, order))) !== undefined;
  }
  // The record store is from before the tenant was added; its keys may exist nevertheless.
  const [buried] = await findTenantTombstones(keyStore.reader, [tenant]);
  if (buried?.shredded_at != null) return false;
  const open = { cause: 'erased', subject: null, state: 'ordered', records: 0, shredded_at: null, completed_at: null };
  await completeTenantErasure(
    parts,
    { tenant, erasure, ordered_by: by, ordered_at: at, scope: 'tenant', ...open },
    clock,
  );
  return true;
}

/** @returns undefined where both stores have it */
async function destroyAgain(
  { recordStore, keyStore, clock }: JournalParts,
  entry: DestructionEntry,
): Promise<{ tombstones: number; removed: number; lost: readonly string[] } | undefined> {
  const { tenant, erasure } = entry;
  const places = entry.keys.map((key) => ({ tenant, ...key }));
  const order = await findDestruction(recordStore.reader, tenant, erasure);
  const mirrored = await mirroredAt(keyStore.reader, places);
  const buried = await tombstonesAt(recordStore.reader, places);
  const isThere = order !== undefined && mirrored.every(Boolean) && buried.every(Boolean);
  if (isThere) return undefined;
  const overtaken = await isOvertaken(recordStore.reader, entry);
  const rows = places.filter((_, i) => !overtaken[i]).map((key) => tombstoneOf(entry, key));
  // A generation that came again, and was corrected again, has the tombstone of that correction.
  const own = places.filter((_, i) => !overtaken[i] && (buried[i]?.erasure ?? erasure) === erasure);
  const now = clock();
  await keyStore.exclusive((tx) => shred(tx, tenant, [{ erasure, tombstones: rows }], now));
  await recordStore.exclusive((tx) => tx.insert(destructions, [orderOf(entry, own.length)], 'skip'));
  const known = new Set(places.filter((_, i) => buried[i] !== undefined).map(({ record }) => record));
  const missing = rows.filter(({ record }) => !known.has(record as RecordId));
  if (missing.length === 0) return { tombstones: 0, removed: 0, lost: [] };
  const done = await writeBack({ recordStore, keyStore }, tenant, missing, now);
  return { ...done, tombstones: missing.length };
}

function tombstoneOf(
  { erasure, cause, at }: DestructionEntry,
  key: { readonly tenant: TenantId; readonly record: string; readonly generation: number },
): TombstoneRow & KeyTombstoneRow {
  return { ...key, cause, erasure, buried_at: at, put_back_at: null };
}

/** The order names no subject until it is known whether that has records again: completing it would remove its refs. */
function orderOf({ tenant, erasure, cause, by, at }: DestructionEntry, records: number): DestructionRow {
  const open = { state: 'ordered', shredded_at: null, completed_at: null, scope: null, subject: null };
  return { tenant, erasure, cause, records, ordered_by: by, ordered_at: at, ...open };
}

async function forgetSubject(stores: JournalParts, { tenant, subject, erasure }: DestructionEntry): Promise<void> {
  if (subject === null || (await hasRecords(stores, tenant, subject))) return;
  await stores.keyStore.exclusive((tx) => shred(tx, tenant, [{ erasure, tombstones: [], subject }], stores.clock()));
  await stores.recordStore.exclusive(async (tx) => {
    await markErased(tx, tenant, subject, stores.clock());
    await change(tx, destructions, { tenant, erasure, subject: null }, { subject });
  });
}

async function hasRecords({ recordStore }: Stores, tenant: TenantId, subject: SubjectId): Promise<boolean> {
  const page = await pageOfSubject(recordStore.reader, tenant, subject, { after: undefined, limit: 1 });
  return page.length > 0;
}
