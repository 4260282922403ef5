/**
 * A file that is written from a known length on: the output, the rejects.
 *
 * Guarantees: mode 0600, made where nothing stood; no link is followed, so that one which somebody planted neither leads
 * tokens and refused rows elsewhere nor has what it points at overwritten; written bytes are where they belong even after
 * a crash, since every write names its position and what lies behind the known length is cut off first.
 */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { VaultError } from '../errors.ts';

const { O_CREAT, O_EXCL, O_RDWR } = constants;
/** Windows has none, and asks for a privilege before it makes a link. */
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
   * Goes on with a file that an earlier run made; makes one where none is.
   * @param bytes what is known to be right of it; undefined: nothing is, and nothing may stand there
   * @throws `out_exists` where something does, `import_damaged` where what stands there is shorter or a link
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

/** @returns undefined where nothing stands */
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
