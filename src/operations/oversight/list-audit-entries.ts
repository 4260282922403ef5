/** The audit entries of the caller's tenant, the newest first. Reading them leaves an entry, too. */
import type { z } from 'zod';
import type { Action } from '../../access/actions.ts';
import { listAuditEntries as list, type Outcome } from '../../audit/entries.ts';
import type { AuditQuery, AuditReply } from '../../audit/schema.ts';
import type { Caller } from '../../calls/caller.ts';
import { perform } from '../../calls/perform.ts';
import type { Vault } from '../../vault/vault.ts';

export async function listAuditEntries(
  vault: Vault,
  caller: Caller,
  page: z.infer<typeof AuditQuery>,
): Promise<z.infer<typeof AuditReply>> {
  return perform(vault, caller, { action: 'read_audit' }, async (door) => {
    door.decide();
    return door.commit('shared', async (tx) => {
      const rows = await list(tx, caller.tenant, { before: page.before, limit: page.limit + 1 });
      const entries = rows.slice(0, page.limit).map((row) => ({
        entry: row.entry,
        at: new Date(row.at).toISOString(),
        principal: row.principal,
        action: row.action as Action,
        outcome: row.outcome as Outcome,
        ...withoutNulls({
          code: row.code,
          purpose: row.purpose,
          view: row.view,
          subject: row.subject,
          erasure: row.erasure,
          target: row.target,
          guesses: row.guesses,
        }),
        records: JSON.parse(row.records) as string[],
        reasonStated: row.reason_mac !== null,
        request: row.request,
      }));
      return { reply: { entries, more: rows.length > page.limit }, entry: {} };
    });
  });
}

function withoutNulls<T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}
