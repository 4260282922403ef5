/** Index keys are replaced on schedule: when their year is over, once, ordered by the vault itself, whatever the clock does. */
import { describe, expect, test, vi } from 'vitest';
import { THE_VAULT_ITSELF } from '../../src/access/principal.ts';
import { runJobsOnce } from '../../src/background/long-jobs.ts';
import { AT_ONCE, scheduledIndexRotation } from '../../src/background/scheduled-index-rotation.ts';
import type { Caller } from '../../src/calls/caller.ts';
import { newId, type TenantId } from '../../src/ids.ts';
import { orderJob } from '../../src/jobs/job-store.ts';
import { rotateIndex } from '../../src/jobs/rotate-index.ts';
import { INDEX_KEY_SECONDS } from '../../src/keyring/cryptoperiods.ts';
import { dueVersions } from '../../src/keyring/indexes/index-versions.ts';
import { addTenant } from '../../src/operations/access/add-tenant.ts';
import { eraseTenant } from '../../src/operations/erasures/erase-tenant.ts';
import { listKeys } from '../../src/operations/keys/list-keys.ts';
import { rotateKeys } from '../../src/operations/keys/rotate-keys.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { findAll, storeAll } from '../search/world.ts';
import { contextOf } from '../support/epochs.ts';
import { appOf, callerOf, freshHome, tell, withParts } from '../support/home.ts';
import { packedBuild } from '../support/spelled.ts';
import { ENGINES } from '../support/stores.ts';
import { NOW } from '../support/vault.ts';

const DAY_MS = 24 * 3_600_000;
const WEEK_MS = 7 * DAY_MS;
const YEAR_MS = INDEX_KEY_SECONDS * 1000;
/** With two blind indexes: the address, and its domain. */
const ADA = { type: 'email', value: 'ada@example.com' };

describe.each(ENGINES)('on %s', (engine) => {
  const place = async () => {
    const home = await freshHome(engine);
    let [passed, nodes] = [0, 0];
    const node = async () => {
      let ahead = 0;
      // Ids of two processes sort by the time they were made.
      const apart = nodes++;
      const vault = await home.open({ clock: () => new Date(NOW.getTime() + apart + passed + ahead) });
      const schedule = scheduledIndexRotation(vault, () => passed);
      return {
        vault,
        schedule,
        setAhead: (ms: number) => {
          ahead = ms;
        },
        /** A round of the background: orders what is due, and does it. */
        async round() {
          const ordered = await schedule();
          if (ordered > 0) await runJobsOnce(vault);
          return ordered;
        },
      };
    };
    return {
      home,
      node,
      pass: (ms: number) => {
        passed += ms;
      },
      jobs: () =>
        tell<{ tenant: string; params: string; ordered_by: string; state: string }>(
          home.recordStoreUrl,
          "SELECT tenant, params, ordered_by, state FROM jobs WHERE kind = 'rotate_index' ORDER BY job",
        ),
      versions: async (name: string) =>
        (
          await tell(
            home.keyStoreUrl,
            `SELECT version, state FROM index_keys WHERE name = '${name}' ORDER BY tenant, version`,
          )
        ).map(({ version, state }) => [Number(version), state ?? 'active']),
    };
  };
  const rest = async (schedule: () => Promise<number>) => [await schedule(), await schedule(), await schedule()];

  test('a key is replaced when its year is over, once, and not before; the tenant’s log says that the vault did', async () => {
    const { home, node, pass, jobs, versions } = await place();
    const { vault, schedule } = await node();
    const app = await appOf(vault, home);
    const [stored] = await storeAll(vault, app, [ADA]);
    const security = await appOf(vault, home, 'security');
    const overdue = async () =>
      (await listKeys(vault, security)).keys.filter((key) => key.kind === 'index_key' && key.overdue).length;
    pass(YEAR_MS - 1);
    expect([await rest(schedule), await overdue()]).toEqual([[0, 0, 0], 0]);
    pass(1);
    expect(await overdue()).toBe(2);
    expect(await rest(schedule)).toEqual([2, 0, 0]);
    expect(await jobs()).toEqual(
      ['email', 'email.domain'].map((name) => ({
        ...{ tenant: app.tenant, params: JSON.stringify({ name }), ordered_by: THE_VAULT_ITSELF, state: 'waiting' },
      })),
    );

    await runJobsOnce(vault);

    expect([await rest(schedule), await overdue()]).toEqual([[0, 0, 0], 0]);
    for (const name of ['email', 'email.domain']) {
      expect(await versions(name)).toEqual([
        [1, 'removed'],
        [2, 'active'],
      ]);
    }
    const own = await tell(home.keyStoreUrl, "SELECT DISTINCT version FROM index_keys WHERE substr(name, 1, 1) = '@'");
    expect(own.map(({ version }) => Number(version))).toEqual([1]);
    expect(await findAll(vault, app, ADA)).toEqual([stored?.record]);
    const entries = await tell(
      home.recordStoreUrl,
      "SELECT * FROM audit_entries WHERE action = 'rotate_keys' ORDER BY entry",
    );
    const said = entries.map(({ tenant, principal, outcome }) => ({ tenant, principal, outcome }));
    expect(said).toEqual(Array(4).fill({ tenant: app.tenant, principal: THE_VAULT_ITSELF, outcome: 'done' }));
    expect(new Set(entries.map(({ target }) => target)).size).toBe(2);
    pass(YEAR_MS);
    expect(await rest(schedule)).toEqual([2, 0, 0]);
  });

  test('of two nodes, and of people who order the same, one job comes; what is replaced meanwhile is left alone', async () => {
    const { home, node, pass, jobs, versions } = await place();
    const [one, two] = [await node(), await node()];
    await storeAll(one.vault, await appOf(one.vault, home), [ADA]);
    const security = await appOf(one.vault, home, 'security');
    pass(YEAR_MS);
    await rotateKeys(one.vault, security, { index: 'email' });
    const ordered = await Promise.all([one.schedule(), two.schedule()]);
    expect(ordered.reduce((sum, n) => sum + n)).toBe(1);
    expect(await jobs()).toHaveLength(2);
    await runJobsOnce(one.vault);
    pass(YEAR_MS);

    // Both are found due, and then the other node is done with them before the first is ordered here.
    const { recordStore } = one.vault;
    const late = vi.fn(async (work: Parameters<typeof recordStore.exclusive>[0]) => {
      if (late.mock.calls.length === 1) await two.round();
      return recordStore.exclusive(work);
    });
    const slow: Vault = { ...one.vault, recordStore: withParts(recordStore, { exclusive: late as never }) };
    expect(await scheduledIndexRotation(slow)()).toBe(0);
    expect(late).toHaveBeenCalledTimes(2);
    expect(await jobs()).toHaveLength(4);
    expect((await versions('email')).at(-1)).toEqual([3, 'active']);
    const entries = await tell(home.recordStoreUrl, "SELECT * FROM audit_entries WHERE action = 'rotate_keys'");
    expect(entries).toHaveLength(8);
  });

  test('few are ordered at a time; one that failed is tried again in a week, by whoever saw it, and holds up none of the others', async () => {
    const { home, node, pass, jobs } = await place();
    const [{ vault, schedule }, other] = [await node(), await node()];
    await storeAll(vault, await appOf(vault, home), [ADA]);
    const columns = 'version, epoch, wrapped, created_at';
    for (let i = 0; i < 6; i += 1) {
      await tell(
        home.keyStoreUrl,
        `INSERT INTO index_keys (tenant, name, ${columns}) SELECT tenant, 'n${i}', ${columns} FROM index_keys WHERE name = 'email'`,
      );
    }
    pass(YEAR_MS);
    const fail = () =>
      tell(home.recordStoreUrl, "UPDATE jobs SET state = 'failed', finished_at = 1 WHERE finished_at IS NULL");
    const days: number[] = [];
    for (let day = 0; day < 6; day += 1) {
      days.push(...(await rest(schedule)), ...(await rest(other.schedule)));
      await fail();
    }
    expect(days.filter((ordered) => ordered > 0)).toEqual([AT_ONCE, AT_ONCE]);
    const named = new Set((await jobs()).map(({ params }) => params));
    expect([named.size, (await jobs()).length]).toEqual([8, 8]);
    pass(WEEK_MS - 1);
    expect([await rest(schedule), await rest(other.schedule)]).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
    pass(1);
    expect((await rest(schedule)).reduce((sum, n) => sum + n)).toBe(AT_ONCE);
  });

  test('a tenant that has all the jobs it may have keeps its keys until some are done, and no other tenant from its turn', async () => {
    const { home, node, pass, jobs } = await place();
    const { vault, schedule } = await node();
    const app = await appOf(vault, home);
    await storeAll(vault, app, [ADA]);
    const { tenant } = await addTenant(vault, await callerOf(vault, await home.adminKey()), { name: 'other' });
    await tell(
      home.keyStoreUrl,
      `INSERT INTO index_keys (tenant, name, version, epoch, wrapped, created_at)
         SELECT '${tenant}', name, version, epoch, wrapped, created_at + 1 FROM index_keys WHERE name = 'email'`,
    );
    pass(YEAR_MS + 1);
    const orderOne = (from: number, of: TenantId) =>
      vault.recordStore.exclusive((tx) =>
        orderJob(tx, {
          ...{ job: newId('job', vault.random, NOW), kind: 'compromise', tenant: of, params: { from } },
          ...{ by: app.principal, at: NOW },
        }),
      );
    for (let i = 0; i < 20; i += 1) await orderOne(i, app.tenant);

    expect((await rest(schedule)).reduce((sum, n) => sum + n)).toBe(1);
    expect((await jobs()).map((job) => job.tenant)).toEqual([tenant]);
    await tell(home.recordStoreUrl, "UPDATE jobs SET finished_at = 1 WHERE kind = 'compromise'");
    expect((await rest(schedule)).reduce((sum, n) => sum + n)).toBe(2);
  });

  test('nothing is ordered for a tenant from the order of its erasure on', async () => {
    const { home, node, pass, jobs } = await place();
    const { vault, schedule } = await node();
    const operator = await callerOf(vault, await home.adminKey());
    const { tenant, apiKey } = await addTenant(vault, operator, { name: 'gone' });
    const app: Caller = await callerOf(vault, apiKey);
    await storeAll(vault, { ...app, role: 'app', purposes: ['billing'] } as Caller, [ADA]);
    pass(YEAR_MS);
    let ordering: Promise<number> | undefined;
    const stopped = vault.recordStore.exclusive(async (tx) => {
      await tx.execute(packedBuild((sql) => sql('tenants').where({ tenant }).update({ erased_at: 1 })));
      ordering = schedule();
      if (engine === 'postgres') {
        const waits = "SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'";
        await vi.waitUntil(async () => (await tell(home.recordStoreUrl, waits)).length > 0, { timeout: 10_000 });
      }
    });
    await stopped;
    expect(await ordering).toBe(0);
    await tell(home.recordStoreUrl, 'UPDATE tenants SET erased_at = NULL');

    await eraseTenant(vault, operator, { tenant: tenant as TenantId, confirm: 'gone' });
    expect(await rest(schedule)).toEqual([0, 0, 0]);
    await runJobsOnce(vault);
    expect(await rest(schedule)).toEqual([0, 0, 0]);
    expect(await jobs()).toEqual([]);
  });

  test('a clock a year ahead replaces each key once, and once more when it is right again, and then no more', async () => {
    const { home, node, pass } = await place();
    const [wrong, right] = [await node(), await node()];
    await storeAll(right.vault, await appOf(right.vault, home), [ADA]);
    wrong.setAhead(YEAR_MS);
    const ordered: number[] = [];
    for (let day = 0; day < 5; day += 1) {
      ordered.push(await wrong.round(), await wrong.round(), await right.round(), await right.round());
      pass(DAY_MS);
    }
    expect(ordered.filter((n) => n > 0)).toEqual([2, 2]);

    wrong.setAhead(0);
    pass(WEEK_MS);
    for (let day = 0; day < 5; day += 1) {
      expect([await rest(wrong.round), await rest(right.round)]).toEqual([
        [0, 0, 0],
        [0, 0, 0],
      ]);
      pass(DAY_MS);
    }
  });

  test('a version that a rotation left and never ended goes when its own year is over', async () => {
    const { home, node, pass, versions } = await place();
    const { vault, round } = await node();
    const app = await appOf(vault, home);
    await storeAll(vault, app, [ADA]);
    pass(DAY_MS);
    const progress = async (step: string) => {
      if (step === 'leaving') throw new Error('stopped');
    };
    const broken = rotateIndex(vault)(contextOf({ tenant: app.tenant, params: { name: 'email' }, progress }));
    await expect(broken).rejects.toThrow('stopped');
    expect(await versions('email')).toEqual([
      [1, 'leaving'],
      [2, 'active'],
    ]);
    pass(YEAR_MS - DAY_MS);
    expect(await rest(round)).toEqual([2, 0, 0]);
    expect(await versions('email')).toEqual([
      [1, 'removed'],
      [2, 'removed'],
      [3, 'active'],
    ]);
  });

  test('an index whose rows are not as they should be fails its own turn alone', async () => {
    const { home, node, pass, jobs } = await place();
    const { vault, schedule } = await node();
    await storeAll(vault, await appOf(vault, home), [ADA]);
    await tell(
      home.keyStoreUrl,
      `INSERT INTO index_keys (tenant, name, version, epoch, wrapped, created_at, state)
         SELECT tenant, name, 0, epoch, wrapped, created_at, 'odd' FROM index_keys WHERE name = 'email'`,
    );
    pass(YEAR_MS);
    await expect(schedule()).rejects.toMatchObject({ code: 'integrity_failure' });
    expect(await schedule()).toBe(1);
    expect((await jobs()).map(({ params }) => params)).toEqual(['{"name":"email.domain"}']);
  });
});

test('what is due is found by its index, a page at a time', async () => {
  const home = await freshHome('sqlite');
  const { keyStore } = await home.open();
  const asked: string[] = [];
  const { reader } = keyStore;
  const watched = withParts(reader, {
    query: ((build: Parameters<typeof reader.query>[0]) =>
      reader.query((sql) => {
        const built = build(sql);
        asked.push(built.toQuery());
        return built;
      })) as typeof reader.query,
  });
  const place = { tenant: 'ten_x', name: 'email', version: 1, created_at: 1 };
  await dueVersions(watched, NOW, undefined, 10);
  await dueVersions(watched, NOW, place, 10);
  expect(asked).toHaveLength(4);
  for (const text of asked) {
    const plan = await tell<{ detail: string }>(home.keyStoreUrl, `EXPLAIN QUERY PLAN ${text}`);
    expect(plan.map(({ detail }) => detail)).toEqual([
      expect.stringMatching(/^SEARCH index_keys USING (COVERING )?INDEX index_keys_by_age \(/),
    ]);
  }
});
