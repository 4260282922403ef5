/**
 * What an unsubscribe link carries (RFC 8058): whose no it is, and to which purpose, as a text that tells nothing.
 *
 * Guarantees: sealed under the tenant's key and always of one length, so a link tells neither the person nor the
 * purpose, and nobody makes one up or turns it on somebody else. It can say no to that one purpose, and nothing else.
 * Does not: end. A link works as long as the person is there, because an old mail must still be answered.
 */
import type { RandomSource } from '../crypto/random.ts';
import { VaultError } from '../errors.ts';
import { isId, type SubjectId, type TenantId } from '../ids.ts';
import type { IndexKey } from '../keyring/indexes/index-keys.ts';

const LABEL = 'lethe/unsubscribe/1';
/** The longest word of a purpose. */
const MAX_PURPOSE = 64;

export interface Link {
  readonly subject: SubjectId;
  readonly purpose: string;
}

/** @param key `choiceKey` */
export function sealLink(key: IndexKey, tenant: TenantId, { subject, purpose }: Link, random: RandomSource): string {
  const text = `${subject} ${purpose.padEnd(MAX_PURPOSE)}`;
  return key.seal(LABEL, Buffer.from(text), random, tenant).toString('base64url');
}

/** @throws `link_not_found` for a text that is no link of this tenant's */
export function openLink(key: IndexKey, tenant: TenantId, sealed: string): Link {
  try {
    const [subject, purpose] = key.open(LABEL, Buffer.from(sealed, 'base64url'), tenant).toString().trim().split(' ');
    if (isId('subject', subject) && purpose !== undefined) return { subject, purpose };
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
  }
  throw new VaultError('link_not_found');
}
