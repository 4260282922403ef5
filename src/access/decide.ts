/**
 * The one decision: may this principal do this to that, and how much may it see? Pure, so that every answer can be
 * tested as a row of a table. What no rule allows is refused.
 */
import { VaultError } from '../errors.ts';
import type { GrantId } from '../ids.ts';
import { ACTIONS, type Action } from './actions.ts';
import { type PersonState, type Stop, stopOf } from './ground.ts';
import type { Need } from './needs.ts';
import type { Principal } from './principal.ts';
import type { Relation } from './relation.ts';
import { type Allowed, allowedBy, type CompiledRole, compileRole, grantOf, shows } from './roles/compiled-role.ts';
import type { Asked, Circumstances, Condition } from './roles/conditions.ts';
import { OF_EVERYONE, REVEALING } from './roles/rules.ts';
import { builtInRole, isBuiltIn, ROLES, type Role } from './roles.ts';

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

/** The refusal of a role. It names those of the house that may, which are the same in every vault and public. */
function beyondRole(role: string, may: readonly Role[]): VaultError {
  if (!isBuiltIn(role)) {
    return new VaultError('not_allowed', `No rule of the role ${role} allows this; an administrator can ask why.`);
  }
  if (may.length === 0) return new VaultError('not_allowed');
  const needed =
    may.length === 1 ? `the role ${may[0]}` : `one of the roles ${may.slice(0, -1).join(', ')} and ${may.at(-1)}`;
  return new VaultError('not_allowed', `This takes ${needed}. This API key has the role ${role}.`);
}

/**
 * Asserts that the caller may ask for this purpose, which is in use; whether it may see anything is another matter.
 * @returns what the purpose needs @throws `purpose_not_allowed`
 */
export function needOf(principal: Principal, purpose: string): Need {
  const need = principal.needs === undefined ? OF_NOBODY : principal.needs.get(purpose);
  if (need === undefined || !principal.purposes.includes(purpose)) throw otherPurpose(principal);
  return need;
}

export interface Resource {
  /**
   * The data type concerned, with the views it offers, the widest first; absent for actions on no value. `ofPlain` is
   * what only a caller that may see `plain` is given: these views, and, if `whole`, search by the whole value.
   */
  readonly type?:
    | {
        readonly name: string;
        readonly category?: string | undefined;
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
  /** How the person concerned stands to the caller; absent where nobody in particular is concerned, or not yet. */
  readonly relation?: Relation | undefined;
  readonly assume?: Asked['assume'];
  /** What the person whose value it is has said; absent: no value of anybody is meant yet. */
  readonly person?: PersonState | undefined;
}

export type Decision =
  | {
      readonly allowed: true;
      readonly view: string | undefined;
      /** The grant without which it would be refused. */
      readonly grant?: GrantId | undefined;
    }
  | { readonly allowed: false; readonly refusal: VaultError };

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
  'describe_caller',
]);

const NOT_NEEDED = 'The stated purpose does not need values of this data type, as it is declared.';

const STOPS: Readonly<Record<Stop, () => VaultError>> = {
  consent_missing: () => new VaultError('consent_missing'),
  objected: () => new VaultError('objected'),
  restricted: () => new VaultError('restricted'),
};

/** What a purpose needs where none are asked. */
const OF_NOBODY: Need = { types: 'all', ground: 'nothing' };

/** A role that nobody knows: it allows what everyone may. */
const NO_ROLE = compileRole('', []);

/** The name decides: no rules that somebody brings can take the place of a built-in role's. */
export function rulesOf({ role, rules }: Principal): CompiledRole {
  return builtInRole(role) ?? (rules?.name === role ? rules : NO_ROLE);
}

/**
 * May this principal do this to that, and how much may it see?
 * @param circumstances of the call; what the principal says of its place and time is taken where they are silent
 */
export function decide(
  principal: Principal,
  action: Action,
  resource: Resource = {},
  circumstances: Circumstances = {},
): Decision {
  const asked = askedOf(principal, resource, circumstances);
  const refused = (refusal: VaultError): Decision => ({ allowed: false, refusal });
  const beyond = (reaches: (allowed: Allowed) => boolean) =>
    refused(
      beyondRole(
        principal.role,
        ROLES.filter((role) => {
          const allowed = allowedBy(builtInRole(role) ?? NO_ROLE, action, asked);
          return allowed !== undefined && reaches(allowed);
        }),
      ),
    );
  const allowed = allowedBy(rulesOf(principal), action, asked);
  if (allowed === undefined) return beyond(() => true);
  if (principal.audience !== undefined && !OF_AUDIENCE.has(action)) return refused(beyondAudience());
  if (!isForPurpose(action, resource)) return { allowed: true, view: undefined, ...under(grantOf(allowed)) };
  if (resource.purpose === undefined || !principal.purposes.includes(resource.purpose)) {
    return refused(otherPurpose(principal));
  }
  const { type } = resource;
  const need = principal.needs === undefined ? OF_NOBODY : principal.needs.get(resource.purpose);
  if (need === undefined) return refused(otherPurpose(principal));
  if (type === undefined) return { allowed: true, view: undefined };
  if (need.types !== 'all' && !need.types.has(type.name)) return refused(new VaultError('not_allowed', NOT_NEEDED));
  if (!REVEALING.has(action)) return { allowed: true, view: undefined, ...under(grantOf(allowed)) };
  if (resource.view !== undefined && !['plain', ...type.views].includes(resource.view)) {
    return refused(new VaultError('unknown_view'));
  }
  const view = widestOf(allowed, type, resource);
  if (view === undefined) return beyond((others) => widestOf(others, type, resource) !== undefined);
  // Last: nobody else is told what people have said.
  const { person, purpose } = resource;
  const stop = person && stopOf(person, purpose, need.ground, type.name);
  if (stop !== undefined) return refused(STOPS[stop]());
  return { allowed: true, view, ...under(grantOf(allowed, view, neededFor(type, view))) };
}

function under(grant: GrantId | undefined): { grant?: GrantId } {
  return grant === undefined ? {} : { grant };
}

/** Whether a purpose is decided on. A password is compared for one where the call says whose it would be, by a name. */
export function isForPurpose(action: Action, { purpose }: Resource): boolean {
  return REVEALING.has(action) || (action === 'verify' && purpose !== undefined);
}

export function askedOf(
  { address, at }: Pick<Principal, 'address' | 'at'>,
  { type, purpose, relation, assume }: Resource,
  circumstances: Circumstances,
): Asked {
  return { address, at, ...circumstances, type, purpose, relation, assume };
}

/** @returns the view asked for, or the widest one; undefined if what is allowed does not reach it */
function widestOf(
  allowed: Allowed,
  type: NonNullable<Resource['type']>,
  { view, whole }: Resource,
): string | undefined {
  if (whole && type.ofPlain?.whole && !shows(allowed, 'plain')) return undefined;
  const isShown = (each: string) => shows(allowed, each, neededFor(type, each));
  return ['plain', ...type.views].find((each) => (view === undefined || each === view) && isShown(each));
}

/** What a rule must allow for a view. */
function neededFor({ ofPlain }: NonNullable<Resource['type']>, view: string): string {
  return ofPlain?.views.includes(view) ? 'plain' : view;
}

/**
 * Whether the principal could be shown a value of this type, if only masked, for one of its own purposes. One that
 * could not is told nothing else that takes after the value, such as a token that holds its last digits.
 */
export function mayBeShown(
  principal: Principal,
  { name, category }: Pick<NonNullable<Resource['type']>, 'name' | 'category'>,
  relation?: Relation,
): boolean {
  // Every type has this view.
  const resource = { type: { name, category, views: ['masked'] }, view: 'masked', relation };
  return principal.purposes.some((purpose) => decide(principal, 'detokenize', { ...resource, purpose }).allowed);
}

/** Whether a role uses tokens, so that it can be tied to an audience: the others could do nothing within one. */
export function usesTokens({ rules }: CompiledRole): boolean {
  return ACTIONS.some((action) => OF_AUDIENCE.has(action) && rules.has(action) && !isOfEveryone(action));
}

/** Whether the principal may see values plain at all, of some type and for some purpose, wherever and whenever. */
export function seesPlain(principal: Principal): boolean {
  const rules = rulesOf(principal).rules.get('detokenize') ?? [];
  const isOfCall = ({ name }: Condition) => name !== 'types' && name !== 'purposes';
  return rules.some(
    ({ effect, views, conditions }) => effect === 'allow' && views?.has('plain') && !conditions.some(isOfCall),
  );
}

function isOfEveryone(action: Action): boolean {
  return OF_EVERYONE.some((one) => one === action);
}
