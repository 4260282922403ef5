/**
 * Names what a long job found damaged: in the audit log of the tenant that it concerns, and in an alarm for each
 * record, and one for all that are no record's any more. What concerns no tenant is said in the first tenant's log.
 *
 * Guarantees: once it returns, the entries are durable. Ids and closed words only.
 */
import { firstTenant } from '../access/first-tenant.ts';
import { VAULT_TENANT } from '../access/store.ts';
import { appendOwnEntry } from '../audit/entries.ts';
import { DAMAGED } from '../calls/entries.ts';
import { IntegrityError } from '../errors.ts';
import { isId, type JobId, type RecordId, type TenantId } from '../ids.ts';
import type { JobKind } from '../jobs/long-job.ts';
import type { AlteredKey } from '../keyring/epochs/altered-keys.ts';
import type { Vault } from '../vault/vault.ts';
import { ACTION_OF } from './job-actions.ts';

/** Ids and names of indexes: an altered row may name anything. */
const PLACE = /^[a-z_]+ [\w@./-]{1,128}$/;

export async function noteDamage(
  vault: Vault,
  { job, kind }: { readonly job: JobId; readonly kind: JobKind },
  keys: readonly AlteredKey[],
): Promise<void> {
  const at = vault.clock();
  const operator = await firstTenant(vault.recordStore.reader);
  const isOwn = ({ tenant }: AlteredKey) => !isId('tenant', tenant) || tenant === VAULT_TENANT;
  const groups = [...Map.groupBy(keys, (key) => (isOwn(key) ? operator : (key.tenant as TenantId)))];
  await vault.recordStore.shared(async (tx) => {
    for (const [tenant, found] of groups) {
      if (tenant === undefined) continue;
      const target = [job, ...found.flatMap(({ place }) => (place !== undefined && PLACE.test(place) ? place : []))]
        .concat(found.some(isNameless) ? 'record_keys' : [])
        .join(' ');
      const said = { action: ACTION_OF[kind], ...DAMAGED, records: recordsOf(found), target };
      await appendOwnEntry(tx, { tenant, at, random: vault.random }, said);
    }
  });
  const nameless = keys.some(isNameless) ? [undefined] : [];
  vault.signals.emit('damage', { job: kind, records: [...recordsOf(keys), ...nameless] });
}

/** A record's key whose row was led away from its record: whose it was is not known, and that it was is an alarm. */
function isNameless({ record }: AlteredKey): boolean {
  return record !== undefined && !isId('record', record);
}

/** @throws {IntegrityError} for a record of the vault's own: no close goes on over a canary */
export function assertNoCanary(keys: readonly AlteredKey[]): void {
  const canary = keys.find(({ tenant, record }) => tenant === VAULT_TENANT && record !== undefined);
  if (canary?.record !== undefined) throw new IntegrityError({ record: canary.record });
}

/** An altered row may name anything: what is no id is not passed on. */
function recordsOf(keys: readonly AlteredKey[]): RecordId[] {
  return [...new Set(keys.flatMap(({ record }) => (isId('record', record) ? [record] : [])))];
}
