/**
 * Tokens: surrogates that apps store in place of values. Nothing about the value can be computed from one, except what
 * its format says it keeps (the last four digits of a card).
 *
 * Guarantees: a MAC binds a token to its record, its audience and its limits. So a row edited in the database can
 * neither make one token reveal another's value nor let it live longer or reach further. A token that has ended says so
 * and why, for good, to callers that could use it. A caller tied to an audience meets only that audience's tokens.
 * Does not: notice that a row was put back whole to an older state of its own (a use given back, a revocation undone).
 */
import { equalBytes } from '../crypto/mac.ts';
import { IntegrityError, VaultError } from '../errors.ts';
import type { RecordId, TenantId, Token } from '../ids.ts';
import type { IndexKey, IndexKeys } from '../keyring/indexes/index-keys.ts';
import { lookup, type Row, table } from '../storage/table.ts';
import type { Reader, RecordTx } from '../storage/tx.ts';
import { type DeathCause, findDead } from './dead-tokens.ts';
import { deathOf } from './errors.ts';

const KEY_NAME = '@token';
const TAG_BYTES = 16;

export const tokens = table(
  'records',
  'tokens',
  {
    tenant: 'id:tenant',
    token: 'id:token',
    record: 'id:record',
    tag: 'bytes',
    tag_version: 'small',
    created_at: 'int',
    format: 'text?',
    audience: 'text?',
    expires_at: 'int?',
    uses_left: 'int?',
    revoked_at: 'int?',
  },
  ['tenant', 'token'],
);
export type TokenRow = Row<typeof tokens>;
export const tokenById = lookup(tokens, ['tenant', 'token']);
const tokensByRecord = lookup(tokens, ['tenant', 'record'], { orderBy: ['created_at', 'token'] });

/** What a new token is to be. */
export interface NewToken {
  readonly token: Token;
  readonly record: RecordId;
  /** Absent: `random`. */
  readonly format?: string | undefined;
  readonly audience?: string | undefined;
  readonly expiresAt?: Date | undefined;
  readonly uses?: number | undefined;
}

/** Who asks for tokens, and when: this says what it may meet, and what has ended by then. */
export interface Asking {
  readonly tenant: TenantId;
  /** The audience the caller is tied to; undefined for one that may use every token of the tenant. */
  readonly audience: string | undefined;
  readonly now: Date;
}

/** The key of the MACs that bind tokens. */
export function tokenKey(indexes: IndexKeys, tenant: TenantId): Promise<IndexKey> {
  return indexes.current(tenant, KEY_NAME);
}

/** Every version of that key. */
export function tokenKeys(indexes: IndexKeys, tenant: TenantId): Promise<readonly IndexKey[]> {
  return indexes.versions(tenant, KEY_NAME);
}

/** The row of a new token, bound by its MAC; nothing is stored here. */
export function tokenRow(key: IndexKey, tenant: TenantId, wanted: NewToken, at: Date): TokenRow {
  const { token, record, format, audience, expiresAt, uses } = wanted;
  const row = {
    tenant,
    token,
    record,
    created_at: at.getTime(),
    format: format === undefined || format === 'random' ? null : format,
    audience: audience ?? null,
    expires_at: expiresAt?.getTime() ?? null,
    uses_left: uses ?? null,
    revoked_at: null,
  };
  return { ...row, tag: tagOf(key, row), tag_version: key.version };
}

/** @throws `already_exists` for a token that already stands for something */
export async function insertTokens(tx: RecordTx, rows: readonly TokenRow[]): Promise<void> {
  await tx.insert(tokens, rows);
}

/** A token that was asked for by name. @throws what `findTokens` says of it; @throws {IntegrityError} */
export async function findToken(
  reader: Reader<'records'>,
  indexes: IndexKeys,
  asking: Asking,
  token: Token,
): Promise<TokenRow> {
  const [row] = await findTokens(reader, indexes, asking, [token]);
  if (row === undefined || row instanceof VaultError) throw row ?? new VaultError('token_not_found');
  return row;
}

/** Why a token can no longer be used; undefined while it can. */
export function causeOfDeath(row: TokenRow, now: Date): DeathCause | undefined {
  if (row.revoked_at !== null) return 'revoked';
  if (row.uses_left === 0) return 'used_up';
  return row.expires_at !== null && row.expires_at <= now.getTime() ? 'expired' : undefined;
}

/**
 * @returns for each token its row, or why there is none for this caller: unknown (never made, another tenant's, another
 *   audience's), expired, used up or revoked
 * @throws {IntegrityError} for a row that was altered
 */
export async function findTokens(
  reader: Reader<'records'>,
  indexes: IndexKeys,
  asking: Asking,
  ids: readonly Token[],
): Promise<(TokenRow | VaultError)[]> {
  const found = await findEachToken(reader, indexes, asking, ids);
  const broken = found.find((row) => row instanceof IntegrityError);
  if (broken !== undefined) throw broken;
  return found;
}

/** As `findTokens`, but an altered row is the error of its own token alone. */
export async function findEachToken(
  reader: Reader<'records'>,
  indexes: IndexKeys,
  { tenant, audience, now }: Asking,
  ids: readonly Token[],
): Promise<(TokenRow | VaultError)[]> {
  const found = await reader.find(
    tokenById,
    ids.map((id) => [tenant, id]),
  );
  const keys = await tokenKeys(indexes, tenant);
  const rows = found.map(([row]) => row && (keyOf(keys, row) === undefined ? altered(row) : row));
  const missing = ids.filter((_, i) => rows[i] === undefined);
  const dead = missing.length === 0 ? [] : await findDead(reader, tenant, missing);
  return rows.map((row) => {
    if (row instanceof IntegrityError) return row;
    const standing = row ?? dead.shift();
    if (standing === undefined || (audience !== undefined && standing.audience !== audience)) {
      return new VaultError('token_not_found');
    }
    const cause = 'cause' in standing ? (standing.cause as DeathCause) : causeOfDeath(standing, now);
    return cause === undefined ? (standing as TokenRow) : deathOf(cause);
  });
}

/** @returns which of these texts stand for something in this tenant, or did */
export async function takenTokens(
  reader: Reader<'records'>,
  tenant: TenantId,
  ids: readonly Token[],
): Promise<Set<Token>> {
  const keys = ids.map((id) => [tenant, id]);
  // In this order: a token that is swept in between has left the first place and is in the second.
  const alive = await reader.find(tokenById, keys);
  const dead = await findDead(reader, tenant, ids);
  return new Set(ids.filter((_, i) => alive[i]?.[0] !== undefined || dead[i] !== undefined));
}

/** The tokens of each record that the caller may meet, the oldest first; also ended ones that were not swept yet. */
export async function tokensOfRecords(
  reader: Reader<'records'>,
  indexes: IndexKeys,
  { tenant, audience }: Omit<Asking, 'now'>,
  ids: readonly RecordId[],
): Promise<TokenRow[][]> {
  const found = await reader.find(
    tokensByRecord,
    ids.map((id) => [tenant, id]),
  );
  const keys = await tokenKeys(indexes, tenant);
  return found.map((rows) =>
    rows.filter((row) => audience === undefined || row.audience === audience).map((row) => verified(keys, row)),
  );
}

/** Which of a record's tokens a caller is to use: one of no audience, or else of its own, that has not ended. */
export function tokenToUse(tokens: readonly TokenRow[] = [], now: Date): TokenRow | undefined {
  const alive = tokens.filter((token) => causeOfDeath(token, now) === undefined);
  return alive.find(({ audience }) => audience === null) ?? alive[0];
}

/** The tokens of each record as they are stored, to list what is concerned: unchecked; none opens anything. */
export async function tokensStoredFor(
  reader: Reader<'records'>,
  tenant: TenantId,
  ids: readonly RecordId[],
): Promise<Token[][]> {
  const found = await reader.find(
    tokensByRecord,
    ids.map((id) => [tenant, id]),
  );
  return found.map((rows) => rows.map((row) => row.token as Token));
}

function verified(keys: readonly IndexKey[], row: TokenRow): TokenRow {
  if (keyOf(keys, row) === undefined) throw altered(row);
  return row;
}

function altered({ record }: TokenRow): IntegrityError {
  return new IntegrityError({ record });
}

/** @returns the key under which the row's tag is right */
export function keyOf(keys: readonly IndexKey[], row: TokenRow): IndexKey | undefined {
  const key = keys.find(({ version }) => version === row.tag_version);
  return key !== undefined && equalBytes(tagOf(key, row), row.tag) ? key : undefined;
}

/** Tells what is absent from every text, even the empty one. */
function told(field: string | number | null): string {
  return field === null ? '' : `=${field}`;
}

/** A token without format, audience and limits is bound as the first release bound all its tokens. */
export function tagOf(key: IndexKey, row: Omit<TokenRow, 'tag' | 'tag_version'>): Buffer {
  const { tenant, token, record, format, audience, expires_at, uses_left, revoked_at } = row;
  const further = [format, audience, expires_at, uses_left, revoked_at];
  return further.every((field) => field === null)
    ? key.mac('lethe/token/1', TAG_BYTES, tenant, token, record)
    : key.mac('lethe/token/2', TAG_BYTES, tenant, token, record, ...further.map(told));
}
