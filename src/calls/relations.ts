/**
 * How the people whom a call is about stand to its caller, as its rules ask it: gathered at once for all of them, and
 * only where the caller's role has a rule that asks, and a grant of the tenant may be in force.
 */
import type { Action } from '../access/actions.ts';
import { rulesOf } from '../access/decide.ts';
import { ownRelation, type Relation, type Sight } from '../access/relation.ts';
import { inForceOf } from '../grants/finding.ts';
import { type GrantRow, grantKeys, typesOf } from '../grants/rows.ts';
import type { GrantId, SubjectId } from '../ids.ts';
import type { Reader } from '../storage/tx.ts';
import type { Vault } from '../vault/vault.ts';
import type { Caller } from './caller.ts';

/** What is about a person, or about nobody. */
interface About {
  readonly subject: string | null;
}

/** What a call asks grants with: its own transaction, in which it shows what they open. */
export interface Asking {
  readonly vault: Pick<Vault, 'keyring'>;
  readonly reader: Reader<'records'>;
  readonly now: Date;
}

/** @returns how the person stands to the caller. Of two who stand alike it is the same object. */
export async function relationsOf(
  caller: Caller,
  action: Action,
  all: readonly About[],
  { vault, reader, now }: Asking,
): Promise<(about: About) => Relation> {
  const subjects = [...new Set(all.flatMap(({ subject }) => subject ?? []))] as SubjectId[];
  if (subjects.length === 0 || !asksForGrants(caller, action, now))
    return ({ subject }) => ownRelation(caller, subject);
  const keys = await grantKeys(vault.keyring.indexes, caller.tenant);
  const found = await inForceOf(reader, keys, caller, subjects, now);
  const alike = new Map<string, Relation>();
  const relations = subjects.map((subject, i): readonly [string, Relation] => {
    const grants = (found[i] ?? []).map(sightOf);
    const own = ownRelation(caller, subject);
    if (grants.length === 0) return [subject, own];
    const name = [own.self, ...grants.map(({ grant }) => grant)].join(' ');
    const relation = alike.get(name) ?? { ...own, grants };
    alike.set(name, relation);
    return [subject, relation];
  });
  const bySubject = new Map(relations);
  return ({ subject }) => bySubject.get(subject ?? '') ?? ownRelation(caller, subject);
}

export async function relationOf(caller: Caller, action: Action, about: About, asking: Asking): Promise<Relation> {
  return (await relationsOf(caller, action, [about], asking))(about);
}

function asksForGrants(caller: Caller, action: Action, now: Date): boolean {
  const { grantsUntil } = caller;
  if (grantsUntil === undefined || grantsUntil.getTime() <= now.getTime()) return false;
  return (rulesOf(caller).rules.get(action) ?? []).some(({ underGrant }) => underGrant);
}

function sightOf(row: GrantRow): Sight {
  return { grant: row.grant_id as GrantId, types: new Set(typesOf(row)), view: row.view };
}
