/**
 * Stores and keys that do not belong together, or not any more. The vault refuses to start with them, says what to do,
 * and leaves everything as it found it.
 */
import { copyFile, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runBackgroundOnce } from '../../src/background/background.ts';
import { authenticate } from '../../src/calls/authenticate.ts';
import { StartError, UnavailableError } from '../../src/errors.ts';
import { newId } from '../../src/ids.ts';
import { recover } from '../../src/operations/copies/recover.ts';
import { openVault } from '../../src/vault/open-vault.ts';
import { close } from '../support/epochs.ts';
import { ENGINES, freshStores } from '../support/stores.ts';
import { NOW, type TestVault } from '../support/vault.ts';
import { openDirectly } from './database.ts';
import { flipped, handOn } from './hand.ts';
import { copyOf, newPlace, openAt, type Place, stateOf } from './place.ts';

const OLDER = /key store is older than the record store.*recover/;

let hours = 0;

/** Opens the vault, an hour after the last time, does something with it, and closes it again. */
async function during<R>(place: Place, work: (vault: TestVault) => Promise<R>): Promise<R> {
  hours += 1;
  const vault = await openAt(place, new Date(NOW.getTime() + hours * 3_600_000));
  try {
    return await work(vault);
  } finally {
    await vault.close();
  }
}

async function store(place: Place, ...values: string[]): Promise<{ token: string; record: string }[]> {
  const items = values.map((value) => ({ type: 'email', value, subject: `ref of ${value}` }));
  return during(place, (vault) => vault.as('app').tokenize(...items));
}

async function erase(place: Place, ...tokens: string[]): Promise<void> {
  await during(place, async (vault) => {
    const { body } = await vault.as('app').call('post', '/v1/erasures', { tokens });
    expect(body).toMatchObject({ state: 'completed', records: tokens.length });
  });
}

/** Expects the vault not to open, for the reason given, and every row and key file to be what it was. */
async function refuses(place: Place, why: RegExp, kind: unknown = StartError): Promise<void> {
  const before = await stateOf(place);
  const opened = openAt(place).then(() => 'It opened.');
  await expect(opened).rejects.toThrow(why);
  await expect(opened).rejects.toBeInstanceOf(kind);
  expect(await stateOf(place)).toEqual(before);
}

async function emptyStores(place: Place) {
  const stores = await freshStores(place.engine);
  onTestFinished(stores.drop);
  return stores;
}

describe.each(ENGINES)('on %s', (engine) => {
  test('a key store put back to before an erasure is refused, until recover has destroyed its keys again', async () => {
    const place = await newPlace(engine);
    const [ada, bob] = await store(place, 'ada@example.com', 'bob@example.com');
    const before = await copyOf(place.keyStoreUrl);
    await erase(place, ada?.token ?? '');

    const restored = { ...place, keyStoreUrl: before };
    await refuses(restored, OLDER);
    await refuses(restored, OLDER);
    const keysOf = (at: Place) => during(at, (vault) => handOn(vault.vault.keyStore).rows('record_keys'));
    const left = await keysOf(place);
    expect(left.map(({ record }) => record)).toEqual([bob?.record]);

    const config = { ...restored, keysPath: `${place.folder}/keys` };
    const rootKey = { from: 'file', path: `${place.folder}/keys/root.key` } as const;
    const vault = await openVault({ ...config, rootKey }, { recovering: true });
    try {
      expect(await handOn(vault.keyStore).rows('record_keys')).toHaveLength(2);
      const admin = (await readFile(`${place.folder}/keys/admin.key`, 'ascii')).trim();
      const caller = await authenticate(vault, admin, newId('request', vault.random, vault.clock()));
      expect(await recover(vault, caller)).toMatchObject({ erasures: 1 });
    } finally {
      await vault.close();
    }
    expect(await keysOf(restored)).toEqual(left);
    for (const at of [restored, place]) {
      await during(at, async (vault) => {
        const { body } = await vault.as('app').detokenize([ada?.token ?? '', bob?.token ?? '']);
        expect(body.results).toMatchObject([{ error: { code: 'record_erased' } }, { value: 'bob@example.com' }]);
      });
    }
  });

  test('a key store put back to before a correction is refused', async () => {
    const place = await newPlace(engine);
    const [ada] = await store(place, 'ada@example.com');
    const before = await copyOf(place.keyStoreUrl);
    await during(place, async (vault) => {
      const path = `/v1/records/${ada?.record}`;
      expect((await vault.as('app').call('patch', path, { value: 'ada@example.net' })).status).toBe(200);
    });
    await refuses({ ...place, keyStoreUrl: before }, OLDER);
  });

  test('a key store put back to the middle of a large erasure is refused', async () => {
    const place = await newPlace(engine);
    const values = Array.from({ length: 600 }, (_, i) => `value-${i}@example.com`);
    const all = await store(place, ...values);
    const before = await copyOf(place.keyStoreUrl);
    await erase(place, ...all.map(({ token }) => token));
    // The copy is brought to where the first of two pages was shredded.
    await during({ ...place }, async (vault) => {
      const mirrored = await handOn(vault.vault.keyStore).rows('tombstones');
      const half = mirrored.sort((a, b) => (String(a.record) < String(b.record) ? -1 : 1)).slice(0, 500);
      const copy = await openDirectly(before);
      for (const { tenant, record, generation, buried_at } of half) {
        await copy.ask('INSERT INTO tombstones (tenant, record, generation, buried_at) VALUES (?, ?, ?, ?)', [
          tenant,
          record,
          generation,
          buried_at,
        ]);
        await copy.ask('DELETE FROM record_keys WHERE record = ?', [record]);
      }
      await copy.close();
    });
    await refuses({ ...place, keyStoreUrl: before }, OLDER);
  });

  test('a key store put back to between two erasures is refused, though the later order was carried out first', async () => {
    const place = await newPlace(engine);
    const [ada, bob] = await store(place, 'ada@example.com', 'bob@example.com');
    // The first order is interrupted before any key is destroyed.
    await during(place, async (vault) => {
      const { keyStore } = vault.vault;
      const exclusive = keyStore.exclusive.bind(keyStore);
      keyStore.exclusive = () => Promise.reject(new UnavailableError('store_unavailable', 'out of reach'));
      const { body } = await vault.as('app').call('post', '/v1/erasures', { tokens: [ada?.token] });
      expect(body.state).toBe('ordered');
      keyStore.exclusive = exclusive;
    });
    await erase(place, bob?.token ?? '');
    const between = await copyOf(place.keyStoreUrl);
    await during(place, async (vault) => {
      vault.advance(60_000);
      const reports = await runBackgroundOnce(vault.vault);
      expect(reports.find(({ name }) => name === 'complete_erasures')).toMatchObject({ changed: 1, failed: undefined });
    });
    await refuses({ ...place, keyStoreUrl: between }, OLDER);
  });

  test('stores of two different vaults are refused', async () => {
    const [one, two] = [await newPlace(engine), await newPlace(engine)];
    await store(one, 'ada@example.com');
    await store(two, 'bob@example.com');
    await refuses({ ...one, recordStoreUrl: two.recordStoreUrl }, /two different vaults/);
    await refuses({ ...one, keyStoreUrl: two.keyStoreUrl }, /two different vaults/);
  });

  test('an empty key store beside a record store is refused', async () => {
    const place = await newPlace(engine);
    await store(place, 'ada@example.com');
    const { keyStoreUrl } = await emptyStores(place);
    await refuses({ ...place, keyStoreUrl }, /key store is empty/);
    await refuses({ ...place, keyStoreUrl }, /key store is empty/);
  });

  test('an empty record store beside a key store is refused, and the administrator’s key is not overwritten', async () => {
    const place = await newPlace(engine);
    await store(place, 'ada@example.com');
    const { recordStoreUrl } = await emptyStores(place);
    await refuses({ ...place, recordStoreUrl }, /record store is empty/);
    await refuses({ ...place, recordStoreUrl }, /record store is empty/);
  });

  test('a wrong, missing or damaged root key or epoch secret is refused, and nothing is made in its place', async () => {
    const [place, other] = [await newPlace(engine), await newPlace(engine)];
    const [ada] = await store(place, 'ada@example.com');
    await store(other, 'bob@example.com');
    const [root, epoch] = [`${place.folder}/keys/root.key`, `${place.folder}/keys/epochs/epoch-000001.key`];
    const secret = await readFile(epoch);
    const cases: [path: string, spoil: () => Promise<void>, why: RegExp, kind?: unknown][] = [
      [root, () => copyFile(`${other.folder}/keys/root.key`, root), /not the root key of this vault/],
      [root, () => rm(root), /root key file is missing/],
      [root, () => writeFile(root, 'abcd\n'), /does not hold 32 bytes/],
      [epoch, () => rm(epoch), /No root slot holds the secret of epoch 1/],
      [
        epoch,
        () => copyFile(`${other.folder}/keys/epochs/epoch-000001.key`, epoch),
        /another root key/,
        UnavailableError,
      ],
      [epoch, () => writeFile(epoch, secret.subarray(1)), /damaged/, UnavailableError],
      ...[0, 12, 59].map((at): (typeof cases)[number] => [
        epoch,
        () => writeFile(epoch, flipped(secret, at)),
        /damaged/,
        UnavailableError,
      ]),
    ];
    for (const [path, spoil, why, kind] of cases) {
      await copyFile(path, `${place.folder}/kept`);
      await spoil();
      await refuses(place, why, kind);
      await rename(`${place.folder}/kept`, path);
    }
    await during(place, async (vault) => {
      const { body } = await vault.as('app').detokenize(ada?.token ?? '');
      expect(body.results[0].value).toBe('ada@example.com');
    });
  });

  // What follows are limits, stated in THREATS.md.
  test('limit: until its epoch is closed, old copies of both stores and today’s keys open an erased record; afterwards the vault does not even start on them', async () => {
    const place = await newPlace(engine);
    const [ada] = await store(place, 'ada@example.com');
    const [recordStoreUrl, keyStoreUrl] = [await copyOf(place.recordStoreUrl), await copyOf(place.keyStoreUrl)];
    await erase(place, ada?.token ?? '');
    const copies = { ...place, recordStoreUrl, keyStoreUrl };
    await expect(openAt(copies)).rejects.toThrow(/as the journal remembers/);
    // The journal warns the vault's owner; a thief takes the rest and leaves it.
    const journal = `${place.folder}/keys/journal`;
    await rename(journal, `${place.folder}/kept`);
    await during(copies, async (vault) => {
      const { body } = await vault.as('app').detokenize(ada?.token ?? '');
      expect(body.results[0].value).toBe('ada@example.com');
    });
    await rm(journal, { recursive: true, force: true });
    await rename(`${place.folder}/kept`, journal);
    await during(place, (vault) => close(vault.vault));
    await expect(openAt({ ...place, recordStoreUrl, keyStoreUrl })).rejects.toThrow(/before the close of epoch 1/);
  });

  test('limit: an older key store is taken where nothing was erased since; the values stored since do not open', async () => {
    const place = await newPlace(engine);
    const [ada] = await store(place, 'ada@example.com');
    const keyStoreUrl = await copyOf(place.keyStoreUrl);
    const [bob] = await store(place, 'bob@example.com');
    await during({ ...place, keyStoreUrl }, async (vault) => {
      expect((await vault.as('app').detokenize(ada?.token ?? '')).body.results[0].value).toBe('ada@example.com');
      const { body } = await vault.as('app').detokenize(bob?.token ?? '');
      expect(body.results[0].error.code).toBe('integrity_failure');
    });
  });
});
