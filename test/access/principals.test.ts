/** Recognising who calls: by what the caller holds and by rows that nobody has edited. */
import { describe, expect, test } from 'vitest';
import { newApiKey } from '../../src/access/api-key.ts';
import type { Role } from '../../src/access/roles.ts';
import { authenticate } from '../../src/calls/authenticate.ts';
import { type ApiKeyId, newId } from '../../src/ids.ts';
import { addPrincipal } from '../../src/operations/access/add-principal.ts';
import { revokePrincipal } from '../../src/operations/access/revoke-principal.ts';
import { stage, tell, tellAll } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);
  const add = async (more: { role?: Role; purposes?: string[]; expiresAt?: string } = {}) => {
    const body = { name: 'checkout', role: 'app' as const, purposes: ['billing'], ...more };
    return addPrincipal(here.vault, await here.as('admin'), body);
  };
  const request = () => newId('request', here.vault.random, here.now());
  const knock = (apiKey: string) => authenticate(here.vault, apiKey, request());
  const idOf = (apiKey: string) => `key_${apiKey.split('_')[1]}`;
  /** The alarms raised while `work` runs. */
  const alarms = async (work: () => Promise<unknown>) => {
    let raised = 0;
    const count = () => {
      raised += 1;
    };
    here.vault.signals.on('integrityFailure', count);
    await work();
    here.vault.signals.off('integrityFailure', count);
    return raised;
  };
  const edit = (statement: string) => tell(here.home.recordStoreUrl, statement);

  test('a valid key is recognised as its principal, with the role and the purposes it was given', async () => {
    const { principal, apiKey } = await add({ role: 'support', purposes: ['support', 'billing'] });

    const caller = await knock(apiKey);

    const admin = await here.as('admin');
    expect(caller).toMatchObject({
      principal,
      tenant: admin.tenant,
      role: 'support',
      purposes: ['support', 'billing'],
    });
    expect(caller.apiKey).toBe(idOf(apiKey));
  });

  test('a text that is no key, a key nobody made, and one with another secret are refused alike, and audited to nobody', async () => {
    const { apiKey } = await add();
    const before = (await here.entries()).length;
    const stranger = newApiKey(newId('apiKey', here.vault.random, here.now()), here.vault.random).text;
    const guessed = newApiKey(idOf(apiKey) as ApiKeyId, here.vault.random).text;
    const said = new Set<string>();

    for (const text of ['', 'nonsense', stranger, guessed, `${apiKey.slice(0, -1)}x`]) {
      const error: unknown = await knock(text).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ kind: 'unauthenticated', code: 'unauthenticated' });
      said.add(JSON.stringify([(error as Error).message, error]));
    }

    expect(said.size).toBe(1);
    expect((await here.entries()).length).toBe(before);
    expect(await alarms(() => knock(guessed).catch(() => {}))).toBe(0);
  });

  test('a key works until the instant at which it expires, and not at it; the attempt is audited', async () => {
    const expiresAt = new Date(here.now().getTime() + 60_000).toISOString();
    const { principal, apiKey } = await add({ expiresAt });
    here.advance(59_999);
    await expect(knock(apiKey)).resolves.toMatchObject({ principal });

    here.advance(1);

    await expect(knock(apiKey)).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(await here.lastEntry()).toMatchObject({ action: 'authenticate', outcome: 'refused', principal });
  });

  test('a revoked key fails from the very next call; the attempt is audited under its principal', async () => {
    const { principal, apiKey } = await add();
    await knock(apiKey);
    await revokePrincipal(here.vault, await here.as('admin'), { principal });

    await expect(knock(apiKey)).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(await here.lastEntry()).toMatchObject({
      action: 'authenticate',
      outcome: 'refused',
      code: 'unauthenticated',
      principal,
    });
  });

  test.each<[what: string, change: string]>([
    ['its role', "role = 'admin'"],
    ['its purposes', `purposes = '["billing","marketing"]'`],
    ['its name', "name = 'somebody'"],
    ['its date', 'created_at = created_at + 1'],
    ['its networks', `bounds = '{"networks":["10.0.0.0/8"]}'`],
    ['its tag', 'tag = secret'],
  ])(
    'a principal whose row was edited (%s) is an integrity failure and an alarm, not a promotion',
    async (what, change) => {
      const { principal, apiKey } = await add({ role: 'support' });
      const { principal: other } = await add({ role: 'admin' });
      const tag = `(SELECT tag FROM principals p WHERE p.principal = '${other}')`;
      await edit(
        `UPDATE principals SET ${what === 'its tag' ? `tag = ${tag}` : change} WHERE principal = '${principal}'`,
      );

      const raised = await alarms(() => expect(knock(apiKey)).rejects.toMatchObject({ code: 'integrity_failure' }));

      expect(raised).toBe(1);
      expect(await here.lastEntry()).toMatchObject({ outcome: 'failed', code: 'integrity_failure', principal });
    },
  );

  test('a principal given the whole row of another, or whose row is gone, is an integrity failure', async () => {
    const [weak, strong] = [await add({ role: 'support' }), await add({ role: 'app' })];
    await edit(
      `UPDATE principals SET role = 'app', tag = (SELECT tag FROM principals p WHERE p.principal = '${strong.principal}')
        WHERE principal = '${weak.principal}'`,
    );
    await expect(knock(weak.apiKey)).rejects.toMatchObject({ code: 'integrity_failure' });

    const orphan = await add();
    const detached = engine === 'sqlite' ? 'PRAGMA foreign_keys = OFF' : 'SET session_replication_role = replica';
    await tellAll(here.home.recordStoreUrl, [
      detached,
      `DELETE FROM principals WHERE principal = '${orphan.principal}'`,
    ]);
    await expect(knock(orphan.apiKey)).rejects.toMatchObject({ code: 'integrity_failure' });
  });

  test.each<[what: string, change: (other: string) => string]>([
    ['expires later', () => 'expires_at = expires_at + 3600000'],
    ['never expires', () => 'expires_at = NULL'],
    ['belongs to another principal', (other) => `principal = '${other}'`],
    [
      'has another secret’s MAC',
      (other) => `secret_mac = (SELECT secret_mac FROM api_keys k WHERE k.principal = '${other}')`,
    ],
  ])('an API key whose row says that it %s is refused', async (_, change) => {
    const expiresAt = new Date(here.now().getTime() + 60_000).toISOString();
    const { apiKey } = await add({ expiresAt });
    const { principal: other } = await add({ role: 'app' });
    await expect(knock(apiKey)).resolves.toBeDefined();

    await edit(`UPDATE api_keys SET ${change(other)} WHERE api_key = '${idOf(apiKey)}'`);

    await expect(knock(apiKey)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  test('an API key moved to another tenant opens nothing there', async () => {
    const { apiKey } = await add();
    const stranger = await here.inTenant('access-other', 'app');
    await edit(
      `UPDATE api_keys SET tenant = '${stranger.tenant}', principal = '${stranger.principal}' WHERE api_key = '${idOf(apiKey)}'`,
    );

    await expect(knock(apiKey)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  test('an API key whose MAC is said to be of a version that never was is refused', async () => {
    const { apiKey } = await add();
    await edit(`UPDATE api_keys SET mac_version = 2 WHERE api_key = '${idOf(apiKey)}'`);

    const raised = await alarms(() => expect(knock(apiKey)).rejects.toMatchObject({ code: 'integrity_failure' }));
    expect(raised).toBe(1);
  });

  test('of an API key the store keeps nothing by which it could be used', async () => {
    const { apiKey } = await add();
    const secret = apiKey.slice(33, 33 + 43);
    const [row] = await tell(here.home.recordStoreUrl, `SELECT * FROM api_keys WHERE api_key = '${idOf(apiKey)}'`);

    expect(JSON.stringify(row)).not.toContain(secret);
    expect(Object.values(row ?? {})).not.toContainEqual(Buffer.from(secret, 'base64url'));
  });
});
