/**
 * What a principal may do, by which rules, and when it last did it: what people look at who review access.
 *
 * Guarantees: a right is here exactly if `decide` could allow it, at best. Its last use comes from the principal's own
 * newest entries, a bounded number; how far back they reach is said, so that nothing is called unused for longer than
 * is known.
 */
import type { Action } from '../access/actions.ts';
import { decide, type Resource, rulesOf } from '../access/decide.ts';
import type { Principal } from '../access/principal.ts';
import { counts } from '../access/roles/compiled-role.ts';
import { REVEALING } from '../access/roles/rules.ts';
import type { Reader } from '../storage/tx.ts';
import { newestOf } from './entries.ts';
import { looksOf } from './looks.ts';

/** How many of a principal's newest entries are looked at, more or less. */
const LOOKED_AT = 1_000;

export interface Right {
  readonly action: Action;
  /** Absent for an action that shows nothing. */
  readonly type?: string | undefined;
  readonly purpose?: string | undefined;
  /** The widest first. */
  readonly views: readonly string[];
  /** Whether it depends on the reason, ticket, network or hour of the call. */
  readonly sometimes: boolean;
  /** Their places in the role, from 1. */
  readonly rules: readonly number[];
  readonly lastUsed?: Date | undefined;
}

export interface Used {
  readonly entries: number;
  /** Of nothing before this is it known whether it was used. */
  readonly since: Date;
  readonly lastCall: Date | undefined;
  readonly last: ReadonlyMap<string, Date>;
}

const keyOf = (action: string, type?: string, purpose?: string | null) => `${action} ${type ?? ''} ${purpose ?? ''}`;

/** @param made when the principal was added */
export async function usesOf(
  reader: Reader<'records'>,
  who: Pick<Principal, 'tenant' | 'principal'>,
  made: Date,
): Promise<Used> {
  const last = new Map<string, Date>();
  let [entries, since, lastCall]: [number, Date, Date | undefined] = [0, made, undefined];
  for await (const page of newestOf(reader, who, new Date(0))) {
    if (entries >= LOOKED_AT) return { entries, since, lastCall, last };
    for (const row of page) {
      since = new Date(row.at);
      lastCall ??= since;
      if (row.outcome !== 'done' && row.outcome !== 'replayed') continue;
      const shown = (looksOf(row) ?? []).filter(({ view }) => view !== undefined);
      for (const key of [keyOf(row.action), ...shown.map(({ type }) => keyOf(row.action, type, row.purpose))]) {
        if (!last.has(key)) last.set(key, since);
      }
    }
    entries += page.length;
  }
  return { entries, since: made, lastCall, last };
}

/** Every right of the principal, in the order of actions, types and purposes. */
export function rightsOf(
  principal: Principal,
  types: readonly NonNullable<Resource['type']>[],
  { last }: Pick<Used, 'last'>,
): Right[] {
  const rights: Right[] = [];
  for (const [action, rules] of rulesOf(principal).rules) {
    const shows = REVEALING.has(action);
    for (const type of shows ? types : [undefined]) {
      for (const purpose of shows ? principal.purposes : [undefined]) {
        const allowed = (assume: 'best' | 'worst', view?: string) =>
          decide(principal, action, { type, purpose, view, assume }).allowed;
        if (!allowed('best')) continue;
        const views = type === undefined ? [] : ['plain', ...type.views].filter((view) => allowed('best', view));
        const sometimes = views.length === 0 ? !allowed('worst') : !views.every((view) => allowed('worst', view));
        const counting = rules.filter(
          (rule) => rule.effect === 'allow' && rule.number > 0 && counts(rule, { type, purpose, assume: 'best' }),
        );
        // What every API key may do is no right of a role.
        if (counting.length === 0) continue;
        const place = { action, type: type?.name, purpose, lastUsed: last.get(keyOf(action, type?.name, purpose)) };
        rights.push({ ...place, views, sometimes, rules: counting.map(({ number }) => number) });
      }
    }
  }
  return rights;
}
