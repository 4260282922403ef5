/**
 * Turns the items of a batch into tokens, with as many calls as its refused rows need.
 *
 * Guarantees: a row's items go together in one call, or not at all. The calls and their idempotency keys depend only on
 * the rows and on the vault's refusals, and a key names exactly one list of rows. A repeated batch gets the same tokens
 * and stores nothing twice, as long as the vault remembers the keys and refuses the same rows.
 *
 * A refusal names up to 100 items. Their rows are refused, and the rows after the last of them are tried next. The rows
 * before it, which the vault found sound, wait and go together at the end. So a batch with n refused items costs about
 * n / 100 + 2 calls.
 *
 * If tokens are brought along, or the map states a purpose, so that values may be ones of which there are no two, a
 * refused call is halved instead, until a row is alone. The rows that the vault refuses then depend on what it has
 * stored: after a crash, in a call that it had refused because of another row, it finds that the import's own tokens or
 * values are taken. The halves, and so their keys, are the same whichever rows it names.
 */
import { VaultError } from '../errors.ts';
import type { Entry } from './batch.ts';
import { sha256 } from './checkpoint.ts';
import type { Fault } from './errors.ts';
import { type Item, inputPlace, type Known } from './items.ts';

export interface Tokenizer {
  /**
   * Stores all items or none: one refused item refuses the call.
   * @returns a token for each item; the same items under the same key get the same tokens
   * @throws an error with `kind` and `code`, like a VaultError; its `field` names `items/<n>/…` if an item is at fault
   */
  tokenize(items: readonly Item[], idempotencyKey: string): Promise<readonly { readonly token: string }[]>;
}

/** What tells errors apart, also errors that came over HTTP. */
export interface Refusal {
  readonly kind?: string;
  readonly code?: string;
  readonly field?: string;
  readonly message: string;
  /** All that is wrong, if more is listed than the first. */
  readonly errors?: readonly { readonly field?: string; readonly code: string; readonly detail: string }[];
  /** After how long the same call may pass, if that is known. */
  readonly retryAfterSeconds?: number | undefined;
}

/** The tokens of a row, one for each field of the map that has a value; or why the row was refused. */
export type Outcome = { readonly tokens: readonly (string | undefined)[] } | { readonly fault: Fault };

/** These are the same for every item of a field. */
const OF_THE_MAP: ReadonlySet<string> = new Set(['type', 'label', 'audience', 'reuse']);
const ITEM = /^items\/(\d+)(?:\/(.*))?$/;

/** @throws `invalid_map` for a fault that every row would have; @throws any error that is not a row's fault */
export async function tokenizeBatch(
  entries: readonly Entry[],
  known: Known,
  importId: string,
  tokenize: Tokenizer['tokenize'],
): Promise<Map<Entry, Outcome>> {
  const outcomes = new Map<Entry, Outcome>();
  for (const entry of entries) {
    if (entry.fault) outcomes.set(entry, { fault: entry.fault });
    else if (entry.shaped.items.length === 0) outcomes.set(entry, { tokens: [] });
  }

  const { purpose, fields } = known.map;
  // A type is unique to who states a purpose alone: without one, no value of it is stored.
  const halves = purpose !== undefined || fields.some(({ token }) => token !== undefined);
  const work = [entries.filter(({ shaped }) => shaped.items.length > 0)];
  for (let rows = work.pop(); rows; rows = work.pop()) {
    const sound: Entry[] = [];
    for (let rest = rows; rest.length > 0; ) {
      try {
        const items = rest.flatMap(({ shaped }) => shaped.items);
        deal(rest, await tokenize(items, await keyOf(importId, rest)), outcomes);
        rest = [];
      } catch (error) {
        const refusal = error as Refusal;
        const named = faultyRows(rest, refusal, known);
        if (rest.length > 1 && (named.size > 0 ? halves : refusal.kind === 'too_large')) {
          const middle = Math.ceil(rest.length / 2);
          work.push(rest.slice(middle), rest.slice(0, middle));
          rest = [];
        } else {
          const faulty = named.size > 0 ? named : onlyRow(rest, refusal);
          for (const [index, fault] of faulty) outcomes.set(rest[index] as Entry, { fault });
          const next = Math.max(...faulty.keys()) + 1;
          sound.push(...rest.slice(0, next).filter((_, index) => !faulty.has(index)));
          rest = rest.slice(next);
        }
      }
    }
    if (sound.length > 0) work.push(sound);
  }
  return outcomes;
}

/** Hands the tokens to their rows. */
function deal(rows: readonly Entry[], results: readonly { token: string }[], outcomes: Map<Entry, Outcome>): void {
  let next = 0;
  for (const row of rows) {
    const tokens: string[] = [];
    for (const { field } of row.shaped.origins) {
      const token = results[next++]?.token;
      if (typeof token !== 'string') throw new Error('The vault answered with fewer tokens than there were items.');
      tokens[field] = token;
    }
    outcomes.set(row, { tokens });
  }
  if (next !== results.length) throw new Error('The vault answered with more tokens than there were items.');
}

/** @returns which rows are at fault, and all that is wrong with each; none if no row is */
function faultyRows(rows: readonly Entry[], refusal: Refusal, known: Known): Map<number, Fault> {
  const { field = '', code = 'refused', message, errors = [] } = refusal;
  const listed = errors.length > 0 ? errors : [{ field, code, detail: message }];
  const rowOf = rows.flatMap(({ shaped }, i) => shaped.origins.map((origin) => ({ i, origin })));
  const faulty = new Map<number, Fault>();
  for (const { field = '', code, detail } of listed) {
    const [, item, path = ''] = ITEM.exec(field) ?? [];
    const at = item === undefined ? undefined : rowOf[Number(item)];
    if (at === undefined) continue;
    if (OF_THE_MAP.has(path)) {
      throw new VaultError('invalid_map', `The map needs mending. fields/${at.origin.field}/${path}: ${detail}`, {
        cause: refusal,
      });
    }
    const fault = { field: inputPlace(known, at.origin, path), code, reason: detail };
    const first = faulty.get(at.i);
    faulty.set(at.i, first === undefined ? fault : { ...first, also: [...(first.also ?? []), fault] });
  }
  return faulty;
}

/** If a call with only one row is too large, it is that row's fault. Any other refusal is no row's fault. */
function onlyRow(rows: readonly Entry[], refusal: Refusal): Map<number, Fault> {
  if (refusal.kind !== 'too_large' || rows.length > 1) throw refusal;
  return new Map([[0, { field: undefined, code: refusal.code ?? 'too_large', reason: refusal.message }]]);
}

async function keyOf(importId: string, rows: readonly Entry[]): Promise<string> {
  const places = rows.map(({ row }) => `${row.offset}-${row.end}`).join();
  return `import-${importId}-${(await sha256(places)).slice(0, 32)}`;
}
