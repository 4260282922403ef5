/**
 * The token of each value: drawn in the format asked for, or brought along from another vault.
 *
 * Guarantees: an option that a type or a value cannot have is refused before anything is stored, naming the item and
 * the option. A shaped or foreign token that stands, or stood, for something is not given out again.
 * Does not: reserve a token that was found free. The slower of two calls finds out when it writes it, and draws again.
 */

import type { TokenFormatName } from '../datatypes/datatype.ts';
import { VaultError } from '../errors.ts';
import type { TenantId, Token } from '../ids.ts';
import { assertForeignToken } from '../tokens/foreign.ts';
import { drawToken } from '../tokens/format.ts';
import { takenTokens } from '../tokens/tokens.ts';
import type { Accepted } from './accept.ts';
import type { Parts } from './parts.ts';

/** How many times shaped tokens are drawn anew; with `MIN_SPACE` free, a second time is rare. */
const MAX_DRAWS = 8;
const WHY_NO_REUSE = 'its values cannot be searched, so equal ones are not known';
const WHY_NO_OPTION = 'its values are in no store, and their tokens open once, within minutes';
const TOO_FEW = 'No free token of that format was found. Ask again, or for another format.';

/** What is asked of one value's token and record. */
export interface Wanted {
  /** An app's ref, or a subject id. */
  readonly subject?: string | undefined;
  readonly label?: string | undefined;
  /** Absent: `random`. */
  readonly format?: TokenFormatName | undefined;
  readonly audience?: string | undefined;
  readonly ttlSeconds?: number | undefined;
  readonly uses?: number | undefined;
  /** Whether an equal value leads to the token it had before. */
  readonly reuse?: boolean | undefined;
  /** A token brought along. */
  readonly token?: Token | undefined;
}

/** An accepted value and the token it is to have; none yet for a value that goes into its token. */
export interface NewValue extends Accepted {
  readonly wanted: Wanted;
  readonly token: Token | undefined;
  readonly format: string;
  readonly expiresAt: Date | undefined;
}

/** The type's values cannot have this option: they are in no store, or too alike to be told apart. */
function notOffered(option: string, why: string): VaultError {
  return new VaultError('option_not_offered', `This data type does not offer that: ${why}.`, { field: option });
}

/**
 * Checks what can be checked before any verifier is made. Only here is a password in hand that a token brought along
 * might hold; and nothing is computed for a call that will be refused.
 * @throws what `withTokens` throws
 */
export function assertToken(accepted: Accepted, wanted: Wanted): void {
  assertOffered(accepted, wanted);
  if (wanted.token !== undefined) assertForeignToken(wanted.token, accepted.type, accepted.value);
}

/** @throws {VaultError} with `field` naming the option, after the `placeOf` of its item */
export async function withTokens(
  parts: Pick<Parts, 'recordStore' | 'random'>,
  tenant: TenantId,
  accepted: readonly Accepted[],
  wanted: readonly Wanted[],
  now: Date,
  placeOf = (i: number) => `items/${i}/`,
): Promise<NewValue[]> {
  const draw = (i: number) => drawn(parts, accepted[i] as Accepted, wanted[i] as Wanted);
  const tokens = accepted.map((value, i) =>
    at(placeOf(i), () => {
      assertOffered(value, wanted[i] as Wanted);
      return draw(i);
    }),
  );
  await settle(parts, tenant, tokens, wanted, draw, placeOf);
  return accepted.map((value, i) => {
    const { format, ttlSeconds, token } = wanted[i] as Wanted;
    const expiresAt = ttlSeconds === undefined ? undefined : new Date(now.getTime() + ttlSeconds * 1000);
    return {
      ...value,
      wanted: wanted[i] as Wanted,
      token: tokens[i],
      format: token === undefined ? (format ?? 'random') : 'foreign',
      expiresAt,
    };
  });
}

/** Draws anew what another value or this very call has taken; refuses a token brought along that is taken. */
async function settle(
  { recordStore }: Pick<Parts, 'recordStore'>,
  tenant: TenantId,
  tokens: (Token | undefined)[],
  wanted: readonly Wanted[],
  draw: (i: number) => Token | undefined,
  placeOf: (i: number) => string,
): Promise<void> {
  // 160 random bits are never drawn twice; the others are looked up.
  let open = [...tokens.keys()].filter((i) => wanted[i]?.token !== undefined || isShaped(wanted[i]?.format));
  const held = new Set<Token>();
  for (let draws = 1; open.length > 0; draws += 1) {
    const taken = await takenTokens(
      recordStore.reader,
      tenant,
      open.map((i) => tokens[i] as Token),
    );
    const lost: number[] = [];
    for (const i of open) {
      const token = tokens[i] as Token;
      if (!taken.has(token) && !held.has(token)) held.add(token);
      else if (wanted[i]?.token !== undefined) throw new VaultError('token_taken').at(placeOf(i));
      else lost.push(i);
    }
    const [unlucky] = lost;
    if (unlucky !== undefined && draws === MAX_DRAWS) {
      throw new VaultError('invalid_request', TOO_FEW, { field: 'format' }).at(placeOf(unlucky));
    }
    for (const i of lost) tokens[i] = draw(i);
    open = lost;
  }
}

function drawn({ random }: Pick<Parts, 'random'>, { type, value }: Accepted, wanted: Wanted): Token | undefined {
  if (type.custody === 'window') return undefined;
  if (wanted.token === undefined) return drawToken(wanted.format ?? 'random', type, value, random);
  // `assertToken` has said whether it may stand for the value: of the value in hand, never of a stored one.
  return wanted.token;
}

/** @throws `option_not_offered` naming the option */
function assertOffered({ type, kept }: Accepted, wanted: Wanted): void {
  const spread = kept?.spread ?? type.spread;
  if (wanted.reuse && spread === 'none') throw notOffered('reuse', WHY_NO_REUSE);
  if (type.custody !== 'window') return;
  // Such a token is the sealed value, lives for its window, and opens once.
  for (const option of ['format', 'ttlSeconds', 'uses', 'token', 'label'] as const) {
    if (wanted[option] !== undefined) throw notOffered(option, WHY_NO_OPTION);
  }
}

function isShaped(format: TokenFormatName | undefined): boolean {
  return format !== undefined && format !== 'random' && format !== 'uuid';
}

function at<R>(place: string, work: () => R): R {
  try {
    return work();
  } catch (error) {
    throw error instanceof VaultError ? error.at(place) : error;
  }
}
