/** Gives a record one more token: in another format, for another receiving system, for a time or a number of uses. */
import type { z } from 'zod';
import { VaultError } from '../errors.ts';
import type { Token } from '../ids.ts';
import { withTokens } from '../intake/new-tokens.ts';
import { throughRaces } from '../intake/races.ts';
import { findRecord, openRecords } from '../records/open-records.ts';
import { TokenNotFoundError } from '../tokens/errors.ts';
import type { MintedToken, MintTokenBody } from '../tokens/schema.ts';
import { factsOf } from '../tokens/token-facts.ts';
import { insertTokens, tokenKey, tokenRow } from '../tokens/tokens.ts';
import type { Caller } from './caller.ts';
import { type Door, perform } from './perform.ts';
import type { Vault } from './vault.ts';

/** @throws {RecordNotFoundError} @throws {RecordErasedError}; for a token the record cannot have, which option is at fault */
export async function mintToken(
  vault: Vault,
  caller: Caller,
  body: z.infer<typeof MintTokenBody>,
): Promise<MintedToken> {
  // The answer itself is kept, for the token may be used, extended or over by the time it is asked for again.
  const idempotent = { body, remember: (reply: MintedToken) => reply, replay: (kept: MintedToken) => kept };
  return perform<MintedToken>(vault, caller, { action: 'mint_token', idempotent }, async (door) => {
    door.decide();
    return throughRaces(() => mint(vault, caller, door, body));
  });
}

async function mint(
  vault: Vault,
  { tenant }: Caller,
  door: Door,
  body: z.infer<typeof MintTokenBody>,
): Promise<MintedToken> {
  const { recordStore, keyStore, keyring, catalogue } = vault;
  const found = await findRecord(recordStore.reader, tenant, body.record);
  const from = { records: recordStore.reader, keys: keyStore.reader, keyring };
  // A shaped token takes after the value; besides, an altered row gets no token.
  const [opened] = await openRecords(from, tenant, [found]);
  if (opened === undefined || opened instanceof VaultError) throw opened ?? new TokenNotFoundError();
  const { row } = opened;
  const type = await catalogue.stored(tenant, row.type, row.type_version);
  const accepted = { type, value: opened.value.expose(), kept: undefined };
  opened.value.wipe();
  const [wanted] = await withTokens(vault, tenant, [accepted], [body], door.now, () => '');
  if (wanted === undefined) throw new TypeError('One value has one token.');
  const { format, expiresAt } = wanted;
  const { audience, uses, record } = body;
  const key = await tokenKey(keyring.indexes, tenant);
  const made = { token: wanted.token as Token, record, format, audience, expiresAt, uses };
  const token = tokenRow(key, tenant, made, door.now);
  return door.commit('shared', async (tx) => {
    // It may have been erased since it was opened.
    await findRecord(tx, tenant, record);
    await insertTokens(tx, [token]);
    return { reply: factsOf(token), entry: { records: [record] } };
  });
}
