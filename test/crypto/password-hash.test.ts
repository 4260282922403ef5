/** Every computation is the real one; `kdf.ts` is only watched on the way through. */
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { argon2id, DEFAULT_PASSPHRASE_PARAMS } from '../../src/crypto/kdf.ts';
import { PasswordHasher, type PasswordHasherOptions } from '../../src/crypto/password-hash.ts';
import { formatPhc, parsePhc } from '../../src/crypto/phc.ts';
import { pooledRandom } from '../../src/crypto/random.ts';

const watch = vi.hoisted(() => ({
  messages: [] as { readonly bytes: Uint8Array; readonly asGiven: string }[],
  runningKiB: [] as number[],
  most: { running: 0, memoryKiB: 0 },
}));

vi.mock('../../src/crypto/kdf.ts', async (original) => {
  const real = await original<typeof import('../../src/crypto/kdf.ts')>();
  const argon2id: typeof real.argon2id = async (input) => {
    watch.messages.push({ bytes: input.message, asGiven: Buffer.from(input.message).toString() });
    watch.runningKiB.push(input.memoryKiB);
    watch.most.running = Math.max(watch.most.running, watch.runningKiB.length);
    watch.most.memoryKiB = Math.max(
      watch.most.memoryKiB,
      watch.runningKiB.reduce((sum, memory) => sum + memory, 0),
    );
    try {
      return await real.argon2id(input);
    } finally {
      watch.runningKiB.splice(watch.runningKiB.indexOf(input.memoryKiB), 1);
    }
  };
  return { ...real, argon2id };
});

/** Far too weak for anything but a test. */
const params = { memoryKiB: 32, passes: 1, parallelism: 1 };
const hasher = (options: Partial<PasswordHasherOptions> = {}) =>
  new PasswordHasher({ random: pooledRandom(), params, ...options });

/** A verifier over `memoryKiB`, one cheap pass. */
async function verifierOf(password: string, memoryKiB: number): Promise<string> {
  const salt = Buffer.alloc(16, 5);
  const tag = await argon2id({ message: Buffer.from(password), salt, memoryKiB, passes: 1, parallelism: 1 });
  return formatPhc({ params: { memoryKiB, passes: 1, parallelism: 1 }, salt, tag });
}

beforeEach(() => {
  watch.messages.length = 0;
  watch.most.running = 0;
  watch.most.memoryKiB = 0;
});

describe('verifiers of the reference implementation (P-H-C/phc-winner-argon2, src/test.c) are verified', () => {
  test.each([
    ['password', 'm=65536,t=2,p=1$c29tZXNhbHQ', '09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7'],
    ['password', 'm=256,t=2,p=1$c29tZXNhbHQ', '9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe'],
    ['password', 'm=256,t=2,p=2$c29tZXNhbHQ', '6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037'],
    ['password', 'm=65536,t=1,p=1$c29tZXNhbHQ', 'f6a5adc1ba723dddef9b5ac1d464e180fcd9dffc9d1cbf76cca2fed795d9ca98'],
    [
      'differentpassword',
      'm=65536,t=2,p=1$c29tZXNhbHQ',
      '0b84d652cf6b0c4beaef0dfe278ba6a80df6696281d7e0d2891b817d8c458fde',
    ],
    ['password', 'm=65536,t=2,p=1$ZGlmZnNhbHQ', 'bdf32b05ccc42eb15d58fd19b1f856b113da1e9a5874fdcc544308565aa8141c'],
  ])('%s under %s', async (password, numbersAndSalt, hex) => {
    const tag = Buffer.from(hex, 'hex').toString('base64').replaceAll('=', '');
    const phc = `$argon2id$v=19$${numbersAndSalt}$${tag}`;
    expect((await hasher().verify(password, phc)).matches).toBe(true);
    expect((await hasher().verify(`${password} `, phc)).matches).toBe(false);
  });
});

test('a password matches the verifier made of it, and no other password does', async () => {
  const phc = await hasher().hash('pa\u00dfwort 👩‍👩‍👧');
  expect(await hasher().verify('pa\u00dfwort 👩‍👩‍👧', phc)).toEqual({ matches: true, outdated: false });
  for (const wrong of ['', 'pa\u00dfwort', 'passwort 👩‍👩‍👧', 'Pa\u00dfwort 👩‍👩‍👧', 'pa\u00dfwort 👩‍👩‍👧\u0000']) {
    expect((await hasher().verify(wrong, phc)).matches).toBe(false);
  }
});

test('a tag that differs in any one bit does not match', async () => {
  const phc = await hasher().hash('correct horse');
  const verifier = parsePhc(phc);
  for (let bit = 0; bit < 256; bit += 17) {
    const tag = Uint8Array.from(verifier.tag);
    tag[bit >> 3]! ^= 1 << (bit & 7);
    expect((await hasher().verify('correct horse', formatPhc({ ...verifier, tag }))).matches).toBe(false);
  }
});

test('a new verifier has a salt of its own, 16 bytes, and a tag of 32, with the parameters of RFC 9106 by default', async () => {
  const [one, two] = [await hasher().hash('same'), await hasher().hash('same')];
  expect(one).not.toBe(two);
  expect([parsePhc(one).salt.length, parsePhc(one).tag.length]).toEqual([16, 32]);

  const phc = await new PasswordHasher({ random: (sizeBytes) => Buffer.alloc(sizeBytes, 1) }).hash('same');
  expect(phc).toMatch(/^\$argon2id\$v=19\$m=65536,t=3,p=4\$AQEBAQEBAQEBAQEBAQEBAQ\$/);
  expect(parsePhc(phc).params).toEqual(DEFAULT_PASSPHRASE_PARAMS);
});

test('verifiers with other lengths of salt and tag are verified as they are', async () => {
  const [message, salt] = [Buffer.from('correct horse'), Buffer.alloc(64, 3)];
  for (const tagBytes of [16, 24, 64]) {
    const tag = await argon2id({ ...params, message, salt, tagBytes });
    expect((await hasher().verify('correct horse', formatPhc({ params, salt, tag }))).matches).toBe(true);
  }
});

describe('a verifier is outdated when it is weaker than a new one', () => {
  const today = { memoryKiB: 64, passes: 2, parallelism: 2 };
  const made = { params: today, salt: Buffer.alloc(16), tag: Buffer.alloc(32) };
  test.each([
    ['the same', made, false],
    ['other lanes', { ...made, params: { ...today, parallelism: 1 } }, false],
    ['stronger', { ...made, params: { ...today, memoryKiB: 128 } }, false],
    ['more memory, as much of it written in all', { ...made, params: { ...today, memoryKiB: 128, passes: 1 } }, false],
    ['less memory', { ...made, params: { ...today, memoryKiB: 63, passes: 10 } }, true],
    ['fewer passes', { ...made, params: { ...today, passes: 1 } }, true],
    ['more memory, less of it written in all', { ...made, params: { ...today, memoryKiB: 127, passes: 1 } }, true],
    ['a shorter salt', { ...made, salt: Buffer.alloc(15) }, true],
    ['a shorter tag', { ...made, tag: Buffer.alloc(31) }, true],
  ])('%s', async (_, verifier, outdated) => {
    const verification = await hasher({ params: today }).verify('x', formatPhc(verifier));
    expect(verification).toEqual({ matches: false, outdated });
  });
});

test('the bytes of a password are zero once its computation is done, whatever came of it', async () => {
  const phc = await hasher().hash('correct horse');
  await hasher().verify('wrong horse', phc);
  // Four bytes of salt OpenSSL refuses, after the bytes of the password were made.
  await expect(hasher({ random: () => Buffer.alloc(4) }).hash('third horse')).rejects.toThrow();

  expect(watch.messages.map(({ asGiven }) => asGiven)).toEqual(['correct horse', 'wrong horse', 'third horse']);
  for (const { bytes } of watch.messages) expect(Buffer.from(bytes)).toEqual(Buffer.alloc(bytes.length));
});

test('a text that is no verifier is refused before anything is computed', async () => {
  await expect(hasher().verify('x', 'correct horse')).rejects.toThrow(RangeError);
  await expect(hasher().verify('x', '$argon2id$v=19$m=999999,t=1,p=1$c29tZXNhbHQ$AAAA')).rejects.toThrow(RangeError);
  expect(watch.messages).toEqual([]);
});

test('limits and parameters under which no verifier could be made are refused', () => {
  const refused: Partial<PasswordHasherOptions>[] = [
    { maxRunning: 0 },
    { maxWaiting: -1 },
    { maxRunning: Number.NaN },
    { maxMemoryKiB: 256 * 1024 - 1 },
    { params: { memoryKiB: 7, passes: 1, parallelism: 1 } },
    { params: { memoryKiB: 262_145, passes: 1, parallelism: 1 } },
    { params: { memoryKiB: 32, passes: 0, parallelism: 1 } },
  ];
  for (const options of refused) expect(() => hasher(options)).toThrow(RangeError);
});

describe('the queue', () => {
  test('runs so many at once, lets so many wait, and tells the next that it is overloaded', async () => {
    const busy = hasher({ maxRunning: 2, maxWaiting: 3 });
    const asked = Array.from({ length: 7 }, (_, i) => busy.hash(`password ${i}`));
    const outcomes = await Promise.allSettled(asked);

    expect(outcomes.map(({ status }) => status)).toEqual([...Array(5).fill('fulfilled'), 'rejected', 'rejected']);
    for (const refused of asked.slice(5)) {
      await expect(refused).rejects.toMatchObject({ kind: 'unavailable', code: 'overloaded' });
    }
    expect(watch.most.running).toBe(2);
    expect(watch.messages.map(({ asGiven }) => asGiven)).toEqual([0, 1, 2, 3, 4].map((i) => `password ${i}`));
    expect(parsePhc(await busy.hash('afterwards')).params).toEqual(params);
  });

  test('by default two run and 64 wait', async () => {
    const busy = hasher();
    const outcomes = await Promise.allSettled(Array.from({ length: 67 }, () => busy.hash('x')));
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    expect(outcomes.at(-1)?.status).toBe('rejected');
    expect(watch.most.running).toBe(2);
  });

  test('with no place to wait, what can start at once still does', async () => {
    const busy = hasher({ maxRunning: 1, maxWaiting: 0 });
    const [first, second] = await Promise.allSettled([busy.hash('a'), busy.hash('b')]);
    expect([first?.status, second?.status]).toEqual(['fulfilled', 'rejected']);
    await expect(busy.hash('c')).resolves.toMatch(/^\$argon2id/);
  });

  test('runs over so much memory in all, and nobody overtakes', async () => {
    const large = await verifierOf('large', 256 * 1024);
    watch.messages.length = 0;
    const busy = hasher({ maxRunning: 4 });
    watch.most.memoryKiB = 0;
    const outcomes = await Promise.all([
      busy.verify('large', large),
      busy.hash('b'),
      busy.verify('large', large),
      busy.hash('d'),
    ]);

    expect([outcomes[0], outcomes[2]]).toMatchObject([{ matches: true }, { matches: true }]);
    expect(watch.most.memoryKiB).toBe(256 * 1024);
    expect(watch.messages.map(({ asGiven }) => asGiven)).toEqual(['large', 'b', 'large', 'd']);
  });

  test('behind one that waits for memory every place counts as taken, also for what would fit', async () => {
    const large = await verifierOf('large', 256 * 1024);
    const busy = hasher({ maxRunning: 4, maxWaiting: 1 });
    const outcomes = await Promise.allSettled([busy.hash('a'), busy.verify('large', large), busy.hash('c')]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  });

  test('a computation that fails gives its place to the next', async () => {
    const salts = [Buffer.alloc(4), Buffer.alloc(16)];
    const busy = hasher({ maxRunning: 1, random: () => salts.shift() ?? Buffer.alloc(0) });
    const [failed, next] = await Promise.allSettled([busy.hash('short salt'), busy.hash('next')]);
    expect([failed?.status, next?.status]).toEqual(['rejected', 'fulfilled']);
  });

  test('closing finishes what was taken, and takes nothing more', async () => {
    const busy = hasher({ maxRunning: 1 });
    const done: string[] = [];
    const taken = ['a', 'b', 'c'].map((password) => busy.hash(password).then(() => done.push(password)));
    await Promise.all([busy.close(), busy.close()]);

    expect(watch.runningKiB).toEqual([]);
    expect(watch.messages).toHaveLength(3);
    await Promise.all(taken);
    expect(done).toEqual(['a', 'b', 'c']);
    await expect(busy.hash('d')).rejects.toMatchObject({ kind: 'unavailable', code: 'shutting_down' });
    await expect(busy.verify('d', await verifierOf('d', 32))).rejects.toMatchObject({ code: 'shutting_down' });
    await busy.close();
  });
});
