/**
 * Stores values and hands out tokens in their place. All or nothing: one refused item refuses the call.
 *
 * Order (design 3): keys first, in a commit of their own, then records, tokens and the audit entry. A crash between
 * the two leaves keys that open nothing, which a job sweeps.
 */

import { Plaintext } from '../crypto/plaintext.ts';
import type { DataType, Json } from '../datatypes/datatype.ts';
import { dataType } from '../datatypes/registry.ts';
import { VaultError } from '../errors.ts';
import { type BucketId, newId, newToken, type RecordId, type SubjectId, type TenantId, type Token } from '../ids.ts';
import { sealValue } from '../records/sealing.ts';
import { insertRecords, type RecordRow } from '../records/store.ts';
import { type BlindIndexRow, indexRow, insertIndexRows } from '../search/blind-index.ts';
import {
  type Assignment,
  assignKnownSubject,
  holdSubjects,
  proposeSubjects,
  settleSubjects,
} from '../subjects/subjects.ts';
import { insertTokens, tokenKey, tokenRow } from '../tokens/tokens.ts';
import type { Caller } from './caller.ts';
import { perform } from './perform.ts';
import { isSubjectId, type Tokenized, type TokenizeItem } from './schema.ts';
import type { Vault } from './vault.ts';

const FIRST = 1;

/** An item that its data type has accepted. */
interface Accepted {
  readonly type: DataType;
  readonly value: Json;
  readonly item: TokenizeItem;
}

/** @throws {InvalidValueError} and others, with `field` naming `items/<n>/…`; nothing has been stored */
export async function tokenize(
  vault: Vault,
  caller: Caller,
  body: { readonly items: readonly TokenizeItem[] },
): Promise<{ results: Tokenized[] }> {
  type Reply = { results: Tokenized[] };
  const idempotent = {
    body,
    remember: (reply: Reply) => reply.results.map(({ token, record, subject }) => [token, record, subject]),
    replay: (kept: readonly [Token, RecordId, SubjectId | undefined][]): Reply => ({
      results: acceptAll(body.items, vault.clock()).map(({ type, value }, i) => {
        const [token, record, subject] = kept[i] as (typeof kept)[number];
        return result(token, record, subject ?? null, type, value);
      }),
    }),
  };
  return perform<Reply>(vault, caller, { action: 'tokenize', idempotent }, async (door) => {
    door.decide();
    const { tenant } = caller;
    const accepted = acceptAll(body.items, door.now);
    for (const type of new Set(accepted.map((item) => item.type))) {
      door.decide({ type: { name: type.name, views: Object.keys(type.views) } });
    }
    const rows = await sealAll(vault, tenant, accepted, door.now);
    const subjects = [...new Set(rows.flatMap(({ subject }) => (subject === null ? [] : (subject as SubjectId))))];
    const key = await tokenKey(vault.keyring.indexes, tenant);
    const tokens = rows.map((row) => tokenRow(key, tenant, newToken(vault.random), row.record as RecordId, door.now));
    const reply: Reply = {
      results: accepted.map(({ type, value }, i) => {
        const [row, token] = [rows[i] as RecordRow, tokens[i]?.token as Token];
        return result(token, row.record as RecordId, row.subject as SubjectId | null, type, value);
      }),
    };
    await door.commit('shared', async (tx) => {
      await holdSubjects(tx, tenant, subjects, door.now);
      await insertRecords(tx, rows);
      await insertTokens(tx, tokens);
      return { reply, entry: { records: rows.map((row) => row.record as RecordId), subject: only(subjects) } };
    });
    vault.signals.emit('values', { action: 'tokenize', count: rows.length });
    return reply;
  });
}

function result(token: Token, record: RecordId, subject: SubjectId | null, type: DataType, value: Json): Tokenized {
  const masked = type.views.masked(value) as Tokenized['masked'];
  return { token, record, ...(subject === null ? {} : { subject }), masked, created: true };
}

function acceptAll(items: readonly TokenizeItem[], now: Date): Accepted[] {
  return items.map((item, i) => {
    try {
      const type = dataType(item.type);
      return { type, value: type.parse(item.value, { now }), item };
    } catch (error) {
      throw error instanceof VaultError ? error.at(`items/${i}/`) : error;
    }
  });
}

/**
 * Makes the keys and index rows of all items in one commit of the key store, and seals the values under them.
 * @returns the rows of the records, in the order of the items
 */
async function sealAll(vault: Vault, tenant: TenantId, accepted: readonly Accepted[], now: Date): Promise<RecordRow[]> {
  const { keyring, random } = vault;
  const ids = accepted.map(() => newId('record', random, now));
  const proposal = await propose(vault, tenant, accepted, now);
  const buckets: (BucketId | undefined)[] = [];
  for (const { item } of accepted) {
    buckets.push(item.subject === undefined ? await keyring.buckets.withRoom(tenant) : undefined);
  }
  const indexRows: BlindIndexRow[] = [];
  for (const [i, { type, value }] of accepted.entries()) {
    if (type.spread === 'none') continue;
    const key = await keyring.indexes.current(tenant, type.name);
    indexRows.push(indexRow(key, tenant, type, value, ids[i] as RecordId, FIRST));
  }
  const { keys, assigned } = await vault.keyStore.shared(async (tx) => {
    const byName = await settleSubjects(tx, proposal);
    const assigned = accepted.map(({ item }) => (item.subject === undefined ? undefined : byName.get(item.subject)));
    const places = ids.map((record, i) => ({
      record,
      generation: FIRST,
      bucket: (assigned[i]?.bucket ?? buckets[i]) as BucketId,
    }));
    const keys = await keyring.records.create(tx, tenant, places);
    await insertIndexRows(tx, indexRows);
    return { keys, assigned };
  });
  return accepted.map(({ type, value, item }, i) => {
    const place = {
      tenant,
      record: ids[i] as RecordId,
      subject: assigned[i]?.subject ?? null,
      type: type.name,
      type_version: type.version,
      generation: FIRST,
      version: FIRST,
    };
    const key = keys[i] as Buffer;
    const plain = Plaintext.of(value);
    const sealed = sealValue(place, plain, key, random);
    plain.wipe();
    key.fill(0);
    return { ...place, label: item.label ?? null, sealed, created_at: now.getTime(), updated_at: now.getTime() };
  });
}

/** Looks up the subjects that the items name: by an app's ref, which may be new, or by an id, which must be known. */
async function propose(vault: Vault, tenant: TenantId, accepted: readonly Accepted[], now: Date): Promise<Assignment> {
  const keys = { store: vault.keyStore, keyring: vault.keyring };
  const names = new Map<string, number>();
  for (const { item } of accepted) {
    if (item.subject !== undefined) names.set(item.subject, (names.get(item.subject) ?? 0) + 1);
  }
  const refs = new Map([...names].filter(([name]) => !isSubjectId(name)));
  const { known, fresh } = await proposeSubjects(keys, tenant, refs, vault.random, now);
  const all = new Map(known);
  for (const [id, records] of names) {
    if (!isSubjectId(id)) continue;
    try {
      all.set(id, await assignKnownSubject(keys, tenant, id as SubjectId, records));
    } catch (error) {
      const item = accepted.findIndex((candidate) => candidate.item.subject === id);
      throw error instanceof VaultError ? error.at(`items/${item}/`) : error;
    }
  }
  return { known: all, fresh };
}

function only<T>(list: readonly T[]): T | undefined {
  return list.length === 1 ? list[0] : undefined;
}
