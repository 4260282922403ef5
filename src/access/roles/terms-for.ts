/** On which terms a role may have a grant of certain data types, for so long: by the rules that allow each of them. */
import { type CompiledRole, counts } from './compiled-role.ts';
import type { Asked } from './conditions.ts';
import { APPROVALS, type GrantTerms } from './grant-terms.ts';

export interface WantedGrant {
  readonly types: readonly NonNullable<Asked['type']>[];
  readonly minutes: number;
  /** At once, to be reviewed afterwards. */
  readonly breakGlass: boolean;
}

/**
 * Of each type the most lenient terms that a rule offers, and of those the strictest. A denial is the decision's.
 * @returns undefined where a type is offered by no rule for so long, or not in this way
 */
export function termsFor(role: CompiledRole, asked: Asked, wanted: WantedGrant): GrantTerms | undefined {
  const ofTypes = wanted.types.map((type) => {
    const rules = (role.rules.get('order_grant') ?? []).filter((rule) => counts(rule, { ...asked, type }));
    const offers = rules.flatMap(({ terms }) => (terms !== undefined && isOffered(terms, wanted) ? terms : []));
    return offers.sort(byLeniency)[0];
  });
  if (ofTypes.includes(undefined)) return undefined;
  return (ofTypes as GrantTerms[]).sort(byLeniency).at(-1);
}

function isOffered({ approval, minutes }: GrantTerms, wanted: WantedGrant): boolean {
  return minutes >= wanted.minutes && (approval === 'afterwards') === wanted.breakGlass;
}

function byLeniency(one: GrantTerms, other: GrantTerms): number {
  const order = APPROVALS.indexOf(one.approval) - APPROVALS.indexOf(other.approval);
  return order === 0 ? (other.reviewHours ?? 0) - (one.reviewHours ?? 0) : order;
}
