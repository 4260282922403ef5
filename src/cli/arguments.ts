/** Checks what was typed: against the API's schemas, and that a new file can be made. */
import { type FileHandle, open } from 'node:fs/promises';
import { z } from 'zod';
import { StartError } from '../errors.ts';
import { remedyFor } from '../storage/errors.ts';

/** @throws {StartError} naming the argument and what it must be */
export function checked<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'argument'}: ${message}`);
  throw new StartError(lines.join('; '));
}

export const Count = z.coerce.number().int();

/**
 * Makes a new file that only this user may read, at the path that an option names.
 * @param what goes into it
 * @throws {StartError}
 */
export async function newFile(path: string, what: string): Promise<FileHandle> {
  return open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') {
      throw new StartError(
        `${path} is there already, and nothing was done. ${what} goes into a new file: name another.`,
      );
    }
    const why = [`${path} cannot be made (${error.code}).`, remedyFor(error.code ?? ''), 'Nothing was done.'];
    throw new StartError(why.filter(Boolean).join(' '));
  });
}
