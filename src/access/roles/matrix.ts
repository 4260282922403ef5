/**
 * What roles come to, as cells: role × action × data type × purpose × view. People review it, and two of them show what
 * a changed role opens and closes.
 *
 * Guarantees: a cell says what `decide` would: `always`, or `sometimes`, if that depends on the single call (its
 * reason, ticket, network or hour). What is in no cell is refused.
 */
import type { Action } from '../actions.ts';
import { ANY_OTHER, type KnownType } from './check.ts';
import { allowedBy, type CompiledRole, shows } from './compiled-role.ts';
import { OF_TYPES, REVEALING } from './rules.ts';

export interface Cell {
  readonly action: Action;
  /** Absent for an action that is not decided by data type. */
  readonly type?: string;
  /** Absent where none is stated; `*` for every purpose that no rule of the role names. */
  readonly purpose?: string;
  /** Absent where nothing is shown. */
  readonly view?: string;
  readonly allowed: 'always' | 'sometimes';
}

/** @param purposes those that rules of the role name */
export function cellsOf(role: CompiledRole, types: readonly KnownType[], purposes: readonly string[]): Cell[] {
  const cells: Cell[] = [];
  for (const action of role.rules.keys()) {
    for (const type of OF_TYPES.has(action) ? types : [undefined]) {
      for (const purpose of REVEALING.has(action) ? [ANY_OTHER, ...purposes] : [undefined]) {
        const place = { action, ...(type && { type: type.name }), ...(purpose && { purpose }) };
        const asked = { type, purpose };
        const [best, worst] = (['best', 'worst'] as const).map((assume) =>
          allowedBy(role, action, { ...asked, assume }),
        );
        if (best === undefined) continue;
        if (type === undefined || !REVEALING.has(action)) {
          cells.push({ ...place, allowed: worst === undefined ? 'sometimes' : 'always' });
          continue;
        }
        for (const view of type.views) {
          const needed = type.ofPlain.includes(view) ? 'plain' : view;
          if (!shows(best, needed)) continue;
          cells.push({ ...place, view, allowed: worst && shows(worst, needed) ? 'always' : 'sometimes' });
        }
      }
    }
  }
  return cells;
}

export interface Difference {
  readonly opened: readonly Cell[];
  readonly closed: readonly Cell[];
}

/** What is allowed after and was not before, and the other way round; also if only `sometimes` became `always`. */
export function differenceOf(before: readonly Cell[], after: readonly Cell[]): Difference {
  const keyOf = (cell: Cell) => JSON.stringify([cell.action, cell.type, cell.purpose, cell.view]);
  const without = (cells: readonly Cell[], others: readonly Cell[]) => {
    const known = new Map(others.map((cell) => [keyOf(cell), cell.allowed]));
    return cells.filter((cell) => {
      const other = known.get(keyOf(cell));
      return other === undefined || (cell.allowed === 'always' && other === 'sometimes');
    });
  };
  return { opened: without(after, before), closed: without(before, after) };
}
