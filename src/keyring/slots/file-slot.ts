/**
 * The file root slot: one file an epoch (`epoch-file.ts`), mode 0600, synced to disk together with its folder, in a
 * folder that names the vault (`slot-folder.ts`).
 *
 * Destroying writes random bytes over the file and over whatever a crash has left beside it, syncs, unlinks, and syncs
 * the folder. It may be repeated after a crash anywhere: a file half written over names no vault any more, but its
 * folder does, and it is destroyed.
 * Guarantees: neither a file nor a folder that names another vault is written over, or removed.
 * Does not: reach copies that the file system keeps of blocks (journals, snapshots, flash, copy on write), or second
 * names that somebody made elsewhere. That limit belongs to this tier, is in every statement, and `keys/README.md`
 * names it.
 */
import { constants } from 'node:fs';
import { access, readFile, statfs, unlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { equalBytes } from '../../crypto/mac.ts';
import { pooledRandom, type RandomSource } from '../../crypto/random.ts';
import { UnavailableError, VaultError } from '../../errors.ts';
import { exists, syncFolder, unlessGone } from '../../files.ts';
import { nearestFolder } from '../../make-folder.ts';
import { secret } from '../../secret.ts';
import { createDurably, overwrite, TEMPORARY } from './durable-file.ts';
import { EpochFiles, FILE_BYTES } from './epoch-file.ts';
import type { Attestation, Destruction, RootSlot } from './root-slot.ts';
import { SlotFolder } from './slot-folder.ts';

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
  /** The id of the vault whose epochs it holds. */
  readonly vaultId: string;
  /** The name in the registry; a vault begins with the one named `file`. */
  readonly name?: string;
  /** What the file `slot.id` in its folder says: a disk that is not mounted is out of reach, not empty. */
  readonly id?: string | undefined;
  /** The source of the bytes that are written over a secret. */
  readonly random?: RandomSource;
}

export class FileSlot implements RootSlot {
  readonly name: string;
  readonly kind = 'file';
  readonly tier = 'overwritten';
  readonly #folder: SlotFolder;
  readonly #files: EpochFiles;
  readonly #random: RandomSource;

  constructor(folder: string, rootKey: Uint8Array, options: FileSlotOptions) {
    const { vaultId, name = 'file', id, random = pooledRandom() } = options;
    this.name = name;
    this.#folder = new SlotFolder(folder, vaultId, id, random);
    this.#random = random;
    this.#files = new EpochFiles(rootKey, vaultId);
  }

  async put(epoch: number, wanted: Buffer): Promise<void> {
    using content = secret(this.#files.encode(epoch, wanted));
    const created = await guarded(async () => {
      await this.#folder.assertWritable();
      return createDurably(this.#path(epoch), content, this.#random);
    });
    if (created) return;
    using present = secret(await this.get(epoch));
    if (present === undefined || !equalBytes(present, wanted))
      throw new UnavailableError('key_unavailable', 'The file slot holds another secret for this epoch.');
  }

  async get(epoch: number): Promise<Buffer | undefined> {
    const read = await reading(async () => {
      await this.#folder.assertReadable();
      return readFile(this.#path(epoch)).catch(unlessGone);
    });
    using content = secret(read);
    if (content === undefined) return undefined;
    const found = this.#files.decode(epoch, content);
    if (found !== undefined) return found;
    throw new UnavailableError(
      'key_unavailable',
      'The epoch secret in the file slot is damaged or belongs to another root key or vault.',
    );
  }

  async has(epoch: number): Promise<boolean> {
    return guarded(async () => {
      await this.#folder.assertReadable();
      return (await this.#namesOf(epoch)).length > 0;
    });
  }

  async held(): Promise<number[]> {
    return guarded(async () => {
      await this.#folder.assertReadable();
      const epochs = (await this.#folder.epochFiles()).map((name) => Number.parseInt(name.slice('epoch-'.length), 10));
      return [...new Set(epochs)].sort((a, b) => a - b);
    });
  }

  async destroy(epoch: number): Promise<Destruction> {
    const limits = await guarded(async () => {
      await this.#folder.assertReadable();
      const { inPlace } = (await fileSystemOf(this.#folder.path)) ?? OTHER;
      const paths = await this.#namesOf(epoch);
      for (const path of paths) await this.#assertOurs(epoch, path);
      // All are overwritten before the first is unlinked: a name that is gone cannot be found again.
      for (const path of paths) await overwrite(path, FILE_BYTES, this.#random);
      for (const path of paths) await unlink(path).catch(unlessGone);
      if (await exists(this.#folder.path)) await syncFolder(this.#folder.path);
      if ((await this.#namesOf(epoch)).length > 0) throw new Error('A file was made while it was destroyed.');
      return inPlace ? LIMITS : MOVES_LIMITS;
    });
    return {
      method: 'overwrite and unlink',
      statement: `The file was overwritten with random bytes, synced and unlinked. ${limits}`,
    };
  }

  async attest(): Promise<Attestation> {
    const { name, inPlace } = await guarded(async () => {
      await this.#folder.assertReadable();
      // The first secret makes a folder that is not there yet, in the nearest one that is.
      const nearest = await nearestFolder(this.#folder.path);
      await access(nearest, constants.R_OK | constants.W_OK | constants.X_OK);
      return (await fileSystemOf(nearest)) ?? OTHER;
    });
    return { kind: this.kind, tier: this.tier, product: name, limits: inPlace ? LIMITS : MOVES_LIMITS };
  }

  /**
   * A folder that an earlier release filled is given this vault's name once a secret in it proves to be this vault's.
   */
  async claim(epochs: readonly number[], isRight: (epoch: number, secret: Buffer) => boolean): Promise<void> {
    if ((await this.#folder.owner()) !== undefined || (await this.#folder.epochFiles()).length === 0) return;
    for (const epoch of epochs) {
      using found = secret(await this.get(epoch).catch(() => undefined));
      if (found !== undefined && isRight(epoch, found)) return guarded(() => this.#folder.claim());
    }
  }

  async close(): Promise<void> {
    this.#files.wipe();
  }

  /**
   * The identity of its folder, made where there is none: for a slot that is being added.
   * @param known as the list has it, if this very slot is in it
   * @throws `slot_exists` where the folder is another vault's slot, or may be
   */
  async identify(known?: string): Promise<string> {
    return guarded(() => this.#folder.identify(known));
  }

  /** Removes what this object made in the way of folders and ids, unless they hold anything. */
  async unmake(): Promise<void> {
    await guarded(() => this.#folder.unmake());
  }

  /** @throws {UnavailableError} for a file that names another vault, or may be another's in a folder that names none */
  async #assertOurs(epoch: number, path: string): Promise<void> {
    using content = secret(await readFile(path).catch(unlessGone));
    if (content === undefined) return;
    const isAnothers = this.#files.isAnothers(content);
    using found = secret(this.#files.decode(epoch, content));
    const isOurs = (found !== undefined && content.length === FILE_BYTES) || (await this.#folder.isNamed());
    if (isOurs && !isAnothers) return;
    throw new UnavailableError(
      'key_unavailable',
      'A file in the folder of the file slot belongs to another vault, or may: it was not destroyed.',
    );
  }

  /** The epoch's file and what crashes of `createDurably` have left beside it. */
  async #namesOf(epoch: number): Promise<string[]> {
    const name = basename(this.#path(epoch));
    return (await this.#folder.epochFiles())
      .filter((one) => one === name || (one.startsWith(`${name}.`) && one.endsWith(TEMPORARY)))
      .map((one) => join(this.#folder.path, one));
  }

  #path(epoch: number): string {
    return join(this.#folder.path, `epoch-${String(epoch).padStart(6, '0')}.key`);
  }
}

async function fileSystemOf(folder: string): Promise<{ readonly name: string; readonly inPlace: boolean } | undefined> {
  const found = await statfs(folder).catch(unlessGone);
  return found && (FILE_SYSTEMS.get(found.type) ?? OTHER);
}

function guarded<R>(work: () => Promise<R>): Promise<R> {
  return translated(work, 'The file slot cannot be written.');
}

function reading<R>(work: () => Promise<R>): Promise<R> {
  return translated(work, 'The file slot cannot be read.');
}

async function translated<R>(work: () => Promise<R>, message: string): Promise<R> {
  return work().catch((error: NodeJS.ErrnoException) => {
    if (error instanceof VaultError) throw error;
    throw new UnavailableError('key_unavailable', message, { cause: error.code });
  });
}
