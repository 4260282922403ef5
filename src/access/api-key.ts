/**
 * The API key as a caller holds it:
 *
 *   lethe_ 26 characters of the key's id _ 43 characters of a 256-bit secret _ 8 hexadecimal digits of a checksum
 *
 * The prefix and the checksum let secret scanners find a leaked key and rule out chance. The vault keeps only a MAC of
 * the secret, under an index key of the tenant: neither the database nor its backup can make a working key.
 */
import { crc32 } from 'node:zlib';
import type { RandomSource } from '../crypto/random.ts';
import { type ApiKeyId, isId } from '../ids.ts';

export const SECRET_BYTES = 32;
const SHAPE = /^lethe_([0-9a-z]{26})_([A-Za-z0-9_-]{43})_([0-9a-f]{8})$/;

export interface ParsedApiKey {
  readonly id: ApiKeyId;
  readonly secret: Buffer;
}

/** @returns the text to hand out once, and the secret to be MACed, which the caller wipes */
export function newApiKey(id: ApiKeyId, random: RandomSource): { text: string; secret: Buffer } {
  const secret = random(SECRET_BYTES);
  return { text: apiKeyText(id, secret), secret };
}

export function apiKeyText(id: ApiKeyId, secret: Buffer): string {
  const body = `lethe_${id.slice('key_'.length)}_${secret.toString('base64url')}`;
  return `${body}_${checksum(body)}`;
}

/** @returns undefined for a text that cannot be an API key; does not say whether a key works */
export function parseApiKey(text: string): ParsedApiKey | undefined {
  const match = SHAPE.exec(text);
  if (match === null) return undefined;
  const [, body = '', secret = '', sum = ''] = match;
  const id = `key_${body}`;
  if (!isId('apiKey', id) || checksum(text.slice(0, -9)) !== sum) return undefined;
  return { id, secret: Buffer.from(secret, 'base64url') };
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}
