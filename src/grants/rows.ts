/**
 * Grants in the record store: who may see what of which people, until when, and who agreed.
 *
 *   offered    a code that nobody has told yet: no principal, a digest of the code
 *   waiting    ordered, and somebody else has to agree: not begun
 *   in force   begun, and its time not over
 *   over       its time is over, or it ended before
 *
 * Guarantees: a MAC binds a grant, and another each of its people to it; an altered one is an integrity failure. One
 * that ended early is noted like a revocation (`ends.ts`). An order that nobody agrees to lapses after a day.
 * Does not: notice that a whole row was put back to an older state of its own, as with principals.
 */
import { z } from 'zod';
import { MAC_BYTES } from '../access/keys.ts';
import { askForGrants } from '../access/store.ts';
import { equalBytes } from '../crypto/mac.ts';
import { IntegrityError } from '../errors.ts';
import type { PrincipalId, TenantId } from '../ids.ts';
import type { IndexKey, IndexKeys } from '../keyring/indexes/index-keys.ts';
import { change } from '../storage/queries.ts';
import { lookup, type Row, table } from '../storage/table.ts';
import type { RecordTx } from '../storage/tx.ts';
import { storedJson } from '../stored-json.ts';

export const grants = table(
  'records',
  'grants',
  {
    tenant: 'id:tenant',
    grant_id: 'id:grant',
    /** `ordered`, `break_glass`, or `code`. */
    kind: 'text',
    /** Who may use it; null until a code is told. */
    principal: 'id:principal?',
    /** Who ordered it, or offered the code. */
    ordered_by: 'id:principal',
    ordered_at: 'int',
    minutes: 'small',
    types: 'text',
    view: 'word',
    /** How many must agree before it begins. */
    needed: 'small',
    approvals: 'text',
    begins_at: 'int?',
    /** Until it begins: when the order or the code lapses. */
    ends_at: 'int',
    ended_at: 'int?',
    ended_as: 'text?',
    ended_by: 'id:principal?',
    review_by: 'int?',
    reviewed_at: 'int?',
    reviewed_by: 'id:principal?',
    ticket_mac: 'bytes?',
    code_mac: 'bytes?',
    tag: 'bytes',
  },
  ['tenant', 'grant_id'],
);
export type GrantRow = Row<typeof grants>;
export const grantById = lookup(grants, ['tenant', 'grant_id']);

export const grantSubjects = table(
  'records',
  'grant_subjects',
  {
    tenant: 'id:tenant',
    grant_id: 'id:grant',
    subject: 'id:subject',
    principal: 'id:principal?',
    /** The record that has its reason and ticket (`notes.ts`). */
    note: 'id:record?',
    tag: 'bytes',
  },
  ['tenant', 'grant_id', 'subject'],
);
export type GrantSubjectRow = Row<typeof grantSubjects>;
export const grantsOfPeople = lookup(grantSubjects, ['tenant', 'principal', 'subject']);
export const peopleOfGrant = lookup(grantSubjects, ['tenant', 'grant_id'], { orderBy: ['subject'] });

export type EndedAs = 'refused' | 'revoked' | 'ticket_closed' | 'principal_revoked' | 'approver_revoked';
export interface Approval {
  readonly by: PrincipalId;
  readonly role: string;
  readonly at: number;
}

/** An order that nobody agrees to lapses. */
export const WAITS_MS = 24 * 60 * 60 * 1000;
export const MINUTE_MS = 60_000;

const KEY_NAME = '@grant';
const Approvals = z.array(z.strictObject({ by: z.string(), role: z.string(), at: z.int() }));
const Types = z.array(z.string());

export interface GrantKeys {
  readonly current: IndexKey;
  /** Every version, for what was bound before. */
  readonly versions: readonly IndexKey[];
}

/** Read before the transaction that needs them begins. */
export async function grantKeys(indexes: IndexKeys, tenant: TenantId): Promise<GrantKeys> {
  const current = await indexes.current(tenant, KEY_NAME);
  return { current, versions: await indexes.versions(tenant, KEY_NAME) };
}

function tagOf(key: IndexKey, row: Omit<GrantRow, 'tag'>): Buffer {
  const { tenant, grant_id, kind, principal, ordered_by, ordered_at, minutes, types, view, needed, approvals } = row;
  const { ends_at, ticket_mac, code_mac } = row;
  const said = [tenant, grant_id, kind, principal ?? '-', ordered_by, ordered_at, minutes, types, view, needed];
  const times = [row.begins_at, row.ended_at, row.review_by, row.reviewed_at].map((time) => `${time ?? '-'}`);
  const who = [row.ended_as, row.ended_by, row.reviewed_by].map((word) => word ?? '-');
  const macs = [ticket_mac, code_mac].map((mac) => mac ?? Buffer.alloc(0));
  return key.mac('lethe/grant/1', MAC_BYTES, ...said, approvals, ends_at, ...times, ...who, ...macs);
}

function personTag(key: IndexKey, row: Omit<GrantSubjectRow, 'tag'>): Buffer {
  const { tenant, grant_id, subject, principal, note } = row;
  return key.mac('lethe/grant-subject/1', MAC_BYTES, tenant, grant_id, subject, principal ?? '-', note ?? '-');
}

export function isUnaltered({ versions }: Pick<GrantKeys, 'versions'>, row: GrantRow): boolean {
  return versions.some((key) => equalBytes(tagOf(key, row), row.tag));
}

/** @throws {IntegrityError} naming the grant */
export function assertUnaltered(keys: GrantKeys, row: GrantRow, people: readonly GrantSubjectRow[]): void {
  const areTheirs = people.every((one) => keys.versions.some((key) => equalBytes(personTag(key, one), one.tag)));
  if (!areTheirs || !isUnaltered(keys, row)) throw new IntegrityError({ target: row.grant_id });
}

export type NewGrant = Omit<GrantRow, 'tag'>;

/** In an exclusive transaction. @param people whose values it is about, each with its note */
export async function insertGrant(
  tx: RecordTx,
  { current }: GrantKeys,
  row: NewGrant,
  people: readonly Pick<GrantSubjectRow, 'subject' | 'note'>[],
): Promise<GrantRow> {
  const tagged = { ...row, tag: tagOf(current, row) };
  const { tenant, grant_id, principal } = row;
  const rows = people.map(({ subject, note }) => ({ tenant, grant_id, subject, principal, note }));
  await tx.insert(grants, [tagged]);
  await tx.insert(
    grantSubjects,
    rows.map((one) => ({ ...one, tag: personTag(current, one) })),
  );
  await askForGrants(tx, tenant as TenantId, row.ends_at);
  return tagged;
}

/** Writes what has changed of a grant. The caller holds it. */
export async function changeGrant(
  tx: RecordTx,
  { current }: GrantKeys,
  row: GrantRow,
  changed: Partial<Omit<GrantRow, 'tenant' | 'grant_id' | 'tag'>>,
): Promise<GrantRow> {
  const next = { ...row, ...changed };
  next.tag = tagOf(current, next);
  const { tenant, grant_id, ...rest } = next;
  await change(tx, grants, { tenant, grant_id }, rest);
  await askForGrants(tx, tenant as TenantId, next.ends_at);
  return next;
}

/** Gives the grant of a code to whoever told it. The caller holds it. */
export async function giveTo(
  tx: RecordTx,
  keys: GrantKeys,
  { row, people }: HeldGrant,
  principal: PrincipalId,
  changed: Parameters<typeof changeGrant>[3],
): Promise<GrantRow> {
  const { tenant, grant_id } = row;
  for (const person of people) {
    const { subject } = person;
    const tag = personTag(keys.current, { ...person, principal });
    await change(tx, grantSubjects, { tenant, grant_id, subject }, { principal, tag });
  }
  return changeGrant(tx, keys, row, { ...changed, principal });
}

export interface HeldGrant {
  readonly row: GrantRow;
  readonly people: readonly GrantSubjectRow[];
}

export function isOpen({ ended_at, ends_at }: GrantRow, now: Date): boolean {
  return ended_at === null && ends_at > now.getTime();
}

export function isInForce(row: GrantRow, now: Date): boolean {
  return row.begins_at !== null && row.principal !== null && isOpen(row, now);
}

export function isWaiting(row: GrantRow, now: Date): boolean {
  return row.begins_at === null && row.principal !== null && isOpen(row, now);
}

export function typesOf({ types }: Pick<GrantRow, 'types'>): string[] {
  return storedJson(Types, types) ?? [];
}

export function approvalsOf({ approvals }: Pick<GrantRow, 'approvals'>): Approval[] {
  return (storedJson(Approvals, approvals) ?? []) as Approval[];
}

export type GrantState = 'offered' | 'waiting' | 'in_force' | 'over';

export function stateOf(row: GrantRow, now: Date): GrantState {
  if (!isOpen(row, now)) return 'over';
  if (row.principal === null) return 'offered';
  return row.begins_at === null ? 'waiting' : 'in_force';
}

const MAC_OF_WORDS_BYTES = 16;

/** A ticket as grants have it, under each key: grants are found by it, and it is read from none. The newest first. */
export function ticketMacs({ current, versions }: GrantKeys, ticket: string): Buffer[] {
  return [current, ...versions].map((key) => key.mac('lethe/grant-ticket/1', MAC_OF_WORDS_BYTES, ticket));
}
