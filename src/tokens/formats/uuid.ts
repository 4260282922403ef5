/** A token that fits a UUID column: version 4, lower case, 122 random bits (RFC 9562 5.4). */
import type { RandomSource } from '../../crypto/random.ts';

const PARTS = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/;

/** @returns 36 characters, in lower case */
export function newUuid(random: RandomSource): string {
  const bytes = random(16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(PARTS, '$1-$2-$3-$4-$5');
}
