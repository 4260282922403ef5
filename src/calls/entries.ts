/**
 * What a call writes to the audit log beside its own work: who, what and when, which every entry says; that it was
 * refused or failed; that it found damage.
 *
 * Guarantees: ids and closed words only. A purpose is logged only if it is one of the caller's, a reason only as a MAC.
 */
import type { Action } from '../access/actions.ts';
import { UnauthenticatedError } from '../access/principals.ts';
import { type AuditEntry, appendAuditEntry, type Outcome } from '../audit/entries.ts';
import type { Look } from '../audit/looks.ts';
import { codeOf, type IntegrityError, UnavailableError, VaultError } from '../errors.ts';
import { TooManyGuessesError } from '../guesses/errors.ts';
import { newId } from '../ids.ts';
import { ValueNotUniqueError } from '../intake/unique-values.ts';
import type { Vault } from '../vault/vault.ts';
import { damagedRecords, damagedTargets, raiseAlarms } from './alarms.ts';
import type { Caller } from './caller.ts';

const REASON_KEY = '@reason';
const REASON_MAC_BYTES = 16;
export const DAMAGED = { outcome: 'failed', code: 'integrity_failure' } as const;

/** How many jobs or entries one audit entry names. */
const NAMED = 20;

export type BaseEntry = Omit<AuditEntry, 'outcome'>;
/** The part of a caller that an entry names. */
type Named = Pick<Caller, 'tenant' | 'principal' | 'purposes' | 'request'>;
/** What every entry of a call says. */
interface Said {
  readonly action: Action;
  readonly purpose?: string | undefined;
  readonly macs?: Macs | undefined;
}
/** What the entry of a call that changed nothing says, too. */
interface Unmade extends Said {
  /** What the rules refused. */
  readonly looks?: readonly Look[] | undefined;
}

/** What the caller said in words of its own: all that is kept of it. */
export interface Macs {
  readonly reasonMac?: Buffer | undefined;
  readonly ticketMac?: Buffer | undefined;
}

export function baseEntry(vault: Vault, caller: Named, { action, purpose, macs }: Said, at: Date): BaseEntry {
  return {
    entry: newId('audit', vault.random, at),
    tenant: caller.tenant,
    at,
    principal: caller.principal,
    action,
    request: caller.request,
    // Any other purpose is free text.
    purpose: purpose !== undefined && caller.purposes.includes(purpose) ? purpose : undefined,
    ...macs,
  };
}

export function damageEntry(vault: Vault, base: BaseEntry, damaged: readonly IntegrityError[]): AuditEntry {
  const targets = damagedTargets(damaged)
    .filter((target) => target !== undefined)
    .slice(0, NAMED);
  return {
    ...{ ...base, entry: newId('audit', vault.random, base.at), ...DAMAGED, records: damagedRecords(damaged) },
    ...(targets.length > 0 && { target: targets.join(' ') }),
  };
}

export async function macsOf(
  vault: Vault,
  { tenant }: Caller,
  { reason, ticket }: { readonly reason?: string | undefined; readonly ticket?: string | undefined },
): Promise<Macs> {
  if (reason === undefined && ticket === undefined) return {};
  const key = await vault.keyring.indexes.current(tenant, REASON_KEY);
  return {
    reasonMac: reason === undefined ? undefined : key.mac('lethe/reason/1', REASON_MAC_BYTES, reason),
    ticketMac: ticket === undefined ? undefined : key.mac('lethe/ticket/1', REASON_MAC_BYTES, ticket),
  };
}

/** Audits a request that was turned away before its work could begin, and throws the reason. */
export async function turnAway(vault: Vault, caller: Named, action: Action, error: unknown): Promise<never> {
  await appendFailure(vault, caller, { action }, error);
  throw error;
}

/** Writes the entry of a call that changed nothing, and raises its alarms. */
export async function appendFailure(vault: Vault, caller: Named, said: Unmade, error: unknown): Promise<void> {
  const code = error instanceof UnauthenticatedError ? error.noted : codeOf(error);
  const refused = error instanceof VaultError && (error.kind === 'refused' || error.kind === 'unauthenticated');
  const outcome: Outcome = refused ? 'refused' : 'failed';
  raiseAlarms(vault.signals, [error], caller.request);
  vault.signals.emit('call', { action: said.action, outcome, code });
  const records = damagedRecords([error]);
  const told = error instanceof TooManyGuessesError || error instanceof ValueNotUniqueError;
  const guesses = (told && error.guesses) || undefined;
  const looks = refused ? said.looks : undefined;
  const entry = { ...baseEntry(vault, caller, said, vault.clock()), outcome, code, records, guesses, looks };
  const appending = vault.recordStore.shared((tx) => appendAuditEntry(tx, entry));
  // An unavailable store explains itself; any other error is told only with its entry.
  await (error instanceof UnavailableError ? appending.catch(() => {}) : appending);
}
