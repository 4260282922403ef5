/**
 * Whether both stores have what the journal says was done. A store that lacks it went back to before that, whatever the
 * other store says, and however much was done since.
 *
 * Guarantees: every entry is looked for, in pages. The key store is not asked for an erasure that the record store
 * knows but has not completed. An erasure of many records is checked by the last key of each line, because keys are
 * destroyed in that order.
 * Does not: notice a key store that went back to between the last key of a subject's erasure and its refs.
 */
import { areKept, areNoted } from '../access/revocations.ts';
import { findTenant } from '../access/store.ts';
import type { DestructionEntry, Entry, RevocationEntry, TenantEntry } from '../journal/entry.ts';
import { findTenantTombstones } from '../keyring/tenant-tombstones.ts';
import { findRecords } from '../records/store.ts';
import { mirroredAt } from '../records/tombstones.ts';
import type { Reader } from '../storage/tx.ts';
import { findDestruction, findDestructions, type Stores } from './destructions.ts';
import { findShred } from './shreds.ts';

export interface Lacking {
  readonly recordStoreLacks: boolean;
  readonly keyStoreLacks: boolean;
}

const NOTHING: Lacking = { recordStoreLacks: false, keyStoreLacks: false };

/** @param pages of the journal; reading stops at the first entry that a store lacks */
export async function rememberedHeld(stores: Stores, pages: AsyncIterable<readonly Entry[]>): Promise<Lacking> {
  for await (const page of pages) {
    const { destructions, tenants, revoked } = byKind(page);
    for (const found of [
      await ofDestructions(stores, destructions),
      await ofTenants(stores, tenants),
      await ofRevocations(stores, revoked),
    ]) {
      if (found.recordStoreLacks || found.keyStoreLacks) return found;
    }
  }
  return NOTHING;
}

export function byKind(page: readonly Entry[]) {
  return {
    destructions: page.filter((entry): entry is DestructionEntry => entry.kind === 'erasure'),
    tenants: page.filter((entry): entry is TenantEntry => entry.kind === 'tenant'),
    revoked: page.filter((entry): entry is RevocationEntry => entry.kind === 'revocation'),
  };
}

async function ofDestructions(
  { recordStore, keyStore }: Stores,
  entries: readonly DestructionEntry[],
): Promise<Lacking> {
  const orders = await findDestructions(recordStore.reader, entries);
  if (orders.includes(undefined)) return { ...NOTHING, recordStoreLacks: true };
  const done = entries.filter((_, i) => orders[i]?.state === 'completed');
  const last = done.flatMap((entry) => {
    const key = entry.keys.at(-1);
    return key === undefined ? [] : [{ entry, key }];
  });
  const mirrored = await mirroredAt(
    keyStore.reader,
    last.map(({ entry, key }) => ({ tenant: entry.tenant, ...key })),
  );
  for (const [i, { entry }] of last.entries()) {
    if (mirrored[i] !== undefined || (await isOvertaken(recordStore.reader, entry)).at(-1)) continue;
    return { ...NOTHING, keyStoreLacks: true };
  }
  for (const { tenant, erasure } of done.filter(({ keys }) => keys.length === 0)) {
    if ((await findShred(keyStore.reader, tenant, erasure)) === undefined) return { ...NOTHING, keyStoreLacks: true };
  }
  return NOTHING;
}

/**
 * For each key of a correction, whether the record has a value that was stored after the stores went back, under a
 * generation that was destroyed before. That value stays. The times of the two tell, by the clocks of the nodes.
 */
export async function isOvertaken(reader: Reader<'records'>, entry: DestructionEntry): Promise<boolean[]> {
  if (entry.cause !== 'corrected') return entry.keys.map(() => false);
  const rows = await findRecords(
    reader,
    entry.tenant,
    entry.keys.map(({ record }) => record),
  );
  return entry.keys.map(({ generation }, i) => {
    const row = rows[i];
    return row !== undefined && row.generation <= generation && row.updated_at > entry.at;
  });
}

async function ofTenants({ recordStore, keyStore }: Stores, entries: readonly TenantEntry[]): Promise<Lacking> {
  const buried = await findTenantTombstones(
    keyStore.reader,
    entries.map(({ tenant }) => tenant),
  );
  for (const [i, { tenant, erasure }] of entries.entries()) {
    const known = await findTenant(recordStore.reader, tenant);
    if (known !== undefined && known.erased_at === null) return { ...NOTHING, recordStoreLacks: true };
    const order = await findDestruction(recordStore.reader, tenant, erasure);
    const isUnderWay = order !== undefined && order.state !== 'completed';
    if (!isUnderWay && buried[i]?.shredded_at == null) return { ...NOTHING, keyStoreLacks: true };
  }
  return NOTHING;
}

async function ofRevocations({ recordStore, keyStore }: Stores, entries: readonly RevocationEntry[]): Promise<Lacking> {
  const places = entries.map(({ tenant, of, target }) => ({ tenant, kind: of, target }));
  const noted = await areNoted(recordStore.reader, places);
  const kept = await areKept(keyStore.reader, places);
  for (const [i, { tenant }] of entries.entries()) {
    const found = { recordStoreLacks: !noted[i], keyStoreLacks: !kept[i] };
    if (!found.recordStoreLacks && !found.keyStoreLacks) continue;
    // The revocations of an erased tenant are removed with it.
    const [buried] = await findTenantTombstones(keyStore.reader, [tenant]);
    const known = await findTenant(recordStore.reader, tenant);
    if (buried === undefined && (known === undefined || known.erased_at === null)) return found;
  }
  return NOTHING;
}
