/** Signing keys: one is current, whoever makes it; each is replaced after a year; none of another's making is published. */
import { describe, expect, test } from 'vitest';
import { jwkOf, publicKeyOf, verifyJws } from '../../src/crypto/jws.ts';
import { pooledRandom } from '../../src/crypto/random.ts';
import { IntegrityError } from '../../src/errors.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { close } from '../support/epochs.ts';
import { everyByte, freshHome, type Home, placesOf, tell } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { NOW } from '../support/vault.ts';

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;
const TYPE = 'example+jwt';

describe.each(ENGINES)('on %s', (engine) => {
  const rows = (home: Home) =>
    tell<{ key_id: string; epoch: number; wrapped: Buffer; public_key: Buffer; retired_at: number | null }>(
      home.keyStoreUrl,
      'SELECT * FROM signing_keys ORDER BY created_at, key_id',
    );
  const keyOf = async (vault: Vault) => (await vault.keyring.signing.publicKeys()).map(({ kid }) => kid);

  test('the first use makes the key, and everybody signs with it', async () => {
    const home = await freshHome(engine);
    const vault = await home.open();
    expect(await vault.keyring.signing.publicKeys()).toEqual([]);

    const [one, two] = [
      await vault.keyring.signing.sign({ n: 1 }, TYPE),
      await vault.keyring.signing.sign({ n: 2 }, TYPE),
    ];

    const keys = await vault.keyring.signing.publicKeys();
    expect(keys).toHaveLength(1);
    for (const jws of [one, two]) expect(await verifyJws(jws, TYPE, keys)).toMatchObject({ ok: true });
    const again = await home.open();
    expect(await verifyJws(await again.keyring.signing.sign({}, TYPE), TYPE, keys)).toMatchObject({ ok: true });
  });

  test('two nodes that need the first key at once, or the next one, end up with the same one', async () => {
    const home = await freshHome(engine);
    let now = NOW;
    const clock = () => now;
    const nodes = [await home.open({ clock }), await home.open({ clock }), await home.open({ clock })];

    await Promise.all(nodes.map((node) => node.keyring.signing.sign({}, TYPE)));
    expect(await rows(home)).toHaveLength(1);

    now = new Date(NOW.getTime() + YEAR_MS);
    const made = await Promise.all(nodes.map((node) => node.keyring.signing.newIfDue(now)));
    expect(made).toContain(true);
    expect((await rows(home)).map(({ retired_at }) => retired_at === null)).toEqual([false, true]);
  });

  test('a key signs for a year; then its seed is destroyed, and its public key stays', async () => {
    const home = await freshHome(engine);
    let now = NOW;
    const vault = await home.open({ clock: () => now });
    const { signing } = vault.keyring;
    expect(await signing.newIfDue(now)).toBe(true);
    const old = await signing.sign({}, TYPE);
    const [first] = await rows(home);
    const late = new Date(NOW.getTime() + YEAR_MS - 1);
    expect([await signing.newIfDue(now), await signing.newIfDue(late)]).toEqual([false, false]);

    now = new Date(NOW.getTime() + YEAR_MS);
    expect(await signing.newIfDue(now)).toBe(true);

    const keys = await signing.publicKeys();
    expect(keys.map(({ kid }) => kid)).toEqual([first?.key_id, expect.not.stringMatching(first?.key_id ?? '')]);
    expect(await verifyJws(old, TYPE, keys)).toMatchObject({ ok: true, kid: keys[0]?.kid });
    expect(await verifyJws(await signing.sign({}, TYPE), TYPE, keys)).toMatchObject({ ok: true, kid: keys[1]?.kid });
    expect((await rows(home))[0]?.wrapped).not.toEqual(first?.wrapped);
    // The old row, put back, neither signs nor is published as it was.
    await tell(home.keyStoreUrl, `UPDATE signing_keys SET retired_at = NULL WHERE key_id = '${first?.key_id}'`);
    await expect(signing.publicKeys()).rejects.toThrow(IntegrityError);
  });

  test('a key is wrapped under the epoch that is active, and under no other', async () => {
    const home = await freshHome(engine);
    const vault = await home.open();
    await tell(home.keyStoreUrl, "UPDATE epochs SET state = 'deactivated'");

    await expect(vault.keyring.signing.sign({}, TYPE)).rejects.toMatchObject({ code: 'concurrent_change' });
    expect(await rows(home)).toEqual([]);
  });

  test('the close of an epoch takes every key along, and each signs and is published as before', async () => {
    const home = await freshHome(engine);
    let now = NOW;
    const vault = await home.open({ clock: () => now });
    const { signing } = vault.keyring;
    await signing.sign({}, TYPE);
    now = new Date(NOW.getTime() + YEAR_MS);
    await signing.newIfDue(now);
    const before = await signing.publicKeys();
    expect([await signing.underEpochs.countUnder(vault.keyStore.reader, 1), before.length]).toEqual([2, 2]);

    await close(vault);

    const under = [1, 2].map((epoch) => signing.underEpochs.countUnder(vault.keyStore.reader, epoch));
    expect(await Promise.all(under)).toEqual([0, 2]);
    expect(await signing.publicKeys()).toEqual(before);
    expect(await verifyJws(await signing.sign({}, TYPE), TYPE, before)).toMatchObject({
      ok: true,
      kid: before[1]?.kid,
    });
    // Bound to the moment it was made: a row altered by hand opens no more.
    await tell(home.keyStoreUrl, 'UPDATE signing_keys SET created_at = created_at + 1');
    await expect(signing.publicKeys()).rejects.toThrow(IntegrityError);
  });

  test('a public key that somebody puts into the table is not published, and a row altered is told', async () => {
    const home = await freshHome(engine);
    const vault = await home.open();
    await vault.keyring.signing.sign({}, TYPE);
    const [own] = await rows(home);
    const theirs = publicKeyOf(pooledRandom()(32));
    const { kid } = jwkOf(theirs);
    const copy = (values: unknown[]) =>
      tell(
        home.keyStoreUrl,
        engine === 'sqlite'
          ? 'INSERT INTO signing_keys (key_id, public_key, epoch, wrapped, created_at, retired_at) VALUES (?, ?, 1, ?, 1, ?)'
          : 'INSERT INTO signing_keys (key_id, public_key, epoch, wrapped, created_at, retired_at) VALUES ($1, $2, 1, $3, 1, $4)',
        values,
      );
    for (const values of [
      [kid, theirs, own?.wrapped, null],
      [kid, theirs, own?.wrapped, 2],
      ['other', own?.public_key, own?.wrapped, null],
    ]) {
      await copy(values);
      await expect(vault.keyring.signing.publicKeys()).rejects.toThrow(IntegrityError);
      await tell(home.keyStoreUrl, 'DELETE FROM signing_keys WHERE created_at = 1');
    }
    expect(await keyOf(vault)).toEqual([own?.key_id]);
  });

  test('no file and no table holds the seed', async () => {
    const home = await freshHome(engine);
    const seeds: Buffer[] = [];
    const random = pooledRandom();
    const vault = await home.open({
      random: (size) => {
        const bytes = random(size);
        if (size === 32) seeds.push(Buffer.from(bytes));
        return bytes;
      },
    });
    await vault.keyring.signing.sign({}, TYPE);
    const [row] = await rows(home);
    const seed = seeds.find((each) => publicKeyOf(each).equals(row?.public_key as Buffer));

    expect(seed).toBeDefined();
    const places = await everyByte(home);
    expect(placesOf(places, seed as Buffer)).toEqual([]);
    expect(placesOf(places, row?.public_key as Buffer).length).toBeGreaterThan(0);
  });
});
