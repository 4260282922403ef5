/** Hooks lead nowhere inside, tell nobody what is stored, and cannot be turned against the vault. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { runBackgroundOnce } from '../../src/background/background.ts';
import { Deliveries, TENANT_TURNS, TURNS } from '../../src/background/deliveries.ts';
import { addressesOf, faultOfAddress } from '../../src/hooks/address.ts';
import { findHook, hooks } from '../../src/hooks/hook-rows.ts';
import { post } from '../../src/hooks/post.ts';
import type { HookId } from '../../src/ids.ts';
import { networksOf } from '../../src/network-address.ts';
import { addPrincipal } from '../../src/operations/access/add-principal.ts';
import { recover } from '../../src/operations/copies/recover.ts';
import { addHook } from '../../src/operations/hooks/add-hook.ts';
import { changeHook } from '../../src/operations/hooks/change-hook.ts';
import { listHooks } from '../../src/operations/hooks/list-hooks.ts';
import { removeHook } from '../../src/operations/hooks/remove-hook.ts';
import { testHook } from '../../src/operations/hooks/test-hook.ts';
import { detokenize } from '../../src/operations/values/detokenize.ts';
import { tokenize } from '../../src/operations/values/tokenize.ts';
import { verify } from '../../src/operations/values/verify.ts';
import { records } from '../../src/records/store.ts';
import { change } from '../../src/storage/queries.ts';
import { deliver, inside, receiver, verified } from '../hooks/receiver.ts';
import { makeCertificate } from '../support/certificate.ts';
import { everyByte, placesOf, stage, withParts } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { temporaryFolder } from '../support/temporary.ts';

test.each([
  ...['http://example.com/', 'ftp://example.com/', 'file:///etc/passwd', 'example.com', ''],
  ...['https://user:pw@example.com/', 'https://example.com/#x', `https://example.com/${'x'.repeat(1_000)}`],
  // This machine, in the spellings that a URL may have.
  ...['https://127.0.0.1/', 'https://2130706433/', 'https://0x7f.1/', 'https://0/', 'https://[::1]/', 'https://[::]/'],
  ...[
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[::127.0.0.1]/',
    'https://[64:ff9b::7f00:1]/',
  ],
  ...['https://[2002:7f00:1::]/', 'https://[fe80::1]/', 'https://[fec0::1]/', 'https://[::5efe:7f00:1]/'],
  // Neighbours, and the metadata services of clouds.
  ...['https://10.0.0.1/', 'https://172.16.0.1/', 'https://192.168.1.1/', 'https://[fd00::1]/', 'https://100.64.0.1/'],
  ...['https://169.254.169.254/latest/meta-data/', 'https://[fd00:ec2::254]/', 'https://100.100.100.200/'],
  ...['https://168.63.129.16/', 'https://192.0.0.192/', 'https://224.0.0.1/', 'https://255.255.255.255/'],
])('no hook leads to %s', (url) => {
  expect(faultOfAddress(url, [])).toBeDefined();
});

test.skipIf(!existsSync('/usr/bin/openssl'))(
  'over https a receiver proves its name to an authority that is known, whatever the environment says',
  async () => {
    const folder = await temporaryFolder();
    onTestFinished(folder.remove);
    const made = makeCertificate(folder.path, 'DNS:alarms.example.com');
    const [cert, key] = await Promise.all([readFile(made.certificate), readFile(made.key)]);
    const server = createServer({ cert, key }, (_, response) => void response.writeHead(204).end());
    onTestFinished(() => void server.close());
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const url = new URL(`https://alarms.example.com:${(server.address() as AddressInfo).port}/`);
    const addresses = await addressesOf(url, networksOf(['127.0.0.1']), async () => ['127.0.0.1']);
    const sending = post({ url, addresses, headers: {}, body: '{}', signal: AbortSignal.timeout(5_000) });
    await expect(sending).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    vi.unstubAllEnvs();
  },
);

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);
  const there = receiver();
  const local = (path: string) => ({ url: `http://127.0.0.1:${there.port}${path}` });
  /** As somebody who can write to the database. */
  const alter = (of: 'records' | 'hooks', where: object, set: object) =>
    here.vault.recordStore.exclusive((tx) => change(tx, of === 'hooks' ? hooks : records, where, set));
  const view = async (tenant: string, hook: string) =>
    (await listHooks(here.vault, await here.inTenant(tenant, 'security'))).hooks.find((one) => one.hook === hook);

  test('no hook is added that leads inside', async () => {
    const adding = addHook(here.vault, await here.as('security'), { url: 'https://169.254.169.254/' });
    await expect(adding).rejects.toMatchObject({ code: 'address_refused' });
  });

  test('a name is judged by what it resolves to at each try, and the connection goes to what was judged', async () => {
    const tenant = 'rebinding';
    const security = await here.inTenant(tenant, 'security');
    // The operator's network is the receiver's address alone, so that all else on this machine is forbidden.
    const vault = withParts(here.vault, { hookNetworks: networksOf(['127.0.0.1']) });
    const { hook } = await addHook(vault, security, { url: `http://alarms.example.com:${there.port}/named` });
    let answer: readonly string[] = ['127.0.0.1'];
    const resolve = async () => answer;
    await deliver(vault, { resolve });
    // The name is in no DNS: it was not asked a second time.
    expect(there.at('/named').map(({ host }) => host)).toEqual([`alarms.example.com:${there.port}`]);
    for (const rebound of [
      ...[['127.0.0.2'], ['127.0.0.1', '10.0.0.1'], ['169.254.169.254'], ['::ffff:10.0.0.1'], ['fe80::1%eth0'], []],
      // Public, and over http: it may be overheard on its way.
      ['93.184.216.34'],
    ]) {
      answer = rebound;
      await testHook(here.vault, security, { hook });
      await deliver(vault, { resolve, post: () => Promise.reject(new Error('It was called.')) });
      expect(await view(tenant, hook)).toMatchObject({ state: 'failing', failure: 'address_refused' });
      await changeHook(here.vault, security, { hook, paused: true });
      await changeHook(here.vault, security, { hook, paused: false });
    }
    expect(there.at('/named')).toHaveLength(1);
    await removeHook(here.vault, security, { hook });
  });

  test('without the setting, even a hook that is there leads nowhere inside', async () => {
    const security = await here.inTenant('unset', 'security');
    const { hook } = await addHook(inside(here.vault), security, local('/unset'));
    await deliver(here.vault);
    expect(there.at('/unset')).toEqual([]);
    expect(await view('unset', hook)).toMatchObject({ failure: 'address_refused' });
    await removeHook(here.vault, security, { hook });
  });

  test('no redirect is followed, and of an answer nothing but its status is read or told', async () => {
    const security = await here.inTenant('redirected', 'security');
    const needle = 'needle-of-the-receiver';
    there.answers('/redirect', (response) =>
      response.writeHead(307, { location: `http://127.0.0.1:${there.port}/${needle}`, 'x-said': needle }).end(needle),
    );
    // A body without end.
    there.answers('/endless', (response) => {
      response.writeHead(200);
      const more = () => response.write(needle.repeat(1_000), () => !response.destroyed && setImmediate(more));
      more();
    });
    there.answers('/never', () => {});
    // Neither an answer nor an error to Node: the connection is another protocol's from here on.
    there.answers('/switched', ({ socket }) => {
      socket?.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n');
    });
    const one = await addHook(inside(here.vault), security, local('/redirect'));
    const two = await addHook(inside(here.vault), security, local('/endless'));
    const three = await addHook(inside(here.vault), security, local('/never'));
    const four = await addHook(inside(here.vault), security, local('/switched'));
    const reports = await deliver(inside(here.vault), { tryMs: 200 });
    expect(there.at(`/${needle}`)).toEqual([]);
    expect(await view('redirected', one.hook)).toMatchObject({ failure: 'http_307' });
    expect(await view('redirected', two.hook)).toMatchObject({ state: 'active', pending: 0 });
    expect(await view('redirected', three.hook)).toMatchObject({ failure: 'timed_out', pending: 4 });
    expect(await view('redirected', four.hook)).toMatchObject({ failure: 'not_reached' });
    expect(JSON.stringify([reports, await listHooks(here.vault, security)])).not.toContain(needle);
    for (const { hook } of [one, two, three, four]) await removeHook(here.vault, security, { hook });
  });

  test('a try ends in time, and a process can stop, though what sends it never ends', async () => {
    const security = await here.inTenant('stuck', 'security');
    const { hook } = await addHook(inside(here.vault), security, local('/stuck'));
    const stuck = { tryMs: 50, post: () => new Promise<number>(() => {}) };
    await deliver(inside(here.vault), stuck);
    expect(await view('stuck', hook)).toMatchObject({ failure: 'timed_out' });
    await removeHook(here.vault, security, { hook });
  });

  test('slow receivers of one tenant hold up no other tenant, and no call', async () => {
    const slow = await here.inTenant('slow', 'security');
    const quick = await here.inTenant('quick', 'security');
    const slowOnes: HookId[] = [];
    for (let n = 0; n < TENANT_TURNS + 2; n += 1) {
      slowOnes.push((await addHook(inside(here.vault), slow, local(`/slow-${n}`))).hook);
    }
    const { hook } = await addHook(inside(here.vault), quick, local('/quick'));
    let underway = 0;
    const deliveries = new Deliveries(inside(here.vault), () => {}, {
      post: async ({ url, signal }) => {
        if (url.pathname === '/quick') return 204;
        underway += 1;
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      },
    });
    await deliveries.round();
    await expect.poll(async () => (await view('quick', hook))?.pending).toBe(0);
    await expect.poll(() => underway).toBe(TENANT_TURNS);
    expect(TENANT_TURNS).toBeLessThan(TURNS);
    // A call goes on meanwhile; and what was broken off counts as no failure of theirs.
    await testHook(here.vault, quick, { hook });
    await deliveries.stop();
    expect(await view('slow', slowOnes[0] as string)).toMatchObject({ state: 'active', attempts: 0 });
    for (const one of slowOnes) await removeHook(here.vault, slow, { hook: one });
    await removeHook(here.vault, quick, { hook });
  });

  test('what is told holds ids alone: no value, ref, reason or name', async () => {
    const tenant = 'needles';
    const [security, app, admin] = [
      await here.inTenant(tenant, 'security'),
      await here.inTenant(tenant, 'app'),
      await here.inTenant(tenant, 'admin'),
    ];
    const { hook, secret } = await addHook(inside(here.vault), security, local('/needles'));
    const items = [
      { type: 'password', value: 'needle-password-1', subject: 'needle-ref' },
      { type: 'email', value: 'needle@example.com', subject: 'needle-ref' },
    ];
    const { results } = await tokenize(here.vault, app, { items: items as never });
    for (let tries = 0; tries < 12; tries += 1) {
      const wrong = { token: results[0]?.token, value: `needle-wrong-${tries}`, reason: 'needle-reason' };
      await verify(here.vault, app, wrong as never).catch(() => {});
    }
    await alter('records', { record: results[1]?.record as string }, { sealed: Buffer.alloc(200) });
    const wanted = { tokens: [results[1]?.token], purpose: 'billing', reason: 'needle-reason' };
    for (let reads = 0; reads < 3; reads += 1) await detokenize(here.vault, app, wanted as never);
    await addPrincipal(here.vault, admin, { name: 'needle-name', role: 'auditor', purposes: [] });
    await deliver(inside(here.vault));
    // Each of these once, however often it was tried.
    expect(there.typesAt('/needles').toSorted()).toEqual(['guesses.locked_out', 'hook.added', 'integrity.failed']);
    const bodies = there.at('/needles').map((message) => verified(secret, message, here.now()));
    expect(JSON.stringify([bodies, there.at('/needles')])).not.toContain('needle-');
    expect(JSON.stringify(bodies)).not.toMatch(/example\.com|billing/);
    expect(bodies.find(({ type }) => type === 'integrity.failed')?.data).toMatchObject({
      records: [results[1]?.record],
    });
    expect(bodies.find(({ type }) => type === 'guesses.locked_out')?.data).toMatchObject({ principal: app.principal });
    here.advance(60 * 60 * 1000);
    await detokenize(here.vault, app, wanted as never);
    await deliver(inside(here.vault));
    expect(there.typesAt('/needles')).toHaveLength(4);
    await removeHook(here.vault, security, { hook });
  });

  test('neither a secret nor an address lies in a store, and neither is a copy of use', async () => {
    const security = await here.inTenant('sealed', 'security');
    const { hook, secret } = await addHook(inside(here.vault), security, local('/sealed-place'));
    const bytes = Buffer.from(secret.slice('whsec_'.length), 'base64');
    const places = await everyByte(here.home);
    expect(placesOf(places, bytes)).toEqual([]);
    expect(placesOf(places, Buffer.from(secret))).toEqual([]);
    expect(placesOf(places, Buffer.from('/sealed-place'))).toEqual([]);
    expect(JSON.stringify(await listHooks(here.vault, security))).not.toContain(secret);
    await removeHook(here.vault, security, { hook });
  });

  test('a row that was altered tells nobody, and is an alarm for the others', async () => {
    const security = await here.inTenant('altered', 'security');
    const one = await addHook(inside(here.vault), security, local('/altered'));
    const two = await addHook(inside(here.vault), security, local('/whole'));
    await deliver(inside(here.vault));
    // The address of the second hook, for the secret of the first.
    const other = await findHook(here.vault.recordStore.reader, security.tenant, two.hook);
    await alter('hooks', { hook: one.hook }, { settings: other?.settings as Buffer });
    await testHook(here.vault, security, { hook: one.hook });
    await deliver(inside(here.vault));
    await deliver(inside(here.vault));
    expect(there.typesAt('/altered')).toEqual(['hook.added', 'hook.added']);
    expect(await view('altered', one.hook)).toMatchObject({ damaged: true, state: 'paused', paused: 'damaged' });
    expect(there.typesAt('/whole').slice(-1)).toEqual(['integrity.failed']);
    await expect(changeHook(here.vault, security, { hook: one.hook, paused: false })).rejects.toMatchObject({
      code: 'integrity_failure',
    });
    for (const { hook } of [one, two]) await removeHook(here.vault, security, { hook });
  });

  test('a hook that was removed stays removed after an older record store is put back', async () => {
    const security = await here.inTenant('restored', 'security');
    const kept = await addHook(inside(here.vault), security, local('/kept'));
    const gone = await addHook(inside(here.vault), security, local('/gone'));
    await deliver(inside(here.vault));
    const { recordStore } = here.vault;
    const before = await recordStore.reader.query<never>((sql) => sql(hooks.name));
    const [told, toldGone] = [there.at('/kept').length, there.at('/gone').length];
    await removeHook(here.vault, security, { hook: gone.hook });
    await testHook(here.vault, security, { hook: kept.hook });
    await deliver(inside(here.vault));
    // As it was in the copy: the rows of the hooks, and nothing noted of the removal.
    await recordStore.exclusive(async (tx) => {
      await tx.execute((sql) => sql(hooks.name).delete());
      await tx.execute((sql) => sql('revocations').where({ kind: 'hook' }).delete());
      for (const row of before) await tx.execute((sql) => sql(hooks.name).insert(row));
    });
    await recover(here.vault, security);
    expect((await listHooks(here.vault, security)).hooks.map(({ hook }) => hook)).toEqual([kept.hook]);
    await testHook(here.vault, security, { hook: kept.hook });
    for (const _ of [1, 2]) await deliver(inside(here.vault));
    await runBackgroundOnce(here.vault);
    expect(there.at('/gone')).toHaveLength(toldGone);
    // Nothing is missing; what was told since the copy is told once more, under the ids that it had.
    expect(there.typesAt('/kept').filter((type) => type === 'hook.test').length).toBeGreaterThanOrEqual(2);
    const ids = there.at('/kept').map(({ headers }) => headers['webhook-id']);
    expect(ids.length).toBeGreaterThan(told);
    await deliver(inside(here.vault));
    expect(there.at('/kept')).toHaveLength(ids.length);
  });
});
