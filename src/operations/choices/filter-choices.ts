/**
 * Of a list for a campaign, those that may be used for the purpose. It shows no value and names nobody new.
 *
 * Guarantees: one keyed read for all of them, in the transaction of the audit entry. Who was erased, is restricted or
 * has said no is left out, and so is whoever the caller could not name.
 * Does not: hold anybody. A reveal asks again.
 */
import { beyondAudience, needOf } from '../../access/decide.ts';
import { stopOf } from '../../access/ground.ts';
import type { Caller } from '../../calls/caller.ts';
import type { Door } from '../../calls/door.ts';
import { perform } from '../../calls/perform.ts';
import { FilterBody, FilterReply } from '../../choices/schema.ts';
import { choiceKey, statesOf } from '../../choices/state.ts';
import { IntegrityError, VaultError } from '../../errors.ts';
import type { RecordId, SubjectId, Token } from '../../ids.ts';
import { eachLive } from '../../records/open-records.ts';
import type { RecordTx } from '../../storage/tx.ts';
import { findEachToken } from '../../tokens/tokens.ts';
import { isWindowToken } from '../../tokens/window-tokens.ts';
import type { Vault } from '../../vault/vault.ts';
import { EMAIL } from '../examples.ts';
import { operation } from '../operation.ts';

/** One of the list: whose it is, and of which data type, if of one. */
interface Listed<N> {
  readonly name: N;
  readonly subject: string | null;
  readonly type: string | undefined;
}

/** @throws `purpose_not_allowed` */
export const filterChoices = operation({
  operationId: 'filterChoices',
  action: 'filter_choices',
  method: 'post',
  path: '/v1/choices/filter',
  summary: 'Of a list for a campaign, those that may be used.',
  description:
    'Takes subjects or tokens, and gives back those whose person has not said no to the purpose, and has consented where ' +
    'it rests on consent. Unknown, erased and restricted ones are left out, and tokens that carry their own value.',
  body: FilterBody,
  reply: FilterReply,
  problems: ['purpose_not_allowed'],
  example: {
    request: { purpose: 'news', tokens: [EMAIL.token] },
    reply: { subjects: [], tokens: [EMAIL.token] },
  },
  work: async (vault, caller, { purpose, type, subjects = [], tokens = [] }) =>
    perform(vault, caller, { action: 'filter_choices', purpose }, async (door) => {
      if (subjects.length > 0 && caller.audience !== undefined) throw beyondAudience();
      needOf(caller, purpose);
      return door.commit('shared', async (tx) => {
        const named = subjects.map((name) => ({ name, subject: name, type }));
        const held = await ofTokens(vault, caller, door, tx, tokens);
        const reply = {
          subjects: await usable<SubjectId>(vault, caller, tx, purpose, named),
          tokens: await usable<Token>(vault, caller, tx, purpose, held),
        };
        return { reply, entry: {} };
      });
    }),
});

async function ofTokens(
  vault: Vault,
  { tenant, audience }: Caller,
  { now }: Door,
  tx: RecordTx,
  all: readonly Token[],
): Promise<Listed<Token>[]> {
  const tokens = all.filter((token) => !isWindowToken(token));
  const found = await findEachToken(tx, vault.keyring.indexes, { tenant, audience, now }, tokens);
  const known = found.flatMap((row) => (row instanceof VaultError ? [] : row));
  const ids = known.map(({ record }) => record as RecordId);
  const rows = await eachLive(tx, tenant, ids);
  return known.flatMap(({ token }, i) => {
    const row = rows[i];
    return row === undefined || row instanceof VaultError
      ? []
      : [{ name: token as Token, subject: row.subject, type: row.type }];
  });
}

async function usable<N>(
  vault: Vault,
  caller: Caller,
  tx: RecordTx,
  purpose: string,
  listed: readonly Listed<N>[],
): Promise<N[]> {
  const { tenant } = caller;
  const { types, ground } = needOf(caller, purpose);
  const ids = [...new Set(listed.flatMap(({ subject }) => subject ?? []))];
  const states = await statesOf(tx, await choiceKey(vault.keyring.indexes, tenant), tenant, ids);
  const known = new Map(ids.map((id, i) => [id, states[i]]));
  return listed.flatMap(({ name, subject, type }) => {
    const isNeeded = type === undefined || types === 'all' || types.has(type);
    if (subject === null) return isNeeded && ground !== 'consent' ? [name] : [];
    const state = known.get(subject);
    if (!isNeeded || state === undefined) return [];
    if (state instanceof IntegrityError) throw state;
    return stopOf(state, purpose, ground, type) === undefined ? [name] : [];
  });
}
