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
export const GRANT_ORDER = {
  subjects: [SUBJECT],
  types: ['email'],
  view: 'plain',
  ticket: 'HELP-004711',
  reason: 'The invoice went to an address that she no longer has.',
  minutes: 30,
};
export const GRANT = {
  ...{ grant: 'gra_01m83rdet0ehaadnnnnhek1nfv', kind: 'ordered', state: 'waiting', principal: PRINCIPAL },
  ...{ orderedBy: PRINCIPAL, subjects: [SUBJECT], types: ['email'], view: 'plain', minutes: 30 },
  ...{ approvals: [], missing: 1, orderedAt: '2026-11-23T09:00:00.000Z', endsAt: '2026-11-24T09:00:00.000Z' },
};
const APPROVER = 'prn_01m6dqs9m0e9mscq3zqbc4c0wd';
export const APPROVED_GRANT = {
  ...GRANT,
  ...{ state: 'in_force', missing: 0, beginsAt: '2026-11-23T09:05:00.000Z', endsAt: '2026-11-23T09:35:00.000Z' },
  approvals: [{ principal: APPROVER, role: 'admin', at: '2026-11-23T09:05:00.000Z' }],
};
export const ENDED_GRANT = {
  ...{
    ...GRANT,
    state: 'over',
    missing: 0,
    endedAt: '2026-11-23T09:10:00.000Z',
    endedAs: 'revoked',
    endedBy: APPROVER,
  },
};
export const REVIEWED_GRANT = {
  ...{ ...GRANT, kind: 'break_glass', state: 'over', missing: 0, reviewBy: '2026-11-24T09:00:00.000Z' },
  ...{ beginsAt: '2026-11-23T09:00:00.000Z', endsAt: '2026-11-23T09:30:00.000Z', reviewedBy: APPROVER },
  reviewedAt: '2026-11-23T15:00:00.000Z',
};
export const CODE_GRANT = {
  ...{ ...GRANT, kind: 'code', state: 'in_force', missing: 0, orderedBy: APPROVER },
  ...{ beginsAt: '2026-11-23T09:00:00.000Z', endsAt: '2026-11-23T09:30:00.000Z' },
};
export const CHOICE = { purpose: 'news', choice: 'withdrawn', number: 2, at: '2026-11-22T12:00:00.000Z' };
export const LINK =
  'q0Vb3m8Kx2Jd7Rf1Tz5Wc9Yh4Ng6Ls0Pa3Ue8Io2Bv7Xm1Qk5Zj9Hd4Gf6Rt0Cy3Nw8Ls2Pa7Ue1Io5Bv9Xm4Qk6Zj0Hd3Gf8Rt2Cy7Nw1Ls5Pa9Ue4Io6Bv0Xm3Qk8Zj2';
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
export const REPLAYED = {
  ...{ since: '2026-10-24T09:00:00.000Z', entries: 2_140, complete: true },
  ...{ closed: 0, opened: 12, otherView: 0, untold: 3 },
};
export const DESK_CHANGE = {
  ...{ role: 'help-desk', version: 2, changed: true },
  opened: [{ action: 'search', type: 'phone', purpose: 'support', view: 'masked', allowed: 'sometimes' }],
  closed: [],
  principals: [PRINCIPAL],
};
