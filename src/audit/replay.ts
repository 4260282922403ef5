/**
 * What would have come of the latest calls under other rules of their role: a changed role, tried on the log.
 *
 * Guarantees: a look counts as different only if that is certain: its refusal or view is as the log has it, and the
 * changed rules say otherwise whatever the log does not tell of the call. The rest counts as untold, unless the rules
 * that speak of it are as they were. Bounded: the newest entries, and it says if there were more.
 * Does not: know the texts of tickets, nor networks, nor whether a search was by the whole value. Purposes are today's.
 */
import type { Action } from '../access/actions.ts';
import { decide, type Resource } from '../access/decide.ts';
import type { Needs } from '../access/needs.ts';
import { type CompiledRole, compileRole } from '../access/roles/compiled-role.ts';
import { OF_CALL } from '../access/roles/conditions.ts';
import { REVEALING, type Rule } from '../access/roles/rules.ts';
import type { PrincipalId, TenantId } from '../ids.ts';
import type { Reader } from '../storage/tx.ts';
import { type AuditRow, newestOf } from './entries.ts';
import { type Look, looksOf } from './looks.ts';

const MAX_ENTRIES = 20_000;
const LONGEST_MS = 2_000;

export interface Change {
  readonly tenant: TenantId;
  readonly role: string;
  readonly before: readonly Rule[];
  readonly after: readonly Rule[];
  readonly holders: readonly PrincipalId[];
  readonly types: ReadonlyMap<string, NonNullable<Resource['type']>>;
  readonly needs: Needs;
}

/** How many values: shown, and refused then; refused, and shown then; shown in another view; and those not told. */
export interface Replayed {
  readonly entries: number;
  readonly complete: boolean;
  readonly closed: number;
  readonly opened: number;
  readonly otherView: number;
  readonly untold: number;
}

type Difference = 'same' | 'closed' | 'opened' | 'otherView' | 'untold';
/** The view shown, or that it is refused; undefined: that depends on what is not told. */
type Outcome = { readonly view: string | undefined } | undefined;

/** @param since from when on the log is looked at */
export async function replay(
  reader: Reader<'records'>,
  change: Change,
  since: Date,
  clock: () => Date,
): Promise<Replayed> {
  const counted = { same: 0, closed: 0, opened: 0, otherView: 0, untold: 0 };
  const differenceOf = differing(change);
  const touched = actionsTouched(change);
  const until = clock().getTime() + LONGEST_MS;
  const each = Math.ceil(MAX_ENTRIES / Math.max(change.holders.length, 1));
  let [entries, complete] = [0, true];
  for (const principal of change.holders) {
    let left = each;
    for await (const page of newestOf(reader, { tenant: change.tenant, principal }, since)) {
      if (left <= 0 || clock().getTime() > until) {
        complete = false;
        break;
      }
      left -= page.length;
      entries += page.length;
      for (const row of page.filter(({ action }) => REVEALING.has(action as Action))) {
        const looks = looksOf(row);
        for (const look of looks ?? []) counted[differenceOf(row, look)] += look.values;
        // Refused before it was known what it was about.
        const isBlind = looks === undefined && row.code === 'not_allowed';
        if (isBlind && touched.has(row.action)) counted.untold += 1;
      }
    }
  }
  const { same: _, ...different } = counted;
  return { entries, complete, ...different };
}

/** The actions of which rules differ. */
function actionsTouched({ before, after }: Change): ReadonlySet<string> {
  const of = (rules: readonly Rule[], action: Action) =>
    JSON.stringify(
      rules
        .filter(({ actions }) => actions.includes(action))
        .map((rule) => JSON.stringify(rule))
        .sort(),
    );
  return new Set([...REVEALING].filter((action) => of(before, action) !== of(after, action)));
}

function differing(change: Change): (row: AuditRow, look: Look) => Difference {
  const { role, before, after } = change;
  const [was, would] = [compileRole(role, before), compileRole(role, after)];
  const known = new Map<string, boolean>();
  return (row, look) => {
    const [action, type, purpose] = [row.action as Action, change.types.get(look.type), row.purpose];
    if (type === undefined || purpose === null) return 'same';
    const place = JSON.stringify([action, look.type, purpose]);
    const isSame = known.get(place) ?? spoken(was, before) === spoken(would, after);
    known.set(place, isSame);
    if (isSame) return 'same';
    const then = outcomeUnder(change, would, row, look);
    if (then === undefined) return 'untold';
    const now = outcomeUnder(change, was, row, look);
    if (now?.view === then.view && now !== undefined) return 'same';
    if (look.view === then.view) return 'same';
    if (then.view === undefined) return 'closed';
    return look.view === undefined ? 'opened' : 'otherView';

    /** The rules that speak of it, as they were written. */
    function spoken({ rules }: CompiledRole, written: readonly Rule[]): string {
      const asked = { type, purpose: purpose ?? undefined };
      const speaking = (rules.get(action) ?? []).filter(
        ({ conditions }) =>
          !conditions.some((condition) => !OF_CALL.has(condition.name) && condition.holds(asked) === false),
      );
      return JSON.stringify(speaking.map(({ number }) => JSON.stringify(written[number - 1])).sort());
    }
  };
}

/** The same in every case that the log leaves open, or undefined. */
function outcomeUnder({ tenant, role, types, needs }: Change, rules: CompiledRole, row: AuditRow, look: Look): Outcome {
  const purposes = row.purpose === null ? [] : [row.purpose];
  const principal = {
    principal: row.principal as PrincipalId,
    tenant,
    role,
    rules,
    purposes,
    needs,
    audience: undefined,
  };
  const told = new Set(['reason', 'hours', ...(row.ticket_mac === null ? ['ticket'] : [])]);
  const circumstances = { at: new Date(row.at), reason: row.reason_mac === null ? undefined : 'stated', told };
  const wholes = row.action === 'detokenize' ? [false] : [false, true];
  const outcomes = (['best', 'worst'] as const).flatMap((assume) =>
    wholes.map((whole) => {
      const resource = { type: types.get(look.type), view: look.asked, purpose: purposes[0], whole, assume };
      const decision = decide(principal, row.action as Action, resource, circumstances);
      return decision.allowed ? decision.view : undefined;
    }),
  );
  return new Set(outcomes).size === 1 ? { view: outcomes[0] } : undefined;
}
