/**
 * The text of a password verifier: PHC string format, for Argon2id of RFC 9106 (version 0x13) and nothing else.
 *
 *   $argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b5dWRWJTmaaJObG
 *                    │       │   │ │           └ tag, 16 to 64 bytes, base64 without padding
 *                    │       │   │ └ salt, 8 to 64 bytes, the same
 *                    │       │   └ lanes, 1 to 16
 *                    │       └ passes, 1 to 10
 *                    └ memory, 8 KiB a lane to 256 MiB, in KiB
 *
 * Guarantees: one spelling for one verifier (no leading zeros, no padding, no stray bits), so `formatPhc` gives back
 * what `parsePhc` took; and no verifier in bounds makes one verification take more than 256 MiB and ten passes over
 * them. Pure text: imports neither libsodium nor `node:crypto`.
 * Does not: say whether a verifier is strong enough for today; `password-hash.ts` does.
 */
import type { PassphraseParams } from './kdf.ts';

export interface Verifier {
  readonly params: PassphraseParams;
  readonly salt: Uint8Array;
  readonly tag: Uint8Array;
}

/** Verifiers from elsewhere stay below this; RFC 9106's first option (2 GiB) is not meant for a shared server. */
export const MAX_MEMORY_KIB = 256 * 1024;
const MAX_PASSES = 10;
const MAX_LANES = 16;
/** RFC 9106, 3.1: the memory is at least eight blocks of 1 KiB a lane. */
const MIN_MEMORY_KIB_PER_LANE = 8;
const SALT_BYTES = { min: 8, max: 64 };
const TAG_BYTES = { min: 16, max: 64 };
/** 86 digits of base64 each for salt and tag, and the rest with room to spare. */
export const MAX_PHC_CHARACTERS = 256;

const NUMBER = '(0|[1-9]\\d{0,9})';
const BASE64 = '([A-Za-z0-9+/]+)';
const PHC = new RegExp(`^\\$argon2id\\$v=19\\$m=${NUMBER},t=${NUMBER},p=${NUMBER}\\$${BASE64}\\$${BASE64}$`);

/** @throws {RangeError} for any other text, or numbers out of bounds; the message never repeats the text. */
export function parsePhc(text: string): Verifier {
  const match = text.length > MAX_PHC_CHARACTERS ? null : PHC.exec(text);
  if (match === null) throw new RangeError('Must read $argon2id$v=19$m=…,t=…,p=…$salt$tag, base64 without padding.');
  const [, memory, passes, lanes, salt = '', tag = ''] = match;
  const params = { memoryKiB: Number(memory), passes: Number(passes), parallelism: Number(lanes) };
  requireBounds(params);
  return { params, salt: bytes(salt, 'salt', SALT_BYTES), tag: bytes(tag, 'tag', TAG_BYTES) };
}

/** The text that `parsePhc` reads. */
export function formatPhc({ params, salt, tag }: Verifier): string {
  const { memoryKiB, passes, parallelism } = params;
  return `$argon2id$v=19$m=${memoryKiB},t=${passes},p=${parallelism}$${base64(salt)}$${base64(tag)}`;
}

/** @throws {RangeError} for parameters that no verifier may have. */
export function requireBounds({ memoryKiB, passes, parallelism }: PassphraseParams): void {
  requireWithin('The lanes (p)', parallelism, 1, MAX_LANES);
  requireWithin('The passes (t)', passes, 1, MAX_PASSES);
  requireWithin('The memory (m, in KiB)', memoryKiB, MIN_MEMORY_KIB_PER_LANE * parallelism, MAX_MEMORY_KIB);
}

function requireWithin(what: string, value: number, min: number, max: number): void {
  const isWithin = Number.isInteger(value) && value >= min && value <= max;
  if (!isWithin) throw new RangeError(`${what} must be from ${min} to ${max}.`);
}

function bytes(text: string, what: string, { min, max }: { min: number; max: number }): Buffer {
  const decoded = Buffer.from(text, 'base64');
  if (base64(decoded) !== text) throw new RangeError(`The ${what} must be base64 in its one spelling.`);
  requireWithin(`The bytes of the ${what}`, decoded.length, min, max);
  return decoded;
}

function base64(raw: Uint8Array): string {
  return Buffer.from(raw.buffer, raw.byteOffset, raw.length).toString('base64').replace(/=+$/, '');
}
