/** Long jobs beside a server: in a thread that may break, of a real process, and from the command line. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { startLongJobs } from '../../src/background/long-job-thread.ts';
import { LetheClient } from '../../src/client/lethe-client.ts';
import { systemClock } from '../../src/clock.ts';
import { readJob } from '../../src/jobs/job-store.ts';
import type { JobReport } from '../../src/jobs/worker.ts';
import { INDEX_KEY_SECONDS } from '../../src/keyring/cryptoperiods.ts';
import { rotateKeys } from '../../src/operations/keys/rotate-keys.ts';
import { findAll, storeAll } from '../search/world.ts';
import { appOf, freshHome, tell } from '../support/home.ts';
import { nodeEnv } from '../support/node-env.ts';
import { startServer } from '../support/server-process.ts';
import { ENGINES, freshStores } from '../support/stores.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** The thread's own program, which starts sooner; the first test starts it as it stands in `src/`. */
const THREAD = pathToFileURL(inject('programs').thread);
const ROOT_KEY = 'ab'.repeat(32);

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function lethe(env: Record<string, string>, ...args: string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [inject('programs').command, ...args],
      { env: { ...nodeEnv, ...env } },
      (_, out, err) => resolve({ code: child.exitCode, out, err }),
    );
  });
}

describe.each(ENGINES)('on %s', (engine) => {
  test('a thread does the job with a root key that was handed over, and tells what happened', async () => {
    const home = await freshHome(engine);
    const rootKey = { from: 'environment', key: Buffer.from(ROOT_KEY, 'hex') } as const;
    const vault = await home.open({ rootKey });
    const reports: JobReport[] = [];
    const told: unknown[] = [];
    vault.signals.on('job', (done) => told.push(done));
    const config = { ...home.config, rootKey };
    const stop = startLongJobs(vault, config, { rotateEveryMs: undefined, report: (done) => reports.push(done) });
    onTestFinished(stop);
    const { job } = await rotateKeys(vault, await appOf(vault, home, 'security'), {});

    await vi.waitUntil(async () => (await readJob(vault.recordStore.reader, job)).state === 'completed', {
      timeout: 20_000,
    });
    await vi.waitUntil(() => reports.length > 0);
    await stop();

    expect(reports).toEqual([{ name: 'rotate_epoch', changed: 1 }]);
    expect(told).toEqual(reports);
    // The server's own key is the server's: what went to the thread was a copy.
    expect(rootKey.key.toString('hex')).toBe(ROOT_KEY);
    await vault.keyring.refresh();
    expect(vault.keyring.epochs.current).toBe(2);
  });

  test.each([
    ['on', 'replaced', 24 * 3_600_000, [2]],
    ['off', 'kept', undefined, [1]],
  ])(
    'with the schedule %s, a key whose year is over is %s; a defect there holds up no job',
    async (_, __, rotateEveryMs, expected) => {
      const home = await freshHome(engine);
      const vault = await home.open({ clock: systemClock });
      const app = await appOf(vault, home);
      await storeAll(vault, app, [{ type: 'email', value: 'ada@example.com' }]);
      const year = (INDEX_KEY_SECONDS + 60) * 1000;
      await tell(home.keyStoreUrl, `UPDATE index_keys SET created_at = created_at - ${year} WHERE name = 'email'`);
      const live = async () =>
        (
          await tell(home.keyStoreUrl, "SELECT version FROM index_keys WHERE name = 'email' AND removed_at IS NULL")
        ).map(({ version }) => Number(version));
      const reports: JobReport[] = [];
      const run = (config = home.config) =>
        startLongJobs(vault, config, { rotateEveryMs, report: (done) => reports.push(done), entry: THREAD });
      const stop = run();
      const { job } = await rotateKeys(vault, await appOf(vault, home, 'security'), {});
      await vi.waitUntil(
        async () =>
          (await readJob(vault.recordStore.reader, job)).state === 'completed' &&
          String(await live()) === String(expected),
        { timeout: 20_000 },
      );
      await stop();
      expect(reports.map(({ failed }) => failed)).toEqual(reports.map(() => undefined));
      const orders = await tell(home.recordStoreUrl, "SELECT job FROM jobs WHERE kind = 'rotate_index'");
      expect(orders).toHaveLength(expected[0] === 2 ? 1 : 0);
      expect(await findAll(vault, app, { type: 'email', value: 'ada@example.com' })).toHaveLength(1);

      reports.length = 0;
      await tell(
        home.keyStoreUrl,
        `INSERT INTO index_keys (tenant, name, version, epoch, wrapped, created_at, state)
         SELECT tenant, name, 0, 0, wrapped, 1, 'odd' FROM index_keys WHERE name = 'email.domain'`,
      );
      await tell(home.keyStoreUrl, "UPDATE index_keys SET created_at = 1 WHERE name = 'email.domain'");
      const again = run();
      const next = await rotateKeys(vault, await appOf(vault, home, 'security'), {});
      await vi.waitUntil(async () => (await readJob(vault.recordStore.reader, next.job)).state === 'completed', {
        timeout: 20_000,
      });
      await again();
      const broken = { name: 'index_schedule', failed: 'integrity_failure', changed: 0 };
      expect(reports.filter(({ name }) => name === 'index_schedule')).toEqual(
        rotateEveryMs === undefined ? [] : [broken],
      );
    },
    60_000,
  );
});

test.each([
  ['cannot be loaded', 'throw new Error("secret-word");'],
  ['ends in the middle', 'setTimeout(() => process.exit(3), 1);'],
  ['runs out of hands', 'await Promise.reject(new TypeError("secret-word"));'],
])('a thread that %s leaves the server as it was, and its job to the next', async (_, program) => {
  const folder = await temporaryFolder();
  onTestFinished(folder.remove);
  await writeFile(`${folder.path}/broken.mjs`, program);
  const home = await freshHome('sqlite');
  const vault = await home.open();
  const reports: JobReport[] = [];
  const { job } = await rotateKeys(vault, await appOf(vault, home, 'security'), {});
  const options = { rotateEveryMs: undefined, report: (done: JobReport) => void reports.push(done) };
  const entry = pathToFileURL(`${folder.path}/broken.mjs`);
  const stop = startLongJobs(vault, home.config, { ...options, entry });
  await vi.waitUntil(() => reports.length > 0, { timeout: 20_000 });
  await stop();
  expect(reports).toEqual([{ name: 'long_jobs', failed: 'internal_error', changed: 0 }]);
  expect(await readJob(vault.recordStore.reader, job)).toMatchObject({ state: 'waiting' });

  const again = startLongJobs(vault, home.config, { ...options, entry: THREAD });
  await vi.waitUntil(async () => (await readJob(vault.recordStore.reader, job)).state === 'completed', {
    timeout: 20_000,
  });
  await again();
});

describe('the root key that a thread was handed is wiped', () => {
  /** Programs that first show the test the bytes they were given: memory that both threads see. */
  const SHOW = `import { parentPort, workerData } from 'node:worker_threads';
    parentPort.postMessage({ signal: 'values', said: workerData.config.rootKey.key });`;
  const WORKER = `await import(${JSON.stringify(THREAD.href)});`;
  const DEAF = 'setInterval(() => {}, 1000);';
  /** @returns the bytes as they stood whenever the thread said something, and when it had ended */
  const shown = async (program: string, key = ROOT_KEY) => {
    const folder = await temporaryFolder();
    onTestFinished(folder.remove);
    await writeFile(`${folder.path}/showing.mjs`, SHOW + program);
    const home = await freshHome('sqlite');
    const vault = await home.open({ rootKey: { from: 'environment', key: Buffer.from(ROOT_KEY, 'hex') } });
    await rotateKeys(vault, await appOf(vault, home, 'security'), {});
    let bytes: Uint8Array = new Uint8Array();
    const seen: [string | undefined, string][] = [];
    const look = (code?: string) => seen.push([code, Buffer.from(bytes).toString('hex')]);
    vault.signals.on('values', (given) => {
      bytes = given as unknown as Uint8Array;
      look('given');
    });
    const config = { ...home.config, rootKey: { from: 'environment', key: Buffer.from(key, 'hex') } as const };
    const stop = startLongJobs(vault, config, {
      ...{ rotateEveryMs: undefined, report: ({ failed }: JobReport) => void look(failed) },
      ...{ entry: pathToFileURL(`${folder.path}/showing.mjs`), stopMs: program === DEAF ? 1 : 20_000 },
    });
    await vi.waitUntil(() => seen.length > (program === DEAF ? 0 : 1), { timeout: 20_000 });
    await stop();
    look('ended');
    expect(Buffer.from(config.rootKey.key).toString('hex')).toBe(key);
    return seen;
  };
  const WIPED = '00'.repeat(32);

  test('by the thread when it has opened the vault', async () => {
    expect((await shown(WORKER)).slice(1)).toEqual([
      [undefined, WIPED],
      ['ended', WIPED],
    ]);
  });

  test('by the thread when the vault does not open', async () => {
    const other = 'cd'.repeat(32);
    const seen = await shown(WORKER, other);
    expect(seen.slice(1)).toEqual([
      ['cannot_start', WIPED],
      ['ended', WIPED],
    ]);
  });

  test.each([
    ['breaks before it reads it', 'throw new Error("broken");'],
    ['is ended from outside', DEAF],
  ])('by the server where the thread %s', async (_, program) => {
    const seen = await shown(program);
    expect(seen[0]).toEqual(['given', ROOT_KEY]);
    expect(seen.at(-1)).toEqual(['ended', WIPED]);
  });
});

test('a thread that does not end when it is asked to does not keep the server from ending', async () => {
  const folder = await temporaryFolder();
  onTestFinished(folder.remove);
  await writeFile(`${folder.path}/deaf.mjs`, 'setInterval(() => {}, 1000);');
  const home = await freshHome('sqlite');
  const vault = await home.open();
  await rotateKeys(vault, await appOf(vault, home, 'security'), {});
  const entry = pathToFileURL(`${folder.path}/deaf.mjs`);
  const stop = startLongJobs(vault, home.config, { rotateEveryMs: undefined, report: () => {}, entry, stopMs: 1 });
  await stop();
});

test('a real server closes an epoch in its thread while it answers, and the command line does it where no server is', async () => {
  const [stores, folder] = [await freshStores('sqlite'), await temporaryFolder()];
  onTestFinished(async () => {
    await stores.drop();
    await folder.remove();
  });
  const env = {
    LETHE_HOME: folder.path,
    RECORD_STORE_URL: stores.recordStoreUrl,
    KEY_STORE_URL: stores.keyStoreUrl,
    LETHE_ROOT_KEY: ROOT_KEY,
    LETHE_LOG_LEVEL: 'info',
  };
  const key = `${folder.path}/security.key`;
  expect(await lethe(env, 'init')).toMatchObject({ code: 0 });
  const added = await lethe(env, 'principals', 'add', 'guard', '--role', 'security', '--save', key);
  expect(added).toMatchObject({ code: 0 });

  const log = `${folder.path}/server.log`;
  const server = await startServer(folder.path, { env, log });
  const client = new LetheClient({ url: server.url, apiKey: (await readFile(key, 'ascii')).trim() });
  const job = await client.rotateKeys();
  const states: string[] = [];
  for await (const { state } of client.jobEvents(job)) states.push(state);
  expect(states.at(-1)).toBe('completed');
  await vi.waitUntil(async () => (await client.getStatus()).epoch === 2, { timeout: 20_000 });
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toMatch(/^lethe_unfinished_long_jobs 0$/m);
  expect(metrics).toMatch(/^lethe_epoch_destruction_pending 0$/m);
  expect(metrics).toMatch(/^lethe_epoch_since_close_seconds \d+$/m);
  expect(metrics).toMatch(/^lethe_jobs_total\{job="rotate_epoch",outcome="done"\} 1$/m);
  expect(await server.end()).toBe(0);

  const notDue = await lethe(env, 'keys', 'rotate', '--key-file', key);
  expect(notDue).toMatchObject({ code: 0, out: expect.stringMatching(/due to be closed at .*Z.*--now/) });
  const done = await lethe(env, 'keys', 'rotate', '--now', '--key-file', key);
  expect([done.code, done.out]).toEqual([0, expect.stringMatching(/^Done: job_.*epoch 2/)]);
  expect(done.err).toMatch(/^completed$/m);
  const listed = await lethe(env, 'jobs', 'list', '--key-file', key);
  expect(listed.out.trim().split('\n')).toEqual([
    expect.stringMatching(/^job +kind +state +step +code +ordered$/),
    ...[1, 2].map(() => expect.stringMatching(/^job_\S+ +rotate_epoch +completed +- +- +\S+Z$/)),
  ]);
  const shown = await lethe(env, 'jobs', 'show', job, '--key-file', key);
  expect(shown.out).toMatch(/^state {10}completed$/m);
  expect(shown.out).toMatch(/^waitsFor {7}-$/m);
  expect(shown.out).not.toMatch(/^step/m);
  expect((await readFile(log, 'utf8')) + (await readFile(`${log}.err`, 'utf8'))).not.toContain(ROOT_KEY);
}, 120_000);
