/** A restore under a vault that runs: refused while a process gives signs of life, whether or not it has a connection. */
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { LookOptions } from '../../src/keyring/nodes/node-silence.ts';
import { restore } from '../../src/operations/copies/restore.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { freshHome, type Home, tell } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { NOW } from '../support/vault.ts';
import { backUp, backupFolder } from './folders.ts';

const STORES = ['records', 'keys'] as const;

describe.each(ENGINES)('on %s', (engine) => {
  /** A vault that was closed, with a backup of each store; no timer beats but the test's. */
  const closed = async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const home = await freshHome(engine);
    const vault = await home.open();
    const dir = await backupFolder();
    await backUp(vault, home, dir);
    await vault.close();
    return { home, vault, dir };
  };
  /** Sleeps are counted; `each` is what happens in one. */
  const time = (each: () => Promise<unknown> = async () => {}) => {
    let now = 0;
    let slept = 0;
    const look: LookOptions = {
      elapsed: () => now,
      sleep: async (ms) => {
        now += ms;
        slept += 1;
        await each();
      },
    };
    return { look, slept: () => slept, passed: () => now };
  };
  const put = (home: Home, dir: string, store: (typeof STORES)[number], look: LookOptions) =>
    restore(home.config as Parameters<typeof restore>[0], dir, { store, replace: true }, () => NOW, look);
  /** A process without a connection, as one that has nothing to do; its rows are written as it writes them. */
  const process = async (home: Home, vault: Vault, name: string) => {
    await tell(
      home.keyStoreUrl,
      `INSERT INTO nodes (node, process, kind, label, places, beat, forgot, announced_at)
         VALUES ('${vault.node}', '${name}', 'server', 'vault-1', '{}', 1, 0, 0)`,
    );
    return () => tell(home.keyStoreUrl, `UPDATE nodes SET beat = beat + 1 WHERE process = '${name}'`);
  };
  const marks = (home: Home) =>
    Promise.all(
      [home.recordStoreUrl, home.keyStoreUrl].map((url) =>
        tell(url, `SELECT value FROM vault_facts WHERE name = 'incarnation'`),
      ),
    );

  test.each(STORES)('of the %s: a process that beats is found and named, and nothing is changed', async (store) => {
    const { home, vault, dir } = await closed();
    const beat = await process(home, vault, 'prc_1');
    let looks = 0;
    const { look, slept } = time(async () => {
      looks += 1;
      // Three of four looks find nothing.
      if (looks === 3) await beat();
    });

    await expect(put(home, dir, store, look)).rejects.toThrow(/a server on vault-1.*Stop every server/s);

    expect(slept()).toBe(3);
    expect(await marks(home)).toEqual([[], []]);
    await expect(home.open()).resolves.toBeDefined();
  });

  test('a key store that is there and cannot be read is no lost one: nothing is replaced', async () => {
    const { home, dir } = await closed();
    await tell(home.keyStoreUrl, 'ALTER TABLE nodes RENAME TO nodes_aside');
    const fails = engine === 'sqlite' ? 'abs(-9223372036854775807 - 1)' : '1 / 0';
    await tell(home.keyStoreUrl, `CREATE VIEW nodes AS SELECT ${fails} AS beat`);
    const { look } = time();

    await expect(put(home, dir, 'records', look)).rejects.toMatchObject({ code: 'cannot_start' });

    expect(await marks(home)).toEqual([[], []]);
    await tell(home.keyStoreUrl, 'DROP VIEW nodes');
    // Without the table: of a release that announced nothing.
    await put(home, dir, 'records', look);
    expect((await marks(home))[0]).toHaveLength(1);
  });

  test('a process that comes while it is looked is alive', async () => {
    const { home, vault, dir } = await closed();
    await process(home, vault, 'prc_1');
    const { look } = time(() => process(home, vault, 'prc_2').catch(() => {}));

    await expect(put(home, dir, 'keys', look)).rejects.toThrow(/is alive/);
  });

  test('of a vault that was closed nothing is waited for; a dead process is waited for once, and is gone then', async () => {
    const { home, vault, dir } = await closed();
    const quick = time();
    await put(home, dir, 'records', quick.look);
    expect(quick.slept()).toBe(0);

    await process(home, vault, 'prc_dead');
    const patient = time();
    await put(home, dir, 'keys', patient.look);
    expect(patient.passed()).toBe(10_000);

    const rows = await tell<{ process: string }>(home.keyStoreUrl, 'SELECT process FROM nodes');
    expect(rows.map((row) => row.process)).toEqual(['']);
    const [records, keys] = await marks(home);
    expect([records, keys]).toEqual([[{ value: expect.any(String) }], [{ value: expect.any(String) }]]);
    expect(records).not.toEqual(keys);
    const again = await home.open();
    expect(again.node).toBe(vault.node);
  });

  test('processes of the copy’s time do not come back, and nodes that came since are not forgotten', async () => {
    const { home, dir } = await closed();
    // Both backups were taken by a process that was open.
    const since = `nod_${'5'.repeat(32)}`;
    await tell(
      home.keyStoreUrl,
      `INSERT INTO nodes (node, process, kind, label, places, beat, forgot, announced_at)
         VALUES ('${since}', '', 'node', 'vault-2', '{"file":"${since}"}', 0, 0, 0)`,
    );
    const before = await tell(home.keyStoreUrl, 'SELECT * FROM nodes ORDER BY node');
    expect(before).toHaveLength(2);

    await put(home, dir, 'keys', time().look);

    expect(await tell(home.keyStoreUrl, 'SELECT * FROM nodes ORDER BY node')).toEqual(before);
  });
});
