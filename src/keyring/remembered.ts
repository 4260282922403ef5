/**
 * Makes what has a name once for all that ask for it, and keeps it. What fails is forgotten, and made again when asked
 * for.
 */
export function remembered<K, V>(cache: Map<K, Promise<V>>, id: K, make: () => Promise<V>): Promise<V> {
  let known = cache.get(id);
  if (known === undefined) {
    const made = make();
    known = made;
    cache.set(id, made);
    made.catch(() => {
      if (cache.get(id) === made) cache.delete(id);
    });
  }
  return known;
}
