/** What holds of any role: a denial never widens, no view goes beyond a rule's, and what is told agrees with `decide`. */
import { expect, test } from 'vitest';
import { decide, type Resource } from '../../src/access/decide.ts';
import type { Principal } from '../../src/access/principal.ts';
import { GRANTED, type Relation, SELF, type Sight } from '../../src/access/relation.ts';
import { purposesIn } from '../../src/access/roles/check.ts';
import { compileRole } from '../../src/access/roles/compiled-role.ts';
import { explain } from '../../src/access/roles/explain.ts';
import { cellsOf, differenceOf } from '../../src/access/roles/matrix.ts';
import type { Rule } from '../../src/access/roles/rules.ts';
import type { GrantId, PrincipalId, TenantId } from '../../src/ids.ts';
import { fc } from '../support/properties.ts';

const TYPES = [
  { name: 'email', category: 'contact', views: ['plain', 'masked', 'domain'], ofPlain: [] },
  { name: 'card', category: 'payment', views: ['plain', 'masked', 'bin', 'last4'], ofPlain: ['bin'] },
];
const PURPOSES = ['billing', 'support', 'fraud'];
const ACTIONS = ['detokenize', 'search', 'tokenize', 'erase'] as const;
const VIEWS = ['plain', 'masked', 'narrow', 'domain', 'last4'];

const some = <T>(of: readonly T[]) => fc.uniqueArray(fc.constantFrom(...of), { minLength: 1 });
const optional = <K extends string, T>(name: K, of: fc.Arbitrary<T>) =>
  fc.option(of, { nil: undefined }).map((value) => (value === undefined ? {} : { [name]: value }));

const revealing = (effect: 'allow' | 'deny') =>
  fc
    .tuple(
      some(['detokenize', 'search'] as const),
      effect === 'allow' ? some(VIEWS).map((views) => ({ views })) : optional('views', some(VIEWS)),
      optional('types', some(['email', 'card'])),
      optional('categories', some(['contact', 'payment'])),
      optional('purposes', some(['billing', 'support'])),
      optional('when', fc.constantFrom({ networks: ['10.0.0.0/8'] }, ...(effect === 'allow' ? [{ ticket: '#' }] : []))),
    )
    .map(([actions, ...parts]) => Object.assign({ effect, actions }, ...parts) as Rule);
const ofSome = fc
  .tuple(
    fc.constantFrom('granted' as const, 'self' as const),
    some(VIEWS),
    optional('types', some(['email', 'card'])),
    optional('purposes', some(['billing', 'support'])),
  )
  .map(
    ([subjects, views, ...parts]): Rule =>
      Object.assign({ effect: 'allow' as const, actions: ['detokenize' as const], subjects, views }, ...parts),
  );
const plainly = (effect: 'allow' | 'deny') =>
  some(['tokenize', 'erase'] as const).map((actions): Rule => ({ effect, actions }));
const ruleOf = (effect: 'allow' | 'deny') =>
  fc.oneof(
    { weight: 4, arbitrary: revealing(effect) },
    plainly(effect),
    ...(effect === 'allow' ? [{ weight: 3, arbitrary: ofSome }] : []),
  );
const rules = fc.array(fc.oneof({ weight: 3, arbitrary: ruleOf('allow') }, ruleOf('deny')), { maxLength: 6 });

const sights = fc.array(
  fc.record({
    grant: fc.constantFrom('gra_1' as GrantId, 'gra_2' as GrantId),
    types: fc.oneof(
      fc.constant('all' as const),
      some(['email', 'card']).map((names) => new Set(names)),
    ),
    view: fc.constantFrom('plain', 'masked', 'domain', 'bin', 'last4'),
  }),
  { maxLength: 3 },
);
const relation: fc.Arbitrary<Relation> = fc.record({ self: fc.boolean(), grants: sights });

const asked = fc.record({
  relation,
  action: fc.constantFrom(...ACTIONS),
  type: fc.constantFrom(...TYPES),
  view: fc.constantFrom(undefined, 'plain', 'masked', 'domain', 'bin', 'last4'),
  purpose: fc.constantFrom(...PURPOSES),
  address: fc.constantFrom(undefined, '10.0.0.1', '192.0.2.1'),
  ticket: fc.constantFrom(undefined, '7', 'x'),
});
type Asked = typeof asked extends fc.Arbitrary<infer A> ? A : never;

const who = (of: readonly Rule[]): Principal => ({
  ...{ principal: 'prn_test' as PrincipalId, tenant: 'ten_test' as TenantId, role: 'own', audience: undefined },
  ...{ rules: compileRole('own', of), purposes: PURPOSES },
});
function resourceOf({ type, view, purpose, relation }: Asked): Resource {
  const { name, category, views, ofPlain } = type;
  return {
    ...{ view, purpose, relation },
    type: { name, category, views: views.filter((one) => one !== 'plain'), ofPlain: { views: ofPlain, whole: false } },
  };
}
const decided = (of: readonly Rule[], one: Asked) =>
  decide(who(of), one.action, resourceOf(one), { address: one.address, ticket: one.ticket });
const isAllowed = (of: readonly Rule[], one: Asked) => decided(of, one).allowed;

test('adding a denial, or removing an allowance, never widens', () => {
  fc.assert(
    fc.property(rules, ruleOf('deny'), ruleOf('allow'), asked, (of, denial, allowance, one) => {
      if (isAllowed([...of, denial], one)) expect(isAllowed(of, one)).toBe(true);
      if (isAllowed(of, one)) expect(isAllowed([...of, allowance], one)).toBe(true);
    }),
  );
});

const covers = (sight: Sight, { type }: Asked, view: string) =>
  (sight.types === 'all' || sight.types.has(type.name)) && ['plain', view].includes(sight.view);

test('removing a grant, or the session of the person, never widens', () => {
  fc.assert(
    fc.property(rules, asked, sights, (of, one, more) => {
      const { relation } = one;
      const wider = { ...one, relation: { ...relation, grants: [...relation.grants, ...more] } };
      if (isAllowed(of, one)) expect(isAllowed(of, wider)).toBe(true);
      const stranger = { ...one, relation: { self: false, grants: [] } };
      if (isAllowed(of, stranger)) expect(isAllowed(of, one)).toBe(true);
      const unrelated = { ...one, relation: undefined } as unknown as Asked;
      if (isAllowed(of, unrelated)) expect(isAllowed(of, stranger)).toBe(true);
    }),
  );
});

test('no view under a grant goes beyond the grant’s, and what needs none names none', () => {
  fc.assert(
    fc.property(rules, asked, (of, one) => {
      const decision = decided(of, one);
      if (!decision.allowed || decision.view === undefined) return;
      const { view, grant } = decision;
      const without = decided(of, { ...one, view: view as 'plain', relation: { ...one.relation, grants: [] } });
      expect(without.allowed).toBe(grant === undefined);
      if (grant === undefined) return;
      const named = one.relation.grants.filter((sight) => sight.grant === grant);
      expect(named.some((sight) => covers(sight, one, view))).toBe(true);
    }),
  );
});

test('the order of rules says nothing', () => {
  fc.assert(
    fc.property(rules, asked, (of, one) => {
      expect(decided([...of].reverse(), one)).toEqual(decided(of, one));
    }),
  );
});

test('a view is shown only if a rule for that type and purpose names it, its kind, or plain', () => {
  fc.assert(
    fc.property(rules, asked, (of, one) => {
      const decision = decided(of, one);
      if (!decision.allowed || decision.view === undefined) return;
      const view = decision.view;
      const kind = ['plain', 'masked'].includes(view) ? view : 'narrow';
      const enough = view === 'bin' ? ['plain'] : [view, kind, 'plain'];
      const reaches = ({ effect, actions, types, categories, purposes, views }: Rule) =>
        effect === 'allow' &&
        actions.includes(one.action) &&
        (!(types ?? categories) || types?.includes(one.type.name) || categories?.includes(one.type.category)) &&
        (purposes?.includes(one.purpose) ?? true) &&
        views?.some((each) => enough.includes(each));
      expect(of.some(reaches)).toBe(true);
    }),
  );
});

test('explaining agrees with deciding, and says what is needed if and only if it is refused', () => {
  fc.assert(
    fc.property(rules, asked, (of, one) => {
      const decision = decided(of, one);
      const told = explain(who(of), one.action, resourceOf(one), { address: one.address, ticket: one.ticket });
      expect(told.allowed).toBe(decision.allowed);
      expect(told.needs.length > 0).toBe(!decision.allowed);
      if (decision.allowed) expect(told.view).toBe(decision.view);
      else expect(told.code).toBe(decision.refusal.code);
      for (const { effect, counts, unmet, untold } of told.rules) {
        expect(counts).toBe(unmet.length === 0 && (effect === 'deny' || untold.length === 0));
      }
    }),
  );
});

test('the matrix has what is decided: always, sometimes, or never', () => {
  fc.assert(
    fc.property(rules, asked, (of, one) => {
      const cells = cellsOf(compileRole('own', of), TYPES, purposesIn(of));
      const isRevealing = one.action === 'detokenize' || one.action === 'search';
      if (isRevealing && one.view === undefined) return;
      const purpose = purposesIn(of).includes(one.purpose) ? one.purpose : '*';
      const there = cells.filter(
        (each) =>
          each.action === one.action &&
          (each.type === undefined || each.type === one.type.name) &&
          (!isRevealing || (each.purpose === purpose && each.view === one.view)),
      );
      const offered = one.type.views.includes(one.view ?? 'plain');
      const standing = { granted: GRANTED, self: SELF };
      for (const { subjects, allowed } of there) {
        const whose = { ...one, relation: subjects === undefined ? one.relation : standing[subjects] };
        if (allowed === 'always') expect(isAllowed(of, whose) || !offered).toBe(true);
      }
      const { self, grants } = one.relation;
      const concerns = { granted: grants.length > 0, self };
      if (isAllowed(of, one)) expect(there.some(({ subjects }) => !subjects || concerns[subjects])).toBe(true);
    }),
  );
});

test('what opens one way closes the other way', () => {
  fc.assert(
    fc.property(rules, rules, (before, after) => {
      const purposes = [...new Set([...purposesIn(before), ...purposesIn(after)])];
      const [a, b] = [before, after].map((of) => cellsOf(compileRole('own', of), TYPES, purposes));
      const [there, back] = [differenceOf(a ?? [], b ?? []), differenceOf(b ?? [], a ?? [])];
      expect(there.opened).toEqual(back.closed);
      expect(there.closed).toEqual(back.opened);
    }),
  );
});
