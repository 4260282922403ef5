import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { handOver, secret, secrets, wipe } from '../../src/secret.ts';

const WIPED = Buffer.alloc(4);

function key(): Buffer {
  return Buffer.from([1, 2, 3, 4]);
}

describe('a block that owns secret bytes', () => {
  test('has them as they are until it returns, and wipes them then', () => {
    const bytes = key();
    const seen = (() => {
      using held = secret(bytes);
      return Buffer.from(held);
    })();

    expect(seen).toEqual(key());
    expect(bytes).toEqual(WIPED);
  });

  test('wipes them when it throws', () => {
    const bytes = key();
    const work = () => {
      using held = secret(bytes);
      throw new Error(`${held.length} bytes`);
    };

    expect(work).toThrow('4 bytes');
    expect(bytes).toEqual(WIPED);
  });

  test('keeps them through everything it waits for, and no longer', async () => {
    const bytes = key();
    const seen: Buffer[] = [];
    const work = async () => {
      using held = secret(bytes);
      await sleep(5);
      seen.push(Buffer.from(held));
      return await sleep(5, Buffer.from(held)).then((copy) => Buffer.concat([copy, held]));
    };

    const both = await work();

    expect(seen).toEqual([key()]);
    expect(both).toEqual(Buffer.concat([key(), key()]));
    expect(bytes).toEqual(WIPED);
  });

  test('wipes them when what it waits for is rejected', async () => {
    const bytes = key();
    const work = async () => {
      using held = secret(bytes);
      await sleep(5);
      await Promise.reject(new Error(`${held.length} bytes`));
    };

    await expect(work()).rejects.toThrow('4 bytes');
    expect(bytes).toEqual(WIPED);
  });

  test('owns nothing where there is nothing', () => {
    const work = () => {
      using held = secret(undefined as Buffer | undefined);
      return held;
    };

    expect(work()).toBeUndefined();
  });

  test('gives the very bytes it was given, which print and compare as before', () => {
    const bytes = key();
    const plain = key();
    using held = secret(bytes);

    expect(held).toBe(bytes);
    expect(held).toEqual(plain);
    expect(Object.keys(held)).toEqual(Object.keys(plain));
  });
});

describe('a list of secret bytes', () => {
  test('is wiped with what was added to it, also when the block throws', () => {
    const [first, second] = [key(), key()];
    const work = () => {
      using held = secrets([first]);
      held.push(second);
      throw new Error('no');
    };

    expect(work).toThrow('no');
    expect([first, second]).toEqual([WIPED, WIPED]);
  });

  test('may hold what is no bytes, which is left alone', () => {
    const bytes = key();
    const error = new Error('no');
    wipe([error, bytes, undefined, 'moved']);

    expect(bytes).toEqual(WIPED);
    expect(error.message).toBe('no');
  });
});

describe('what is handed over', () => {
  test('is left as it is by the block that owned it, and wiped by the one that owns it now', () => {
    const bytes = key();
    const make = () => {
      using held = secret(bytes);
      return handOver(held);
    };

    const use = () => {
      using held = secret(make());
      return Buffer.from(held);
    };

    expect(use()).toEqual(key());
    expect(bytes).toEqual(WIPED);
  });

  test('is wiped all the same where it never came to that', () => {
    const bytes = key();
    const make = (fails: boolean) => {
      using held = secret(bytes);
      if (fails) throw new Error('no');
      return handOver(held);
    };

    expect(() => make(true)).toThrow('no');
    expect(bytes).toEqual(WIPED);
  });

  test('is handed over once: whoever owns it again wipes it, whatever was said before', () => {
    const bytes = handOver(key());
    {
      using held = secret(bytes);
      expect(held).toEqual(key());
    }
    expect(bytes).toEqual(WIPED);
  });

  test('by a block within the one that owns it is left as it is by the inner one alone', () => {
    const bytes = key();
    const seen = (() => {
      using _outer = secret(bytes);
      {
        using inner = secret(bytes);
        handOver(inner);
      }
      return Buffer.from(bytes);
    })();

    expect(seen).toEqual(key());
    expect(bytes).toEqual(WIPED);
  });

  test('is a list as well as bytes', () => {
    const made = (() => {
      using held = secrets([key(), key()]);
      return handOver(held);
    })();

    expect([...made]).toEqual([key(), key()]);
  });
});

test('no other file wipes by hand', async () => {
  const root = join(import.meta.dirname, '../../src');
  const files = (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.ts'));
  const found: string[] = [];
  for (const file of files) {
    if ((await readFile(join(root, file), 'utf8')).includes('.fill(0)')) found.push(file);
  }

  expect(found).toEqual(['secret.ts']);
});
