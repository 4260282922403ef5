/** Types whose values are unique: one record a value, on whichever node, whatever happens meanwhile. */
import { beforeAll, describe, expect, test } from 'vitest';
import { runBackgroundOnce } from '../../src/background/background.ts';
import type { Caller } from '../../src/calls/caller.ts';
import { UnavailableError, VaultError } from '../../src/errors.ts';
import { newId, type RecordId } from '../../src/ids.ts';
import { reseal } from '../../src/jobs/reseal-compromised.ts';
import { rotateIndex } from '../../src/jobs/rotate-index.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { countDoublesOf } from '../../src/operations/types/count-doubles.ts';
import { declareType } from '../../src/operations/types/declare-type.ts';
import { setKeep } from '../../src/operations/types/set-keep.ts';
import { setUnique } from '../../src/operations/types/set-unique.ts';
import { correct } from '../../src/operations/values/correct.ts';
import type { TokenizeItem } from '../../src/operations/values/schema.ts';
import { tokenize } from '../../src/operations/values/tokenize.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { definition } from '../datatypes/definitions.ts';
import { rowsOf, stage, tell, withParts } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';

const purpose = 'billing';

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);
  let tests = 0;
  let app: Caller;
  /** A username that no other test uses. */
  const fresh = (who = 'ada') => {
    tests += 1;
    return `${who}.${tests}`;
  };
  const name = (value: unknown, more: Partial<TokenizeItem> = {}) =>
    ({ type: 'username', value, ...more }) as TokenizeItem;
  const storeAt = async (node: Vault, ...items: TokenizeItem[]) =>
    (await tokenize(node, app, { items, purpose })).results.map((one) => ({ ...one, record: one.record as RecordId }));
  const store = (...items: TokenizeItem[]) => storeAt(here.vault, ...items);
  const one = async (item: TokenizeItem, node = here.vault) => {
    const [result] = await storeAt(node, item);
    return result as Awaited<ReturnType<typeof storeAt>>[number];
  };
  const outcome = (call: Promise<unknown>) =>
    call.then(
      () => 'stored',
      (error: unknown) => (error instanceof VaultError ? `${error.code} ${error.field}` : error),
    );
  const fix = (record: RecordId, value: unknown, node = here.vault) => correct(node, app, { record, value, purpose });
  const claims = (record: string) =>
    tell<{ generation: string }>(here.home.keyStoreUrl, `SELECT * FROM value_claims WHERE record = '${record}'`);
  const REFUSED = 'value_not_unique items/0/value';
  const unique = async (isUnique: boolean, type = 'username') =>
    setUnique(here.vault, await here.as('admin'), { type, unique: isUnique });
  const doubles = async (type = 'username') => countDoublesOf(here.vault, await here.as('admin'), { type });
  /** The vault, whose next commit in the record store fails. */
  const interrupted = (mode: 'shared' | 'exclusive' = 'shared'): Vault => {
    const { recordStore } = here.vault;
    let told = false;
    const failing = ((work: never) => {
      if (told) return recordStore[mode](work);
      told = true;
      return Promise.reject(new UnavailableError('store_unavailable', 'planted'));
    }) as never;
    return withParts(here.vault, { recordStore: withParts(recordStore, { [mode]: failing }) });
  };

  beforeAll(async () => {
    app = await here.as('app');
    await unique(true);
  });

  test('a value that a record has is refused to every other, however it is spelt and whomever it is of; nothing is stored', async () => {
    const value = fresh('Ada');
    const first = await one(name(value, { subject: 'holder' }));
    await one(name(fresh(), { reuse: true }));
    const stored = async () => {
      const [keys, records] = [await rowsOf(here.home.keyStoreUrl), await rowsOf(here.home.recordStoreUrl)];
      // A process beats beside the calls, and what is refused is noted and counted.
      const { nodes: _, ...ofKeys } = keys;
      const { audit_entries: __, guess_budgets: ___, ...ofRecords } = records;
      return [ofKeys, ofRecords];
    };
    const before = await stored();
    for (const again of [
      name(value),
      name(value.toUpperCase(), { subject: 'other' }),
      name(` ${value}`, { subject: 'holder' }),
      name(value, { subject: 'holder', reuse: true }),
      name(value, { subject: 'new', reuse: true, audience: 'crm' }),
    ]) {
      expect(await outcome(store(again))).toBe(REFUSED);
      expect(await here.lastEntry()).toMatchObject({ action: 'tokenize', outcome: 'failed', code: 'value_not_unique' });
    }
    expect(await outcome(store(name(fresh()), name(value), name(fresh())))).toBe('value_not_unique items/1/value');

    expect(await stored()).toEqual(before);
    expect(await claims(first.record)).toHaveLength(1);
  });

  test('a value that comes twice in one call is refused, unless it is to be one record', async () => {
    const value = fresh();
    const twice = (more: Partial<TokenizeItem>, other = more) => store(name(value, more), name(value, other));
    expect(await outcome(twice({}))).toBe('value_not_unique items/1/value');
    expect(await outcome(twice({ subject: 'twice' }))).toBe('value_not_unique items/1/value');
    expect(await outcome(twice({ reuse: true }, {}))).toBe('value_not_unique items/1/value');
    expect(await outcome(twice({ reuse: true, subject: 'a' }, { reuse: true, subject: 'b' }))).toBe(
      'value_not_unique items/1/value',
    );

    const [first, second] = await twice({ reuse: true, subject: 'twice' });
    const third = await one(name(value, { reuse: true, subject: 'twice' }));

    expect([second?.record, third.record]).toEqual([first?.record, first?.record]);
    expect(third).toMatchObject({ token: first?.token, created: false });
  });

  test('of thirty calls at once on three nodes, one stores the value and the others are refused it', async () => {
    const nodes = [here.vault, await here.home.open({ clock: here.now }), await here.home.open({ clock: here.now })];
    for (const reuse of [false, true]) {
      const value = fresh('at-once');
      const calls = Array.from({ length: 30 }, (_, i) =>
        outcome(storeAt(nodes[i % 3] as Vault, name(value, { subject: `racer_${i}_${tests}`, reuse }))),
      );

      const outcomes = await Promise.all(calls);

      expect(outcomes.filter((text) => text === 'stored')).toHaveLength(1);
      expect(new Set(outcomes)).toEqual(new Set(['stored', REFUSED]));
    }
    expect(await doubles()).toEqual({ doubles: 0, records: 0, partial: false });
    const value = fresh('one-person');
    const item = name(value, { subject: 'one-person', reuse: true });
    const same = await Promise.all(nodes.flatMap((node) => [one(item, node), one(item, node), one(item, node)]));
    expect(new Set(same.map(({ record }) => record)).size).toBe(1);
  });

  test('a correction to a value that another record has is refused; to its own in another spelling it is not', async () => {
    // Later than what other nodes have noted.
    here.advance(1_000);
    const [taken, free] = [fresh('Taken'), fresh('free')];
    const [holder, other] = await store(name(taken), name(fresh()));
    const [held, mine] = [holder?.record as RecordId, other?.record as RecordId];

    expect(await outcome(fix(mine, taken.toLowerCase()))).toBe('value_not_unique value');
    expect(await here.lastEntry()).toMatchObject({ action: 'correct', outcome: 'failed', code: 'value_not_unique' });
    expect(await outcome(fix(held, taken.toLowerCase()))).toBe('stored');
    expect(await outcome(store(name(taken)))).toBe(REFUSED);
    expect((await claims(held)).map(({ generation }) => Number(generation))).toEqual([2]);
    expect(await outcome(fix(held, free))).toBe('stored');
    expect(await outcome(store(name(free)))).toBe(REFUSED);
    expect(await outcome(store(name(taken)))).toBe('stored');
    expect(await claims(held)).toHaveLength(1);
  });

  test('of corrections and new values at once on two nodes, one has the value', async () => {
    const node = await here.home.open({ clock: here.now });
    const value = fresh('wanted');
    const mine = await store(...Array.from({ length: 4 }, () => name(fresh())));

    const outcomes = await Promise.all([
      ...mine.map(({ record }, i) => outcome(fix(record, value, i % 2 === 0 ? here.vault : node))),
      ...mine.map((_, i) => outcome(storeAt(i % 2 === 0 ? node : here.vault, name(value)))),
    ]);

    expect(outcomes.filter((text) => text === 'stored').length).toBeLessThanOrEqual(1);
    expect(outcomes.map(String).every((text) => /^(stored|value_not_unique|concurrent_change)/.test(text))).toBe(true);
    expect(await outcome(store(name(value)))).toBe(outcomes.includes('stored') ? REFUSED : 'stored');
    expect(await doubles()).toEqual({ doubles: 0, records: 0, partial: false });
  });

  test('a correction that loses to an erasure leaves the value it wanted free', async () => {
    const value = fresh('wanted');
    const mine = await one(name(fresh(), { subject: 'goes' }));
    const { recordStore } = here.vault;
    const exclusive = (async (work: never) => {
      await erase(here.vault, app, { records: [mine.record] });
      return recordStore.exclusive(work);
    }) as never;
    const late = withParts(here.vault, { recordStore: withParts(recordStore, { exclusive }) });
    expect(await outcome(fix(mine.record, value, late))).toMatch(/^record_erased/);
    expect(await claims(mine.record)).toEqual([]);
    expect(await outcome(store(name(value)))).toBe('stored');
  });

  test('a correction that broke off leaves the value it wanted free after a day, and keeps its own', async () => {
    const [own, wanted] = [fresh('Own'), fresh('wanted')];
    const { record } = await one(name(own));
    expect(await outcome(fix(record, wanted, interrupted('exclusive')))).toMatch(/^store_unavailable/);
    expect(await outcome(store(name(wanted)))).toMatch(/^concurrent_change/);
    here.advance(2 * 86_400_000);
    for (const report of await runBackgroundOnce(here.vault)) expect(report.failed).toBeUndefined();
    expect(await outcome(store(name(wanted)))).toBe('stored');
    expect(await claims(record)).toHaveLength(1);
    // To another spelling of its own.
    expect(await outcome(fix(record, own.toUpperCase(), interrupted('exclusive')))).toMatch(/^store_unavailable/);
    here.advance(2 * 86_400_000);
    for (const report of await runBackgroundOnce(here.vault)) expect(report.failed).toBeUndefined();
    expect(await outcome(store(name(own)))).toBe(REFUSED);
  });

  test('an erased value is free again, and nothing made of it is left', async () => {
    const value = fresh();
    const { record } = await one(name(value));
    const { erasure } = await erase(here.vault, app, { records: [record] });
    expect(await claims(record)).toEqual([]);
    const [shred] = await tell<{ indexes: string }>(
      here.home.keyStoreUrl,
      `SELECT indexes FROM shreds WHERE erasure = '${erasure}'`,
    );
    expect(JSON.parse(shred?.indexes as string)).toContain('@unique/1');
    expect(await outcome(store(name(value)))).toBe('stored');
  });

  test('where a call broke off between its stores, the next one stores the value, and the sweep takes nothing of it', async () => {
    for (const more of [{}, { reuse: true }]) {
      const value = fresh('broken');
      const [mine, other] = [name(value, { subject: 'first', ...more }), name(value, { subject: 'second', ...more })];
      expect(await outcome(one(mine, interrupted()))).toMatch(/^store_unavailable/);

      const second = await one(other);
      expect(second).toMatchObject({ created: true });
      expect(await outcome(store(mine))).toBe(REFUSED);
      await erase(here.vault, app, { subject: (await one(name(fresh(), { subject: 'first' }))).subject as never });
      here.advance(3 * 24 * 60 * 60 * 1000);
      for (const report of await runBackgroundOnce(here.vault)) expect(report.failed).toBeUndefined();
      expect(await here.home.reveal(here.vault, second.token)).toBe(value);
      expect(await claims(second.record)).toHaveLength(1);
    }
    // Nobody asks again: the sweep leaves nothing of it.
    const forgotten = fresh('broken');
    expect(await outcome(one(name(forgotten), interrupted()))).toMatch(/^store_unavailable/);
    const count = async () => (await tell(here.home.keyStoreUrl, 'SELECT * FROM value_claims')).length;
    const before = await count();
    here.advance(3 * 24 * 60 * 60 * 1000);
    for (const report of await runBackgroundOnce(here.vault)) expect(report.failed).toBeUndefined();
    expect(await count()).toBe(before - 1);
  });

  test('a value that an older record store has lost may be stored again, also once the sweep has passed its key', async () => {
    const values = [fresh(), fresh()];
    const lost = await storeAt(here.vault, ...values.map((value) => name(value, { subject: 'lost' })));
    here.advance(2 * 86_400_000);
    await runBackgroundOnce(here.vault);
    for (const { record } of lost) {
      for (const table of ['tokens', 'records']) {
        await tell(here.home.recordStoreUrl, `DELETE FROM ${table} WHERE record = '${record}'`);
      }
    }

    const again = await one(name(values[0], { subject: 'found' }));
    const corrected = await one(name(fresh()));
    expect(await outcome(fix(corrected.record, values[1]))).toBe('stored');

    for (const value of values) expect(await outcome(store(name(value)))).toBe(REFUSED);
    for (const { record } of lost) expect(await claims(record)).toEqual([]);
    for (const { record } of [again, corrected]) expect(await claims(record)).toHaveLength(1);
    for (const [n, { token }] of [again, corrected].entries()) {
      expect(await here.home.reveal(here.vault, token)).toBe(values[n]);
    }
  });

  test('doubles that are there stay, and are counted; a further one is refused, also while index keys are rotated', async () => {
    await unique(false);
    const [value, single] = [fresh('before'), fresh('before')];
    const [first] = await store(name(value), name(value.toUpperCase()), name(value), name(single));
    expect(await doubles()).toEqual({ doubles: 1, records: 3, partial: false });
    await unique(true);
    expect(await doubles()).toEqual({ doubles: 1, records: 3, partial: false });
    const tried: unknown[] = [];
    const again = async () => {
      for (const old of [value, single]) tried.push(await outcome(store(name(old, { subject: 'later' }))));
    };
    const context = {
      job: newId('job', here.vault.random, here.now()),
      tenant: app.tenant,
      orderedBy: app.principal,
      params: { name: 'username' },
      fence: async () => {},
      progress: again,
      stopping: () => false,
    };

    await rotateIndex(here.vault)(context);
    await again();

    expect(tried.length).toBeGreaterThan(10);
    expect(new Set(tried)).toEqual(new Set([REFUSED]));
    // One of them gives the value up: the others have it still.
    expect(await outcome(fix(first?.record as RecordId, fresh()))).toBe('stored');
    expect(await outcome(store(name(value)))).toBe(REFUSED);
    expect((await doubles()).records).toBe(2);
    await erase(here.vault, app, { records: (await store(name(fresh()))).map(({ record }) => record) });
  });

  test('values that are sealed anew stay unique', async () => {
    const value = fresh('sealed-anew');
    const { record } = await one(name(value));
    const [at] = await tell<{ bucket: string }>(
      here.home.keyStoreUrl,
      `SELECT bucket FROM record_keys WHERE record = '${record}'`,
    );
    const context = {
      job: newId('job', here.vault.random, here.now()),
      tenant: app.tenant,
      orderedBy: app.principal,
      params: { from: at?.bucket as string, to: at?.bucket as string },
      fence: async () => {},
      progress: async () => {},
      stopping: () => false,
    };
    await reseal(here.vault)(context);
    expect((await claims(record)).map(({ generation }) => Number(generation))).toEqual([2]);
    expect(await outcome(store(name(value)))).toBe(REFUSED);
  });

  test('a type of the tenant’s own may be unique, over its versions', async () => {
    const admin = await here.as('admin');
    const badge = definition({ name: 'x_unique', unique: true });
    expect(await declareType(here.vault, admin, badge)).toMatchObject({ unique: true });
    const item = { type: 'x_unique', value: 'AB123456' } as TokenizeItem;
    expect(await outcome(store(item))).toBe('stored');
    expect(await outcome(store(item))).toBe(REFUSED);
    // It is its definition that says so; a setting would not end it.
    expect(await outcome(unique(false, 'x_unique'))).toBe('unique_not_offered unique');
    await declareType(here.vault, admin, { ...badge, description: 'A badge, said otherwise.' });
    expect(await outcome(store(item))).toBe(REFUSED);
    expect(await doubles('x_unique')).toMatchObject({ doubles: 0 });
    await declareType(here.vault, admin, { ...badge, unique: false } as never);
    expect(await outcome(store(item))).toBe('stored');
    expect(await unique(false, 'x_unique')).toMatchObject({ unique: false });
  });

  test('what cannot be unique is refused, and says why', async () => {
    const admin = await here.as('admin');
    for (const type of ['name', 'text', 'password', 'cvc', 'x_unique']) {
      expect(await outcome(unique(true, type))).toBe('unique_not_offered unique');
    }
    expect(await outcome(unique(true, 'nothing'))).toBe('unknown_type type');
    await setKeep(here.vault, admin, { type: 'ip', keep: 'network' });
    expect(await outcome(unique(true, 'ip'))).toBe('unique_not_offered unique');
    await setKeep(here.vault, admin, { type: 'ip', keep: null });
    const shared = definition({ name: 'x_shared', spread: 'shared', unique: true });
    expect(await outcome(declareType(here.vault, admin, shared))).toBe('invalid_definition unique');
    expect(await outcome(doubles('name'))).toBe('not_searchable type');
    expect(await here.lastEntry()).toMatchObject({ action: 'count_doubles', code: 'not_searchable' });
  });
});
