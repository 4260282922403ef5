/** When a node says that it is ready, and what that costs. Full disks and cut wires: `test/threats/stores-down.test.ts`. */
import { rm } from 'node:fs/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { openVault } from '../../src/vault/open-vault.ts';
import { Readiness } from '../../src/vault/readiness.ts';
import { close, rootKeyOf, slotOf } from '../support/epochs.ts';
import { appOf, freshHome, tell, tellAll } from '../support/home.ts';
import { freshDatabase } from '../support/postgres.ts';
import { ENGINES } from '../support/stores.ts';
import { tcpProxy } from '../support/tcp-proxy.ts';
import { tokenize } from '../support/tokenize.ts';
import { NOW } from '../support/vault.ts';

/** More than the stores let wait (`storage/tx.ts`), and what they have begun besides. */
const FLOOD = 10_400;

describe.each(ENGINES)('on %s', (engine) => {
  test('however many ask, each store is written to once, and anew after 2 s', async () => {
    const home = await freshHome(engine);
    let time = NOW.getTime();
    const vault = await home.open({ clock: () => new Date(time) });
    const readiness = new Readiness(vault);
    const writes = [vi.spyOn(vault.recordStore, 'exclusive'), vi.spyOn(vault.keyStore, 'exclusive')];
    const written = () => writes.map(({ mock }) => mock.calls.length);
    const many = () => Promise.all(Array.from({ length: 100 }, () => readiness.look()));

    expect(new Set((await many()).map((unready) => JSON.stringify(unready)))).toEqual(new Set(['{}']));
    expect(written()).toEqual([1, 1]);
    time += 1_999;
    await many();
    expect(written()).toEqual([1, 1]);
    time += 1;
    await many();
    expect(written()).toEqual([2, 2]);
    // A clock that was set back does not keep an old answer alive.
    time -= 60_000;
    await many();
    expect(written()).toEqual([3, 3]);
  });

  test('it leaves one row in each store, whoever asks', async () => {
    const home = await freshHome(engine);
    const nodes = [await home.open(), await home.open()].map((vault) => new Readiness(vault));
    expect(await Promise.all([...nodes, ...nodes].map((node) => node.look()))).toEqual([{}, {}, {}, {}]);
    for (const url of [home.recordStoreUrl, home.keyStoreUrl]) {
      expect(await tell(url, "SELECT name FROM vault_facts WHERE name = 'last_ready_check'")).toHaveLength(1);
    }
  });

  test('a node that cannot get the secret of the epoch that another has begun says so, until it can', async () => {
    const home = await freshHome(engine);
    let time = NOW.getTime();
    const clock = () => new Date(time);
    const [one, two] = [await home.open({ clock }), await home.open({ clock })];
    await close(one);
    const slot = slotOf(home, await rootKeyOf(home));
    const secret = await slot.get(2);
    await rm(`${home.folder}/keys/epochs/epoch-000002.key`);
    await two.keyring.refresh();
    const readiness = new Readiness(two);
    expect(await readiness.look()).toEqual({ keys: 'key_unavailable' });
    const item = { type: 'email', value: 'ada@example.com' };
    const app = await appOf(one, home);
    await expect(tokenize(two, app, { items: [item] })).rejects.toMatchObject({ code: 'key_unavailable' });

    await slot.put(2, secret as Buffer);
    time += 1_000;
    expect(await readiness.look()).toEqual({});
  });

  test.each(['recordStore', 'keyStore'] as const)('a %s with more waiting than it takes is not ready', async (part) => {
    const home = await freshHome(engine);
    let time = NOW.getTime();
    const vault = await home.open({ clock: () => new Date(time) });
    const readiness = new Readiness(vault);
    const { promise: gate, resolve: release } = Promise.withResolvers<void>();
    const flood = Array.from({ length: FLOOD }, () => vault[part].shared(() => gate));
    const refused = Promise.allSettled(flood);
    expect(await readiness.look()).toEqual({ [part]: 'overloaded' });
    release();
    expect((await refused).some(({ status }) => status === 'rejected')).toBe(true);
    time += 1_000;
    expect(await readiness.look()).toEqual({});
  });
});

describe('on PostgreSQL', () => {
  async function behindWires() {
    const [records, keys, home] = [await freshDatabase(), await freshDatabase(), await freshHome('sqlite')];
    onTestFinished(async () => {
      await Promise.all([records.drop(), keys.drop()]);
    });
    const wires = { recordStore: await tcpProxy(records.url), keyStore: await tcpProxy(keys.url) };
    let time = NOW.getTime();
    const vault = await openVault(
      { ...home.config, recordStoreUrl: wires.recordStore.url, keyStoreUrl: wires.keyStore.url },
      { clock: () => new Date(time), mayMake: true },
    );
    onTestFinished(() => vault.close());
    const later = () => {
      time += 1_000;
    };
    return { vault, wires, urls: { recordStore: records.url, keyStore: keys.url }, later };
  }

  test.each(['recordStore', 'keyStore'] as const)(
    'a %s that has fallen silent is not waited for, by nobody who comes after either',
    async (part) => {
      const { vault, wires, later } = await behindWires();
      const readiness = new Readiness(vault, 500);
      wires[part].silence();
      const silent = { [part]: 'no_answer', ...(part === 'keyStore' && { keys: 'no_answer' }) };
      expect(await readiness.look()).toEqual(silent);
      later();
      const asks = vi.spyOn(vault[part], 'shared');
      expect(await Promise.all(Array.from({ length: 50 }, () => readiness.look()))).toEqual(Array(50).fill(silent));
      expect(asks).not.toHaveBeenCalled();

      wires[part].mend();
      await vi.waitFor(async () => {
        later();
        expect(await readiness.look()).toEqual({});
      });
    },
  );

  test.each(['recordStore', 'keyStore'] as const)(
    'a %s that reads alone, as a standby does, is not ready',
    async (part) => {
      const { vault, wires, urls, later } = await behindWires();
      const readiness = new Readiness(vault);
      const name = new URL(urls[part]).pathname.slice(1);
      await tell(urls[part], `ALTER DATABASE ${name} SET default_transaction_read_only = on`);
      // Sessions that are there keep what they began with.
      wires[part].cut();
      wires[part].mend();
      expect(await readiness.look()).toEqual({ [part]: 'store_unavailable' });

      await tellAll(urls[part], [
        ...['SET default_transaction_read_only = off', `ALTER DATABASE ${name} RESET default_transaction_read_only`],
      ]);
      wires[part].cut();
      wires[part].mend();
      await vi.waitFor(async () => {
        later();
        expect(await readiness.look()).toEqual({});
      });
    },
  );
});
