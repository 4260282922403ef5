/** Keys that a close of an epoch finds altered: what names them, and the error that stops the page they are on. */
import { IntegrityError } from '../../errors.ts';

/** A wrapped key that does not open in its place. */
export interface AlteredKey {
  /** Absent for a key of the vault's own. */
  readonly tenant: string | undefined;
  /** Of a record key. Its bucket's key opened, so the row itself was altered, and can be set aside. */
  readonly record?: string;
  /** Of any other key: its table and its place there, in ids and closed words. */
  readonly place?: string;
}

/** Nothing of the page has been moved. */
export class AlteredKeysError extends IntegrityError {
  readonly keys: readonly AlteredKey[];

  constructor(keys: readonly AlteredKey[], cause?: unknown) {
    const [first] = keys;
    super({ cause, ...(first?.record !== undefined && { record: first.record }) });
    this.keys = keys;
  }
}

/** Record keys that have been named, and so may be set aside. */
export class NamedKeys {
  readonly #names = new Set<string>();

  get size(): number {
    return this.#names.size;
  }

  add({ tenant, record }: AlteredKey): void {
    if (record !== undefined) this.#names.add(`${tenant}/${record}`);
  }

  has({ tenant, record }: Pick<AlteredKey, 'tenant' | 'record'>): boolean {
    return this.#names.has(`${tenant}/${record}`);
  }
}
