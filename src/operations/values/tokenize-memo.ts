/**
 * What is kept of tokenize's answer, so that a repeated call gets the same one: ids and closed words. A token that
 * carries its own value is not kept, since that value may be at rest nowhere. It is made again from the value that was
 * sent again: it is the same token, and is revealed instead of the first.
 */
import type { Catalogue } from '../../catalogue/catalogue.ts';
import type { RecordId, SubjectId, TenantId, Token, WindowId } from '../../ids.ts';
import { type Accepted, acceptAs, asKept } from '../../intake/accept.ts';
import type { Stored } from '../../intake/new-records.ts';
import type { Wanted } from '../../intake/new-tokens.ts';
import type { Parts } from '../../intake/parts.ts';
import { secret } from '../../secret.ts';
import { sealWindowToken, spentWindowToken } from '../../tokens/window-tokens.ts';
import type { TokenizeItem } from './schema.ts';

export interface Memo {
  readonly token?: Token;
  readonly record?: RecordId;
  readonly subject?: SubjectId;
  readonly expiresAt?: number;
  readonly kept?: string;
  readonly created: boolean;
  readonly place?: { readonly window: WindowId; readonly mark: string };
}

/** What to keep of the answer for one item. */
export function memoOf(
  { kept }: Accepted,
  { token, record, subject, expiresAt, place }: Stored,
  created: boolean,
): Memo {
  return {
    ...(place ? { place: { window: place.window, mark: place.mark.toString('base64url') } } : { token }),
    ...(record && { record }),
    ...(subject && { subject }),
    ...(expiresAt && { expiresAt: expiresAt.getTime() }),
    ...(kept && { kept: kept.name }),
    created,
  };
}

type Again = Accepted & {
  readonly stored: Pick<Stored, 'token' | 'record' | 'subject' | 'expiresAt'>;
  readonly created: boolean;
};

/** @param items the items that the answer was given for, sent again */
export async function recalled(
  parts: Parts & { readonly clock: () => Date },
  tenant: TenantId,
  items: readonly (TokenizeItem & Wanted)[],
  memos: readonly Memo[],
): Promise<Again[]> {
  const again: Again[] = [];
  for (const [i, item] of items.entries()) {
    const memo = memos[i] as Memo;
    const { type } = await parts.catalogue.type(tenant, item.type);
    const accepted = acceptAs(type, item.value, memo.kept, { now: parts.clock(), country: item.country });
    const token = memo.token ?? (await inWindowAgain(parts, tenant, accepted, item, memo));
    const { record, subject, expiresAt, created } = memo;
    const stored = { token, record, subject, expiresAt: expiresAt === undefined ? undefined : new Date(expiresAt) };
    again.push({ ...accepted, stored, created });
  }
  return again;
}

async function inWindowAgain(
  { keyring, random }: Parts,
  tenant: TenantId,
  { type, value }: Accepted,
  { audience }: Wanted,
  { place, subject }: Memo,
): Promise<Token> {
  const { window, mark } = place as NonNullable<Memo['place']>;
  const key = await keyring.windows.find(tenant, window);
  const bytes = Buffer.from(mark, 'base64url');
  if (key === undefined) return spentWindowToken(window, bytes, random);
  using _key = secret(key.key);
  const content = { value, ...(audience && { audience }), ...(subject && { subject }) };
  return sealWindowToken(key, bytes, tenant, type, content, random);
}

/**
 * The items for their idempotency MAC: without values that may be kept only as a verifier or not at all, and without
 * what is cut from a value. A MAC of a request with a password or a security code in it could be used to test guesses.
 * So a call that is repeated with another password is taken for the same call.
 */
export async function withoutSecrets(
  catalogue: Catalogue,
  tenant: TenantId,
  items: readonly TokenizeItem[],
  now: Date,
): Promise<{ items: readonly unknown[] }> {
  const shown: unknown[] = [];
  for (const item of items) shown.push({ ...item, value: await asKept(catalogue, tenant, item, now) });
  return { items: shown };
}
