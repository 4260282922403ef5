/**
 * Passwords are kept as a verifier, sealed. A real server stores, corrects and verifies some, is killed, and what it
 * wrote is searched for them and for their verifiers. What the counting of attempts does not hold against is shown too.
 */

import { readFile } from 'node:fs/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { RECORD } from '../../src/guesses/limits.ts';
import { DECLARATION } from '../support/purposes.ts';
import { startServer } from '../support/server-process.ts';
import { ENGINES, freshStores } from '../support/stores.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { NOW, openTestVault } from '../support/vault.ts';
import { handOn } from './hand.ts';
import { filesUnder, found, type Haystack, needle, tablesOf } from './needles.ts';

const FIRST = 'gänsefüßchen plant0 Xyzzy';
const SECOND = 'corrected plant1 xyzzy';
const WRONG = 'guessed plant2 xyzzy';
const BOTH_SPELLINGS = [FIRST.normalize('NFC'), FIRST.normalize('NFD')];
/** A verifier that another system made of `password`. */
const FOREIGN = '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4';

describe.each(ENGINES)('on %s', (engine) => {
  test('neither a password nor a verifier is in a table, a file, the log, a metric or the audit log', async () => {
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
    const server = await startServer(home.path, { log: `${home.path}/server.log`, env });
    const adminKey = (await readFile(`${home.path}/keys/admin.key`, 'ascii')).trim();
    const send = async (key: string, method: string, path: string, body?: unknown, again = '') => {
      const reply = await fetch(server.url + path, {
        method,
        headers: {
          ...{ Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
          ...(again && { 'Idempotency-Key': again }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return (await reply.json()) as Record<string, unknown>;
    };
    const add = async (role: string) =>
      (await send(adminKey, 'POST', '/v1/principals', { name: role, role, purposes: ['billing'] })).apiKey as string;
    await send(adminKey, 'PUT', '/v1/purposes/billing', DECLARATION);
    const [app, auditor] = [await add('app'), await add('auditor')];
    const items = [FIRST.normalize('NFD'), { phc: FOREIGN }].map((value) => ({ type: 'password', value }));
    const stored = await send(app, 'POST', '/v1/tokenize', { items }, 'sign-up-1');
    await send(app, 'POST', '/v1/tokenize', { items }, 'sign-up-1');
    const [own, foreign] = stored.results as { token: string; record: string }[];
    const verify = async (token: string | undefined, value: string) =>
      (await send(app, 'POST', '/v1/verify', { token, value })).verified;
    expect([await verify(own?.token, FIRST), await verify(own?.token, WRONG)]).toEqual([true, false]);
    const correction = { value: SECOND, reason: 'a new one' };
    await send(app, 'PATCH', `/v1/records/${own?.record}`, correction, 'correct-1');
    await send(app, 'PATCH', `/v1/records/${own?.record}`, correction, 'correct-1');
    expect([await verify(own?.token, FIRST), await verify(own?.token, SECOND)]).toEqual([false, true]);
    // A verifier weaker than today's is replaced behind the answer.
    expect([await verify(foreign?.token, 'passwort'), await verify(foreign?.token, 'password')]).toEqual([false, true]);
    await send(app, 'POST', '/v1/detokenize', { tokens: [own?.token], purpose: 'billing', view: 'plain' });
    await send(app, 'POST', '/v1/search', { type: 'password', value: SECOND, purpose: 'billing' });
    await send(app, 'POST', '/v1/tokenize', { items: [{ type: 'password', value: { pasword: WRONG } }] });
    await send(app, 'POST', '/v1/tokenize', { items: [{ type: 'password', value: `${WRONG}\n` }] });
    await send(app, 'POST', '/v1/tokenize', {
      items: [{ type: 'password', value: SECOND, token: 'correctedplant1xyzzy' }],
    });

    const [, , , , salt = '', tag = ''] = FOREIGN.split('$');
    const planted = [
      ...[...BOTH_SPELLINGS, SECOND, WRONG, 'correctedplant1xyzzy', FOREIGN].map((text) => needle(text, text)),
      ...[salt, tag].map((text) => needle(`of the verifier: ${text}`, Buffer.from(text, 'base64'))),
      needle('any verifier', '$argon2id$'),
    ];
    const told: Haystack = new Map([
      ['metrics', Buffer.from(await (await fetch(`${server.url}/metrics`)).text())],
      ['audit', Buffer.from(JSON.stringify(await send(auditor, 'GET', '/v1/audit/entries?limit=1000')))],
    ]);
    const atWork = await filesUnder(home.path);
    await server.end('SIGKILL');
    for (const url of urls) for (const [name, bytes] of await tablesOf(url)) told.set(`${url} ${name}`, bytes);
    expect(told.size).toBeGreaterThan(8);
    for (const haystack of [told, atWork, await filesUnder(home.path)]) expect(found(planted, haystack)).toEqual([]);
  }, 60_000);

  test('who brings tokens to a stored verifier learns nothing of it by what is refused', async () => {
    const vault = await openTestVault({ engine });
    const app = vault.as('app');
    const [stored] = await app.tokenize({ type: 'password', value: { phc: FOREIGN } as never });
    const bare = FOREIGN.toLowerCase().replace(/[^a-z0-9]/g, '');
    for (let i = 0; i + 6 <= bare.length; i += 6) {
      const token = `--${bare.slice(i, i + 6)}`;
      const reply = await app.call('post', '/v1/tokens', { record: stored?.record, token });
      expect([token, reply.status, reply.body.field]).toEqual([token, 422, 'token']);
    }
    // Who brings the verifier itself is still told.
    const items = [{ type: 'password', value: { phc: FOREIGN }, token: `--${bare.slice(-12)}` }];
    expect((await app.call('post', '/v1/tokenize', { items })).body.code).toBe('invalid_token');
  });

  test('limit: whoever writes the record store can set the count of failed attempts back, and guess on', async () => {
    const vault = await openTestVault({ engine, now: NOW });
    const [stored] = await vault.as('app').tokenize({ type: 'password', value: FIRST });
    const guess = async () =>
      (await vault.as('app').call('post', '/v1/verify', { token: stored?.token, value: WRONG })).status;
    for (let i = 0; i < RECORD.limit; i += 1) expect(await guess()).toBe(200);
    expect(await guess()).toBe(429);
    await handOn(vault.vault.recordStore).change('guess_budgets', {}, { taken: 0 });
    expect(await guess()).toBe(200);
  });
});
