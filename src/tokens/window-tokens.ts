/**
 * Window tokens: tokens that carry their own sealed value, for what may not be stored even encrypted (card security
 * codes, PCI DSS v4.0.1, 3.3.1.2). No store, log or cache ever holds the value, sealed or plain. Only the token has it,
 * which the app holds, and only the window's key opens it.
 *
 *   cvc_<window 26>_<base64url(mark 16 | envelope)>        about 235 characters
 *   envelope = seal(window key, {value, audience?, subject?}), bound to tenant, window, type, type version and mark
 *
 * Guarantees: it is revealed once, to the first that claims its mark, and never after its window has ended. A token
 * that was altered or made up counts as one that does not exist.
 * Does not: reach the app's copy of the token; without the window's key that is random bytes.
 */
import { associatedData } from '../crypto/associated-data.ts';
import { envelopeSizeBytes, open, seal } from '../crypto/envelope.ts';
import { Plaintext } from '../crypto/plaintext.ts';
import type { RandomSource } from '../crypto/random.ts';
import type { DataType, Json } from '../datatypes/datatype.ts';
import { IntegrityError, VaultError } from '../errors.ts';
import { isId, type SubjectId, type TenantId, type Token, type WindowId } from '../ids.ts';
import type { WindowKey, WindowKeys } from '../keyring/tree/window-keys.ts';
import { secret } from '../secret.ts';

const PREFIX = 'cvc_';
const WINDOW_PREFIX = 'win_';
const MARK_BYTES = 16;
/** As long as an envelope of the smallest class. */
const SPENT_BYTES = envelopeSizeBytes(1);
const TEXT = /^cvc_([0-9a-z]{26})_([\w-]{64,400})$/;

/** Whether a text begins like a window token; `openWindowToken` says whether it is one. */
export function isWindowToken(token: string): boolean {
  return token.startsWith(PREFIX);
}

/** What a window token says to a holder of the window's key. */
export type WindowContent = {
  readonly value: Json;
  readonly audience?: string;
  readonly subject?: SubjectId;
};

/** Where a window token was sealed: a repeated call needs it to make one that is revealed instead of the first. */
export interface WindowPlace {
  readonly window: WindowId;
  readonly mark: Buffer;
}

/** Tells a window's tokens apart, and is claimed when one is revealed. */
export function newMark(random: RandomSource): Buffer {
  return random(MARK_BYTES);
}

/** @param key of a window that takes tokens; the caller wipes it */
export function sealWindowToken(
  key: WindowKey,
  mark: Buffer,
  tenant: TenantId,
  type: DataType,
  content: WindowContent,
  random: RandomSource,
): Token {
  const plain = Plaintext.of(content);
  try {
    const envelope = seal(plain.exposeBytes(), key.key, tokenAd(tenant, key.window, type, mark), random);
    return textOf(key.window, Buffer.concat([mark, envelope]));
  } finally {
    plain.wipe();
  }
}

/** A token of a window that is over: a repeated call gets it in the place of the one that expired meanwhile. */
export function spentWindowToken(window: WindowId, mark: Buffer, random: RandomSource): Token {
  return textOf(window, Buffer.concat([mark, random(SPENT_BYTES)]));
}

function textOf(window: WindowId, body: Buffer): Token {
  return `${PREFIX}${window.slice(WINDOW_PREFIX.length)}_${body.toString('base64url')}` as Token;
}

export interface OpenedWindowToken {
  readonly place: WindowPlace;
  readonly content: WindowContent;
}

/**
 * Opens a window token without spending it.
 * @returns what it carries, or why it opens nothing
 */
export async function openWindowToken(
  windows: WindowKeys,
  tenant: TenantId,
  audience: string | undefined,
  type: DataType,
  token: Token,
): Promise<OpenedWindowToken | VaultError> {
  const parsed = parse(token);
  if (parsed === undefined) return new VaultError('token_not_found');
  const { window, mark, envelope } = parsed;
  // Nothing is left of a window that is over that could tell its tokens from made-up ones.
  if (windows.hasEnded(window)) return new VaultError('token_expired');
  const key = await windows.find(tenant, window);
  if (key === undefined) return new VaultError('token_not_found');
  using _key = secret(key.key);
  try {
    using plain = Plaintext.ofBytes(open(envelope, key.key, tokenAd(tenant, window, type, mark)));
    const content = plain.expose() as WindowContent;
    if (audience !== undefined && content.audience !== audience) return new VaultError('token_not_found');
    if (await windows.isRevealed(tenant, window, mark)) return new VaultError('token_used_up');
    return { place: { window, mark }, content };
  } catch (error) {
    if (error instanceof IntegrityError) return new VaultError('token_not_found');
    throw error;
  }
}

function parse(token: string): (WindowPlace & { readonly envelope: Buffer }) | undefined {
  const [, id, body = ''] = TEXT.exec(token) ?? [];
  const window = `${WINDOW_PREFIX}${id}`;
  if (!isId('window', window)) return undefined;
  const bytes = Buffer.from(body, 'base64url');
  // One spelling for each token.
  if (bytes.toString('base64url') !== body) return undefined;
  return { window, mark: bytes.subarray(0, MARK_BYTES), envelope: bytes.subarray(MARK_BYTES) };
}

function tokenAd(tenant: TenantId, window: WindowId, type: DataType, mark: Buffer): Buffer {
  return associatedData('lethe/window-token/1', tenant, window, type.name, type.version, mark);
}
