/** The registry of purposes: what is declared, what a principal may be given, and what an altered row is worth. */
import { describe, expect, test } from 'vitest';
import { accessKeys, principalKeys } from '../../src/access/keys.ts';
import { BASES, UNDECLARED } from '../../src/access/legal-basis.ts';
import { addPrincipal as insertPrincipal } from '../../src/access/principals.ts';
import { DeclarePurposeBody } from '../../src/access/purposes/schema.ts';
import { endPurpose as endPurposeIn, holdPurposes, MAX_PURPOSES, purposesOfTenant } from '../../src/access/purposes.ts';
import type { PrincipalId } from '../../src/ids.ts';
import { addPrincipal } from '../../src/operations/access/add-principal.ts';
import { changePrincipal } from '../../src/operations/access/change-principal.ts';
import { declarePurpose } from '../../src/operations/access/declare-purpose.ts';
import { endPurpose } from '../../src/operations/access/end-purpose.ts';
import { getPurpose } from '../../src/operations/access/get-purpose.ts';
import { listPurposes } from '../../src/operations/access/list-purposes.ts';
import { revokePrincipal } from '../../src/operations/access/revoke-principal.ts';
import { declareType } from '../../src/operations/types/declare-type.ts';
import { adoptPurposes } from '../../src/vault/adopt-purposes.ts';
import { definition } from '../datatypes/definitions.ts';
import { callerOf, stage, tell } from '../support/home.ts';
import { DECLARATION } from '../support/purposes.ts';
import { ENGINES } from '../support/stores.ts';

const CARD = '4242 4242 4242 4242';

describe('what is said of a purpose', () => {
  const said = (more: object) => DeclarePurposeBody.safeParse({ ...DECLARATION, ...more });

  test.each(BASES)('an objection to %s is taken only where the law knows one', (basis) => {
    const takes = basis === 'legitimate_interests' || basis === 'public_task';
    expect(said({ basis, mayObject: true }).success).toBe(takes);
    expect(said({ basis, mayObject: false }).success).toBe(true);
    expect(said({ basis, mayObject: true }).error?.issues[0]?.path ?? ['mayObject']).toEqual(['mayObject']);
  });

  test.each([
    ['a basis that nobody has said', { basis: UNDECLARED }],
    ['a basis there is not', { basis: 'marketing' }],
    ['that a person may withdraw, which follows from the basis', { mayWithdraw: false }],
    ['nothing told', { told: ' ' }],
    ['more told than anybody reads', { told: 'x'.repeat(1_001) }],
    ['a line of its own', { told: 'one\ntwo' }],
    ['writing that is turned round', { told: 'to bill \u202eyou' }],
    ['half a character', { told: 'to bill \ud83d' }],
    ['a card number', { told: `such as ${CARD}` }],
    ['no type at all', { types: [] }],
    ['a version', { version: 7 }],
    ['a tenant', { tenant: 'ten_1fz07q9k3c' }],
    ['an end', { endedAt: '2026-11-02T09:00:00.000Z' }],
  ])('is refused: %s', (_, more) => expect(said(more).success).toBe(false));
});

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);
  const declare = async (purpose: string, more: object = {}) =>
    declarePurpose(here.vault, await here.as('admin'), { purpose, ...DECLARATION, ...more });
  const end = async (purpose: string) => endPurpose(here.vault, await here.as('admin'), { purpose });
  const add = async (...purposes: string[]) =>
    addPrincipal(here.vault, await admin(), { name: 'checkout', role: 'app', purposes });
  const change = async (principal: string, ...purposes: string[]) =>
    changePrincipal(here.vault, await admin(), { principal: principal as PrincipalId, purposes });
  const admin = async () => callerOf(here.vault, await here.home.adminKey());

  test('what is declared is shown to every role, in every version, and to nobody who is tied to an audience', async () => {
    const told = 'To send you what is new.';
    expect(await declare('news', { basis: 'consent', types: ['name', 'email'] })).toMatchObject({
      ...{ purpose: 'news', basis: 'consent', mayObject: false, mayWithdraw: true, types: ['email', 'name'] },
      version: 1,
    });
    here.advance(1_000);
    expect(await declare('news', { basis: 'consent', types: ['email', 'name'] })).toMatchObject({ version: 1 });
    const changed = await declare('news', { basis: 'legitimate_interests', told });
    expect(changed).toMatchObject({ told, mayObject: true, mayWithdraw: false, version: 2 });
    expect(changed).not.toHaveProperty('types');
    expect(Date.parse(changed.changedAt) - Date.parse(changed.declaredAt)).toBe(1_000);
    expect(await here.lastEntry()).toMatchObject({ action: 'declare_purpose', target: 'news/2' });
    for (const role of ['app', 'support', 'auditor', 'security'] as const) {
      const { purposes } = await listPurposes(here.vault, await here.as(role));
      expect(purposes.find(({ purpose }) => purpose === 'news')).toEqual(changed);
    }
    const { earlier, present } = await getPurpose(here.vault, await here.as('auditor'), { purpose: 'news' });
    expect(present).toEqual(changed);
    expect(earlier).toMatchObject([{ version: 1, basis: 'consent', told: DECLARATION.told }]);
    await tell(
      here.home.recordStoreUrl,
      "UPDATE purpose_versions SET told = 'x' WHERE purpose = 'news' AND version = 1",
    );
    const altered = await getPurpose(here.vault, await here.as('auditor'), { purpose: 'news' });
    expect(altered).toMatchObject({ present: changed, earlier: [{ damaged: true, types: [] }] });
    expect(await here.lastEntry()).toMatchObject({ action: 'list_purposes', code: 'integrity_failure' });
    const tied = { ...(await here.as('app')), audience: 'crm' };
    await expect(listPurposes(here.vault, tied)).rejects.toMatchObject({ code: 'not_allowed' });
    await expect(getPurpose(here.vault, tied, { purpose: 'news' })).rejects.toMatchObject({ code: 'not_allowed' });
    const nothing = getPurpose(here.vault, await here.as('app'), { purpose: 'unheard-of' });
    await expect(nothing).rejects.toMatchObject({ code: 'purpose_not_found' });
    expect(await declare('security', { basis: 'legitimate_interests', mayObject: false })).toMatchObject({
      mayObject: false,
    });
  });

  test('a data type that there is not is refused with its place; one of the tenant’s own is known', async () => {
    const types = ['card', 'e-mail', 'email', 'x_unheard_of'];
    await expect(declare('typo', { types })).rejects.toMatchObject({
      code: 'unknown_type',
      errors: [{ field: 'types/1' }, { field: 'types/3' }],
    });
    const own = definition();
    await declareType(here.vault, await here.as('admin'), own);
    expect(await declare('own', { types: [own.name] })).toMatchObject({ types: [own.name] });
    const theirs = declarePurpose(here.vault, await here.inTenant('other', 'admin'), {
      ...{ purpose: 'own', ...DECLARATION, types: [own.name] },
    });
    await expect(theirs).rejects.toMatchObject({ code: 'unknown_type' });
  });

  test('a principal gets declared purposes alone, and one that somebody has does not end', async () => {
    await declare('returns');
    const refused = { code: 'unknown_purpose', errors: [{ field: 'purposes/1' }, { field: 'purposes/2' }] };
    await expect(add('billing', 'unheard-of', 'returnes')).rejects.toMatchObject(refused);
    const { principal } = await add('billing', 'returns');
    await expect(change(principal, 'billing', 'unheard-of', 'returnes')).rejects.toMatchObject(refused);
    await expect(end('returns')).rejects.toMatchObject({ code: 'purpose_in_use' });
    await change(principal, 'billing');
    const ended = await end('returns');
    expect(ended).toMatchObject({ version: 2, endedAt: here.now().toISOString() });
    expect(await here.lastEntry()).toMatchObject({ action: 'end_purpose', target: 'returns/2' });
    here.advance(1_000);
    expect(await end('returns')).toEqual(ended);
    await expect(change(principal, 'returns')).rejects.toMatchObject({ code: 'unknown_purpose' });
    await expect(end('unheard-of')).rejects.toMatchObject({ code: 'purpose_not_found' });
    // Said again, it is in use again; and whoever was revoked holds up no end.
    expect(await declare('returns')).toMatchObject({ version: 3 });
    await change(principal, 'billing', 'returns');
    await revokePrincipal(here.vault, await admin(), { principal: principal as PrincipalId });
    expect(await end('returns')).toMatchObject({ version: 4 });
  });

  test('an end waits for a gift that has asked, and a gift for an end: nobody has what has ended', async () => {
    const { recordStore, keyring, random, clock } = here.vault;
    const { tenant } = await admin();
    const keys = await accessKeys(keyring.indexes, tenant);
    const waiting = `SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    /** Until as many transactions wait for this one; SQLite has one writer. */
    const until = async (count: number) => {
      if (engine === 'sqlite') return;
      const ask = async () => Number((await tell(here.home.recordStoreUrl, waiting))[0]?.n);
      await expect.poll(ask, { timeout: 5_000, interval: 10 }).toBe(count);
    };
    await declare('given-first');
    let over: Promise<unknown> = Promise.resolve();
    await recordStore.exclusive(async (tx) => {
      await holdPurposes(tx, keys, tenant, ['given-first']);
      over = end('given-first').catch((error: unknown) => error);
      await until(1);
      const wanted = { name: 'x', role: 'app' as const, purposes: ['given-first'] };
      await insertPrincipal(tx, keys, tenant, { ...wanted, audience: undefined, expiresAt: undefined }, random, clock);
    });
    expect(await over).toMatchObject({ code: 'purpose_in_use' });

    const { principal } = await add();
    await declare('ended-first');
    const gifts: Promise<unknown>[] = [];
    await recordStore.exclusive(async (tx) => {
      await endPurposeIn(tx, keys, { tenant, purpose: 'ended-first', at: clock() });
      gifts.push(add('ended-first'), change(principal, 'ended-first'));
      for (const gift of gifts) gift.catch(() => {});
      await until(2);
    });
    for (const gift of gifts) await expect(gift).rejects.toMatchObject({ code: 'unknown_purpose' });
  });

  test('two that declare a word at the same moment leave one that one of them has said, in both versions', async () => {
    await Promise.all(['one', 'two'].map((told) => declare('at-once', { told })));
    const { earlier, present } = await getPurpose(here.vault, await here.as('app'), { purpose: 'at-once' });
    expect([present.version, earlier.length]).toEqual([2, 1]);
    expect([present.told, earlier[0]?.told].sort()).toEqual(['one', 'two']);
  });

  test('a tenant has its own, as many as it may have', async () => {
    const theirs = await here.inTenant('shop', 'admin');
    expect((await listPurposes(here.vault, theirs)).purposes.map(({ purpose }) => purpose)).toEqual([
      ...['billing', 'fraud', 'support'],
    ]);
    const numbers = Array.from({ length: MAX_PURPOSES - 3 }, (_, i) => `(${i})`).join(', ');
    const columns = 'tenant, purpose, basis, told, may_object, version, declared_at, changed_at, tag';
    const blank = engine === 'sqlite' ? "x''" : "''::bytea";
    await tell(
      here.home.recordStoreUrl,
      `INSERT INTO purposes (${columns}) SELECT t.tenant, 'p' || n.n, 'contract', '', 0, 1, 1, 1, ${blank} ` +
        `FROM tenants t, (WITH n(n) AS (VALUES ${numbers}) SELECT n FROM n) n WHERE t.name = 'shop'`,
    );
    const more = declarePurpose(here.vault, theirs, { purpose: 'more', ...DECLARATION });
    await expect(more).rejects.toMatchObject({ code: 'too_many_purposes' });
    await declarePurpose(here.vault, theirs, { purpose: 'billing', ...DECLARATION, told: 'Another.' });
  });

  test.each([
    ['its basis', "basis = 'consent'"],
    ['what is told', "told = 'Nothing at all.'"],
    ['its types', `types = '["card"]'`],
    ['that it needs all types', 'types = NULL'],
    ['an empty text for all types', "types = ''"],
    ['its objection', 'may_object = 1'],
    ['its version', 'version = 9'],
    ['its end', 'ended_at = NULL'],
    ['a time', 'declared_at = declared_at - 1'],
  ])('an altered row says nothing and can be given to nobody: %s', async (what, set) => {
    const purpose = `altered-${what.replaceAll(/[^a-z]/g, '-')}`;
    await declare(purpose, set === "types = ''" ? {} : { types: ['email'] });
    if (set.startsWith('ended_at')) await end(purpose);
    const { vault } = here;
    const asked = await here.as('auditor');
    await tell(here.home.recordStoreUrl, `UPDATE purposes SET ${set} WHERE purpose = '${purpose}'`);
    const { purposes } = await listPurposes(vault, asked);
    const shown = purposes.find((one) => one.purpose === purpose);
    expect(shown).toMatchObject({ damaged: true, basis: UNDECLARED, types: [], version: 0 });
    expect(shown).not.toHaveProperty('told');
    expect(await here.lastEntry()).toMatchObject({ action: 'list_purposes', code: 'integrity_failure' });
    const keys = await principalKeys(vault.keyring.indexes, asked.tenant);
    const facts = (await purposesOfTenant(vault.recordStore.reader, keys, asked.tenant)).find(
      (one) => one.purpose === purpose,
    );
    expect(facts).toMatchObject({ isAltered: true, types: [] });
    await expect(add(purpose)).rejects.toMatchObject({ code: 'integrity_failure' });
    await expect(end(purpose)).rejects.toMatchObject({ code: 'integrity_failure' });
    const mended = await declare(purpose, { types: ['email'] });
    expect(mended).toMatchObject({ types: ['email'], declaredAt: here.now().toISOString() });
    expect(mended).not.toHaveProperty('damaged');
    await add(purpose);
  });

  test('words that principals had before become purposes of which nothing is said, once', async () => {
    const { vault, home } = here;
    const theirs = await here.inTenant('before', 'admin');
    await add('billing', 'fraud');
    const { principal: gone } = await add('support');
    const { principal: altered } = await add('support');
    await revokePrincipal(vault, await admin(), { principal: gone as PrincipalId });
    await tell(home.recordStoreUrl, `UPDATE principals SET purposes = '["planted"]' WHERE principal = '${altered}'`);
    // As a record store from before there were purposes.
    for (const table of ['purposes', 'purpose_versions']) await tell(home.recordStoreUrl, `DELETE FROM ${table}`);
    await adoptPurposes(vault);
    expect((await listPurposes(vault, theirs)).purposes).toEqual([]);
    await tell(home.recordStoreUrl, "DELETE FROM vault_facts WHERE name = 'purposes'");
    await Promise.all([adoptPurposes(vault), adoptPurposes(vault)]);
    const { purposes } = await listPurposes(vault, await here.as('auditor'));
    const words = purposes.map(({ purpose }) => purpose);
    expect(words).toEqual(expect.arrayContaining(['billing', 'fraud']));
    expect(words).not.toContain('planted');
    for (const one of purposes) {
      expect(one).toMatchObject({ basis: UNDECLARED, mayObject: false, mayWithdraw: false, version: 1 });
      expect(one).not.toHaveProperty('told');
    }
    const noted = (await here.entries()).filter(({ target }) => String(target).startsWith('undeclared'));
    expect(noted.filter(({ tenant }) => tenant === theirs.tenant)).toMatchObject([{ target: 'undeclared 2' }]);
    const { tenant } = await here.as('auditor');
    const ours = noted.filter((entry) => entry.tenant === tenant);
    expect(ours).toMatchObject([{ action: 'declare_purpose', target: `undeclared ${words.length}` }]);
    await add('fraud');
    expect(await declare('fraud', { basis: 'legitimate_interests' })).toMatchObject({ version: 2, mayObject: true });
    await expect(end('billing')).rejects.toMatchObject({ code: 'purpose_in_use' });
  });
});
