/** What became of keys that were to be replaced: numbers that add up over pages, buckets and looks. */

export interface PageResult {
  readonly resealed: number;
  /** Old keys that were destroyed because somebody else had replaced or erased their records. */
  readonly completed: number;
  /** Met another call at the same record, and must be looked at again. */
  readonly raced: number;
  /** Values that no longer open for anybody. */
  readonly damaged: number;
  /** Keys of calls under way: of a record that does not exist yet, or of an undecided correction. */
  readonly underWay: number;
}

export type ResealCounts = { -readonly [K in keyof PageResult]: number };

export function noCounts(): ResealCounts {
  return { resealed: 0, completed: 0, raced: 0, damaged: 0, underWay: 0 };
}

export function addCounts(total: ResealCounts, found: PageResult): void {
  for (const name of Object.keys(total) as (keyof ResealCounts)[]) total[name] += found[name];
}
