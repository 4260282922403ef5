/**
 * Exchanges tokens for the values they stand for, each as far as the caller may see it for the stated purpose. Each
 * token is answered on its own, but for one thing: a failed integrity check fails the whole call.
 */
import { decide } from '../access/decide.ts';
import type { Json } from '../datatypes/datatype.ts';
import { VaultError } from '../errors.ts';
import type { RecordId, Token } from '../ids.ts';
import { liveRecords, type OpenedRecord, openRecords, typeOf } from '../records/open-records.ts';
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
      const from = { records: tx, keys: vault.keyStore.reader, keyring: vault.keyring };
      const distinct = [...new Map(allowed.map((entry) => [entry.row.record, entry.row])).values()];
      const opened = await openRecords(from, tenant, distinct);
      const values = new Map(distinct.map((row, i) => [row.record, opened[i]]));
      const errors: VaultError[] = [];
      const results = body.tokens.map((token): Revealed => {
        const entry = decided.get(token) ?? new TokenNotFoundError();
        const found = entry instanceof VaultError ? entry : (values.get(entry.row.record) ?? new TokenNotFoundError());
        if (entry instanceof VaultError || found instanceof VaultError) {
          const error = found as VaultError;
          errors.push(error);
          return { token, error: { code: error.code } };
        }
        const value = show(found.row, entry.view, found.value.expose());
        return { token, type: found.row.type, view: entry.view, value };
      });
      const shown = opened.filter((entry): entry is OpenedRecord => !(entry instanceof VaultError));
      for (const { value } of shown) value.wipe();
      const about = (shown.length > 0 ? shown.map(({ row }) => row) : named(live)).map((row) => row.record as RecordId);
      return { reply: { results }, entry: { records: about, ...outcomeOf(shown.length, allowed, errors) } };
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
  const views = Object.keys(typeOf(row).views);
  const { purpose, view } = body;
  const decision = decide(caller, 'detokenize', { type: { name: row.type, views }, view, purpose });
  return decision.allowed ? { row, view: decision.view as string } : decision.refusal;
}

function show(row: RecordRow, view: string, value: Json): Json {
  if (view === 'plain') return value;
  const make = typeOf(row).views[view];
  if (make === undefined) throw new TokenNotFoundError();
  return make(value);
}

/** A call in which every token was refused is a refusal, and one in which none opened a failure, though its reply is a list. */
function outcomeOf(shown: number, allowed: readonly Allowed[], errors: readonly VaultError[]) {
  const refusal = errors.find((error) => error.kind === 'refused');
  const code = (refusal ?? errors[0])?.code;
  if (shown === 0) return { outcome: refusal === undefined ? ('failed' as const) : ('refused' as const), code };
  return { view: (allowed.find(({ view }) => view === 'plain') ?? allowed[0])?.view, code };
}

/** The records that a call with nothing to show was about. */
function named(live: readonly (RecordRow | VaultError)[]): RecordRow[] {
  return live.filter((row): row is RecordRow => !(row instanceof VaultError));
}
