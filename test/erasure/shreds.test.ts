/** What a shredding notes: under which epoch the keys that died were wrapped, how many, and whose index entries. */
import { describe, expect, test } from 'vitest';
import { completeDestruction } from '../../src/erasure/complete-destruction.ts';
import { findErasure, type Stores } from '../../src/erasure/destructions.ts';
import { indexesOf, markFinal, noteShreds, type Shredded, type ShredRow } from '../../src/erasure/shreds.ts';
import type { ErasureId, RecordId, SubjectId, TenantId } from '../../src/ids.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { correct } from '../../src/operations/values/correct.ts';
import type { TokenizeItem } from '../../src/operations/values/schema.ts';
import { close } from '../support/epochs.ts';
import { appOf, freshHome, stage, tell, withParts } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';
import { handOn } from '../threats/hand.ts';

const WAITING = `SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid)
  WHERE NOT granted AND datname = current_database()`;

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);
  const shredOf = async (erasure: string) =>
    (await tell<ShredRow>(here.home.keyStoreUrl, `SELECT * FROM shreds WHERE erasure = '${erasure}'`))[0];
  const seen = async (erasure: string) => {
    const row = (await shredOf(erasure)) as ShredRow;
    return { epoch: Number(row.epoch), records: Number(row.records), indexes: indexesOf(row), final: row.final_at };
  };
  const store = async (...items: TokenizeItem[]) =>
    (await tokenize(here.vault, await here.as('app'), { items })).results;

  test('the epoch is the buckets’, and every index that had an entry is named once', async () => {
    const app = await here.as('app');
    const [card, ...emails] = await store(
      {
        type: 'card',
        value: { number: '4242424242424242', expiryMonth: 1, expiryYear: 2030 },
        subject: 's1',
        reuse: true,
      },
      ...[1, 2].map((n) => ({ type: 'email', value: `a${n}@example.com`, subject: 's1' })),
    );

    const one = await erase(here.vault, app, { records: [emails[0]?.record as RecordId] });
    const all = await erase(here.vault, app, { subject: card?.subject as SubjectId });
    const none = await erase(here.vault, app, { records: [card?.record as RecordId] });

    expect(await seen(one.erasure)).toMatchObject({
      epoch: 1,
      records: 1,
      indexes: expect.arrayContaining(['email/1']),
    });
    const { indexes } = await seen(all.erasure);
    expect(indexes).toEqual(
      expect.arrayContaining(['@reuse/1', '@subject-ref/1', 'card/1', 'card.last4/1', 'email/1']),
    );
    expect(indexes).toEqual([...new Set(indexes)].sort());
    expect(await seen(all.erasure)).toMatchObject({ epoch: 1, records: 2 });
    expect(await seen(none.erasure)).toEqual({ epoch: 1, records: 0, indexes: [], final: null });
  });

  test('of erasures that are shredded together, each notes its own keys, indexes and highest epoch', async () => {
    const home = await freshHome(engine);
    const vault = await home.open();
    const app = await appOf(vault, home);
    const email = (n: number) => ({ type: 'email', value: `e${n}@example.com` });
    const text = { type: 'text', value: 'x' };
    const items = [email(1), text, email(2), text, text].map((item, i) => ({ ...item, subject: `p${Math.min(i, 3)}` }));
    const stored = (await tokenize(vault, app, { items })).results;
    const hand = handOn(vault.keyStore);
    const [bucket] = await hand.rows('buckets', { tenant: app.tenant });
    // As a close leaves them on its way: some are under the next epoch already.
    for (const [i, epoch] of [1, 7, 4, 1, 5].entries()) {
      await hand.put('buckets', { ...bucket, bucket: `bkt_of_${i}`, epoch });
      await hand.change('record_keys', { record: stored[i]?.record as string }, { bucket: `bkt_of_${i}` });
    }

    const receipts = await Promise.all([0, 1, 2, 3].map((i) => erase(vault, app, { ref: `p${i}` })));

    const notes = await Promise.all(receipts.map(({ erasure }) => hand.row('shreds', { erasure })));
    const own = notes.map((row) => [Number(row.epoch), Number(row.records), JSON.parse(row.indexes as string)]);
    const [named, unnamed] = [expect.arrayContaining(['email/1', '@subject-ref/1']), ['@subject-ref/1']];
    expect(own).toEqual([
      [1, 1, named],
      [7, 1, unnamed],
      [4, 1, named],
      [5, 2, unnamed],
    ]);
    expect(await hand.rows('buckets', { tenant: app.tenant, dirty_at: null })).toHaveLength(1);
  });

  test('a correction notes the one key it destroyed', async () => {
    const [stored] = await store({ type: 'email', value: 'b@example.com' });
    await correct(here.vault, await here.as('app'), { record: stored?.record as RecordId, value: 'c@example.com' });

    const [row] = await tell<{ erasure: string }>(
      here.home.recordStoreUrl,
      `SELECT erasure FROM tombstones WHERE record = '${stored?.record}' AND cause = 'corrected'`,
    );
    expect(await seen(row?.erasure ?? '')).toMatchObject({ epoch: 1, records: 1 });
  });

  test('a crash after each page: the next run counts what is left, and lowers and loses nothing', async () => {
    const items = Array.from({ length: 1_000 }, (_, i) => ({ type: 'text', value: `t${i}`, subject: 'many' }));
    const more = Array.from({ length: 200 }, (_, i) => ({
      type: 'email',
      value: `m${i}@example.com`,
      subject: 'many',
    }));
    const [first] = await store(...items);
    await store(...more);
    const app = await here.as('app');
    let left = 1;
    const crashing: Stores['keyStore'] = withParts(here.vault.keyStore, {
      exclusive: async (work: never) => {
        if (left === 0) throw new Error('crash');
        left -= 1;
        return here.vault.keyStore.exclusive(work);
      },
    });
    const { erasure } = await erase({ ...here.vault, keyStore: crashing }, app, {
      subject: first?.subject as SubjectId,
    });
    expect(await seen(erasure)).toMatchObject({ epoch: 1, records: 500 });

    const { recordStore } = here.vault;
    const order = await findErasure(recordStore.reader, app.tenant, erasure as ErasureId);
    const run = () => completeDestruction(here.vault, order, here.vault.clock);
    await run();
    const whole = await seen(erasure);
    expect(whole).toMatchObject({
      epoch: 1,
      records: 1_200,
      indexes: expect.arrayContaining(['@subject-ref/1', 'email/1']),
    });

    await run();
    expect(await seen(erasure)).toEqual(whole);
  });

  test('a row only grows, whoever adds to it, and not once it is final', async () => {
    const of = { tenant: 'ten_x' as TenantId, erasure: 'ers_grows' };
    const note = (shredded: Omit<Shredded, 'erasure'>) =>
      here.vault.keyStore.exclusive((tx) =>
        noteShreds(tx, of.tenant, [{ erasure: of.erasure, ...shredded }], here.now()),
      );
    await note({ epoch: 7, records: 2, indexes: ['b/1'] });
    await note({ epoch: undefined, records: 0, indexes: [] });
    await note({ epoch: 3, records: 1, indexes: ['a/1', 'b/1'] });
    expect(await seen(of.erasure)).toEqual({ epoch: 7, records: 3, indexes: ['a/1', 'b/1'], final: null });
    await Promise.all(Array.from({ length: 5 }, () => note({ epoch: 8, records: 1, indexes: [] })));
    expect(await seen(of.erasure)).toMatchObject({ epoch: 8, records: 8 });

    await here.vault.keyStore.exclusive((tx) => markFinal(tx, [{ ...of, at: 5 }]));
    await here.vault.keyStore.exclusive((tx) => markFinal(tx, [{ ...of, at: 6 }]));
    await note({ epoch: 9, records: 1, indexes: ['z/1'] });
    const last = await seen(of.erasure);
    expect([last.epoch, last.records, Number(last.final)]).toEqual([8, 8, 5]);
  });

  test('keys that were gone before are noted under the epoch that is current, and with it every epoch they were in', async () => {
    const home = await freshHome(engine);
    const vault = await home.open();
    const app = await appOf(vault, home);
    const [stored] = (await tokenize(vault, app, { items: [{ type: 'text', value: 'x' }] })).results;
    const { erasure } = await erase(vault, app, { records: [stored?.record as RecordId] });
    // As the release before left it.
    await tell(home.keyStoreUrl, 'DELETE FROM shreds');
    await close(vault);

    const order = await findErasure(vault.recordStore.reader, app.tenant, erasure as ErasureId);
    await completeDestruction(vault, order, vault.clock);

    const [row] = await tell<ShredRow>(home.keyStoreUrl, 'SELECT * FROM shreds');
    expect([Number(row?.epoch), Number(row?.records)]).toEqual([2, 0]);
  });

  test('keys that die after the close of an epoch are noted under the next', async () => {
    const home = await freshHome(engine);
    const vault = await home.open();
    const app = await appOf(vault, home);
    const [stored] = (await tokenize(vault, app, { items: [{ type: 'text', value: 'x' }] })).results;
    await close(vault);
    await erase(vault, app, { records: [stored?.record as RecordId] });
    const [row] = await tell<ShredRow>(home.keyStoreUrl, 'SELECT * FROM shreds');
    expect([Number(row?.epoch), Number(row?.records)]).toEqual([2, 1]);
  });
});

test('on postgres, a shredding waits for the rotation that holds its bucket, and notes the epoch it finds then', async () => {
  const home = await freshHome('postgres');
  const [vault, other] = [await home.open(), await home.open()];
  const app = await appOf(vault, home);
  const [stored] = (await tokenize(vault, app, { items: [{ type: 'text', value: 'x' }] })).results;
  let erasing: Promise<unknown> = Promise.resolve();

  await other.keyStore.exclusive(async (tx) => {
    await tx.query((sql) => sql('buckets').orderBy('bucket').forUpdate());
    erasing = erase(vault, app, { records: [stored?.record as RecordId] });
    while ((await tell(home.keyStoreUrl, WAITING)).length === 0) await new Promise((resume) => setImmediate(resume));
    // As if it were wrapped under epoch 5 by the rotation; the record keys are its to rewrite meanwhile.
    await tx.execute((sql) => sql('record_keys').update({ bucket_generation: 2 }));
    await tx.execute((sql) => sql('buckets').update({ epoch: 5, generation: 2 }));
  });
  await erasing;

  const [row] = await tell<ShredRow>(home.keyStoreUrl, 'SELECT * FROM shreds');
  expect([Number(row?.epoch), Number(row?.records)]).toEqual([5, 1]);
  expect(await tell(home.keyStoreUrl, 'SELECT * FROM record_keys')).toEqual([]);
});
