/** Grants: who may see something of certain people, for a case and a time; and who has to agree. */
import { describe, expect, test } from 'vitest';
import type { Rule } from '../../src/access/roles/rules.ts';
import type { Caller } from '../../src/calls/caller.ts';
import type { GrantId, RecordId, SubjectId, Token } from '../../src/ids.ts';
import { addPrincipal } from '../../src/operations/access/add-principal.ts';
import { changeRole } from '../../src/operations/access/change-role.ts';
import { explainAccess } from '../../src/operations/access/explain-access.ts';
import { revokePrincipal } from '../../src/operations/access/revoke-principal.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { approveGrant } from '../../src/operations/grants/approve-grant.ts';
import { closeTicket } from '../../src/operations/grants/close-ticket.ts';
import { endGrant } from '../../src/operations/grants/end-grant.ts';
import { listGrants } from '../../src/operations/grants/list-grants.ts';
import { offerCode } from '../../src/operations/grants/offer-code.ts';
import { orderGrant } from '../../src/operations/grants/order-grant.ts';
import { readGrant } from '../../src/operations/grants/read-grant.ts';
import { redeemCode } from '../../src/operations/grants/redeem-code.ts';
import { refuseGrant } from '../../src/operations/grants/refuse-grant.ts';
import { reviewGrant } from '../../src/operations/grants/review-grant.ts';
import { getSubject } from '../../src/operations/subjects/get-subject.ts';
import { describeRecord } from '../../src/operations/values/describe-record.ts';
import { detokenize } from '../../src/operations/values/detokenize.ts';
import { callerOf, stage, tell } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';
import { PURPOSES } from '../support/vault.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const REASON = 'Ada says that her invoice never came.';
const GRANTED: Rule = { effect: 'allow', actions: ['detokenize'], subjects: 'granted', views: ['plain'] };
const order = (approval: 'none' | 'one' | 'two' | 'afterwards', more: Partial<Rule> = {}): Rule => ({
  ...{ effect: 'allow', actions: ['order_grant'], ...more },
  grant: { minutes: 60, approval, ...(approval === 'afterwards' && { reviewHours: 24 }) },
});
const USE: Rule = { effect: 'allow', actions: ['list_grants', 'end_grant', 'redeem_code'] };
const LEAD: Rule[] = [{ effect: 'allow', actions: ['list_grants', 'approve_grant', 'end_grant', 'close_ticket'] }];

interface Person {
  readonly subject: SubjectId;
  readonly email: Token;
  readonly phone: Token;
  readonly record: RecordId;
}

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);
  let made = 0;
  /** Somebody who has a role of these rules, each time as it stands. */
  const post = async (rules: readonly Rule[]) => {
    made += 1;
    const role = `post-${made}`;
    await put(role, rules);
    return { role, ...(await member(role)) };
  };
  const put = async (role: string, rules: readonly Rule[]) =>
    changeRole(here.vault, await here.as('admin'), { role, description: '', rules: [...rules] });
  const member = async (role: string) => {
    const body = { name: 'post', role, purposes: PURPOSES };
    const { principal, apiKey } = await addPrincipal(here.vault, await here.as('admin'), body);
    return { principal, apiKey, now: (vault = here.vault) => callerOf(vault, apiKey) };
  };
  type Post = Awaited<ReturnType<typeof member>>;
  const person = async (): Promise<Person> => {
    made += 1;
    const of = { subject: `person-${made}` };
    const items = [
      { type: 'email', value: `ada-${made}@example.com`, ...of },
      { type: 'phone', value: `+43660${1_000_000 + made}`, ...of },
    ];
    const { results } = await tokenize(here.vault, await here.as('app'), { items });
    const [email, phone] = results as { token: Token; subject: SubjectId; record: RecordId }[];
    if (email === undefined || phone === undefined) throw new Error('Nothing was stored.');
    return { subject: email.subject, email: email.token, phone: phone.token, record: email.record };
  };
  const wanted = (subjects: readonly Person[], more: Record<string, unknown> = {}) => ({
    ...{ subjects: subjects.map(({ subject }) => subject), types: ['email'], view: 'plain', ticket: 'HELP-0042' },
    ...{ reason: REASON, minutes: 30, breakGlass: false, ...more },
  });
  const ask = async (who: Post, subjects: readonly Person[], more: Record<string, unknown> = {}) =>
    orderGrant(here.vault, await who.now(), wanted(subjects, more));
  const shown = async (caller: Caller, token: Token, vault = here.vault) => {
    const { results } = await detokenize(vault, caller, { tokens: [token], purpose: 'support' });
    const [result] = results;
    return result !== undefined && 'value' in result ? result.view : result?.error.code;
  };
  const sees = async (who: Post, token: Token) => shown(await who.now(), token);
  const code = (work: Promise<unknown>) => work.then(() => 'done').catch((error: { code: string }) => error.code);
  const approve = async (who: Post, grant: GrantId) => approveGrant(here.vault, await who.now(), { grant });

  test('a grant waits, is approved by somebody else, opens what it lists of these people, and is over by itself', async () => {
    const [ada, bob] = [await person(), await person()];
    const [agent, lead] = [await post([order('one'), USE, GRANTED]), await post(LEAD)];
    expect(await sees(agent, ada.email)).toBe('not_allowed');
    const ordered = await ask(agent, [ada]);
    expect(ordered).toMatchObject({
      state: 'waiting',
      missing: 1,
      principal: agent.principal,
      subjects: [ada.subject],
    });
    const { grant } = ordered;
    expect(await here.lastEntry()).toMatchObject({ action: 'order_grant', target: grant, code: 'grant_waiting' });
    expect(await sees(agent, ada.email)).toBe('not_allowed');
    expect(await readGrant(here.vault, await lead.now(), { grant })).toMatchObject({
      ...{ reason: REASON, ticket: 'HELP-0042', principal: agent.principal, types: ['email'] },
    });
    // Its time runs from the approval, not from the order.
    here.advance(2 * HOUR_MS);
    expect(await approve(lead, grant)).toMatchObject({ state: 'in_force', missing: 0 });
    expect(await sees(agent, ada.email)).toBe('plain');
    expect(await here.lastEntry()).toMatchObject({ action: 'detokenize', target: grant, view: 'plain' });
    expect(await sees(agent, ada.phone)).toBe('not_allowed');
    expect(await sees(agent, bob.email)).toBe('not_allowed');
    here.advance(29 * MINUTE_MS);
    expect(await sees(agent, ada.email)).toBe('plain');
    here.advance(MINUTE_MS);
    expect(await sees(agent, ada.email)).toBe('not_allowed');
    expect(await readGrant(here.vault, await lead.now(), { grant })).toMatchObject({
      ...{ state: 'over', approvals: [{ principal: lead.principal }], reason: REASON },
    });
    // Not again.
    expect(await code(approve(lead, grant))).toBe('grant_not_open');
  });

  test('an order that nobody approves lapses after a day, and a refused one is over', async () => {
    const ada = await person();
    const [agent, lead] = [await post([order('one'), USE, GRANTED]), await post(LEAD)];
    const { grant } = await ask(agent, [ada]);
    const refused = await ask(agent, [ada]);
    expect(await refuseGrant(here.vault, await lead.now(), { grant: refused.grant })).toMatchObject({
      ...{ state: 'over', endedAs: 'refused', endedBy: lead.principal },
    });
    expect(await code(approve(lead, refused.grant))).toBe('grant_not_open');
    here.advance(24 * HOUR_MS);
    expect(await code(approve(lead, grant))).toBe('grant_not_open');
  });

  test('nobody approves, refuses or reviews their own; who uses grants sees its own alone', async () => {
    const ada = await person();
    const both = await post([order('one'), USE, GRANTED]);
    const { grant } = await ask(both, [ada]);
    const ownRole = await member(both.role);
    expect(await code(readGrant(here.vault, await ownRole.now(), { grant }))).toBe('grant_not_found');
    expect(await code(endGrant(here.vault, await ownRole.now(), { grant }))).toBe('grant_not_found');
    expect((await listGrants(here.vault, await ownRole.now(), { limit: 10 })).grants).toEqual([]);
    expect((await listGrants(here.vault, await both.now(), { limit: 10 })).grants).toMatchObject([{ grant }]);
    // A role holds one duty, so somebody who could agree to their own is only made by a change of roles.
    await put(both.role, LEAD);
    for (const act of [approveGrant, refuseGrant, reviewGrant]) {
      expect(await code(act(here.vault, await both.now(), { grant }))).toBe('own_grant');
    }
    expect(await code(put('orders-and-approves', [order('one'), ...LEAD]))).toBe('duties_conflict');
  });

  test('two who must agree are two principals of two roles', async () => {
    const ada = await person();
    const agent = await post([order('two'), USE, GRANTED]);
    const [lead, officer] = [await post(LEAD), await post(LEAD)];
    const colleague = await member(lead.role);
    const { grant } = await ask(agent, [ada]);
    expect(await approve(lead, grant)).toMatchObject({ state: 'waiting', missing: 1 });
    expect(await code(approve(lead, grant))).toBe('already_approved');
    expect(await code(approve(colleague, grant))).toBe('already_approved');
    expect(await sees(agent, ada.email)).toBe('not_allowed');
    expect(await approve(officer, grant)).toMatchObject({ state: 'in_force' });
    expect(await sees(agent, ada.email)).toBe('plain');
  });

  test('an approver who is revoked has agreed to nothing, before it begins and after', async () => {
    const ada = await person();
    const agent = await post([order('two'), USE, GRANTED]);
    const [lead, officer] = [await post(LEAD), await post(LEAD)];
    const [half, whole] = [await ask(agent, [ada]), await ask(agent, [ada])];
    await approve(lead, half.grant);
    await approve(lead, whole.grant);
    await approve(officer, whole.grant);
    expect(await sees(agent, ada.email)).toBe('plain');
    await revokePrincipal(here.vault, await here.as('admin'), { principal: lead.principal });
    expect(await sees(agent, ada.email)).toBe('not_allowed');
    expect(await code(approve(officer, half.grant))).toBe('grant_lapsed');
    const shownNow = await readGrant(here.vault, await officer.now(), { grant: whole.grant });
    expect(shownNow).toMatchObject({ state: 'over', endedAs: 'approver_revoked' });
    const noted = await tell(here.home.keyStoreUrl, "SELECT target FROM revocations WHERE kind = 'grant'");
    expect(noted.map(({ target }) => target)).toEqual(expect.arrayContaining([half.grant, whole.grant]));
  });

  test('what was ordered is decided again when it is approved, and so are earlier approvals', async () => {
    const ada = await person();
    const agent = await post([order('two'), USE, GRANTED]);
    const [lead, officer] = [await post(LEAD), await post(LEAD)];
    const [first, second] = [await ask(agent, [ada]), await ask(agent, [ada])];
    await approve(lead, first.grant);
    await approve(lead, second.grant);
    await put(lead.role, [USE]);
    expect(await code(approve(officer, first.grant))).toBe('grant_lapsed');
    await put(lead.role, LEAD);
    await put(agent.role, [USE, GRANTED]);
    expect(await code(approve(officer, second.grant))).toBe('grant_lapsed');
    // A rule that asks for more meanwhile is the one that counts.
    const other = await post([order('one'), USE, GRANTED]);
    const { grant } = await ask(other, [ada]);
    await put(other.role, [order('two'), USE, GRANTED]);
    expect(await approve(lead, grant)).toMatchObject({ state: 'waiting', missing: 1 });
    // And without its rule for granted people a grant in force opens nothing.
    await approve(officer, grant);
    expect(await sees(other, ada.email)).toBe('plain');
    await put(other.role, [order('two'), USE]);
    expect(await code(sees(other, ada.email))).toBe('not_allowed');
    await revokePrincipal(here.vault, await here.as('admin'), { principal: other.principal });
    expect(await readGrant(here.vault, await officer.now(), { grant })).toMatchObject({ endedAs: 'principal_revoked' });
  });

  test('it ends by revocation and with its ticket, at the next call, here and on another node', async () => {
    const [ada, bob] = [await person(), await person()];
    const [agent, lead] = [await post([order('none'), USE, GRANTED]), await post(LEAD)];
    const other = await here.home.open({ clock: () => here.now() });
    const there = async (token: Token) => shown(await agent.now(other), token, other);
    const { grant } = await ask(agent, [ada]);
    await ask(agent, [bob], { ticket: 'HELP-0777' });
    expect([await there(ada.email), await there(bob.email)]).toEqual(['plain', 'plain']);
    await endGrant(here.vault, await agent.now(), { grant });
    expect([await there(ada.email), await sees(agent, ada.email)]).toEqual(['not_allowed', 'not_allowed']);
    expect(await endGrant(here.vault, await lead.now(), { grant })).toMatchObject({ endedBy: agent.principal });
    const closed = await closeTicket(other, await lead.now(other), { ticket: 'HELP-0777' });
    expect(closed.grants).toHaveLength(1);
    expect([await sees(agent, bob.email), await there(bob.email)]).toEqual(['not_allowed', 'not_allowed']);
    expect(await closeTicket(here.vault, await lead.now(), { ticket: 'HELP-0778' })).toEqual({ grants: [] });
  });

  test('clocks of two nodes a minute apart give no grant more than that minute', async () => {
    const ada = await person();
    const [agent, lead] = [await post([order('one'), USE, GRANTED]), await post(LEAD)];
    const ahead = await here.home.open({ clock: () => new Date(here.now().getTime() + MINUTE_MS) });
    const { grant } = await ask(agent, [ada]);
    await approveGrant(ahead, await lead.now(ahead), { grant });
    expect(await sees(agent, ada.email)).toBe('plain');
    here.advance(30 * MINUTE_MS);
    expect(await shown(await agent.now(ahead), ada.email, ahead)).toBe('not_allowed');
    expect(await sees(agent, ada.email)).toBe('plain');
    here.advance(MINUTE_MS);
    expect(await sees(agent, ada.email)).toBe('not_allowed');
  });

  test('what could never matter is not ordered, and no more than a rule offers', async () => {
    const ada = await person();
    const masked: Rule = { ...GRANTED, types: ['email', 'phone'], views: ['masked'] };
    const agent = await post([order('none', { types: ['email'], when: { ticket: 'HELP-####' } }), USE, masked]);
    const asked = (more: Record<string, unknown>) => code(ask(agent, [ada], { view: 'masked', ...more }));
    expect(await asked({})).toBe('done');
    expect(await asked({ view: 'plain' })).toBe('grant_in_vain');
    expect(await asked({ view: 'last4' })).toBe('unknown_view');
    expect(await asked({ types: ['phone'] })).toBe('not_allowed');
    expect(await asked({ types: ['fone'] })).toBe('unknown_type');
    expect(await asked({ ticket: 'x' })).toBe('not_allowed');
    expect(await asked({ minutes: 61 })).toBe('not_allowed');
    expect(await asked({ breakGlass: true })).toBe('not_allowed');
    expect(await asked({ subjects: ['sub_01m81j18g0ewqr325zy4z929z5'] })).toBe('subject_not_found');
    expect(await sees(agent, ada.email)).toBe('masked');
    const admin = await here.as('admin');
    const why = { principal: agent.principal, action: 'detokenize' as const, purpose: 'support' };
    const value = { type: 'email', view: 'masked' };
    expect(await explainAccess(here.vault, admin, { ...why, value })).toMatchObject({
      allowed: false,
      needs: ['grant'],
    });
    const granted = await explainAccess(here.vault, admin, { ...why, value, subjects: 'granted' });
    expect(granted).toMatchObject({ allowed: true, view: 'masked' });
  });

  test('the reason goes with the person, and the grant with all of its people', async () => {
    const [ada, bob] = [await person(), await person()];
    const [agent, lead] = [await post([order('one'), USE, GRANTED]), await post(LEAD)];
    const { grant } = await ask(agent, [ada, bob]);
    const alone = await ask(agent, [ada]);
    const app = await here.as('app');
    const told = async () => readGrant(here.vault, await lead.now(), { grant });
    // The note is a record of hers, which nobody is told or may name.
    const [note] = await tell<{ record: RecordId }>(
      here.home.recordStoreUrl,
      `SELECT record FROM records WHERE subject = '${ada.subject}' AND type NOT IN ('email', 'phone')`,
    );
    const { records } = await getSubject(here.vault, app, { subject: ada.subject, limit: 10 });
    expect(records).toHaveLength(2);
    expect(note).toBeDefined();
    expect(await code(describeRecord(here.vault, app, { record: note?.record as RecordId }))).toBe('record_not_found');
    const receipt = await erase(here.vault, app, { subject: ada.subject });
    expect(receipt.records).toBe(4);
    expect(await told()).toMatchObject({ state: 'waiting', subjects: [bob.subject], reason: REASON });
    expect(await code(approve(lead, grant))).toBe('subject_erased');
    expect(await code(ask(agent, [ada]))).toBe('subject_erased');
    const gone = await readGrant(here.vault, await lead.now(), { grant: alone.grant });
    expect(gone).toMatchObject({ state: 'over', endedAs: 'erased', subjects: [] });
    expect(gone.reason).toBeUndefined();
    await erase(here.vault, app, { subject: bob.subject });
    expect((await told()).reason).toBeUndefined();
    expect(JSON.stringify(await here.entries())).not.toContain('invoice');
  });

  test('break-glass holds at once, is told, and stops until it is reviewed by somebody else', async () => {
    const ada = await person();
    const [agent, lead] = [await post([order('afterwards'), USE, GRANTED]), await post(LEAD)];
    const { grant, state } = await ask(agent, [ada], { breakGlass: true });
    expect(state).toBe('in_force');
    const entries = await here.entries();
    const ordered = entries.find((one) => one.target === grant);
    expect(ordered).toMatchObject({ action: 'order_grant', code: 'break_glass' });
    const [event] = await tell(
      here.home.recordStoreUrl,
      "SELECT about FROM hook_events WHERE name = 'grant.break_glass'",
    );
    expect(String(event?.about)).toContain(grant);
    expect(await sees(agent, ada.email)).toBe('plain');
    here.advance(25 * HOUR_MS);
    expect(await code(ask(agent, [ada], { breakGlass: true }))).toBe('review_overdue');
    const pending = await listGrants(here.vault, await lead.now(), { limit: 10, state: 'to_review' });
    expect(pending.grants).toMatchObject([{ grant, kind: 'break_glass', state: 'over' }]);
    const reviewed = await reviewGrant(here.vault, await lead.now(), { grant });
    expect(reviewed).toMatchObject({ reviewedBy: lead.principal });
    expect(await code(ask(agent, [ada], { breakGlass: true }))).toBe('done');
  });

  test('a person’s code opens once what it lists of that person, for those to whom their role lets it', async () => {
    const [ada, bob] = [await person(), await person()];
    const agent = await post([USE, GRANTED]);
    const app = await here.as('app');
    const offered = { types: ['email'], view: 'plain', minutes: 15 };
    const { code: told, grant } = await offerCode(here.vault, app, { subject: ada.subject, ...offered });
    expect(told).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    // A lost answer is asked for again: the same code.
    const keyed = { ...app, idempotencyKey: 'offer-1' };
    const twice = { subject: bob.subject, ...offered };
    expect(await offerCode(here.vault, keyed, twice)).toEqual(await offerCode(here.vault, keyed, twice));
    const said = ` ${told.toLowerCase().replace('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')} `;
    const redeem = async (what: string, who = agent) => redeemCode(here.vault, await who.now(), { code: what });
    expect(await code(redeem('0000-0000'))).toBe('code_not_found');
    expect(await sees(agent, ada.email)).toBe('not_allowed');
    expect(await redeem(said)).toMatchObject({ grant, kind: 'code', state: 'in_force', subjects: [ada.subject] });
    expect([await sees(agent, ada.email), await sees(agent, ada.phone), await sees(agent, bob.email)]).toEqual([
      ...['plain', 'not_allowed', 'not_allowed'],
    ]);
    expect(await code(redeem(told))).toBe('code_not_found');
    here.advance(15 * MINUTE_MS);
    expect(await sees(agent, ada.email)).toBe('not_allowed');
    const late = await offerCode(here.vault, app, { subject: ada.subject, ...offered });
    here.advance(15 * MINUTE_MS);
    expect(await code(redeem(late.code))).toBe('code_not_found');
    // Guesses are few, and a right code is refused with them.
    const next = await offerCode(here.vault, app, { subject: ada.subject, ...offered, minutes: 60 });
    for (let i = 0; i < 7; i += 1) await code(redeem(`0000-000${i}`));
    expect(await code(redeem(next.code))).toBe('too_many_guesses');
    expect(await code(redeem(next.code, await post([USE, GRANTED])))).toBe('done');
    expect(JSON.stringify(await tell(here.home.recordStoreUrl, 'SELECT * FROM grants'))).not.toContain(told);
  });

  test('an altered grant opens nothing, and raises the alarm', async () => {
    const [ada, bob] = [await person(), await person()];
    const agent = await post([order('none'), USE, GRANTED]);
    const { grant } = await ask(agent, [ada]);
    const url = here.home.recordStoreUrl;
    const alter = (change: string, table = 'grants') =>
      tell(url, `UPDATE ${table} SET ${change} WHERE grant_id = '${grant}'`);
    await alter(`types = '["email","phone"]'`);
    await expect(sees(agent, ada.phone)).rejects.toMatchObject({ code: 'integrity_failure' });
    const listed = await listGrants(here.vault, await agent.now(), { limit: 10 });
    expect(listed.grants).toMatchObject([{ grant, damaged: true }]);
    await alter(`types = '["email"]'`);
    expect(await sees(agent, ada.email)).toBe('plain');
    await alter(`subject = '${bob.subject}'`, 'grant_subjects');
    await expect(sees(agent, bob.email)).rejects.toMatchObject({ code: 'integrity_failure' });
  });
});
