/** The language of rules: what a role may say, and when a rule matches. */
import { describe, expect, test } from 'vitest';
import { needsOf } from '../../src/access/needs.ts';
import { faultsOf } from '../../src/access/roles/check.ts';
import { compileRole, counts } from '../../src/access/roles/compiled-role.ts';
import type { Asked } from '../../src/access/roles/conditions.ts';
import { conflictOf } from '../../src/access/roles/duties.ts';
import { cellsOf } from '../../src/access/roles/matrix.ts';
import { faultsIn } from '../../src/access/roles/rule-faults.ts';
import { type Rule, RulesSchema } from '../../src/access/roles/rules.ts';
import { readTicketPattern } from '../../src/access/roles/ticket-pattern.ts';
import { clockOf } from '../../src/access/roles/zone-clock.ts';
import { ROLES, RULES } from '../../src/access/roles.ts';

const LOOK: Rule = { effect: 'allow', actions: ['detokenize'], views: ['masked'] };
const TYPES = [
  { name: 'email', category: 'contact', views: ['plain', 'masked', 'domain'], ofPlain: [] },
  { name: 'card', category: 'payment', views: ['plain', 'masked', 'bin', 'last4'], ofPlain: ['bin'] },
  { name: 'password', category: 'account', views: ['masked'], ofPlain: [] },
];

const IN_USE = new Set(['support', 'marketing']);

/** The place of the first thing that the language refuses. */
function refusedAt(rule: unknown): string | undefined {
  const { data, error } = RulesSchema.safeParse([rule]);
  if (data !== undefined) return data.flatMap(faultsIn)[0]?.place.replaceAll('/', '.');
  const [issue] = error.issues;
  return issue && [...issue.path.slice(1), ...('keys' in issue ? issue.keys : [])].join('.');
}

test.each<[string, object]>([
  ['effect', { effect: 'maybe' }],
  ['actions', { actions: [] }],
  ['actions.0', { actions: ['detokenise'] }],
  ['actions', { actions: ['detokenize', 'detokenize'] }],
  ['actions', { actions: ['list_types'], views: undefined }],
  ['subject', { subject: 'any' }],
  ['subjects', { subjects: 'mine' }],
  ['subjects', { actions: ['detokenize', 'search'], subjects: 'granted' }],
  ['subjects', { actions: ['tokenize'], views: undefined, subjects: 'self' }],
  ['subjects', { effect: 'deny', subjects: 'granted' }],
  ['tenant', { tenant: 'ten_1fz07q9k3c' }],
  ['views', { views: undefined }],
  ['views', { actions: ['tokenize'] }],
  ['views', { actions: ['detokenize', 'erase'] }],
  ['types', { actions: ['erase'], views: undefined, types: ['email'] }],
  ['categories', { actions: ['read_record'], views: undefined, categories: ['contact'] }],
  ['purposes', { actions: ['tokenize'], views: undefined, purposes: ['billing'] }],
  ['purposes.0', { purposes: ['Ada Lovelace'] }],
  ['when', { when: {} }],
  ['when.ticket', { when: { ticket: '.' } }],
  ['when.ticket', { when: { ticket: 'HELP' } }],
  // Each of these could end in several places, and so take long for a ticket that does not fit.
  ...['#+#+', '#+#', '#+1', '#@+@', '#@+A', '#@+@@+@@+'].map((ticket): [string, object] => [
    ...(['when.ticket', { when: { ticket } }] as const),
  ]),
  ['when.ticket', { when: { ticket: '(a#)*' } }],
  ['when.ticket', { actions: ['correct'], views: undefined, when: { ticket: '#' } }],
  ['when.reason', { actions: ['tokenize'], views: undefined, when: { reason: true } }],
  ['when.reason', { when: { reason: false } }],
  ['when', { effect: 'deny', when: { reason: true } }],
  ['when.networks.0', { when: { networks: ['0.0.0.0/0'] } }],
  ['when.networks.0', { when: { networks: ['10.0.0.1/8'] } }],
  ['when.hours.zone', { when: { hours: { zone: '+02:00', from: '08:00', to: '18:00' } } }],
  ['when.hours.zone', { when: { hours: { zone: 'Europe/Atlantis', from: '08:00', to: '18:00' } } }],
  ['when.hours.to', { when: { hours: { zone: 'UTC', from: '08:00', to: '08:00' } } }],
  ['when.hours.from', { when: { hours: { zone: 'UTC', from: '24:00', to: '08:00' } } }],
  ['when.hours.days', { when: { hours: { zone: 'UTC', days: ['mon', 'mon'], from: '08:00', to: '18:00' } } }],
  ['when.weather', { when: { weather: 'fine' } }],
])('%s is refused: %j', (place, more) => {
  const { views, ...rest } = { ...LOOK, ...more };
  expect(refusedAt(views === undefined ? rest : { ...rest, views })).toBe(place);
});

test('what is not refused is kept as it was written', () => {
  const rule = {
    ...{ effect: 'allow', actions: ['detokenize', 'search'], types: ['email'], categories: ['payment'] },
    ...{ views: ['masked', 'last4'], purposes: ['support'], subjects: 'any' },
    when: {
      ...{ reason: true, ticket: 'HELP-####', networks: ['10.0.0.0/8', '2001:db8::/32'] },
      hours: { zone: 'Europe/Vienna', days: ['mon', 'fri'], from: '08:00', to: '24:00' },
    },
  };
  expect(RulesSchema.parse([rule])).toEqual([rule]);
  expect(faultsIn(rule as Rule)).toEqual([]);
  for (const role of ROLES) expect(RulesSchema.parse(RULES[role])).toEqual(RULES[role]);
});

test.each([
  ['HELP-####', ['HELP-0042'], ['HELP-42', 'help-0042', 'HELP-00421', ' HELP-0042', 'HELP-0042\n', '.', '']],
  ['@+-#+', ['A-1', 'ABC-123'], ['-1', 'A-', 'a-1', 'ÄB-1', 'A-١']],
  ['case/#.#', ['case/1.2'], ['case/1x2']],
])('the ticket pattern %s', (pattern, fit, others) => {
  const shape = readTicketPattern(pattern);
  expect(fit.filter((ticket) => shape?.test(ticket))).toEqual(fit);
  expect(others.filter((ticket) => shape?.test(ticket))).toEqual([]);
});

describe('a rule', () => {
  /** Whether it matches; `unknown` where that cannot be told. */
  const told = (when: NonNullable<Rule['when']>, asked: Asked): boolean | 'unknown' => {
    const [allow, deny] = (['allow', 'deny'] as const).map((effect) => {
      const [rule] = compileRole('r', [{ ...LOOK, effect, when }]).rules.get('detokenize') ?? [];
      return rule !== undefined && counts(rule, asked);
    });
    return allow === deny ? (allow as boolean) : 'unknown';
  };
  const at = (time: string) => ({ at: new Date(time) });

  test.each<[string, string[], string, string, [string, boolean][]]>([
    [
      'Europe/Vienna',
      ['mon', 'tue', 'wed', 'thu', 'fri'],
      '08:00',
      '18:00',
      [
        ['2026-11-23T06:59:59Z', false],
        ['2026-11-23T07:00:00Z', true],
        ['2026-11-23T16:59:59Z', true],
        ['2026-11-23T17:00:00Z', false],
        // In summer the zone is an hour further.
        ['2026-07-06T06:00:00Z', true],
        ['2026-07-06T16:00:00Z', false],
        ['2026-11-22T10:00:00Z', false],
      ],
    ],
    [
      'America/New_York',
      ['fri'],
      '22:00',
      '06:00',
      [
        ['2026-11-28T02:59:59Z', false],
        ['2026-11-28T03:00:00Z', true],
        ['2026-11-28T10:59:59Z', true],
        ['2026-11-28T11:00:00Z', false],
        ['2026-11-27T10:59:59Z', false],
      ],
    ],
    [
      'UTC',
      ['sun'],
      '00:00',
      '24:00',
      [
        ['2026-11-22T23:59:59Z', true],
        ['2026-11-23T00:00:00Z', false],
      ],
    ],
    [
      'Asia/Kathmandu',
      ['mon'],
      '00:00',
      '00:15',
      [
        ['2026-11-22T18:15:00Z', true],
        ['2026-11-22T18:30:00Z', false],
      ],
    ],
  ])('of hours in %s on %j from %s to %s', (zone, days, from, to, times) => {
    const hours = { zone, days: days as never, from, to };
    expect(times.map(([time]) => [time, told({ hours }, at(time))])).toEqual(times);
    expect(told({ hours }, {})).toBe('unknown');
    expect(told({ hours }, at('never'))).toBe('unknown');
  });

  test('of data types: before the type is known, and where its category is not', () => {
    const matched = (more: Partial<Rule>, asked: Asked) =>
      (['allow', 'deny'] as const).map((effect) => {
        const [rule] = compileRole('r', [{ ...LOOK, ...more, effect }]).rules.get('detokenize') ?? [];
        return rule !== undefined && counts(rule, asked);
      });
    // An allowance may still come, and no denial stands yet.
    expect(matched({ types: ['email'] }, {})).toEqual([true, false]);
    // What cannot be told refuses.
    expect(matched({ categories: ['contact'] }, { type: { name: 'email' } })).toEqual([false, true]);
    expect(matched({ types: ['email'], categories: ['payment'] }, { type: { name: 'email' } })).toEqual([true, true]);
    expect(matched({ categories: ['payment'] }, { type: { name: 'email', category: 'contact' } })).toEqual([
      false,
      false,
    ]);
  });

  test('of hours: one clock for all rules of a zone, however it is spelt', () => {
    expect(clockOf('europe/vienna')).toBe(clockOf('Europe/Vienna'));
    expect(clockOf('Europe/Vienna')(new Date('2026-11-23T08:30:00Z'))).toEqual({ day: 0, minute: 9 * 60 + 30 });
  });

  test('of networks', () => {
    const networks = ['10.0.0.0/8', '2001:db8::/32'];
    const of = (address: string | undefined) => told({ networks }, { address });
    expect(['10.1.2.3', '::ffff:10.1.2.3', '2001:db8::1'].map(of)).toEqual([true, true, true]);
    expect(['11.0.0.1', '2001:db9::1'].map(of)).toEqual([false, false]);
    expect([undefined, '', '010.0.0.1', 'localhost'].map(of)).toEqual(['unknown', 'unknown', 'unknown', 'unknown']);
  });

  test('of a reason or a ticket', () => {
    const allows = (when: NonNullable<Rule['when']>, asked: Asked) => {
      const [rule] = compileRole('r', [{ ...LOOK, when }]).rules.get('detokenize') ?? [];
      return rule !== undefined && counts(rule, asked);
    };
    expect([undefined, '', '.', ' - ', 'x'].map((reason) => allows({ reason: true }, { reason }))).toEqual([
      ...[false, false, false, false, true],
    ]);
    expect(['HELP-1', 'HELP-', undefined].map((ticket) => allows({ ticket: 'HELP-#' }, { ticket }))).toEqual([
      ...[true, false, false],
    ]);
  });
});

test.each<[string, Rule[]]>([
  ['rules/0/types/0', [{ ...LOOK, types: ['emial'] }]],
  ['rules/0/categories/0', [{ ...LOOK, categories: ['health'] }]],
  ['rules/0/views/0', [{ ...LOOK, types: ['email'], views: ['last4'] }]],
  ['rules/1/views/1', [LOOK, { ...LOOK, views: ['masked', 'first4'] }]],
  ['rules/0/views/0', [{ ...LOOK, views: ['bin'] }]],
  ['rules/0/actions/0', [{ effect: 'allow', actions: ['unseal'] }]],
  ['rules/0/purposes/1', [{ ...LOOK, purposes: ['support', 'billling'] }]],
  ['rules/0', [LOOK, { effect: 'deny', actions: ['detokenize'] }]],
  [
    'rules/0',
    [
      { ...LOOK, types: ['email'] },
      { effect: 'deny', actions: ['detokenize'], categories: ['contact'] },
    ],
  ],
  [
    'rules/0',
    [
      { ...LOOK, views: ['plain'] },
      { ...LOOK, effect: 'deny', views: ['masked', 'narrow'] },
    ],
  ],
  [
    'rules/0',
    [
      { ...LOOK, types: ['password'], views: ['plain'] },
      { ...LOOK, effect: 'deny', views: ['masked'] },
    ],
  ],
  // What a denial leaves of one purpose or action says nothing of another.
  [
    'rules/0',
    [
      { ...LOOK, purposes: ['support'] },
      { ...LOOK, purposes: ['marketing'] },
      { effect: 'deny', actions: ['detokenize'], purposes: ['support'] },
    ],
  ],
  ['rules/0', [LOOK, { ...LOOK, actions: ['search'] }, { effect: 'deny', actions: ['detokenize'] }]],
  ['rules', [LOOK, { effect: 'allow', actions: ['add_principal'] }]],
  [
    'rules',
    [
      { effect: 'allow', actions: ['tokenize'] },
      { effect: 'allow', actions: ['read_audit'] },
    ],
  ],
  ['rules', [LOOK, { effect: 'allow', actions: ['rotate_keys'] }]],
  ...(['declare_purpose', 'declare_type', 'add_hook', 'change_hook', 'remove_hook'] as const).map(
    (action): [string, Rule[]] => ['rules', [LOOK, { effect: 'allow', actions: [action] }]],
  ),
])('a role is refused at %s: %j', (place, rules) => {
  expect(faultsOf(rules, TYPES, IN_USE).map(({ field, code }) => field ?? code)).toEqual([place]);
});

test('a denial that leaves something is no fault', () => {
  const deny: Rule = { effect: 'deny', actions: ['detokenize'] };
  expect(faultsOf([LOOK, { ...deny, types: ['card'] }], TYPES, IN_USE)).toEqual([]);
  expect(faultsOf([LOOK, { ...deny, purposes: ['marketing'] }], TYPES, IN_USE)).toEqual([]);
  expect(faultsOf([LOOK, { ...deny, when: { networks: ['10.0.0.0/8'] } }], TYPES, IN_USE)).toEqual([]);
  expect(
    faultsOf(
      [
        { ...LOOK, views: ['plain'] },
        { ...deny, views: ['masked'] },
      ],
      TYPES,
      IN_USE,
    ),
  ).toEqual([]);
  expect(faultsOf([], TYPES, IN_USE)).toEqual([]);
});

test('a view that needs plain is in the matrix of those alone who see plain', () => {
  const views = (of: string[]) =>
    cellsOf(compileRole('r', [{ ...LOOK, types: ['card'], views: of }]), TYPES, []).flatMap(({ view }) => view ?? []);
  expect(views(['narrow'])).toEqual(['last4']);
  expect(views(['plain'])).toEqual(['plain', 'masked', 'bin', 'last4']);
});

test('a purpose that has ended, or was altered, needs nothing and shows nothing', () => {
  const said = { basis: 'contract', told: 'To try.', mayObject: false, mayWithdraw: false, version: 1 } as const;
  const at = new Date(0);
  const facts = { ...said, types: undefined, declaredAt: at, changedAt: at, endedAt: undefined, isAltered: false };
  const purposes = [
    { ...facts, purpose: 'used' },
    { ...facts, purpose: 'ended', endedAt: at },
    { ...facts, purpose: 'altered', isAltered: true },
  ];
  expect([...needsOf(purposes)]).toEqual([['used', { types: 'all', ground: 'nothing' }]]);
});

test('no built-in role has duties that must lie apart', () => {
  for (const role of ROLES) expect([role, conflictOf(RULES[role])]).toEqual([role, undefined]);
});
