/**
 * Erasures that come at the same moment: how few statements they take together, that none is answered before its
 * commits, and that one which is refused, fails, or meets a lock neither fails nor holds up its neighbours.
 */
import { describe, expect, test } from 'vitest';
import type { Caller } from '../../src/calls/caller.ts';
import { completeDestruction } from '../../src/erasure/complete-destruction.ts';
import { type DestructionRow, findDestructions } from '../../src/erasure/destructions.ts';
import { codeOf } from '../../src/errors.ts';
import type { RecordId, SubjectId, Token } from '../../src/ids.ts';
import { markDirty } from '../../src/keyring/tree/key-rows.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { lockRecords } from '../../src/records/store.ts';
import { sideBySide } from '../../src/storage/side-by-side.ts';
import type { Store } from '../../src/storage/tx.ts';
import { subjects } from '../../src/subjects/subjects.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { stage, withParts } from '../support/home.ts';
import { askRows } from '../support/spelled.ts';
import { spiedVault } from '../support/statements.ts';
import { ENGINES } from '../support/stores.ts';
import { type Tokenized, tokenize } from '../support/tokenize.ts';
import { handOn } from '../threats/hand.ts';

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);
  let people = 0;
  const store = async (count: number): Promise<Tokenized[]> => {
    const item = () => ({ type: 'email', value: `e${++people}@example.com`, subject: `person ${people}` });
    return (await tokenize(here.vault, await here.as('app'), { items: Array.from({ length: count }, item) })).results;
  };
  const byToken = (vault: Vault, app: Caller, { token }: Tokenized) => erase(vault, app, { tokens: [token] });
  const leftOf = async (table: string, rows: readonly Tokenized[]) => {
    const of = table === 'records' ? here.vault.recordStore : here.vault.keyStore;
    const ids = rows.map(({ record }) => record as string);
    return (await askRows(of.reader, (sql) => sql(table).whereIn('record', ids))).length;
  };

  test.each(['tokens', 'records', 'subject'] as const)(
    'by their %s: 64 take no more statements than 32, and those are few',
    async (named) => {
      const app = await here.as('app');
      const taken = async (count: number) => {
        const stored = await store(count);
        const { vault, seen } = spiedVault(here.vault);
        const bodies = stored.map(({ token, record, subject }) =>
          named === 'subject' ? { subject: subject as SubjectId } : { [named]: [named === 'tokens' ? token : record] },
        );
        const receipts = await Promise.all(bodies.map((body) => erase(vault, app, body)));
        expect(receipts.map(({ state, records }) => [state, records])).toEqual(Array(count).fill(['completed', 1]));
        expect([await leftOf('records', stored), await leftOf('record_keys', stored)]).toEqual([0, 0]);
        expect(await leftOf('blind_indexes', stored)).toBe(0);
        // Each reads its tombstones outside any transaction; the reader makes one statement of those.
        const steps = seen.filter((step) => !step.startsWith('find tombstones'));
        return { commits: steps.filter((step) => /^exclusive/.test(step)).length, statements: steps.length };
      };

      const [some, twice] = [await taken(32), await taken(64)];

      // One goes ahead, the others follow together: an order, the keys, the end; on SQLite also the ciphertext.
      expect(some.commits).toBeLessThanOrEqual(12);
      expect(some.statements).toBeLessThanOrEqual(85);
      expect(twice.commits).toBeLessThanOrEqual(some.commits + 4);
      expect(twice.statements).toBeLessThanOrEqual(some.statements + 30);
    },
  );

  test('each step begins when the one before is committed, and no answer comes before the last', async () => {
    const app = await here.as('app');
    const stored = await store(6);
    const log: string[] = [];
    const gates = { records: Promise.withResolvers(), keys: Promise.withResolvers(), journal: Promise.withResolvers() };
    // What is committed is answered only when its gate opens.
    const gated = async <R>(name: keyof typeof gates, work: () => Promise<R>): Promise<R> => {
      log.push(`${name} began`);
      const done = await work();
      await gates[name].promise;
      log.push(`${name} done`);
      return done;
    };
    const gatedStore = <S extends Store<never>>(of: S): S => {
      const exclusive = (work: never) => gated(of.name, () => of.exclusive(work));
      return withParts<Store<never>>(of, { exclusive: exclusive as never }) as S;
    };
    const { recordStore, keyStore, journal } = here.vault;
    const vault = {
      ...here.vault,
      recordStore: gatedStore(recordStore as never),
      keyStore: gatedStore(keyStore as never),
      journal: withParts(journal, { note: (entries) => gated('journal', () => journal.note(entries)) }),
    } as Vault;
    const answers: unknown[] = [];
    const turns = async (count: number) => {
      for (let i = 0; i < count; i += 1) await new Promise((resume) => setImmediate(resume));
    };
    const reached = async (step: string) => {
      while (!log.includes(step)) await turns(1);
      await turns(50);
    };

    const erasing = stored.map((one) => byToken(vault, app, one).then((receipt) => answers.push(receipt.state)));
    await reached('records began');
    expect(log.filter((line) => line !== 'records began')).toEqual([]);
    gates.records.resolve(undefined);
    await reached('keys began');
    expect(log.filter((line) => line.startsWith('journal'))).toEqual([]);
    expect(await leftOf('records', stored)).toBe(6);
    gates.keys.resolve(undefined);
    await reached('journal began');
    expect(await leftOf('records', stored)).toBe(engine === 'sqlite' ? 0 : 6);
    expect(answers).toEqual([]);
    gates.journal.resolve(undefined);
    await Promise.all(erasing);

    expect(answers).toEqual(Array(6).fill('completed'));
  });

  test('one that is refused is refused alone, and one that is named twice is erased once', async () => {
    const app = await here.as('app');
    const stored = await store(8);
    const [first, altered, twice, ...others] = stored as [Tokenized, Tokenized, Tokenized, ...Tokenized[]];
    await handOn(here.vault.recordStore).change('tokens', { token: altered.token }, { tag: Buffer.alloc(16) });
    const unknown = { ...first, token: 'tok_00000000000000000000000000' as Token };
    const asked = [first, altered, unknown, twice, twice, ...others];

    const ends = await Promise.allSettled([
      ...asked.map((one) => byToken(here.vault, app, one)),
      erase(here.vault, app, { subject: twice.subject as SubjectId }),
      erase(here.vault, app, { records: ['rec_00000000000000000000000000' as RecordId] }),
    ]);

    const said = ends.map((end) =>
      end.status === 'fulfilled' ? `${end.value.state} ${end.value.records}` : codeOf(end.reason),
    );
    expect([said[0], ...said.slice(5, 10)]).toEqual(Array(6).fill('completed 1'));
    expect([said[1], said[2], said[11]]).toEqual(['integrity_failure', 'token_not_found', 'record_not_found']);
    expect([said[3], said[4], said[10]].sort()).toEqual(['completed 0', 'completed 0', 'completed 1']);
    expect(await leftOf('record_keys', stored)).toBe(1);
  });

  test('a work that fails after it has written leaves nothing, and its neighbour stands', async () => {
    const { tenant } = await here.as('app');
    const row = (subject: string) => ({
      tenant,
      subject,
      created_at: 1,
      erased_at: null,
      choices: null,
      choices_tag: null,
    });
    const ends = await here.vault.recordStore.exclusive((tx) =>
      sideBySide(tx, [
        (part) => part.insert(subjects, [row('sub_stands')]),
        async (part) => {
          await part.insert(subjects, [row('sub_fails')]);
          throw new Error('late');
        },
      ]),
    );
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    const found = await handOn(here.vault.recordStore).rows('subjects', { created_at: 1 });
    expect(found.map(({ subject }) => subject)).toEqual(['sub_stands']);
  });

  test('the same call twice at once is one erasure', async () => {
    const app = await here.as('app');
    const stored = await store(5);
    const once = { ...app, idempotencyKey: 'again' };
    const [, two] = stored as [Tokenized, Tokenized];
    const [, one, other] = await Promise.all([
      byToken(here.vault, app, stored[0] as Tokenized),
      byToken(here.vault, once, two),
      byToken(here.vault, once, two),
      ...stored.slice(2).map((more) => byToken(here.vault, app, more)),
    ]);
    expect(other).toEqual(one);
    expect(one).toMatchObject({ state: 'completed', records: 1 });
  });

  test('one whose note is damaged fails alone, and its neighbours are completed', async () => {
    const app = await here.as('app');
    const stored = await store(6);
    const orders = await ordered(here.vault, app, stored);
    const bad = orders[2] as DestructionRow;
    const row = {
      tenant: app.tenant,
      erasure: bad.erasure,
      epoch: 1,
      records: 0,
      indexes: '{',
      shredded_at: 1,
      final_at: null,
    };
    await handOn(here.vault.keyStore).put('shreds', row);

    const ends = await Promise.allSettled(orders.map((one) => completeDestruction(here.vault, one, here.now)));

    expect(ends.map(({ status }) => status)).toEqual(orders.map((one) => (one === bad ? 'rejected' : 'fulfilled')));
    expect(await leftOf('record_keys', stored)).toBe(1);
    await handOn(here.vault.keyStore).remove('shreds', { erasure: bad.erasure });
    await completeDestruction(here.vault, bad, here.now);
    expect(await leftOf('record_keys', stored)).toBe(0);
  });

  /** Orders that a crash has kept from being carried out. */
  async function ordered(vault: Vault, app: Caller, stored: readonly Tokenized[]): Promise<DestructionRow[]> {
    const keyStore = withParts(vault.keyStore, { exclusive: () => Promise.reject(new Error('crash')) });
    const receipts = await Promise.all(stored.map((one) => byToken({ ...vault, keyStore }, app, one)));
    const { tenant } = app;
    const rows = await findDestructions(
      vault.recordStore.reader,
      receipts.map(({ erasure }) => ({ tenant, erasure })),
    );
    return rows as DestructionRow[];
  }

  // SQLite has one writer at a time, and no lock of a row.
  if (engine === 'sqlite') return;
  test('one that meets a lock waits alone, wherever it meets it', async () => {
    const app = await here.as('app');
    const other = await here.home.open({ clock: here.now });
    const { tenant } = app;
    const stored = await store(12);
    const bucket = 'bkt_of_its_own';
    const hand = handOn(here.vault.keyStore);
    const [some] = await hand.rows('buckets', { tenant });
    await hand.put('buckets', { ...some, bucket } as never);
    await hand.change('record_keys', { record: stored[2]?.record as string }, { bucket });
    const orders = await ordered(here.vault, app, stored.slice(6));
    const meets = async (
      hold: (locked: () => void, until: Promise<void>) => Promise<unknown>,
      doing: () => readonly Promise<unknown>[],
    ) => {
      const [locked, until] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const holding = hold(locked.resolve, until.promise);
      await locked.promise;
      const ends = doing();
      let isDone = false;
      const third = ends[2]?.then(() => {
        isDone = true;
      });
      await Promise.all(ends.filter((_, i) => i !== 2));
      expect(isDone).toBe(false);
      until.resolve();
      await Promise.all([holding, third]);
    };
    const holdRecord = (record: string) => (locked: () => void, until: Promise<void>) =>
      other.recordStore.exclusive(async (tx) => {
        await lockRecords(tx, tenant, [record as RecordId]);
        locked();
        await until;
      });

    await meets(
      (locked, until) =>
        other.keyStore.exclusive(async (tx) => {
          await markDirty(tx, tenant, [bucket], here.now());
          locked();
          await until;
        }),
      () => stored.slice(0, 6).map((one) => byToken(here.vault, app, one)),
    );
    await meets(holdRecord(stored[8]?.record as string), () =>
      orders.slice(0, 6).map((order) => completeDestruction(here.vault, order, here.now)),
    );
    const fresh = await store(6);
    await meets(holdRecord(fresh[2]?.record as string), () => fresh.map((one) => byToken(here.vault, app, one)));

    expect([await leftOf('records', [...stored.slice(0, 12), ...fresh]), await leftOf('record_keys', fresh)]).toEqual([
      0, 0,
    ]);
  });
});
