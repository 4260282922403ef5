/**
 * The one list of codes, those of all folders. Every error has a code of this list and no other (`errors.ts`). An entry
 * is data: the kind, which decides the status and whether a caller may repeat; the title; and the message and the
 * field, if they are fixed.
 */
import { CONFLICTS } from './conflicts.ts';
import { FAULTS } from './faults.ts';
import { GRANTS } from './grants.ts';
import { INSIDE } from './inside.ts';
import { INVALID } from './invalid.ts';
import type { Listed, Published } from './kinds.ts';
import { REFUSALS } from './refusals.ts';

const PUBLISHED = { ...REFUSALS, ...CONFLICTS, ...GRANTS, ...INVALID, ...FAULTS };
const ALL = { ...PUBLISHED, ...INSIDE };

/** The codes that a reply can hold. */
export type ProblemCode = keyof typeof PUBLISHED;
export type Code = keyof typeof ALL;

type Where<P> = { [C in Code]: (typeof ALL)[C] extends P ? C : never }[Code];
/** The codes that have a message in the list. */
export type FixedCode = Where<{ readonly message: string }>;
export type UnavailableCode = Where<{ readonly kind: 'unavailable' }>;

/** The entries of codes that a reply can hold, in the order of the API's description. */
export const PROBLEMS: Readonly<Record<ProblemCode, Published>> = PUBLISHED;
/** The entries of all codes, also of those that no reply holds. */
export const LIST: Readonly<Record<Code, Listed>> = ALL;
