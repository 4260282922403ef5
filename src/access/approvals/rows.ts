/**
 * The rows of approvals: who asked for what, who has said yes, and how it ended. The request itself is not kept: a MAC
 * binds it, and whoever asked sends it again (decision 57).
 *
 * Guarantees: a MAC binds the whole row; an altered one can be neither approved nor used. How one ended (used, refused,
 * withdrawn) is noted like a revocation (`revocations.ts`), in the same transaction, and looked for there, too: neither
 * a row put back in the database nor an older record store lets it be used again.
 *
 *   kind `approval`   target   apr_… : used, refused or withdrawn
 */
import { equalBytes } from '../../crypto/mac.ts';
import { IntegrityError, VaultError } from '../../errors.ts';
import type { ApprovalId, PrincipalId, TenantId } from '../../ids.ts';
import type { IndexKey } from '../../keyring/indexes/index-key.ts';
import { change, count, first, select } from '../../storage/queries.ts';
import { type Row, table } from '../../storage/table.ts';
import type { Reader, RecordTx } from '../../storage/tx.ts';
import type { Action } from '../actions.ts';
import { type AccessKeys, MAC_BYTES } from '../keys.ts';
import { THE_VAULT_ITSELF } from '../principal.ts';
import { areNoted, noteRevocation } from '../revocations.ts';

export const approvals = table(
  'records',
  'approvals',
  {
    tenant: 'id:tenant',
    approval: 'id:approval',
    kind: 'text',
    action: 'word',
    request_mac: 'bytes',
    about: 'text',
    ordered_by: 'id:principal',
    ordered_at: 'int',
    expires_at: 'int',
    approved_by: 'ids:principal',
    ended_at: 'int?',
    ended_by: 'id:principal?',
    ended: 'text?',
    tag: 'bytes',
  },
  ['tenant', 'approval'],
);
export type ApprovalRow = Row<typeof approvals>;

export const ENDS = ['used', 'refused', 'withdrawn'] as const;
export type End = (typeof ENDS)[number];

/** More that wait in a tenant at a time would be approved unread. */
export const MAX_OPEN = 100;

/** The MAC of a request under each version of the key, since it may have been made under an earlier one. */
export function requestMac(key: IndexKey, { tenant, principal }: Asking, action: Action, request: unknown): Buffer {
  return key.mac('lethe/approval-request/1', MAC_BYTES, tenant, principal, action, JSON.stringify(request));
}

export interface Asking {
  readonly tenant: TenantId;
  readonly principal: PrincipalId;
}

/** The approvals of this request that have not ended, held until the transaction does. @throws {IntegrityError} */
export async function openOnes(
  tx: RecordTx,
  keys: AccessKeys,
  asking: Asking,
  action: Action,
  request: unknown,
  now: Date,
): Promise<ApprovalRow[]> {
  const { tenant, principal: ordered_by } = asking;
  const where = { tenant, ordered_by, ended_at: null, expires_at: { '>': now.getTime() } };
  const open = await select(tx, approvals, { where, orderBy: ['approval'], lock: 'wait' });
  const macs = keys.principals.map((key) => requestMac(key, asking, action, request));
  const rows = open.filter(({ request_mac }) => macs.some((mac) => equalBytes(mac, request_mac)));
  for (const row of rows) assertUnaltered(keys.principals, row);
  const ended = await areEnded(tx, rows);
  return rows.filter((_, i) => !ended[i]);
}

/** @throws `too_many_approvals` */
export async function insertApproval(
  tx: RecordTx,
  keys: Pick<AccessKeys, 'principal'>,
  row: Omit<ApprovalRow, 'approved_by' | 'ended_at' | 'ended_by' | 'ended' | 'tag'>,
): Promise<void> {
  const open = { tenant: row.tenant, ended_at: null, expires_at: { '>': row.ordered_at } };
  if ((await count(tx, approvals, { where: open })) >= MAX_OPEN) throw new VaultError('too_many_approvals');
  const made: ApprovalRow = {
    ...row,
    ...{ approved_by: [], ended_at: null, ended_by: null, ended: null, tag: Buffer.alloc(0) },
  };
  await tx.insert(approvals, [{ ...made, tag: tagOf(keys.principal, made) }]);
}

/** Held until the transaction ends. @throws `approval_not_found` @throws {IntegrityError} */
export async function holdApproval(
  tx: RecordTx,
  keys: readonly IndexKey[],
  tenant: TenantId,
  approval: ApprovalId,
): Promise<ApprovalRow> {
  const row = await first(tx, approvals, { where: { tenant, approval }, lock: 'wait' });
  if (row === undefined) throw new VaultError('approval_not_found');
  assertUnaltered(keys, row);
  return row;
}

/** @throws `approval_ended` for one that nobody can approve, use, refuse or withdraw any more */
export async function assertOpen(reader: Reader<'records'>, row: ApprovalRow, now: Date): Promise<void> {
  const isOver = row.ended !== null || row.expires_at <= now.getTime();
  if (isOver || (await areEnded(reader, [row])).includes(true)) throw new VaultError('approval_ended');
}

export async function findApproval(reader: Reader<'records'>, tenant: TenantId, approval: ApprovalId) {
  const row = await first(reader, approvals, { where: { tenant, approval } });
  if (row === undefined) throw new VaultError('approval_not_found');
  return row;
}

/** The newest first, before `before` (exclusive). @param by of whom; absent: of all */
export async function listApprovals(
  reader: Reader<'records'>,
  tenant: TenantId,
  by: PrincipalId | undefined,
  page: { readonly before: ApprovalId | undefined; readonly limit: number },
): Promise<ApprovalRow[]> {
  const where = { tenant, ...(by && { ordered_by: by }) };
  const after = page.before && { approval: page.before };
  return select(reader, approvals, { where, orderBy: ['approval'], descending: true, after, limit: page.limit });
}

/** Says yes in somebody's name. The caller holds the row. */
export async function addApprover(
  tx: RecordTx,
  keys: Pick<AccessKeys, 'principal'>,
  row: ApprovalRow,
  by: PrincipalId,
): Promise<ApprovalRow> {
  return set(tx, keys, { ...row, approved_by: [...new Set([...row.approved_by, by])] });
}

/** Ends one for good. The caller holds the row, and `keepNoted` keeps the note after the commit. */
export async function endApproval(
  tx: RecordTx,
  keys: Pick<AccessKeys, 'principal'>,
  row: ApprovalRow,
  { by, at, how }: { readonly by: PrincipalId; readonly at: Date; readonly how: End },
): Promise<ApprovalRow> {
  const tenant = row.tenant as TenantId;
  await noteRevocation(tx, { tenant, kind: 'approval', target: `${row.approval}:${how}`, at });
  return set(tx, keys, { ...row, ended_at: at.getTime(), ended_by: by, ended: how });
}

async function set(tx: RecordTx, keys: Pick<AccessKeys, 'principal'>, row: ApprovalRow): Promise<ApprovalRow> {
  const { tenant, approval, approved_by, ended_at, ended_by, ended } = row;
  const tag = tagOf(keys.principal, row);
  await change(tx, approvals, { tenant, approval }, { approved_by, ended_at, ended_by, ended, tag });
  return { ...row, tag };
}

/**
 * Ends again what an older record store takes to be open. An altered row opens nothing, and stays.
 * @returns how many there were
 */
export async function endApprovalsAgain(
  tx: RecordTx,
  keys: AccessKeys,
  tenant: TenantId,
  ended: readonly { readonly target: string; readonly revoked_at: number }[],
): Promise<number> {
  let again = 0;
  for (const { target, revoked_at } of ended) {
    const [approval = '', word] = target.split(':');
    const how = ENDS.find((end) => end === word);
    const row = await first(tx, approvals, { where: { tenant, approval }, lock: 'wait' });
    if (how === undefined || row === undefined || row.ended !== null || !isUnaltered(keys.principals, row)) continue;
    await set(tx, keys, { ...row, ended_at: revoked_at, ended_by: THE_VAULT_ITSELF, ended: how });
    again += 1;
  }
  return again;
}

/** Whether the notes say of each that it has ended, whatever its row says. */
async function areEnded(reader: Reader<'records'>, rows: readonly ApprovalRow[]): Promise<boolean[]> {
  const places = rows.flatMap(({ tenant, approval }) =>
    ENDS.map((end) => ({ tenant, kind: 'approval', target: `${approval}:${end}` })),
  );
  const noted = await areNoted(reader, places);
  return rows.map((_, i) => noted.slice(i * ENDS.length, (i + 1) * ENDS.length).includes(true));
}

export function isUnaltered(keys: readonly IndexKey[], row: ApprovalRow): boolean {
  return keys.some((key) => equalBytes(tagOf(key, row), row.tag));
}

function assertUnaltered(keys: readonly IndexKey[], row: ApprovalRow): void {
  if (!isUnaltered(keys, row)) throw new IntegrityError({ target: row.approval });
}

function tagOf(key: IndexKey, row: ApprovalRow): Buffer {
  const { tenant, approval, kind, action, request_mac, about, ordered_by, ordered_at, expires_at } = row;
  const { approved_by, ended_at, ended_by, ended } = row;
  const asked = [tenant, approval, kind, action, request_mac, about, ordered_by, ordered_at, expires_at];
  const answered = [approved_by.join(' '), ended_at ?? 0, ended_by ?? '', ended ?? ''];
  return key.mac('lethe/approval/1', MAC_BYTES, ...asked, ...answered);
}
