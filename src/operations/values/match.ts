/**
 * Says whether a value, or a part of it, is what somebody says it is: for a support desk that hears it on the phone.
 * The answer is yes or no; nothing is shown. What is said is folded as search folds it.
 *
 * Guarantees: a right and a wrong value take the same statements and commits. Each guess is taken from a small budget
 * before anything is compared (`guesses/`); a right one costs nothing. Nothing is compared of which the caller has no
 * token to use, that it could not be shown masked, or that is revealed to nobody.
 * Does not: tell a person whom nobody knows, who has no such value, or who has said no to the purpose, from one who has
 * another. It takes none of a limited token's uses.
 */
import { beyondAudience } from '../../access/decide.ts';
import { Looks } from '../../audit/looks.ts';
import type { Caller } from '../../calls/caller.ts';
import type { Door } from '../../calls/door.ts';
import { perform } from '../../calls/perform.ts';
import { mayMeet, personsOf } from '../../calls/persons.ts';
import { mayReveal, resourceOf, untold } from '../../calls/resource.ts';
import type { TenantType } from '../../catalogue/catalogue.ts';
import { typesOf } from '../../catalogue/types-of.ts';
import type { DataType, Json } from '../../datatypes/datatype.ts';
import { VaultError } from '../../errors.ts';
import { ofSaid } from '../../guesses/questions.ts';
import type { RecordId, SubjectId, Token } from '../../ids.ts';
import { liveOfSubjects, liveRecord, openRecords } from '../../records/open-records.ts';
import type { RecordRow } from '../../records/store.ts';
import { comparisonWith } from '../../search/criteria.ts';
import { knownSubjects } from '../../subjects/refs.ts';
import { findToken, tokensOfRecords, tokenToUse } from '../../tokens/tokens.ts';
import type { Vault } from '../../vault/vault.ts';
import { SUBJECT } from '../examples.ts';
import { operation } from '../operation.ts';
import { MatchBody, MatchReply, type MatchRequest, OF_TOKENS } from './asked-schema.ts';

const KEPT_NOWHERE = 'Values of this data type are in no store, and there is nothing to compare with.';

/** What is compared with what is said. */
interface Compared {
  readonly rows: readonly RecordRow[];
  readonly subject: SubjectId | undefined;
  /** Whose value it is, for the budget. */
  readonly whom: string;
  readonly known: TenantType;
  /** That whoever is told must be allowed to see. */
  readonly view: string;
  readonly matches: (type: DataType, stored: Json) => boolean;
}

/**
 * @throws `token_not_found` @throws `never_revealed`, `option_not_offered`, `unknown_part`, `unknown_type`
 * @throws {TooManyGuessesError}
 */
export const match = operation({
  operationId: 'match',
  action: 'match',
  method: 'post',
  path: '/v1/match',
  summary: 'Say whether a value is what somebody says it is.',
  description:
    'For a desk that is told a value, such as a date of birth, and may not see it. Name the `token` of the value, or the ' +
    '`subject` and the `type`; a person without such a value answers no. `part` compares a part. Spellings count as in ' +
    'search. Wrong values are counted for each caller and person: five a day where few values are left (parts, dates of ' +
    'birth, names …), else 19. Passwords are verified, not matched. Takes none of a limited token’s uses.',
  body: MatchBody,
  reply: MatchReply,
  problems: [
    ...OF_TOKENS,
    ...(['purpose_not_allowed', 'never_revealed', 'invalid_value', 'unknown_type', 'unknown_part'] as const),
    ...(['option_not_offered', 'too_many_guesses'] as const),
  ],
  example: {
    request: { subject: SUBJECT, type: 'date_of_birth', part: 'year', value: '1990', purpose: 'support' },
    reply: { matches: true },
  },
  work: (vault, caller, body) => {
    const { purpose, reason, ticket } = body;
    return perform(vault, caller, { action: 'match', purpose, reason, ticket }, async (door) => {
      const compared = await ('token' in body ? ofToken : ofSubject)(vault, caller, door, body as never);
      const { rows, subject, known, whom } = compared;
      const asked = { type: known.type, mayReveal: mayReveal(caller, known.type, purpose) };
      return vault.guesses.during(caller, ofSaid(asked, body.part, whom), async (right) => {
        const isSame = await isOneOf(vault, caller, compared, 'token' in body, right);
        let matches = false;
        const reply = await door.commit('shared', async (tx) => {
          const [person = subject ?? null] = rows.map((row) => row.subject);
          const persons = await personsOf(vault, caller, door, tx, purpose, [person]);
          const mayTell = mayMeet(caller, purpose, persons(person), known.type.name);
          matches = isSame && mayTell;
          const records = rows.map(({ record }) => record as RecordId);
          const code = matches ? 'matched' : 'not_matched';
          const looks = looksAt(compared);
          return { reply: { matches }, entry: { records, subject, looks, code, guesses: matches ? undefined : 1 } };
        });
        if (matches) right();
        return reply;
      });
    });
  },
});

function looksAt({ rows, known: { type }, view }: Compared) {
  const looks = new Looks();
  for (const { subject } of rows) looks.add({ type, view, asked: view, subject });
  return looks.all();
}

async function ofToken(
  vault: Vault,
  caller: Caller,
  door: Door,
  body: MatchRequest & { readonly token: Token },
): Promise<Compared> {
  const { tenant, audience } = caller;
  const { recordStore, keyring } = vault;
  const asking = { tenant, audience, now: door.now };
  const { record } = await findToken(recordStore.reader, keyring.indexes, asking, body.token);
  const row = await liveRecord(recordStore.reader, tenant, record as RecordId);
  const said = await saidOf(vault, caller, door, row.type, body);
  // A caller that is told no subjects must not learn from a budget which tokens are one person's.
  const subject = audience === undefined ? ((row.subject ?? undefined) as SubjectId | undefined) : undefined;
  return { ...said, rows: [row], subject, whom: subject ?? row.record };
}

async function ofSubject(
  vault: Vault,
  caller: Caller,
  door: Door,
  body: Exclude<MatchRequest, { readonly token: Token }>,
): Promise<Compared> {
  if (caller.audience !== undefined) throw beyondAudience();
  const { tenant } = caller;
  const { recordStore, keyStore, keyring } = vault;
  const said = await saidOf(vault, caller, door, body.type, body);
  const named = body.subject;
  const [subject] = await knownSubjects(keyStore.reader, keyring, tenant, [named]);
  const all = await liveOfSubjects(recordStore.reader, tenant, subject === undefined ? [] : [subject], body.type);
  const labelled = all.filter(({ label }) => body.label === undefined || label === body.label);
  const ids = labelled.map(({ record }) => record as RecordId);
  const tokens = await tokensOfRecords(recordStore.reader, keyring.indexes, caller, ids);
  const rows = labelled.filter((_, i) => tokenToUse(tokens[i], door.now) !== undefined);
  return { ...said, rows, subject, whom: subject ?? `ref ${named.normalize('NFC')}` };
}

/** Decides on what is asked, and reads what is said. */
async function saidOf(
  vault: Vault,
  caller: Caller,
  door: Door,
  name: string,
  { part, value, country, ...by }: MatchRequest,
): Promise<Pick<Compared, 'known' | 'view' | 'matches'>> {
  const known = await vault.catalogue.type(caller.tenant, name);
  const { type } = known;
  // A part that a view shows is told only to who may see that view.
  const view = part !== undefined && Object.hasOwn(type.views, part) ? part : 'masked';
  const decision = door.decision({ type: resourceOf(type), view, whole: part === undefined });
  if (!decision.allowed) throw 'token' in by ? untold(caller, 'match', type, decision.refusal) : decision.refusal;
  if (type.custody === 'verifier') throw new VaultError('never_revealed');
  if (type.custody === 'window') throw new VaultError('option_not_offered', KEPT_NOWHERE, { field: 'type' });
  return { known, view, matches: comparisonWith(known, { part, value }, { now: door.now, country }) };
}

/** Compares every one of them, whichever is right. */
async function isOneOf(
  vault: Vault,
  { tenant }: Caller,
  { rows, matches }: Compared,
  mustBeThere: boolean,
  right: () => void,
): Promise<boolean> {
  const { recordStore, keyStore, keyring, catalogue } = vault;
  const typeOf = await typesOf(catalogue, tenant, rows);
  const from = { records: recordStore.reader, keys: keyStore.reader, keyring };
  const entries = await openRecords(from, tenant, rows);
  try {
    const gone = entries.find((entry) => entry instanceof VaultError);
    if (mustBeThere && gone !== undefined) {
      // Nothing was compared.
      right();
      throw gone;
    }
    const same = entries.map((entry) =>
      entry instanceof VaultError ? false : matches(typeOf(entry.row), entry.value.expose() as Json),
    );
    return same.includes(true);
  } finally {
    for (const entry of entries) if (!(entry instanceof VaultError)) entry.value.wipe();
  }
}
