/**
 * One-way verifiers of passwords: Argon2id (RFC 9106), written as PHC text, computed away from the event loop.
 *
 * Guarantees: equal passwords have different verifiers, by a random salt each; the comparison takes the same time
 * wherever two tags differ; the bytes of a password are wiped as soon as the computation has them no more. However
 * many ask, only so many computations run, over only so much memory in all, and only so many wait: the next is told
 * that the vault is overloaded, before anything was computed for it.
 * Does not: normalise a password (`datatypes/password.ts`), slow down who guesses (the caller's rate limits), or wipe
 * the string it was given and the copy that Node hands to OpenSSL; JavaScript cannot.
 */
import { UnavailableError } from '../errors.ts';
import { argon2id, DEFAULT_PASSPHRASE_PARAMS, type PassphraseParams } from './kdf.ts';
import { equalBytes } from './mac.ts';
import { formatPhc, MAX_MEMORY_KIB, parsePhc, requireBounds, type Verifier } from './phc.ts';
import type { RandomSource } from './random.ts';

/** RFC 9106 section 4: a salt of 128 and a tag of 256 bits. */
const SALT_BYTES = 16;
const TAG_BYTES = 32;

export interface PasswordHasherOptions {
  readonly random: RandomSource;
  /** Of new verifiers. Default: the second recommended option of RFC 9106, section 4 (64 MiB, 3 passes, 4 lanes). */
  readonly params?: PassphraseParams;
  /** Computations at once; each takes up to `parallelism` threads. */
  readonly maxRunning?: number;
  /** Computations that wait for their turn. */
  readonly maxWaiting?: number;
  /** For all running computations together; at least what the largest verifier in bounds takes (256 MiB). */
  readonly maxMemoryKiB?: number;
}

export interface Verification {
  readonly matches: boolean;
  /** The verifier is weaker than a new one would be: whoever has the right password in hand replaces it. */
  readonly outdated: boolean;
}

interface Job {
  readonly memoryKiB: number;
  readonly start: () => Promise<void>;
}

export class PasswordHasher {
  readonly #random: RandomSource;
  readonly #params: PassphraseParams;
  readonly #maxRunning: number;
  readonly #maxWaiting: number;
  readonly #maxMemoryKiB: number;
  readonly #waiting: Job[] = [];
  #running = 0;
  #runningKiB = 0;
  #closing = false;
  #whenIdle: (() => void)[] = [];

  /** @throws {RangeError} for parameters that no verifier may have, or limits under which one in bounds never runs. */
  constructor(options: PasswordHasherOptions) {
    this.#random = options.random;
    this.#params = options.params ?? DEFAULT_PASSPHRASE_PARAMS;
    this.#maxRunning = options.maxRunning ?? 2;
    this.#maxWaiting = options.maxWaiting ?? 64;
    this.#maxMemoryKiB = options.maxMemoryKiB ?? MAX_MEMORY_KIB;
    requireBounds(this.#params);
    if (!(this.#maxRunning >= 1 && this.#maxWaiting >= 0 && this.#maxMemoryKiB >= MAX_MEMORY_KIB)) {
      throw new RangeError('A hasher runs at least one computation, over at least 256 MiB.');
    }
  }

  /**
   * A new verifier, as PHC text.
   * @throws {UnavailableError} `overloaded` when too many wait, `shutting_down` after `close`
   */
  async hash(password: string): Promise<string> {
    const params = this.#params;
    const salt = this.#random(SALT_BYTES);
    const tag = await this.#compute(password, params, salt, TAG_BYTES);
    return formatPhc({ params, salt, tag });
  }

  /**
   * Whether the verifier was made of this password.
   * @throws {RangeError} for a text that is no verifier in bounds
   * @throws {UnavailableError} `overloaded` when too many wait, `shutting_down` after `close`
   */
  async verify(password: string, phc: string): Promise<Verification> {
    const verifier = parsePhc(phc);
    const { params, salt, tag } = verifier;
    const found = await this.#compute(password, params, salt, tag.length);
    return { matches: equalBytes(found, tag), outdated: this.#isWeaker(verifier) };
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

  #compute(password: string, params: PassphraseParams, salt: Uint8Array, tagBytes: number): Promise<Buffer> {
    if (this.#closing) throw new UnavailableError('shutting_down', 'The vault is shutting down.');
    if (this.#waiting.length >= this.#maxWaiting && !this.#hasRoom(params.memoryKiB)) {
      throw new UnavailableError('overloaded', 'Too many passwords are being verified at once. Try again later.');
    }
    return new Promise((resolve, reject) => {
      const start = () => derive(password, params, salt, tagBytes).then(resolve, reject);
      this.#waiting.push({ memoryKiB: params.memoryKiB, start });
      this.#startNext();
    });
  }

  /** Whether a computation would start now. Nobody overtakes: behind one that waits for memory all others wait. */
  #hasRoom(memoryKiB: number): boolean {
    return this.#waiting.length === 0 && this.#fits(memoryKiB);
  }

  #fits(memoryKiB: number): boolean {
    return this.#running < this.#maxRunning && this.#runningKiB + memoryKiB <= this.#maxMemoryKiB;
  }

  #startNext(): void {
    for (let job = this.#waiting[0]; job !== undefined && this.#fits(job.memoryKiB); job = this.#waiting[0]) {
      this.#waiting.shift();
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
