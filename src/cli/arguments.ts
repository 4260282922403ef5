/** Checks what was typed against the API's own schemas. */
import { z } from 'zod';
import { StartError } from '../errors.ts';

/** @throws {StartError} naming the argument and what it must be */
export function checked<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'argument'}: ${message}`);
  throw new StartError(lines.join('; '));
}

export const Count = z.coerce.number().int();
