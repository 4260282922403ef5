import Database from 'better-sqlite3';
import { expect, test, vi } from 'vitest';
import { runBackgroundOnce } from '../../src/background/background.ts';
import { authenticate } from '../../src/calls/authenticate.ts';
import { UnavailableError } from '../../src/errors.ts';
import { newId, type Token } from '../../src/ids.ts';
import { tokenize } from '../../src/operations/values/tokenize.ts';
import { BADGE } from '../datatypes/definitions.ts';
import { withParts } from '../support/home.ts';
import { openTestVault } from '../support/vault.ts';

/** Tables that stay small, or are read page by page on purpose: their plans may lead through a whole tenant. */
const SMALL =
  /\b(tenants|tenant_tombstones|principals|p|k|api_keys|purposes|roles|hooks|approvals|approval_policies|vault_facts|epochs|epoch_slots|root_slots|nodes|signing_keys|cursors|index_keys|index_generations|custom_types|type_settings|correction_keys|json_each|\(subquery-\d+\)|held|sqlite_\w+|lethe_\w+|knex_\w+)\b/;

/** The first page of the audit log, which is in the order of the rows. */
const NEWEST = /^select \* from `audit_entries` where `tenant` = \? order by `entry` desc limit \?$/;

test('no statement of SQLite reads a whole table or a whole tenant: cost never grows with the vault', async () => {
  const statements = new Map<string, Set<string>>();
  const prepare = Database.prototype.prepare;
  vi.spyOn(Database.prototype, 'prepare').mockImplementation(function (this: Database.Database, text: string) {
    statements.set(this.name, (statements.get(this.name) ?? new Set()).add(text));
    return prepare.call(this, text);
  });
  const vault = await openTestVault();
  const app = vault.as('app');
  const items = Array.from({ length: 12 }, (_, i) => ({
    type: 'email',
    value: `ada${i}@example.com`,
    subject: `cust_${i % 3}`,
  }));
  const stored = await app.tokenize(...items);
  const [first, second, third] = stored;
  await app.tokenize({ type: 'email', value: 'more@example.com', subject: first?.subject ?? '' });
  await app.detokenize(stored.map(({ token }) => token));
  await app.detokenize(first?.token ?? '');
  await app.search('email', 'ada1@example.com');
  const name = { given: 'Ada', family: 'Park' };
  await app.tokenize(...[0, 1, 2].map((i) => ({ type: 'name', value: name, subject: `person_${i}` })));
  await app.tokenize(...[0, 1, 2].map((i) => ({ type: 'date_of_birth', value: '1990-01-01', subject: `person_${i}` })));
  const and = [{ type: 'date_of_birth', value: '1990-01-01' }];
  const person = { type: 'name', part: 'family', value: 'park', and, purpose: 'billing', limit: 1 };
  const page = await app.call('post', '/v1/search', person);
  const next = await app.call('post', '/v1/search', { ...person, after: page.body.next });
  expect([page.body.results, next.body.results]).toMatchObject([[{ masked: 'A*** P***' }], [{ masked: 'A*** P***' }]]);
  await app.call('get', `/v1/tokens/${first?.token}`);
  await app.call('get', `/v1/subjects/${first?.subject}?limit=2`);
  await app.call('post', '/v1/subjects/resolve', { ref: 'cust_0' });
  await app.call('patch', `/v1/records/${first?.record}`, { value: 'new@example.com' }, { 'Idempotency-Key': 'k1' });
  await app.call('post', '/v1/erasures', { tokens: [second?.token] });
  await app.call('post', '/v1/erasures', { records: [third?.record] });
  const { body } = await app.call('post', '/v1/erasures', { ref: 'cust_0' });
  await app.call('get', `/v1/erasures/${body.erasure}/certificate`);
  await vault.admin.call('post', '/v1/types', BADGE);
  await vault.admin.call('put', '/v1/types/email/keep', { keep: null });
  await app.call('get', '/v1/types');
  const [ends, shaped, brought] = await app.tokenize(
    { type: 'email', value: 'ends@example.com', subject: 'cust_4', audience: 'crm', ttlSeconds: 60, uses: 2 },
    { type: 'card', value: { number: '4242424242424242', expiryMonth: 1, expiryYear: 2030 }, format: 'card' },
    { type: 'email', value: 'brought@example.com', token: 'legacy-000001' as Token },
  );
  const again = { type: 'email', value: 'again@example.com', subject: 'cust_4', reuse: true };
  await app.tokenize(again, again);
  const [shared] = await app.tokenize(again);
  await app.call('post', '/v1/tokens', { record: shared?.record, format: 'uuid', audience: 'crm' });
  await app.detokenize([ends?.token ?? '', ends?.token ?? '']);
  await app.detokenize(ends?.token ?? '');
  await app.call('patch', `/v1/tokens/${shaped?.token}`, { ttlSeconds: 600 });
  await app.call('delete', `/v1/tokens/${shared?.token}`);
  await app.tokenize(again);
  await app.call('get', `/v1/records/${shared?.record}`);
  await app.call('get', `/v1/tokens/${brought?.token}`);
  const crm = { name: 'crm', role: 'app', purposes: ['billing'], audience: 'crm' };
  const tied = vault.withKey((await vault.admin.call('post', '/v1/principals', crm)).body.apiKey);
  const alike = [{ type: 'email', value: 'again@example.com' }];
  await tied.call('post', '/v1/search', { type: 'email', value: 'ends@example.com', purpose: 'billing', and: alike });
  await app.tokenize({ type: 'cvc', value: '123' });
  const [password] = await app.tokenize({ type: 'password', value: 'correct horse battery staple' });
  await app.call('post', '/v1/verify', { token: password?.token, value: 'wrong horse battery staple' });
  const { recordStore } = vault.vault;
  const failing = withParts(recordStore, {
    shared: () => Promise.reject(new UnavailableError('store_unavailable', '')),
  });
  const broken = withParts(vault.vault, { recordStore: failing });
  const late = { type: 'email', value: 'late@example.com', reuse: true };
  const caller = await authenticate(vault.vault, app.apiKey, newId('request', vault.vault.random, vault.vault.clock()));
  await expect(tokenize(broken, caller, { items: [late] })).rejects.toBeDefined();
  await app.tokenize(late);
  await vault.as('auditor').call('get', '/v1/audit/entries?limit=5');
  await vault.as('security').call('get', '/v1/status');
  vault.advance(48 * 60 * 60 * 1000);
  await runBackgroundOnce(vault.vault);
  const reopened = await vault.reopen();
  vi.restoreAllMocks();

  const offenders: string[] = [];
  let explained = 0;
  for (const [file, texts] of statements) {
    if (!/(records|keystore)\.db$/.test(file)) continue;
    const db = new Database(file, { readonly: true });
    for (const text of texts) {
      if (!/^\s*(select|insert|update|delete|with)\b/i.test(text) || /sqlite_|_migrations/.test(text)) continue;
      // At a start alone, which counts what each tenant has in either store (`erasure/counts.ts`).
      if (/^select `tenant`, count\(\*\) as `n` from `(shreds|erasures)` group by `tenant`$/.test(text)) continue;
      const bound = Array.from({ length: text.split('?').length - 1 }, () => (/json_each/.test(text) ? '[]' : 'x'));
      const plan = db.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${text}`).all(...bound);
      explained += 1;
      for (const { detail } of plan) {
        const whole = /^SCAN (?!CONSTANT ROW|\d+-ROW VALUES)/.test(detail) && !/USING (COVERING )?INDEX/.test(detail);
        const tenant =
          /^SEARCH .*\((tenant=\?|tenant=\? AND generation=\?)\)$/.test(detail) && !/buckets_dirty/.test(detail);
        // The subject alone is not enough where a person's records of one type are wanted.
        const person = /"type" = \?/.test(text) && /\(tenant=\? AND subject=\?\)$/.test(detail);
        if ((whole || tenant || person) && !SMALL.test(detail) && !NEWEST.test(text))
          offenders.push(`${detail}\n    ${text}`);
      }
    }
    db.close();
  }
  await reopened.close();
  expect(explained).toBeGreaterThan(60);
  const all = [...statements.values()].flatMap((texts) => [...texts]).join('\n');
  for (const name of ['tokens', 'dead_tokens', 'reuses', 'windows', 'window_reveals', 'guess_budgets']) {
    expect(all).toMatch(new RegExp(`\\b${name}\\b`));
  }
  for (const ended of ['revoked_at IS NOT NULL', 'uses_left = 0', 'expires_at <= ?']) expect(all).toContain(ended);
  expect(offenders).toEqual([]);
});
