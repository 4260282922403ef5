/** Opening a vault: an empty home makes itself one; stores that do not belong together are refused and left alone. */
import { access, copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import pg from 'pg';
import { describe, expect, test, vi } from 'vitest';
import { closing } from '../../src/background/long-jobs.ts';
import { StartError } from '../../src/errors.ts';
import { closeEpoch } from '../../src/jobs/close-epoch.ts';
import { recover } from '../../src/operations/copies/recover.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { openStore } from '../../src/storage/opening/open-store.ts';
import { initialise } from '../../src/vault/initialise.ts';
import { openVault } from '../../src/vault/open-vault.ts';
import { contextOf, vaultIdOf } from '../support/epochs.ts';
import { appOf, callerOf, freshHome, type Home, rowsOf, tell, tellAll, withParts } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { together } from '../support/together.ts';
import { tokenize } from '../support/tokenize.ts';

const stateOf = async (home: Home) => {
  const { nodes = [], ...keys } = await rowsOf(home.keyStoreUrl);
  // A process that is open says so.
  return [await rowsOf(home.recordStoreUrl), { ...keys, nodes: nodes.filter((row) => !row.includes('prc_')) }] as const;
};

/** The stores that are there at all. */
const filesOf = async (home: Home) => {
  const urls = [home.recordStoreUrl, home.keyStoreUrl];
  const there = await Promise.all(
    urls.map(async (url) =>
      url.startsWith('sqlite:')
        ? access(url.slice('sqlite:'.length)).then(
            () => true,
            () => false,
          )
        : Object.keys(await rowsOf(url)).length > 0,
    ),
  );
  return urls.filter((_, i) => there[i]);
};

describe.each(ENGINES)('on %s', (engine) => {
  test('an empty home makes itself a vault with one tenant and one administrator, whose key works; a second start makes nothing', async () => {
    const home = await freshHome(engine);
    const first = await home.open();
    expect(first.firstKeyPath).toBe(`${home.folder}/keys/admin.key`);
    expect(await callerOf(first, await home.adminKey())).toMatchObject({ role: 'admin', purposes: [] });
    const counts = async () => [
      (await tell(home.recordStoreUrl, 'SELECT name FROM tenants')).map(({ name }) => name),
      (await tell(home.recordStoreUrl, 'SELECT name FROM principals')).map(({ name }) => name),
      (await tell(home.recordStoreUrl, 'SELECT action FROM audit_entries')).map(({ action }) => action),
    ];
    expect(await counts()).toEqual([['default'], ['first-admin'], ['add_principal']]);
    await first.close();
    const before = await stateOf(home);

    const second = await home.open();

    expect(second.firstKeyPath).toBeUndefined();
    expect(await stateOf(home)).toEqual(before);

    // A start that had looked before the first one was through leaves the tenant and the key to whoever made them.
    const [{ recordStore }, key] = [second, await home.adminKey()];
    const find = (async (_: unknown, keys: readonly unknown[]) => keys.map(() => [])) as typeof recordStore.reader.find;
    const stale = withParts(recordStore, { reader: withParts(recordStore.reader, { find, query: async () => [] }) });
    expect(
      await initialise({ ...second, recordStore: stale }, home.config.keysPath, { mayMake: true, isBegun: true }),
    ).toBeUndefined();
    expect(await home.adminKey()).toBe(key);
    expect((await stateOf(home))[0]).toEqual(before[0]);
  });

  test('a start makes few connections, of which each costs a process of the server', async () => {
    const home = await freshHome(engine);
    await (await home.open()).close();
    const connect = vi.spyOn(pg.Client.prototype, 'connect');
    const vault = await home.open();
    // To each store one for the look at it, and one for its reads and its transactions each.
    expect(connect).toHaveBeenCalledTimes(engine === 'sqlite' ? 0 : 6);
    await vault.close();
  });

  test('processes that open one empty home at the same time make one vault of it', async () => {
    const home = await freshHome(engine);
    // Migrated before, so that nothing but the vault itself keeps them apart.
    await (await openStore('records', home.recordStoreUrl)).close();
    await (await openStore('keys', home.keyStoreUrl)).close();

    await together(new URL('open-once.ts', import.meta.url), [JSON.stringify(home.config)], 2);

    const vault = await home.open();
    expect(vault.firstKeyPath).toBeUndefined();
    expect(await tell(home.recordStoreUrl, 'SELECT name FROM tenants')).toEqual([{ name: 'default' }]);
    const app = await appOf(vault, home);
    const { results } = await tokenize(vault, app, { items: [{ type: 'email', value: 'ada@example.com' }] });
    expect(await home.reveal(vault, results[0]?.token ?? '')).toBe('ada@example.com');
  });

  test('a record store that has lost its first tenant is refused, not made into a new vault, and no key is overwritten', async () => {
    const home = await freshHome(engine);
    await (await home.open()).close();
    const key = await home.adminKey();
    await tellAll(home.recordStoreUrl, ["UPDATE tenants SET name = 'lost'"]);
    const before = await stateOf(home);

    await expect(home.open()).rejects.toThrow(/has lost its first tenant/);

    expect([await home.adminKey(), await stateOf(home)]).toEqual([key, before]);
  });

  test('a key store that has lost its epochs is refused before one is made in their place, with or without a close', async () => {
    const home = await freshHome(engine);
    const vault = await home.open();
    await vault.close();
    const [epochs] = await tell<{ epoch: number }>(home.keyStoreUrl, 'SELECT * FROM epochs');
    expect(epochs).toBeDefined();
    await tellAll(home.keyStoreUrl, ['CREATE TABLE old_epochs AS SELECT * FROM epochs', 'DELETE FROM epochs']);
    const refused = async () => {
      await expect(home.open()).rejects.toThrow(/has lost its epochs.*restore DIR --store keys/);
      expect(await tell(home.keyStoreUrl, 'SELECT * FROM epochs')).toEqual([]);
    };
    await refused();
    await tellAll(home.keyStoreUrl, ['INSERT INTO epochs SELECT * FROM old_epochs', 'DROP TABLE old_epochs']);
    const again = await home.open();
    await closeEpoch(closing(again))(contextOf());
    await again.close();
    await tellAll(home.keyStoreUrl, ['DELETE FROM epochs']);
    await refused();
  });

  test('a record store without the tombstones of a completed erasure is damaged, not newer than the key store', async () => {
    const home = await freshHome(engine);
    const vault = await home.open();
    const app = await appOf(vault, home);
    const [ada] = (await tokenize(vault, app, { items: [{ type: 'text', value: 'x', subject: 'ada' }] })).results;
    expect(ada).toBeDefined();
    await erase(vault, app, { ref: 'ada' });
    await vault.close();
    await tellAll(home.recordStoreUrl, ['DELETE FROM tombstones']);
    await expect(home.open()).rejects.toThrow(/record store has lost tombstones/);
  });

  test('the stores of two vaults, an empty key store beside a full record store, are refused and left as they are', async () => {
    const [one, two] = [await freshHome(engine, 'none'), await freshHome(engine, 'none')];
    await (await one.open()).close();
    const refusal = async () => {
      const mixed = openVault({ ...one.config, keyStoreUrl: two.keyStoreUrl });
      const error: unknown = await mixed.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(StartError);
      return (error as StartError).message;
    };
    const before = await stateOf(one);
    expect(await refusal()).toMatch(/key store is empty/);
    expect(await filesOf(two)).toEqual([]);
    expect(await stateOf(one)).toEqual(before);

    await (await two.open()).close();
    const theirs = await stateOf(two);
    expect(await refusal()).toMatch(/two different vaults/);
    expect([await stateOf(one), await stateOf(two)]).toEqual([before, theirs]);
  });

  test('a key store that was put back to before an erasure is refused, until recover has erased again', async () => {
    const home = await freshHome(engine);
    const vault = await home.open();
    const app = await appOf(vault, home);
    const items = ['ada', 'bob'].map((who) => ({ type: 'email', value: `${who}@example.com`, subject: who }));
    const [ada, bob] = (await tokenize(vault, app, { items })).results;
    const tables = ['record_keys', 'blind_indexes', 'subject_refs', 'tombstones', 'buckets'];
    const all = (statement: string) => tables.map((table) => statement.replaceAll('#', table));
    await tellAll(home.keyStoreUrl, all('CREATE TABLE old_# AS SELECT * FROM #'));
    await erase(vault, app, { ref: 'ada' });
    await vault.close();
    await tellAll(home.keyStoreUrl, [...all('DELETE FROM #'), ...all('INSERT INTO # SELECT * FROM old_#')]);
    const before = await stateOf(home);

    await expect(home.open()).rejects.toThrow(/older than the record store/);
    expect(await stateOf(home)).toEqual(before);

    const recovering = await openVault(home.config, { recovering: true });
    const admin = await callerOf(recovering, await home.adminKey());
    expect(await recover(recovering, admin)).toMatchObject({ erasures: 1 });
    await recovering.close();
    const again = await home.open();
    expect(await home.reveal(again, ada?.token ?? '')).toBe('record_erased');
    expect(await home.reveal(again, bob?.token ?? '')).toBe('bob@example.com');
    expect(await tell(home.keyStoreUrl, `SELECT * FROM record_keys WHERE record = '${ada?.record}'`)).toEqual([]);
  });
});

test('a start that was interrupted before the administrator was stored writes a new key that works', async () => {
  const home = await freshHome('sqlite');
  const vault = await home.open();
  await vault.close();
  await tellAll(home.recordStoreUrl, [
    'PRAGMA foreign_keys = OFF',
    'DELETE FROM api_keys',
    'DELETE FROM principals',
    'DELETE FROM tenants',
  ]);
  await expect(home.open()).rejects.toThrow(/has lost its first tenant/);
  await writeFile(`${home.folder}/keys/vault.id`, `${vaultIdOf(home.folder)} begun\n`);
  await expect(openVault(home.config)).rejects.toThrow(/not finished/);
  const stale = await home.adminKey();

  const again = await home.open();

  expect(again.firstKeyPath).toBe(`${home.folder}/keys/admin.key`);
  await expect(callerOf(again, stale)).rejects.toMatchObject({ code: 'unauthenticated' });
  await expect(callerOf(again, await home.adminKey())).resolves.toMatchObject({ role: 'admin' });
});

test('a vault that could not be opened leaves no store open: its files can be moved, and it opens when put right', async () => {
  const home = await freshHome('sqlite');
  await (await home.open()).close();
  const rootKey = `${home.folder}/keys/root.key`;
  await copyFile(rootKey, `${rootKey}.kept`);
  await writeFile(rootKey, `${'00'.repeat(32)}\n`);
  await expect(home.open()).rejects.toBeInstanceOf(StartError);
  const path = home.recordStoreUrl.slice('sqlite:'.length);
  await expect(readFile(`${path}-wal`)).rejects.toMatchObject({ code: 'ENOENT' });

  await copyFile(`${rootKey}.kept`, rootKey);
  await rm(`${rootKey}.kept`);
  await expect(home.open()).resolves.toBeDefined();
});
