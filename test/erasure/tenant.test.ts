/** Erasure of a whole tenant: at once for every caller, then from both stores, and nothing else with it. */
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { VAULT_TENANT } from '../../src/access/store.ts';
import { runBackgroundOnce } from '../../src/background/background.ts';
import { runJobsOnce } from '../../src/background/long-jobs.ts';
import type { Caller } from '../../src/calls/caller.ts';
import { ensureCanaries } from '../../src/canaries/canaries.ts';
import type { DestructionRow } from '../../src/erasure/destructions.ts';
import { drain, drainBuckets } from '../../src/erasure/drain.ts';
import { completeTenantErasure } from '../../src/erasure/tenants.ts';
import type { TenantId, Token } from '../../src/ids.ts';
import { eraseTenant as eraseTenantJob } from '../../src/jobs/erase-tenant.ts';
import type { LongJobContext } from '../../src/jobs/long-job.ts';
import * as rotation from '../../src/keyring/epochs/rotation.ts';
import { addPrincipal } from '../../src/operations/access/add-principal.ts';
import { addTenant } from '../../src/operations/access/add-tenant.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { eraseTenant } from '../../src/operations/erasures/erase-tenant.ts';
import { getErasure } from '../../src/operations/erasures/get-erasure.ts';
import { readCertificate } from '../../src/operations/erasures/read-certificate.ts';
import { mintToken } from '../../src/operations/tokens/mint-token.ts';
import { revokeToken } from '../../src/operations/tokens/revoke-token.ts';
import { declareType } from '../../src/operations/types/declare-type.ts';
import { setKeep } from '../../src/operations/types/set-keep.ts';
import { correct } from '../../src/operations/values/correct.ts';
import { detokenize } from '../../src/operations/values/detokenize.ts';
import { search } from '../../src/operations/values/search.ts';
import { verify } from '../../src/operations/values/verify.ts';
import type { KeyStore, RecordStore } from '../../src/storage/tx.ts';
import { deadTokens } from '../../src/tokens/dead-tokens.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { definition } from '../datatypes/definitions.ts';
import { appOf, callerOf, freshHome, type Home, rowsOf, tell, withParts } from '../support/home.ts';
import { packedId } from '../support/spelled.ts';
import { ENGINES } from '../support/stores.ts';
import { type Tokenized, tokenize } from '../support/tokenize.ts';
import { NOW, PURPOSES } from '../support/vault.ts';

const DAY_MS = 25 * 60 * 60 * 1000;

/** What of an erased tenant may remain, by store; everything else is empty of it. */
const REMAINS = {
  // Events go by themselves, after 30 days.
  records: ['audit_entries', 'certificates', 'erasures', 'hook_events', 'jobs', 'principals', 'tenants', 'tombstones'],
  keys: ['shreds', 'tenant_tombstones', 'tombstones'],
};

interface Division {
  readonly tenant: TenantId;
  readonly name: string;
  readonly keys: readonly string[];
  readonly admin: Caller;
  readonly app: Caller;
  readonly security: Caller;
  readonly stored: readonly Tokenized[];
}

/** A tenant with a row in every table that holds something of one. */
async function divisionOf(vault: Vault, operator: Caller, name: string): Promise<Division> {
  const added = await addTenant(vault, operator, { name });
  const [tenant, apiKey] = [added.tenant as TenantId, added.apiKey];
  const admin = await callerOf(vault, apiKey);
  const keyOf = async (role: 'app' | 'security') =>
    (await addPrincipal(vault, admin, { name: `Ada ${role}`, role, purposes: PURPOSES })).apiKey;
  const [appKey, securityKey] = [await keyOf('app'), await keyOf('security')];
  const [app, security] = [await callerOf(vault, appKey), await callerOf(vault, securityKey)];
  await declareType(vault, admin, definition());
  await setKeep(vault, admin, { type: 'ip', keep: 'network' });
  const items = Array.from({ length: 6 }, (_, i) => ({
    ...{ type: 'email', value: `ada${i}@example.com`, subject: `cust_${i % 2}`, reuse: i === 5 },
  }));
  const { results: stored } = await tokenize(vault, { ...app, idempotencyKey: 'once' }, { items });
  const [first, second, third] = stored as [Tokenized, Tokenized, Tokenized];
  await correct(vault, app, { record: first.record, value: 'eve@example.com' });
  await erase(vault, app, { records: [second.record] });
  await revokeToken(vault, app, { token: (await mintToken(vault, app, { record: third.record })).token as Token });
  await tokenize(vault, app, { items: [{ type: 'cvc', value: '123' }] }).catch(() => {});
  const [login] = (await tokenize(vault, app, { items: [{ type: 'password', value: 'correct horse battery' }] }))
    .results;
  await verify(vault, app, { token: login?.token as Token, value: 'wrong' });
  return { tenant, name, keys: [apiKey, appKey, securityKey], admin, app, security, stored };
}

async function show(vault: Vault, caller: Caller, tokens: readonly string[]) {
  const { results } = await detokenize(vault, caller, { tokens: tokens as Token[], purpose: 'billing' });
  return results.map((result) => ('error' in result ? result.error.code : result.value));
}

/** The tables of a store in which anything of the tenant is found. */
async function holding(url: string, tenant: TenantId): Promise<string[]> {
  const rows = await rowsOf(url);
  const bytes = packedId('tenant', tenant).toString('hex');
  return Object.keys(rows).filter((name) => rows[name]?.some((row) => row.includes(tenant) || row.includes(bytes)));
}

/** Runs the job that the order left, and sees that it has done its work. */
async function settled(vault: Vault, home: Home, erasure: string): Promise<void> {
  await runJobsOnce(vault);
  const sql = `SELECT state FROM erasures WHERE erasure = '${erasure}'`;
  expect((await tell<{ state: string }>(home.recordStoreUrl, sql))[0]?.state).toBe('completed');
}

describe.each(ENGINES)('on %s', (engine) => {
  const start = async (clock = () => NOW) => {
    const home = await freshHome(engine);
    const vault = await home.open({ clock });
    const operator = await callerOf(vault, await home.adminKey());
    return { home, vault, operator };
  };
  const orderOf = async (home: Home, tenant: TenantId): Promise<DestructionRow> => {
    const [row] = await tell<DestructionRow>(
      home.recordStoreUrl,
      `SELECT * FROM erasures WHERE tenant = '${tenant}' AND scope = 'tenant'`,
    );
    return row as DestructionRow;
  };

  test('nothing of it is left in any table but what the list says, and other tenants go on as before', async () => {
    const { home, vault, operator } = await start();
    const [gone, stays] = [await divisionOf(vault, operator, 'gone'), await divisionOf(vault, operator, 'stays')];
    // As the release before leaves it, where it still runs beside this one.
    await tell(
      home.recordStoreUrl,
      `INSERT INTO verify_attempts (tenant, record, failures, since) VALUES ('${gone.tenant}', 'rec_x', 1, ${NOW.getTime()})`,
    );
    const held = await holding(home.recordStoreUrl, gone.tenant);
    // Or a table that is forgotten would not be missed.
    for (const name of ['records', 'tokens', 'subjects', 'guess_budgets', 'verify_attempts', 'idempotency_keys']) {
      expect(held).toContain(name);
    }
    for (const name of ['custom_types', 'type_settings', 'api_keys', 'principals']) expect(held).toContain(name);
    const keysHeld = await holding(home.keyStoreUrl, gone.tenant);
    for (const name of ['buckets', 'record_keys', 'index_keys', 'blind_indexes', 'subject_refs', 'reuses', 'windows']) {
      expect(keysHeld).toContain(name);
    }

    // Ids that somebody has altered are no ids any more, and go like the others.
    const altered = engine === 'sqlite' ? "x'616263'" : "'\\x616263'";
    for (const [url, table, column] of [
      [home.recordStoreUrl, 'subjects', 'subject'],
      [home.recordStoreUrl, 'tokens', 'token'],
      [home.keyStoreUrl, 'windows', 'window_id'],
      [home.keyStoreUrl, 'subject_refs', 'subject'],
    ] as const) {
      const one = `SELECT ${column} FROM ${table} WHERE tenant = '${gone.tenant}' LIMIT 1`;
      await tell(url, `UPDATE ${table} SET ${column} = ${altered} WHERE ${column} = (${one})`);
    }

    const receipt = await eraseTenant(vault, operator, { tenant: gone.tenant, confirm: 'gone', reason: 'it ended' });

    expect(receipt).toEqual({
      ...{ erasure: expect.stringMatching(/^ers_/), state: 'ordered', tenant: gone.tenant, records: 0 },
      orderedAt: NOW.toISOString(),
    });
    await settled(vault, home, receipt.erasure);
    const at = NOW.toISOString();
    expect(await getErasure(vault, operator, { erasure: receipt.erasure })).toEqual({
      ...{ ...receipt, state: 'completed', records: 6, shreddedAt: at, completedAt: at },
    });
    for (const [store, url] of [
      ['records', home.recordStoreUrl],
      ['keys', home.keyStoreUrl],
    ] as const) {
      expect((await holding(url, gone.tenant)).filter((name) => !REMAINS[store].includes(name))).toEqual([]);
    }
    const principals = await tell(
      home.recordStoreUrl,
      `SELECT name, purposes, audience FROM principals WHERE tenant = '${gone.tenant}'`,
    );
    expect(principals).toEqual(Array(3).fill({ name: '', purposes: '[]', audience: null }));
    expect(JSON.stringify(await rowsOf(home.recordStoreUrl))).not.toContain('"gone"');
    const [shred] = await tell(home.keyStoreUrl, `SELECT * FROM shreds WHERE erasure = '${receipt.erasure}'`);
    expect(shred).toMatchObject({ tenant: gone.tenant, indexes: '[]', final_at: null });
    expect([Number(shred?.epoch), Number(shred?.records)]).toEqual([1, 6]);

    const [first, , third] = stays.stored as [Tokenized, Tokenized, Tokenized];
    expect(await show(vault, stays.app, [first.token, third.token])).toEqual(['eve@example.com', 'ada2@example.com']);
    const found = await search(vault, stays.app, { type: 'email', value: 'ada2@example.com', purpose: 'support' });
    expect(found.results).toHaveLength(1);
    expect(await tokenize(vault, stays.app, { items: [{ type: 'text', value: 'x' }] })).toBeDefined();
    await expect(home.open()).resolves.toBeDefined();
    expect((await addTenant(vault, operator, { name: 'gone' })).tenant).not.toBe(gone.tenant);
  });

  test('a table that holds more than a page of it is emptied to the last row', async () => {
    const { vault } = await start();
    const { recordStore } = vault;
    const tenant = 'ten_large' as TenantId;
    const rows = Array.from({ length: 1_001 }, (_, i) => ({ tenant, token: `tok_${i}`, audience: null }));
    const dead = rows.map((row) => ({ ...row, cause: 'revoked', died_at: 1 }));
    await recordStore.exclusive((tx) => tx.insert(deadTokens, dead));
    const page = () => recordStore.exclusive((tx) => drain(tx, deadTokens, tenant));

    expect(await page()).toMatchObject({ rows: 1_000, more: true });
    expect(await page()).toMatchObject({ rows: 1, more: false });
    expect(await page()).toMatchObject({ rows: 0, more: false });
  });

  test('a record with two generations of its key in a bucket is counted once', async () => {
    const { home, vault } = await start();
    const app = await appOf(vault, home);
    await tokenize(vault, app, { items: [{ type: 'text', value: 'x' }] });
    const columns = 'bucket, bucket_generation, wrapped';
    await tell(
      home.keyStoreUrl,
      `INSERT INTO record_keys (tenant, record, generation, ${columns})
       SELECT tenant, record, generation + 1, ${columns} FROM record_keys WHERE tenant = '${app.tenant}'`,
    );

    const drained = await vault.keyStore.exclusive((tx) => drainBuckets(tx, app.tenant));

    expect(drained).toMatchObject({ rows: 1, records: 1 });
  });

  test('from the order on no API key of it works and no call of it commits, on any node, before a key is destroyed', async () => {
    const { home, vault, operator } = await start();
    const other = await home.open();
    const { tenant, keys, app, stored } = await divisionOf(vault, operator, 'gone');
    const tokens = stored.map(({ token }) => token);
    await show(other, app, tokens);

    await eraseTenant(vault, operator, { tenant, confirm: 'gone' });

    for (const node of [vault, other]) {
      const failed: unknown[] = await Promise.all(keys.map((key) => callerOf(node, key).catch((error) => error.code)));
      expect(failed).toEqual(Array(3).fill('unauthenticated'));
      for (const late of [
        () => show(node, app, tokens),
        () => search(node, app, { type: 'email', value: 'ada2@example.com', purpose: 'support' }),
        () => tokenize(node, app, { items: [{ type: 'email', value: 'late@example.com', subject: 'late' }] }),
        () => erase(node, app, { subject: stored[0]?.subject as never }),
      ]) {
        await expect(late()).rejects.toMatchObject({ kind: 'gone', code: 'tenant_erased' });
      }
    }
    expect(await holding(home.keyStoreUrl, tenant)).toContain('record_keys');
  });

  test('a crash at any step is completed by the next round, and the number of records stays right', async () => {
    const { home, vault, operator } = await start();
    const { tenant } = await divisionOf(vault, operator, 'gone');
    await eraseTenant(vault, operator, { tenant, confirm: 'gone' });
    let crashes = 0;
    for (let allowed = 0; ; allowed += 1) {
      let left = allowed;
      const limit = <S extends KeyStore | RecordStore>(store: S): S =>
        withParts(store, {
          exclusive: (work: never) => {
            left -= 1;
            return left < 0 ? Promise.reject(new Error('crashed')) : store.exclusive(work);
          },
        } as unknown as Partial<S>);
      const { journal } = vault;
      const stores = { keyStore: limit(vault.keyStore), recordStore: limit(vault.recordStore), journal };
      const order = await orderOf(home, tenant);
      const done = await completeTenantErasure(stores, order, () => NOW).catch(() => undefined);
      if (done !== undefined) break;
      crashes += 1;
      const shreds = await tell(home.keyStoreUrl, `SELECT 1 FROM shreds WHERE tenant = '${tenant}' AND indexes = '[]'`);
      const keys = await holding(home.keyStoreUrl, tenant);
      // A certificate that waits for a row waits until the last key is gone.
      if (keys.includes('record_keys') || keys.includes('index_keys')) expect(shreds).toEqual([]);
    }

    expect(crashes).toBeGreaterThan(15);
    expect(Number((await orderOf(home, tenant)).records)).toBe(6);
    expect((await holding(home.keyStoreUrl, tenant)).filter((name) => !REMAINS.keys.includes(name))).toEqual([]);
  });

  test('the background round completes what nobody else does, and leaves to a job what is a job’s', async () => {
    let time = NOW.getTime();
    const { home, vault, operator } = await start(() => new Date(time));
    const { tenant } = await divisionOf(vault, operator, 'gone');
    await eraseTenant(vault, operator, { tenant, confirm: 'gone' });
    time += 60_000;
    await runBackgroundOnce(vault);
    expect((await orderOf(home, tenant)).state).toBe('ordered');
    // As where the job was lost with the record store's last moments.
    await tell(home.recordStoreUrl, 'DELETE FROM jobs');

    for (const report of await runBackgroundOnce(vault)) expect(report.failed).toBeUndefined();

    expect((await orderOf(home, tenant)).state).toBe('completed');
  });

  test('the long job does it, fenced in every transaction of the key store, and stops after a page when told to', async () => {
    const { home, vault, operator } = await start();
    const { tenant } = await divisionOf(vault, operator, 'gone');
    const { erasure } = await eraseTenant(vault, operator, { tenant, confirm: 'gone' });
    let [fenced, transactions, stopping] = [0, 0, true];
    const steps = new Set<string>();
    const keyStore = withParts(vault.keyStore, {
      exclusive: ((work: never) => {
        transactions += 1;
        return vault.keyStore.exclusive(work);
      }) as never,
    });
    const context = {
      params: { erasure },
      fence: async () => {
        fenced += 1;
      },
      progress: async (step: string) => void steps.add(step),
      stopping: () => stopping,
    } as unknown as LongJobContext;
    const work = eraseTenantJob({ ...vault, keyStore });

    await expect(work(context)).rejects.toMatchObject({ code: 'shutting_down' });
    expect(await holding(home.keyStoreUrl, tenant)).toContain('index_keys');
    stopping = false;
    expect(await work(context)).toEqual({ tenant, erasure, records: 6 });

    expect([...steps]).toEqual(['keys', 'records']);
    expect(fenced).toBe(transactions);
    await expect(work({ ...context, params: { erasure: 'ers_x' } })).rejects.toMatchObject({
      code: 'erasure_not_found',
    });
  });

  test('values stored on another node meanwhile are refused, or erased with the rest: no key of it is left', async () => {
    let time = NOW.getTime();
    const { home, vault, operator } = await start(() => new Date(time));
    const node = await home.open({ clock: () => new Date(time) });
    for (let round = 0; round < 4; round += 1) {
      const { tenant, app } = await divisionOf(vault, operator, `gone-${round}`);
      let going = true;
      const outcomes: unknown[] = [];
      const writers = Array.from({ length: 4 }, async (_, writer) => {
        for (let i = 0; going; i += 1) {
          const items = [{ type: 'email', value: `w${i}@example.com`, subject: `${round}-${writer}-${i}` }];
          outcomes.push(
            await tokenize(node, app, { items }).then(
              () => 'stored',
              (error) => error.code,
            ),
          );
        }
      });
      while (outcomes.length < 8) await new Promise((resume) => setImmediate(resume));
      const { erasure } = await eraseTenant(vault, operator, { tenant, confirm: `gone-${round}` });
      await settled(vault, home, erasure);
      going = false;
      await Promise.all(writers);

      expect(outcomes).toContain('stored');
      expect(outcomes.filter((outcome) => outcome !== 'stored' && outcome !== 'tenant_erased')).toEqual([]);
      for (const report of await runBackgroundOnce(node)) expect(report.failed).toBeUndefined();
      expect((await holding(home.keyStoreUrl, tenant)).filter((name) => !REMAINS.keys.includes(name))).toEqual([]);
      const records = await holding(home.recordStoreUrl, tenant);
      expect(records.filter((name) => !REMAINS.records.includes(name))).toEqual([]);
    }
    const unsettled = () =>
      tell(home.recordStoreUrl, 'SELECT 1 FROM tenants WHERE erased_at IS NOT NULL AND settled_at IS NULL');
    expect(await unsettled()).toHaveLength(4);
    time += DAY_MS;
    await runBackgroundOnce(vault);
    expect(await unsettled()).toEqual([]);
  });

  test('a call so late that it makes its keys after they were swept gets none, and leaves none', async () => {
    // No beat of a node changes its row between the two looks.
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const { home, vault, operator } = await start();
    const { tenant, app } = await divisionOf(vault, operator, 'gone');
    const node = await home.open();
    // It knows the bucket that takes its next value, and the tenant's index keys.
    await tokenize(node, app, { items: [{ type: 'text', value: 'x' }] });
    const { erasure } = await eraseTenant(vault, operator, { tenant, confirm: 'gone' });
    await settled(vault, home, erasure);
    // The first round makes what the vault lacks of its own.
    await runBackgroundOnce(vault);
    // Signs of life go on meanwhile.
    const left = async () => ({ ...(await rowsOf(home.keyStoreUrl)), nodes: [] });
    const before = await left();

    for (const items of [
      [{ type: 'text', value: 'late' }],
      [{ type: 'text', value: 'late', subject: 'late' }],
      [{ type: 'phone', value: '+4930123456', subject: 'cust_0' }],
      [{ type: 'cvc', value: '123' }],
    ]) {
      await expect(tokenize(node, app, { items })).rejects.toMatchObject({ code: 'tenant_erased' });
    }

    await runBackgroundOnce(node);
    expect(await left()).toEqual(before);
  });

  describe('who may', () => {
    test('its administrator, and those who operate the vault; nobody else, and not without its name', async () => {
      const { home, vault, operator } = await start();
      await ensureCanaries(vault);
      const [mine, theirs] = [await divisionOf(vault, operator, 'mine'), await divisionOf(vault, operator, 'theirs')];
      const asked = (caller: Caller, tenant: TenantId | undefined, confirm: string) =>
        eraseTenant(vault, caller, { confirm, ...(tenant && { tenant }) });
      const nowhere = mine.tenant.replace(/.$/, (last) => (last === '0' ? '1' : '0')) as TenantId;
      for (const [caller, tenant, confirm, code] of [
        [mine.app, mine.tenant, 'mine', 'not_allowed'],
        [mine.security, mine.tenant, 'mine', 'not_allowed'],
        [mine.admin, theirs.tenant, 'theirs', 'not_allowed'],
        [mine.admin, nowhere, 'theirs', 'not_allowed'],
        [mine.admin, undefined, 'theirs', 'not_allowed'],
        [mine.admin, undefined, 'nobody', 'not_allowed'],
        [mine.admin, operator.tenant, 'default', 'not_allowed'],
        [mine.admin, mine.tenant, 'Mine', 'not_confirmed'],
        [operator, mine.tenant, 'theirs', 'not_confirmed'],
        [operator, nowhere, 'mine', 'tenant_not_found'],
        [operator, undefined, 'nobody', 'tenant_not_found'],
        [operator, operator.tenant, 'default', 'first_tenant'],
        [operator, undefined, '@vault', 'tenant_not_found'],
        [operator, VAULT_TENANT, '@vault', 'tenant_not_found'],
      ] as const) {
        await expect(asked(caller, tenant, confirm)).rejects.toMatchObject({ code });
      }
      for (const role of ['app', 'support', 'auditor'] as const) {
        const { apiKey } = await addPrincipal(vault, operator, { name: role, role, purposes: PURPOSES });
        const refused = asked(await callerOf(vault, apiKey), mine.tenant, 'mine');
        await expect(refused).rejects.toMatchObject({ code: 'not_allowed' });
      }
      expect(await tell(home.recordStoreUrl, 'SELECT 1 FROM tenants WHERE erased_at IS NOT NULL')).toEqual([]);
      const { apiKey } = await addPrincipal(vault, operator, { name: 's', role: 'security', purposes: [] });
      const security = await callerOf(vault, apiKey);

      const [own, others] = [await asked(mine.admin, mine.tenant, 'mine'), await asked(security, undefined, 'theirs')];

      expect([own.tenant, others.tenant]).toEqual([mine.tenant, theirs.tenant]);
      const key = (await addPrincipal(vault, operator, { name: 'a', role: 'auditor', purposes: [] })).apiKey;
      for (const reader of [operator, security, await callerOf(vault, key)]) {
        expect(await getErasure(vault, reader, { erasure: own.erasure })).toMatchObject({ tenant: mine.tenant });
        expect(await readCertificate(vault, reader, { erasure: own.erasure })).toMatchObject({ state: 'pending' });
      }
      await expect(asked(operator, mine.tenant, mine.tenant)).rejects.toMatchObject({ code: 'tenant_erased' });
      const third = await divisionOf(vault, operator, 'third');
      for (const reader of [third.admin, third.app]) {
        for (const read of [getErasure, readCertificate]) {
          await expect(read(vault, reader, { erasure: own.erasure })).rejects.toMatchObject({
            code: 'erasure_not_found',
          });
        }
      }
      // What the tenant's own log says nobody reads any more: the first tenant's names the erasure, too.
      const entries = await tell<{ tenant: string; principal: string }>(
        home.recordStoreUrl,
        `SELECT tenant, principal FROM audit_entries WHERE erasure = '${own.erasure}' AND action = 'erase_tenant'`,
      );
      expect(entries.map(({ tenant }) => tenant).sort()).toEqual([mine.tenant, operator.tenant].sort());
      expect(new Set(entries.map(({ principal }) => principal))).toEqual(new Set([mine.admin.principal]));
    });

    test('those who operate the vault read receipts of whole tenants, and of no records of theirs', async () => {
      const { vault, operator } = await start();
      const { app, stored } = await divisionOf(vault, operator, 'other');
      const { erasure } = await erase(vault, app, { records: [stored[2]?.record as never] });

      await expect(getErasure(vault, operator, { erasure })).rejects.toMatchObject({ code: 'erasure_not_found' });
    });

    test('a repeated order is answered with the receipt of the first', async () => {
      const { vault, operator } = await start();
      const { tenant } = await divisionOf(vault, operator, 'gone');
      const caller = { ...operator, idempotencyKey: 'one' };

      const first = await eraseTenant(vault, caller, { tenant, confirm: 'gone' });
      const again = await eraseTenant(vault, caller, { tenant, confirm: 'gone' });

      expect(again.erasure).toBe(first.erasure);
      await expect(eraseTenant(vault, operator, { tenant, confirm: 'gone' })).rejects.toMatchObject({
        code: 'tenant_erased',
      });
    });
  });
});

test('K5: a bucket that a close moves while it is drained is noted under the epoch it has come to', async () => {
  const home = await freshHome('postgres');
  const vault = await home.open();
  const app = await appOf(vault, home);
  await tokenize(vault, app, { items: [{ type: 'text', value: 'x' }] });
  const { next } = await rotation.begin(vault, async () => {});
  await rotation.activate(vault, 1, next, async () => {});

  const drained = await vault.keyStore.exclusive(async (tx) => {
    const [buckets] = vault.keyring.wrapped;
    expect(await buckets?.rewrap(tx, 1, next, 1)).toBe(1);
    const waiting = vault.keyStore.exclusive((other) => drainBuckets(other, app.tenant));
    await new Promise((resolve) => setTimeout(resolve, 300));
    return { waiting };
  });

  expect(await drained.waiting).toMatchObject({ rows: 1, epoch: next });
});
