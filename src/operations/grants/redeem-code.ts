/**
 * Redeems the code that a person has told: from then on, for the minutes that the app has set, the caller sees of that
 * one person what the code lists, as far as its own role lets it.
 *
 * Guarantees: a code is redeemed once, also after a restore of an older record store. A wrong one counts as a guess,
 * taken before anything is looked up. One that is wrong, was redeemed, or whose time is over has the same answer.
 */
import { keepNoted } from '../../access/revocations.ts';
import { perform } from '../../calls/perform.ts';
import { inTime } from '../../calls/time-limit.ts';
import { VaultError } from '../../errors.ts';
import { codeMacs } from '../../grants/codes.ts';
import { noteTold } from '../../grants/ends.ts';
import { findOffered } from '../../grants/finding.ts';
import { giveTo, grantKeys, isOpen, MINUTE_MS } from '../../grants/rows.ts';
import { GrantSchema, type GrantView, RedeemCodeBody } from '../../grants/schema.ts';
import { ofCodes } from '../../guesses/questions.ts';
import type { GrantId, SubjectId } from '../../ids.ts';
import { livingOf } from '../../subjects/subjects.ts';
import { CODE_GRANT } from '../examples.ts';
import { operation } from '../operation.ts';
import { assertOthers, grantFor, shownGrant, subjectOf, typesOfGrant } from './shown-grants.ts';

/** @throws `code_not_found`, `own_grant` @throws {TooManyGuessesError} */
export const redeemCode = operation({
  operationId: 'redeemGrantCode',
  action: 'redeem_code',
  method: 'post',
  path: '/v1/grants/redeem',
  summary: 'Redeem the code that a person has told: see something of theirs for some minutes.',
  description: 'Ten wrong codes a day are answered, and no more. With a 503 it may hold already: call again.',
  body: RedeemCodeBody,
  reply: GrantSchema,
  idempotent: true,
  problems: [
    ...(['code_not_found', 'own_grant', 'too_many_guesses', 'grant_not_found', 'unknown_type'] as const),
    'journal_unavailable',
  ],
  example: { request: { code: '7KQ2-M9XD' }, reply: CODE_GRANT },
  work: async (vault, caller, body) => {
    const { tenant, principal } = caller;
    const { reader } = vault.recordStore;
    const idempotent = {
      body,
      remember: ({ grant }: GrantView) => ({ grant }),
      replay: async ({ grant }: { grant: GrantId }) => {
        const keys = await grantKeys(vault.keyring.indexes, tenant);
        const { row, people } = await grantFor(reader, keys, caller, grant);
        return shownGrant(reader, keys, row, people, vault.clock());
      },
    };
    const reply = await perform<GrantView>(vault, caller, { action: 'redeem_code', idempotent }, async (door) => {
      const keys = await grantKeys(vault.keyring.indexes, tenant);
      return vault.guesses.during(caller, [ofCodes()], async (right) => {
        const shown = await door.commit<GrantView>('exclusive', async (tx) => {
          const held = await findOffered(tx, keys, tenant, codeMacs(keys, body.code));
          if (held === undefined || !isOpen(held.row, door.now)) throw new VaultError('code_not_found');
          const { row, people } = held;
          const subjects = people.map(({ subject }) => subject as SubjectId);
          if ((await livingOf(tx, tenant, subjects)).length === 0) throw new VaultError('code_not_found');
          assertOthers(row, caller);
          for (const type of await typesOfGrant(vault, tenant, row)) door.decide({ type });
          const now = door.now.getTime();
          const begun = { begins_at: now, ends_at: now + row.minutes * MINUTE_MS, code_mac: null };
          const given = await giveTo(tx, keys, held, principal, begun);
          await noteTold(tx, row, door.now);
          const reply = await shownGrant(tx, keys, given, people, door.now);
          return { reply, entry: { target: row.grant_id, subject: subjectOf(people), view: row.view } };
        });
        right();
        return shown;
      });
    });
    await inTime(caller.limit, keepNoted(vault, tenant, ['grant'], [reply.grant]));
    return reply;
  },
});
