/**
 * Counts the values that more than one record has, by the index of a type whose entries are whole. It walks the index
 * in pages, so that no statement takes long, and opens nothing.
 */
import { equalBytes } from '../crypto/mac.ts';
import type { TenantId } from '../ids.ts';
import type { IndexKeys } from '../keyring/indexes/index-keys.ts';
import { pages } from '../storage/queries.ts';
import type { Reader } from '../storage/tx.ts';
import { blindIndexes } from './index-rows.ts';

const PAGE = 10_000;
/** A second or two; a caller waits for it. */
const MAX_PAGES = 100;

export interface Doubles {
  readonly doubles: number;
  readonly records: number;
  /** Whether the rest of the index was not looked at. */
  readonly partial: boolean;
}

/** @param name of the index: that of the type */
export async function countDoubles(
  reader: Reader<'keys'>,
  indexes: IndexKeys,
  tenant: TenantId,
  name: string,
): Promise<Doubles> {
  const active = (await indexes.versions(tenant, name)).filter(({ state }) => state === 'active').at(-1);
  const counted = { doubles: 0, records: 0, partial: false };
  if (active === undefined) return counted;
  const where = { tenant, name, version: active.version };
  const orderBy = ['mac', 'record', 'generation'] as const;
  let looked = 0;
  let last: { readonly mac: Buffer; readonly record: string } | undefined;
  // The records of the last entry so far.
  let holders = 0;
  for await (const page of pages(reader, blindIndexes, { columns: orderBy, where, orderBy, limit: PAGE })) {
    looked += 1;
    if (looked > MAX_PAGES) return { ...counted, partial: true };
    for (const row of page) {
      const isSame = last !== undefined && equalBytes(last.mac, row.mac);
      // A record that is being corrected has two rows.
      if (isSame && last?.record === row.record) continue;
      holders = isSame ? holders + 1 : 1;
      if (holders === 2) {
        counted.doubles += 1;
        counted.records += 2;
      } else if (holders > 2) counted.records += 1;
      last = row;
    }
  }
  return counted;
}
