/**
 * Decides on the tokens of one call: once for each data type, view, relation and state of a person that differ, however
 * many tokens there are. Refusals are said as `untold` has them said.
 */
import type { Decision } from '../access/decide.ts';
import type { PersonState } from '../access/ground.ts';
import type { Relation } from '../access/relation.ts';
import type { DataType } from '../datatypes/datatype.ts';
import type { Caller } from './caller.ts';
import type { Door } from './door.ts';
import { resourceOf, untold } from './resource.ts';

/** How the person whose value it is stands to the caller, and what they have said. */
export interface Whose {
  readonly relation?: Relation;
  readonly person: PersonState | undefined;
}

export function deciding(caller: Caller, door: Door) {
  const known = new Map<unknown, Map<unknown, unknown>>();
  const into = (map: Map<unknown, unknown>, key: unknown): Map<unknown, unknown> => {
    const standing = map.get(key) as Map<unknown, unknown> | undefined;
    if (standing !== undefined) return standing;
    const made = new Map<unknown, unknown>();
    map.set(key, made);
    return made;
  };
  return (type: DataType, view: string | undefined, { relation, person }: Whose): Decision => {
    const alike = into(into(into(known, type), relation), person) as Map<unknown, Decision>;
    const standing = alike.get(view);
    if (standing !== undefined) return standing;
    const asked = view ?? (type.custody === 'verifier' ? 'masked' : undefined);
    const made = door.decision({ type: resourceOf(type), view: asked, relation, person });
    const decision = made.allowed
      ? made
      : { ...made, refusal: untold(caller, 'detokenize', type, made.refusal, relation) };
    alike.set(view, decision);
    return decision;
  };
}
