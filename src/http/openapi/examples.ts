/**
 * A request and a reply for every operation, as the API's description shows them: one story about Jane Doe, whom
 * nobody ever met. A test holds each against its schema. An operation without a line here is shown with the examples
 * of its properties.
 */
import { declaredType } from '../../operations/types/declare-type.ts';
import { typeCatalogue } from '../../operations/types/list-types.ts';
import { problemType } from '../problem.ts';
import { type Example, KEY_EXAMPLES } from './key-examples.ts';

const subject = 'sub_01m81j18g0ewqr325zy4z929z5';
const principal = 'prn_01m6dqs9m0eeasnng3fhdnxktn';
const email = { token: 'tok_zf5jjpn14gm6hfwqd6wnx5xtezs9cnyh', record: 'rec_01m81j18g0e329asxkdep5tmtc' };
const name = { token: 'tok_0rkh8f34qxffsncjxbmac65c0zw378hs', record: 'rec_01m81j18g0efnva4r0243r8g9g' };
const card = { token: '0718304956124242', record: 'rec_01m81j18g0eswvy96h88hd4q5p' };
const erasedToken = 'tok_15v7chfy5rbwh743f6rhsh75q92zc29m';
const hash = { token: 'tok_7e2vd0c9w4tq8m5h1rk6xb3jzn0ys9pf', record: 'rec_01m81j18g0e5csk8wq3tz7v1hd' };
const minted = '4f0c6f0e-6a2b-4d1e-9f57-2c1b8a7d3e90';
const expiresAt = '2026-11-23T12:00:00.000Z';
const storedAt = { createdAt: '2026-11-22T12:00:00.000Z', updatedAt: '2026-11-22T12:00:00.000Z' };

const receipt = {
  erasure: 'ers_01m83rdet0ehaadnnnnhek1nfv',
  state: 'completed',
  records: 3,
  subject,
  orderedAt: '2026-11-23T08:30:00.000Z',
  shreddedAt: '2026-11-23T08:30:00.012Z',
  completedAt: '2026-11-23T08:30:00.019Z',
};

const rotation = {
  job: 'job_01m83rdet0ehaadnnnnhek1nfv',
  kind: 'rotate_epoch',
  state: 'running',
  step: 'rewrap',
  done: 1_500,
  total: 3_907,
  ratePerSecond: 2_410.5,
  secondsLeft: 1,
  orderedAt: '2026-11-23T02:00:00.000Z',
  startedAt: '2026-11-23T02:00:00.120Z',
  updatedAt: '2026-11-23T02:00:01.004Z',
  detail: {},
};

const badge = {
  name: 'x_staff_badge',
  description: 'The number on a staff badge: two letters and six digits.',
  category: 'account' as const,
  base: 'text' as const,
  maxLength: 8,
  pattern: '[A-Z]{2}[0-9]{6}',
  normalise: ['upper' as const, 'remove_separators' as const],
  compare: [],
  spread: 'unique' as const,
  distinct: 1_000_000,
  views: { masked: '******{last:2}' },
  formats: [],
  examples: ['AB123456', 'ab 123-456'],
};

export const EXAMPLES: Readonly<Record<string, Example>> = {
  tokenize: {
    request: {
      purpose: 'billing',
      items: [
        { type: 'email', value: 'Jane.Doe@example.com', subject: 'cust_42', label: 'billing' },
        { type: 'name', value: { given: 'Jane', family: 'Doe' }, subject: 'cust_42' },
        {
          type: 'card',
          value: { number: '4242 4242 4242 4242', expiry_month: 1, expiry_year: 2030 },
          subject: 'cust_42',
          format: 'card',
          reuse: true,
        },
        { type: 'password', value: 'correct horse battery staple', subject: 'cust_42' },
      ],
    },
    reply: {
      results: [
        { ...email, subject, masked: 'J***@example.com', created: true },
        { ...name, subject, masked: 'J*** D***', created: true },
        { ...card, subject, masked: '**** **** **** 4242', created: true },
        { ...hash, subject, masked: '********', created: true },
      ],
    },
  },
  detokenize: {
    request: { tokens: [email.token, erasedToken], purpose: 'billing', view: 'plain', reason: 'case 4711' },
    reply: {
      results: [
        { token: email.token, type: 'email', view: 'plain', value: 'Jane.Doe@example.com' },
        { token: erasedToken, error: { code: 'record_erased' } },
      ],
    },
  },
  search: {
    request: {
      type: 'card',
      part: 'last4',
      value: '4242',
      and: [{ type: 'email', value: 'jane.doe@example.com' }],
      purpose: 'support',
    },
    reply: { results: [{ ...card, subject, masked: '**** **** **** 4242' }], more: false },
  },
  verify: {
    request: { token: hash.token, value: 'correct horse battery staple' },
    reply: { verified: true },
  },
  describeToken: {
    reply: { ...email, format: 'random', subject, type: 'email', label: 'billing', version: 1, ...storedAt },
  },
  mintToken: {
    request: { record: email.record, format: 'uuid', audience: 'crm', ttlSeconds: 86_400, uses: 3 },
    reply: { token: minted, format: 'uuid', audience: 'crm', expiresAt, usesLeft: 3 },
  },
  extendToken: {
    request: { ttlSeconds: 86_400 },
    reply: { token: minted, format: 'uuid', audience: 'crm', expiresAt, usesLeft: 2 },
  },
  revokeToken: { reply: { token: minted, revokedAt: '2026-11-22T12:30:00.000Z' } },
  describeRecord: {
    reply: {
      record: email.record,
      subject,
      type: 'email',
      label: 'billing',
      version: 1,
      ...storedAt,
      tokens: [
        { token: email.token, format: 'random', state: 'live' },
        { token: minted, format: 'uuid', audience: 'crm', expiresAt, usesLeft: 2, state: 'live' },
      ],
    },
  },
  correctRecord: {
    request: { value: 'jane.roe@example.com', reason: 'asked by the customer' },
    reply: { record: email.record, version: 2, masked: 'j***@example.com' },
  },
  erase: { request: { ref: 'cust_42', reason: 'asked by the customer' }, reply: receipt },
  getErasure: { reply: { ...receipt, state: 'final', finalAt: '2026-11-24T03:00:04.512Z' } },
  getCertificate: { reply: { erasure: receipt.erasure, state: 'pending', waitsFor: ['epoch_close'] } },
  resolveSubject: { request: { ref: 'cust_42' }, reply: { subject } },
  getSubject: {
    reply: {
      subject,
      createdAt: storedAt.createdAt,
      records: [
        {
          record: email.record,
          subject,
          type: 'email',
          label: 'billing',
          version: 1,
          ...storedAt,
          tokens: [email.token],
        },
        { record: name.record, subject, type: 'name', version: 1, ...storedAt, tokens: [name.token] },
      ],
      more: true,
    },
  },
  listTypes: { reply: { types: typeCatalogue().slice(0, 1) } },
  declareType: { request: badge, reply: declaredType(badge, 1) },
  setKeep: {
    request: { keep: 'network' },
    reply: { ...typeCatalogue().find(({ name }) => name === 'ip'), keep: 'network' },
  },
  addPrincipal: {
    request: { name: 'checkout', role: 'app', purposes: ['billing'], expiresAt: '2027-11-02T09:00:00.000Z' },
    reply: { principal, apiKey: exampleApiKey() },
  },
  listPrincipals: {
    reply: {
      principals: [
        {
          principal,
          name: 'checkout',
          role: 'app',
          purposes: ['billing'],
          createdAt: '2026-11-02T09:00:00.000Z',
          expiresAt: '2027-11-02T09:00:00.000Z',
        },
      ],
      more: false,
    },
  },
  revokePrincipal: { reply: { principal, revokedAt: '2026-11-23T09:00:00.000Z' } },
  addTenant: {
    request: { name: 'shop-eu' },
    reply: {
      tenant: 'ten_01m6b1yq00eb6sx0f2tx83rp19',
      principal: 'prn_01m6dqs9m0e1y8eq2fz3zp9jq3',
      apiKey: exampleApiKey(),
    },
  },
  listTenants: {
    reply: {
      tenants: [{ tenant: 'ten_01m6b1yq00eb6sx0f2tx83rp19', name: 'shop-eu', createdAt: '2026-11-02T09:00:00.000Z' }],
      more: false,
    },
  },
  rotateKeys: { request: {}, reply: { job: rotation.job } },
  getJob: { reply: rotation },
  jobEvents: { reply: rotation },
  listAuditEntries: {
    reply: {
      entries: [
        {
          entry: 'aud_01m81j9hb7e5p8ejh3e1fqyhkr',
          at: '2026-11-22T12:04:31.207Z',
          principal,
          action: 'detokenize',
          outcome: 'done',
          purpose: 'billing',
          view: 'plain',
          records: [email.record],
          reasonStated: true,
          request: 'req_01m81j9hb4ezb8cjvmsyzynw8p',
        },
      ],
      more: false,
    },
  },
  ...KEY_EXAMPLES,
  getStatus: {
    reply: {
      release: '0.1.0',
      recordStore: { engine: 'postgres', reachable: true, schema: '0005-marks' },
      keyStore: { engine: 'postgres', reachable: true, schema: '0005-marks' },
      epoch: 1,
      dirtyBuckets: 2,
      unfinishedErasures: 0,
    },
  },
};

/** Where the fault usually lies, for the problems that name a place. */
const FIELDS: Readonly<Record<string, string>> = {
  idempotency_key_reused: 'Idempotency-Key',
  invalid_request: 'type',
  invalid_value: 'value',
  invalid_token: 'token',
  not_searchable: 'type',
  option_not_offered: 'reuse',
  purpose_not_allowed: 'purpose',
  tenant_exists: 'name',
  not_confirmed: 'confirm',
  token_format_not_offered: 'format',
  token_taken: 'token',
  unknown_part: 'part',
  invalid_definition: 'pattern',
  low_entropy_index: 'distinct',
  type_base_fixed: 'base',
  too_many_types: 'name',
  too_many_versions: 'name',
  unknown_keep: 'keep',
  unknown_type: 'type',
};

/** The places above that are an item's, where a request has items. */
const OF_ITEMS: ReadonlySet<string> = new Set(['type', 'value', 'format', 'reuse', 'token']);

/** A problem as an operation may answer it; a test holds it against the schema. */
export function exampleProblem(
  operationId: string,
  problem: { code: string; title: string; status: number },
  publicUrl?: string,
): unknown {
  const { code, title, status } = problem;
  const field = FIELDS[code];
  const item = operationId === 'tokenize' && field !== undefined && OF_ITEMS.has(field) ? 'items/0/' : '';
  return {
    type: problemType(code, publicUrl),
    title,
    status,
    code,
    detail: title,
    ...(field === undefined ? {} : { field: item + field }),
    request: 'req_01m81j9hb4ezb8cjvmsyzynw8p',
  };
}

/** Shaped like an API key, and none: its secret is the word EXAMPLE and its checksum is wrong. */
function exampleApiKey(): string {
  return `lethe_01m6dqs9m0e8rrp3vs6gh8ye9k_${'EXAMPLE-'.repeat(6).slice(0, 43)}_00000000`;
}
