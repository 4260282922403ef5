/** One runner at a time: who holds the lease, who takes over and when, and what a holder that was overtaken can do. */
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { pooledRandom } from '../../src/crypto/random.ts';
import { LEASE_TTL_MS, type LeaseOptions, takeLease } from '../../src/jobs/lease.ts';
import { openStore } from '../../src/storage/opening/open-store.ts';
import type { KeyStore, KeyTx } from '../../src/storage/tx.ts';
import { tell } from '../support/home.ts';
import { ENGINES, freshStores } from '../support/stores.ts';

const random = pooledRandom();
const EVERY_MS = LEASE_TTL_MS / 4;

describe.each(ENGINES)('on %s', (engine) => {
  /** Stores of this test, opened as often as there are processes. */
  const place = async () => {
    const stores = await freshStores(engine);
    const opened: KeyStore[] = [];
    onTestFinished(async () => {
      vi.useRealTimers();
      await Promise.all(opened.map((store) => store.close()));
      await stores.drop();
    });
    const open = async () => {
      const store = await openStore('keys', stores.keyStoreUrl);
      opened.push(store);
      return store;
    };
    const row = async () => (await tell(stores.keyStoreUrl, 'SELECT * FROM leases'))[0] as Record<string, unknown>;
    return { open, row, url: stores.keyStoreUrl };
  };
  /** A process's running time, which passes as it sleeps; `each` is what happens meanwhile. */
  const time = (each: (slept: number) => Promise<unknown> = async () => {}) => {
    let now = 0;
    let sleeps = 0;
    const options: LeaseOptions = {
      elapsed: () => now,
      sleep: async (ms) => {
        now += ms;
        sleeps += 1;
        await each(sleeps);
      },
    };
    const jump = (ms: number) => {
      now += ms;
    };
    return { options, slept: () => now, sleeps: () => sleeps, jump };
  };
  const take = (store: KeyStore, options: LeaseOptions = time().options) => takeLease(store, 'jobs', random, options);
  /** Every timer of a holder is the test's to run: what no timer beats is dead, or put to sleep. */
  const withoutTimers = () => vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const fence = (store: KeyStore, lease: { assertHeld(tx: KeyTx): Promise<void> }) =>
    store.exclusive((tx) => lease.assertHeld(tx));

  test('who comes first has it, at once; what is given back is had at once, under a greater fence', async () => {
    const { open } = await place();
    const [one, two] = [await open(), await open()];
    withoutTimers();
    const mine = time();

    const first = await take(one, mine.options);
    await first?.release();
    const second = await take(two, mine.options);
    await second?.release();
    const third = await take(one, mine.options);

    expect([first?.fence, second?.fence, third?.fence]).toEqual([1, 2, 3]);
    expect(mine.sleeps()).toBe(0);
    await third?.release();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a holder that beats keeps it: a contender gives up at the first sign of life', async () => {
    withoutTimers();
    const { open } = await place();
    const [one, two] = [await open(), await open()];
    const holder = await take(one);
    const contender = time(async (slept) => {
      // Three of the four steps are silent.
      if (slept === 3) await fence(one, holder as never);
    });

    expect(await take(two, contender.options)).toBeUndefined();

    expect(contender.sleeps()).toBe(3);
    await fence(one, holder as never);
  });

  test('the timer is a sign of life, too', async () => {
    withoutTimers();
    const { open, row } = await place();
    const [one, two] = [await open(), await open()];
    const holder = await take(one);
    const contender = time(async () => {
      const before = await row();
      vi.advanceTimersByTime(EVERY_MS);
      await vi.waitUntil(async () => (await row()).beat !== before.beat);
    });

    expect(await take(two, contender.options)).toBeUndefined();

    expect(contender.sleeps()).toBe(1);
    await fence(one, holder as never);
  });

  test('of a holder that died it is had after the whole time and not before; two contenders, one has it', async () => {
    withoutTimers();
    const { open, row } = await place();
    const [dead, one, two] = [await open(), await open(), await open()];
    await take(dead);
    const [mine, other] = [time(), time()];

    // Neither goes on before both have seen the dead one: who looked later would wait for the heir instead.
    const both = Promise.withResolvers<void>();
    let waiting = 0;
    const together = ({ options }: typeof mine) => ({
      ...options,
      sleep: async (ms: number) => {
        waiting += 1;
        if (waiting === 2) both.resolve();
        await both.promise;
        await options.sleep?.(ms);
      },
    });

    const taken = await Promise.all([take(one, together(mine)), take(two, together(other))]);

    expect(taken.filter((lease) => lease !== undefined).map((lease) => lease.fence)).toEqual([2]);
    expect(Math.max(mine.slept(), other.slept())).toBe(LEASE_TTL_MS);
    expect(Number((await row()).fence)).toBe(2);
  });

  test('a holder that slept through a takeover fails at its next transaction, which changes nothing', async () => {
    withoutTimers();
    const { open, row } = await place();
    const [asleep, awake] = [await open(), await open()];
    const old = await take(asleep);
    const heir = await take(awake);
    expect(heir?.fence).toBe(2);
    const before = await row();

    const late = asleep.exclusive(async (tx) => {
      await tx.execute((sql) => sql('leases').insert({ name: 'planted', holder: 'x', fence: 1, beat: 1 }));
      await old?.assertHeld(tx);
    });
    await expect(late).rejects.toMatchObject({ code: 'lease_lost' });
    await old?.release();

    expect(old?.lost()).toBe(true);
    expect(await row()).toEqual(before);
    expect(await awake.reader.query((sql) => sql('leases').where({ name: 'planted' }))).toEqual([]);
    await fence(awake, heir as never);
  });

  // On SQLite the other's transaction is waited for inside the driver, where nothing of this process runs.
  test.runIf(engine === 'postgres')(
    'a fenced transaction under way holds off a takeover, and then there is none',
    async () => {
      withoutTimers();
      const { open, url } = await place();
      const [one, two] = [await open(), await open()];
      const holder = await take(one);
      const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      let begun: Promise<void> | undefined;
      const contender = time(async (slept) => {
        if (slept !== 4) return;
        // The last look has yet to come: the holder has written its beat, and commits it when the contender waits for it.
        const beaten = Promise.withResolvers<void>();
        begun = one.exclusive(async (tx) => {
          await holder?.assertHeld(tx);
          beaten.resolve();
          await vi.waitUntil(async () => (await tell(url, waiting)).length > 0);
        });
        await beaten.promise;
      });

      expect(await take(two, contender.options)).toBeUndefined();

      await begun;
      expect(contender.slept()).toBe(LEASE_TTL_MS);
      await fence(one, holder as never);
    },
  );

  test('no clock on the wall counts: a day ahead or behind neither steals a lease nor keeps one', async () => {
    withoutTimers();
    const { open } = await place();
    const [one, two] = [await open(), await open()];
    for (const days of [1, -1]) {
      vi.setSystemTime(new Date(Date.now() + days * 86_400_000));
      const holder = await take(one);
      vi.setSystemTime(new Date(Date.now() - 2 * days * 86_400_000));
      const contender = time(() => fence(one, holder as never));
      expect(await take(two, contender.options)).toBeUndefined();
      const patient = time();
      const heir = await take(two, patient.options);
      expect(patient.slept()).toBe(LEASE_TTL_MS);
      await heir?.release();
    }
  });

  test('a contender that slept a day itself looks again before it takes over', async () => {
    withoutTimers();
    const { open } = await place();
    const [one, two] = [await open(), await open()];
    const holder = await take(one);
    const contender = time(async (slept) => {
      if (slept === 1) contender.jump(86_400_000);
      else await fence(one, holder as never);
    });

    expect(await take(two, contender.options)).toBeUndefined();

    expect(contender.sleeps()).toBe(2);
  });

  test('who is stopping does not wait for a silent holder', async () => {
    withoutTimers();
    const { open } = await place();
    const [one, two] = [await open(), await open()];
    await take(one);

    expect(await take(two, { ...time().options, stopping: () => true })).toBeUndefined();
  });
});
