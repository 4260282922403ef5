/**
 * Secret bytes, and the block that owns them. What a block declares with `using` is overwritten with zeros when the
 * block ends, whether it returns, throws or rejects. In an async function the block ends after its last `await`.
 *
 *   using key = secret(await epochs.keyOf(epoch, tenant));    this block owns the bytes
 *   using keys = secrets<Buffer>([]);                         this block owns what is in the list when it ends
 *   return handOver(key);                                     the caller owns the bytes from here on
 *
 * What lives longer than a block has one owner, an object that wipes it in its own `wipe` or `close`: the keyring and
 * what it is made of. No other file of the house wipes by hand.
 *
 * Does not: reach strings, or copies that Node, OpenSSL or a driver has made.
 */

/** Bytes or lists that their block has handed over, until it ends. */
const handedOver = new WeakSet<object>();

/** The same bytes, which the block that declares them with `using` wipes. Nothing is owned where there is nothing. */
export function secret<B extends Uint8Array>(bytes: B): B & Disposable;
export function secret<B extends Uint8Array>(bytes: B | undefined): (B & Disposable) | undefined;
export function secret<B extends Uint8Array>(bytes: B | undefined): (B & Disposable) | undefined {
  return bytes && owned(bytes);
}

/**
 * The same list, of which the block that declares it with `using` wipes all bytes, also those that were added since.
 */
export function secrets<T>(list: T[]): T[] & Disposable {
  return owned(list);
}

/** Tells the block that owns bytes, or a list of them, to leave them as they are: whoever gets them wipes them. */
export function handOver<H extends Uint8Array | readonly unknown[]>(held: H): H {
  handedOver.add(held);
  return held;
}

/** Overwrites bytes, or all bytes in a list, with zeros. What is in the list and is no bytes is left alone. */
export function wipe(held: Uint8Array | readonly unknown[] | undefined): void {
  if (held instanceof Uint8Array) held.fill(0);
  else for (const one of held ?? []) if (one instanceof Uint8Array) one.fill(0);
}

function owned<H extends Uint8Array | unknown[]>(held: H): H & Disposable {
  handedOver.delete(held);
  return Object.defineProperty(held, Symbol.dispose, { value: dispose, configurable: true }) as H & Disposable;
}

function dispose(this: Uint8Array | readonly unknown[]): void {
  if (!handedOver.delete(this)) wipe(this);
}
