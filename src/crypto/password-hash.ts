/**
 * One-way verifiers of passwords: Argon2id (RFC 9106), written as PHC text, computed away from the event loop.
 *
 * Guarantees: each verifier has a random salt of its own, so equal passwords have different verifiers. The comparison
 * takes the same time wherever two tags differ. The bytes of a password are wiped as soon as the computation no longer
 * needs them. Only so many computations run, over only so much memory in all, and only so many wait. A call that
 * exceeds this is told that the vault is overloaded, before anything is computed for it. Tenants take turns
 * (`turns.ts`), and each may have only so much waiting. Within a tenant, verifications go before new verifiers, and
 * principals take turns at them, each with only so many waiting: whoever floods holds up itself. Work that waits for a
 * client that has gone is dropped.
 * Does not: stop a running computation, normalise a password (`datatypes/password.ts`), slow down a guesser (the
 * caller's rate limits), or wipe the string it was given and the copy that Node hands to OpenSSL; JavaScript cannot.
 */
import { UnavailableError } from '../errors.ts';
import { secret } from '../secret.ts';
import { argon2id, DEFAULT_PASSPHRASE_PARAMS, type PassphraseParams } from './kdf.ts';
import { equalBytes } from './mac.ts';
import { formatPhc, MAX_MEMORY_KIB, parsePhc, requireBounds, type Verifier } from './phc.ts';
import type { RandomSource } from './random.ts';
import { Turns } from './turns.ts';
import { VerifierCosts } from './verifier-costs.ts';

/** RFC 9106 section 4: a salt of 128 and a tag of 256 bits. */
const SALT_BYTES = 16;
const TAG_BYTES = 32;

export interface PasswordHasherOptions {
  readonly random: RandomSource;
  /** For new verifiers. Default: the second recommended option of RFC 9106, section 4 (64 MiB, 3 passes, 4 lanes). */
  readonly params?: PassphraseParams;
  /** How many computations run at once; each takes up to `parallelism` threads. */
  readonly maxRunning?: number;
  /** How many verifications of one principal may wait. */
  readonly maxWaiting?: number;
  /** How many new verifiers of one tenant may wait; some ten a second are made. */
  readonly maxNewWaiting?: number;
  /** Memory of all running computations together; at least what the largest verifier in bounds takes (256 MiB). */
  readonly maxMemoryKiB?: number;
}

export interface Verification {
  readonly matches: boolean;
  /** Weaker than a new one would be, or spelled differently. Whoever has the right password replaces it. */
  readonly outdated: boolean;
}

/** Who waits for a computation. */
export interface Asker {
  /** Tenants take turns. */
  readonly tenant: string;
  /** Within a tenant, those take turns whose values are verified. */
  readonly principal?: string | undefined;
  /** Aborted, with the error to throw, when nobody waits for the answer any more. */
  readonly gone?: AbortSignal | undefined;
}

interface Job {
  readonly memoryKiB: number;
  readonly start: () => Promise<void>;
  readonly tag: Promise<Buffer>;
}

/** For all tenants together; bounds the memory of what waits. It does not hold up a tenant that waits for little. */
const MAX_WAITING_OF_ALL = 10_000;

export class PasswordHasher {
  /** What the verifiers of each tenant cost, as far as this process has met them. */
  readonly costs: VerifierCosts;
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
    this.costs = new VerifierCosts(this.#params);
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
   * Makes new verifiers, as PHC text, in the order of the passwords. All are accepted, or none.
   * @throws {UnavailableError} `overloaded` when too many wait, `shutting_down` after `close`
   * @throws what the asker's signal says once the client has gone; what had not begun by then is never computed
   */
  async hashAll(passwords: readonly string[], { tenant, gone }: Asker): Promise<string[]> {
    gone?.throwIfAborted();
    const params = this.#params;
    const made = passwords.map((password) => ({ password, salt: this.#random(SALT_BYTES) }));
    const jobs = made.map(({ password, salt }) => newJob(password, params, salt, TAG_BYTES));
    this.#assertRoom(jobs, this.#turns.longOf(tenant), this.#maxNewWaiting);
    this.#turns.addCall(tenant, jobs);
    this.#startNext();
    try {
      const tags = await whileThere(Promise.all(jobs.map(({ tag }) => tag)), gone);
      return made.map(({ salt }, i) => formatPhc({ params, salt, tag: tags[i] as Buffer }));
    } finally {
      // A call that is done has nothing left here. One that failed or was given up has what had not begun.
      this.#turns.drop(tenant, jobs);
      this.#startNext();
    }
  }

  /**
   * Whether the verifier was made of this password, or of one of these spellings of it. New verifiers are made of the
   * first. All are computed, whichever fits, so the time depends on what was typed alone.
   * @throws {RangeError} for a text that is no verifier in bounds
   * @throws {UnavailableError} `overloaded` when too many wait, `shutting_down` after `close`
   */
  async verify(
    password: string | readonly string[],
    phc: string,
    { tenant, principal = '' }: Pick<Asker, 'tenant' | 'principal'>,
  ): Promise<Verification> {
    const spellings = typeof password === 'string' ? [password] : password;
    const verifier = parsePhc(phc);
    const { params, salt, tag } = verifier;
    const jobs = spellings.map((spelling) => newJob(spelling, params, salt, tag.length));
    this.#assertRoom(jobs, this.#turns.shortOf(tenant, principal), this.#maxWaiting);
    for (const job of jobs) this.#turns.addShort(tenant, principal, job);
    this.#startNext();
    const tags = await Promise.all(jobs.map((job) => job.tag));
    const found = tags.map((one) => equalBytes(one, tag));
    return { matches: found.includes(true), outdated: this.#isWeaker(verifier) || found.indexOf(true) > 0 };
  }

  /** Accepts no more work; resolves when all accepted work is done. Idempotent. */
  close(): Promise<void> {
    this.#closing = true;
    if (this.#running === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  /** Has less memory, less memory written over all passes, a shorter salt or tag. Lanes add no strength. */
  #isWeaker({ params: { memoryKiB, passes }, salt, tag }: Verifier): boolean {
    const today = this.#params;
    return (
      memoryKiB < today.memoryKiB ||
      memoryKiB * passes < today.memoryKiB * today.passes ||
      salt.length < SALT_BYTES ||
      tag.length < TAG_BYTES
    );
  }

  /** @param waiting how much of this kind the tenant, or the principal, waits for already */
  #assertRoom(jobs: readonly Job[], waiting: number, most: number): void {
    if (this.#closing) throw new UnavailableError('shutting_down');
    const begin = this.#wouldBegin(jobs);
    if (jobs.length === begin) return;
    if (waiting + jobs.length - begin > most || this.#turns.size + jobs.length > MAX_WAITING_OF_ALL) {
      throw new UnavailableError('overloaded', 'Too many passwords wait to be computed. Try again later.');
    }
  }

  /** How many would begin now. Nothing overtakes: all others wait behind one that waits for memory. */
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

/** @throws the signal's reason, as soon as it is aborted */
async function whileThere<R>(work: Promise<R>, gone: AbortSignal | undefined): Promise<R> {
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

/** The bytes of the password exist from here to the end of the computation; until then there is only the string. */
async function derive(password: string, params: PassphraseParams, salt: Uint8Array, tagBytes: number): Promise<Buffer> {
  using message = secret(Buffer.allocUnsafeSlow(Buffer.byteLength(password)));
  message.write(password);
  return await argon2id({ ...params, message, salt, tagBytes });
}
