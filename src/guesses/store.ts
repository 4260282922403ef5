/**
 * What has been taken of each budget of guesses, in the record store: durably, and before a guess is answered.
 *
 * A row names a budget by a MAC, so no store has what was guessed at, or how. The row of `EVERYBODY` counts what all
 * principals have taken of theirs, for the alarm.
 */
import type { TenantId } from '../ids.ts';
import { change } from '../storage/queries.ts';
import { lookup, packedColumns, type Row, table } from '../storage/table.ts';
import type { RecordStore, RecordTx } from '../storage/tx.ts';
import { TooManyGuessesError } from './errors.ts';
import { type Allowance, LONGEST_MS } from './limits.ts';

/** `since`: when the window began, or the last guess was taken if each guess begins it anew. */
export const guessBudgets = table(
  'records',
  'guess_budgets',
  { tenant: 'id:tenant', principal: 'id:principal', budget: 'bytes', taken: 'int', since: 'int' },
  ['tenant', 'principal', 'budget'],
);
type BudgetRow = Row<typeof guessBudgets>;
const budgetByKey = lookup(guessBudgets, ['tenant', 'principal', 'budget']);

/** The release before counts attempts at passwords here; it is only emptied now. */
export const verifyAttempts = table(
  'records',
  'verify_attempts',
  { tenant: 'id:tenant', record: 'id:record', failures: 'int', since: 'int' },
  ['tenant', 'record'],
);

/** Stands for all principals, in the place of one. */
const EVERYBODY = '*';

/** Whose budget, and which. */
export interface BudgetKey {
  readonly tenant: TenantId;
  readonly principal: string;
  readonly budget: Buffer;
}

/**
 * Takes guesses from a budget if enough are left; begins a new window if the old one is over.
 * @returns when the window began that they were taken from; undefined: not enough were left, and none were taken
 */
async function take(
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
      .where(packedColumns(guessBudgets, key))
      .andWhere((either) => either.where('taken', '<=', limit - count).orWhere('since', '<=', over))
      .update({
        taken: sql.raw('CASE WHEN since <= ? THEN ? ELSE taken + ? END', [over, count, count]),
        since: untilQuiet ? at : sql.raw('CASE WHEN since <= ? THEN ? ELSE since END', [over, at]),
      }),
  );
  return changed === 0 ? undefined : (await read(tx, key))?.since;
}

/** @returns how many have been taken in the current window, and when it began */
async function read(tx: RecordTx, key: BudgetKey): Promise<BudgetRow | undefined> {
  return (await tx.find(budgetByKey, [[key.tenant, key.principal, key.budget]]))[0]?.[0];
}

export interface Taken {
  readonly count: number;
  /** When the window began that they were taken from. */
  readonly since: number;
}

/** Takes a block, or as much as is needed if no block is left. @throws {TooManyGuessesError} */
export async function takeSome(
  tx: RecordTx,
  key: BudgetKey,
  allowance: Allowance,
  needed: number,
  now: Date,
): Promise<Taken> {
  for (const count of new Set([Math.max(needed, allowance.block), needed])) {
    const since = await take(tx, key, allowance, count, now);
    if (since !== undefined) return { count, since };
  }
  const since = (await read(tx, key))?.since ?? now.getTime();
  const waitMs = since + allowance.windowMs - now.getTime();
  throw new TooManyGuessesError(allowance.kind, needed, Math.max(1, Math.ceil(waitMs / 1000)));
}

/** Counts what all principals together have taken. @returns whether this makes it more than mistakes explain */
export async function isAlarming(
  tx: RecordTx,
  { tenant, budget }: BudgetKey,
  { windowMs, alarmAt }: Allowance,
  count: number,
  now: Date,
): Promise<boolean> {
  if (alarmAt === undefined) return false;
  const key = { tenant, principal: EVERYBODY, budget };
  await take(tx, key, { windowMs, limit: Number.MAX_SAFE_INTEGER }, count, now);
  const taken = (await read(tx, key))?.taken ?? 0;
  return taken >= alarmAt && taken - count < alarmAt;
}

/** Gives back what was taken of a budget and not spent, if its window still runs. */
export async function giveBack(tx: RecordTx, key: BudgetKey, since: number, count: number): Promise<void> {
  await change(tx, guessBudgets, { ...key, since, taken: { '>=': count } }, { taken: { plus: -count } });
}

/** Forgets what was taken of a budget, and the last one taken of everybody's: that guess was right. */
export async function forget(tx: RecordTx, { tenant, principal, budget }: BudgetKey): Promise<void> {
  const left = { tenant, principal: EVERYBODY, budget, taken: { '>': 0 } };
  await change(tx, guessBudgets, left, { taken: { plus: -1 } });
  await tx.remove(guessBudgets, ['tenant', 'principal', 'budget'], [[tenant, principal, budget]]);
}

/** Forgets budgets of which every window is over, at most `limit`. @returns how many */
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
        // Asked again: a budget whose window began anew meanwhile still counts.
        .andWhere('since', '<=', over)
        .delete(),
    ),
  );
}
