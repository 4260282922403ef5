/**
 * The journal: what must never be undone, remembered outside the two databases. Erasures, corrections, revocations and
 * closes of epochs go into a file in the node's home, and into one beside the copies of the key store where the vault
 * makes such; `recover` replays them, also where both databases went back to before them.
 *
 * Guarantees: `note` resolves when each place has the entries on its disk; those that wait at the same moment share one
 * fsync. An entry is noted after the commit that it speaks of, never before, so what is replayed was decided. It is kept
 * until no key store that lacks it can be opened any more (`cut`): until the close of its epoch is complete. So the
 * journal stays small: some 220 bytes for an erasure of one record, 220 MB for a million between two closes.
 * A place that does not answer, such as a mount that is away, is waited for once, and not for long; until it answers, what
 * comes after fails at once, so that it takes neither the background work nor the threads that read files with it.
 * Does not: hide which ids were erased. Nor hold what was committed and not answered, or answered by earlier releases.
 * Nor limit how long its reading may take: that is for a start, and for a person's commands.
 */
import { unlink } from 'node:fs/promises';
import type { RandomSource } from '../crypto/random.ts';
import { UnavailableError } from '../errors.ts';
import { unlessGone } from '../files.ts';
import type { JournalKey } from '../keyring/tree/journal-key.ts';
import { TOO_LATE, within } from '../storage/limits.ts';
import { type Entry, linesOf } from './entry.ts';
import { Appender, filesIn, removeThrough } from './files.ts';
import { lineUnder, readEntries } from './read.ts';

/** More in one write would only make the first of them wait for the last. */
const MAX_GROUP = 512;
const SUFFIX_BYTES = 16;
const PLACE_LIMIT_MS = 10_000;

/** As far as those who note something need it. */
export type Notes = Pick<Journal, 'note'>;

export interface JournalOptions {
  /** The folders; each must take an entry. */
  readonly places: readonly string[];
  /** Stays its owner's. */
  readonly key: JournalKey;
  /** The epoch that is in use in the key store now, or a later one. */
  readonly epoch: () => Promise<number>;
  readonly random: RandomSource;
  /** For how long a place is waited for, in milliseconds. */
  readonly limitMs?: number | undefined;
}

interface Waiting {
  readonly lines: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class Journal {
  readonly places: readonly string[];
  readonly #key: JournalKey;
  readonly #epoch: () => Promise<number>;
  readonly #random: RandomSource;
  readonly #limitMs: number;
  readonly #appenders: readonly Appender[];
  /** What was not answered in time, and still is not, with its folder. */
  readonly #late = new Map<Promise<unknown>, string>();
  readonly #closes = new Set<number>();
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #failing = false;
  #doubtful = 0;

  constructor({ places, key, epoch, random, limitMs = PLACE_LIMIT_MS }: JournalOptions) {
    this.places = places;
    this.#key = key;
    this.#epoch = epoch;
    this.#random = random;
    this.#limitMs = limitMs;
    this.#appenders = places.map((folder) => new Appender(folder));
  }

  /** Whether the last entries could not be written. */
  get failing(): boolean {
    return this.#failing;
  }

  /** How many lines the last full reading has ignored: this vault did not write them, or not under this root key. */
  get doubtful(): number {
    return this.#doubtful;
  }

  /**
   * @param entries of what the key store has committed
   * @throws {UnavailableError} with `journal_unavailable`: to be noted again. Some place may have them already
   */
  note(entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return Promise.resolve();
    const lines = entries.map((entry) => linesOf(entry, this.#key)).join('');
    return new Promise<void>((resolve, reject) => {
      this.#waiting.push({ lines, resolve, reject });
      this.#writing ??= this.#write();
    });
  }

  /** The close of an epoch, once for each process. @throws {UnavailableError} as `note` does */
  async noteClose(epoch: number, at: Date): Promise<void> {
    if (this.#closes.has(epoch)) return;
    await this.note([{ kind: 'close', epoch, at: at.getTime() }]);
    this.#closes.add(epoch);
  }

  /** Every entry of every place, in pages; one that stands twice may be given twice. */
  async *entries(): AsyncGenerator<Entry[]> {
    const found = { doubtful: 0 };
    yield* readEntries(this.places, this.#key, found);
    this.#doubtful = found.doubtful;
  }

  /** The last epoch whose close is remembered; 0: none is. */
  async lastClose(): Promise<number> {
    let last = 0;
    for await (const page of this.entries()) {
      for (const entry of page) if (entry.kind === 'close') last = Math.max(last, entry.epoch);
    }
    return last;
  }

  /**
   * Removes what is needed no more, of every process.
   * @param through every epoch up to this one is destroyed, and forgotten by every node
   * @returns how many files are gone
   * @throws {UnavailableError} with `journal_unavailable`, where a place does not answer: to be called again
   */
  async cut(through: number): Promise<number> {
    let removed = 0;
    for (const folder of this.places) removed += await this.#inTime(folder, () => removeThrough(folder, through));
    return removed;
  }

  /**
   * Writes all that is there anew under another key, for when the root key is replaced.
   * @returns what removes the old lines; to be called when the other key is the only one
   */
  async rewriteUnder(key: JournalKey): Promise<() => Promise<void>> {
    const old = (await Promise.all(this.places.map(filesIn))).flat();
    const suffix = this.#random(SUFFIX_BYTES).toString('hex');
    for (const folder of this.places) {
      const appender = new Appender(folder);
      try {
        for (const { path, epoch } of await filesIn(folder)) {
          const lines: string[] = [];
          for await (const text of lineUnder(path, this.#key, key)) lines.push(text);
          if (lines.length > 0) await appender.append(epoch, lines.join(''), () => suffix);
        }
      } finally {
        await appender.close();
      }
    }
    return async () => {
      for (const appender of this.#appenders) await appender.close();
      for (const { path } of old) await unlink(path).catch(unlessGone);
    };
  }

  /** Finishes what waits, but for a place that does not answer. Nothing may be noted afterwards. */
  async close(): Promise<void> {
    await this.#writing;
    // What was answered is on the disk.
    await Promise.allSettled(this.#appenders.map((one) => this.#inTime(one.folder, () => one.close())));
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, MAX_GROUP);
      try {
        // Read when all of the group is committed: never an epoch before that of their commits.
        const epoch = await this.#epoch();
        await this.#append(epoch, group.map(({ lines }) => lines).join(''));
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#writing = undefined;
  }

  async #append(epoch: number, lines: string): Promise<void> {
    // The same name in each place, by which a reader knows what it has read already.
    const fresh = this.#random(SUFFIX_BYTES).toString('hex');
    const append = (one: Appender) => this.#inTime(one.folder, () => one.append(epoch, lines, () => fresh));
    const done = await Promise.allSettled(this.#appenders.map(append));
    const failed = done.find((one) => one.status === 'rejected');
    this.#failing = failed !== undefined;
    if (failed !== undefined) throw unavailable(failed.reason);
  }

  /** What comes late is finished all the same: lines that stand twice do no harm. */
  async #inTime<R>(folder: string, work: () => Promise<R>): Promise<R> {
    if ([...this.#late.values()].includes(folder)) throw unavailable(SILENT);
    const working = work();
    const found = await within(working, this.#limitMs);
    if (found !== TOO_LATE) return found;
    this.#late.set(working, folder);
    const answered = () => void this.#late.delete(working);
    working.then(answered, answered);
    throw unavailable(SILENT);
  }
}

const SILENT = { code: 'ETIMEDOUT' };

function unavailable(error: unknown): UnavailableError {
  if (error instanceof UnavailableError) return error;
  const cause = (error as NodeJS.ErrnoException | null)?.code;
  return new UnavailableError(
    'journal_unavailable',
    'The journal cannot be written (keys/journal, or journal beside the copies of the key store). What was ordered stands, and is completed when it can.',
    { cause },
  );
}
