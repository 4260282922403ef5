/** What takes a second person waits for one, is done once, and by nobody who may no longer. */
import { describe, expect, test } from 'vitest';
import { insertApproval, MAX_OPEN } from '../../src/access/approvals/rows.ts';
import { accessKeys } from '../../src/access/keys.ts';
import type { Caller } from '../../src/calls/caller.ts';
import { type ApprovalId, newId, type PrincipalId, type TenantId, type Token } from '../../src/ids.ts';
import { addPrincipal } from '../../src/operations/access/add-principal.ts';
import { addTenant } from '../../src/operations/access/add-tenant.ts';
import { changePrincipal } from '../../src/operations/access/change-principal.ts';
import { changeRole } from '../../src/operations/access/change-role.ts';
import { declarePurpose } from '../../src/operations/access/declare-purpose.ts';
import { revokePrincipal } from '../../src/operations/access/revoke-principal.ts';
import { rotateApiKey } from '../../src/operations/access/rotate-api-key.ts';
import { endApprovalPolicy } from '../../src/operations/approvals/end-policy.ts';
import { getApproval } from '../../src/operations/approvals/get-approval.ts';
import { getApprovalPolicy } from '../../src/operations/approvals/get-policy.ts';
import { giveApproval } from '../../src/operations/approvals/give-approval.ts';
import { listApprovals } from '../../src/operations/approvals/list-approvals.ts';
import { refuseApproval } from '../../src/operations/approvals/refuse-approval.ts';
import { setApprovalPolicy } from '../../src/operations/approvals/set-policy.ts';
import { withdrawApproval } from '../../src/operations/approvals/withdraw-approval.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { replaceRoot } from '../../src/operations/keys/replace-root.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { callerOf, stage, tell } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';
import { PURPOSES } from '../support/vault.ts';

const HOUR = 3_600_000;
const TERMS = { approvers: 1, erasureSubjects: 2, hours: 24 };
const APP = { name: 'checkout', role: 'app', purposes: ['billing'] };
const PLAIN = [{ effect: 'allow' as const, actions: ['detokenize' as const], types: ['email'], views: ['plain'] }];

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);
  let made = 0;

  /** A tenant with an administrator and an officer, and a policy. Callers are recognised anew for each call. */
  async function division(policy: typeof TERMS | null = TERMS) {
    made += 1;
    const name = `division-${made}`;
    const { tenant, apiKey } = await addTenant(here.vault, await here.as('admin'), { name });
    const admin = (vault = here.vault) => callerOf(vault, apiKey);
    const member = async (role: string, purposes: string[] = []) => {
      const added = await addPrincipal(here.vault, await admin(), { name: role, role, purposes });
      return { ...added, now: (vault = here.vault) => callerOf(vault, added.apiKey) };
    };
    const officer = await member('security');
    const app = await member('app', PURPOSES);
    if (policy !== null) await setApprovalPolicy(here.vault, await admin(), policy);
    return { tenant: tenant as TenantId, name, admin, officer, app, member };
  }

  const code = (work: Promise<unknown>) => work.then(() => 'done').catch((error: { code: string }) => error.code);
  const waits = async (work: Promise<unknown>): Promise<ApprovalId> => {
    const error = await work.then(() => ({}) as { code?: string }).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'approval_needed' });
    return error.approval;
  };
  const approve = (approval: ApprovalId, by: Caller, vault: Vault = here.vault) =>
    giveApproval(vault, by, { approval });

  test('a key that may see plain waits for a second person, is made once, and the log tells it all', async () => {
    const { admin, officer } = await division();
    const add = async (body: typeof APP = APP, vault = here.vault) => addPrincipal(vault, await admin(vault), body);
    const approval = await waits(add());
    expect(await waits(add())).toBe(approval);
    expect(await code(addPrincipal(here.vault, await admin(), { name: 'desk', role: 'support', purposes: [] }))).toBe(
      'done',
    );
    expect(await code(approve(approval, await admin()))).toBe('own_approval');
    const shown = await getApproval(here.vault, await officer.now(), { approval });
    expect(shown).toMatchObject({ state: 'waiting', kind: 'key', about: APP, needed: 1, approvedBy: [] });
    const given = await giveApproval(here.vault, await officer.now(), { approval, reason: 'seen with Ines' });
    expect(given).toMatchObject({ state: 'approved', approvedBy: [officer.principal] });
    // What was approved is this request, and no other.
    const other = await waits(add({ ...APP, purposes: ['support'] }));
    expect(other).not.toBe(approval);
    const { principal } = await add();
    expect(await getApproval(here.vault, await officer.now(), { approval })).toMatchObject({ state: 'used' });
    expect(await waits(add())).not.toBe(approval);
    expect(await code(approve(approval, await officer.now()))).toBe('approval_ended');
    const entries = (await here.entries()).filter((entry) => String(entry.target).includes(approval));
    expect(entries.map(({ action, outcome, code, target }) => [action, outcome, code, target])).toEqual([
      ['add_principal', 'refused', 'approval_needed', approval],
      ['add_principal', 'refused', 'approval_needed', approval],
      ['read_approvals', 'done', null, approval],
      ['give_approval', 'done', null, expect.stringContaining(`${approval} prn_`)],
      ['add_principal', 'done', null, `${principal} ${approval}`],
      ['read_approvals', 'done', null, approval],
    ]);
    expect(entries.find(({ action }) => action === 'give_approval')?.reason_mac).toHaveLength(16);
    expect(JSON.stringify(await here.entries())).not.toContain('Ines');
  });

  test('without a policy, and where nobody else could approve, it is done at once', async () => {
    const { admin, officer } = await division(null);
    expect(await code(addPrincipal(here.vault, await admin(), APP))).toBe('done');
    await setApprovalPolicy(here.vault, await admin(), TERMS);
    await revokePrincipal(here.vault, await admin(), { principal: officer.principal as PrincipalId });
    // Whoever removes the second one does not act alone right after.
    const approval = await waits(addPrincipal(here.vault, await admin(), APP));
    expect(await getApproval(here.vault, await admin(), { approval })).toMatchObject({ state: 'waiting', needed: 1 });
    here.advance(24 * HOUR);
    expect(await code(addPrincipal(here.vault, await admin(), APP))).toBe('done');
  });

  test('a yes counts only while its giver may still give it', async () => {
    const { admin, officer, member } = await division();
    const approval = await waits(addPrincipal(here.vault, await admin(), APP));
    await approve(approval, await officer.now());
    await revokePrincipal(here.vault, await admin(), { principal: officer.principal as PrincipalId });
    expect(await waits(addPrincipal(here.vault, await admin(), APP))).toBe(approval);
    expect(await getApproval(here.vault, await admin(), { approval })).toMatchObject({
      state: 'waiting',
      approvedBy: [],
    });
    // Whoever is revoked counts for a day, so another officer waits for the day, too.
    expect(await waits(member('security'))).not.toBe(approval);
  });

  test('it expires, for each node by its clock, and two nodes do it once', async () => {
    const { admin, officer } = await division({ ...TERMS, hours: 1 });
    const second = await here.home.open({ clock: () => new Date(here.now().getTime() + 60_000) });
    const approval = await waits(addPrincipal(here.vault, await admin(), APP));
    expect(await approve(approval, await officer.now(second), second)).toMatchObject({ state: 'approved' });
    const both = await Promise.all(
      [here.vault, second].map(async (vault) => code(addPrincipal(vault, await admin(vault), APP))),
    );
    expect(both.sort()).toEqual(['approval_needed', 'done']);
    const left = await waits(addPrincipal(here.vault, await admin(), APP));
    await withdrawApproval(here.vault, await admin(), { approval: left });
    const again = await waits(addPrincipal(here.vault, await admin(), APP));
    await approve(again, await officer.now());
    here.advance(HOUR - 30_000);
    expect(await waits(addPrincipal(second, await admin(second), APP))).not.toBe(again);
    expect(await code(addPrincipal(here.vault, await admin(), APP))).toBe('done');
    here.advance(2 * HOUR);
    const late = await waits(addPrincipal(here.vault, await admin(), APP));
    here.advance(2 * HOUR);
    expect(await code(approve(late, await officer.now()))).toBe('approval_ended');
    expect(await getApproval(here.vault, await officer.now(), { approval: late })).toMatchObject({ state: 'expired' });
  });

  test('a repeat under one idempotency key finds the answer, and asks nobody again', async () => {
    const { admin, officer, app } = await division();
    const rotate = async () =>
      rotateApiKey(
        here.vault,
        { ...(await admin()), idempotencyKey: 'rotate-1' },
        { principal: app.principal as PrincipalId, overlapSeconds: 0 },
      );
    const approval = await waits(rotate());
    await approve(approval, await officer.now());
    const { apiKey } = await rotate();
    expect((await rotate()).apiKey).toBe(apiKey);
    expect((await listApprovals(here.vault, await officer.now(), { limit: 10 })).approvals).toHaveLength(1);
    // One's own key gives nothing new.
    const own = { principal: (await admin()).principal, overlapSeconds: 60 };
    expect(await code(rotateApiKey(here.vault, await admin(), own))).toBe('done');
  });

  test('roles, purposes and what a purpose needs wait where they open plain sight, and where they open approving', async () => {
    const { admin, officer, app } = await division();
    const role = (name: string, rules: unknown) =>
      admin().then((by) => changeRole(here.vault, by, { role: name, description: '', rules: rules as never }));
    const masked = [{ ...PLAIN[0], views: ['masked'] }];
    expect(await code(role('desk', masked))).toBe('done');
    const wider = await waits(role('desk', PLAIN));
    const { about } = await getApproval(here.vault, await officer.now(), { approval: wider });
    expect(about).toMatchObject({ role: 'desk', rules: PLAIN });
    await approve(wider, await officer.now());
    expect(await code(role('desk', PLAIN))).toBe('done');
    expect(await code(role('desk', masked))).toBe('done');
    await waits(role('deputy', [{ effect: 'allow', actions: ['give_approval'] }]));
    await waits(admin().then((by) => addPrincipal(here.vault, by, { name: 'x', role: 'security', purposes: [] })));

    const purpose = (types: string[] | undefined) =>
      admin().then((by) =>
        declarePurpose(here.vault, by, { purpose: 'news', basis: 'consent', told: 'News.', ...(types && { types }) }),
      );
    expect(await code(purpose(['email']))).toBe('done');
    await waits(purpose(['email', 'phone']));
    await waits(purpose(undefined));
    const give = (purposes: string[]) =>
      admin().then((by) => changePrincipal(here.vault, by, { principal: app.principal as PrincipalId, purposes }));
    expect(await code(give(['billing']))).toBe('done');
    await waits(give(['billing', 'news']));
  });

  test('a key for a role waits anew when the rules of the role are others than those that were approved', async () => {
    const { admin, officer } = await division();
    const role = async (types: string[]) =>
      changeRole(here.vault, await admin(), {
        role: 'desk',
        description: '',
        rules: [{ ...PLAIN[0], types }] as never,
      });
    const approved = async (work: () => Promise<unknown>) => {
      await approve(await waits(work()), await officer.now());
      await work();
    };
    const add = async () => addPrincipal(here.vault, await admin(), { ...APP, role: 'desk' });
    await approved(() => role(['email']));
    await approve(await waits(add()), await officer.now());
    await approved(() => role(['card']));
    await waits(add());
  });

  test('an erasure of more subjects than the policy says waits; that of one person does not', async () => {
    const { admin, officer, app } = await division();
    const tokens: Token[] = [];
    for (const subject of ['cust_1', 'cust_2', 'cust_3']) {
      const items = ['a', 'b'].map((one) => ({ type: 'email', value: `${subject}.${one}@example.com`, subject }));
      tokens.push(
        ...(await tokenize(here.vault, await app.now(), { items })).results.map(({ token }) => token as Token),
      );
    }
    const all = async (reason?: string) => erase(here.vault, await app.now(), { tokens, ...(reason && { reason }) });
    const approval = await waits(all('asked'));
    const shown = await getApproval(here.vault, await app.now(), { approval });
    expect(shown).toMatchObject({ kind: 'erasure', about: { subjects: 3, records: 6 } });
    expect(JSON.stringify(shown)).not.toContain('cust_');
    // Whoever uses values approves nothing.
    expect(await code(approve(approval, await app.now()))).toBe('not_allowed');
    expect(await code(withdrawApproval(here.vault, await admin(), { approval }))).toBe('not_own_approval');
    expect(await code(erase(here.vault, await app.now(), { tokens: tokens.slice(0, 4) }))).toBe('done');
    await approve(approval, await officer.now());
    expect((await all('for another reason')).records).toBe(2);
  });

  test('an erasure of a tenant, a new root key and a lesser policy wait', async () => {
    const { admin, officer, name, tenant } = await division();
    const lesser = { ...TERMS, hours: 48 };
    const weaken = async () => setApprovalPolicy(here.vault, await admin(), lesser);
    const approval = await waits(weaken());
    await waits(admin().then((by) => endApprovalPolicy(here.vault, by)));
    expect(await code(setApprovalPolicy(here.vault, await admin(), { ...TERMS, erasureSubjects: 1 }))).toBe('done');
    await approve(approval, await officer.now());
    await weaken();
    expect((await getApprovalPolicy(here.vault, await admin())).policy).toMatchObject(lesser);
    const end = await waits(admin().then((by) => endApprovalPolicy(here.vault, by)));
    await approve(end, await officer.now());
    expect(await endApprovalPolicy(here.vault, await admin())).toMatchObject({ approvers: expect.anything() });
    await setApprovalPolicy(here.vault, await admin(), TERMS);
    const gone = async () => erase(here.vault, await admin(), { tenant, confirm: name });
    await approve(await waits(gone()), await officer.now());
    expect(await code(gone())).toBe('done');

    const first = await here.as('admin');
    const security = await here.as('security');
    await setApprovalPolicy(here.vault, first, TERMS);
    const newKey = Buffer.alloc(32, 7);
    const root = await waits(replaceRoot(here.vault, security, { newKey }));
    await refuseApproval(here.vault, first, { approval: root });
    expect(await waits(replaceRoot(here.vault, security, { newKey }))).not.toBe(root);
    const over = await waits(endApprovalPolicy(here.vault, first));
    await approve(over, security);
    await endApprovalPolicy(here.vault, first);
  });

  test('refused and withdrawn is for good, and others are told of nobody else’s', async () => {
    const { admin, officer, app } = await division();
    const ask = async () => waits(addPrincipal(here.vault, await admin(), APP));
    const refused = await ask();
    await approve(refused, await officer.now());
    await refuseApproval(here.vault, await officer.now(), { approval: refused, reason: 'not now' });
    expect(await refuseApproval(here.vault, await officer.now(), { approval: refused })).toMatchObject({
      state: 'refused',
      endedBy: officer.principal,
    });
    const withdrawn = await ask();
    expect(withdrawn).not.toBe(refused);
    await approve(withdrawn, await officer.now());
    await withdrawApproval(here.vault, await admin(), { approval: withdrawn });
    expect(await code(refuseApproval(here.vault, await officer.now(), { approval: withdrawn }))).toBe('approval_ended');
    expect(await ask()).not.toBe(withdrawn);
    expect((await listApprovals(here.vault, await officer.now(), { limit: 2 })).approvals).toHaveLength(2);
    expect((await listApprovals(here.vault, await app.now(), { limit: 10 })).approvals).toEqual([]);
    expect(await code(getApproval(here.vault, await app.now(), { approval: refused }))).toBe('approval_not_found');
    const { officer: theirs } = await division();
    expect(await code(getApproval(here.vault, await theirs.now(), { approval: refused }))).toBe('approval_not_found');
    expect(await code(approve(withdrawn, await theirs.now()))).toBe('approval_not_found');
  });

  test('two others, where two are asked for', async () => {
    const { admin, officer, member } = await division(null);
    const other = await member('admin');
    await setApprovalPolicy(here.vault, await admin(), { ...TERMS, approvers: 2 });
    const approval = await waits(addPrincipal(here.vault, await admin(), APP));
    await approve(approval, await officer.now());
    await approve(approval, await officer.now());
    expect(await waits(addPrincipal(here.vault, await admin(), APP))).toBe(approval);
    expect(await approve(approval, await other.now())).toMatchObject({ state: 'approved', needed: 2 });
    expect(await code(addPrincipal(here.vault, await admin(), APP))).toBe('done');
  });

  test('hooks are told once that something waits, by its id', async () => {
    const { admin } = await division();
    const approval = await waits(addPrincipal(here.vault, await admin(), APP));
    await waits(addPrincipal(here.vault, await admin(), APP));
    const rows = await tell<{ about: string; tenant: string }>(
      here.home.recordStoreUrl,
      "SELECT tenant, about FROM hook_events WHERE name = 'approval.waiting'",
    );
    const own = rows.filter((row) => row.about.includes(approval));
    expect(own).toHaveLength(1);
    expect(own[0]?.about).not.toContain('checkout');
  });

  test('a row that was altered, or put back, is neither approved nor used', async () => {
    const { admin, officer } = await division();
    const ask = async () => addPrincipal(here.vault, await admin(), APP);
    const url = here.home.recordStoreUrl;
    const used = await waits(ask());
    await approve(used, await officer.now());
    const [before] = await tell<{ tag: Buffer }>(url, `SELECT tag FROM approvals WHERE approval = '${used}'`);
    await ask();
    // The row of before, to the last byte: the note stands against it.
    await tell(
      url,
      `UPDATE approvals SET ended = NULL, ended_at = NULL, ended_by = NULL, tag = ${engine === 'sqlite' ? '?' : '$1'} WHERE approval = '${used}'`,
      [before?.tag],
    );
    const [standing] = await tell(url, `SELECT ended FROM approvals WHERE approval = '${used}'`);
    expect(standing).toEqual({ ended: null });
    const id = await waits(ask());
    expect(id).not.toBe(used);
    await tell(url, `UPDATE approvals SET kind = 'role' WHERE approval = '${id}'`);
    expect(await code(approve(id, await officer.now()))).toBe('integrity_failure');
    expect(await code(ask())).toBe('integrity_failure');
    expect(await getApproval(here.vault, await officer.now(), { approval: id })).toMatchObject({ damaged: true });
    await tell(url, `UPDATE approvals SET kind = 'key' WHERE approval = '${id}'`);
    await tell(url, 'UPDATE approval_policies SET approvers = 5');
    expect(await code(ask())).toBe('integrity_failure');
    await tell(url, 'UPDATE approval_policies SET approvers = 1');
  });

  test('what waits is bounded', async () => {
    const { admin, tenant } = await division();
    const { principal } = await admin();
    const { keyring, random, recordStore } = here.vault;
    const keys = await accessKeys(keyring.indexes, tenant);
    const at = here.now().getTime();
    await recordStore.exclusive(async (tx) => {
      for (let i = 0; i < MAX_OPEN; i += 1) {
        const approval = newId('approval', random, here.now());
        const asked = { kind: 'key', action: 'add_principal', request_mac: Buffer.alloc(32), about: '{}' };
        const times = { ordered_at: at, expires_at: at + HOUR };
        await insertApproval(tx, keys, { tenant, approval, ordered_by: principal, ...asked, ...times });
      }
    });
    expect(await code(addPrincipal(here.vault, await admin(), APP))).toBe('too_many_approvals');
    here.advance(HOUR);
    expect(await code(addPrincipal(here.vault, await admin(), APP))).toBe('approval_needed');
  });
});
