/** The root key in shares: enough of them make it, each is judged alone, and a bad one changes nothing. */

import { readFile } from 'node:fs/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { pooledRandom } from '../../src/crypto/random.ts';
import { combineShares, splitSecret } from '../../src/crypto/shares.ts';
import { GivenShares } from '../../src/keyring/root/given-shares.ts';
import { rootKeyCheck } from '../../src/keyring/root/root-key.ts';
import { type NewShares, RootShares, shareSetOf } from '../../src/keyring/root/root-shares.ts';
import { readShare, type Share, shareText, vaultMarkOf } from '../../src/keyring/root/share-text.ts';
import { openStore } from '../../src/storage/opening/open-store.ts';
import type { KeyStore } from '../../src/storage/tx.ts';
import { freshHome, tell } from '../support/home.ts';
import { fc } from '../support/properties.ts';
import { mistyped } from '../support/shares.ts';
import { ENGINES, freshStores } from '../support/stores.ts';
import { NOW } from '../support/vault.ts';

const KEY = Buffer.from(Array.from({ length: 32 }, (_, i) => (i * 37 + 11) & 0xff));
const VAULT = 'vlt_01jz3k5m7nef8aaaaaaaaaaaaa';
const random = pooledRandom();

function codeOf(work: () => unknown): string {
  try {
    work();
    return 'accepted';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

describe('shares of a secret', () => {
  test('any threshold of them give it back, in any order, and more do no harm', async () => {
    for (const [n, m] of [
      [2, 2],
      [3, 2],
      [5, 3],
      [7, 7],
    ] as const) {
      const pieces = await splitSecret(KEY, n, m);
      expect(new Set(pieces.map((piece) => piece[32])).size).toBe(n);
      for (let from = 0; from < n; from += 1) {
        const chosen = Array.from({ length: m }, (_, i) => pieces[(from + i * (n - 1)) % n] as Buffer);
        if (new Set(chosen).size === m) expect(await combineShares(chosen)).toEqual(KEY);
      }
      expect(await combineShares(pieces)).toEqual(KEY);
    }
    expect(await combineShares((await splitSecret(KEY, 255, 200)).slice(30, 230))).toEqual(KEY);
  });

  test('one fewer give something else, and no piece holds the secret', async () => {
    const pieces = await splitSecret(KEY, 5, 3);
    expect(await combineShares(pieces.slice(0, 2))).not.toEqual(KEY);
    for (const piece of pieces) expect(piece.includes(KEY.subarray(0, 4))).toBe(false);
  });

  /** With fewer than the threshold, every secret is as likely: a piece of one secret is spread like that of another. */
  test('a piece says nothing: its bytes are spread evenly whatever the secret is', async () => {
    for (const secret of [Buffer.alloc(2, 0), Buffer.alloc(2, 0xff)]) {
      const seen = new Array<number>(256).fill(0);
      const rounds = 2560;
      for (let i = 0; i < rounds; i += 1) {
        const [piece] = await splitSecret(secret, 2, 2);
        for (const byte of piece?.subarray(0, 2) ?? []) seen[byte] = (seen[byte] ?? 0) + 1;
      }
      const expected = (2 * rounds) / 256;
      const chiSquare = seen.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
      // 255 degrees of freedom: above 400 once in some 10^8 runs.
      expect(chiSquare).toBeLessThan(400);
    }
  });

  test('the secret and the pieces stay the caller’s: splitting and combining change neither', async () => {
    const secret = Buffer.from(KEY);
    const pieces = await splitSecret(secret, 3, 2);
    const before = pieces.map((piece) => Buffer.from(piece));
    const combined = await combineShares(pieces);
    combined.fill(0);
    expect(secret).toEqual(KEY);
    expect(pieces).toEqual(before);
  });

  test.each([
    [1, 1],
    [2, 1],
    [5, 1],
    [2, 3],
    [256, 2],
    [300, 256],
    [0, 0],
    [5, 2.5],
    [Number.NaN, 2],
  ])('%s shares with a threshold of %s are refused', async (shares, threshold) => {
    await expect(splitSecret(KEY, shares, threshold)).rejects.toBeInstanceOf(RangeError);
  });

  test('two pieces of one place, one piece, and none, are not combined', async () => {
    const [one = Buffer.alloc(0)] = await splitSecret(KEY, 2, 2);
    for (const pieces of [[one, one], [one], [], [one, one.subarray(1)]]) {
      await expect(combineShares(pieces)).rejects.toBeInstanceOf(RangeError);
    }
  });
});

const SHARE: Share = {
  set: '0011223344556677',
  vaultMark: vaultMarkOf(VAULT),
  threshold: 3,
  shares: 5,
  index: 2,
  piece: Buffer.from(Array.from({ length: 33 }, (_, i) => 255 - i * 7)),
};

describe('a share as a line of text', () => {
  const line = shareText(SHARE);

  test('is the prefix and eleven groups of eight, and is read back whole', () => {
    expect(line).toMatch(/^LETHE1(-[0-9A-HJKMNP-TV-Z]{8}){11}$/);
    expect(readShare(line)).toEqual(SHARE);
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 33, maxLength: 33 }),
        fc.uint8Array({ minLength: 8, maxLength: 8 }),
        fc.integer({ min: 2, max: 255 }),
        (piece, set, shares) => {
          const share = { ...SHARE, set: Buffer.from(set).toString('hex'), piece: Buffer.from(piece), shares };
          const whole = { ...share, threshold: Math.min(3, shares), index: shares };
          expect(readShare(shareText(whole))).toEqual(whole);
        },
      ),
      { numRuns: 50 },
    );
  });

  /** The format is stored on paper: a release that wrote another one could not read it. */
  test('is this line to the letter', () => {
    expect(line).toMatchInlineSnapshot(
      `"LETHE1-008J4CT4-ANK7F01C-N1F06182-ZZWF3TQ3-VKAWXHY0-Q6SAQ94X-JT7RH0BT-EDP6AQJQ-A14M4ESM-5MK1YBFC-NSVHEXXH"`,
    );
  });

  test('survives what paper, a telephone and a password manager do to it', () => {
    const ways = [
      line.toLowerCase(),
      line.replaceAll('-', ''),
      line.replaceAll('-', ' '),
      `  ${line}\r\n`,
      line.replaceAll('-', '‐'),
      line.replaceAll('-', '\n'),
      line.replaceAll('0', 'O'),
      line.replaceAll('0', 'o'),
      line.replaceAll('1', 'I'),
      line.replaceAll('1', 'l').replaceAll('L', '1'),
    ];
    for (const way of ways) expect(readShare(way)).toEqual(SHARE);
  });

  test('with any one character changed, two exchanged, one lost or one too many is a typo', () => {
    for (let at = 0; at < line.length; at += 1) {
      if (line.charAt(at) === '-') continue;
      if (at > 6) expect([at, codeOf(() => readShare(mistyped(line, at)))]).toEqual([at, 'share_typo']);
      expect(codeOf(() => readShare(line.slice(0, at) + line.slice(at + 1)))).toBe('share_typo');
      expect(codeOf(() => readShare(`${line.slice(0, at)}7${line.slice(at)}`))).toBe('share_typo');
      const [one, two] = [line.charAt(at), line.charAt(at + 1)];
      if (two === '' || two === '-' || one === two) continue;
      expect(codeOf(() => readShare(line.slice(0, at) + two + one + line.slice(at + 2)))).toBe('share_typo');
    }
  });

  test.each([
    ['nothing', ''],
    ['an API key', `lethe_${'a'.repeat(60)}`],
    ['another version', line.replace('LETHE1', 'LETHE2')],
    ['a letter that is none', line.replace(/.$/, 'U')],
    ['far too much', line.repeat(1000)],
    ['a threshold of one', shareText({ ...SHARE, threshold: 1 })],
    ['more needed than there are', shareText({ ...SHARE, threshold: 6 })],
    ['number zero', shareText({ ...SHARE, index: 0 })],
    ['a number too high', shareText({ ...SHARE, index: 6 })],
  ])('%s is a typo, and is not repeated in the refusal', (_, text) => {
    expect(codeOf(() => readShare(text))).toBe('share_typo');
    try {
      readShare(text);
    } catch (error) {
      if (text.length > 8) expect(JSON.stringify([error, (error as Error).message])).not.toContain(text.slice(7, 30));
    }
  });
});

async function freshKeyStore(engine: (typeof ENGINES)[number]): Promise<KeyStore> {
  const stores = await freshStores(engine);
  const store = await openStore('keys', stores.keyStoreUrl);
  onTestFinished(async () => {
    await store.close();
    await stores.drop();
  });
  return store;
}

describe.each(ENGINES)('on %s', (engine) => {
  async function splitKey(store: KeyStore, n: number, m: number): Promise<NewShares> {
    const made = await new RootShares(store, KEY, VAULT, random).split(n, m, NOW);
    await made.takeEffect();
    return made;
  }
  const inForce = async (store: KeyStore) => {
    const set = await shareSetOf(store.reader, rootKeyCheck(KEY, VAULT));
    if (set === undefined) throw new Error('no set');
    return set;
  };

  test('the set in force is the one split last, and the key store holds no share and no part of one', async () => {
    const store = await freshKeyStore(engine);
    expect(await shareSetOf(store.reader, rootKeyCheck(KEY, VAULT))).toBeUndefined();
    const old = await splitKey(store, 3, 2);
    const { set, lines } = await splitKey(store, 5, 3);

    const known = await inForce(store);
    expect(known).toMatchObject({ set, threshold: 3, shares: 5, createdAt: NOW });
    expect(old.set).not.toBe(set);
    const rows = await store.reader.query<{ mark: Buffer }>((sql) => sql('root_shares'));
    expect(rows).toHaveLength(5);
    for (const line of lines) {
      const { piece } = readShare(line);
      for (const row of rows) expect(row.mark.includes(piece.subarray(0, 6))).toBe(false);
    }
  });

  test('shares that were made and not handed out leave the set before in force', async () => {
    const store = await freshKeyStore(engine);
    const { set } = await splitKey(store, 3, 2);
    await new RootShares(store, KEY, VAULT, random).split(5, 3, NOW);
    expect((await inForce(store)).set).toBe(set);
  });

  test('each share is judged alone: mistyped, foreign, wrong, repeated; none changes what was given', async () => {
    const store = await freshKeyStore(engine);
    const old = await splitKey(store, 5, 3);
    const { lines } = await splitKey(store, 5, 3);
    const set = await inForce(store);
    const given = new GivenShares(set, VAULT);
    const [first = '', second = '', third = ''] = lines;
    const other = await new RootShares(store, KEY, VAULT.replace('vlt_01', 'vlt_02'), random).split(5, 3, NOW);
    const madeUp = (change: Partial<Share>) => shareText({ ...readShare(third), ...change });
    const piece = readShare(third).piece;
    piece[0] = (piece[0] ?? 0) ^ 1;

    expect(given.give(second)).toBe(2);
    const refused: [string, string][] = [
      [mistyped(third, 20), 'share_typo'],
      [old.lines[2] ?? '', 'share_foreign'],
      [other.lines[2] ?? '', 'share_foreign'],
      [madeUp({ vaultMark: vaultMarkOf('another') }), 'share_foreign'],
      [madeUp({ piece }), 'share_wrong'],
      [madeUp({ index: 4 }), 'share_wrong'],
      [madeUp({ index: 2 }), 'share_wrong'],
      [madeUp({ threshold: 2 }), 'share_wrong'],
      [madeUp({ shares: 6 }), 'share_wrong'],
      [madeUp({ shares: 7, index: 7 }), 'share_wrong'],
      [second, 'share_repeated'],
      [second.toLowerCase(), 'share_repeated'],
    ];
    for (const [line, code] of refused) {
      expect(codeOf(() => given.give(line))).toBe(code);
      expect(given.indexes).toEqual([2]);
    }
    expect([given.give(first), given.give(third)]).toEqual([1, 3]);
    expect(await given.combine()).toEqual(KEY);
    given.forget();
    expect(given.count).toBe(0);
  });
});

test('a split vault’s shares are bound to it, and make the key that is in its file', async () => {
  const home = await freshHome('sqlite');
  const vault = await home.open();
  const made = await vault.keyring.rootShares.split(4, 2, NOW);
  await made.takeEffect();
  const [check] = await tell<{ value: string }>(
    home.keyStoreUrl,
    "SELECT value FROM vault_facts WHERE name = 'root_key_check'",
  );
  const set = await shareSetOf(vault.keyStore.reader, check?.value ?? '');
  const [{ value: id } = { value: '' }] = await tell<{ value: string }>(
    home.keyStoreUrl,
    "SELECT value FROM vault_facts WHERE name = 'vault'",
  );
  const given = new GivenShares(set ?? (undefined as never), id);
  for (const line of made.lines.slice(1, 3)) given.give(line);
  expect((await given.combine()).toString('hex')).toBe(
    (await readFile(`${home.folder}/keys/root.key`, 'ascii')).trim(),
  );
});
