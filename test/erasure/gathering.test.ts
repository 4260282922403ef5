/** What is done together: who shares a group, who waits, and what a failure does to whom. */
import { describe, expect, test } from 'vitest';
import { completeDestruction } from '../../src/erasure/complete-destruction.ts';
import { type DestructionRow, findDestructions, findErasure } from '../../src/erasure/destructions.ts';
import { Gathering } from '../../src/erasure/gathering.ts';
import { UnavailableError } from '../../src/errors.ts';
import type { RecordId } from '../../src/ids.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { correct } from '../../src/operations/values/correct.ts';
import { tombstonesOf } from '../../src/records/tombstones.ts';
import { stage, withParts } from '../support/home.ts';
import { askRows } from '../support/spelled.ts';
import { ENGINES } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';
import { handOn } from '../threats/hand.ts';

interface Item {
  readonly lane: string;
  readonly claims: readonly string[];
}

/** Groups as they were done; `fails` says which items fail their group. */
function gathering(fails: (item: Item) => boolean = () => false) {
  const done: string[][] = [];
  const gathered = new Gathering<Item>(
    [
      async (group) => {
        done.push(group.map(({ claims }) => claims.join('+')));
        await new Promise((resume) => setImmediate(resume));
        if (group.some(fails)) throw new Error(`failed in a group of ${group.length}`);
        return [];
      },
    ],
    { laneOf: ({ lane }) => lane, claimsOf: ({ claims }) => claims },
  );
  const add = (lane: string, ...claims: string[]) => gathered.add({ lane, claims });
  return { add, done };
}

test('those that come at one moment are done together, those that come later in the next group', async () => {
  const { add, done } = gathering();
  const first = [add('a', '1'), add('a', '2')];
  while (done.length === 0) await new Promise((resume) => setImmediate(resume));
  const second = [add('a', '3'), add('a', '4')];
  await Promise.all([...first, ...second]);
  await add('a', '5');

  expect(done).toEqual([['1', '2'], ['3', '4'], ['5']]);
});

test('one that claims what another in the group has claimed waits, and those after it do not', async () => {
  const { add, done } = gathering();

  await Promise.all([add('a', '1', '2'), add('a', '2', '3'), add('a', '4'), add('a', '3')]);

  expect(done).toEqual([['1+2', '4', '3'], ['2+3']]);
});

test('lanes do not wait for each other', async () => {
  const { add, done } = gathering();

  await Promise.all([add('a', '1'), add('b', '1'), add('a', '2')]);

  expect(done).toEqual([['1', '2'], ['1']]);
});

test('a group has a bound, and one item may be larger than it', async () => {
  const { add, done } = gathering();
  const many = (count: number, name: string) => Array.from({ length: count }, (_, i) => `${name}${i}`);

  await Promise.all([...many(70, 'x').map((claim) => add('a', claim)), add('a', ...many(600, 'y')), add('a', 'z')]);

  expect(done.map((group) => group.length)).toEqual([64, 7, 1]);
});

test('if one fails, the others of its group are done nevertheless', async () => {
  const { add, done } = gathering(({ claims }) => claims.includes('bad'));

  const ends = await Promise.allSettled([add('a', '1'), add('a', 'bad'), add('a', '2')]);

  expect(ends.map((end) => (end.status === 'rejected' ? String(end.reason) : 'done'))).toEqual([
    'done',
    'Error: failed in a group of 1',
    'done',
  ]);
  expect(done).toEqual([['1', 'bad', '2'], ['1', 'bad'], ['1'], ['bad'], ['2']]);
});

test('if a store is unavailable, all fail at once, and are not tried one by one', async () => {
  let times = 0;
  const gathered = new Gathering<string>(
    [
      () => {
        times += 1;
        return Promise.reject(new UnavailableError('store_unavailable', 'away'));
      },
    ],
    { laneOf: () => '', claimsOf: (claim) => [claim] },
  );

  const ends = await Promise.allSettled(['1', '2', '3'].map((item) => gathered.add(item)));

  expect(ends.map(({ status }) => status)).toEqual(Array(3).fill('rejected'));
  expect(times).toBe(1);
});

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);

  test('people whose records share a bucket are erased in few transactions, each with its own receipt and note', async () => {
    const PEOPLE = 20;
    const items = Array.from({ length: PEOPLE }, (_, i) => ({ type: 'text', value: `v${i}`, subject: `p${i}` }));
    const app = await here.as('app');
    await tokenize(here.vault, app, { items });
    let commits = 0;
    const keyStore = withParts(here.vault.keyStore, {
      exclusive: (work: never) => {
        commits += 1;
        return here.vault.keyStore.exclusive(work);
      },
    });
    const counting = { ...here.vault, keyStore };

    const receipts = await Promise.all(items.map(({ subject }) => erase(counting, app, { ref: subject })));

    expect(receipts.map(({ state, records }) => [state, records])).toEqual(Array(PEOPLE).fill(['completed', 1]));
    expect(commits).toBeLessThan(PEOPLE / 2);
    const shreds = await askRows<Record<string, unknown>>(here.vault.keyStore.reader, (sql) =>
      sql('shreds').whereIn(
        'erasure',
        receipts.map(({ erasure }) => erasure),
      ),
    );
    const notes = shreds.map(({ epoch, records, indexes }) => [Number(epoch), Number(records), indexes]);
    expect(notes).toEqual(Array(PEOPLE).fill([1, 1, '["@subject-ref/1"]']));
  });

  test('two nodes that complete the same erasures at once, in other orders, neither fail nor count anything twice', async () => {
    const other = await here.home.open({ clock: here.now });
    const items = Array.from({ length: 30 }, (_, i) => ({ type: 'text', value: `w${i}`, subject: `q${i}` }));
    const app = await here.as('app');
    const stored = (await tokenize(here.vault, app, { items })).results;
    // Ordered, and not carried out: the process that took the order has died.
    const dying = withParts(here.vault, {
      keyStore: withParts(here.vault.keyStore, { exclusive: () => Promise.reject(new Error('crash')) }),
    });
    const receipts = await Promise.all(stored.map(({ record }) => erase(dying, app, { records: [record as never] })));
    expect(new Set(receipts.map(({ state }) => state))).toEqual(new Set(['ordered']));
    const { reader } = here.vault.recordStore;
    const orders = await Promise.all(receipts.map(({ erasure }) => findErasure(reader, app.tenant, erasure)));

    for (let round = 0; round < 2; round += 1) {
      await Promise.all([
        ...orders.map((order) => completeDestruction(here.vault, order, here.vault.clock)),
        ...orders.toReversed().map((order) => completeDestruction(other, order, other.clock)),
      ]);
    }

    const ids = receipts.map(({ erasure }) => erasure);
    const notes = await askRows<Record<string, unknown>>(here.vault.keyStore.reader, (sql) =>
      sql('shreds').whereIn('erasure', ids),
    );
    expect(notes.map(({ records, epoch }) => [Number(records), Number(epoch)])).toEqual(Array(30).fill([1, 1]));
    const done = await Promise.all(ids.map((erasure) => findErasure(reader, app.tenant, erasure)));
    expect(new Set(done.map(({ state }) => state))).toEqual(new Set(['completed']));
  });

  test('a correction and an erasure of one record are not shredded together: no key of it is left', async () => {
    const app = await here.as('app');
    const dying = withParts(here.vault, {
      keyStore: withParts(here.vault.keyStore, { scrub: () => Promise.reject(new Error('crash')) }),
    });
    for (const reversed of [false, true]) {
      const [stored] = (await tokenize(here.vault, app, { items: [{ type: 'email', value: 'old@example.com' }] }))
        .results;
      const record = stored?.record as RecordId;
      // Both are ordered, and the keys that they name are there: as if the key store had been put back.
      const keys = handOn(here.vault.keyStore);
      const before = await keys.rows('record_keys', { record });
      await correct(dying, app, { record, value: 'new@example.com' });
      const { erasure } = await erase(dying, app, { records: [record] });
      const { reader } = here.vault.recordStore;
      const [graves = []] = await tombstonesOf(reader, app.tenant, [record]);
      const corrected = graves.find(({ cause }) => cause === 'corrected')?.erasure ?? null;
      const orders = (await findDestructions(
        reader,
        [erasure, corrected].map((id) => ({ tenant: app.tenant, erasure: id })),
      )) as DestructionRow[];
      await keys.put('record_keys', ...before.flatMap((row) => [row, { ...row, generation: 2 }]));

      await Promise.all(
        (reversed ? orders.toReversed() : orders).map((order) =>
          completeDestruction(here.vault, order, here.vault.clock),
        ),
      );

      expect(await keys.rows('record_keys', { record })).toEqual([]);
    }
  });
});
