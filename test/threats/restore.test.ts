/**
 * Backups in hostile circumstances: apps that write all the while, a disk that fills, hands that alter, and whoever
 * finds a copy. What a restore may not bring back is in test/backup/ and epochs.test.ts.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listBackups } from '../../src/backup/backups.ts';
import type { Token } from '../../src/ids.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { detokenize } from '../../src/operations/values/detokenize.ts';
import { openVault } from '../../src/vault/open-vault.ts';
import { backUp, backupFolder, putBack, recoverHome } from '../backup/folders.ts';
import { appOf, freshHome, placesOf, secretOf, tell } from '../support/home.ts';
import { smallDisk } from '../support/small-disk.ts';
import { ENGINES } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';
import { filesUnder } from './needles.ts';

describe.each(ENGINES)('on %s', (engine) => {
  test('a backup taken while apps write and erase holds every value whose call was answered before it began', async () => {
    const home = await freshHome(engine);
    const [one, two] = [await home.open(), await home.open()];
    const [app, other] = [await appOf(one, home), await appOf(two, home)];
    const stored: { token: Token; value: string }[] = [];
    let stop = false;
    let round = 0;
    const write = async (vault: typeof one, caller: typeof app) => {
      while (!stop) {
        round += 1;
        const items = Array.from({ length: 20 }, (_, i) => ({ type: 'email', value: `v${round}-${i}@example.com` }));
        const { results } = await tokenize(vault, caller, { items });
        stored.push(...results.map(({ token }, i) => ({ token, value: items[i]?.value ?? '' })));
        await erase(vault, caller, { tokens: [results[0]?.token as Token] });
      }
    };
    const writers = [write(one, app), write(two, other)];
    while (stored.length < 200) await new Promise((resume) => setImmediate(resume));
    const before = stored.length;
    const dir = await backupFolder();
    const { copies } = await backUp(two, home, dir);
    const between = stored.length;
    while (stored.length < between + 100) await new Promise((resume) => setImmediate(resume));
    stop = true;
    await Promise.all(writers);
    await Promise.all([one.close(), two.close()]);
    for (const { manifest } of copies) expect(manifest.rows).toBeDefined();

    await putBack(home, dir, 'records');
    await putBack(home, dir, 'keys');
    await recoverHome(home);

    const again = await home.open();
    const caller = await appOf(again, home);
    const known = stored.slice(0, before);
    for (let at = 0; at < known.length; at += 500) {
      const page = known.slice(at, at + 500);
      const { results } = await detokenize(again, caller, {
        tokens: page.map(({ token }) => token),
        purpose: 'billing',
      });
      const wrong = results.filter((result, i) =>
        'value' in result ? result.value !== page[i]?.value : result.error.code !== 'record_erased',
      );
      expect(wrong).toEqual([]);
    }
    // And whatever else came into the copy of the record store has its key in the other.
    const rows = await tell<{ token: Token }>(
      home.recordStoreUrl,
      `SELECT token FROM tokens WHERE tenant = '${caller.tenant}'`,
    );
    expect(rows.length).toBeGreaterThanOrEqual(before);
    for (let at = 0; at < rows.length; at += 500) {
      const tokens = rows.slice(at, at + 500).map(({ token }) => token);
      await expect(detokenize(again, caller, { tokens, purpose: 'billing' })).resolves.toBeDefined();
    }
  });

  test('no copy holds a value, a root key, an epoch secret or an API key', async () => {
    const home = await freshHome(engine);
    const vault = await home.open();
    const app = await appOf(vault, home);
    await tokenize(vault, app, { items: [{ type: 'email', value: 'grace.hopper@example.com', subject: 'cust_7731' }] });
    const dir = await backupFolder();
    await backUp(vault, home, dir);
    const files = await filesUnder(dir);
    expect(files.size).toBe(4);
    const root = Buffer.from((await readFile(`${home.folder}/keys/root.key`, 'ascii')).trim(), 'hex');
    const secret = (await readFile(`${home.folder}/keys/epochs/epoch-000001.key`)).subarray(12, 44);
    const apiKey = Buffer.from(secretOf(await home.adminKey()));
    for (const needle of [Buffer.from('grace.hopper'), Buffer.from('cust_7731'), root, secret, apiKey]) {
      expect(placesOf(files, needle)).toEqual([]);
    }
  });
});

test('a disk that fills during a backup leaves the vault serving, and nothing that looks like a backup', async ({
  skip,
}) => {
  const disk = await smallDisk(2);
  if (disk === undefined) return skip('no small disk can be mounted here');
  for (const engine of ENGINES) {
    const home = await freshHome(engine);
    const vault = await openVault(home.config, { mayMake: true });
    try {
      const app = await appOf(vault, home);
      const items = Array.from({ length: 900 }, () => ({ type: 'text', value: 'x'.repeat(3_000) }));
      const [stored] = (await tokenize(vault, app, { items })).results;
      const dir = join(disk.path, engine);

      await expect(backUp(vault, home, dir)).rejects.toMatchObject({ kind: 'unavailable', code: 'store_unavailable' });

      expect(await readdir(dir)).toEqual([]);
      expect(await listBackups(dir, 'records')).toEqual([]);
      const { results } = await detokenize(vault, app, { tokens: [stored?.token as Token], purpose: 'billing' });
      expect(results[0]).toMatchObject({ view: 'plain' });
      await expect(backUp(vault, home, await backupFolder())).resolves.toBeDefined();
    } finally {
      await vault.close();
    }
  }
});
