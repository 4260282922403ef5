/**
 * What one opened store on PostgreSQL remembers of its own commits. By it each transaction can see that none of them is
 * gone. If a server that took over lacks some, the first transaction on it fails, whatever stands between. Decision 27.
 *
 *   marks (writer, n)   a writer is one opened store; each of its transactions leaves a row with a number of its own,
 *                       and fails unless the rows that `after` names are there
 *
 * The commits of one server are in one order, and a server that went back lacks the last of them. A transaction that is
 * acknowledged itself came later than everything it saw, so those marks need not be asked for again. Marks that no
 * acknowledged transaction has seen must be asked for. These are few: at most as many as run at once.
 *
 * Guarantees: no two transactions write or wait for the same row; a mark whose outcome is unknown is never asked for.
 * Does not: see a lost transaction that was acknowledged while this one was already on its way.
 */
import { pooledRandom, type RandomSource } from '../../crypto/random.ts';
import { table } from '../table.ts';

const columns = { writer: 'int', n: 'int' } as const;
// Declared so that a test compares them with the migrations. Statements of their own write them (`mark-statements.ts`).
table('records', 'marks', columns, ['writer', 'n']);
table('keys', 'marks', columns, ['writer', 'n']);

/** Fits a number of JavaScript. */
const WRITER_BYTES = 6;
/** After a day of silence others remove a writer's marks (`silent-writers.ts`); their clocks may run faster. */
const SURE_MS = 20 * 60 * 60_000;

export interface Mark {
  readonly n: number;
  /** The marks that must be there, or this one is not written. */
  readonly after: readonly number[];
}

export class Marks {
  readonly writer: number;
  #last = 0;
  /** Acknowledged, but not yet seen by another acknowledged transaction. */
  readonly #needed = new Set<number>();
  readonly #underWay = new Set<Mark>();
  #removedBelow = 1;
  readonly #elapsed: () => number;
  #acknowledgedAt: number;

  /** @param elapsed running time of this process in milliseconds */
  constructor(random: RandomSource = pooledRandom(), elapsed: () => number = () => performance.now()) {
    this.#elapsed = elapsed;
    this.#acknowledgedAt = elapsed();
    this.writer = 1 + random(WRITER_BYTES).readUIntBE(0, WRITER_BYTES);
  }

  /** Takes a mark for one transaction, at the moment in which it is sent. */
  take(): Mark {
    this.#last += 1;
    const mark = { n: this.#last, after: [...this.#needed] };
    this.#underWay.add(mark);
    return mark;
  }

  /** Its commit was answered. */
  acknowledge(mark: Mark): void {
    for (const seen of mark.after) this.#needed.delete(seen);
    this.#needed.add(mark.n);
    this.#acknowledgedAt = this.#elapsed();
  }

  /** Whether others may have taken this writer for dead and removed its marks; then a missing mark proves nothing. */
  get mayBeRemoved(): boolean {
    return this.#elapsed() - this.#acknowledgedAt > SURE_MS;
  }

  /** Nothing more of it will be sent. */
  end(mark: Mark): void {
    this.#underWay.delete(mark);
  }

  /** The rows that nobody asks for any more, given once: from the first number to before the second. */
  takeRemovable(): readonly [from: number, before: number] | undefined {
    const asked = [...this.#underWay].flatMap(({ n, after }) => [n, ...after]);
    const before = Math.min(this.#last + 1, ...this.#needed, ...asked);
    const from = this.#removedBelow;
    if (before <= from) return undefined;
    this.#removedBelow = before;
    return [from, before];
  }
}
