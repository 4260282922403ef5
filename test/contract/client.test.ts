/** The client for internal apps against the real listening server, with a network that fails when a test wants it to. */
import { readdirSync, readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { runJobsOnce } from '../../src/background/long-jobs.ts';
import { LetheError, LetheUnreachableError } from '../../src/client/errors.ts';
import { ExactNumber, parseExactly, writeExactly } from '../../src/client/exact-numbers.ts';
import { LetheClient, type LetheClientOptions } from '../../src/client/lethe-client.ts';
import { parseExactly as asTheVault } from '../../src/exact-json.ts';
import { ROUTES } from '../../src/operations/operations.ts';
import { STATUS } from '../../src/problems/kinds.ts';
import { PROBLEMS } from '../../src/problems/list.ts';
import { BADGE } from '../datatypes/definitions.ts';
import { fc } from '../support/properties.ts';
import { askRows } from '../support/spelled.ts';
import { PURPOSES, type TestVault } from '../support/vault.ts';
import { type Listening, listen } from './listening.ts';
import { openWatchedVault, plant, plantedIn, watchLogs } from './watched.ts';

watchLogs();

const EMAIL = plant('mary.jackson@example.com');
const ITEM = { type: 'email', value: EMAIL, subject: 'cust_1', label: 'main' } as const;
const UNKNOWN = 'tok_15v7chfy5rbwh743f6rhsh75q92zc29m';

type Fetch = typeof globalThis.fetch;

async function listeningVault(): Promise<{ vault: TestVault; server: Listening; app(options?: Options): LetheClient }> {
  const vault = await openWatchedVault();
  await vault.as('app').call('get', '/v1/types');
  const server = await listen(vault);
  return { vault, server, app: (options) => clientOf(server, vault.as('app').apiKey, options) };
}

type Options = Partial<LetheClientOptions>;

function clientOf(server: Listening, apiKey: string, options: Options = {}): LetheClient {
  return new LetheClient({ url: server.url, apiKey, sleep: async () => {}, ...options });
}

/** A network on which each attempt goes as the list says, and well when the list is at its end. */
function network(...attempts: ('lost before' | 'lost after' | 'hangs' | Response)[]): {
  fetch: Fetch;
  sent: Request[];
} {
  const sent: Request[] = [];
  const fetch: Fetch = async (input, init) => {
    sent.push(new Request(input, { ...init, signal: null }));
    const fate = attempts.shift();
    if (fate === 'lost before') throw failure('ECONNREFUSED');
    if (fate === 'hangs') {
      return new Promise((_, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)));
    }
    if (fate instanceof Response) return fate;
    const response = await globalThis.fetch(input, init);
    if (fate !== 'lost after') return response;
    await response.text();
    throw failure('ECONNRESET');
  };
  return { fetch, sent };
}

/** As Node's fetch fails: the system's code is in the cause, beside a text that says too much. */
function failure(code: string): TypeError {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(`${code} ${EMAIL}`), { code }) });
}

function problem(status: number, code: string, headers: Record<string, string> = {}): Response {
  const body = { type: `/docs#problem-${code}`, title: code, status, code, detail: `About ${code}.`, request: 'req_1' };
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/problem+json', ...headers },
  });
}

const keysOf = (sent: readonly Request[]) => sent.map(({ headers }) => headers.get('Idempotency-Key'));
const recordsIn = async ({ vault }: TestVault) =>
  (await askRows(vault.recordStore.reader, (sql) => sql('records').select('record'))).length;

test('there is a method for every operation, and each does what it says', async () => {
  const { vault, server, app: asApp } = await listeningVault();
  const app = asApp();
  const admin = clientOf(server, vault.admin.apiKey);
  await vault.as('auditor').call('get', '/v1/types');
  const auditor = clientOf(server, vault.as('auditor').apiKey);
  for (const { operationId } of ROUTES) expect(LetheClient.prototype).toHaveProperty(operationId);

  const [email, note] = await app.tokenize([ITEM, { type: 'text', value: 'Hello.', subject: 'cust_1' }]);
  if (!email?.subject || !email.record || !note?.record) throw new Error('not tokenized');
  expect(email).toMatchObject({ masked: 'm***@example.com', created: true });

  const [shown, unknown] = await app.detokenize([email.token, UNKNOWN], { purpose: 'billing', reason: 'case 4711' });
  if (shown === undefined || 'error' in shown) throw new Error('not revealed');
  expect(shown).toEqual({ token: email.token, form: 'text', type: 'email', view: 'plain', value: EMAIL });
  expect(unknown).toEqual({ token: UNKNOWN, form: 'none', error: { code: 'token_not_found' } });
  const [masked] = await app.detokenize([email.token], { purpose: 'billing', view: 'masked' });
  expect(masked).toMatchObject({ value: 'm***@example.com' });

  expect(await app.search({ type: 'email', value: EMAIL.toUpperCase(), purpose: 'support' })).toMatchObject({
    results: [{ token: email.token, label: 'main' }],
  });
  expect(await app.describeToken(email.token)).toMatchObject({ record: email.record, version: 1 });

  const minted = await app.mintToken(email.record, { format: 'uuid', audience: 'crm', ttlSeconds: 60 });
  expect(minted).toMatchObject({ format: 'uuid', audience: 'crm', expiresAt: '2026-11-22T12:01:00.000Z' });
  expect((await app.extendToken(minted.token, { ttlSeconds: 120, uses: 2 })).usesLeft).toBe(2);
  expect(await app.revokeToken(minted.token)).toMatchObject({ token: minted.token });
  const { tokens } = await app.describeRecord(email.record);
  expect(Object.fromEntries(tokens.map(({ token, state }) => [token, state]))).toEqual({
    [email.token]: 'live',
    [minted.token]: 'revoked',
  });

  const [hash] = await app.tokenize([{ type: 'password', value: 'correct horse battery staple' }]);
  if (!hash?.record) throw new Error('not tokenized');
  expect(await app.verify(hash.token, 'correct horse battery staple')).toBe(true);
  expect(await app.verify(hash.token, 'Correct horse battery staple')).toBe(false);
  await app.erase({ records: [hash.record] });
  const [, login] = await app.tokenize([
    { type: 'username', value: 'mary.s', subject: 'cust_2' },
    { type: 'password', value: 'correct horse battery staple', subject: 'cust_2' },
  ]);
  const named = { search: { type: 'username', value: 'Mary.S' }, type: 'password', purpose: 'support' };
  const signedIn = { verified: true, subject: login?.subject, token: login?.token };
  expect(await app.verifyBy({ ...named, value: 'correct horse battery staple' })).toEqual(signedIn);
  const said = { subject: 'cust_2', type: 'username', purpose: 'support' };
  expect([await app.match({ ...said, value: 'MARY.S' }), await app.match({ ...said, value: 'mary' })]).toEqual([
    true,
    false,
  ]);
  expect(await app.verifyBy({ ...named, value: 'Correct horse battery staple' })).toEqual({ verified: false });
  expect(await app.correctRecord(email.record, 'mary@example.org', { reason: 'typo' })).toMatchObject({ version: 2 });
  expect(await app.resolveSubject('cust_1')).toBe(email.subject);

  const page = await app.getSubject(email.subject, { limit: 1 });
  expect([page.records.map(({ record }) => record), page.next]).toEqual([[email.record], email.record]);
  expect((await app.getSubject(email.subject, { after: email.record })).records).toHaveLength(1);
  for (const who of [email.subject, { ref: 'cust_1' }]) {
    expect(await listOf(app.eachRecord(who, { limit: 1 }))).toMatchObject([
      { record: email.record, version: 2 },
      { record: note.record, type: 'text' },
    ]);
  }

  const who = email.subject;
  const letters = { told: 'To send you letters.', basis: 'consent' } as const;
  await admin.declarePurpose('letters', letters);
  const given = { choice: 'given', evidence: { means: 'form', text: 'Yes, write to me.' } } as const;
  expect(await app.recordChoice(who, 'letters', given)).toMatchObject({ choice: 'given', number: 1 });
  expect((await app.listChoices(who)).choices).toContainEqual({
    ...{ purpose: 'letters', takes: ['given', 'withdrawn'], choice: 'given', usable: true },
  });
  expect((await app.readChoiceHistory(who, 'letters', { limit: 1 })).choices).toMatchObject([{ means: 'form' }]);
  const mailing = { purpose: 'letters', subjects: [who], url: 'https://shop.example/unsubscribe/' };
  const { links, listUnsubscribePost } = await app.makeLinks(mailing);
  expect(links).toMatchObject([{ subject: who, listUnsubscribe: `<${mailing.url}${links[0]?.link}>` }]);
  expect(listUnsubscribePost).toBe('List-Unsubscribe=One-Click');
  expect(await app.unsubscribe(links[0]?.link ?? '')).toMatchObject({ purpose: 'letters' });
  const restriction = { except: ['support'], evidence: { means: 'paper' } } as const;
  expect(await app.restrictSubject(who, restriction)).toMatchObject({ restricted: true, except: ['support'] });
  expect(await app.filterChoices({ subjects: [who] }, { purpose: 'billing' })).toEqual([]);
  expect(await app.liftRestriction(who)).toMatchObject({ restricted: false });
  const left = await app.filterChoices({ tokens: [email.token] }, { purpose: 'billing', type: 'email' });
  expect(left).toEqual([email.token]);

  const receipt = await app.erase({ ref: 'cust_1' }, { reason: 'asked by the customer' });
  expect(receipt).toMatchObject({ state: 'completed', records: 2 });
  expect(await app.getErasure(receipt.erasure)).toEqual(receipt);
  const { erasure } = receipt;
  expect(await app.getCertificate(erasure)).toEqual({ erasure, state: 'pending', waitsFor: ['epoch_close'] });
  const [lone] = await app.tokenize([{ type: 'text', value: 'x' }]);
  expect(await app.erase({ tokens: [lone?.token ?? ''] })).toMatchObject({ records: 1 });
  expect(await app.erase({ records: [email.record] })).toMatchObject({ records: 0 });

  expect((await app.listTypes()).map(({ name }) => name)).toContain('email');
  const { name: _, ...badge } = BADGE;
  const declared = await admin.declareType({ ...badge, name: 'x_from_client' });
  expect(declared).toMatchObject({ name: 'x_from_client', version: 1, custom: true, search: { spread: 'unique' } });
  expect(await admin.setKeep('email', null)).toMatchObject({ name: 'email', custom: false });
  await expect(admin.setKeep('ada@example.com', null)).rejects.toThrow(TypeError);
  expect(await admin.setUnique('username', true)).toMatchObject({ name: 'username', unique: true });
  expect(await admin.countDoubles('username')).toEqual({ doubles: 0, records: 0, partial: false });
  expect(await admin.setUnique('username', false)).toMatchObject({ unique: false });
  const news = { told: 'To send you what is new.', basis: 'consent', types: ['email'] } as const;
  const news1 = await admin.declarePurpose('news', news);
  expect(news1).toMatchObject({ ...news, purpose: 'news', version: 1, mayWithdraw: true });
  const news2 = await admin.declarePurpose('news', { ...news, types: null });
  expect(await app.getPurpose('news')).toEqual({ present: news2, earlier: [news1] });
  expect(await app.listPurposes()).toContainEqual(news2);
  expect(await admin.endPurpose('news')).toMatchObject({ purpose: 'news', version: 3 });
  await expect(admin.getPurpose('ada@example.com')).rejects.toThrow(TypeError);
  const added = await admin.addPrincipal({
    name: 'checkout',
    role: 'app',
    purposes: PURPOSES,
    expiresAt: new Date(4e12),
  });
  // As it stands in the file that `--save` writes, with the line's end.
  expect(await clientOf(server, `${added.apiKey}\n`).listTypes()).not.toEqual([]);
  expect((await admin.listPrincipals({ limit: 1 })).next).toMatch(/^prn_/);
  const all = await listOf(admin.eachPrincipal({ limit: 2 }));
  expect(all.map(({ principal }) => principal)).toContain(added.principal);
  expect(await clientOf(server, added.apiKey).getMe()).toMatchObject({ principal: added.principal, name: 'checkout' });
  const less = await admin.changePrincipal(added.principal, { purposes: ['billing'], expiresAt: new Date(3e12) });
  expect(less).toMatchObject({ purposes: ['billing'], expiresAt: new Date(3e12).toISOString() });
  // As generated clients send what nobody set.
  expect(await admin.changePrincipal(added.principal, { purposes: null })).toMatchObject({ purposes: ['billing'] });
  const next = await admin.rotateApiKey(added.principal, { overlapSeconds: 3_600 });
  expect(await clientOf(server, next.apiKey).getMe()).toMatchObject({ key: next.key, otherKey: next.ending[0] });
  expect(await admin.endApiKey(added.principal, next.key)).toMatchObject({ key: next.key });
  await expect(admin.endApiKey(added.principal, added.apiKey)).rejects.toThrow(TypeError);
  expect(await admin.revokePrincipal(added.principal)).toMatchObject({ principal: added.principal });
  const shop = await admin.addTenant('shop-eu');
  expect(shop.apiKey).toMatch(/^lethe_/);

  expect(await admin.changeTenant(shop.tenant, { suspended: false })).toMatchObject({ name: 'shop-eu' });
  const shops = await listOf(admin.eachTenant({ limit: 1 }));
  expect(shops).toContainEqual(expect.objectContaining({ tenant: shop.tenant, name: 'shop-eu' }));

  const newest = (await auditor.listAuditEntries({ limit: 5 })).entries.find(({ action }) => action === 'add_tenant');
  expect(newest).toMatchObject({ action: 'add_tenant', outcome: 'done' });
  const gone = await admin.eraseTenant(shop.tenant, 'shop-eu', { reason: 'contract ended' });
  expect(gone).toMatchObject({ state: 'ordered', tenant: shop.tenant });
  expect(await admin.getErasure(gone.erasure)).toMatchObject({ erasure: gone.erasure, tenant: shop.tenant });
  await expect(admin.eraseTenant('shop-eu', 'shop-eu')).rejects.toThrow(TypeError);
  const entries = await listOf(auditor.eachAuditEntry({ limit: 3 }));
  expect(entries.map(({ entry }) => entry)).toEqual(
    entries
      .map(({ entry }) => entry)
      .toSorted()
      .reverse(),
  );
  expect(entries.length).toBeGreaterThan(15);
  expect((await auditor.listKeys()).map(({ kind }) => kind)).toContain('epoch_secret');
  await vault.as('security').call('get', '/v1/types');
  const security = clientOf(server, vault.as('security').apiKey);
  await vault.as('support').call('get', '/v1/types');
  const support = clientOf(server, vault.as('support').apiKey);
  const stored = await app.tokenize([{ type: 'email', value: 'granted@example.com', subject: 'granted' }]);
  const subject = stored[0]?.subject as string;
  const what = { types: ['email'], view: 'plain', minutes: 30 };
  const order = { ...what, subjects: [subject], ticket: 'HELP-0042', reason: 'She has called.' };
  const [first, second] = [await support.orderGrant(order), await support.orderGrant(order)];
  expect(await security.approveGrant(first.grant)).toMatchObject({ state: 'in_force' });
  expect(await security.refuseGrant(second.grant)).toMatchObject({ state: 'over' });
  expect(await security.readGrant(first.grant)).toMatchObject({ ticket: 'HELP-0042' });
  expect((await security.listGrants({ state: 'in_force' })).grants).toMatchObject([{ grant: first.grant }]);
  await expect(security.reviewGrant(first.grant)).rejects.toMatchObject({ code: 'grant_not_open' });
  expect(await security.closeTicket('HELP-0042')).toEqual([first.grant]);
  expect(await support.endGrant(first.grant)).toMatchObject({ endedAs: 'ticket_closed' });
  const offered = await app.offerGrantCode(subject, what);
  expect(await support.redeemGrantCode(offered.code)).toMatchObject({ grant: offered.grant, subjects: [subject] });
  const { hook, secret } = await security.addHook({ url: 'https://alarms.example.com/', events: ['hook.changed'] });
  expect(secret).toMatch(/^whsec_/);
  expect(await security.changeHook(hook, { events: null })).toMatchObject({ hook, state: 'active' });
  expect(await security.rotateHook(hook, { overlapSeconds: 0 })).toMatchObject({ hook });
  expect(await security.testHook(hook)).toMatchObject({ hook });
  expect((await security.listDeliveries(hook, { limit: 5 })).deliveries).toEqual([]);
  expect((await security.listHooks()).map((one) => one.hook)).toEqual([hook]);
  expect(await security.removeHook(hook)).toMatchObject({ hook });
  const job = await security.rotateKeys();
  expect(await security.getJob(job)).toMatchObject({ job, kind: 'rotate_epoch', state: 'waiting' });
  await runJobsOnce(vault.vault);
  const events = await listOf(security.jobEvents(job));
  expect(events).toMatchObject([{ job, state: 'completed' }]);
  const range = { from: 'bkt_01m81hw3c0e9qav3c1d5x2z7tk', to: 'bkt_01m81hw3c0e9qav3c1d5x2z7tk' };
  expect(await security.getJob(await security.compromiseKeys(range))).toMatchObject({ kind: 'compromise' });
  expect(await security.listExposed({ limit: 5 })).toEqual({ exposed: [] });
  const { principal } = await app.getMe();
  expect((await security.readAccessReview({ limit: 1 })).principals).toHaveLength(1);
  expect((await listOf(security.eachReviewed())).map((one) => one.principal)).toContain(principal);
  const { seen } = await security.readAccessExposure({ principal });
  expect(seen).toContainEqual(expect.objectContaining({ type: 'email', view: 'plain' }));
  expect((await admin.getStatus()).recordStore).toEqual({
    engine: 'sqlite',
    reachable: true,
    schema: expect.stringMatching(/^\d{4}-/),
  });
});

test('tokens in every shape, brought along, given again, and found by parts of their values', async () => {
  const { app: asApp } = await listeningVault();
  const app = asApp();
  const card = (number: string) => ({ number: plant(number), expiryMonth: 4, expiryYear: 2030 });
  const born = { type: 'date_of_birth' as const, value: '1980-02-29' };
  const tokens: string[] = [];
  for (const [i, number] of ['4242 4242 4242 4242', '4000 0000 0002 4242', '4242 4242 4242 4242'].entries()) {
    const subject = `cust_${i}`;
    const items = [
      { type: 'card' as const, value: card(number), subject, format: 'card' as const, reuse: true, audience: 'crm' },
      { type: 'phone' as const, value: '+44 20 7946 0958', subject, format: 'phone' as const },
      { type: 'email' as const, value: EMAIL, subject, format: 'email' as const, ttlSeconds: 60, uses: 1 },
      { type: 'iban' as const, value: 'DE89 3704 0044 0532 0130 00', subject, token: `acme-iban-${i}` },
      ...(i === 0 ? [] : [{ ...born, subject }]),
    ];
    const results = await app.tokenize(items, { purpose: 'support' });
    tokens.push(results[0]?.token ?? '');
    for (const { token } of results) expect((await app.describeToken(token)).token).toBe(token);
    expect(results[3]?.token).toBe(`acme-iban-${i}`);
    const [again] = await app.tokenize(items.slice(0, 1), { purpose: 'support' });
    expect(again).toMatchObject({ token: results[0]?.token, created: false });
  }

  const last4 = { type: 'card', part: 'last4', value: '4242', purpose: 'support' } as const;
  const tokensOf = (found: readonly { token: string }[]) => found.map(({ token }) => token);
  expect(tokensOf((await app.search(last4)).results)).toEqual(tokens);
  const first = await app.search({ ...last4, limit: 1 });
  expect([tokensOf(first.results), first.next]).toEqual([tokens.slice(0, 1), expect.any(String)]);
  const rest = await app.search({ ...last4, ...(first.next && { after: first.next }) });
  expect(tokensOf(rest.results)).toEqual(tokens.slice(1));
  expect(tokensOf(await listOf(app.eachFound({ ...last4, limit: 1 })))).toEqual(tokens);
  expect(tokensOf(await listOf(app.eachFound({ ...last4, and: [born], limit: 1 })))).toEqual(tokens.slice(1));
});

test('a search whose pages lead back to themselves ends in an error', async () => {
  const { app } = await listeningVault();
  const page = () =>
    new Response(JSON.stringify({ results: [], next: 'a' }), { headers: { 'Content-Type': 'application/json' } });
  const search = { type: 'email', value: EMAIL, purpose: 'support' } as const;
  const found = app({ fetch: network(page(), page()).fetch }).eachFound(search);
  await expect(listOf(found)).rejects.toMatchObject({ code: 'unexpected_reply' });
});

describe('a lost connection', () => {
  test('after the vault has stored the values: sent again under the same key, they are stored once', async () => {
    const { vault, app } = await listeningVault();
    const { fetch, sent } = network('lost after', 'lost before');
    const [email] = await app({ fetch }).tokenize([ITEM]);
    expect(await recordsIn(vault)).toBe(1);
    expect((await app().describeToken(email?.token ?? '')).record).toBe(email?.record);
    expect(sent).toHaveLength(3);
    expect(new Set(keysOf(sent)).size).toBe(1);
    expect(keysOf(sent)[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
  });

  test('what is sent again is the first attempt’s bytes, whatever the app has done to its list since', async () => {
    const { vault, app } = await listeningVault();
    const items: { type: 'email'; value: string }[] = [{ ...ITEM }];
    const sleep = async () => {
      items.push({ ...ITEM, value: 'another@example.com' });
    };
    const results = await app({ fetch: network('lost after').fetch, sleep }).tokenize(items);
    expect([results.length, await recordsIn(vault)]).toEqual([1, 1]);
  });

  test('corrections and erasures are done once, too', async () => {
    const { app } = await listeningVault();
    const [email] = await app().tokenize([ITEM]);
    const corrected = await app({ fetch: network('lost after').fetch }).correctRecord(
      email?.record ?? '',
      'm@example.org',
    );
    expect(corrected).toEqual({ record: email?.record, version: 2, masked: '***@example.org' });
    const receipt = await app({ fetch: network('lost after').fetch }).erase({ ref: 'cust_1' });
    expect(receipt.records).toBe(1);
  });

  test('a token is minted once, and revoked for certain; uses are not given twice', async () => {
    const { app } = await listeningVault();
    const [email] = await app().tokenize([ITEM]);
    const record = email?.record ?? '';
    const { token } = await app({ fetch: network('lost after').fetch }).mintToken(record, { uses: 2 });
    expect((await app().describeRecord(record)).tokens).toHaveLength(2);
    const lost = network('lost after');
    await expect(app({ fetch: lost.fetch }).extendToken(token, { uses: 1 })).rejects.toMatchObject({
      code: 'unreachable',
    });
    expect(lost.sent).toHaveLength(1);
    expect(await app({ fetch: network('lost after').fetch }).extendToken(token, { ttlSeconds: 9 })).toMatchObject({
      usesLeft: 1,
    });
    const revoking = app({ fetch: network('lost after').fetch }).revokeToken(token);
    await expect(revoking).rejects.toMatchObject({ code: 'token_revoked' });
  });

  test('reads are sent again, and carry no key', async () => {
    const { app } = await listeningVault();
    const [email] = await app().tokenize([ITEM]);
    const { fetch, sent } = network('lost before', 'lost after');
    const [shown] = await app({ fetch }).detokenize([email?.token ?? ''], { purpose: 'billing' });
    expect(shown).toMatchObject({ value: EMAIL });
    expect(keysOf(sent)).toEqual([null, null, null]);
  });

  test('an API key that was lost on the way is not made twice, and the error says so', async () => {
    const { vault, server } = await listeningVault();
    const admin = clientOf(server, vault.admin.apiKey, { fetch: network('lost after').fetch });
    await expect(admin.addPrincipal({ name: 'x', role: 'app' })).rejects.toMatchObject({
      code: 'api_key_already_shown',
    });
  });

  test('a tenant whose API key was lost on the way is added once, and the key comes with the second answer', async () => {
    const { vault, server } = await listeningVault();
    const { fetch, sent } = network('lost after');
    const added = await clientOf(server, vault.admin.apiKey, { fetch }).addTenant('one');
    expect(keysOf(sent)).toEqual([expect.any(String), keysOf(sent)[0]]);
    const { principals } = await clientOf(server, added.apiKey).listPrincipals();
    expect(principals.map(({ principal }) => principal)).toEqual([added.principal]);
  });

  test('that does not come back ends in an error that says what is known, and holds no value', async () => {
    const { app } = await listeningVault();
    const { fetch, sent } = network(...Array(9).fill('lost before'));
    const error = await app({ fetch, retries: 2 })
      .tokenize([ITEM])
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LetheUnreachableError);
    expect(error).toMatchObject({
      name: 'LetheUnreachableError',
      code: 'unreachable',
      kind: 'unavailable',
      reason: 'ECONNREFUSED',
      idempotencyKey: keysOf(sent)[0],
    });
    expect(sent).toHaveLength(3);
    expect(plantedIn(inspect(error, { depth: 9, showHidden: true }))).toEqual([]);
  });
});

describe('a vault that is busy', () => {
  test('is left in peace for as long as it asks, and longer each time', async () => {
    const { app } = await listeningVault();
    const waits: number[] = [];
    const sleep = async (ms: number) => {
      waits.push(ms);
    };
    const date = new Date(Date.now() + 30_000).toUTCString();
    const { fetch, sent } = network(
      problem(503, 'shutting_down', { 'Retry-After': '1' }),
      problem(429, 'too_many_requests', { 'Retry-After': '7' }),
      problem(503, 'store_unavailable', { 'Retry-After': date }),
      new Response('<html>Bad gateway</html>', { status: 502 }),
    );
    await app({ fetch, sleep, retries: 4 }).tokenize([ITEM]);
    expect(sent).toHaveLength(5);
    expect(waits[0]).toBe(1_000);
    expect(waits[1]).toBe(7_000);
    expect(waits[2]).toBeGreaterThan(25_000);
    expect(waits[3]).toBeLessThanOrEqual(1_600);
  });

  test('is not asked again where it asks for more than a minute', async () => {
    const { app } = await listeningVault();
    const { fetch, sent } = network(problem(429, 'too_many_requests', { 'Retry-After': '61' }));
    await expect(app({ fetch }).listTypes()).rejects.toMatchObject({ code: 'too_many_requests', kind: 'too_many' });
    expect(sent).toHaveLength(1);
  });

  test('waits grow at random, within their bounds', async () => {
    const { app } = await listeningVault();
    const waits: number[] = [];
    const sleep = async (ms: number) => {
      waits.push(ms);
    };
    await app({ fetch: network(...Array(8).fill('lost before')).fetch, sleep, retries: 8 }).listTypes();
    expect(waits).toHaveLength(8);
    for (const [i, ms] of waits.entries()) expect(ms).toBeLessThanOrEqual(Math.min(5_000, 200 * 2 ** i));
    expect(new Set(waits).size).toBeGreaterThan(4);
  });

  test('that does not answer in time is asked again, and a caller who gives up is heard at once', async () => {
    const { app } = await listeningVault();
    const { fetch, sent } = network('hangs');
    expect(await app({ fetch, timeoutMs: 250 }).listTypes()).not.toEqual([]);
    expect(sent).toHaveLength(2);
    const slow = app({ fetch: network('hangs', 'hangs').fetch, timeoutMs: 20, retries: 0 });
    await expect(slow.listTypes()).rejects.toMatchObject({ reason: 'timeout', code: 'unreachable' });
    const hurried = app({ fetch: network('hangs').fetch, retries: 0, timeoutMs: 60_000 }).listTypes({ timeoutMs: 20 });
    await expect(hurried).rejects.toMatchObject({ reason: 'timeout' });

    const giveUp = new AbortController();
    const hanging = network('hangs');
    const call = app({ fetch: hanging.fetch }).tokenize([ITEM], { signal: giveUp.signal });
    setTimeout(() => giveUp.abort(new Error('enough')), 20);
    await expect(call).rejects.toThrow('enough');
    expect(hanging.sent).toHaveLength(1);
    await expect(app().listTypes({ signal: giveUp.signal })).rejects.toThrow('enough');
  });
});

test('one value is its plain one and of the type that is wanted, or an error that says why not', async () => {
  const { vault, server, app } = await listeningVault();
  const [email, code, password] = await app().tokenize([
    ITEM,
    { type: 'cvc', value: '123', subject: 'cust_1' },
    { type: 'password', value: 'correct horse', subject: 'cust_1' },
  ]);
  const reveal = (token: string, type: string, client = app()) => client.reveal(token, { type, purpose: 'billing' });
  expect(await reveal(email.token, 'email')).toBe(EMAIL);
  expect(await reveal(code.token, 'cvc')).toBe('123');
  const wrongType = await reveal(email.token, 'card').catch((error: unknown) => error);
  expect(wrongType).toMatchObject({ code: 'unexpected_reply', message: expect.stringContaining('of the type email') });
  expect(plantedIn(inspect(wrongType))).toEqual([]);
  await vault.as('support').call('get', '/v1/types');
  const desk = clientOf(server, vault.as('support').apiKey);
  const refused = [
    ['token_used_up', () => reveal(code.token, 'cvc')],
    ['never_revealed', () => reveal(password.token, 'password')],
    ['token_not_found', () => reveal(UNKNOWN, 'email')],
    ['not_allowed', () => desk.reveal(email.token, { type: 'email', purpose: 'support' })],
  ] as const;
  for (const [code, call] of refused) {
    const error = await call().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LetheError);
    expect(error).toMatchObject({ code, status: STATUS[PROBLEMS[code].kind], kind: PROBLEMS[code].kind });
  }
  await app().erase({ ref: 'cust_1' });
  await expect(reveal(email.token, 'email')).rejects.toMatchObject({ code: 'record_erased', kind: 'gone' });
});

test('a reply that does not answer each item is an error: a value would be taken for another’s', async () => {
  const { app } = await listeningVault();
  const short = () => new Response('{"results":[]}', { headers: { 'Content-Type': 'application/json' } });
  const client = app({ fetch: network(short(), short()).fetch });
  await expect(client.tokenize([ITEM])).rejects.toMatchObject({ code: 'unexpected_reply' });
  await expect(client.detokenize([UNKNOWN], { purpose: 'billing' })).rejects.toMatchObject({
    code: 'unexpected_reply',
  });
});

describe('numbers that JavaScript does not hold', () => {
  test('come back to the last digit, and go in again as they came', async () => {
    const { app } = await listeningVault();
    const value = {
      rate: new ExactNumber('1234567890123.123456789'),
      price: 149.9,
      text: '1234567890123.123456789 "\\\\',
    };
    const [stored] = await app().tokenize([{ type: 'document', value, subject: 'cust_1' }]);
    const reveal = async () => {
      const [shown] = await app().detokenize([stored.token], { purpose: 'billing' });
      return 'value' in shown ? shown.value : shown.error;
    };
    const first = await reveal();
    expect(first).toStrictEqual(value);
    await app().correctRecord(stored.record ?? '', { ...(first as object), price: 1 });
    expect(await reveal()).toStrictEqual({ ...value, price: 1 });
  });

  test('are read and written as the vault itself does, whatever the JSON', () => {
    const number = fc
      .tuple(fc.bigInt(), fc.nat(), fc.integer({ min: -30, max: 30 }))
      .map(([a, b, e]) => `${a}.${b}e${e}`);
    const text = fc.oneof(
      number,
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
      fc.string().map((s) => JSON.stringify(s)),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.array(text)), (lists) => {
        const fields = Object.entries(lists).map(([name, list]) => `${JSON.stringify(name)}: [${list.join(' , ')}]`);
        const json = `{${fields.join(',')}}`;
        expect(writeExactly(parseExactly(json))).toBe(JSON.stringify(asTheVault(json)));
      }),
    );
  });

  test('count as the nearest one, show all their digits, and are nothing but numbers', () => {
    const exact = new ExactNumber('0.1000000000000000055');
    expect([Number(exact), `${exact}`, JSON.stringify({ exact })]).toEqual([
      0.1,
      exact.text,
      `{"exact":"${exact.text}"}`,
    ]);
    for (const text of ['', '1,5', '01', '.5', '0x10', '1e', '1\n', ' 1', 'NaN', '"1"', '1,"admin":true'])
      expect(() => new ExactNumber(text)).toThrow('This is no number as JSON writes it.');
  });
});

describe('errors', () => {
  test('are typed, name the place, and are not tried again', async () => {
    const { app, server } = await listeningVault();
    const { fetch, sent } = network();
    const items = [
      ITEM,
      { type: 'card' as const, value: { number: '4242424242424241', expiryMonth: 1, expiryYear: 2030 } },
    ];
    const error = await app({ fetch })
      .tokenize(items)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LetheError);
    expect(error).toMatchObject({
      name: 'LetheError',
      code: 'invalid_value',
      kind: 'invalid',
      status: 422,
      field: 'items/1/value.number',
      message: 'The check digit is wrong.',
      request: expect.stringMatching(/^req_/),
      idempotencyKey: keysOf(sent)[0],
    });
    expect(sent).toHaveLength(1);
    expect(plantedIn(inspect(error, { depth: 9, showHidden: true }))).toEqual([]);

    const calls: [string, () => Promise<unknown>][] = [
      ['token_not_found', () => app().describeToken(UNKNOWN)],
      ['purpose_not_allowed', () => app().detokenize([UNKNOWN], { purpose: 'marketing' })],
      ['not_allowed', () => app().getStatus()],
      ['unauthenticated', () => clientOf(server, 'lethe_no').listTypes()],
      ['subject_not_found', () => app().resolveSubject('nobody')],
      ['unknown_part', () => app().search({ type: 'email', part: 'street', value: 'x', purpose: 'support' })],
      ['token_format_not_offered', () => app().tokenize([{ ...ITEM, format: 'card' }])],
    ];
    for (const [code, call] of calls) await expect(call()).rejects.toMatchObject({ name: 'LetheError', code });

    const [hash] = await app().tokenize([{ type: 'password', value: 'correct horse battery staple' }]);
    for (let i = 0; i < 10; i++) await app().verify(hash?.token ?? '', 'wrong');
    const guessing = network();
    await expect(app({ fetch: guessing.fetch }).verify(hash?.token ?? '', 'wrong')).rejects.toMatchObject({
      code: 'too_many_guesses',
      kind: 'too_many',
    });
    expect(guessing.sent).toHaveLength(1);
  });

  test('have the vault’s own kinds', () => {
    for (const [kind, status] of Object.entries(STATUS)) {
      const { kind: told } = new LetheError({ code: 'x', message: 'x', status });
      expect([kind, told]).toEqual([kind, status === 500 ? 'internal' : kind]);
    }
  });

  test('an answer that is not the vault’s is told by its status alone, and nothing follows where it points', async () => {
    const { app } = await listeningVault();
    const pages = [
      new Response('<html>Log in</html>', { headers: { 'Content-Type': 'text/html' } }),
      new Response('{"results":', { headers: { 'Content-Type': 'application/json' } }),
      new Response('null', { status: 404, headers: { 'Content-Type': 'application/problem+json' } }),
      new Response(null, { status: 307, headers: { Location: 'https://elsewhere.example/' } }),
      new Response(`You sent ${EMAIL}`, { status: 418 }),
    ];
    for (const page of pages) {
      const { fetch, sent } = network(page);
      const error = await app({ fetch })
        .tokenize([ITEM])
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'unexpected_reply', status: page.status });
      expect(plantedIn(inspect(error, { depth: 9, showHidden: true }))).toEqual([]);
      expect([sent.length, sent[0]?.redirect]).toEqual([1, 'manual']);
    }
  });
});

test('a key of the app’s own names the write across restarts of the app', async () => {
  const { vault, app } = await listeningVault();
  const options = { idempotencyKey: 'order-4711' };
  const first = await app().tokenize([ITEM], options);
  expect(await app().tokenize([ITEM], options)).toEqual(first);
  expect(await recordsIn(vault)).toBe(1);
  await expect(app().tokenize([{ ...ITEM, label: 'other' }], options)).rejects.toMatchObject({
    code: 'idempotency_key_reused',
  });
  const { fetch, sent } = network();
  let made = 0;
  await app({ fetch, idempotencyKey: () => `mine-${++made}` }).tokenize([ITEM]);
  expect(keysOf(sent)).toEqual(['mine-1']);
});

test('what cannot be right is refused before anything is sent, and is not repeated in the error', async () => {
  const { app, server } = await listeningVault();
  const { fetch, sent } = network();
  const client = app({ fetch });
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  const calls = [
    () => client.tokenize([]),
    () => client.tokenize(Array(1_001).fill(ITEM)),
    () => client.detokenize([], { purpose: 'billing' }),
    () => client.describeToken(EMAIL),
    () => client.describeToken('../principals'),
    () => client.describeToken('principals/../types'),
    () => client.describeToken('4242 4242 4242 4242'),
    () => client.revokeToken('4242424242424242'),
    () => client.extendToken('+442079460958', { uses: 1 }),
    () => client.describeToken('Mary Jackson'),
    () => client.describeRecord(EMAIL),
    () => client.mintToken('4242424242424242'),
    () => client.getSubject('cust_1'),
    () => client.getErasure('tok_15v7chfy5rbwh743f6rhsh75q92zc29m'),
    () => client.getCertificate('tok_15v7chfy5rbwh743f6rhsh75q92zc29m'),
    () => client.eachRecord(EMAIL).next(),
    () => client.tokenize([ITEM], { idempotencyKey: 'clé' }),
    () => client.tokenize([{ type: 'document', value: cyclic }]),
  ];
  for (const [i, call] of calls.entries()) {
    const error = await call().catch((thrown: unknown) => thrown);
    expect([i, error]).toEqual([i, i < 3 ? expect.any(RangeError) : expect.any(TypeError)]);
    expect(plantedIn(inspect(error))).toEqual([]);
  }
  expect(sent).toEqual([]);
  const apiKey = plant('lethe_secret of somebody');
  const wrong: Partial<LetheClientOptions>[] = [
    { apiKey },
    { apiKey: '' },
    { url: 'ftp://vault' },
    { url: `http://a:${EMAIL}@vault` },
    { url: 'vault' },
  ];
  for (const options of wrong) {
    const make = () => new LetheClient({ url: server.url, apiKey: 'lethe_x', ...options });
    expect(make).toThrow(TypeError);
    try {
      make();
    } catch (error) {
      expect(plantedIn(inspect(error, { showHidden: true }))).toEqual([]);
    }
  }
});

test('the client stands by itself: it imports nothing but its own files', () => {
  const folder = new URL('../../src/client/', import.meta.url);
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.ts'))) {
    const imported = [...readFileSync(new URL(file, folder), 'utf8').matchAll(/\b(?:from|import) ?\(?'([^']+)'/g)];
    expect([file, imported.filter(([, target]) => !target?.startsWith('./'))]).toEqual([file, []]);
  }
});

test('the API key shows in no picture of the client, and goes in one header alone', async () => {
  const { vault, app } = await listeningVault();
  const { fetch, sent } = network();
  const client = app({ fetch });
  await client.listTypes();
  const { apiKey } = vault.as('app');
  const pictures = [inspect(client, { depth: 9, showHidden: true }), JSON.stringify(client), String(client)];
  for (const picture of pictures) expect(picture).not.toContain(apiKey.slice(-20));
  const [request] = sent;
  expect(request?.url).not.toContain(apiKey);
  const carrying = [...(request?.headers ?? [])].filter(([, value]) => value.includes(apiKey));
  expect(carrying).toEqual([['authorization', `Bearer ${apiKey}`]]);
});

async function listOf<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const row of rows) list.push(row);
  return list;
}
