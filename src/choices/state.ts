/**
 * What a person has said, as it stands: in the subject's own row, so that one keyed read both tells it and holds it
 * against a change until the look is committed.
 *
 * Guarantees: a MAC under the tenant's key binds the state to its subject. An altered state opens nothing: it is an
 * `IntegrityError` in the place of that person. Of two that meet, a look and a no, one waits for the other.
 * Does not: notice a state that was put back to an older one of its own, or removed. Then consent is missing again, and
 * an objection is forgotten.
 */
import { ALL, type PersonState, SILENT } from '../access/ground.ts';
import { equalBytes } from '../crypto/mac.ts';
import { IntegrityError } from '../errors.ts';
import type { SubjectId, TenantId } from '../ids.ts';
import type { IndexKey, IndexKeys } from '../keyring/indexes/index-keys.ts';
import type { RecordTx } from '../storage/tx.ts';
import { holdAlone, holdWhatTheySaid, type SubjectRow, writeWhatTheySaid } from '../subjects/subjects.ts';

const KEY_NAME = '@choices';
const MAC_BYTES = 16;

/** The key under which a tenant's choices are bound. It stays as it is. Read before the transaction begins. */
export function choiceKey(indexes: IndexKeys, tenant: TenantId): Promise<IndexKey> {
  return indexes.current(tenant, KEY_NAME);
}

/**
 * What each of these people has said, held until the transaction ends.
 * @returns an error in the place of a person whose row was altered; undefined for one who is not there, or was erased
 */
export async function statesOf(
  tx: RecordTx,
  key: IndexKey,
  tenant: TenantId,
  ids: readonly string[],
): Promise<(PersonState | IntegrityError | undefined)[]> {
  const rows = await holdWhatTheySaid(tx, tenant, ids);
  // Equal states are one object, so that whoever decides on them does so once.
  const known = new Map<string, PersonState>();
  return rows.map((row) => {
    if (row === undefined || row.erased_at !== null) return undefined;
    const state = readState(key, row);
    if (state instanceof IntegrityError || row.choices === null) return state;
    const first = known.get(row.choices) ?? state;
    known.set(row.choices, first);
    return first;
  });
}

export function readState(key: IndexKey, row: SubjectRow): PersonState | IntegrityError {
  if (row.choices === null) return SILENT;
  const { choices_tag: tag } = row;
  if (tag === null || !equalBytes(tagOf(key, row, row.choices), tag)) return new IntegrityError();
  return JSON.parse(row.choices) as PersonState;
}

/**
 * Changes what a person has said. Only in an exclusive transaction.
 * @throws `subject_not_found`, `subject_erased` @throws {IntegrityError}
 */
export async function changeState(
  tx: RecordTx,
  key: IndexKey,
  { tenant, subject }: { readonly tenant: TenantId; readonly subject: SubjectId },
  to: (before: PersonState) => PersonState,
): Promise<void> {
  const row = await holdAlone(tx, tenant, subject);
  const before = readState(key, row);
  if (before instanceof IntegrityError) throw before;
  const text = JSON.stringify(to(before));
  await writeWhatTheySaid(tx, row, { choices: text, choices_tag: tagOf(key, row, text) });
}

/** What stands of all types, and of each that is named; for people to read. */
export function wordsFor({ said }: PersonState, purpose: string) {
  const words = Object.hasOwn(said, purpose) ? (said[purpose] ?? {}) : {};
  const { [ALL]: all, ...types } = words;
  return { all, types };
}

function tagOf(key: IndexKey, { tenant, subject }: Pick<SubjectRow, 'tenant' | 'subject'>, text: string): Buffer {
  return key.mac('lethe/person-state/1', MAC_BYTES, tenant, subject, text);
}
