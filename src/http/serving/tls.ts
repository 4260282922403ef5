/**
 * The certificate and key with which the server itself speaks TLS 1.3, read from files and read again when they change.
 *
 * Guarantees: a new pair is for new connections; those that stand go on. A pair that does not belong together, cannot
 * be read, has ended, or whose key is open to others is not taken: the one in use stays, the log and a metric say so,
 * and the files are looked at again. So it does not matter in which order the two files are replaced.
 * Does not: notice a change that leaves a file's times, size and inode as they were.
 */
import { stat } from 'node:fs/promises';
import { StartError } from '../../errors.ts';
import { type Pair, readPair, type TlsFiles } from '../../vault/tls-pair.ts';
import type { Log } from './log.ts';

const LOOK_EVERY_MS = 5_000;

/** Looks at the files every few seconds. */
export class TlsWatch {
  readonly #files: TlsFiles;
  readonly #take: (pair: Pair) => void;
  readonly #log: Log;
  readonly #told: (taken: boolean) => void;
  readonly #timer: NodeJS.Timeout;
  #seen: string;
  #endsAt: Date;
  #looking: Promise<void> | undefined;

  /**
   * @param seen how the files were before the pair in use was read @param take hands over a pair that was checked
   * @param told whether a change was taken
   */
  constructor(
    files: TlsFiles,
    inUse: { readonly seen: string; readonly endsAt: Date },
    { take, log, told }: { take(pair: Pair): void; readonly log: Log; told(taken: boolean): void },
  ) {
    this.#files = files;
    this.#seen = inUse.seen;
    this.#endsAt = inUse.endsAt;
    this.#take = take;
    this.#log = log;
    this.#told = told;
    this.#timer = setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
  }

  /** Looks now. Never fails. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const seen = await stateOf(this.#files);
    if (seen === this.#seen) return;
    this.#seen = seen;
    try {
      const pair = await readPair(this.#files);
      this.#take(pair);
      this.#endsAt = pair.endsAt;
      this.#log.info({ endsAt: pair.endsAt.toISOString() }, 'TLS: the certificate was renewed');
      this.#told(true);
    } catch (error) {
      const why = error instanceof StartError ? error.message : 'they cannot be taken';
      const inUseEndsAt = this.#endsAt.toISOString();
      this.#log.error({ why, inUseEndsAt }, 'TLS: the files have changed and are not taken: the pair in use stays');
      this.#told(false);
    }
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** Differs whenever one of the files was written, replaced, or given another mode. */
export async function stateOf({ certificate, key }: TlsFiles): Promise<string> {
  const each = [certificate, key].map(async (path) => {
    const found = await stat(path).catch(() => undefined);
    return found === undefined ? '-' : `${found.dev}/${found.ino}/${found.size}/${found.mtimeMs}/${found.ctimeMs}`;
  });
  return (await Promise.all(each)).join(' ');
}
