/**
 * Makes the keys, index rows, sealed rows and tokens of values that were accepted.
 *
 * Order (S1): keys and index rows first, in one commit of the key store. The rows of the record store are handed back;
 * the caller commits them together with its audit entry. A crash between the two leaves keys that open nothing, which a
 * job sweeps. Values that may be in no store get no keys and no rows; their tokens carry them.
 *
 * A value whose token is to be given again is linked to one record (`tokens/reuse.ts`). A call that finds a link
 * without its record stores the record itself, under the keys and the token that the link's maker prepared. If two
 * calls do, the second fails with `already_exists`, and finds what the first has stored on its next try. The same holds
 * for a value of which there are to be no two (`unique-values.ts`).
 */
import { type BucketId, newId, type RecordId, type SubjectId, type TenantId, type Token } from '../ids.ts';
import type { WindowKey } from '../keyring/tree/window-keys.ts';
import { sealValue } from '../records/sealing.ts';
import type { RecordRow } from '../records/store.ts';
import { allEntries, formsOf, type IndexEntries, indexRows, NOTHING } from '../search/blind-index.ts';
import { insertIndexRows } from '../search/index-rows.ts';
import { insertClaims } from '../search/value-claims.ts';
import { secrets } from '../secret.ts';
import type { KeyTx } from '../storage/tx.ts';
import { type Assigned, assignSubjects, settleSubjects } from '../subjects/assignment.ts';
import { type ReuseRow, reuseKey, reuseRow, settleReuses } from '../tokens/reuse.ts';
import { type TokenRow, tokenKey, tokenRow } from '../tokens/tokens.ts';
import { newMark, sealWindowToken, type WindowPlace } from '../tokens/window-tokens.ts';
import { claimsOf, scopeOf, takenOver } from './claims.ts';
import { type Followed, followLinks, indexHelped } from './links.ts';
import type { NewValue } from './new-tokens.ts';
import type { Parts } from './parts.ts';

const FIRST = 1;

/** What now stands for a value. */
export interface Stored {
  readonly token: Token;
  readonly expiresAt: Date | undefined;
  readonly subject: SubjectId | undefined;
  /** Absent for a value that is in no store. */
  readonly record: RecordId | undefined;
  /** The rows to be stored; absent if the store has them already. */
  readonly recordRow: RecordRow | undefined;
  readonly tokenRow: TokenRow | undefined;
  /** Where a value that is in no store was sealed. */
  readonly place: WindowPlace | undefined;
}

/**
 * @returns what stands for each value, in order
 * @throws {ValueNotUniqueError}; nothing has been made @throws `subject_not_found` with `field` naming
 *   `items/<n>/subject`
 * @throws `concurrent_change` if a link led nowhere; it has been cut, and the call is to be made again
 * @throws {StaleIndexKeysError} if the keys of an index were changed meanwhile; the call is to be made again
 */
export async function makeRecords(
  parts: Parts,
  tenant: TenantId,
  values: readonly NewValue[],
  now: Date,
): Promise<Stored[]> {
  const { keyring, keyStore, random } = parts;
  const claims = await claimsOf(parts, tenant, values, now);
  const names = values.map(({ wanted }) => wanted.subject);
  const proposal = await assignSubjects({ store: keyStore, keyring }, tenant, names, random, now);
  const drafts: Draft[] = [];
  for (const [i, value] of values.entries()) drafts.push(await draftOf(parts, tenant, value, now, claims.get(i)?.as));
  const reused = values.some(({ wanted }) => wanted.reuse) ? await reuseKey(keyring.indexes, tenant) : undefined;

  // Also the keys of a try that fails, those that other calls prepared, and the window's.
  using keys = secrets<Buffer>([]);
  const made = await keyStore.shared(async (tx) => {
    const byName = await settleSubjects(tx, proposal);
    const assigned = names.map((name) => (name === undefined ? undefined : byName.get(name)));
    const links = reused === undefined ? NO_LINKS : await link(tx, reused, tenant, drafts, assigned);
    const own = drafts.map(({ record }, i) => record !== undefined && (links.get(i)?.record ?? record) === record);
    const mine = [...drafts.entries()].filter(([i]) => own[i] && claims.get(i)?.as === undefined);
    const places = mine.map(([i, { record, bucket }]) => ({
      record: record as RecordId,
      generation: FIRST,
      bucket: (assigned[i]?.bucket ?? bucket) as BucketId,
    }));
    const index = allEntries(mine.map(([, draft]) => draft.index));
    const created = await keyring.records.create(tx, tenant, places, index.indexedAt);
    keys.push(...created);
    await insertIndexRows(tx, index.rows);
    const claimed = mine.flatMap(([i, { record }]) => {
      const claim = claims.get(i);
      return claim === undefined ? [] : [{ ...claim.of, record: record as RecordId, generation: FIRST }];
    });
    await insertClaims(tx, claimed);
    return { assigned, links, keys: new Map(mine.map(([i], n) => [i, created[n] as Buffer])) };
  });

  const foreign = new Map([...made.links].filter(([i]) => !made.keys.has(i)));
  const own = new Set([...made.keys.keys()].map((i) => drafts[i]?.record as RecordId));
  const followed =
    foreign.size === 0 ? new Map<number, Followed>() : await followLinks(parts, tenant, now, foreign, own, values);
  for (const [i, one] of await takenOver(parts, tenant, values, claims, foreign)) followed.set(i, one);
  const helped = [...followed].filter(([, { dek }]) => dek !== undefined);
  keys.push(...helped.map(([, { dek }]) => dek as Buffer));
  const withValues = helped.map(([i, { link }]) => ({ link, value: values[i] as NewValue }));
  await indexHelped(parts, tenant, withValues);
  const tag = await tokenKey(keyring.indexes, tenant);
  const needsWindow = drafts.some(({ record }) => record === undefined);
  const window = needsWindow ? await keyring.windows.current(tenant) : undefined;
  if (window !== undefined) keys.push(window.key);
  return drafts.map(({ value, record }, i) => {
    const subject = made.assigned[i]?.subject;
    if (record === undefined) return inWindow(parts, tenant, value, subject, window as WindowKey);
    const found = followed.get(i);
    const key = found?.dek ?? made.keys.get(i);
    const to = {
      record: (found?.link.record ?? record) as RecordId,
      token: (found?.link.token ?? value.token) as Token,
      subject,
    };
    const rows = rowsOf(parts, tenant, value, to, key, tag, now);
    return { ...to, ...rows, expiresAt: found?.expiresAt ?? value.expiresAt, place: undefined };
  });
}

const NO_LINKS: ReadonlyMap<number, ReuseRow> = new Map();

/** What can be made of a value before its subject is known. */
interface Draft {
  readonly value: NewValue;
  /** Absent for a value that is in no store. */
  readonly record: RecordId | undefined;
  /** The bucket of a value without a subject. */
  readonly bucket: BucketId | undefined;
  readonly index: IndexEntries;
}

/** @param as the record that another call has made a key for and not stored */
async function draftOf(
  parts: Parts,
  tenant: TenantId,
  value: NewValue,
  now: Date,
  as: RecordId | undefined,
): Promise<Draft> {
  if (value.type.custody === 'window') return { value, record: undefined, bucket: undefined, index: NOTHING };
  const record = as ?? newId('record', parts.random, now);
  const bucket = value.wanted.subject === undefined ? await parts.keyring.buckets.withRoom(tenant) : undefined;
  const forms = formsOf(value.type, value.value, value.kept);
  return { value, record, bucket, index: await indexRows(parts.indexer, tenant, forms, record, FIRST) };
}

/** Links the values whose token is to be given again. @returns the links that stand now, by place in the call */
async function link(
  tx: KeyTx,
  key: Awaited<ReturnType<typeof reuseKey>>,
  tenant: TenantId,
  drafts: readonly Draft[],
  assigned: readonly (Assigned | undefined)[],
): Promise<Map<number, ReuseRow>> {
  const wanted = [...drafts.entries()].filter(([, { value }]) => value.wanted.reuse);
  const rows = wanted.map(([i, { value, record }]) => {
    return reuseRow(key, tenant, scopeOf(value, assigned[i]?.subject), {
      record: record as RecordId,
      generation: FIRST,
      token: value.token as Token,
    });
  });
  const standing = await settleReuses(tx, key, rows);
  return new Map(wanted.map(([i], n) => [i, standing[n] as ReuseRow]));
}

interface To {
  readonly record: RecordId;
  readonly token: Token;
  readonly subject: SubjectId | undefined;
}

/** @param key wiped here; undefined if the rows are in the store, or on their way there */
function rowsOf(
  { random }: Parts,
  tenant: TenantId,
  { type, value, wanted, format, expiresAt }: NewValue,
  { record, token, subject }: To,
  key: Buffer | undefined,
  tag: Awaited<ReturnType<typeof tokenKey>>,
  now: Date,
): Pick<Stored, 'recordRow' | 'tokenRow'> {
  if (key === undefined) return { recordRow: undefined, tokenRow: undefined };
  const place = {
    tenant,
    record,
    subject: subject ?? null,
    type: type.name,
    type_version: type.version,
    generation: FIRST,
    version: FIRST,
  };
  const sealed = sealValue(place, value, key, random);
  const { audience, uses, label } = wanted;
  const recordRow = { ...place, label: label ?? null, sealed, created_at: now.getTime(), updated_at: now.getTime() };
  return { recordRow, tokenRow: tokenRow(tag, tenant, { token, record, format, audience, expiresAt, uses }, now) };
}

function inWindow(
  { random }: Parts,
  tenant: TenantId,
  { type, value, wanted }: NewValue,
  subject: SubjectId | undefined,
  window: WindowKey,
): Stored {
  const place = { window: window.window, mark: newMark(random) };
  const content = { value, ...(wanted.audience && { audience: wanted.audience }), ...(subject && { subject }) };
  const token = sealWindowToken(window, place.mark, tenant, type, content, random);
  const none = { record: undefined, recordRow: undefined, tokenRow: undefined };
  return { ...none, token, subject, expiresAt: window.endsAt, place };
}
