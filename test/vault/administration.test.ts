/** Principals and tenants: who adds whom, who sees what, and that tenants cannot tell what else the vault holds. */
import { describe, expect, test } from 'vitest';
import { newTenantId, type PrincipalId, type SubjectId, type TenantId, type Token } from '../../src/ids.ts';
import { addPrincipal } from '../../src/operations/access/add-principal.ts';
import { addTenant } from '../../src/operations/access/add-tenant.ts';
import { listPrincipals } from '../../src/operations/access/list-principals.ts';
import { listTenants } from '../../src/operations/access/list-tenants.ts';
import { revokePrincipal } from '../../src/operations/access/revoke-principal.ts';
import { getStatus } from '../../src/operations/oversight/get-status.ts';
import { listAuditEntries } from '../../src/operations/oversight/list-audit-entries.ts';
import { getSubject } from '../../src/operations/subjects/get-subject.ts';
import { resolveSubject } from '../../src/operations/subjects/resolve-subject.ts';
import { describeToken } from '../../src/operations/tokens/describe-token.ts';
import { detokenize } from '../../src/operations/values/detokenize.ts';
import { RELEASE } from '../../src/release.ts';
import { callerOf, stage, tell } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';

const NOT_ADMIN = ['app', 'support', 'auditor', 'security'] as const;
const body = { name: 'checkout', role: 'app' as const, purposes: ['billing'] };

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);

  describe('principals', () => {
    test('are added with an API key that works, listed without it, and revoked once and for all', async () => {
      const admin = await here.inTenant('principals-1', 'admin');
      const expiresAt = new Date(here.now().getTime() + 1_000).toISOString();
      const one = await addPrincipal(here.vault, admin, { ...body, expiresAt });
      expect(await here.lastEntry()).toMatchObject({ action: 'add_principal', outcome: 'done', target: one.principal });
      const two = await addPrincipal(here.vault, admin, { ...body, name: 'desk', role: 'support', purposes: [] });
      await callerOf(here.vault, one.apiKey);

      const revoked = await revokePrincipal(here.vault, admin, { principal: one.principal });
      here.advance(10);
      const again = await revokePrincipal(here.vault, admin, { principal: one.principal });
      const { principals, next } = await listPrincipals(here.vault, admin, { limit: 100 });

      expect(again).toEqual(revoked);
      const createdAt = expect.any(String);
      expect(principals.slice(-2)).toEqual([
        { principal: one.principal, ...body, createdAt, expiresAt, revokedAt: revoked.revokedAt, keys: [] },
        {
          principal: two.principal,
          name: 'desk',
          role: 'support',
          purposes: [],
          createdAt,
          keys: [{ key: expect.stringMatching(/^key_/), createdAt }],
        },
      ]);
      expect(next).toBeUndefined();
      expect(JSON.stringify(principals)).not.toContain('lethe_');
      await expect(callerOf(here.vault, one.apiKey)).rejects.toMatchObject({ code: 'unauthenticated' });
      await expect(callerOf(here.vault, two.apiKey)).resolves.toMatchObject({ role: 'support' });
    });

    test('are listed page by page, each once, in the order they were added', async () => {
      const admin = await here.inTenant('principals-2', 'admin');
      for (let i = 0; i < 5; i += 1) await addPrincipal(here.vault, admin, { ...body, name: `p${i}` });
      const whole = await listPrincipals(here.vault, admin, { limit: 1_000 });

      const pages: (typeof whole)[] = [];
      for (let after: PrincipalId | undefined; pages.length === 0 || after !== undefined; ) {
        pages.push(await listPrincipals(here.vault, admin, { after, limit: 3 }));
        after = pages.at(-1)?.next;
      }

      expect(pages.flatMap((page) => page.principals)).toEqual(whole.principals);
      expect(pages.map((page) => page.principals.length)).toEqual([3, 3, 1]);
      expect(pages.map((page) => page.next)).toEqual([
        pages[0]?.principals.at(-1)?.principal,
        pages[1]?.principals.at(-1)?.principal,
        undefined,
      ]);
    });

    test('cannot revoke themselves, nor anyone who is not there or another tenant’s', async () => {
      const [admin, stranger] = [
        await here.inTenant('principals-3', 'admin'),
        await here.inTenant('principals-4', 'admin'),
      ];
      const unknown = admin.principal.replace(/.$/, (last) => (last === '0' ? '1' : '0')) as PrincipalId;

      const own = revokePrincipal(here.vault, admin, { principal: admin.principal });
      await expect(own).rejects.toMatchObject({ kind: 'conflict', code: 'own_principal' });
      for (const principal of [unknown, stranger.principal]) {
        const refused = revokePrincipal(here.vault, admin, { principal });
        await expect(refused).rejects.toMatchObject({ kind: 'not_found', code: 'principal_not_found' });
      }
      const { principals } = await listPrincipals(here.vault, stranger, { limit: 100 });
      expect(principals.filter((principal) => principal.revokedAt !== undefined)).toEqual([]);
    });

    test.each(NOT_ADMIN)('are no matter of %s', async (role) => {
      const caller = await here.as(role);
      await expect(addPrincipal(here.vault, caller, body)).rejects.toMatchObject({ code: 'not_allowed' });
      await expect(listPrincipals(here.vault, caller, { limit: 1 })).rejects.toMatchObject({ code: 'not_allowed' });
      const revoking = revokePrincipal(here.vault, caller, { principal: caller.principal });
      await expect(revoking).rejects.toMatchObject({ code: 'not_allowed' });
    });
  });

  describe('tenants', () => {
    test('are added by an administrator of the first tenant alone, each name once', async () => {
      const admin = await here.as('admin');
      here.advance(1);
      const { tenant, apiKey, principal } = await addTenant(here.vault, admin, { name: 'shop-eu' });
      expect(await here.lastEntry()).toMatchObject({ action: 'add_tenant', outcome: 'done', target: tenant });
      const theirs = await callerOf(here.vault, apiKey);
      expect(theirs).toMatchObject({ tenant, principal, role: 'admin', purposes: [] });

      await expect(addTenant(here.vault, theirs, { name: 'shop-us' })).rejects.toMatchObject({ code: 'not_allowed' });
      expect(await here.lastEntry()).toMatchObject({ tenant, action: 'add_tenant', outcome: 'refused' });
      for (const name of ['shop-eu', 'default']) {
        await expect(addTenant(here.vault, admin, { name })).rejects.toMatchObject({
          code: 'tenant_exists',
          field: 'name',
        });
      }
      const first = await here.inTenant('default', 'admin');
      const pages: { name: string; createdAt: string; erasedAt?: string | undefined }[] = [];
      for (let after: TenantId | undefined; ; ) {
        const page = await listTenants(here.vault, first, { limit: 2, after });
        pages.push(...page.tenants);
        after = page.next;
        if (after === undefined) break;
      }
      const times = pages.map(({ createdAt }) => createdAt);
      expect(times).toEqual([...times].sort());
      expect(pages.map(({ name }) => name)).toContain('default');
      const unknown = newTenantId(here.vault.random);
      expect((await listTenants(here.vault, first, { limit: 9, after: unknown })).tenants).toEqual([]);
      expect(pages.at(-1)).toMatchObject({ tenant, name: 'shop-eu' });
      expect(pages.map(({ name }) => name)).not.toContain('@vault');
      await expect(listTenants(here.vault, theirs, { limit: 9 })).rejects.toMatchObject({ code: 'not_allowed' });
      for (const role of NOT_ADMIN) {
        const refused = addTenant(here.vault, await here.as(role), { name: `by-${role}` });
        await expect(refused).rejects.toMatchObject({ code: 'not_allowed' });
      }
      const names = await tell(
        here.home.recordStoreUrl,
        "SELECT name FROM tenants WHERE name LIKE 'shop-%' OR name LIKE 'by-%'",
      );
      expect(names).toEqual([{ name: 'shop-eu' }]);
    });

    test('of one name added at once are one tenant', async () => {
      const admin = await here.as('admin');

      const added = await Promise.allSettled([1, 2, 3].map(() => addTenant(here.vault, admin, { name: 'at-once' })));

      expect(added.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
      for (const result of added) {
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ kind: 'conflict' });
      }
      expect(await tell(here.home.recordStoreUrl, "SELECT name FROM tenants WHERE name = 'at-once'")).toHaveLength(1);
    });

    test('see nothing of each other: to one, what another holds is not there', async () => {
      const [mine, theirs] = [await here.inTenant('mine', 'app'), await here.inTenant('theirs', 'app')];
      const items = [{ type: 'email', value: 'ada@example.com', subject: 'cust_1' }];
      const [stored] = (await tokenize(here.vault, mine, { items })).results;
      const [token, subject] = [stored?.token as Token, stored?.subject as SubjectId];

      const { results } = await detokenize(here.vault, theirs, { tokens: [token], purpose: 'billing' });
      expect(results).toEqual([{ token, form: 'none', error: { code: 'token_not_found' } }]);
      await expect(describeToken(here.vault, theirs, { token })).rejects.toMatchObject({ code: 'token_not_found' });
      const found = { code: 'subject_not_found' };
      await expect(getSubject(here.vault, theirs, { subject, limit: 1 })).rejects.toMatchObject(found);
      await expect(resolveSubject(here.vault, theirs, { ref: 'cust_1' })).rejects.toMatchObject(found);

      const auditor = await here.inTenant('theirs', 'auditor');
      const { entries } = await listAuditEntries(here.vault, auditor, { limit: 1_000 });
      expect(entries.length).toBeGreaterThan(0);
      expect(entries.filter((entry) => entry.principal === mine.principal)).toEqual([]);
      expect(JSON.stringify(entries)).not.toContain(stored?.record);
      const { principals } = await listPrincipals(here.vault, await here.inTenant('theirs', 'admin'), { limit: 1_000 });
      expect(principals.map(({ principal }) => principal)).not.toContain(mine.principal);
    });

    test('have index keys and buckets of their own', async () => {
      const [mine, theirs] = [await here.inTenant('own-keys-1', 'app'), await here.inTenant('own-keys-2', 'app')];
      for (const caller of [mine, theirs]) {
        await tokenize(here.vault, caller, { items: [{ type: 'email', value: 'same@example.com', subject: 'same' }] });
      }
      for (const [table, column, only = ''] of [
        ['blind_indexes', 'mac', ` AND name = 'email'`],
        ['subject_refs', 'mac'],
        ['buckets', 'bucket'],
      ]) {
        const rows = await tell<Record<string, unknown>>(
          here.home.keyStoreUrl,
          `SELECT ${column} AS own FROM ${table} WHERE tenant IN ('${mine.tenant}', '${theirs.tenant}')${only}`,
        );
        expect(rows).toHaveLength(2);
        expect(rows[0]?.own).not.toEqual(rows[1]?.own);
      }
    });
  });

  test('the status tells the engines, the epoch and what waits, to those who run the vault', async () => {
    for (const role of ['admin', 'security'] as const) {
      expect(await getStatus(here.vault, await here.as(role))).toEqual({
        release: RELEASE,
        recordStore: { engine, reachable: true, schema: expect.stringMatching(/^\d{4}-/) },
        keyStore: { engine, reachable: true, schema: expect.stringMatching(/^\d{4}-/) },
        ...{ epoch: 1, dirtyBuckets: 0, unfinishedErasures: 0 },
      });
    }
    for (const role of ['app', 'support', 'auditor'] as const) {
      await expect(getStatus(here.vault, await here.as(role))).rejects.toMatchObject({ code: 'not_allowed' });
    }
  });
});
