/**
 * Why a call would be allowed or refused: each rule of the role that speaks of the action, and what would be needed.
 *
 * Guarantees: agrees with `decide`, which it asks; the reasons come from the same conditions.
 */
import type { Action } from '../actions.ts';
import { askedOf, decide, isForPurpose, type Resource, rulesOf } from '../decide.ts';
import type { Principal } from '../principal.ts';
import { GRANTED } from '../relation.ts';
import { allowedBy, counts } from './compiled-role.ts';
import type { Circumstances, Condition } from './conditions.ts';
import { REVEALING } from './rules.ts';

export interface RuleFound {
  /** Its place in the role, from 1; 0 for what every API key may do. */
  readonly rule: number;
  readonly effect: 'allow' | 'deny';
  /** Whether it counts: an allowance that matches, a denial that may. */
  readonly counts: boolean;
  /** The conditions that do not hold, and those that cannot be told. */
  readonly unmet: readonly Condition['name'][];
  readonly untold: readonly Condition['name'][];
}

/** What stands in the way. */
export const NEEDS = [
  'another_role',
  'conditions',
  'grant',
  'no_denial',
  'no_audience',
  'purpose',
  'purpose_for_type',
  'wider_view',
] as const;

export interface Explained {
  readonly allowed: boolean;
  readonly view?: string;
  readonly code?: string;
  readonly rules: readonly RuleFound[];
  readonly needs: readonly (typeof NEEDS)[number][];
}

export function explain(
  principal: Principal,
  action: Action,
  resource: Resource = {},
  circumstances: Circumstances = {},
): Explained {
  const decision = decide(principal, action, resource, circumstances);
  const asked = askedOf(principal, resource, circumstances);
  const role = rulesOf(principal);
  const rules = (role.rules.get(action) ?? []).map((rule): RuleFound => {
    const of = (truth: boolean | undefined) =>
      rule.conditions.filter((condition) => condition.holds(asked) === truth).map(({ name }) => name);
    return {
      ...{ rule: rule.number, effect: rule.effect, counts: counts(rule, asked) },
      ...{ unmet: of(false), untold: of(undefined) },
    };
  });
  if (decision.allowed) return { allowed: true, ...(decision.view && { view: decision.view }), rules, needs: [] };
  const { code } = decision.refusal;
  const needs: (typeof NEEDS)[number][] = [];
  const of = (effect: RuleFound['effect']) => rules.filter((rule) => rule.effect === effect);
  const allowed = allowedBy(role, action, asked);
  if (of('allow').length === 0) needs.push('another_role');
  else if (isMissing(principal, action, resource, circumstances)) needs.push('grant');
  else if (!of('allow').some((rule) => rule.counts)) needs.push('conditions');
  else if (allowed === undefined) needs.push('no_denial');
  else if (principal.audience !== undefined && code === 'not_allowed' && !REVEALING.has(action)) {
    needs.push('no_audience');
  }
  const { needs: needed } = principal;
  const ofPurpose = needed?.get(resource.purpose ?? '');
  const types = ofPurpose?.types;
  const isNeeded = needed === undefined || types === 'all' || types?.has(resource.type?.name ?? '');
  if (code === 'purpose_not_allowed') needs.push('purpose');
  else if (isForPurpose(action, resource) && !isNeeded) needs.push('purpose_for_type');
  if (needs.length === 0) needs.push('wider_view');
  return { allowed: false, code, rules, needs };
}

/** Whether a grant is all that is missing. */
function isMissing(...[principal, action, resource, circumstances]: Required<Parameters<typeof explain>>): boolean {
  const isOpen = resource.relation === undefined || resource.relation.grants.length === 0;
  return isOpen && decide(principal, action, { ...resource, relation: GRANTED }, circumstances).allowed;
}
