/** The background work: what a crash interrupted is completed or taken back, and what it left is swept. */
import { describe, expect, test, vi } from 'vitest';
import { runBackgroundOnce, startBackground } from '../../src/background/background.ts';
import { dataType } from '../../src/datatypes/registry.ts';
import { completeDestruction } from '../../src/erasure/complete-destruction.ts';
import {
  type DestructionRow,
  findDestruction,
  orderDestruction,
  unfinishedDestructions,
} from '../../src/erasure/destructions.ts';
import { UnavailableError } from '../../src/errors.ts';
import { type ErasureId, newId, type RecordId, type SubjectId, type TenantId } from '../../src/ids.ts';
import { INTERVAL_MS, type JobReport, startWorker } from '../../src/jobs/worker.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { getErasure } from '../../src/operations/erasures/get-erasure.ts';
import { correct } from '../../src/operations/values/correct.ts';
import { detokenize } from '../../src/operations/values/detokenize.ts';
import { search } from '../../src/operations/values/search.ts';
import { allEntries, formsOf, type IndexEntries, indexRows } from '../../src/search/blind-index.ts';
import { insertIndexRows } from '../../src/search/index-rows.ts';
import { ORPHAN_GRACE_MS } from '../../src/storage/limits.ts';
import { markErased } from '../../src/subjects/subjects.ts';
import { refuseDeletes, refuseInserts, stage, tell, withoutTable, withParts } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { type Tokenized, tokenize } from '../support/tokenize.ts';

const ERASURE_GRACE_MS = 30_000;

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);
  const store = async (subject: string, count = 1) => {
    const items = Array.from({ length: count }, (_, i) => ({
      type: 'email',
      value: `e${i}-${subject}@example.com`,
      subject,
    }));
    return (await tokenize(here.vault, await here.as('app'), { items })).results;
  };
  const show = async (results: readonly Tokenized[]) => {
    const tokens = results.map(({ token }) => token);
    const reply = await detokenize(here.vault, await here.as('app'), { tokens, purpose: 'billing', view: 'plain' });
    return reply.results.map((result) => ('error' in result ? result.error.code : result.value));
  };
  /** How many of the records have a row there; some have several, as a value is found by its parts, too. */
  const count = async (url: string, table: string, records: readonly string[]) =>
    (await tell(url, `SELECT DISTINCT record FROM ${table} WHERE record IN ('${records.join("', '")}')`)).length;
  const keysOf = (results: readonly { record: string }[]) =>
    count(
      here.home.keyStoreUrl,
      'record_keys',
      results.map(({ record }) => record),
    );
  const indexOf = (results: readonly { record: string }[]) =>
    count(
      here.home.keyStoreUrl,
      'blind_indexes',
      results.map(({ record }) => record),
    );
  const rowsOf = (results: readonly { record: string }[]) =>
    count(
      here.home.recordStoreUrl,
      'records',
      results.map(({ record }) => record),
    );
  /** The first round of a start, and no other. */
  const start = async () => {
    const reports: JobReport[] = [];
    await startBackground(here.vault, (report) => reports.push(report))();
    return reports;
  };
  const changedBy = (reports: readonly JobReport[], name: string) =>
    reports.find((report) => report.name === name)?.changed;
  /** An erasure whose process ended right after the order was committed. */
  const interrupted = async (stored: readonly Tokenized[]): Promise<ErasureId> => {
    const app = await here.as('app');
    const subject = stored[0]?.subject as SubjectId;
    const erasure = newId('erasure', here.vault.random, here.now());
    await here.vault.recordStore.exclusive(async (tx) => {
      await markErased(tx, app.tenant, subject, here.now());
      const keys = stored.map(({ record }) => ({ record, generation: 1 }));
      await orderDestruction(tx, app.tenant, {
        erasure,
        cause: 'erased',
        subject,
        keys,
        by: app.principal,
        at: here.now(),
      });
    });
    return erasure;
  };

  describe('an erasure that was interrupted', () => {
    test('shows nothing already, and is completed by the next start', async () => {
      const stored = await store('at-start', 3);
      const erasure = await interrupted(stored);
      expect(await show(stored)).toEqual(Array(3).fill('record_erased'));
      expect([await keysOf(stored), await indexOf(stored), await rowsOf(stored)]).toEqual([3, 3, 3]);
      const ordered = await getErasure(here.vault, await here.as('app'), { erasure });
      expect(ordered).toMatchObject({ state: 'ordered' });
      expect(ordered).not.toHaveProperty('completedAt');

      const reports = await start();

      expect(changedBy(reports, 'complete_erasures')).toBe(1);
      expect([await keysOf(stored), await indexOf(stored), await rowsOf(stored)]).toEqual([0, 0, 0]);
      const at = here.now().toISOString();
      const receipt = await getErasure(here.vault, await here.as('app'), { erasure });
      expect(receipt).toMatchObject({ state: 'completed', records: 3, shreddedAt: at, completedAt: at });
      expect((await store('at-start'))[0]?.subject).not.toBe(stored[0]?.subject);
      const dirty = await tell(here.home.keyStoreUrl, 'SELECT bucket FROM buckets WHERE dirty_at IS NOT NULL');
      expect(dirty.length).toBeGreaterThan(0);
    });

    test('is not completed before the journal has it', async () => {
      const erasure = await interrupted(await store('unjournalled'));
      const note = () => Promise.reject(new UnavailableError('journal_unavailable', 'The disk is full.'));
      const stores = { ...here.vault, journal: withParts(here.vault.journal, { note }) };
      const app = await here.as('app');
      const order = (await findDestruction(here.vault.recordStore.reader, app.tenant, erasure)) as DestructionRow;
      await expect(completeDestruction(stores, order, here.now)).rejects.toMatchObject({ code: 'journal_unavailable' });
      expect(await getErasure(here.vault, app, { erasure })).toMatchObject({ state: 'ordered' });
      await start();
      expect(await getErasure(here.vault, app, { erasure })).toMatchObject({ state: 'completed' });
    });

    test('is counted for its own tenant, however many others wait', async () => {
      const stored = await store('counted');
      await interrupted(stored);
      const count = async (tenant: TenantId) =>
        (await unfinishedDestructions(here.vault.recordStore.reader, here.now(), 1, tenant)).length;
      const { tenant } = await here.inTenant('others', 'app');
      expect([await count((await here.as('app')).tenant), await count(tenant)]).toEqual([1, 0]);
      await start();
    });

    test('is left to whoever ordered it for half a minute, then completed by an ordinary round', async () => {
      const stored = await store('later');
      await interrupted(stored);
      here.advance(ERASURE_GRACE_MS - 1);
      expect(changedBy(await runBackgroundOnce(here.vault), 'complete_erasures')).toBe(0);
      expect(await keysOf(stored)).toBe(1);

      here.advance(1);

      expect(changedBy(await runBackgroundOnce(here.vault), 'complete_erasures')).toBe(1);
      expect(await keysOf(stored)).toBe(0);
    });

    test.each([
      ['after the keys were destroyed', ['record_keys', 'blind_indexes', 'subject_refs']],
      ['when half of the keys were destroyed', ['record_keys']],
    ])('%s is completed just the same', async (what, tables) => {
      const stored = await store(what.replaceAll(' ', '-'), 2);
      const erasure = await interrupted(stored);
      for (const table of tables) {
        const half = table === 'record_keys' && tables.length === 1 ? stored.slice(0, 1) : stored;
        const column = table === 'subject_refs' ? 'subject' : 'record';
        const ids = half.map((result) => `'${result[column as 'record']}'`).join(', ');
        await tell(here.home.keyStoreUrl, `DELETE FROM ${table} WHERE ${column} IN (${ids})`);
      }

      await start();

      expect([await keysOf(stored), await indexOf(stored), await rowsOf(stored)]).toEqual([0, 0, 0]);
      expect(await getErasure(here.vault, await here.as('app'), { erasure })).toMatchObject({ state: 'completed' });
      const records = stored.map(({ record }) => record);
      expect(await count(here.home.keyStoreUrl, 'tombstones', records)).toBe(2);
    });

    test('at the very last step is completed again without harm, by two nodes at once', async () => {
      const app = await here.as('app');
      const [mine, other] = [await store('last-step'), await store('last-step-other')];
      const { erasure, shreddedAt } = await erase(here.vault, app, { ref: 'last-step' });
      await tell(
        here.home.recordStoreUrl,
        `UPDATE erasures SET state = 'ordered', completed_at = NULL WHERE erasure = '${erasure}'`,
      );
      here.advance(1_000);

      await Promise.all([start(), start()]);

      expect(await getErasure(here.vault, app, { erasure })).toMatchObject({ state: 'completed', shreddedAt });
      expect(await show([...mine, ...other])).toEqual(['record_erased', 'e0-last-step-other@example.com']);
    });
  });

  describe('a key that no record stands behind', () => {
    /** Keys and index rows as a crash between the two stores leaves them. */
    const orphans = async (number: number, tenant: TenantId): Promise<{ record: RecordId }[]> => {
      const { keyring, keyStore, random } = here.vault;
      const bucket = await keyring.buckets.withRoom(tenant, number);
      const places = Array.from({ length: number }, () => ({
        record: newId('record', random, here.now()),
        generation: 1,
        bucket,
      }));
      const forms = formsOf(dataType('email'), 'orphan@example.com');
      const made: IndexEntries[] = [];
      for (const { record } of places) made.push(await indexRows(here.vault.indexer, tenant, forms, record, 1));
      const index = allEntries(made);
      await keyStore.shared(async (tx) => {
        await keyring.records.create(tx, tenant, places, index.indexedAt);
        await insertIndexRows(tx, index.rows);
      });
      return places;
    };

    test('is swept once its grace is over, and not before; records keep theirs', async () => {
      const app = await here.as('app');
      const stored = await store('keeps', 2);
      const left = await orphans(3, app.tenant);
      here.advance(ORPHAN_GRACE_MS);
      expect(changedBy(await runBackgroundOnce(here.vault), 'sweep_orphan_keys')).toBe(0);
      expect(await keysOf(left)).toBe(3);

      here.advance(1);

      expect(changedBy(await runBackgroundOnce(here.vault), 'sweep_orphan_keys')).toBe(3);
      expect([await keysOf(left), await indexOf(left)]).toEqual([0, 0]);
      expect([await keysOf(stored), await indexOf(stored)]).toEqual([2, 2]);
      expect(await show(stored)).toEqual(['e0-keeps@example.com', 'e1-keeps@example.com']);
    });

    test('is swept of every tenant, a thousand as well as one, and those that come later, too', async () => {
      const [app, other] = [await here.as('app'), await here.inTenant('jobs-other', 'app')];
      const many = [...(await orphans(1_100, app.tenant)), ...(await orphans(2, other.tenant))];
      here.advance(ORPHAN_GRACE_MS + 1);
      const later = await orphans(1, app.tenant);

      expect(changedBy(await runBackgroundOnce(here.vault), 'sweep_orphan_keys')).toBe(1_102);
      expect([await keysOf(many), await keysOf(later)]).toEqual([0, 1]);
      here.advance(ORPHAN_GRACE_MS + 1);
      expect(changedBy(await runBackgroundOnce(here.vault), 'sweep_orphan_keys')).toBe(1);
    });

    test('of an erasure under way is the erasure’s to destroy', async () => {
      const stored = await store('under-way', 2);
      await interrupted(stored);
      await tell(here.home.recordStoreUrl, `DELETE FROM records WHERE record = '${stored[0]?.record}'`);
      await tell(
        here.home.recordStoreUrl,
        "UPDATE erasures SET ordered_at = ordered_at + 86400000 WHERE state = 'ordered'",
      );
      here.advance(ORPHAN_GRACE_MS + 1);

      expect(changedBy(await runBackgroundOnce(here.vault), 'sweep_orphan_keys')).toBe(0);
      expect(await keysOf(stored)).toBe(2);
      here.advance(2 * 86_400_000);
      await runBackgroundOnce(here.vault);
      expect(await keysOf(stored)).toBe(0);
    });
  });

  describe('a correction that was interrupted', () => {
    const noted = async (record: string) =>
      (await tell(here.home.keyStoreUrl, `SELECT generation FROM correction_keys WHERE record = '${record}'`)).length;
    const generations = async (table: string, record: string) =>
      (
        await tell(
          here.home.keyStoreUrl,
          `SELECT DISTINCT generation FROM ${table} WHERE record = '${record}' ORDER BY 1`,
        )
      ).map((row) => Number(row.generation));
    const find = async (value: string) =>
      (await search(here.vault, await here.as('app'), { type: 'email', value, purpose: 'billing' })).results.length;

    test('before the record store took the new value is taken back, after its grace', async () => {
      const [stored] = await store('taken-back');
      const record = stored?.record as RecordId;
      const allow = await refuseInserts(here.home.recordStoreUrl, 'erasures');
      const failed = correct(here.vault, await here.as('app'), { record, value: 'never@example.com' });
      await expect(failed).rejects.toBeDefined();
      await allow();
      expect([await generations('record_keys', record), await noted(record)]).toEqual([[1, 2], 1]);
      expect(await show([stored as Tokenized])).toEqual(['e0-taken-back@example.com']);

      here.advance(ORPHAN_GRACE_MS - 1);
      expect(changedBy(await runBackgroundOnce(here.vault), 'settle_corrections')).toBe(0);
      here.advance(1);
      expect(changedBy(await runBackgroundOnce(here.vault), 'settle_corrections')).toBe(1);

      expect([await generations('record_keys', record), await noted(record)]).toEqual([[1], 0]);
      expect(await generations('blind_indexes', record)).toEqual([1]);
      expect(await show([stored as Tokenized])).toEqual(['e0-taken-back@example.com']);
      expect([await find('never@example.com'), await find('e0-taken-back@example.com')]).toEqual([0, 1]);
      const again = await correct(here.vault, await here.as('app'), { record, value: 'again@example.com' });
      expect(again).toMatchObject({ version: 2 });
    });

    test('leaves the record open to another correction meanwhile, which stands when the first is taken back', async () => {
      const [stored] = await store('meanwhile');
      const record = stored?.record as RecordId;
      const allow = await refuseInserts(here.home.recordStoreUrl, 'erasures');
      await correct(here.vault, await here.as('app'), { record, value: 'never@example.com' }).catch(() => {});
      await allow();

      await correct(here.vault, await here.as('app'), { record, value: 'second@example.com' });
      here.advance(ORPHAN_GRACE_MS);
      await runBackgroundOnce(here.vault);

      expect(await show([stored as Tokenized])).toEqual(['second@example.com']);
      expect([
        await generations('record_keys', record),
        await generations('blind_indexes', record),
        await noted(record),
      ]).toEqual([[3], [3], 0]);
    });

    test('after the record store took the new value is completed: the old key goes, the new value stays', async () => {
      const [stored] = await store('completed');
      const record = stored?.record as RecordId;
      const allow = await refuseInserts(here.home.keyStoreUrl, 'tombstones');
      const failures: unknown[] = [];
      here.vault.signals.on('job', (job) => failures.push(job));
      const change = correct(here.vault, await here.as('app'), { record, value: 'now@example.com' });
      await expect(change).rejects.toMatchObject({ code: 'journal_unavailable' });
      await allow();
      here.vault.signals.removeAllListeners('job');
      expect(failures).toEqual([{ name: 'complete_erasures', failed: expect.any(String), changed: 0 }]);
      expect([await generations('record_keys', record), await noted(record)]).toEqual([[1, 2], 1]);

      await start();
      expect([await generations('record_keys', record), await generations('blind_indexes', record)]).toEqual([
        [2],
        [2],
      ]);
      here.advance(ORPHAN_GRACE_MS);
      await runBackgroundOnce(here.vault);

      expect([await generations('record_keys', record), await noted(record)]).toEqual([[2], 0]);
      expect(await show([stored as Tokenized])).toEqual(['now@example.com']);
      expect([await find('now@example.com'), await find('e0-completed@example.com')]).toEqual([1, 0]);
    });
  });

  test('an erasure whose keys cannot be destroyed now is receipted as ordered, shows nothing, and is completed later', async () => {
    const [stored] = await store('outage');
    const app = await here.as('app');
    const receipt = await withoutTable(here.home.keyStoreUrl, 'record_keys', () =>
      erase(here.vault, app, { ref: 'outage' }),
    );
    expect(receipt).toMatchObject({ state: 'ordered', records: 1 });
    expect(receipt).not.toHaveProperty('shreddedAt');
    expect(await show([stored as Tokenized])).toEqual(['record_erased']);

    await start();

    expect(await keysOf([stored as Tokenized])).toBe(0);
    expect(await getErasure(here.vault, await here.as('app'), { erasure: receipt.erasure })).toMatchObject({
      state: 'completed',
    });
  });

  test('what a call had to leave is tried again soon, ever later, until it is completed', async () => {
    const stored = [...(await store('left')), ...(await store('behind'))];
    const { recordStore, keyStore, keyring, journal, clock } = here.vault;
    const refuse = await refuseDeletes(here.home.keyStoreUrl, 'record_keys');
    const waited: number[] = [];
    const reports: JobReport[] = [];
    const completed = Promise.withResolvers<void>();
    const left = Promise.withResolvers<void>();
    const woken = startWorker({
      ...{ recordStore, keyStore, keyring, journal, clock, allAnswered: async () => {} },
      report(done) {
        reports.push(done);
        if (waited.length === 3 && done.name === 'complete_erasures') completed.resolve();
      },
      async pause(ms) {
        waited.push(ms);
        // Both are left before anything is tried again.
        await left.promise;
        if (waited.length === 3) await refuse();
      },
    });
    here.vault.signals.on('erasureLeft', woken.wake);
    // The round of the start is over, and had nothing to do.
    await vi.waitUntil(() => reports.some(({ name }) => name === 'sweep_erased_tenants'));
    reports.length = 0;
    const receipts = [await erase(here.vault, await here.as('app'), { ref: 'left' })];
    receipts.push(await erase(here.vault, await here.as('app'), { ref: 'behind' }));
    expect(receipts.map(({ state }) => state)).toEqual(['ordered', 'ordered']);
    left.resolve();
    await completed.promise;
    here.vault.signals.off('erasureLeft', woken.wake);
    await woken.stop();

    expect(waited.slice(0, 3)).toEqual([200, 1_000, 5_000]);
    const [first, second, third] = reports.map(({ failed, changed }) => [failed !== undefined, changed]);
    expect([first, second, third?.[0]]).toEqual([[true, 0], [true, 0], false]);
    expect([await keysOf(stored), await rowsOf(stored)]).toEqual([0, 0]);
    const app = await here.as('app');
    for (const { erasure } of receipts) {
      expect(await getErasure(here.vault, app, { erasure })).toMatchObject({ state: 'completed' });
    }
  });

  test('a server’s background work is woken by an erasure that a call had to leave', async () => {
    const [stored] = await store('woken');
    const over = Promise.withResolvers<void>();
    const found: number[] = [];
    const stop = startBackground(here.vault, ({ name, changed }) => {
      if (name === 'complete_erasures') found.push(changed);
      if (changed > 0 && found.length > 1) over.resolve();
    });
    await vi.waitUntil(() => found.length === 1);
    const receipt = await withoutTable(here.home.keyStoreUrl, 'record_keys', async () =>
      erase(here.vault, await here.as('app'), { ref: 'woken' }),
    );
    expect(receipt).toMatchObject({ state: 'ordered' });
    await over.promise;
    await stop();
    // It may have tried before the table was back.
    expect([found[0], found.filter((changed) => changed > 0)]).toEqual([0, [1]]);
    expect(await keysOf([stored as Tokenized])).toBe(0);
  });

  test('a job that fails says so by its code and holds up none of the others', async () => {
    const told: JobReport[] = [];
    const listen = (job: JobReport) => told.push(job);
    here.vault.signals.on('job', listen);

    const reports = await withoutTable(here.home.keyStoreUrl, 'correction_keys', () => runBackgroundOnce(here.vault));

    here.vault.signals.off('job', listen);
    expect(reports.map(({ name, failed }) => [name, failed])).toEqual([
      ['shred_windows', undefined],
      ['forget_epochs', undefined],
      ['complete_erasures', undefined],
      ['settle_corrections', 'internal_error'],
      ['sweep_orphan_keys', undefined],
      ['sweep_erased_tenants', undefined],
      ['keep_revocations', undefined],
      ['finish_closing', undefined],
      ['issue_certificates', undefined],
      ['cut_journal', undefined],
      ['forget_erased_tenants', undefined],
      ['settle_index_rotations', undefined],
      ['sweep_tokens', undefined],
      ['forget_guesses', undefined],
      ['note_ending_keys', undefined],
      ['forget_hook_events', undefined],
      ['forget_old_answers', undefined],
    ]);
    expect(told).toEqual(reports);
  });

  test('a job with a time to keep is run at every interval, also while a long round is under way', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const rounds = { prompt: 0, long: 0 };
      let finish = () => {};
      const long = new Promise<void>((resolve) => {
        finish = resolve;
      });
      const { recordStore, keyStore, keyring, journal, clock } = here.vault;
      const { stop } = startWorker({
        ...{ recordStore, keyStore, keyring, journal, clock, report: () => {}, allAnswered: async () => {} },
        prompt: [{ name: 'prompt', run: async () => (rounds.prompt += 1) }],
        extra: [{ name: 'long', run: () => long.then(() => (rounds.long += 1)) }],
      });
      vi.advanceTimersByTime(3 * INTERVAL_MS);
      await vi.waitUntil(() => rounds.prompt === 4);
      expect(rounds.long).toBe(0);
      finish();
      await stop();
      expect(rounds).toEqual({ prompt: 4, long: 4 });
    } finally {
      vi.useRealTimers();
    }
  });

  test('rounds follow at an interval until they are stopped, and never two at once', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      let rounds = 0;
      const stop = startBackground(here.vault, (report) => {
        if (report.name === 'forget_old_answers') rounds += 1;
      });
      vi.advanceTimersByTime(3 * INTERVAL_MS);
      await stop();
      expect(rounds).toBe(4);

      vi.advanceTimersByTime(3 * INTERVAL_MS);
      await here.vault.recordStore.ping();
      expect(rounds).toBe(4);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});
