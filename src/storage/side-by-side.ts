/**
 * Runs several works side by side in one exclusive transaction: equal lookups become one statement, and what the works
 * write is collected and sent as one statement a table.
 *
 * Guarantees: writes are sent only when every work has ended, so a work that throws leaves nothing behind and harms
 * none of the others. A work sees nothing that its neighbours write; `claim` keeps two from changing the same thing. No
 * work waits for a row that somebody holds if it takes its locks with `skip` and leaves where it does not get one
 * (`LeftError`); for a unique key that somebody is just writing, all wait.
 * Does not: outlive a statement that fails. Then all fail, and each must be run again. Does not keep tenants apart: a
 * question is asked as its first asker would, so the works of one call are of one tenant.
 */
import { StatementError } from './errors.ts';
import { Merger } from './postgres/merger.ts';
import type { Lookup, Row, StoreName, Table } from './table.ts';
import type { Tx } from './tx.ts';

/** A work would have to wait for somebody, so it must be run by itself. Nothing of it is kept. */
export class LeftError extends Error {}

/**
 * @returns how each work ended; what succeeded is written
 * @throws what failed a statement, which concerns all of them
 */
export async function sideBySide<S extends StoreName, R>(
  tx: Tx<S>,
  works: readonly ((part: PartTx<S>) => Promise<R>)[],
): Promise<PromiseSettledResult<R>[]> {
  const shared = new Shared<S>(tx);
  const parts = works.map(() => new PartTx<S>(shared));
  const ends = await Promise.allSettled(works.map((work, i) => work(parts[i] as PartTx<S>)));
  for (const part of parts) part.end();
  if (shared.failure !== undefined) throw shared.failure.error;
  await writeAll(
    tx,
    parts.filter((_, i) => ends[i]?.status === 'fulfilled').flatMap(({ writes }) => writes),
  );
  return ends;
}

/** What the parts have in common. */
class Shared<S extends StoreName> {
  readonly tx: Tx<S>;
  readonly merger = new Merger(async () => NO_CLIENT, process.nextTick);
  readonly claimed = new Set<string>();
  failure: { readonly error: unknown } | undefined;

  constructor(tx: Tx<S>) {
    this.tx = tx;
  }

  async sent<R>(statement: Promise<R>): Promise<R> {
    try {
      return await statement;
    } catch (error) {
      this.failure ??= { error };
      throw error;
    }
  }
}

/** The transaction is given; the merger need not find one. */
const NO_CLIENT = {} as never;

interface Write {
  readonly how: 'insert' | 'update' | 'remove';
  readonly table: Table;
  /** `fail` or `skip`; the columns that are changed; the columns by which rows are found. */
  readonly by: string | readonly string[];
  readonly rows: readonly unknown[];
}

/** One work's part. It reads before it writes, and changes only rows that it holds. */
export class PartTx<S extends StoreName> implements Tx<S> {
  readonly store: S;
  readonly writes: Write[] = [];
  readonly #shared: Shared<S>;
  #ended = false;

  constructor(shared: Shared<S>) {
    this.store = shared.tx.store;
    this.#shared = shared;
  }

  end(): void {
    this.#ended = true;
  }

  /** @throws {LeftError} where a neighbour has claimed one of these */
  claim(names: readonly string[]): void {
    const { claimed } = this.#shared;
    if (names.some((name) => claimed.has(name))) throw new LeftError();
    for (const name of names) claimed.add(name);
  }

  /**
   * Asks one question for all who ask it at the same moment.
   * @param question the same object for the same question @param ask answers, in order, once for each key
   */
  together<K, R>(question: object, keys: readonly K[], ask: (tx: Tx<S>, keys: K[]) => Promise<R[]>): Promise<R[]> {
    this.#assertReading();
    const shared = this.#shared;
    return shared.merger.call(question, keys, (_, all: K[]) => shared.sent(ask(shared.tx, all)));
  }

  find<T extends Table<S>, K extends string>(lookup: Lookup<T, K>, keys: readonly (readonly unknown[])[]) {
    return this.together(lookup, keys, (tx, all): Promise<Row<T>[][]> => tx.find(lookup, all));
  }

  async insert<T extends Table<S>>(table: T, rows: readonly Row<T>[], onConflict: 'fail' | 'skip' = 'fail') {
    this.#write({ how: 'insert', table, by: onConflict, rows });
  }

  async update<T extends Table<S>>(table: T, columns: readonly string[], rows: readonly Row<T>[]): Promise<void> {
    this.#write({ how: 'update', table, by: columns, rows });
  }

  async remove<T extends Table<S>>(table: T, by: readonly string[], keys: readonly (readonly unknown[])[]) {
    this.#write({ how: 'remove', table, by, rows: keys });
  }

  query(): Promise<never> {
    return alone();
  }

  insertOrGet(): Promise<never> {
    return alone();
  }

  execute(): Promise<never> {
    return alone();
  }

  #write(write: Write): void {
    if (this.#ended) throw new StatementError('The transaction has ended.');
    this.writes.push(write);
  }

  #assertReading(): void {
    if (this.#ended) throw new StatementError('The transaction has ended.');
    if (this.writes.length > 0) throw new StatementError('A work beside others reads before it writes.');
  }
}

async function alone(): Promise<never> {
  throw new StatementError('A statement like this cannot be shared with the works beside it.');
}

/** In the order in which the first of the works would have written. */
async function writeAll<S extends StoreName>(tx: Tx<S>, writes: readonly Write[]): Promise<void> {
  const merged = Map.groupBy(writes, ({ how, table, by }) => `${how} ${table.name} ${by}`);
  // Given at once: none of them depends on another's answer.
  const sent = [...merged.values()].map((alike) => {
    const { how, table, by } = alike[0] as Write;
    const of = table as Table<S>;
    const rows = alike.flatMap((write) => write.rows) as never[];
    if (how === 'insert') return tx.insert(of, rows, by as 'fail' | 'skip');
    return how === 'update' ? tx.update(of, by as never, rows) : tx.remove(of, by as never, rows);
  });
  await Promise.all(sent);
}
