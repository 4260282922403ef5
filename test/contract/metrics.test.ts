/** What `/metrics` shows of copies, drills, erasures and slots, on both engines; and that the handbook's table has every metric. */
import { readFile, rename, rm } from 'node:fs/promises';
import { pino } from 'pino';
import request from 'supertest';
import { describe, expect, test } from 'vitest';
import { closing } from '../../src/background/long-jobs.ts';
import { newApp } from '../../src/http/app.ts';
import { newMetrics } from '../../src/http/serving/metrics.ts';
import { type Answers, type Asked, nobodyElse } from '../../src/http/serving/workers/colleagues.ts';
import { closeEpoch } from '../../src/jobs/close-epoch.ts';
import { SlotPulse } from '../../src/keyring/upkeep/slot-pulse.ts';
import { drill } from '../../src/operations/copies/drill.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { newSignals } from '../../src/vault/signals.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { backUp, backupFolder } from '../backup/folders.ts';
import { contextOf } from '../support/epochs.ts';
import { appOf, freshHome, refuseDeletes } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';
import { NOW } from '../support/vault.ts';

/** The gauges without their times of collection: name and labels, then the value. */
async function scrape(vault: Vault, app = newApp({ vault, log: pino({ level: 'silent' }), closing: () => false })) {
  const read = async () => {
    const { text } = await request(app).get('/metrics');
    const lines = text.split('\n').filter((line) => line.startsWith('lethe_') && !line.startsWith('lethe_http'));
    return Object.fromEntries(
      lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
    );
  };
  return { values: await read(), read };
}

describe.each(ENGINES)('on %s', (engine) => {
  test('copies, their epoch, drills and erasures that are not completed are told, and what there is not is absent', async () => {
    const home = await freshHome(engine);
    let time = NOW.getTime();
    const vault = await home.open({ clock: () => new Date(time) });
    const before = await scrape(vault);
    expect(before.values).toMatchObject({ lethe_unfinished_erasures: 0 });
    const named = Object.keys(before.values).join('\n');
    expect(named).not.toMatch(/lethe_(drill|backup|key_backup)/);

    const dir = await backupFolder();
    await backUp(vault, home, dir);
    time += 3_600_000;
    const { read } = before;
    expect(await read()).toMatchObject({
      'lethe_backup_age_seconds{store="records"}': 3_600,
      'lethe_backup_age_seconds{store="keys"}': 3_600,
      lethe_key_backup_epochs_behind: 0,
    });
    // A drill of copies that are not there fails, and says so.
    const security = await appOf(vault, home, 'security');
    const empty = await backupFolder();
    await drill(vault, security, { from: { records: empty, keys: empty }, config: home.config });
    time += 60_000;
    expect(await read()).toMatchObject({ lethe_drill_ok: 0, lethe_drill_age_seconds: 60 });

    await closeEpoch(closing(vault))(contextOf());
    expect(await read()).toMatchObject({ lethe_key_backup_epochs_behind: 1 });
    await closeEpoch(closing({ ...vault, keyBackupDir: dir }))(contextOf());
    expect(await read()).toMatchObject({
      ...{ lethe_key_backup_epochs_behind: 0, 'lethe_backup_age_seconds{store="keys"}': 0 },
    });

    const app = await appOf(vault, home);
    const { results } = await tokenize(vault, app, { items: [{ type: 'email', value: 'ada@example.com' }] });
    const allow = await refuseDeletes(home.keyStoreUrl, 'record_keys');
    await erase(vault, app, { tokens: [results[0]?.token as never] }).catch(() => {});
    await allow();
    expect(await read()).toMatchObject({ lethe_unfinished_erasures: 0 });
    time += 61_000;
    expect(await read()).toMatchObject({ lethe_unfinished_erasures: 1 });
  });
});

test('root slots are asked once a minute, whoever scrapes how often, and one that is gone does not answer', async () => {
  const home = await freshHome('sqlite');
  const vault = await home.open();
  let time = 0;
  const pulse = new SlotPulse(vault.keyring.epochs, () => new Date(time));
  const look = async () => {
    pulse.read();
    await pulse.settled();
    return pulse.read();
  };
  expect(pulse.read()).toBeUndefined();
  expect(await look()).toEqual({ required: { inForce: 1, answering: 1 }, optional: { inForce: 0, answering: 0 } });

  await rename(`${home.folder}/keys/epochs`, `${home.folder}/away`);
  time = 59_999;
  expect((await look())?.required.answering).toBe(1);
  time = 60_000;
  expect((await look())?.required.answering).toBe(0);
  await rm(`${home.folder}/keys/epochs`, { recursive: true, force: true });
  await rename(`${home.folder}/away`, `${home.folder}/keys/epochs`);
  time = 0;
  expect((await look())?.required.answering).toBe(1);
});

test('a scrape tells of slots by number, and the handbook has a row for every metric there is', async () => {
  const home = await freshHome('sqlite');
  const vault = await home.open();
  const { read } = await scrape(vault);
  await expect.poll(read).toMatchObject({
    ...{ 'lethe_root_slots{kind="required"}': 1, 'lethe_root_slots_answering{kind="required"}': 1 },
  });
  const { text } = await request(newApp({ vault, log: pino({ level: 'silent' }), closing: () => false })).get(
    '/metrics',
  );
  const names = [...text.matchAll(/^# TYPE (lethe_\w+)/gm)].map(([, name]) => name);
  const page = await readFile(new URL('../../src/deploy/README.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `(lethe_\w+)/gm)].map(([, name]) => name);
  expect(rows.toSorted()).toEqual(names.toSorted());
});

test('of several workers each tells of itself, with its number, and one of the vault', async () => {
  let measured = 0;
  let tell: ((asked: Asked) => Promise<Answers['metrics']>) | undefined;
  const measure = async () => {
    measured += 1;
    throw new Error('not asked here');
  };
  newMetrics(newSignals(), measure, {
    ...nobodyElse(),
    number: 2,
    answer: (_, how) => {
      tell = how as typeof tell;
    },
  });
  const answered = async (isFirst: boolean) => (await tell?.({ isFirst, serving: 3, lost: 1 })) ?? [];
  const second = await answered(false);
  expect(measured).toBe(0);
  expect(second.map(({ name }) => name)).not.toContain('lethe_workers');
  const started = second.find(({ name }) => name === 'process_start_time_seconds');
  expect(started?.values).toMatchObject([{ labels: { worker: 2 } }]);

  const first = await answered(true);
  expect(measured).toBe(1);
  const told = (name: string) => first.find((metric) => metric.name === name)?.values[0];
  expect(told('lethe_workers')).toMatchObject({ value: 3, labels: {} });
  expect(told('lethe_workers_lost_total')).toMatchObject({ value: 1, labels: {} });
});
