/**
 * The one list of codes: kind (hence status and whether a caller may repeat), title, and where they are fixed the message and the
 * field. It is data, and names the codes of all folders. An error is made of a code of the list and of no other (`errors.ts`).
 */
import { CONFLICTS } from './conflicts.ts';
import { FAULTS } from './faults.ts';
import { INSIDE } from './inside.ts';
import { INVALID } from './invalid.ts';
import type { Listed, Published } from './kinds.ts';
import { REFUSALS } from './refusals.ts';

const PUBLISHED = { ...REFUSALS, ...CONFLICTS, ...INVALID, ...FAULTS };
const ALL = { ...PUBLISHED, ...INSIDE };

/** The codes that a reply can hold. */
export type ProblemCode = keyof typeof PUBLISHED;
export type Code = keyof typeof ALL;

type Where<P> = { [C in Code]: (typeof ALL)[C] extends P ? C : never }[Code];
/** The codes that have a message in the list. */
export type FixedCode = Where<{ readonly message: string }>;
export type UnavailableCode = Where<{ readonly kind: 'unavailable' }>;

/** What each code means that a reply can hold, in the order of the API's description. */
export const PROBLEMS: Readonly<Record<ProblemCode, Published>> = PUBLISHED;
/** Every code, also those that no reply holds. */
export const LIST: Readonly<Record<Code, Listed>> = ALL;
