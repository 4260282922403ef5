import { expect, test } from 'vitest';
import { pooledRandom } from '../../src/crypto/random.ts';

test('no byte is given out twice, within a pool and from one pool to the next', () => {
  const random = pooledRandom();
  const seen = new Set<string>();
  let drawn = 0;
  for (let i = 0; i < 20_000; i += 1) {
    // Sizes that do not divide the pool, so that draws meet its end at every offset.
    const bytes = random(8 + (i % 41));
    for (let at = 0; at + 8 <= bytes.length; at += 8) {
      seen.add(bytes.toString('latin1', at, at + 8));
      drawn += 1;
    }
  }
  expect(seen.size).toBe(drawn);
});

test('every buffer has memory of its own, so wiping one leaves the others', () => {
  const random = pooledRandom();
  const [a, b] = [random(32), random(32)];
  expect(a.buffer).not.toBe(b.buffer);
  expect(a.buffer.byteLength).toBe(32);
  const before = Buffer.from(b);
  a.fill(0);
  expect(b).toEqual(before);
});

test('more than a pool, and nothing at all, can be asked for', () => {
  const random = pooledRandom();
  expect(random(0).length).toBe(0);
  const large = random(100_000);
  expect(large.length).toBe(100_000);
  // 100,000 random bytes miss one of the 256 values with a chance of 256 * (255/256)^100000, under 10^-167.
  expect(new Set(large).size).toBe(256);
});

test('bits are even', () => {
  const bytes = pooledRandom()(1 << 16);
  let ones = 0;
  for (const byte of bytes) for (let bit = byte; bit > 0; bit >>= 1) ones += bit & 1;
  // Half of 2^19, within eight standard deviations of 362.
  expect(Math.abs(ones - 2 ** 18)).toBeLessThan(8 * 362);
});
