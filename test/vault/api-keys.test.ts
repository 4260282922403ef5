/** What a principal may do can change, and its API keys can take over from one another: who may, and from when it holds. */
import { describe, expect, test } from 'vitest';
import { UnauthenticatedError } from '../../src/access/principals.ts';
import { ROLES } from '../../src/access/roles.ts';
import { authenticate } from '../../src/calls/authenticate.ts';
import { type ApiKeyId, newId, type PrincipalId } from '../../src/ids.ts';
import { addPrincipal } from '../../src/operations/access/add-principal.ts';
import { changePrincipal } from '../../src/operations/access/change-principal.ts';
import { endApiKey } from '../../src/operations/access/end-api-key.ts';
import { getMe } from '../../src/operations/access/get-me.ts';
import { listPrincipals } from '../../src/operations/access/list-principals.ts';
import { revokePrincipal } from '../../src/operations/access/revoke-principal.ts';
import { rotateApiKey } from '../../src/operations/access/rotate-api-key.ts';
import { callerOf, secretOf, stage, tell } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';

const HOUR_MS = 3_600_000;
const UNAUTHENTICATED = { code: 'unauthenticated' };
const idOf = (apiKey: string) => `key_${apiKey.split('_')[1]}` as ApiKeyId;

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);
  const inHours = (hours: number) => new Date(here.now().getTime() + hours * HOUR_MS).toISOString();
  const add = async (more: { purposes?: string[]; expiresAt?: string; role?: 'app' | 'admin' } = {}) => {
    const body = { name: 'checkout', role: 'app' as const, purposes: ['billing', 'support'], ...more };
    return addPrincipal(here.vault, await here.as('admin'), body);
  };
  const knock = (apiKey: string) => callerOf(here.vault, apiKey);
  const asAdmin = () => here.as('admin');
  const change = async (principal: PrincipalId, to: { purposes?: string[]; expiresAt?: string | null }) =>
    changePrincipal(here.vault, await asAdmin(), { principal, ...to });
  const rotate = async (principal: PrincipalId, how: { overlapSeconds?: number; expiresAt?: string | null } = {}) =>
    rotateApiKey(here.vault, await asAdmin(), { principal, overlapSeconds: 86_400, ...how });
  const listed = async (principal: PrincipalId) => {
    const { principals } = await listPrincipals(here.vault, await asAdmin(), { limit: 1_000 });
    return principals.find((one) => one.principal === principal);
  };
  const kept = () =>
    tell<{ kind: string; target: string }>(here.home.keyStoreUrl, 'SELECT kind, target FROM revocations');

  test('other purposes hold at the next call, on every node; only what is taken is noted, and no word of it', async () => {
    const node = await here.home.open({ clock: () => here.now() });
    const { principal, apiKey } = await add();
    const before = (await kept()).length;
    await change(principal, { purposes: ['support', 'fraud', 'fraud'] });
    expect((await callerOf(node, apiKey)).purposes).toEqual(['support', 'fraud']);
    const target = `${principal} purposes_given purposes_withdrawn`;
    expect(await here.lastEntry()).toMatchObject({ action: 'change_principal', outcome: 'done', target });
    const noted = (await kept()).slice(before).filter((row) => row.target.startsWith(principal));
    expect(noted.map(({ kind }) => kind)).toEqual(['purpose']);
    expect(JSON.stringify(noted)).not.toContain('billing');
    await change(principal, { purposes: ['support', 'fraud', 'billing'] });
    expect((await here.lastEntry())?.target).toBe(`${principal} purposes_given`);
    expect((await kept()).filter((row) => row.target.startsWith(principal))).toHaveLength(1);
    expect(await change(principal, { purposes: [] })).toMatchObject({ purposes: [] });
    expect((await knock(apiKey)).purposes).toEqual([]);
  });

  test('another end holds at the next call; a key that has ended stays so', async () => {
    const { principal, apiKey } = await add({ expiresAt: inHours(10) });
    await change(principal, { expiresAt: inHours(20) });
    expect((await here.lastEntry())?.target).toBe(`${principal} ends_later`);
    await change(principal, { expiresAt: null });
    expect((await knock(apiKey)).keyEndsAt).toBeUndefined();
    const soon = inHours(1);
    expect(await change(principal, { expiresAt: soon })).toMatchObject({
      expiresAt: soon,
      keys: [{ expiresAt: soon }],
    });
    expect((await here.lastEntry())?.target).toBe(`${principal} ends_sooner`);
    for (const past of [here.now().toISOString(), inHours(-1)]) {
      await expect(change(principal, { expiresAt: past })).rejects.toMatchObject({ code: 'invalid_request' });
    }
    here.advance(HOUR_MS - 1);
    await knock(apiKey);
    here.advance(1);
    await expect(knock(apiKey)).rejects.toMatchObject(UNAUTHENTICATED);
    await expect(change(principal, { expiresAt: null })).rejects.toMatchObject({ code: 'api_key_ended' });
    await expect(rotate(principal)).rejects.toMatchObject({ code: 'invalid_request', field: 'expiresAt' });
    await knock((await rotate(principal, { expiresAt: null })).apiKey);
    await expect(knock(apiKey)).rejects.toMatchObject(UNAUTHENTICATED);
  });

  test('nobody changes itself, anybody revoked, or another tenant’s; a receiver keeps a purpose', async () => {
    const admin = await asAdmin();
    const { principal, apiKey } = await add();
    const stranger = await here.inTenant('others', 'admin');
    const receiver = { name: 'crm', role: 'receiver' as const, purposes: ['billing'], audience: 'crm' };
    const tied = await addPrincipal(here.vault, admin, receiver);
    await expect(change(tied.principal, { purposes: [] })).rejects.toMatchObject({ field: 'purposes' });
    await expect(change(admin.principal, { expiresAt: inHours(1) })).rejects.toMatchObject({ code: 'own_principal' });
    const key = idOf(apiKey);
    const each = [
      () => changePrincipal(here.vault, stranger, { principal, purposes: ['fraud'] }),
      () => rotateApiKey(here.vault, stranger, { principal, overlapSeconds: 0 }),
      () => endApiKey(here.vault, stranger, { principal, key }),
      () => endApiKey(here.vault, stranger, { principal: stranger.principal, key }),
    ];
    for (const [i, call] of each.entries()) {
      const code = i < 3 ? 'principal_not_found' : 'api_key_not_found';
      await expect(call()).rejects.toMatchObject({ kind: 'not_found', code });
    }
    expect((await knock(apiKey)).purposes).toEqual(['billing', 'support']);
    await revokePrincipal(here.vault, admin, { principal });
    for (const call of [change(principal, { purposes: ['fraud'] }), rotate(principal)]) {
      await expect(call).rejects.toMatchObject({ kind: 'gone', code: 'principal_revoked' });
    }
  });

  test('two keys overlap, and no third; the older ends with the overlap, both with their principal', async () => {
    const { principal, apiKey: first } = await add({ expiresAt: inHours(1_000) });
    const { apiKey: second, key, ending, expiresAt } = await rotate(principal, { overlapSeconds: 7_200 });
    expect([key, expiresAt]).toEqual([idOf(second), inHours(1_000)]);
    expect(ending).toMatchObject([{ key: idOf(first), expiresAt: inHours(2) }]);
    expect((await here.lastEntry())?.target).toBe(`${principal} ${key} ${idOf(first)}`);
    expect((await listed(principal))?.keys).toMatchObject([
      { key: idOf(first), expiresAt: inHours(2) },
      { key, expiresAt: inHours(1_000) },
    ]);
    const me = await getMe(here.vault, await knock(first));
    expect(me).toMatchObject({ expiresAt: inHours(2), otherKey: { key, expiresAt: inHours(1_000) } });
    await expect(rotate(principal, { overlapSeconds: 1 })).rejects.toMatchObject({ code: 'rolling_over' });
    // The older one gets no time back with the newer one.
    await change(principal, { expiresAt: null });
    expect((await listed(principal))?.keys[0]).toMatchObject({ expiresAt: inHours(2) });
    here.advance(2 * HOUR_MS);
    await expect(knock(first)).rejects.toMatchObject(UNAUTHENTICATED);
    expect(await getMe(here.vault, await knock(second))).not.toHaveProperty('otherKey');
    const { apiKey: third } = await rotate(principal);
    await change(principal, { expiresAt: inHours(3) });
    expect((await listed(principal))?.keys).toMatchObject([{ expiresAt: inHours(3) }, { expiresAt: inHours(3) }]);
    await revokePrincipal(here.vault, await asAdmin(), { principal });
    for (const key of [second, third]) await expect(knock(key)).rejects.toMatchObject(UNAUTHENTICATED);
  });

  test('an overlap of 0 ends every other key at once, and one key can be ended alone', async () => {
    const { principal, apiKey: first } = await add();
    const { apiKey: second } = await rotate(principal);
    const { apiKey: third, ending } = await rotate(principal, { overlapSeconds: 0 });
    expect(ending).toHaveLength(2);
    for (const key of [first, second]) await expect(knock(key)).rejects.toMatchObject(UNAUTHENTICATED);
    const { apiKey: fourth } = await rotate(principal);
    const admin = await asAdmin();
    const ended = await endApiKey(here.vault, admin, { principal, key: idOf(third) });
    await expect(knock(third)).rejects.toMatchObject(UNAUTHENTICATED);
    await knock(fourth);
    here.advance(10);
    expect(await endApiKey(here.vault, admin, { principal, key: idOf(third) })).toEqual(ended);
    expect((await kept()).filter(({ target }) => target.startsWith(idOf(third)))).toHaveLength(2);
    const own = endApiKey(here.vault, admin, { principal: admin.principal, key: admin.apiKey });
    await expect(own).rejects.toMatchObject({ code: 'own_principal' });
  });

  test('an administrator rotates its own key, to none that lasts longer', async () => {
    const { principal, apiKey } = await add({ role: 'admin', purposes: [], expiresAt: inHours(5) });
    const own = await knock(apiKey);
    for (const expiresAt of [null, inHours(6)]) {
      const longer = rotateApiKey(here.vault, own, { principal, overlapSeconds: 0, expiresAt });
      await expect(longer).rejects.toMatchObject({ code: 'own_principal' });
    }
    const made = await rotateApiKey(here.vault, own, { principal, overlapSeconds: 0 });
    expect((await knock(made.apiKey)).keyEndsAt?.toISOString()).toBe(inHours(5));
    await expect(knock(apiKey)).rejects.toMatchObject(UNAUTHENTICATED);
  });

  test('of two rotations at once one is second and refused; of two changes neither is half of the other', async () => {
    const { principal, apiKey } = await add();
    const both = await Promise.allSettled([rotate(principal), rotate(principal)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect((both.find(({ status }) => status === 'rejected') as PromiseRejectedResult).reason.code).toBe(
      'rolling_over',
    );
    expect((await listed(principal))?.keys).toHaveLength(2);
    await Promise.all([
      change(principal, { purposes: ['billing', 'support'], expiresAt: inHours(9) }),
      change(principal, { purposes: ['fraud'], expiresAt: inHours(8) }),
    ]);
    const caller = await knock(apiKey);
    const last = { billing: inHours(9), fraud: inHours(8) }[caller.purposes[0] as 'billing' | 'fraud'];
    expect((await listed(principal))?.expiresAt).toBe(last);
  });

  test('the same call under its idempotency key shows the same key again, which no store has', async () => {
    const { principal } = await add();
    const admin = { ...(await asAdmin()), idempotencyKey: 'rotate-once' };
    const once = await rotateApiKey(here.vault, admin, { principal, overlapSeconds: 60 });
    expect(await rotateApiKey(here.vault, admin, { principal, overlapSeconds: 60 })).toEqual(once);
    await knock(once.apiKey);
    const other = rotateApiKey(here.vault, admin, { principal, overlapSeconds: 0 });
    await expect(other).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    const [row] = await tell(
      here.home.recordStoreUrl,
      `SELECT * FROM idempotency_keys WHERE action = 'rotate_api_key'`,
    );
    expect(JSON.stringify(row)).not.toContain(secretOf(once.apiKey));
  });

  test('what was edited in the database opens nothing, and no change makes it sound', async () => {
    const { principal, apiKey } = await add({ expiresAt: inHours(10) });
    await change(principal, { expiresAt: inHours(5) });
    const edit = (set: string, table = 'api_keys') =>
      tell(here.home.recordStoreUrl, `UPDATE ${table} SET ${set} WHERE principal = '${principal}'`);
    const late = here.now().getTime() + 90 * HOUR_MS;
    const [sound] = await tell<{ expires_at: string }>(
      here.home.recordStoreUrl,
      `SELECT expires_at FROM api_keys WHERE principal = '${principal}'`,
    );
    await edit(`expires_at = ${late}`);
    await expect(knock(apiKey)).rejects.toMatchObject({ code: 'integrity_failure' });
    for (const call of [change(principal, { expiresAt: inHours(4) }), rotate(principal)]) {
      await expect(call).rejects.toMatchObject({ code: 'integrity_failure' });
    }
    // Without its MAC, the end is taken for the one that the key was made with; it is not.
    await tell(here.home.recordStoreUrl, `UPDATE api_keys SET end_tag = NULL WHERE principal = '${principal}'`);
    await expect(knock(apiKey)).rejects.toMatchObject(UNAUTHENTICATED);
    expect(Number(sound?.expires_at)).toBe(Date.parse(inHours(5)));
    // limit: a row that is put back to an earlier state of its own, here to the end that the key was made with.
    await edit('expires_at = made_until');
    expect((await knock(apiKey)).keyEndsAt?.toISOString()).toBe(inHours(10));
    const other = await add();
    await tell(
      here.home.recordStoreUrl,
      `UPDATE principals SET purposes = '["fraud"]' WHERE principal = '${other.principal}'`,
    );
    await expect(change(other.principal, { purposes: ['fraud'] })).rejects.toMatchObject({ code: 'integrity_failure' });
    await expect(knock(other.apiKey)).rejects.toMatchObject({ code: 'integrity_failure' });
  });

  test('networks bind every key of a principal, from the next call on; the answer is that of an unknown key', async () => {
    const { principal, apiKey } = await add();
    const request = newId('request', here.vault.random, here.now());
    const from = (address: string | undefined, key = apiKey) =>
      authenticate(here.vault, key, request, undefined, { address });
    await from('203.0.113.7');
    const admin = await asAdmin();
    for (const network of ['10.0.0.1/8', '0.0.0.0/0', 'office', '010.0.0.1']) {
      const wrong = changePrincipal(here.vault, admin, { principal, networks: ['10.0.0.0/8', network] });
      await expect(wrong).rejects.toMatchObject({ kind: 'invalid', code: 'invalid_network', field: 'networks' });
    }
    const networks = ['10.0.0.0/8', '2001:db8::/32'];
    expect(await changePrincipal(here.vault, admin, { principal, networks })).toMatchObject({ networks });
    expect((await here.lastEntry())?.target).toBe(`${principal} networks_changed`);
    const noted = async () =>
      (await kept()).filter(({ kind, target }) => kind === 'networks' && target.includes(principal));
    expect(await noted()).toHaveLength(1);
    const { apiKey: second } = await rotate(principal);
    for (const key of [apiKey, second]) {
      for (const inside of ['10.1.2.3', '::ffff:10.1.2.3', '2001:db8::7']) await from(inside, key);
      for (const outside of ['203.0.113.7', '2001:db9::1', undefined]) {
        await expect(from(outside, key)).rejects.toEqual(new UnauthenticatedError());
        expect(await here.lastEntry()).toMatchObject({ principal, outcome: 'refused', code: 'outside_bounds' });
      }
    }
    // A command that has opened the vault itself comes over no network.
    expect(await getMe(here.vault, await knock(apiKey))).toMatchObject({ networks });
    // More places are noted nowhere.
    await changePrincipal(here.vault, admin, { principal, networks: [...networks, '203.0.113.7'] });
    await from('203.0.113.7');
    expect(await changePrincipal(here.vault, admin, { principal, networks: [] })).not.toHaveProperty('networks');
    await from('198.51.100.1');
    expect(await noted()).toHaveLength(1);
    const bound = { name: 'batch', role: 'app' as const, purposes: [], networks: ['192.0.2.1'], audience: 'crm' };
    const added = await addPrincipal(here.vault, admin, bound);
    await expect(from('192.0.2.2', added.apiKey)).rejects.toMatchObject(UNAUTHENTICATED);
    expect(await from('192.0.2.1', added.apiKey)).toMatchObject({ audience: 'crm' });
  });

  test('a key of which nobody says how long it works has the end that the vault is set to', async () => {
    const lasting = { ...here.vault, apiKeysLastMs: 10 * HOUR_MS };
    const body = { name: 'checkout', role: 'app' as const, purposes: [] };
    const endOf = async (expiresAt?: string | null) => {
      const { principal } = await addPrincipal(lasting, await asAdmin(), { ...body, expiresAt });
      return { principal, end: (await listed(principal))?.expiresAt };
    };
    expect((await endOf()).end).toBe(inHours(10));
    expect((await endOf(inHours(30))).end).toBe(inHours(30));
    const { principal, end } = await endOf(null);
    expect(end).toBeUndefined();
    // The one that takes over from a key without an end has one; from another it has that one's.
    for (const hours of [10, 10]) {
      const made = await rotateApiKey(lasting, await asAdmin(), { principal, overlapSeconds: 0 });
      expect(made.expiresAt).toBe(inHours(hours));
    }
  });

  test('every role is told what its key is, and a key tied to an audience, too', async () => {
    for (const role of ROLES.filter((one) => one !== 'receiver')) {
      const caller = await here.as(role);
      const { principal, tenant, purposes, apiKey: key } = caller;
      const name = `test-${role}`;
      expect(await getMe(here.vault, caller)).toEqual({ principal, name, role, tenant, purposes, key });
      expect(await here.lastEntry()).toMatchObject({ action: 'describe_caller', principal, outcome: 'done' });
    }
    const receiver = { name: 'crm', role: 'receiver' as const, purposes: ['billing'], audience: 'crm' };
    const { apiKey } = await addPrincipal(here.vault, await asAdmin(), receiver);
    expect(await getMe(here.vault, await knock(apiKey))).toMatchObject(receiver);
  });
});
