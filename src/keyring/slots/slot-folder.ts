/**
 * The folder of a file slot, and whose it is.
 *
 *   vault.id   the vault whose epochs it holds; made before the first of them
 *   slot.id    tells a disk that is not mounted from an empty one; only slots that were added have it
 *
 * Guarantees: a folder that names another vault is neither read nor written. One that holds epochs and names no vault
 * is only read: an earlier release made it, and it is named once a secret in it has proved to be this vault's.
 * `unmake` removes what this object made, and nothing else.
 */
import { readdir, readFile, rmdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pooledRandom, type RandomSource } from '../../crypto/random.ts';
import { UnavailableError, VaultError } from '../../errors.ts';
import { unlessNoFolder } from '../../files.ts';
import { makeFolder } from '../../make-folder.ts';
import { createDurably } from './durable-file.ts';

export const VAULT_ID_FILE = 'vault.id';
export const SLOT_ID_FILE = 'slot.id';
const ID_BYTES = 16;
const EPOCH_FILE = /^epoch-\d+\.key(\..*)?$/;

export class SlotFolder {
  readonly path: string;
  readonly #vaultId: string;
  readonly #id: string | undefined;
  readonly #random: RandomSource;
  /** What this object made here, in that order. */
  readonly #made: { readonly path: string; readonly isFolder: boolean }[] = [];

  /** @param id what its `slot.id` has to say; absent: nothing is asked */
  constructor(path: string, vaultId: string, id?: string, random: RandomSource = pooledRandom()) {
    this.path = path;
    this.#vaultId = vaultId;
    this.#id = id;
    this.#random = random;
  }

  /** @throws {UnavailableError} where it is not the folder it was added with, or names another vault */
  async assertReadable(): Promise<void> {
    await this.#assertMounted();
    const owner = await this.owner();
    if (owner !== undefined && owner !== this.#vaultId) throw anothers();
  }

  /**
   * Makes it and names this vault where nothing is there yet.
   * @throws {UnavailableError} as for reading, and see above
   */
  async assertWritable(): Promise<void> {
    await this.assertReadable();
    if (await this.isNamed()) return;
    // Another process of this vault may have named it since, and filled it.
    if ((await this.epochFiles()).length > 0 && !(await this.isNamed())) throw unnamed();
    await this.#name();
  }

  /** Whether it names this vault. */
  async isNamed(): Promise<boolean> {
    return (await this.owner()) === this.#vaultId;
  }

  /** Names this vault, to which a secret in it has proved to belong. */
  async claim(): Promise<void> {
    await this.#name();
  }

  /** The vault that it names. */
  async owner(): Promise<string | undefined> {
    return readId(join(this.path, VAULT_ID_FILE));
  }

  /** Whether it is a slot already, of whomever: it has a name, a mark or an epoch. */
  async isUsed(): Promise<boolean> {
    const ids = [await this.owner(), await readId(join(this.path, SLOT_ID_FILE))];
    return ids.some((id) => id !== undefined) || (await this.epochFiles()).length > 0;
  }

  /** The names of its epochs' files, and of what crashes have left beside them. */
  async epochFiles(): Promise<string[]> {
    return ((await readdir(this.path).catch(unlessNoFolder)) ?? []).filter((name) => EPOCH_FILE.test(name));
  }

  /**
   * Names the folder, so that it can be added as a slot.
   * @param known what its `slot.id` says, if the list has this very slot
   * @returns what its `slot.id` says
   * @throws `slot_exists` where it names another vault, or is another's slot and names no vault; nothing was changed
   */
  async identify(known: string | undefined): Promise<string> {
    const path = join(this.path, SLOT_ID_FILE);
    const [owner, there] = [await this.owner(), await readId(path)];
    if (owner !== undefined && owner !== this.#vaultId) throw new VaultError('slot_exists', ANOTHERS);
    const isTaken = there !== undefined || (await this.epochFiles()).length > 0;
    if (owner === undefined && isTaken && (known === undefined || known !== there)) {
      throw new VaultError('slot_exists', UNNAMED);
    }
    if (owner === undefined && !isTaken) await this.#name();
    await this.#makeFolder();
    const id = Buffer.from(`${this.#random(ID_BYTES).toString('hex')}\n`, 'ascii');
    if (await createDurably(path, id, this.#random)) this.#made.push({ path, isFolder: false });
    return (await readId(path)) ?? '';
  }

  async #makeFolder(): Promise<void> {
    const first = await makeFolder(this.path);
    if (first === undefined) return;
    const folders = [this.path];
    while (folders[0] !== first) folders.unshift(dirname(folders[0] as string));
    this.#made.push(...folders.map((path) => ({ path, isFolder: true })));
  }

  /** Removes what this object made, the last first. A folder with anything in it stays, with epochs also its name. */
  async unmake(): Promise<void> {
    const isFilled = (await this.epochFiles()).length > 0;
    for (const { path, isFolder } of this.#made.splice(0).reverse()) {
      if (isFilled && path === join(this.path, VAULT_ID_FILE)) continue;
      await (isFolder ? rmdir(path) : unlink(path)).catch(() => {});
    }
  }

  async #name(): Promise<void> {
    await this.#makeFolder();
    const path = join(this.path, VAULT_ID_FILE);
    if (await createDurably(path, Buffer.from(`${this.#vaultId}\n`, 'ascii'), this.#random)) {
      this.#made.push({ path, isFolder: false });
    }
    // If two vaults name themselves at once, one does.
    if (!(await this.isNamed())) throw anothers();
  }

  async #assertMounted(): Promise<void> {
    if (this.#id === undefined) return;
    const found = await readId(join(this.path, SLOT_ID_FILE)).catch(() => undefined);
    if (found === this.#id) return;
    throw new UnavailableError(
      'key_unavailable',
      'The folder of the file slot is not the one it was added with. Is its disk mounted?',
    );
  }
}

/** @returns undefined where there is no such file */
export async function readId(path: string): Promise<string | undefined> {
  return (await readFile(path, 'ascii').catch(unlessNoFolder))?.trim();
}

const ANOTHERS =
  'The folder of the file slot belongs to another vault: its vault.id says so. Nothing was changed in it.';
const UNNAMED =
  'The folder of the file slot is in use, and no vault.id in it says by which vault. Nothing was changed in it.';

function anothers(): UnavailableError {
  return new UnavailableError('key_unavailable', ANOTHERS);
}

function unnamed(): UnavailableError {
  return new UnavailableError('key_unavailable', UNNAMED);
}
