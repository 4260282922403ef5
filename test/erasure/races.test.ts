/** Erasure beside everything else at the same moment: what is erased stays erased, and nothing slips in behind it. */
import { describe, expect, test } from 'vitest';
import { runBackgroundOnce } from '../../src/background/background.ts';
import type { RecordId, SubjectId } from '../../src/ids.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { correct } from '../../src/operations/values/correct.ts';
import { detokenize } from '../../src/operations/values/detokenize.ts';
import type { RecordTx } from '../../src/storage/tx.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { appOf, freshHome, stage, tell, withoutTable, withParts } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { type Tokenized, tokenize } from '../support/tokenize.ts';

/** Who waits for a lock in this database. */
const WAITING = `SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid)
  WHERE NOT granted AND datname = current_database()`;
/** Over every grace. */
const DAY_MS = 25 * 60 * 60 * 1000;

/** Some turns of the event loop, another number for each place in each round. */
async function turns(round: number, place: number): Promise<void> {
  for (let i = (round * 7 + place * 5) % 11; i > 0; i -= 1) await new Promise((resume) => setImmediate(resume));
}

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);
  const store = async (subject: string, count = 1) => {
    const items = Array.from({ length: count }, (_, i) => ({ type: 'email', value: `e${i}@example.com`, subject }));
    return (await tokenize(here.vault, await here.as('app'), { items })).results;
  };
  const show = async (results: readonly Tokenized[]) => {
    const tokens = results.map(({ token }) => token);
    const reply = await detokenize(here.vault, await here.as('app'), { tokens, purpose: 'billing', view: 'plain' });
    return reply.results.map((result) => ('error' in result ? result.error.code : result.value));
  };
  const rows = (url: string, table: string, results: readonly Tokenized[]) =>
    tell(url, `SELECT * FROM ${table} WHERE record IN (${results.map(({ record }) => `'${record}'`).join(', ')})`);
  /** What the jobs leave once every grace is over. */
  const settle = async () => {
    here.advance(DAY_MS);
    for (const report of await runBackgroundOnce(here.vault)) expect(report.failed).toBeUndefined();
  };
  const codesOf = (results: readonly PromiseSettledResult<unknown>[]) =>
    new Set(results.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : [])));

  test('a value stored while its subject is erased is erased with it, or refused, or another subject’s', async () => {
    const app = await here.as('app');
    for (let round = 0; round < 12; round += 1) {
      const ref = `storing-${round}`;
      const [first] = await store(ref);
      const subject = first?.subject as SubjectId;
      const storing = Array.from({ length: 6 }, async (_, place) => {
        await turns(round, place);
        return place % 2 === 0 ? store(ref) : store(subject);
      });
      const erasing = turns(round, 9).then(() => erase(here.vault, app, { subject }));

      const [results, receipt] = [await Promise.allSettled(storing), await erasing];

      const stored = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
      const theirs = [...stored.filter((result) => result.subject === subject), first as Tokenized];
      const others = stored.filter((result) => result.subject !== subject);
      expect(await show(theirs)).toEqual(theirs.map(() => 'record_erased'));
      expect(await show(others)).toEqual(others.map(() => 'e0@example.com'));
      expect(await tell(here.home.recordStoreUrl, `SELECT record FROM records WHERE subject = '${subject}'`)).toEqual(
        [],
      );
      expect(receipt.records).toBe(theirs.length);
      expect([...codesOf(results)].filter((code) => !['subject_erased', 'subject_not_found'].includes(code))).toEqual(
        [],
      );
    }
    await settle();
    const orphans = await tell<{ record: string }>(here.home.keyStoreUrl, 'SELECT record FROM record_keys');
    const alive = await tell<{ record: string }>(here.home.recordStoreUrl, 'SELECT record FROM records');
    expect(orphans.map(({ record }) => record).sort()).toEqual(alive.map(({ record }) => record).sort());
  });

  test('a value corrected while its subject is erased is erased, with every generation of its key', async () => {
    const app = await here.as('app');
    for (let round = 0; round < 12; round += 1) {
      const stored = await store(`correcting-${round}`, 4);
      const subject = stored[0]?.subject as SubjectId;
      const correcting = stored.map(async ({ record }, place) => {
        await turns(round, place);
        return correct(here.vault, app, { record: record as RecordId, value: 'new@example.com' });
      });
      const erasing = turns(round, 8).then(() => erase(here.vault, app, { subject }));

      const [results, receipt] = [await Promise.allSettled(correcting), await erasing];

      expect([...codesOf(results)].filter((code) => !['record_erased', 'concurrent_change'].includes(code))).toEqual(
        [],
      );
      expect(receipt).toMatchObject({ state: 'completed', records: 4 });
      expect(await show(stored)).toEqual(stored.map(() => 'record_erased'));
      expect(await rows(here.home.recordStoreUrl, 'records', stored)).toEqual([]);
      await settle();
      expect(await rows(here.home.keyStoreUrl, 'record_keys', stored)).toEqual([]);
      expect(await rows(here.home.keyStoreUrl, 'blind_indexes', stored)).toEqual([]);
    }
  });

  test('a record erased in two ways at once is erased once, and the vault opens again', async () => {
    const app = await here.as('app');
    for (let round = 0; round < 8; round += 1) {
      const stored = await store(`twice-${round}`, 3);
      const [one, two, three] = stored as [Tokenized, Tokenized, Tokenized];
      const orders = [
        { subject: one.subject as SubjectId },
        { tokens: [one.token, two.token] },
        { records: [three.record, two.record] },
      ].map(async (body, place) => {
        await turns(round, place * 2);
        return erase(here.vault, app, body);
      });

      const receipts = await Promise.all(orders);

      expect(receipts.reduce((sum, receipt) => sum + receipt.records, 0)).toBe(3);
      expect(await show(stored)).toEqual(stored.map(() => 'record_erased'));
      await (await here.home.open()).close();
    }
  });

  test('records erased before, whose keys a crash has kept, are not counted to an erasure of their subject', async () => {
    const app = await here.as('app');
    const stored = await store('crashed', 2);
    const [first, second] = await withoutTable(here.home.keyStoreUrl, 'tombstones', async () => [
      await erase(here.vault, app, { records: stored.map(({ record }) => record) }),
      await erase(here.vault, app, { subject: stored[0]?.subject as SubjectId }),
    ]);

    expect([first, second]).toMatchObject([{ state: 'ordered', records: 2 }, { records: 0 }]);
    expect(await show(stored)).toEqual(['record_erased', 'record_erased']);
    await settle();
    expect(await rows(here.home.keyStoreUrl, 'record_keys', stored)).toEqual([]);
    await expect(here.home.open()).resolves.toBeDefined();
  });
});

test('on postgres, a correction that comes between reading a subject’s records and burying them waits, and is refused', async () => {
  const home = await freshHome('postgres');
  const [one, two] = [await home.open(), await home.open()];
  const app = await appOf(one, home);
  const items = [{ type: 'email', value: 'ada@example.com', subject: 'ada' }];
  const [stored] = (await tokenize(one, app, { items })).results as [Tokenized];
  let correcting: Promise<unknown> | undefined;
  const slow = beforeBurial(one, async () => {
    let settled = false;
    correcting = correct(two, app, { record: stored.record, value: 'eve@example.com' }).catch(
      (error: unknown) => error,
    );
    void correcting.finally(() => {
      settled = true;
    });
    const waiting = () => tell(home.recordStoreUrl, WAITING);
    while (!settled && (await waiting()).length === 0);
  });

  const receipt = await erase(slow, app, { ref: 'ada' });

  expect(await correcting).toMatchObject({ code: 'record_erased' });
  expect(receipt).toMatchObject({ state: 'completed', records: 1 });
  expect(await home.reveal(one, stored.token)).toBe('record_erased');
  expect(await tell(home.recordStoreUrl, 'SELECT record FROM records')).toEqual([]);
});

/** The same vault, in which `work` runs once when the first tombstone is about to be written. */
function beforeBurial(vault: Vault, work: () => Promise<void>): Vault {
  const { recordStore } = vault;
  let ran = false;
  const watched = (tx: RecordTx): RecordTx =>
    withParts(tx, {
      async insert(table, ...rest) {
        if (table.name === 'tombstones' && !ran) {
          ran = true;
          await work();
        }
        return tx.insert(table, ...rest);
      },
    });
  const store = withParts(recordStore, { exclusive: (inside) => recordStore.exclusive((tx) => inside(watched(tx))) });
  return { ...vault, recordStore: store };
}
