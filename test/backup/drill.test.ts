/** Drills: the newest backups are put back elsewhere and tried, and nothing of the vault's own is written. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { shredOne } from '../../src/canaries/canaries.ts';
import { drill } from '../../src/operations/copies/drill.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { getStatus } from '../../src/operations/oversight/get-status.ts';
import { openVault } from '../../src/vault/open-vault.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { close } from '../support/epochs.ts';
import { appOf, freshHome, type Home, rowsOf, tell } from '../support/home.ts';
import { bareStores, ENGINES, type Engine } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';
import { filesUnder } from '../threats/needles.ts';
import { backUp, backupFolder } from './folders.ts';

async function furnished(engine: Engine) {
  const home = await freshHome(engine);
  const vault = await home.open();
  const app = await appOf(vault, home);
  const items = Array.from({ length: 30 }, (_, i) => ({
    type: 'email',
    value: `person-${i}@example.com`,
    subject: `person-${i}`,
  }));
  const { results } = await tokenize(vault, app, { items });
  const stores = engine === 'postgres' ? await bareStores('postgres') : undefined;
  if (stores !== undefined) onTestFinished(stores.drop);
  const scratch = stores && { records: stores.recordStoreUrl, keys: stores.keyStoreUrl };
  return { home, vault, app, results, dir: await backupFolder(), scratch };
}

async function drilled(vault: Vault, home: Home, dir: string, scratch?: { records: string; keys: string }) {
  const security = await appOf(vault, home, 'security');
  const order = { from: { records: dir, keys: dir }, config: home.config, ...(scratch && { scratch }) };
  return drill(vault, security, order);
}

const stepOf = (report: Awaited<ReturnType<typeof drill>>, name: string) =>
  report.steps.find(({ step }) => step === name);
const temporary = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('lethe-drill-'));

describe.each(ENGINES)('on %s', (engine) => {
  test('copies that work open canaries and records, the dead stay dead, and nothing is written but the note of it', async () => {
    // No sign of life of the vault itself while the drill is looked at.
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const { home, vault, app, results, dir, scratch } = await furnished(engine);
    await erase(vault, app, { tokens: [results[0]?.token as never] });
    const dead = await shredOne(vault);
    await close(vault);
    await backUp(vault, home, dir);
    const keysBefore = await filesUnder(`${home.folder}/keys`);
    const [records, keys, places] = [
      await rowsOf(home.recordStoreUrl),
      await rowsOf(home.keyStoreUrl),
      await temporary(),
    ];

    const report = await drilled(vault, home, dir, scratch);

    expect(report.steps.filter(({ ok }) => !ok)).toEqual([]);
    expect(report).toMatchObject({ ok: true, nextDueAt: '2026-12-23T12:00:00.000Z', keys: { epoch: 2 } });
    expect(stepOf(report, 'open_canaries')?.detail).toBe('1 opened');
    expect(Number(stepOf(report, 'open_sample')?.detail.split(' ')[0])).toBeGreaterThan(50);
    expect(stepOf(report, 'stay_dead')?.detail).toBe('1 tried, none came back');
    expect(JSON.stringify(report)).not.toMatch(/example\.com/);
    expect(dead).toMatch(/^rec_/);
    expect(await filesUnder(`${home.folder}/keys`)).toEqual(keysBefore);
    expect(await rowsOf(home.keyStoreUrl)).toEqual(keys);
    const after = await rowsOf(home.recordStoreUrl);
    const changed = Object.keys(after).filter((name) => String(after[name]) !== String(records[name]));
    expect(changed.filter((name) => !['principals', 'api_keys'].includes(name))).toEqual([
      'audit_entries',
      'vault_facts',
    ]);
    expect(await temporary()).toEqual(places);
    if (scratch !== undefined) expect(await rowsOf(scratch.keys)).toEqual({});
    const status = await getStatus(vault, await appOf(vault, home, 'security'));
    expect(status.lastDrill).toEqual({ at: report.at, ok: true, nextDueAt: report.nextDueAt });
  });

  test('a copy of the key store from before the close fails the drill, and says since when it is useless', async () => {
    const { home, vault, dir, scratch } = await furnished(engine);
    await backUp(vault, home, dir);
    await close(vault);
    const report = await drilled(vault, home, dir, scratch);
    expect(report.ok).toBe(false);
    expect(stepOf(report, 'key_copy_is_current')?.detail).toMatch(/useless since the close of epoch 1/);
    expect(stepOf(report, 'open')).toBeUndefined();
    const [entry] = await tell(home.recordStoreUrl, `SELECT * FROM audit_entries WHERE action = 'drill'`);
    expect(entry).toMatchObject({ outcome: 'failed', code: 'drill_failed' });
  });

  test('an altered copy, a canary that does not open, and one that comes back fail the drill', async () => {
    const { home, vault, dir, scratch } = await furnished(engine);
    await shredOne(vault);
    // A bucket that K1 passes over: its old key still opens what it wrapped.
    await tell(home.keyStoreUrl, 'UPDATE buckets SET dirty_at = NULL');
    await close(vault);
    const { copies } = await backUp(vault, home, dir);
    const raised = await drilled(vault, home, dir, scratch);
    expect(raised.ok).toBe(false);
    expect(stepOf(raised, 'stay_dead')?.detail).toMatch(/drill_failed: Shredded canaries open again: rec_/);
    expect(stepOf(raised, 'open_sample')?.ok).toBe(true);

    const path = join(copies[1]?.folder ?? '', copies[1]?.manifest.file.name ?? '');
    const bytes = await readFile(path);
    bytes[bytes.length - 30] = (bytes[bytes.length - 30] ?? 0) ^ 1;
    await writeFile(path, bytes);
    const altered = await drilled(vault, home, dir, scratch);
    expect(stepOf(altered, 'verify_keys')).toMatchObject({ ok: false });
    expect(stepOf(altered, 'restore_keys')).toBeUndefined();

    await tell(home.keyStoreUrl, `DELETE FROM record_keys WHERE record IN (SELECT record FROM canaries)`);
    const again = await backupFolder();
    await backUp(vault, home, again);
    const lost = await drilled(vault, home, again, scratch);
    expect(stepOf(lost, 'open_canaries')).toMatchObject({ ok: false });
    expect(stepOf(lost, 'open_canaries')?.detail).toMatch(/integrity_failure/);
  });
});

test('without a scratch database, stores on PostgreSQL are verified and not restored, and the report says so', async () => {
  const { home, vault, dir } = await furnished('postgres');
  await backUp(vault, home, dir);
  const report = await drilled(vault, home, dir);
  expect(report.ok).toBe(false);
  expect(stepOf(report, 'restore_records')?.detail).toMatch(/Nothing was restored.*--scratch-records-url/);
});

test('the slots of a vault that is opened for a drill are read, and never written', async () => {
  const home = await freshHome('sqlite');
  await (await home.open()).close();
  // As of an earlier release, which an opening for anything else would bind to its vault.
  for (const at of ['keys', 'keys/epochs']) await rm(`${home.folder}/${at}/vault.id`);
  const copy = await openVault(home.config, { drilling: true });
  try {
    const { slots } = copy.keyring.epochs;
    expect(await slots.get(1, () => true)).toHaveLength(32);
    for (const { slot } of slots.inForce) {
      await expect(slot.put(2, Buffer.alloc(32))).rejects.toMatchObject({ code: 'key_unavailable' });
      await expect(slot.destroy(1)).rejects.toMatchObject({ code: 'key_unavailable' });
    }
    expect(await readdir(`${home.folder}/keys/epochs`)).toEqual(['epoch-000001.key']);
    expect(await readdir(`${home.folder}/keys`)).not.toContain('vault.id');
  } finally {
    await copy.close();
  }
});
