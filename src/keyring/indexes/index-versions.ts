/**
 * The life of an index key's versions. A new one is filled beside the active one, takes its place, and the old one goes
 * when nothing is left under it:
 *
 *   version   new: filling          active                                   old: active  leaving  draining  removed
 *   written   by whoever knows it   by everybody                             yes          by the unaware, no, no
 *   searched  no                    yes                                      yes          yes      yes       no
 *
 * Each change is one transaction that also raises the tenant's generation, and each is such that a value has a row
 * where both generations search: a writer under the generation before wrote what is searched now. Two changes back is
 * too far: `raised-buckets.ts` comes between, after which no bucket takes rows from a writer that knows less. It is a
 * proof, not a wait: every writer holds the rows of its buckets (`IndexKeys.admit`), so each has committed before its
 * bucket was raised, or finds it raised. A process that slept for an hour is turned back by the bucket.
 *
 * The key of a removed version is destroyed here and now. Copies of the key store made before hold it, wrapped under
 * epochs up to the one in its row, beside the rows made under it: both are past use once these epochs are closed.
 *
 * Does not: replace the keys of the vault's own MACs (`@…`): what those are made of is not stored.
 */
import { CLOCKS_DIFFER_MS, dueAfter } from '../../clock.ts';
import { VaultError } from '../../errors.ts';
import type { JobId, TenantId } from '../../ids.ts';
import { change, select } from '../../storage/queries.ts';
import { packedColumns } from '../../storage/table.ts';
import type { KeyTx, Reader } from '../../storage/tx.ts';
import { INDEX_KEY_SECONDS } from '../cryptoperiods.ts';
import { type IndexKeyRow, indexGenerations, indexKeys, indexKeysByName } from '../tables.ts';
import { type IndexKeyState, isOwn, stateOf } from './index-key.ts';
import type { MakeKey } from './index-keys.ts';

const PERIOD_MS = INDEX_KEY_SECONDS * 1000;

/** @throws `index_not_rotatable`, `unknown_index` */
export async function assertRotatable(reader: Reader<'keys'>, tenant: TenantId, name: string): Promise<void> {
  if (isOwn(name)) throw new VaultError('index_not_rotatable');
  if ((await versionsOf(reader, tenant, name)).length === 0) throw new VaultError('unknown_index');
}

async function versionsOf(reader: Reader<'keys'>, tenant: TenantId, name: string): Promise<IndexKeyRow[]> {
  return (await versionsOfNames(reader, tenant, [name]))[0] ?? [];
}

/** The versions of each of these index keys, the oldest first. */
export async function versionsOfNames(
  reader: Reader<'keys'>,
  tenant: string,
  names: readonly string[],
): Promise<IndexKeyRow[][]> {
  return reader.find(
    indexKeysByName,
    names.map((name) => [tenant, name]),
  );
}

/** Versions, of any tenant, that were made before this moment, in milliseconds. */
export async function versionsBefore(reader: Reader<'keys'>, at: number, limit: number): Promise<IndexKeyRow[]> {
  return select(reader, indexKeys, { where: { created_at: { '<': at } }, limit });
}

/** A name's versions that still mean something, as a rotation sees them. */
export interface Turn {
  /** The version that the rotation makes. */
  readonly to: IndexKeyRow;
  /** Those before it that still have rows, the oldest first. */
  readonly from: readonly IndexKeyRow[];
  readonly state: IndexKeyState;
}

/**
 * Makes the new version, to be filled, or finds the one that this job has made; one that another job left half-way is
 * taken over. In an exclusive transaction.
 * @param make as `IndexKeys.making` hands it out
 * @param bits of entries of a shared form from now on
 * @throws `index_not_rotatable`, `unknown_index`
 */
export async function beginVersion(
  tx: KeyTx,
  make: MakeKey,
  job: JobId,
  tenant: TenantId,
  name: string,
  bits: number,
): Promise<Turn> {
  await assertRotatable(tx, tenant, name);
  // Done before the rows are read: if two begin at once, the second finds what the first has made.
  await raiseGeneration(tx, tenant);
  const rows = await versionsOf(tx, tenant, name);
  const newest = rows.at(-1) as IndexKeyRow;
  if (newest.made_by === job || stateOf(newest) === 'filling') return turnOf(rows, newest);
  const isShared = newest.bits !== null;
  const [version, state] = [newest.version + 1, 'filling'];
  const to = await make(tx, { name, version, bits: isShared ? bits : null, state, made_by: job });
  await tx.insert(indexKeys, [to]);
  return turnOf([...rows, to], to);
}

function turnOf(rows: readonly IndexKeyRow[], to: IndexKeyRow): Turn {
  const from = rows.filter((row) => row.version < to.version && stateOf(row) !== 'removed');
  return { to, from, state: stateOf(to) };
}

/** The filled version takes the place of those before it, which nobody who knows this writes any more. */
export async function putInPlace(tx: KeyTx, { to }: Turn): Promise<void> {
  const { tenant, name, version } = to;
  await raiseGeneration(tx, tenant as TenantId);
  await tx.execute((sql) =>
    sql(indexKeys.name)
      .where(packedColumns(indexKeys, { tenant, name }))
      .andWhere('version', '<', version)
      .whereRaw("coalesce(state, 'active') = 'active'")
      .update({ state: 'leaving' }),
  );
  await change(tx, indexKeys, { tenant, name, version }, { state: null });
}

/** Nobody writes the versions that were left any more: the buckets have been raised since. @returns which */
export async function noteDraining(tx: KeyTx, tenant: TenantId, name: string): Promise<IndexKeyRow[]> {
  await change(tx, indexKeys, { tenant, name, state: 'leaving' }, { state: 'draining' });
  return (await versionsOf(tx, tenant, name)).filter((row) => stateOf(row) === 'draining');
}

/** Says whether anything is left under a version of an index key, since the keyring does not own what was made. */
export type HasRows = (tx: KeyTx, of: IndexKeyRow) => Promise<boolean>;

/**
 * Destroys the key of a version that nobody writes any more and that has no rows; in an exclusive transaction.
 * @returns whether it is gone
 */
export async function removeVersion(tx: KeyTx, row: IndexKeyRow, hasRows: HasRows, now: Date): Promise<boolean> {
  const { tenant, name, version } = row;
  if (await hasRows(tx, row)) return false;
  const removed = await tx.execute((sql) =>
    sql(indexKeys.name)
      .where(packedColumns(indexKeys, { tenant, name, version, state: 'draining' }))
      // It is under no epoch any more, because an epoch is closed when nothing is under it.
      .update({
        ...{ state: 'removed', wrapped: Buffer.alloc(0), removed_at: now.getTime() },
        ...{ removed_epoch: sql.ref('epoch'), epoch: 0 },
      }),
  );
  if (removed > 0) await raiseGeneration(tx, tenant as TenantId);
  return removed > 0;
}

/** Versions that wait for their last rows, of whatever tenant. */
export async function drainingVersions(reader: Reader<'keys'>, limit: number): Promise<IndexKeyRow[]> {
  return select(reader, indexKeys, { literally: "state = 'draining'", orderBy: ['tenant', 'name', 'version'], limit });
}

/** When a version must be replaced; undefined for never, as for the keys of the vault's own MACs. */
export function replacementDueAt({ name, created_at }: MadeVersion, now: Date): Date | undefined {
  return isOwn(name) ? undefined : dueAfter(created_at, PERIOD_MS, now);
}

type MadeVersion = Pick<IndexKeyRow, 'name' | 'created_at'>;

/** Where the page before ended. */
export type DueVersion = Pick<IndexKeyRow, 'tenant' | 'name' | 'version' | 'created_at'>;

/**
 * A page of the versions that are due to be replaced, of whatever tenant, the oldest first: those in place, and those
 * that a rotation has left and not ended. One that waits for its last rows is not due: it has been replaced.
 */
export async function dueVersions(
  reader: Reader<'keys'>,
  now: Date,
  after: DueVersion | undefined,
  limit: number,
): Promise<DueVersion[]> {
  const order = ['created_at', 'tenant', 'name', 'version'] as const;
  const page = (created_at: { '<=': number } | { '>': number }, most: number) =>
    select(reader, indexKeys, {
      ...{ columns: order, orderBy: order, after, limit: most, where: { created_at } },
      literally: "(state IS NULL OR state = 'leaving') AND substr(name, 1, 1) <> '@'",
    });
  const old = await page({ '<=': now.getTime() - PERIOD_MS }, limit);
  if (old.length === limit) return old;
  return [...old, ...(await page({ '>': now.getTime() + CLOCKS_DIFFER_MS }, limit - old.length))];
}

/** Whether a version of this index is due to be replaced; see `dueVersions`. */
export async function isDue(reader: Reader<'keys'>, tenant: TenantId, name: string, now: Date): Promise<boolean> {
  return (await versionsOf(reader, tenant, name)).some((row) => {
    const dueAt = replacementDueAt(row, now);
    return ['active', 'leaving'].includes(stateOf(row)) && dueAt !== undefined && dueAt <= now;
  });
}

/** A process that writes under an earlier generation waits for this, or this waits for it. */
async function raiseGeneration(tx: KeyTx, tenant: TenantId): Promise<void> {
  await tx.insertOrGet(indexGenerations, [{ tenant, generation: 0 }]);
  await change(tx, indexGenerations, { tenant }, { generation: { plus: 1 } });
}
