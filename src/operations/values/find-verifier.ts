/**
 * Finds the verifier of a person whom a caller names: by a value that the person alone has (a username), or by an app's
 * ref or the subject's id.
 *
 * Guarantees: the same statements whomever the name names: one person, several, nobody, or one who has no verifier.
 * Nobody is found if the name is several people's, or if more than one verifier fits: which one is meant must not
 * depend on what somebody stored besides. What an index offers is opened and compared. Nothing counts of which the
 * caller has no token to use.
 * Does not: compare a password, or count a guess (`verify.ts`). A person whose bucket key is not in memory takes one
 * statement more.
 */
import type { Caller } from '../../calls/caller.ts';
import { typesOf } from '../../catalogue/types-of.ts';
import type { DataType, Json } from '../../datatypes/datatype.ts';
import { firstIdAt, isId, type RecordId, type SubjectId, type Token } from '../../ids.ts';
import { openIfThere, wiping } from '../../records/open-records.ts';
import { findRecords, type RecordRow, recordsOfSubjects } from '../../records/store.ts';
import { areErased } from '../../records/tombstones.ts';
import { findCandidates } from '../../search/blind-index.ts';
import type { Criterion } from '../../search/criteria.ts';
import { knownSubjects } from '../../subjects/refs.ts';
import { tokensOfRecords, tokenToUse } from '../../tokens/tokens.ts';
import type { Vault } from '../../vault/vault.ts';

/** How many records are looked at for a name, or of a person's verifiers; of more, none is meant. */
const PLACES = 8;
/** Ask in the place of what is not there. */
const NO_RECORD = firstIdAt('record', new Date(0));
const NO_SUBJECT = firstIdAt('subject', new Date(0));

/** Whose verifier is meant, and which. */
export interface Wanted {
  readonly by: Criterion | { readonly subject: string };
  readonly type: DataType;
  readonly label: string | undefined;
}

export interface FoundVerifier {
  readonly row: RecordRow;
  readonly subject: SubjectId;
  readonly token: Token;
  readonly phc: string;
}

interface Met {
  readonly row: RecordRow;
  readonly token: Token;
}

export async function findVerifier(
  vault: Vault,
  caller: Caller,
  { by, type, label }: Wanted,
  now: Date,
): Promise<FoundVerifier | undefined> {
  const { recordStore, keyring, keyStore } = vault;
  const [subject] =
    'subject' in by
      ? await knownSubjects(keyStore.reader, keyring, caller.tenant, [by.subject])
      : [await personOf(vault, caller, by, now)];
  const all = await recordsOfSubjects(recordStore.reader, caller.tenant, [subject ?? NO_SUBJECT], type.name);
  const rows = all.filter((row) => label === undefined || row.label === label);
  const [met, second] = await usable(vault, caller, rows, now);
  const meant = second === undefined && rows.length <= PLACES ? met : undefined;
  const from = { records: recordStore.reader, keys: keyStore.reader, keyring };
  const [opened] = await openIfThere(from, caller.tenant, [meant?.row]);
  using _opened = wiping([opened]);
  if (opened === undefined || meant === undefined || subject === undefined) return undefined;
  const { phc } = opened.value.expose() as { readonly phc: string };
  return { row: opened.row, subject, token: meant.token, phc };
}

/** The one person who has such a value; undefined: nobody, or several. */
async function personOf(vault: Vault, caller: Caller, criterion: Criterion, now: Date): Promise<SubjectId | undefined> {
  const { recordStore, keyring, keyStore, indexer, catalogue } = vault;
  const { tenant } = caller;
  const candidates = await findCandidates(keyStore.reader, indexer, tenant, criterion.forms, undefined);
  const rows = await findRecords(recordStore.reader, tenant, placesOf(candidates.records, NO_RECORD));
  const met = await usable(
    vault,
    caller,
    rows.filter((row) => row !== undefined),
    now,
  );
  const from = { records: recordStore.reader, keys: keyStore.reader, keyring };
  const entries = await openIfThere(
    from,
    tenant,
    placesOf(
      met.map(({ row }) => row),
      undefined,
    ),
  );
  const opened = entries.filter((entry) => entry !== undefined);
  try {
    const typeOf = await typesOf(
      catalogue,
      tenant,
      opened.map(({ row }) => row),
    );
    const matches = opened.filter(
      ({ row, value }) => row.type === criterion.type.name && criterion.matches(typeOf(row), value.expose() as Json),
    );
    // A record of nobody is one person more.
    const people = [...new Set(matches.map(({ row }) => row.subject ?? row.record))];
    const [person = ''] = people;
    const isCrowd = people.length > 1 || candidates.records.length > PLACES || candidates.more;
    return isCrowd || !isId('subject', person) ? undefined : person;
  } finally {
    for (const { value } of opened) value.wipe();
  }
}

/** Those of these rows that live and of which the caller may use a token; none of more rows than there are places. */
async function usable(vault: Vault, caller: Caller, rows: readonly RecordRow[], now: Date): Promise<Met[]> {
  const { recordStore, keyring } = vault;
  const ids = placesOf(
    rows.map(({ record }) => record as RecordId),
    NO_RECORD,
  );
  const erased = await areErased(recordStore.reader, caller.tenant, ids);
  const tokens = await tokensOfRecords(recordStore.reader, keyring.indexes, caller, ids);
  return rows.slice(0, PLACES).flatMap((row, i) => {
    const token = tokenToUse(tokens[i], now);
    return erased[i] || token === undefined ? [] : [{ row, token: token.token as Token }];
  });
}

/** As many as there are places: what is missing is filled up, what is more is left out. */
function placesOf<T, F>(all: readonly T[], filler: F): (T | F)[] {
  return Array.from({ length: PLACES }, (_, i) => all[i] ?? filler);
}
