/**
 * SHA-256 (FIPS 180-4), for what others check with their own tools: files with `sha256sum`, lines of text with `sort |
 * sha256sum`. What only the vault may check uses `mac`.
 * Does not: hide anything, or say who made it.
 */
import { createHash } from 'node:crypto';

/** @returns 64 hexadecimal digits */
export async function sha256Of(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}

/** @returns 32 bytes */
export function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

export interface LineDigest {
  add(line: string): void;
  /** Returns the digest of every added line, each with its line feed, and ends the digest. */
  hex(): string;
}

export function lineDigest(): LineDigest {
  const hash = createHash('sha256');
  return {
    add: (line) => void hash.update(`${line}\n`),
    hex: () => hash.digest('hex'),
  };
}
