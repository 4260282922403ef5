/**
 * The one decision: may this principal do this to that, and how much may it see? Pure, so that every answer can be
 * tested as a row of a table. What no rule allows is refused.
 */
import { VaultError } from '../errors.ts';
import type { Action } from './actions.ts';
import type { Principal } from './principal.ts';
import { RULES } from './roles.ts';

/** The refusal of a caller that asks for more than its audience allows. */
export function beyondAudience(): VaultError {
  return new VaultError(
    'not_allowed',
    'This API key is tied to an audience: it uses that audience’s tokens, and no other’s, no records and no subjects, and ' +
      'brings no token along. What it no longer needs it ends by DELETE /v1/tokens/{token}, and erases nothing.',
  );
}

/** Says which purposes the caller has: to itself, so that it mends its call without asking an administrator. */
function otherPurpose({ purposes }: Principal): VaultError {
  const has = purposes.length === 0 ? 'It has none.' : `It has: ${purposes.join(', ')}.`;
  const message = `The stated purpose is not among those of this API key. ${has}`;
  return new VaultError('purpose_not_allowed', message, { field: 'purpose' });
}

export interface Resource {
  /**
   * The data type concerned, with the views it offers, the widest first; absent for actions on no value. `ofPlain` is
   * what only a caller that may see `plain` is given: these views, and, if `whole`, search by the whole value.
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

/** Actions that show something of a value: a purpose is always stated for them, and checked. */
const REVEALING: ReadonlySet<Action> = new Set(['detokenize', 'search']);

/**
 * What a principal tied to an audience may do: it knows tokens, and no records or subjects. It erases nothing, since a
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
  'describe_caller',
]);

export function decide(principal: Principal, action: Action, resource: Resource = {}): Decision {
  const rules = RULES[principal.role].filter(
    (rule) =>
      rule.actions.includes(action) &&
      (rule.types === undefined || resource.type === undefined || rule.types.includes(resource.type.name)),
  );
  if (rules.length === 0) return { allowed: false, refusal: new VaultError('not_allowed') };
  if (principal.audience !== undefined && !OF_AUDIENCE.has(action)) {
    return { allowed: false, refusal: beyondAudience() };
  }
  if (!REVEALING.has(action)) return { allowed: true, view: undefined };
  if (resource.purpose === undefined || !principal.purposes.includes(resource.purpose)) {
    return { allowed: false, refusal: otherPurpose(principal) };
  }
  if (resource.type === undefined) return { allowed: true, view: undefined };
  const offered = ['plain', ...resource.type.views];
  if (resource.view !== undefined && !offered.includes(resource.view)) {
    return { allowed: false, refusal: new VaultError('unknown_view') };
  }
  const { views: ofPlain = [], whole = false } = resource.type.ofPlain ?? {};
  const kinds = rules.flatMap((rule) => rule.views ?? []);
  if (resource.whole && whole && !kinds.includes('plain')) {
    return { allowed: false, refusal: new VaultError('not_allowed') };
  }
  const allowed = offered.filter((view) => kinds.includes(ofPlain.includes(view) ? 'plain' : kindOf(view)));
  const view = resource.view === undefined ? allowed[0] : allowed.find((candidate) => candidate === resource.view);
  return view === undefined ? { allowed: false, refusal: new VaultError('not_allowed') } : { allowed: true, view };
}

/**
 * Whether the principal could be shown a value of this type, if only masked, for one of its own purposes. One that
 * could not is told nothing else that takes after the value, such as a token that holds its last digits.
 */
export function mayBeShown(principal: Principal, type: string): boolean {
  // Every type has this view.
  const resource = { type: { name: type, views: ['masked'] }, view: 'masked' };
  return principal.purposes.some((purpose) => decide(principal, 'detokenize', { ...resource, purpose }).allowed);
}

function kindOf(view: string): 'plain' | 'masked' | 'narrow' {
  return view === 'plain' || view === 'masked' ? view : 'narrow';
}
