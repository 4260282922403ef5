/**
 * Tokens: surrogates that apps store in place of values. Nothing about the value can be computed from one, but for what
 * its format says it keeps (the last four digits of a card).
 *
 * Guarantees: a token is bound by a MAC to its record, its audience and its limits, so that a row edited in the database
 * can neither make one token reveal another's value nor let it live longer or reach further. A token that has ended
 * says so and why, to those who could use it, for good. A caller tied to an audience meets that audience's tokens only.
 * Does not: notice that a row was put back whole to an older state of its own (a use given back, a revocation undone).
 */
import { equalBytes } from '../crypto/mac.ts';
import { IntegrityError, VaultError } from '../errors.ts';
import type { RecordId, TenantId, Token } from '../ids.ts';
import type { IndexKey, IndexKeys } from '../keyring/indexes/index-keys.ts';
import { change, select } from '../storage/queries.ts';
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
    tenant: 'text',
    token: 'text',
    record: 'text',
    tag: 'bytes',
    tag_version: 'int',
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
const tokenById = lookup(tokens, ['tenant', 'token']);
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

/** Who asks for tokens, and when: what they may meet, and what has ended by then. */
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

/** @throws `already_exists` for a token that stands for something already */
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

/** As `findTokens`, but that a row which was altered is its own token's error and nobody else's. */
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
  const keys = await indexes.versions(tenant, KEY_NAME);
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
  // One after the other: a token that is swept in between has left the first place when it is in the second.
  const alive = await reader.find(tokenById, keys);
  const dead = await findDead(reader, tenant, ids);
  return new Set(ids.filter((_, i) => alive[i]?.[0] !== undefined || dead[i] !== undefined));
}

/** The tokens of each record that the caller may meet, also such as have ended but were not swept yet; the oldest first. */
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
  const keys = await indexes.versions(tenant, KEY_NAME);
  return found.map((rows) =>
    rows.filter((row) => audience === undefined || row.audience === audience).map((row) => verified(keys, row)),
  );
}

/** The tokens of each record as they are stored, for a list of what is concerned: none is checked, and none opens anything. */
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

/**
 * Writes what has changed of a token: a use, a revocation, a longer life.
 * @returns whether the row was still as it was read; if not, nothing has been changed
 */
export async function changeToken(
  tx: RecordTx,
  key: IndexKey,
  from: TokenRow,
  changed: Partial<Pick<TokenRow, 'expires_at' | 'uses_left' | 'revoked_at'>>,
): Promise<boolean> {
  const to = { ...from, ...changed };
  const { expires_at, uses_left, revoked_at } = to;
  const where = { tenant: from.tenant, token: from.token, tag: from.tag };
  const set = { expires_at, uses_left, revoked_at, tag: tagOf(key, to), tag_version: key.version };
  return (await change(tx, tokens, where, set)) === 1;
}

/**
 * Revokes tokens that a store which was put back takes to be alive. A row that was altered is left as it is: it opens
 * nothing, and a new tag would say that it may.
 * @returns how many there were
 */
export async function revokeAgain(
  tx: RecordTx,
  indexes: IndexKeys,
  tenant: TenantId,
  revoked: readonly { readonly token: Token; readonly at: number }[],
): Promise<number> {
  const found = await tx.find(
    tokenById,
    revoked.map(({ token }) => [tenant, token]),
  );
  if (found.every((rows) => rows.length === 0)) return 0;
  const keys = await indexes.versions(tenant, KEY_NAME);
  let changed = 0;
  for (const [i, [row]] of found.entries()) {
    if (row === undefined || row.revoked_at !== null) continue;
    const key = keyOf(keys, row);
    if (key !== undefined && (await changeToken(tx, key, row, { revoked_at: revoked[i]?.at ?? 0 }))) changed += 1;
  }
  return changed;
}

/** Holds tokens against every other change until the transaction ends; what is read after this stays true. */
export async function lockTokens(tx: RecordTx, tenant: TenantId, ids: readonly Token[]): Promise<void> {
  const where = { tenant, token: { in: ids } };
  await select(tx, tokens, { columns: ['token'], where, orderBy: ['token'], lock: 'wait' });
}

/** Takes one use of a limited token that the transaction holds. @throws {IntegrityError} if it is not as it was read */
export async function takeUse(tx: RecordTx, key: IndexKey, token: TokenRow): Promise<void> {
  const changed = await changeToken(tx, key, token, { uses_left: (token.uses_left ?? 0) - 1 });
  if (!changed) throw new IntegrityError({ record: token.record });
}

function verified(keys: readonly IndexKey[], row: TokenRow): TokenRow {
  if (keyOf(keys, row) === undefined) throw altered(row);
  return row;
}

function altered({ record }: TokenRow): IntegrityError {
  return new IntegrityError({ record });
}

/** @returns the key under which the row's tag is right */
function keyOf(keys: readonly IndexKey[], row: TokenRow): IndexKey | undefined {
  const key = keys.find(({ version }) => version === row.tag_version);
  return key !== undefined && equalBytes(tagOf(key, row), row.tag) ? key : undefined;
}

/** What is absent is told from every text, the empty one too. */
function told(field: string | number | null): string {
  return field === null ? '' : `=${field}`;
}

/** A token without format, audience and limits is bound as the first release bound all its tokens. */
function tagOf(key: IndexKey, row: Omit<TokenRow, 'tag' | 'tag_version'>): Buffer {
  const { tenant, token, record, format, audience, expires_at, uses_left, revoked_at } = row;
  const further = [format, audience, expires_at, uses_left, revoked_at];
  return further.every((field) => field === null)
    ? key.mac('lethe/token/1', TAG_BYTES, tenant, token, record)
    : key.mac('lethe/token/2', TAG_BYTES, tenant, token, record, ...further.map(told));
}
