/**
 * Why a grant was ordered: its reason and its ticket, sealed under a record key of each of its people, in a record of
 * theirs. So an erasure of the person destroys it like everything else of theirs, and its certificate counts it.
 *
 * Guarantees: a note has no token, is in no index, and is named to no caller as a record (`records/notes.ts`).
 */
import type { RandomSource } from '../crypto/random.ts';
import { VaultError } from '../errors.ts';
import { type BucketId, newId, type RecordId, type SubjectId, type TenantId } from '../ids.ts';
import type { Keyring } from '../keyring/keyring.ts';
import { NOTE_TYPE } from '../records/notes.ts';
import { openEach, type Sources } from '../records/open-records.ts';
import { sealValue } from '../records/sealing.ts';
import { findRecords, type RecordRow } from '../records/store.ts';
import { secrets } from '../secret.ts';
import type { KeyStore } from '../storage/tx.ts';
import { assignSubjects, settleSubjects } from '../subjects/assignment.ts';

const FIRST = 1;
/** No index row goes with them. */
const NOT_INDEXED = Number.POSITIVE_INFINITY;

export interface Note {
  readonly reason: string;
  readonly ticket: string;
}

export interface NoteParts {
  readonly keyStore: KeyStore;
  readonly keyring: Keyring;
  readonly random: RandomSource;
}

/**
 * Makes the keys, in a commit of their own (S1), and seals the note for each of these people.
 * @returns the records, in the order of the subjects; the caller stores them with the grant @throws `subject_not_found`
 */
export async function sealNotes(
  { keyStore, keyring, random }: NoteParts,
  tenant: TenantId,
  subjects: readonly SubjectId[],
  note: Note,
  now: Date,
): Promise<RecordRow[]> {
  const proposal = await assignSubjects({ store: keyStore, keyring }, tenant, subjects, random, now);
  const records = subjects.map(() => newId('record', random, now));
  using keys = secrets<Buffer>([]);
  await keyStore.shared(async (tx) => {
    const assigned = await settleSubjects(tx, proposal);
    const places = subjects.map((subject, i) => ({
      ...{ record: records[i] as RecordId, generation: FIRST },
      bucket: assigned.get(subject)?.bucket as BucketId,
    }));
    keys.push(...(await keyring.records.create(tx, tenant, places, NOT_INDEXED)));
  });
  // Of a work that ran twice, the last keys are those that are kept.
  const kept = keys.slice(-subjects.length);
  return subjects.map((subject, i) => {
    const place = {
      ...{ tenant, record: records[i] as RecordId, subject, type: NOTE_TYPE },
      ...{ type_version: FIRST, generation: FIRST, version: FIRST },
    };
    const sealed = sealValue(place, { ...note }, kept[i] as Buffer, random);
    return { ...place, label: null, sealed, created_at: now.getTime(), updated_at: now.getTime() };
  });
}

/**
 * What is left of a grant's note: each of its people has the same, and it is read of the first who has not been erased.
 * @returns undefined where nobody is left @throws {IntegrityError} naming the record
 */
export async function readNote(
  from: Sources,
  tenant: TenantId,
  records: readonly (string | null)[],
): Promise<Note | undefined> {
  const ids = records.filter((id) => id !== null) as RecordId[];
  const rows = (await findRecords(from.records, tenant, ids)).filter((row) => row?.type === NOTE_TYPE);
  for (const row of rows as RecordRow[]) {
    const [opened] = await openEach(from, tenant, [row]);
    if (opened === undefined) continue;
    if (opened instanceof VaultError) {
      if (opened.code === 'integrity_failure') throw opened;
      continue;
    }
    try {
      return opened.value.expose() as unknown as Note;
    } finally {
      opened.value.wipe();
    }
  }
  return undefined;
}
