/**
 * The steps by which a custom type rewrites text. Some make the stored form, in the order that the definition gives.
 * Others say what the compared form ignores; their order makes no difference.
 */
import { foldNarrow, foldWidth } from './normalise.ts';

export const NORMALISING = ['fold_width', 'upper', 'lower', 'remove_spaces', 'remove_separators'] as const;
export type NormalisingStep = (typeof NORMALISING)[number];

export const IGNORING = ['ignore_width', 'ignore_case', 'ignore_spaces', 'ignore_separators'] as const;
export type IgnoringStep = (typeof IGNORING)[number];

const SPACES = /\s/g;
/** White space, everything that is typed for a hyphen, and what people put between groups of digits and letters. */
const SEPARATORS = /[\s\p{Pd}\u2212./_]/gu;

const STEPS: Readonly<Record<NormalisingStep, (text: string) => string>> = {
  fold_width: foldWidth,
  upper: (text) => text.toUpperCase(),
  lower: (text) => text.toLowerCase(),
  remove_spaces: (text) => text.replace(SPACES, ''),
  remove_separators: (text) => text.replace(SEPARATORS, ''),
};

/** Applies the steps to the text, in their order. */
export function normaliseBy(steps: readonly NormalisingStep[], text: string): string {
  return steps.reduce((rewritten, step) => STEPS[step](rewritten), text);
}

/**
 * The compared form. It is equal for two texts exactly if they differ only in what is ignored. Ignoring case also
 * ignores full-width forms, but never takes two letters for one (`straße`, `strasse`): a tenant's own types hold
 * numbers of accounts and badges.
 */
export function comparedBy(ignored: readonly IgnoringStep[], text: string): string {
  let compared = text;
  if (ignored.includes('ignore_width')) compared = foldWidth(compared);
  if (ignored.includes('ignore_case')) compared = foldNarrow(compared);
  if (ignored.includes('ignore_spaces')) compared = compared.replace(SPACES, '');
  if (ignored.includes('ignore_separators')) compared = compared.replace(SEPARATORS, '');
  return compared;
}
