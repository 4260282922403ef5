/**
 * One-way verifiers of passwords: Argon2id (RFC 9106), written as PHC text, computed away from the event loop.
 *
 * Guarantees: equal passwords have different verifiers, by a random salt each; the comparison takes the same time
 * wherever two tags differ; the bytes of a password are wiped as soon as the computation has them no more. However
 * many ask, only so many computations run, over only so much memory in all, and only so many wait: who comes with more
 * is told that the vault is overloaded, before anything was computed for it. Tenants take turns (`turns.ts`), each may
 * wait for only so much, and of one tenant's what is to be verified goes before what is to be stored. What waits for a
 * client that has gone is dropped.
 * Does not: stop a computation that runs, normalise a password (`datatypes/password.ts`), slow down who guesses (the
 * caller's rate limits), or wipe the string it was given and the copy that Node hands to OpenSSL; JavaScript cannot.
 */
import { UnavailableError } from '../errors.ts';
import { argon2id, DEFAULT_PASSPHRASE_PARAMS, type PassphraseParams } from './kdf.ts';
import { equalBytes } from './mac.ts';
import { formatPhc, MAX_MEMORY_KIB, parsePhc, requireBounds, type Verifier } from './phc.ts';
import type { RandomSource } from './random.ts';
import { Turns } from './turns.ts';

/** RFC 9106 section 4: a salt of 128 and a tag of 256 bits. */
const SALT_BYTES = 16;
const TAG_BYTES = 32;

export interface PasswordHasherOptions {
  readonly random: RandomSource;
  /** Of new verifiers. Default: the second recommended option of RFC 9106, section 4 (64 MiB, 3 passes, 4 lanes). */
  readonly params?: PassphraseParams;
  /** Computations at once; each takes up to `parallelism` threads. */
  readonly maxRunning?: number;
  /** Verifications of one tenant that wait for their turn. */
  readonly maxWaiting?: number;
  /** New verifiers of one tenant that wait; they are made at some ten a second. */
  readonly maxNewWaiting?: number;
  /** For all running computations together; at least what the largest verifier in bounds takes (256 MiB). */
  readonly maxMemoryKiB?: number;
}

export interface Verification {
  readonly matches: boolean;
  /**
   * The verifier is weaker than a new one would be, or is of another spelling: whoever has the right password in hand
   * replaces it.
   */
  readonly outdated: boolean;
}

/** For whom a computation is. */
export interface Asker {
  /** Takes turns with the others. */
  readonly tenant: string;
  /** Aborted, with the error to throw, when nobody waits for the answer any more. */
  readonly gone?: AbortSignal | undefined;
}

interface Job {
  readonly memoryKiB: number;
  readonly start: () => Promise<void>;
  readonly tag: Promise<Buffer>;
}

/** Of all tenants together: bounds the memory of what waits. A tenant that waits for little is not held up by it. */
const MAX_WAITING_OF_ALL = 10_000;

export class PasswordHasher {
  readonly #random: RandomSource;
  readonly #params: PassphraseParams;
  readonly #maxRunning: number;
  readonly #maxWaiting: number;
  readonly #maxNewWaiting: number;
  readonly #maxMemoryKiB: number;
  readonly #turns = new Turns<Job>();
  #running = 0;
  #runningKiB = 0;
  #closing = false;
  #whenIdle: (() => void)[] = [];

  /** @throws {RangeError} for parameters that no verifier may have, or limits under which one in bounds never runs. */
  constructor(options: PasswordHasherOptions) {
    this.#random = options.random;
    this.#params = options.params ?? DEFAULT_PASSPHRASE_PARAMS;
    this.#maxRunning = options.maxRunning ?? 2;
    this.#maxWaiting = options.maxWaiting ?? 32;
    this.#maxNewWaiting = options.maxNewWaiting ?? 100;
    this.#maxMemoryKiB = options.maxMemoryKiB ?? MAX_MEMORY_KIB;
    requireBounds(this.#params);
    const waiting = Math.min(this.#maxWaiting, this.#maxNewWaiting);
    if (!(this.#maxRunning >= 1 && waiting >= 0 && this.#maxMemoryKiB >= MAX_MEMORY_KIB)) {
      throw new RangeError('A hasher runs at least one computation, over at least 256 MiB.');
    }
  }

  /** One new verifier; see `hashAll`. */
  async hash(password: string, asker: Asker): Promise<string> {
    const [phc = ''] = await this.hashAll([password], asker);
    return phc;
  }

  /**
   * New verifiers, as PHC text, in the order of the passwords: all are taken, or none.
   * @throws {UnavailableError} `overloaded` when too many wait, `shutting_down` after `close`
   * @throws what the asker's signal says once the client has gone; what had not begun by then is never computed
   */
  async hashAll(passwords: readonly string[], { tenant, gone }: Asker): Promise<string[]> {
    gone?.throwIfAborted();
    const params = this.#params;
    const made = passwords.map((password) => ({ password, salt: this.#random(SALT_BYTES) }));
    const jobs = made.map(({ password, salt }) => newJob(password, params, salt, TAG_BYTES));
    this.#assertRoom(jobs, this.#turns.waitingOf(tenant).long, this.#maxNewWaiting);
    this.#turns.addCall(tenant, jobs);
    this.#startNext();
    try {
      const tags = await unlessGone(Promise.all(jobs.map(({ tag }) => tag)), gone);
      return made.map(({ salt }, i) => formatPhc({ params, salt, tag: tags[i] as Buffer }));
    } finally {
      // Of a call that is done there is nothing left; of one that failed or was given up, what had not begun.
      this.#turns.drop(tenant, jobs);
      this.#startNext();
    }
  }

  /**
   * Whether the verifier was made of this password, or of one of these spellings of it: the first is the one of which new
   * verifiers are made. All are computed, whichever fits: how long it takes tells of what was typed alone.
   * @throws {RangeError} for a text that is no verifier in bounds
   * @throws {UnavailableError} `overloaded` when too many wait, `shutting_down` after `close`
   */
  async verify(
    password: string | readonly string[],
    phc: string,
    { tenant }: Pick<Asker, 'tenant'>,
  ): Promise<Verification> {
    const spellings = typeof password === 'string' ? [password] : password;
    const verifier = parsePhc(phc);
    const { params, salt, tag } = verifier;
    const jobs = spellings.map((spelling) => newJob(spelling, params, salt, tag.length));
    this.#assertRoom(jobs, this.#turns.waitingOf(tenant).short, this.#maxWaiting);
    for (const job of jobs) this.#turns.addShort(tenant, job);
    this.#startNext();
    const tags = await Promise.all(jobs.map((job) => job.tag));
    const found = tags.map((one) => equalBytes(one, tag));
    return { matches: found.includes(true), outdated: this.#isWeaker(verifier) || found.indexOf(true) > 0 };
  }

  /** Takes nothing more; resolves when all that was taken is done. Idempotent. */
  close(): Promise<void> {
    this.#closing = true;
    if (this.#running === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  /** Less memory, less memory written over all passes, a shorter salt or a shorter tag. Lanes are no strength. */
  #isWeaker({ params: { memoryKiB, passes }, salt, tag }: Verifier): boolean {
    const today = this.#params;
    return (
      memoryKiB < today.memoryKiB ||
      memoryKiB * passes < today.memoryKiB * today.passes ||
      salt.length < SALT_BYTES ||
      tag.length < TAG_BYTES
    );
  }

  /** @param waiting how much of its kind the tenant waits for already */
  #assertRoom(jobs: readonly Job[], waiting: number, most: number): void {
    if (this.#closing) throw new UnavailableError('shutting_down');
    const begin = this.#wouldBegin(jobs);
    if (jobs.length === begin) return;
    if (waiting + jobs.length - begin > most || this.#turns.size + jobs.length > MAX_WAITING_OF_ALL) {
      throw new UnavailableError('overloaded', 'Too many passwords wait to be computed. Try again later.');
    }
  }

  /** How many would begin now. Nobody overtakes: behind one that waits for memory all others wait. */
  #wouldBegin(jobs: readonly Job[]): number {
    if (this.#turns.size > 0) return 0;
    let [running, runningKiB, begin] = [this.#running, this.#runningKiB, 0];
    for (const { memoryKiB } of jobs) {
      if (running >= this.#maxRunning || runningKiB + memoryKiB > this.#maxMemoryKiB) break;
      running += 1;
      runningKiB += memoryKiB;
      begin += 1;
    }
    return begin;
  }

  #fits(memoryKiB: number): boolean {
    return this.#running < this.#maxRunning && this.#runningKiB + memoryKiB <= this.#maxMemoryKiB;
  }

  #startNext(): void {
    for (let job = this.#turns.next(); job !== undefined && this.#fits(job.memoryKiB); job = this.#turns.next()) {
      this.#turns.take();
      void this.#run(job);
    }
  }

  async #run({ memoryKiB, start }: Job): Promise<void> {
    this.#running += 1;
    this.#runningKiB += memoryKiB;
    await start();
    this.#running -= 1;
    this.#runningKiB -= memoryKiB;
    this.#startNext();
    if (this.#running === 0) for (const done of this.#whenIdle.splice(0)) done();
  }
}

function newJob(password: string, params: PassphraseParams, salt: Uint8Array, tagBytes: number): Job {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const start = () => derive(password, params, salt, tagBytes).then(resolve, reject);
  return { memoryKiB: params.memoryKiB, start, tag: promise };
}

/** @throws what the signal says, as soon as it says it */
async function unlessGone<R>(work: Promise<R>, gone: AbortSignal | undefined): Promise<R> {
  if (gone === undefined) return work;
  const { promise, reject } = Promise.withResolvers<never>();
  const leave = () => reject(gone.reason);
  gone.addEventListener('abort', leave, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    gone.removeEventListener('abort', leave);
  }
}

/** The bytes of the password live from here to the end of the computation; while it waits there is the string alone. */
async function derive(password: string, params: PassphraseParams, salt: Uint8Array, tagBytes: number): Promise<Buffer> {
  const message = Buffer.allocUnsafeSlow(Buffer.byteLength(password));
  message.write(password);
  try {
    return await argon2id({ ...params, message, salt, tagBytes });
  } finally {
    message.fill(0);
  }
}
