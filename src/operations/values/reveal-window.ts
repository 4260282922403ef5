/**
 * Reveals tokens that carry their own sealed value: once, within their window. It decides before it opens, and the
 * claim of the one reveal is durable before the value goes any further. If a window's key was altered, only the tokens
 * of that window fail: otherwise the tokens that were claimed beside them would be lost.
 */
import { decide } from '../../access/decide.ts';
import type { Caller } from '../../calls/caller.ts';
import { resourceOf } from '../../calls/resource.ts';
import { formOf, type Json } from '../../datatypes/datatype.ts';
import { dataTypes } from '../../datatypes/registry.ts';
import { IntegrityError, VaultError } from '../../errors.ts';
import type { SubjectId, Token } from '../../ids.ts';
import { RecordErasedError } from '../../records/open-records.ts';
import { isErasedSubject } from '../../subjects/subjects.ts';
import { isWindowToken, openWindowToken } from '../../tokens/window-tokens.ts';
import type { Vault } from '../../vault/vault.ts';
import type { DetokenizeRequest } from './schema.ts';

/** The value of one token, or why there is none. */
export type Answer = Shown | VaultError;
type Shown = { readonly form: string; readonly type: string; readonly view: string; readonly value: Json };

/** The one data type whose values go into their tokens. */
const TYPE = dataTypes().find(({ custody }) => custody === 'window');

export interface Carried {
  /** For each token of the call that carries its own value. */
  readonly answers: ReadonlyMap<Token, Answer>;
  /** The subjects of the shown values. No record tells them, so the audit entry must. */
  readonly subjects: ReadonlySet<SubjectId>;
}

export async function revealWindowTokens(vault: Vault, caller: Caller, body: DetokenizeRequest): Promise<Carried> {
  const answers = new Map<Token, Answer>();
  const subjects = new Set<SubjectId>();
  for (const token of new Set(body.tokens.filter(isWindowToken))) {
    const answer = await reveal(vault, caller, body, token, subjects).catch((error: unknown) => {
      if (error instanceof IntegrityError) return error;
      throw error;
    });
    answers.set(token, answer);
  }
  return { answers, subjects };
}

async function reveal(
  vault: Vault,
  caller: Caller,
  { purpose, view: wanted }: DetokenizeRequest,
  token: Token,
  subjects: Set<SubjectId>,
): Promise<Answer> {
  const type = TYPE as NonNullable<typeof TYPE>;
  const { tenant, audience } = caller;
  const { windows } = vault.keyring;
  const resource = { type: resourceOf(type), view: wanted, purpose };
  const decision = decide(caller, 'detokenize', resource);
  if (!decision.allowed) return decision.refusal;
  const opened = await openWindowToken(windows, tenant, audience, type, token);
  if (opened instanceof VaultError) return opened;
  const { place, content } = opened;
  if (content.subject !== undefined) {
    if (await isErasedSubject(vault.recordStore.reader, tenant, content.subject)) return new RecordErasedError();
  }
  const make = type.views[decision.view as string];
  const claim = make === undefined ? await windows.claim(tenant, place.window, place.mark) : 'claimed';
  if (claim !== 'claimed') return claim === 'over' ? new VaultError('token_expired') : new VaultError('token_used_up');
  if (content.subject !== undefined) subjects.add(content.subject);
  const view = decision.view as string;
  const value = make === undefined ? content.value : make(content.value);
  return { form: formOf(type, view, value), type: type.name, view, value };
}
