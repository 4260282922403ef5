/** The API's description against itself, against the code, and against what the vault really answers. */

import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import express from 'express';
import request, { type Response } from 'supertest';
import { describe, expect, test } from 'vitest';
import { runJobsOnce } from '../../src/background/long-jobs.ts';
import { authenticate } from '../../src/calls/authenticate.ts';
import { JwksReply } from '../../src/erasure/certificates/schema.ts';
import { VaultError } from '../../src/errors.ts';
import { docsRouter } from '../../src/http/openapi/docs.ts';
import { openApi } from '../../src/http/openapi/openapi.ts';
import { COMMON, WITH_BODY, WITH_INPUT } from '../../src/http/openapi/problems.ts';
import { problemOf, retryAfterSeconds } from '../../src/http/problem.ts';
import { newId, type RequestId } from '../../src/ids.ts';
import { addSlot } from '../../src/operations/keys/add-slot.ts';
import { ROUTES } from '../../src/operations/operations.ts';
import { typeCatalogue } from '../../src/operations/types/list-types.ts';
import { STATUS } from '../../src/problems/kinds.ts';
import { LIST, PROBLEMS, type ProblemCode } from '../../src/problems/list.ts';
import { BADGE, RECEIPT } from '../datatypes/definitions.ts';
import { DECLARATION } from '../support/purposes.ts';
import { NOW, openTestVault, type TestVault } from '../support/vault.ts';
import { CLIENT_TYPES, clientTypes } from './client-types.ts';

const LINKS = { purpose: 'news-letter', url: 'https://shop.example/unsubscribe/' };
const CONSENT = { choice: 'given', types: null, evidence: { means: 'form', text: 'Yes.', notice: 'n/1' } };

interface Schema {
  $ref?: string;
  description?: string;
  properties?: Record<string, Schema>;
  [keyword: string]: unknown;
}
interface Media {
  schema: Schema;
  example?: unknown;
  examples?: Record<string, { value: { code: string; status: number } }>;
}
interface Operation {
  operationId: string;
  summary: string;
  description: string;
  security: { apiKey?: string[] }[];
  tags: string[];
  parameters: { $ref?: string; name: string; in: string; description: string; schema: Schema }[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, { $ref?: string; description: string; content: Record<string, Media> }>;
}
interface Document {
  servers: { url: string }[];
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, Schema>;
    responses: Record<string, { description?: string; content: Record<string, Media> }>;
  };
}

const document = openApi() as unknown as Document;
const published = Object.values(document.paths).flatMap((path) => Object.values(path));
/** Those that take an API key. */
const operations = published.filter(({ security }) => security.length > 0);
const { schemas } = document.components;

test('the document is valid OpenAPI 3.1, by the strict rules of Redocly', async () => {
  // Redocly's own package is not ours to import: it comes with openapi-typescript.
  const itsOwn = createRequire(createRequire(import.meta.url).resolve('openapi-typescript'));
  const { createConfig, lintFromString } = itsOwn('@redocly/openapi-core');
  const config = await createConfig({ extends: ['recommended-strict'] });
  const found: { ruleId: string; message: string; location: { pointer: string }[] }[] = await lintFromString({
    source: JSON.stringify(document),
    config,
  });
  // Health needs no request that could be wrong; and names of a tenant's own types are in no list of words.
  const known =
    /^Operation must have at least one `4XX`|^Example validation errored: discriminator: "properties\/type"/;
  const told = found.filter(({ message }) => !known.test(message));
  expect(told.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual([]);
});

test('every schema, and every property at any depth, says what it is', () => {
  const silent: string[] = [];
  const seeProperties = (schema: Schema, path: string): void => {
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const named = property.$ref === undefined ? property : resolve(property.$ref);
      if (!(property.description ?? named.description)) silent.push(`${path}.${name}`);
      seeProperties(property, `${path}.${name}`);
    }
    for (const key of ['items', 'additionalProperties', 'anyOf', 'oneOf', 'allOf']) {
      for (const part of [schema[key] ?? []].flat()) seeProperties(part as Schema, `${path}/${key}`);
    }
  };
  for (const [name, schema] of Object.entries(schemas)) {
    // A body or a reply is described by its operation.
    const isPart = !/(Body|Reply)$/.test(name);
    if (isPart && !schema.description) silent.push(name);
    seeProperties(schema, name);
  }
  expect(silent).toEqual([]);
});

describe.each(operations.map((operation) => [operation.operationId, operation] as const))('%s', (_, operation) => {
  test('has a summary, a described group and described parameters', () => {
    expect(operation.summary).toMatch(/^[A-Z].*\.$/);
    const groups = document.tags.filter(({ name }) => operation.tags.includes(name));
    expect(groups.map(({ description }) => description.length > 0)).toEqual([true]);
    for (const { name, description } of operation.parameters.filter(({ $ref }) => $ref === undefined))
      expect([name, description]).toEqual([name, expect.stringMatching(/.{5}/)]);
  });

  test('shows a request and a reply that the vault itself accepts', () => {
    const route = ROUTES.find(({ operationId }) => operationId === operation.operationId);
    const { schema: _, ...request } = operation.requestBody?.content['application/json'] ?? { schema: {} };
    expect('example' in request).toBe(operation.requestBody !== undefined);
    if (route?.body) expect(route.body.safeParse(request.example).error).toBeUndefined();
    const [reply] = Object.entries(operation.responses).filter(([status]) => status.startsWith('2'));
    const { 'application/json': json, 'text/event-stream': events } = reply?.[1].content ?? {};
    expect(route?.reply.safeParse(json?.example ?? dataOf(events?.example as string)).error).toBeUndefined();
  });

  test('names its own problems, and has a response for the status of each', () => {
    const route = ROUTES.find(({ operationId }) => operationId === operation.operationId);
    for (const code of codesOf(operation.operationId)) {
      const { $ref } = operation.responses[STATUS[PROBLEMS[code].kind]] ?? {};
      expect([code, $ref]).toEqual([code, expect.stringMatching(/^#\/components\/responses\//)]);
    }
    for (const code of route?.problems ?? []) expect(operation.description).toContain(`\`${code}\``);
  });
});

test('the responses for problems name each code that there is, under its status', () => {
  const told = Object.values(document.components.responses).flatMap(({ description = '' }) =>
    [...description.matchAll(/^- `(\w+)`/gm)].map(([, code]) => code as string),
  );
  const replied = Object.entries(PROBLEMS).filter(([, { kind }]) => kind !== 'abandoned');
  expect(told.sort()).toEqual(replied.map(([code]) => code).sort());
});

test('what is public beside them is the public keys, health, metrics and unsealing', () => {
  const open = published.filter(({ security }) => security.length === 0).map(({ operationId }) => operationId);
  expect(open.sort()).toEqual(['getHealth', 'getJwks', 'getMetrics', 'getReadiness', 'getUnsealProgress', 'unseal']);
  const keys = published.find(({ operationId }) => operationId === 'getJwks');
  const { example } = keys?.responses[200]?.content['application/jwk-set+json'] ?? {};
  expect(JwksReply.safeParse(example).error).toBeUndefined();
});

test('every operation with a route is in the document', () => {
  const published = operations.map(({ operationId }) => operationId);
  expect(ROUTES.filter(({ operationId }) => !published.includes(operationId))).toEqual([]);
});

test('every code that can leave the vault is in the list of problems, and no other', () => {
  /** Codes that no reply ever holds, and why. */
  const kept = new Set([
    'repeated_call', // inside perform(): the caller gets the first call's answer
    'limited_uses', // inside detokenize: the call is made again, alone in its transaction
    'cannot_start', // there is no server yet
    'interrupted', // of commands alone
    'epoch_in_use', // said of a long job, in its row
    'drill_failed', // in the report of a drill, which the command line shows
    'backup_failed', // said of a long job, in its row
  ]);
  const src = new URL('../../src/', import.meta.url);
  const made = globSync('**/*.ts', { cwd: src.pathname }).flatMap((path) => {
    const text = readFileSync(new URL(path, src), 'utf8');
    const codes = text.matchAll(/(?:new (?:Vault|Unavailable)Error|super)\(\s*'(\w+)'/g);
    return [...codes].map(([, code = '']) => ({ path, code }));
  });
  expect([...new Set(made.map(({ code }) => code))].sort()).toEqual(Object.keys(LIST).sort());
  const thrown = made.filter(({ path }) => !/^(cli|client|import)\b/.test(path)).map(({ code }) => code);
  expect(thrown.length).toBeGreaterThan(20);
  expect([...new Set(thrown)].filter((code) => !kept.has(code)).sort()).toEqual(Object.keys(PROBLEMS).sort());
});

test('each problem has the status that clients know it by', () => {
  const byStatus = {
    400: 'malformed_request',
    401: 'unauthenticated',
    202: 'approval_needed',
    403: `
      not_allowed tenant_suspended purpose_not_allowed never_revealed own_approval not_own_approval
      consent_missing objected restricted`,
    404: `
      route_not_found token_not_found record_not_found subject_not_found erasure_not_found job_not_found
      tenant_not_found epoch_not_found node_not_found slot_not_found principal_not_found
      api_key_not_found role_not_found purpose_not_found hook_not_found approval_not_found
      grant_not_found code_not_found link_not_found
    `,
    405: 'method_not_allowed',
    409: `
      concurrent_change lease_lost epoch_not_ended api_key_already_shown own_principal type_base_fixed
      too_many_jobs too_many_types too_many_versions tenant_exists tenant_needed first_tenant unfit_root_key
      share_repeated shares_disagree already_exists node_alive slot_exists slot_needed slot_unfit
      token_taken token_outdated backup_not_configured drill_needs_command value_not_unique
      rolling_over api_key_ended built_in_role own_role role_in_use role_changed too_many_roles
      purpose_in_use too_many_purposes too_many_hooks hook_paused hook_secret_replaced
      too_many_approvals approval_ended choice_not_taken not_restricted
      own_grant grant_not_open already_approved grant_lapsed review_overdue too_many_grants
    `,
    410: `
      token_expired token_used_up token_revoked record_erased record_superseded subject_erased
      tenant_erased principal_revoked
    `,
    413: 'body_too_large',
    415: 'unsupported_media_type',
    422: `
      unknown_role invalid_role duties_conflict matrix_too_large grant_in_vain
      invalid_request invalid_value unknown_index index_not_rotatable unknown_type unknown_keep unknown_purpose
      invalid_network
      invalid_definition low_entropy_index unknown_view not_searchable unknown_part option_not_offered
      token_format_not_offered invalid_token invalid_share_count share_typo share_foreign share_wrong
      too_many_passwords idempotency_key_reused not_confirmed unique_not_offered address_refused
    `,
    429: 'too_many_shares too_many_guesses',
    499: 'client_gone',
    500: 'integrity_failure store_corrupt internal_error',
    503: `
      store_unavailable timed_out outcome_unknown store_replaced key_unavailable store_went_back
      journal_unavailable shutting_down sealed unseal_failed overloaded
    `,
  };
  const known = Object.entries(byStatus).flatMap(([status, codes]) =>
    codes
      .trim()
      .split(/\s+/)
      .map((code) => [code, Number(status)]),
  );
  const told = Object.entries(PROBLEMS).map(([code, { kind }]) => [code, STATUS[kind]]);
  expect(Object.fromEntries(told)).toEqual(Object.fromEntries(known));
});

test('whoever may repeat a call is told when: in a moment, or after as long as what stands in the way takes', () => {
  const id = 'req_test' as RequestId;
  const waits = (Object.keys(PROBLEMS) as ProblemCode[]).flatMap((code) => {
    const error = new VaultError(code, 'no');
    const problem = problemOf(error, id);
    return [429, 503].includes(problem.status) ? [[code, retryAfterSeconds(error, problem)]] : [];
  });
  expect(Object.fromEntries(waits)).toEqual({
    ...{ store_unavailable: 1, shutting_down: 1, overloaded: 1, timed_out: 5, outcome_unknown: 5 },
    ...{ store_replaced: 10, store_went_back: 10, key_unavailable: 10, journal_unavailable: 10 },
    ...{ sealed: 10, unseal_failed: 10, too_many_shares: 900, too_many_guesses: 900 },
  });
});

test('the client’s types are those of this document: npm run client', async () => {
  expect(readFileSync(CLIENT_TYPES, 'utf8')).toBe(await clientTypes());
});

test('what every operation really answers is what it declares', async () => {
  const vault = await openTestVault();
  const answered = await callEverything(vault);
  expect(answered.map(([operationId]) => operationId).sort()).toEqual(ROUTES.map((route) => route.operationId).sort());
  for (const [operationId, replies] of answered) {
    const operation = operations.find((candidate) => candidate.operationId === operationId) as Operation;
    const route = ROUTES.find((candidate) => candidate.operationId === operationId);
    for (const reply of replies) {
      const declared = operation.responses[reply.status];
      const shared = document.components.responses[declared?.$ref?.split('/').at(-1) ?? ''];
      expect([operationId, reply.status, Object.keys(declared?.content ?? shared?.content ?? {})]).toEqual([
        operationId,
        reply.status,
        [reply.headers['content-type']],
      ]);
      // A call that waits for a second person says so as a problem.
      if (reply.status < 300 && reply.headers['content-type'] !== 'application/problem+json') {
        const body = route?.events === undefined ? reply.body : dataOf(reply.text);
        expect([operationId, route?.reply.safeParse(body).error]).toEqual([operationId, undefined]);
      } else {
        assertProblem(reply);
        expect([operationId, [...codesOf(operationId)]]).toEqual([
          operationId,
          expect.arrayContaining([reply.body.code]),
        ]);
      }
    }
    expect([operationId, (replies[0]?.status ?? 0) < 300, (replies[1]?.status ?? 0) >= 400]).toEqual([
      operationId,
      true,
      true,
    ]);
  }
});

describe('/docs', () => {
  test('has a place for every problem and every data type, and loads nothing from elsewhere', async () => {
    const { as } = await openTestVault();
    const page = await as('app').call('get', '/docs');
    expect(page.status).toBe(200);
    for (const code of Object.keys(PROBLEMS)) expect(page.text).toContain(`id="problem-${code}"`);
    for (const { name } of typeCatalogue()) expect(page.text).toContain(`id="type-${name}"`);
    const loaded = [...page.text.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, target]) => target as string);
    // Wherever a proxy puts the page, what it loads is beside it.
    const beside = loaded
      .filter((target) => !target.startsWith('data:,'))
      .map((target) => new URL(target, 'https://vault.example/some/where/docs').href);
    expect(beside.length).toBeGreaterThan(4);
    for (const url of beside) {
      const [, target = ''] = /^https:\/\/vault\.example\/some\/where(\/.*)$/.exec(url) ?? [];
      const { status, headers } = await as('app').call('get', target);
      expect([target, status, headers['x-content-type-options']]).toEqual([target, 200, 'nosniff']);
    }
    const { text: script } = await as('app').call('get', '/docs/start.js');
    expect(script).toContain("new URL('openapi.json', location.href)");
    expect(script).not.toMatch(/['"`]\//);
    expect(script).toContain('servers: [here]');
    expect(openApi('https://vault.example/api').servers).toMatchObject([{ url: 'https://vault.example/api' }]);
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'self';/);
    expect(page.headers['content-security-policy']).not.toMatch(/script-src|http|\*|unsafe-eval/);
  });

  test('is where a browser that opens / is led; whoever else asks there is told that there is nothing', async () => {
    const { app } = await openTestVault();
    const open = (accept: string, at: Parameters<typeof request>[0] = app) =>
      request(at).get('/').set('Accept', accept);
    for (const accept of ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text/html']) {
      const { status, headers } = await open(accept);
      expect([status, headers.location, headers['cache-control']]).toEqual([303, 'docs', 'no-store']);
    }
    for (const accept of [
      '*/*',
      '',
      'application/json',
      'application/problem+json',
      'text/html;q=0.5,application/json',
    ]) {
      const { status, body } = await open(accept);
      expect([accept, status, body.code]).toEqual([accept, 404, 'route_not_found']);
    }
    const behind = express().use(docsRouter('https://vault.example.com/vault'));
    expect((await open('text/html', behind)).headers.location).toBe('https://vault.example.com/vault/docs');
  });

  test('shows text as text: what a data type says is never markup', async () => {
    const page = await (await openTestVault()).as('app').call('get', '/docs');
    const sections = page.text.slice(page.text.indexOf('<section id="types">'), page.text.indexOf('<script'));
    expect(
      sections.replaceAll(/<\/?(section|article|h2|h3|p|code|pre|dl|div|dt|dd|span)( [a-z]+="[\w-]+")?>/g, ''),
    ).not.toMatch(/[<>"]/);
  });
});

/** What an operation may answer besides its reply. */
function codesOf(operationId: string): Set<ProblemCode> {
  const route = ROUTES.find((one) => one.operationId === operationId);
  return new Set([
    ...COMMON,
    ...((route?.params ?? route?.query ?? route?.body) ? WITH_INPUT : []),
    ...(route?.body ? WITH_BODY : []),
    ...(route?.idempotent ? (['idempotency_key_reused'] as const) : []),
    ...(route?.problems ?? []),
  ]);
}

/** What the last event of a stream says. */
function dataOf(events: string): unknown {
  return JSON.parse(/data: (.*)\n\n$/.exec(events)?.[1] ?? 'null');
}

function resolve($ref: string): Schema {
  return schemas[$ref.slice($ref.lastIndexOf('/') + 1)] as Schema;
}

function assertProblem({ body, headers, status }: Response): void {
  const { field: _, errors, ...problem } = body;
  expect(errors !== undefined).toBe(status === STATUS.invalid);
  expect(problem).toEqual({
    type: `/docs#problem-${body.code}`,
    title: PROBLEMS[body.code as ProblemCode]?.title,
    status,
    code: expect.any(String),
    detail: expect.any(String),
    ...(status === STATUS.waiting && { approval: expect.stringMatching(/^apr_/) }),
    request: headers['x-request-id'],
  });
  expect(STATUS[PROBLEMS[body.code as ProblemCode]?.kind]).toBe(status);
}

const DESK = { rules: [{ effect: 'allow', actions: ['detokenize'], views: ['masked'] }] };

/** One after another: each needs what the one before has done. */
async function callApprovals(vault: TestVault): Promise<[string, Response[]][]> {
  const [admin, security, app] = [vault.admin, vault.as('security'), vault.as('app')];
  const [policy, terms] = ['/v1/approval-policy', { approvers: 1, erasureSubjects: 1, hours: 24 }];
  const ended = [await admin.call('delete', policy), await security.call('delete', policy)];
  const set = [
    await admin.call('put', policy, terms),
    await admin.call('put', policy, { ...terms, approvers: 0 }),
    await admin.call('put', policy, { ...terms, state: 'approved' }),
    await admin.call('put', policy, { ...terms, hours: 25 }),
  ];
  const added: Response[] = [];
  for (const name of ['a', 'b', 'c']) added.push(await admin.call('post', '/v1/principals', { name, role: 'app' }));
  expect(added.map(({ status, body }) => [status, body.code])).toEqual(added.map(() => [202, 'approval_needed']));
  const [a, b, c] = added.map(({ body }) => `/v1/approvals/${body.approval}`);
  const none = '/v1/approvals/apr_01m83rdet0ehaadnnnnhek1nfv';
  return [
    ['endApprovalPolicy', ended],
    ['setApprovalPolicy', set],
    ['getApprovalPolicy', [await security.call('get', policy), await vault.as('support').call('get', policy)]],
    ['listApprovals', [await security.call('get', '/v1/approvals'), await app.call('get', '/v1/approvals?state=used')]],
    ['getApproval', [await security.call('get', `${a}`), await security.call('get', none)]],
    [
      'giveApproval',
      [
        await security.call('post', `${a}/approve`, { reason: 'seen' }),
        await admin.call('post', `${a}/approve`, {}),
        await security.call('post', `${a}/approve`, { tenant: 'ten_1fz07q9k3c' }),
      ],
    ],
    ['refuseApproval', [await security.call('post', `${b}/refuse`, {}), await admin.call('post', `${c}/refuse`, {})]],
    ['withdrawApproval', [await admin.call('post', `${c}/withdraw`), await security.call('post', `${a}/withdraw`)]],
  ];
}

/** Each operation once as it should be and once as it should not, in the order of the list. */
async function callEverything(vault: TestVault): Promise<[string, Response[]][]> {
  const { admin } = vault;
  const [app, auditor, support] = [vault.as('app'), vault.as('auditor'), vault.as('support')];
  const [email] = await app.tokenize({ type: 'email', value: 'ada@example.com', subject: 'cust_1', label: 'main' });
  const [other] = await app.tokenize({ type: 'text', value: 'ada', subject: 'cust_1' });
  const [lone] = await app.tokenize({ type: 'phone', value: '+44 20 7946 0958' });
  const [hash] = await app.tokenize({ type: 'password', value: 'correct horse battery staple' });
  const brief = (await app.call('post', '/v1/tokens', { record: other?.record, uses: 2 })).body.token;
  await auditor.call('get', '/v1/types');
  const tokens = [email?.token, other?.token, 'tok_15v7chfy5rbwh743f6rhsh75q92zc29m'];
  const erased = await app.call('post', '/v1/erasures', { tokens: [lone?.token], reason: 'asked' });
  const search = { type: 'email', value: 'ADA@example.com', purpose: 'billing' };
  const expiresAt = '2027-01-01T00:00:00Z';
  const both = async (...calls: Promise<Response>[]) => Promise.all(calls);
  const security = vault.as('security');
  const rotated = await security.call('post', '/v1/keys/rotate', {});
  const officer = await authenticate(vault.vault, security.apiKey, newId('request', vault.vault.random, NOW));
  const usb = { name: 'usb', kind: 'file', required: false, settings: { path: `${vault.folder}/usb` } } as const;
  await addSlot(vault.vault, officer, usb);
  Object.assign(vault.vault, { backupDir: `${vault.folder}/copies`, keyBackupDir: `${vault.folder}/copies` });
  await runJobsOnce(vault.vault);
  await support.call('get', '/v1/types');
  const added = await admin.call('post', '/v1/tenants', { name: 'shop-eu' });
  const rotatedKey = await admin.call('post', `/v1/principals/${support.principal}/keys`, { overlapSeconds: 60 });
  const url = { url: 'https://alarms.example.com/' };
  const hook = await security.call('post', '/v1/hooks', url);
  await admin.call('put', '/v1/purposes/news-letter', { ...DECLARATION, basis: 'consent' });
  const [ofHook, noHook] = [`/v1/hooks/${hook.body.hook}`, '/v1/hooks/whk_01m81j18g0e329asxkdep5tmtc'];
  const noJob = '/v1/jobs/job_01m83rdet0ehaadnnnnhek1nfv';
  const person = await app.call('post', '/v1/tokenize', {
    items: [{ type: 'email', value: 'granted@example.com', subject: 'granted' }],
  });
  const { subject } = person.body.results[0];
  const order = {
    ...{ subjects: [subject], types: ['email'], view: 'plain', ticket: 'HELP-0042', minutes: 30 },
    reason: 'She has called.',
  };
  const ordered = [1, 2, 3].map(() => support.call('post', '/v1/grants', order));
  const [grant, refused, closed] = await Promise.all(ordered);
  const at = (of?: Response) => `/v1/grants/${of?.body.grant}`;
  const noGrant = '/v1/grants/gra_01m83rdet0ehaadnnnnhek1nfv';
  const code = await app.call('post', `/v1/subjects/${subject}/grant-codes`, {
    ...{ types: ['email'], view: 'plain', minutes: 15 },
  });
  await admin.call('put', '/v1/roles/night', {
    rules: [
      {
        ...{ effect: 'allow', actions: ['order_grant'] },
        grant: { minutes: 60, approval: 'afterwards', reviewHours: 24 },
      },
      { effect: 'allow', actions: ['detokenize'], views: ['plain'], subjects: 'granted' },
    ],
  });
  const night = await admin.call('post', '/v1/principals', { name: 'night', role: 'night', purposes: ['billing'] });
  const taken = await vault.withKey(night.body.apiKey).call('post', '/v1/grants', { ...order, breakGlass: true });
  // Now: the support desk is revoked further down.
  const granted: [string, Response[]][] = [
    [
      'orderGrant',
      [
        grant as Response,
        await support.call('post', '/v1/grants', { ...order, minutes: 0 }),
        ...[refused, closed].map((one) => one as Response),
        await support.call('post', '/v1/grants', { ...order, subjects: ['sub_01m81j18g0ewqr325zy4z929z5'] }),
        await support.call('post', '/v1/grants', { ...order, breakGlass: true }),
      ],
    ],
    ['listGrants', await both(admin.call('get', '/v1/grants'), app.call('get', '/v1/grants'))],
    ['readGrant', await both(admin.call('get', at(grant)), admin.call('get', noGrant))],
    [
      'approveGrant',
      [
        await admin.call('post', `${at(grant)}/approve`),
        await admin.call('post', `${at(grant)}/approve`),
        await support.call('post', `${at(grant)}/approve`),
      ],
    ],
    ['refuseGrant', await both(admin.call('post', `${at(refused)}/refuse`), admin.call('post', `${noGrant}/refuse`))],
    ['reviewGrant', await both(admin.call('post', `${at(taken)}/review`), admin.call('post', `${noGrant}/review`))],
    ['endGrant', [await support.call('post', `${at(grant)}/revoke`), await admin.call('post', `${noGrant}/revoke`)]],
    [
      'closeTicket',
      await both(
        admin.call('post', '/v1/tickets/HELP-0042/close'),
        admin.call('post', '/v1/tickets/-/close'),
        app.call('post', '/v1/tickets/HELP-0042/close'),
      ),
    ],
    [
      'offerGrantCode',
      [
        code,
        await app.call('post', '/v1/subjects/sub_01m81j18g0ewqr325zy4z929z5/grant-codes', {
          ...{ types: ['email'], view: 'plain', minutes: 15 },
        }),
      ],
    ],
    [
      'redeemGrantCode',
      [
        await support.call('post', '/v1/grants/redeem', { code: code.body.code }),
        await support.call('post', '/v1/grants/redeem', { code: '0000-0000' }),
      ],
    ],
  ];
  return [
    [
      'tokenize',
      await both(
        app.call('post', '/v1/tokenize', {
          items: [
            { type: 'text', value: '' },
            { type: 'text', value: 'x', subject: 'c' },
          ],
        }),
        app.call('post', '/v1/tokenize', { items: [{ type: 'email', value: 'nobody' }] }),
        support.call('post', '/v1/tokenize', { items: [{ type: 'text', value: 'x' }] }),
      ),
    ],
    [
      'detokenize',
      await both(
        app.detokenize(tokens as string[]),
        app.call('post', '/v1/detokenize', { tokens, purpose: 'marketing' }),
      ),
    ],
    [
      'search',
      await both(
        app.call('post', '/v1/search', search),
        app.search('text', 'x'),
        app.call('post', '/v1/search', { ...search, part: 'domain', value: 'example.com', and: [search], limit: 1 }),
        app.call('post', '/v1/search', { ...search, part: 'street' }),
      ),
    ],
    [
      'verify',
      await both(
        app.call('post', '/v1/verify', { token: hash?.token, value: 'correct horse battery staple' }),
        app.call('post', '/v1/verify', { token: email?.token, value: 'x' }),
        app.call('post', '/v1/verify', { token: tokens[2], value: 'x' }),
        app.call('post', '/v1/verify', { subject: 'c', type: 'password', value: 'x', purpose: 'billing' }),
        app.call('post', '/v1/verify', { subject: 'c', type: 'password', value: 'x', purpose: 'marketing' }),
        app.call('post', '/v1/verify', {
          search: { type: 'email', value: 'ADA@example.com' },
          ...{ type: 'password', value: 'x', purpose: 'billing' },
        }),
      ),
    ],
    [
      'match',
      await both(
        app.call('post', '/v1/match', { token: email?.token, value: 'ADA@example.com', purpose: 'billing' }),
        app.call('post', '/v1/match', { subject: 'c', type: 'password', value: 'x', purpose: 'billing' }),
        app.call('post', '/v1/match', { token: tokens[2], value: 'x', purpose: 'billing' }),
      ),
    ],
    [
      'describeToken',
      await both(
        app.call('get', `/v1/tokens/${email?.token}`),
        app.call('get', `/v1/tokens/${lone?.token}`),
        app.call('get', `/v1/tokens/${tokens[2]}`),
        app.call('get', '/v1/tokens/x'),
      ),
    ],
    [
      'mintToken',
      await both(
        app.call('post', '/v1/tokens', { record: email?.record, format: 'email', audience: 'crm', uses: 2 }),
        app.call('post', '/v1/tokens', { record: email?.record, format: 'card' }),
        app.call('post', '/v1/tokens', { record: email?.record, token: other?.token }),
        app.call('post', '/v1/tokens', { record: lone?.record }),
      ),
    ],
    [
      'extendToken',
      await both(
        app.call('patch', `/v1/tokens/${brief}`, { ttlSeconds: 60 }),
        app.call('patch', `/v1/tokens/${brief}`, {}),
        app.call('patch', `/v1/tokens/${tokens[2]}`, { uses: 1 }),
      ),
    ],
    ['revokeToken', [await app.call('delete', `/v1/tokens/${brief}`), await app.call('delete', `/v1/tokens/${brief}`)]],
    [
      'describeRecord',
      await both(
        app.call('get', `/v1/records/${email?.record}`),
        app.call('get', `/v1/records/${lone?.record}`),
        app.call('get', '/v1/records/rec_01m81j18g0e329asxkdep5tmtc'),
      ),
    ],
    [
      'correctRecord',
      await both(
        app.call('patch', `/v1/records/${email?.record}`, { value: 'Ada@example.org', reason: 'typo' }),
        app.call('patch', `/v1/records/${lone?.record}`, { value: '+44 20 7946 0958' }),
      ),
    ],
    [
      'erase',
      [erased, await app.call('post', '/v1/erasures', { ref: 'nobody' }), await app.call('post', '/v1/erasures', {})],
    ],
    [
      'getErasure',
      await both(
        app.call('get', `/v1/erasures/${erased.body.erasure}`),
        app.call('get', '/v1/erasures/ers_01m83rdet0ehaadnnnnhek1nfv'),
      ),
    ],
    [
      'getCertificate',
      await both(
        app.call('get', `/v1/erasures/${erased.body.erasure}/certificate`),
        app.call('get', '/v1/erasures/ers_01m83rdet0ehaadnnnnhek1nfv/certificate'),
        vault.as('support').call('get', `/v1/erasures/${erased.body.erasure}/certificate`),
      ),
    ],
    [
      'resolveSubject',
      await both(
        app.call('post', '/v1/subjects/resolve', { ref: 'cust_1' }),
        app.call('post', '/v1/subjects/resolve', { ref: 'cust_2' }),
      ),
    ],
    [
      'getSubject',
      await both(
        app.call('get', `/v1/subjects/${email?.subject}?limit=1`),
        app.call('get', '/v1/subjects/sub_01m81j18g0ewqr325zy4z929z5'),
        app.call('get', `/v1/subjects/${email?.subject}?limit=0`),
      ),
    ],
    [
      'recordChoice',
      await both(
        app.call('put', `/v1/subjects/${email?.subject}/choices/news-letter`, CONSENT),
        app.call('put', `/v1/subjects/${email?.subject}/choices/billing`, CONSENT),
        app.call('put', `/v1/subjects/${email?.subject}/choices/unheard-of`, CONSENT),
        app.call('put', `/v1/subjects/sub_01m81j18g0ewqr325zy4z929z5/choices/news-letter`, CONSENT),
        app.call('put', `/v1/subjects/${email?.subject}/choices/news-letter`, { choice: 'maybe' }),
      ),
    ],
    [
      'listChoices',
      await both(
        app.call('get', `/v1/subjects/${email?.subject}/choices`),
        app.call('get', '/v1/subjects/sub_01m81j18g0ewqr325zy4z929z5/choices'),
      ),
    ],
    [
      'readChoiceHistory',
      await both(
        app.call('get', `/v1/subjects/${email?.subject}/choices/news-letter?limit=1`),
        app.call('get', `/v1/subjects/${email?.subject}/choices/news-letter?limit=0`),
      ),
    ],
    [
      'filterChoices',
      await both(
        app.call('post', '/v1/choices/filter', { purpose: 'billing', subjects: [email?.subject] }),
        app.call('post', '/v1/choices/filter', { purpose: 'billing' }),
        app.call('post', '/v1/choices/filter', { purpose: 'news-letter', subjects: [email?.subject] }),
      ),
    ],
    [
      'makeLinks',
      await both(
        app.call('post', '/v1/choices/links', { ...LINKS, subjects: [email?.subject] }),
        app.call('post', '/v1/choices/links', { ...LINKS, subjects: [] }),
        app.call('post', '/v1/choices/links', { ...LINKS, purpose: 'billing', subjects: [email?.subject] }),
      ),
    ],
    [
      'unsubscribe',
      [
        await app
          .call('post', '/v1/choices/links', { ...LINKS, subjects: [email?.subject] })
          .then(({ body }) => app.call('post', '/v1/choices/unsubscribe', { link: body.links[0].link })),
        await app.call('post', '/v1/choices/unsubscribe', { link: 'x'.repeat(100) }),
      ],
    ],
    [
      'restrictSubject',
      await both(
        app.call('put', `/v1/subjects/${email?.subject}/restriction`, { evidence: { means: 'paper' } }),
        app.call('put', `/v1/subjects/${email?.subject}/restriction`, {}),
      ),
    ],
    [
      'liftRestriction',
      // The second has nothing to lift.
      [
        await app.call('delete', `/v1/subjects/${email?.subject}/restriction`),
        await app.call('delete', `/v1/subjects/${email?.subject}/restriction`),
      ],
    ],
    ['listTypes', await both(app.call('get', '/v1/types'), app.call('get', '/v1/types?x=1'))],
    [
      'declareType',
      [
        await admin.call('post', '/v1/types', BADGE),
        await admin.call('post', '/v1/types', { ...BADGE, distinct: 2 }),
        await admin.call('post', '/v1/types', { ...BADGE, pattern: '(' }),
        await admin.call('post', '/v1/types', { ...RECEIPT, name: BADGE.name }),
        await app.call('post', '/v1/types', BADGE),
      ],
    ],
    [
      'setKeep',
      await both(
        admin.call('put', '/v1/types/email/keep', { keep: null }),
        admin.call('put', '/v1/types/email/keep', { keep: 'nothing' }),
        admin.call('put', '/v1/types/nothing/keep', { keep: null }),
      ),
    ],
    [
      'setUnique',
      await both(
        admin.call('put', '/v1/types/username/unique', { unique: true }),
        admin.call('put', '/v1/types/name/unique', { unique: true }),
      ),
    ],
    [
      'countDoubles',
      await both(admin.call('get', '/v1/types/username/doubles'), admin.call('get', '/v1/types/name/doubles')),
    ],
    [
      'addPrincipal',
      await both(
        admin.call('post', '/v1/principals', { name: 'x', role: 'app', expiresAt }),
        admin.call('post', '/v1/principals', { name: 'x', role: 'root' }),
      ),
    ],
    [
      'declarePurpose',
      await both(
        admin.call('put', '/v1/purposes/news', DECLARATION),
        admin.call('put', '/v1/purposes/news', { ...DECLARATION, mayObject: true }),
        admin.call('put', '/v1/purposes/news', { ...DECLARATION, types: ['nothing'] }),
      ),
    ],
    ['listPurposes', await both(app.call('get', '/v1/purposes'), app.call('get', '/v1/purposes?x=1'))],
    ['getPurpose', await both(app.call('get', '/v1/purposes/news'), app.call('get', '/v1/purposes/nothing'))],
    [
      'endPurpose',
      await both(
        admin.call('delete', '/v1/purposes/news'),
        admin.call('delete', '/v1/purposes/billing'),
        admin.call('delete', '/v1/purposes/nothing'),
        app.call('delete', '/v1/purposes/news'),
      ),
    ],
    ['getMe', await both(app.call('get', '/v1/me'), app.call('get', '/v1/me?x=1'))],
    [
      'changePrincipal',
      await both(
        admin.call('patch', `/v1/principals/${support.principal}`, { expiresAt }),
        admin.call('patch', `/v1/principals/${support.principal}`, {}),
        admin.call('patch', '/v1/principals/prn_01m6dqs9m0eeasnng3fhdnxktn', { purposes: [] }),
      ),
    ],
    ['rotateApiKey', [rotatedKey, await admin.call('post', `/v1/principals/${support.principal}/keys`, {})]],
    [
      'endApiKey',
      [
        await admin.call('delete', `/v1/principals/${support.principal}/keys/${rotatedKey.body.key}`),
        await admin.call('delete', `/v1/principals/${support.principal}/keys/key_01m6dqs9m0e8rrp3vs6gh8ye9k`),
      ],
    ],
    ['listPrincipals', await both(admin.call('get', '/v1/principals?limit=2'), app.call('get', '/v1/principals'))],
    ['listRoles', await both(admin.call('get', '/v1/roles'), app.call('get', '/v1/roles'))],
    ['changeRole', await both(admin.call('put', '/v1/roles/desk', DESK), admin.call('put', '/v1/roles/app', DESK))],
    [
      'previewRole',
      await both(
        admin.call('post', '/v1/roles/desk/preview', { rules: [] }),
        admin.call('post', '/v1/roles/desk/preview', { rules: [], ifVersion: 7 }),
      ),
    ],
    ['readRole', await both(admin.call('get', '/v1/roles/desk'), admin.call('get', '/v1/roles/none'))],
    [
      'explainAccess',
      await both(
        admin.call('post', '/v1/access/explain', { role: 'desk', action: 'erase' }),
        admin.call('post', '/v1/access/explain', { role: 'none', action: 'erase' }),
      ),
    ],
    [
      'readAccessMatrix',
      await both(admin.call('get', '/v1/access/matrix?role=desk'), admin.call('get', '/v1/access/matrix?role=none')),
    ],
    [
      'readAccessReview',
      await both(auditor.call('get', '/v1/access/review?limit=2'), app.call('get', '/v1/access/review')),
    ],
    [
      'readAccessExposure',
      await both(
        auditor.call('get', `/v1/access/exposure?principal=${support.principal}`),
        auditor.call('get', '/v1/access/exposure?principal=prn_01m6dqs9m0eeasnng3fhdnxktn'),
      ),
    ],
    ['endRole', await both(admin.call('delete', '/v1/roles/desk'), admin.call('delete', '/v1/roles/none'))],
    ['listTenants', await both(admin.call('get', '/v1/tenants?limit=2'), app.call('get', '/v1/tenants'))],
    [
      'revokePrincipal',
      await both(
        admin.call('delete', `/v1/principals/${support.principal}`),
        admin.call('delete', '/v1/principals/prn_01m6dqs9m0eeasnng3fhdnxktn'),
      ),
    ],
    ['addTenant', [added, await admin.call('post', '/v1/tenants', { name: 'shop-eu' })]],
    [
      'changeTenant',
      await both(
        admin.call('patch', `/v1/tenants/${added.body.tenant}`, { suspended: true }),
        admin.call('patch', '/v1/tenants/ten_1fz07q9k3c', { suspended: true }),
      ),
    ],
    [
      'rotateKeys',
      [
        rotated,
        await security.call('post', '/v1/keys/rotate', { index: 'nothing' }),
        await admin.call('post', '/v1/keys/rotate', {}),
        await security.call('post', '/v1/keys/rotate', { index: 'Ada@example.com' }),
      ],
    ],
    [
      'getJob',
      await both(
        security.call('get', `/v1/jobs/${rotated.body.job}`),
        security.call('get', noJob),
        app.call('get', noJob),
      ),
    ],
    [
      'jobEvents',
      await both(
        security.call('get', `/v1/jobs/${rotated.body.job}/events`),
        security.call('get', `${noJob}/events`),
        security.call('get', '/v1/jobs/x/events'),
      ),
    ],
    [
      'listAuditEntries',
      await both(auditor.call('get', '/v1/audit/entries?limit=50'), auditor.call('get', '/v1/audit/entries?after=x')),
    ],
    ['listKeys', await both(vault.as('security').call('get', '/v1/keys'), admin.call('get', '/v1/keys'))],
    ['listJobs', await both(security.call('get', '/v1/jobs'), vault.as('app').call('get', '/v1/jobs'))],
    ['orderBackup', await both(security.call('post', '/v1/backups', {}), admin.call('post', '/v1/backups', {}))],
    ['orderDrill', await both(security.call('post', '/v1/drills', {}), admin.call('post', '/v1/drills', {}))],
    ['listSlots', await both(security.call('get', '/v1/keys/slots'), admin.call('get', '/v1/keys/slots'))],
    [
      'checkSlots',
      await both(security.call('post', '/v1/keys/slots/check', {}), admin.call('post', '/v1/keys/slots/check', {})),
    ],
    [
      'removeSlot',
      await both(
        security.call('delete', '/v1/keys/slots/usb'),
        security.call('delete', '/v1/keys/slots/none'),
        security.call('delete', '/v1/keys/slots/file?abandon=maybe'),
      ),
    ],
    [
      'compromiseKeys',
      await both(
        vault.as('security').call('post', '/v1/keys/compromise', {
          from: 'bkt_01m81hw3c0e9qav3c1d5x2z7tk',
          to: 'bkt_01m81hw3c0e9qav3c1d5x2z7tk',
        }),
        vault.as('security').call('post', '/v1/keys/compromise', { epoch: 999 }),
      ),
    ],
    [
      'listExposed',
      await both(
        vault.as('security').call('get', '/v1/keys/exposed'),
        vault.as('security').call('get', '/v1/keys/exposed?after=x'),
      ),
    ],
    ...granted,
    [
      'addHook',
      [
        hook,
        await security.call('post', '/v1/hooks', { url: 'https://10.0.0.1/' }),
        await app.call('post', '/v1/hooks', url),
      ],
    ],
    ['testHook', await both(security.call('post', `${ofHook}/test`), security.call('post', `${noHook}/test`))],
    ['listHooks', await both(security.call('get', '/v1/hooks'), app.call('get', '/v1/hooks'))],
    [
      'changeHook',
      await both(
        security.call('patch', ofHook, { paused: true }),
        security.call('patch', ofHook, { events: ['no.such'] }),
        security.call('patch', noHook, { paused: true }),
      ),
    ],
    [
      'rotateHook',
      await both(security.call('post', `${ofHook}/rotate`, {}), security.call('post', `${noHook}/rotate`, {})),
    ],
    [
      'listDeliveries',
      await both(security.call('get', `${ofHook}/deliveries`), security.call('get', `${noHook}/deliveries`)),
    ],
    ...(await callApprovals(vault)),
    ['removeHook', await both(security.call('delete', ofHook), security.call('delete', noHook))],
    ['getStatus', await both(admin.call('get', '/v1/status'), vault.withKey('lethe_no').call('get', '/v1/status'))],
  ];
}
