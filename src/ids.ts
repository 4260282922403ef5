/**
 * Ids: branded strings, a prefix for the kind and a body in lower-case Crockford base32.
 *
 *   rec_01jz3k5m7nef8…   26 characters: a UUIDv7 (RFC 9562), so ids of one kind sort by the time they were made
 *   tok_…                32 characters: 160 random bits, which tell nothing, not even a time; the default format of
 *                        tokens, which may have others (tokens/format.ts)
 *
 * Guarantees: ids from one random source grow strictly, also within a millisecond, unless the clock goes back. `isId`
 * accepts exactly one spelling of an id.
 * Does not: prove that an id names something.
 */
import type { RandomSource } from './crypto/random.ts';

const PREFIXES = {
  record: 'rec_',
  token: 'tok_',
  subject: 'sub_',
  tenant: 'ten_',
  principal: 'prn_',
  erasure: 'ers_',
  bucket: 'bkt_',
  audit: 'aud_',
  request: 'req_',
  apiKey: 'key_',
  job: 'job_',
  vault: 'vlt_',
  window: 'win_',
  process: 'prc_',
} as const;

export type IdKind = keyof typeof PREFIXES;
/** Every kind whose ids carry the time at which they were made. */
export type TimedIdKind = Exclude<IdKind, 'token'>;

declare const brand: unique symbol;
export type Id<K extends IdKind> = string & { readonly [brand]: K };

export type RecordId = Id<'record'>;
export type Token = Id<'token'>;
export type SubjectId = Id<'subject'>;
export type TenantId = Id<'tenant'>;
export type PrincipalId = Id<'principal'>;
export type ErasureId = Id<'erasure'>;
export type BucketId = Id<'bucket'>;
export type AuditId = Id<'audit'>;
export type RequestId = Id<'request'>;
export type ApiKeyId = Id<'apiKey'>;
export type JobId = Id<'job'>;
export type WindowId = Id<'window'>;
export type VaultId = Id<'vault'>;

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const ANY = '[0-9a-hjkmnp-tv-z]';
/** Two characters for every ten bits. */
const PAIRS = Array.from({ length: 1024 }, (_, i) => ALPHABET.charAt(i >> 5) + ALPHABET.charAt(i & 31));
const PREFIX_LENGTH = 4;
const TOKEN_BYTES = 20;
/** Visible ASCII. The limit is twice that of a token brought along, so that no longer text need ever be looked up. */
const TOKEN_TEXT = /^[!-~]{1,512}$/;
const VAULT_ID_TEXT = /^vlt_[0-9a-z]+$/;

/**
 * A UUIDv7 as a number of 130 bits, the first two zero. The version (0111) and the variant (10) fall into characters
 * 10 and 13, which is why those are narrower.
 */
const TIMED_BODY = `[0-7]${ANY}{9}[ef]${ANY}{2}[89abrstv]${ANY}{12}`;
const PATTERNS = Object.fromEntries(
  Object.entries(PREFIXES).map(([kind, prefix]) => [
    kind,
    new RegExp(`^${prefix}${kind === 'token' ? `${ANY}{32}` : TIMED_BODY}$`),
  ]),
) as Record<IdKind, RegExp>;

/** The last id of one random source: the clock's time, the time in the id, and rand_a (RFC 9562 6.2, method 1). */
interface Sequence {
  clock: number;
  ms: number;
  counter: number;
}
const sequences = new WeakMap<RandomSource, Sequence>();
const COUNTER_LIMIT = 0x1000;
/** A counter starts in the lower half, so that at least 2048 ids fit before it borrows the next millisecond. */
const COUNTER_SEED_MASK = 0x7ff;
const MAX_MS = 2 ** 48 - 1;

export function newId<K extends TimedIdKind>(kind: K, random: RandomSource, now: Date): Id<K> {
  const bytes = random(10);
  const { ms, counter } = next(random, now.getTime(), bytes.readUInt16BE(0) & COUNTER_SEED_MASK);
  const tailHigh = bytes.readUInt32BE(2);
  const tailLow = bytes.readUInt32BE(6);
  const msHigh = Math.floor(ms / 2 ** 18);
  const msLow = ms % 2 ** 18;
  // 130 bits, ten at a time: 00 | ms 48 | 0111 | counter 12 | 10 | tail 62.
  return (PREFIXES[kind] +
    pair(msHigh >>> 22) +
    pair(msHigh >>> 12) +
    pair(msHigh >>> 2) +
    pair(((msHigh & 3) << 8) | (msLow >>> 10)) +
    pair(msLow) +
    pair((7 << 6) | (counter >>> 6)) +
    pair(((counter & 63) << 4) | (2 << 2) | ((tailHigh >>> 28) & 3)) +
    pair(tailHigh >>> 18) +
    pair(tailHigh >>> 8) +
    pair((tailHigh << 2) | (tailLow >>> 30)) +
    pair(tailLow >>> 20) +
    pair(tailLow >>> 10) +
    pair(tailLow)) as Id<K>;
}

/** An id below every id of the kind that was made at this time or later. */
export function firstIdAt<K extends TimedIdKind>(kind: K, time: Date): Id<K> {
  // It has its own random source: ids of one source grow, and this one must not.
  return newId(kind, (sizeBytes) => Buffer.alloc(sizeBytes), time);
}

export function newToken(random: RandomSource): Token {
  const bytes = random(TOKEN_BYTES);
  let token: string = PREFIXES.token;
  for (let i = 0; i < TOKEN_BYTES; i += 5) {
    const high = bytes.readUInt32BE(i);
    token += pair(high >>> 22) + pair(high >>> 12) + pair(high >>> 2) + pair((high << 8) | (bytes[i + 4] ?? 0));
  }
  return token as Token;
}

/** Whether this is an id of the kind, in its one spelling. */
export function isId<K extends IdKind>(kind: K, value: unknown): value is Id<K> {
  return typeof value === 'string' && PATTERNS[kind].test(value);
}

/** The regular expression that every id of the kind matches, for the API's description. */
export function idPattern(kind: IdKind): string {
  return PATTERNS[kind].source;
}

/**
 * Whether a text that a store or a file gives as a vault's id may name a folder. Compare it to learn which vault it is.
 */
export function isVaultIdText(text: string): text is VaultId {
  return VAULT_ID_TEXT.test(text);
}

/**
 * Whether this could be a token of any format, of this vault or brought from another. No more can be said without
 * looking it up. `isId('token', …)` asks for the default format.
 */
export function isTokenText(value: unknown): value is Token {
  return typeof value === 'string' && TOKEN_TEXT.test(value);
}

/** When the id was made, to the millisecond. */
export function createdAt(id: Id<TimedIdKind>): Date {
  let ms = 0;
  for (let i = PREFIX_LENGTH; i < PREFIX_LENGTH + 10; i += 1) ms = ms * 32 + ALPHABET.indexOf(id.charAt(i));
  return new Date(ms);
}

function next(random: RandomSource, clock: number, seed: number): Sequence {
  if (!(clock >= 0 && clock < MAX_MS)) throw new RangeError('No id can bear this time.');
  const sequence = sequences.get(random);
  if (sequence === undefined) {
    const first = { clock, ms: clock, counter: seed };
    sequences.set(random, first);
    return first;
  }
  if (clock >= sequence.clock && clock <= sequence.ms) {
    sequence.counter += 1;
    if (sequence.counter === COUNTER_LIMIT) {
      sequence.ms += 1;
      sequence.counter = seed;
    }
  } else {
    sequence.ms = clock;
    sequence.counter = seed;
  }
  sequence.clock = clock;
  return sequence;
}

function pair(bits: number): string {
  return PAIRS[bits & 1023] ?? '';
}
