/** What the tests of search share: values stored and found, index entries as they lie in the key store, opened values counted. */

import type { Caller } from '../../src/calls/caller.ts';
import { associatedData } from '../../src/crypto/associated-data.ts';
import { wrapKey } from '../../src/crypto/envelope.ts';
import type { RecordId, TenantId } from '../../src/ids.ts';
import { indexKeys } from '../../src/keyring/tables.ts';
import { search } from '../../src/operations/values/search.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { withParts } from '../support/home.ts';
import { askRows } from '../support/spelled.ts';
import { type Tokenized, tokenize } from '../support/tokenize.ts';

export type Query = Omit<Parameters<typeof search>[2], 'purpose' | 'after'>;
export interface Item {
  readonly type: string;
  readonly value: unknown;
  readonly subject?: string;
}

const AT_ONCE = 1_000;

export async function storeAll(vault: Vault, caller: Caller, items: readonly Item[]): Promise<Tokenized[]> {
  const stored: Tokenized[] = [];
  for (let i = 0; i < items.length; i += AT_ONCE) {
    stored.push(...(await tokenize(vault, caller, { items: items.slice(i, i + AT_ONCE) })).results);
  }
  return stored;
}

export interface Page {
  readonly records: RecordId[];
  readonly tokens: string[];
  readonly next: string | undefined;
}

/** Every page of a search, one after another; `between` runs after each. */
export async function pagesOf(
  vault: Vault,
  caller: Caller,
  query: Query,
  between: () => Promise<void> = async () => {},
): Promise<Page[]> {
  const pages: Page[] = [];
  for (let after: string | undefined; ; ) {
    const reply = await search(vault, caller, { ...query, purpose: 'billing', ...(after && { after }) });
    pages.push({
      records: reply.results.map(({ record }) => record as RecordId),
      tokens: reply.results.map(({ token }) => token),
      next: reply.next,
    });
    if (reply.next === undefined) return pages;
    after = reply.next;
    await between();
  }
}

export async function findAll(vault: Vault, caller: Caller, query: Query): Promise<RecordId[]> {
  return (await pagesOf(vault, caller, query)).flatMap(({ records }) => records);
}

export interface Entry {
  readonly version: number;
  readonly mac: Buffer;
  readonly record: string;
}

/** The index entries of one name, in the order of the records. */
export async function entriesOf({ keyStore }: Vault, { tenant }: Caller, name: string): Promise<Entry[]> {
  return askRows(keyStore.reader, (sql) =>
    sql('blind_indexes').select('version', 'mac', 'record').where({ tenant, name }).orderBy('record'),
  );
}

/** The same vault, and how many record keys it has asked for since. */
export function counting(vault: Vault): { vault: Vault; opened(): number } {
  let opened = 0;
  const { records } = vault.keyring;
  const counted = withParts(records, {
    findEach(reader, tenant, places) {
      opened += places.length;
      return records.findEach(reader, tenant, places);
    },
  });
  return { vault: { ...vault, keyring: { ...vault.keyring, records: counted } }, opened: () => opened };
}

/** A further version of an index key, as a rotation will make it; a vault opened after this knows it. */
export async function addVersion(vault: Vault, tenant: TenantId, name: string, bits: number | null): Promise<number> {
  const epoch = vault.keyring.epochs.current;
  const version = ((await vault.keyring.indexes.versions(tenant, name)).at(-1)?.version ?? 0) + 1;
  const ad =
    bits === null
      ? associatedData('lethe/index-key/1', tenant, name, version, epoch)
      : associatedData('lethe/index-key/2', tenant, name, version, epoch, bits);
  const wrapped = wrapKey(vault.random(32), await vault.keyring.epochs.keyOf(epoch, tenant), ad, vault.random);
  const lived = {
    created_at: vault.clock().getTime(),
    state: null,
    made_by: null,
    removed_at: null,
    removed_epoch: null,
  };
  const row = { tenant, name, version, epoch, wrapped, bits, ...lived };
  await vault.keyStore.shared((tx) => tx.insert(indexKeys, [row]));
  return version;
}
