/**
 * A role, compiled once: its rules by action, each with its conditions. `decide.ts` asks it for every call.
 *
 * Guarantees: it says the same as the rules it was made of, in any order of theirs.
 */
import type { GrantId } from '../../ids.ts';
import type { Action } from '../actions.ts';
import { type Sight, sightsOf } from '../relation.ts';
import { type Asked, type Condition, conditionsOf, type Truth } from './conditions.ts';
import type { GrantTerms } from './grant-terms.ts';
import { OF_EVERYONE, type Rule, type ViewKind } from './rules.ts';

export interface CompiledRule {
  /** Its place in the role, from 1; 0 for what everyone may. */
  readonly number: number;
  readonly effect: Rule['effect'];
  /** Of a denial, absent: the action as such is denied. */
  readonly views: ReadonlySet<string> | undefined;
  /** Whether it allows no more than a grant opens. */
  readonly underGrant: boolean;
  readonly conditions: readonly Condition[];
  /** Of an allowance to order grants. */
  readonly terms?: GrantTerms | undefined;
}

export interface CompiledRole {
  readonly name: string;
  readonly rules: ReadonlyMap<Action, readonly CompiledRule[]>;
}

export function compileRole(name: string, rules: readonly Rule[]): CompiledRole {
  const everyone: CompiledRule = { number: 0, effect: 'allow', views: undefined, underGrant: false, conditions: [] };
  const byAction = new Map<Action, CompiledRule[]>(OF_EVERYONE.map((action) => [action, [everyone]]));
  for (const [i, rule] of rules.entries()) {
    const { effect, views } = rule;
    const underGrant = rule.subjects === 'granted';
    const of = { number: i + 1, effect, views: views && new Set(views) };
    const compiled = { ...of, underGrant, conditions: conditionsOf(rule), terms: rule.grant };
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
  /** What is allowed under grants alone: no further than its rule, and no further than one of the grants. */
  readonly granted: readonly { readonly views: ReadonlySet<string>; readonly sights: readonly Sight[] }[];
  /** Whether it is also allowed without any grant. */
  readonly withoutGrant: boolean;
}

const NO_RULES: readonly CompiledRule[] = [];
const NO_VIEWS: ReadonlySet<string> = new Set();

/** @returns undefined if no rule allows the action, or one denies it */
export function allowedBy(role: CompiledRole, action: Action, asked: Asked): Allowed | undefined {
  let withoutGrant = false;
  const granted: Allowed['granted'][number][] = [];
  let views: Set<string> | undefined;
  let denied: Set<string> | undefined;
  for (const rule of role.rules.get(action) ?? NO_RULES) {
    if (!counts(rule, asked)) continue;
    if (rule.effect === 'allow' && rule.underGrant) {
      granted.push({ views: rule.views ?? NO_VIEWS, sights: sightsOf(asked.relation, asked.type?.name) });
    } else if (rule.effect === 'allow') {
      withoutGrant = true;
      views = new Set([...(views ?? []), ...(rule.views ?? [])]);
    } else if (rule.views === undefined) return undefined;
    else denied = new Set([...(denied ?? []), ...rule.views]);
  }
  if (!withoutGrant && granted.length === 0) return undefined;
  return { views: views ?? NO_VIEWS, denied: denied ?? NO_VIEWS, granted, withoutGrant };
}

/**
 * Whether a view is among those allowed and not denied. Whoever sees a value plain has every other view of it.
 * @param needed what a rule must allow for it: `plain` for a view that only those are given who see values plain
 */
export function shows(allowed: Allowed, view: string, needed = view): boolean {
  const { views, denied, granted } = allowed;
  if (isAmong(denied, needed) || (needed === 'plain' && denied.size > 0)) return false;
  return includes(views, needed) || granted.some((under) => includes(under.views, needed) && sightOf(under, view));
}

/**
 * The grant by which something is allowed; undefined where it is allowed without one.
 * @param view absent where none is meant
 */
export function grantOf({ views, granted, withoutGrant }: Allowed, view?: string, needed = view): GrantId | undefined {
  if (view === undefined || needed === undefined) return withoutGrant ? undefined : granted[0]?.sights[0]?.grant;
  if (includes(views, needed)) return undefined;
  return granted.flatMap((under) => (includes(under.views, needed) ? (sightOf(under, view) ?? []) : []))[0]?.grant;
}

function sightOf({ sights }: Allowed['granted'][number], view: string): Sight | undefined {
  return sights.find((sight) => sight.view === 'plain' || sight.view === view);
}

function includes(views: ReadonlySet<string>, view: string): boolean {
  return isAmong(views, view) || views.has('plain');
}

function isAmong(views: ReadonlySet<string>, view: string): boolean {
  return views.has(view) || views.has(kindOf(view));
}

function kindOf(view: string): ViewKind {
  return view === 'plain' || view === 'masked' ? view : 'narrow';
}
