/**
 * A role, compiled once: its rules by action, each with its conditions. `decide.ts` asks it for every call.
 *
 * Guarantees: it says the same as the rules it was made of, in any order of theirs.
 */
import type { Action } from '../actions.ts';
import { type Asked, type Condition, conditionsOf, type Truth } from './conditions.ts';
import { OF_EVERYONE, type Rule, type ViewKind } from './rules.ts';

export interface CompiledRule {
  /** Its place in the role, from 1; 0 for what everyone may. */
  readonly number: number;
  readonly effect: Rule['effect'];
  /** Of a denial, absent: the action as such is denied. */
  readonly views: ReadonlySet<string> | undefined;
  readonly conditions: readonly Condition[];
}

export interface CompiledRole {
  readonly name: string;
  readonly rules: ReadonlyMap<Action, readonly CompiledRule[]>;
}

export function compileRole(name: string, rules: readonly Rule[]): CompiledRole {
  const everyone: CompiledRule = { number: 0, effect: 'allow', views: undefined, conditions: [] };
  const byAction = new Map<Action, CompiledRule[]>(OF_EVERYONE.map((action) => [action, [everyone]]));
  for (const [i, rule] of rules.entries()) {
    const { effect, views } = rule;
    const compiled = { number: i + 1, effect, views: views && new Set(views), conditions: conditionsOf(rule) };
    for (const action of rule.actions) byAction.set(action, [...(byAction.get(action) ?? []), compiled]);
  }
  return { name, rules: byAction };
}

/** Whether all conditions of a rule hold. False if one does not, and undefined if that cannot be told. */
function matches({ conditions }: CompiledRule, asked: Asked): Truth {
  let all: Truth = true;
  for (const condition of conditions) {
    const holds = condition.holds(asked);
    if (holds === false) return false;
    if (holds === undefined) all = undefined;
  }
  return all;
}

/** A denial counts unless it certainly does not match; an allowance counts only if it certainly does. */
export function counts(rule: CompiledRule, asked: Asked): boolean {
  const matched = matches(rule, asked);
  return rule.effect === 'deny' ? matched !== false : matched === true;
}

/** What the rules of a role come to, for an action in its circumstances. */
export interface Allowed {
  readonly views: ReadonlySet<string>;
  readonly denied: ReadonlySet<string>;
}

const NO_RULES: readonly CompiledRule[] = [];
const NO_VIEWS: ReadonlySet<string> = new Set();

/** @returns undefined if no rule allows the action, or one denies it */
export function allowedBy(role: CompiledRole, action: Action, asked: Asked): Allowed | undefined {
  let isAllowed = false;
  let views: Set<string> | undefined;
  let denied: Set<string> | undefined;
  for (const rule of role.rules.get(action) ?? NO_RULES) {
    if (!counts(rule, asked)) continue;
    if (rule.effect === 'allow') {
      isAllowed = true;
      views = new Set([...(views ?? []), ...(rule.views ?? [])]);
    } else if (rule.views === undefined) return undefined;
    else denied = new Set([...(denied ?? []), ...rule.views]);
  }
  return isAllowed ? { views: views ?? NO_VIEWS, denied: denied ?? NO_VIEWS } : undefined;
}

/** Whether a view is among those allowed and not denied. Whoever sees a value plain has every other view of it. */
export function shows({ views, denied }: Allowed, view: string): boolean {
  const isIn = (those: ReadonlySet<string>) => those.has(view) || those.has(kindOf(view));
  if (isIn(denied) || (view === 'plain' && denied.size > 0)) return false;
  return isIn(views) || views.has('plain');
}

function kindOf(view: string): ViewKind {
  return view === 'plain' || view === 'masked' ? view : 'narrow';
}
