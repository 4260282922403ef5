/**
 * SHA-256 (FIPS 180-4) of a stream: to tell that a file is what it was, with a tool that everybody has (`sha256sum`).
 * Does not: say who made the file; that takes a MAC.
 */
import { createHash } from 'node:crypto';

/** @returns 64 hexadecimal digits */
export async function sha256Of(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}
