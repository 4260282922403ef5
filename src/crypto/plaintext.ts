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
  readonly #reading: (json: Json) => Json;

  private constructor(bytes: Buffer, reading: (json: Json) => Json = (json) => json) {
    this.#bytes = bytes;
    this.#reading = reading;
  }

  static of(json: Json): Plaintext {
    const text = JSON.stringify(json);
    const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
    bytes.write(text);
    return new Plaintext(bytes);
  }

  /**
   * Takes over `bytes`, the JSON text that `open` returned: the caller no longer wipes them.
   * @param reading what `expose` gives of what is written there
   */
  static ofBytes(bytes: Buffer, reading?: (json: Json) => Json): Plaintext {
    return new Plaintext(bytes, reading);
  }

  /** @throws {IntegrityError} when the bytes are no JSON text. The parser's own message would quote them. */
  expose(): Json {
    const text = this.exposeBytes().toString('utf8');
    try {
      return this.#reading(parseExactly(text) as Json);
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
