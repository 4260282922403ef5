/**
 * `lethe import`: reads a file as a stream, has the vault replace the mapped fields by tokens, and writes the rest
 * through unchanged.
 *
 * Guarantees: each row of the input is in the output or in the rejects, once, in the input's order, however often the
 * import was stopped or killed; and no value is stored twice. Calls that were under way are repeated with the keys
 * they had, and the vault answers as it did. Three things end that promise: the vault forgets keys after 24 hours
 * (the import then asks before it goes on); keys belong to the principal, so another one must not go on with it; and
 * the vault must refuse the same rows as before. Memory does not grow with the input.
 *
 * The rejects file says of each refused row where it stands in the input, which field was refused and why, and holds
 * nothing of it unless somebody asks (`shown-row.ts`). Like the output it has mode 0600. No message holds input.
 */
import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../clock.ts';
import { codeOf, VaultError } from '../errors.ts';
import { type Batch, batches, type Entry } from './batch.ts';
import type { Fault } from './errors.ts';
import { placeOf } from './map.ts';
import { type ImportFiles, type Mark, type OpenImport, openImport } from './open-import.ts';
import { writePointer } from './pointer.ts';
import type { Counts, Progress } from './progress.ts';
import { shownRow } from './shown-row.ts';
import { type Outcome, type Refusal, type Tokenizer, tokenizeBatch } from './tokenize-batch.ts';

export interface ImportOptions extends ImportFiles {
  readonly tokenizer: Tokenizer;
  readonly progress: Progress;
  readonly clock: Clock;
  /** Aborted: finishes the calls under way, keeps its place and returns. */
  readonly signal?: AbortSignal | undefined;
  /** Of the data types' values: no other name of a row is said in a reject. Default: none is. */
  readonly propertyNames?: ReadonlySet<string> | undefined;
  /** Calls under way at once. */
  readonly concurrency?: number | undefined;
  /** How often a call is repeated while the vault is out of reach; about a minute and a half in all. */
  readonly retries?: number | undefined;
  /** @throws once the signal is aborted */
  readonly sleep?: ((ms: number, signal: AbortSignal | undefined) => Promise<unknown>) | undefined;
  /** Work that a crash may cost, at most; each checkpoint costs a few fsyncs. */
  readonly checkpointEvery?: { readonly ms: number; readonly batches: number } | undefined;
}

/** Of the whole import, earlier runs included, but for `seconds` and what says so. */
export interface ImportResult {
  readonly rows: number;
  /** How many of them are in the rejects file. */
  readonly rejected: number;
  readonly values: number;
  /** Of `rows` and `values`, those of this run: with `seconds`, the rate. */
  readonly rowsThisRun: number;
  readonly valuesThisRun: number;
  /** Paths of the map at which no row had a value: perhaps a mistake of typing. Empty while interrupted. */
  readonly unmatched: readonly string[];
  readonly seconds: number;
  readonly resumed: boolean;
  /** Stopped by the signal; the same command goes on. */
  readonly interrupted: boolean;
}

interface UnderWay {
  readonly batch: Batch;
  readonly outcomes: Promise<Map<Entry, Outcome>>;
}

const [FIRST_WAIT_MS, LONGEST_WAIT_MS] = [500, 15_000];
/** Whoever asks for more is asked again by a person. */
const MOST_ASKED_MS = 10 * 60 * 1000;
const NO_NAMES: ReadonlySet<string> = new Set();
const TEMPORARY: readonly unknown[] = ['unavailable'];
/** Kinds of error after which the work may have been done nevertheless. */
const UNCERTAIN: readonly unknown[] = [undefined, 'unavailable', 'internal', 'integrity'];

/**
 * @throws `invalid_map`, `invalid_input`, `out_exists`, `import_…`; nothing has been stored or written then
 * @throws `import_stopped` the import has kept its place; @throws the vault's refusal as it is where nothing has been
 * stored: nothing is left behind then
 */
export async function importFile(options: ImportOptions): Promise<ImportResult> {
  const opened = await openImport(options, options.clock);
  try {
    return await new Run(options, opened).toEnd();
  } finally {
    await opened.close();
  }
}

class Run {
  readonly #options: ImportOptions;
  readonly #import: OpenImport;
  readonly #startedAt: number;
  /** Never half a batch, also when a write failed in the middle of one. */
  #mark: Mark;
  #savedAt: number;
  #batchesSinceSave = 0;
  /** Whether the vault has stored anything for this import, as far as is known. */
  #mayHaveStored: boolean;

  constructor(options: ImportOptions, opened: OpenImport) {
    this.#options = options;
    this.#import = opened;
    this.#startedAt = options.clock().getTime();
    this.#savedAt = this.#startedAt;
    this.#mark = { done: opened.done, outBytes: opened.out.bytes, rejectsBytes: opened.rejects.bytes };
    this.#mayHaveStored = opened.resumed;
  }

  async toEnd(): Promise<ImportResult> {
    const { progress, signal } = this.#options;
    progress.start(this.#import.sizeBytes, this.#counts());
    const underWay: UnderWay[] = [];
    let [complete, failure]: [boolean, unknown] = [false, undefined];
    try {
      complete = await this.#work(underWay);
    } catch (error) {
      failure = error;
    }
    await Promise.allSettled(underWay.map(({ outcomes }) => outcomes));
    try {
      if (complete) await this.#import.complete();
      else if (isRefusal(failure) && !this.#mayHaveStored) await this.#import.discard();
      else await this.#save(failure === undefined);
    } catch (error) {
      // The checkpoint before is still there.
      failure ??= error;
    } finally {
      progress.stop(this.#counts());
    }
    if (failure !== undefined && !isAbort(failure, signal)) throw this.#explained(failure);
    return this.#result(!complete);
  }

  /**
   * Reads ahead of what is written by the calls under way.
   * @param underWay what is left in it when something fails has not been written
   * @returns whether the input is done; false after a signal
   */
  async #work(underWay: UnderWay[]): Promise<boolean> {
    const { map, signal, concurrency = 2, propertyNames = NO_NAMES } = this.#options;
    const { id, format, limits, sizeBytes } = this.#import;
    const rows = format.rows(this.#mark.done.inputBytes, sizeBytes);
    let complete = true;
    for await (const batch of batches(rows, format, limits)) {
      complete = !signal?.aborted;
      if (!complete) break;
      const outcomes = tokenizeBatch(batch, { map, propertyNames }, id, (items, key) => this.#patiently(items, key));
      // Awaited in its turn; until then a failure is not unhandled.
      outcomes.catch(() => undefined);
      underWay.push({ batch, outcomes });
      if (underWay.length >= concurrency) await this.#finishFirst(underWay);
    }
    while (underWay.length > 0) await this.#finishFirst(underWay);
    return complete;
  }

  async #finishFirst(underWay: UnderWay[]): Promise<void> {
    const { batch, outcomes } = underWay[0] as UnderWay;
    await this.#write(batch, await outcomes);
    underWay.shift();
    this.#options.progress.update(this.#counts());
    const { ms, batches: most } = this.#options.checkpointEvery ?? { ms: 1_000, batches: 64 };
    this.#batchesSinceSave++;
    const sinceMs = this.#options.clock().getTime() - this.#savedAt;
    if (sinceMs >= ms || this.#batchesSinceSave >= most) await this.#save(false);
  }

  async #write(batch: Batch, outcomes: ReadonlyMap<Entry, Outcome>): Promise<void> {
    const { format, out, rejects } = this.#import;
    const values = [...this.#mark.done.values];
    let { rows, rejected } = this.#mark.done;
    let [written, refused] = ['', ''];
    for (const entry of batch) {
      const outcome = outcomes.get(entry);
      // Written without its tokens, a row would show its values.
      if (outcome === undefined) throw new Error('A row was left without an answer.');
      rows++;
      if ('fault' in outcome) {
        rejected++;
        refused += this.#rejected(rows, entry, outcome.fault);
        continue;
      }
      written += format.render(entry.row.content, outcome.tokens) + format.lineEnd;
      for (const { field } of entry.shaped.origins) values[field] = (values[field] ?? 0) + 1;
    }
    await out.write(written);
    await rejects.write(refused);
    const done = { inputBytes: (batch.at(-1) as Entry).row.end, rows, rejected, values };
    this.#mark = { done, outBytes: out.bytes, rejectsBytes: rejects.bytes };
  }

  /** A line of the rejects file: where the row begins in the input, and how long it is. */
  #rejected(row: number, { row: { offset, end, content } }: Entry, fault: Fault): string {
    const { map, rejectsWithRows = false } = this.#options;
    const fields = rejectsWithRows && content !== undefined ? this.#import.format.fieldsOf(content) : undefined;
    const shown = fields && shownRow(map, fields);
    return `${JSON.stringify({ row, offset, bytes: end - offset, ...fault, ...shown })}\n`;
  }

  /** Repeats a call with its key while the vault is out of reach. */
  async #patiently(...call: Parameters<Tokenizer['tokenize']>): ReturnType<Tokenizer['tokenize']> {
    const { tokenizer, progress, signal, retries = 9, sleep = wait } = this.#options;
    for (let repeats = 0; ; repeats++) {
      try {
        const results = await tokenizer.tokenize(...call);
        this.#mayHaveStored = true;
        return results;
      } catch (error) {
        const { kind, code, retryAfterSeconds = 0 } = error as Refusal;
        const askedMs = retryAfterSeconds * 1000;
        this.#mayHaveStored ||= !isRefusal(error);
        if (!TEMPORARY.includes(kind) || repeats >= retries || askedMs > MOST_ASKED_MS) throw error;
        const ms = Math.max(askedMs, Math.min(FIRST_WAIT_MS * 2 ** repeats, LONGEST_WAIT_MS));
        progress.note(`the vault says ${code}; trying again in ${ms / 1000} s`);
        await sleep(ms, signal);
      }
    }
  }

  async #save(settled: boolean): Promise<void> {
    await this.#import.save(this.#mark, settled);
    this.#savedAt = this.#options.clock().getTime();
    this.#batchesSinceSave = 0;
  }

  /** What the vault or the file system said, and that the import has kept its place. */
  #explained(failure: unknown): unknown {
    const { kind, code, message } = failure as Refusal;
    if (kind === undefined || codeOf(failure) === 'invalid_map') return failure;
    if (isRefusal(failure) && !this.#mayHaveStored) return failure;
    const again = `The import has kept its place after ${this.#mark.done.rows} rows: the same command goes on from there.`;
    return new VaultError('import_stopped', `${message} (${code}) ${again}`, { cause: failure });
  }

  #counts(): Counts {
    const { inputBytes, rows, rejected, values } = this.#mark.done;
    return { bytes: inputBytes, rows, rejected, values: sum(values) };
  }

  #result(interrupted: boolean): ImportResult {
    const { map, clock } = this.#options;
    const { rows, rejected, values } = this.#counts();
    const unmatched = map.fields.filter((_, i) => !interrupted && this.#mark.done.values[i] === 0);
    return {
      rows,
      rejected,
      values,
      rowsThisRun: rows - this.#import.done.rows,
      valuesThisRun: values - sum(this.#import.done.values),
      unmatched: unmatched.map((field) => writePointer(placeOf(field))),
      seconds: (clock().getTime() - this.#startedAt) / 1000,
      resumed: this.#import.resumed,
      interrupted,
    };
  }
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

/** The vault's definite no: what was asked has not been done. */
function isRefusal(failure: unknown): boolean {
  return failure instanceof Error && !UNCERTAIN.includes((failure as Refusal).kind);
}

/** A wait that the signal ended is no failure. */
function isAbort(failure: unknown, signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true && (failure === signal.reason || (failure as Error).name === 'AbortError');
}

function wait(ms: number, signal: AbortSignal | undefined): Promise<unknown> {
  return setTimeout(ms, undefined, signal ? { signal } : {});
}
