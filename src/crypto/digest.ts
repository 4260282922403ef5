/**
 * SHA-256 (FIPS 180-4), for what others are to check with tools of their own: files with `sha256sum`, lines of text with
 * `sort | sha256sum`. Does not: hide anything, or say who made it. For what only the vault may check there is `mac`.
 */
import { createHash } from 'node:crypto';

/** @returns 64 hexadecimal digits */
export async function sha256Of(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}

export interface LineDigest {
  add(line: string): void;
  /** Of every line added, each ended by a line feed; ends the digest. */
  hex(): string;
}

export function lineDigest(): LineDigest {
  const hash = createHash('sha256');
  return {
    add: (line) => void hash.update(`${line}\n`),
    hex: () => hash.digest('hex'),
  };
}
