/** Long jobs: ordered once, run by one process, gone on with by the next, and never changed by a runner that was overtaken. */
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { pooledRandom } from '../../src/crypto/random.ts';
import { IntegrityError, UnavailableError } from '../../src/errors.ts';
import { type JobId, newId, newTenantId, type PrincipalId } from '../../src/ids.ts';
import { type JobOrder, listJobs, orderJob, readJob } from '../../src/jobs/job-store.ts';
import { viewOf } from '../../src/jobs/job-view.ts';
import { LEASE_TTL_MS } from '../../src/jobs/lease.ts';
import type { LongJob, LongJobContext } from '../../src/jobs/long-job.ts';
import { type JobKinds, type RunnerOptions, runLongJobs } from '../../src/jobs/runner.ts';
import { openStore } from '../../src/storage/opening/open-store.ts';
import { tell } from '../support/home.ts';
import { ENGINES, freshStores } from '../support/stores.ts';
import { NOW } from '../support/vault.ts';

const random = pooledRandom();
const tenant = newTenantId(random);
const by = newId('principal', random, NOW) as PrincipalId;

describe.each(ENGINES)('on %s', (engine) => {
  const place = async () => {
    const stores = await freshStores(engine);
    const opened: { close(): Promise<void> }[] = [];
    onTestFinished(async () => {
      vi.useRealTimers();
      await Promise.all(opened.map((store) => store.close()));
      await stores.drop();
    });
    /** The stores as one process sees them. */
    const node = async () => {
      const recordStore = await openStore('records', stores.recordStoreUrl);
      const keyStore = await openStore('keys', stores.keyStoreUrl);
      opened.push(recordStore, keyStore);
      // A process's own running time; it passes when the process waits, or is told to.
      let elapsed = 0;
      const lease = {
        elapsed: () => elapsed,
        sleep: async (ms: number) => {
          elapsed += ms;
        },
      };
      const parts = { recordStore, keyStore, random, clock: () => NOW };
      return {
        ...parts,
        pass: (ms: number) => {
          elapsed += ms;
        },
        run: (kinds: JobKinds, options: RunnerOptions = {}) => runLongJobs(parts, kinds, { lease, ...options }),
        order: (kind: JobOrder['kind'], params = {}, of = tenant) =>
          recordStore.exclusive((tx) =>
            orderJob(tx, { job: newId('job', random, NOW), kind, tenant: of, params, by, at: NOW }),
          ),
        show: async (job: string) => viewOf(await readJob(recordStore.reader, job as JobId), { isFirstTenant: true }),
      };
    };
    const rows = async () => JSON.stringify(await tell(stores.recordStoreUrl, 'SELECT * FROM jobs ORDER BY job'));
    return { node, rows, keyStoreUrl: stores.keyStoreUrl };
  };
  const gate = () => Promise.withResolvers<void>();

  test.runIf(engine === 'sqlite')('an embedded store is left to others after each page', async () => {
    const one = await (await place()).node();
    await one.order('rotate_index', { index: 'email' });
    const turns: boolean[] = [];
    const pages: LongJob = async (context) => {
      for (let page = 0; page < 3; page += 1) {
        let turn = false;
        // Due before the job's own pause is over, and not at all while the job goes on at once.
        setTimeout(() => {
          turn = true;
        }, 1);
        await context.progress('backfill', page, 3);
        turns.push(turn);
      }
      return {};
    };
    await one.run({ rotate_index: pages });
    expect(turns).toEqual([true, true, true]);
  });

  test('a job waits, runs, is completed with its outcome, and is done once', async () => {
    const one = await (await place()).node();
    const { job } = await one.order('rotate_index', { index: 'email' });
    expect(await one.show(job)).toMatchObject({ state: 'waiting', step: '', done: 0, detail: {} });
    const seen: unknown[] = [];
    const work: LongJob = async (context) => {
      seen.push([context.job, context.tenant, context.orderedBy, context.params]);
      await context.progress('backfill', 3, 3);
      seen.push((await one.show(job)).state);
      return { entries: 3 };
    };

    expect(await one.run({ rotate_index: work })).toEqual([
      { job, kind: 'rotate_index', state: 'completed', code: undefined },
    ]);
    expect(await one.run({ rotate_index: work })).toEqual([]);

    expect(seen).toEqual([[job, tenant, by, { index: 'email' }], 'running']);
    const at = NOW.toISOString();
    const times = { orderedAt: at, startedAt: at, updatedAt: at, finishedAt: at };
    expect(await one.show(job)).toEqual({
      ...{ job, kind: 'rotate_index', state: 'completed', step: 'backfill', done: 3, total: 3, detail: { entries: 3 } },
      ...times,
    });
  });

  test('the same work is ordered once while it is unfinished, by however many at a time; other work is not the same', async () => {
    const { node } = await place();
    const [one, two] = [await node(), await node()];
    const other = newTenantId(random);
    const ordered = await Promise.allSettled(
      Array.from({ length: 8 }, (_, i) => (i % 2 ? one : two).order('rotate_epoch', {}, i % 3 ? tenant : other)),
    );
    // A race is lost with an error that says so; asked again, the job is there.
    for (const result of ordered) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'already_exists' });
    }
    const { job } = await one.order('rotate_epoch');
    for (const result of ordered) if (result.status === 'fulfilled') expect(result.value.job).toBe(job);

    const email = await one.order('rotate_index', { index: 'email', bits: 1 });
    expect((await two.order('rotate_index', { bits: 1, index: 'email' })).job).toBe(email.job);
    const others = [
      await one.order('rotate_index', { index: 'name', bits: 1 }),
      await one.order('rotate_index', { index: 'email', bits: 1 }, other),
    ];
    expect(new Set([job, email.job, ...others.map((row) => row.job)]).size).toBe(4);

    await one.run({ rotate_epoch: async () => ({}) });
    expect((await one.order('rotate_epoch')).job).not.toBe(job);
  });

  test('of one tenant’s work so much waits and no more; what erasures wait for is always taken, and goes first', async () => {
    const { node } = await place();
    const one = await node();
    for (let i = 0; i < 20; i += 1) await one.order('compromise', { from: i });
    await expect(one.order('compromise', { from: 20 })).rejects.toMatchObject({ code: 'too_many_jobs' });
    await one.order('compromise', { from: 20 }, newTenantId(random));
    await one.order('rotate_epoch', { epoch: 1 });
    await one.order('erase_tenant', { erasure: 'ers_x' });
    const done: string[] = [];
    const doing =
      (kind: string): LongJob =>
      async () => {
        done.push(kind);
        return {};
      };
    await one.run({
      compromise: doing('compromise'),
      rotate_epoch: doing('rotate_epoch'),
      erase_tenant: doing('erase_tenant'),
    });
    expect(done).toHaveLength(23);
    expect(done.slice(0, 2).sort()).toEqual(['erase_tenant', 'rotate_epoch']);
  });

  test('a tenant’s jobs are listed, however many of the whole vault others have ordered since; these only where wanted', async () => {
    const one = await (await place()).node();
    const other = newTenantId(random);
    const own = await one.order('rotate_index', { index: 'email' });
    const strange = await one.order('compromise', { epoch: 1 }, other);
    const epoch = await one.order('rotate_epoch', { epoch: 1 }, other);
    const list = async (wholeVault: boolean, limit: number) =>
      (await listJobs(one.recordStore.reader, tenant, { wholeVault, before: undefined, limit })).map(({ job }) => job);

    expect(await list(false, 1)).toEqual([own.job]);
    expect((await list(true, 9)).sort()).toEqual([own.job, epoch.job].sort());
    expect(await list(true, 9)).not.toContain(strange.job);
  });

  test('what erasures wait for, ordered in a tenant’s name, leaves its own work its room', async () => {
    const one = await (await place()).node();
    for (let i = 0; i < 20; i += 1) await one.order('erase_tenant', { erasure: `ers_${i}` });

    expect(await one.order('compromise', { epoch: 1 })).toMatchObject({ kind: 'compromise', state: 'waiting' });
  });

  test('a key store that was put back has an older lease; jobs that have seen later ones are done all the same', async () => {
    const { node, keyStoreUrl } = await place();
    const one = await node();
    const job = await one.order('rotate_epoch', { epoch: 1 });
    const waits: LongJob = async () => {
      throw new UnavailableError('key_unavailable', 'not now');
    };
    for (let i = 0; i < 3; i += 1) await one.run({ rotate_epoch: waits });
    await tell(keyStoreUrl, 'DELETE FROM leases');
    const [end] = (await one.run({ rotate_epoch: async () => ({}) })) ?? [];
    expect(end).toMatchObject({ job: job.job, state: 'completed' });
  });

  test('two runners: one works, the other is told that another does, and changes nothing', async () => {
    const { node, rows, keyStoreUrl } = await place();
    const [one, two] = [await node(), await node()];
    await one.order('rotate_epoch');
    const [begun, finish] = [gate(), gate()];
    const running = one.run({
      rotate_epoch: async ({ fence }) => {
        begun.resolve();
        await finish.promise;
        await one.keyStore.exclusive(fence);
        return {};
      },
    });
    await begun.promise;
    const before = await rows();
    const lease = {
      elapsed: () => 0,
      // The one that works beats by its timer; here, in the other's first wait.
      sleep: async () => void (await tell(keyStoreUrl, 'UPDATE leases SET beat = beat + 1')),
    };
    expect(await two.run({ rotate_epoch: async () => expect.unreachable() }, { lease })).toBeUndefined();
    expect(await rows()).toBe(before);

    finish.resolve();
    expect(await running).toMatchObject([{ state: 'completed' }]);
  });

  test('of a runner that died the next goes on with the same job, before others', async () => {
    const { node } = await place();
    const [dead, next] = [await node(), await node()];
    const first = await dead.order('rotate_index', { index: 'email' });
    const second = await dead.order('rotate_epoch');
    const begun = gate();
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    // Never ends: to the stores, a process that was killed.
    void dead.run({
      rotate_epoch: async () => {
        begun.resolve();
        return new Promise(() => {});
      },
    });
    await begun.promise;
    const done: string[] = [];
    const work: LongJob = async ({ job }) => {
      done.push(job);
      return {};
    };

    await next.run({ rotate_epoch: work, rotate_index: work });

    expect(done).toEqual([second.job, first.job]);
    expect(await next.show(second.job)).toMatchObject({ state: 'completed' });
  });

  test('a runner that slept through a takeover changes neither store when it wakes', async () => {
    const { node, rows, keyStoreUrl } = await place();
    const [asleep, heir] = [await node(), await node()];
    const { job } = await asleep.order('rotate_epoch');
    const [begun, wake] = [gate(), gate()];
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    let held: LongJobContext | undefined;
    const sleeper = asleep.run({
      rotate_epoch: async (context) => {
        held = context;
        begun.resolve();
        await wake.promise;
        // Whatever it does first: to tell how far it is, to change the key store, or to end.
        await expect(context.progress('late', 1, 1)).rejects.toMatchObject({ code: 'lease_lost' });
        return { late: true };
      },
    });
    await begun.promise;
    const [taken, finish] = [gate(), gate()];
    const running = heir.run({
      rotate_epoch: async ({ progress, fence }) => {
        await progress('heir', 1, 2);
        await heir.keyStore.exclusive(fence);
        taken.resolve();
        await finish.promise;
        return { heir: true };
      },
    });
    await taken.promise;
    const before = [await rows(), JSON.stringify(await tell(keyStoreUrl, 'SELECT * FROM leases'))];

    wake.resolve();
    await expect(sleeper).rejects.toMatchObject({ code: 'lease_lost' });
    const late = asleep.keyStore.exclusive(async (tx) => {
      await tx.execute((sql) => sql('leases').update({ beat: 0 }));
      await held?.fence(tx);
    });
    await expect(late).rejects.toMatchObject({ code: 'lease_lost' });

    expect(held?.stopping()).toBe(true);
    expect([await rows(), JSON.stringify(await tell(keyStoreUrl, 'SELECT * FROM leases'))]).toEqual(before);
    finish.resolve();
    await running;
    expect(await heir.show(job)).toMatchObject({ state: 'completed', detail: { heir: true } });
  });

  test('what is out of reach makes a job wait, with the code shown, and holds up none of the others', async () => {
    const one = await (await place()).node();
    const { job } = await one.order('rotate_epoch');
    const other = await one.order('rotate_index', { index: 'email' });
    const tries: string[] = [];
    const kinds: JobKinds = {
      rotate_epoch: async () => {
        tries.push('rotate_epoch');
        if (tries.length > 2) return { epoch: 2 };
        throw new UnavailableError('key_unavailable', 'A slot is offline.');
      },
      rotate_index: async () => {
        tries.push('rotate_index');
        return {};
      },
    };
    const ended: unknown[] = [];
    const options: RunnerOptions = {
      ended: async (_, row, { state, code }) => void ended.push([row.job, state, code]),
    };

    await one.run(kinds, options);
    expect(tries).toEqual(['rotate_epoch', 'rotate_index']);
    expect(await one.show(job)).toMatchObject({ state: 'waiting', code: 'key_unavailable' });
    expect(await one.show(job)).not.toHaveProperty('finishedAt');

    await one.run(kinds, options);
    expect(await one.show(job)).toMatchObject({ state: 'completed', detail: { epoch: 2 } });
    expect(await one.show(job)).not.toHaveProperty('code');
    expect(ended).toEqual([
      [other.job, 'completed', undefined],
      [job, 'completed', undefined],
    ]);
  });

  test.each([
    ['altered data', new IntegrityError(), 'integrity_failure'],
    ['a defect', new TypeError('secret'), 'internal_error'],
  ])('%s makes a job fail: it is not tried again, until it is ordered anew', async (_, error, code) => {
    const one = await (await place()).node();
    const { job } = await one.order('rotate_epoch');
    let tries = 0;
    const fails: LongJob = async () => {
      tries += 1;
      throw error;
    };
    expect(await one.run({ rotate_epoch: fails })).toEqual([{ job, kind: 'rotate_epoch', state: 'failed', code }]);
    await one.run({ rotate_epoch: fails });

    expect(tries).toBe(1);
    expect(await one.show(job)).toMatchObject({ state: 'failed', code, finishedAt: NOW.toISOString() });
    expect((await one.order('rotate_epoch')).job).not.toBe(job);
  });

  test('who stops does not begin another job, and leaves the lease free', async () => {
    const { node } = await place();
    const [one, two] = [await node(), await node()];
    const { job } = await one.order('rotate_epoch');
    const other = await one.order('rotate_index', { index: 'email' });
    let stopping = false;
    const stops: LongJob = async (context) => {
      stopping = true;
      expect(context.stopping()).toBe(true);
      throw new UnavailableError('shutting_down', 'The vault is shutting down.');
    };
    const kinds = { rotate_epoch: stops, rotate_index: stops };
    await one.run(kinds, { stopping: () => stopping });

    expect(await one.show(job)).toMatchObject({ state: 'waiting', code: 'shutting_down' });
    expect(await one.show(other.job)).toMatchObject({ state: 'waiting' });
    const slept = vi.fn(async () => {});
    await two.run({ rotate_epoch: async () => ({}) }, { lease: { sleep: slept } });
    expect(await two.show(job)).toMatchObject({ state: 'completed' });
    expect(slept).not.toHaveBeenCalled();
  });

  test('a job whose end cannot be written is gone on with, not failed', async () => {
    const one = await (await place()).node();
    const { job } = await one.order('rotate_epoch');
    let tries = 0;
    const work: LongJob = async () => {
      tries += 1;
      return { tries };
    };
    const ended = async () => {
      if (tries === 1) throw new UnavailableError('store_unavailable', 'No audit log.');
    };
    await expect(one.run({ rotate_epoch: work }, { ended })).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(await one.show(job)).toMatchObject({ state: 'running', detail: {} });
    await one.run({ rotate_epoch: work }, { ended });
    expect(await one.show(job)).toMatchObject({ state: 'completed', detail: { tries: 2 } });
  });

  test('progress is written twice a second at most, at each new step, and at the end; with its rate and the time left', async () => {
    const one = await (await place()).node();
    const { job } = await one.order('rotate_epoch');
    const shown: unknown[] = [];
    const look = async () => {
      const { step, done, total, ratePerSecond, secondsLeft } = await one.show(job);
      shown.push([step, done, total, ratePerSecond, secondsLeft]);
    };
    await one.run({
      rotate_epoch: async ({ progress }) => {
        for (const [step, done, passed] of [
          ['rewrap', 0, 0],
          ['rewrap', 10, 499],
          ['rewrap', 20, 501],
          ['rewrap', 30, 1_000],
          ['verify', 0, 1],
          ['verify', 7, 1],
        ] as const) {
          one.pass(passed);
          await progress(step, done, 100);
          await look();
        }
        return {};
      },
    });
    await look();

    expect(shown).toEqual([
      ['rewrap', 0, 100, undefined, undefined],
      ['rewrap', 0, 100, undefined, undefined],
      ['rewrap', 20, 100, 20, 4],
      ['rewrap', 30, 100, 15, 5],
      ['verify', 0, 100, undefined, undefined],
      ['verify', 0, 100, undefined, undefined],
      // What was held back is there at the end.
      ['verify', 7, 100, undefined, undefined],
    ]);
  });

  test('the rate is that of the last half minute', async () => {
    const one = await (await place()).node();
    const { job } = await one.order('rotate_epoch');
    await one.run({
      rotate_epoch: async ({ progress }) => {
        for (let second = 0; second <= 120; second += 1) {
          await progress('rewrap', second <= 60 ? second * 100 : 6_000 + (second - 60) * 10, 10_000);
          one.pass(1_000);
        }
        expect(await one.show(job)).toMatchObject({ ratePerSecond: 10, secondsLeft: 340 });
        return {};
      },
    });
  });

  test('a dead runner costs the next the time after which silence counts, and no more', async () => {
    const { node } = await place();
    const [dead, next] = [await node(), await node()];
    await dead.order('rotate_epoch');
    const begun = gate();
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    void dead.run({
      rotate_epoch: async () => {
        begun.resolve();
        return new Promise(() => {});
      },
    });
    await begun.promise;
    let slept = 0;
    const lease = {
      elapsed: () => slept,
      sleep: async (ms: number) => {
        slept += ms;
      },
    };
    expect(await next.run({ rotate_epoch: async () => ({}) }, { lease })).toMatchObject([{ state: 'completed' }]);
    expect(slept).toBe(LEASE_TTL_MS);
  });
});
