/** What a principal has seen, told exactly from the log: of whom, of which type, in which view; and what it may see. */
import { describe, expect, test } from 'vitest';
import { looksOf } from '../../src/audit/looks.ts';
import type { Caller } from '../../src/calls/caller.ts';
import type { PrincipalId } from '../../src/ids.ts';
import { addPrincipal } from '../../src/operations/access/add-principal.ts';
import { changeRole } from '../../src/operations/access/change-role.ts';
import { readAccessExposure } from '../../src/operations/access/read-access-exposure.ts';
import { readAccessReview } from '../../src/operations/access/read-access-review.ts';
import { revokePrincipal } from '../../src/operations/access/revoke-principal.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { listAuditEntries } from '../../src/operations/oversight/list-audit-entries.ts';
import { detokenize } from '../../src/operations/values/detokenize.ts';
import { match } from '../../src/operations/values/match.ts';
import { search } from '../../src/operations/values/search.ts';
import { callerOf, stage, tell } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { type Tokenized, tokenize } from '../support/tokenize.ts';
import { PURPOSES } from '../support/vault.ts';

const purpose = 'billing';
interface Place {
  readonly action: string;
  readonly type?: string | undefined;
  readonly purpose?: string | undefined;
}
const NOBODY = 'prn_01m6dqs9m0eeasnng3fhdnxktn' as PrincipalId;

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);
  let made = 0;
  const added = async (role: string): Promise<Caller> => {
    made += 1;
    const body = { name: `seen-${made}`, role, purposes: PURPOSES };
    return callerOf(here.vault, (await addPrincipal(here.vault, await here.as('admin'), body)).apiKey);
  };
  const store = async (...people: (string | undefined)[]): Promise<Tokenized[]> => {
    const items = people.map((subject, i) => ({ type: 'email', value: `ada${made}${i}@example.com`, subject }));
    return (await tokenize(here.vault, await here.as('app'), { items })).results;
  };
  const exposed = async (who: Pick<Caller, 'principal'>, more: object = {}) =>
    readAccessExposure(here.vault, await here.as('auditor'), { principal: who.principal, limit: 100, ...more });
  const seenBy = async (who: Caller) =>
    (await exposed(who)).seen.map(({ action, type, view, subject, calls }) => [action, type, view, subject, calls]);

  test('it is exactly what was shown, of each subject and in each view, and never what was refused', async () => {
    const thief = await added('app');
    const [ada, ben, nobody] = (await store('ada', 'ben', undefined)) as [Tokenized, Tokenized, Tokenized];
    const all = [ada.token, ben.token, nobody.token, ada.token];
    await detokenize(here.vault, thief, { tokens: all, purpose });
    await detokenize(here.vault, thief, { tokens: [ada.token], purpose, views: ['masked', 'domain'] });
    await detokenize(here.vault, thief, { tokens: [ben.token], purpose });
    await search(here.vault, thief, { type: 'email', value: `ada${made}1@example.com`, purpose });
    await match(here.vault, thief, { token: ada.token, value: 'other@example.com', purpose });
    const desk = await added('support');
    await detokenize(here.vault, desk, { tokens: [ada.token], purpose, view: 'plain' });

    expect(await seenBy(thief)).toEqual([
      ['detokenize', 'email', 'plain', ada.subject, 1],
      ['detokenize', 'email', 'plain', ben.subject, 2],
      ['detokenize', 'email', 'plain', undefined, 1],
      ['detokenize', 'email', 'masked', ada.subject, 1],
      ['detokenize', 'email', 'domain', ada.subject, 1],
      ['search', 'email', 'masked', ben.subject, 1],
      ['match', 'email', 'masked', ada.subject, 1],
    ]);
    expect(await seenBy(desk)).toEqual([]);
    expect(await exposed(thief)).toMatchObject({ unclear: [], entries: 5 });
    const [entry] = (await here.entries()).filter(({ principal }) => principal === desk.principal);
    expect(looksOf(entry as never)).toEqual([
      { type: 'email', asked: 'plain', subjects: [ada.subject], values: 1, unnamed: 0 },
    ]);
  });

  test('a security code shown from its token counts as well, and what was erased since is still told by its ids', async () => {
    const thief = await added('app');
    const items = [
      { type: 'cvc', value: '123', subject: 'cora' },
      { type: 'email', value: 'cora@example.com', subject: 'cora' },
    ];
    const { results } = await tokenize(here.vault, await here.as('app'), { items });
    await detokenize(here.vault, thief, { tokens: results.map(({ token }) => token), purpose });
    await erase(here.vault, await here.as('app'), { subject: results[1]?.subject as never });

    expect(await seenBy(thief)).toEqual([
      ['detokenize', 'email', 'plain', results[1]?.subject, 1],
      ['detokenize', 'cvc', 'plain', results[1]?.subject, 1],
    ]);
  });

  test('page by page it is the same as at once, and since a time it is what came from then on', async () => {
    const thief = await added('app');
    const stored = await store('p1', 'p2', 'p3');
    for (const { token } of stored) {
      await detokenize(here.vault, thief, { tokens: [token], purpose });
      here.advance(1_000);
    }
    const since = new Date(here.now().getTime() - 2_000).toISOString();
    const whole = await exposed(thief);
    const subjects: unknown[] = [];
    for (let after: string | undefined; ; ) {
      const page = await exposed(thief, { limit: 1, ...(after && { after }) });
      subjects.push(...page.seen.map(({ subject }) => subject));
      after = page.next;
      if (after === undefined) break;
    }
    expect(subjects).toEqual(stored.map(({ subject }) => subject));
    expect(whole.seen.map(({ subject }) => subject)).toEqual(subjects);
    expect((await exposed(thief, { since })).seen.map(({ subject }) => subject)).toEqual(subjects.slice(1));
    expect(Date.parse(whole.logBegins)).toBeLessThan(Date.parse(since));
  });

  test('an altered entry is named, and hides no other; nobody of another tenant is told of', async () => {
    const thief = await added('app');
    const stored = await store('q1', 'q2', 'q3');
    for (const { token } of stored) await detokenize(here.vault, thief, { tokens: [token], purpose });
    const mine = (await here.entries()).filter(({ principal }) => principal === thief.principal);
    const { recordStoreUrl } = here.home;
    const [first, second] = mine.map(({ entry }) => entry as string);
    await tell(recordStoreUrl, `UPDATE audit_entries SET looks = 'email,plain,,7,7,0' WHERE entry = '${first}'`);
    await tell(recordStoreUrl, `UPDATE audit_entries SET looks = NULL, subjects = NULL WHERE entry = '${second}'`);

    const { unclear, seen } = await exposed(thief);
    expect(unclear).toEqual([first, second]);
    expect(seen.map(({ subject }) => subject)).toEqual([stored[2]?.subject]);
    expect(await here.lastEntry()).toMatchObject({ code: 'integrity_failure' });
    const { entries } = await listAuditEntries(here.vault, await here.as('auditor'), { limit: 20 });
    expect(entries.find(({ entry }) => entry === first)).toMatchObject({ damaged: true, records: [] });

    const stranger = await here.inTenant('exposure-elsewhere', 'auditor');
    const asked = { principal: thief.principal, limit: 10 };
    await expect(readAccessExposure(here.vault, stranger, asked)).rejects.toMatchObject({
      code: 'principal_not_found',
    });
    await expect(exposed({ principal: NOBODY })).rejects.toMatchObject({ code: 'principal_not_found' });
    for (const role of ['admin', 'app', 'support'] as const) {
      const refused = readAccessExposure(here.vault, await here.as(role), asked);
      await expect(refused).rejects.toMatchObject({ code: 'not_allowed' });
    }
  });

  test('a review says what each may do, by which rule, and when it last did, and what is wrong with its keys', async () => {
    const { vault } = here;
    const admin = await here.as('admin');
    const rules = [
      { effect: 'allow' as const, actions: ['tokenize' as const] },
      {
        ...{ effect: 'allow' as const, actions: ['detokenize' as const, 'search' as const], types: ['email', 'card'] },
        ...{ views: ['masked'], when: { reason: true as const } },
      },
      { effect: 'deny' as const, actions: ['search' as const], types: ['card'] },
    ];
    await changeRole(vault, admin, { role: 'reviewed', description: '', rules });
    const who = await added('reviewed');
    const [ada] = await store('ada');
    here.advance(5_000);
    await detokenize(vault, who, { tokens: [ada?.token as never], purpose, reason: 'case 1' });
    const at = here.now().toISOString();
    here.advance(5_000);
    const refused = detokenize(vault, who, { tokens: [ada?.token as never], purpose });
    await expect(refused).rejects.toMatchObject({ code: 'not_allowed' });
    const reviewed = async (of: Pick<Caller, 'principal'>, by: Caller = admin) => {
      for (let after: PrincipalId | undefined; ; ) {
        const page = await readAccessReview(vault, by, { limit: 2, ...(after && { after }) });
        const found = page.principals.find(({ principal }) => principal === of.principal);
        if (found !== undefined || page.next === undefined) return found;
        after = page.next as PrincipalId;
      }
    };
    const found = await reviewed(who, await here.as('auditor'));
    expect(found).toMatchObject({
      role: 'reviewed',
      endless: true,
      undeclared: [],
      lastCall: here.now().toISOString(),
    });
    const masked = { views: ['masked'], sometimes: true, rules: [2] };
    const expected = PURPOSES.flatMap((word) => [
      { ...masked, action: 'detokenize', type: 'email', purpose: word, ...(word === purpose && { lastUsed: at }) },
      { ...masked, action: 'detokenize', type: 'card', purpose: word },
      { ...masked, action: 'search', type: 'email', purpose: word },
    ]);
    const byPlace = (one: Place) => [one.action, one.type, one.purpose].join(' ');
    const sorted = (all: readonly Place[]) => all.toSorted((a, b) => byPlace(a).localeCompare(byPlace(b)));
    const tokenizes = { action: 'tokenize', views: [], sometimes: false, rules: [1] };
    expect(sorted(found?.rights ?? [])).toEqual(sorted([...expected, tokenizes]));

    // An altered row may do nothing, and hides nobody.
    await tell(here.home.recordStoreUrl, `UPDATE principals SET role = 'app' WHERE principal = '${who.principal}'`);
    expect(await reviewed(who)).toMatchObject({ damaged: true, rights: [] });
    await tell(
      here.home.recordStoreUrl,
      `UPDATE principals SET role = 'reviewed' WHERE principal = '${who.principal}'`,
    );
    await revokePrincipal(vault, admin, { principal: who.principal });
    expect(await reviewed(who)).toBeUndefined();
    expect(await reviewed(who, await here.inTenant('exposure-elsewhere', 'admin'))).toBeUndefined();
    await expect(readAccessReview(vault, await here.as('app'), { limit: 5 })).rejects.toMatchObject({
      code: 'not_allowed',
    });
  });

  test('a call that the rules refuse notes the type and the view that was asked for, and no word of the caller’s own', async () => {
    const role = { role: 'narrow-desk', description: '' };
    const rules = [
      {
        effect: 'allow' as const,
        actions: ['detokenize' as const, 'search' as const],
        types: ['phone'],
        views: ['masked'],
      },
    ];
    await changeRole(here.vault, await here.as('admin'), { ...role, rules });
    const [desk, [ada]] = [await added('narrow-desk'), await store('ada')];
    const asked = { type: 'email', value: 'ada@example.com', purpose };
    await expect(search(here.vault, desk, asked)).rejects.toMatchObject({ code: 'not_allowed' });
    expect(looksOf((await here.lastEntry()) as never)).toEqual([
      { type: 'email', asked: 'masked', subjects: [], values: 1, unnamed: 0 },
    ]);
    await detokenize(here.vault, await added('app'), { tokens: [ada?.token as never], purpose, view: 'xyzzy' });
    const last = await here.lastEntry();
    expect(JSON.stringify(last)).not.toContain('xyzzy');
    expect(looksOf(last as never)).toMatchObject([{ type: 'email', asked: '?', subjects: [ada?.subject] }]);
  });
});
