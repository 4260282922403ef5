/** The close of an epoch by a process that dies at a root slot, or whose clock is set while it works (K4). */
import { describe, expect, test } from 'vitest';
import { closing, runJobsOnce } from '../../src/background/long-jobs.ts';
import type { Token } from '../../src/ids.ts';
import { destroyEnded } from '../../src/jobs/close-epoch.ts';
import type { RootSlot } from '../../src/keyring/slots/root-slot.ts';
import { RootSlots } from '../../src/keyring/slots/root-slots.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { readCertificate } from '../../src/operations/erasures/read-certificate.ts';
import { addSlot } from '../../src/operations/keys/add-slot.ts';
import { rotateKeys } from '../../src/operations/keys/rotate-keys.ts';
import { detokenize } from '../../src/operations/values/detokenize.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { close, withSlots } from '../support/epochs.ts';
import { appOf, freshHome, type Home, tell, withParts } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';
import { NOW } from '../support/vault.ts';

const DAY_MS = 24 * 3_600_000;
/** Two slots, each asked to take, give back, hand out and destroy: fewer calls, and the loop below looked at nothing. */
const CALLS_AT_LEAST = 8;

type Caller = Awaited<ReturnType<typeof appOf>>;

async function store(vault: Vault, app: Caller, ...names: string[]): Promise<Token[]> {
  const items = names.map((name) => ({ type: 'email', value: `${name}@example.com`, subject: name }));
  const { results } = await tokenize(vault, app, { items });
  return results.map(({ token }) => token as Token);
}

async function statesOf(home: Home): Promise<Map<number, string>> {
  const rows = await tell<{ epoch: number | string; state: string }>(home.keyStoreUrl, 'SELECT * FROM epochs');
  return new Map(rows.map(({ epoch, state }) => [Number(epoch), state]));
}

async function epochsInUse(home: Home): Promise<number[]> {
  const states = await statesOf(home);
  const active = [...states].filter(([, state]) => state === 'active').map(([epoch]) => epoch);
  expect(active).toHaveLength(1);
  const tables = ['buckets', 'index_keys', 'windows', 'signing_keys'];
  const query = tables.map((table) => `SELECT epoch FROM ${table} WHERE epoch > 0`).join(' UNION ');
  const under = await tell<{ epoch: number | string }>(home.keyStoreUrl, query);
  return [...new Set([...active, ...under.map(({ epoch }) => Number(epoch))])];
}

describe.each(ENGINES)('on %s', (engine) => {
  test.each([
    ['before', 'is done'],
    ['after', 'was done'],
  ])(
    'killed %s any call to a slot %s: every secret in use is there, all opens, and the next process goes on',
    async (when) => {
      const home = await freshHome(engine);
      const vault = await home.open();
      const app = await appOf(vault, home);
      const [ada] = (await store(vault, app, 'ada')) as [Token];
      const second = {
        name: 'second',
        kind: 'file',
        settings: { path: `${home.folder}/second` },
        required: true,
      } as const;
      await addSlot(vault, await appOf(vault, home, 'security'), second);
      const slots = vault.keyring.epochs.slots.required;
      expect(slots).toHaveLength(2);

      let dieAt = 0;
      for (let died = true; died; ) {
        dieAt += 1;
        died = false;
        let calls = 0;
        const alive = () => {
          if (died) throw new Error('dead');
        };
        const mortal = (slot: RootSlot): RootSlot => {
          const call = async <R>(work: () => Promise<R>): Promise<R> => {
            alive();
            calls += 1;
            if (calls !== dieAt) return work();
            if (when === 'after') await work();
            died = true;
            throw new Error('dies');
          };
          return withParts(slot, {
            put: (epoch, secret) => call(() => slot.put(epoch, secret)),
            get: (epoch) => (over.has(epoch) ? slot.get(epoch) : call(() => slot.get(epoch))),
            destroy: (epoch) => call(() => slot.destroy(epoch)),
          });
        };
        const [gone] = (await store(vault, app, `gone-${dieAt}`)) as [Token];
        await erase(vault, app, { tokens: [gone] });
        const epoch = vault.keyring.epochs.current;
        // Looking once more for what is destroyed changes nothing, and each round has one epoch more of it.
        const over = new Set([...(await statesOf(home))].filter(([, state]) => state === 'destroyed').map(([n]) => n));
        const mortals = slots.map((slot) => ({ slot: mortal(slot), required: true }));
        const doomed = withSlots(vault, new RootSlots(mortals));
        const fence = async () => alive();
        await close(doomed, { fence, params: { epoch } }).catch((error) => {
          if (!died) throw error;
        });
        for (const used of await epochsInUse(home)) {
          for (const slot of slots)
            expect(await slot.get(used), `${used} in ${slot.name}, call ${dieAt}`).toHaveLength(32);
        }
        const other = await home.open();
        expect(await home.reveal(other, ada)).toBe('ada@example.com');
        await close(other, { params: { epoch } });
        const states = await statesOf(home);
        expect(states.get(epoch)).toBe('destroyed');
        expect([...states.values()].filter((state) => state === 'active')).toHaveLength(1);
        for (const slot of slots) expect(await slot.get(epoch)).toBeUndefined();
        expect([await home.reveal(other, ada), await home.reveal(other, gone)]).toEqual([
          'ada@example.com',
          'record_erased',
        ]);
        await other.close();
        await vault.keyring.refresh();
      }
      expect(dieAt).toBeGreaterThan(CALLS_AT_LEAST);
      const { results } = await detokenize(vault, app, { tokens: [ada], purpose: 'billing' });
      expect(results[0]).toMatchObject({ value: 'ada@example.com' });
    },
    60_000,
  );

  test('a clock that is set a day ahead and a day back between any two steps closes one epoch for each order', async () => {
    const home = await freshHome(engine);
    let jumps = 0;
    let looks = 0;
    const clock = () => {
      looks += 1;
      return new Date(NOW.getTime() + jumps * [0, DAY_MS, -DAY_MS, DAY_MS][looks % 4]!);
    };
    const vault = await home.open({ clock });
    const [app, security] = [await appOf(vault, home), await appOf(vault, home, 'security')];
    const [ada, bob] = (await store(vault, app, 'ada', 'bob')) as [Token, Token];
    const { erasure } = await erase(vault, app, { tokens: [bob] });
    for (const epoch of [1, 2, 3]) {
      await rotateKeys(vault, security, {});
      [jumps, looks] = [1, epoch];
      expect(await runJobsOnce(vault)).toMatchObject([{ kind: 'rotate_epoch', state: 'completed' }]);
      expect(await runJobsOnce(vault)).toEqual([]);
      expect(await destroyEnded(closing(vault))).toEqual({ waitsFor: [], destroyed: 0 });
      expect(looks).toBeGreaterThan(CALLS_AT_LEAST);
      jumps = 0;
      expect([...(await statesOf(home))].sort(([a], [b]) => a - b)).toEqual([
        ...Array.from({ length: epoch }, (_, i) => [i + 1, 'destroyed']),
        [epoch + 1, 'active'],
      ]);
      expect(await home.reveal(vault, ada)).toBe('ada@example.com');
    }
    expect(await readCertificate(vault, app, { erasure })).toMatchObject({ state: 'final' });
    expect(await home.reveal(await home.open(), ada)).toBe('ada@example.com');
  });
});
