/**
 * Ids: branded strings, a prefix for the kind and a body in lower-case Crockford base32.
 *
 *   rec_01jz3k5m7nef8…   26 characters: a UUIDv7 (RFC 9562), so ids of one kind sort by the time they were made
 *   ten_1fz07q9k3c       10 characters: 48 random bits, since nearly every row names its tenant
 *   tok_…                32 characters: 160 random bits, which tell nothing, not even a time; the default format of
 *                        tokens, which may have others (tokens/format.ts)
 *
 * Guarantees: ids from one random source grow strictly, also within a millisecond, unless the clock goes back. `isId`
 * accepts exactly one spelling of an id.
 * Does not: prove that an id names something.
 */
import { ALPHABET, decodeCrockford, encodeCrockford } from './crockford.ts';
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
  hook: 'whk_',
  event: 'evt_',
  approval: 'apr_',
} as const;

export type IdKind = keyof typeof PREFIXES;
/** Every kind whose ids carry the time at which they were made. */
export type TimedIdKind = Exclude<IdKind, 'token' | 'tenant'>;

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
export type HookId = Id<'hook'>;
export type EventId = Id<'event'>;
export type ApprovalId = Id<'approval'>;

const ANY = '[0-9a-hjkmnp-tv-z]';
const PREFIX_LENGTH = 4;
const TIMED_BYTES = 16;
const TOKEN_BYTES = 20;
const TENANT_BYTES = 6;
/** Visible ASCII. The limit is twice that of a token brought along, so that no longer text need ever be looked up. */
const TOKEN_TEXT = /^[!-~]{1,512}$/;
const VAULT_ID_TEXT = /^vlt_[0-9a-z]+$/;

/**
 * A UUIDv7 as a number of 130 bits, the first two zero. The version (0111) and the variant (10) fall into characters
 * 10 and 13, which is why those are narrower.
 */
const TIMED_BODY = `[0-7]${ANY}{9}[ef]${ANY}{2}[89abrstv]${ANY}{12}`;
const BODIES: Partial<Record<string, string>> = { token: `${ANY}{32}`, tenant: `[0-7]${ANY}{9}` };
const PATTERNS = Object.fromEntries(
  Object.entries(PREFIXES).map(([kind, prefix]) => [kind, new RegExp(`^${prefix}${BODIES[kind] ?? TIMED_BODY}$`)]),
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
  // 48 bits of the time, 0111, the counter's 12, 10, and 62 random ones.
  const id = Buffer.allocUnsafe(TIMED_BYTES);
  id.writeUIntBE(ms, 0, 6);
  id.writeUInt16BE(0x7000 | counter, 6);
  bytes.copy(id, 8, 2);
  id[8] = 0x80 | ((id[8] ?? 0) & 0x3f);
  return idOfBytes(kind, id) as Id<K>;
}

/** An id below every id of the kind that was made at this time or later. */
export function firstIdAt<K extends TimedIdKind>(kind: K, time: Date): Id<K> {
  // It has its own random source: ids of one source grow, and this one must not.
  return newId(kind, (sizeBytes) => Buffer.alloc(sizeBytes), time);
}

export function newToken(random: RandomSource): Token {
  return idOfBytes('token', random(TOKEN_BYTES)) as Token;
}

/** Drawn, never counted: a store put back from a backup would give a number out again. */
export function newTenantId(random: RandomSource): TenantId {
  return idOfBytes('tenant', random(TENANT_BYTES)) as TenantId;
}

/** How many bytes an id of the kind has. */
export function sizeOfId(kind: IdKind): number {
  if (kind === 'tenant') return TENANT_BYTES;
  return kind === 'token' ? TOKEN_BYTES : TIMED_BYTES;
}

/** The bytes of an id, which sort as the text does; undefined for a text that no `idOfBytes` of the kind gives. */
export function bytesOfId(kind: IdKind, text: string): Buffer | undefined {
  if (!text.startsWith(PREFIXES[kind])) return undefined;
  return decodeCrockford(text, PREFIX_LENGTH, sizeOfId(kind));
}

/** The text of an id. It need be no id: `isId` says so. @param bytes as many as the kind has */
export function idOfBytes(kind: IdKind, bytes: Uint8Array): string {
  return PREFIXES[kind] + encodeCrockford(bytes);
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
