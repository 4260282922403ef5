/**
 * Sealing values and wrapping keys: XChaCha20-Poly1305-IETF that commits to its key.
 *
 *   value, suite 01         suite 1 | nonce 24 | commitment 32 | ciphertext 64·k | tag 16
 *   wrapped key, suite 02   suite 1 | nonce 24 | commitment 32 | ciphertext 32   | tag 16     105 bytes
 *
 *   okm = BLAKE2b-512(key, domain of the suite 16 | nonce 24 | ad)
 *   encryption key = okm[0..32], commitment = okm[32..64]
 *   ciphertext | tag = XChaCha20-Poly1305-IETF(encryption key, nonce, ad, padded plaintext | key)
 *
 * Guarantees: confidentiality, authenticity, and that an envelope opens under one (key, nonce, ad) and as one plaintext
 * only, whoever made it: CMT-4 of Bellare and Hoang, "Efficient Schemes for Committing Authenticated Encryption",
 * EUROCRYPT 2022, at 128 bits. This is their UNAE-then-Commit, with ad taken into the committing PRF beside the nonce;
 * the same split of one PRF output is the fix of Albertini et al., "How to Abuse and Fix Authenticated Encryption
 * Without Key Commitment", USENIX Security 2022. Why it holds: two ways to open one envelope would be two inputs with
 * one commitment, a collision of BLAKE2b cut to 256 bits; and with key, nonce and ad fixed, decryption is a function.
 * (CTX of Chan and Rogaway, ESORICS 2022, is 16 bytes shorter, but hashes the tag the cipher computes, which libsodium
 * compares and never shows; and here a wrong key is refused before anything is decrypted.)
 * A suite never opens as the other: the byte is checked, and the domain makes the keys unrelated.
 * Does not: hide the class of the length (`padding.ts`), nor stop an older envelope of the same place from being put
 * back; whoever keeps versions binds them in `ad`.
 */
import { IntegrityError } from '../errors.ts';
import { decryptAt, encryptAt, KEY_BYTES, NONCE_BYTES, TAG_BYTES } from './aead.ts';
import { blake2bAt, DOMAIN_BYTES, domain } from './blake2b.ts';
import { equalBytes } from './mac.ts';
import { paddedSizeBytes, plaintextSizeBytes, SIZE_FIELD_BYTES, writePadded } from './padding.ts';
import type { RandomSource } from './random.ts';
import { withMemory } from './sodium.ts';

const VALUE_SUITE = 0x01;
const WRAPPED_KEY_SUITE = 0x02;
const VALUE_DOMAIN = domain('lethe value 01');
const WRAPPED_KEY_DOMAIN = domain('lethe wrap 02');

const SUITE_BYTES = 1;
const COMMITMENT_BYTES = 32;
const OKM_BYTES = KEY_BYTES + COMMITMENT_BYTES;
const HEAD_BYTES = SUITE_BYTES + NONCE_BYTES + COMMITMENT_BYTES;

/** The wasm heap never shrinks; a value of this size takes twice as much of it. */
const MAX_PLAINTEXT_BYTES = 16 * 1024 * 1024;
const WRAPPED_KEY_BYTES = HEAD_BYTES + KEY_BYTES + TAG_BYTES;

/** How long the envelope of a plaintext of `plaintextBytes` is: a function of its length class. */
export function envelopeSizeBytes(plaintextBytes: number): number {
  return HEAD_BYTES + paddedSizeBytes(plaintextBytes) + TAG_BYTES;
}

/**
 * Seals a value under its record key, bound to `ad`.
 * @throws {RangeError} for more than 16 MiB
 */
export function seal(plaintext: Uint8Array, key: Uint8Array, ad: Uint8Array, random: RandomSource): Buffer {
  if (plaintext.length > MAX_PLAINTEXT_BYTES) throw new RangeError('A value has at most 16 MiB.');
  const paddedBytes = paddedSizeBytes(plaintext.length);
  return put(VALUE_SUITE, VALUE_DOMAIN, paddedBytes, key, ad, random, (memory, at) => {
    writePadded(memory, at, plaintext);
  });
}

/**
 * Opens what `seal` made. The result has its own memory, which the caller wipes.
 * @throws {IntegrityError} unless every byte, the key and `ad` are what they were
 */
export function open(envelope: Uint8Array, key: Uint8Array, ad: Uint8Array): Buffer {
  return take(VALUE_SUITE, VALUE_DOMAIN, envelope, key, ad, (memory, at, paddedBytes) => {
    const sizeBytes = plaintextSizeBytes(memory, at, paddedBytes);
    if (sizeBytes === undefined) throw new IntegrityError();
    return copyOut(memory, at + SIZE_FIELD_BYTES, sizeBytes);
  });
}

/** Wraps the 32 bytes of `key` under `kek`, bound to `ad`: 105 bytes. */
export function wrapKey(key: Uint8Array, kek: Uint8Array, ad: Uint8Array, random: RandomSource): Buffer {
  checkKey(key);
  return put(WRAPPED_KEY_SUITE, WRAPPED_KEY_DOMAIN, KEY_BYTES, kek, ad, random, (memory, at) => {
    memory.set(key, at);
  });
}

/**
 * Unwraps what `wrapKey` made. The result has its own memory, which the caller wipes.
 * @throws {IntegrityError} unless every byte, `kek` and `ad` are what they were
 */
export function unwrapKey(wrapped: Uint8Array, kek: Uint8Array, ad: Uint8Array): Buffer {
  if (wrapped.length !== WRAPPED_KEY_BYTES) throw new IntegrityError();
  return take(WRAPPED_KEY_SUITE, WRAPPED_KEY_DOMAIN, wrapped, kek, ad, copyOut);
}

/*
 * Both directions work in one block of wasm memory, laid out so that every input stands where its primitive reads it:
 *
 *   key 32 | okm 64 | domain 16 | nonce 24 | ad | text + tag
 */
function sizeOfBlock(adBytes: number, textBytes: number): number {
  return KEY_BYTES + OKM_BYTES + DOMAIN_BYTES + NONCE_BYTES + adBytes + textBytes + TAG_BYTES;
}

function put(
  suite: number,
  use: Uint8Array,
  textBytes: number,
  key: Uint8Array,
  ad: Uint8Array,
  random: RandomSource,
  writeText: (memory: Buffer, at: number) => void,
): Buffer {
  checkKey(key);
  const nonce = random(NONCE_BYTES);
  if (nonce.length !== NONCE_BYTES) throw new RangeError('The random source gave the wrong number of bytes.');
  return withMemory(sizeOfBlock(ad.length, textBytes), (memory, at) => {
    const okmAt = deriveAt(memory, at, use, key, nonce, ad);
    const nonceAt = okmAt + OKM_BYTES + DOMAIN_BYTES;
    const adAt = nonceAt + NONCE_BYTES;
    const textAt = adAt + ad.length;
    writeText(memory, textAt);
    encryptAt(textAt, textAt, textBytes, adAt, ad.length, nonceAt, okmAt);
    const envelope = Buffer.allocUnsafe(HEAD_BYTES + textBytes + TAG_BYTES);
    envelope[0] = suite;
    memory.copy(envelope, SUITE_BYTES, nonceAt, adAt);
    memory.copy(envelope, SUITE_BYTES + NONCE_BYTES, okmAt + KEY_BYTES, okmAt + OKM_BYTES);
    memory.copy(envelope, HEAD_BYTES, textAt, textAt + textBytes + TAG_BYTES);
    return envelope;
  });
}

function take(
  suite: number,
  use: Uint8Array,
  envelope: Uint8Array,
  key: Uint8Array,
  ad: Uint8Array,
  readText: (memory: Buffer, at: number, textBytes: number) => Buffer,
): Buffer {
  checkKey(key);
  const textBytes = envelope.length - HEAD_BYTES - TAG_BYTES;
  if (textBytes < 0 || envelope[0] !== suite) throw new IntegrityError();
  return withMemory(sizeOfBlock(ad.length, textBytes), (memory, at) => {
    const nonce = envelope.subarray(SUITE_BYTES, SUITE_BYTES + NONCE_BYTES);
    const okmAt = deriveAt(memory, at, use, key, nonce, ad);
    const nonceAt = okmAt + OKM_BYTES + DOMAIN_BYTES;
    const adAt = nonceAt + NONCE_BYTES;
    const textAt = adAt + ad.length;
    const commitment = envelope.subarray(SUITE_BYTES + NONCE_BYTES, HEAD_BYTES);
    if (!equalBytes(commitment, memory.subarray(okmAt + KEY_BYTES, okmAt + OKM_BYTES))) throw new IntegrityError();
    memory.set(envelope.subarray(HEAD_BYTES), textAt);
    const authentic = decryptAt(textAt, textAt, textBytes + TAG_BYTES, adAt, ad.length, nonceAt, okmAt);
    if (!authentic) throw new IntegrityError();
    return readText(memory, textAt, textBytes);
  });
}

/** Fills the block up to the associated data, and returns where the encryption key and the commitment are. */
function deriveAt(
  memory: Buffer,
  at: number,
  use: Uint8Array,
  key: Uint8Array,
  nonce: Uint8Array,
  ad: Uint8Array,
): number {
  const okmAt = at + KEY_BYTES;
  const domainAt = okmAt + OKM_BYTES;
  const nonceAt = domainAt + DOMAIN_BYTES;
  memory.set(key, at);
  memory.set(use, domainAt);
  memory.set(nonce, nonceAt);
  memory.set(ad, nonceAt + NONCE_BYTES);
  blake2bAt(okmAt, OKM_BYTES, domainAt, DOMAIN_BYTES + NONCE_BYTES + ad.length, at, KEY_BYTES);
  return okmAt;
}

function copyOut(memory: Buffer, at: number, sizeBytes: number): Buffer {
  const out = Buffer.allocUnsafeSlow(sizeBytes);
  memory.copy(out, 0, at, at + sizeBytes);
  return out;
}

function checkKey(key: Uint8Array): void {
  if (key.length !== KEY_BYTES) throw new RangeError('A key has 32 bytes.');
}
