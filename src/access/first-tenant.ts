/** Acts on the whole vault are for principals of the first tenant: those of the others rule over their own alone. */
import type { TenantId } from '../ids.ts';
import type { Reader } from '../storage/tx.ts';
import { NotAllowedError } from './decide.ts';
import { FIRST_TENANT, tenantByName } from './store.ts';

/** @throws {NotAllowedError} */
export async function assertOfFirstTenant(reader: Reader<'records'>, tenant: TenantId): Promise<void> {
  const [[first] = []] = await reader.find(tenantByName, [[FIRST_TENANT]]);
  if (first?.tenant !== tenant) throw new NotAllowedError();
}
