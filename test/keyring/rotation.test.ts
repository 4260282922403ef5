/** The close of an epoch: what K1, K3, K4 and K5 ask of it, whatever interrupts it. */
import { describe, expect, test } from 'vitest';
import { associatedData } from '../../src/crypto/associated-data.ts';
import { unwrapKey } from '../../src/crypto/envelope.ts';
import { deriveKey } from '../../src/crypto/kdf.ts';
import { UnavailableError } from '../../src/errors.ts';
import type { Token } from '../../src/ids.ts';
import { closeEpoch, destroyEnded } from '../../src/jobs/close-epoch.ts';
import { NamedKeys } from '../../src/keyring/epochs/altered-keys.ts';
import { destroy } from '../../src/keyring/epochs/epoch-destruction.ts';
import * as rotation from '../../src/keyring/epochs/rotation.ts';
import type { RootSlot } from '../../src/keyring/slots/root-slot.ts';
import { RootSlots } from '../../src/keyring/slots/root-slots.ts';
import { recordKeys } from '../../src/keyring/tables.ts';
import { BUCKET_RECORDS } from '../../src/keyring/tree/bucket-keys.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { correct } from '../../src/operations/values/correct.ts';
import { detokenize } from '../../src/operations/values/detokenize.ts';
import { search } from '../../src/operations/values/search.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { close, closingParts, contextOf, fileSlot, rootKeyOf, slotOf, withSlots } from '../support/epochs.ts';
import { appOf, freshHome, type Home, rowsOf, tell, withParts } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';

const PEOPLE = ['ada', 'bob', 'cleo', 'dan'];

/** Four people in one bucket, a text without one, and an erasure and a correction among them. */
async function furnished(home: Home) {
  const vault = await home.open();
  const app = await appOf(vault, home);
  const items = PEOPLE.map((who) => ({ type: 'email', value: `${who}@example.com`, subject: who }));
  const { results } = await tokenize(vault, app, { items });
  const [ada, bob, cleo, dan] = results as unknown as [Stored, Stored, Stored, Stored];
  return { vault, app, ada, bob, cleo, dan };
}
type Stored = { token: Token; record: never };

interface Wrapped {
  readonly tenant: string;
  readonly bucket: string;
  readonly wrapped: Buffer;
}

async function bucketsOf(home: Home) {
  const rows = await tell<Wrapped & { generation: number; epoch: number; dirty_at: number | null }>(
    home.keyStoreUrl,
    'SELECT * FROM buckets ORDER BY bucket',
  );
  return rows.map((row) => ({ ...row, generation: Number(row.generation), epoch: Number(row.epoch) }));
}

/** The bucket key in the clear, as whoever has root key and epoch secret gets it. */
async function bucketKeyOf(home: Home, row: Awaited<ReturnType<typeof bucketsOf>>[number]): Promise<Buffer> {
  const rootKey = await rootKeyOf(home);
  const secret = (await slotOf(home, rootKey).get(row.epoch)) as Buffer;
  const epochKey = deriveKey(rootKey, 'lethe/epoch-key/1', secret, row.epoch, row.tenant);
  return unwrapKey(
    Buffer.from(row.wrapped),
    epochKey,
    associatedData('lethe/bucket-key/1', row.tenant, row.bucket, row.generation, row.epoch),
  );
}

/** A slot that does as another does, but for the parts given. */
function slotLike(slot: RootSlot, parts: Partial<RootSlot>): RootSlot {
  return withParts(slot, parts);
}

describe.each(ENGINES)('on %s', (engine) => {
  test('K1: a bucket that lost a record gets a new key, and its survivors open; one that lost none keeps its own', async () => {
    const home = await freshHome(engine);
    const { vault, app, ada, bob } = await furnished(home);
    const [before] = await bucketsOf(home);
    const oldKey = await bucketKeyOf(home, before!);
    expect(await close(vault)).toMatchObject({ epoch: 1, waitsFor: [] });
    const [clean] = await bucketsOf(home);
    expect(clean).toMatchObject({ generation: 1, epoch: 2 });
    expect(await bucketKeyOf(home, clean!)).toEqual(oldKey);

    await erase(vault, app, { tokens: [ada.token] });
    await close(vault);

    const [renewed] = await bucketsOf(home);
    expect(renewed).toMatchObject({ generation: 2, epoch: 3, dirty_at: null });
    expect(await bucketKeyOf(home, renewed!)).not.toEqual(oldKey);
    expect(await home.reveal(vault, ada.token)).toBe('record_erased');
    expect(await home.reveal(vault, bob.token)).toBe('bob@example.com');
    await vault.close();
    expect(await home.reveal(await home.open(), bob.token)).toBe('bob@example.com');
  });

  test('K1: a step of a close takes a bucket that lost a record for a full one, and holds no more than it can move', async () => {
    const home = await freshHome(engine);
    const { vault, app } = await furnished(home);
    for (const subject of ['eve', 'finn']) {
      const node = await home.open();
      await tokenize(node, app, { items: [{ type: 'email', value: `${subject}@example.com`, subject }] });
    }
    await tell(home.keyStoreUrl, 'UPDATE buckets SET dirty_at = 1');
    const kind = vault.keyring.wrapped.find((one) => one.kind === 'buckets');

    const moved = await vault.keyStore.exclusive((tx) => kind!.rewrap(tx, 1, 1, BUCKET_RECORDS + 1));

    expect(moved).toBe(2);
    expect((await bucketsOf(home)).map(({ generation }) => generation).sort()).toEqual([1, 2, 2]);

    // One that holds more than a full one uses up the step, and the next bucket waits.
    const [full] = await bucketsOf(home);
    const named = new NamedKeys();
    await tell(home.keyStoreUrl, `UPDATE buckets SET dirty_at = 1 WHERE bucket = '${full?.bucket}'`);
    const held = await tell(home.keyStoreUrl, `SELECT record FROM record_keys WHERE bucket = '${full?.bucket}'`);
    const fillers = Array.from({ length: BUCKET_RECORDS + 1 - held.length }, (_, i) => `filler_${i}`);
    await vault.keyStore.exclusive((tx) =>
      tx.insert(
        recordKeys,
        fillers.map((record) => ({
          ...{ tenant: full?.tenant ?? '', record, generation: 1, bucket: full?.bucket ?? '' },
          ...{ bucket_generation: full?.generation ?? 0, wrapped: Buffer.alloc(0) },
        })),
      ),
    );
    for (const record of fillers) named.add({ tenant: full?.tenant, record });
    const limit = BUCKET_RECORDS + 2;
    expect(await vault.keyStore.exclusive((tx) => kind!.rewrap(tx, 1, 1, limit, named))).toBe(1);
  });

  test('K1, K6: a correction marks its bucket as an erasure does', async () => {
    const home = await freshHome(engine);
    const { vault, app, ada } = await furnished(home);
    await correct(vault, app, { record: ada.record, value: 'ada@example.org', reason: 'moved' });
    await close(vault);
    const [renewed] = await bucketsOf(home);
    expect(renewed).toMatchObject({ generation: 2, epoch: 2, dirty_at: null });
    expect(await home.reveal(vault, ada.token)).toBe('ada@example.org');
  });

  test('K3: a close changes no row of the record store, and no key’s value', async () => {
    const home = await freshHome(engine);
    const { vault, app, ada, bob } = await furnished(home);
    await erase(vault, app, { tokens: [ada.token] });
    const before = await rowsOf(home.recordStoreUrl);
    await close(vault);
    expect(await rowsOf(home.recordStoreUrl)).toEqual(before);
    // Values stored before open, and are found, with what the key store now holds.
    expect(await home.reveal(vault, bob.token)).toBe('bob@example.com');
    const { results } = await search(vault, app, { type: 'email', value: 'bob@example.com', purpose: 'billing' });
    expect(results.map(({ token }) => token)).toEqual([bob.token]);
  });

  test('K4: the old secret stays where a required slot does not hold the new one, or does not give it back', async () => {
    const home = await freshHome(engine);
    const { vault, bob } = await furnished(home);
    const rootKey = await rootKeyOf(home);
    const file = slotOf(home, rootKey);
    const out = new UnavailableError('key_unavailable', 'out of reach');
    const broken: Partial<RootSlot>[] = [
      { put: () => Promise.reject(out) },
      { get: () => Promise.reject(out) },
      { put: async () => {} },
      { get: async () => Buffer.alloc(32, 1) },
    ];
    for (const [i, parts] of broken.entries()) {
      const second = fileSlot(home.folder, `${home.folder}/keys/second-${i}`, rootKey);
      const slots = new RootSlots([
        { slot: file, required: true },
        { slot: slotLike(second, { name: 'second', ...parts }), required: true },
      ]);
      await expect(close(withSlots(vault, slots))).rejects.toMatchObject({ code: 'key_unavailable' });
      expect(vault.keyring.epochs.current).toBe(1);
      expect(await file.get(1)).toHaveLength(32);
      expect(await home.reveal(vault, bob.token)).toBe('bob@example.com');
    }
    // An optional slot that fails is left out, and said.
    const optional = slotLike(fileSlot(home.folder, `${home.folder}/keys/third`, rootKey), {
      name: 'third',
      put: () => Promise.reject(out),
      destroy: () => Promise.reject(out),
    });
    const slots = new RootSlots([
      { slot: file, required: true },
      { slot: optional, required: false },
    ]);
    expect(await close(withSlots(vault, slots))).toMatchObject({ without: ['third'], waitsFor: [] });
    expect(await file.get(1)).toBeUndefined();
    expect(await file.get(vault.keyring.epochs.current)).toHaveLength(32);
  });

  test('K4: nothing is destroyed while a key is wrapped under the epoch, or while the new secret cannot be read', async () => {
    const home = await freshHome(engine);
    const { vault, bob } = await furnished(home);
    const free = async () => {};
    expect(await rotation.begin(vault, free)).toEqual({ next: 2, without: [] });
    await expect(destroy(vault, 1)).rejects.toMatchObject({ code: 'epoch_in_use' });
    await rotation.activate(vault, 1, 2, free);
    await expect(destroy(vault, 1)).rejects.toMatchObject({ code: 'epoch_in_use' });
    await rotation.move(vault, 1, 2, free, { moved: free });
    // What nobody has looked at is not destroyed either.
    await expect(destroy(vault, 1)).rejects.toMatchObject({ code: 'epoch_in_use' });
    await rotation.approve(vault, 1, free);

    const file = slotOf(home, await rootKeyOf(home));
    const get = (epoch: number) => (epoch === 2 ? Promise.resolve(undefined) : file.get(epoch));
    const blind = withSlots(vault, new RootSlots([{ slot: slotLike(file, { get }), required: true }]));
    await expect(destroy(blind, 1)).rejects.toMatchObject({ code: 'key_unavailable' });
    expect(await file.get(1)).toHaveLength(32);

    expect(await destroy(vault, 1)).toEqual({ waitsFor: [] });
    expect(await file.get(1)).toBeUndefined();
    expect(await home.reveal(vault, bob.token)).toBe('bob@example.com');
  });

  test('a close that waits for a slot does again only what it waits for', async () => {
    const home = await freshHome(engine);
    const { vault } = await furnished(home);
    const rootKey = await rootKeyOf(home);
    const [file, second] = [slotOf(home, rootKey), fileSlot(home.folder, `${home.folder}/second`, rootKey)];
    let down = true;
    const reach = () =>
      down ? Promise.reject(new UnavailableError('key_unavailable', 'out of reach')) : Promise.resolve();
    const get = (epoch: number) => reach().then(() => second.get(epoch));
    const put = (epoch: number, secret: Buffer) => reach().then(() => second.put(epoch, secret));
    const lame = slotLike(second, { name: 'second', get, put });
    const slots = new RootSlots([file, lame].map((slot) => ({ slot, required: true })));
    let [prepared, verified] = [0, 0];
    const around = {
      async prepare() {
        prepared += 1;
      },
      async verify() {
        verified += 1;
        down = true;
      },
    };
    const tryOnce = (of: Vault) => closeEpoch(closingParts(of, around))(contextOf());
    for (const _ of [1, 2, 3]) {
      await expect(tryOnce(withSlots(vault, slots))).rejects.toMatchObject({ code: 'key_unavailable' });
    }
    expect([prepared, verified]).toEqual([0, 0]);

    down = false;
    for (const _ of [1, 2, 3]) {
      const later = closeEpoch(closingParts(withSlots(vault, slots), around))(contextOf({ params: { epoch: 1 } }));
      await expect(later).rejects.toMatchObject({ code: 'key_unavailable' });
    }
    expect([prepared, verified]).toEqual([1, 1]);
    expect(await file.get(1)).toHaveLength(32);
  });

  test('K5: what a runner that slept puts into a slot after the epoch is over there does not stay', async () => {
    const home = await freshHome(engine);
    const { vault } = await furnished(home);
    const rootKey = await rootKeyOf(home);
    const [file, second] = [slotOf(home, rootKey), fileSlot(home.folder, `${home.folder}/second`, rootKey)];
    const asleep = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    const put = async (epoch: number, secret: Buffer) => {
      reached.resolve();
      await asleep.promise;
      await second.put(epoch, secret);
    };
    const with2 = (slot: RootSlot) =>
      withSlots(
        vault,
        new RootSlots([
          { slot: file, required: true },
          { slot, required: false },
        ]),
      );
    let lost = false;
    const fence = async () => {
      if (lost) throw new Error('lease lost');
    };
    const sleeping = close(with2(slotLike(second, { name: 'second', put })), { fence });
    await reached.promise;
    lost = true;
    const other = with2(slotLike(second, { name: 'second' }));
    await close(other);
    expect(await close(other)).toMatchObject({ epoch: 2, waitsFor: [] });

    asleep.resolve();

    await expect(sleeping).rejects.toThrow();
    expect(await second.get(2)).toBeUndefined();
    expect(await second.get(3)).toHaveLength(32);
  });

  test('K5: an epoch is destroyed when every slot has confirmed, and not before', async () => {
    const home = await freshHome(engine);
    const { vault } = await furnished(home);
    const rootKey = await rootKeyOf(home);
    const file = slotOf(home, rootKey);
    const second = fileSlot(home.folder, `${home.folder}/keys/second`, rootKey);
    let down = false;
    const destroy = (epoch: number) =>
      down ? Promise.reject(new UnavailableError('key_unavailable', 'out of reach')) : second.destroy(epoch);
    const slots = new RootSlots([
      { slot: file, required: true },
      { slot: slotLike(second, { name: 'second', destroy }), required: true },
    ]);
    const both = withSlots(vault, slots);
    let certified = 0;
    const certify = async () => {
      const open = await tell(home.keyStoreUrl, "SELECT epoch FROM epochs WHERE state <> 'destroyed'");
      if (open.length === 1) certified += 1;
      return 0;
    };
    await closeEpoch(closingParts(both, { certify }))(contextOf());
    expect(certified).toBe(1);

    down = true;
    const outcome = await closeEpoch(closingParts(both, { certify }))(contextOf());
    expect(outcome).toMatchObject({ epoch: 2, waitsFor: ['2/second'] });
    expect(certified).toBe(1);
    expect(await tell(home.keyStoreUrl, 'SELECT state FROM epochs ORDER BY epoch')).toEqual(
      ['destroyed', 'deactivated', 'active'].map((state) => ({ state })),
    );
    // The next close goes on, and waits for the same slot.
    expect(await closeEpoch(closingParts(both, { certify }))(contextOf())).toMatchObject({
      waitsFor: ['2/second', '3/second'],
    });
    down = false;
    expect(await destroyEnded(closingParts(both))).toEqual({ waitsFor: [], destroyed: 2 });
    expect(await tell(home.keyStoreUrl, "SELECT epoch FROM epochs WHERE state <> 'destroyed'")).toHaveLength(1);
    expect([await second.get(2), await second.get(3)]).toEqual([undefined, undefined]);
  });

  test('interrupted before any of its transactions, it goes on where it was; nothing is lost, and one secret is always there', async () => {
    const home = await freshHome(engine);
    const { vault, app, ada, bob } = await furnished(home);
    const file = slotOf(home, await rootKeyOf(home));
    await detokenize(vault, app, { tokens: [bob.token], purpose: 'billing' });
    for (let crashAt = 1, done = false; !done; crashAt += 1) {
      const [dan] = (
        await tokenize(vault, app, { items: [{ type: 'email', value: `x${crashAt}@example.com`, subject: 'dan' }] })
      ).results as unknown as [Stored];
      await erase(vault, app, { tokens: [dan.token] });
      let transactions = 0;
      const fence = async () => {
        transactions += 1;
        if (transactions === crashAt) throw new Error('crash');
      };
      const epoch = vault.keyring.epochs.current;
      const interrupted = await close(vault, { fence, params: { epoch } }).catch(() => 'crashed');
      done = interrupted !== 'crashed';
      const [{ epoch: active } = { epoch: 0 }] = await tell<{ epoch: number | string }>(
        home.keyStoreUrl,
        "SELECT epoch FROM epochs WHERE state = 'active'",
      );
      expect(await file.get(Number(active))).toHaveLength(32);
      expect(await home.reveal(vault, bob.token)).toBe('bob@example.com');
      // Another process resumes.
      const other = await home.open();
      expect(await home.reveal(other, bob.token)).toBe('bob@example.com');
      await close(other, { params: { epoch } });
      expect(other.keyring.epochs.current).toBeGreaterThan(epoch);
      expect(await file.get(epoch)).toBeUndefined();
      expect(await home.reveal(vault, ada.token)).toBe('ada@example.com');
      await other.close();
    }
  });

  test('a node that knew the last epoch alone reads, writes and searches on, under the new one', async () => {
    const home = await freshHome(engine);
    const { vault, app, ada, bob } = await furnished(home);
    const stale = await home.open();
    expect(await home.reveal(stale, bob.token)).toBe('bob@example.com');
    await erase(vault, app, { tokens: [ada.token] });
    await close(vault);
    expect(stale.keyring.epochs.current).toBe(1);

    expect(await home.reveal(stale, bob.token)).toBe('bob@example.com');
    const { results } = await tokenize(stale, app, { items: [{ type: 'text', value: 'Eve', subject: 'eve' }] });
    expect(await home.reveal(vault, results[0]?.token ?? '')).toBe('Eve');
    expect(stale.keyring.epochs.current).toBe(2);
    const epochs = await tell<{ epoch: number | string }>(home.keyStoreUrl, 'SELECT epoch FROM buckets');
    expect(new Set(epochs.map(({ epoch }) => Number(epoch)))).toEqual(new Set([2]));
  });

  test('who closes an epoch at the same time as another ends with the same secret, and one close', async () => {
    const home = await freshHome(engine);
    const { vault, bob } = await furnished(home);
    const other = await home.open();
    const params = { epoch: 1 };
    await Promise.allSettled([close(vault, { params }), close(other, { params })]);
    await close(vault, { params });
    await other.keyring.refresh();
    expect(vault.keyring.epochs.current).toBeGreaterThan(1);
    expect(other.keyring.epochs.current).toBe(vault.keyring.epochs.current);
    const states = await tell<{ state: string }>(home.keyStoreUrl, 'SELECT state FROM epochs');
    // Without a lease, the slower one may have drawn a number that nobody used yet: the next close takes it.
    const inUse = states.filter(({ state }) => state !== 'destroyed' && state !== 'pre_activation');
    expect(inUse).toEqual([{ state: 'active' }]);
    for (const node of [vault, other, await home.open()])
      expect(await home.reveal(node, bob.token)).toBe('bob@example.com');
  });
});
