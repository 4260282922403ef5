/**
 * The key under which the vault marks what it writes into its journal (`journal/`), derived from the root key and bound
 * to the vault. A writer of that file without the root key cannot make the vault erase anything. The key opens nothing.
 * Does not: outlive the root key. What is still needed when that is replaced is written anew under the next one.
 */
import { deriveKey } from '../../crypto/kdf.ts';
import { equalBytes, mac } from '../../crypto/mac.ts';
import { wipe } from '../../secret.ts';

const TAG_BYTES = 16;

export class JournalKey {
  readonly #key: Buffer;

  /** @param rootKey the caller keeps it, and wipes it */
  constructor(rootKey: Uint8Array, vaultId: string) {
    this.#key = deriveKey(rootKey, 'lethe/journal-key/1', vaultId);
  }

  tag(text: string): Buffer {
    return mac(this.#key, 'lethe/journal-entry/1', TAG_BYTES, text);
  }

  isTag(text: string, tag: Uint8Array): boolean {
    return equalBytes(this.tag(text), tag);
  }

  wipe(): void {
    wipe(this.#key);
  }
}
