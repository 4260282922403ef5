/**
 * What an erasure is to bury: the records that its caller names, or that a subject has, each with its generation. They
 * are held until the transaction ends, so no correction slips between looking and burying.
 */
import { VaultError } from '../errors.ts';
import type { RecordId, SubjectId, TenantId, Token } from '../ids.ts';
import type { IndexKeys } from '../keyring/indexes/index-keys.ts';
import { fewOfSubject, holdRecords, lockRecords, pageOfSubject } from '../records/store.ts';
import { type TombstoneRow, tombstonesOf } from '../records/tombstones.ts';
import { LeftError, type PartTx } from '../storage/side-by-side.ts';
import type { RecordTx } from '../storage/tx.ts';
import { holdLive, liveSubject, markErased } from '../subjects/subjects.ts';
import { type Asking, findTokens } from '../tokens/tokens.ts';

const PAGE = 1_000;
/** How many names one of several erasures may have. */
const FEW = 100;

export type Doomed = { readonly record: RecordId; readonly generation: number };

/** Exactly one of tokens, records and subject is given. */
export interface Named {
  readonly tokens?: readonly Token[] | undefined;
  readonly records?: readonly RecordId[] | undefined;
  readonly subject: SubjectId | undefined;
  /** How the caller named the subject. */
  readonly byRef: boolean;
}

/** @throws `token_not_found`, `record_not_found`, `subject_not_found` naming the item */
export async function doomedBy(tx: RecordTx, indexes: IndexKeys, asking: Asking, named: Named): Promise<Doomed[]> {
  const { subject, byRef } = named;
  return subject === undefined
    ? ofNames(tx, indexes, asking, named, (ids) => lockRecords(tx, asking.tenant, ids))
    : ofSubject(tx, asking.tenant, subject, byRef ? 'ref' : 'subject', asking.now);
}

/**
 * The same for one of several erasures that are ordered together.
 * @throws {LeftError} where it would have to wait for somebody, or there is anything out of the ordinary about it
 */
export async function doomedBeside(
  part: PartTx<'records'>,
  indexes: IndexKeys,
  asking: Asking,
  named: Named,
): Promise<Doomed[]> {
  const { tenant, now } = asking;
  const { subject } = named;
  // A statement has room for so many from all of them.
  if ((named.tokens ?? named.records ?? []).length > FEW) throw new LeftError();
  if (subject === undefined) return ofNames(part, indexes, asking, named, (ids) => holdRecords(part, tenant, ids));
  const mark = await holdLive(part, tenant, subject, now);
  const ids = await fewOfSubject(part, tenant, subject);
  const keys = await notErased(part, tenant, await holdRecords(part, tenant, ids));
  await mark();
  return keys;
}

/**
 * Marks the subject first: a call that adds a record to it from then on waits, and is then refused. On PostgreSQL the
 * call that makes the subject may commit just after the mark found no row. The subject is then there and alive, and is
 * marked again.
 */
async function ofSubject(
  tx: RecordTx,
  tenant: TenantId,
  subject: SubjectId,
  field: 'subject' | 'ref',
  now: Date,
): Promise<Doomed[]> {
  while (!(await markErased(tx, tenant, subject, now))) await liveSubject(tx, tenant, subject, field);
  const keys: Doomed[] = [];
  for (let after: RecordId | undefined; ; ) {
    const page = await pageOfSubject(tx, tenant, subject, { after, limit: PAGE });
    const ids = page.map((row) => row.record as RecordId);
    keys.push(...(await notErased(tx, tenant, await lockRecords(tx, tenant, ids))));
    if (page.length < PAGE) return keys;
    after = ids.at(-1);
  }
}

/** Leaves out records that another erasure has buried and counts, but whose rows it has not removed yet. */
async function notErased(tx: RecordTx, tenant: TenantId, held: readonly Doomed[]): Promise<Doomed[]> {
  const graves = await tombstonesOf(
    tx,
    tenant,
    held.map((key) => key.record),
  );
  return held.flatMap((key, i) => (isErased(graves[i]) ? [] : [doomed(key, graves[i])]));
}

function isErased(graves: readonly TombstoneRow[] = []): boolean {
  return graves.some(({ cause }) => cause === 'erased');
}

/**
 * What is to be buried of a record: its generation, or, in a record store that was put back to before a correction, the
 * generation after all those that are buried. A second tombstone of one generation would be the same one, which says
 * `corrected`.
 */
function doomed({ record, generation }: Doomed, graves: readonly TombstoneRow[] = []): Doomed {
  return { record, generation: Math.max(generation, ...graves.map((grave) => grave.generation + 1)) };
}

/** The records that the request names and that are still there. A record that was erased before stays erased. */
async function ofNames(
  tx: RecordTx,
  indexes: IndexKeys,
  asking: Asking,
  { tokens, records = [] }: Named,
  hold: (ids: readonly RecordId[]) => Promise<readonly Doomed[]>,
): Promise<Doomed[]> {
  const { tenant } = asking;
  const named = tokens === undefined ? records : await recordsOf(tx, indexes, asking, tokens);
  const ids = [...new Set(named)];
  const rows = new Map((await hold(ids)).map((row) => [row.record, row]));
  const graves = await tombstonesOf(tx, tenant, ids);
  return ids.flatMap((record, i) => {
    if (isErased(graves[i])) return [];
    const row = rows.get(record);
    if (row === undefined) throw new VaultError('record_not_found', { field: `records/${named.indexOf(record)}` });
    return [doomed(row, graves[i])];
  });
}

async function recordsOf(
  tx: RecordTx,
  indexes: IndexKeys,
  asking: Asking,
  tokens: readonly Token[],
): Promise<RecordId[]> {
  const rows = await findTokens(tx, indexes, asking, tokens);
  return rows.map((row, i) => {
    if (row instanceof VaultError) throw row.at(`tokens/${i}`);
    return row.record as RecordId;
  });
}
