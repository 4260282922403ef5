/**
 * Exchanges tokens for the values they stand for, each as far as the caller may see it for the stated purpose. Each
 * token has its own answer. If a token, its record or its key was altered, moved or put back, that token shows nothing,
 * the others open, and the alarm is raised (decisions/0026). A fault that concerns all of them (the caller's own row,
 * the key by which tokens are checked, an epoch) fails the call.
 *
 * A token with limited uses loses one when its value is shown, in the transaction of the audit entry. A token that
 * carries its own value loses its only use before that; if the entry then fails, the value is lost.
 */
import type { Decision } from '../../access/decide.ts';
import { Looks } from '../../audit/looks.ts';
import { damagedRecords } from '../../calls/alarms.ts';
import type { Caller } from '../../calls/caller.ts';
import { deciding } from '../../calls/deciding.ts';
import type { Door } from '../../calls/door.ts';
import { perform } from '../../calls/perform.ts';
import { personsOf } from '../../calls/persons.ts';
import { relationsOf } from '../../calls/relations.ts';
import { eachTypeOf } from '../../catalogue/types-of.ts';
import { type DataType, formOf } from '../../datatypes/datatype.ts';
import { codeOf, IntegrityError, VaultError } from '../../errors.ts';
import type { GrantId, RecordId, Token } from '../../ids.ts';
import { eachLive, type OpenedRecord, openEach, wiping } from '../../records/open-records.ts';
import type { RecordRow } from '../../records/store.ts';
import type { RecordTx } from '../../storage/tx.ts';
import { lockTokens, takeUse } from '../../tokens/token-changes.ts';
import { findEachToken, type TokenRow, tokenKey } from '../../tokens/tokens.ts';
import { isWindowToken } from '../../tokens/window-tokens.ts';
import type { Vault } from '../../vault/vault.ts';
import { EMAIL } from '../examples.ts';
import { operation } from '../operation.ts';
import { type Answer, type Carried, revealWindowTokens, standing, viewsOf } from './reveal-window.ts';
import { DetokenizeBody, DetokenizeReply, type DetokenizeRequest, type Revealed } from './revealed-schema.ts';

const ERASED_TOKEN = 'tok_15v7chfy5rbwh743f6rhsh75q92zc29m';

/** A token whose value the caller may see, with a view. */
interface Allowed {
  readonly token: TokenRow;
  readonly row: RecordRow;
  readonly type: DataType;
  readonly view: string;
  /** Without which it would be refused. */
  readonly grant: GrantId | undefined;
}

/**
 * @throws `not_allowed`, `purpose_not_allowed` @throws {IntegrityError} for what every token needs; nothing has been
 *   shown then
 */
export const detokenize = operation({
  operationId: 'detokenize',
  action: 'detokenize',
  method: 'post',
  path: '/v1/detokenize',
  summary: 'Exchange tokens for the values they stand for.',
  description:
    'Each token is answered on its own, with a value or an `error` (`token_not_found`, `token_expired`, `token_used_up`, ' +
    '`token_revoked`, `record_erased`, `record_superseded`, `not_allowed`, `never_revealed`, `unknown_view`; ' +
    '`integrity_failure` where what is stored of it is damaged, of which the security team has been alerted). Without ' +
    '`view`, each value is shown as widely as the caller may see it. With `views`, each view is answered on its own; it ' +
    'is one use of a limited token.',
  body: DetokenizeBody,
  reply: DetokenizeReply,
  problems: ['purpose_not_allowed'],
  example: {
    request: { tokens: [EMAIL.token, ERASED_TOKEN], purpose: 'billing', view: 'plain', reason: 'case 4711' },
    reply: {
      results: [
        { token: EMAIL.token, form: 'text', type: 'email', view: 'plain', value: 'Jane.Doe@example.com' },
        { token: ERASED_TOKEN, form: 'none', error: { code: 'record_erased' } },
      ],
    },
  },
  work: async (vault, caller, body) => {
    const { purpose, reason, ticket } = body;
    return perform(vault, caller, { action: 'detokenize', purpose, reason, ticket }, async (door) => {
      const carried = await revealWindowTokens(vault, caller, door, body);
      const work = (mode: 'shared' | 'exclusive') =>
        door.commit(mode, (tx) => answerAll(vault, caller, body, door, tx, mode, carried));
      const reply = await work('shared').catch((error: unknown) => {
        if (codeOf(error) === 'limited_uses') return work('exclusive');
        throw error;
      });
      vault.signals.emit('values', { action: 'detokenize', count: reply.results.length });
      return reply;
    });
  },
});

async function answerAll(
  vault: Vault,
  caller: Caller,
  body: DetokenizeRequest,
  door: Door,
  tx: RecordTx,
  mode: 'shared' | 'exclusive',
  carried: Carried,
) {
  const { now } = door;
  const { tenant, audience } = caller;
  const ids = body.tokens.filter((token) => !isWindowToken(token));
  if (mode === 'exclusive') await lockTokens(tx, tenant, ids);
  const found = await findEachToken(tx, vault.keyring.indexes, { tenant, audience, now }, ids);
  const known = found.filter((row): row is TokenRow => !(row instanceof VaultError));
  const live = await eachLive(
    tx,
    tenant,
    known.map((row) => row.record as RecordId),
  );
  const typeOf = await eachTypeOf(vault.catalogue, tenant, named(live));
  const persons = await personsOf(vault, caller, door, tx, body.purpose, [
    ...named(live).map(({ subject }) => subject),
    ...carried.subjects.values(),
  ]);
  const wanted = viewsOf(body);
  const relationOf = await relationsOf(caller, 'detokenize', named(live), { vault, reader: tx, now });
  const decided = new Map<string, readonly (Allowed | VaultError)[]>();
  const decisionOn = deciding(caller, door);
  const looks = new Looks();
  for (const [i, row] of found.entries())
    if (row instanceof VaultError)
      decided.set(
        ids[i] as Token,
        wanted.map(() => row),
      );
  for (const [i, token] of known.entries()) {
    const row = live[i] as RecordRow | VaultError;
    const type = row instanceof VaultError ? row : typeOf(row);
    const person = row instanceof VaultError ? undefined : persons(row.subject);
    const decide = (asked: string | undefined) => {
      if (row instanceof VaultError || type instanceof VaultError) return type as VaultError;
      if (person instanceof IntegrityError) return new IntegrityError({ record: token.record });
      const decision = decisionOn(type, asked, { person, relation: relationOf(row) });
      if (!decision.allowed && !decided.has(token.token)) looks.add({ type, asked, subject: row.subject });
      return viewOf(decision, token, row, type);
    };
    decided.set(token.token, wanted.map(decide));
  }
  const allowed = [...decided.values()].flat().filter((entry): entry is Allowed => !(entry instanceof VaultError));
  if (mode === 'shared' && allowed.some(({ token }) => token.uses_left !== null)) throw new VaultError('limited_uses');
  const from = { records: tx, keys: vault.keyStore.reader, keyring: vault.keyring };
  const distinct = [...new Map(allowed.map((entry) => [entry.row.record, entry.row])).values()];
  const opened = await openEach(from, tenant, distinct);
  using _opened = wiping(opened);
  const values = new Map(distinct.map((row, i) => [row.record, opened[i]]));
  if (mode === 'exclusive') await takeUses(vault, caller, tx, allowed, values);

  for (const answers of decided.values()) {
    for (const [i, answer] of answers.entries()) {
      if (answer instanceof VaultError || values.get(answer.row.record) instanceof VaultError) continue;
      looks.add({ type: answer.type, view: answer.view, asked: wanted[i], subject: answer.row.subject });
    }
  }
  const ofWindows = standing(carried, persons, decisionOn, wanted, looks);
  const errors: VaultError[] = [];
  const results = body.tokens.flatMap((token) =>
    wanted.map((view, i): Revealed => {
      const answer = ofWindows.get(token)?.[i] ?? answerOf(decided.get(token)?.[i], values);
      if (!(answer instanceof VaultError)) return { token, ...answer };
      errors.push(answer);
      return { token, form: 'none', ...(body.views && { view }), error: { code: answer.code } };
    }),
  );
  const shown = opened.filter((entry): entry is OpenedRecord => !(entry instanceof VaultError));
  const damaged = errors.filter((error) => error instanceof IntegrityError);
  const about = (shown.length > 0 ? shown.map(({ row }) => row) : named(live)).map((row) => row.record as RecordId);
  const views = results.flatMap((result) => ('value' in result ? result.view : []));
  const [subject, ...others] = new Set(carried.subjects.values());
  const whose = others.length === 0 ? { subject } : {};
  const whole = views.length === 0 && damaged.length === errors.length;
  const records = whole ? damagedRecords(damaged) : about;
  const target = grantsOf(allowed, values);
  const entry = { records, ...whose, looks: looks.all(), ...outcomeOf(views, errors), target, damaged };
  return { reply: { results }, entry };
}

/** How much of a record the caller may see by this token. */
function viewOf(decision: Decision, token: TokenRow, row: RecordRow, type: DataType): Allowed | VaultError {
  if (!decision.allowed) return decision.refusal;
  if (type.custody === 'verifier' && decision.view === 'plain') return new VaultError('never_revealed');
  return { token, row, type, view: decision.view as string, grant: decision.grant };
}

/** Takes one use of each limited token whose value is about to be shown, in however many views. */
async function takeUses(
  vault: Vault,
  { tenant }: Caller,
  tx: RecordTx,
  allowed: readonly Allowed[],
  values: ReadonlyMap<string, OpenedRecord | VaultError | undefined>,
): Promise<void> {
  const key = await tokenKey(vault.keyring.indexes, tenant);
  const distinct = new Map(allowed.map((entry) => [entry.token.token, entry]));
  for (const { token, row } of distinct.values()) {
    if (token.uses_left === null || values.get(row.record) instanceof VaultError) continue;
    await takeUse(tx, key, token);
  }
}

function answerOf(
  entry: Allowed | VaultError | undefined,
  values: ReadonlyMap<string, OpenedRecord | VaultError | undefined>,
): Answer {
  if (entry === undefined || entry instanceof VaultError) return entry ?? new VaultError('token_not_found');
  const found = values.get(entry.row.record);
  if (found === undefined || found instanceof VaultError) return found ?? new VaultError('token_not_found');
  const { type, view } = entry;
  const value = found.value.expose();
  const make = type.views[view];
  if (view !== 'plain' && make === undefined) return new VaultError('token_not_found');
  const shown = view === 'plain' || make === undefined ? value : make(value);
  return { form: formOf(type, view, shown), type: type.name, view, value: shown };
}

/** The grants under which values were shown; undefined for none. */
function grantsOf(
  allowed: readonly Allowed[],
  values: ReadonlyMap<string, OpenedRecord | VaultError | undefined>,
): string | undefined {
  const shown = allowed.filter(({ row }) => !(values.get(row.record) instanceof VaultError));
  const grants = new Set(shown.flatMap(({ grant }) => grant ?? []));
  return grants.size === 0 ? undefined : [...grants].join(' ');
}

/**
 * A call in which every token was refused is a refusal; one in which none opened is a failure, though its reply is a
 * list. Damage has an entry of its own, so it counts here only where there is nothing else to tell.
 */
function outcomeOf(views: readonly string[], errors: readonly VaultError[]) {
  const others = errors.filter((error) => !(error instanceof IntegrityError));
  const refusal = others.find((error) => error.kind === 'refused');
  const code = (refusal ?? others[0] ?? (views.length === 0 ? errors[0] : undefined))?.code;
  if (views.length === 0) return { outcome: refusal === undefined ? ('failed' as const) : ('refused' as const), code };
  // Whoever has the value has every view of it.
  return { view: views.includes('plain') ? 'plain' : [...new Set(views)].join(','), code };
}

/** The records that a call without any shown value was about. */
function named(live: readonly (RecordRow | VaultError)[]): RecordRow[] {
  return live.filter((row): row is RecordRow => !(row instanceof VaultError));
}
