/**
 * JSON in a column that is under no MAC: chance or a writer of the store may have altered it. What cannot be read is
 * told apart from what is there, so that one row does not take the answer from all others.
 */
import type { z } from 'zod';

/** @returns undefined where the text is no JSON, or not of this shape */
export function storedJson<S extends z.ZodType>(schema: S, text: string): z.output<S> | undefined {
  try {
    const read = schema.safeParse(JSON.parse(text));
    return read.success ? read.data : undefined;
  } catch {
    return undefined;
  }
}
