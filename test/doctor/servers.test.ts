/** What the doctor says of PostgreSQL servers: standbys that are real, and a pooler that is. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { CHECKS } from '../../src/doctor/checks.ts';
import { examine } from '../../src/doctor/examine.ts';
import type { World } from '../../src/doctor/world.ts';
import { lookAtServer } from '../../src/storage/postgres/server-look.ts';
import { pgbouncer, pgbouncerProgram } from '../support/pgbouncer.ts';
import { freshDatabase } from '../support/postgres.ts';
import { primaryWithStandby } from '../support/standby.ts';

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

test.runIf(pgbouncerProgram() !== undefined)(
  'a pooler is told, and whether it hands connections on',
  async () => {
    const { url, drop } = await freshDatabase();
    onTestFinished(drop);
    expect(await saidOf(url, ['pooler'])).toEqual([expect.stringMatching(/^ok /)]);
    for (const mode of ['session', 'transaction'] as const) {
      const pooled = (await pgbouncer(url, { mode, poolSize: 2 }))(new URL(url).pathname.slice(1));
      const seen = mode === 'session' ? 'unknown' : mode;
      expect(await lookAtServer(pooled, now)).toMatchObject({ pooler: seen, readOnly: false });
      expect((await saidOf(pooled, ['pooler']))[0]).toMatch(
        mode === 'session' ? /^note A pooler stands before .*mode does not show/ : /^note A pooler .* another session/,
      );
    }
  },
  30_000,
);
