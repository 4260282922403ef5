/** Entries of shared forms are cut so short that each names a crowd, and stay as they were made. */
import { describe, expect, test } from 'vitest';
import type { RecordId } from '../../src/ids.ts';
import { correct } from '../../src/operations/values/correct.ts';
import { search } from '../../src/operations/values/search.ts';
import { bitsFor } from '../../src/search/blind-index.ts';
import { appOf, freshHome, stage, tell } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { NOW } from '../support/vault.ts';
import { addVersion, entriesOf, findAll, storeAll } from './world.ts';

/** Ids of two processes sort by the time they were made, so the second is one second ahead. */
const later = () => new Date(NOW.getTime() + 1_000);

/** Of an index of this many records. */
const coincidences = (records: number, bits: number) => records / 2 ** bits;
/** Powers of ten and of two from 64 to a million million, and what lies beside and between them. */
const SIZES = [
  64,
  ...Array.from({ length: 34 }, (_, i) => 2 ** (i + 6)).flatMap((size) => [size, size + 1, 1.5 * size]),
  ...Array.from({ length: 11 }, (_, i) => 10 ** (i + 2)).flatMap((size) => [size - 1, size, 3 * size]),
].filter((size) => size >= 64 && size <= 1e12);

test('of a planned number from 64 to 10^12, at least two and at most the root share an entry by chance', () => {
  for (const planned of SIZES) {
    const shared = coincidences(planned, bitsFor(planned));
    expect(shared, String(planned)).toBeGreaterThanOrEqual(2);
    expect(shared, String(planned)).toBeLessThanOrEqual(Math.sqrt(planned));
  }
});

/** How far from the planned number the rule still holds. */
test('the rule holds from a twelfth to a hundred and sixty times of the 100,000 that are planned for', () => {
  const bits = bitsFor(100_000);
  expect(bits).toBe(12);
  const holds = (records: number) =>
    coincidences(records, bits) >= 2 && coincidences(records, bits) <= Math.sqrt(records);
  expect([8_191, 8_192, 16_777_216, 16_777_217].map(holds)).toEqual([false, true, true, false]);
});

test('whatever is planned, the rule holds from a third to three times of it where it is 10,000 or more', () => {
  for (const planned of SIZES.filter((size) => size >= 10_000)) {
    for (const records of [planned / 3, 3 * planned]) {
      const shared = coincidences(records, bitsFor(planned));
      expect(shared, `${records} of ${planned}`).toBeGreaterThanOrEqual(2);
      expect(shared, `${records} of ${planned}`).toBeLessThanOrEqual(Math.sqrt(records));
    }
  }
});

test('of fewer than 64 no index is cut finer than for 64: four bits', () => {
  for (const planned of [1, 2, 10, 63, 64]) expect(bitsFor(planned)).toBe(4);
});

const people = (count: number) =>
  Array.from({ length: count }, (_, i) => [
    { type: 'name', value: { given: 'Ola', family: `Nordmann-${i}` } },
    { type: 'email', value: `ola${i}@d${i}.example` },
    { type: 'date_of_birth', value: `19${10 + i}-01-02` },
    { type: 'card', value: { number: '4242424242424242', expiryMonth: 1, expiryYear: 2010 + i } },
  ]).flat();
const SHARED = ['name', 'name.family', 'email.domain', 'date_of_birth', 'card.last4', 'card.last4_expiry'];
const WHOLE = ['email', 'card'];

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);

  test.each([
    [64, 4],
    [1_000, 7],
    [100_000, 12],
    [1e9, 22],
  ])(
    'of an index planned for %i records, entries of shared forms have %i bits, of unique ones 16 bytes',
    async (plannedRecords, bits) => {
      const home = await freshHome(engine);
      const vault = await home.open({ plannedRecords });
      const app = await appOf(vault, home);
      await storeAll(vault, app, people(24));
      const keys = await tell(home.keyStoreUrl, 'SELECT name, bits FROM index_keys');

      for (const name of SHARED) {
        const macs = (await entriesOf(vault, app, name)).map(({ mac }) => mac);
        expect(macs).toHaveLength(24);
        const spare = Math.ceil(bits / 8) * 8 - bits;
        for (const mac of macs) {
          expect(mac.length).toBe(Math.ceil(bits / 8));
          expect((mac.at(-1) as number) % 2 ** spare).toBe(0);
        }
        // All the bits are used: over the entries of distinct values none stays as it is.
        if (!name.startsWith('card')) {
          const used = macs.reduce((all, mac) => all | BigInt(`0x${mac.toString('hex')}`), 0n) >> BigInt(spare);
          expect(used).toBe(2n ** BigInt(bits) - 1n);
        }
        expect(Number(keys.find((key) => key.name === name)?.bits)).toBe(bits);
      }
      for (const name of WHOLE) {
        for (const { mac } of await entriesOf(vault, app, name)) expect(mac.length).toBe(16);
        expect(keys.find((key) => key.name === name)?.bits).toBeNull();
      }
    },
  );

  test('types and parts that are not indexed have no entries, and what is indexed is exactly this', async () => {
    const app = await here.as('app');
    await storeAll(here.vault, app, [...people(1), { type: 'text', value: 'x' }]);
    const names = await tell(here.home.keyStoreUrl, 'SELECT DISTINCT name FROM blind_indexes');
    expect(names.map(({ name }) => name).sort()).toEqual([...SHARED, ...WHOLE].sort());
  });

  test('another planned number, later, changes nothing of an index that is there', async () => {
    const home = await freshHome(engine);
    const before = await home.open({ plannedRecords: 64 });
    const app = await appOf(before, home);
    const value = { given: 'Ola', family: 'Nordmann' };
    const [one] = await storeAll(before, app, [{ type: 'name', value }]);
    const [entry] = await entriesOf(before, app, 'name');

    const after = await home.open({ plannedRecords: 1e9, clock: later });
    const [two] = await storeAll(after, app, [{ type: 'name', value }]);

    for (const node of [before, after]) {
      expect(await findAll(node, app, { type: 'name', value })).toEqual([one?.record, two?.record]);
    }
    for (const { mac } of await entriesOf(after, app, 'name')) expect(mac).toEqual(entry?.mac);
    await storeAll(after, app, [{ type: 'email', value: 'a@b.example' }]);
    expect((await entriesOf(after, app, 'email.domain'))[0]?.mac.length).toBe(3);
  });

  test('bits that somebody edits are noticed: nothing is found, nothing stored, `integrity_failure`', async () => {
    const home = await freshHome(engine);
    const vault = await home.open();
    const app = await appOf(vault, home);
    const item = { type: 'name', value: { given: 'Ola', family: 'Nordmann' } };
    await storeAll(vault, app, [item, { type: 'email', value: 'a@b.example' }]);

    for (const [name, was, bits] of [
      ['name', 12, 'NULL'],
      ['name', 12, '11'],
      ['name', 12, '13'],
      ['name', 12, '0'],
      ['name', 12, '-1'],
      ['name.family', 12, '128'],
      ['email', 'NULL', '12'],
    ] as const) {
      const set = (to: unknown) => tell(home.keyStoreUrl, `UPDATE index_keys SET bits = ${to} WHERE name = '${name}'`);
      await set(bits);
      const fresh = await home.open();
      const asked = name === 'email' ? { type: 'email', value: 'a@b.example' } : { ...item };
      const query = name === 'name.family' ? { type: 'name', part: 'family', value: 'Nordmann' } : asked;
      await expect(search(fresh, app, { ...query, purpose: 'billing' }), `${name} ${bits}`).rejects.toMatchObject({
        code: 'integrity_failure',
      });
      await expect(storeAll(fresh, app, [asked as never])).rejects.toMatchObject({ code: 'integrity_failure' });
      await set(was);
    }
    expect(await findAll(await home.open(), app, item)).toHaveLength(1);
  });

  test('an index that the first release made whole goes on as it is', async () => {
    const home = await freshHome(engine);
    const maker = await home.open();
    const app = await appOf(maker, home);
    // As the first release did: a key without bits, before anything is stored.
    await maker.keyring.indexes.current(app.tenant, 'name');
    const vault = await home.open();
    const value = { given: 'Ola', family: 'Nordmann' };
    const [one, two] = await storeAll(vault, app, [
      { type: 'name', value },
      { type: 'name', value: { given: 'ola', family: 'NORDMANN' } },
    ]);

    expect((await entriesOf(vault, app, 'name')).map(({ mac }) => mac.length)).toEqual([16, 16]);
    expect(await findAll(vault, app, { type: 'name', value })).toEqual([one?.record, two?.record]);
    expect((await entriesOf(vault, app, 'name.family')).map(({ mac }) => mac.length)).toEqual([2, 2]);
  });

  test('values indexed under an older version of the key and under the newest are found together, in order, in pages', async () => {
    const home = await freshHome(engine);
    const old = await home.open({ plannedRecords: 64 });
    const app = await appOf(old, home);
    const value = { given: 'Ola', family: 'Nordmann' };
    const items = (count: number, family = 'Nordmann') =>
      Array.from({ length: count }, () => ({ type: 'name', value: { given: 'Ola', family } }));
    const ids = (stored: readonly { record: RecordId }[]) => stored.map(({ record }) => record);
    const first = ids(await storeAll(old, app, items(300)));
    for (const name of ['name', 'name.family']) expect(await addVersion(old, app.tenant, name, 12)).toBe(2);

    const vault = await home.open({ plannedRecords: 64, clock: later });
    const second = ids(await storeAll(vault, app, [...items(70), ...items(5, 'Svensson'), ...items(300)]));
    const wanted = [...first, ...second.slice(0, 70), ...second.slice(75)];
    // Corrected to what it was, an old value is indexed under the newest version, and keeps its place.
    for (const record of [first[3], first[290]] as RecordId[]) {
      await correct(vault, app, { record, value: { given: 'OLA', family: 'nordmann' } });
    }

    for (const query of [
      { type: 'name', value },
      { type: 'name', part: 'family', value: 'Nordmann', limit: 41 },
    ]) {
      expect(await findAll(vault, app, query)).toEqual(wanted);
    }
    const entries = await entriesOf(vault, app, 'name.family');
    const versionOf = new Map(entries.map(({ record, version }) => [record, version]));
    expect(first.filter((record) => versionOf.get(record) === 2)).toEqual([first[3], first[290]]);
    expect(second.every((record) => versionOf.get(record) === 2)).toBe(true);
    expect(entries.filter(({ version }) => version === 2).every(({ mac }) => mac.length === 2)).toBe(true);
    expect(entries.filter(({ version }) => version === 1).every(({ mac }) => mac.length === 1)).toBe(true);
  });

  test('what stands far down a crowded entry of an older version comes before what a newer version offers at once', async () => {
    const home = await freshHome(engine);
    const old = await home.open({ plannedRecords: 64 });
    const app = await appOf(old, home);
    const named = (family: string, count = 1) =>
      Array.from({ length: count }, () => ({ type: 'name', value: { given: 'Ola', family } }));
    const probes = Array.from({ length: 17 }, (_, i) => `Berg-${i}`);
    await storeAll(
      old,
      app,
      probes.flatMap((family) => named(family)),
    );
    const macs = (await entriesOf(old, app, 'name.family')).map(({ mac }) => mac.toString('hex'));
    // Seventeen in sixteen entries: two share one.
    const twin = macs.findIndex((mac, i) => macs.indexOf(mac) < i);
    const [crowd, meant] = [probes[twin] as string, probes[macs.indexOf(macs[twin] as string)] as string];
    await storeAll(old, app, [...named(crowd, 400), ...named(meant, 3), ...named(crowd, 100)]);
    const query = { type: 'name', part: 'family', value: meant };
    const before = await findAll(old, app, query);
    await addVersion(old, app.tenant, 'name.family', 4);

    const vault = await home.open({ plannedRecords: 64, clock: later });
    const stored = await storeAll(vault, app, named(meant, 300));

    expect(before).toHaveLength(4);
    expect(await findAll(vault, app, query)).toEqual([...before, ...stored.map(({ record }) => record)]);
  });

  test('a value corrected under the newest version is found once, and not by what it was', async () => {
    const home = await freshHome(engine);
    const old = await home.open();
    const app = await appOf(old, home);
    const [one] = await storeAll(old, app, [{ type: 'email', value: 'was@versions.example' }]);
    await addVersion(old, app.tenant, 'email', null);
    const vault = await home.open();
    await correct(vault, app, { record: one?.record as RecordId, value: 'is@versions.example' });

    expect(await findAll(vault, app, { type: 'email', value: 'is@versions.example' })).toEqual([one?.record]);
    expect(await findAll(vault, app, { type: 'email', value: 'was@versions.example' })).toEqual([]);
    expect((await entriesOf(vault, app, 'email')).map(({ version }) => version)).toEqual([2]);
  });

  test('a cursor from before a new version of its key leads on after it', async () => {
    const home = await freshHome(engine);
    const old = await home.open();
    const app = await appOf(old, home);
    const item = { type: 'email', value: 'cursor@versions.example' };
    const stored = await storeAll(old, app, [item, item, item]);
    const { next } = await search(old, app, { ...item, limit: 1, purpose: 'billing' });
    await addVersion(old, app.tenant, '@cursor', null);

    const vault = await home.open();
    const reply = await search(vault, app, { ...item, purpose: 'billing', after: next as string });
    expect(reply.results.map(({ record }) => record)).toEqual(stored.slice(1).map(({ record }) => record));
  });
});
