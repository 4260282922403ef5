/**
 * Revocations: both stores note for good which principals and tokens were revoked, and what was taken from a principal,
 * so that neither store, put back from a copy, makes one of them work again.
 *
 *   noted   in the record store, in the transaction that revokes: it holds from there on
 *   kept    in the key store, before the revocation is answered, or by a job if that fails
 *   and in the journal after that, which stays if either store goes back (`journal/`)
 *
 * Guarantees: the key store knows every answered revocation, and the record store has known every one that the key
 * store knows. The newest revocations of each store, a bounded number, tell whether the other lacks one. Only ids and
 * times are kept.
 * Does not: decide a call, which asks the principal's and the token's own rows. Nor carry a MAC: see `THREATS.md`.
 */
import type { TenantId } from '../ids.ts';
import type { Entry } from '../journal/entry.ts';
import type { Notes } from '../journal/journal.ts';
import { buriedTenants } from '../keyring/tenant-tombstones.ts';
import { pages, select } from '../storage/queries.ts';
import { lookup, type Row, table } from '../storage/table.ts';
import type { KeyStore, KeyTx, Reader, RecordStore, RecordTx } from '../storage/tx.ts';
import { erasedTenants } from './store.ts';

/**
 * `key`, `purpose` and `networks`: a principal's right that became less, see `narrowings.ts`; `role`: a version of a
 * role that ended, see `roles/rows.ts`; `declaration`: a version of a purpose that was narrowed since, see
 * `purposes/rows.ts`; `hook`: one that was removed; `approval`: one that was used, refused or withdrawn, and `policy`:
 * one that asks for more than before, see `approvals/`; `grant`: one that ended early, or whose code was used;
 * `choice`: a person's no, see `choices/noes.ts`; `suspension`: of the tenant itself.
 */
export type RevokedKind =
  | 'principal'
  | 'token'
  | 'key'
  | 'purpose'
  | 'networks'
  | 'role'
  | 'hook'
  | 'approval'
  | 'policy'
  | 'grant'
  | 'choice'
  | 'declaration'
  | 'suspension';

export const revocations = table(
  'records',
  'revocations',
  {
    tenant: 'id:tenant',
    kind: 'text',
    /** The principal's or the hook's id, or the token; or what `narrowings.ts` says. */
    target: 'text',
    revoked_at: 'int',
    /** When the key store was first known to have it. */
    kept_at: 'int?',
  },
  ['tenant', 'kind', 'target'],
);
export type RevocationRow = Row<typeof revocations>;
const revocationByTarget = lookup(revocations, ['tenant', 'kind', 'target']);

export const keyRevocations = table(
  'keys',
  'revocations',
  { tenant: 'id:tenant', kind: 'text', target: 'text', revoked_at: 'int' },
  ['tenant', 'kind', 'target'],
);
export type KeptRevocation = Row<typeof keyRevocations>;
const keptByTarget = lookup(keyRevocations, ['tenant', 'kind', 'target']);

export interface Revocation {
  readonly tenant: TenantId;
  readonly kind: RevokedKind;
  readonly target: string;
  readonly at: Date;
}

interface Stores {
  readonly recordStore: RecordStore;
  readonly keyStore: KeyStore;
}

interface KeepingParts extends Stores {
  readonly journal: Notes;
}

type Place = Pick<RevocationRow, 'tenant' | 'kind' | 'target'>;
const PAGE = 500;
const PLACE = ['tenant', 'kind', 'target'] as const;
const placeOf = ({ tenant, kind, target }: Place) => [tenant, kind, target];

/** Call it in the transaction that revokes. A revocation that is noted stays as it is. */
export async function noteRevocation(tx: RecordTx, { tenant, kind, target, at }: Revocation): Promise<void> {
  await tx.insert(revocations, [{ tenant, kind, target, revoked_at: at.getTime(), kept_at: null }], 'skip');
}

/**
 * Call it after the commit of that transaction, and before its answer.
 * @throws {UnavailableError} if the key store or the journal cannot be written: the revocation holds, a job keeps it
 */
export async function keepRevocation(parts: KeepingParts, { tenant, kind, target, at }: Revocation): Promise<void> {
  await keep(parts, [{ tenant, kind, target, revoked_at: at.getTime() }]);
}

async function keep({ keyStore, journal }: KeepingParts, rows: readonly KeptRevocation[]): Promise<void> {
  const kept = rows.map(({ tenant, kind, target, revoked_at }) => ({ tenant, kind, target, revoked_at }));
  await keyStore.shared((tx) => insertKept(tx, kept));
  await journal.note(kept.map(entryOf));
}

function entryOf({ tenant, kind, target, revoked_at }: KeptRevocation): Entry {
  return { kind: 'revocation', tenant: tenant as TenantId, of: kind as RevokedKind, target, at: revoked_at };
}

/** Keeps what is noted and not known to be kept, at most `limit`. May run on several nodes. @returns how many */
export async function keepRevocations(parts: KeepingParts, now: Date, limit: number): Promise<number> {
  const { recordStore } = parts;
  const rows = await select(recordStore.reader, revocations, { literally: 'kept_at IS NULL', orderBy: PLACE, limit });
  if (rows.length === 0) return 0;
  await keep(parts, rows);
  const kept = rows.map((row) => ({ ...row, kept_at: now.getTime() }));
  await recordStore.exclusive((tx) => tx.update(revocations, ['kept_at'], kept));
  return rows.length;
}

/**
 * Keeps what is noted of these and not known to be kept. Call it after the commit of the transaction that noted it, and
 * before its answer; a repeated call keeps what the first one could not.
 * @param kinds of which a tenant has few @param of how a target begins, or the whole of it
 * @throws as `keepRevocation`
 */
export async function keepNoted(
  parts: KeepingParts,
  tenant: TenantId,
  kinds: readonly RevokedKind[],
  of: readonly string[],
): Promise<void> {
  const where = { tenant, kind: { in: kinds } };
  const selection = { where, literally: 'kept_at IS NULL', orderBy: PLACE, limit: PAGE } as const;
  for await (const page of pages(parts.recordStore.reader, revocations, selection)) {
    const rows = page.filter(({ target }) => of.some((start) => target === start || target.startsWith(`${start}:`)));
    if (rows.length > 0) await keep(parts, rows);
  }
}

/** What the key store knows of targets that begin so. */
export async function keptOf(
  reader: Reader<'keys'>,
  { tenant, kind }: Pick<Revocation, 'tenant' | 'kind'>,
  start: string,
): Promise<KeptRevocation[]> {
  const target = { '>': `${start}:`, '<': `${start};` };
  return select(reader, keyRevocations, { where: { tenant, kind, target } });
}

/** More than one, because the clocks of two nodes differ a little. */
const CHECKED = 20;

/**
 * Whether a store was put back to before a revocation that the other knows. Erased tenants, whose revocations go with
 * them, are left out.
 */
export async function revocationsHeld({ recordStore: { reader: records }, keyStore: { reader: keys } }: Stores) {
  // The key store first: the record store has noted everything that is read there.
  const newest = { orderBy: ['revoked_at'], descending: true, limit: CHECKED } as const;
  const kept = await select(keys, keyRevocations, { where: { tenant: { notIn: buriedTenants } }, ...newest });
  const standing = { kept_at: { not: null }, tenant: { notIn: erasedTenants } };
  const noted = await select(records, revocations, { where: standing, ...newest });
  return {
    keyStoreLacks: (await areKept(keys, noted)).includes(false),
    recordStoreLacks: (await areNoted(records, kept)).includes(false),
  };
}

/** @returns for each revocation whether the record store has noted it */
export async function areNoted(reader: Reader<'records'>, rows: readonly Place[]): Promise<boolean[]> {
  return (await reader.find(revocationByTarget, rows.map(placeOf))).map(({ length }) => length > 0);
}

/** @returns for each revocation whether the key store has it */
export async function areKept(reader: Reader<'keys'>, rows: readonly Place[]): Promise<boolean[]> {
  return (await reader.find(keptByTarget, rows.map(placeOf))).map(({ length }) => length > 0);
}

/** One that is kept stays as it is. */
export async function insertKept(tx: KeyTx, rows: readonly KeptRevocation[]): Promise<void> {
  await tx.insert(keyRevocations, rows, 'skip');
}

/** Notes revocations that the key store has. One that is noted stays as it is. */
export async function insertNoted(tx: RecordTx, rows: readonly KeptRevocation[], keptAt: Date): Promise<void> {
  const noted = rows.map((row) => ({ ...row, kept_at: keptAt.getTime() }));
  await tx.insert(revocations, noted, 'skip');
}

/** @returns whether the key store knows that it is revoked */
export async function isKeptRevoked(reader: Reader<'keys'>, of: Omit<Revocation, 'at'>): Promise<boolean> {
  return (await areKept(reader, [of])).includes(true);
}

/** Every revocation that the key store has, of tenants that are not erased. */
export function pagesOfKept(reader: Reader<'keys'>, limit: number): AsyncGenerator<KeptRevocation[]> {
  return pages(reader, keyRevocations, { where: { tenant: { notIn: buriedTenants } }, orderBy: PLACE, limit });
}

/** Every revocation that the record store has noted, of tenants that are not erased. */
export function pagesOfNoted(reader: Reader<'records'>, limit: number): AsyncGenerator<RevocationRow[]> {
  return pages(reader, revocations, { where: { tenant: { notIn: erasedTenants } }, orderBy: PLACE, limit });
}
