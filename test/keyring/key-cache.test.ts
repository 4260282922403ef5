import { describe, expect, test, vi } from 'vitest';
import { KeyCache } from '../../src/keyring/tree/key-cache.ts';

const key = (byte: number) => Buffer.alloc(32, byte);

describe('the cache of unwrapped keys', () => {
  test('takes a copy and gives copies: wiping the caller’s key, or one handed out, changes nothing inside', () => {
    const cache = new KeyCache(2);
    const given = key(1);
    cache.set('a', given);

    given.fill(0);
    const first = cache.get('a');
    first?.fill(0);

    expect(cache.get('a')).toEqual(key(1));
  });

  test('a key in use survives its own eviction and the wiping of the whole', () => {
    const cache = new KeyCache(1);
    cache.set('a', key(1));
    const inUse = cache.get('a');

    cache.set('b', key(2));
    const alsoInUse = cache.get('b');
    cache.wipe();

    expect([inUse, alsoInUse]).toEqual([key(1), key(2)]);
  });

  test('holds no more than its capacity; the key used longest ago goes first', () => {
    const cache = new KeyCache(3);
    for (const [i, name] of ['a', 'b', 'c'].entries()) cache.set(name, key(i));
    cache.get('a');
    cache.set('d', key(3));
    cache.set('e', key(4));

    expect(['a', 'b', 'c', 'd', 'e'].filter((name) => cache.get(name) !== undefined)).toEqual(['a', 'd', 'e']);
  });

  test('a name set again holds the newer key', () => {
    const cache = new KeyCache(2);
    cache.set('a', key(1));
    cache.set('a', key(2));
    cache.set('b', key(3));

    expect(cache.get('a')).toEqual(key(2));
  });

  test('overwrites with zeros every key that leaves: evicted, replaced, wiped', () => {
    const held: Buffer[] = [];
    const from = Buffer.from.bind(Buffer) as (...args: unknown[]) => Buffer;
    const cache = new KeyCache(2);
    vi.spyOn(Buffer, 'from').mockImplementation(((...args: unknown[]) => {
      const copy = from(...args);
      held.push(copy);
      return copy;
    }) as typeof Buffer.from);
    for (const [i, name] of ['a', 'b', 'a', 'c', 'd'].entries()) cache.set(name, from(key(i + 1)));
    vi.restoreAllMocks();
    const zeroed = () => held.filter((copy) => copy.every((byte) => byte === 0)).length;

    expect(held).toHaveLength(5);
    expect(zeroed()).toBe(3);
    cache.wipe();
    expect(zeroed()).toBe(5);
    expect(['a', 'b', 'c', 'd'].map((name) => cache.get(name))).toEqual([undefined, undefined, undefined, undefined]);
  });
});
