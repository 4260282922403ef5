/**
 * How the people whom a call is about stand to its caller, as its rules ask it: gathered at once for all of them, and
 * only where the caller's role has a rule that asks.
 */
import type { Action } from '../access/actions.ts';
import { ownRelation, type Relation } from '../access/relation.ts';
import type { Caller } from './caller.ts';

/** What is about a person, or about nobody. */
interface About {
  readonly subject: string | null;
}

/** @returns how the person stands to the caller. Of two who stand alike it is the same object. */
export async function relationsOf(
  caller: Caller,
  _action: Action,
  _all: readonly About[],
): Promise<(about: About) => Relation> {
  return ({ subject }) => ownRelation(caller, subject);
}

export async function relationOf(caller: Caller, action: Action, about: About): Promise<Relation> {
  return (await relationsOf(caller, action, [about]))(about);
}
