/**
 * Secret bytes, and the block that owns them. What a block declares with `using` is overwritten with zeros when the
 * block ends, whether it returns, throws or rejects. In an async function the block ends after its last `await`.
 *
 *   using key = secret(await epochs.keyOf(epoch, tenant));    this block owns the bytes
 *   using keys = secrets<Buffer>([]);                         this block owns what is in the list when it ends
 *   return handOver(key);                                     the caller owns the bytes from here on
 *
 * Bytes that live longer than a block have one owner, an object that wipes them in its own `wipe` or `close`: the
 * keyring and its parts. No other file of the house wipes by hand.
 *
 * Does not: reach strings, or copies that Node, OpenSSL or a driver has made.
 */

/** Bytes and lists that a block has handed over, until the block ends. */
const handedOver = new WeakSet<object>();

/** The same bytes; the block that declares them with `using` wipes them. For undefined it owns nothing. */
export function secret<B extends Uint8Array>(bytes: B): B & Disposable;
export function secret<B extends Uint8Array>(bytes: B | undefined): (B & Disposable) | undefined;
export function secret<B extends Uint8Array>(bytes: B | undefined): (B & Disposable) | undefined {
  return bytes && owned(bytes);
}

/** The same list; the block that declares it with `using` wipes all bytes in it, also those that were added later. */
export function secrets<T>(list: T[]): T[] & Disposable {
  return owned(list);
}

/** Tells the block that owns the bytes, or the list, to leave them as they are. Whoever receives them wipes them. */
export function handOver<H extends Uint8Array | readonly unknown[]>(held: H): H {
  handedOver.add(held);
  return held;
}

/** Overwrites bytes, or all bytes in a list, with zeros. Other things in the list are left alone. */
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
