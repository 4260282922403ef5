/**
 * Refs: the names that apps give to subjects, which are themselves personal data. A ref is kept only as a MAC, in the
 * key store: the vault recognises a ref that it is shown, and can tell nobody a ref that it was not shown.
 */
import { equalBytes } from '../crypto/mac.ts';
import { IntegrityError, VaultError } from '../errors.ts';
import { isId, type SubjectId, type TenantId } from '../ids.ts';
import type { IndexKey } from '../keyring/indexes/index-keys.ts';
import type { Keyring } from '../keyring/keyring.ts';
import { select } from '../storage/queries.ts';
import { lookup, type Row, table } from '../storage/table.ts';
import type { KeyTx, Reader } from '../storage/tx.ts';

const KEY_NAME = '@subject-ref';
const MAC_BYTES = 16;

export const subjectRefs = table(
  'keys',
  'subject_refs',
  {
    tenant: 'id:tenant',
    version: 'small',
    mac: 'bytes',
    subject: 'id:subject',
    bucket: 'id:bucket',
    tag: 'bytes',
    created_at: 'int',
  },
  ['tenant', 'version', 'mac'],
);
export type SubjectRefRow = Row<typeof subjectRefs>;
const refByMac = lookup(subjectRefs, ['tenant', 'version', 'mac']);
export const refsBySubject = lookup(subjectRefs, ['tenant', 'subject']);

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

/** The row of a ref that is seen for the first time. */
export async function newRefRow(
  keyring: Keyring,
  tenant: TenantId,
  ref: string,
  of: Pick<SubjectRefRow, 'subject' | 'bucket' | 'created_at'>,
): Promise<SubjectRefRow> {
  const key = await keyring.indexes.current(tenant, KEY_NAME);
  const row = { tenant, version: key.version, mac: refMac(key, tenant, ref), ...of };
  return { ...row, tag: refTag(key, row) };
}

/** Binds a ref to its subject: a row edited in the database must not turn one person's erasure on another. */
function refTag(key: IndexKey, row: Omit<SubjectRefRow, 'tag'>): Buffer {
  return key.mac('lethe/subject-ref-tag/1', MAC_BYTES, row.tenant, row.mac, row.subject);
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
