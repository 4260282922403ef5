/**
 * Cuts the text of a JSON row: puts tokens in, and takes dropped members out.
 *
 * Guarantees: every byte outside the cuts stays as it was: the order of members, the spelling of numbers and escapes,
 * white space. If a name on a mapped path comes twice, the last one counts, as for JSON.parse, and the earlier ones are
 * cut out whole, so that no second copy of a value slips through.
 * Does not: check the text, which must have passed JSON.parse.
 */
import type { Pointer } from '../json-pointer.ts';
import { COMMA, isClosing, OPEN_LIST, OPEN_OBJECT, skipSpace, skipString, skipValue } from '../json-text.ts';

export type Action =
  | { readonly do: 'drop' }
  /** Becomes the token of this field of the map. */
  | { readonly do: 'token'; readonly field: number }
  /** The first of a value's parts becomes a member `name` with the token. The other parts are cut out. */
  | { readonly do: 'part'; readonly field: number; readonly name: string };

/** The mapped paths as a tree. */
export interface Route {
  readonly steps: Map<string, Route>;
  action?: Action;
}

interface Cut {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** A member of an object, or an element of a list. `start` is where its name begins, `end` is after its value. */
interface Member {
  readonly start: number;
  readonly value: number;
  readonly end: number;
  readonly route: Route | undefined;
  cut: boolean;
}

export function routes(actions: Iterable<readonly [Pointer, Action]>): Route {
  const root: Route = { steps: new Map() };
  for (const [pointer, action] of actions) {
    let route = root;
    for (const step of pointer) {
      const next = route.steps.get(step) ?? { steps: new Map() };
      route.steps.set(step, next);
      route = next;
    }
    route.action = action;
  }
  return root;
}

/**
 * @param tokens one for each field of the map; undefined leaves a plain value as it is, and makes a composed one null
 */
export function splice(text: string, root: Route, tokens: readonly (string | undefined)[]): string {
  const cuts: Cut[] = [];
  cutWithin(text, skipSpace(text, 0), root, tokens, cuts);
  cuts.sort((a, b) => a.from - b.from);
  let out = '';
  let kept = 0;
  for (const { from, to, text: instead } of cuts) {
    out += text.slice(kept, from) + instead;
    kept = to;
  }
  return out + text.slice(kept);
}

function cutWithin(text: string, at: number, route: Route, tokens: readonly (string | undefined)[], cuts: Cut[]): void {
  const members = membersAt(text, at, route);
  const composed = new Set<number>();
  for (const member of members) {
    const { start, value, end, cut } = member;
    const action = member.route?.action;
    if (cut || member.route === undefined) continue;
    if (action === undefined) cutWithin(text, value, member.route, tokens, cuts);
    else if (action.do === 'drop') member.cut = true;
    else if (action.do === 'token') {
      const token = tokens[action.field];
      if (token !== undefined) cuts.push({ from: value, to: end, text: JSON.stringify(token) });
    } else if (composed.has(action.field)) member.cut = true;
    else {
      composed.add(action.field);
      const instead = `${JSON.stringify(action.name)}:${JSON.stringify(tokens[action.field] ?? null)}`;
      cuts.push({ from: start, to: end, text: instead });
    }
  }
  for (let first = 0; first < members.length; first++) {
    if (!members[first]?.cut) continue;
    let last = first;
    while (members[last + 1]?.cut) last++;
    cuts.push({ ...gap(members, first, last), text: '' });
    first = last;
  }
}

/** A run of members together with one comma: the one after it, or at the end of the list the one before it. */
function gap(members: readonly Member[], first: number, last: number): { from: number; to: number } {
  const [head, tail, next] = [members[first] as Member, members[last] as Member, members[last + 1]];
  return next ? { from: head.start, to: next.start } : { from: members[first - 1]?.end ?? head.start, to: tail.end };
}

/** @returns the members of the object or list at this place; none for any other value */
function membersAt(text: string, at: number, { steps }: Route): Member[] {
  const list = text.charCodeAt(at) === OPEN_LIST;
  if (!list && text.charCodeAt(at) !== OPEN_OBJECT) return [];
  const members: Member[] = [];
  const latest = new Map<Route, Member>();
  let pos = skipSpace(text, at + 1);
  for (let index = 0; !isClosing(text.charCodeAt(pos)); index++) {
    const start = pos;
    let name = String(index);
    if (!list) {
      const end = skipString(text, pos);
      name = text.slice(pos + 1, end - 1);
      if (name.includes('\\')) name = JSON.parse(text.slice(pos, end)) as string;
      pos = skipSpace(text, skipSpace(text, end) + 1);
    }
    const end = skipValue(text, pos);
    const route = steps.get(name);
    const member = { start, value: pos, end, route, cut: false };
    members.push(member);
    if (route) {
      const earlier = latest.get(route);
      if (earlier) earlier.cut = true;
      latest.set(route, member);
    }
    pos = skipSpace(text, end);
    if (text.charCodeAt(pos) === COMMA) pos = skipSpace(text, pos + 1);
  }
  return members;
}
