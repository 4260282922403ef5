/** Several nodes on the same stores: what one does, the others know at their next call. */
import { describe, expect, test } from 'vitest';
import type { RecordId, SubjectId, Token } from '../../src/ids.ts';
import { addPrincipal } from '../../src/operations/access/add-principal.ts';
import { addTenant } from '../../src/operations/access/add-tenant.ts';
import { revokePrincipal } from '../../src/operations/access/revoke-principal.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { resolveSubject } from '../../src/operations/subjects/resolve-subject.ts';
import { correct } from '../../src/operations/values/correct.ts';
import { detokenize } from '../../src/operations/values/detokenize.ts';
import { search } from '../../src/operations/values/search.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { callerOf, stage, tell } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';

describe.each(ENGINES)('two nodes on %s', (engine) => {
  const here = stage(engine);
  let other: Promise<Vault> | undefined;
  let tests = 0;
  /** Both nodes, and names that no other test uses. */
  const twoNodes = async () => {
    other ??= here.home.open();
    const [one, two, app] = [here.vault, await other, await here.as('app')];
    tests += 1;
    const name = (what: string) => `${what}-${tests}`;
    const address = (who: string) => `${name(who)}@example.com`;
    const store = async (node: Vault, value: string, subject?: string) => {
      const item = { type: 'email', value, ...(subject === undefined ? {} : { subject }) };
      const { results } = await tokenize(node, app, { items: [item] });
      return results[0] as (typeof results)[number];
    };
    const reveal = async (node: Vault, token: Token) => {
      const { results } = await detokenize(node, app, { tokens: [token], purpose: 'billing' });
      const [result] = results;
      return result !== undefined && 'value' in result ? result.value : result?.error.code;
    };
    const find = async (node: Vault, value: string) =>
      (await search(node, app, { type: 'email', value, purpose: 'billing' })).results.map(({ record }) => record);
    return { home: here.home, one, two, app, name, address, store, reveal, find };
  };

  test('open each other’s tokens, find each other’s values, know each other’s subjects', async () => {
    const { one, two, app, address, name, store, reveal, find } = await twoNodes();
    const [mine, theirs] = [
      await store(one, address('one'), name('ada')),
      await store(two, address('two'), name('ada')),
    ];

    expect([await reveal(two, mine.token), await reveal(one, theirs.token)]).toEqual([address('one'), address('two')]);
    expect([await find(two, address('one')), await find(one, address('two'))]).toEqual([
      [mine.record],
      [theirs.record],
    ]);
    expect(theirs.subject).toBe(mine.subject);
    expect(await resolveSubject(two, app, { ref: name('ada') })).toEqual({ subject: mine.subject });
  });

  test('a revocation on one holds on the other from its next call', async () => {
    const { home, one, two } = await twoNodes();
    const admin = await callerOf(one, await home.adminKey());
    const { principal, apiKey } = await addPrincipal(one, admin, { name: 'p', role: 'app', purposes: [] });
    await callerOf(two, apiKey);

    await revokePrincipal(one, admin, { principal });

    await expect(callerOf(two, apiKey)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  test('an erasure on one is an erasure on the other, whatever keys it has at hand', async () => {
    const { one, two, app, address, name, store, reveal, find } = await twoNodes();
    const [ada, bob] = [await store(two, address('ada'), name('ada')), await store(two, address('bob'), name('bob'))];
    expect([await reveal(two, ada.token), await reveal(two, bob.token)]).toEqual([address('ada'), address('bob')]);

    await erase(one, app, { tokens: [ada.token] });
    await erase(one, app, { subject: bob.subject as SubjectId });

    expect([await reveal(two, ada.token), await reveal(two, bob.token)]).toEqual(['record_erased', 'record_erased']);
    expect([await find(two, address('ada')), await find(two, address('bob'))]).toEqual([[], []]);
    await expect(erase(two, app, { subject: bob.subject as SubjectId })).rejects.toMatchObject({
      code: 'subject_erased',
    });
    expect((await store(two, address('bob'), name('bob'))).subject).not.toBe(bob.subject);
    const correcting = correct(two, app, { record: ada.record as RecordId, value: 'ada@example.org' });
    await expect(correcting).rejects.toMatchObject({ code: 'record_erased' });
  });

  test('a correction on one is what the other shows and finds', async () => {
    const { one, two, app, address, store, reveal, find } = await twoNodes();
    const ada = await store(two, address('was'));
    expect(await reveal(two, ada.token)).toBe(address('was'));

    await correct(one, app, { record: ada.record, value: address('is') });

    expect(await reveal(two, ada.token)).toBe(address('is'));
    expect([await find(two, address('was')), await find(two, address('is'))]).toEqual([[], [ada.record]]);
    expect(await correct(two, app, { record: ada.record, value: address('was') })).toMatchObject({ version: 3 });
    expect(await reveal(one, ada.token)).toBe(address('was'));
  });

  test('the same new ref at both at once is one subject', async () => {
    const { home, one, two, address, name, store } = await twoNodes();
    const refs = async () => (await tell(home.keyStoreUrl, 'SELECT mac FROM subject_refs')).length;
    const before = await refs();
    for (let round = 0; round < 6; round += 1) {
      const stored = await Promise.all(
        Array.from({ length: 8 }, (_, i) => store(i % 2 === 0 ? one : two, address(`e${i}`), name(`new-${round}`))),
      );
      expect(new Set(stored.map(({ subject }) => subject)).size).toBe(1);
    }
    expect(await refs()).toBe(before + 6);
  });

  test('a tenant added on one is at home on the other at once, with the same keys', async () => {
    const { home, one, two, name, address } = await twoNodes();
    const admin = await callerOf(one, await home.adminKey());
    const { apiKey } = await addTenant(one, admin, { name: name('other') });
    const theirs = await callerOf(two, apiKey);
    const added = await addPrincipal(two, theirs, { name: 'app', role: 'app', purposes: ['billing'] });

    const [first, second] = [await callerOf(one, added.apiKey), await callerOf(two, added.apiKey)];
    const item = { type: 'email', value: address('ada'), subject: name('ada') };
    const stored = await Promise.all([
      tokenize(one, first, { items: [item] }),
      tokenize(two, second, { items: [item] }),
    ]);
    const found = await search(two, second, { type: 'email', value: address('ada'), purpose: 'billing' });

    expect(found.results.map(({ record }) => record).sort()).toEqual(
      stored.map(({ results }) => results[0]?.record).sort(),
    );
    expect(new Set(stored.map(({ results }) => results[0]?.subject)).size).toBe(1);
  });

  test('a node that closes finishes what it accepted and refuses what comes after; the other goes on', async () => {
    const { home, two, address, store, reveal } = await twoNodes();
    const one = await home.open();
    await store(one, address('warm'));
    const accepted = Array.from({ length: 10 }, (_, i) => store(one, address(`e${i}`)));
    const settled = Promise.allSettled(accepted);
    await new Promise((resume) => setImmediate(resume));

    await one.close();

    for (const [i, result] of (await settled).entries()) {
      if (result.status === 'fulfilled') expect(await reveal(two, result.value.token)).toBe(address(`e${i}`));
      else expect(result.reason).toMatchObject({ kind: 'unavailable' });
    }
    await expect(store(one, address('late'))).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await reveal(two, (await store(two, address('on'))).token)).toBe(address('on'));
  });
});
