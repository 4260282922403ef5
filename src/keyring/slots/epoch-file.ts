/**
 * The file in which a folder keeps an epoch's secret.
 *
 *   8 bytes   "LETHE-E2"
 *  32 bytes   the vault's id in ASCII, zeros behind it
 *   4 bytes   epoch, big endian
 *  32 bytes   epoch secret
 *  16 bytes   MAC of all before it, under a key derived from the root key
 *
 * Earlier releases wrote "LETHE-E1", which is the same without the vault's id: it is read, and not written any more.
 *
 * Guarantees: a damaged file, another epoch's, another vault's and another root key's are told from the right one;
 * another vault's also where both vaults have one root key.
 * Does not: hide anything. Whoever reads this file and the root key can derive the epoch key.
 */
import { deriveKey } from '../../crypto/kdf.ts';
import { equalBytes, mac } from '../../crypto/mac.ts';
import { handOver, secret, wipe } from '../../secret.ts';

const MAGIC = Buffer.from('LETHE-E2', 'ascii');
const MAGIC_1 = Buffer.from('LETHE-E1', 'ascii');
const VAULT_BYTES = 32;
const SECRET_BYTES = 32;
const CHECK_BYTES = 16;
export const FILE_BYTES = MAGIC.length + VAULT_BYTES + 4 + SECRET_BYTES + CHECK_BYTES;

export class EpochFiles {
  readonly #checkKey: Buffer;
  readonly #vault: Buffer;

  constructor(rootKey: Uint8Array, vaultId: string) {
    if (vaultId.length === 0 || vaultId.length > VAULT_BYTES) throw new RangeError('A vault’s id has up to 32 bytes.');
    this.#checkKey = deriveKey(rootKey, 'lethe/file-slot-check/1');
    this.#vault = Buffer.alloc(VAULT_BYTES);
    this.#vault.write(vaultId, 'ascii');
  }

  encode(epoch: number, secret: Buffer): Buffer {
    return this.#sealed(Buffer.concat([MAGIC, this.#vault]), 'lethe/file-slot/2', epoch, secret);
  }

  /**
   * @returns the secret, owned by the caller; undefined where this is not the file of this vault, root key and epoch
   */
  decode(epoch: number, content: Buffer): Buffer | undefined {
    const isFirst = equalBytes(content.subarray(0, MAGIC.length), MAGIC_1);
    const at = MAGIC.length + (isFirst ? 0 : VAULT_BYTES) + 4;
    using held = secret(Buffer.from(content.subarray(at, at + SECRET_BYTES)));
    if (held.length !== SECRET_BYTES) return undefined;
    using right = secret(isFirst ? this.#sealed(MAGIC_1, 'lethe/file-slot/1', epoch, held) : this.encode(epoch, held));
    return equalBytes(content, right) ? handOver(held) : undefined;
  }

  /**
   * Whether a file names another vault. What is damaged names none: a file that is half written over, too, whose first
   * sector goes at once.
   */
  isAnothers(content: Buffer): boolean {
    const [magic, vault] = [
      content.subarray(0, MAGIC.length),
      content.subarray(MAGIC.length, MAGIC.length + VAULT_BYTES),
    ];
    return content.length === FILE_BYTES && equalBytes(magic, MAGIC) && !equalBytes(vault, this.#vault);
  }

  wipe(): void {
    wipe(this.#checkKey);
  }

  #sealed(head: Buffer, label: string, epoch: number, secret: Buffer): Buffer {
    const content = Buffer.alloc(head.length + 4 + SECRET_BYTES + CHECK_BYTES);
    head.copy(content);
    content.writeUInt32BE(epoch, head.length);
    secret.copy(content, head.length + 4);
    const body = content.subarray(0, content.length - CHECK_BYTES);
    mac(this.#checkKey, label, CHECK_BYTES, body).copy(content, body.length);
    return content;
  }
}
