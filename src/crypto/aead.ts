/**
 * XChaCha20-Poly1305-IETF (draft-irtf-cfrg-xchacha), as libsodium has it: the primitive alone.
 *
 * Guarantees: confidentiality and authenticity of the text, authenticity of the associated data, under one key.
 * Does not: commit to its key (one ciphertext can be made to open under two), hide the length, or choose the nonce.
 * The vault seals with `envelope.ts`; `aeadSeal` and `aeadOpen` are here so that test vectors reach the same calls.
 */
import { IntegrityError } from '../errors.ts';
import { raw, withMemory } from './sodium.ts';

export const KEY_BYTES = 32;
export const NONCE_BYTES = 24;
export const TAG_BYTES = 16;

/** Encrypts on wasm addresses: writes `messageBytes` + 16 bytes to `out`. `out` may be `message`. */
export function encryptAt(
  out: number,
  message: number,
  messageBytes: number,
  ad: number,
  adBytes: number,
  nonce: number,
  key: number,
): void {
  const status = raw._crypto_aead_xchacha20poly1305_ietf_encrypt(
    out,
    0,
    message,
    messageBytes,
    0,
    ad,
    adBytes,
    0,
    0,
    nonce,
    key,
  );
  if (status !== 0) throw new RangeError('The cipher refused its parameters.');
}

/** Decrypts on wasm addresses: writes `ciphertextBytes` - 16 bytes to `out`, and says whether the tag was right. */
export function decryptAt(
  out: number,
  ciphertext: number,
  ciphertextBytes: number,
  ad: number,
  adBytes: number,
  nonce: number,
  key: number,
): boolean {
  const status = raw._crypto_aead_xchacha20poly1305_ietf_decrypt(
    out,
    0,
    0,
    ciphertext,
    ciphertextBytes,
    0,
    ad,
    adBytes,
    0,
    nonce,
    key,
  );
  return status === 0;
}

/** Returns ciphertext and tag. The same key and nonce must never be used twice. */
export function aeadSeal(plaintext: Uint8Array, key: Uint8Array, nonce: Uint8Array, ad: Uint8Array): Buffer {
  checkSizes(key, nonce);
  const sealedBytes = plaintext.length + TAG_BYTES;
  return withMemory(KEY_BYTES + NONCE_BYTES + ad.length + sealedBytes, (memory, keyAt) => {
    const nonceAt = keyAt + KEY_BYTES;
    const adAt = nonceAt + NONCE_BYTES;
    const textAt = adAt + ad.length;
    memory.set(key, keyAt);
    memory.set(nonce, nonceAt);
    memory.set(ad, adAt);
    memory.set(plaintext, textAt);
    encryptAt(textAt, textAt, plaintext.length, adAt, ad.length, nonceAt, keyAt);
    const sealed = Buffer.allocUnsafe(sealedBytes);
    memory.copy(sealed, 0, textAt, textAt + sealedBytes);
    return sealed;
  });
}

/** @throws {IntegrityError} when the tag is wrong or missing */
export function aeadOpen(sealed: Uint8Array, key: Uint8Array, nonce: Uint8Array, ad: Uint8Array): Buffer {
  checkSizes(key, nonce);
  if (sealed.length < TAG_BYTES) throw new IntegrityError();
  const plaintextBytes = sealed.length - TAG_BYTES;
  return withMemory(KEY_BYTES + NONCE_BYTES + ad.length + sealed.length, (memory, keyAt) => {
    const nonceAt = keyAt + KEY_BYTES;
    const adAt = nonceAt + NONCE_BYTES;
    const textAt = adAt + ad.length;
    memory.set(key, keyAt);
    memory.set(nonce, nonceAt);
    memory.set(ad, adAt);
    memory.set(sealed, textAt);
    if (!decryptAt(textAt, textAt, sealed.length, adAt, ad.length, nonceAt, keyAt)) throw new IntegrityError();
    const plaintext = Buffer.allocUnsafeSlow(plaintextBytes);
    memory.copy(plaintext, 0, textAt, textAt + plaintextBytes);
    return plaintext;
  });
}

function checkSizes(key: Uint8Array, nonce: Uint8Array): void {
  if (key.length !== KEY_BYTES) throw new RangeError('A key has 32 bytes.');
  if (nonce.length !== NONCE_BYTES) throw new RangeError('A nonce has 24 bytes.');
}
