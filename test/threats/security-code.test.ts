/**
 * Card security codes may be at rest nowhere (PCI DSS v4.0.1, 3.3.1.2). A real server is given some, reveals one, is
 * killed and started again; what it wrote is searched for the codes and for the sealed bytes that their tokens carry.
 */

import { readFile } from 'node:fs/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { pooledRandom } from '../../src/crypto/random.ts';
import { newId, type TenantId } from '../../src/ids.ts';
import { LIFE_MS } from '../../src/keyring/tree/window-keys.ts';
import { DECLARATION } from '../support/purposes.ts';
import { startServer } from '../support/server-process.ts';
import { ENGINES, freshStores } from '../support/stores.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { NOW } from '../support/vault.ts';
import { openDirectly } from './database.ts';
import { handOn } from './hand.ts';
import { filesUnder, found, type Haystack, needle, tablesOf } from './needles.ts';
import { copyOf, newPlace, openAt } from './place.ts';

describe.each(ENGINES)('on %s', (engine) => {
  test('neither a code nor the sealed bytes of its token are in a table, a file, the log, a metric or the audit log', async () => {
    const [home, stores] = [await temporaryFolder(), await freshStores(engine)];
    onTestFinished(async () => {
      await stores.drop();
      await home.remove();
    });
    const urls =
      engine === 'sqlite'
        ? [`sqlite:${home.path}/data/records.db`, `sqlite:${home.path}/keys/keystore.db`]
        : [stores.recordStoreUrl, stores.keyStoreUrl];
    const env: Record<string, string> = {
      LETHE_LOG_LEVEL: 'trace',
      ...(engine === 'postgres' && { RECORD_STORE_URL: stores.recordStoreUrl, KEY_STORE_URL: stores.keyStoreUrl }),
    };
    const log = `${home.path}/server.log`;
    let server = await startServer(home.path, { log, env });
    const adminKey = (await readFile(`${home.path}/keys/admin.key`, 'ascii')).trim();
    const send = async (key: string, method: string, path: string, body?: unknown, headers = {}) => {
      const reply = await fetch(server.url + path, {
        method,
        headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json', ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return (await reply.json()) as Record<string, unknown>;
    };
    const add = async (role: string) =>
      (await send(adminKey, 'POST', '/v1/principals', { name: role, role, purposes: ['billing'] })).apiKey as string;
    await send(adminKey, 'PUT', '/v1/purposes/billing', DECLARATION);
    const [app, auditor] = [await add('app'), await add('auditor')];
    // Codes are too short to be looked for by themselves: there are so many that they stand out together.
    const codes = Array.from({ length: 20 }, (_, i) => String(9_870 - i));
    const items = codes.map((value) => ({ type: 'cvc', value, subject: 'cust_1' }));
    const again = { 'Idempotency-Key': 'checkout-1' };
    type Results = { token: string; value?: string; error?: { code: string } }[];
    const first = (await send(app, 'POST', '/v1/tokenize', { items }, again)).results as Results;
    const second = (await send(app, 'POST', '/v1/tokenize', { items }, again)).results as Results;
    const tokens = [...first, ...second].map(({ token }) => token);
    const sealed = tokens.flatMap((token, i) => {
      const bytes = Buffer.from(token.slice(31), 'base64url').subarray(16);
      return [needle(`token ${i}`, token), needle(`sealed ${i}`, bytes), needle(`a part ${i}`, bytes.subarray(60, 90))];
    });
    const said = ['value', 'cvc', 'content'].flatMap((name) =>
      codes.flatMap((code) => [`"${name}":"${code}"`, `{"value":"${code}"`].map((text) => needle(text, text))),
    );

    const search = async () => {
      const told: Haystack = new Map([
        ['metrics', Buffer.from(await (await fetch(`${server.url}/metrics`)).text())],
        ['audit', Buffer.from(JSON.stringify(await send(auditor, 'GET', '/v1/audit/entries?limit=1000')))],
      ]);
      for (const url of urls) for (const [name, bytes] of await tablesOf(url)) told.set(`${url} ${name}`, bytes);
      expect(told.size).toBeGreaterThan(8);
      for (const haystack of [told, await filesUnder(home.path)]) {
        expect(found([...sealed, ...said], haystack)).toEqual([]);
        // A code by itself stands in a number by chance; as a column's, a property's or a word's own, it does not.
        for (const [place, bytes] of haystack) {
          if (/\.db|-wal|-shm|key$/.test(place)) continue;
          const text = bytes.toString('latin1');
          expect([place, codes.filter((code) => text.includes(`"${code}"`) || text.includes(` ${code} `))]).toEqual([
            place,
            [],
          ]);
        }
      }
    };
    await search();
    const reveal = async (token: string | undefined) => {
      const [result] = (await send(app, 'POST', '/v1/detokenize', { tokens: [token], purpose: 'billing' }))
        .results as Results;
      return result?.value ?? result?.error?.code;
    };
    expect([await reveal(first[0]?.token), await reveal(second[0]?.token)]).toEqual([codes[0], 'token_used_up']);
    await send(app, 'GET', `/v1/tokens/${first[1]?.token}`);
    await send(app, 'POST', '/v1/erasures', { tokens: [first[1]?.token] });
    await search();

    // Killed, with whatever its logs hold, and started again: within the window nothing is lost, and nothing is had twice.
    await server.end('SIGKILL');
    server = await startServer(home.path, { log, env });
    await search();
    expect([await reveal(first[0]?.token), await reveal(first[1]?.token)]).toEqual(['token_used_up', codes[1]]);
    await server.end();
  }, 60_000);

  test('a window that ended while the server was down is destroyed by the time that it listens', async () => {
    const [home, stores] = [await temporaryFolder(), await freshStores(engine)];
    onTestFinished(async () => {
      await stores.drop();
      await home.remove();
    });
    const keyStoreUrl = engine === 'sqlite' ? `sqlite:${home.path}/keys/keystore.db` : stores.keyStoreUrl;
    const env: Record<string, string> =
      engine === 'sqlite' ? {} : { RECORD_STORE_URL: stores.recordStoreUrl, KEY_STORE_URL: stores.keyStoreUrl };
    const log = `${home.path}/server.log`;
    await (await startServer(home.path, { log, env })).end();
    const wrapped = pooledRandom()(90);
    const put = async (at: number, bytes: Buffer) => {
      const id = newId('window', pooledRandom(), new Date(at));
      const store = await openDirectly(keyStoreUrl);
      await store.ask('INSERT INTO windows (tenant, window_id, epoch, wrapped, created_at) VALUES (?, ?, ?, ?, ?)', [
        'ten_x' as TenantId,
        id,
        1,
        bytes,
        at,
      ]);
      await store.close();
      return id;
    };
    await put(Date.now() - LIFE_MS, wrapped);
    const young = await put(Date.now(), Buffer.from(wrapped).reverse());

    const server = await startServer(home.path, { log, env });

    const store = await openDirectly(keyStoreUrl);
    expect((await store.ask('SELECT window_id FROM windows')).map((row) => row.window_id)).toEqual([young]);
    await store.close();
    if (engine === 'sqlite') expect(found([needle('a wrapped key', wrapped)], await filesUnder(home.path))).toEqual([]);
    await server.end();
  }, 60_000);

  test('limit: a copy of the key store from within the window, with the keys and the token, opens it again and later', async () => {
    const place = await newPlace(engine);
    const vault = await openAt(place, NOW);
    const [stored] = await vault.as('app').tokenize({ type: 'cvc', value: '987' });
    const token = stored?.token ?? '';
    await vault.close();
    const copy = { ...place, keyStoreUrl: await copyOf(place.keyStoreUrl) };
    const reveal = async (at: typeof place, now: Date) => {
      const opened = await openAt(at, now);
      const [result] = (await opened.as('app').detokenize(token)).body.results;
      await opened.close();
      return result.value ?? result.error.code;
    };
    expect(await reveal(place, NOW)).toBe('987');
    expect(await reveal(place, NOW)).toBe('token_used_up');
    // Who has the copy sets his clock as he likes. Once the window is over, the vault's own store is of no use for it.
    expect(await reveal(copy, NOW)).toBe('987');
    expect(await reveal(place, new Date(NOW.getTime() + LIFE_MS))).toBe('token_expired');
    expect(await reveal(place, NOW)).toBe('token_not_found');
  });

  test('limit: whoever writes the key store within the window can take back a claim', async () => {
    const place = await newPlace(engine);
    const vault = await openAt(place, NOW);
    const [stored] = await vault.as('app').tokenize({ type: 'cvc', value: '987' });
    const reveal = async () => (await vault.as('app').detokenize(stored?.token ?? '')).body.results[0];
    expect(await reveal()).toMatchObject({ value: '987' });
    expect(await handOn(vault.vault.keyStore).remove('window_reveals', {})).toBe(1);
    expect(await reveal()).toMatchObject({ value: '987' });
  });
});
