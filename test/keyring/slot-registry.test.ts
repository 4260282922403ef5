/** The list of root slots: written under the root key, read back whole or not at all. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pooledRandom } from '../../src/crypto/random.ts';
import { IntegrityError } from '../../src/errors.ts';
import { type SlotEntry, SlotRegistry } from '../../src/keyring/slots/slot-registry.ts';
import { openStore } from '../../src/storage/opening/open-store.ts';
import type { KeyStore } from '../../src/storage/tx.ts';
import { tell } from '../support/home.ts';
import { ENGINES, freshStores, type StoreUrls } from '../support/stores.ts';

const random = pooledRandom();
const AT = new Date('2026-03-01T10:00:00Z');
const entry = (name: string, over: Partial<SlotEntry> = {}): SlotEntry => ({
  ...{ name, kind: 'file', settings: { path: `/srv/${name}` }, required: true, addedAt: AT, removedAt: undefined },
  ...over,
});

describe.each(ENGINES)('on %s', (engine) => {
  let stores: StoreUrls;
  let store: KeyStore;
  let registry: SlotRegistry;
  const rootKey = random(32);
  const open = (over: { rootKey?: Buffer; vaultId?: string } = {}) =>
    new SlotRegistry({
      ...{ store, rootKey, vaultId: 'vlt_1', filePath: '/srv/keys/epochs', secrets: {}, random, clock: () => AT },
      ...over,
    });

  beforeEach(async () => {
    stores = await freshStores(engine);
    store = await openStore('keys', stores.keyStoreUrl);
    registry = open();
  });
  afterEach(async () => {
    await store.close();
    await stores.drop();
  });

  const named = async (of = registry) => (await of.entries()).map(({ name }) => name);
  const broken = (of = registry) => expect(of.entries()).rejects.toBeInstanceOf(IntegrityError);

  test('no row at all is the file slot alone, required', async () => {
    const [one, ...others] = await registry.inForce();

    expect([one?.slot.name, one?.slot.kind, one?.required, others]).toEqual(['file', 'file', true, []]);
  });

  test('the first change writes down the file slot too; what is read is what was written; removed ones stay', async () => {
    const usb = entry('usb', { required: false });
    const bao = entry('bao', { kind: 'transit', settings: { url: 'https://bao.internal:8200', mount: 'transit' } });
    await registry.change((entries) => [...entries, usb]);
    await registry.change(() => [bao, { ...usb, removedAt: AT }]);

    expect(await open().entries()).toEqual([
      bao,
      entry('file', { settings: {}, addedAt: new Date(0) }),
      { ...usb, removedAt: AT },
    ]);
    expect((await registry.inForce()).map(({ slot, required }) => [slot.name, required])).toEqual([
      ['bao', true],
      ['file', true],
    ]);
  });

  test('a slot that stays in the list stays the same object, and so keeps its session', async () => {
    await registry.change((entries) => [...entries, entry('usb')]);
    const [before] = await registry.inForce();
    await registry.change(() => [entry('another')]);

    expect((await registry.inForce()).find(({ slot }) => slot.name === before?.slot.name)?.slot).toBe(before?.slot);
  });

  test.each([
    [
      'a slot of somebody’s own',
      `INSERT INTO root_slots (slot, kind, settings, required, added_at, removed_at, tag)
         SELECT 'mine', kind, settings, required, added_at, removed_at, tag FROM root_slots WHERE slot = 'usb'`,
    ],
    ['another place', `UPDATE root_slots SET settings = '{"path":"/tmp/mine"}' WHERE slot = 'usb'`],
    ['another kind', `UPDATE root_slots SET kind = 'pkcs11' WHERE slot = 'usb'`],
    ['a required slot made optional', `UPDATE root_slots SET required = 0 WHERE slot = 'usb'`],
    ['a removal', `UPDATE root_slots SET removed_at = 1 WHERE slot = 'usb'`],
    ['a slot brought back', `UPDATE root_slots SET removed_at = NULL WHERE slot = 'gone'`],
    ['another time', `UPDATE root_slots SET added_at = 1 WHERE slot = 'usb'`],
    ['another name', `UPDATE root_slots SET slot = 'bsu' WHERE slot = 'usb'`],
    ['a row that is dropped', `DELETE FROM root_slots WHERE slot = 'usb'`],
    ['a list that is dropped', `DELETE FROM root_slots WHERE slot = '@list'`],
    ['a row dropped with the list', `DELETE FROM root_slots WHERE slot IN ('usb', '@list')`],
  ])('%s is caught, and the list is not used', async (_, statement) => {
    await registry.change((entries) => [...entries, entry('usb'), entry('gone', { removedAt: AT })]);
    expect(await named()).toEqual(['file', 'gone', 'usb']);

    await tell(stores.keyStoreUrl, statement);

    await broken();
    await expect(registry.change(() => [entry('late')])).rejects.toBeInstanceOf(IntegrityError);
  });

  test('a list that is gone altogether is missed as soon as another slot was given an epoch', async () => {
    await registry.change((entries) => [...entries, entry('usb')]);
    await tell(stores.keyStoreUrl, `INSERT INTO epoch_slots (epoch, slot, stored_at) VALUES (1, 'usb', 0)`);
    await tell(stores.keyStoreUrl, 'DELETE FROM root_slots');

    await broken();
  });

  test('a list is right for its root key and its vault alone', async () => {
    await registry.change((entries) => [...entries, entry('usb')]);

    await broken(open({ rootKey: random(32) }));
    await broken(open({ vaultId: 'vlt_2' }));
  });

  test('it is written anew for another root key in one transaction, and then is right for that one alone', async () => {
    const next = random(32);
    await registry.change((entries) => [...entries, entry('usb')]);
    await store.exclusive((tx) => registry.retag(tx, next));

    expect(await named(open({ rootKey: next }))).toEqual(['file', 'usb']);
    await broken();
  });

  test('of changes made at once none is lost: each is there, or was refused', async () => {
    await registry.change((entries) => [...entries, entry('usb')]);
    const names = ['a', 'b', 'c', 'd', 'e'];

    const made = await Promise.allSettled(names.map((name) => open().change(() => [entry(name)])));

    const accepted = names.filter((_, i) => made[i]?.status === 'fulfilled');
    expect(accepted.length).toBeGreaterThan(0);
    expect(await named()).toEqual([...accepted, 'file', 'usb'].sort());
    for (const one of made) {
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'concurrent_change' });
    }
  });
});
