/** A home and its vault: made once, by who may, where nothing of a vault is; and bound to it from the first moment. */
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { pooledRandom } from '../../src/crypto/random.ts';
import { AddSlotBody } from '../../src/keyring/schema.ts';
import { addSlot } from '../../src/operations/keys/add-slot.ts';
import { openVault } from '../../src/vault/open-vault.ts';
import type { VaultConfig } from '../../src/vault/vault.ts';
import { close, fileSlot, rootKeyOf, vaultIdOf } from '../support/epochs.ts';
import { appOf, everyByte, freshHome, type Home, rowsOf, tell, tellAll } from '../support/home.ts';
import { bareStores, ENGINES } from '../support/stores.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { tokenize } from '../support/tokenize.ts';
import { NOW, QUICK_PASSWORDS } from '../support/vault.ts';

const OPTIONS = { clock: () => NOW, passwords: QUICK_PASSWORDS };

/** A second vault's settings: stores of its own, and the key material of this home. */
async function besides(home: Home, engine: 'sqlite' | 'postgres'): Promise<VaultConfig> {
  const { drop, ...urls } = await bareStores(engine);
  onTestFinished(drop);
  return { ...home.config, ...urls };
}

/** Every byte of the home, and every row of its stores as far as they are there. */
async function stateOf(home: Home) {
  const rows = [home.recordStoreUrl, home.keyStoreUrl].map((url) => rowsOf(url).catch(() => 'none'));
  return [await everyByte(home), ...(await Promise.all(rows))];
}

test('where the server takes no writes, as a standby does, nothing of a vault is begun', async () => {
  const home = await freshHome('postgres', 'none');
  const name = new URL(home.keyStoreUrl).pathname.slice(1);
  await tell(home.keyStoreUrl, `ALTER DATABASE "${name}" SET default_transaction_read_only = on`);
  await expect(openVault(home.config, { ...OPTIONS, mayMake: true })).rejects.toThrow();
  expect(await readdir(`${home.folder}/keys`).catch(() => [])).toEqual([]);
  await tellAll(home.keyStoreUrl, ['SET default_transaction_read_only = off', `ALTER DATABASE "${name}" RESET ALL`]);
  await (await openVault(home.config, { ...OPTIONS, mayMake: true })).close();
  expect(await readdir(`${home.folder}/keys`)).toContain('vault.id');
});

describe.each(ENGINES)('on %s', (engine) => {
  test('a making that breaks off anywhere is gone on with, by who may make a vault and nobody else, and is one vault', async () => {
    const home = await freshHome(engine, 'none');
    const [ids, roots] = [new Set<string>(), new Set<string>()];
    let refused = 0;
    for (let draws = 0; ; draws += 1) {
      let left = draws;
      const source = pooledRandom();
      const random = (sizeBytes: number) => {
        if (left === 0) throw new Error('The power is cut.');
        left -= 1;
        return source(sizeBytes);
      };
      const opened = await openVault(home.config, { ...OPTIONS, random, mayMake: true }).catch(() => undefined);
      const begun = await readFile(`${home.folder}/keys/vault.id`, 'ascii').catch(() => undefined);
      if (begun !== undefined) ids.add(vaultIdOf(home.folder));
      const root = await readFile(`${home.folder}/keys/root.key`, 'ascii').catch(() => undefined);
      if (root !== undefined) roots.add(root);
      if (opened !== undefined) {
        await opened.close();
        break;
      }
      const before = await stateOf(home);
      await expect(openVault(home.config, OPTIONS)).rejects.toThrow(/no vault here yet|is not finished/);
      expect(await stateOf(home)).toEqual(before);
      refused += 1;
    }
    // The id, the root key, the epoch, the administrator and what lies between.
    expect(refused).toBeGreaterThan(5);
    expect([ids.size, roots.size]).toEqual([1, 1]);
    expect(await readFile(`${home.folder}/keys/vault.id`, 'ascii')).toBe(`${[...ids][0]}\n`);
    const vault = await openVault(home.config, OPTIONS);
    onTestFinished(() => vault.close());
    const app = await appOf(vault, home);
    const { results } = await tokenize(vault, app, { items: [{ type: 'email', value: 'ada@example.com' }] });
    expect(await home.reveal(vault, results[0]?.token ?? '')).toBe('ada@example.com');
    expect(await tell(home.recordStoreUrl, 'SELECT name FROM tenants')).toEqual([{ name: 'default' }]);
  }, 60_000);

  test('beside the epochs and keys of a vault no second one is made, whatever its home has lost, and the first lives on', async () => {
    const home = await freshHome(engine, 'none');
    await (await home.open()).close();
    const second = await besides(home, engine);
    const lost = ['vault.id', 'epochs/vault.id', 'admin.key', 'root.key'];
    await mkdir(`${home.folder}/away/epochs`, { recursive: true });
    for (const name of lost) {
      const before = await everyByte(home);
      await expect(openVault(second, { ...OPTIONS, mayMake: true })).rejects.toMatchObject({ code: 'cannot_start' });
      expect(await everyByte(home)).toEqual(before);
      for (const url of [second.recordStoreUrl, second.keyStoreUrl]) {
        if (engine === 'postgres') expect(await rowsOf(url)).toEqual({});
        else await expect(stat(dirname(url.slice('sqlite:'.length)))).rejects.toMatchObject({ code: 'ENOENT' });
      }
      await rename(`${home.folder}/keys/${name}`, `${home.folder}/away/${name}`);
    }
    for (const name of lost) await rename(`${home.folder}/away/${name}`, `${home.folder}/keys/${name}`);
    await expect(home.open()).resolves.toBeDefined();
  });

  test('two vaults that came to one folder and one root key before destroy nothing of each other’s: one is refused', async () => {
    const home = await freshHome(engine, 'none');
    const vault = await home.open();
    for (let closes = 0; closes < 2; closes += 1) await close(vault);
    await vault.close();
    // As an earlier release made it: a vault of its own beside epoch 3, with an epoch 1 of its own.
    const elsewhere = await temporaryFolder();
    onTestFinished(elsewhere.remove);
    const second = await besides(home, engine);
    const apart = { ...second, keysPath: `${elsewhere.path}/keys` };
    await (await openVault(apart, { ...OPTIONS, mayMake: true })).close();
    const [mine, theirs] = [`${home.folder}/keys/epochs`, `${elsewhere.path}/keys/epochs`];
    await rename(join(theirs, 'epoch-000001.key'), join(mine, 'epoch-000001.key'));
    await rm(`${home.folder}/keys/vault.id`);
    await rm(join(mine, 'vault.id'));
    const again = await home.open();
    expect((await readdir(mine)).sort()).toEqual(['epoch-000001.key', 'epoch-000003.key', 'vault.id']);

    await expect(openVault(second, { ...OPTIONS, mayMake: true })).rejects.toThrow(/home of the vault/);
    await expect(close(again)).resolves.toMatchObject({ epoch: 3 });

    expect((await readdir(mine)).sort()).toEqual(['epoch-000001.key', 'epoch-000004.key', 'vault.id']);
    const root = await rootKeyOf(home);
    expect(
      await fileSlot(elsewhere.path, mine, root)
        .get(1)
        .catch(() => 'refused'),
    ).toBe('refused');
    await rename(join(mine, 'epoch-000001.key'), join(theirs, 'epoch-000001.key'));
    await (await openVault(apart, OPTIONS)).close();
  });
});

test('a root key that a setting names is taken for a new vault; one that merely lies there is not', async () => {
  const home = await freshHome('sqlite', 'none');
  const path = `${home.folder}/keys/root.key`;
  await mkdir(`${home.folder}/keys`);
  await writeFile(path, `${'5a'.repeat(32)}\n`, { mode: 0o600 });
  const lying = { ...home.config, rootKey: { from: 'file', path, isDefault: true } as const };
  await expect(openVault(lying, { ...OPTIONS, mayMake: true })).rejects.toThrow(/root\.key.*LETHE_ROOT_KEY_FILE/);
  const environment = { ...home.config, rootKey: { from: 'environment', key: Buffer.alloc(32, 1) } as const };
  await expect(openVault(environment, { ...OPTIONS, mayMake: true })).rejects.toThrow(/root\.key/);
  expect(await readdir(`${home.folder}/keys`)).toEqual(['root.key']);

  await (await home.open()).close();

  expect(await readFile(path, 'ascii')).toBe(`${'5a'.repeat(32)}\n`);
});

test.each(['admin.key', 'root.salt', 'keystore.db', 'epochs/epoch-000007.key', 'epochs/slot.id', '../data/records.db'])(
  'no vault is made where %s lies, and it is named and left as it is',
  async (name) => {
    const home = await freshHome('sqlite', 'none');
    const path = join(home.folder, 'keys', name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, 'of another', { mode: 0o600 });
    await mkdir(`${home.folder}/keys`, { recursive: true });

    const opening = home.open();

    await expect(opening).rejects.toThrow(/^No vault is made here/);
    await expect(opening).rejects.toThrow(name.startsWith('epochs') ? /keys\/epochs/ : name.replace('../', ''));

    expect(await readFile(path, 'utf8')).toBe('of another');
    expect([...(await everyByte(home)).keys()]).toHaveLength(1);
  },
);

test('a home whose vault.id is damaged, or another’s, opens nothing until it is put right', async () => {
  const home = await freshHome('sqlite', 'none');
  await (await home.open()).close();
  const [path, right] = [`${home.folder}/keys/vault.id`, await readFile(`${home.folder}/keys/vault.id`)];
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  for (const text of ['', 'vlt_', 'somebody’s', `vlt_${'0'.repeat(26)}\n`]) {
    await writeFile(path, text);
    await expect(home.open()).rejects.toMatchObject({ code: 'cannot_start' });
    await expect(openVault(home.config, OPTIONS)).rejects.toMatchObject({ code: 'cannot_start' });
    expect(await readFile(path, 'utf8')).toBe(text);
  }
  await writeFile(path, right);
  await (await home.open()).close();
  await writeFile(`${home.folder}/keys/epochs/vault.id`, `vlt_${'0'.repeat(26)}\n`);
  await expect(home.open()).rejects.toThrow(/home of the vault/);
});

test('two homes that make their vault in the same stores at once: one does, and the other has begun nothing', async () => {
  const home = await freshHome('postgres', 'none');
  const other = await temporaryFolder();
  onTestFinished(other.remove);
  const configs = [
    home.config,
    {
      ...home.config,
      keysPath: `${other.path}/keys`,
      rootKey: { from: 'file', path: `${other.path}/keys/root.key` } as const,
    },
  ];

  const made = await Promise.allSettled(configs.map((config) => openVault(config, { ...OPTIONS, mayMake: true })));

  for (const one of made) if (one.status === 'fulfilled') await one.value.close();
  const won = made.map(({ status }) => status === 'fulfilled');
  expect([...won].sort()).toEqual([false, true]);
  const loser = configs[won.indexOf(false)] as VaultConfig;
  expect(await readdir(loser.keysPath)).toEqual([]);
  await (await openVault(configs[won.indexOf(true)] as VaultConfig, OPTIONS)).close();
});

test('a home with epochs that are not known to be its vault’s is not named, nor is their folder, and nothing is put there', async () => {
  const home = await freshHome('sqlite', 'none');
  const vault = await home.open();
  const usb = AddSlotBody.parse({ name: 'usb', kind: 'file', settings: { path: `${home.folder}/usb` } });
  await addSlot(vault, await appOf(vault, home, 'security'), usb);
  await vault.close();
  const [keys, epochs] = [`${home.folder}/keys`, `${home.folder}/keys/epochs`];
  for (const path of [`${keys}/vault.id`, `${epochs}/vault.id`, `${epochs}/epoch-000001.key`]) await rm(path);
  await writeFile(`${epochs}/epoch-000009.key`, 'of another', { mode: 0o600 });

  const again = await home.open();
  await expect(close(again)).rejects.toMatchObject({ code: 'key_unavailable' });

  expect(await readdir(epochs)).toEqual(['epoch-000009.key']);
  expect(await readdir(keys)).not.toContain('vault.id');
});
