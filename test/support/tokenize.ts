/** `tokenize` as a caller meets it who is tied to no audience, and so is told every record; `reuse` is for billing. */

import type { Caller } from '../../src/calls/caller.ts';
import type { RecordId } from '../../src/ids.ts';
import type { TokenizeItem, Tokenized as Told } from '../../src/operations/values/schema.ts';
import { tokenize as tokenizeFor } from '../../src/operations/values/tokenize.ts';
import type { Vault } from '../../src/vault/vault.ts';

export type Tokenized = Told & { readonly record: RecordId };

export async function tokenize(
  vault: Vault,
  caller: Caller,
  body: { readonly items: readonly TokenizeItem[] },
): Promise<{ results: Tokenized[] }> {
  const reuses = body.items.some(({ reuse }) => reuse);
  const items = [...body.items];
  const { results } = await tokenizeFor(vault, caller, { items, ...(reuses && { purpose: 'billing' }) });
  return { results: results.map((result) => ({ ...result, record: result.record as RecordId })) };
}
