import { expect, test } from 'vitest';
import { paddedSizeBytes, plaintextSizeBytes, writePadded } from '../../src/crypto/padding.ts';
import { fc } from '../support/properties.ts';

test('classes are multiples of 64 up to 1 KiB, then eight to a doubling', () => {
  const classes = new Set<number>();
  for (let sizeBytes = 0; sizeBytes <= 4092; sizeBytes += 1) classes.add(paddedSizeBytes(sizeBytes));
  const steps = (from: number, to: number, step: number) =>
    Array.from({ length: (to - from) / step }, (_, i) => from + (i + 1) * step);
  expect([...classes]).toEqual([...steps(0, 1024, 64), ...steps(1024, 2048, 128), ...steps(2048, 4096, 256)]);
});

test('padding fits, never shrinks as values grow, and costs at most 12.5 % above 1 KiB', () => {
  fc.assert(
    fc.property(fc.nat({ max: 2 ** 24 }), (sizeBytes) => {
      const padded = paddedSizeBytes(sizeBytes);
      const needed = sizeBytes + 4;
      expect(padded).toBeGreaterThanOrEqual(needed);
      expect(padded).toBeLessThanOrEqual(paddedSizeBytes(sizeBytes + 1));
      expect(padded - needed).toBeLessThan(Math.max(64, needed / 8));
      // A class is its own class: what fills it exactly is not pushed into the next.
      expect(paddedSizeBytes(padded - 4)).toBe(padded);
    }),
  );
});

test('padding overwrites what was there, and reads back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), (plaintext) => {
      const paddedBytes = paddedSizeBytes(plaintext.length);
      const memory = Buffer.alloc(paddedBytes + 2, 0xff);
      writePadded(memory, 1, plaintext);
      expect([memory[0], memory[paddedBytes + 1]]).toEqual([0xff, 0xff]);
      expect(plaintextSizeBytes(memory, 1, paddedBytes)).toBe(plaintext.length);
    }),
  );
});

test('only the one padding of a plaintext is accepted', () => {
  const padded = (plaintextBytes: number, paddedBytes: number) => {
    const memory = Buffer.alloc(Math.max(4, paddedBytes));
    memory.writeUInt32BE(plaintextBytes, 0);
    return plaintextSizeBytes(memory, 0, paddedBytes);
  };
  expect(padded(60, 64)).toBe(60);
  expect(padded(61, 64)).toBeUndefined();
  expect(padded(0xffff_ffff, 64)).toBeUndefined();
  expect(padded(60, 128)).toBeUndefined();
  expect(padded(61, 128)).toBe(61);
  expect(padded(0, 0)).toBeUndefined();
  expect(padded(0, 32)).toBeUndefined();
});
