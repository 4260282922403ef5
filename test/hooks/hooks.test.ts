/** Hooks are told what happened: signed, in order, at least once, and nothing but ids. */
import { describe, expect, test } from 'vitest';
import { runBackgroundOnce } from '../../src/background/background.ts';
import { Deliveries } from '../../src/background/deliveries.ts';
import { runJobsOnce } from '../../src/background/long-jobs.ts';
import { SOON_MS } from '../../src/background/note-ending-keys.ts';
import type { Caller } from '../../src/calls/caller.ts';
import { pooledRandom } from '../../src/crypto/random.ts';
import { aboutOf, eventOf, onceOf } from '../../src/hooks/events.ts';
import { hookEvents, noteEvents, orderEvents } from '../../src/hooks/outbox.ts';
import { PAUSE_AFTER_MS, WAITS_MS } from '../../src/hooks/turn.ts';
import { type HookId, newId, newTenantId, type RecordId } from '../../src/ids.ts';
import { addPrincipal } from '../../src/operations/access/add-principal.ts';
import { changeRole } from '../../src/operations/access/change-role.ts';
import { revokePrincipal } from '../../src/operations/access/revoke-principal.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { addHook } from '../../src/operations/hooks/add-hook.ts';
import { changeHook } from '../../src/operations/hooks/change-hook.ts';
import { listDeliveries } from '../../src/operations/hooks/list-deliveries.ts';
import { listHooks } from '../../src/operations/hooks/list-hooks.ts';
import { removeHook } from '../../src/operations/hooks/remove-hook.ts';
import { rotateHook } from '../../src/operations/hooks/rotate-hook.ts';
import { testHook } from '../../src/operations/hooks/test-hook.ts';
import { rotateKeys } from '../../src/operations/keys/rotate-keys.ts';
import { select } from '../../src/storage/queries.ts';
import { stage } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';
import { NOW } from '../support/vault.ts';
import { deliver, inside, type Receiver, receiver, verified } from './receiver.ts';

const HOUR_MS = 60 * 60 * 1000;

test('of the target of an entry ids are told, and no word that somebody has chosen', () => {
  const random = pooledRandom();
  const [job, principal, entry] = [
    newId('job', random, NOW),
    newId('principal', random, NOW),
    newId('audit', random, NOW),
  ];
  const told = { entry, tenant: newTenantId(random), at: NOW, principal, action: 'add_slot', outcome: 'done' } as const;
  expect(aboutOf({ ...told, target: `usb ${job} x_own_type` })).toMatchObject({ others: [job] });
  expect(aboutOf({ ...told, target: 'usb' }).others).toBeUndefined();
  const records = Array.from({ length: 30 }, () => newId('record', random, NOW));
  expect(aboutOf({ ...told, records }).records).toEqual(records.slice(0, 20));
  // What was refused did not happen.
  expect(eventOf(told)).toBe('slot.added');
  expect(eventOf({ ...told, outcome: 'refused', code: 'not_allowed' })).toBeUndefined();
});

test.each([1, 20, 21, 1_000])('the same %i damaged records are told once an hour, in whichever order', (many) => {
  const random = pooledRandom();
  const records = Array.from({ length: many }, () => newId('record', random, NOW));
  const told = { entry: newId('audit', random, NOW), tenant: newTenantId(random), at: NOW, outcome: 'failed' } as const;
  const principal = newId('principal', random, NOW);
  const once = (of: readonly RecordId[], at = NOW) =>
    onceOf('integrity.failed', { ...told, principal, action: 'detokenize', records: of, at });
  expect(once(records)).toBeTruthy();
  expect(once(records.toReversed())).toBe(once(records));
  expect(once(records.slice(1))).not.toBe(once(records));
  expect(once(records, new Date(NOW.getTime() + HOUR_MS))).not.toBe(once(records));
  expect(once(records)?.length).toBeLessThan(200);
});

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);
  const there = receiver();
  let paths = 0;

  /** A hook of a tenant of its own, so that tests do not hear each other. */
  async function hooked(events?: string[]) {
    paths += 1;
    const path = `/hook-${paths}`;
    const tenant = `tenant-${paths}`;
    const security = await here.inTenant(tenant, 'security');
    const added = await addHook(inside(here.vault), security, urlOf(there, path, events));
    return { ...added, path, tenant, security, admin: await here.inTenant(tenant, 'admin') };
  }
  const told = () => deliver(inside(here.vault));
  const view = async (caller: Caller, hook: HookId) =>
    (await listHooks(here.vault, caller)).hooks.find((one) => one.hook === hook);

  test('what happened arrives once, in order, and a library of others verifies it', async () => {
    const { hook, secret, path, admin, security } = await hooked();
    const { principal } = await addPrincipal(here.vault, admin, { name: 'checkout', role: 'auditor', purposes: [] });
    await revokePrincipal(here.vault, admin, { principal });
    const { event } = await testHook(here.vault, security, { hook });
    await told();
    await told();
    expect(there.typesAt(path)).toEqual(['hook.added', 'principal.revoked', 'hook.test']);
    const [, revoked, tried] = there.at(path);
    const body = verified(secret, revoked as never, here.now());
    const [entry] = (await here.entries()).filter((one) => one.action === 'revoke_principal').slice(-1);
    expect(body).toEqual({
      type: 'principal.revoked',
      timestamp: here.now().toISOString(),
      data: { tenant: security.tenant, entry: entry?.entry, principal: admin.principal, others: [principal] },
    });
    expect(tried?.headers['webhook-id']).toBe(event);
    expect(() => verified(`whsec_${Buffer.alloc(32).toString('base64')}`, tried as never, here.now())).toThrow();
    expect(() => verified(secret, tried as never, new Date(here.now().getTime() + 10 * 60_000))).toThrow(/too old/);
    expect(await view(security, hook)).toMatchObject({ state: 'active', attempts: 0, pending: 0 });
    const { deliveries } = await listDeliveries(here.vault, security, { hook, limit: 2 });
    expect(deliveries).toEqual([
      { event, name: 'hook.test', at: here.now().toISOString(), state: 'delivered' },
      expect.objectContaining({ name: 'principal.revoked', state: 'delivered' }),
    ]);
  });

  test('what a hook does not ask for is passed over, and what another tenant does is not told', async () => {
    const one = await hooked(['principal.revoked']);
    const other = await hooked();
    const { principal } = await addPrincipal(here.vault, one.admin, { name: 'x', role: 'auditor', purposes: [] });
    await revokePrincipal(here.vault, one.admin, { principal });
    await told();
    expect(there.typesAt(one.path)).toEqual(['principal.revoked']);
    expect(there.typesAt(other.path)).toEqual(['hook.added']);
    await changeHook(here.vault, one.security, { hook: one.hook, events: null });
    await told();
    expect(there.typesAt(one.path)).toEqual(['principal.revoked', 'hook.changed']);
  });

  test('what is refused comes again, later and later, under the same id, and what is behind it waits', async () => {
    const { hook, path, security, secret } = await hooked();
    there.answers(path, 503);
    await testHook(here.vault, security, { hook });
    const reports = await told();
    expect(reports.map(({ failed, why }) => [failed, why])).toEqual([['hook_failed', `${hook} http_503`]]);
    for (const wait of WAITS_MS.slice(0, 3)) {
      const tries = there.at(path).length;
      here.advance(wait - 1);
      await told();
      expect(there.at(path)).toHaveLength(tries);
      here.advance(wait * 0.2 + 2);
      await told();
      expect(there.at(path)).toHaveLength(tries + 1);
    }
    expect(await view(security, hook)).toMatchObject({
      state: 'failing',
      failure: 'http_503',
      attempts: 4,
      pending: 2,
    });
    there.answers(path, 200);
    here.advance(HOUR_MS);
    await told();
    expect(there.typesAt(path)).toEqual([...Array(5).fill('hook.added'), 'hook.test']);
    const tries = there.at(path).slice(0, 5);
    expect(new Set(tries.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    // Signed anew each time, so that the last try is not too old to be taken.
    expect(new Set(tries.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(5);
    expect(verified(secret, tries[4] as never, here.now())).toMatchObject({ type: 'hook.added' });
    expect(await view(security, hook)).toMatchObject({ state: 'active', attempts: 0, pending: 0 });
  });

  test('a hook that fails for days is paused, which the others are told; resumed, it is told what it missed', async () => {
    const { hook, path, security, tenant } = await hooked(['hook.changed', 'hook.added']);
    const url = urlOf(there, `${path}-other`, ['hook.paused']);
    const other = await addHook(inside(here.vault), security, url);
    there.answers(path, (response) => response.destroy());
    for (let tries = 0; tries < 12; tries += 1) {
      await told();
      here.advance(PAUSE_AFTER_MS / 10);
    }
    const paused = (await here.entries()).filter(({ code }) => code === 'hook_given_up');
    expect(paused).toMatchObject([{ tenant: security.tenant, action: 'change_hook', outcome: 'failed', target: hook }]);
    expect(await view(security, hook)).toMatchObject({ state: 'paused', paused: 'failing', failure: 'not_reached' });
    expect(there.typesAt(`${path}-other`)).toEqual(['hook.paused']);
    const tries = there.at(path).length;
    here.advance(HOUR_MS * 24);
    await told();
    expect(there.at(path)).toHaveLength(tries);
    await expect(testHook(here.vault, security, { hook })).rejects.toMatchObject({ code: 'hook_paused' });
    there.answers(path, 204);
    await changeHook(here.vault, security, { hook, paused: false });
    await told();
    expect(there.typesAt(path).slice(tries)).toEqual(['hook.added', 'hook.added', 'hook.changed']);
    expect(other.hook).not.toBe(hook);
    expect(tenant).toBeTruthy();
  });

  test('a receiver that says 410 is told nothing more', async () => {
    const { hook, path, security } = await hooked();
    there.answers(path, 410);
    await told();
    expect(await view(security, hook)).toMatchObject({ state: 'paused', paused: 'gone', attempts: 1 });
  });

  test('what was noted with an older id and came later is told nevertheless', async () => {
    const { path, security } = await hooked();
    const { vault } = here;
    const early = newId('event', vault.random, new Date(here.now().getTime() - HOUR_MS));
    await told();
    await vault.recordStore.shared((tx) =>
      noteEvents(tx, [
        { tenant: security.tenant, event: early, name: 'job.completed', at: here.now(), about: { others: ['late'] } },
      ]),
    );
    await told();
    expect(there.typesAt(path)).toEqual(['hook.added', 'job.completed']);
  });

  test('places go on where they were when everything old is forgotten', async () => {
    const { path, security, hook } = await hooked();
    await told();
    here.advance(31 * 24 * HOUR_MS);
    await runBackgroundOnce(here.vault);
    const left = await select(here.vault.recordStore.reader, hookEvents, { where: { tenant: security.tenant } });
    expect(left).toEqual([]);
    await testHook(here.vault, security, { hook });
    await told();
    expect(there.typesAt(path)).toEqual(['hook.added', 'hook.test']);
  });

  test('for an overlap both secrets sign, and then the new one alone', async () => {
    const { hook, path, secret, security } = await hooked(['hook.changed']);
    const next = await rotateHook(here.vault, security, { hook, overlapSeconds: 3_600 });
    await told();
    const [both] = there.at(path);
    expect(both?.headers['webhook-signature']).toMatch(/^v1,\S{44} v1,\S{44}$/);
    for (const one of [secret, next.secret]) expect(verified(one, both as never, here.now())).toBeTruthy();
    here.advance(HOUR_MS);
    await testHook(here.vault, security, { hook });
    await told();
    const alone = there.at(path)[1];
    expect(verified(next.secret, alone as never, here.now())).toBeTruthy();
    expect(() => verified(secret, alone as never, here.now())).toThrow();
    const last = await rotateHook(here.vault, security, { hook, overlapSeconds: 0 });
    await told();
    expect(() => verified(next.secret, there.at(path)[2] as never, here.now())).toThrow();
    expect(verified(last.secret, there.at(path)[2] as never, here.now())).toBeTruthy();
  });

  const changes: [string, (caller: Caller, hook: HookId) => Promise<unknown>][] = [
    ['removed', (caller, hook) => removeHook(here.vault, caller, { hook })],
    ['paused', (caller, hook) => changeHook(here.vault, caller, { hook, paused: true })],
    ['told other things', (caller, hook) => changeHook(here.vault, caller, { hook, events: ['root.split'] })],
    ['given another secret', (caller, hook) => rotateHook(here.vault, caller, { hook, overlapSeconds: 0 })],
  ];
  test.each(changes)(
    'while it is told, a hook is %s: of its turn only the message under way goes out',
    async (_, change) => {
      const { hook, path, security } = await hooked(['hook.added']);
      for (let n = 0; n < 3; n += 1) await testHook(here.vault, security, { hook });
      let sent = 0;
      const deliveries = new Deliveries(inside(here.vault), () => {}, {
        post: async ({ url }) => {
          if (url.pathname !== path) return 204;
          sent += 1;
          if (sent === 1) await change(security, hook);
          return 204;
        },
      });
      await deliveries.round();
      await deliveries.settled();
      await deliveries.stop();
      expect(sent).toBe(1);
      await told();
      await removeHook(here.vault, security, { hook }).catch(() => {});
    },
  );

  test('under its idempotency key a call shows the secret again, until that is replaced', async () => {
    const security = await here.inTenant('again', 'security');
    const caller = { ...security, idempotencyKey: 'add-1' };
    const wanted = urlOf(there, '/again');
    const added = await addHook(inside(here.vault), caller, wanted);
    expect(await addHook(inside(here.vault), caller, wanted)).toEqual(added);
    expect((await listHooks(here.vault, security)).hooks).toHaveLength(1);
    await rotateHook(here.vault, security, { hook: added.hook, overlapSeconds: 0 });
    await expect(addHook(inside(here.vault), caller, wanted)).rejects.toMatchObject({ code: 'hook_secret_replaced' });
  });

  test('two processes deliver one after the other, never at once', async () => {
    const { path, security, hook } = await hooked();
    const [one, two] = [1, 2].map(() => new Deliveries(inside(here.vault), () => {})) as [Deliveries, Deliveries];
    await Promise.all([one.round(), two.round()]);
    await Promise.all([one.settled(), two.settled()]);
    expect(there.typesAt(path)).toEqual(['hook.added']);
    await one.stop();
    await testHook(here.vault, security, { hook });
    await two.round();
    await two.settled();
    await two.stop();
    expect(there.typesAt(path)).toEqual(['hook.added', 'hook.test']);
  });

  test('places are given in the order of commits, and no place twice', async () => {
    const { security } = await hooked();
    const { vault } = here;
    const events = Array.from({ length: 5 }, () => newId('event', vault.random, here.now()));
    for (const event of events.toReversed()) {
      await vault.recordStore.shared((tx) =>
        noteEvents(tx, [{ tenant: security.tenant, event, name: 'job.completed', at: here.now(), about: {} }]),
      );
      await orderEvents(vault.recordStore, here.now(), 100);
    }
    const where = { tenant: security.tenant, name: 'job.completed' };
    const rows = await select(vault.recordStore.reader, hookEvents, { where, orderBy: ['position'] });
    expect(rows.map(({ event }) => event)).toEqual(events.toReversed());
    expect(new Set(rows.map(({ position }) => position)).size).toBe(5);
  });

  test('an erasure that became final is told, and an API key that ends soon, once', async () => {
    const { hook, path, security, admin, tenant } = await hooked([
      'erasure.final',
      'api_key.ends_soon',
      'job.completed',
    ]);
    const app = await here.inTenant(tenant, 'app');
    const items = [{ type: 'email', value: 'ada@example.com', subject: 'cust_hooks' }];
    const [{ token, subject } = {}] = (await tokenize(here.vault, app, { items: items as never })).results;
    const { erasure } = await erase(here.vault, app, { subject } as never);
    await rotateKeys(here.vault, security, {});
    await runJobsOnce(here.vault);
    const expiresAt = new Date(here.now().getTime() + SOON_MS - HOUR_MS).toISOString();
    const rules = [{ effect: 'allow' as const, actions: ['tokenize' as const] }];
    await changeRole(here.vault, admin, { role: 'till', description: '', rules });
    const { principal } = await addPrincipal(here.vault, admin, {
      name: 'till',
      role: 'till',
      purposes: [],
      expiresAt,
    });
    for (const _ of [1, 2]) await runBackgroundOnce(here.vault);
    await told();
    expect(there.typesAt(path).toSorted()).toEqual(['api_key.ends_soon', 'erasure.final', 'job.completed']);
    const bodies = there.at(path).map(({ body }) => JSON.parse(body));
    expect(bodies.find(({ type }) => type === 'erasure.final').data).toEqual({
      tenant: security.tenant,
      erasure,
      subject,
    });
    expect(bodies.find(({ type }) => type === 'api_key.ends_soon').data).toMatchObject({ principal });
    expect(JSON.stringify(bodies)).not.toContain(token);
    await removeHook(here.vault, security, { hook });
    expect(await view(security, hook)).toBeUndefined();
  });
});

function urlOf({ port }: Pick<Receiver, 'port'>, path: string, events?: string[]) {
  return { url: `http://127.0.0.1:${port}${path}`, ...(events && { events: events as never }) };
}
