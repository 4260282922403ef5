/** What is told of a call whose time has run out, by how far it was, and what becomes of it. Real stores: `test/threats/time-limits.test.ts`. */
import { describe, expect, test, vi } from 'vitest';
import { perform } from '../../src/calls/perform.ts';
import { TimeLimit } from '../../src/calls/time-limit.ts';
import type { Store } from '../../src/storage/tx.ts';
import { stage, withParts } from '../support/home.ts';
import { askRows } from '../support/spelled.ts';
import { ENGINES } from '../support/stores.ts';
import { openTestVault, type TestVault } from '../support/vault.ts';

const ADA = { type: 'email', value: 'ada@example.com' };
const under = (key: string) => ({ 'Idempotency-Key': key });
const TIMED_OUT = [503, 'timed_out'];
const UNKNOWN = [503, 'outcome_unknown'];

const quick = () => openTestVault({ limits: { callMs: 800 } });
const told = ({ status, body }: { status: number; body: { code?: string } }) => [status, body.code];
const countOf = async (vault: TestVault, table: string) =>
  (await askRows(vault.vault.recordStore.reader, (sql) => sql(table))).length;
const entriesOf = async (vault: TestVault, action: string) =>
  (await vault.auditEntries()).filter((entry) => entry.action === action).map(({ outcome, code }) => [outcome, code]);

/** Has one kind of transaction of a store wait: before it begins, at its first row, or when it has committed. */
function holdUp(store: Store<never>, mode: 'shared' | 'exclusive', where: 'before' | 'within' | 'after') {
  const { promise: gate, resolve: release } = Promise.withResolvers<void>();
  const real = store[mode].bind(store);
  const held = async (work: (tx: unknown) => Promise<unknown>) => {
    if (where === 'before') await gate;
    const done = await real(async (tx) => {
      const insert = async (...given: Parameters<typeof tx.insert>) => {
        await gate;
        return tx.insert(...given);
      };
      return work(where === 'within' ? withParts(tx, { insert: insert as typeof tx.insert }) : tx);
    });
    if (where === 'after') await gate;
    return done;
  };
  const spy = vi.spyOn(store, mode).mockImplementation(held as never);
  return () => {
    spy.mockRestore();
    release();
  };
}

describe.each(ENGINES)('on %s, a call in a process that was put to sleep', (engine) => {
  const HALF_A_DAY_MS = 12 * 3_600_000;
  const here = stage(engine);
  const asleepFor = async (ms: number, call: { readonly mayTakeLong?: true } = {}) =>
    perform(here.vault, await here.as('app'), { action: 'tokenize', ...call }, (door) => {
      here.advance(ms);
      return door.commit('shared', async () => ({ reply: 'kept', entry: {} }));
    });

  test('for more than half a day keeps nothing: its new keys may have been swept', async () => {
    expect(await asleepFor(HALF_A_DAY_MS)).toBe('kept');
    await expect(asleepFor(HALF_A_DAY_MS + 1)).rejects.toMatchObject({ code: 'overloaded' });
    expect(await here.lastEntry()).toMatchObject({ outcome: 'failed', code: 'overloaded' });
  });

  test('commits however late where it makes no keys', async () => {
    expect(await asleepFor(HALF_A_DAY_MS + 1, { mayTakeLong: true })).toBe('kept');
  });
});

describe('a call whose time runs out', () => {
  test.each(['keyStore', 'recordStore'] as const)(
    'before its commit commits no more: the %s is slow',
    async (which) => {
      const vault = await quick();
      const app = vault.as('app');
      await app.tokenize(ADA);
      const release = holdUp(vault.vault[which] as never, 'shared', 'before');

      const reply = await app.call('post', '/v1/tokenize', { items: [ADA] }, under('1'));
      expect([told(reply), reply.headers['retry-after']]).toEqual([TIMED_OUT, '5']);
      release();

      await vi.waitFor(async () =>
        expect(await entriesOf(vault, 'tokenize')).toEqual([
          ['done', null],
          ['failed', 'timed_out'],
        ]),
      );
      expect([await countOf(vault, 'records'), await countOf(vault, 'idempotency_keys')]).toEqual([1, 0]);
      expect((await app.call('post', '/v1/tokenize', { items: [ADA] }, under('1'))).status).toBe(200);
    },
  );

  test('while its commit is on the way is told that it may be done, and is, once', async () => {
    const vault = await quick();
    const app = vault.as('app');
    await app.tokenize(ADA);
    const release = holdUp(vault.vault.recordStore as never, 'shared', 'after');

    const reply = await app.call('post', '/v1/tokenize', { items: [ADA] }, under('1'));
    expect([told(reply), reply.headers['retry-after']]).toEqual([UNKNOWN, '5']);
    release();

    const [first, again] = [1, 2].map(() => app.call('post', '/v1/tokenize', { items: [ADA] }, under('1')));
    expect((await first)?.body).toEqual((await again)?.body);
    expect(await countOf(vault, 'records')).toBe(2);
    expect((await entriesOf(vault, 'tokenize')).filter(([outcome]) => outcome === 'failed')).toEqual([]);
  });

  test('while it shows a value shows nothing', async () => {
    const vault = await quick();
    const app = vault.as('app');
    const [ada] = await app.tokenize(ADA);
    const release = holdUp(vault.vault.recordStore as never, 'shared', 'after');
    const reply = await app.detokenize(ada?.token as string);
    release();
    expect([told(reply), reply.text.includes('ada@')]).toEqual([UNKNOWN, false]);
  });

  test('while an erasure is being ordered is told so; the order is seen through, however many records it has', async () => {
    const vault = await quick();
    const app = vault.as('app');
    const [ada] = await app.tokenize(ADA);
    const release = holdUp(vault.vault.recordStore as never, 'exclusive', 'within');
    const erase = () => app.call('post', '/v1/erasures', { tokens: [ada?.token] }, under('1'));
    expect(told(await erase())).toEqual(UNKNOWN);
    release();
    await vi.waitFor(async () => expect((await erase()).body).toMatchObject({ state: 'completed', records: 1 }));
    expect((await app.detokenize(ada?.token as string)).body.results[0].error.code).toBe('record_erased');
    expect(await countOf(vault, 'erasures')).toBe(1);
  });

  test('after its commit has its answer: an erasure is ordered, a correction done', async () => {
    const vault = await quick();
    const app = vault.as('app');
    const [ada, bob] = await app.tokenize(ADA, { type: 'email', value: 'bob@example.com' });
    const { promise: gate, resolve } = Promise.withResolvers<void>();
    vi.spyOn(vault.vault.keyStore, 'scrub').mockImplementation(() => gate);
    const erased = await app.call('post', '/v1/erasures', { tokens: [ada?.token] });
    expect([erased.status, erased.body.state]).toEqual([201, 'ordered']);
    const corrected = await app.call('patch', `/v1/records/${bob?.record}`, { value: 'bob@example.net' });
    expect([corrected.status, corrected.body.version]).toEqual([200, 2]);
    resolve();
  });

  test('while its refusal is being audited is not told the refusal', async () => {
    const vault = await quick();
    const [ada] = await vault.as('app').tokenize(ADA);
    await vault.as('auditor').call('get', '/v1/audit-entries');
    const release = holdUp(vault.vault.recordStore as never, 'shared', 'before');
    const reply = await vault.as('auditor').detokenize(ada?.token as string);
    release();
    expect(told(reply)).toEqual(TIMED_OUT);
    await vi.waitFor(async () => expect(await entriesOf(vault, 'detokenize')).toEqual([['refused', 'not_allowed']]));
  });
});

test('the time in which a client sends does not count', async () => {
  const limit = new TimeLimit(100);
  await limit.outside(() => new Promise((resume) => setTimeout(resume, 150)));
  expect(limit.isOver).toBe(false);
  await expect(limit.orTimedOut(new Promise(() => {}))).rejects.toMatchObject({ code: 'timed_out' });
  expect(limit.isOver).toBe(true);
});
