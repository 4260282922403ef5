/**
 * libsodium, and the wasm memory it works in.
 *
 * Guarantees: after any call, through the wrapper (`sodium`) or through `withMemory`, neither the heap block nor the
 * stack of the wasm instance holds what the call worked on. libsodium itself does not: it returns blocks to the
 * allocator as they are, and BLAKE2b leaves its whole output (here: keys) on the stack. At load it proves on known
 * answers that the primitives are right and that nothing of them stays behind, and refuses to load otherwise.
 * Does not: reach the registers and spill slots of the JIT, pages the kernel has swapped out, a core dump, or blocks
 * that C code inside libsodium frees for itself (only its password hashing does; we use OpenSSL's).
 */
import wrappers from 'libsodium-wrappers';
import { StartError } from '../errors.ts';

/** What `libsodium-wrappers` calls underneath; its types leave it out. 64-bit lengths travel as two 32-bit halves. */
interface RawSodium {
  /** Replaced whenever the memory grows: read it afresh after every allocation. */
  readonly HEAPU8: Uint8Array;
  _malloc(sizeBytes: number): number;
  _free(at: number): void;
  _crypto_generichash(
    out: number,
    outBytes: number,
    message: number,
    messageBytes: number,
    messageBytesHigh: 0,
    key: number,
    keyBytes: number,
  ): number;
  _crypto_aead_xchacha20poly1305_ietf_encrypt(
    out: number,
    outBytes: 0,
    message: number,
    messageBytes: number,
    messageBytesHigh: 0,
    ad: number,
    adBytes: number,
    adBytesHigh: 0,
    secretNonce: 0,
    nonce: number,
    key: number,
  ): number;
  _crypto_aead_xchacha20poly1305_ietf_decrypt(
    out: number,
    outBytes: 0,
    secretNonce: 0,
    ciphertext: number,
    ciphertextBytes: number,
    ciphertextBytesHigh: 0,
    ad: number,
    adBytes: number,
    adBytesHigh: 0,
    nonce: number,
    key: number,
  ): number;
}

await wrappers.ready;
export const raw = (wrappers as unknown as { libsodium: RawSodium }).libsodium;

/*
 * The memory of the instance, as libsodium 0.8.4 is linked (the wasm module's global 0, `__stack_pointer`, is 107152):
 *
 *   0        1 KiB        40213    41616                    107152
 *   | unused | constants  | bss    | stack, grows down (64K) | heap …
 *
 * The first block ever allocated therefore starts one header after the top of the stack.
 */
const ALLOCATOR_HEADER_BYTES = 8;
const STACK_BYTES = 64 * 1024;
/** BLAKE2b reaches 592 bytes down, the cipher 528; a test holds it to that. */
const SHALLOW_STACK_BYTES = 2048;
/** Serves every envelope up to about 7 KiB of value; a larger one has a block of its own for the time of the call. */
const ARENA_BYTES = 16 * 1024;

const ARENA = raw._malloc(ARENA_BYTES);
const STACK_TOP = ARENA - ALLOCATOR_HEADER_BYTES;

let view = Buffer.from(raw.HEAPU8.buffer);

/** The whole wasm memory. Valid until the next allocation. */
export function heap(): Buffer {
  if (view.buffer !== raw.HEAPU8.buffer) view = Buffer.from(raw.HEAPU8.buffer);
  return view;
}

zeroOnFree();
export const sodium = wrappers;

/** Zeroes every block that the wrapper frees, and the whole stack, since we cannot know how deep the wrapper calls. */
function zeroOnFree(): void {
  const { _malloc: malloc, _free: free } = raw;
  const sizes = new Map<number, number>();
  raw._malloc = (sizeBytes) => {
    const at = malloc(sizeBytes);
    if (at !== 0) sizes.set(at, sizeBytes);
    return at;
  };
  raw._free = (at) => {
    const sizeBytes = sizes.get(at);
    if (sizeBytes !== undefined) {
      heap().fill(0, at, at + sizeBytes);
      sizes.delete(at);
    }
    free(at);
    heap().fill(0, STACK_TOP - STACK_BYTES, STACK_TOP);
  };
}

let arenaTaken = false;

/**
 * Lends `work` a block of wasm memory at `at`, and zeroes the block and the used end of the stack afterwards, whatever
 * happens. `work` must neither allocate in wasm nor keep `memory`; it calls the two primitives of this folder and
 * nothing that goes deeper down the stack.
 */
export function withMemory<T>(sizeBytes: number, work: (memory: Buffer, at: number) => T): T {
  const inArena = sizeBytes <= ARENA_BYTES && !arenaTaken;
  const at = inArena ? ARENA : raw._malloc(sizeBytes);
  if (at === 0) throw new RangeError('Too large to be sealed in memory.');
  const memory = heap();
  if (inArena) arenaTaken = true;
  try {
    return work(memory, at);
  } finally {
    if (inArena) {
      heap().fill(0, at, at + sizeBytes);
      heap().fill(0, STACK_TOP - SHALLOW_STACK_BYTES, STACK_TOP);
      arenaTaken = false;
    } else {
      raw._free(at);
    }
  }
}

/**
 * Known answers of both primitives, and no trace of them afterwards: also the proof that the stack is where the picture
 * above has it. The vectors are BLAKE2's own (`blake2b-test-vectors`, empty message) and draft-irtf-cfrg-xchacha A.3.
 */
function proveItself(): void {
  const hash =
    '10ebb67700b1868efb4417987acf4690ae9d972fb7a590c2f02871799aaa4786b5e996e8f0f4eb981fc214b005f42d2ff4233499391653df7aefcbc13fc51568';
  const tag = 'c0875924c1c7987947deafd8780acf49';
  const text =
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.";
  const key = Uint8Array.from({ length: 64 }, (_, i) => i);
  const cipherKey = Uint8Array.from({ length: 32 }, (_, i) => 0x80 + i);
  const nonce = Uint8Array.from({ length: 24 }, (_, i) => 0x40 + i);
  const ad = Buffer.from('50515253c0c1c2c3c4c5c6c7', 'hex');

  const hashed = withMemory(128, (memory, at) => {
    memory.set(key, at);
    raw._crypto_generichash(at + 64, 64, at, 0, 0, at, 64);
    return memory.toString('hex', at + 64, at + 128) === hash;
  });
  const opened = withMemory(256, (memory, at) => {
    memory.set(cipherKey, at);
    memory.set(nonce, at + 32);
    memory.set(ad, at + 64);
    memory.write(text, at + 80, 'latin1');
    const [textAt, tagAt] = [at + 80, at + 80 + text.length];
    raw._crypto_aead_xchacha20poly1305_ietf_encrypt(textAt, 0, textAt, text.length, 0, at + 64, 12, 0, 0, at + 32, at);
    const sealed = memory.toString('hex', tagAt, tagAt + 16) === tag;
    const size = text.length + 16;
    return (
      sealed &&
      raw._crypto_aead_xchacha20poly1305_ietf_decrypt(textAt, 0, 0, textAt, size, 0, at + 64, 12, 0, at + 32, at) ===
        0 &&
      memory.toString('latin1', textAt, tagAt) === text
    );
  });
  // What libsodium is known to leave on the stack: the hash, and the last block of the text.
  const left = heap().includes(Buffer.from(hash.slice(0, 32), 'hex')) || heap().includes(text.slice(-16), 0, 'latin1');
  if (!hashed || !opened || left) {
    throw new StartError(
      'libsodium does not behave as this release of the vault knows it. Run `npm ci` and try again.',
    );
  }
}

proveItself();
