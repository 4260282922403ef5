/** What is done after a compromise: every value under a stolen key is sealed anew, and nobody but the thief notices. */
import { describe, expect, test } from 'vitest';
import { runBackgroundOnce } from '../../src/background/background.ts';
import { runJobsOnce } from '../../src/background/long-jobs.ts';
import type { Caller } from '../../src/calls/caller.ts';
import { settleCorrections } from '../../src/erasure/corrections.ts';
import { orderDestruction } from '../../src/erasure/destructions.ts';
import { addCounts, noCounts } from '../../src/erasure/reseal-counts.ts';
import { type BucketId, newId, type RecordId, type SubjectId, type Token } from '../../src/ids.ts';
import type { Detail, LongJobContext } from '../../src/jobs/long-job.ts';
import { reseal } from '../../src/jobs/reseal-compromised.ts';
import { addPrincipal } from '../../src/operations/access/add-principal.ts';
import { addTenant } from '../../src/operations/access/add-tenant.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { compromiseKeys } from '../../src/operations/keys/compromise-keys.ts';
import { listExposed } from '../../src/operations/keys/list-exposed.ts';
import { lookAgain } from '../../src/operations/keys/read-job.ts';
import { correct } from '../../src/operations/values/correct.ts';
import { describeRecord } from '../../src/operations/values/describe-record.ts';
import { search } from '../../src/operations/values/search.ts';
import { openValue } from '../../src/records/sealing.ts';
import { findRecords, insertRecords } from '../../src/records/store.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { close } from '../support/epochs.ts';
import { appOf, callerOf, freshHome, type Home, tell, withParts } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { type Tokenized, tokenize } from '../support/tokenize.ts';
import { NOW } from '../support/vault.ts';

const FIRST = 'bkt_00000000000000000000000000' as BucketId;
const LAST = 'bkt_zzzzzzzzzzzzzzzzzzzzzzzzzz' as BucketId;
/** Every bucket of the tenant. */
const ALL = { from: FIRST, to: LAST };
const DAY_MS = 25 * 60 * 60 * 1000;

/** What a runner gives the job; `fences`: how many transactions it may begin before another runner takes over. */
function contextOf(vault: Vault, caller: Caller, params: Detail, fences = Number.POSITIVE_INFINITY): LongJobContext {
  let left = fences;
  return {
    job: newId('job', vault.random, vault.clock()),
    tenant: caller.tenant,
    orderedBy: caller.principal,
    params,
    fence: async () => {
      left -= 1;
      if (left < 0) throw new Error('lease lost');
    },
    progress: async () => {},
    stopping: () => false,
  };
}

async function world(home: Home, count: number, clock = () => NOW) {
  const vault = await home.open({ clock });
  const app = await appOf(vault, home);
  const items = Array.from({ length: count }, (_, i) => ({
    type: 'email',
    value: `e${i}@example.com`,
    subject: 'one',
    reuse: true,
  }));
  const { results } = await tokenize(vault, app, { items });
  return { vault, app, items, results };
}

const rowsOf = (url: string, table: string, results: readonly { readonly record: string }[]) =>
  tell(
    url,
    `SELECT * FROM ${table} WHERE record IN (${results.map(({ record }) => `'${record}'`).join(', ')}) ORDER BY record`,
  );
const reveal = (home: Home, vault: Vault, results: readonly Tokenized[]) =>
  Promise.all(results.map(({ token }) => home.reveal(vault, token)));
const run = (vault: Vault, caller: Caller, params: Detail = ALL, context = contextOf(vault, caller, params)) =>
  reseal(vault)(context);

/** The keys in the buckets that are marked. */
const leftIn = (home: Home) =>
  tell(
    home.keyStoreUrl,
    'SELECT record FROM record_keys k JOIN buckets b ON b.tenant = k.tenant AND b.bucket = k.bucket WHERE b.compromised_at IS NOT NULL',
  );

test('counts add up, each on its own', () => {
  const total = noCounts();
  const page = { resealed: 1, completed: 2, raced: 3, damaged: 4, underWay: 5 };
  addCounts(total, page);
  addCounts(total, page);
  expect(total).toEqual({ resealed: 2, completed: 4, raced: 6, damaged: 8, underWay: 10 });
});

describe.each(ENGINES)('on %s', (engine) => {
  test('values, versions, tokens, searches and reuse are as before; every key and ciphertext is another', async () => {
    const home = await freshHome(engine);
    const { vault, app, items, results } = await world(home, 3);
    const [first] = results as [Tokenized];
    await correct(vault, app, { record: first.record, value: 'e0b@example.com' });
    const values = await reveal(home, vault, results);
    const told = await Promise.all(results.map(({ record }) => describeRecord(vault, app, { record })));
    const sealed = await rowsOf(home.recordStoreUrl, 'records', results);
    const keys = await rowsOf(home.keyStoreUrl, 'record_keys', results);

    const detail = await run(vault, app);

    const none = { damaged: 0, underWay: 0 };
    expect(detail).toEqual({ records: 3, tokens: 3, buckets: 1, complete: true, ...none, closeEpoch: true });
    expect(await reveal(home, vault, results)).toEqual(values);
    expect(await Promise.all(results.map(({ record }) => describeRecord(vault, app, { record })))).toEqual(told);
    const found = await search(vault, app, { type: 'email', value: 'e1@example.com', purpose: 'billing' });
    expect(found.results.map(({ token }) => token)).toEqual([results[1]?.token]);
    const again = (await tokenize(vault, app, { items: items.slice(1) })).results;
    expect(again.map(({ token, created }) => [token, created])).toEqual(
      results.slice(1).map(({ token }) => [token, false]),
    );
    for (const [i, row] of (await rowsOf(home.recordStoreUrl, 'records', results)).entries()) {
      expect(Number(row.generation)).toBe(Number(sealed[i]?.generation) + 1);
      expect(row.sealed).not.toEqual(sealed[i]?.sealed);
    }
    const after = await rowsOf(home.keyStoreUrl, 'record_keys', results);
    expect(after).toHaveLength(keys.length);
    for (const [i, row] of after.entries()) {
      expect(row.bucket).not.toBe(keys[i]?.bucket);
      expect(row.wrapped).not.toEqual(keys[i]?.wrapped);
    }
    expect(await (await home.open()).close()).toBeUndefined();
  });

  test('K6: the old keys are shredded like a correction’s: buried in both stores, their bucket marked for a new key', async () => {
    const home = await freshHome(engine);
    const { vault, app, results } = await world(home, 2);

    await run(vault, app);

    for (const url of [home.recordStoreUrl, home.keyStoreUrl]) {
      const buried = await rowsOf(url, 'tombstones', results);
      expect(buried.map(({ generation, cause }) => [Number(generation), cause])).toEqual([
        [1, 'corrected'],
        [1, 'corrected'],
      ]);
    }
    for (const table of ['record_keys', 'blind_indexes', 'reuses']) {
      const rows = await rowsOf(home.keyStoreUrl, table, results);
      expect([table, new Set(rows.map(({ generation }) => Number(generation)))]).toEqual([table, new Set([2])]);
    }
    expect(await tell(home.keyStoreUrl, 'SELECT * FROM correction_keys')).toEqual([]);
    expect(await leftIn(home)).toEqual([]);
    const marked = await tell(home.keyStoreUrl, 'SELECT dirty_at FROM buckets WHERE compromised_at IS NOT NULL');
    expect(marked.map(({ dirty_at }) => Number(dirty_at))).toEqual([NOW.getTime()]);
    const orders = await tell(home.recordStoreUrl, 'SELECT cause, state, records FROM erasures');
    expect(orders.map((row) => ({ ...row, records: Number(row.records) }))).toEqual([
      { cause: 'corrected', state: 'completed', records: 2 },
    ]);
  });

  test('the old key does not open the new ciphertext, nor the new key the old one', async () => {
    const home = await freshHome(engine);
    const { vault, app, results } = await world(home, 1);
    const [{ record }] = results as [Tokenized];
    const state = async () => {
      const [row] = await findRecords(vault.recordStore.reader, app.tenant, [record]);
      if (row === undefined) throw new Error('no record');
      const places = [{ record, generation: row.generation }];
      const [key] = await vault.keyring.records.find(vault.keyStore.reader, app.tenant, places);
      return { row, key: key as Buffer };
    };
    const before = await state();

    await run(vault, app);

    const after = await state();
    expect(openValue(after.row, after.key).expose()).toBe('e0@example.com');
    expect(after.key.equals(before.key)).toBe(false);
    expect(() => openValue(after.row, before.key)).toThrow(expect.objectContaining({ code: 'integrity_failure' }));
    expect(() => openValue(before.row, after.key)).toThrow(expect.objectContaining({ code: 'integrity_failure' }));
    // Nor where the new ciphertext is put in the old place.
    const moved = { ...after.row, generation: before.row.generation };
    expect(() => openValue(moved, before.key)).toThrow(expect.objectContaining({ code: 'integrity_failure' }));
  });

  test('more records than one commit takes are all sealed anew, whatever their number', async () => {
    const home = await freshHome(engine);
    const { vault, app, results } = await world(home, 250);

    expect(await run(vault, app)).toMatchObject({ records: 250, tokens: 250, complete: true });

    const rows = await rowsOf(home.keyStoreUrl, 'record_keys', results);
    expect(new Set(rows.map(({ generation }) => Number(generation)))).toEqual(new Set([2]));
    expect(await home.reveal(vault, results[249]?.token as Token)).toBe('e249@example.com');
  });

  test.each([
    ...[['fence', 'buckets'] as const, ['keys', 'buckets'] as const, ['records', 'buckets'] as const],
    ...[['fence', 'subject'] as const, ['keys', 'subject'] as const, ['records', 'subject'] as const],
  ])(
    'after a crash at any step (%s, of %s) the job goes on: every value opens, every link stands, no old key is left',
    async (before, what) => {
      for (let step = 1; ; step += 1) {
        const home = await freshHome(engine);
        const { vault, app, items, results } = await world(home, 2);
        const params: Detail = what === 'buckets' ? ALL : { subject: results[0]?.subject as SubjectId };
        let left = before === 'fence' ? Number.POSITIVE_INFINITY : step;
        let crashed = false;
        /** A process that ends before, or right after, one of its commits. */
        const dying = <T extends Vault['keyStore'] | Vault['recordStore']>(store: T): T =>
          withParts<T>(store, {
            exclusive: async (work: never) => {
              left -= 1;
              if (left === 0) crashed = true;
              if (crashed && step % 2 === 1) throw new Error('killed');
              const done = await store.exclusive(work);
              if (crashed) throw new Error('killed');
              return done;
            },
          } as unknown as Partial<T>);
        const parts = {
          ...vault,
          keyStore: before === 'keys' ? dying(vault.keyStore) : vault.keyStore,
          recordStore: before === 'records' ? dying(vault.recordStore) : vault.recordStore,
        };
        const context = contextOf(vault, app, params, before === 'fence' ? step - 1 : undefined);

        const first = await reseal(parts)(context).then(
          () => 'done',
          () => 'crashed',
        );
        const again = (await tokenize(vault, app, { items })).results;
        expect([before, step, again.map(({ token }) => token)]).toEqual([
          before,
          step,
          results.map(({ token }) => token),
        ]);
        const detail = await run(vault, app, params, { ...context, fence: async () => {} });

        expect([before, step, detail.complete, detail.records]).toEqual([before, step, true, 2]);
        expect(await reveal(home, vault, results)).toEqual(items.map(({ value }) => value));
        const after = (await tokenize(vault, app, { items })).results;
        expect(after.map(({ token, created }) => [token, created])).toEqual(results.map(({ token }) => [token, false]));
        expect(await leftIn(home)).toEqual([]);
        const old = (await rowsOf(home.keyStoreUrl, 'record_keys', results)).map(({ generation }) =>
          Number(generation),
        );
        expect(old).not.toContain(1);
        await settled(home, vault, results);
        if (first === 'done') break;
        expect(step).toBeLessThan(20);
      }
    },
    60_000,
  );

  test('of a correction or an erasure at the same time each wins or comes after; nothing is lost, nothing comes back', async () => {
    const home = await freshHome(engine);
    let time = NOW.getTime();
    const { vault, app, results } = await world(home, 24, () => new Date(time));
    const job = turns(3).then(() => run(vault, app));
    const changes = results.map(async ({ record }, i) => {
      await turns((i * 7) % 23);
      if (i % 3 === 0) await correct(vault, app, { record, value: `new${i}@example.com` });
      if (i % 3 === 1) await erase(vault, app, { records: [record] });
    });

    const settledChanges = await Promise.allSettled(changes);
    const detail = await job;

    const codes = settledChanges.flatMap((change) => (change.status === 'rejected' ? [change.reason.code] : []));
    expect(codes).toEqual(codes.map(() => 'concurrent_change'));
    expect(detail).toMatchObject({ damaged: 0 });
    time += DAY_MS;
    for (const report of await runBackgroundOnce(vault))
      expect([report.name, report.failed]).toEqual([report.name, undefined]);
    expect(await run(vault, app)).toMatchObject({ complete: true, underWay: 0 });
    const shown = await reveal(home, vault, results);
    for (const [i, value] of shown.entries()) {
      const won = settledChanges[i]?.status === 'fulfilled';
      const wanted = [won ? `new${i}@example.com` : `e${i}@example.com`, 'record_erased', `e${i}@example.com`];
      expect([i, value]).toEqual([i, wanted[i % 3]]);
    }
    expect(await leftIn(home)).toEqual([]);
    await settled(
      home,
      vault,
      results.filter((_, i) => i % 3 !== 1),
    );
    expect(
      await rowsOf(
        home.keyStoreUrl,
        'record_keys',
        results.filter((_, i) => i % 3 === 1),
      ),
    ).toEqual([]);
  });

  test('no key goes into a marked bucket: not from this node, not from one that remembers it, not by a correction', async () => {
    const home = await freshHome(engine);
    const { vault, app, results } = await world(home, 1);
    const other = await home.open();
    const item = (value: string, subject?: string) => ({ type: 'email', value, ...(subject && { subject }) });
    await tokenize(other, app, { items: [item('a@example.com', 'one'), item('b@example.com')] });
    const { subject } = results[0] as Tokenized;
    const stop = contextOf(vault, app, ALL);
    await expect(reseal(vault)({ ...stop, progress: async (step) => refuse(step === 'resealing') })).rejects.toThrow();
    const before = await leftIn(home);
    expect(before).toHaveLength(3);

    for (const node of [vault, other]) {
      for (const value of ['x@example.com', 'y@example.com']) {
        await tokenize(node, app, { items: [item(value, 'one'), item(value), item(value, subject as SubjectId)] });
      }
    }
    await correct(vault, app, { record: results[0]?.record as RecordId, value: 'new@example.com' });

    expect(await leftIn(home)).toHaveLength(before.length - 1);
    expect(await run(vault, app, ALL, stop)).toMatchObject({ complete: true });
    expect(await leftIn(home)).toEqual([]);
    expect(await home.reveal(vault, results[0]?.token as Token)).toBe('new@example.com');
  });

  test('of an epoch every bucket of every tenant that it saw is covered, and none that came later', async () => {
    const home = await freshHome(engine);
    let time = NOW.getTime();
    const { vault, app, results } = await world(home, 2, () => new Date(time));
    await close(vault);
    time += DAY_MS;
    const node = await home.open({ clock: () => new Date(time) });
    const late = (await tokenize(node, app, { items: [{ type: 'email', value: 'late@example.com' }] })).results;

    expect(await run(vault, app, { epoch: 1 })).toMatchObject({ records: 2, complete: true });

    const generations = async (of: readonly Tokenized[]) =>
      (await rowsOf(home.recordStoreUrl, 'records', of)).map(({ generation }) => Number(generation));
    expect(await generations(results)).toEqual([2, 2]);
    expect(await generations(late)).toEqual([1]);
    const [epoch] = await tell(home.keyStoreUrl, 'SELECT compromised_at FROM epochs WHERE epoch = 1');
    expect(Number(epoch?.compromised_at)).toBe(time);
  });

  test('of an epoch a bucket dated up to a quarter of an hour after its end is covered: its node’s clock may be ahead', async () => {
    const home = await freshHome(engine);
    const { vault, app } = await world(home, 1, () => NOW);
    await close(vault);
    const storedAt = async (ms: number) => {
      const node = await home.open({ clock: () => new Date(NOW.getTime() + ms) });
      return (await tokenize(node, app, { items: [{ type: 'email', value: `late${ms}@example.com` }] })).results;
    };
    const late = [...(await storedAt(900_000)), ...(await storedAt(900_001))];

    expect(await run(vault, app, { epoch: 1 })).toMatchObject({ records: 2, complete: true });

    const rows = await rowsOf(home.recordStoreUrl, 'records', late);
    expect(rows.map(({ generation }) => Number(generation))).toEqual([2, 1]);
  });

  test('a bucket that is marked keeps its first mark', async () => {
    const home = await freshHome(engine);
    let time = NOW.getTime();
    const { vault, app } = await world(home, 1, () => new Date(time));
    await close(vault);
    const marks = async () => {
      await run(vault, app, { epoch: 1 });
      const rows = await tell(home.keyStoreUrl, 'SELECT compromised_at FROM buckets WHERE resealed_for IS NULL');
      return rows.map(({ compromised_at }) => Number(compromised_at));
    };

    expect(await marks()).toEqual([time]);
    time += DAY_MS;
    expect(await marks()).toEqual([NOW.getTime()]);
  });

  test('a value that was tampered with keeps no other under a stolen key, is counted, and named once', async () => {
    const home = await freshHome(engine);
    const { vault, app, results } = await world(home, 3);
    const [first, second, third] = results as [Tokenized, Tokenized, Tokenized];
    await tell(
      home.recordStoreUrl,
      `UPDATE records SET sealed = (SELECT sealed FROM records WHERE record = '${first.record}') WHERE record = '${second.record}'`,
    );

    const named: unknown[] = [];
    const around = { damaged: async (...[keys, job]: [readonly unknown[], string]) => void named.push([keys, job]) };
    const context = contextOf(vault, app, ALL);
    expect(await reseal({ ...vault, around })(context)).toMatchObject({ records: 2, damaged: 1, complete: false });

    expect(named).toEqual([[[{ tenant: app.tenant, record: second.record }], context.job]]);
    expect(await reveal(home, vault, [first, third])).toEqual(['e0@example.com', 'e2@example.com']);
  });

  test('a key of a call that has not stored its record yet is counted, and replaced when the job is run again', async () => {
    const home = await freshHome(engine);
    const { vault, app, results } = await world(home, 2);
    const [, second] = results as [Tokenized, Tokenized];
    const [row] = await findRecords(vault.recordStore.reader, app.tenant, [second.record]);
    await tell(home.recordStoreUrl, `DELETE FROM records WHERE record = '${second.record}'`);

    const context = contextOf(vault, app, ALL);
    expect(await reseal(vault)(context)).toMatchObject({ records: 1, underWay: 1, complete: false });
    await vault.recordStore.exclusive((tx) => insertRecords(tx, [row as NonNullable<typeof row>]));

    expect(await reseal(vault)(context)).toMatchObject({ records: 2, underWay: 0, complete: true });
    expect(await reveal(home, vault, results)).toEqual(['e0@example.com', 'e1@example.com']);
  });

  test('a runner that was overtaken makes no key and destroys none', async () => {
    const home = await freshHome(engine);
    const { vault, app } = await world(home, 2);
    let overtaken = false;
    const context: LongJobContext = {
      ...contextOf(vault, app, ALL),
      fence: async () => refuse(overtaken),
      progress: async (step) => {
        overtaken = step === 'resealing';
      },
    };
    const keys = () => tell(home.keyStoreUrl, 'SELECT record, generation FROM record_keys ORDER BY record, generation');
    const before = await keys();

    await expect(reseal(vault)(context)).rejects.toThrow();

    expect(await keys()).toEqual(before);
    expect(await tell(home.recordStoreUrl, 'SELECT * FROM erasures')).toEqual([]);
  });

  test('a record whose erasure was ordered in between is left as it is, for the erasure to complete', async () => {
    const home = await freshHome(engine);
    const { vault, app, results } = await world(home, 2);
    const [first] = results as [Tokenized];
    let between = true;
    const recordStore = withParts(vault.recordStore, {
      exclusive: async (work) => {
        if (between) {
          between = false;
          const keys = [{ record: first.record, generation: 1 }];
          const erasure = newId('erasure', vault.random, NOW);
          const order = { erasure, cause: 'erased', subject: undefined, keys, by: app.principal, at: NOW } as const;
          await vault.recordStore.exclusive((tx) => orderDestruction(tx, app.tenant, order));
        }
        return vault.recordStore.exclusive(work);
      },
    });

    const detail = await reseal({ ...vault, recordStore })(contextOf(vault, app, ALL));

    expect(detail).toMatchObject({ records: 1, complete: true });
    expect(await reveal(home, vault, results)).toEqual(['record_erased', 'e1@example.com']);
    const causes = await rowsOf(home.recordStoreUrl, 'tombstones', results);
    expect(causes.map(({ record, cause }) => [record === first.record, cause])).toEqual([
      [true, 'erased'],
      [false, 'corrected'],
    ]);
    const orders = await tell(home.recordStoreUrl, 'SELECT cause, records FROM erasures ORDER BY cause');
    expect(orders.map(({ cause, records }) => [cause, Number(records)])).toEqual([
      ['corrected', 1],
      ['erased', 1],
    ]);
  });

  test('of one subject its records are sealed anew and reported, nobody else’s; at the close its bucket takes a new key (K1)', async () => {
    const home = await freshHome(engine);
    const { vault, app, results } = await world(home, 102);
    const items = ['two', 'three'].map((subject) => ({ type: 'email', value: `${subject}@example.com`, subject }));
    const others = (await tokenize(vault, app, { items })).results;
    const [first] = results as [Tokenized];
    await correct(vault, app, { record: first.record, value: 'e0b@example.com' });
    const values = await reveal(home, vault, results);
    const untouched = await rowsOf(home.keyStoreUrl, 'record_keys', others);
    const security = await appOf(vault, home, 'security');

    const { job } = await compromiseKeys(vault, security, { ref: 'one' });
    const [entry] = await tell(
      home.recordStoreUrl,
      `SELECT target, subject FROM audit_entries WHERE target = '${job}'`,
    );
    expect(entry).toEqual({ target: job, subject: first.subject });
    expect(await compromiseKeys(vault, security, { subject: first.subject as SubjectId })).toEqual({ job });
    const [row] = await tell<{ params: string }>(home.recordStoreUrl, `SELECT params FROM jobs WHERE job = '${job}'`);
    expect(JSON.parse(row?.params ?? '')).toEqual({ subject: first.subject });
    await runJobsOnce(vault);

    const { state, detail } = await lookAgain(vault, security, job);
    expect([state, detail]).toMatchObject(['completed', { records: 102, tokens: 102, buckets: 1, complete: true }]);
    const page = await listExposed(vault, security, { job, limit: 1_000 });
    expect(page.exposed.map(({ record }) => record).sort()).toEqual(results.map(({ record }) => record).sort());
    expect(new Set(page.exposed.map(({ subject }) => subject))).toEqual(new Set([first.subject]));
    expect(await reveal(home, vault, results)).toEqual(values);
    const keys = await rowsOf(home.keyStoreUrl, 'record_keys', results);
    expect(keys.map(({ generation }) => Number(generation))).toEqual([3, ...Array.from({ length: 101 }, () => 2)]);
    expect(await rowsOf(home.keyStoreUrl, 'record_keys', others)).toEqual(untouched);

    const bucket = untouched[0]?.bucket as string;
    expect(keys.map((key) => key.bucket)).not.toContain(bucket);
    const generation = async () =>
      Number(
        (await tell(home.keyStoreUrl, `SELECT generation FROM buckets WHERE bucket = '${bucket}'`))[0]?.generation,
      );
    expect(await generation()).toBe(1);
    await close(vault);
    expect(await generation()).toBe(2);
    expect(await reveal(home, vault, [...results, ...others])).toEqual([...values, ...items.map(({ value }) => value)]);
    // The bucket stays in use: its key was not what was stolen.
    await tokenize(vault, app, { items: [{ type: 'email', value: 'more@example.com', subject: 'two' }] });
  });

  test('a subject that is not there, or was erased, or is another tenant’s, orders nothing', async () => {
    const home = await freshHome(engine);
    const { vault, app, results } = await world(home, 1);
    const security = await appOf(vault, home, 'security');
    const { apiKey } = await addTenant(vault, await callerOf(vault, await home.adminKey()), { name: 'shop-eu' });
    const { apiKey: theirs } = await addPrincipal(vault, await callerOf(vault, apiKey), {
      ...{ name: 'sec', role: 'security', purposes: [] },
    });
    const codeOf = (caller: Caller, body: Parameters<typeof compromiseKeys>[2]) =>
      compromiseKeys(vault, caller, body).then(
        () => 'ordered',
        ({ code, field }) => [code, field],
      );
    const subject = results[0]?.subject as SubjectId;
    expect(await codeOf(security, { ref: 'nobody' })).toEqual(['subject_not_found', 'ref']);
    const stranger = await callerOf(vault, theirs);
    expect(await codeOf(stranger, { subject })).toEqual(['subject_not_found', 'subject']);
    expect(await codeOf(stranger, { ref: 'one' })).toEqual(['subject_not_found', 'ref']);
    await erase(vault, app, { subject });
    expect(await codeOf(security, { subject })).toEqual(['subject_erased', undefined]);
    expect(await codeOf(security, { ref: 'one' })).toEqual(['subject_not_found', 'ref']);
    expect(await tell(home.recordStoreUrl, 'SELECT * FROM jobs')).toEqual([]);
  });

  describe('new keys that nobody decided on are settled, and with them the link that was led on to them:', () => {
    /** A reseal that ended after it made new keys, settled a day later, once `meanwhile` is done. */
    const interrupted = async (meanwhile: (vault: Vault, app: Caller, first: Tokenized) => Promise<unknown>) => {
      const home = await freshHome(engine);
      const { vault, app, items, results } = await world(home, 2);
      const [first] = results as [Tokenized];
      const exclusive = () => Promise.reject(new Error('killed'));
      const recordStore = withParts(vault.recordStore, { exclusive });
      await expect(run({ ...vault, recordStore }, app)).rejects.toThrow('killed');
      const generations = async () =>
        (await rowsOf(home.keyStoreUrl, 'reuses', [first])).map(({ generation }) => Number(generation));
      expect(await generations()).toEqual([2]);
      await meanwhile(vault, app, first);
      await settled(home, vault, results);
      const again = async () => (await tokenize(vault, app, { items: items.slice(0, 1) })).results[0] as Tokenized;
      return { home, vault, app, first, generations, again };
    };

    test('it leads back to the value that stands, whose token is given again', async () => {
      const { first, generations, again } = await interrupted(async () => {});

      expect(await generations()).toEqual([1]);
      expect(await again()).toMatchObject({ token: first.token, record: first.record, created: false });
    });

    test('it does not lead from the old value to the one that a later correction puts in its place', async () => {
      const { home, vault, app, first, generations, again } = await interrupted(async () => {});
      await correct(vault, app, { record: first.record, value: 'corrected@example.com' });

      const found = await again();

      expect(await home.reveal(vault, found.token)).toBe('e0@example.com');
      expect(await home.reveal(vault, first.token)).toBe('corrected@example.com');
      expect(await generations()).toEqual([]);
    });

    test('it goes where the value was corrected before', async () => {
      const { home, vault, generations, again } = await interrupted((vault, app, { record }) =>
        correct(vault, app, { record, value: 'corrected@example.com' }),
      );

      expect(await generations()).toEqual([]);
      expect(await home.reveal(vault, (await again()).token)).toBe('e0@example.com');
    });

    test('a note that cannot be settled keeps no other from it, and is named', async () => {
      const home = await freshHome(engine);
      const { vault, app } = await world(home, 2);
      const exclusive = () => Promise.reject(new Error('killed'));
      await expect(run({ ...vault, recordStore: withParts(vault.recordStore, { exclusive }) }, app)).rejects.toThrow(
        'killed',
      );
      let calls = 0;
      const keyStore = withParts(vault.keyStore, {
        exclusive: ((work: never) => {
          calls += 1;
          return calls === 1 ? Promise.reject(new Error('refused')) : vault.keyStore.exclusive(work);
        }) as typeof vault.keyStore.exclusive,
      });
      const settle = (store = keyStore) =>
        settleCorrections({ ...vault, keyStore: store }, vault.keyring.indexes, new Date(NOW.getTime() + DAY_MS), 10);

      await expect(settle()).rejects.toThrow('refused');
      expect(await tell(home.keyStoreUrl, 'SELECT * FROM correction_keys')).toHaveLength(1);
      expect(await settle(vault.keyStore)).toBe(1);
    });
  });

  test('told to stop, the job returns after its page, and nothing more is changed', async () => {
    const home = await freshHome(engine);
    const { vault, app } = await world(home, 1);
    const context = { ...contextOf(vault, app, ALL), stopping: () => true };

    await expect(reseal(vault)(context)).rejects.toMatchObject({ code: 'shutting_down' });
    expect(await tell(home.recordStoreUrl, 'SELECT * FROM tombstones')).toEqual([]);
  });
});

function refuse(really: boolean): void {
  if (really) throw new Error('killed');
}

async function turns(count: number): Promise<void> {
  for (let i = count; i > 0; i -= 1) await new Promise((resume) => setImmediate(resume));
}

test('a runner that slept for a day after it made new keys decides nothing: they may have been settled', async () => {
  const home = await freshHome('sqlite');
  let now = NOW.getTime();
  const { vault, app, results } = await world(home, 2, () => new Date(now));
  let slept = false;
  const recordStore = withParts(vault.recordStore, {
    exclusive: async (work: Parameters<typeof vault.recordStore.exclusive>[0]) => {
      if (!slept && (await tell(home.keyStoreUrl, 'SELECT * FROM correction_keys')).length > 0) {
        slept = true;
        now += DAY_MS;
        await settled(home, vault, results);
      }
      return vault.recordStore.exclusive(work);
    },
  } as never);

  await expect(run({ ...vault, recordStore }, app)).rejects.toMatchObject({ code: 'overloaded' });
  expect(slept).toBe(true);
  expect(await reveal(home, vault, results)).toEqual(['e0@example.com', 'e1@example.com']);
  expect(await run(vault, app)).toMatchObject({ complete: true });
  expect(await reveal(home, vault, results)).toEqual(['e0@example.com', 'e1@example.com']);
});

/** Once every grace is over: one key a record, of the generation that stands, and nothing noted. */
async function settled(home: Home, _vault: Vault, results: readonly Tokenized[]): Promise<void> {
  const late = await home.open({ clock: () => new Date(NOW.getTime() + 2 * DAY_MS) });
  for (const report of await runBackgroundOnce(late)) {
    expect([report.name, report.failed]).toEqual([report.name, undefined]);
  }
  const names = (rows: Record<string, unknown>[]) => rows.map((row) => `${row.record}/${Number(row.generation)}`);
  const keys = await rowsOf(home.keyStoreUrl, 'record_keys', results);
  expect(names(keys)).toEqual(names(await rowsOf(home.recordStoreUrl, 'records', results)));
  expect(await tell(home.keyStoreUrl, 'SELECT * FROM correction_keys')).toEqual([]);
  const index = await rowsOf(home.keyStoreUrl, 'blind_indexes', results);
  expect([...new Set(names(index))].sort()).toEqual(names(keys).sort());
  await late.close();
}
