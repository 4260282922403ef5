/** What the doctor says of PostgreSQL servers: standbys that are real, and a pooler that is. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { CHECKS } from '../../src/doctor/checks.ts';
import { examine } from '../../src/doctor/examine.ts';
import type { World } from '../../src/doctor/world.ts';
import { lookAtServer } from '../../src/storage/postgres/server-look.ts';
import { freshDatabase } from '../support/postgres.ts';
import { primaryWithStandby } from '../support/standby.ts';
import { temporaryFolder } from '../support/temporary.ts';

const PGBOUNCER = '/usr/sbin/pgbouncer';
const now = () => new Date();

/** What these checks say of two stores on one server. */
async function saidOf(url: string, ids: readonly string[]): Promise<string[]> {
  const look = await lookAtServer(url, now);
  const config = { recordStoreUrl: url, keyStoreUrl: url };
  const world = { config, clock: now, server: async () => look } as unknown as World;
  const findings = await examine(
    world,
    CHECKS.filter(({ id }) => ids.includes(id)),
  );
  return findings.map(({ severity, says }) => `${severity} ${says}`);
}

test('replication that is not synchronous is warned of, a synchronous standby that is gone fails, a standby takes no writes', async () => {
  const pair = await primaryWithStandby();
  const replication = async () => (await saidOf(pair.primary, ['replication']))[0];
  expect(await replication()).toMatch(/^warn The record store’s replication is not synchronous/);

  await pair.setSynchronous(true);
  expect(await replication()).toMatch(/^ok /);

  await pair.kill('standby');
  await vi.waitFor(async () => {
    expect(await replication()).toMatch(/^fail The record store’s server waits for a synchronous standby, and none/);
  });

  await pair.start('standby');
  expect(await lookAtServer(pair.standby, now)).toMatchObject({ readOnly: true });
  const [primary, standby] = await Promise.all([pair.primary, pair.standby].map((url) => lookAtServer(url, now)));
  // A copy of a server keeps its identifier: the two are one by it, as two databases of one server are.
  expect([primary?.readOnly, primary?.system]).toEqual([false, standby?.system]);
  expect(Math.abs(primary?.aheadMs ?? Number.NaN)).toBeLessThan(1_000);
}, 60_000);

test.runIf(isThere())(
  'a pooler is told, and whether it hands connections on',
  async () => {
    const { url, drop } = await freshDatabase();
    onTestFinished(drop);
    expect(await saidOf(url, ['pooler'])).toEqual([expect.stringMatching(/^ok /)]);
    for (const mode of ['session', 'transaction'] as const) {
      const pooled = await bouncer(url, mode);
      expect(await lookAtServer(pooled, now)).toMatchObject({ pooler: mode, readOnly: false });
      expect((await saidOf(pooled, ['pooler']))[0]).toMatch(
        new RegExp(`^note A pooler stands before .* in ${mode} mode`),
      );
    }
  },
  30_000,
);

function isThere(): boolean {
  if (existsSync(PGBOUNCER)) return true;
  process.stderr.write(`No pooler is told: ${PGBOUNCER} is not installed (Debian: pgbouncer).\n`);
  return false;
}

/** @returns the URL by way of it */
async function bouncer(url: string, mode: string): Promise<string> {
  const { path, remove } = await temporaryFolder();
  const { hostname, port, username, password, pathname } = new URL(url);
  const listen = await freePort();
  const settings = [
    '[databases]',
    `* = host=${hostname} port=${port} user=${username} password=${password}`,
    '[pgbouncer]',
    ...['listen_addr = 127.0.0.1', `listen_port = ${listen}`, 'unix_socket_dir =', 'auth_type = any'],
    ...[`pool_mode = ${mode}`, 'ignore_startup_parameters = extra_float_digits'],
  ];
  await writeFile(`${path}/pgbouncer.ini`, settings.join('\n'));
  await chmod(path, 0o755);
  // It refuses to run as root.
  const identity = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const child = spawn(PGBOUNCER, ['-q', ...identity, `${path}/pgbouncer.ini`], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
    await remove();
  });
  const pooled = `postgres://${username}@127.0.0.1:${listen}${pathname}`;
  await vi.waitFor(() => lookAtServer(pooled, now), { timeout: 10_000, interval: 50 });
  return pooled;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
