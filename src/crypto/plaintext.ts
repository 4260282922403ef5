/**
 * An opened value on its way to the reply.
 *
 * Guarantees: it prints `[redacted]`, whichever way it is printed; only `expose` gives the value, so every place where
 * a value leaves is found by searching for that word. After `wipe` its bytes are zero and `expose` throws.
 * Does not: wipe the strings that `expose` has made; JavaScript cannot.
 */
import { IntegrityError } from '../errors.ts';
import { parseExactly } from '../exact-json.ts';
import { wipe } from '../secret.ts';

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

const REDACTED = '[redacted]';

export class Plaintext {
  #bytes: Buffer | undefined;

  private constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  static of(json: Json): Plaintext {
    const text = JSON.stringify(json);
    const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
    bytes.write(text);
    return new Plaintext(bytes);
  }

  /** Takes over `bytes`, the JSON text that `open` returned: the caller no longer wipes them. */
  static ofBytes(bytes: Buffer): Plaintext {
    return new Plaintext(bytes);
  }

  /** @throws {IntegrityError} when the bytes are no JSON text. The parser's own message would quote them. */
  expose(): Json {
    const text = this.exposeBytes().toString('utf8');
    try {
      return parseExactly(text) as Json;
    } catch {
      throw new IntegrityError();
    }
  }

  /** The JSON text itself, to be sealed. Not a copy: `wipe` wipes it. */
  exposeBytes(): Buffer {
    if (this.#bytes === undefined) throw new TypeError('The value has been wiped.');
    return this.#bytes;
  }

  /** Idempotent. */
  wipe(): void {
    wipe(this.#bytes);
    this.#bytes = undefined;
  }

  [Symbol.dispose](): void {
    this.wipe();
  }

  toString(): string {
    return REDACTED;
  }

  toLocaleString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  valueOf(): string {
    return REDACTED;
  }

  [Symbol.toPrimitive](): string {
    return REDACTED;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return REDACTED;
  }
}
