/**
 * The rows of purposes in the record store: the one that stands, which is held while something depends on it, and every
 * version there was, which is never changed. `purposes.ts` says what may change of them.
 *
 *   purposes           one row a word, as it stands
 *   purpose_versions   one row a change: what people were told when
 *
 * Guarantees: a MAC under the tenant's key binds all of a row; an altered row is told as such, and says nothing. A
 * purpose is written in one place, `writePurpose`, which keeps both tables. When a purpose ends, or needs fewer data
 * types, every version that was wider is noted like a revocation (`revocations.ts`), so an older record store, once
 * recovered, shows nothing for it until it is declared again.
 *
 *   kind `declaration`   target   MAC of the purpose : tag of the version
 *
 * Does not: notice that a row was removed, or put back to an older state of its own.
 */
import type { Field } from '../../crypto/associated-data.ts';
import { equalBytes } from '../../crypto/mac.ts';
import type { TenantId } from '../../ids.ts';
import type { IndexKey } from '../../keyring/indexes/index-key.ts';
import { change, first, select } from '../../storage/queries.ts';
import { lookup, type Row, table } from '../../storage/table.ts';
import type { RecordTx } from '../../storage/tx.ts';
import { type AccessKeys, MAC_BYTES } from '../keys.ts';
import { type Basis, canBeWithdrawn, isBasis, UNDECLARED } from '../legal-basis.ts';
import { noteRevocation } from '../revocations.ts';
import { changeAccess } from '../store.ts';

const COLUMNS = {
  tenant: 'id:tenant',
  purpose: 'text',
  basis: 'text',
  told: 'text',
  /** JSON; absent: all. */
  types: 'text?',
  may_object: 'small',
  version: 'small',
  declared_at: 'int',
  changed_at: 'int',
  ended_at: 'int?',
  tag: 'bytes',
} as const;

export const purposes = table('records', 'purposes', COLUMNS, ['tenant', 'purpose']);
export const purposeVersions = table('records', 'purpose_versions', COLUMNS, ['tenant', 'purpose', 'version']);
export type PurposeRow = Row<typeof purposes>;
export const purposesForGiving = lookup(purposes, ['tenant', 'purpose'], { share: true });

/** A purpose as it was declared; of an altered row only the word, and nothing that would allow anything. */
export interface PurposeFacts {
  readonly purpose: string;
  readonly basis: Basis;
  /** Empty where nobody has said it. */
  readonly told: string;
  /** The data types that it needs; undefined: all. */
  readonly types: readonly string[] | undefined;
  readonly mayObject: boolean;
  readonly mayWithdraw: boolean;
  readonly version: number;
  readonly declaredAt: Date;
  readonly changedAt: Date;
  /** Since when it can be given to nobody; undefined: it is in use. */
  readonly endedAt: Date | undefined;
  readonly isAltered: boolean;
}

export type PurposeKeys = Pick<AccessKeys, 'principal' | 'principals'>;
/** What can change of a purpose. */
export type Content = Pick<PurposeRow, 'basis' | 'told' | 'types' | 'may_object' | 'ended_at'>;

/** Which purpose, and when it is changed. */
export interface Place {
  readonly tenant: TenantId;
  readonly purpose: string;
  readonly at: Date;
}

/** The row that stands, held until the transaction ends. */
export async function holdPurpose(
  tx: RecordTx,
  { tenant, purpose }: Pick<Place, 'tenant' | 'purpose'>,
): Promise<PurposeRow | undefined> {
  return (await select(tx, purposes, { where: { tenant, purpose }, lock: 'wait' }))[0];
}

/**
 * The one place where a purpose is written. Only in an exclusive transaction.
 * @param before the row that it replaces, which the caller holds; undefined for a new word
 * @returns the row that stands now: that of another call, if it was quicker to make the word
 */
export async function writePurpose(
  tx: RecordTx,
  { principal: key }: PurposeKeys,
  { tenant, purpose, at }: Place,
  content: Content,
  before?: Pick<PurposeRow, 'declared_at'>,
): Promise<PurposeRow> {
  const changed_at = at.getTime();
  const newest = { where: { tenant, purpose }, orderBy: ['version'], descending: true } as const;
  const version = ((await first(tx, purposeVersions, { columns: ['version'], ...newest }))?.version ?? 0) + 1;
  const row = { tenant, purpose, ...content, version, declared_at: before?.declared_at ?? changed_at, changed_at };
  const tagged = { ...row, tag: tagOf(key, row) };
  if (before === undefined) {
    await tx.insert(purposes, [tagged], 'skip');
    const standing = await holdPurpose(tx, { tenant, purpose });
    if (standing !== undefined && !equalBytes(standing.tag, tagged.tag)) return standing;
  } else {
    await change(tx, purposes, { tenant, purpose }, tagged);
    const columns = ['types', 'ended_at', 'tag'] as const;
    for (const earlier of await select(tx, purposeVersions, { columns, where: { tenant, purpose } })) {
      if (!isWider(earlier, content)) continue;
      const target = `${noteOf(key, purpose)}:${earlier.tag.toString('base64url')}`;
      await noteRevocation(tx, { tenant, kind: 'declaration', target, at });
    }
  }
  await tx.insert(purposeVersions, [tagged], 'skip');
  // The tag is another with every version.
  await changeAccess(tx, tenant, tagged.tag);
  return tagged;
}

/** How the notes of a purpose's wider versions begin: the journal holds no word of the tenant's own. */
export function noteOf(key: IndexKey, purpose: string): string {
  return key.mac('lethe/purpose-declaration/1', MAC_BYTES, purpose).toString('base64url');
}

/** Whether values were shown for it that are shown no more. */
function isWider(earlier: Pick<Content, 'types' | 'ended_at'>, now: Content): boolean {
  if (earlier.ended_at !== null) return false;
  if (now.ended_at !== null) return true;
  if (now.types === null) return false;
  const needed = new Set(JSON.parse(now.types) as string[]);
  return earlier.types === null || (JSON.parse(earlier.types) as string[]).some((type) => !needed.has(type));
}

/**
 * Ends purposes again of which an older record store has a version that was narrowed since. Declared again, they are in
 * use. An altered row is left as it is: it shows nothing. @returns how many there were
 */
export async function endDeclarations(
  tx: RecordTx,
  keys: PurposeKeys,
  tenant: TenantId,
  narrowed: readonly { readonly target: string; readonly revoked_at: number }[],
): Promise<number> {
  const tags = new Map(narrowed.map(({ target, revoked_at }) => [target.split(':')[1] ?? '', new Date(revoked_at)]));
  if (tags.size === 0) return 0;
  let ended = 0;
  for (const row of await select(tx, purposes, { where: { tenant }, lock: 'wait' })) {
    const at = tags.get(row.tag.toString('base64url'));
    if (at === undefined || !isUnaltered(keys.principals, row)) continue;
    const { purpose, basis, told, types, may_object } = row;
    await writePurpose(
      tx,
      keys,
      { tenant, purpose, at },
      { basis, told, types, may_object, ended_at: at.getTime() },
      row,
    );
    ended += 1;
  }
  return ended;
}

export function factsOf(keys: readonly IndexKey[], row: PurposeRow): PurposeFacts {
  const { purpose, version } = row;
  const [declaredAt, changedAt] = [new Date(row.declared_at), new Date(row.changed_at)];
  if (!isBasis(row.basis) || !isUnaltered(keys, row)) {
    const nothing = { basis: UNDECLARED, told: '', types: [], mayObject: false, mayWithdraw: false } as const;
    const epoch = new Date(0);
    return {
      purpose,
      ...nothing,
      version: 0,
      declaredAt: epoch,
      changedAt: epoch,
      endedAt: undefined,
      isAltered: true,
    };
  }
  return {
    ...{ purpose, version, declaredAt, changedAt, basis: row.basis, told: row.told },
    types: row.types === null ? undefined : (JSON.parse(row.types) as string[]),
    mayObject: row.may_object === 1,
    mayWithdraw: canBeWithdrawn(row.basis),
    endedAt: row.ended_at === null ? undefined : new Date(row.ended_at),
    isAltered: false,
  };
}

export function isUnaltered(keys: readonly IndexKey[], row: PurposeRow): boolean {
  // The vault never wrote a number that no MAC can be made of.
  const numbers = [row.version, row.may_object, row.declared_at, row.changed_at, row.ended_at ?? 0];
  if (!numbers.every((number) => Number.isSafeInteger(number) && number >= 0)) return false;
  return keys.some((key) => equalBytes(tagOf(key, row), row.tag));
}

function tagOf(key: IndexKey, row: Omit<PurposeRow, 'tag'>): Buffer {
  const fields: Field[] = [row.tenant, row.purpose, row.version, row.basis, row.told, row.may_object];
  const times = [row.declared_at, row.changed_at, row.ended_at === null ? 'in use' : `ended ${row.ended_at}`];
  return key.mac('lethe/purpose/1', MAC_BYTES, ...fields, ...times, row.types === null ? 'all' : `only ${row.types}`);
}
