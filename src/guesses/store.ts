/**
 * What has been taken of each budget of guesses, in the record store: durably, and before a guess is answered.
 *
 * A row names a budget by a MAC: what was guessed at, and how, is in no store. The row of `EVERYBODY` counts what all
 * principals have taken of theirs, for the alarm.
 */
import type { TenantId } from '../ids.ts';
import { change } from '../storage/queries.ts';
import { lookup, type Row, table } from '../storage/table.ts';
import type { RecordStore, RecordTx } from '../storage/tx.ts';
import { type Allowance, LONGEST_MS } from './limits.ts';

/** `since`: when the window began, or the last guess was taken where that begins it anew. */
export const guessBudgets = table(
  'records',
  'guess_budgets',
  { tenant: 'text', principal: 'text', budget: 'bytes', taken: 'int', since: 'int' },
  ['tenant', 'principal', 'budget'],
);
type BudgetRow = Row<typeof guessBudgets>;
const budgetByKey = lookup(guessBudgets, ['tenant', 'principal', 'budget']);

/** Where the release before counts attempts at passwords, beside this one; only emptied here. */
export const verifyAttempts = table(
  'records',
  'verify_attempts',
  { tenant: 'text', record: 'text', failures: 'int', since: 'int' },
  ['tenant', 'record'],
);

/** In the place of a principal: all of them. */
export const EVERYBODY = '*';

/** Whose budget, and which. */
export interface BudgetKey {
  readonly tenant: TenantId;
  readonly principal: string;
  readonly budget: Buffer;
}

/**
 * Takes guesses from a budget, where so many are left; begins a new window where the old one is over.
 * @returns when the window began that they were taken from; undefined: so many are not left, and none were taken
 */
export async function take(
  tx: RecordTx,
  key: BudgetKey,
  { limit, windowMs, untilQuiet }: Pick<Allowance, 'limit' | 'windowMs' | 'untilQuiet'>,
  count: number,
  now: Date,
): Promise<number | undefined> {
  if (count > limit) return undefined;
  const at = now.getTime();
  const over = at - windowMs;
  await tx.insertOrGet(guessBudgets, [{ ...key, taken: 0, since: at }]);
  const changed = await tx.execute((sql) =>
    sql(guessBudgets.name)
      .where({ ...key })
      .andWhere((either) => either.where('taken', '<=', limit - count).orWhere('since', '<=', over))
      .update({
        taken: sql.raw('CASE WHEN since <= ? THEN ? ELSE taken + ? END', [over, count, count]),
        since: untilQuiet ? at : sql.raw('CASE WHEN since <= ? THEN ? ELSE since END', [over, at]),
      }),
  );
  return changed === 0 ? undefined : (await read(tx, key))?.since;
}

/** @returns how many have been taken in the window that runs, and when it began */
export async function read(tx: RecordTx, key: BudgetKey): Promise<BudgetRow | undefined> {
  return (await tx.find(budgetByKey, [[key.tenant, key.principal, key.budget]]))[0]?.[0];
}

/** Gives back what was taken of a budget and not spent, if its window still runs. */
export async function giveBack(tx: RecordTx, key: BudgetKey, since: number, count: number): Promise<void> {
  await change(tx, guessBudgets, { ...key, since, taken: { '>=': count } }, { taken: { plus: -count } });
}

/** Forgets what was taken of a budget; of everybody's, the last: it was right. */
export async function forget(tx: RecordTx, { tenant, principal, budget }: BudgetKey): Promise<void> {
  const left = { tenant, principal: EVERYBODY, budget, taken: { '>': 0 } };
  await change(tx, guessBudgets, left, { taken: { plus: -1 } });
  await tx.remove(guessBudgets, ['tenant', 'principal', 'budget'], [[tenant, principal, budget]]);
}

/** Forgets budgets whose every window is over, at most `limit` of them. @returns how many */
export async function forgetOldGuesses(store: RecordStore, now: Date, limit: number): Promise<number> {
  const over = now.getTime() - LONGEST_MS;
  return store.exclusive((tx) =>
    tx.execute((sql) =>
      sql(guessBudgets.name)
        .whereIn(
          guessBudgets.primaryKey,
          sql(guessBudgets.name)
            .select(guessBudgets.primaryKey)
            .where('since', '<=', over)
            .orderBy('since')
            .limit(limit),
        )
        // Said again: one whose window began anew meanwhile still counts.
        .andWhere('since', '<=', over)
        .delete(),
    ),
  );
}
