/**
 * A record store put back from a copy against today's key store brings back nobody who was revoked since: neither a
 * principal's API key nor a token.
 */
import { describe, expect, test } from 'vitest';
import { runBackgroundOnce } from '../../src/background/background.ts';
import { runJobsOnce } from '../../src/background/long-jobs.ts';
import { authenticate } from '../../src/calls/authenticate.ts';
import { UnavailableError } from '../../src/errors.ts';
import { dueHooks } from '../../src/hooks/due.ts';
import { newId, type PrincipalId, type TenantId } from '../../src/ids.ts';
import { orderJob, unfinishedJobs } from '../../src/jobs/job-store.ts';
import { addPrincipal } from '../../src/operations/access/add-principal.ts';
import { addTenant } from '../../src/operations/access/add-tenant.ts';
import { changePrincipal } from '../../src/operations/access/change-principal.ts';
import { changeTenant } from '../../src/operations/access/change-tenant.ts';
import { endApiKey } from '../../src/operations/access/end-api-key.ts';
import { getMe } from '../../src/operations/access/get-me.ts';
import { listTenants } from '../../src/operations/access/list-tenants.ts';
import { revokePrincipal } from '../../src/operations/access/revoke-principal.ts';
import { rotateApiKey } from '../../src/operations/access/rotate-api-key.ts';
import { recover } from '../../src/operations/copies/recover.ts';
import { eraseTenant } from '../../src/operations/erasures/erase-tenant.ts';
import { addHook } from '../../src/operations/hooks/add-hook.ts';
import { mintToken } from '../../src/operations/tokens/mint-token.ts';
import { revokeToken } from '../../src/operations/tokens/revoke-token.ts';
import { openVault } from '../../src/vault/open-vault.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { backUp, backupFolder, putBack, recoverHome } from '../backup/folders.ts';
import { appOf, callerOf, freshHome, type Home, rowsOf, tell, withParts } from '../support/home.ts';
import { ENGINES, type Engine } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';
import { NOW, PURPOSES } from '../support/vault.ts';

const RECORDS_OLDER = /record store is older than the key store.*recover/;
const KEYS_OLDER = /key store is older than the record store.*recover/;
const OLDER = /older than the (record|key) store.*recover/;
const UNAUTHENTICATED = { kind: 'unauthenticated', code: 'unauthenticated' };

/** A vault with a leaver, an app and two tokens of one record, and a copy of both stores. */
async function furnished(engine: Engine) {
  const home = await freshHome(engine);
  const vault = await home.open();
  const admin = await callerOf(vault, await home.adminKey());
  const add = (name: string, role: 'app' | 'admin' = 'app') =>
    addPrincipal(vault, admin, { name, role, purposes: PURPOSES });
  const [leaver, stays] = [await add('leaver'), await add('stays')];
  const app = await callerOf(vault, stays.apiKey);
  const { results } = await tokenize(vault, app, { items: [{ type: 'email', value: 'ada@example.com' }] });
  const [{ token, record }] = results as [(typeof results)[number]];
  const { token: other } = await mintToken(vault, app, { record });
  const dir = await backupFolder();
  await backUp(vault, home, dir);
  return { home, vault, admin, add, leaver, stays, app, token, other, dir };
}

const revoke = async (vault: Vault, home: Home, principal: PrincipalId) =>
  revokePrincipal(vault, await callerOf(vault, await home.adminKey()), { principal });

async function recoverAs(home: Home, apiKey: string) {
  const opened = await openVault(home.config, { recovering: true });
  try {
    return await recover(opened, await callerOf(opened, apiKey));
  } finally {
    await opened.close();
  }
}

describe.each(ENGINES)('on %s', (engine) => {
  test('a principal and a token revoked since are refused again after recover, which the vault insists on; the others work', async () => {
    const { home, vault, leaver, stays, app, token, other, dir } = await furnished(engine);
    await revoke(vault, home, leaver.principal);
    await revokeToken(vault, app, { token });
    await vault.close();
    await putBack(home, dir, 'records');
    const held = await rowsOf(home.recordStoreUrl);

    await expect(home.open()).rejects.toThrow(RECORDS_OLDER);
    expect(await rowsOf(home.recordStoreUrl)).toEqual(held);
    const { revoked } = await recoverHome(home);
    expect(revoked).toEqual({ principals: 1, tokens: 1, narrowed: 0, withoutAdmin: [] });

    const again = await home.open();
    await expect(callerOf(again, leaver.apiKey)).rejects.toMatchObject(UNAUTHENTICATED);
    await expect(callerOf(again, stays.apiKey)).resolves.toMatchObject({ principal: stays.principal });
    expect(await home.reveal(again, token)).toBe('token_revoked');
    expect(await home.reveal(again, other)).toBe('ada@example.com');
    await again.close();
    expect((await recoverHome(home)).revoked).toEqual({ principals: 0, tokens: 0, narrowed: 0, withoutAdmin: [] });
    // The same copy once more, and a copy that was made before anybody was revoked is still told.
    await putBack(home, dir, 'records');
    await expect(home.open()).rejects.toThrow(RECORDS_OLDER);
  });

  test.each(['principal', 'token'] as const)(
    'a revoked %s alone is enough to tell an older record store',
    async (kind) => {
      const { home, vault, leaver, app, token, dir } = await furnished(engine);
      if (kind === 'principal') await revoke(vault, home, leaver.principal);
      else await revokeToken(vault, app, { token });
      await vault.close();
      await putBack(home, dir, 'records');
      await expect(home.open()).rejects.toThrow(RECORDS_OLDER);
    },
  );

  test('who was added and revoked since the copy is asked for once, hides nobody else, and holds up no later start', async () => {
    const { home, vault, leaver, add, dir } = await furnished(engine);
    await revoke(vault, home, leaver.principal);
    for (let i = 0; i < 25; i += 1) await revoke(vault, home, (await add(`passer-by-${i}`)).principal);
    await vault.close();
    await putBack(home, dir, 'records');
    await expect(home.open()).rejects.toThrow(RECORDS_OLDER);
    expect((await recoverHome(home)).revoked).toMatchObject({ principals: 1, tokens: 0 });
    const again = await home.open();
    await expect(callerOf(again, leaver.apiKey)).rejects.toMatchObject(UNAUTHENTICATED);
  });

  test('a revocation is not answered before the key store has it; it holds all the same, and a job makes it good', async () => {
    const { home, vault, leaver, app, token, dir } = await furnished(engine);
    const shared = () => Promise.reject(new UnavailableError('store_unavailable', 'out of reach'));
    const cut = { ...vault, keyStore: withParts(vault.keyStore, { shared }) };
    await expect(revoke(cut, home, leaver.principal)).rejects.toMatchObject({ code: 'store_unavailable' });
    await expect(revokeToken(cut, app, { token })).rejects.toMatchObject({ code: 'store_unavailable' });
    await expect(callerOf(vault, leaver.apiKey)).rejects.toMatchObject(UNAUTHENTICATED);
    expect(await home.reveal(vault, token)).toBe('token_revoked');
    expect(await tell(home.keyStoreUrl, 'SELECT * FROM revocations')).toEqual([]);

    const reports = await runBackgroundOnce(vault);
    expect(reports.find(({ name }) => name === 'keep_revocations')).toMatchObject({ changed: 2, failed: undefined });
    expect((await runBackgroundOnce(vault)).find(({ name }) => name === 'keep_revocations')?.changed).toBe(0);
    await vault.close();
    await (await home.open()).close();
    await putBack(home, dir, 'records');
    await expect(home.open()).rejects.toThrow(RECORDS_OLDER);
  });

  test('revoking again keeps what could not be kept the first time', async () => {
    const { home, vault, leaver } = await furnished(engine);
    const shared = () => Promise.reject(new UnavailableError('store_unavailable', 'out of reach'));
    const cut = { ...vault, keyStore: withParts(vault.keyStore, { shared }) };
    await expect(revoke(cut, home, leaver.principal)).rejects.toMatchObject({ code: 'store_unavailable' });
    await revoke(vault, home, leaver.principal);
    expect(await tell(home.keyStoreUrl, 'SELECT kind, target FROM revocations')).toEqual([
      { kind: 'principal', target: leaver.principal },
    ]);
  });

  test('an older key store is told by a revocation, too, and is given back what it lacks', async () => {
    const { home, vault, leaver, app, token, dir } = await furnished(engine);
    await revoke(vault, home, leaver.principal);
    await revokeToken(vault, app, { token });
    await runBackgroundOnce(vault);
    await vault.close();
    const before = await tell(home.keyStoreUrl, 'SELECT * FROM revocations ORDER BY kind');
    expect(before).toHaveLength(2);
    await putBack(home, dir, 'keys');
    await expect(home.open()).rejects.toThrow(KEYS_OLDER);
    await recoverHome(home);
    expect(await tell(home.keyStoreUrl, 'SELECT * FROM revocations ORDER BY kind')).toEqual(before);
    const again = await home.open();
    await expect(callerOf(again, leaver.apiKey)).rejects.toMatchObject(UNAUTHENTICATED);
  });

  test('what was taken from a principal stays taken, whichever store is put back, and both; the rest works', async () => {
    const { home, vault, leaver, stays, admin, add, dir: _ } = await furnished(engine);
    const [rolling, altered, brief] = [await add('rolling'), await add('altered'), await add('brief')];
    const bound = await add('bound');
    const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
    const ends = (expiresAt: string) => changePrincipal(vault, admin, { principal: brief.principal, expiresAt });
    const first = inMinutes(30);
    await ends(first);
    const key = (await callerOf(vault, stays.apiKey)).apiKey;
    const given = await changePrincipal(vault, admin, { principal: stays.principal, purposes: ['support', 'fraud'] });
    // Given again before the copy: it was taken, and is rightly there.
    await changePrincipal(vault, admin, { principal: stays.principal, purposes: PURPOSES });
    const dir = await backupFolder();
    await backUp(vault, home, dir);
    expect(given.keys).toMatchObject([{ key }]);
    const soon = inMinutes(60);
    // What was taken of this one is more than its copy has.
    await ends(inMinutes(120));
    await ends(soon);
    await changePrincipal(vault, admin, { principal: stays.principal, purposes: ['support'], expiresAt: soon });
    await changePrincipal(vault, admin, { principal: altered.principal, purposes: [] });
    const networks = ['10.0.0.0/8'];
    await changePrincipal(vault, admin, { principal: bound.principal, networks });
    const made = await rotateApiKey(vault, admin, { principal: rolling.principal, overlapSeconds: 0 });
    const end = (await callerOf(vault, leaver.apiKey)).apiKey;
    await endApiKey(vault, admin, { principal: leaver.principal, key: end });
    await callerOf(vault, made.apiKey);
    await vault.close();

    for (const stores of [['records'], ['keys'], ['records', 'keys']] as const) {
      for (const store of stores) await putBack(home, dir, store);
      const isOlder = stores.some((store) => store === 'records');
      if (isOlder) {
        await tell(
          home.recordStoreUrl,
          `UPDATE principals SET purposes = '["fraud","support"]' WHERE principal = '${altered.principal}'`,
        );
      }
      await expect(home.open()).rejects.toThrow(stores.length === 2 ? /as the journal remembers/ : OLDER);
      expect((await recoverHome(home)).revoked).toMatchObject({ narrowed: isOlder ? 5 : 0 });
      const again = await home.open({ clock: () => new Date() });
      const caller = await callerOf(again, stays.apiKey);
      expect([caller.purposes, caller.keyEndsAt?.toISOString()]).toEqual([['support'], soon]);
      expect((await callerOf(again, brief.apiKey)).keyEndsAt?.toISOString()).toBe(first);
      // An older copy does not know from where: from nowhere, until an administrator says it again.
      const knock = (address: string) => authenticate(again, bound.apiKey, caller.request, undefined, { address });
      await expect(knock('203.0.113.7')).rejects.toMatchObject(UNAUTHENTICATED);
      if (isOlder) {
        await expect(knock('10.0.0.1')).rejects.toMatchObject(UNAUTHENTICATED);
        const { principal } = bound;
        await changePrincipal(again, await callerOf(again, await home.adminKey()), { principal, networks });
      }
      await knock('10.0.0.1');
      for (const { apiKey } of [rolling, leaver]) {
        await expect(callerOf(again, apiKey)).rejects.toMatchObject(UNAUTHENTICATED);
      }
      if (isOlder) await expect(callerOf(again, altered.apiKey)).rejects.toMatchObject({ code: 'integrity_failure' });
      await again.close();
    }
  });

  test('every call of a suspended tenant is refused on every node, its hooks and jobs rest, and a restore lets it go on no sooner', async () => {
    const home = await freshHome(engine);
    const [vault, node] = [await home.open(), await home.open()];
    const admin = await callerOf(vault, await home.adminKey());
    const { tenant: named, principal, apiKey } = await addTenant(vault, admin, { name: 'shop' });
    const tenant = named as TenantId;
    const theirs = await callerOf(node, apiKey);
    const dir = await backupFolder();
    await backUp(vault, home, dir);
    await addHook(node, theirs, { url: 'https://hooks.example.com', events: ['erasure.final'] });
    await tell(home.recordStoreUrl, 'UPDATE hooks SET due_at = 0');
    const params = { index: 'email' };
    const order = { kind: 'rotate_index' as const, tenant, params, by: theirs.principal, at: NOW };
    await vault.recordStore.exclusive((tx) => orderJob(tx, { ...order, job: newId('job', vault.random, NOW) }));
    const { reader } = vault.recordStore;
    const awake = async () => [(await dueHooks(reader, NOW)).length, (await unfinishedJobs(reader)).length];
    const to = async (suspended: boolean) => changeTenant(vault, admin, { tenant, suspended });
    expect(await awake()).toEqual([1, 1]);

    expect(await to(true)).toEqual(await to(true));
    const { tenants } = await listTenants(node, admin, { limit: 10 });
    expect(tenants.find((one) => one.tenant === tenant)).toMatchObject({ suspendedAt: NOW.toISOString() });
    const SUSPENDED = { kind: 'refused', code: 'tenant_suspended' };
    await expect(callerOf(node, apiKey)).rejects.toMatchObject(SUSPENDED);
    // Recognised before, it commits nothing after.
    await expect(getMe(node, theirs)).rejects.toMatchObject(SUSPENDED);
    await expect(callerOf(node, `${apiKey.slice(0, -1)}x`)).rejects.toMatchObject(UNAUTHENTICATED);
    const entries = await tell<{ outcome: string; code: string }>(
      home.recordStoreUrl,
      `SELECT outcome, code FROM audit_entries WHERE principal = '${principal}' ORDER BY entry DESC LIMIT 1`,
    );
    expect(entries).toMatchObject([{ code: 'tenant_suspended' }]);
    expect(await awake()).toEqual([0, 0]);
    await to(false);
    expect(await awake()).toEqual([1, 1]);
    await getMe(node, await callerOf(node, apiKey));
    for (const [other, code] of [
      [admin.tenant, 'tenant_needed'],
      ['ten_1fz07q9k3c' as TenantId, 'tenant_not_found'],
    ] as const) {
      await expect(changeTenant(vault, admin, { tenant: other, suspended: true })).rejects.toMatchObject({ code });
    }

    await to(true);
    await Promise.all([vault.close(), node.close()]);
    await putBack(home, dir, 'records');
    await expect(home.open()).rejects.toThrow(RECORDS_OLDER);
    expect((await recoverHome(home)).revoked).toMatchObject({ narrowed: 2 });
    const again = await home.open();
    await expect(callerOf(again, apiKey)).rejects.toMatchObject(SUSPENDED);
    await changeTenant(again, await callerOf(again, await home.adminKey()), { tenant, suspended: false });
    await callerOf(again, apiKey);
  });

  test('a narrowing is not answered before the key store has it; it holds all the same, and calling again keeps it', async () => {
    const { home, vault, admin, stays } = await furnished(engine);
    const shared = () => Promise.reject(new UnavailableError('store_unavailable', 'out of reach'));
    const cut = { ...vault, keyStore: withParts(vault.keyStore, { shared }) };
    const wanted = { principal: stays.principal, purposes: ['support'] };
    const once = { ...admin, idempotencyKey: 'once' };
    const rotated = { principal: stays.principal, overlapSeconds: 60 };
    await expect(changePrincipal(cut, admin, wanted)).rejects.toMatchObject({ code: 'store_unavailable' });
    await expect(rotateApiKey(cut, once, rotated)).rejects.toMatchObject({ code: 'store_unavailable' });
    expect((await callerOf(vault, stays.apiKey)).purposes).toEqual(['support']);
    const kept = () => tell<{ kind: string }>(home.keyStoreUrl, 'SELECT kind FROM revocations ORDER BY kind');
    expect(await kept()).toEqual([]);
    await changePrincipal(vault, admin, wanted);
    expect(await kept()).toEqual([{ kind: 'key' }, { kind: 'purpose' }]);
    // The new key was not lost with the answer.
    await callerOf(vault, (await rotateApiKey(vault, once, rotated)).apiKey);
  });

  test('an administrator whose key was ended since does not run recover with it, as long as somebody else could', async () => {
    const { home, vault, add, admin } = await furnished(engine);
    const dir = await backupFolder();
    const second = await add('second-admin', 'admin');
    await backUp(vault, home, dir);
    const others = await callerOf(vault, second.apiKey);
    await rotateApiKey(vault, others, { principal: admin.principal, overlapSeconds: 0 });
    await vault.close();
    await putBack(home, dir, 'records');
    await expect(recoverAs(home, await home.adminKey())).rejects.toMatchObject(UNAUTHENTICATED);
    expect((await recoverAs(home, second.apiKey)).revoked).toMatchObject({ narrowed: 1 });
    await (await home.open()).close();
  });

  test('a token whose row was altered in the copy is given no new MAC: it stays an integrity failure', async () => {
    const { home, vault, app, token, dir } = await furnished(engine);
    const { results } = await tokenize(vault, app, { items: [{ type: 'email', value: 'bob@example.com' }] });
    await revokeToken(vault, app, { token });
    await vault.close();
    await putBack(home, dir, 'records');
    const altered = `UPDATE tokens SET record = '${results[0]?.record}' WHERE token = '${token}'`;
    await tell(home.recordStoreUrl, altered);
    expect((await recoverHome(home)).revoked).toMatchObject({ tokens: 0 });
    const again = await home.open();
    expect(await home.reveal(again, token)).toBe('integrity_failure');
  });

  test('who was revoked since does not run recover, as long as somebody else could; a tenant left without an administrator is named', async () => {
    const { home, vault, add, admin } = await furnished(engine);
    const dir = await backupFolder();
    const second = await add('second-admin', 'admin');
    await backUp(vault, home, dir);
    await revokePrincipal(vault, await callerOf(vault, second.apiKey), { principal: admin.principal });
    await vault.close();
    await putBack(home, dir, 'records');
    await expect(recoverAs(home, await home.adminKey())).rejects.toMatchObject(UNAUTHENTICATED);
    await expect(home.open()).rejects.toThrow(RECORDS_OLDER);
    // Without the others the vault would never start again.
    await tell(
      home.recordStoreUrl,
      "UPDATE principals SET revoked_at = 1 WHERE role IN ('admin', 'security') AND name <> 'first-admin'",
    );
    const { revoked } = await recoverAs(home, await home.adminKey());
    expect(revoked).toMatchObject({ principals: 1, withoutAdmin: [admin.tenant] });
    const again = await home.open();
    await expect(callerOf(again, await home.adminKey())).rejects.toMatchObject(UNAUTHENTICATED);
  });

  test('nobody is kept from recover by those who could not run it themselves: an ended API key, a tenant erased since', async () => {
    const { home, vault, add, admin } = await furnished(engine);
    const dir = await backupFolder();
    const second = await add('second-admin', 'admin');
    const { tenant } = await addTenant(vault, admin, { name: 'shop-eu' });
    await backUp(vault, home, dir);
    const theirs = await callerOf(vault, second.apiKey);
    await revokePrincipal(vault, theirs, { principal: admin.principal });
    await eraseTenant(vault, theirs, { tenant: tenant as TenantId, confirm: 'shop-eu' });
    await runJobsOnce(vault);
    await vault.close();
    await putBack(home, dir, 'records');
    await tell(home.recordStoreUrl, `UPDATE api_keys SET expires_at = 1 WHERE principal = '${second.principal}'`);
    // Nor by the furnishing's own, of whom there are none left.
    await tell(
      home.recordStoreUrl,
      `UPDATE principals SET revoked_at = 1 WHERE role IN ('admin', 'security')
         AND tenant = '${admin.tenant}' AND principal NOT IN ('${admin.principal}', '${second.principal}')`,
    );
    const { revoked } = await recoverAs(home, await home.adminKey());
    expect(revoked).toMatchObject({ principals: 1 });
    await (await home.open()).close();
  });

  test('revocations go with their tenant, and an erased tenant’s hold up no start, whichever store is put back', async () => {
    const { home, vault, admin } = await furnished(engine);
    const dir = await backupFolder();
    const { tenant, apiKey } = await addTenant(vault, admin, { name: 'shop-eu' });
    const theirs = await callerOf(vault, apiKey);
    const leaver = await addPrincipal(vault, theirs, { name: 'leaver', role: 'app', purposes: PURPOSES });
    await backUp(vault, home, dir);
    await revokePrincipal(vault, theirs, { principal: leaver.principal });
    await runBackgroundOnce(vault);
    await eraseTenant(vault, admin, { tenant: tenant as TenantId, confirm: 'shop-eu' });
    await runJobsOnce(vault);
    await vault.close();
    const left = (url: string) => tell(url, `SELECT * FROM revocations WHERE tenant = '${tenant}'`);
    for (const url of [home.recordStoreUrl, home.keyStoreUrl]) expect(await left(url)).toEqual([]);
    await (await home.open()).close();
    for (const store of ['records', 'keys'] as const) {
      await putBack(home, dir, store);
      await recoverHome(home);
      const again = await home.open();
      await expect(callerOf(again, leaver.apiKey)).rejects.toMatchObject(UNAUTHENTICATED);
      await expect(appOf(again, home)).resolves.toBeDefined();
      await again.close();
    }
  });
});
