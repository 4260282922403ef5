/**
 * Says whether a value is the stored one, where only a verifier was stored (passwords). A right and a wrong value take
 * the same computations and the same commits. Each principal may try only so many wrong ones (`guesses/`). If a
 * verifier was made with weaker parameters than today's, or of another spelling, it is replaced after the answer, once
 * the right value was in hand. Verifying reveals nothing, so it takes none of a limited token's uses; a token without a
 * use left verifies nothing.
 */
import type { Caller } from '../../calls/caller.ts';
import { perform } from '../../calls/perform.ts';
import { resourceOf } from '../../calls/resource.ts';
import { spellingsOf } from '../../datatypes/password.ts';
import { InvalidValueError, UnavailableError, VaultError } from '../../errors.ts';
import { RECORD } from '../../guesses/limits.ts';
import { ofCaller } from '../../guesses/questions.ts';
import type { RecordId } from '../../ids.ts';
import { acceptAs } from '../../intake/accept.ts';
import { decideFor, finish, prepare } from '../../intake/replacement.ts';
import { liveRecords, openRecords, wiping } from '../../records/open-records.ts';
import type { RecordRow } from '../../records/store.ts';
import { findToken } from '../../tokens/tokens.ts';
import type { Vault } from '../../vault/vault.ts';
import { HASH } from '../examples.ts';
import { operation } from '../operation.ts';
import { VerifyBody, VerifyReply } from './schema.ts';

/** @throws `token_not_found` @throws {TooManyGuessesError} @throws {UnavailableError} `overloaded` */
export const verify = operation({
  operationId: 'verify',
  action: 'verify',
  method: 'post',
  path: '/v1/verify',
  summary: 'Say whether a value is the one that was stored.',
  description:
    'For passwords, which are kept as a verifier and never shown. After ten failed attempts of one principal at one ' +
    'value, whichever of its tokens they name, further ones of that principal are refused until 15 minutes have passed ' +
    'without any. Takes none of a limited token’s uses.',
  body: VerifyBody,
  reply: VerifyReply,
  problems: [
    ...([
      'token_not_found',
      'token_expired',
      'token_used_up',
      'token_revoked',
      'record_erased',
      'record_superseded',
    ] as const),
    ...(['invalid_value', 'too_many_guesses'] as const),
  ],
  example: {
    request: { token: HASH.token, value: 'correct horse battery staple' },
    reply: { verified: true },
  },
  work: async (vault, caller, { token, value }) => {
    const { tenant, audience } = caller;
    let outdated: RecordRow | undefined;
    const reply = await perform(vault, caller, { action: 'verify' }, async (door) => {
      const { recordStore, keyStore, keyring, catalogue, hasher } = vault;
      const asking = { tenant, audience, now: door.now };
      const { record } = await findToken(recordStore.reader, keyring.indexes, asking, token);
      const [live] = await liveRecords(recordStore.reader, tenant, [record as RecordId]);
      if (live === undefined || live instanceof VaultError) throw live ?? new VaultError('token_not_found');
      const type = await catalogue.stored(tenant, live.type, live.type_version);
      if (type.custody !== 'verifier') {
        throw new VaultError('invalid_request', 'Values of this data type are revealed, not verified.', {
          field: 'token',
        });
      }
      door.decide({ type: resourceOf(type) });
      passwordOf(acceptAs(type, value, undefined, door.now).value);
      const spellings = spellingsOf(value);
      const from = { records: recordStore.reader, keys: keyStore.reader, keyring };
      const [opened] = await openRecords(from, tenant, [live]);
      if (opened === undefined || opened instanceof VaultError) throw opened ?? new VaultError('token_not_found');
      using _opened = wiping([opened]);
      const { phc } = opened.value.expose() as { readonly phc: string };
      opened.value.wipe();
      const budget = { allowance: RECORD, of: [record] };
      const [ofRecord, ofAll] = [{ budget, count: 1 }, ofCaller({ type, mayReveal: true }, 1)];
      return vault.guesses.during(caller, [ofRecord, ofAll], async (right) => {
        const found = await hasher.verify(spellings, phc, { tenant }).catch((error: unknown) => {
          // Nothing was computed: a caller that was turned away has not guessed.
          if (error instanceof UnavailableError) right();
          throw error;
        });
        if (found.matches && found.outdated) outdated = opened.row;
        const code = found.matches ? 'verified' : 'not_verified';
        const reply = await door.commit('exclusive', async (tx) => {
          // The same statement in both cases.
          await vault.guesses.forget(tx, caller, found.matches ? budget : undefined);
          const entry = { records: [record as RecordId], code, guesses: found.matches ? undefined : 1 };
          return { reply: { verified: found.matches }, entry };
        });
        if (found.matches) right([ofAll]);
        return reply;
      });
    });
    const row = outdated;
    if (row !== undefined) vault.later('upgrade_verifiers', () => upgrade(vault, caller, row, value));
    return reply;
  },
});

/** Knowing a verifier, but not what it verifies, must not let anybody in. */
function passwordOf(value: unknown): string {
  const { password } = value as { readonly password?: string };
  if (password === undefined) throw new InvalidValueError('', 'Must be the value itself, not a verifier of it.');
  return password;
}

/** Replaces an older verifier by one of today's strength; leaves it if the record has changed. */
async function upgrade(vault: Vault, caller: Caller, row: RecordRow, value: unknown): Promise<void> {
  await perform<void>(
    vault,
    { ...caller, idempotencyKey: undefined, limit: undefined },
    { action: 'verify' },
    async (door) => {
      const type = await vault.catalogue.stored(caller.tenant, row.type, row.type_version);
      const password = passwordOf(acceptAs(type, value, undefined, door.now).value);
      const accepted = {
        type,
        value: { phc: await vault.hasher.hash(password, { tenant: caller.tenant }) },
        kept: undefined,
      };
      const next = await prepare(vault, row, accepted, door.now);
      const order = await door.commit('exclusive', async (tx) => {
        const order = await decideFor(tx, vault, row, next, caller.principal, door.now);
        return { reply: order, entry: { records: [row.record as RecordId], code: 'verifier_upgraded' } };
      });
      await finish(vault, order, next, vault.clock);
    },
  );
}
