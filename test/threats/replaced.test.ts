/**
 * A store that is replaced under a vault that runs, by whoever gets past the restore's own refusal: the vault notices, and
 * serves nothing any more. What it had read would be of the one store, and what it wrote of the other.
 */
import { copyFile, rename } from 'node:fs/promises';
import { pino } from 'pino';
import request from 'supertest';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { newApp } from '../../src/http/app.ts';
import { restore } from '../../src/operations/copies/restore.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { backUp, backupFolder } from '../backup/folders.ts';
import { lethe } from '../support/command.ts';
import { appOf, callerOf, freshHome, type Home, tell } from '../support/home.ts';
import { freshDatabase } from '../support/postgres.ts';
import { startServer } from '../support/server-process.ts';
import { ENGINES } from '../support/stores.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { tokenize } from '../support/tokenize.ts';

const STORES = ['records', 'keys'] as const;
const END_SESSIONS = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid()`;

describe.each(ENGINES)('on %s', (engine) => {
  const urlOf = (home: Home, store: (typeof STORES)[number]) =>
    store === 'records' ? home.recordStoreUrl : home.keyStoreUrl;

  /** Puts a copy in the store's place while the vault is open and has, as it were, nothing to do. */
  const replaceUnder = async (home: Home, vault: Vault, store: (typeof STORES)[number]) => {
    const url = urlOf(home, store);
    if (engine === 'sqlite') {
      const path = url.slice('sqlite:'.length);
      await vault.recordStore.scrub();
      await vault.keyStore.scrub();
      await copyFile(path, `${path}.copy`);
      await rename(path, `${path}.aside`);
      await rename(`${path}.copy`, path);
      return;
    }
    const dir = await backupFolder();
    await backUp(vault, home, dir);
    await tell(home.keyStoreUrl, 'DELETE FROM nodes');
    for (const each of [home.recordStoreUrl, home.keyStoreUrl]) await tell(each, END_SESSIONS);
    await restore(home.config as Parameters<typeof restore>[0], dir, { store, replace: true });
  };
  const open = async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const home = await freshHome(engine);
    const vault = await home.open();
    const replaced: string[] = [];
    vault.signals.on('storeDisplaced', ({ store }) => void replaced.push(store));
    const app = newApp({ vault, log: pino({ level: 'silent' }), closing: () => false });
    const get = (path: string, key = '') => request(app).get(path).set('Authorization', `Bearer ${key}`);
    return { home, vault, replaced, get };
  };

  test.each(STORES)(
    'once the %s were replaced, every call is 503 from the next beat on, and says why',
    async (store) => {
      const { home, vault, replaced, get } = await open();
      const key = await home.adminKey();
      const caller = await callerOf(vault, key);
      await vault.beat();
      expect((await get('/readyz')).status).toBe(200);

      await replaceUnder(home, vault, store);
      await vault.beat();

      expect((await get('/readyz')).status).toBe(503);
      const reply = await get('/v1/status', key);
      expect([reply.status, reply.body.code]).toEqual([503, 'store_replaced']);
      expect((await get('/.well-known/jwks.json')).body.code).toBe('store_replaced');
      await expect(callerOf(vault, key)).rejects.toMatchObject({ code: 'store_replaced' });
      // Who was let in before writes no more either.
      await expect(
        vault[store === 'records' ? 'recordStore' : 'keyStore'].shared(async () => {}),
      ).rejects.toMatchObject({
        code: 'store_replaced',
      });
      expect(caller.role).toBe('admin');
      expect(replaced).toEqual([store]);
      await vault.beat();
      expect(replaced).toEqual([store]);
    },
  );

  test.each(STORES)('the first write to replaced %s is refused before any beat', async (store) => {
    const { home, vault } = await open();
    const app = await appOf(vault, home);
    await replaceUnder(home, vault, store);

    const stored = () => tell(home.recordStoreUrl, 'SELECT token FROM tokens');
    const before = await stored();
    const items = [{ type: 'email', value: 'ada@example.com' }];
    await expect(tokenize(vault, app, { items })).rejects.toMatchObject({ code: 'store_replaced' });

    expect(await stored()).toEqual(before);
  });

  test('a store that is where it was is not taken for another: over restarts of its server’s sessions, and of the vault', async () => {
    const { home, vault, replaced, get } = await open();
    await vault.beat();
    if (engine === 'postgres') for (const url of [home.recordStoreUrl, home.keyStoreUrl]) await tell(url, END_SESSIONS);
    await vault.beat();
    await vault.beat();
    await home.open();

    expect((await get('/readyz')).status).toBe(200);
    expect(replaced).toEqual([]);
    await expect(callerOf(vault, await home.adminKey())).resolves.toBeDefined();
  });
});

test('the command refuses to restore under an idle server on PostgreSQL; where it was got past, the server answers 503', {
  timeout: 90_000,
}, async () => {
  const [folder, records, keys] = await Promise.all([temporaryFolder(), freshDatabase(), freshDatabase()]);
  onTestFinished(() => folder.remove());
  onTestFinished(records.drop);
  onTestFinished(keys.drop);
  const env = { RECORD_STORE_URL: records.url, KEY_STORE_URL: keys.url };
  const server = await startServer(folder.path, { env, log: `${folder.path}/out.log` });
  onTestFinished(async () => void (await server.end('SIGKILL')));
  const run = (...args: string[]) => lethe(folder.path, args, { env });
  const key = `${folder.path}/security.key`;
  expect(await run('principals', 'add', 'officer', '--role', 'security', '--save', key)).toMatchObject({ code: 0 });
  expect(await run('backup', `${folder.path}/copies`, '--key-file', key)).toMatchObject({ code: 0 });
  const put = () => run('restore', `${folder.path}/copies`, '--store', 'records', '--replace');

  // Idle, without a single connection: those that are there are ended in the moment before.
  for (const { url } of [records, keys]) await tell(url, END_SESSIONS);
  const refused = await put();
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('a server on')]);

  // Past it: a server that sleeps, and a hand that removes its row.
  process.kill(server.pid, 'SIGSTOP');
  await tell(keys.url, 'DELETE FROM nodes');
  for (const { url } of [records, keys]) await tell(url, END_SESSIONS);
  expect(await put()).toMatchObject({ code: 0 });
  process.kill(server.pid, 'SIGCONT');
  const ready = await fetch(`${server.url}/readyz`);
  const reply = await fetch(`${server.url}/v1/status`, { headers: { Authorization: 'Bearer key_none' } });
  expect([ready.status, reply.status]).toEqual([503, 503]);
  expect(await reply.json()).toMatchObject({ code: 'store_replaced' });
});
