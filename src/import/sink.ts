/**
 * A file that is written from a known length on: the output, the rejects.
 *
 * Guarantees: mode 0600 where it is made here; written bytes are where they belong even after a crash, since every
 * write names its position and what lies behind the known length is cut off first.
 */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { ImportConflictError } from './errors.ts';

const { O_CREAT, O_RDWR } = constants;

export class Sink {
  readonly #file: FileHandle;
  #bytes: number;
  #dirty = false;

  private constructor(file: FileHandle, bytes: number) {
    this.#file = file;
    this.#bytes = bytes;
  }

  /**
   * Makes the file where it is not there.
   * @param bytes what is known to be right of it
   * @throws {ImportConflictError} where it is shorter than that
   */
  static async open(path: string, bytes: number): Promise<Sink> {
    const file = await open(path, O_RDWR | O_CREAT, 0o600);
    try {
      if ((await file.stat()).size < bytes) {
        throw new ImportConflictError(
          'import_damaged',
          `${path} is shorter than this import left it. Put it back; or start over with --force.`,
        );
      }
      await file.truncate(bytes);
      return new Sink(file, bytes);
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
