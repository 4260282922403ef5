/** People and things that the examples of several operations share. */
export const SUBJECT = 'sub_01m81j18g0ewqr325zy4z929z5';
export const PRINCIPAL = 'prn_01m6dqs9m0eeasnng3fhdnxktn';
export const KEY = 'key_01m6dqs9m0e8rrp3vs6gh8ye9k';
export const EMAIL = { token: 'tok_zf5jjpn14gm6hfwqd6wnx5xtezs9cnyh', record: 'rec_01m81j18g0e329asxkdep5tmtc' };
export const NAME = { token: 'tok_0rkh8f34qxffsncjxbmac65c0zw378hs', record: 'rec_01m81j18g0efnva4r0243r8g9g' };
export const CARD = { token: '0718304956124242', record: 'rec_01m81j18g0eswvy96h88hd4q5p' };
export const HASH = { token: 'tok_7e2vd0c9w4tq8m5h1rk6xb3jzn0ys9pf', record: 'rec_01m81j18g0e5csk8wq3tz7v1hd' };
export const MINTED = '4f0c6f0e-6a2b-4d1e-9f57-2c1b8a7d3e90';
export const EXPIRES_AT = '2026-11-23T12:00:00.000Z';
export const STORED_AT = { createdAt: '2026-11-22T12:00:00.000Z', updatedAt: '2026-11-22T12:00:00.000Z' };
export const TENANT = 'ten_1fz07q9k3c';

export const PURPOSE = {
  purpose: 'billing',
  told: 'To charge what you have ordered, and to send you the invoice.',
  basis: 'contract',
  mayObject: false,
  mayWithdraw: false,
  types: ['address', 'card'],
  version: 1,
  declaredAt: '2026-11-02T09:00:00.000Z',
  changedAt: '2026-11-02T09:00:00.000Z',
};
export const OTHER_PRINCIPAL = 'prn_01m6dqs9m0e1y8eq2fz3zp9jq3';
export const APPROVAL = {
  approval: 'apr_01m83rdet0ehaadnnnnhek1nfv',
  kind: 'key',
  action: 'add_principal',
  state: 'waiting',
  about: { name: 'checkout', role: 'app', purposes: ['billing'] },
  orderedBy: PRINCIPAL,
  orderedAt: '2026-11-23T08:30:00.000Z',
  expiresAt: '2026-11-24T08:30:00.000Z',
  needed: 1,
  approvedBy: [],
};
export const POLICY = {
  policy: {
    ...{ approvers: 1, erasureSubjects: 10, hours: 24 },
    ...{ changedAt: '2026-11-02T09:00:00.000Z', changedBy: PRINCIPAL },
  },
  approvers: [OTHER_PRINCIPAL, PRINCIPAL],
};
export const HOOK = 'whk_01m81j18g0e329asxkdep5tmtc';
export const EVENT = 'evt_01m83rdet0ehaadnnnnhek1nfv';
/** Looks like the secret of a hook, and spells EXAMPLE. */
export const EXAMPLE_SECRET = `whsec_${Buffer.from('EXAMPLE-'.repeat(4)).toString('base64')}`;

export const RECEIPT = {
  erasure: 'ers_01m83rdet0ehaadnnnnhek1nfv',
  state: 'completed',
  records: 3,
  subject: SUBJECT,
  orderedAt: '2026-11-23T08:30:00.000Z',
  shreddedAt: '2026-11-23T08:30:00.012Z',
  completedAt: '2026-11-23T08:30:00.019Z',
};

export const ROTATION = {
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

/** Looks like an API key and is none: its secret is the word EXAMPLE, and its checksum is wrong. */
export const EXAMPLE_API_KEY = `lethe_01m6dqs9m0e8rrp3vs6gh8ye9k_${'EXAMPLE-'.repeat(6).slice(0, 43)}_00000000`;

const DESK_RULES = [
  {
    effect: 'allow' as const,
    actions: ['detokenize' as const, 'search' as const],
    types: ['email', 'phone'],
    views: ['masked', 'narrow'],
    purposes: ['support'],
    when: { ticket: 'HELP-######' },
  },
];
export const DESK_BODY = { description: 'The help desk: masked, with a ticket.', rules: DESK_RULES, ifVersion: 1 };
export const DESK_ROLE = {
  ...{ role: 'help-desk', builtIn: false, description: DESK_BODY.description, rules: DESK_RULES },
  ...{ version: 2, changedAt: '2026-11-23T09:00:00.000Z', changedBy: PRINCIPAL },
};
export const DESK_CHANGE = {
  ...{ role: 'help-desk', version: 2, changed: true },
  opened: [{ action: 'search', type: 'phone', purpose: 'support', view: 'masked', allowed: 'sometimes' }],
  closed: [],
  principals: [PRINCIPAL],
};
