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
import { link, mkdir, open, readFile, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { deriveKey } from '../crypto/kdf.ts';
import { equalBytes, mac } from '../crypto/mac.ts';
import { UnavailableError } from '../errors.ts';
import type { Attestation, Destruction, RootSlot } from './root-slot.ts';

const MAGIC = Buffer.from('LETHE-E1', 'ascii');
const SECRET_BYTES = 32;
const CHECK_BYTES = 16;
const HEADER_BYTES = MAGIC.length + 4;
const FILE_BYTES = HEADER_BYTES + SECRET_BYTES + CHECK_BYTES;

const LIMITS = 'A file system may keep copies of deleted blocks: journals, snapshots, backups, flash.';

export class FileSlot implements RootSlot {
  readonly name = 'file';
  readonly kind = 'file';
  readonly tier = 'overwritten';
  readonly #folder: string;
  readonly #checkKey: Buffer;

  constructor(folder: string, rootKey: Uint8Array) {
    this.#folder = folder;
    this.#checkKey = deriveKey(rootKey, 'lethe/file-slot-check/1');
  }

  async put(epoch: number, secret: Buffer): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const content = this.#encode(epoch, secret);
    const created = await createDurably(this.#path(epoch), content);
    content.fill(0);
    if (created) return;
    const present = await this.get(epoch);
    const same = present !== undefined && equalBytes(present, secret);
    present?.fill(0);
    if (!same) throw new UnavailableError('key_unavailable', 'The file slot holds another secret for this epoch.');
  }

  async get(epoch: number): Promise<Buffer | undefined> {
    const content = await readFile(this.#path(epoch)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw new UnavailableError('key_unavailable', 'The file slot cannot be read.', { cause: error.code });
    });
    if (content === undefined) return undefined;
    const secret = Buffer.from(content.subarray(HEADER_BYTES, HEADER_BYTES + SECRET_BYTES));
    const whole = content.length === FILE_BYTES;
    const expected = whole ? this.#encode(epoch, secret) : Buffer.alloc(0);
    const intact = whole && equalBytes(content, expected);
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

  async destroy(epoch: number): Promise<Destruction> {
    const path = this.#path(epoch);
    const file = await open(path, 'r+').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw new UnavailableError('key_unavailable', 'The file slot cannot be written.', { cause: error.code });
    });
    if (file !== undefined) {
      try {
        await file.write(Buffer.alloc(FILE_BYTES), 0, FILE_BYTES, 0);
        await file.sync();
      } finally {
        await file.close();
      }
      await unlink(path);
    }
    await syncFolder(path);
    return { method: 'overwrite and unlink', statement: `The file was overwritten, synced and unlinked. ${LIMITS}` };
  }

  async attest(): Promise<Attestation> {
    return { kind: this.kind, tier: this.tier, product: 'file', limits: LIMITS };
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
  const temporary = await writeBeside(path, content);
  await rename(temporary, path);
  await syncFolder(path);
}

/**
 * The same for a file that is never written over: of two processes that make it at once, one does. A crash may leave
 * the temporary name behind: of a secret that was never used, or as a second name of this very file, so that whoever
 * overwrites the one overwrites both.
 * @returns whether this call made it; if not, it is there, whole
 */
export async function createDurably(path: string, content: Uint8Array): Promise<boolean> {
  const temporary = await writeBeside(path, content);
  try {
    await link(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await unlink(temporary);
  }
  await syncFolder(path);
  return true;
}

let written = 0;

async function writeBeside(path: string, content: Uint8Array): Promise<string> {
  written += 1;
  const temporary = `${path}.${process.pid}-${written}.new`;
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  return temporary;
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
