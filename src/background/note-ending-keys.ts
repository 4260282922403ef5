/**
 * Tells hooks of principals whose last API key ends soon, once of each end. `lethe doctor` lists the same.
 * Does not: tell of a key that another has taken over from.
 */
import { type Admitted, listAdmitted } from '../access/store.ts';
import { heardTenants } from '../hooks/hook-rows.ts';
import { areNoted, type Noted, noteEvents } from '../hooks/outbox.ts';
import { newId } from '../ids.ts';
import type { Vault } from '../vault/vault.ts';

export const SOON_MS = 14 * 24 * 60 * 60 * 1000;

/** @returns how many were told of */
export async function noteEndingKeys({ recordStore, random }: Vault, now: Date): Promise<number> {
  const { reader } = recordStore;
  const heard = await heardTenants(reader);
  if (heard.size === 0) return 0;
  const admitted = (await listAdmitted(reader, undefined, now)).filter(({ tenant }) => heard.has(tenant));
  const ending = admitted.flatMap((one): Noted[] => {
    const last = lastOf(one);
    if (last === undefined || last.end >= now.getTime() + SOON_MS) return [];
    const { tenant, principal } = one;
    const about = { principal, others: [last.key] };
    const once = `api_key.ends_soon ${last.key} ${last.end}`;
    return [{ tenant, event: newId('event', random, now), name: 'api_key.ends_soon', at: now, about, once }];
  });
  const noted = await areNoted(reader, ending);
  const fresh = ending.filter((_, i) => !noted[i]);
  if (fresh.length > 0) await recordStore.shared((tx) => noteEvents(tx, fresh));
  return fresh.length;
}

/** Undefined where one of its keys has no end. */
function lastOf({ keys }: Admitted): { readonly key: string; readonly end: number } | undefined {
  const ends = keys.map(({ api_key: key, expires_at }) => ({ key, end: expires_at ?? Number.POSITIVE_INFINITY }));
  const last = ends.reduce((a, b) => (a.end > b.end ? a : b));
  return Number.isFinite(last.end) ? last : undefined;
}
