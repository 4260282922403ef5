/**
 * kill -9 at any moment. A real server stores, corrects and erases for several callers at once, is killed, and is
 * started again; then everything it had acknowledged must hold, and everything it had not must be whole or absent.
 * `npm run soak` kills for a long time. Losing power is more than this: then the disk's own promises count.
 */
import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runBackgroundOnce } from '../../src/background/background.ts';
import { ORPHAN_GRACE_MS } from '../../src/storage/limits.ts';
import { openVault } from '../../src/vault/open-vault.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { askRows } from '../support/spelled.ts';
import { ENGINES, freshStores } from '../support/stores.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { Callers, newPrincipal, pause } from './callers.ts';

const SOAK = process.env.SOAK === '1';
const KILLS = SOAK ? 200 : 4;
/** By then every job looks at all that was left. */
const LATER_MS = ORPHAN_GRACE_MS + 3_600_000;

describe.each(ENGINES)('on %s', (engine) => {
  test(
    'what was acknowledged survives kill -9 at any moment, and nothing is left half done',
    async () => {
      const [home, stores] = [await temporaryFolder(), await freshStores(engine)];
      let server: ServerProcess | undefined;
      onTestFinished(async () => {
        await server?.end('SIGKILL');
        await stores.drop();
        await home.remove();
      });
      const { recordStoreUrl, keyStoreUrl } = stores;
      const options = {
        log: `${home.path}/server.log`,
        env: { RECORD_STORE_URL: recordStoreUrl, KEY_STORE_URL: keyStoreUrl, LETHE_LOG_LEVEL: 'warn' },
      };
      server = await startServer(home.path, options);
      const admin = (await readFile(`${home.path}/keys/admin.key`, 'ascii')).trim();
      const callers = new Callers(await newPrincipal(server.url, admin, 'app'));

      const both = () => {
        const { stored, corrected, erased } = callers.acknowledged;
        return Math.min(stored, corrected + erased);
      };
      // On a busy machine a server may be killed before it answers anything, so there are more kills where needed.
      for (let kill = 0; kill < KILLS || (both() === 0 && kill < 4 * KILLS); kill += 1) {
        const working = callers.work(server.url);
        await pause(40 + randomInt(300));
        await server.end('SIGKILL');
        await working;
        // Now and then the next start is killed as well.
        if (kill % 4 === 3) {
          const starting = startServer(home.path, { ...options, dieAfterMs: 200 + randomInt(600) }).catch(
            () => undefined,
          );
          await (await starting)?.end('SIGKILL');
        }
        server = await startServer(home.path, options);
        callers.settled();
        await callers.verify(server.url);
        await callers.repeat(server.url);
      }
      await callers.verify(server.url);
      await server.end('SIGKILL');
      expect(both(), JSON.stringify(callers.acknowledged)).toBeGreaterThan(0);

      const vault = await openVault(
        {
          recordStoreUrl,
          keyStoreUrl,
          keysPath: `${home.path}/keys`,
          rootKey: { from: 'file', path: `${home.path}/keys/root.key` },
        },
        { clock: () => new Date(Date.now() + LATER_MS) },
      );
      try {
        for (const report of await runBackgroundOnce(vault)) expect(report).toMatchObject({ failed: undefined });
        const all = (store: 'recordStore' | 'keyStore', table: string, ...columns: string[]) =>
          askRows<Record<string, unknown>>(vault[store].reader, (sql) => sql(table).select(columns).orderBy(columns));
        const live = [...callers.known.values()].filter((known) => known.erased === 'no').map(({ record }) => record);
        const records = await all('recordStore', 'records', 'record', 'generation');
        expect(records.map(({ record }) => record)).toEqual(live.sort());
        expect(await all('keyStore', 'record_keys', 'record', 'generation')).toEqual(records);
        // Of each email two: the address and its domain.
        const indexed = records.flatMap((record) => [record, record]);
        expect(await all('keyStore', 'blind_indexes', 'record', 'generation')).toEqual(indexed);
        expect(await all('keyStore', 'correction_keys', 'record')).toEqual([]);
        expect(await all('keyStore', 'tombstones', 'record', 'generation')).toEqual(
          await all('recordStore', 'tombstones', 'record', 'generation'),
        );
        const states = await all('recordStore', 'erasures', 'state');
        expect(new Set(states.map(({ state }) => state))).toEqual(new Set(['completed']));
      } finally {
        await vault.close();
      }
    },
    SOAK ? 3_600_000 : 60_000,
  );
});
