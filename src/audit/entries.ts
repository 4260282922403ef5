/**
 * The audit log: one entry for every call that was decided, in the same transaction as its work; also for refusals and
 * failures. An entry holds ids, words from closed sets and times. It never holds a value, a ref or a free text. A
 * stated reason or ticket is there only as a MAC: one that is shown later can be checked, and none can be read. What
 * was looked at stands in the entry itself (`looks.ts`).
 */

import type { Action } from '../access/actions.ts';
import { THE_VAULT_ITSELF } from '../access/principal.ts';
import type { RandomSource } from '../crypto/random.ts';
import type { EventName } from '../hooks/events.ts';
import { noteTold } from '../hooks/outbox.ts';
import {
  type AuditId,
  type ErasureId,
  firstIdAt,
  newId,
  type PrincipalId,
  type RecordId,
  type RequestId,
  type SubjectId,
  type TenantId,
} from '../ids.ts';
import { first, pages, select } from '../storage/queries.ts';
import { type Row, table } from '../storage/table.ts';
import type { Reader, RecordTx } from '../storage/tx.ts';
import { keptLooks, type Look } from './looks.ts';

const PAGE = 500;

export const OUTCOMES = ['done', 'replayed', 'refused', 'failed'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const auditEntries = table(
  'records',
  'audit_entries',
  {
    tenant: 'id:tenant',
    entry: 'id:audit',
    at: 'int',
    principal: 'id:principal',
    action: 'word',
    outcome: 'word',
    code: 'text?',
    purpose: 'text?',
    view: 'word?',
    records: 'ids:record',
    subject: 'id:subject?',
    erasure: 'id:erasure?',
    target: 'text?',
    reason_mac: 'bytes?',
    ticket_mac: 'bytes?',
    request: 'id:request',
    guesses: 'int?',
    looks: 'text?',
    subjects: 'ids:subject?',
  },
  ['tenant', 'entry'],
);

export type AuditRow = Row<typeof auditEntries>;

export interface AuditEntry {
  readonly entry: AuditId;
  readonly tenant: TenantId;
  readonly at: Date;
  /** The vault itself if nobody called: on its schedule, for a restore, while it was sealed. */
  readonly principal: PrincipalId;
  readonly action: Action;
  readonly outcome: Outcome;
  /** The code of the refusal or failure. */
  readonly code?: string | undefined;
  readonly purpose?: string | undefined;
  /** `plain`, or all views that were shown, with commas between them. */
  readonly view?: string | undefined;
  readonly records?: readonly RecordId[] | undefined;
  readonly subject?: SubjectId | undefined;
  readonly erasure?: ErasureId | undefined;
  /** The object of an administrative call: principal, tenant, data type, job, slot, node, store or set of shares. */
  readonly target?: string | undefined;
  readonly reasonMac?: Buffer | undefined;
  readonly ticketMac?: Buffer | undefined;
  /** How many guesses at stored values were wrong, or were refused. */
  readonly guesses?: number | undefined;
  /** What was shown, or refused by the rules. */
  readonly looks?: readonly Look[] | undefined;
  readonly request: RequestId;
}

/** Hooks are told of it in the same transaction. @param tells what, where the entry itself does not say it */
export async function appendAuditEntry(tx: RecordTx, entry: AuditEntry, tells?: EventName): Promise<void> {
  const row: Row<typeof auditEntries> = {
    tenant: entry.tenant,
    entry: entry.entry,
    at: entry.at.getTime(),
    principal: entry.principal,
    action: entry.action,
    outcome: entry.outcome,
    code: entry.code ?? null,
    purpose: entry.purpose ?? null,
    view: entry.view ?? null,
    records: entry.records ?? [],
    subject: entry.subject ?? null,
    erasure: entry.erasure ?? null,
    target: entry.target ?? null,
    reason_mac: entry.reasonMac ?? null,
    ticket_mac: entry.ticketMac ?? null,
    request: entry.request,
    guesses: entry.guesses ?? null,
    ...keptLooks(entry.looks),
  };
  await tx.insert(auditEntries, [row]);
  await noteTold(tx, entry, tells);
}

/**
 * Notes what the vault did or found by itself, on its schedule, in a long job, or before it knew anybody, in the log of
 * the tenant that operates it, or of the only one that it concerns.
 * @param said `outcome`: `done` where it is absent
 */
export async function appendOwnEntry(
  tx: RecordTx,
  { tenant, at, random }: { readonly tenant: TenantId; readonly at: Date; readonly random: RandomSource },
  said: Pick<AuditEntry, 'action' | 'target'> & Partial<Pick<AuditEntry, 'outcome' | 'code' | 'records'>>,
): Promise<void> {
  const ids = { entry: newId('audit', random, at), request: newId('request', random, at) };
  await appendAuditEntry(tx, { ...ids, tenant, at, principal: THE_VAULT_ITSELF, outcome: 'done', ...said });
}

/** When the tenant's newest entry was written, in milliseconds. */
export async function lastEntryAt(reader: Reader<'records'>, tenant: string): Promise<number | undefined> {
  const newest = { orderBy: ['entry'], descending: true } as const;
  return (await first(reader, auditEntries, { columns: ['at'], where: { tenant }, ...newest }))?.at;
}

/** A page of a principal's entries since `since` (inclusive), the oldest first, after `after` (exclusive). */
export async function entriesOf(
  reader: Reader<'records'>,
  { tenant, principal }: { readonly tenant: TenantId; readonly principal: PrincipalId },
  { since, after, limit }: { readonly since: Date; readonly after?: AuditId | undefined; readonly limit: number },
): Promise<Row<typeof auditEntries>[]> {
  const from = firstIdAt('audit', since);
  const entry = after !== undefined && after >= from ? { '>': after } : { '>=': from };
  return select(reader, auditEntries, { where: { tenant, principal, entry }, orderBy: ['entry'], limit });
}

/** A principal's entries since `since`, the newest first, in pages. */
export function newestOf(
  reader: Reader<'records'>,
  { tenant, principal }: { readonly tenant: TenantId; readonly principal: PrincipalId },
  since: Date,
): AsyncGenerator<AuditRow[]> {
  const where = { tenant, principal, entry: { '>=': firstIdAt('audit', since) } };
  return pages(reader, auditEntries, { where, orderBy: ['entry'], descending: true, limit: PAGE });
}

/** When the tenant's log begins; undefined: it is empty. */
export async function logBegins(reader: Reader<'records'>, tenant: TenantId): Promise<Date | undefined> {
  const oldest = await first(reader, auditEntries, { columns: ['at'], where: { tenant }, orderBy: ['entry'] });
  return oldest && new Date(oldest.at);
}

/** A page of the tenant's entries, the newest first, before `before` (exclusive). */
export async function listAuditEntries(
  tx: RecordTx,
  tenant: TenantId,
  page: { readonly before: AuditId | undefined; readonly limit: number },
): Promise<Row<typeof auditEntries>[]> {
  const after = page.before && { entry: page.before };
  return select(tx, auditEntries, {
    where: { tenant },
    orderBy: ['entry'],
    descending: true,
    after,
    limit: page.limit,
  });
}
