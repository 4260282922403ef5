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

const ASKER = { tenant: 'ten_a' };

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
    expect((await hasher().verify(password, phc, ASKER)).matches).toBe(true);
    expect((await hasher().verify(`${password} `, phc, ASKER)).matches).toBe(false);
  });
});

test('a password matches the verifier made of it, and no other password does', async () => {
  const phc = await hasher().hash('pa\u00dfwort 👩‍👩‍👧', ASKER);
  expect(await hasher().verify('pa\u00dfwort 👩‍👩‍👧', phc, ASKER)).toEqual({ matches: true, outdated: false });
  for (const wrong of ['', 'pa\u00dfwort', 'passwort 👩‍👩‍👧', 'Pa\u00dfwort 👩‍👩‍👧', 'pa\u00dfwort 👩‍👩‍👧\u0000']) {
    expect((await hasher().verify(wrong, phc, ASKER)).matches).toBe(false);
  }
});

test('a tag that differs in any one bit does not match', async () => {
  const phc = await hasher().hash('correct horse', ASKER);
  const verifier = parsePhc(phc);
  for (let bit = 0; bit < 256; bit += 17) {
    const tag = Uint8Array.from(verifier.tag);
    tag[bit >> 3]! ^= 1 << (bit & 7);
    expect((await hasher().verify('correct horse', formatPhc({ ...verifier, tag }), ASKER)).matches).toBe(false);
  }
});

test('a new verifier has a salt of its own, 16 bytes, and a tag of 32, with the parameters of RFC 9106 by default', async () => {
  const [one, two] = [await hasher().hash('same', ASKER), await hasher().hash('same', ASKER)];
  expect(one).not.toBe(two);
  expect([parsePhc(one).salt.length, parsePhc(one).tag.length]).toEqual([16, 32]);

  const phc = await new PasswordHasher({ random: (sizeBytes) => Buffer.alloc(sizeBytes, 1) }).hash('same', ASKER);
  expect(phc).toMatch(/^\$argon2id\$v=19\$m=65536,t=3,p=4\$AQEBAQEBAQEBAQEBAQEBAQ\$/);
  expect(parsePhc(phc).params).toEqual(DEFAULT_PASSPHRASE_PARAMS);
});

test('verifiers with other lengths of salt and tag are verified as they are', async () => {
  const [message, salt] = [Buffer.from('correct horse'), Buffer.alloc(64, 3)];
  for (const tagBytes of [16, 24, 64]) {
    const tag = await argon2id({ ...params, message, salt, tagBytes });
    expect((await hasher().verify('correct horse', formatPhc({ params, salt, tag }), ASKER)).matches).toBe(true);
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
    const verification = await hasher({ params: today }).verify('x', formatPhc(verifier), ASKER);
    expect(verification).toEqual({ matches: false, outdated });
  });
});

test('the bytes of a password are zero once its computation is done, whatever came of it', async () => {
  const phc = await hasher().hash('correct horse', ASKER);
  await hasher().verify('wrong horse', phc, ASKER);
  // Four bytes of salt OpenSSL refuses, after the bytes of the password were made.
  await expect(hasher({ random: () => Buffer.alloc(4) }).hash('third horse', ASKER)).rejects.toThrow();

  expect(watch.messages.map(({ asGiven }) => asGiven)).toEqual(['correct horse', 'wrong horse', 'third horse']);
  for (const { bytes } of watch.messages) expect(Buffer.from(bytes)).toEqual(Buffer.alloc(bytes.length));
});

test('a text that is no verifier is refused before anything is computed', async () => {
  await expect(hasher().verify('x', 'correct horse', ASKER)).rejects.toThrow(RangeError);
  await expect(hasher().verify('x', '$argon2id$v=19$m=999999,t=1,p=1$c29tZXNhbHQ$AAAA', ASKER)).rejects.toThrow(
    RangeError,
  );
  expect(watch.messages).toEqual([]);
});

test('limits and parameters under which no verifier could be made are refused', () => {
  const refused: Partial<PasswordHasherOptions>[] = [
    { maxRunning: 0 },
    { maxWaiting: -1 },
    { maxNewWaiting: -1 },
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
    const busy = hasher({ maxRunning: 2, maxNewWaiting: 3 });
    const asked = Array.from({ length: 7 }, (_, i) => busy.hash(`password ${i}`, ASKER));
    const outcomes = await Promise.allSettled(asked);

    expect(outcomes.map(({ status }) => status)).toEqual([...Array(5).fill('fulfilled'), 'rejected', 'rejected']);
    for (const refused of asked.slice(5)) {
      await expect(refused).rejects.toMatchObject({ kind: 'unavailable', code: 'overloaded' });
    }
    expect(watch.most.running).toBe(2);
    expect(watch.messages.map(({ asGiven }) => asGiven)).toEqual([0, 1, 2, 3, 4].map((i) => `password ${i}`));
    expect(parsePhc(await busy.hash('afterwards', ASKER)).params).toEqual(params);
  });

  test('by default two run, and of one tenant 100 wait to be stored and 32 to be verified', async () => {
    const busy = hasher();
    const phc = await verifierOf('x', 32);
    const stored = await Promise.allSettled(Array.from({ length: 103 }, () => busy.hash('x', ASKER)));
    const verified = await Promise.allSettled(Array.from({ length: 35 }, () => busy.verify('x', phc, ASKER)));
    for (const outcomes of [stored, verified]) {
      expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1);
      expect(outcomes.at(-1)?.status).toBe('rejected');
    }
    expect(watch.most.running).toBe(2);
  });

  test('with no place to wait, what can start at once still does', async () => {
    const busy = hasher({ maxRunning: 1, maxNewWaiting: 0 });
    const [first, second] = await Promise.allSettled([busy.hash('a', ASKER), busy.hash('b', ASKER)]);
    expect([first?.status, second?.status]).toEqual(['fulfilled', 'rejected']);
    await expect(busy.hash('c', ASKER)).resolves.toMatch(/^\$argon2id/);
  });

  test('runs over so much memory in all, and nobody overtakes', async () => {
    const large = await verifierOf('large', 256 * 1024);
    watch.messages.length = 0;
    const busy = hasher({ maxRunning: 4 });
    watch.most.memoryKiB = 0;
    const outcomes = await Promise.all([
      busy.verify('large', large, ASKER),
      busy.hash('b', ASKER),
      busy.verify('large', large, ASKER),
      busy.hash('d', ASKER),
    ]);

    expect([outcomes[0], outcomes[2]]).toMatchObject([{ matches: true }, { matches: true }]);
    expect(watch.most.memoryKiB).toBe(256 * 1024);
    expect(watch.messages.map(({ asGiven }) => asGiven)).toEqual(['large', 'large', 'b', 'd']);
  });

  test('behind one that waits for memory every place counts as taken, also for what would fit', async () => {
    const large = await verifierOf('large', 256 * 1024);
    const busy = hasher({ maxRunning: 4, maxWaiting: 1, maxNewWaiting: 0 });
    const outcomes = await Promise.allSettled([
      busy.hash('a', ASKER),
      busy.verify('large', large, ASKER),
      busy.hash('c', ASKER),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  });

  test('a computation that fails gives its place to the next', async () => {
    const salts = [Buffer.alloc(4), Buffer.alloc(16)];
    const busy = hasher({ maxRunning: 1, random: () => salts.shift() ?? Buffer.alloc(0) });
    const [failed, next] = await Promise.allSettled([busy.hash('short salt', ASKER), busy.hash('next', ASKER)]);
    expect([failed?.status, next?.status]).toEqual(['rejected', 'fulfilled']);
  });

  test('closing finishes what was taken, and takes nothing more', async () => {
    const busy = hasher({ maxRunning: 1 });
    const done: string[] = [];
    const taken = ['a', 'b', 'c'].map((password) => busy.hash(password, ASKER).then(() => done.push(password)));
    await Promise.all([busy.close(), busy.close()]);

    expect(watch.runningKiB).toEqual([]);
    expect(watch.messages).toHaveLength(3);
    await Promise.all(taken);
    expect(done).toEqual(['a', 'b', 'c']);
    await expect(busy.hash('d', ASKER)).rejects.toMatchObject({ kind: 'unavailable', code: 'shutting_down' });
    await expect(busy.verify('d', await verifierOf('d', 32), ASKER)).rejects.toMatchObject({ code: 'shutting_down' });
    await busy.close();
  });

  const others = { tenant: 'ten_b' };
  const computed = () => watch.messages.map(({ asGiven }) => asGiven);

  test('tenants take turns: whoever stores many holds up nobody else', async () => {
    const busy = hasher({ maxRunning: 1 });
    const many = busy.hashAll(['a1', 'a2', 'a3', 'a4'], ASKER);
    await Promise.all([many, busy.hashAll(['b1', 'b2'], others), busy.hash('c1', { tenant: 'ten_c' })]);
    expect(computed()).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4']);
  });

  test('of one tenant’s, what is verified goes before what is stored, and calls take turns', async () => {
    const busy = hasher({ maxRunning: 1 });
    const phc = await verifierOf('v', 32);
    watch.messages.length = 0;
    const asked = [busy.hashAll(['a1', 'a2', 'a3'], ASKER), busy.hashAll(['b1', 'b2'], ASKER)];
    await Promise.all([...asked, busy.verify('v1', phc, ASKER), busy.verify('v2', phc, ASKER)]);
    expect(computed()).toEqual(['a1', 'v1', 'v2', 'a2', 'b1', 'a3', 'b2']);
  });

  test('a tenant that has as many waiting as it may is refused alone, and may still verify', async () => {
    const busy = hasher({ maxRunning: 1, maxNewWaiting: 3 });
    const phc = await verifierOf('v', 32);
    watch.messages.length = 0;
    const full = busy.hashAll(['a1', 'a2', 'a3', 'a4'], ASKER);
    const outcomes = await Promise.allSettled([
      ...[busy.hash('a5', ASKER), busy.hashAll(['b1', 'b2', 'b3'], others), busy.verify('v', phc, ASKER), full],
      busy.hashAll(['c1', 'c2', 'c3', 'c4'], { tenant: 'ten_c' }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      'rejected',
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
    ]);
    // All or none: of a call that is refused nothing is computed.
    expect(computed().sort()).toEqual(['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'b3', 'v']);
    await expect(busy.hashAll(['a6', 'a7', 'a8', 'a9'], ASKER)).resolves.toHaveLength(4);
  });

  test('a principal that verifies all the time holds up itself alone, also within its tenant', async () => {
    const busy = hasher({ maxRunning: 1, maxWaiting: 3 });
    const phc = await verifierOf('v', 32);
    watch.messages.length = 0;
    const [flood, login] = [
      { ...ASKER, principal: 'prn_flood' },
      { ...ASKER, principal: 'prn_login' },
    ];
    const asked = ['f1', 'f2', 'f3', 'f4', 'f5'].map((said) => busy.verify(said, phc, flood));
    asked.push(...['l1', 'l2'].map((said) => busy.verify(said, phc, login)));
    const outcomes = await Promise.allSettled(asked);
    expect(computed()).toEqual(['f1', 'f2', 'l1', 'f3', 'l2', 'f4']);
    expect(outcomes.map(({ status }) => status).indexOf('rejected')).toBe(4);
  });

  test('what waits for a client that has gone is never computed, and its place is free', async () => {
    const busy = hasher({ maxRunning: 1, maxNewWaiting: 3 });
    const leaving = new AbortController();
    const left = busy.hashAll(['a1', 'a2', 'a3', 'a4'], { ...ASKER, gone: leaving.signal });
    leaving.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    await busy.hashAll(['b1', 'b2', 'b3'], ASKER);
    expect(computed()).toEqual(['a1', 'b1', 'b2', 'b3']);
    await expect(busy.hash('a5', { ...ASKER, gone: leaving.signal })).rejects.toThrow('gone');
    expect(computed()).toHaveLength(4);
  });

  test('a call of which one computation fails takes its others with it', async () => {
    const salts = [Buffer.alloc(16), Buffer.alloc(4), Buffer.alloc(16), Buffer.alloc(16)];
    const busy = hasher({ maxRunning: 1, random: () => salts.shift() ?? Buffer.alloc(16) });
    await expect(busy.hashAll(['a1', 'a2', 'a3', 'a4'], ASKER)).rejects.toThrow();
    await busy.close();
    // One more may have begun before the call was told.
    expect(computed()).toEqual(['a1', 'a2', 'a3']);
  });

  test('all tenants together wait for 10,000, so that what waits has room in memory', async () => {
    const large = await verifierOf('large', 256 * 1024);
    const busy = hasher();
    const held = busy.verify('large', large, { tenant: 'ten_held' });
    const leaving = new AbortController();
    const hundred = Array.from({ length: 100 }, () => 'x');
    const waiting = Array.from({ length: 100 }, (_, i) =>
      busy.hashAll(hundred, { tenant: `ten_${i}`, gone: leaving.signal }),
    );
    const ended = Promise.allSettled(waiting);
    await expect(busy.hash('y', others)).rejects.toMatchObject({ code: 'overloaded' });
    leaving.abort(new Error('gone'));
    expect((await ended).every(({ status }) => status === 'rejected')).toBe(true);
    await expect(busy.hash('y', others)).resolves.toMatch(/^\$argon2id/);
    expect(await held).toMatchObject({ matches: true });
  });
});
