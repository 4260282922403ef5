/**
 * Failed attempts to verify a value, counted per record in the record store: exact across nodes and restarts, unlike a
 * counter in memory, and the cost of a row is little beside that of a verifier.
 *
 * Guarantees: an attempt is counted before it is made, so that no number of calls at once gets past the limit; wherever
 * a quarter of an hour begins, no more than `MAX_ATTEMPTS` fall into it, for only a quarter of an hour without any makes
 * the count begin anew.
 */
import { VaultError } from '../errors.ts';
import type { RecordId, TenantId } from '../ids.ts';
import { table } from '../storage/table.ts';
import type { RecordStore, RecordTx } from '../storage/tx.ts';

/** Attempts at one record before it has to wait. NIST SP 800-63B-4, 3.2.2, allows a hundred in a row at most. */
export const MAX_ATTEMPTS = 10;
/** How long failed attempts count, from the first of them; then they are forgotten. */
export const COUNTED_MS = 15 * 60 * 1000;

/** `since`: when the last of them was counted. */
export const verifyAttempts = table(
  'records',
  'verify_attempts',
  { tenant: 'text', record: 'text', failures: 'int', since: 'int' },
  ['tenant', 'record'],
);

/** The value was guessed at too often of late. Nothing has been verified. */
export class TooManyAttemptsError extends VaultError {
  readonly kind = 'too_many';
  readonly code = 'too_many_attempts';

  constructor() {
    super('Too many failed attempts. Try again in 15 minutes.');
  }
}

/** Counts an attempt, durably. @throws {TooManyAttemptsError} */
export async function countAttempt(store: RecordStore, tenant: TenantId, record: RecordId, now: Date): Promise<void> {
  const at = now.getTime();
  const over = at - COUNTED_MS;
  const counted = await store.exclusive(async (tx) => {
    await tx.insertOrGet(verifyAttempts, [{ tenant, record, failures: 0, since: at }]);
    return tx.execute((sql) =>
      sql('verify_attempts')
        .where({ tenant, record })
        .andWhere((either) => either.where('failures', '<', MAX_ATTEMPTS).orWhere('since', '<=', over))
        .update({
          failures: sql.raw('CASE WHEN since <= ? THEN 1 ELSE failures + 1 END', [over]),
          since: at,
        }),
    );
  });
  if (counted === 0) throw new TooManyAttemptsError();
}

/** Takes back an attempt that was counted and then not made. */
export async function uncountAttempt(store: RecordStore, tenant: TenantId, record: RecordId): Promise<void> {
  await store.exclusive((tx) =>
    tx.execute((sql) =>
      sql('verify_attempts').where({ tenant, record }).andWhere('failures', '>', 0).decrement('failures', 1),
    ),
  );
}

/** Forgets the attempts at a record: the last one was right. */
export async function forgetAttempts(tx: RecordTx, tenant: TenantId, record: RecordId): Promise<void> {
  await tx.remove(verifyAttempts, ['tenant', 'record'], [[tenant, record]]);
}

/** Forgets attempts that count no more, at most `limit` of them. @returns how many */
export async function forgetOldAttempts(store: RecordStore, now: Date, limit: number): Promise<number> {
  const over = now.getTime() - COUNTED_MS;
  return store.exclusive((tx) =>
    tx.execute((sql) =>
      sql('verify_attempts')
        .whereIn(
          ['tenant', 'record'],
          sql('verify_attempts').select('tenant', 'record').where('since', '<=', over).orderBy('since').limit(limit),
        )
        // Said again: one whose time began anew meanwhile still counts.
        .andWhere('since', '<=', over)
        .delete(),
    ),
  );
}
