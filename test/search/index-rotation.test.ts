/** Replacing the key of a blind index: search never misses, whoever sleeps, writes, corrects, erases or crashes meanwhile. */
import { describe, expect, test } from 'vitest';
import type { Caller } from '../../src/calls/caller.ts';
import type { Clock } from '../../src/clock.ts';
import { fold } from '../../src/datatypes/normalise.ts';
import { type JobId, newTenantId, type RecordId, type TenantId } from '../../src/ids.ts';
import type { Detail, LongJobContext } from '../../src/jobs/long-job.ts';
import { rotateIndex, settleIndexRotations } from '../../src/jobs/rotate-index.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { setKeep } from '../../src/operations/types/set-keep.ts';
import { correct } from '../../src/operations/values/correct.ts';
import { entryRow } from '../../src/search/blind-index.ts';
import { blindIndexes } from '../../src/search/index-rows.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { close, contextOf } from '../support/epochs.ts';
import { appOf, callerOf, freshHome, type Home, tell, withParts } from '../support/home.ts';
import { packedBuild } from '../support/spelled.ts';
import { ENGINES, type Engine } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';
import { NOW } from '../support/vault.ts';
import { entriesOf, findAll, storeAll } from './world.ts';

interface World {
  readonly home: Home;
  readonly vault: Vault;
  readonly app: Caller;
}

async function worldOn(engine: Engine, options: { clock?: Clock; plannedRecords?: number } = {}): Promise<World> {
  const home = await freshHome(engine);
  const vault = await home.open({ plannedRecords: 64, ...options });
  return { home, vault, app: await appOf(vault, home) };
}

let jobs = 0;
const newJob = () => `job_${jobs++}` as JobId;

function rotate(vault: Vault, { tenant }: Caller, name: string, over: Partial<LongJobContext> = {}): Promise<Detail> {
  return rotateIndex(vault)(contextOf({ job: newJob(), tenant, params: { name }, ...over }));
}

const email = (i: number | string) => ({ type: 'email', value: `ada${i}@example.com`, subject: `cust_${i}` });

/** Another node that has read the keys of every index it will need, and has not been asked anything since. */
async function asleep({ home, app }: World, ahead = 1): Promise<Vault> {
  // Ids of two processes sort by the time they were made.
  const node = await home.open({ plannedRecords: 64, clock: () => new Date(NOW.getTime() + ahead * 1_000) });
  await findAll(node, app, { type: 'email', value: 'ada0@example.com' });
  await findAll(node, app, { type: 'email', part: 'domain', value: 'example.com' });
  return node;
}

async function versionsOf({ home }: World, name = 'email') {
  const rows = await tell(
    home.keyStoreUrl,
    `SELECT version, count(*) AS n FROM blind_indexes WHERE name = '${name}' GROUP BY version ORDER BY version`,
  );
  return Object.fromEntries(rows.map(({ version, n }) => [Number(version), Number(n)]));
}

/** The versions under which a value is written that comes at this step. */
const VERSIONS: Record<string, number[]> = {
  ...{ opening: [1, 2], filling: [1, 2], verifying: [1, 2] },
  ...{ leaving: [2], dropping: [2], over: [2] },
};

const keysOf = async ({ home }: World, name = 'email') =>
  (
    await tell(
      home.keyStoreUrl,
      `SELECT version, state, length(wrapped) AS size, bits FROM index_keys WHERE name = '${name}' ORDER BY version`,
    )
  ).map(({ version, state, size, bits }) => [
    Number(version),
    state,
    Number(size) > 0,
    bits === null ? null : Number(bits),
  ]);

describe.each(ENGINES)('on %s', (engine) => {
  test('values that were stored before their type had a part are found by it once its index was rotated', async () => {
    const world = await worldOn(engine);
    const { home, vault, app } = world;
    const number = (i: number) => `+49 30 ${1_000_000 + i}`;
    const items = Array.from({ length: 300 }, (_, i) => ({ type: 'phone', value: number(i) }));
    const stored = await storeAll(vault, app, items);
    const [gone, fixed] = stored as [(typeof stored)[number], (typeof stored)[number]];
    // As the release before left it: it knew of no such index.
    await tell(home.keyStoreUrl, "DELETE FROM blind_indexes WHERE name = 'phone.last4'");
    await tell(home.keyStoreUrl, "DELETE FROM index_keys WHERE name = 'phone.last4'");
    await vault.close();
    const [node, other] = [await home.open({ plannedRecords: 64 }), await home.open({ plannedRecords: 64 })];
    const by = (value: string, at = node) => findAll(at, app, { type: 'phone', part: 'last4', value });
    expect(await by('0007')).toEqual([]);
    await erase(node, app, { records: [gone.record] });
    await correct(node, app, { record: fixed.record, value: '+49 30 7777777' });

    const steps: string[] = [];
    const progress = async (step: string) => {
      steps.push(step);
      if (steps.filter((one) => one === 'completing').length !== 1 || step !== 'completing') return;
      await erase(other, app, { records: [stored[299]?.record as RecordId] });
    };
    const done = await rotate(node, app, 'phone.last4', { progress });

    expect(done).toMatchObject({ name: 'phone.last4', removed: true });
    expect(await by('0007', other)).toEqual([stored[7]?.record]);
    expect(await by('7777')).toEqual([fixed.record]);
    for (const last4 of ['0000', '0001', '0299']) expect(await by(last4)).toEqual([]);
    const rows = await tell(home.keyStoreUrl, "SELECT DISTINCT record FROM blind_indexes WHERE name = 'phone.last4'");
    expect(rows).toHaveLength(298);
    await expect(rotate(node, app, 'phone.last5')).rejects.toMatchObject({ code: 'unknown_index' });
  });

  test('rows of the form that an earlier release compared by are made again in the form of this one', async () => {
    const world = await worldOn(engine);
    const { vault, app } = world;
    const value = 'm\u0131ke@example.com';
    const { results } = await tokenize(vault, app, { items: [{ type: 'email', value, subject: 'cust_1' }] });
    const { record } = results[0] as (typeof results)[number];
    const tenant = app.tenant as TenantId;
    const [key] = await (await vault.keyring.indexes.known(tenant)).versions('email');
    const earlier = { name: 'email', typeVersion: 1, spread: 'unique', text: fold(value) } as const;
    await vault.keyStore.exclusive(async (tx) => {
      await tx.execute(packedBuild((sql) => sql('blind_indexes').where({ name: 'email', record }).delete()));
      await tx.insert(blindIndexes, [entryRow(key as never, tenant, earlier, record, 1)]);
    });
    expect(await findAll(vault, app, { type: 'email', value })).toEqual([]);

    await rotate(vault, app, 'email');

    expect(await findAll(vault, app, { type: 'email', value })).toEqual([record]);
    expect(await findAll(vault, app, { type: 'email', value: 'mike@example.com' })).toEqual([]);
  });

  test('at each step, nodes that slept until then find, store, correct and erase as if nothing were happening', async () => {
    const world = await worldOn(engine);
    const { vault, app } = world;
    const stored = await storeAll(
      vault,
      app,
      Array.from({ length: 300 }, (_, i) => email(i)),
    );
    const expected = new Map<string, RecordId[]>(stored.map(({ record }, i) => [email(i).value, [record]]));
    const sleepers: Vault[] = [];
    for (let i = 0; i < 7; i += 1) sleepers.push(await asleep(world, i + 1));
    const steps: string[] = [];
    const check = async (node: Vault, every: number) => {
      for (const [n, [value, records]] of [...expected].entries()) {
        if (n % 60 === every || n >= 300) expect(await findAll(node, app, { type: 'email', value })).toEqual(records);
      }
      // An index of shared forms beside it is as it was.
      expect(await findAll(node, app, { type: 'email', part: 'domain', value: 'Example.com' })).toHaveLength(
        [...expected.values()].flat().length,
      );
    };
    const live = async (node: Vault, i: number) => {
      // It writes before it reads anything: only the bucket tells it what it missed. The same person: the new record goes to a bucket that was there before.
      const [fresh] = await storeAll(node, app, [{ ...email(`step${i}`), subject: `cust_${i}` }]);
      expected.set(email(`step${i}`).value, [fresh?.record as RecordId]);
      const under = (await entriesOf(vault, app, 'email')).filter(({ record }) => record === fresh?.record);
      expect(under.map(({ version }) => version).sort()).toEqual(VERSIONS[steps[i - 1] ?? '']);
      const [corrected, erased] = [stored[i * 3 + 100]?.record as RecordId, stored[i * 3 + 101]?.record as RecordId];
      await correct(node, app, { record: corrected, value: `new${i}@example.com` });
      expected.set(`new${i}@example.com`, [corrected]);
      expected.set(email(i * 3 + 100).value, []);
      await erase(node, app, { records: [erased] });
      expected.set(email(i * 3 + 101).value, []);
      await check(vault, i);
      await check(node, i);
    };
    await check(vault, 0);
    const drowsy = sleepers.pop() as Vault;

    const done = await rotate(vault, app, 'email', {
      progress: async (step) => {
        if (steps.includes(step)) return;
        steps.push(step);
        await live(sleepers[steps.length] as Vault, steps.length);
        // This one hears of the new version, and then of nothing more.
        if (step === 'filling') await findAll(drowsy, app, { type: 'email', value: 'ada0@example.com' });
      },
    });

    expect(steps).toEqual(['opening', 'filling', 'verifying', 'leaving', 'dropping']);
    expect(done).toMatchObject({ name: 'email', from: ['1'], to: 2, waiting: 0, removed: true });
    // One that slept all the while, and one that knows of both versions.
    steps.push('over');
    await live(sleepers[0] as Vault, 6);
    steps.push('over');
    await live(drowsy, 7);
    for (const node of [vault, ...sleepers]) await check(node, 7);
    for (const [value, records] of expected) {
      expect(await findAll(vault, app, { type: 'email', value })).toEqual(records);
    }
    // Nothing of the old version is left, and every value has one row under the new one.
    const rows = await entriesOf(vault, app, 'email');
    expect(rows.every(({ version }) => version === 2)).toBe(true);
    expect(rows.map(({ record }) => record).sort()).toEqual([...expected.values()].flat().sort());
    expect(await keysOf(world)).toEqual([
      [1, 'removed', false, null],
      [2, null, true, null],
    ]);
  });

  test('a crash in any transaction leaves every value to be found, and the job goes on where it was', async () => {
    const world = await worldOn(engine);
    const { vault, app } = world;
    const stored = await storeAll(vault, app, [0, 1, 2].map(email));
    const sleeper = await asleep(world);
    const check = async () => {
      for (const node of [vault, sleeper]) {
        for (const [i, { record }] of stored.entries()) {
          expect(await findAll(node, app, { type: 'email', value: email(i).value })).toEqual([record]);
        }
      }
    };

    let crashes = 0;
    for (let crashed = true; crashed; ) {
      const job = newJob();
      let left = crashes + 1;
      const fence = async () => {
        left -= 1;
        if (left === 0) throw new Error('crash');
      };
      crashed = await rotate(vault, app, 'email', { job, fence }).then(
        () => false,
        () => left === 0,
      );
      await check();
      // Another process goes on.
      const done = await rotate(sleeper, app, 'email', { job });
      expect(done).toMatchObject({ to: crashes + 2, waiting: 0, removed: true });
      await check();
      crashes += 1;
      expect(await versionsOf(world)).toEqual({ [crashes + 1]: 3 });
    }

    expect(crashes).toBeGreaterThan(8);
    const states = (await keysOf(world)).map(([, state]) => state);
    expect(states).toEqual([...Array.from({ length: crashes }, () => 'removed'), null]);
  });

  test('before the new version is in place every row of the old one has one in its place; none has gone', async () => {
    const world = await worldOn(engine);
    const { vault, app } = world;
    await storeAll(
      vault,
      app,
      Array.from({ length: 600 }, (_, i) => email(i)),
    );
    const counted: Record<string, unknown> = {};
    await rotate(vault, app, 'email', {
      progress: async (step) => {
        counted[step] ??= await versionsOf(world);
      },
    });
    expect(counted).toMatchObject({
      opening: { 1: 600 },
      verifying: { 1: 600, 2: 600 },
      leaving: { 1: 600, 2: 600 },
      dropping: { 2: 600 },
    });
  });

  test('a row that the filling left out keeps the new version from its place, until it is made', async () => {
    const world = await worldOn(engine);
    const { vault, app } = world;
    const [one] = await storeAll(vault, app, [0, 1].map(email));
    const seen: unknown[] = [];
    let lost = false;
    await rotate(vault, app, 'email', {
      progress: async (step) => {
        if (step === 'filling' && !lost) {
          lost = true;
          await tell(
            world.home.keyStoreUrl,
            `DELETE FROM blind_indexes WHERE version = 2 AND record = '${one?.record}'`,
          );
        }
        seen.push([step, await versionsOf(world)]);
      },
    });
    expect(seen.filter((entry) => (entry as [string])[0] === 'filling')).toHaveLength(2);
    expect(seen.find((entry) => (entry as [string])[0] === 'leaving')).toEqual(['leaving', { 1: 2, 2: 2 }]);
    expect(await findAll(vault, app, { type: 'email', value: email(0).value })).toEqual([one?.record]);
  });

  test('a value that is erased or corrected while it is open to be indexed again gets no row back', async () => {
    for (const step of ['filling', 'dropping']) {
      const world = await worldOn(engine);
      const { vault, app } = world;
      const [erased, corrected, kept] = await storeAll(vault, app, [0, 1, 2].map(email));
      const node = await asleep(world);
      // The next transaction but this many is the one that writes what was opened.
      let after: number | undefined;
      const { keyStore } = vault;
      const exclusive = async <R>(work: Parameters<typeof keyStore.exclusive<R>>[0]): Promise<R> => {
        if (after !== undefined) after -= 1;
        if (after === 0) {
          await erase(node, app, { records: [erased?.record as RecordId] });
          await correct(node, app, { record: corrected?.record as RecordId, value: 'other@example.com' });
        }
        return keyStore.exclusive(work);
      };

      await rotate({ ...vault, keyStore: withParts(keyStore, { exclusive }) }, app, 'email', {
        progress: async (now) => {
          if (now === (step === 'filling' ? 'opening' : 'leaving')) after = step === 'filling' ? 1 : 2;
        },
      });

      expect(after).toBeLessThan(1);
      const rows = await tell(
        world.home.keyStoreUrl,
        "SELECT record, version, generation FROM blind_indexes WHERE name = 'email' ORDER BY record",
      );
      expect(rows.map(({ record, version, generation }) => [record, Number(version), Number(generation)])).toEqual([
        [corrected?.record, 2, 2],
        [kept?.record, 2, 1],
      ]);
      expect(await findAll(node, app, { type: 'email', value: 'other@example.com' })).toEqual([corrected?.record]);
    }
  });

  test.each(['stored', 'corrected'] as const)(
    'a value that is being %s by a process asleep between the stores keeps its old row, and is found when it wakes',
    async (how) => {
      const world = await worldOn(engine);
      const { vault, app } = world;
      const [first] = await storeAll(vault, app, [email(0)]);
      const sleeper = await asleep(world);
      let wake = () => {};
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      let fell = () => {};
      const fallen = new Promise<void>((resolve) => {
        fell = resolve;
      });
      const { recordStore } = sleeper;
      const slowly = async <R>(work: () => Promise<R>): Promise<R> => {
        fell();
        await woken;
        return work();
      };
      const slow = {
        ...sleeper,
        recordStore: withParts(recordStore, {
          shared: (work) => slowly(() => recordStore.shared(work)),
          exclusive: (work) => slowly(() => recordStore.exclusive(work)),
        }),
      };
      const late = { ...email('late'), subject: 'cust_0' };
      const record = first?.record as RecordId;
      const call =
        how === 'stored'
          ? storeAll(slow, app, [late]).then(([made]) => made?.record as RecordId)
          : correct(slow, app, { record, value: late.value }).then(() => record);
      await fallen;

      const done = await rotate(vault, app, 'email');
      expect(done).toMatchObject({ to: 2, waiting: 1, removed: false });
      expect(await settleIndexRotations(vault)).toBe(0);
      // A rotation on top of it takes the waiting row along.
      expect(await rotate(vault, app, 'email')).toMatchObject({ from: ['1', '2'], to: 3, waiting: 1, removed: false });
      wake();
      const found = await call;

      for (const node of [vault, sleeper]) {
        expect(await findAll(node, app, { type: 'email', value: late.value })).toEqual([found]);
      }
      expect(await settleIndexRotations(vault)).toBe(1);
      for (const node of [vault, sleeper]) {
        expect(await findAll(node, app, { type: 'email', value: late.value })).toEqual([found]);
      }
      expect(await versionsOf(world)).toEqual({ 3: how === 'stored' ? 2 : 1 });
      expect((await keysOf(world)).map(([, state]) => state)).toEqual(['removed', 'removed', null]);
    },
  );

  test('entries get the length that is planned for now; whole ones stay whole', async () => {
    const world = await worldOn(engine);
    const { home, vault, app } = world;
    const value = { given: 'Ada', family: 'Park' };
    const [one] = await storeAll(vault, app, [{ type: 'name', value }]);
    await storeAll(vault, app, [email(0)]);
    const grown = await home.open({ plannedRecords: 100_000 });

    for (const name of ['name', 'name.family', 'email']) await rotate(grown, app, name);

    expect(await keysOf(world, 'name')).toEqual([
      [1, 'removed', false, 4],
      [2, null, true, 12],
    ]);
    expect((await entriesOf(grown, app, 'name')).map(({ mac }) => mac.length)).toEqual([2]);
    expect((await entriesOf(grown, app, 'email')).map(({ mac }) => mac.length)).toEqual([16]);
    expect(await findAll(vault, app, { type: 'name', value })).toEqual([one?.record]);
    expect(await findAll(vault, app, { type: 'name', part: 'family', value: 'park' })).toEqual([one?.record]);
  });

  test('the lesser form that a tenant keeps is found under its new key', async () => {
    const world = await worldOn(engine);
    const { home, vault, app } = world;
    const admin = await callerOf(vault, await home.adminKey());
    const [whole] = await storeAll(vault, app, [{ type: 'ip', value: '192.0.2.7' }]);
    await setKeep(vault, admin, { type: 'ip', keep: 'network' });
    const [network] = await storeAll(vault, app, [{ type: 'ip', value: '198.51.100.7' }]);

    for (const name of ['ip', 'ip:network']) expect(await rotate(vault, app, name)).toMatchObject({ removed: true });

    expect(await findAll(vault, app, { type: 'ip', value: '192.0.2.7' })).toEqual([whole?.record]);
    expect(await findAll(vault, app, { type: 'ip', value: '198.51.100.9' })).toEqual([network?.record]);
  });

  test('the vault’s own MACs and indexes that are not there are refused; nothing changes', async () => {
    const world = await worldOn(engine);
    const { vault, app } = world;
    await storeAll(vault, app, [email(0)]);
    const before = await tell(world.home.keyStoreUrl, 'SELECT tenant, name, version, state FROM index_keys');
    const { generation } = await vault.keyring.indexes.known(app.tenant);

    await expect(rotate(vault, app, '@token')).rejects.toMatchObject({ code: 'index_not_rotatable' });
    await expect(rotate(vault, app, 'shoe_size')).rejects.toMatchObject({ code: 'unknown_index' });

    expect(await tell(world.home.keyStoreUrl, 'SELECT tenant, name, version, state FROM index_keys')).toEqual(before);
    expect(await vault.keyring.indexes.generation(vault.keyStore.reader, app.tenant)).toBe(generation);
  });

  test('one tenant’s rotation leaves another’s index and its generation alone', async () => {
    const world = await worldOn(engine);
    const { vault, app } = world;
    await storeAll(vault, app, [email(0)]);
    const other = { tenant: newTenantId(vault.random) };
    await vault.keyring.indexes.current(other.tenant, 'email');
    await rotate(vault, app, 'email');
    expect(await vault.keyring.indexes.generation(vault.keyStore.reader, other.tenant)).toBe(0);
    expect((await vault.keyring.indexes.versions(other.tenant, 'email')).map(({ version }) => version)).toEqual([1]);
  });

  test('a removed version is under no epoch, says when it went and under which it was, and keeps no epoch from its close', async () => {
    const world = await worldOn(engine);
    const { home, vault, app } = world;
    const [one] = await storeAll(vault, app, [email(0)]);

    await rotate(vault, app, 'email');
    await close(vault);

    const rows = await tell<{ version: number; removed_at: unknown; removed_epoch: unknown; epoch: unknown }>(
      home.keyStoreUrl,
      "SELECT version, removed_at, removed_epoch, epoch FROM index_keys WHERE name = 'email' ORDER BY version",
    );
    expect(rows.map((row) => [row.removed_at, row.removed_epoch, row.epoch].map((it) => it && Number(it)))).toEqual([
      [NOW.getTime(), 1, 0],
      [null, null, 2],
    ]);
    expect(await vault.keyring.indexes.underEpochs.countUnder(vault.keyStore.reader, 1)).toBe(0);
    const reopened = await home.open({ plannedRecords: 64 });
    expect(await findAll(reopened, app, { type: 'email', value: email(0).value })).toEqual([one?.record]);
  });

  test('a value that does not open keeps its old row, and keeps no other from its new one', async () => {
    const world = await worldOn(engine);
    const { home, vault, app } = world;
    const stored = await storeAll(vault, app, [0, 1, 2].map(email));
    const wrong = stored[1]?.record;
    const [row] = await tell(home.recordStoreUrl, `SELECT sealed FROM records WHERE record = '${stored[0]?.record}'`);
    const hex = Buffer.from(row?.sealed as Buffer).toString('hex');
    const bytes = engine === 'sqlite' ? `x'${hex}'` : `'\\x${hex}'::bytea`;
    await tell(home.recordStoreUrl, `UPDATE records SET sealed = ${bytes} WHERE record = '${wrong}'`);

    expect(await rotate(vault, app, 'email')).toMatchObject({ rows: 3, waiting: 1, removed: false });

    expect(await versionsOf(world)).toEqual({ 1: 1, 2: 2 });
    expect(await findAll(vault, app, { type: 'email', value: email(2).value })).toEqual([stored[2]?.record]);
  });
});

test('SQLite reads index rows and keys by their indexes, in every statement of a rotation', async () => {
  const world = await worldOn('sqlite');
  const { vault, app } = world;
  await storeAll(vault, app, [0, 1].map(email));
  const { keyStore } = vault;
  const texts = new Set<string>();
  const watched = withParts(keyStore, {
    reader: withParts(keyStore.reader, {
      query: (build) =>
        keyStore.reader.query((sql) => {
          const query = build(sql);
          texts.add(query.toSQL().toNative().sql);
          return query;
        }),
    }),
  });
  await rotate({ ...vault, keyStore: watched }, app, 'email');
  await settleIndexRotations({ ...vault, keyStore: watched });
  expect(texts.size).toBeGreaterThanOrEqual(5);
  for (const text of texts) {
    const bound = text.replaceAll('?', "'1'");
    for (const { detail } of await tell(world.home.keyStoreUrl, `EXPLAIN QUERY PLAN ${bound}`)) {
      expect(`${detail} ${text}`).not.toMatch(/^SCAN (?!held|\(subquery)(?!.*USING (COVERING )?INDEX)/);
      expect(`${detail} ${text}`).not.toMatch(/blind_indexes .*\(tenant=\?\)|USE TEMP B-TREE/);
    }
  }
});
