/**
 * Tenants. Whatever belongs to another tenant is, to every verb, what was never there: the same status, the same body,
 * reached by the same statements, so that neither the answer nor its time tells the two apart.
 */

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { pooledRandom } from '../../src/crypto/random.ts';
import { newId, newToken } from '../../src/ids.ts';
import { declarePurposes } from '../support/purposes.ts';
import { ENGINES, type Engine } from '../support/stores.ts';
import { NOW, openTestVault, PURPOSES, type TestCaller, type TestVault } from '../support/vault.ts';

const random = pooledRandom();
const unknown = {
  token: newToken(random),
  record: newId('record', random, NOW),
  subject: newId('subject', random, NOW),
  erasure: newId('erasure', random, NOW),
  principal: newId('principal', random, NOW),
  key: newId('apiKey', random, NOW),
  ref: 'cust_nobody',
  value: 'nobody@example.com',
};

interface Scene {
  readonly vault: TestVault;
  readonly app: TestCaller;
  readonly admin: TestCaller;
  readonly auditor: TestCaller;
  /** Everything another tenant has, by the names under which it could be asked for. */
  readonly theirs: typeof unknown;
  readonly other: TestCaller;
}

async function scene(engine: Engine): Promise<Scene> {
  const vault = await openTestVault({ engine });
  const { body: tenant } = await vault.admin.call('post', '/v1/tenants', { name: 'other' });
  const otherAdmin = vault.withKey(tenant.apiKey);
  await declarePurposes(vault.vault, tenant.tenant);
  const { body: added } = await otherAdmin.call('post', '/v1/principals', {
    name: 'app',
    role: 'app',
    purposes: PURPOSES,
  });
  const other = vault.withKey(added.apiKey, added.principal);
  const [kept, gone] = await other.tokenize(
    { type: 'email', value: 'zoe@example.com', subject: 'cust_zoe' },
    { type: 'email', value: 'yan@example.com', subject: 'cust_yan' },
  );
  const { body: receipt } = await other.call('post', '/v1/erasures', { tokens: [gone?.token] });
  // The tenant under test has something of its own, so that it is not empty.
  await vault.as('app').tokenize({ type: 'email', value: 'ada@example.com', subject: 'cust_1' });
  await vault.as('auditor').call('get', '/v1/types');
  return {
    vault,
    app: vault.as('app'),
    admin: vault.admin,
    auditor: vault.as('auditor'),
    other,
    theirs: {
      token: kept?.token as typeof unknown.token,
      record: kept?.record as typeof unknown.record,
      subject: kept?.subject as typeof unknown.subject,
      erasure: receipt.erasure,
      principal: added.principal,
      key: `key_${added.apiKey.split('_')[1]}` as typeof unknown.key,
      ref: 'cust_zoe',
      value: 'zoe@example.com',
    },
  };
}

type Ask = (scene: Scene, of: typeof unknown) => ReturnType<TestCaller['call']>;

const VERBS: Record<string, Ask> = {
  'detokenize a token': ({ app }, { token }) => app.detokenize(token),
  'detokenize a token, masked': ({ app }, { token }) => app.detokenize(token, { view: 'masked' }),
  'describe a token': ({ app }, { token }) => app.call('get', `/v1/tokens/${token}`),
  'search for a value': ({ app }, { value }) => app.search('email', value),
  'correct a record': ({ app }, { record }) => app.call('patch', `/v1/records/${record}`, { value: 'x@example.com' }),
  'correct a record with nonsense': ({ app }, { record }) => app.call('patch', `/v1/records/${record}`, { value: 7 }),
  'erase a token': ({ app }, { token }) => app.call('post', '/v1/erasures', { tokens: [token] }),
  'erase a record': ({ app }, { record }) => app.call('post', '/v1/erasures', { records: [record] }),
  'erase a subject': ({ app }, { subject }) => app.call('post', '/v1/erasures', { subject }),
  'erase a ref': ({ app }, { ref }) => app.call('post', '/v1/erasures', { ref }),
  'read an erasure': ({ app }, { erasure }) => app.call('get', `/v1/erasures/${erasure}`),
  'resolve a ref': ({ app }, { ref }) => app.call('post', '/v1/subjects/resolve', { ref }),
  'read a subject': ({ app }, { subject }) => app.call('get', `/v1/subjects/${subject}`),
  'add to a subject': ({ app }, { subject }) =>
    app.call('post', '/v1/tokenize', { items: [{ type: 'email', value: 'x@example.com', subject }] }),
  'change a principal': ({ admin }, { principal }) =>
    admin.call('patch', `/v1/principals/${principal}`, { purposes: ['billing'] }),
  'rotate an API key': ({ admin }, { principal }) => admin.call('post', `/v1/principals/${principal}/keys`, {}),
  'end an API key': ({ admin }, { principal, key }) => admin.call('delete', `/v1/principals/${principal}/keys/${key}`),
  'revoke a principal': ({ admin }, { principal }) => admin.call('delete', `/v1/principals/${principal}`),
};

/** A reply without what differs from any call to the next: the ids that were asked for, and the request's own. */
function shapeOf(reply: Awaited<ReturnType<Ask>>, of: typeof unknown): unknown {
  let text = reply.text;
  for (const [name, id] of Object.entries(of)) text = text.replaceAll(id, `<${name}>`);
  const { 'x-request-id': _, date: __, 'content-length': ___, ...headers } = reply.headers;
  return { status: reply.status, headers, text: text.replaceAll(/req_[0-9a-z]{26}/g, '<request>') };
}

/** The keyed statements a call runs on both stores, with how many keys and how many bytes of key each. */
async function statementsOf(vault: TestVault, call: () => Promise<unknown>): Promise<string[]> {
  const seen: string[] = [];
  const undo: (() => void)[] = [];
  const watch = (target: object) =>
    new Proxy(target, {
      get(of, name) {
        const value = Reflect.get(of, name);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          const [first, second] = args as [{ name?: string; table?: { name: string }; by?: string[] }, unknown[][]];
          const what = first?.table?.name ?? first?.name ?? '';
          seen.push(`${String(name)} ${what}(${first?.by ?? ''}) ${Array.isArray(second) ? second.length : ''}`);
          return value.apply(of, args);
        };
      },
    });
  for (const store of [vault.vault.recordStore, vault.vault.keyStore] as unknown as Record<string, unknown>[]) {
    for (const mode of ['shared', 'exclusive']) {
      const original = (store[mode] as (work: unknown) => unknown).bind(store);
      store[mode] = (work: (tx: object) => unknown) => {
        seen.push(mode);
        return original((tx: object) => work(watch(tx)));
      };
      undo.push(() => delete store[mode]);
    }
    const { reader } = store;
    store.reader = watch(reader as object);
    undo.push(() => {
      store.reader = reader;
    });
  }
  try {
    await call();
    return seen;
  } finally {
    for (const put of undo) put();
  }
}

// A sign of life among what is watched here would be taken for a statement of the call.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

describe.each(ENGINES)('on %s', (engine) => {
  test('what is another tenant’s is answered, and looked for, as what was never there', async () => {
    const all = await scene(engine);
    const asked: Record<string, unknown> = {};
    for (const [verb, ask] of Object.entries(VERBS)) {
      // Once before, so that every index key is in memory both times.
      await ask(all, unknown);
      let [foreign, absent]: unknown[] = [];
      const [foreignSql, absentSql] = [
        await statementsOf(all.vault, async () => {
          foreign = shapeOf(await ask(all, all.theirs), all.theirs);
        }),
        await statementsOf(all.vault, async () => {
          absent = shapeOf(await ask(all, unknown), unknown);
        }),
      ];
      expect(foreign, verb).toEqual(absent);
      expect(foreignSql, verb).toEqual(absentSql);
      expect(foreignSql.length, verb).toBeGreaterThan(2);
      asked[verb] = (foreign as { status: number }).status;
    }
    expect(asked).toEqual({
      ...Object.fromEntries(Object.keys(VERBS).map((verb) => [verb, 404])),
      'detokenize a token': 200,
      'detokenize a token, masked': 200,
      'search for a value': 200,
      'add to a subject': 404,
    });
    // Nothing of all that has reached the other tenant.
    const { body } = await all.other.detokenize(all.theirs.token);
    expect(body.results[0].value).toBe('zoe@example.com');
    expect((await all.other.call('get', `/v1/subjects/${all.theirs.subject}`)).body.records).toHaveLength(1);
  });

  test('the same ref, value and idempotency key are three other things in another tenant', async () => {
    const { app, other } = await scene(engine);
    const items = [{ type: 'email', value: 'same@example.com', subject: 'cust_same' }];
    const same = { 'Idempotency-Key': 'same' };
    const [mine, theirs] = [
      (await app.call('post', '/v1/tokenize', { items }, same)).body.results[0],
      (await other.call('post', '/v1/tokenize', { items }, same)).body.results[0],
    ];
    expect(new Set([mine.token, mine.record, mine.subject, theirs.token, theirs.record, theirs.subject]).size).toBe(6);
    const found = await app.search('email', 'same@example.com');
    expect(found.body.results.map(({ token }: { token: string }) => token)).toEqual([mine.token]);
    await app.call('post', '/v1/erasures', { ref: 'cust_same' });
    expect((await other.detokenize(theirs.token)).body.results[0].value).toBe('same@example.com');
  });

  test('lists hold what is the tenant’s own: principals, audit entries', async () => {
    const { vault, admin, auditor, other, theirs } = await scene(engine);
    const principals = await admin.call('get', '/v1/principals');
    const entries = await auditor.call('get', '/v1/audit/entries?limit=1000');
    for (const { text } of [principals, entries]) {
      for (const id of [theirs.principal, theirs.record, theirs.subject, theirs.erasure])
        expect(text).not.toContain(id);
    }
    const all = await vault.auditEntries();
    const own = all.filter(
      ({ tenant }) => tenant === all.find(({ principal }) => principal === auditor.principal)?.tenant,
    );
    // All but the entry of that reading itself.
    expect(entries.body.entries.length).toBe(own.length - 1);
    // Nor does an administrator of another tenant make tenants, or see this one's.
    const { body } = await vault.admin.call('post', '/v1/tenants', { name: 'third' });
    const third = vault.withKey(body.apiKey);
    expect((await third.call('post', '/v1/tenants', { name: 'fourth' })).body.code).toBe('not_allowed');
    expect((await third.call('post', '/v1/tenants', { name: 'other' })).body.code).toBe('not_allowed');
    expect((await third.call('get', '/v1/principals')).body.principals).toHaveLength(1);
    expect(other.principal).toBe(theirs.principal);
  });
});
