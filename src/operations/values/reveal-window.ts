/**
 * Reveals tokens that carry their own sealed value: once, within their window. It decides before it opens, and the
 * claim of the one reveal is durable before the value goes any further. If a window's key was altered, only the tokens
 * of that window fail: otherwise the tokens that were claimed beside them would be lost.
 */
import type { Decision } from '../../access/decide.ts';
import { type PersonState, SILENT } from '../../access/ground.ts';
import type { Looks } from '../../audit/looks.ts';
import type { Caller } from '../../calls/caller.ts';
import type { deciding } from '../../calls/deciding.ts';
import type { Door } from '../../calls/door.ts';
import type { Persons } from '../../calls/persons.ts';
import { resourceOf, untold } from '../../calls/resource.ts';
import { choiceKey, readState } from '../../choices/state.ts';
import { type DataType, formOf, type Json } from '../../datatypes/datatype.ts';
import { dataTypes } from '../../datatypes/registry.ts';
import { IntegrityError, VaultError } from '../../errors.ts';
import type { SubjectId, TenantId, Token } from '../../ids.ts';
import { RecordErasedError } from '../../records/open-records.ts';
import { findLiveSubject } from '../../subjects/subjects.ts';
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
  /** Whose values are shown. No record tells them, so the audit entry must. */
  readonly subjects: ReadonlyMap<Token, SubjectId>;
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
  const subjects = new Map<Token, SubjectId>();
  for (const token of new Set(body.tokens.filter(isWindowToken))) {
    const answer = await reveal(vault, caller, door, body, token, subjects).catch((error: unknown) => {
      if (error instanceof IntegrityError) return viewsOf(body).map(() => error);
      throw error;
    });
    answers.set(token, answer);
  }
  return { answers, subjects };
}

/**
 * What still stands of the answers beside the audit entry, and is noted in it: a no since a value was opened keeps it
 * back.
 */
export function standing(
  { answers, subjects }: Carried,
  persons: Persons,
  decisionOn: ReturnType<typeof deciding>,
  wanted: readonly (string | undefined)[],
  looks: Looks,
): ReadonlyMap<Token, readonly Answer[]> {
  const type = TYPE as DataType;
  return new Map(
    [...answers].map(([token, given]) => [token, given.map((answer, i) => stands(token, answer, wanted[i]))]),
  );

  function stands(token: Token, answer: Answer, asked: string | undefined): Answer {
    if (answer instanceof VaultError) return answer;
    const subject = subjects.get(token);
    const person = persons(subject ?? null);
    if (person instanceof IntegrityError) return person;
    const decision = decisionOn(type, asked, { person });
    looks.add({ type, view: decision.allowed ? answer.view : undefined, asked, subject });
    return decision.allowed ? answer : decision.refusal;
  }
}

/** A view shows what it shows, be it nothing; `plain` alone is no view of its own. */
function shownOf(type: DataType, view: string, value: Json): Json {
  const make = type.views[view];
  return make === undefined ? value : make(value);
}

/** What the person has said, or why nothing is shown of them. */
async function personOf(vault: Vault, tenant: TenantId, subject: SubjectId): Promise<PersonState | VaultError> {
  const row = await findLiveSubject(vault.recordStore.reader, tenant, subject);
  return row === undefined ? new RecordErasedError() : readState(await choiceKey(vault.keyring.indexes, tenant), row);
}

async function reveal(
  vault: Vault,
  caller: Caller,
  door: Door,
  body: DetokenizeRequest,
  token: Token,
  subjects: Map<Token, SubjectId>,
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
  const person = content.subject === undefined ? SILENT : await personOf(vault, tenant, content.subject);
  if (person instanceof VaultError) return all(person);
  // A person's no spends nothing. It is asked again beside the audit entry.
  const shown = viewsOf(body).map((view) => door.decision({ type: resourceOf(type), view, person }));
  const refused = (one: Extract<Decision, { allowed: false }>) => untold(caller, 'detokenize', type, one.refusal);
  if (shown.every((one) => !one.allowed)) return shown.map((one) => refused(one as never));
  // One reveal, whatever else is shown beside it.
  const isRevealed = shown.some((one) => one.allowed && type.views[one.view as string] === undefined);
  const claim = isRevealed ? await windows.claim(tenant, place.window, place.mark) : 'claimed';
  if (claim !== 'claimed') return all(new VaultError(claim === 'over' ? 'token_expired' : 'token_used_up'));
  if (content.subject !== undefined) subjects.set(token, content.subject);
  return shown.map((one): Answer => {
    if (!one.allowed) return refused(one);
    const view = one.view as string;
    const value = shownOf(type, view, content.value);
    return { form: formOf(type, view, value), type: type.name, view, value };
  });
}
