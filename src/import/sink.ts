/**
 * A file that is written from a known length on: the output or the rejects.
 *
 * Guarantees: the file has mode 0600, and is made only if nothing is there. No link is followed: a planted link neither
 * sends tokens and refused rows elsewhere, nor gets what it points at overwritten. Written bytes are in their place
 * even after a crash, because every write names its position, and bytes after the known length are cut off first.
 */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { VaultError } from '../errors.ts';

const { O_CREAT, O_EXCL, O_RDWR } = constants;
/** Windows does not have it. It asks for a privilege before it makes a link. */
const O_NOFOLLOW = constants.O_NOFOLLOW ?? 0;

export class Sink {
  readonly #file: FileHandle;
  #bytes: number;
  #dirty = false;

  private constructor(file: FileHandle, bytes: number) {
    this.#file = file;
    this.#bytes = bytes;
  }

  /**
   * Goes on with a file that an earlier run made, or makes one.
   * @param bytes how many of its bytes are known to be right; if undefined, nothing may be there yet
   * @throws `out_exists` if something is there then; `import_damaged` if the file is shorter, or is a link
   */
  static async open(path: string, bytes: number | undefined): Promise<Sink> {
    const made = bytes === undefined ? undefined : await reopen(path);
    if (made === undefined && bytes) throw shorter(path);
    const file = made ?? (await make(path));
    try {
      const known = bytes ?? 0;
      if ((await file.stat()).size < known) throw shorter(path);
      await file.truncate(known);
      return new Sink(file, known);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get bytes(): number {
    return this.#bytes;
  }

  async write(text: string): Promise<void> {
    const buffer = Buffer.from(text, 'utf8');
    for (let done = 0; done < buffer.length; this.#dirty = true) {
      const { bytesWritten } = await this.#file.write(buffer, done, buffer.length - done, this.#bytes);
      done += bytesWritten;
      this.#bytes += bytesWritten;
    }
  }

  /** Makes durable what was written. */
  async sync(): Promise<void> {
    if (this.#dirty) await this.#file.sync();
    this.#dirty = false;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

async function make(path: string): Promise<FileHandle> {
  return await open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST' ? outExists(path) : error;
  });
}

/** @returns undefined if nothing is there */
async function reopen(path: string): Promise<FileHandle | undefined> {
  return await open(path, O_RDWR | O_NOFOLLOW).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    if (error.code !== 'ELOOP') throw error;
    throw new VaultError(
      'import_damaged',
      `${path} is a symbolic link, and this import made a file. Put it back; or start over with --force.`,
    );
  });
}

export function outExists(path: string): VaultError {
  return new VaultError('out_exists', `${path} is there already. Name another file, or use --force.`);
}

function shorter(path: string): VaultError {
  return new VaultError(
    'import_damaged',
    `${path} is shorter than this import left it. Put it back; or start over with --force.`,
  );
}
