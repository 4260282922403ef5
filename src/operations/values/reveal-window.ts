/**
 * Reveals tokens that carry their own sealed value: once, within their window. It decides before it opens, and the
 * claim of the one reveal is durable before the value goes any further. If a window's key was altered, only the tokens
 * of that window fail: otherwise the tokens that were claimed beside them would be lost.
 */
import { Looks } from '../../audit/looks.ts';
import type { Caller } from '../../calls/caller.ts';
import type { Door } from '../../calls/door.ts';
import { resourceOf, untold } from '../../calls/resource.ts';
import { type DataType, formOf, type Json } from '../../datatypes/datatype.ts';
import { dataTypes } from '../../datatypes/registry.ts';
import { IntegrityError, VaultError } from '../../errors.ts';
import type { SubjectId, Token } from '../../ids.ts';
import { RecordErasedError } from '../../records/open-records.ts';
import { isErasedSubject } from '../../subjects/subjects.ts';
import { isWindowToken, openWindowToken } from '../../tokens/window-tokens.ts';
import type { Vault } from '../../vault/vault.ts';
import type { DetokenizeRequest } from './revealed-schema.ts';

/** The value of one token, or why there is none. */
export type Answer = Shown | VaultError;
type Shown = { readonly form: string; readonly type: string; readonly view: string; readonly value: Json };

/** The one data type whose values go into their tokens. */
const TYPE = dataTypes().find(({ custody }) => custody === 'window');

export interface Carried {
  /** For each token of the call that carries its own value, an answer for each view. */
  readonly answers: ReadonlyMap<Token, readonly Answer[]>;
  /** The subjects of the shown values. No record tells them, so the audit entry must. */
  readonly subjects: ReadonlySet<SubjectId>;
  readonly looks: Looks;
}

/** The views that a call asks for; undefined stands for the widest that the caller may see. */
export function viewsOf({ view, views }: DetokenizeRequest): readonly (string | undefined)[] {
  return views ?? [view];
}

export async function revealWindowTokens(
  vault: Vault,
  caller: Caller,
  door: Door,
  body: DetokenizeRequest,
): Promise<Carried> {
  const answers = new Map<Token, readonly Answer[]>();
  const [subjects, looks] = [new Set<SubjectId>(), new Looks()];
  for (const token of new Set(body.tokens.filter(isWindowToken))) {
    const answer = await reveal(vault, caller, door, body, token, { subjects, looks }).catch((error: unknown) => {
      if (error instanceof IntegrityError) return viewsOf(body).map(() => error);
      throw error;
    });
    answers.set(token, answer);
  }
  return { answers, subjects, looks };
}

/** A view shows what it shows, be it nothing; `plain` alone is no view of its own. */
function shownOf(type: DataType, view: string, value: Json): Json {
  const make = type.views[view];
  return make === undefined ? value : make(value);
}

async function reveal(
  vault: Vault,
  caller: Caller,
  door: Door,
  body: DetokenizeRequest,
  token: Token,
  { subjects, looks }: { readonly subjects: Set<SubjectId>; readonly looks: Looks },
): Promise<readonly Answer[]> {
  const type = TYPE as NonNullable<typeof TYPE>;
  const { tenant, audience } = caller;
  const { windows } = vault.keyring;
  const asked = viewsOf(body);
  const decided = asked.map((view) => door.decision({ type: resourceOf(type), view }));
  /** The same answer for every view that the caller may see. */
  const all = (error: VaultError) =>
    decided.map((one) => (one.allowed ? error : untold(caller, 'detokenize', type, one.refusal)));
  const allowed = decided.flatMap((one) => (one.allowed ? (one.view as string) : []));
  if (allowed.length === 0) return all(new VaultError('not_allowed'));
  const opened = await openWindowToken(windows, tenant, audience, type, token);
  if (opened instanceof VaultError) return all(opened);
  const { place, content } = opened;
  if (content.subject !== undefined) {
    if (await isErasedSubject(vault.recordStore.reader, tenant, content.subject)) return all(new RecordErasedError());
  }
  // One reveal, whatever else is shown beside it.
  const isRevealed = allowed.some((view) => type.views[view] === undefined);
  const claim = isRevealed ? await windows.claim(tenant, place.window, place.mark) : 'claimed';
  if (claim !== 'claimed') return all(new VaultError(claim === 'over' ? 'token_expired' : 'token_used_up'));
  if (content.subject !== undefined) subjects.add(content.subject);
  return decided.map((one, i): Answer => {
    const { view: shown } = one.allowed ? one : {};
    looks.add({ type, view: shown, asked: asked[i], subject: content.subject });
    if (!one.allowed) return untold(caller, 'detokenize', type, one.refusal);
    const view = one.view as string;
    const value = shownOf(type, view, content.value);
    return { form: formOf(type, view, value), type: type.name, view, value };
  });
}
