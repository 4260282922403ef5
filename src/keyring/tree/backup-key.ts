/**
 * The key under which the vault marks its own backups, derived from the root key and bound to the vault. A writer of
 * backups without the root key cannot make one that passes. The key opens nothing.
 * Does not: outlive the root key. After that is replaced, older backups carry the mark of the old one.
 */
import { deriveKey } from '../../crypto/kdf.ts';
import { equalBytes, mac } from '../../crypto/mac.ts';
import { wipe } from '../../secret.ts';

const MARK_BYTES = 32;

export class BackupKey {
  readonly #key: Buffer;

  constructor(rootKey: Uint8Array, vaultId: string) {
    this.#key = deriveKey(rootKey, 'lethe/backup-key/1', vaultId);
  }

  mark(text: string): Buffer {
    return mac(this.#key, 'lethe/backup-manifest/1', MARK_BYTES, text);
  }

  isMark(text: string, mark: Uint8Array): boolean {
    return equalBytes(this.mark(text), mark);
  }

  wipe(): void {
    wipe(this.#key);
  }
}
