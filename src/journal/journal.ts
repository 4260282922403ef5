/**
 * The journal remembers, outside the two databases, what must never be undone. Erasures, corrections, revocations and
 * closes of epochs go into a file in the node's home, and into one beside the copies of the key store where the vault
 * makes such copies. `recover` replays them, even where both databases went back to before them.
 *
 * Guarantees: `note` resolves when each place has the entries on its disk; entries that wait at the same moment share
 * one fsync. An entry is noted after the commit that it speaks of, never before, so everything that is replayed was
 * decided. It is kept until no key store that lacks it can be opened any more (`cut`), that is until the close of its
 * epoch is complete. So the journal stays small: some 220 bytes for an erasure of one record, 220 MB for a million
 * between two closes.
 * A place that does not answer, such as a mount that is away, is waited for once, and briefly. Until it answers, later
 * entries fail at once, so that it blocks neither the background work nor the threads that read files with it.
 * Does not: hide which ids were erased; hold what was committed but not answered, or was answered by earlier releases;
 * or limit how long reading it may take, since only a start and a person's commands read it.
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

/** A larger group would only make the first entry wait for the last. */
const MAX_GROUP = 512;
const SUFFIX_BYTES = 16;
const PLACE_LIMIT_MS = 10_000;

/** The part of the journal that is needed to note something. */
export type Notes = Pick<Journal, 'note'>;

export interface JournalOptions {
  /** The folders. Each must accept an entry. */
  readonly places: readonly string[];
  /** The caller keeps the key, and wipes it. */
  readonly key: JournalKey;
  /** The epoch that is in use in the key store now, or a later one. */
  readonly epoch: () => Promise<number>;
  readonly random: RandomSource;
  /** How long a place is waited for, in milliseconds. */
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
  /** Calls that did not answer in time, and still have not, each with its folder. */
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

  /** How many lines the last full reading ignored: this vault did not write them, or not under this root key. */
  get doubtful(): number {
    return this.#doubtful;
  }

  /**
   * @param entries what the key store has committed
   * @throws {UnavailableError} with `journal_unavailable`: it must be noted again, though some place may have it
   *   already
   */
  note(entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return Promise.resolve();
    const lines = entries.map((entry) => linesOf(entry, this.#key)).join('');
    return new Promise<void>((resolve, reject) => {
      this.#waiting.push({ lines, resolve, reject });
      this.#writing ??= this.#write();
    });
  }

  /** Notes the close of an epoch, once for each process. @throws {UnavailableError} as `note` does */
  async noteClose(epoch: number, at: Date): Promise<void> {
    if (this.#closes.has(epoch)) return;
    await this.note([{ kind: 'close', epoch, at: at.getTime() }]);
    this.#closes.add(epoch);
  }

  /** Every entry of every place, in pages. An entry that stands twice may be given twice. */
  async *entries(): AsyncGenerator<Entry[]> {
    const found = { doubtful: 0 };
    yield* readEntries(this.places, this.#key, found);
    this.#doubtful = found.doubtful;
  }

  /** The last epoch whose close is remembered; 0 where none is. */
  async lastClose(): Promise<number> {
    let last = 0;
    for await (const page of this.entries()) {
      for (const entry of page) if (entry.kind === 'close') last = Math.max(last, entry.epoch);
    }
    return last;
  }

  /**
   * Removes the files of every process that are no longer needed.
   * @param through every epoch up to this one is destroyed, and every node has forgotten it
   * @returns how many files are gone
   * @throws {UnavailableError} with `journal_unavailable`, where a place does not answer: it must be called again
   */
  async cut(through: number): Promise<number> {
    let removed = 0;
    for (const folder of this.places) removed += await this.#inTime(folder, () => removeThrough(folder, through));
    return removed;
  }

  /**
   * Writes all lines anew under another key, when the root key is replaced.
   * @returns what removes the old lines; call it when the other key is the only one
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

  /** Finishes what waits, except at a place that does not answer. Nothing may be noted afterwards. */
  async close(): Promise<void> {
    await this.#writing;
    // What was acknowledged is already on the disk.
    await Promise.allSettled(this.#appenders.map((one) => this.#inTime(one.folder, () => one.close())));
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, MAX_GROUP);
      try {
        // The epoch is read after the whole group was committed, so it is never earlier than that of its commits.
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
    // Each place uses the same name, so a reader knows what it has already read.
    const fresh = this.#random(SUFFIX_BYTES).toString('hex');
    const append = (one: Appender) => this.#inTime(one.folder, () => one.append(epoch, lines, () => fresh));
    const done = await Promise.allSettled(this.#appenders.map(append));
    const failed = done.find((one) => one.status === 'rejected');
    this.#failing = failed !== undefined;
    if (failed !== undefined) throw unavailable(failed.reason);
  }

  /** Work that is late still finishes; lines that stand twice do no harm. */
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
