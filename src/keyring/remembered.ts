/** What is being made, or was made, under a name: once for all who ask at once. What fails is forgotten, and made again. */
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
