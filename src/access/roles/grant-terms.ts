/**
 * What a rule says of the grants that may be ordered by it: for how long at most, and who must agree.
 *
 *   { "effect": "allow", "actions": ["order_grant"], "types": ["email"],
 *     "grant": { "minutes": 60, "approval": "one" } }
 *
 * Guarantees: who must agree is a word. None is a word, too (`none`), and no number that may be left at zero.
 */
import { z } from 'zod';
import type { Action } from '../actions.ts';

/** The more lenient first. `afterwards`: at once and short, and somebody else reviews it (break-glass). */
export const APPROVALS = ['none', 'one', 'two', 'afterwards'] as const;
export const MAX_GRANT_MINUTES = 7 * 24 * 60;
const MAX_REVIEW_HOURS = 7 * 24;
/** A grant that nobody has agreed to is for the emergency it was ordered in. */
export const MAX_BREAK_GLASS_MINUTES = 240;

export const ApprovalSchema = z.enum(APPROVALS).meta({
  id: 'GrantApproval',
  description:
    'Who must agree: `none`; `one` other principal; `two` others of two different roles; `afterwards`: it holds at ' +
    'once, and another reviews it.',
});

export const grantTermsSchema = (of: '' | 'Standing') =>
  z
    .strictObject({
      minutes: z
        .int()
        .min(1)
        .max(MAX_GRANT_MINUTES)
        .describe('For how long at most.')
        .meta({ examples: [60] }),
      approval:
        of === '' ? ApprovalSchema : (z.string().describe('Who must agree.') as unknown as typeof ApprovalSchema),
      reviewHours: z
        .int()
        .min(1)
        .max(MAX_REVIEW_HOURS)
        .optional()
        .describe('With `afterwards`: within how many hours it is to be reviewed.')
        .meta({ examples: [24] }),
    })
    .meta({ id: `${of}GrantTerms`, description: 'What may be ordered by a rule for `order_grant`.' });
export type GrantTerms = z.infer<ReturnType<typeof grantTermsSchema>>;

interface Ruled {
  readonly effect: 'allow' | 'deny';
  readonly actions: readonly Action[];
  readonly grant?: GrantTerms | undefined;
}

/** @returns the faults of what a rule says of grants, with their places in it */
export function faultsInTerms({ effect, actions, grant }: Ruled): { place: string; message: string }[] {
  const isOrdered = effect === 'allow' && actions.includes('order_grant');
  const say = (place: string, message: string) => [{ place, message }];
  if (grant === undefined) {
    return isOrdered ? say('grant', 'For how long at most, and who must agree, must be said with order_grant.') : [];
  }
  if (!isOrdered || actions.length > 1) return say('grant', 'This goes with an allowance of order_grant alone.');
  const isAfterwards = grant.approval === 'afterwards';
  if (isAfterwards !== (grant.reviewHours !== undefined)) {
    return say('grant/reviewHours', 'This is said with `afterwards`, and with nothing else.');
  }
  return isAfterwards && grant.minutes > MAX_BREAK_GLASS_MINUTES
    ? say('grant/minutes', `What nobody has agreed to lasts ${MAX_BREAK_GLASS_MINUTES} minutes at most.`)
    : [];
}
