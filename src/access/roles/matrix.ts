/**
 * What roles come to, as cells: role × action × data type × purpose × view. People review it, and two of them show what
 * a changed role opens and closes.
 *
 * Guarantees: a cell says what `decide` would: `always`, or `sometimes`, if that depends on the single call (its
 * reason, ticket, network or hour). A cell with `subjects` is about some people's values only, and stands where more is
 * allowed of them than of everybody's. What is in no cell is refused.
 */
import type { Action } from '../actions.ts';
import { GRANTED, type Relation, SELF, STRANGER } from '../relation.ts';
import { ANY_OTHER, type KnownType } from './check.ts';
import { allowedBy, type CompiledRole, shows } from './compiled-role.ts';
import { OF_ONE_PERSON, OF_TYPES, REVEALING } from './rules.ts';

export interface Cell {
  readonly action: Action;
  /** Absent for an action that is not decided by data type. */
  readonly type?: string;
  /** Absent where none is stated; `*` for every purpose that no rule of the role names. */
  readonly purpose?: string;
  /** Absent where nothing is shown. */
  readonly view?: string;
  /** Whose values; absent: everybody's. */
  readonly subjects?: 'granted' | 'self';
  readonly allowed: 'always' | 'sometimes';
}

const OF_SOME: readonly [NonNullable<Cell['subjects']>, Relation][] = [
  ['granted', GRANTED],
  ['self', SELF],
];

/** @param purposes those that rules of the role name */
export function cellsOf(role: CompiledRole, types: readonly KnownType[], purposes: readonly string[]): Cell[] {
  const cells: Cell[] = [];
  for (const action of role.rules.keys()) {
    for (const type of OF_TYPES.has(action) ? types : [undefined]) {
      for (const purpose of REVEALING.has(action) ? [ANY_OTHER, ...purposes] : [undefined]) {
        const place = { action, ...(type && { type: type.name }), ...(purpose && { purpose }) };
        const of = (relation: Relation) => allowedOf(role, { ...place, relation }, type);
        const ofEverybody = of(STRANGER);
        cells.push(...ofEverybody.map((one) => ({ ...place, ...one })));
        if (!OF_ONE_PERSON.has(action)) continue;
        for (const [subjects, relation] of OF_SOME) {
          const more = of(relation).filter((one) => !ofEverybody.some((other) => isAsWide(other, one)));
          cells.push(...more.map(({ view, allowed }) => ({ ...place, ...(view && { view }), subjects, allowed })));
        }
      }
    }
  }
  return cells;
}

type Shown = Pick<Cell, 'view' | 'allowed'>;

function isAsWide(one: Shown, other: Shown): boolean {
  return one.view === other.view && (one.allowed === other.allowed || one.allowed === 'always');
}

/** What is allowed in one place of the matrix. */
function allowedOf(
  role: CompiledRole,
  { action, purpose, relation }: Pick<Cell, 'action' | 'purpose'> & { readonly relation: Relation },
  type: KnownType | undefined,
): Shown[] {
  const [best, worst] = (['best', 'worst'] as const).map((assume) =>
    allowedBy(role, action, { type, purpose, relation, assume }),
  );
  if (best === undefined) return [];
  if (type === undefined || !REVEALING.has(action)) return [{ allowed: worst === undefined ? 'sometimes' : 'always' }];
  return type.views.flatMap((view): Shown[] => {
    const needed = type.ofPlain.includes(view) ? 'plain' : view;
    if (!shows(best, view, needed)) return [];
    return [{ view, allowed: worst && shows(worst, view, needed) ? 'always' : 'sometimes' }];
  });
}

export interface Difference {
  readonly opened: readonly Cell[];
  readonly closed: readonly Cell[];
}

/** What is allowed after and was not before, and the other way round; also if only `sometimes` became `always`. */
export function differenceOf(before: readonly Cell[], after: readonly Cell[]): Difference {
  const keyOf = (cell: Cell) => JSON.stringify([cell.action, cell.type, cell.purpose, cell.view, cell.subjects]);
  const without = (cells: readonly Cell[], others: readonly Cell[]) => {
    const known = new Map(others.map((cell) => [keyOf(cell), cell.allowed]));
    return cells.filter((cell) => {
      const other = known.get(keyOf(cell));
      return other === undefined || (cell.allowed === 'always' && other === 'sometimes');
    });
  };
  return { opened: without(after, before), closed: without(before, after) };
}
