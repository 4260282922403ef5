/**
 * The one decision: may this principal do this to that, and how much may it see? Pure, so that every answer can be
 * tested as a row of a table. What no rule allows is refused.
 */
import { VaultError } from '../errors.ts';
import type { Action } from './actions.ts';
import type { Principal } from './principal.ts';
import { ROLES, type Role, RULES } from './roles.ts';

/** The refusal of a caller that asks for more than its audience allows. */
export function beyondAudience(): VaultError {
  return new VaultError(
    'not_allowed',
    'This API key is tied to an audience: it uses that audience’s tokens, and no other’s, no records and no subjects, and ' +
      'brings no token along. What it no longer needs it ends by DELETE /v1/tokens/{token}, and erases nothing.',
  );
}

/** The refusal of a role. It names those that may, which are the same in every vault and public. */
function beyondRole(role: Role, may: readonly Role[]): VaultError {
  if (may.length === 0) return new VaultError('not_allowed');
  const needed =
    may.length === 1 ? `the role ${may[0]}` : `one of the roles ${may.slice(0, -1).join(', ')} and ${may.at(-1)}`;
  return new VaultError('not_allowed', `This takes ${needed}. This API key has the role ${role}.`);
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

/** Actions that show something of a value, or tell of it: a purpose is always stated for them, and checked. */
const REVEALING: ReadonlySet<Action> = new Set(['detokenize', 'search', 'match']);

/**
 * What a principal tied to an audience may do: it knows tokens, and no records or subjects. It erases nothing, since a
 * record has other tokens than its own.
 */
const OF_AUDIENCE: ReadonlySet<Action> = new Set([
  'tokenize',
  'detokenize',
  'verify',
  'match',
  'describe_token',
  'change_token',
  'search',
  'list_types',
]);

export function decide(principal: Principal, action: Action, resource: Resource = {}): Decision {
  const { role } = principal;
  const refused = (refusal: VaultError): Decision => ({ allowed: false, refusal });
  const may = (reaches: (kinds: readonly ViewKind[]) => boolean) =>
    ROLES.filter((each) => {
      const kinds = kindsFor(each, action, resource);
      return kinds !== undefined && reaches(kinds);
    });
  const kinds = kindsFor(role, action, resource);
  if (kinds === undefined)
    return refused(
      beyondRole(
        role,
        may(() => true),
      ),
    );
  if (principal.audience !== undefined && !OF_AUDIENCE.has(action)) return refused(beyondAudience());
  if (!REVEALING.has(action)) return { allowed: true, view: undefined };
  if (resource.purpose === undefined || !principal.purposes.includes(resource.purpose)) {
    return refused(new VaultError('purpose_not_allowed'));
  }
  const { type } = resource;
  if (type === undefined) return { allowed: true, view: undefined };
  if (resource.view !== undefined && !['plain', ...type.views].includes(resource.view)) {
    return refused(new VaultError('unknown_view'));
  }
  const shown = (kinds: readonly ViewKind[]) => widestOf(kinds, type, resource);
  const view = shown(kinds);
  return view === undefined
    ? refused(
        beyondRole(
          role,
          may((kinds) => shown(kinds) !== undefined),
        ),
      )
    : { allowed: true, view };
}

/** The kinds of view that the rules of a role show; undefined if none of its rules allows the action. */
function kindsFor(role: Role, action: Action, { type }: Resource): readonly ViewKind[] | undefined {
  const rules = RULES[role].filter(
    ({ actions, types }) =>
      actions.includes(action) && (types === undefined || type === undefined || types.includes(type.name)),
  );
  return rules.length === 0 ? undefined : rules.flatMap(({ views = [] }) => views);
}

/** @returns the view asked for, or the widest one; undefined if these kinds do not reach it */
function widestOf(
  kinds: readonly ViewKind[],
  { views, ofPlain }: NonNullable<Resource['type']>,
  { view, whole }: Resource,
): string | undefined {
  if (whole && ofPlain?.whole && !kinds.includes('plain')) return undefined;
  const isShown = (each: string) => kinds.includes(ofPlain?.views.includes(each) ? 'plain' : kindOf(each));
  return ['plain', ...views].filter(isShown).find((each) => view === undefined || each === view);
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

type ViewKind = 'plain' | 'masked' | 'narrow';

function kindOf(view: string): ViewKind {
  return view === 'plain' || view === 'masked' ? view : 'narrow';
}
