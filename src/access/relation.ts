/**
 * How the person whom a value is about stands to the caller: it is the caller's own session, or grants let the caller
 * see something of them. It is gathered before a decision (`calls/relations.ts`), so that `decide` stays pure.
 */
import type { GrantId, SubjectId } from '../ids.ts';

/** What a grant in force opens of one person, at most: a rule for granted subjects must allow it, too. */
export interface Sight {
  /** Absent where it is only asked what any grant could open. */
  readonly grant?: GrantId;
  readonly types: ReadonlySet<string> | 'all';
  /** `plain` includes every other view. */
  readonly view: string;
}

export interface Relation {
  readonly self: boolean;
  readonly grants: readonly Sight[];
}

/** Whom rules can be restricted to. */
export const SUBJECTS = ['any', 'granted', 'self'] as const;

const ANY_SIGHT: Sight = { types: 'all', view: 'plain' };
/** Somebody of whom the caller has no grant. */
export const STRANGER: Relation = { self: false, grants: [] };
/** The person whose own session it is. */
export const SELF: Relation = { self: true, grants: [] };
/** As a grant of everything would make it. */
export const GRANTED: Relation = { self: false, grants: [ANY_SIGHT] };

/** The grants that concern a data type; all of them where it is not asked of one. Before it is known, any might. */
export function sightsOf(relation: Relation | undefined, type: string | undefined): readonly Sight[] {
  if (relation === undefined) return GRANTED.grants;
  if (type === undefined) return relation.grants;
  return relation.grants.filter(({ types }) => types === 'all' || types.has(type));
}

/** Without its grants. */
export function ownRelation({ self }: { readonly self?: SubjectId | undefined }, subject: string | null): Relation {
  return self !== undefined && self === subject ? SELF : STRANGER;
}
