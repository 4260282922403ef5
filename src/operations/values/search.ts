/**
 * Finds records by equality of a value, or of a part of one, and of further values of the same person. It shows tokens
 * and masked values, never more. What an index offers is opened and compared before it counts as found.
 *
 * It takes from the budgets of guesses before it compares anything for the caller (`guesses/questions.ts`): a search
 * that finds nothing was a wrong guess.
 *
 * Results come page by page, in the order in which the values were stored. A page may hold fewer than asked for, or
 * none, and still be followed by another: a call opens a bounded number of records.
 */
import { type Look, Looks } from '../../audit/looks.ts';
import type { Caller } from '../../calls/caller.ts';
import type { Door } from '../../calls/door.ts';
import { namesFor } from '../../calls/naming.ts';
import { perform } from '../../calls/perform.ts';
import { mayMeet, personsOf } from '../../calls/persons.ts';
import { mayReveal, resourceOf } from '../../calls/resource.ts';
import { typesOf } from '../../catalogue/types-of.ts';
import type { DataType, Json } from '../../datatypes/datatype.ts';
import { VaultError } from '../../errors.ts';
import { Faults } from '../../faults.ts';
import { counts, ofSearch, soughtIn } from '../../guesses/questions.ts';
import type { RecordId, SubjectId, Token } from '../../ids.ts';
import { liveCandidates, liveOfSubjects, openRecords } from '../../records/open-records.ts';
import type { RecordRow } from '../../records/store.ts';
import { findCandidates } from '../../search/blind-index.ts';
import { type Criterion, criterionOf } from '../../search/criteria.ts';
import { openCursor, sealCursor } from '../../search/cursor.ts';
import { type CriterionQuery, MAX_PAGE, SearchBody, SearchReply } from '../../search/schema.ts';
import type { RecordTx } from '../../storage/tx.ts';
import { tokensOfRecords, tokenToUse } from '../../tokens/tokens.ts';
import type { Vault } from '../../vault/vault.ts';
import { CARD, SUBJECT } from '../examples.ts';
import { operation } from '../operation.ts';

/** A page ends after this many records were looked at. The next constant is the least number looked at together. */
const MAX_LOOKED = 2_000;
const MIN_SLICE = 64;
/** How many people's further values are opened together. */
const MAX_PEOPLE = 8;

/** A record of which the caller may meet a token. */
interface Met {
  readonly row: RecordRow;
  readonly token: Token;
}
type Found = Met & { readonly masked: string };

/** One search in progress. */
interface Search {
  readonly vault: Vault;
  readonly caller: Caller;
  readonly tx: RecordTx;
  readonly door: Door;
  readonly purpose: string;
  readonly criterion: Criterion;
  readonly further: readonly Criterion[];
  /** How many records have been looked at. */
  looked: number;
}

/**
 * @throws `not_searchable`, `unknown_part`, `unknown_type` @throws {InvalidValueError} with `field` naming `and/<n>/…`
 *   for a further value
 * @throws `not_allowed`, `purpose_not_allowed`
 */
export const search = operation({
  operationId: 'search',
  action: 'search',
  method: 'post',
  path: '/v1/search',
  summary: 'Find records by equality of a value, or of a part of one.',
  description:
    'Compares canonical forms, so `Jane@Example.com` finds `jane@example.com`. `part` searches by a part of the value, ' +
    '`and` by further values of the same subject. Shows masked values only, in the order they were stored; a page may ' +
    'hold fewer than `limit` and still have a `next`. A search that finds nothing is a wrong guess, and of those a ' +
    'principal has a budget: 429 `too_many_guesses` says so, and `Retry-After` when it may go on.',
  body: SearchBody,
  reply: SearchReply,
  problems: [
    ...(['purpose_not_allowed', 'invalid_value', 'unknown_type', 'not_searchable', 'unknown_part'] as const),
    ...(['too_many_guesses', 'option_not_offered'] as const),
  ],
  example: {
    request: {
      type: 'card',
      part: 'last4',
      value: '4242',
      and: [{ type: 'email', value: 'jane.doe@example.com' }],
      purpose: 'support',
    },
    reply: { results: [{ ...CARD, subject: SUBJECT, masked: '**** **** **** 4242' }] },
  },
  work: async (vault, caller, body) => {
    const { purpose, reason, ticket, and = [] } = body;
    return perform(vault, caller, { action: 'search', purpose, reason, ticket }, async (door) => {
      const [criterion, ...further] = await criteriaFor(vault, caller, door, [body, ...and]);
      if (criterion === undefined) throw new TypeError('A search has a criterion.');
      const { indexes } = vault.keyring;
      const after = body.after === undefined ? undefined : await openCursor(indexes, caller, body.after);
      const random = vault.random;
      const limit = body.limit ?? MAX_PAGE;
      const sought = soughtIn([criterion, ...further], (type) => mayReveal(caller, type, purpose));
      return vault.guesses.during(caller, ofSearch(sought), async (right) => {
        let isRight = false;
        const reply = await door.commit('shared', async (tx) => {
          const page = await pageOf({ vault, caller, tx, door, purpose, criterion, further, looked: 0 }, after, limit);
          isRight = !counts(sought, peopleIn(page.found), page.last !== undefined);
          const results = page.found.map(({ row, masked, token }) => ({
            token,
            ...namesFor(caller, row),
            ...(row.label === null ? {} : { label: row.label }),
            masked,
          }));
          const next = page.last === undefined ? {} : { next: await sealCursor(indexes, caller, page.last, random) };
          const records = page.found.map(({ row }) => row.record as RecordId);
          const looks = looksAt([criterion, ...further], page.found);
          const entry = { records, view: 'masked', looks, guesses: isRight ? undefined : 1 };
          return { reply: { results, ...next }, entry };
        });
        if (isRight) right();
        return reply;
      });
    });
  },
});

/** What is found is shown by the first criterion's type; that it meets the others is told as well. */
function looksAt(criteria: readonly Criterion[], found: readonly Found[]): Look[] {
  const looks = new Looks();
  for (const { type } of criteria) {
    for (const { row } of found) looks.add({ type, view: 'masked', asked: 'masked', subject: row.subject });
  }
  return looks.all();
}

/** Each record of nobody counts as one person. */
function peopleIn(found: readonly Found[]): number {
  return new Set(found.map(({ row }) => row.subject ?? row.record)).size;
}

/** @throws the faults of all of them */
async function criteriaFor(
  vault: Vault,
  caller: Caller,
  door: Door,
  queries: readonly CriterionQuery[],
): Promise<Criterion[]> {
  const faults = new Faults();
  const criteria: Criterion[] = [];
  for (const [i, query] of queries.entries()) {
    await faults.of(i === 0 ? '' : `and/${i - 1}/`, async () => {
      const known = await vault.catalogue.type(caller.tenant, query.type);
      door.decide({ type: resourceOf(known.type), view: 'masked', whole: query.part === undefined });
      criteria.push(criterionOf(known, query, { now: door.now, country: query.country }));
    });
  }
  faults.throwIfAny();
  return criteria;
}

/** @returns `last`: the record to go on after, where there may be more */
async function pageOf(
  search: Search,
  start: RecordId | undefined,
  limit: number,
): Promise<{ found: Found[]; last: RecordId | undefined }> {
  const { vault, caller, tx, criterion, further } = search;
  const found: Found[] = [];
  // A caller tied to an audience learns of more only where there is more of its own: a full page must not show that
  // anybody else has such a value.
  const goesOn = () => search.looked < MAX_LOOKED && (found.length < limit || caller.audience !== undefined);
  for (let after = start; ; ) {
    const { keyStore, indexer } = vault;
    const candidates = await findCandidates(keyStore.reader, indexer, caller.tenant, criterion.forms, after);
    const { records } = candidates;
    for (let i = 0; i < records.length; ) {
      // As many as are missing, so that nothing is opened that is not shown; more where one index entry names many
      // records.
      const slice = records.slice(i, i + Math.max(limit - found.length, MIN_SLICE));
      i += slice.length;
      const met = await withToken(search, await liveCandidates(tx, caller.tenant, slice));
      const matches = await matching(search, criterion, met);
      const groups = groupsOf(matches, further.length === 0 ? MAX_PAGE : MAX_PEOPLE);
      for (const [n, group] of groups.entries()) {
        const usable = await agreeing(search, group);
        const room = limit - found.length;
        found.push(...usable.slice(0, room));
        if (usable.length > room) return { found, last: found.at(-1)?.row.record as RecordId };
        if (!goesOn() && n < groups.length - 1) return { found, last: group.at(-1)?.row.record as RecordId };
      }
      after = slice.at(-1);
      const isLast = i === records.length && !candidates.more;
      if (!isLast && !goesOn()) return { found, last: after };
    }
    if (!candidates.more) return { found, last: undefined };
  }
}

function groupsOf<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, n) => all.slice(n * size, (n + 1) * size));
}

/** The candidates whose opened value is the one asked for. */
async function matching(search: Search, criterion: Criterion, met: readonly Met[]): Promise<Found[]> {
  const { vault, caller, tx } = search;
  const from = { records: tx, keys: vault.keyStore.reader, keyring: vault.keyring };
  const entries = await openRecords(
    from,
    caller.tenant,
    met.map(({ row }) => row),
  );
  const tokenOf = new Map(met.map(({ row, token }) => [row.record, token]));
  const opened = entries.flatMap((entry) => (entry instanceof VaultError ? [] : entry));
  try {
    const typeOf = await typesOf(
      vault.catalogue,
      caller.tenant,
      opened.map(({ row }) => row),
    );
    return opened.flatMap(({ row, value }) => {
      const plain = value.expose() as Json;
      const type: DataType = typeOf(row);
      if (row.type !== criterion.type.name || !criterion.matches(type, plain)) return [];
      return [{ row, token: tokenOf.get(row.record) as Token, masked: type.views.masked(plain) }];
    });
  } finally {
    for (const { value } of opened) value.wipe();
  }
}

/**
 * The matches whose person also has, for each further criterion, a record that meets it and that the caller could find
 * by itself. A caller that may not meet a value's token learns nothing of the value here either.
 */
async function agreeing(search: Search, matches: readonly Found[]): Promise<Found[]> {
  const { caller, tx, further } = search;
  let left = matches.filter(({ row }) => further.length === 0 || row.subject !== null);
  for (const criterion of further) {
    const subjects = [...new Set(left.map(({ row }) => row.subject as SubjectId))];
    const rows = await liveOfSubjects(tx, caller.tenant, subjects, criterion.type.name);
    const meeting = await matching(search, criterion, await withToken(search, rows));
    const held = new Set(meeting.map(({ row }) => row.subject));
    left = left.filter(({ row }) => held.has(row.subject));
  }
  return left;
}

/**
 * Adds the token that the caller is to use: one of no audience or of the caller's own, that has not ended. A record
 * without one is neither found nor opened: the time that a search takes must not tell what others hold. The same goes
 * for the records of a person who has said no to the purpose.
 * @throws {IntegrityError} for a person whose row was altered
 */
async function withToken(search: Search, rows: readonly RecordRow[]): Promise<Met[]> {
  const { vault, caller, tx, door, purpose } = search;
  search.looked += rows.length;
  const ids = rows.map(({ record }) => record as RecordId);
  const tokens = await tokensOfRecords(tx, vault.keyring.indexes, caller, ids);
  const subjects = rows.map(({ subject }) => subject);
  const persons = await personsOf(vault, caller, door, tx, purpose, subjects);
  return rows.flatMap((row, i) => {
    const token = tokenToUse(tokens[i], door.now);
    const isShown = token !== undefined && mayMeet(caller, purpose, persons(row.subject), row.type);
    return isShown ? [{ row, token: token.token as Token }] : [];
  });
}
