/**
 * The legal bases of GDPR Art. 6(1), and what each gives the person. Pure.
 *
 * Consent can be withdrawn, always (Art. 7(3)). Whoever processes for legitimate interests or a public task may meet an
 * objection (Art. 21(1)); only compelling grounds, which a tenant has to state, stand against one. No other basis knows
 * either right.
 */
export const BASES = [
  'contract',
  'consent',
  'legal_obligation',
  'legitimate_interests',
  'vital_interests',
  'public_task',
] as const;
export type DeclaredBasis = (typeof BASES)[number];
/** `undeclared`: the word was on a principal before there were purposes, and nobody has said what it rests on. */
export const UNDECLARED = 'undeclared';
export type Basis = DeclaredBasis | typeof UNDECLARED;

export function isBasis(text: string): text is Basis {
  return text === UNDECLARED || BASES.some((basis) => basis === text);
}

export function takesObjections(basis: Basis): boolean {
  return basis === 'legitimate_interests' || basis === 'public_task';
}

export function canBeWithdrawn(basis: Basis): boolean {
  return basis === 'consent';
}
