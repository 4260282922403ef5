/**
 * Exchanges tokens for the values they stand for, each as far as the caller may see it for the stated purpose. Each
 * token is answered on its own, but for one thing: a failed integrity check fails the whole call.
 */
import { decide } from '../access/decide.ts';
import type { Json } from '../datatypes/datatype.ts';
import { dataType } from '../datatypes/registry.ts';
import { VaultError } from '../errors.ts';
import type { RecordId, Token } from '../ids.ts';
import { liveRecords, openRecords } from '../records/open-records.ts';
import type { RecordRow } from '../records/store.ts';
import { findTokens, TokenNotFoundError } from '../tokens/tokens.ts';
import type { Caller } from './caller.ts';
import { perform } from './perform.ts';
import type { Revealed } from './schema.ts';
import type { Vault } from './vault.ts';

export interface DetokenizeRequest {
  readonly tokens: readonly Token[];
  readonly purpose: string;
  readonly view?: string | undefined;
  readonly reason?: string | undefined;
}

interface Allowed {
  readonly row: RecordRow;
  readonly view: string;
}

export async function detokenize(
  vault: Vault,
  caller: Caller,
  body: DetokenizeRequest,
): Promise<{ results: Revealed[] }> {
  const { purpose, reason } = body;
  return perform(vault, caller, { action: 'detokenize', purpose, reason }, async (door) => {
    door.decide();
    const reply = await door.commit('shared', async (tx) => {
      const { tenant } = caller;
      const tokens = await findTokens(tx, vault.keyring.indexes, tenant, body.tokens);
      const known = tokens.filter((row) => row !== undefined);
      const live = await liveRecords(
        tx,
        tenant,
        known.map((row) => row.record as RecordId),
      );
      const decided = new Map(known.map((token, i) => [token.token, viewOf(caller, body, live[i])] as const));
      const allowed = [...decided.values()].filter((entry): entry is Allowed => !(entry instanceof VaultError));
      const keys = { reader: vault.keyStore.reader, keyring: vault.keyring };
      const distinct = [...new Map(allowed.map((entry) => [entry.row.record, entry.row])).values()];
      const opened = await openRecords(keys, tenant, distinct);
      const values = new Map(opened.map(({ row, value }) => [row.record, value]));
      const results = body.tokens.map((token): Revealed => {
        const entry = decided.get(token) ?? new TokenNotFoundError();
        if (entry instanceof VaultError) return { token, error: { code: entry.code } };
        const { row, view } = entry;
        const value = show(row, view, values.get(row.record)?.expose() as Json);
        return { token, type: row.type, view, value: value as Json as never };
      });
      for (const { value } of opened) value.wipe();
      return { reply: { results }, entry: entryOf(distinct, allowed, [...decided.values()]) };
    });
    vault.signals.emit('values', { action: 'detokenize', count: reply.results.length });
    return reply;
  });
}

function viewOf(
  caller: Caller,
  body: DetokenizeRequest,
  row: RecordRow | VaultError | undefined,
): Allowed | VaultError {
  if (row === undefined) return new TokenNotFoundError();
  if (row instanceof VaultError) return row;
  const views = Object.keys(dataType(row.type).views);
  const { purpose, view } = body;
  const decision = decide(caller, 'detokenize', { type: { name: row.type, views }, view, purpose });
  return decision.allowed ? { row, view: decision.view as string } : decision.refusal;
}

function show(row: RecordRow, view: string, value: Json): Json {
  if (view === 'plain') return value;
  const make = dataType(row.type).views[view];
  if (make === undefined) throw new TokenNotFoundError();
  return make(value);
}

/** A call in which every token was refused is a refusal, though its reply is a list. */
function entryOf(shown: readonly RecordRow[], allowed: readonly Allowed[], all: readonly (Allowed | VaultError)[]) {
  const refusal = all.find((entry) => entry instanceof VaultError && entry.kind === 'refused');
  const records = shown.map((row) => row.record as RecordId);
  const widest = allowed.find(({ view }) => view === 'plain') ?? allowed[0];
  if (allowed.length === 0 && refusal instanceof VaultError) {
    return { records, outcome: 'refused' as const, code: refusal.code };
  }
  return { records, view: widest?.view, code: refusal instanceof VaultError ? refusal.code : undefined };
}
