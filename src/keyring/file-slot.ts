/**
 * The file root slot: one file an epoch, mode 0600, synced to disk together with its folder.
 *
 *   8 bytes   "LETHE-E1"
 *   4 bytes   epoch, big endian
 *  32 bytes   epoch secret
 *  16 bytes   MAC of all before it, under a key derived from the root key
 *
 * The MAC tells a damaged file, or another vault's, from the right one; it hides nothing. Whoever reads this file and
 * the root key can derive the epoch key. A file system may keep copies of deleted blocks (journals, snapshots, flash):
 * that limit belongs to this tier, and `keys/README.md` names it.
 */
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { deriveKey } from '../crypto/kdf.ts';
import { equalBytes, mac } from '../crypto/mac.ts';
import { UnavailableError } from '../errors.ts';
import type { RootSlot } from './root-slot.ts';

const MAGIC = Buffer.from('LETHE-E1', 'ascii');
const SECRET_BYTES = 32;
const CHECK_BYTES = 16;
const HEADER_BYTES = MAGIC.length + 4;
const FILE_BYTES = HEADER_BYTES + SECRET_BYTES + CHECK_BYTES;

export class FileSlot implements RootSlot {
  readonly name = 'file';
  readonly #folder: string;
  readonly #checkKey: Buffer;

  constructor(folder: string, rootKey: Uint8Array) {
    this.#folder = folder;
    this.#checkKey = deriveKey(rootKey, 'lethe/file-slot-check/1');
  }

  async put(epoch: number, secret: Buffer): Promise<void> {
    const present = await this.get(epoch);
    if (present !== undefined) {
      const same = equalBytes(present, secret);
      present.fill(0);
      if (!same) throw new UnavailableError('key_unavailable', 'The file slot holds another secret for this epoch.');
      return;
    }
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const content = this.#encode(epoch, secret);
    await writeDurably(this.#path(epoch), content);
    content.fill(0);
  }

  async get(epoch: number): Promise<Buffer | undefined> {
    const content = await readFile(this.#path(epoch)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw new UnavailableError('key_unavailable', 'The file slot cannot be read.', { cause: error.code });
    });
    if (content === undefined) return undefined;
    const secret = Buffer.from(content.subarray(HEADER_BYTES, HEADER_BYTES + SECRET_BYTES));
    const expected = content.length === FILE_BYTES ? this.#encode(epoch, secret) : Buffer.alloc(0);
    const intact = equalBytes(content, expected);
    content.fill(0);
    expected.fill(0);
    if (!intact) {
      secret.fill(0);
      throw new UnavailableError(
        'key_unavailable',
        'The epoch secret in the file slot is damaged or belongs to another root key.',
      );
    }
    return secret;
  }

  #encode(epoch: number, secret: Buffer): Buffer {
    const content = Buffer.alloc(FILE_BYTES);
    MAGIC.copy(content);
    content.writeUInt32BE(epoch, MAGIC.length);
    secret.copy(content, HEADER_BYTES);
    const body = content.subarray(0, HEADER_BYTES + SECRET_BYTES);
    mac(this.#checkKey, 'lethe/file-slot/1', CHECK_BYTES, body).copy(content, body.length);
    return content;
  }

  #path(epoch: number): string {
    return join(this.#folder, `epoch-${String(epoch).padStart(6, '0')}.key`);
  }
}

/** Writes a file so that a crash leaves either nothing or the whole: temporary name, fsync, rename, fsync the folder. */
export async function writeDurably(path: string, content: Uint8Array): Promise<void> {
  const temporary = `${path}.new`;
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
