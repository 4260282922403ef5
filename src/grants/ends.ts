/**
 * How grants end before their time: by a refusal, by revocation, with their ticket, with whoever uses them, and with
 * whoever agreed to them. Each end is noted like a revocation (`access/revocations.ts`), so that an older record store,
 * once recovered, brings no grant back. A code that was told is noted, too: it cannot be told again.
 */
import { noteRevocation } from '../access/revocations.ts';
import { equalBytes } from '../crypto/mac.ts';
import { isId, type PrincipalId, type TenantId } from '../ids.ts';
import { select } from '../storage/queries.ts';
import type { RecordTx } from '../storage/tx.ts';
import { openGrants } from './finding.ts';
import { approvalsOf, changeGrant, type EndedAs, type GrantKeys, type GrantRow, grants, isUnaltered } from './rows.ts';

/** Of a grant, `gra_…`: it ended. `gra_…:told`: its code was told; it ends only where nobody has it yet. */
const TOLD = 'told';

export interface End {
  readonly as: EndedAs;
  readonly by: PrincipalId;
  readonly at: Date;
}

/** In the transaction that ends them; the caller holds them, and keeps the notes afterwards (`keepNoted`). */
export async function endGrants(
  tx: RecordTx,
  keys: GrantKeys,
  rows: readonly GrantRow[],
  { as, by, at }: End,
): Promise<GrantRow[]> {
  const ended: GrantRow[] = [];
  for (const row of rows) {
    const changed = { ended_at: at.getTime(), ended_as: as, ended_by: by, code_mac: null };
    // A new tag would say that an altered row is as it should be. It opens nothing.
    if (isUnaltered(keys, row)) ended.push(await changeGrant(tx, keys, row, changed));
    await noteGrant(tx, row, at);
  }
  return ended;
}

async function noteGrant(tx: RecordTx, { tenant, grant_id }: GrantRow, at: Date): Promise<void> {
  await noteRevocation(tx, { tenant: tenant as TenantId, kind: 'grant', target: grant_id, at });
}

/** Notes that a code was told: an older record store, once recovered, has it told no second time. */
export async function noteTold(tx: RecordTx, { tenant, grant_id }: GrantRow, at: Date): Promise<void> {
  await noteRevocation(tx, { tenant: tenant as TenantId, kind: 'grant', target: `${grant_id}:${TOLD}`, at });
}

/** Ends what a principal that is revoked uses, ordered, offered or agreed to. @returns the grants */
export async function endGrantsOf(
  tx: RecordTx,
  keys: GrantKeys,
  tenant: TenantId,
  principal: PrincipalId,
  { by, at }: Omit<End, 'as'>,
): Promise<GrantRow[]> {
  const open = await openGrants(tx, tenant, at, 'wait');
  const own = open.filter((row) => row.principal === principal || row.ordered_by === principal);
  const agreed = open.filter((row) => !own.includes(row) && approvalsOf(row).some((one) => one.by === principal));
  return [
    ...(await endGrants(tx, keys, own, { as: 'principal_revoked', by, at })),
    ...(await endGrants(tx, keys, agreed, { as: 'approver_revoked', by, at })),
  ];
}

/** Ends what belongs to a ticket. @returns the grants */
export async function endGrantsOfTicket(
  tx: RecordTx,
  keys: GrantKeys,
  tenant: TenantId,
  ticketMacs: readonly Buffer[],
  { by, at }: Omit<End, 'as'>,
): Promise<GrantRow[]> {
  const open = await openGrants(tx, tenant, at, 'wait');
  const own = open.filter(
    ({ ticket_mac }) => ticket_mac !== null && ticketMacs.some((mac) => equalBytes(mac, ticket_mac)),
  );
  return endGrants(tx, keys, own, { as: 'ticket_closed', by, at });
}

/** Ends grants again that an older record store takes to be open. @returns how many there were */
export async function endGrantsAgain(
  tx: RecordTx,
  keys: GrantKeys,
  tenant: TenantId,
  ended: readonly { readonly target: string; readonly revoked_at: number }[],
): Promise<number> {
  const at = new Map(ended.map(({ target, revoked_at }) => [target, revoked_at]));
  // Notes carry no MAC, so one may say anything.
  const ids = [...new Set([...at.keys()].map((target) => target.split(':')[0]))].filter((id) => isId('grant', id));
  if (ids.length === 0) return 0;
  const where = { tenant, grant_id: { in: ids as string[] }, ended_at: null };
  const rows = await select(tx, grants, { where, orderBy: ['grant_id'], lock: 'wait' });
  let count = 0;
  for (const row of rows.filter((one) => isUnaltered(keys, one))) {
    const told = row.principal === null ? at.get(`${row.grant_id}:${TOLD}`) : undefined;
    const ended_at = at.get(row.grant_id) ?? told;
    if (ended_at === undefined) continue;
    await changeGrant(tx, keys, row, { ended_at, ended_as: 'revoked', code_mac: null });
    count += 1;
  }
  return count;
}
