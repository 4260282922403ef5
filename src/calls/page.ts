/** The end of a page: where the next one begins, if there is one. */

/** @param place the property of a row that names its place in the list */
export function nextOf<R extends object, K extends keyof R>(
  rows: readonly R[],
  more: boolean,
  place: K,
): { next?: R[K] } {
  const last = rows.at(-1);
  return more && last !== undefined ? { next: last[place] } : {};
}
