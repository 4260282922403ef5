/**
 * Subjects: the people the data is about. A subject's row in the record store says that it exists and whether it was
 * erased. An app names a subject by a ref of its own (`refs.ts`).
 */
import { VaultError } from '../errors.ts';
import { createdAt, type SubjectId, type TenantId } from '../ids.ts';
import { change, select } from '../storage/queries.ts';
import { LeftError, type PartTx } from '../storage/side-by-side.ts';
import { lookup, type Row, table } from '../storage/table.ts';
import type { Reader, RecordTx } from '../storage/tx.ts';

export const subjects = table(
  'records',
  'subjects',
  { tenant: 'id:tenant', subject: 'id:subject', created_at: 'int', erased_at: 'int?' },
  ['tenant', 'subject'],
);
export type SubjectRow = Row<typeof subjects>;
const subjectById = lookup(subjects, ['tenant', 'subject']);
const subjectByIdShared = lookup(subjects, ['tenant', 'subject'], { share: true });

/**
 * Makes sure that the subjects exist, and holds them against an erasure until the transaction ends.
 * @throws `subject_erased` if one was erased meanwhile; its ref leads to a new subject on the next try
 */
export async function holdSubjects(
  tx: RecordTx,
  tenant: TenantId,
  ids: readonly SubjectId[],
  now: Date,
): Promise<void> {
  if (ids.length === 0) return;
  const rowOf = (subject: SubjectId) => ({ tenant, subject, created_at: now.getTime(), erased_at: null });
  // Those that were made at this moment are hardly there yet; a look for them would find nothing.
  const [fresh, older] = [ids.filter((id) => isOf(id, now)), ids.filter((id) => !isOf(id, now))];
  const [made, found] = await Promise.all([
    tx.insertOrGet(subjects, fresh.map(rowOf)),
    tx.find(
      subjectByIdShared,
      older.map((id) => [tenant, id]),
    ),
  ]);
  const missing = older.filter((_, i) => found[i]?.[0] === undefined);
  const standing = [...made, ...found.flat(), ...(await tx.insertOrGet(subjects, missing.map(rowOf)))];
  if (standing.some((row) => row.erased_at !== null)) throw new VaultError('subject_erased');
}

function isOf(id: SubjectId, moment: Date): boolean {
  return createdAt(id).getTime() === moment.getTime();
}

/** @throws `subject_not_found` naming the field, if there is one. @throws `subject_erased` */
export async function liveSubject(
  reader: Reader<'records'>,
  tenant: TenantId,
  id: SubjectId,
  field?: string,
): Promise<SubjectRow> {
  const [[row] = []] = await reader.find(subjectById, [[tenant, id]]);
  if (row === undefined) throw new VaultError('subject_not_found', { field });
  if (row.erased_at !== null) throw new VaultError('subject_erased');
  return row;
}

/** Whether a subject was erased, or its row is gone. */
export async function isErasedSubject(reader: Reader<'records'>, tenant: TenantId, id: SubjectId): Promise<boolean> {
  const [[row] = []] = await reader.find(subjectById, [[tenant, id]]);
  return row === undefined || row.erased_at !== null;
}

/** Marks the subject as erased: from the commit on it takes no more records. @returns whether it was alive */
export async function markErased(tx: RecordTx, tenant: TenantId, id: SubjectId, at: Date): Promise<boolean> {
  const alive = { tenant, subject: id, erased_at: null };
  return (await change(tx, subjects, alive, { erased_at: at.getTime() })) === 1;
}

/**
 * As `markErased`, but waits for nobody.
 * @returns what writes the mark, once the work has read all it needs. The subject is held from here on
 * @throws {LeftError} unless it is there, alive and free
 */
export async function holdLive(
  part: PartTx<'records'>,
  tenant: TenantId,
  id: SubjectId,
  at: Date,
): Promise<() => Promise<void>> {
  part.claim([id]);
  const [row] = await part.together(holdLive, [id], async (tx, all) => {
    const where = { tenant, subject: { in: all }, erased_at: null };
    const rows = await select(tx, subjects, { where, orderBy: ['subject'], lock: 'skip' });
    const held = new Map(rows.map((one) => [one.subject, one]));
    return all.map((one) => held.get(one));
  });
  if (row === undefined) throw new LeftError();
  return () => part.update(subjects, ['erased_at'], [{ ...row, erased_at: at.getTime() }]);
}
