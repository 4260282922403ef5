/**
 * Passwords take a processor a while to be stored. Who brings many must not keep the hasher from others, nor from
 * itself once nobody waits for the answer any more.
 */
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { describe, expect, test, vi } from 'vitest';
import { MAX_NEW_VERIFIERS } from '../../src/intake/accept.ts';
import { listen } from '../contract/listening.ts';
import { ENGINES } from '../support/stores.ts';
import { openTestVault } from '../support/vault.ts';
import { handOn } from './hand.ts';

const PHC = '$argon2id$v=19$m=65536,t=3,p=4$bGV0aGUgZXhhbXBsZQ$ZKh6rZ5qAyGhRJmzsGJ0jC4HlnB2XxkV6tUQ2w1rFzA';
/** 256 MiB, two passes. */
const LARGE = `$argon2id$v=19$m=262144,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`;
const passwords = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ type: 'password', value: `correct horse ${i}` }));

describe.each(ENGINES)('on %s', (engine) => {
  test('a call brings so many passwords and no more; what else it brings does not count', async () => {
    const vault = await openTestVault({ engine });
    const app = vault.as('app');
    const computed = vi.spyOn(vault.vault.hasher, 'hashAll');
    const others = [
      { type: 'password', value: { phc: PHC } },
      { type: 'email', value: 'ada@example.com' },
    ];

    const refused = await app.call('post', '/v1/tokenize', {
      items: [...others, ...passwords(MAX_NEW_VERIFIERS + 1)],
    });
    expect(refused).toMatchObject({ status: 422, body: { code: 'too_many_passwords' } });
    expect(refused.body.field).toBe(`items/${others.length + MAX_NEW_VERIFIERS}/value`);
    expect(computed).not.toHaveBeenCalled();
    expect(await handOn(vault.vault.recordStore).rows('records')).toEqual([]);

    expect(await app.tokenize(...others, ...passwords(MAX_NEW_VERIFIERS))).toHaveLength(2 + MAX_NEW_VERIFIERS);
    const brought = Array.from({ length: 2 * MAX_NEW_VERIFIERS }, () => ({ type: 'password', value: { phc: PHC } }));
    expect(await app.tokenize(...brought)).toHaveLength(2 * MAX_NEW_VERIFIERS);
  });

  test.each(['tokenize', 'correct'] as const)(
    '%s: a client that has gone gets nothing computed and nothing stored, and its repeated call all of it',
    async (how) => {
      const vault = await openTestVault({ engine });
      const app = vault.as('app');
      const [stored] = await app.tokenize({ type: 'password', value: 'the first one' });
      const server = await listen(vault);
      const before = await handOn(vault.vault.recordStore).rows('records');
      const [method, path, body] =
        how === 'tokenize'
          ? (['post', '/v1/tokenize', { items: passwords(3) }] as const)
          : (['patch', `/v1/records/${stored?.record}`, { value: 'the second one' }] as const);
      const key = { 'Idempotency-Key': 'once' };

      const real = vault.vault.hasher.hashAll.bind(vault.vault.hasher);
      const client = httpRequest(`${server.url}${path}`, {
        method: method.toUpperCase(),
        headers: { ...key, Authorization: `Bearer ${app.apiKey}`, 'Content-Type': 'application/json' },
      });
      client.on('error', () => {});
      const hashed: unknown[] = [];
      const waiting = new Promise<void>((resolve) => {
        vi.spyOn(vault.vault.hasher, 'hashAll').mockImplementationOnce(async (asked, asker) => {
          client.destroy();
          if (asker.gone?.aborted === false) await once(asker.gone, 'abort');
          return real(asked, asker)
            .then((made) => {
              hashed.push(...made);
              return made;
            })
            .finally(resolve);
        });
      });
      client.end(JSON.stringify(body));
      await waiting;
      await vi.waitFor(async () => {
        expect(await vault.lastAuditEntry()).toMatchObject({ action: how, outcome: 'failed', code: 'client_gone' });
      });
      expect(hashed).toEqual([]);
      expect(await handOn(vault.vault.recordStore).rows('records')).toEqual(before);
      expect(vault.logged.join('')).toContain('"status":499,"code":"client_gone"');

      const replies = [await app.call(method, path, body, key), await app.call(method, path, body, key)];
      expect(replies.map(({ status }) => status)).toEqual([200, 200]);
      expect(replies[0]?.body).toEqual(replies[1]?.body);
      const right = how === 'tokenize' ? replies[0]?.body.results[0] : stored;
      const value = how === 'tokenize' ? 'correct horse 0' : 'the second one';
      expect((await app.call('post', '/v1/verify', { token: right.token, value })).body).toEqual({ verified: true });
      expect((await vault.auditEntries()).slice(-3).map(({ outcome }) => outcome)).toEqual([
        ...['done', 'replayed', 'done'],
      ]);
    },
  );

  test('a client that leaves when all is computed leaves nothing behind either', async () => {
    const vault = await openTestVault({ engine });
    const app = vault.as('app');
    await app.tokenize({ type: 'email', value: 'ada@example.com' });
    const server = await listen(vault);
    const real = vault.vault.hasher.hashAll.bind(vault.vault.hasher);
    const client = httpRequest(`${server.url}/v1/tokenize`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${app.apiKey}`, 'Content-Type': 'application/json' },
    });
    client.on('error', () => {});
    vi.spyOn(vault.vault.hasher, 'hashAll').mockImplementationOnce(async (asked, asker) => {
      const made = await real(asked, asker);
      client.destroy();
      if (asker.gone?.aborted === false) await once(asker.gone, 'abort');
      return made;
    });
    client.end(JSON.stringify({ items: passwords(1) }));
    await vi.waitFor(async () => {
      expect(await vault.lastAuditEntry()).toMatchObject({ outcome: 'failed', code: 'client_gone' });
    });
    expect(await handOn(vault.vault.recordStore).rows('records')).toHaveLength(1);
  });

  test('a tenant whose passwords fill its queue is told so alone: others store and verify meanwhile', async () => {
    const vault = await openTestVault({ engine });
    const [app, theirs] = [vault.as('app'), await vault.inTenant('other', 'app')];
    const [mine] = await app.tokenize({ type: 'password', value: 'mine' });
    const [known] = await theirs.tokenize({ type: 'password', value: 'theirs' });
    // Takes all the memory there is for a while: what is asked meanwhile waits.
    const held = vault.vault.hasher.verify('x', LARGE, { tenant: 'ten_held' });
    const codeOf = async (reply: ReturnType<typeof app.call>) => (await reply).body.code ?? 'done';
    const flood = Array.from({ length: 8 }, () =>
      codeOf(app.call('post', '/v1/tokenize', { items: passwords(MAX_NEW_VERIFIERS) })),
    );
    const others = [
      codeOf(theirs.call('post', '/v1/tokenize', { items: passwords(1) })),
      codeOf(theirs.call('post', '/v1/verify', { token: known?.token, value: 'theirs' })),
      codeOf(app.call('post', '/v1/verify', { token: mine?.token, value: 'mine' })),
    ];
    // Of a tenant, 100 passwords wait: those of four calls.
    expect((await Promise.all(flood)).toSorted()).toEqual([...Array(4).fill('done'), ...Array(4).fill('overloaded')]);
    expect(await Promise.all(others)).toEqual(['done', 'done', 'done']);
    await held;
  });
});
