/**
 * The one decision: may this principal do this to that, and how much may it see? Pure, so that every answer can be
 * tested as a row of a table. Whatever no rule allows is refused.
 */
import { VaultError } from '../errors.ts';
import type { Action } from './actions.ts';
import type { Principal } from './principal.ts';
import { RULES } from './roles.ts';

/** The call is not allowed. Nothing has been done; the refusal is audited. */
export class NotAllowedError extends VaultError {
  readonly kind = 'refused';
  readonly code = 'not_allowed';

  constructor(message = 'This API key is not allowed to do this. An administrator decides what it may do.') {
    super(message);
  }
}

/** What a caller is told that asks for more than an audience leaves it. */
export function beyondAudience(): NotAllowedError {
  return new NotAllowedError(
    'This API key is tied to an audience: it uses that audience’s tokens, and no other’s, no records and no subjects, and ' +
      'brings no token along. What it no longer needs it ends by DELETE /v1/tokens/{token}, and erases nothing.',
  );
}

/** The stated purpose is not one of the caller's. Nothing has been shown; the refusal is audited. */
export class PurposeNotAllowedError extends VaultError {
  readonly kind = 'refused';
  readonly code = 'purpose_not_allowed';

  constructor() {
    super('The stated purpose is not among those of this API key.', { field: 'purpose' });
  }
}

/** Values of this data type are kept as a verifier and can be verified, not shown: to no role, for no purpose. */
export class NeverRevealedError extends VaultError {
  readonly kind = 'refused';
  readonly code = 'never_revealed';

  constructor() {
    super('Values of this data type are never shown. POST /v1/verify says whether a value is the right one.');
  }
}

/** The data type does not offer the view that was asked for. */
export class UnknownViewError extends VaultError {
  readonly kind = 'invalid';
  readonly code = 'unknown_view';

  constructor() {
    super('This data type has no such view; GET /v1/types lists those it has.', { field: 'view' });
  }
}

export interface Resource {
  /**
   * The data type concerned, with the views it offers, the widest first; absent for actions on no value. `ofPlain`: what
   * of it only who may see `plain` is given, these views and search by the whole value.
   */
  readonly type?:
    | {
        readonly name: string;
        readonly views: readonly string[];
        readonly ofPlain?: { readonly views: readonly string[]; readonly whole: boolean } | undefined;
      }
    | undefined;
  /** Whether a value is looked for as a whole. */
  readonly whole?: boolean | undefined;
  /** The view asked for; absent: the widest the caller may see. */
  readonly view?: string | undefined;
  /** The stated purpose; required wherever a value may be shown. */
  readonly purpose?: string | undefined;
}

export type Decision =
  | { readonly allowed: true; readonly view: string | undefined }
  | { readonly allowed: false; readonly refusal: VaultError };

/** Actions that show something of a value, for which a purpose is always stated and checked. */
const REVEALING: ReadonlySet<Action> = new Set(['detokenize', 'search']);

/**
 * What a principal tied to an audience may do: it knows tokens, and no records and no subjects. It erases nothing, for a
 * record has other tokens than its own.
 */
const OF_AUDIENCE: ReadonlySet<Action> = new Set([
  'tokenize',
  'detokenize',
  'verify',
  'describe_token',
  'change_token',
  'search',
  'list_types',
]);

export function decide(principal: Principal, action: Action, resource: Resource = {}): Decision {
  const rules = RULES[principal.role].filter(
    (rule) =>
      rule.actions.includes(action) &&
      (rule.types === undefined || resource.type === undefined || rule.types.includes(resource.type.name)),
  );
  if (rules.length === 0) return { allowed: false, refusal: new NotAllowedError() };
  if (principal.audience !== undefined && !OF_AUDIENCE.has(action)) {
    return { allowed: false, refusal: beyondAudience() };
  }
  if (!REVEALING.has(action)) return { allowed: true, view: undefined };
  if (resource.purpose === undefined || !principal.purposes.includes(resource.purpose)) {
    return { allowed: false, refusal: new PurposeNotAllowedError() };
  }
  if (resource.type === undefined) return { allowed: true, view: undefined };
  const offered = ['plain', ...resource.type.views];
  if (resource.view !== undefined && !offered.includes(resource.view)) {
    return { allowed: false, refusal: new UnknownViewError() };
  }
  const { views: ofPlain = [], whole = false } = resource.type.ofPlain ?? {};
  const kinds = rules.flatMap((rule) => rule.views ?? []);
  if (resource.whole && whole && !kinds.includes('plain')) return { allowed: false, refusal: new NotAllowedError() };
  const allowed = offered.filter((view) => kinds.includes(ofPlain.includes(view) ? 'plain' : kindOf(view)));
  const view = resource.view === undefined ? allowed[0] : allowed.find((candidate) => candidate === resource.view);
  return view === undefined ? { allowed: false, refusal: new NotAllowedError() } : { allowed: true, view };
}

/**
 * Whether it could be shown a value of this type, if only masked, for a purpose of its own. Whoever could not is told
 * nothing else that takes after the value, such as a token that holds its last digits.
 */
export function mayBeShown(principal: Principal, type: string): boolean {
  // The view that every type has.
  const resource = { type: { name: type, views: ['masked'] }, view: 'masked' };
  return principal.purposes.some((purpose) => decide(principal, 'detokenize', { ...resource, purpose }).allowed);
}

function kindOf(view: string): 'plain' | 'masked' | 'narrow' {
  return view === 'plain' || view === 'masked' ? view : 'narrow';
}
