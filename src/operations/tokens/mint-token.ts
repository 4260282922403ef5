/** Gives a record one more token: in another format, for another receiving system, for a time or a number of uses. */
import type { z } from 'zod';
import { mayBeShown } from '../../access/decide.ts';
import type { Caller } from '../../calls/caller.ts';
import type { Door } from '../../calls/door.ts';
import { perform } from '../../calls/perform.ts';
import { VaultError } from '../../errors.ts';
import type { RecordId, TenantId, Token } from '../../ids.ts';
import { withTokens } from '../../intake/new-tokens.ts';
import { throughRaces } from '../../intake/races.ts';
import { findRecord, openRecords, wiping } from '../../records/open-records.ts';
import { lockRecords, type RecordRow } from '../../records/store.ts';
import type { RecordTx } from '../../storage/tx.ts';
import { showsOf, takesAfter } from '../../tokens/format.ts';
import { type MintedToken, MintTokenBody, MintTokenReply } from '../../tokens/schema.ts';
import { factsOf } from '../../tokens/token-facts.ts';
import { insertTokens, tokenKey, tokenRow } from '../../tokens/tokens.ts';
import type { Vault } from '../../vault/vault.ts';
import { EMAIL, EXPIRES_AT, MINTED } from '../examples.ts';
import { operation } from '../operation.ts';

/**
 * @throws `record_not_found`, `not_allowed` @throws {RecordErasedError}; for a token that the record cannot have, which
 *   option is at fault
 */
export const mintToken = operation({
  operationId: 'mintToken',
  action: 'mint_token',
  method: 'post',
  path: '/v1/tokens',
  summary: 'Mint one more token for a record.',
  description:
    'In another format, for another audience, for a time or a number of uses. A token is brought along where its value ' +
    'is: to POST /v1/tokenize.',
  body: MintTokenBody,
  reply: MintTokenReply,
  status: 201,
  idempotent: true,
  problems: [
    ...(['record_not_found', 'record_erased', 'record_superseded', 'concurrent_change'] as const),
    ...(['option_not_offered', 'token_format_not_offered'] as const),
  ],
  example: {
    request: { record: EMAIL.record, format: 'uuid', audience: 'crm', ttlSeconds: 86_400, uses: 3 },
    reply: { token: MINTED, format: 'uuid', audience: 'crm', expiresAt: EXPIRES_AT, usesLeft: 3 },
  },
  work: async (vault, caller, body) => {
    // Keeps the answer itself: by the time it is asked for again, the token may be used, extended or ended.
    const idempotent = { body, remember: (reply: MintedToken) => reply, replay: (kept: MintedToken) => kept };
    return perform<MintedToken>(vault, caller, { action: 'mint_token', idempotent }, (door) =>
      throughRaces(() => mint(vault, caller, door, body)),
    );
  },
});

const SHOWS_OF =
  'A token of this format takes after the value: it is for callers who may see the value masked, for a purpose of their own.';

async function mint(
  vault: Vault,
  caller: Caller,
  door: Door,
  body: z.infer<typeof MintTokenBody>,
): Promise<MintedToken> {
  const { tenant } = caller;
  const { recordStore, keyStore, keyring, catalogue } = vault;
  const found = await findRecord(recordStore.reader, tenant, body.record);
  const from = { records: recordStore.reader, keys: keyStore.reader, keyring };
  if (takesAfter(body.format)) {
    const type = await catalogue.stored(tenant, found.type, found.type_version);
    if (!mayBeShown(caller, type)) throw new VaultError('not_allowed', SHOWS_OF);
  }
  // A shaped token takes after the value. This also keeps an altered row from getting a token.
  const [opened] = await openRecords(from, tenant, [found]);
  if (opened === undefined || opened instanceof VaultError) throw opened ?? new VaultError('token_not_found');
  using _opened = wiping([opened]);
  const { row } = opened;
  const type = await catalogue.stored(tenant, row.type, row.type_version);
  const accepted = { type, value: opened.value.expose(), kept: undefined };
  const [wanted] = await withTokens(vault, tenant, [accepted], [body], door.now, () => '');
  if (wanted === undefined) throw new TypeError('One value has one token.');
  const { format, expiresAt } = wanted;
  const { audience, uses, record } = body;
  const key = await tokenKey(keyring.indexes, tenant);
  const made = { token: wanted.token as Token, record, format, audience, expiresAt, uses };
  const token = tokenRow(key, tenant, made, door.now);
  const isShowing = showsOf(body.format);
  return door.commit(isShowing ? 'exclusive' : 'shared', async (tx) => {
    if (isShowing) await holdUncorrected(tx, row);
    // The record may have been erased since it was opened.
    await findRecord(tx, tenant, record);
    await insertTokens(tx, [token]);
    return { reply: factsOf(token), entry: { records: [record] } };
  });
}

/** A token that shows something of the value must not slip in while that is replaced. @throws `concurrent_change` */
async function holdUncorrected(tx: RecordTx, { tenant, record, generation }: RecordRow): Promise<void> {
  const [held] = await lockRecords(tx, tenant as TenantId, [record as RecordId]);
  if (held !== undefined && held.generation !== generation) throw new VaultError('concurrent_change');
}
