/**
 * The audit log cannot be walked around: no value without its entry, no refusal without one, and no value in any.
 */
import request from 'supertest';
import { describe, expect, test } from 'vitest';
import { ENGINES } from '../support/stores.ts';
import { openTestVault, type TestCaller, type TestVault } from '../support/vault.ts';
import { handOn, type StoredRow } from './hand.ts';
import { found, needle } from './needles.ts';

const VALUE = 'quoll.numbat@example.com';

/** Makes every new audit entry impossible. @returns what makes it possible again */
async function withoutAudit(vault: TestVault): Promise<() => Promise<void>> {
  const { recordStore } = vault.vault;
  const rename = (from: string, to: string) =>
    recordStore.exclusive(async (tx) => {
      await tx.execute((sql) => sql.raw(`ALTER TABLE ${from} RENAME TO ${to}`) as never);
    });
  await rename('audit_entries', 'hidden');
  return () => rename('hidden', 'audit_entries');
}

describe.each(ENGINES)('on %s', (engine) => {
  test('a value whose audit entry cannot be written is not shown, and nothing is stored, corrected or erased', async () => {
    const vault = await openTestVault({ engine });
    const app = vault.as('app');
    const [ada] = await app.tokenize({ type: 'email', value: VALUE, subject: 'cust_1' });
    const records = handOn(vault.vault.recordStore);
    const before = await records.rows('records');
    const restore = await withoutAudit(vault);

    const calls = [
      app.detokenize(ada?.token ?? ''),
      app.detokenize(ada?.token ?? '', { view: 'masked' }),
      app.search('email', VALUE),
      app.call('get', `/v1/tokens/${ada?.token}`),
      app.call('get', `/v1/subjects/${ada?.subject}`),
      app.call('post', '/v1/subjects/resolve', { ref: 'cust_1' }),
      app.call('post', '/v1/tokenize', { items: [{ type: 'email', value: VALUE }] }),
      app.call('patch', `/v1/records/${ada?.record}`, { value: 'other@example.com' }),
      app.call('post', '/v1/erasures', { tokens: [ada?.token] }),
      vault.admin.call('post', '/v1/principals', { name: 'more', role: 'app' }),
      // A refusal that cannot be audited is no answer either.
      app.detokenize(ada?.token ?? '', { purpose: 'marketing' }),
      app.call('get', '/v1/audit/entries'),
    ];
    for (const call of calls) {
      const reply = await call;
      expect([reply.status >= 500, Object.keys(reply.body).includes('results')]).toEqual([true, false]);
      expect(reply.text).not.toMatch(/quoll|q\*\*\*|tok_|rec_|sub_/);
    }

    await restore();
    expect(await records.rows('records')).toEqual(before);
    expect(await records.rows('tombstones')).toEqual([]);
    expect((await records.rows('principals', { name: 'more' })).length).toBe(0);
    const { body } = await app.detokenize(ada?.token ?? '');
    expect(body.results[0].value).toBe(VALUE);
  });

  test('every call leaves one entry, whatever became of it', async () => {
    const vault = await openTestVault({ engine });
    const [app, support, auditor] = [vault.as('app'), vault.as('support'), vault.as('auditor')];
    const [ada] = await app.tokenize({ type: 'email', value: VALUE, subject: 'cust_1' });
    const [token, record] = [ada?.token ?? '', ada?.record ?? ''];
    await support.call('get', '/v1/types');
    await auditor.call('get', '/v1/types');
    const entries = handOn(vault.vault.recordStore);
    const post = (caller: TestCaller, path: string, body: unknown) => caller.call('post', path, body);
    const again = { 'Idempotency-Key': 'again' };
    const asText = async () => {
      const sent = request(vault.app).post('/v1/tokenize').set('Authorization', `Bearer ${app.apiKey}`);
      return await sent.set('Content-Type', 'text/plain').send('{}');
    };
    const items = [{ type: 'email', value: VALUE }];

    const cases: [call: () => ReturnType<TestCaller['call']>, entry: StoredRow][] = [
      [
        () => app.detokenize(token),
        { action: 'detokenize', outcome: 'done', purpose: 'billing', view: 'plain', code: null },
      ],
      [() => support.detokenize(token, { view: 'masked' }), { action: 'detokenize', outcome: 'done', view: 'masked' }],
      [
        () => support.detokenize(token),
        { action: 'detokenize', outcome: 'refused', code: 'not_allowed', records: [record] },
      ],
      [
        () => app.detokenize(token, { purpose: 'spying' }),
        { outcome: 'refused', code: 'purpose_not_allowed', purpose: null },
      ],
      [() => app.detokenize('no token'), { action: 'detokenize', outcome: 'failed', code: 'invalid_request' }],
      [() => auditor.detokenize(token), { outcome: 'refused', code: 'not_allowed' }],
      [() => app.search('email', VALUE), { action: 'search', outcome: 'done', view: 'masked', records: [record] }],
      [() => app.search('email', 'no address'), { action: 'search', outcome: 'failed', code: 'invalid_value' }],
      [() => app.search('text', 'x'), { action: 'search', outcome: 'failed', code: 'not_searchable' }],
      [() => app.call('get', `/v1/tokens/${token}`), { action: 'describe_token', outcome: 'done' }],
      [
        () => app.call('get', '/v1/tokens/no%20token'),
        { action: 'describe_token', outcome: 'failed', code: 'invalid_request' },
      ],
      [
        () => post(app, '/v1/tokenize', { items: [] }),
        { action: 'tokenize', outcome: 'failed', code: 'invalid_request' },
      ],
      [
        () => post(app, '/v1/tokenize', { items: [{ type: 'none', value: 1 }] }),
        { action: 'tokenize', outcome: 'failed', code: 'unknown_type' },
      ],
      [() => post(support, '/v1/tokenize', { items }), { action: 'tokenize', outcome: 'refused', code: 'not_allowed' }],
      [() => app.call('post', '/v1/tokenize', { items }, again), { action: 'tokenize', outcome: 'done' }],
      [() => app.call('post', '/v1/tokenize', { items }, again), { action: 'tokenize', outcome: 'replayed' }],
      [
        () => app.call('post', '/v1/tokenize', { items: [...items, ...items] }, again),
        { outcome: 'failed', code: 'idempotency_key_reused' },
      ],
      [() => asText(), { outcome: 'failed', code: 'unsupported_media_type' }],
      [
        () => app.call('patch', `/v1/records/${record}`, { value: 'x' }),
        { action: 'correct', outcome: 'failed', code: 'invalid_value' },
      ],
      [() => app.call('patch', `/v1/records/${record}`, { value: VALUE }), { action: 'correct', outcome: 'done' }],
      [
        () => post(support, '/v1/erasures', { tokens: [token] }),
        { action: 'erase', outcome: 'refused', code: 'not_allowed' },
      ],
      [
        () => post(app, '/v1/erasures', { ref: 'nobody' }),
        { action: 'erase', outcome: 'failed', code: 'subject_not_found' },
      ],
      [
        () => post(app, '/v1/erasures', { tokens: [token], reason: 'asked' }),
        { action: 'erase', outcome: 'done', records: [record] },
      ],
      [() => app.detokenize(token), { action: 'detokenize', outcome: 'failed', code: 'record_erased', view: null }],
      [
        () => post(app, '/v1/principals', { name: 'x', role: 'admin' }),
        { action: 'add_principal', outcome: 'refused', code: 'not_allowed' },
      ],
      [() => app.call('get', '/v1/audit/entries'), { action: 'read_audit', outcome: 'refused', code: 'not_allowed' }],
      [() => auditor.call('get', '/v1/audit/entries'), { action: 'read_audit', outcome: 'done' }],
      [
        () => vault.admin.call('get', '/v1/types?x=1'),
        { action: 'list_types', outcome: 'failed', code: 'malformed_request' },
      ],
    ];
    for (const [call, expected] of cases) {
      const before = await entries.rows('audit_entries');
      const reply = await call();
      const after = await entries.rows('audit_entries');
      const fresh = after.filter(({ entry }) => !before.some((old) => old.entry === entry));
      expect(fresh, JSON.stringify(expected)).toEqual([expect.objectContaining(expected)]);
      expect(fresh[0]?.request).toBe(reply.headers['x-request-id']);
    }
    // An entry holds ids and closed words: the value, the ref and the reason are in none of them.
    const all = Buffer.from(JSON.stringify(await entries.rows('audit_entries')));
    const wanted = [VALUE, 'q***@example.com', 'no address'];
    expect(
      found(
        wanted.map((text) => needle(text, text)),
        new Map([['the entries', all]]),
      ),
    ).toEqual([]);
  });

  test('who is not recognised is counted, and leaves no entry; whose key has ended is named', async () => {
    const vault = await openTestVault({ engine });
    const { body } = await vault.admin.call('post', '/v1/principals', { name: 'app', role: 'app' });
    const caller = vault.withKey(body.apiKey);
    await caller.call('get', '/v1/types');
    const count = (await vault.auditEntries()).length;
    const counted = async () => {
      const { text } = await vault.withKey('').call('get', '/metrics');
      return Number(
        /lethe_calls_total\{action="authenticate",outcome="refused",code="unauthenticated"\} (\d+)/.exec(text)?.[1] ??
          0,
      );
    };

    for (const key of ['', 'nonsense', `${body.apiKey.slice(0, -1)}x`]) {
      expect((await vault.withKey(key).call('get', '/v1/types')).status).toBe(401);
    }
    expect(await counted()).toBe(3);
    expect((await vault.auditEntries()).length).toBe(count);

    await vault.admin.call('delete', `/v1/principals/${body.principal}`);
    expect((await caller.call('get', '/v1/types')).status).toBe(401);
    expect(await counted()).toBe(4);
    expect(await vault.lastAuditEntry()).toMatchObject({
      action: 'authenticate',
      outcome: 'refused',
      code: 'unauthenticated',
      principal: body.principal,
    });
  });
});
