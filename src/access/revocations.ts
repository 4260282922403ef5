/**
 * Revocations: both stores note for good which principals and tokens were revoked, so that neither store, put back from
 * a copy, makes one of them work again.
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
import { lookup, type Row, table } from '../storage/table.ts';
import type { KeyStore, Reader, RecordStore, RecordTx, Store } from '../storage/tx.ts';

type RevokedKind = 'principal' | 'token';

export const revocations = table(
  'records',
  'revocations',
  {
    tenant: 'text',
    kind: 'text',
    /** The principal's id, or the token. */
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
  { tenant: 'text', kind: 'text', target: 'text', revoked_at: 'int' },
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
const placeOf = ({ tenant, kind, target }: Place) => [tenant, kind, target];

/** Call it in the transaction that revokes. A revocation that is noted stays as it is. */
export async function noteRevocation(tx: RecordTx, { tenant, kind, target, at }: Revocation): Promise<void> {
  await tx.insert(revocations, [{ tenant, kind, target, revoked_at: at.getTime(), kept_at: null }], 'skip');
}

/**
 * Call it after the commit of that transaction, and before its answer.
 * @throws {UnavailableError} if the key store or the journal cannot be written: the revocation holds, and a job keeps
 *   it
 */
export async function keepRevocation(parts: KeepingParts, { tenant, kind, target, at }: Revocation): Promise<void> {
  await keep(parts, [{ tenant, kind, target, revoked_at: at.getTime() }]);
}

async function keep({ keyStore, journal }: KeepingParts, rows: readonly KeptRevocation[]): Promise<void> {
  const kept = rows.map(({ tenant, kind, target, revoked_at }) => ({ tenant, kind, target, revoked_at }));
  await keyStore.shared((tx) => tx.insert(keyRevocations, kept, 'skip'));
  await journal.note(kept.map(entryOf));
}

function entryOf({ tenant, kind, target, revoked_at }: KeptRevocation): Entry {
  return { kind: 'revocation', tenant: tenant as TenantId, of: kind as RevokedKind, target, at: revoked_at };
}

/** Keeps what is noted and not known to be kept, at most `limit`. May run on several nodes. @returns how many */
export async function keepRevocations(parts: KeepingParts, now: Date, limit: number): Promise<number> {
  const { recordStore } = parts;
  const rows = await recordStore.reader.query<RevocationRow>((sql) =>
    // In the words of the partial index, or SQLite does not use it.
    sql('revocations').whereRaw('kept_at IS NULL').orderBy(['tenant', 'kind', 'target']).limit(limit),
  );
  if (rows.length === 0) return 0;
  await keep(parts, rows);
  const kept = rows.map((row) => ({ ...row, kept_at: now.getTime() }));
  await recordStore.exclusive((tx) => tx.update(revocations, ['kept_at'], kept));
  return rows.length;
}

/** More than one, because the clocks of two nodes differ a little. */
const CHECKED = 20;

/**
 * Whether a store was put back to before a revocation that the other knows. Erased tenants, whose revocations go with
 * them, are left out.
 */
export async function revocationsHeld({ recordStore: { reader: records }, keyStore: { reader: keys } }: Stores) {
  // The key store first: the record store has noted everything that is read there.
  const kept = await keys.query<KeptRevocation>((sql) =>
    sql('revocations')
      .whereNotIn('tenant', sql('tenant_tombstones').select('tenant'))
      .orderBy('revoked_at', 'desc')
      .limit(CHECKED),
  );
  const noted = await records.query<RevocationRow>((sql) =>
    sql('revocations')
      .whereNotNull('kept_at')
      .whereNotIn('tenant', sql('tenants').select('tenant').whereNotNull('erased_at'))
      .orderBy('revoked_at', 'desc')
      .limit(CHECKED),
  );
  const lacks = (found: readonly (readonly unknown[])[]) => found.some((rows) => rows.length === 0);
  return {
    keyStoreLacks: lacks(await keys.find(keptByTarget, noted.map(placeOf))),
    recordStoreLacks: lacks(await records.find(revocationByTarget, kept.map(placeOf))),
  };
}

/** @returns those of these revocations that the record store has not noted */
export async function notNoted(reader: Reader<'records'>, rows: readonly KeptRevocation[]): Promise<KeptRevocation[]> {
  const found = await reader.find(revocationByTarget, rows.map(placeOf));
  return rows.filter((_, i) => found[i]?.length === 0);
}

/** @returns whether the key store knows that it is revoked */
export async function isKeptRevoked(reader: Reader<'keys'>, of: Omit<Revocation, 'at'>): Promise<boolean> {
  const [found = []] = await reader.find(keptByTarget, [placeOf(of)]);
  return found.length > 0;
}

/** Every revocation of a store in pages, without those of erased tenants. */
export async function* pagesOfRevocations<R extends Place>({ reader }: Store, size: number): AsyncGenerator<R[]> {
  for (let after: R | undefined; ; ) {
    const from = after;
    const page = await reader.query<R>((sql) => {
      const gone =
        reader.store === 'keys'
          ? sql('tenant_tombstones').select('tenant')
          : sql('tenants').select('tenant').whereNotNull('erased_at');
      const rows = sql('revocations').whereNotIn('tenant', gone).orderBy(['tenant', 'kind', 'target']).limit(size);
      return from === undefined ? rows : rows.whereRaw('(tenant, kind, target) > (?, ?, ?)', placeOf(from));
    });
    if (page.length > 0) yield page;
    if (page.length < size) return;
    after = page.at(-1);
  }
}
