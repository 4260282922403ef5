/**
 * Whether a role makes sense for its tenant, before it is kept: what it names is there, each rule can come to
 * something, and no duties lie together that must be apart.
 *
 * Guarantees: names the place of every fault (`rules/2/types/0`). A role that takes more than a moment to look through
 * is refused: nobody who may write or preview roles holds up the process.
 * Does not: refuse rules that say the same twice.
 */
import { VaultError } from '../../errors.ts';
import { ACTIONS, type Action } from '../actions.ts';
import { rolesWith } from '../roles.ts';
import { type Allowed, allowedBy, compileRole, shows } from './compiled-role.ts';
import { conflictOf } from './duties.ts';
import { faultsIn } from './rule-faults.ts';
import { REVEALING, type Rule } from './rules.ts';

/** A data type as a role sees it. */
export interface KnownType {
  readonly name: string;
  readonly category: string;
  /** With `plain`, unless no value of the type is ever revealed. */
  readonly views: readonly string[];
  /** The views that only those are given who see values plain. */
  readonly ofPlain: readonly string[];
}

/** Acts of the vault itself and of whoever has the machine: no API key does them. */
const NOBODYS = new Set(ACTIONS.filter((action) => rolesWith([action]).length === 0));
const KINDS = ['plain', 'masked', 'narrow'];

/** @param purposes those in use @returns the faults; none for a role that can be kept */
export function faultsOf(
  rules: readonly Rule[],
  types: readonly KnownType[],
  purposes: ReadonlySet<string>,
): VaultError[] {
  const faults: VaultError[] = [];
  const say = (field: string, message: string) => faults.push(new VaultError('invalid_role', message, { field }));
  for (const [i, rule] of rules.entries()) {
    const at = `rules/${i}`;
    for (const { place, message } of faultsIn(rule)) say(`${at}/${place}`, message);
    const reached = typesOf(rule, types);
    for (const [n, action] of rule.actions.entries()) {
      if (NOBODYS.has(action)) say(`${at}/actions/${n}`, 'No API key does this.');
    }
    for (const [n, name] of (rule.types ?? []).entries()) {
      if (!types.some((type) => type.name === name)) say(`${at}/types/${n}`, 'No data type has this name.');
    }
    for (const [n, category] of (rule.categories ?? []).entries()) {
      if (!types.some((type) => type.category === category)) say(`${at}/categories/${n}`, 'No data type is of it.');
    }
    for (const [n, purpose] of (rule.purposes ?? []).entries()) {
      if (!purposes.has(purpose)) say(`${at}/purposes/${n}`, 'No purpose of this word is declared and in use.');
    }
    for (const [n, view] of (rule.views ?? []).entries()) {
      if (KINDS.includes(view)) continue;
      const having = reached.filter(({ views }) => views.includes(view));
      if (having.length === 0) say(`${at}/views/${n}`, 'None of the data types that the rule reaches has this view.');
      else if (rule.effect === 'allow' && having.every(({ ofPlain }) => ofPlain.includes(view))) {
        say(`${at}/views/${n}`, 'This view is only for those who may see the value plain.');
      }
    }
  }
  if (isTooMuch(rules, types.length)) say('rules', TOO_MUCH);
  // Only of rules that make sense can it be said what they come to.
  const [named, left] = [purposesIn(rules), leftBy(rules)];
  for (const [i, rule] of faults.length === 0 ? rules.entries() : []) {
    if (isInVain(rule, typesOf(rule, types), named, left)) {
      say(`rules/${i}`, 'A denial stands against all of it: it can never allow anything.');
    }
  }
  const conflict = conflictOf(rules);
  if (conflict !== undefined) faults.push(new VaultError('duties_conflict', `One role cannot have ${conflict}.`));
  return faults;
}

/** To say what a role comes to, each of its rules is asked for each cell: at most so often. */
const MAX_ASKED = 300_000;
/** As many rules are counted at least, since cells are answered, too. */
const MIN_RULES = 30;
const TOO_MUCH =
  'Together this is more than can be looked through: actions that show values, times data types, times purposes, ' +
  `times rules (30 at least) are at most ${MAX_ASKED.toLocaleString('en-US')}. Leave out purposes, or make two roles.`;

function isTooMuch(rules: readonly Rule[], types: number): boolean {
  const showing = new Set(rules.flatMap(({ actions }) => actions.filter((action) => REVEALING.has(action))));
  const cells = showing.size * types * (purposesIn(rules).length + 1);
  return cells * Math.max(rules.length, MIN_RULES) > MAX_ASKED;
}

function typesOf({ types: names, categories }: Rule, types: readonly KnownType[]): readonly KnownType[] {
  if (names === undefined && categories === undefined) return types;
  return types.filter(({ name, category }) => names?.includes(name) || categories?.includes(category));
}

/**
 * What denials leave of an allowance of everything, in the best of circumstances. It is found out once for each action,
 * type and purpose, not once for each rule: a role may have 200 of them.
 */
function leftBy(rules: readonly Rule[]) {
  const everything: Rule = { effect: 'allow', actions: [...ACTIONS], views: ['plain'] };
  const role = compileRole('', [everything, ...rules.filter(({ effect }) => effect === 'deny')]);
  const known = new Map<string, Allowed | undefined>();
  return (action: Action, type: KnownType | undefined, purpose: string | undefined): Allowed | undefined => {
    const place = `${action} ${type?.name} ${purpose}`;
    if (!known.has(place)) known.set(place, allowedBy(role, action, { type, purpose, assume: 'best' }));
    return known.get(place);
  };
}

/** Whether an allowance comes to nothing in the best of circumstances. */
function isInVain(
  rule: Rule,
  reached: readonly KnownType[],
  named: readonly string[],
  left: ReturnType<typeof leftBy>,
) {
  if (rule.effect === 'deny') return false;
  const views = new Set(rule.views);
  const isLeft = (action: Action, type: KnownType | undefined, purpose: string | undefined) => {
    const found = left(action, type, purpose);
    if (found === undefined || type === undefined || !REVEALING.has(action)) return found !== undefined;
    return type.views.some((view) => shows({ ...found, views }, view));
  };
  const isNarrowed = (rule.types ?? rule.categories) !== undefined;
  return !rule.actions.some((action) => {
    const types = isNarrowed || REVEALING.has(action) ? reached : [undefined];
    // A purpose that no rule names stands for all that none names.
    const purposes = REVEALING.has(action) ? (rule.purposes ?? [ANY_OTHER, ...named]) : [undefined];
    return types.some((type) => purposes.some((purpose) => isLeft(action, type, purpose)));
  });
}

/** Stands for every purpose that no rule names; it is no purpose itself. */
export const ANY_OTHER = '*';

export function purposesIn(rules: readonly Rule[]): string[] {
  return [...new Set(rules.flatMap(({ purposes = [] }) => purposes))];
}
