/**
 * SHA-256 (FIPS 180-4) of lines of text, for what others are to check with tools of their own: `sort | sha256sum`.
 * Does not: hide anything. For what only the vault may check there is `mac`.
 */
import { createHash } from 'node:crypto';

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
