/** Which data types the purposes of a tenant need, as a decision asks it. */
import type { PurposeFacts } from './purposes/rows.ts';

/** Of each purpose in use, the types that it needs. For a purpose that is not here, nothing is shown. */
export type Needs = ReadonlyMap<string, ReadonlySet<string> | 'all'>;

export function needsOf(purposes: readonly PurposeFacts[]): Needs {
  const inUse = purposes.filter(({ endedAt, isAltered }) => endedAt === undefined && !isAltered);
  return new Map(inUse.map(({ purpose, types }) => [purpose, types === undefined ? 'all' : new Set(types)]));
}
