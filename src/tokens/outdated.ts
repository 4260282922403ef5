/**
 * Tokens that show characters of the value they were drawn for (the last four digits of a card), when that value is to
 * be replaced. A receipt would print the old card's digits; so the value is not corrected while such a token lives.
 *
 * Does not: reach where an app has put the token. Nor count the length that a token takes after (`digits`, `iban`):
 * nobody takes one value for another by its length.
 */
import type { DataType, Json } from '../datatypes/datatype.ts';
import { VaultError } from '../errors.ts';
import type { RecordId, TenantId } from '../ids.ts';
import type { IndexKeys } from '../keyring/indexes/index-keys.ts';
import type { Reader } from '../storage/tx.ts';
import { isOutdated, showsOf } from './format.ts';
import { causeOfDeath, tokensOfRecords } from './tokens.ts';

/** What a record is to hold, and who says so. */
export interface Correction {
  readonly tenant: TenantId;
  readonly record: RecordId;
  readonly type: DataType;
  readonly value: Json;
  readonly now: Date;
  /**
   * Whether the caller may see anything of the value. To one that may not, every token that shows something of a value
   * is outdated: otherwise its tries would tell it which digits those are.
   */
  readonly mayBeShown: boolean;
}

/** @throws `token_outdated` @throws {IntegrityError} for a token's row that was altered */
export async function assertNoneOutdated(
  reader: Reader<'records'>,
  indexes: IndexKeys,
  { tenant, record, type, value, now, mayBeShown }: Correction,
): Promise<void> {
  const [rows = []] = await tokensOfRecords(reader, indexes, { tenant, audience: undefined }, [record]);
  const live = rows.filter((row) => causeOfDeath(row, now) === undefined);
  const isInTheWay = ({ token, format }: (typeof rows)[number]) =>
    mayBeShown ? isOutdated(token, format, type, value) : showsOf(format);
  if (live.some(isInTheWay)) throw new VaultError('token_outdated');
}
