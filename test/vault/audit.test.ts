/** The audit log: one entry for every decided call, before anything leaves; and never anything of what was said. */

import { describe, expect, test } from 'vitest';
import { ACTIONS } from '../../src/access/actions.ts';
import { turnAway } from '../../src/calls/entries.ts';
import { VaultError } from '../../src/errors.ts';
import type { AuditId, BucketId, GrantId, HookId, RecordId, TenantId, Token } from '../../src/ids.ts';
import { addPrincipal } from '../../src/operations/access/add-principal.ts';
import { addTenant } from '../../src/operations/access/add-tenant.ts';
import { changePrincipal } from '../../src/operations/access/change-principal.ts';
import { changeRole } from '../../src/operations/access/change-role.ts';
import { changeTenant } from '../../src/operations/access/change-tenant.ts';
import { declarePurpose } from '../../src/operations/access/declare-purpose.ts';
import { endApiKey } from '../../src/operations/access/end-api-key.ts';
import { endPurpose } from '../../src/operations/access/end-purpose.ts';
import { endRole } from '../../src/operations/access/end-role.ts';
import { explainAccess } from '../../src/operations/access/explain-access.ts';
import { getMe } from '../../src/operations/access/get-me.ts';
import { listPrincipals } from '../../src/operations/access/list-principals.ts';
import { listPurposes } from '../../src/operations/access/list-purposes.ts';
import { listRoles } from '../../src/operations/access/list-roles.ts';
import { listTenants } from '../../src/operations/access/list-tenants.ts';
import { previewRole } from '../../src/operations/access/preview-role.ts';
import { readAccessExposure } from '../../src/operations/access/read-access-exposure.ts';
import { readAccessMatrix } from '../../src/operations/access/read-access-matrix.ts';
import { readAccessReview } from '../../src/operations/access/read-access-review.ts';
import { readRole } from '../../src/operations/access/read-role.ts';
import { revokePrincipal } from '../../src/operations/access/revoke-principal.ts';
import { rotateApiKey } from '../../src/operations/access/rotate-api-key.ts';
import { filterChoices } from '../../src/operations/choices/filter-choices.ts';
import { liftRestriction } from '../../src/operations/choices/lift-restriction.ts';
import { listChoices } from '../../src/operations/choices/list-choices.ts';
import { recordChoice } from '../../src/operations/choices/record-choice.ts';
import { restrictSubject } from '../../src/operations/choices/restrict-subject.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { eraseTenant } from '../../src/operations/erasures/erase-tenant.ts';
import { getErasure } from '../../src/operations/erasures/get-erasure.ts';
import { readCertificate } from '../../src/operations/erasures/read-certificate.ts';
import { approveGrant } from '../../src/operations/grants/approve-grant.ts';
import { closeTicket } from '../../src/operations/grants/close-ticket.ts';
import { endGrant } from '../../src/operations/grants/end-grant.ts';
import { listGrants } from '../../src/operations/grants/list-grants.ts';
import { offerCode } from '../../src/operations/grants/offer-code.ts';
import { orderGrant } from '../../src/operations/grants/order-grant.ts';
import { redeemCode } from '../../src/operations/grants/redeem-code.ts';
import { addHook } from '../../src/operations/hooks/add-hook.ts';
import { changeHook } from '../../src/operations/hooks/change-hook.ts';
import { listHooks } from '../../src/operations/hooks/list-hooks.ts';
import { removeHook } from '../../src/operations/hooks/remove-hook.ts';
import { testHook } from '../../src/operations/hooks/test-hook.ts';
import { addSlot } from '../../src/operations/keys/add-slot.ts';
import { checkSlotsHere } from '../../src/operations/keys/check-slots.ts';
import { compromiseKeys } from '../../src/operations/keys/compromise-keys.ts';
import { listExposed } from '../../src/operations/keys/list-exposed.ts';
import { listKeys } from '../../src/operations/keys/list-keys.ts';
import { listNodes } from '../../src/operations/keys/list-nodes.ts';
import { readJob } from '../../src/operations/keys/read-job.ts';
import { removeSlotHere } from '../../src/operations/keys/remove-slot.ts';
import { rotateKeys } from '../../src/operations/keys/rotate-keys.ts';
import { getStatus } from '../../src/operations/oversight/get-status.ts';
import { listAuditEntries } from '../../src/operations/oversight/list-audit-entries.ts';
import { getSubject } from '../../src/operations/subjects/get-subject.ts';
import { resolveSubject } from '../../src/operations/subjects/resolve-subject.ts';
import { describeToken } from '../../src/operations/tokens/describe-token.ts';
import { extendToken } from '../../src/operations/tokens/extend-token.ts';
import { mintToken } from '../../src/operations/tokens/mint-token.ts';
import { revokeToken } from '../../src/operations/tokens/revoke-token.ts';
import { countDoublesOf } from '../../src/operations/types/count-doubles.ts';
import { declareType } from '../../src/operations/types/declare-type.ts';
import { listTypes } from '../../src/operations/types/list-types.ts';
import { setKeep } from '../../src/operations/types/set-keep.ts';
import { setUnique } from '../../src/operations/types/set-unique.ts';
import { correct } from '../../src/operations/values/correct.ts';
import { describeRecord } from '../../src/operations/values/describe-record.ts';
import { detokenize } from '../../src/operations/values/detokenize.ts';
import { match } from '../../src/operations/values/match.ts';
import { search } from '../../src/operations/values/search.ts';
import { verify } from '../../src/operations/values/verify.ts';
import { definition } from '../datatypes/definitions.ts';
import { inside } from '../hooks/receiver.ts';
import { everyByte, placesOf, refuseInserts, rowsOf, stage, tell, withoutTable } from '../support/home.ts';
import { DECLARATION } from '../support/purposes.ts';
import { packedId } from '../support/spelled.ts';
import { ENGINES } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';

const BUCKET = 'bkt_01m81hw3c0e9qav3c1d5x2z7tk' as BucketId;

const DESK = {
  ...{ role: 'desk', description: '' },
  rules: [{ effect: 'allow' as const, actions: ['detokenize' as const], views: ['masked'] }],
};

const GRANT = {
  ...{ types: ['email'], view: 'plain', ticket: 'HELP-1', reason: 'She has called.', minutes: 30, breakGlass: false },
};

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);
  const entriesSince = async (work: () => Promise<unknown>) => {
    const before = (await here.entries()).length;
    await work();
    return (await here.entries()).slice(before);
  };

  test('every call leaves one entry: who, what, what came of it, about which records', async () => {
    const [admin, app, auditor] = [await here.as('admin'), await here.as('app'), await here.as('auditor')];
    const [security, support] = [await here.as('security'), await here.as('support')];
    const { vault } = here;
    const place = { path: `${here.home.folder}/usb` };
    const usb = { name: 'usb', kind: 'file', required: true, settings: place } as const;
    const items = [{ type: 'email', value: 'ada@example.com', subject: 'audit-1' }];
    let division = '' as TenantId;
    let stored = (await tokenize(vault, app, { items })).results[0];
    const token = stored?.token as Token;
    const record = stored?.record as RecordId;
    const subject = stored?.subject as never;
    const [password] = (await tokenize(vault, app, { items: [{ type: 'password', value: 'plugh xyzzy' }] })).results;
    const [login, verifier] = [password?.token as Token, [password?.record]];
    await declarePurpose(vault, admin, { purpose: 'letters', ...DECLARATION, basis: 'consent' });
    let minted: Token | undefined;
    const { principal } = await addPrincipal(vault, admin, { name: 'p', role: 'app', purposes: [] });
    let [erasure, key]: (string | undefined)[] = [];
    let job: string | undefined;
    let hook = '' as HookId;
    let grant = '' as GrantId;
    let told = '';
    const value = 'ada@example.org';
    const calls: [who: typeof app, work: () => Promise<unknown>, entry: Record<string, unknown>][] = [
      [
        app,
        async () => {
          stored = (await tokenize(vault, app, { items })).results[0];
        },
        { action: 'tokenize', subject },
      ],
      [
        app,
        () => detokenize(vault, app, { tokens: [token], purpose: 'billing' }),
        { action: 'detokenize', view: 'plain', purpose: 'billing', records: [record] },
      ],
      [
        app,
        () => verify(vault, app, { token: login, value: 'plugh xyzzy' }),
        { action: 'verify', code: 'verified', records: verifier },
      ],
      [
        app,
        () => verify(vault, app, { token: login, value: 'xyzzy plugh' }),
        { action: 'verify', code: 'not_verified', records: verifier },
      ],
      [
        app,
        () => match(vault, app, { token, value: 'ada@example.com', purpose: 'support' }),
        { action: 'match', code: 'matched', purpose: 'support', records: [record] },
      ],
      [
        app,
        async () => {
          minted = (await mintToken(vault, app, { record, uses: 2 })).token;
        },
        { action: 'mint_token', records: [record] },
      ],
      [
        app,
        () => extendToken(vault, app, { token: minted as Token, uses: 3 }),
        { action: 'change_token', records: [record] },
      ],
      [app, () => revokeToken(vault, app, { token: minted as Token }), { action: 'change_token', records: [record] }],
      [app, () => describeRecord(vault, app, { record }), { action: 'read_record', records: [record] }],
      [app, () => describeToken(vault, app, { token }), { action: 'describe_token', records: [record] }],
      [
        app,
        () => search(vault, app, { type: 'email', value: 'nobody@example.com', purpose: 'support' }),
        { action: 'search', purpose: 'support', view: 'masked', records: [] },
      ],
      [app, () => correct(vault, app, { record, value }), { action: 'correct', records: [record] }],
      [app, () => resolveSubject(vault, app, { ref: 'audit-1' }), { action: 'resolve_subject', subject }],
      [
        app,
        () => getSubject(vault, app, { subject, limit: 1 }),
        { action: 'read_subject', subject, records: [record] },
      ],
      [
        app,
        () => recordChoice(vault, app, { subject, purpose: 'letters', choice: 'given', evidence: { means: 'form' } }),
        { action: 'record_choice', subject, target: 'letters/1', code: 'given' },
      ],
      [app, () => listChoices(vault, app, { subject }), { action: 'read_choices', subject }],
      [
        app,
        () => filterChoices(vault, app, { purpose: 'billing', subjects: [subject] }),
        { action: 'filter_choices', purpose: 'billing' },
      ],
      [
        app,
        () => restrictSubject(vault, app, { subject, evidence: { means: 'paper' } }),
        { action: 'restrict_subject', subject },
      ],
      [app, () => liftRestriction(vault, app, { subject }), { action: 'lift_restriction', subject }],
      [
        app,
        async () => {
          ({ erasure } = await erase(vault, app, { records: [record] }));
        },
        { action: 'erase', records: [record] },
      ],
      [app, () => getErasure(vault, app, { erasure: erasure as never }), { action: 'read_erasure' }],
      [auditor, () => readCertificate(vault, auditor, { erasure: erasure as never }), { action: 'read_certificate' }],
      [app, () => listTypes(vault, app), { action: 'list_types' }],
      [admin, () => declareType(vault, admin, definition()), { action: 'declare_type', target: 'x_staff_badge/1' }],
      [admin, () => setKeep(vault, admin, { type: 'email', keep: null }), { action: 'set_keep', target: 'email' }],
      [
        admin,
        () => setUnique(vault, admin, { type: 'iban', unique: true }),
        { action: 'set_unique', target: 'iban/unique' },
      ],
      [admin, () => countDoublesOf(vault, admin, { type: 'iban' }), { action: 'count_doubles', target: 'iban' }],
      [
        admin,
        () => addPrincipal(vault, admin, { name: 'q', role: 'app', purposes: [] }),
        { action: 'add_principal', target: expect.stringMatching(/^prn_/) },
      ],
      [admin, () => listPrincipals(vault, admin, { limit: 1 }), { action: 'list_principals' }],
      [app, () => getMe(vault, app), { action: 'describe_caller' }],
      [app, () => listPurposes(vault, app), { action: 'list_purposes' }],
      [
        admin,
        () => declarePurpose(vault, admin, { purpose: 'audited', ...DECLARATION }),
        { action: 'declare_purpose', target: 'audited/1' },
      ],
      [admin, () => endPurpose(vault, admin, { purpose: 'audited' }), { action: 'end_purpose', target: 'audited/2' }],
      [
        admin,
        () => changePrincipal(vault, admin, { principal, purposes: ['fraud'] }),
        { action: 'change_principal', target: expect.stringMatching(/^prn_\w+ purposes_given/) },
      ],
      [
        admin,
        async () => {
          ({ key } = await rotateApiKey(vault, admin, { principal, overlapSeconds: 60 }));
        },
        { action: 'rotate_api_key', target: expect.stringMatching(/^prn_\w+ key_\w+ key_\w+$/) },
      ],
      [
        admin,
        () => endApiKey(vault, admin, { principal, key: key as never }),
        { action: 'end_api_key', target: expect.stringMatching(/^prn_\w+ key_\w+$/) },
      ],
      [admin, () => revokePrincipal(vault, admin, { principal }), { action: 'revoke_principal', target: principal }],
      [
        admin,
        async () => {
          division = (await addTenant(vault, admin, { name: 'audited' })).tenant as TenantId;
        },
        { action: 'add_tenant', target: expect.stringMatching(/^ten_/) },
      ],
      [
        admin,
        () => changeTenant(vault, admin, { tenant: division, suspended: true }),
        { action: 'suspend_tenant', target: expect.stringMatching(/^ten_\w+ suspended$/) },
      ],
      [admin, () => listTenants(vault, admin, { limit: 1 }), { action: 'list_tenants' }],
      [admin, () => changeRole(vault, admin, DESK), { action: 'change_role', target: 'version/1 opens' }],
      [admin, () => previewRole(vault, admin, DESK), { action: 'read_role' }],
      [admin, () => listRoles(vault, admin), { action: 'list_roles' }],
      [admin, () => readRole(vault, admin, { role: 'desk' }), { action: 'read_role' }],
      [admin, () => readAccessMatrix(vault, admin, {}), { action: 'read_access_matrix' }],
      [admin, () => readAccessReview(vault, admin, { limit: 5 }), { action: 'read_access_review' }],
      [admin, () => explainAccess(vault, admin, { role: 'desk', action: 'erase' }), { action: 'explain_access' }],
      [
        admin,
        async () => {
          ({ hook } = await addHook(inside(vault), admin, { url: 'https://127.0.0.1/hook' }));
        },
        { action: 'add_hook', target: expect.stringMatching(/^whk_/) },
      ],
      [
        support,
        async () => {
          ({ grant } = await orderGrant(vault, support, { ...GRANT, subjects: [subject as never] }));
        },
        { action: 'order_grant', code: 'grant_waiting', subject: expect.any(String), target: expect.any(String) },
      ],
      [admin, () => listGrants(vault, admin, { limit: 1 }), { action: 'list_grants' }],
      [admin, () => approveGrant(vault, admin, { grant }), { action: 'approve_grant', target: expect.any(String) }],
      [admin, () => endGrant(vault, admin, { grant }), { action: 'end_grant', target: expect.any(String) }],
      [admin, () => closeTicket(vault, admin, { ticket: 'HELP-1' }), { action: 'close_ticket' }],
      [
        app,
        async () => {
          ({ code: told } = await offerCode(vault, app, { subject: subject as never, ...GRANT }));
        },
        { action: 'offer_code', target: expect.stringMatching(/^gra_/) },
      ],
      [support, () => redeemCode(vault, support, { code: told }), { action: 'redeem_code', view: 'plain' }],
      [admin, () => listHooks(vault, admin), { action: 'list_hooks' }],
      [admin, () => changeHook(vault, admin, { hook, paused: false }), { action: 'change_hook' }],
      [admin, () => testHook(vault, admin, { hook }), { action: 'test_hook' }],
      [admin, () => removeHook(vault, admin, { hook }), { action: 'remove_hook' }],
      [admin, () => endRole(vault, admin, { role: 'desk' }), { action: 'end_role', target: 'version/1' }],
      [
        security,
        async () => {
          ({ job } = await rotateKeys(vault, security, {}));
        },
        { action: 'rotate_keys', target: expect.stringMatching(/^job_/) },
      ],
      [
        security,
        () => readJob(vault, security, { job: job as never }),
        { action: 'read_job', target: expect.any(String) },
      ],
      [
        admin,
        () => eraseTenant(vault, admin, { confirm: 'audited' }),
        {
          action: 'erase_tenant',
          target: expect.stringMatching(/^ten_/),
          erasure: expect.stringMatching(/^ers_/),
        },
      ],
      [admin, () => getStatus(vault, admin), { action: 'read_status' }],
      [auditor, () => listKeys(vault, auditor), { action: 'list_keys' }],
      [
        security,
        () => compromiseKeys(vault, security, { from: BUCKET, to: BUCKET }),
        { action: 'compromise_keys', target: expect.stringMatching(/^job_/) },
      ],
      [security, () => listExposed(vault, security, { limit: 10 }), { action: 'list_exposed', records: [] }],
      [auditor, () => listAuditEntries(vault, auditor, { limit: 1 }), { action: 'read_audit' }],
      [
        auditor,
        () => readAccessExposure(vault, auditor, { principal, limit: 10 }),
        { action: 'read_access_exposure', target: expect.stringMatching(/^prn_/) },
      ],
      [security, () => addSlot(vault, security, usb), { action: 'add_slot', target: 'usb' }],
      [security, () => checkSlotsHere(vault, security), { action: 'check_slots' }],
      [security, () => listNodes(vault, security), { action: 'list_nodes' }],
      [
        security,
        () => removeSlotHere(vault, security, { name: 'usb', abandon: false }),
        { action: 'remove_slot', target: 'usb' },
      ],
    ];
    for (const [who, work, expected] of calls) {
      const entries = await entriesSince(work);
      expect([expected.action, entries.length]).toEqual([expected.action, 1]);
      expect(entries[0]).toMatchObject({
        ...{ tenant: who.tenant, principal: who.principal, request: who.request, outcome: 'done', code: null },
        ...expected,
        entry: expect.stringMatching(/^aud_/),
      });
      expect(Number(entries[0]?.at)).toBe(here.now().getTime());
    }
    expect((await here.entries()).find((entry) => entry.erasure === erasure)).toMatchObject({ action: 'erase' });
    const seen = new Set(calls.map(([, , { action }]) => action));
    expect(ACTIONS.filter((action) => !seen.has(action))).toEqual([
      ...['recover', 'backup', 'drill', 'restore'], // test/backup/
      // Each in a test of its own: test/threats/several-nodes.test.ts, test/vault/sealed.test.ts, test/keyring/replace-root.test.ts.
      ...['abandon_node', 'split_root', 'replace_root'],
      // test/access/approvals.test.ts
      ...['read_approvals', 'give_approval', 'refuse_approval', 'withdraw_approval', 'set_approval_policy'],
      ...['unseal', 'authenticate'],
    ]);
  });

  test('a refused, a failed and a turned-away call leave one entry each, with the code and nothing of what was sent', async () => {
    const [app, support] = [await here.as('app'), await here.as('support')];
    const cases: [work: () => Promise<unknown>, entry: Record<string, unknown>][] = [
      [
        () => tokenize(here.vault, support, { items: [] }),
        { action: 'tokenize', outcome: 'refused', code: 'not_allowed' },
      ],
      [
        () => tokenize(here.vault, app, { items: [{ type: 'email', value: 'xyzzy' }] }),
        { action: 'tokenize', outcome: 'failed', code: 'invalid_value' },
      ],
      [
        () => turnAway(here.vault, app, 'erase', new VaultError('invalid_request', 'xyzzy', { field: 'xyzzy' })),
        { action: 'erase', outcome: 'failed', code: 'invalid_request' },
      ],
      [
        () => detokenize(here.vault, app, { tokens: [], purpose: 'xyzzy' }),
        { action: 'detokenize', outcome: 'refused', code: 'purpose_not_allowed', purpose: null },
      ],
    ];
    for (const [work, expected] of cases) {
      const entries = await entriesSince(() => expect(work()).rejects.toMatchObject({ code: expected.code }));
      expect(entries).toHaveLength(1);
      expect(entries[0]).toMatchObject({ ...expected, records: [] });
      expect(JSON.stringify(entries)).not.toContain('xyzzy');
    }
  });

  test('a row that was altered so that it cannot be read hides no other, of the log or of the principals', async () => {
    const [auditor, admin] = [
      await here.inTenant('damaged-log', 'auditor'),
      await here.inTenant('damaged-log', 'admin'),
    ];
    await listTypes(here.vault, auditor);
    const raised: unknown[] = [];
    const note = ({ target }: { target?: string | undefined }) => raised.push(target);
    here.vault.signals.on('integrityFailure', note);
    const [{ entry } = { entry: '' }] = (await listAuditEntries(here.vault, auditor, { limit: 1 })).entries;
    const change = (table: string, column: string, key: string, id: string, to: string) =>
      tell(here.home.recordStoreUrl, `UPDATE ${table} SET ${column} = '${to}' WHERE ${key} = '${id}'`);
    await tell(
      here.home.recordStoreUrl,
      `UPDATE audit_entries SET records = ${engine === 'sqlite' ? "x'01'" : "'\\x01'"} WHERE entry = '${entry}'`,
    );
    const { entries } = await listAuditEntries(here.vault, auditor, { limit: 1_000 });
    expect(entries.filter(({ damaged }) => damaged)).toMatchObject([{ entry, records: [], action: 'list_types' }]);
    expect(entries.length).toBeGreaterThan(2);

    const { principal } = await addPrincipal(here.vault, admin, { name: 'x', role: 'app', purposes: ['billing'] });
    await change('principals', 'purposes', 'principal', principal, '[1]');
    const { principals } = await listPrincipals(here.vault, admin, { limit: 100 });
    expect(principals.filter(({ damaged }) => damaged)).toMatchObject([{ principal, purposes: [] }]);
    expect(principals.length).toBeGreaterThan(1);
    expect(raised).toEqual([entry, principal]);
    here.vault.signals.off('integrityFailure', note);
  });

  test('entries are read the newest first, page by page, each once, by those who may', async () => {
    const auditor = await here.inTenant('audit-paging', 'auditor');
    const app = await here.inTenant('audit-paging', 'app');
    for (let i = 0; i < 5; i += 1) await listTypes(here.vault, app);
    const read = (page: { after?: AuditId | undefined; limit: number }) => listAuditEntries(here.vault, auditor, page);
    const newest = (await read({ limit: 1 })).entries[0];
    const whole = await read({ after: newest?.entry as AuditId, limit: 1_000 });

    const pages: (typeof whole)[] = [];
    for (let after = newest?.entry; after !== undefined; ) {
      pages.push(await read({ after, limit: 4 }));
      after = pages.at(-1)?.next;
    }

    expect(pages.flatMap((page) => page.entries)).toEqual(whole.entries);
    const ids = whole.entries.map((entry) => entry.entry);
    expect(ids).toEqual([...ids].sort().reverse());
    expect(whole.entries.slice(0, 4).map((entry) => entry.action)).toEqual(Array(4).fill('list_types'));
    expect(newest).toMatchObject({ principal: app.principal, outcome: 'done', records: [], reasonStated: false });
    for (const role of ['admin', 'app', 'support'] as const) {
      const refused = listAuditEntries(here.vault, await here.as(role), { limit: 1 });
      await expect(refused).rejects.toMatchObject({ code: 'not_allowed' });
    }
  });

  test('of a stated reason a MAC is kept, by which it can be checked later and not read', async () => {
    const app = await here.as('app');
    const { results } = await tokenize(here.vault, app, { items: [{ type: 'text', value: 'x' }] });
    const tokens = results.map(({ token }) => token);
    const reveal = async (reason?: string) => {
      await detokenize(here.vault, app, { tokens, purpose: 'billing', ...(reason === undefined ? {} : { reason }) });
      return (await here.lastEntry())?.reason_mac as Buffer | null;
    };
    const [one, same, other, none] = [
      await reveal('ticket 12'),
      await reveal('ticket 12'),
      await reveal('ticket 13'),
      await reveal(),
    ];

    expect(one).toEqual(same);
    expect(one).not.toEqual(other);
    expect(one).toHaveLength(16);
    expect(none).toBeNull();
    const key = await here.vault.keyring.indexes.current(app.tenant, '@reason');
    expect(key.mac('lethe/reason/1', 16, 'ticket 12')).toEqual(one);
    const { entries } = await listAuditEntries(here.vault, await here.as('auditor'), { limit: 2 });
    expect(entries.map((entry) => entry.reasonStated)).toEqual([false, true]);
  });

  test('no value, ref, reason, foreign purpose or idempotency key is in any column of any table, nor in a file', async () => {
    const { vault, home } = here;
    const app = { ...(await here.as('app')), idempotencyKey: 'plugh-idempotency' };
    const said = [
      'plugh-value@example.com',
      'plugh-ref',
      'plugh-reason',
      'plugh-purpose',
      'plugh-idempotency',
      'plugh-new@example.com',
      'plugh-bad',
      'plugh-type',
    ];
    const items = [{ type: 'email', value: said[0], subject: 'plugh-ref' }];
    const [stored] = (await tokenize(vault, app, { items })).results;
    const plain = { ...app, idempotencyKey: undefined };
    const reason = 'plugh-reason';
    const record = stored?.record as RecordId;
    await detokenize(vault, plain, { tokens: [stored?.token as Token], purpose: 'billing', reason });
    await detokenize(vault, plain, { tokens: [], purpose: 'plugh-purpose', reason }).catch(() => {});
    await search(vault, plain, { type: 'email', value: said[0], purpose: 'billing', reason });
    await correct(vault, plain, { record, value: said[5], reason });
    await tokenize(vault, plain, { items: [{ type: 'email', value: 'plugh-bad', subject: 'plugh-ref' }] }).catch(
      () => {},
    );
    await tokenize(vault, plain, { items: [{ type: 'plugh-type', value: 'plugh-bad' }] }).catch(() => {});
    await erase(vault, plain, { ref: 'plugh-ref', reason });

    const places = await everyByte(home);
    for (const text of [...said, 'plugh', 'PLUGH'])
      expect([text, placesOf(places, Buffer.from(text))]).toEqual([text, []]);
    // The search finds what may be there.
    const found = placesOf(places, packedId('record', record));
    expect(found.filter((place) => /records/.test(place)).length, found.join()).toBeGreaterThan(0);
  });

  test('where no audit entry can be written, nothing is shown, stored, corrected or erased', async () => {
    const { vault, home } = here;
    const [admin, app] = [await here.as('admin'), await here.as('app')];
    const items = [{ type: 'email', value: 'unaudited@example.com', subject: 'unaudited' }];
    const [stored] = (await tokenize(vault, app, { items })).results;
    const [token, record] = [stored?.token as Token, stored?.record as RecordId];
    const calls: (() => Promise<unknown>)[] = [
      () => detokenize(vault, app, { tokens: [token], purpose: 'billing' }),
      () => detokenize(vault, app, { tokens: [token], purpose: 'marketing' }),
      () => search(vault, app, { type: 'email', value: 'unaudited@example.com', purpose: 'billing' }),
      () => describeToken(vault, app, { token }),
      () => tokenize(vault, app, { items }),
      () => mintToken(vault, app, { record }),
      () => revokeToken(vault, app, { token }),
      () => describeRecord(vault, app, { record }),
      () => correct(vault, app, { record, value: 'eve@example.com' }),
      () => erase(vault, app, { ref: 'unaudited' }),
      () => addPrincipal(vault, admin, { name: 'late', role: 'app', purposes: [] }),
      () => revokePrincipal(vault, admin, { principal: app.principal }),
    ];
    const state = async () => [await rowsOf(home.recordStoreUrl), (await rowsOf(home.keyStoreUrl)).tombstones];
    const before = await state();

    const allow = await refuseInserts(home.recordStoreUrl, 'audit_entries');
    for (const call of calls) {
      const error: unknown = await call().catch((thrown: unknown) => thrown);
      expect(['unavailable', 'internal']).toContain((error as { kind?: string }).kind);
      expect(String((error as Error).stack)).not.toContain('unaudited@');
    }
    await allow();

    expect(await state()).toEqual(before);
    await withoutTable(home.recordStoreUrl, 'audit_entries', () =>
      expect(detokenize(vault, app, { tokens: [token], purpose: 'billing' })).rejects.toMatchObject({
        kind: 'internal',
      }),
    );
    const { results } = await detokenize(vault, app, { tokens: [token], purpose: 'billing' });
    expect(results[0]).toMatchObject({ value: 'unaudited@example.com' });
  });
});
