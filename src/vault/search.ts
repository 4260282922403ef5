/**
 * Finds records by equality of a value, or of a part of one, and of further values of the same person. Shows tokens and
 * masked values, never more; what an index offers is opened and compared before it counts as found.
 *
 * Results come page by page in the order the values were stored. A page may hold fewer than asked for, or none, and still
 * have one behind it: what a call opens is bounded.
 */
import type { z } from 'zod';
import { typesOf } from '../catalogue/types-of.ts';
import type { DataType, Json } from '../datatypes/datatype.ts';
import { VaultError } from '../errors.ts';
import type { RecordId, SubjectId, Token } from '../ids.ts';
import { liveCandidates, openRecords } from '../records/open-records.ts';
import { type RecordRow, recordsOfSubjects } from '../records/store.ts';
import { findCandidates } from '../search/blind-index.ts';
import { type Criterion, criterionOf } from '../search/criteria.ts';
import { openCursor, sealCursor } from '../search/cursor.ts';
import { MAX_PAGE, type SearchBody, type SearchReply } from '../search/schema.ts';
import type { RecordTx } from '../storage/tx.ts';
import { causeOfDeath, type TokenRow, tokensOfRecords } from '../tokens/tokens.ts';
import type { Caller } from './caller.ts';
import { namesFor } from './naming.ts';
import { type Door, perform } from './perform.ts';
import type { Vault } from './vault.ts';

/** Candidates opened for one page at most, and at once at least. */
const MAX_OPENED = 2_000;
const MIN_SLICE = 64;

interface Match {
  readonly row: RecordRow;
  readonly masked: Json;
}
type Found = Match & { readonly token: Token };

export async function search(
  vault: Vault,
  caller: Caller,
  body: z.infer<typeof SearchBody>,
): Promise<z.infer<typeof SearchReply>> {
  const { purpose, reason, and = [] } = body;
  return perform(vault, caller, { action: 'search', purpose, reason }, async (door) => {
    const criterion = await criterionFor(vault, caller, door, body, '');
    const further: Criterion[] = [];
    for (const [i, query] of and.entries()) further.push(await criterionFor(vault, caller, door, query, `and/${i}/`));
    const { indexes } = vault.keyring;
    const after = body.after === undefined ? undefined : await openCursor(indexes, caller, body.after);
    const random = vault.random;
    return door.commit('shared', async (tx) => {
      const page = await pageOf(vault, caller, tx, door.now, criterion, further, after, body.limit ?? MAX_PAGE);
      const results = page.found.map(({ row, masked, token }) => ({
        token,
        ...namesFor(caller, row),
        ...(row.label === null ? {} : { label: row.label }),
        masked,
      }));
      const next = page.last === undefined ? {} : { next: await sealCursor(indexes, caller, page.last, random) };
      const records = page.found.map(({ row }) => row.record as RecordId);
      return { reply: { results, more: page.last !== undefined, ...next }, entry: { records, view: 'masked' } };
    });
  });
}

async function criterionFor(
  vault: Vault,
  caller: Caller,
  door: Door,
  query: { readonly type: string; readonly part?: string | undefined; readonly value?: unknown },
  place: string,
): Promise<Criterion> {
  try {
    const known = await vault.catalogue.type(caller.tenant, query.type);
    door.decide({ type: { name: known.type.name, views: Object.keys(known.type.views) }, view: 'masked' });
    return criterionOf(known, query, { now: door.now });
  } catch (error) {
    throw error instanceof VaultError && error.field !== undefined && place !== '' ? error.at(place) : error;
  }
}

/** @returns `last`: the record to go on after, where there may be more */
async function pageOf(
  vault: Vault,
  caller: Caller,
  tx: RecordTx,
  now: Date,
  criterion: Criterion,
  further: readonly Criterion[],
  start: RecordId | undefined,
  limit: number,
): Promise<{ found: Found[]; last: RecordId | undefined }> {
  const { tenant } = caller;
  const found: Found[] = [];
  let after = start;
  for (let opened = 0; ; ) {
    const candidates = await findCandidates(vault.keyStore.reader, vault.indexer, tenant, criterion.forms, after);
    for (let i = 0; i < candidates.records.length; ) {
      // As many as are missing, so that nothing is opened that is not shown; more where an index names crowds.
      const slice = candidates.records.slice(i, i + Math.max(limit - found.length, MIN_SLICE));
      const live = await liveCandidates(tx, tenant, slice);
      const matches = await matching(vault, caller, tx, criterion, live);
      const agreed = await agreeing(vault, caller, tx, further, matches);
      const usable = await withToken(vault, caller, tx, now, agreed);
      const room = limit - found.length;
      found.push(...usable.slice(0, room));
      if (usable.length > room) return { found, last: found.at(-1)?.row.record as RecordId };
      i += slice.length;
      opened += slice.length;
      after = slice.at(-1);
      const isLast = i === candidates.records.length && !candidates.more;
      if (isLast) return { found, last: undefined };
      if (found.length === limit || opened >= MAX_OPENED) return { found, last: after };
    }
    if (!candidates.more) return { found, last: undefined };
  }
}

/** Those of the candidates whose opened value is what is asked for. */
async function matching(
  vault: Vault,
  { tenant }: Caller,
  tx: RecordTx,
  criterion: Criterion,
  rows: readonly RecordRow[],
): Promise<Match[]> {
  const from = { records: tx, keys: vault.keyStore.reader, keyring: vault.keyring };
  const opened = await openRecords(from, tenant, rows);
  const now = opened.flatMap((entry) => (entry instanceof VaultError ? [] : entry.row));
  const typeOf = await typesOf(vault.catalogue, tenant, now);
  return opened.flatMap((entry) => {
    if (entry instanceof VaultError) return [];
    const { row, value } = entry;
    const plain = value.expose() as Json;
    value.wipe();
    const type: DataType = typeOf(row);
    if (row.type !== criterion.type.name || !criterion.matches(type, plain)) return [];
    return [{ row, masked: type.views.masked(plain) }];
  });
}

/** Those of the matches whose person has, for each further criterion, a record that meets it. */
async function agreeing(
  vault: Vault,
  caller: Caller,
  tx: RecordTx,
  further: readonly Criterion[],
  matches: readonly Match[],
): Promise<Match[]> {
  let left = matches.filter(({ row }) => further.length === 0 || row.subject !== null);
  for (const criterion of further) {
    const subjects = [...new Set(left.map(({ row }) => row.subject as SubjectId))];
    const rows = await recordsOfSubjects(tx, caller.tenant, subjects, criterion.type.name);
    const ids = rows.map((row) => row.record as RecordId);
    const meeting = await matching(vault, caller, tx, criterion, await liveCandidates(tx, caller.tenant, ids));
    const held = new Set(meeting.map(({ row }) => row.subject));
    left = left.filter(({ row }) => held.has(row.subject));
  }
  return left;
}

/** With the token the caller is to use: one of no audience, or of its own, that has not ended. Without one, not found. */
async function withToken(
  vault: Vault,
  caller: Caller,
  tx: RecordTx,
  now: Date,
  matches: readonly Match[],
): Promise<Found[]> {
  const ids = matches.map(({ row }) => row.record as RecordId);
  const tokens = await tokensOfRecords(tx, vault.keyring.indexes, caller, ids);
  return matches.flatMap((match, i) => {
    const alive = (tokens[i] as TokenRow[]).filter((token) => causeOfDeath(token, now) === undefined);
    const token = alive.find(({ audience }) => audience === null) ?? alive[0];
    return token === undefined ? [] : [{ ...match, token: token.token as Token }];
  });
}
