/**
 * Stores values and hands out tokens in their place. All or nothing: one refused item refuses the call.
 *
 * Order (design 3): keys first, in a commit of their own, then records, tokens and the audit entry. Values that may be
 * in no store go into their tokens instead (`tokens/window-tokens.ts`).
 */
import { beyondAudience } from '../access/decide.ts';
import { type Accepted, acceptAll, withVerifiers } from '../intake/accept.ts';
import { makeRecords, type Stored } from '../intake/new-records.ts';
import { assertTokens, withTokens } from '../intake/new-tokens.ts';
import { throughRaces } from '../intake/races.ts';
import { insertRecords } from '../records/store.ts';
import { holdSubjects } from '../subjects/subjects.ts';
import { insertTokens } from '../tokens/tokens.ts';
import type { Caller } from './caller.ts';
import { namesFor } from './naming.ts';
import { type Door, perform } from './perform.ts';
import type { Tokenized, TokenizeItem } from './schema.ts';
import { type Memo, memoOf, recalled, withoutSecrets } from './tokenize-memo.ts';
import type { Vault } from './vault.ts';

/** The reply, and what it was made of: by that it can be made again. */
interface Made {
  readonly results: Tokenized[];
  /** Made only for a call that may come again. */
  readonly memo: () => readonly Memo[];
}

/** @throws {InvalidValueError} and others, with `field` naming `items/<n>/…`; nothing has been stored */
export async function tokenize(
  vault: Vault,
  caller: Caller,
  body: { readonly items: readonly TokenizeItem[] },
): Promise<{ results: Tokenized[] }> {
  const { items } = body;
  const wanted = items.map((item) => ({ ...item, audience: item.audience ?? caller.audience }));
  const idempotent = {
    body:
      caller.idempotencyKey === undefined
        ? body
        : await withoutSecrets(vault.catalogue, caller.tenant, items, vault.clock()),
    remember: (reply: Made) => reply.memo(),
    replay: async (memo: readonly Memo[]): Promise<Made> => {
      const again = await recalled(vault, caller.tenant, wanted, memo);
      return { results: again.map((one) => tokenized(caller, one, one.stored, one.created)), memo: () => memo };
    },
  };
  const made = await perform<Made>(vault, caller, { action: 'tokenize', idempotent }, async (door) => {
    door.decide();
    assertWithinAudience(caller, wanted);
    const accepted = await acceptAll(vault.catalogue, caller.tenant, items, door.now);
    for (const type of new Set(accepted.map((item) => item.type))) {
      door.decide({ type: { name: type.name, views: Object.keys(type.views) } });
    }
    assertTokens(accepted, wanted);
    const values = await withVerifiers(vault.hasher, accepted, () =>
      acceptAll(vault.catalogue, caller.tenant, items, door.now),
    );
    return throughRaces(() => store(vault, caller, door, values, wanted));
  });
  return { results: made.results };
}

/**
 * Before anything is looked up: whether a text is taken as a token would tell one audience of another's, and a value
 * about a person whom the caller does not know would stand among those of that person for everybody.
 */
function assertWithinAudience(caller: Caller, wanted: readonly TokenizeItem[]): void {
  if (caller.audience === undefined) return;
  const isBeyond = ({ audience, subject, token }: TokenizeItem) =>
    audience !== caller.audience || subject !== undefined || token !== undefined;
  if (wanted.some(isBeyond)) throw beyondAudience();
}

async function store(
  vault: Vault,
  caller: Caller,
  door: Door,
  accepted: readonly Accepted[],
  wanted: readonly TokenizeItem[],
): Promise<Made> {
  const { tenant } = caller;
  const values = await withTokens(vault, tenant, accepted, wanted, door.now);
  const stored = await makeRecords(vault, tenant, values, door.now);
  const subjects = [...new Set(stored.flatMap(({ subject }) => subject ?? []))];
  const reply: Made = {
    results: stored.map((one, i) => tokenized(caller, accepted[i] as Accepted, one, isCreated(one))),
    memo: () => stored.map((one, i) => memoOf(accepted[i] as Accepted, one, isCreated(one))),
  };
  await door.commit('shared', async (tx) => {
    await holdSubjects(tx, tenant, subjects, door.now);
    await insertRecords(
      tx,
      stored.flatMap(({ recordRow }) => recordRow ?? []),
    );
    await insertTokens(
      tx,
      stored.flatMap(({ tokenRow }) => tokenRow ?? []),
    );
    const records = stored.flatMap(({ record }) => record ?? []);
    return { reply, entry: { records, subject: subjects.length === 1 ? subjects[0] : undefined } };
  });
  vault.signals.emit('values', { action: 'tokenize', count: stored.length });
  return reply;
}

function isCreated({ recordRow, place }: Stored): boolean {
  return recordRow !== undefined || place !== undefined;
}

function tokenized(
  caller: Caller,
  { type, value, kept }: Accepted,
  { token, record, subject, expiresAt }: Pick<Stored, 'token' | 'record' | 'subject' | 'expiresAt'>,
  created: boolean,
): Tokenized {
  return {
    token,
    ...namesFor(caller, { record, subject }),
    masked: type.views.masked(value),
    ...(expiresAt === undefined ? {} : { expiresAt: expiresAt.toISOString() }),
    ...(kept === undefined ? {} : { kept: kept.name }),
    created,
  };
}
