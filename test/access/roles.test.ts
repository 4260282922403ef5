/** Roles of a tenant's own: made, changed and ended, and in force from the next call on, on every node. */
import { describe, expect, test } from 'vitest';
import { accessKeys } from '../../src/access/keys.ts';
import { insertVersion } from '../../src/access/roles/rows.ts';
import type { Rule } from '../../src/access/roles/rules.ts';
import type { Caller } from '../../src/calls/caller.ts';
import type { Token } from '../../src/ids.ts';
import { addPrincipal } from '../../src/operations/access/add-principal.ts';
import { changeRole } from '../../src/operations/access/change-role.ts';
import { declarePurpose } from '../../src/operations/access/declare-purpose.ts';
import { endRole } from '../../src/operations/access/end-role.ts';
import { explainAccess } from '../../src/operations/access/explain-access.ts';
import { listRoles } from '../../src/operations/access/list-roles.ts';
import { previewRole } from '../../src/operations/access/preview-role.ts';
import { readAccessMatrix } from '../../src/operations/access/read-access-matrix.ts';
import { readRole } from '../../src/operations/access/read-role.ts';
import { revokePrincipal } from '../../src/operations/access/revoke-principal.ts';
import { detokenize } from '../../src/operations/values/detokenize.ts';
import { match } from '../../src/operations/values/match.ts';
import { search } from '../../src/operations/values/search.ts';
import { callerOf, stage, tell } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';
import { PURPOSES } from '../support/vault.ts';

const look = (more: Partial<Rule> = {}): Rule => ({
  ...{ effect: 'allow', actions: ['detokenize', 'search', 'match'], types: ['email', 'phone'], views: ['masked'] },
  ...more,
});
const STORE: Rule = { effect: 'allow', actions: ['tokenize'] };

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);
  let made = 0;
  /** A role of its own with these rules, and somebody who has it. */
  const post = async (rules: readonly Rule[], more: { purposes?: string[]; audience?: string } = {}) => {
    made += 1;
    const role = `post-${made}`;
    await put(role, rules);
    return { role, ...(await member(role, more)) };
  };
  const put = async (role: string, rules: readonly Rule[], ifVersion?: number) =>
    changeRole(here.vault, await here.as('admin'), { role, description: '', rules: [...rules], ifVersion });
  const member = async (role: string, more: { purposes?: string[]; audience?: string } = {}) => {
    const body = { name: 'post', role, purposes: PURPOSES, ...more };
    const { principal, apiKey } = await addPrincipal(here.vault, await here.as('admin'), body);
    return { principal, apiKey, now: () => callerOf(here.vault, apiKey) };
  };
  let email: Token;
  let card: Token;
  const stored = async () => {
    if (email !== undefined) return;
    const items = [
      { type: 'email', value: 'ada@example.com' },
      { type: 'card', value: { number: '4242424242424242', expiryMonth: 12, expiryYear: 2029 } },
    ];
    const { results } = await tokenize(here.vault, await here.as('app'), { items });
    [email, card] = results.map(({ token }) => token) as [Token, Token];
  };
  const shown = async (caller: Caller, token: Token, more: Record<string, unknown> = {}) => {
    const { results } = await detokenize(here.vault, caller, { tokens: [token], purpose: 'support', ...more });
    const [result] = results;
    return result !== undefined && 'value' in result ? result.view : result?.error.code;
  };
  const code = (work: Promise<unknown>) => work.then(() => 'done').catch((error: { code: string }) => error.code);

  test('who has a role may do what its rules say, and no more', async () => {
    await stored();
    const desk = await post([look(), look({ types: ['card'], views: ['last4'], purposes: ['billing'] })]);
    const caller = await desk.now();
    expect(await shown(caller, email)).toBe('masked');
    expect(await shown(caller, email, { view: 'plain' })).toBe('not_allowed');
    expect(await shown(caller, email, { view: 'domain' })).toBe('not_allowed');
    expect(await shown(caller, card, { purpose: 'billing' })).toBe('last4');
    expect(await shown(caller, card, { purpose: 'billing', view: 'masked' })).toBe('not_allowed');
    expect(await shown(caller, card)).toBe('not_allowed');
    const found = { purpose: 'support', type: 'email', value: 'ada@example.com' };
    expect((await search(here.vault, caller, found)).results.length).toBe(1);
    expect(await code(tokenize(here.vault, caller, { items: [{ type: 'email', value: 'b@example.com' }] }))).toBe(
      'not_allowed',
    );
    expect(await code(listRoles(here.vault, caller))).toBe('not_allowed');
  });

  test('a token of a type that no rule could ever show is as one that is not there; the log knows its record', async () => {
    await stored();
    const near = { networks: ['10.0.0.0/8'] };
    const desk = await post([look({ types: ['phone'] }), look({ types: ['email'], when: near })]);
    const caller = await desk.now();
    expect(await shown(caller, card)).toBe('token_not_found');
    expect(await here.lastEntry()).toMatchObject({ action: 'detokenize', code: 'token_not_found' });
    expect((await here.lastEntry())?.records).toHaveLength(1);
    const asked = { token: card, value: '4242424242424242', purpose: 'support' };
    expect(await code(match(here.vault, caller, asked))).toBe('token_not_found');
    // In another place it could be shown: that much it may know.
    expect(await shown(caller, email)).toBe('not_allowed');
    expect(await shown({ ...caller, address: '10.9.8.7' }, email)).toBe('masked');
  });

  test('conditions on a call hold for each call; a ticket and a reason go into the log as MACs alone', async () => {
    await stored();
    const desk = await post([
      look({ when: { ticket: 'HELP-####' } }),
      look({ types: ['card'], when: { reason: true } }),
    ]);
    const caller = await desk.now();
    expect(await code(detokenize(here.vault, caller, { tokens: [email], purpose: 'support' }))).toBe('not_allowed');
    expect(await shown(caller, email, { ticket: 'HELP-0042' })).toBe('masked');
    const entry = await here.lastEntry();
    expect(entry?.ticket_mac).toHaveLength(16);
    expect(JSON.stringify(entry)).not.toContain('0042');
    expect(await code(detokenize(here.vault, caller, { tokens: [email], purpose: 'support', ticket: 'HELP' }))).toBe(
      'not_allowed',
    );
    expect(await shown(caller, card, { ticket: 'HELP-0042' })).toBe('not_allowed');
    expect(await shown(caller, card, { reason: 'case 4711' })).toBe('masked');
    expect((await here.lastEntry())?.ticket_mac).toBeNull();
  });

  test('a change holds from the next call on, here and on another node', async () => {
    await stored();
    const desk = await post([look()]);
    const other = await here.home.open({ clock: () => here.now() });
    const there = () => callerOf(other, desk.apiKey);
    const shownThere = async () => {
      const { results } = await detokenize(other, await there(), { tokens: [email], purpose: 'support' });
      const [result] = results;
      return result !== undefined && 'value' in result ? result.view : result?.error.code;
    };
    expect(await shownThere()).toBe('masked');
    const change = await put(desk.role, [look({ views: ['narrow'] })]);
    expect(change).toMatchObject({ version: 2, changed: true, principals: [desk.principal] });
    expect(change.opened).toContainEqual({
      ...{ action: 'detokenize', type: 'email', purpose: '*', view: 'domain', allowed: 'always' },
    });
    expect(change.closed).toContainEqual({
      ...{ action: 'search', type: 'phone', purpose: '*', view: 'masked', allowed: 'always' },
    });
    expect(await shown(await desk.now(), email)).toBe('domain');
    expect(await shownThere()).toBe('domain');
    await put(desk.role, []);
    expect(
      await code(there().then((caller) => detokenize(other, caller, { tokens: [email], purpose: 'support' }))),
    ).toBe('not_allowed');
    expect(await code(desk.now())).toBe('done');
  });

  test('a preview says the same and changes nothing; the same rules again are no change', async () => {
    const desk = await post([look()]);
    const admin = await here.as('admin');
    const body = { role: desk.role, description: '', rules: [look({ views: ['plain'] })] };
    const before = await readRole(here.vault, admin, { role: desk.role });
    const preview = await previewRole(here.vault, admin, body);
    expect(await readRole(here.vault, admin, { role: desk.role })).toEqual(before);
    expect(await changeRole(here.vault, admin, body)).toEqual(preview);
    expect(await changeRole(here.vault, admin, body)).toMatchObject({
      ...{ version: 2, changed: false, opened: [], closed: [] },
    });
    const { earlier, ...standing } = await readRole(here.vault, admin, { role: desk.role });
    expect(standing).toMatchObject({ version: 2, rules: body.rules, principals: [desk.principal], builtIn: false });
    expect(earlier).toMatchObject([{ version: 1, rules: [look()] }]);
    expect((await listRoles(here.vault, admin)).roles).toContainEqual(
      expect.objectContaining({ role: desk.role, version: 2 }),
    );
  });

  test('a role that is wrong, stale, of the house or of the caller is refused, and nothing is changed', async () => {
    const admin = await here.as('admin');
    const desk = await post([look()]);
    const before = await here.entries().then(({ length }) => length);
    expect(await code(put(desk.role, [look({ types: ['emial'] })]))).toBe('invalid_role');
    expect(await code(put(desk.role, [look(), { effect: 'allow', actions: ['change_role'] }]))).toBe('duties_conflict');
    expect(await code(put(desk.role, [], 2))).toBe('role_changed');
    expect(await code(put(desk.role, [], 0))).toBe('role_changed');
    expect(await code(put('nobodys', [], 1))).toBe('role_changed');
    expect(await code(put('support', []))).toBe('built_in_role');
    expect(await code(endRole(here.vault, admin, { role: 'support' }))).toBe('built_in_role');
    expect(await code(endRole(here.vault, admin, { role: 'nobodys' }))).toBe('role_not_found');
    expect(await code(readRole(here.vault, admin, { role: 'nobodys' }))).toBe('role_not_found');
    expect(await readRole(here.vault, admin, { role: desk.role })).toMatchObject({ version: 1, rules: [look()] });
    expect((await here.entries()).slice(before).map(({ outcome }) => outcome)).toContain('failed');
    const keeper = await post([{ effect: 'allow', actions: ['change_role', 'end_role'] }]);
    const itself = { role: keeper.role, description: '', rules: [] };
    expect(await code(changeRole(here.vault, await keeper.now(), itself))).toBe('own_role');
    expect(await code(endRole(here.vault, await keeper.now(), { role: keeper.role }))).toBe('own_role');
  });

  test('nobody is given a role that is not there, or that has ended; one that somebody has does not end', async () => {
    const admin = await here.as('admin');
    expect(await code(member('nobodys'))).toBe('unknown_role');
    const desk = await post([look()]);
    expect(await code(endRole(here.vault, admin, { role: desk.role }))).toBe('role_in_use');
    await revokePrincipal(here.vault, admin, { principal: desk.principal });
    const { endedAt } = await endRole(here.vault, admin, { role: desk.role });
    expect(await endRole(here.vault, admin, { role: desk.role })).toEqual({ role: desk.role, endedAt });
    expect(await code(member(desk.role))).toBe('unknown_role');
    expect(await readRole(here.vault, admin, { role: desk.role })).toMatchObject({ endedAt, version: 1 });
    expect(await put(desk.role, [look()], 0)).toMatchObject({ version: 2 });
    expect(await code(member(desk.role))).toBe('done');
  });

  test('only a role that uses tokens is tied to an audience', async () => {
    await put('stores-only', [STORE]);
    await put('reads-roles', [{ effect: 'allow', actions: ['list_roles'] }]);
    expect(await code(member('stores-only', { audience: 'crm' }))).toBe('done');
    expect(await code(member('reads-roles', { audience: 'crm' }))).toBe('invalid_request');
  });

  test('a role is its tenant’s own', async () => {
    const desk = await post([look()]);
    const stranger = await here.inTenant('elsewhere', 'admin');
    expect(await code(readRole(here.vault, stranger, { role: desk.role }))).toBe('role_not_found');
    const { roles } = await listRoles(here.vault, stranger);
    expect(roles.every(({ builtIn }) => builtIn)).toBe(true);
    const body = { name: 'post', role: desk.role, purposes: PURPOSES };
    expect(await code(addPrincipal(here.vault, stranger, body))).toBe('unknown_role');
  });

  test('rules that were altered in the store let nobody in; a change puts others in their place', async () => {
    await stored();
    const desk = await post([look()]);
    await desk.now();
    const wide = JSON.stringify([look({ views: ['plain'] })]);
    await tell(here.home.recordStoreUrl, `UPDATE roles SET rules = '${wide}' WHERE role = '${desk.role}'`);
    // The process has them in memory, until something of the tenant's access changes.
    expect(await shown(await desk.now(), email, { view: 'plain' })).toBe('not_allowed');
    await put('another', [STORE]);
    expect(await code(desk.now())).toBe('integrity_failure');
    const admin = await here.as('admin');
    expect(await readRole(here.vault, admin, { role: desk.role })).toMatchObject({ damaged: true, rules: [] });
    expect(await here.entries()).toContainEqual(
      expect.objectContaining({ action: 'read_role', code: 'integrity_failure' }),
    );
    expect((await listRoles(here.vault, admin)).roles.filter(({ damaged }) => damaged).length).toBe(1);
    expect(await code(member(desk.role))).toBe('integrity_failure');
    await put(desk.role, [look()]);
    expect(await shown(await desk.now(), email)).toBe('masked');
  });

  test('rules of another tenant, or of another role, do not fit in their place', async () => {
    const desk = await post([look()]);
    const app = await post([look({ views: ['plain'] })]);
    for (const column of ['rules', 'tag']) {
      const from = `(SELECT ${column} FROM roles WHERE role = '${app.role}')`;
      await tell(here.home.recordStoreUrl, `UPDATE roles SET ${column} = ${from} WHERE role = '${desk.role}'`);
      await put('yet-another', [STORE, { ...STORE, actions: [column === 'tag' ? 'erase' : 'correct'] }]);
      expect(await code(desk.now())).toBe('integrity_failure');
    }
  });

  test('for a purpose nothing is shown but the types that it needs, from the next call on', async () => {
    await stored();
    const admin = await here.as('admin');
    const said = { told: 'To deliver what you ordered.', basis: 'contract' } as const;
    const declare = (types: string[] | undefined) =>
      declarePurpose(here.vault, admin, { purpose: 'delivery', ...said, ...(types && { types }) });
    await declare(['phone']);
    const { apiKey } = await addPrincipal(here.vault, admin, { name: 'p', role: 'app', purposes: ['delivery'] });
    const now = () => callerOf(here.vault, apiKey);
    const delivery = { purpose: 'delivery' };
    // None of its purposes needs the type: the token is as if it were not there.
    expect(await shown(await now(), email, delivery)).toBe('token_not_found');
    const { principal } = await now();
    const asked = { principal, action: 'detokenize', value: { type: 'email' }, ...delivery } as const;
    expect(await explainAccess(here.vault, admin, asked)).toMatchObject({
      ...{ allowed: false, needs: ['purpose_for_type'] },
    });
    await declare(['phone', 'email']);
    expect(await shown(await now(), email, delivery)).toBe('plain');
    expect(await explainAccess(here.vault, admin, asked)).toMatchObject({ allowed: true, needs: [] });
    await declare(undefined);
    expect(await shown(await now(), card, delivery)).toBe('plain');
    // Somebody who writes to the store takes the purpose away, or says more of it: nothing is shown for it.
    await tell(here.home.recordStoreUrl, "UPDATE purposes SET told = 'x' WHERE purpose = 'delivery'");
    await put('one-more', [STORE]);
    expect(await code(detokenize(here.vault, await now(), { tokens: [email], ...delivery }))).toBe(
      'purpose_not_allowed',
    );
  });

  test('a rule for a purpose that is not in use is refused', async () => {
    expect(await code(put('for-nothing', [look({ purposes: ['nobodys'] })]))).toBe('invalid_role');
  });

  test('the matrix shows each role, those of the house and the tenant’s own', async () => {
    const admin = await here.as('admin');
    const desk = await post([look({ when: { ticket: '#' }, purposes: ['support'] })]);
    const { roles } = await readAccessMatrix(here.vault, admin, { role: desk.role });
    const [only] = roles;
    const of = only?.cells.filter(({ action, type }) => action === 'detokenize' && type === 'email');
    expect(of).toEqual([
      { action: 'detokenize', type: 'email', purpose: 'support', view: 'masked', allowed: 'sometimes' },
    ]);
    const all = (await readAccessMatrix(here.vault, admin, {})).roles;
    expect(all.map(({ role }) => role)).toContain(desk.role);
    const plain = all.filter(({ cells }) => cells.some(({ view }) => view === 'plain'));
    expect(plain.map(({ role }) => role)).toEqual(expect.arrayContaining(['app', 'receiver']));
    expect(plain.map(({ role }) => role)).not.toContain('support');
    expect(await code(readAccessMatrix(here.vault, admin, { role: 'nobodys' }))).toBe('role_not_found');
  });

  test('a role that was kept before its duties had to lie apart is given to nobody, and the two duties are named', async () => {
    const admin = await here.as('admin');
    const keys = await accessKeys(here.vault.keyring.indexes, admin.tenant);
    const rules = [STORE, { effect: 'allow' as const, actions: ['declare_purpose' as const] }];
    const version = { role: 'of-old', description: '', rules, by: admin.principal, at: here.now() };
    await here.vault.recordStore.exclusive((tx) =>
      insertVersion(tx, keys, admin.tenant, version, [], here.vault.random),
    );
    await expect(member('of-old')).rejects.toMatchObject({
      code: 'duties_conflict',
      message: expect.stringMatching(/of-old has tokenize and declare_purpose: whoever uses values/),
    });
    await expect(put('approves', [STORE, { effect: 'allow', actions: ['give_approval'] }])).rejects.toMatchObject({
      code: 'duties_conflict',
    });
  });

  test('explaining says which rule counts and what is needed, of a principal and of a role', async () => {
    const admin = await here.as('admin');
    const desk = await post([look({ when: { ticket: '#' } })]);
    const asked = { action: 'detokenize', value: { type: 'email' }, purpose: 'support' } as const;
    const explain = (more: object) =>
      explainAccess(here.vault, admin, { principal: desk.principal, ...asked, ...more } as never);
    expect(await explain({})).toEqual({
      ...{ allowed: false, code: 'not_allowed', role: desk.role, needs: ['conditions'] },
      rules: [{ rule: 1, effect: 'allow', counts: false, unmet: ['ticket'], untold: [] }],
    });
    expect(await here.entries()).toContainEqual(
      expect.objectContaining({ action: 'explain_access', target: desk.principal }),
    );
    expect(await explain({ ticket: '7' })).toMatchObject({ allowed: true, view: 'masked', needs: [] });
    expect(await explain({ ticket: '7', value: { type: 'email', view: 'plain' } })).toMatchObject({
      allowed: false,
      needs: ['wider_view'],
    });
    expect(await explain({ ticket: '7', purpose: 'fraud' })).toMatchObject({ needs: ['purpose'] });
    expect(await explain({ action: 'erase', value: undefined })).toMatchObject({ rules: [], needs: ['another_role'] });
    expect(await code(explain({ value: { type: 'x_none' } }))).toBe('unknown_type');
    const role = { role: 'support', purposes: ['support'], ...asked, value: { type: 'email', view: 'plain' } };
    const ofRole = (more: object) => explainAccess(here.vault, admin, { ...role, ...more });
    expect(await ofRole({})).toMatchObject({ allowed: false, role: 'support', needs: ['wider_view'] });
    expect(await code(ofRole({ role: 'nobodys' }))).toBe('unknown_role');
    await revokePrincipal(here.vault, admin, { principal: desk.principal });
    expect(await code(explain({}))).toBe('principal_revoked');
  });
});
