/** The inventory: every key there is, in the states of NIST SP 800-57, with the numbers of one tenant and no other's. */
import { describe, expect, test } from 'vitest';
import { reseal } from '../../src/jobs/reseal-compromised.ts';
import { COUNTED } from '../../src/keyring/inventory.ts';
import type { KeyEntry } from '../../src/keyring/schema.ts';
import { addTenant } from '../../src/operations/access/add-tenant.ts';
import { listKeys } from '../../src/operations/keys/list-keys.ts';
import { close, contextOf } from '../support/epochs.ts';
import { appOf, callerOf, freshHome, type Home, tell } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';
import { NOW } from '../support/vault.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const at = (ms: number) => new Date(ms).toISOString();

async function world(home: Home) {
  let time = NOW.getTime();
  const vault = await home.open({ clock: () => new Date(time) });
  const app = await appOf(vault, home);
  const items = Array.from({ length: 3 }, (_, i) => ({ type: 'email', value: `e${i}@example.com` }));
  const { results } = await tokenize(vault, app, { items });
  const security = await appOf(vault, home, 'security');
  const list = async (kind?: string) => {
    const { keys } = await listKeys(vault, security);
    return kind === undefined ? keys : keys.filter((key) => key.kind === kind);
  };
  const advance = (ms: number) => {
    time += ms;
  };
  return { vault, app, security, results, list, advance, now: () => time };
}

describe.each(ENGINES)('on %s', (engine) => {
  /** In SQL: bytes that no id has. */
  const bytes = (text: string) => (engine === 'sqlite' ? `CAST(${text} AS BLOB)` : `convert_to(${text}, 'UTF8')`);
  test('a new vault has one key of each kind that it uses, all active, from the root to the leaves', async () => {
    const { list } = await world(await freshHome(engine));

    const keys = await list();

    const told = keys.map(({ kind, name, state, count }) => [kind, name, state, count]);
    expect(told.filter(([kind]) => kind !== 'mac_key')).toEqual([
      ['root_key', 'file', 'active', 1],
      ['epoch_secret', undefined, 'active', 1],
      ['epoch_key', undefined, 'active', 1],
      ['bucket_key', undefined, 'active', 1],
      ['record_key', undefined, 'active', 3],
      ['index_key', 'email', 'active', 1],
      ['index_key', 'email.domain', 'active', 1],
    ]);
    const macs = keys.filter(({ kind }) => kind === 'mac_key');
    expect(macs.map(({ name }) => name)).toEqual(expect.arrayContaining(['@principal', '@token']));
    expect(macs.every(({ name, version, epoch }) => name?.startsWith('@') && version === 1 && epoch === 1)).toBe(true);
    expect(keys.filter(({ protects }) => protects === '')).toEqual([]);
  });

  test('of an epoch it says which slots were given the secret, and which destroyed it, and when', async () => {
    const { vault, list, advance, now } = await world(await freshHome(engine));
    const began = now();
    advance(DAY_MS);
    await close(vault);

    const [current, ended] = (await list('epoch_secret')) as [KeyEntry, KeyEntry];

    expect(current).toMatchObject({ epoch: 2, state: 'active', activatedAt: at(now()) });
    expect(current.slots).toEqual([{ slot: 'file', storedAt: at(now()) }]);
    const ends = { deactivatedAt: at(now()), destroyedAt: at(now()) };
    expect(ended).toMatchObject({ epoch: 1, state: 'destroyed', createdAt: at(began), ...ends });
    expect(ended.slots?.map(({ slot, destroyedAt }) => [slot, destroyedAt])).toEqual([['file', at(now())]]);
    expect((await list('epoch_key')).map(({ epoch, state }) => [epoch, state])).toEqual([
      [2, 'active'],
      [1, 'destroyed'],
    ]);
    expect((await list('bucket_key')).map(({ epoch }) => epoch)).toEqual([2]);
  });

  test('what is due is said a cryptoperiod after its beginning, and that it is overdue after that', async () => {
    const { list, advance, now } = await world(await freshHome(engine));
    const began = now();

    for (const [kind, days] of [
      ['epoch_secret', 1],
      ['index_key', 365],
      ['mac_key', 730],
    ] as const) {
      const [key] = await list(kind);
      expect([kind, key?.dueAt, key?.overdue]).toEqual([kind, at(began + days * DAY_MS), false]);
      expect(key?.cryptoperiodSeconds).toBe((days * DAY_MS) / 1000);
      expect(key?.cryptoperiodSource).toMatch(/NIST SP 800-57 part 1 rev\. 5, 5\.3\.6, table 1/);
    }
    advance(DAY_MS);
    expect((await list('epoch_secret')).map(({ overdue }) => overdue)).toEqual([true]);
    expect((await list('index_key')).map(({ overdue }) => overdue)).toEqual([false, false]);
    expect((await list('record_key')).map(({ dueAt }) => dueAt)).toEqual([undefined]);
  });

  test('a compromised epoch shows in all that was wrapped under it, until that is replaced', async () => {
    const home = await freshHome(engine);
    const { vault, app, list, advance, now } = await world(home);
    await close(vault);
    advance(DAY_MS);
    const states = async (kind: string) =>
      (await list(kind)).map(({ state, count, compromisedAt }) => [state, count, compromisedAt]);
    const context = contextOf({ tenant: app.tenant, orderedBy: app.principal, params: { epoch: 1 } });
    const stopped = { ...context, progress: async (step: string) => stop(step === 'resealing') };
    await expect(reseal(vault)(stopped)).rejects.toThrow('stopped');

    expect(await states('record_key')).toEqual([
      ['active', 0, undefined],
      ['compromised', 3, at(now())],
    ]);
    expect(await states('bucket_key')).toEqual([['compromised', 1, at(now())]]);
    expect(await states('index_key')).toEqual([
      ['compromised', 1, at(now())],
      ['compromised', 1, at(now())],
    ]);
    expect((await list('epoch_secret')).map(({ state, compromisedAt }) => [state, compromisedAt])).toEqual([
      ['active', undefined],
      ['destroyed', at(now())],
    ]);
    await reseal(vault)(context);
    expect(await states('record_key')).toEqual([['active', 3, undefined]]);
  });

  test('numbers are one tenant’s own, whatever the others have', async () => {
    const home = await freshHome(engine);
    const { vault, list } = await world(home);
    const before = await list();
    const wide = ['root_key', 'epoch_secret', 'epoch_key', 'signing_key'];
    const [{ tenant: mine } = { tenant: '' }] = await tell<{ tenant: string }>(
      home.recordStoreUrl,
      'SELECT tenant FROM tenants',
    );
    const copy = (table: string, columns: string) =>
      tell(
        home.keyStoreUrl,
        `INSERT INTO ${table} (tenant, ${columns}) SELECT 'ten_other', ${columns} FROM ${table} WHERE tenant = '${mine}'`,
      );
    await copy('buckets', 'bucket, generation, epoch, wrapped, created_at');
    await copy('record_keys', 'record, generation, bucket, bucket_generation, wrapped');
    await copy('index_keys', 'name, version, epoch, wrapped, created_at');

    expect(await list()).toEqual(before);
    const other = await appOf(vault, home, 'auditor');
    const { tenant: none } = await addTenant(vault, await callerOf(vault, await home.adminKey()), { name: 'none' });
    await tell(home.keyStoreUrl, `DELETE FROM index_keys WHERE tenant = '${none}'`);
    const { keys } = await listKeys(vault, { ...other, tenant: none as never });
    expect(keys.filter(({ kind }) => !wide.includes(kind)).map(({ kind, count }) => [kind, count])).toEqual([
      ['record_key', 0],
    ]);
  });

  test('counting ends at a number that any vault is counted to at once, and says so', async () => {
    const home = await freshHome(engine);
    const { app, list } = await world(home);
    const series =
      engine === 'sqlite'
        ? `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${COUNTED})`
        : `WITH n(i) AS (SELECT generate_series(1, ${COUNTED}))`;
    await tell(
      home.keyStoreUrl,
      `${series} INSERT INTO record_keys (tenant, record, generation, bucket, bucket_generation, wrapped)
         SELECT tenant, ${bytes("'rec_' || i")}, generation, bucket, bucket_generation, wrapped
         FROM n, (SELECT * FROM record_keys WHERE tenant = '${app.tenant}' LIMIT 1) k`,
    );

    const [keys] = await list('record_key');

    expect([keys?.count, keys?.atLeast]).toEqual([COUNTED, true]);
  });

  test('security and auditors may ask, nobody else; no key is in the answer', async () => {
    const home = await freshHome(engine);
    const { vault, app, list } = await world(home);

    for (const role of ['app', 'support', 'admin'] as const) {
      const refused = listKeys(vault, await appOf(vault, home, role));
      await expect(refused).rejects.toMatchObject({ code: 'not_allowed' });
    }
    await listKeys(vault, await appOf(vault, home, 'auditor'));

    const text = JSON.stringify(await list());
    const wrapped = await tell<{ wrapped: Buffer }>(
      home.keyStoreUrl,
      'SELECT wrapped FROM buckets UNION ALL SELECT wrapped FROM index_keys',
    );
    for (const row of wrapped) {
      for (const encoding of ['hex', 'base64', 'base64url'] as const) {
        expect(text).not.toContain(row.wrapped.toString(encoding).slice(0, 40));
      }
    }
    expect(text).not.toContain(app.tenant);
  });
});

function stop(really: boolean): void {
  if (really) throw new Error('stopped');
}
