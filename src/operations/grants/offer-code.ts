/**
 * Makes a code that an app shows to its signed-in customer. Whoever is told it sees that one person, for a short time
 * (`redeem-code.ts`). If the answer is lost, the same call under the same idempotency key shows the same code again.
 *
 * Guarantees: an app offers no more than it may show itself. Of the code only a keyed digest is kept.
 */
import { z } from 'zod';
import { decide } from '../../access/decide.ts';
import { STRANGER } from '../../access/relation.ts';
import type { Caller } from '../../calls/caller.ts';
import { secretOfCall } from '../../calls/idempotency.ts';
import { perform } from '../../calls/perform.ts';
import { VaultError } from '../../errors.ts';
import { CODE_BYTES, codeMacs, codeText } from '../../grants/codes.ts';
import { countOpen } from '../../grants/finding.ts';
import { grantKeys, insertGrant, MINUTE_MS, type NewGrant } from '../../grants/rows.ts';
import { OfferCodeBody, OfferCodeReply } from '../../grants/schema.ts';
import { type GrantId, newId } from '../../ids.ts';
import { SubjectIdSchema } from '../../schema.ts';
import { secret } from '../../secret.ts';
import { holdSubjects, liveSubject } from '../../subjects/subjects.ts';
import type { Vault } from '../../vault/vault.ts';
import { GRANT } from '../examples.ts';
import { operation } from '../operation.ts';
import { namedTypes } from './shown-grants.ts';

const MAX_OPEN_CODES = 10_000;
/** No MAC is shorter. */
const MAC_BYTES = 16;
const NOT_ITS_OWN = 'This API key may not show such values itself, and so cannot let others see them.';

type Reply = z.output<typeof OfferCodeReply>;
interface Kept {
  readonly grant: GrantId;
  readonly salt: string;
  readonly endsAt: string;
}

/** @throws `subject_not_found`, `subject_erased`, `unknown_type`, `unknown_view`, `too_many_grants` */
export const offerCode = operation({
  operationId: 'offerGrantCode',
  action: 'offer_code',
  method: 'post',
  path: '/v1/subjects/{subject}/grant-codes',
  summary: 'Make a code by which a person lets an agent see something of theirs.',
  description:
    'For an app whose customer is signed in and talks to an agent: show the code to the customer alone. Whoever is told it ' +
    'redeems it once (POST /v1/grants/redeem), and sees these types of this one person for the minutes named.',
  params: z.strictObject({ subject: SubjectIdSchema }),
  body: OfferCodeBody,
  reply: OfferCodeReply,
  status: 201,
  idempotent: true,
  problems: ['subject_not_found', 'subject_erased', 'unknown_type', 'unknown_view', 'too_many_grants'],
  example: {
    request: { types: ['email'], view: 'plain', minutes: 15 },
    reply: { grant: GRANT.grant, code: '7KQ2-M9XD', endsAt: '2026-11-23T09:15:00.000Z' },
  },
  work: (vault, caller, { subject, ...body }) => {
    const { tenant, principal } = caller;
    const { types, view, minutes } = body;
    const salt = vault.random(16).toString('hex');
    const idempotent = {
      body: { subject, ...body },
      remember: ({ grant, endsAt }: Reply): Kept => ({ grant, salt, endsAt }),
      replay: async (kept: Kept): Promise<Reply> => {
        using bytes = secret(await bytesOf(vault, caller, kept));
        return { grant: kept.grant, code: codeText(bytes), endsAt: kept.endsAt };
      },
    };
    return perform<Reply>(vault, caller, { action: 'offer_code', idempotent }, async (door) => {
      const named = await namedTypes(vault, tenant, types);
      for (const type of named) {
        door.decide({ type });
        if (view !== 'plain' && !type.views.includes(view)) throw new VaultError('unknown_view');
        const shown = { type, view, relation: STRANGER, assume: 'best' as const };
        const isOwn = caller.purposes.some((purpose) => decide(caller, 'detokenize', { ...shown, purpose }).allowed);
        if (!isOwn) throw new VaultError('not_allowed', NOT_ITS_OWN);
      }
      await liveSubject(vault.recordStore.reader, tenant, subject);
      const keys = await grantKeys(vault.keyring.indexes, tenant);
      const grant = newId('grant', vault.random, door.now);
      using bytes = secret(await bytesOf(vault, caller, { grant, salt }));
      const code = codeText(bytes);
      const ends_at = door.now.getTime() + minutes * MINUTE_MS;
      const row: NewGrant = {
        ...{ tenant, grant_id: grant, kind: 'code', principal: null, ordered_by: principal, minutes, view },
        ...{ ordered_at: door.now.getTime(), types: JSON.stringify([...new Set(types)]), needed: 0, approvals: '[]' },
        ...{ begins_at: null, ends_at, ended_at: null, ended_as: null, ended_by: null, ticket_mac: null },
        ...{ review_by: null, reviewed_at: null, reviewed_by: null, code_mac: codeMacs(keys, code)[0] ?? null },
      };
      return await door.commit('exclusive', async (tx) => {
        await holdSubjects(tx, tenant, [subject], door.now);
        if ((await countOpen(tx, tenant, door.now, { kind: 'code' }, MAX_OPEN_CODES)) >= MAX_OPEN_CODES) {
          throw new VaultError('too_many_grants');
        }
        await insertGrant(tx, keys, row, [{ subject, note: null }]);
        const reply = { grant, code, endsAt: new Date(ends_at).toISOString() };
        return { reply, entry: { target: grant, subject, view } };
      });
    });
  },
});

/** What the code is made of: drawn, or, under an idempotency key, made again from it. */
async function bytesOf(vault: Vault, caller: Caller, { grant, salt }: Pick<Kept, 'grant' | 'salt'>): Promise<Buffer> {
  if (caller.idempotencyKey === undefined) return vault.random(CODE_BYTES);
  using whole = secret(await secretOfCall(vault.keyring.indexes, caller, MAC_BYTES, [grant, salt]));
  return Buffer.from(whole.subarray(0, CODE_BYTES));
}
