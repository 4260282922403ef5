/** Index keys: made at the first use of their name, the same for everyone who uses it. */
import { describe, expect, test } from 'vitest';
import { IntegrityError } from '../../src/errors.ts';
import type { TenantId } from '../../src/ids.ts';
import { stage, tell, withoutTable } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);
  let tenants = 0;
  const freshTenant = () => `ten_${tenants++}` as TenantId;

  test('processes that use a name for the first time at once make one key, and the same MACs', async () => {
    const tenant = freshTenant();
    const { home } = here;
    const nodes = [await home.open(), await home.open(), await home.open()];

    for (const name of ['email', '@token', 'card']) {
      const keys = await Promise.all(nodes.map((node) => node.keyring.indexes.current(tenant, name)));
      const macs = keys.map((key) => key.mac('label', 16, 'field').toString('hex'));
      expect(new Set(macs).size).toBe(1);
    }
    const stored = await tell(home.keyStoreUrl, `SELECT name FROM index_keys WHERE tenant = '${tenant}' ORDER BY name`);
    expect(stored.map((row) => row.name)).toEqual(['@token', 'card', 'email']);
  });

  test('another name or another tenant has another key', async () => {
    const tenant = freshTenant();
    const { indexes } = here.vault.keyring;
    const keys = [
      await indexes.current(tenant, 'email'),
      await indexes.current(tenant, 'card'),
      await indexes.current(freshTenant(), 'email'),
    ];

    expect(new Set(keys.map((key) => key.mac('label', 16, 'field').toString('hex'))).size).toBe(3);
  });

  test('a version that does not exist is an integrity failure, not a new key', async () => {
    const tenant = freshTenant();
    const { indexes } = here.vault.keyring;

    await expect(indexes.version(tenant, 'email', 2)).rejects.toBeInstanceOf(IntegrityError);
    expect((await indexes.version(tenant, 'email', 1)).version).toBe(1);
  });

  test('a key that could not be stored is not used, and the next use makes another', async () => {
    const tenant = freshTenant();
    const { home } = here;
    const { indexes } = (await home.open()).keyring;
    await withoutTable(home.keyStoreUrl, 'index_keys', () =>
      expect(indexes.current(tenant, 'email')).rejects.toMatchObject({ code: 'internal_error' }),
    );

    const key = await indexes.current(tenant, 'email');

    const again = (await home.open()).keyring.indexes;
    expect((await again.current(tenant, 'email')).mac('l', 16)).toEqual(key.mac('l', 16));
  });
});
