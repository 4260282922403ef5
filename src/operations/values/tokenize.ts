/**
 * Stores values and hands out tokens in their place. All or nothing: one refused item refuses the call.
 *
 * Order (S1): keys first, in a commit of their own, then records, tokens and the audit entry. Values that may be
 * in no store go into their tokens instead (`tokens/window-tokens.ts`).
 */
import { beyondAudience } from '../../access/decide.ts';
import type { Caller } from '../../calls/caller.ts';
import type { Door } from '../../calls/door.ts';
import { askedOf, guessesAt, guessesIn } from '../../calls/equal-values.ts';
import { namesFor } from '../../calls/naming.ts';
import { perform } from '../../calls/perform.ts';
import { resourceOf } from '../../calls/resource.ts';
import { type Accepted, acceptAll, meetVerifiers, withVerifiers } from '../../intake/accept.ts';
import { makeRecords, type Stored } from '../../intake/new-records.ts';
import { assertToken, withTokens } from '../../intake/new-tokens.ts';
import { throughRaces } from '../../intake/races.ts';
import { ValueNotUniqueError } from '../../intake/unique-values.ts';
import { insertRecords } from '../../records/store.ts';
import { MAX_BATCH } from '../../schema.ts';
import { holdSubjects } from '../../subjects/subjects.ts';
import { insertTokens } from '../../tokens/tokens.ts';
import type { Vault } from '../../vault/vault.ts';
import { CARD, EMAIL, HASH, NAME, SUBJECT } from '../examples.ts';
import { operation } from '../operation.ts';
import { TokenizeBody, type Tokenized, type TokenizeItem, TokenizeItemSchema, TokenizeReply } from './schema.ts';
import { type Memo, memoOf, recalled, withoutSecrets } from './tokenize-memo.ts';

/** The reply, and what it was made of, from which it can be made again. */
interface Made {
  readonly results: Tokenized[];
  /** Used only by a call that may come again. */
  readonly memo: () => readonly Memo[];
}

/**
 * @param body `purpose`: why the caller may know whether equal values are there; needed for `reuse` and unique types
 * @throws {InvalidValueError} and others, with `field` naming `items/<n>/…`; `errors` has the faults of all items
 * @throws `purpose_not_allowed` @throws {TooManyGuessesError} @throws {ValueNotUniqueError}; nothing has been stored
 */
export const tokenize = operation({
  operationId: 'tokenize',
  action: 'tokenize',
  method: 'post',
  path: '/v1/tokenize',
  summary: 'Store values and get tokens in their place.',
  description:
    'All or nothing: one refused item refuses the request, and `errors` names all that is wrong, as `items/<n>/…`. Items with the same ' +
    '`subject` belong to one person. The plain value is not sent back; `masked` is for people to recognise it by. A ' +
    'token may be asked for in another `format`, for an `audience`, for a time or a number of uses, or be brought along; ' +
    'with `reuse` an equal value gets the token it had before, which is asked for a `purpose`, as a search is. So is a ' +
    'value of a type that is unique, which is refused (`value_not_unique`) if another record has an equal one. ' +
    'Of at most 25 passwords a call makes verifiers; those that are brought along (`phc`) do not count.',
  body: TokenizeBody,
  reply: TokenizeReply,
  idempotent: true,
  problems: [
    ...(['invalid_value', 'unknown_type', 'subject_not_found', 'subject_erased', 'concurrent_change'] as const),
    ...(['option_not_offered', 'token_format_not_offered', 'invalid_token', 'token_taken'] as const),
    ...(['purpose_not_allowed', 'too_many_guesses', 'too_many_passwords', 'value_not_unique'] as const),
  ],
  example: {
    request: {
      purpose: 'billing',
      items: [
        { type: 'email', value: 'Jane.Doe@example.com', subject: 'cust_42', label: 'billing' },
        { type: 'name', value: { given: 'Jane', family: 'Doe' }, subject: 'cust_42' },
        {
          type: 'card',
          value: { number: '4242 4242 4242 4242', expiryMonth: 1, expiryYear: 2030 },
          subject: 'cust_42',
          format: 'card',
          reuse: true,
        },
        { type: 'password', value: 'correct horse battery staple', subject: 'cust_42' },
      ],
    },
    reply: {
      results: [
        { ...EMAIL, subject: SUBJECT, masked: 'J***@example.com', created: true },
        { ...NAME, subject: SUBJECT, masked: 'J*** D***', created: true },
        { ...CARD, subject: SUBJECT, masked: '**** **** **** 4242', created: true },
        { ...HASH, subject: SUBJECT, masked: '********', created: true },
      ],
    },
  },
  work: async (vault, caller, body) => {
    const { items, purpose } = body;
    const wanted = items.map((item) => withAudience(caller, item));
    const idempotent = {
      body:
        caller.idempotencyKey === undefined
          ? body
          : { ...(await withoutSecrets(vault.catalogue, caller.tenant, items, vault.clock())), purpose },
      remember: (reply: Made) => reply.memo(),
      replay: async (memo: readonly Memo[]): Promise<Made> => {
        const again = await recalled(vault, caller.tenant, wanted, memo);
        return { results: again.map((one) => tokenized(caller, one, one.stored, one.created)), memo: () => memo };
      },
    };
    const made = await perform<Made>(vault, caller, { action: 'tokenize', purpose, idempotent }, async (door) => {
      assertWithinAudience(caller, wanted);
      const accepted = await accept(vault, caller, wanted, door.now);
      for (const type of new Set(accepted.map((item) => item.type))) {
        door.decide({ type: resourceOf(type) });
      }
      const offered = accepted.map((value, i) => ({ ...wanted[i], value }));
      const asked = await askedOf(vault, caller, offered, purpose);
      const values = await withVerifiers(vault.hasher, accepted, caller, () =>
        acceptAll(vault.catalogue, caller.tenant, items, door.now),
      );
      return vault.guesses.during(caller, guessesIn(asked), (right) =>
        throughRaces(() =>
          store(vault, caller, door, values, wanted, (created) => {
            const places = [...created.keys()];
            right(
              guessesAt(
                asked,
                places.filter((i) => !created[i]),
              ),
            );
            return places.filter((i) => created[i] && guessesAt(asked, [i]).length > 0).length;
          }),
        ).catch((error: unknown) => {
          // What it tells of them is right.
          if (error instanceof ValueNotUniqueError) right(error.unspent.flatMap((i) => asked.uniques.get(i) ?? []));
          throw error;
        }),
      );
    });
    return { results: made.results };
  },
  alsoWrong: async (vault, caller, body) => {
    const { items } = Object(body) as { readonly items?: unknown };
    if (!Array.isArray(items) || items.length > MAX_BATCH) return;
    const sound = items.map((item) => TokenizeItemSchema.safeParse(item).data);
    assertWithinAudience(
      caller,
      sound.flatMap((item) => (item ? withAudience(caller, item) : [])),
    );
    await accept(vault, caller, sound, vault.clock());
  },
});

function withAudience(caller: Caller, item: TokenizeItem): TokenizeItem {
  return { ...item, audience: item.audience ?? caller.audience };
}

/** @throws the faults of all items. They depend on the items and on the tenant's types, never on a stored value. */
function accept(
  { catalogue }: Vault,
  { tenant }: Caller,
  items: readonly (TokenizeItem | undefined)[],
  now: Date,
): Promise<Accepted[]> {
  return acceptAll(catalogue, tenant, items, now, (one, i) => assertToken(one, items[i] as TokenizeItem));
}

/**
 * Checked before anything is looked up. Whether a text is accepted as a token would tell one audience about another's.
 * A value about a person whom the caller does not know would stand among that person's values for everybody.
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
  /** @returns how many wrong guesses storing these was */
  wrongGuesses: (created: readonly boolean[]) => number,
): Promise<Made> {
  const { tenant } = caller;
  const values = await withTokens(vault, tenant, accepted, wanted, door.now);
  const stored = await makeRecords(vault, tenant, values, door.now);
  const subjects = [...new Set(stored.flatMap(({ subject }) => subject ?? []))];
  const reply: Made = {
    results: stored.map((one, i) => tokenized(caller, accepted[i] as Accepted, one, isCreated(one))),
    memo: () => stored.map((one, i) => memoOf(accepted[i] as Accepted, one, isCreated(one))),
  };
  const ofPeople = accepted.filter((_, i) => wanted[i]?.subject !== undefined);
  meetVerifiers(vault.hasher, tenant, ofPeople);
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
    const guesses = wrongGuesses(stored.map(isCreated)) || undefined;
    return { reply, entry: { records, guesses, subject: subjects.length === 1 ? subjects[0] : undefined } };
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
