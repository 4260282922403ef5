/**
 * The file root slot: one file an epoch, mode 0600, synced to disk together with its folder.
 *
 *   8 bytes   "LETHE-E1"
 *   4 bytes   epoch, big endian
 *  32 bytes   epoch secret
 *  16 bytes   MAC of all before it, under a key derived from the root key
 *
 * The MAC tells a damaged file, or another vault's, from the right one; it hides nothing. Whoever reads this file and
 * the root key can derive the epoch key.
 *
 * Destroying writes random bytes over the file and over whatever a crash has left beside it, syncs, unlinks, and syncs
 * the folder. It may be repeated after a crash anywhere: a file half written over fails its MAC and is destroyed.
 * Does not: reach copies that the file system keeps of blocks (journals, snapshots, flash, copy on write), or second
 * names that somebody made elsewhere. That limit belongs to this tier, is in every statement, and `keys/README.md`
 * names it.
 */
import { constants } from 'node:fs';
import { access, link, mkdir, open, readdir, readFile, rename, statfs, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { deriveKey } from '../crypto/kdf.ts';
import { equalBytes, mac } from '../crypto/mac.ts';
import { pooledRandom, type RandomSource } from '../crypto/random.ts';
import { UnavailableError } from '../errors.ts';
import type { Attestation, Destruction, RootSlot } from './root-slot.ts';

const MAGIC = Buffer.from('LETHE-E1', 'ascii');
const SECRET_BYTES = 32;
const CHECK_BYTES = 16;
const HEADER_BYTES = MAGIC.length + 4;
const FILE_BYTES = HEADER_BYTES + SECRET_BYTES + CHECK_BYTES;

const ID_FILE = 'slot.id';
const ID_BYTES = 16;

const LIMITS = 'A file system may keep copies of deleted blocks: journals, snapshots, backups, flash.';
const MOVES_LIMITS = 'This file system may not write in place: old blocks, and snapshots of them, may live on.';

/** The `f_type` of statfs(2) on Linux, and whether overwriting such a file reaches the blocks it was in. */
const FILE_SYSTEMS = new Map<number, { readonly name: string; readonly inPlace: boolean }>([
  [0xef53, { name: 'ext4', inPlace: true }],
  [0x58465342, { name: 'xfs', inPlace: true }],
  [0x01021994, { name: 'tmpfs', inPlace: true }],
  [0x9123683e, { name: 'btrfs', inPlace: false }],
  [0x2fc12fc1, { name: 'zfs', inPlace: false }],
  [0xf2f52010, { name: 'f2fs', inPlace: false }],
  [0x794c7630, { name: 'overlay', inPlace: false }],
  [0x6969, { name: 'nfs', inPlace: false }],
]);
const OTHER = { name: 'file system of another kind', inPlace: false };

export interface FileSlotOptions {
  /** As the registry names it; `file` is the one that a vault begins with. */
  readonly name?: string;
  /** What the file `slot.id` in its folder says: a disk that is not mounted is out of reach, not empty. */
  readonly id?: string | undefined;
  /** Of the bytes that are written over a secret. */
  readonly random?: RandomSource;
}

export class FileSlot implements RootSlot {
  readonly name: string;
  readonly kind = 'file';
  readonly tier = 'overwritten';
  readonly #folder: string;
  readonly #checkKey: Buffer;
  readonly #id: string | undefined;
  readonly #random: RandomSource;

  constructor(folder: string, rootKey: Uint8Array, options: FileSlotOptions = {}) {
    const { name = 'file', id, random = pooledRandom() } = options;
    this.name = name;
    this.#id = id;
    this.#folder = folder;
    this.#random = random;
    this.#checkKey = deriveKey(rootKey, 'lethe/file-slot-check/1');
  }

  async put(epoch: number, secret: Buffer): Promise<void> {
    const content = this.#encode(epoch, secret);
    const created = await this.#guarded(async () => {
      await this.#assertMounted();
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      return createDurably(this.#path(epoch), content, this.#random);
    }).finally(() => content.fill(0));
    if (created) return;
    const present = await this.get(epoch);
    const same = present !== undefined && equalBytes(present, secret);
    present?.fill(0);
    if (!same) throw new UnavailableError('key_unavailable', 'The file slot holds another secret for this epoch.');
  }

  async get(epoch: number): Promise<Buffer | undefined> {
    await this.#assertMounted();
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

  async has(epoch: number): Promise<boolean> {
    return this.#guarded(async () => {
      await this.#assertMounted();
      return (await this.#namesOf(epoch)).length > 0;
    });
  }

  async destroy(epoch: number): Promise<Destruction> {
    const limits = await this.#guarded(async () => {
      await this.#assertMounted();
      const { inPlace } = (await this.#fileSystem()) ?? OTHER;
      const paths = await this.#namesOf(epoch);
      // All are overwritten before the first is unlinked: a name that is gone cannot be found again.
      for (const path of paths) await overwrite(path, this.#random);
      for (const path of paths) await unlink(path).catch(unlessGone);
      if (await exists(this.#folder)) await syncFolder(join(this.#folder, 'any'));
      if ((await this.#namesOf(epoch)).length > 0) throw new Error('A file was made while it was destroyed.');
      return inPlace ? LIMITS : MOVES_LIMITS;
    });
    return {
      method: 'overwrite and unlink',
      statement: `The file was overwritten with random bytes, synced and unlinked. ${limits}`,
    };
  }

  async attest(): Promise<Attestation> {
    const { name, inPlace } = await this.#guarded(async () => {
      await this.#assertMounted();
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await access(this.#folder, constants.R_OK | constants.W_OK | constants.X_OK);
      return (await this.#fileSystem()) ?? OTHER;
    });
    return { kind: this.kind, tier: this.tier, product: name, limits: inPlace ? LIMITS : MOVES_LIMITS };
  }

  async close(): Promise<void> {
    this.#checkKey.fill(0);
  }

  /** The identity of its folder, made where there is none: for a slot that is added. */
  async identify(): Promise<string> {
    return this.#guarded(async () => {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      const path = join(this.#folder, ID_FILE);
      await createDurably(path, Buffer.from(`${this.#random(ID_BYTES).toString('hex')}\n`, 'ascii'));
      return (await readFile(path, 'ascii')).trim();
    });
  }

  async #assertMounted(): Promise<void> {
    if (this.#id === undefined) return;
    const found = await readFile(join(this.#folder, ID_FILE), 'ascii').catch(() => undefined);
    if (found?.trim() === this.#id) return;
    throw new UnavailableError(
      'key_unavailable',
      'The folder of the file slot is not the one it was added with. Is its disk mounted?',
    );
  }

  async #guarded<R>(work: () => Promise<R>): Promise<R> {
    return work().catch((error: NodeJS.ErrnoException) => {
      if (error instanceof UnavailableError) throw error;
      throw new UnavailableError('key_unavailable', 'The file slot cannot be written.', { cause: error.code });
    });
  }

  async #fileSystem(): Promise<{ readonly name: string; readonly inPlace: boolean } | undefined> {
    const found = await statfs(this.#folder).catch(unlessGone);
    return found && (FILE_SYSTEMS.get(found.type) ?? OTHER);
  }

  /** The epoch's file and what crashes of `createDurably` have left beside it. */
  async #namesOf(epoch: number): Promise<string[]> {
    const path = this.#path(epoch);
    const name = basename(path);
    const all = (await readdir(this.#folder).catch(unlessGone)) ?? [];
    return all
      .filter((one) => one === name || (one.startsWith(`${name}.`) && one.endsWith(TEMPORARY)))
      .map((one) => join(this.#folder, one));
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

/** Random bytes over all of a file, on the disk when the promise resolves. A file that is gone needs none. */
async function overwrite(path: string, random: RandomSource): Promise<void> {
  const file = await open(path, 'r+').catch(unlessGone);
  if (file === undefined) return;
  try {
    const { size } = await file.stat();
    const noise = random(Math.max(size, FILE_BYTES));
    for (let at = 0; at < noise.length; ) at += (await file.write(noise, at, noise.length - at, at)).bytesWritten;
    await file.sync();
  } finally {
    await file.close();
  }
}

function unlessGone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

const TEMPORARY = '.new';
/** Of a temporary name. A process id is no name: every container has a process 1, and they may share a folder. */
const SUFFIX_BYTES = 16;
const suffixes = pooledRandom();

/**
 * Writes a file so that a crash leaves either nothing or the whole: temporary name, fsync, rename, fsync the folder.
 * @param random of the temporary name, which is nobody else's: one that is there is left as it is, and the call fails
 */
export async function writeDurably(path: string, content: Uint8Array, random: RandomSource = suffixes): Promise<void> {
  const temporary = await writeBeside(path, content, random);
  await rename(temporary, path);
  await syncFolder(path);
}

/**
 * The same for a file that is never written over: of two processes that make it at once, one does. A crash may leave
 * the temporary name behind: of a secret that was never used, or as a second name of this very file, so that whoever
 * overwrites the one overwrites both.
 * @returns whether this call made it; if not, it is there, whole
 */
export async function createDurably(
  path: string,
  content: Uint8Array,
  random: RandomSource = suffixes,
): Promise<boolean> {
  const temporary = await writeBeside(path, content, random);
  try {
    await link(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    // A copy with blocks of its own: unlinked as it is, it would outlive the file.
    await overwrite(temporary, random);
    return false;
  } finally {
    await unlink(temporary);
  }
  await syncFolder(path);
  return true;
}

async function writeBeside(path: string, content: Uint8Array, random: RandomSource): Promise<string> {
  const temporary = `${path}.${random(SUFFIX_BYTES).toString('hex')}${TEMPORARY}`;
  const file = await open(temporary, 'wx', 0o600);
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
