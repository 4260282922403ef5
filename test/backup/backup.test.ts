/** Backups: taken while the vault works, told when they were altered, and put back whole. */
import { createHash } from 'node:crypto';
import { chmod, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { backupKeyStore, listBackups } from '../../src/backup/backups.ts';
import { backup } from '../../src/operations/copies/backup.ts';
import { restore } from '../../src/operations/copies/restore.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { noteEpoch } from '../../src/records/vault-facts.ts';
import { openVault } from '../../src/vault/open-vault.ts';
import { close } from '../support/epochs.ts';
import { appOf, callerOf, freshHome, rowsOf, tell } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';
import { backUp, backupFolder, noteShreds, putBack, recoverHome } from './folders.ts';

const people = (...who: string[]) => ({
  items: who.map((name) => ({ type: 'email', value: `${name}@example.com`, subject: name })),
});

async function furnished(engine: (typeof ENGINES)[number]) {
  const home = await freshHome(engine);
  const vault = await home.open();
  const app = await appOf(vault, home);
  const { results } = await tokenize(vault, app, people('ada', 'bob'));
  const [ada, bob] = results.map(({ token }) => token) as unknown as [string, string];
  return { home, vault, app, ada, bob, dir: await backupFolder() };
}

/** What a restore leaves as it was: all but its own note, the audit log, and Knex's times of migration. */
const kept = (rows: Record<string, string[]>) =>
  Object.fromEntries(
    Object.entries(rows).filter(([name]) => !/^vault_facts$|^audit_entries$|^nodes$|_migrations$/.test(name)),
  );

describe.each(ENGINES)('on %s', (engine) => {
  test('each store goes into a dated folder of its own, with a manifest that says what is there', async () => {
    const { home, vault, dir } = await furnished(engine);

    const { copies, made } = await backUp(vault, home, dir);

    expect(made).toEqual([]);
    expect((await readdir(dir)).sort()).toEqual(['keys-20261122T120000Z', 'records-20261122T120000Z']);
    for (const { folder, manifest } of copies) {
      const { file } = manifest;
      const bytes = await readFile(join(folder, file.name));
      expect(file).toMatchObject({ sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });
      expect((await stat(join(folder, file.name))).mode & 0o777).toBe(0o600);
      expect((await readdir(folder)).sort()).toEqual([file.name, 'manifest.json'].sort());
      expect(manifest).toMatchObject({ engine, epoch: 1, openEpochs: [1], takenAt: '2026-11-22T12:00:00.000Z' });
    }
    expect(copies.map(({ manifest }) => manifest.store)).toEqual(['records', 'keys']);
    expect(copies.map(({ manifest }) => manifest.rows)).toMatchObject([
      { records: 3 },
      { record_keys: 3, canaries: 1 },
    ]);
    expect(JSON.stringify(copies)).not.toContain('example.com');
    const [entry] = await tell(home.recordStoreUrl, `SELECT * FROM audit_entries WHERE action = 'backup'`);
    expect(entry).toMatchObject({ outcome: 'done', target: 'records keys' });
  });

  test('what a restore puts aside stays, whenever the next one comes', async () => {
    const { home, vault, dir } = await furnished(engine);
    await backUp(vault, home, dir);
    await vault.close();
    const asides = new Set<string | undefined>();
    for (let i = 0; i < 3; i += 1) asides.add((await putBack(home, dir, 'records')).aside);
    expect(asides.size).toBe(3);
  });

  test('a folder that was not there is made, and told', async () => {
    const { home, vault, dir } = await furnished(engine);
    // Once, though both copies go there.
    expect((await backUp(vault, home, join(dir, 'unmounted'))).made).toEqual([join(dir, 'unmounted')]);
  });

  test('both stores put back are what they were, row for row, and the restores are audited', async () => {
    const { home, vault, app, ada, bob, dir } = await furnished(engine);
    await tokenize(vault, app, { items: [{ type: 'text', value: 'ümläut "quoted" \\ and\nnew line', subject: 'x' }] });
    await backUp(vault, home, dir);
    const before = [await rowsOf(home.recordStoreUrl), await rowsOf(home.keyStoreUrl)].map(kept);
    const { results } = await tokenize(vault, app, people('later'));
    await vault.close();

    for (const store of ['records', 'keys'] as const) {
      const { aside } = await putBack(home, dir, store);
      expect(aside).toMatch(/before_restore_/);
    }

    expect([await rowsOf(home.recordStoreUrl), await rowsOf(home.keyStoreUrl)].map(kept)).toEqual(before);
    const again = await home.open();
    expect(await home.reveal(again, ada)).toBe('ada@example.com');
    expect(await home.reveal(again, bob)).toBe('bob@example.com');
    await expect(home.reveal(again, results[0]?.token ?? '')).resolves.toBe('token_not_found');
    const entries = () =>
      tell(home.recordStoreUrl, `SELECT * FROM audit_entries WHERE action = 'restore' ORDER BY entry`);
    expect((await entries()).map(({ target }) => target)).toEqual([
      'records 2026-11-22T12:00:00.000Z',
      'keys 2026-11-22T12:00:00.000Z',
    ]);
    await again.close();
    await (await home.open()).close();
    expect(await entries()).toHaveLength(2);
  });

  test('an old record store against today’s key store: neighbours open, the erased stay erased, new tokens are unknown', async () => {
    const { home, vault, app, ada, bob, dir } = await furnished(engine);
    await backUp(vault, home, dir);
    const sealed = () => tell(home.recordStoreUrl, `SELECT record FROM records WHERE type = 'email'`);
    const { results } = await tokenize(vault, app, people('cleo'));
    await erase(vault, app, { ref: 'ada' });
    await noteShreds(home);
    await vault.close();
    await putBack(home, dir, 'records');
    const held = await rowsOf(home.recordStoreUrl);

    await expect(home.open()).rejects.toThrow(/record store is older than the key store.*recover/);
    expect(await rowsOf(home.recordStoreUrl)).toEqual(held);
    expect(await sealed()).toHaveLength(2);
    expect(await recoverHome(home)).toMatchObject({ replayed: { tombstones: 1, records: 1, lost: 0 } });
    expect(await sealed()).toHaveLength(1);

    const again = await home.open();
    expect(await home.reveal(again, ada)).toBe('record_erased');
    expect(await home.reveal(again, bob)).toBe('bob@example.com');
    expect(await home.reveal(again, results[0]?.token ?? '')).toBe('token_not_found');
    const erasures = await tell(home.recordStoreUrl, 'SELECT * FROM erasures');
    expect(erasures).toMatchObject([{ state: 'completed', cause: 'erased' }]);
    expect(Number(erasures[0]?.records)).toBe(1);
    const [subject] = await tell(home.recordStoreUrl, 'SELECT * FROM subjects WHERE erased_at IS NOT NULL');
    expect(subject).toBeDefined();
    await again.close();
    // Run again, it finds nothing to do.
    expect(await recoverHome(home)).toMatchObject({ replayed: { tombstones: 0, records: 0 } });
  });

  test('an old key store without replay is refused; after recover it serves, and the erased stay erased', async () => {
    const { home, vault, app, ada, bob, dir } = await furnished(engine);
    await backUp(vault, home, dir);
    await erase(vault, app, { ref: 'ada' });
    await vault.close();
    await putBack(home, dir, 'keys');

    await expect(home.open()).rejects.toThrow(/key store is older than the record store.*recover/);
    expect(await recoverHome(home)).toMatchObject({ erasures: 1 });

    const again = await home.open();
    expect(await home.reveal(again, ada)).toBe('record_erased');
    expect(await home.reveal(again, bob)).toBe('bob@example.com');
  });

  test('a key store from before the close of an epoch is refused, by the record store’s note and by the slots', async () => {
    const { home, vault, bob, dir } = await furnished(engine);
    await backUp(vault, home, dir);
    await close(vault);
    await noteEpoch(vault.recordStore, 2);
    await vault.close();
    await putBack(home, dir, 'keys');
    const refusal = /from before the close of epoch 1.*cannot be opened.*newest copy/;

    await expect(home.open()).rejects.toThrow(/the record store has seen epoch 2/);
    await expect(home.open()).rejects.toThrow(refusal);
    await expect(recoverHome(home)).rejects.toThrow(refusal);
    // Both stores old, and of one mind: the slots know better.
    await putBack(home, dir, 'records');
    await expect(home.open()).rejects.toThrow(/a root slot holds the secret of epoch 2/);
    expect(bob).toBeDefined();
  });

  test('a manifest that was altered, a file that was, another vault’s, a half-written one: refused, and nothing is touched', async () => {
    const { home, vault, dir } = await furnished(engine);
    const { copies } = await backUp(vault, home, dir);
    await vault.close();
    const [, keys] = copies;
    const { folder = '', manifest } = keys ?? {};
    const [path, file] = [join(folder, 'manifest.json'), join(folder, manifest?.file.name ?? '')];
    const text = await readFile(path, 'utf8');
    const bytes = await readFile(file);
    const before = await rowsOf(home.keyStoreUrl);
    const refused = async (why: RegExp) => {
      await expect(putBack(home, dir, 'keys')).rejects.toThrow(why);
      expect(await rowsOf(home.keyStoreUrl)).toEqual(before);
    };

    await writeFile(path, text.replace('"epoch": 1', '"epoch": 2'));
    await refused(/was altered/);
    await writeFile(path, text.replace(/"record_keys": \d+/, '"record_keys": 9'));
    await refused(/was altered/);
    await writeFile(path, text.slice(0, 100));
    await refused(/no finished backup/);
    await rm(path);
    await refused(/no finished backup/);
    await expect(restore(home.config as never, folder, { store: 'keys', replace: true })).rejects.toThrow(
      /no manifest/,
    );
    await writeFile(path, text);
    await writeFile(file, bytes.subarray(0, -1));
    await refused(/not whole/);
    const flipped = Buffer.from(bytes);
    flipped[bytes.length - 20] = (flipped[bytes.length - 20] ?? 0) ^ 1;
    await writeFile(file, flipped);
    await refused(/not whole/);
    await writeFile(file, bytes);

    const other = await freshHome(engine);
    await (await other.open()).close();
    await expect(putBack(other, dir, 'keys')).rejects.toThrow(/altered, or made under another root key/);
    await expect(
      restore(other.config as never, folder, { store: 'keys', replace: true, unverified: true }),
    ).rejects.toThrow(/another vault/);
    // The home, or the store that is to give way, alone says that it is another's.
    const mixed: Record<string, string>[] = [
      { keysPath: other.config.keysPath },
      { keyStoreUrl: other.keyStoreUrl, recordStoreUrl: home.recordStoreUrl },
    ];
    const theirs = await rowsOf(other.keyStoreUrl);
    for (const over of mixed) {
      const wrong = restore({ ...home.config, ...over } as never, folder, { store: 'keys', replace: true });
      await expect(wrong).rejects.toThrow(/another vault than the one whose home, or store/);
    }
    expect(await rowsOf(other.keyStoreUrl)).toEqual(theirs);
    await expect(putBack(home, dir, 'keys', false)).rejects.toThrow(/There is a store already/);
    expect(await rowsOf(home.keyStoreUrl)).toEqual(before);
    await expect(putBack(home, dir, 'keys')).resolves.toBeDefined();
  });

  test('copies of closed epochs are pruned, those of the current one stay; the copy made at a close outlives it', async () => {
    const { home, vault, dir } = await furnished(engine);
    await backUp(vault, home, dir);
    await close(vault);
    const current = await backupKeyStore(vault, dir);
    expect(current.manifest).toMatchObject({ epoch: 2, openEpochs: [2] });

    const security = await appOf(vault, home, 'security');
    await writeFile(join(dir, 'keys-20261122T120000Z', 'note.txt'), 'somebody’s own');
    const { pruned } = await backup(vault, security, { dir, stores: [], prune: true });
    expect(await readdir(join(dir, 'keys-20261122T120000Z'))).toEqual(['note.txt']);

    expect(pruned).toEqual([join(dir, 'keys-20261122T120000Z')]);
    expect((await listBackups(dir, 'keys')).map(({ folder }) => folder)).toEqual([current.folder]);
    expect(await listBackups(dir, 'records')).toHaveLength(1);
  });

  test('only the security team takes backups', async () => {
    const { home, vault, app, dir } = await furnished(engine);
    for (const caller of [app, await callerOf(vault, await home.adminKey())]) {
      await expect(backup(vault, caller, { dir, stores: ['keys'] })).rejects.toMatchObject({ code: 'not_allowed' });
    }
    expect(await readdir(dir)).toEqual([]);
  });
});

test.each(ENGINES)('on %s: a store that another process has open is not replaced', async (engine) => {
  // As one of an earlier release, which says nothing of itself.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const { home, vault, dir } = await furnished(engine);
  await backUp(vault, home, dir);
  await tell(home.keyStoreUrl, 'DELETE FROM nodes');
  await expect(putBack(home, dir, 'keys')).rejects.toThrow(/has this store open/);
  if (engine === 'sqlite') {
    const path = home.keyStoreUrl.slice('sqlite:'.length);
    expect((await readdir(join(path, '..'))).filter((name) => name.includes('restoring'))).toEqual([]);
  }
  await vault.close();
  await expect(putBack(home, dir, 'keys')).resolves.toBeDefined();
});

test('what is left of a log beside the file is not read into the restored store', async () => {
  const { home, vault, dir, ada } = await furnished('sqlite');
  await backUp(vault, home, dir);
  await vault.close();
  const path = home.recordStoreUrl.slice('sqlite:'.length);
  await rm(path);
  for (const ending of ['-wal', '-shm']) await writeFile(`${path}${ending}`, Buffer.alloc(4096, 7));
  await putBack(home, dir, 'records', false);
  expect((await readdir(join(path, '..'))).filter((name) => /-(wal|shm)$/.test(name))).toEqual([]);
  const again = await openVault(home.config);
  expect(await home.reveal(again, ada)).toBe('ada@example.com');
  await again.close();
});

test('a folder that cannot be written fails the call and leaves nothing', async ({ skip }) => {
  if (process.getuid?.() === 0) return skip('root may write everywhere');
  const { home, vault, dir } = await furnished('sqlite');
  await chmod(dir, 0o500);
  await expect(backUp(vault, home, dir)).rejects.toMatchObject({ code: 'store_unavailable' });
});
