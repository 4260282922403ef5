/**
 * Keys from keys, and a key from a passphrase.
 *
 * Guarantees: `deriveKey` gives independent keys for different labels and contexts, and none of them reveals the key it
 * came from. `passphraseKey` makes every guess cost the memory and time of its parameters (Argon2id, RFC 9106), and it
 * computes away from the event loop.
 * Does not: make a weak passphrase strong. The passphrase is a string and stays in memory until collected.
 */
import { argon2 } from 'node:crypto';
import { secret } from '../secret.ts';
import type { Field } from './associated-data.ts';
import { domain } from './blake2b.ts';
import { keyedHash } from './mac.ts';

const KDF_DOMAIN = domain('lethe kdf');
const KEY_BYTES = 32;

/** Thirty-two bytes for one use, named by `label`, in one place, named by `context`. */
export function deriveKey(key: Uint8Array, label: string, ...context: Field[]): Buffer {
  return keyedHash(KDF_DOMAIN, key, label, KEY_BYTES, context);
}

export interface PassphraseParams {
  readonly memoryKiB: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** RFC 9106 section 4, second recommended option. */
export const DEFAULT_PASSPHRASE_PARAMS: PassphraseParams = { memoryKiB: 64 * 1024, passes: 3, parallelism: 4 };

/** The least that the OWASP Password Storage Cheat Sheet allows, and the most a stored header may make us spend. */
const LEAST: PassphraseParams = { memoryKiB: 19 * 1024, passes: 2, parallelism: 1 };
const MOST: PassphraseParams = { memoryKiB: 1024 * 1024, passes: 16, parallelism: 16 };
const MIN_SALT_BYTES = 16;

/**
 * The 32-byte key of a passphrase. The passphrase is normalised to NFC (RFC 8265, OpaqueString), so that two keyboards
 * that compose `é` differently give the same key.
 * @throws {RangeError} for an empty passphrase, a salt under 16 bytes, or parameters outside 19 MiB to 1 GiB, 2 to 16
 *   passes and 1 to 16 lanes: a stored header can neither weaken the key nor exhaust the machine
 */
export async function passphraseKey(
  passphrase: string,
  salt: Uint8Array,
  params: PassphraseParams = DEFAULT_PASSPHRASE_PARAMS,
): Promise<Buffer> {
  if (passphrase === '') throw new RangeError('The passphrase is empty.');
  if (salt.length < MIN_SALT_BYTES) throw new RangeError('A salt has at least 16 bytes.');
  for (const name of ['memoryKiB', 'passes', 'parallelism'] as const) {
    const asked = params[name];
    if (!(Number.isInteger(asked) && asked >= LEAST[name] && asked <= MOST[name])) {
      throw new RangeError(`${name} must be from ${LEAST[name]} to ${MOST[name]}.`);
    }
  }
  using message = secret(Buffer.from(passphrase.normalize('NFC'), 'utf8'));
  return await argon2id({ ...params, message, salt });
}

/** Argon2id as it is, without the limits of `passphraseKey`. The tag has 32 bytes unless the caller says otherwise. */
export function argon2id(
  input: PassphraseParams & {
    readonly message: Uint8Array;
    readonly salt: Uint8Array;
    readonly secret?: Uint8Array;
    readonly associatedData?: Uint8Array;
    readonly tagBytes?: number;
  },
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    argon2(
      'argon2id',
      {
        message: input.message,
        nonce: input.salt,
        memory: input.memoryKiB,
        passes: input.passes,
        parallelism: input.parallelism,
        tagLength: input.tagBytes ?? KEY_BYTES,
        ...(input.secret && { secret: input.secret }),
        ...(input.associatedData && { associatedData: input.associatedData }),
      },
      (error, key) => (error ? reject(error) : resolve(key)),
    );
  });
}
