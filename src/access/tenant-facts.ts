/** What the API tells of a tenant. */
import type { z } from 'zod';
import type { TenantId } from '../ids.ts';
import type { TenantSchema } from './schema.ts';
import type { TenantRow } from './store.ts';

export function tenantFacts(row: TenantRow): z.infer<typeof TenantSchema> {
  const since = (at: number) => new Date(at).toISOString();
  return {
    tenant: row.tenant as TenantId,
    name: row.name,
    createdAt: since(row.created_at),
    ...(row.suspended_at === null ? {} : { suspendedAt: since(row.suspended_at) }),
    ...(row.erased_at === null ? {} : { erasedAt: since(row.erased_at) }),
  };
}
