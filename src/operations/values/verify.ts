/**
 * Says whether a value is the stored one, where only a verifier was stored (passwords): that of a token, or that of a
 * person whom the caller names (`find-verifier.ts`). A right and a wrong value take the same computations and the same
 * commits, and so do a name that leads to a verifier and one that leads to none. Each principal may try only so many
 * wrong ones, also at a name that is nobody's (`guesses/`). If a verifier was made with weaker parameters than today's,
 * or of another spelling, it is replaced after the answer (`upgrade-verifier.ts`). Verifying reveals nothing, so it
 * takes none of a limited token's uses; a token without a use left verifies nothing.
 */
import { beyondAudience, decide, type Resource } from '../../access/decide.ts';
import type { Caller } from '../../calls/caller.ts';
import type { Door } from '../../calls/door.ts';
import { namesFor } from '../../calls/naming.ts';
import { perform } from '../../calls/perform.ts';
import { resourceOf, untold } from '../../calls/resource.ts';
import type { Verification } from '../../crypto/password-hash.ts';
import { parsePhc } from '../../crypto/phc.ts';
import { verifyIfThere } from '../../crypto/verify-if-there.ts';
import type { DataType } from '../../datatypes/datatype.ts';
import { spellingsOf } from '../../datatypes/password.ts';
import { UnavailableError, VaultError } from '../../errors.ts';
import { type Budget, ofName, RECORD } from '../../guesses/limits.ts';
import { comparedForms, ofCaller } from '../../guesses/questions.ts';
import type { RecordId, SubjectId, Token } from '../../ids.ts';
import { liveRecord, openRecords, wiping } from '../../records/open-records.ts';
import type { RecordRow } from '../../records/store.ts';
import { criterionOf } from '../../search/criteria.ts';
import { findToken } from '../../tokens/tokens.ts';
import type { Vault } from '../../vault/vault.ts';
import { HASH, SUBJECT } from '../examples.ts';
import { operation } from '../operation.ts';
import { OF_TOKENS, VerifyBody, type VerifyNamed, VerifyReply } from './asked-schema.ts';
import { findVerifier, type Wanted } from './find-verifier.ts';
import { assertPassword, upgradeVerifier } from './upgrade-verifier.ts';

/** What a value was compared with; no row where a name led to nothing. */
interface Tried {
  readonly found: Verification;
  readonly row?: RecordRow | undefined;
  readonly subject?: SubjectId | undefined;
  readonly token?: Token | undefined;
}

/** @throws `token_not_found` @throws {TooManyGuessesError} @throws {UnavailableError} `overloaded` */
export const verify = operation({
  operationId: 'verify',
  action: 'verify',
  method: 'post',
  path: '/v1/verify',
  summary: 'Say whether a value is the one that was stored.',
  description:
    'For passwords, which are kept as a verifier and never shown. Name a `token`; or, to sign somebody in, `search` by ' +
    'a value that the person alone has, or name the `subject`. A name that is nobody’s, or several people’s, or leads to ' +
    'no verifier or to several, answers like a wrong password. After ten failed attempts of one principal at one value, ' +
    'whichever of its tokens they name, or at one name, further ones of that principal are refused until 15 minutes ' +
    'have passed without any. Takes none of a limited token’s uses.',
  body: VerifyBody,
  reply: VerifyReply,
  problems: [
    ...OF_TOKENS,
    ...(['invalid_value', 'too_many_guesses', 'purpose_not_allowed', 'unknown_type', 'not_searchable'] as const),
  ],
  example: {
    request: {
      search: { type: 'username', value: 'jane.doe' },
      type: 'password',
      value: 'correct horse battery staple',
      purpose: 'sign-in',
    },
    reply: { verified: true, subject: SUBJECT, token: HASH.token },
  },
  work: async (vault, caller, body) => {
    let outdated: RecordRow | undefined;
    const said = 'token' in body ? {} : { purpose: body.purpose, reason: body.reason };
    const reply = await perform(vault, caller, { action: 'verify', ...said }, async (door) => {
      const done =
        'token' in body ? await ofToken(vault, caller, door, body) : await ofPerson(vault, caller, door, body);
      if (done.tried.found.matches && done.tried.found.outdated) outdated = done.tried.row;
      return done.reply;
    });
    const row = outdated;
    if (row !== undefined) vault.later('upgrade_verifiers', () => upgradeVerifier(vault, caller, row, body.value));
    return reply;
  },
});

async function ofToken(
  vault: Vault,
  caller: Caller,
  door: Door,
  { token, value }: { readonly token: Token; readonly value?: unknown },
) {
  const { tenant, audience } = caller;
  const { recordStore, keyStore, keyring, catalogue, hasher } = vault;
  const { record } = await findToken(recordStore.reader, keyring.indexes, { tenant, audience, now: door.now }, token);
  const live = await liveRecord(recordStore.reader, tenant, record as RecordId);
  const type = await catalogue.stored(tenant, live.type, live.type_version);
  const decision = door.decision({ type: resourceOf(type) });
  if (!decision.allowed) throw untold(caller, 'verify', type, decision.refusal);
  assertVerified(type, 'token');
  assertPassword(type, value, door.now);
  const from = { records: recordStore.reader, keys: keyStore.reader, keyring };
  const [opened] = await openRecords(from, tenant, [live]);
  if (opened === undefined || opened instanceof VaultError) throw opened ?? new VaultError('token_not_found');
  using _opened = wiping([opened]);
  const { phc } = opened.value.expose() as { readonly phc: string };
  opened.value.wipe();
  const budget = { allowance: RECORD, of: [record] };
  return guess(vault, caller, door, { type, budgets: [budget], names: [record as RecordId] }, async () => {
    // As by a name (`verifyIfThere`): a verifier of nobody's makes nobody's sign-in dearer.
    if (live.subject !== null) hasher.costs.meet(tenant, parsePhc(phc).params);
    return { found: await hasher.verify(spellingsOf(value), phc, caller), row: opened.row };
  });
}

/** Sign-in by a name. What was asked alone decides what is counted, and a wrong answer's entry names nobody. */
async function ofPerson(vault: Vault, caller: Caller, door: Door, body: VerifyNamed) {
  const { tenant } = caller;
  const { type } = await vault.catalogue.type(tenant, body.type);
  assertVerified(type, 'type');
  door.decide({ type: resourceOf(type) });
  const { by, names } = await namedIn(vault, caller, door, body);
  assertPassword(type, body.value, door.now);
  const wanted = { by, type, label: body.label };
  const budgets = names.map((name) => ofName(type.name, ...name));
  return guess(vault, caller, door, { type, budgets, names: undefined }, async () => {
    const verifier = await findVerifier(vault, caller, wanted, door.now);
    const found = await verifyIfThere(vault.hasher, spellingsOf(body.value), verifier?.phc, caller);
    return { found, row: verifier?.row, subject: verifier?.subject, token: verifier?.token };
  });
}

/**
 * @returns `names`: what tries are counted by. Under an earlier version of its type a name may be one with others that
 *   are not its own today, so all of its forms count
 * @throws the refusal, for a caller that may not search for the purpose, or may name no subject
 */
async function namedIn(
  vault: Vault,
  caller: Caller,
  door: Door,
  body: VerifyNamed,
): Promise<{ by: Wanted['by']; names: readonly (readonly [by: string, name: string])[] }> {
  const { purpose } = body;
  assertMaySearch(caller, { purpose });
  if ('subject' in body) {
    if (caller.audience !== undefined) throw beyondAudience();
    return { by: { subject: body.subject }, names: [['@subject', body.subject.normalize('NFC')]] };
  }
  try {
    const known = await vault.catalogue.type(caller.tenant, body.search.type);
    assertMaySearch(caller, { type: resourceOf(known.type), view: 'masked', whole: true, purpose });
    if (known.type.spread !== 'unique') {
      throw new VaultError('not_searchable', 'Many people share such a value; nobody is signed in by it.', {
        field: 'type',
      });
    }
    const criterion = criterionOf(known, body.search, { now: door.now });
    return { by: criterion, names: comparedForms(criterion.forms).map((text) => [known.type.name, text]) };
  } catch (error) {
    throw error instanceof VaultError && error.field !== undefined ? error.at('search/') : error;
  }
}

function assertMaySearch(caller: Caller, asked: Resource): void {
  const decision = decide(caller, 'search', asked);
  if (!decision.allowed) throw decision.refusal;
}

function assertVerified({ custody }: DataType, field: string): void {
  if (custody === 'verifier') return;
  throw new VaultError('invalid_request', 'Values of this data type are revealed, not verified.', { field });
}

/** @param about `names`: what the entry names also if the value is wrong */
async function guess(
  vault: Vault,
  caller: Caller,
  door: Door,
  about: {
    readonly type: DataType;
    readonly budgets: readonly Budget[];
    readonly names: readonly RecordId[] | undefined;
  },
  check: () => Promise<Tried>,
): Promise<{ reply: { verified: boolean; subject?: SubjectId; token?: Token }; tried: Tried }> {
  const { type, budgets, names } = about;
  const ofAll = ofCaller({ type, mayReveal: true }, 1);
  return vault.guesses.during(caller, [...budgets.map((budget) => ({ budget, count: 1 })), ofAll], async (right) => {
    const tried = await check().catch((error: unknown) => {
      // Nothing was computed: a caller that was turned away has not guessed.
      if (error instanceof UnavailableError) right();
      throw error;
    });
    const { found, row, subject, token } = tried;
    const { matches } = found;
    const reply = await door.commit('exclusive', async (tx) => {
      // The same statements in both cases.
      for (const budget of budgets) await vault.guesses.forget(tx, caller, matches ? budget : undefined);
      const records = matches && row !== undefined ? [row.record as RecordId] : names;
      const entry = {
        ...{ records, subject: matches ? subject : undefined },
        ...{ code: matches ? 'verified' : 'not_verified', guesses: matches ? undefined : 1 },
      };
      const person = matches ? namesFor(caller, { record: undefined, subject }) : {};
      return { reply: { verified: matches, ...person, ...(matches && token !== undefined && { token }) }, entry };
    });
    if (matches) right([ofAll]);
    return { reply, tried };
  });
}
