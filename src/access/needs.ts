/** What the purposes of a tenant need, as a decision asks it. */
import { type Ground, groundOf } from './ground.ts';
import type { PurposeFacts } from './purposes/rows.ts';

export interface Need {
  /** The data types that it needs. */
  readonly types: ReadonlySet<string> | 'all';
  /** What it needs of the person. */
  readonly ground: Ground;
}

/** Of each purpose in use. For a purpose that is not here, nothing is shown. */
export type Needs = ReadonlyMap<string, Need>;

export function needsOf(purposes: readonly PurposeFacts[]): Needs {
  const inUse = purposes.filter(({ endedAt, isAltered }) => endedAt === undefined && !isAltered);
  return new Map(
    inUse.map((facts) => {
      const types = facts.types === undefined ? ('all' as const) : new Set(facts.types);
      return [facts.purpose, { types, ground: groundOf(facts) }];
    }),
  );
}
