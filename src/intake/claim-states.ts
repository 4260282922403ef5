/**
 * What a claim is worth whose record holds no equal value: its call may be under way, or has broken off, or an older
 * record store has lost the record.
 */
import { removeOrphans } from '../erasure/orphans.ts';
import { createdAt, type RecordId, type TenantId } from '../ids.ts';
import { findRecords, type RecordRow } from '../records/store.ts';
import { areErased } from '../records/tombstones.ts';
import type { ClaimRow } from '../search/value-claims.ts';
import { MAX_CALL_MS, ORPHAN_GRACE_MS } from '../storage/limits.ts';
import type { Parts } from './parts.ts';

/** `unmade`: the record may still be stored, under the key that a call has made; `lost`: nobody stores it any more. */
export interface ClaimState {
  readonly is: 'under way' | 'unmade' | 'lost';
  readonly record: RecordId;
}

/** @returns the state of each claim, as far as these reads can tell */
export async function statesOf(
  { recordStore }: Parts,
  tenant: TenantId,
  claims: readonly (ClaimRow | undefined)[],
  now: Date,
): Promise<(ClaimState | undefined)[]> {
  const standing = claims.filter((row) => row !== undefined);
  if (standing.length === 0) return [];
  const ids = standing.map(({ record }) => record as RecordId);
  const [rows, erased] = await Promise.all([
    findRecords(recordStore.reader, tenant, ids),
    areErased(recordStore.reader, tenant, ids),
  ]);
  const states = new Map(standing.map((row, n) => [row, stateOf(row, rows[n], erased[n] === true, now)]));
  return claims.map((row) => row && states.get(row));
}

function stateOf(claim: ClaimRow, row: RecordRow | undefined, isErased: boolean, now: Date): ClaimState {
  const record = claim.record as RecordId;
  if (row !== undefined || isErased) return { is: 'under way', record };
  const age = now.getTime() - createdAt(record).getTime();
  // Older keys may be swept as orphans before this call has committed.
  if (age < MAX_CALL_MS) return { is: 'unmade', record };
  return { is: age < ORPHAN_GRACE_MS ? 'under way' : 'lost', record };
}

/** Removes the claims of records that never came, and their keys with them. */
export async function removeLost(
  { keyStore }: Parts,
  tenant: TenantId,
  states: readonly (ClaimState | undefined)[],
): Promise<void> {
  const lost = states.flatMap((state) => (state?.is === 'lost' ? state.record : []));
  if (lost.length > 0) await keyStore.exclusive((tx) => removeOrphans(tx, tenant, lost));
}
