/**
 * When a rule matches a call: each thing that it names is a condition, and all must hold.
 *
 * Guarantees: a condition that cannot be told from what is known of the call is neither true nor false. Then an
 * allowance does not match, and a denial does. So who is asked about without a place, a time or a reason is refused.
 * Pure: the time and the place of a call come with the question.
 */
import { isIn, type Network, readAddress, readNetwork } from '../../network-address.ts';
import { type Relation, sightsOf } from '../relation.ts';
import { DAYS, isOfSome, type Rule } from './rules.ts';
import { readTicketPattern } from './ticket-pattern.ts';
import { clockOf } from './zone-clock.ts';

/** What is known of a call beside who makes it and what it does. */
export interface Circumstances {
  readonly at?: Date | undefined;
  /** Where the call comes from; absent: unknown. */
  readonly address?: string | undefined;
  readonly reason?: string | undefined;
  readonly ticket?: string | undefined;
  /** The conditions of the single call that are told all the same where `assume` stands for the others. */
  readonly told?: ReadonlySet<string> | undefined;
}

export interface Asked extends Circumstances {
  /** The data type concerned; absent for an action on no value, and before it is known which. */
  readonly type?: { readonly name: string; readonly category?: string | undefined } | undefined;
  readonly purpose?: string | undefined;
  /** How the person concerned stands to the caller; absent before it is known who that is. */
  readonly relation?: Relation | undefined;
  /** Takes what depends on the single call to be as the rule wants it (`best`), or as it does not (`worst`). */
  readonly assume?: 'best' | 'worst' | undefined;
}

export type Truth = boolean | undefined;
export const CONDITIONS = ['types', 'subjects', 'purposes', 'reason', 'ticket', 'networks', 'hours'] as const;
/** Those that depend on the single call. */
export const OF_CALL: ReadonlySet<string> = new Set<(typeof CONDITIONS)[number]>([
  ...(['reason', 'ticket', 'networks', 'hours'] as const),
]);
export interface Condition {
  readonly name: (typeof CONDITIONS)[number];
  holds(asked: Asked): Truth;
}

/** The conditions of a rule. A rule without any matches every call of its actions. */
export function conditionsOf(rule: Rule): readonly Condition[] {
  const { effect, types, categories, purposes, when = {} } = rule;
  const { reason, ticket, networks, hours } = when;
  const conditions: (Condition | undefined)[] = [
    (types ?? categories) && typesCondition(effect, new Set(types), new Set(categories)),
    isOfSome(rule) ? subjectsCondition(effect, rule.subjects === 'self') : undefined,
    purposes && {
      name: 'purposes',
      holds: ({ purpose }) => (purpose === undefined ? undefined : purposes.includes(purpose)),
    },
    reason === true ? ofCall(effect, 'reason', ({ reason: stated }) => /[\p{L}\p{N}]/u.test(stated ?? '')) : undefined,
    ticket === undefined ? undefined : ticketCondition(effect, ticket),
    networks && networksCondition(effect, networks),
    hours && hoursCondition(effect, hours),
  ];
  return conditions.filter((condition) => condition !== undefined);
}

/** Before the type is known, an allowance may match, and a denial does not yet. */
function typesCondition(
  effect: Rule['effect'],
  names: ReadonlySet<string>,
  categories: ReadonlySet<string>,
): Condition {
  const holds = ({ type }: Asked): Truth => {
    if (type === undefined) return effect === 'allow';
    if (names.has(type.name)) return true;
    if (categories.size === 0) return false;
    return type.category === undefined ? undefined : categories.has(type.category);
  };
  return { name: 'types', holds };
}

/** Before it is known what the call is about, an allowance may match. From then on it must be known whom. */
function subjectsCondition(effect: Rule['effect'], ofSelf: boolean): Condition {
  const holds = ({ relation, type, assume }: Asked): Truth => {
    if (relation !== undefined) return ofSelf ? relation.self : sightsOf(relation, type?.name).length > 0;
    if (assume !== undefined) return (assume === 'best') === (effect === 'allow');
    return type === undefined && effect === 'allow' ? true : undefined;
  };
  return { name: 'subjects', holds };
}

/** A condition on the single call. */
function ofCall(effect: Rule['effect'], name: Condition['name'], tells: (asked: Asked) => Truth): Condition {
  const holds = (asked: Asked): Truth => {
    if (asked.assume === undefined || asked.told?.has(name)) return tells(asked);
    return (asked.assume === 'best') === (effect === 'allow');
  };
  return { name, holds };
}

function ticketCondition(effect: Rule['effect'], pattern: string): Condition {
  const shape = readTicketPattern(pattern);
  return ofCall(effect, 'ticket', ({ ticket }) => ticket !== undefined && shape?.test(ticket));
}

function networksCondition(effect: Rule['effect'], texts: readonly string[]): Condition {
  const networks = texts.map(readNetwork).filter((network): network is Network => network !== undefined);
  return ofCall(effect, 'networks', ({ address }) => {
    const from = address === undefined ? undefined : readAddress(address);
    return from && isIn(from, networks);
  });
}

type Hours = NonNullable<NonNullable<Rule['when']>['hours']>;
const DAY_MINUTES = 24 * 60;

function hoursCondition(effect: Rule['effect'], { zone, days = [...DAYS], from, to }: Hours): Condition {
  const clock = clockOf(zone);
  const [begin, end] = [minutesOf(from), minutesOf(to)];
  const begins = (day: number) => days.includes(DAYS[(day + DAYS.length) % DAYS.length] as (typeof DAYS)[number]);
  return ofCall(effect, 'hours', ({ at }) => {
    if (at === undefined || Number.isNaN(at.getTime())) return undefined;
    const { day, minute } = clock(at);
    if (begin < end) return begins(day) && minute >= begin && minute < end;
    return (begins(day) && minute >= begin) || (begins(day - 1) && minute < end);
  });
}

function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return Math.min(hours * 60 + minutes, DAY_MINUTES);
}
