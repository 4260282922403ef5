/**
 * Two stores without a transaction across them: what is read from one may have changed by the time the other is read.
 * Such a moment must neither show what was erased nor raise a false alarm, which would teach people to ignore alarms.
 *
 * The first of these are about PostgreSQL alone: on SQLite a reveal holds the only writer while it reads both stores,
 * so nothing comes in between.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { runBackgroundOnce } from '../../src/background/background.ts';
import { recordKeysOf } from '../../src/keyring/tables.ts';
import { ORPHAN_GRACE_MS } from '../../src/storage/limits.ts';
import { withParts } from '../support/home.ts';
import { askRows } from '../support/spelled.ts';
import { ENGINES } from '../support/stores.ts';
import { openTestVault, type TestVault } from '../support/vault.ts';
import { integrityFailures } from './hand.ts';

/** Runs `work` once, after the next call has read its record rows and before it reads their keys. */
function beforeKeysAreRead(vault: TestVault, work: () => Promise<unknown>): () => void {
  const { records } = vault.vault.keyring;
  const find = records.findEach.bind(records);
  let ran = false;
  records.findEach = async (...args) => {
    if (!ran) {
      ran = true;
      await work();
    }
    return find(...args);
  };
  return () => expect(ran).toBe(true);
}

test('a value erased while it is being revealed is erased, and no alarm', async () => {
  const vault = await openTestVault({ engine: 'postgres' });
  const app = vault.as('app');
  const [ada, bob] = await app.tokenize(
    { type: 'email', value: 'ada@example.com' },
    { type: 'email', value: 'bob@example.com' },
  );
  const happened = beforeKeysAreRead(vault, () => app.call('post', '/v1/erasures', { tokens: [ada?.token] }));

  const reply = await app.detokenize([ada?.token ?? '', bob?.token ?? '']);

  happened();
  expect(reply.status).toBe(200);
  expect(reply.body.results).toEqual([
    { token: ada?.token, form: 'none', error: { code: 'record_erased' } },
    { token: bob?.token, form: 'text', type: 'email', view: 'plain', value: 'bob@example.com' },
  ]);
  const entries = await vault.auditEntries();
  expect(entries.find(({ action }) => action === 'detokenize')?.records).toEqual([bob?.record]);
  expect(await integrityFailures(vault)).toBe(0);
});

test('a value corrected while it is being revealed is the corrected one, and no alarm', async () => {
  const vault = await openTestVault({ engine: 'postgres' });
  const app = vault.as('app');
  const [ada] = await app.tokenize({ type: 'email', value: 'ada@example.com' });
  const happened = beforeKeysAreRead(vault, () =>
    app.call('patch', `/v1/records/${ada?.record}`, { value: 'ada@example.net' }),
  );

  const { body } = await app.detokenize(ada?.token ?? '');

  happened();
  expect(body.results[0].value).toBe('ada@example.net');
  expect(await integrityFailures(vault)).toBe(0);
});

test('a value erased while it is being searched is not found, and no alarm', async () => {
  const vault = await openTestVault({ engine: 'postgres' });
  const app = vault.as('app');
  const [ada] = await app.tokenize({ type: 'email', value: 'ada@example.com' });
  const happened = beforeKeysAreRead(vault, () => app.call('post', '/v1/erasures', { records: [ada?.record] }));

  const { body } = await app.search('email', 'ada@example.com');

  happened();
  expect(body).toEqual({ results: [] });
  expect(await integrityFailures(vault)).toBe(0);
});

test('of two corrections at the same moment one stands, and the other is told so', async () => {
  const vault = await openTestVault({ engine: 'postgres' });
  const app = vault.as('app');
  const [ada] = await app.tokenize({ type: 'email', value: 'ada@example.com' });
  const values = ['one@example.com', 'two@example.com', 'three@example.com', 'four@example.com'];

  const replies = await Promise.all(values.map((value) => app.call('patch', `/v1/records/${ada?.record}`, { value })));

  const done = replies.filter(({ status }) => status === 200);
  expect(done.length).toBeGreaterThan(0);
  for (const { status, body } of replies)
    if (status !== 200) expect([status, body.code]).toEqual([409, 'concurrent_change']);
  const { body } = await app.detokenize(ada?.token ?? '');
  const stood = replies.map(({ status }, i) => (status === 200 ? values[i] : undefined));
  expect(stood).toContain(body.results[0].value);
  expect(await integrityFailures(vault)).toBe(0);
});

test('a reveal, a correction and an erasure of one record at once raise no alarm', async () => {
  const vault = await openTestVault({ engine: 'postgres' });
  const app = vault.as('app');
  for (let round = 0; round < 10; round += 1) {
    const [ada] = await app.tokenize({ type: 'email', value: 'ada@example.com' });
    const replies = await Promise.all([
      ...[1, 2, 3].map(() => app.detokenize(ada?.token ?? '')),
      app.call('patch', `/v1/records/${ada?.record}`, { value: 'ada@example.net' }),
      app.search('email', 'ada@example.com'),
      app.call('post', '/v1/erasures', { tokens: [ada?.token] }),
      ...[1, 2, 3].map(() => app.detokenize(ada?.token ?? '')),
    ]);
    for (const { status, body } of replies) expect([200, 201, 409, 410], JSON.stringify(body)).toContain(status);
    const { body } = await app.detokenize(ada?.token ?? '');
    expect(body.results[0].error.code).toBe('record_erased');
  }
  expect(await integrityFailures(vault)).toBe(0);
});

test('a subject that is being made while it is erased is marked: nothing is added to it afterwards', async () => {
  const vault = await openTestVault({ engine: 'postgres' });
  const app = vault.as('app');
  const { recordStore } = vault.vault;
  const [shared, exclusive] = [recordStore.shared.bind(recordStore), recordStore.exclusive.bind(recordStore)];
  const erased: { status: number; body: { subject?: string } }[] = [];
  // Its ref is known and its row is not: that is committed just after the erasure has found none to mark.
  recordStore.shared = async (store) => {
    recordStore.shared = shared;
    const stored = Promise.withResolvers<Awaited<ReturnType<typeof store>>>();
    recordStore.exclusive = (erase) => {
      recordStore.exclusive = exclusive;
      let looks = 0;
      return exclusive((tx) => {
        const execute: typeof tx.execute = async (build) => {
          const changed = await tx.execute(build);
          looks += 1;
          if (looks === 1) {
            expect(changed).toBe(0);
            stored.resolve(await shared(store));
          }
          return changed;
        };
        return erase(withParts(tx, { execute }));
      });
    };
    erased.push(await app.call('post', '/v1/erasures', { ref: 'cust_1' }));
    return stored.promise;
  };

  const [ada] = await app.tokenize({ type: 'email', value: 'ada@example.com', subject: 'cust_1' });

  expect(erased[0]?.status, JSON.stringify(erased)).toBe(201);
  expect((await app.detokenize(ada?.token ?? '')).body.results[0].error?.code).toBe('record_erased');
  const subject = erased[0]?.body.subject;
  const row = askRows(recordStore.reader, (sql) => sql('subjects').where({ subject }).whereNotNull('erased_at'));
  expect(await row).toHaveLength(1);
});

async function keysOf(vault: TestVault, record: string | undefined): Promise<unknown[]> {
  return askRows(vault.vault.keyStore.reader, (sql) => sql('record_keys').where({ record }));
}

test('a correction that is making its key while the record is erased leaves none', async () => {
  const vault = await openTestVault({ engine: 'postgres' });
  const app = vault.as('app');
  const [ada] = await app.tokenize({ type: 'email', value: 'ada@example.com' });
  const { records } = vault.vault.keyring;
  const create = records.create.bind(records);
  records.create = async (...args) => {
    records.create = create;
    const { body } = await app.call('post', '/v1/erasures', { tokens: [ada?.token] });
    expect(body.state).toBe('completed');
    return create(...args);
  };

  const reply = await app.call('patch', `/v1/records/${ada?.record}`, { value: 'ada@example.net' });

  expect(reply.status, JSON.stringify(reply.body)).toBe(409);
  expect(await keysOf(vault, ada?.record)).toEqual([]);
});

test('an erasure leaves no key that a correction makes while the keys are being looked up', async () => {
  const vault = await openTestVault({ engine: 'postgres' });
  const app = vault.as('app');
  const [ada] = await app.tokenize({ type: 'email', value: 'ada@example.com' });
  const { keyStore, keyring } = vault.vault;
  const exclusive = keyStore.exclusive.bind(keyStore);
  const create = keyring.records.create.bind(keyring.records);
  const looked = Promise.withResolvers<void>();
  const made = Promise.withResolvers<unknown>();
  let erasure: Promise<{ body: { state?: string } }> | undefined;
  // The correction's key is committed after the erasure has looked for the first time, and before it goes on.
  keyring.records.create = async (...args) => {
    keyring.records.create = create;
    keyStore.exclusive = (shred) => {
      keyStore.exclusive = exclusive;
      return exclusive((tx) => {
        const find: typeof tx.find = async (lookup, keys) => {
          const found = await tx.find(lookup, keys);
          if ((lookup as object) === recordKeysOf) looked.resolve();
          await made.promise;
          return found;
        };
        return shred(withParts(tx, { find }));
      });
    };
    erasure = app.call('post', '/v1/erasures', { tokens: [ada?.token] });
    await looked.promise;
    return create(...args);
  };
  keyStore.exclusive = async (make) => {
    const result = await exclusive(make);
    made.resolve(result);
    return result;
  };

  const reply = await app.call('patch', `/v1/records/${ada?.record}`, { value: 'ada@example.net' });

  expect(reply.status, JSON.stringify(reply.body)).toBe(410);
  expect((await erasure)?.body).toMatchObject({ state: 'completed' });
  expect(await keysOf(vault, ada?.record)).toEqual([]);
});

// A sign of life among what is watched here would be taken for a statement of the call.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

describe.each(ENGINES)('on %s, a process that slept for longer than the sweep waits', (engine) => {
  const ASLEEP_MS = ORPHAN_GRACE_MS + 60_000;

  /** Before the call commits to the record store, time passes and the jobs of another node run. */
  function sleepsBeforeItCommits(vault: TestVault, mode: 'shared' | 'exclusive'): void {
    const { recordStore } = vault.vault;
    const original = recordStore[mode].bind(recordStore);
    recordStore[mode] = async (work) => {
      recordStore[mode] = original;
      vault.advance(ASLEEP_MS);
      await runBackgroundOnce(vault.vault);
      return original(work);
    };
  }

  test('acknowledges no value whose key was swept meanwhile', async () => {
    const vault = await openTestVault({ engine });
    const app = vault.as('app');
    await app.tokenize({ type: 'email', value: 'first@example.com' });
    sleepsBeforeItCommits(vault, 'shared');

    const reply = await app.call('post', '/v1/tokenize', { items: [{ type: 'email', value: 'ada@example.com' }] });

    expect([reply.status, reply.body.code]).toEqual([503, 'overloaded']);
    expect((await app.search('email', 'ada@example.com')).body).toEqual({ results: [] });
    expect(await integrityFailures(vault)).toBe(0);
  });

  test('loses no value that was being corrected', async () => {
    const vault = await openTestVault({ engine });
    const app = vault.as('app');
    const [ada] = await app.tokenize({ type: 'email', value: 'ada@example.com' });
    sleepsBeforeItCommits(vault, 'exclusive');

    const reply = await app.call('patch', `/v1/records/${ada?.record}`, { value: 'ada@example.net' });

    expect([reply.status, reply.body.code]).toEqual([503, 'overloaded']);
    expect((await app.detokenize(ada?.token ?? '')).body.results[0].value).toBe('ada@example.com');
    expect(await integrityFailures(vault)).toBe(0);
  });
});
