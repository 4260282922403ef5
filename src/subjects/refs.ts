/**
 * Refs: the names that apps give to subjects, which are themselves personal data. A ref is kept only as a MAC, in the
 * key store: the vault recognises a ref that it is shown, and can tell nobody a ref that it was not shown.
 */
import { equalBytes } from '../crypto/mac.ts';
import type { RandomSource } from '../crypto/random.ts';
import { IntegrityError, VaultError } from '../errors.ts';
import { type BucketId, isId, newId, type SubjectId, type TenantId } from '../ids.ts';
import type { IndexKey } from '../keyring/indexes/index-keys.ts';
import type { Keyring } from '../keyring/keyring.ts';
import { change, select } from '../storage/queries.ts';
import { lookup, type Row, table } from '../storage/table.ts';
import type { KeyStore, KeyTx, Reader } from '../storage/tx.ts';

const KEY_NAME = '@subject-ref';
const MAC_BYTES = 16;

export const subjectRefs = table(
  'keys',
  'subject_refs',
  {
    tenant: 'text',
    version: 'int',
    mac: 'bytes',
    subject: 'text',
    bucket: 'text',
    tag: 'bytes',
    created_at: 'int',
  },
  ['tenant', 'version', 'mac'],
);
export type SubjectRefRow = Row<typeof subjectRefs>;
const refByMac = lookup(subjectRefs, ['tenant', 'version', 'mac']);
const refsBySubject = lookup(subjectRefs, ['tenant', 'subject']);

/** A subject and the bucket that takes its next record. */
export interface Assigned {
  readonly subject: SubjectId;
  readonly bucket: BucketId;
}

function refMac(key: IndexKey, tenant: TenantId, ref: string): Buffer {
  return key.mac('lethe/subject-ref/1', MAC_BYTES, tenant, ref.normalize('NFC'));
}

/** @returns the subject of each ref, or undefined for a ref never seen */
export async function findByRefs(
  reader: Reader<'keys'>,
  keyring: Keyring,
  tenant: TenantId,
  refs: readonly string[],
): Promise<(SubjectRefRow | undefined)[]> {
  if (refs.length === 0) return [];
  const keys = await keyring.indexes.versions(tenant, KEY_NAME);
  const found = await reader.find(
    refByMac,
    refs.flatMap((ref) => keys.map((key) => [tenant, key.version, refMac(key, tenant, ref)])),
  );
  return refs.map((_, i) => {
    const [row] = found.slice(i * keys.length, (i + 1) * keys.length).flat();
    const key = keys.find(({ version }) => version === row?.version);
    if (row !== undefined && (key === undefined || !equalBytes(refTag(key, row), row.tag))) throw new IntegrityError();
    return row;
  });
}

/** @returns whom each name is, an app's ref or a subject id; undefined for no name, or a ref never seen */
export async function knownSubjects(
  reader: Reader<'keys'>,
  keyring: Keyring,
  tenant: TenantId,
  names: readonly (string | undefined)[],
): Promise<(SubjectId | undefined)[]> {
  const refs = [...new Set(names.filter((name) => name !== undefined && !isId('subject', name)))] as string[];
  const rows = await findByRefs(reader, keyring, tenant, refs);
  const known = new Map(refs.map((ref, i) => [ref, rows[i]?.subject as SubjectId | undefined]));
  return names.map((name) => (name === undefined || isId('subject', name) ? name : known.get(name)));
}

/** Binds a ref to its subject: a row edited in the database must not turn one person's erasure on another. */
function refTag(key: IndexKey, row: Omit<SubjectRefRow, 'tag'>): Buffer {
  return key.mac('lethe/subject-ref-tag/1', MAC_BYTES, row.tenant, row.mac, row.subject);
}

/** Refs on their way to subjects: the known ones, and rows that make the new ones. */
export interface Assignment {
  readonly known: ReadonlyMap<string, Assigned>;
  readonly fresh: readonly { readonly ref: string; readonly row: SubjectRefRow }[];
}

/**
 * Looks refs up, and proposes a subject and a bucket for each new one.
 * @param refs how many records are coming for each ref
 */
async function proposeSubjects(
  keys: { readonly store: KeyStore; readonly keyring: Keyring },
  tenant: TenantId,
  refs: ReadonlyMap<string, number>,
  random: RandomSource,
  now: Date,
): Promise<Assignment> {
  const { store, keyring } = keys;
  const names = [...refs.keys()];
  const rows = await findByRefs(store.reader, keyring, tenant, names);
  const key = await keyring.indexes.current(tenant, KEY_NAME);
  const found = rows.flatMap((row, i) => (row ? { row, records: refs.get(names[i] as string) ?? 1 } : []));
  const buckets = await bucketsOf(keys, tenant, found);
  const known = new Map<string, Assigned>();
  const fresh: Assignment['fresh'][number][] = [];
  for (const [i, ref] of names.entries()) {
    const row = rows[i];
    if (row !== undefined) {
      known.set(ref, { subject: row.subject as SubjectId, bucket: buckets.get(row.subject) as BucketId });
      continue;
    }
    const unbound = {
      tenant,
      version: key.version,
      mac: refMac(key, tenant, ref),
      subject: newId('subject', random, now),
      bucket: await keyring.buckets.withRoom(tenant, refs.get(ref)),
      created_at: now.getTime(),
    };
    fresh.push({ ref, row: { ...unbound, tag: refTag(key, unbound) } });
  }
  return { known, fresh };
}

/**
 * Settles the proposals. Two calls that bring the same new ref at once end up with the same subject: that of the first
 * to insert its row.
 */
export async function settleSubjects(tx: KeyTx, { known, fresh }: Assignment): Promise<Map<string, Assigned>> {
  const assigned = new Map(known);
  if (fresh.length === 0) return assigned;
  const standing = await tx.insertOrGet(
    subjectRefs,
    fresh.map(({ row }) => row),
  );
  for (const [i, { ref, row }] of fresh.entries()) {
    const { subject, bucket } = standing[i] ?? row;
    assigned.set(ref, { subject: subject as SubjectId, bucket: bucket as BucketId });
  }
  return assigned;
}

/** The bucket of each subject. A subject whose bucket is full moves on to another, which takes its next records. */
async function bucketsOf(
  { store, keyring }: { readonly store: KeyStore; readonly keyring: Keyring },
  tenant: TenantId,
  found: readonly { readonly row: SubjectRefRow; readonly records: number }[],
): Promise<Map<string, BucketId>> {
  const buckets = new Map<string, BucketId>();
  const moves: [subject: string, bucket: BucketId][] = [];
  for (const { row, records } of found) {
    const bucket = row.bucket as BucketId;
    if (await keyring.buckets.reserve(tenant, bucket, records)) {
      buckets.set(row.subject, bucket);
    } else {
      const next = await keyring.buckets.withRoom(tenant, records);
      buckets.set(row.subject, next);
      moves.push([row.subject, next]);
    }
  }
  if (moves.length > 0) {
    moves.sort(([a], [b]) => (a < b ? -1 : 1));
    await store.exclusive(async (tx) => {
      for (const [subject, bucket] of moves) {
        await change(tx, subjectRefs, { tenant, subject }, { bucket });
      }
    });
  }
  return buckets;
}

/**
 * Looks up the subjects that the items of a call name: by an app's ref, which may be new, or by an id, which must be
 * known.
 * @param names one for each item
 * @throws `subject_not_found` with `field` naming `items/<n>/subject`
 */
export async function assignSubjects(
  keys: { readonly store: KeyStore; readonly keyring: Keyring },
  tenant: TenantId,
  names: readonly (string | undefined)[],
  random: RandomSource,
  now: Date,
): Promise<Assignment> {
  const counts = new Map<string, number>();
  for (const name of names) if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  const refs = new Map([...counts].filter(([name]) => !isId('subject', name)));
  const { known, fresh } = await proposeSubjects(keys, tenant, refs, random, now);
  const all = new Map(known);
  for (const [id, records] of counts) {
    if (!isId('subject', id)) continue;
    const [[row] = []] = await keys.store.reader.find(refsBySubject, [[tenant, id]]);
    if (row === undefined) {
      throw new VaultError('subject_not_found', { field: 'subject' }).at(`items/${names.indexOf(id)}/`);
    }
    const buckets = await bucketsOf(keys, tenant, [{ row, records }]);
    all.set(id, { subject: id, bucket: buckets.get(id) as BucketId });
  }
  return { known: all, fresh };
}

/**
 * The subject that a caller names by its id or its ref; undefined if by neither. An id is not looked up.
 * @throws `subject_not_found` for a ref that is nobody's
 */
export async function namedSubject(
  reader: Reader<'keys'>,
  keyring: Keyring,
  tenant: TenantId,
  { subject, ref }: { readonly subject?: SubjectId | undefined; readonly ref?: string | undefined },
): Promise<SubjectId | undefined> {
  if (ref === undefined) return subject;
  const [row] = await findByRefs(reader, keyring, tenant, [ref]);
  if (row === undefined) throw new VaultError('subject_not_found', { field: 'ref' });
  return row.subject as SubjectId;
}

/** For each of these subjects the index keys, as `name/version`, under which its refs are kept. */
export async function refKeysOf(
  reader: Reader<'keys'>,
  tenant: TenantId,
  ids: readonly SubjectId[],
): Promise<ReadonlyMap<SubjectId, string[]>> {
  const found = await reader.find(
    refsBySubject,
    ids.map((id) => [tenant, id]),
  );
  return new Map(ids.map((id, i) => [id, (found[i] ?? []).map(({ version }) => `${KEY_NAME}/${version}`)]));
}

/** @returns those of these subjects that have a ref */
export async function subjectsWithRefs(
  reader: Reader<'keys'>,
  tenant: TenantId,
  ids: readonly string[],
): Promise<Set<string>> {
  const where = { tenant, subject: { in: ids } };
  const rows = await select(reader, subjectRefs, { columns: ['subject'], where });
  return new Set(rows.map(({ subject }) => subject));
}

/** Forgets every ref of these subjects. */
export async function forgetRefs(tx: KeyTx, tenant: TenantId, ids: readonly SubjectId[]): Promise<void> {
  await tx.remove(
    subjectRefs,
    ['tenant', 'subject'],
    ids.map((id) => [tenant, id]),
  );
}
