/**
 * HMAC-SHA256 (RFC 2104, FIPS 198-1), for what others verify with their own tools: the signatures of webhooks. What
 * only the vault verifies uses `mac`.
 * Does not: separate uses or lengths of fields. Whoever signs composes one message that can be read in one way only.
 */
import { createHmac } from 'node:crypto';

export function hmacSha256(key: Uint8Array, message: string): Buffer {
  return createHmac('sha256', key).update(message, 'utf8').digest();
}
