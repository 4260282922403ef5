/**
 * Who may approve in a tenant: principals with an API key that works and a role that allows it, which are tied to no
 * audience.
 *
 * Guarantees: whether a tenant "has two" is asked about the last 24 hours, not about the moment. So whoever revokes the
 * second principal, ends its key or takes the right from its role does not act alone right after: there is a day in
 * which others are told (`principal.revoked`). An altered row counts there, and approves nothing.
 */
import { IntegrityError } from '../../errors.ts';
import type { PrincipalId, TenantId } from '../../ids.ts';
import type { IndexKey } from '../../keyring/indexes/index-key.ts';
import { select } from '../../storage/queries.ts';
import type { Reader } from '../../storage/tx.ts';
import { keysOf } from '../key-rows.ts';
import { hasOwnEnd } from '../keys.ts';
import { isUnaltered } from '../principals.ts';
import { allowedBy, type CompiledRole, compileRole } from '../roles/compiled-role.ts';
import { rulesIn, versionsOf } from '../roles/rows.ts';
import { builtInRole } from '../roles.ts';
import { principals } from '../store.ts';

/** For so long somebody who could approve still counts. */
export const COUNTED_MS = 24 * 60 * 60 * 1000;

export interface Approvers {
  /** Who can at this moment. */
  readonly able: ReadonlySet<PrincipalId>;
  /** Those, and who could within the last 24 hours. */
  readonly counted: ReadonlySet<PrincipalId>;
}

/** Whether a role lets somebody approve, whenever and from wherever. */
export function mayApprove(role: CompiledRole): boolean {
  return allowedBy(role, 'give_approval', { assume: 'best' }) !== undefined;
}

export async function approversOf(
  reader: Reader<'records'>,
  keys: readonly IndexKey[],
  tenant: TenantId,
  now: Date,
): Promise<Approvers> {
  const rows = await select(reader, principals, { where: { tenant, audience: null } });
  const since = now.getTime() - COUNTED_MS;
  const lasts = (end: number | null, at: number) => end === null || end > at;
  const roles = new Map<string, { readonly now: boolean; readonly lately: boolean }>();
  for (const role of new Set(rows.map((row) => row.role))) roles.set(role, await allows(role));
  const possible = rows.filter(({ role, revoked_at }) => roles.get(role)?.lately && lasts(revoked_at, since));
  const ids = possible.map(({ principal }) => principal as PrincipalId);
  const byPrincipal = Map.groupBy(await keysOf(reader, tenant, ids), ({ principal }) => principal);
  const [able, counted] = [new Set<PrincipalId>(), new Set<PrincipalId>()];
  for (const row of possible) {
    const principal = row.principal as PrincipalId;
    const own = byPrincipal.get(principal) ?? [];
    const works = own.some(
      (key) => key.revoked_at === null && lasts(key.expires_at, now.getTime()) && hasOwnEnd(keys, key),
    );
    if (works && row.revoked_at === null && roles.get(row.role)?.now && isUnaltered(keys, row)) able.add(principal);
    if (own.some((key) => lasts(key.revoked_at, since) && lasts(key.expires_at, since))) counted.add(principal);
  }
  return { able, counted };

  async function allows(role: string) {
    const builtIn = builtInRole(role);
    if (builtIn !== undefined) return { now: mayApprove(builtIn), lately: mayApprove(builtIn) };
    const versions = (await versionsOf(reader, tenant, role)).filter(({ ended_at }) => lasts(ended_at, since));
    const allowed = versions.map((row) => {
      try {
        return { row, rules: rulesIn(keys, row) };
      } catch (error) {
        if (error instanceof IntegrityError) return { row, rules: undefined };
        throw error;
      }
    });
    const may = (rules: ReturnType<typeof rulesIn> | undefined) =>
      rules !== undefined && mayApprove(compileRole(role, rules));
    return {
      now: allowed.some(({ row, rules }) => row.ended_at === null && may(rules)),
      lately: allowed.some(({ rules }) => rules === undefined || may(rules)),
    };
  }
}
