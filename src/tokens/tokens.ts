/**
 * Tokens: random surrogates that apps store in place of values. Nothing about the value can be computed from one.
 *
 * Guarantees: a token is bound to its record by a MAC, so that a row edited in the database cannot make one token
 * reveal another's value.
 */
import { equalBytes } from '../crypto/mac.ts';
import { IntegrityError, VaultError } from '../errors.ts';
import type { RecordId, TenantId, Token } from '../ids.ts';
import type { IndexKey, IndexKeys } from '../keyring/index-keys.ts';
import { lookup, type Row, table } from '../storage/table.ts';
import type { Reader, RecordTx } from '../storage/tx.ts';

const KEY_NAME = '@token';
const TAG_BYTES = 16;

export const tokens = table(
  'records',
  'tokens',
  { tenant: 'text', token: 'text', record: 'text', tag: 'bytes', tag_version: 'int', created_at: 'int' },
  ['tenant', 'token'],
);
export type TokenRow = Row<typeof tokens>;
const tokenById = lookup(tokens, ['tenant', 'token']);
const tokensByRecord = lookup(tokens, ['tenant', 'record'], { orderBy: ['created_at', 'token'] });

/** No token of this tenant: one answer, whether it never was, or is another tenant's. */
export class TokenNotFoundError extends VaultError {
  readonly kind = 'not_found';
  readonly code = 'token_not_found';

  constructor() {
    super('No such token.');
  }
}

export function tokenKey(indexes: IndexKeys, tenant: TenantId): Promise<IndexKey> {
  return indexes.current(tenant, KEY_NAME);
}

export function tokenRow(key: IndexKey, tenant: TenantId, token: Token, record: RecordId, at: Date): TokenRow {
  const tag = tagOf(key, tenant, token, record);
  return { tenant, token, record, tag, tag_version: key.version, created_at: at.getTime() };
}

export async function insertTokens(tx: RecordTx, rows: readonly TokenRow[]): Promise<void> {
  await tx.insert(tokens, rows);
}

/**
 * @returns for each token its row, or undefined for an unknown one
 * @throws {IntegrityError} for a row that was altered
 */
export async function findTokens(
  reader: Reader<'records'>,
  indexes: IndexKeys,
  tenant: TenantId,
  ids: readonly Token[],
): Promise<(TokenRow | undefined)[]> {
  const found = await reader.find(
    tokenById,
    ids.map((id) => [tenant, id]),
  );
  const keys = await indexes.versions(tenant, KEY_NAME);
  return found.map(([row]) => row && verified(keys, row));
}

/** The tokens of each record, the oldest first. */
export async function tokensOfRecords(
  reader: Reader<'records'>,
  indexes: IndexKeys,
  tenant: TenantId,
  ids: readonly RecordId[],
): Promise<TokenRow[][]> {
  const found = await reader.find(
    tokensByRecord,
    ids.map((id) => [tenant, id]),
  );
  const keys = await indexes.versions(tenant, KEY_NAME);
  return found.map((rows) => rows.map((row) => verified(keys, row)));
}

function verified(keys: readonly IndexKey[], row: TokenRow): TokenRow {
  const key = keys.find(({ version }) => version === row.tag_version);
  const expected = key && tagOf(key, row.tenant, row.token, row.record);
  if (expected === undefined || !equalBytes(expected, row.tag)) throw new IntegrityError({ record: row.record });
  return row;
}

function tagOf(key: IndexKey, tenant: string, token: string, record: string): Buffer {
  return key.mac('lethe/token/1', TAG_BYTES, tenant, token, record);
}
