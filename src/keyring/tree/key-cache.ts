/**
 * A bounded map of unwrapped keys. The key used longest ago goes first; every key that leaves is wiped. Callers get
 * copies: a key in use is never wiped under its user's hands, which would wrap the next key under zeros.
 */
import { wipe } from '../../secret.ts';

export class KeyCache {
  readonly #entries = new Map<string, Buffer>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** @returns a copy that the caller wipes */
  get(name: string): Buffer | undefined {
    const key = this.#entries.get(name);
    if (key === undefined) return undefined;
    this.#entries.delete(name);
    this.#entries.set(name, key);
    return Buffer.from(key);
  }

  set(name: string, key: Uint8Array): void {
    this.#drop(name);
    this.#entries.set(name, Buffer.from(key));
    if (this.#entries.size > this.#capacity) {
      const oldest = this.#entries.keys().next().value;
      if (oldest !== undefined) this.#drop(oldest);
    }
  }

  wipe(): void {
    for (const name of [...this.#entries.keys()]) this.#drop(name);
  }

  #drop(name: string): void {
    wipe(this.#entries.get(name));
    this.#entries.delete(name);
  }
}
