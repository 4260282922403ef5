/** Records in the record store: what a value is, whose it is, and its sealed bytes. */
import type { RecordId, SubjectId, TenantId } from '../ids.ts';
import { change, first, select } from '../storage/queries.ts';
import { LeftError, type PartTx } from '../storage/side-by-side.ts';
import { lookup, type Row, table } from '../storage/table.ts';
import type { Reader, RecordTx } from '../storage/tx.ts';

export const records = table(
  'records',
  'records',
  {
    tenant: 'id:tenant',
    record: 'id:record',
    subject: 'id:subject?',
    type: 'word',
    type_version: 'small',
    generation: 'small',
    version: 'small',
    label: 'text?',
    sealed: 'bytes',
    created_at: 'int',
    updated_at: 'int',
  },
  ['tenant', 'record'],
);
export type RecordRow = Row<typeof records>;
const recordById = lookup(records, ['tenant', 'record']);
/** How many records works side by side look through together. */
const FEW = 500;

export async function insertRecords(tx: RecordTx, rows: readonly RecordRow[]): Promise<void> {
  await tx.insert(records, rows);
}

/** @returns for each id its row, or undefined */
export async function findRecords(
  reader: Reader<'records'>,
  tenant: TenantId,
  ids: readonly RecordId[],
): Promise<(RecordRow | undefined)[]> {
  const found = await reader.find(
    recordById,
    ids.map((id) => [tenant, id]),
  );
  return found.map(([row]) => row);
}

/** The current keys of those records that are there; holds them against a correction until the transaction ends. */
export async function lockRecords(
  tx: RecordTx,
  tenant: TenantId,
  ids: readonly RecordId[],
): Promise<{ readonly record: RecordId; readonly generation: number }[]> {
  const rows = await select(tx, records, {
    columns: ['record', 'generation'],
    where: { tenant, record: { in: ids } },
    orderBy: ['record'],
    lock: 'wait',
  });
  return rows.map(({ record, generation }) => ({ record: record as RecordId, generation }));
}

/** Whom these records are about: each subject once, and null for each record that is about nobody the vault knows. */
export async function subjectsOf(
  reader: Reader<'records'>,
  tenant: TenantId,
  ids: readonly RecordId[],
): Promise<(SubjectId | null)[]> {
  const where = { tenant, record: { in: ids } };
  const rows = await select(reader, records, { columns: ['record', 'subject'], where });
  const all = rows.map(({ subject }) => subject as SubjectId | null);
  return [...new Set(all.filter((subject) => subject !== null)), ...all.filter((subject) => subject === null)];
}

/** As `lockRecords`, but waits for nobody. @throws {LeftError} where one is not there, or somebody else holds it */
export async function holdRecords(
  part: PartTx<'records'>,
  tenant: TenantId,
  ids: readonly RecordId[],
): Promise<{ readonly record: RecordId; readonly generation: number }[]> {
  part.claim(ids);
  const found = await part.together(holdRecords, ids, async (tx, all) => {
    const rows = await select(tx, records, {
      columns: ['record', 'generation'],
      where: { tenant, record: { in: all } },
      orderBy: ['record'],
      lock: 'skip',
    });
    const held = new Map(rows.map(({ record, generation }) => [record, generation]));
    return all.map((record) => ({ record, generation: held.get(record) }));
  });
  return found.map(({ record, generation }) => {
    if (generation === undefined) throw new LeftError();
    return { record, generation };
  });
}

/**
 * The records of a subject, for works side by side.
 * @throws {LeftError} where it has too many for that, or one beside it has
 */
export async function fewOfSubject(
  part: PartTx<'records'>,
  tenant: TenantId,
  subject: SubjectId,
): Promise<readonly RecordId[]> {
  const [found] = await part.together(fewOfSubject, [subject], async (tx, all) => {
    const rows = await select(tx, records, {
      columns: ['subject', 'record'],
      where: { tenant, subject: { in: all } },
      limit: FEW,
    });
    const bySubject = Map.groupBy(rows, (row) => row.subject);
    const isAll = rows.length < FEW;
    return all.map((id) => (isAll ? (bySubject.get(id) ?? []).map(({ record }) => record as RecordId) : undefined));
  });
  if (found === undefined) throw new LeftError();
  return found.sort();
}

/** A page of a subject's records in the order they were made, after `after` (exclusive). No sealed bytes. */
export async function pageOfSubject(
  reader: Reader<'records'>,
  tenant: TenantId,
  subject: SubjectId,
  page: { readonly after: RecordId | undefined; readonly limit: number },
): Promise<Omit<RecordRow, 'sealed'>[]> {
  return select(reader, records, {
    columns: [
      ...(['tenant', 'record', 'subject', 'type', 'type_version', 'generation', 'version', 'label'] as const),
      ...(['created_at', 'updated_at'] as const),
    ],
    where: { tenant, subject },
    orderBy: ['record'],
    after: page.after && { record: page.after },
    limit: page.limit,
  });
}

/** The tenant's earliest record. */
export async function firstRecord(reader: Reader<'records'>, tenant: TenantId): Promise<RecordId | undefined> {
  return endOf(reader, tenant, false);
}

/** The tenant's latest record. */
export async function lastRecord(reader: Reader<'records'>, tenant: TenantId): Promise<RecordId | undefined> {
  return endOf(reader, tenant, true);
}

async function endOf(reader: Reader<'records'>, tenant: TenantId, descending: boolean): Promise<RecordId | undefined> {
  const row = await first(reader, records, { columns: ['record'], where: { tenant }, orderBy: ['record'], descending });
  return row?.record as RecordId | undefined;
}

/** The tenant's records from this one on (inclusive), in the order they were made. */
export async function recordsFrom(
  reader: Reader<'records'>,
  tenant: TenantId,
  from: string,
  limit: number,
): Promise<RecordId[]> {
  const where = { tenant, record: { '>=': from } };
  const rows = await select(reader, records, { columns: ['record'], where, orderBy: ['record'], limit });
  return rows.map(({ record }) => record as RecordId);
}

/** How many records of one data type a search looks at for one person. */
const MAX_OF_TYPE = 100;
const recordsOfType = lookup(records, ['tenant', 'subject', 'type'], { orderBy: ['record'], limit: MAX_OF_TYPE });

/** The first records of one data type of each of these subjects. */
export async function recordsOfSubjects(
  reader: Reader<'records'>,
  tenant: TenantId,
  subjects: readonly SubjectId[],
  type: string,
): Promise<RecordRow[]> {
  const found = await reader.find(
    recordsOfType,
    subjects.map((subject) => [tenant, subject, type]),
  );
  return found.flat();
}

export async function removeRecords(tx: RecordTx, tenant: TenantId, ids: readonly RecordId[]): Promise<void> {
  await tx.remove(
    records,
    ['tenant', 'record'],
    ids.map((id) => [tenant, id]),
  );
}

/** Removes those that nobody holds, and waits for nobody. @returns those that are held */
export async function removeFreeRecords(
  tx: RecordTx,
  tenant: TenantId,
  ids: readonly RecordId[],
): Promise<Set<RecordId>> {
  if (ids.length === 0) return new Set();
  const where = { tenant, record: { in: ids } };
  const rows = await select(tx, records, { columns: ['record'], where, orderBy: ['record'], lock: 'skip' });
  const free = rows.map(({ record }) => record as RecordId);
  await removeRecords(tx, tenant, free);
  if (free.length === ids.length) return new Set();
  const standing = await findRecords(tx, tenant, ids);
  return new Set(ids.filter((_, i) => standing[i] !== undefined));
}

/** Puts a new sealed value in a record's place. @returns whether the record was still at the version expected */
export async function replaceSealed(tx: RecordTx, from: RecordRow, to: RecordRow): Promise<boolean> {
  const { sealed, generation, version, type_version, updated_at } = to;
  const where = { tenant: from.tenant, record: from.record, version: from.version, generation: from.generation };
  const changed = await change(tx, records, where, { sealed, generation, version, type_version, updated_at });
  return changed === 1;
}
