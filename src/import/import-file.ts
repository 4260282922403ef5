/**
 * `lethe import`: reads a file as a stream, lets the vault replace the mapped fields by tokens, and writes the rest
 * unchanged.
 *
 * Guarantees: each row of the input is once in the output or in the rejects, in the input's order, however often the
 * import was stopped or killed; and no value is stored twice. Calls that were under way are repeated with the keys
 * they had, and the vault gives the same answers. This has three conditions: the vault forgets keys after 24 hours (the
 * import then asks before it goes on); keys belong to the principal, so no other principal may go on with the import;
 * and the vault must refuse the same rows as before. Memory does not grow with the input.
 *
 * For each refused row, the rejects file says where it is in the input, which field was refused, and why. It holds
 * nothing of the row unless somebody asks for rows (`shown-row.ts`). It has mode 0600, like the output. No message
 * holds input.
 */
import type { Clock } from '../clock.ts';
import { codeOf, VaultError } from '../errors.ts';
import { writePointer } from '../json-pointer.ts';
import { type Batch, batches, type Entry } from './batch.ts';
import type { Fault } from './errors.ts';
import { placeOf } from './map.ts';
import { type ImportFiles, type Mark, type OpenImport, openImport } from './open-import.ts';
import { isRefusal, type Patience, PatientTokenizer } from './patient-tokenizer.ts';
import type { Counts } from './progress.ts';
import { shownRow } from './shown-row.ts';
import { type Outcome, type Refusal, tokenizeBatch } from './tokenize-batch.ts';

export interface ImportOptions extends ImportFiles, Patience {
  readonly clock: Clock;
  /** Names of properties of the data types. A reject repeats no other name of a row. By default it repeats none. */
  readonly propertyNames?: ReadonlySet<string> | undefined;
  /** How many calls may be under way at once. */
  readonly concurrency?: number | undefined;
  /** How much work a crash may cost at most. Each checkpoint costs a few fsyncs. */
  readonly checkpointEvery?: { readonly ms: number; readonly batches: number } | undefined;
}

/** Counts of the whole import, earlier runs included, except `seconds` and those that say "this run". */
export interface ImportResult {
  readonly rows: number;
  /** How many of them are in the rejects file. */
  readonly rejected: number;
  readonly values: number;
  /** The rows and values of this run; with `seconds` they give the rate. */
  readonly rowsThisRun: number;
  readonly valuesThisRun: number;
  /** Paths of the map at which no row had a value, perhaps by a typing mistake. Empty if the import was interrupted. */
  readonly unmatched: readonly string[];
  readonly seconds: number;
  readonly resumed: boolean;
  /** Whether the signal stopped it. The same command then goes on. */
  readonly interrupted: boolean;
}

interface UnderWay {
  readonly batch: Batch;
  readonly outcomes: Promise<Map<Entry, Outcome>>;
}

const NO_NAMES: ReadonlySet<string> = new Set();

/**
 * @throws `invalid_map`, `invalid_input`, `out_exists`, `import_…`; nothing has been stored or written then
 * @throws `import_stopped`; the import has kept its place
 * @throws the vault's own refusal, if nothing has been stored; nothing is left behind then
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
  /** It never includes half a batch, even if a write failed in the middle of one. */
  #mark: Mark;
  #savedAt: number;
  #batchesSinceSave = 0;
  readonly #tokenizer: PatientTokenizer;

  constructor(options: ImportOptions, opened: OpenImport) {
    this.#options = options;
    this.#import = opened;
    this.#startedAt = options.clock().getTime();
    this.#savedAt = this.#startedAt;
    this.#mark = { done: opened.done, outBytes: opened.out.bytes, rejectsBytes: opened.rejects.bytes };
    this.#tokenizer = new PatientTokenizer(options, opened.resumed);
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
      else if (isRefusal(failure) && !this.#tokenizer.mayHaveStored) await this.#import.discard();
      else await this.#save(failure === undefined);
    } catch (error) {
      // The previous checkpoint is still there.
      failure ??= error;
    } finally {
      progress.stop(this.#counts());
    }
    if (failure !== undefined && !isAbort(failure, signal)) throw this.#explained(failure);
    return this.#result(!complete);
  }

  /**
   * Reads further rows while calls are under way.
   * @param underWay if something fails, it holds the batches that have not been written
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
      const outcomes = tokenizeBatch(batch, { map, propertyNames }, id, (items, key) =>
        this.#tokenizer.tokenize(items, key),
      );
      // It is awaited in its turn. Until then, a failure must not count as unhandled.
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
      // A row that is written without its tokens would show its values.
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

  /** A line of the rejects file. It says where the row begins in the input, and how long it is. */
  #rejected(row: number, { row: { offset, end, content } }: Entry, fault: Fault): string {
    const { map, rejectsWithRows = false } = this.#options;
    const fields = rejectsWithRows && content !== undefined ? this.#import.format.fieldsOf(content) : undefined;
    const shown = fields && shownRow(map, fields);
    return `${JSON.stringify({ row, offset, bytes: end - offset, ...fault, ...shown })}\n`;
  }

  async #save(settled: boolean): Promise<void> {
    await this.#import.save(this.#mark, settled);
    this.#savedAt = this.#options.clock().getTime();
    this.#batchesSinceSave = 0;
  }

  /** The error of the vault or the file system, with the note that the import has kept its place. */
  #explained(failure: unknown): unknown {
    const { kind, code, message } = failure as Refusal;
    if (kind === undefined || codeOf(failure) === 'invalid_map') return failure;
    if (isRefusal(failure) && !this.#tokenizer.mayHaveStored) return failure;
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

/** A wait that the signal ended is no failure. */
function isAbort(failure: unknown, signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true && (failure === signal.reason || (failure as Error).name === 'AbortError');
}
