/**
 * Alarms: what a call or a job found damaged, reported to metrics and log as ids and closed words. There are two kinds,
 * because they call for two different people: bytes that fail their authentication were altered, moved or put back,
 * perhaps by an attacker; a store that reports its own damage has lost a disk or a file.
 *
 * Guarantees: one alarm for each damaged record, job or entry of a call, however often the call names it.
 */
import { IntegrityError } from '../errors.ts';
import { isId, type RecordId, type RequestId } from '../ids.ts';
import { driverCode, placeOf, reportsCorruption, StoreCorruptError } from '../storage/errors.ts';
import type { Signals } from '../vault/signals.ts';

/** Raises an alarm for each error that calls for one. */
export function raiseAlarms(signals: Signals, errors: readonly unknown[], request: RequestId): void {
  const damaged = errors.filter((error) => error instanceof IntegrityError);
  const records = new Set(damaged.filter(({ target }) => target === undefined).map(recordOf));
  for (const record of records) signals.emit('integrityFailure', { record, request });
  for (const target of damagedTargets(errors)) signals.emit('integrityFailure', { target, request });
  const corrupt = errors.find(reportsCorruption);
  if (corrupt !== undefined) {
    signals.emit('storeCorruption', { store: storeOf(corrupt), cause: driverCode(corrupt), request });
  }
}

/** The records that these errors name, each once. */
export function damagedRecords(errors: readonly unknown[]): RecordId[] {
  const named = errors.flatMap((error) => (error instanceof IntegrityError ? (recordOf(error) ?? []) : []));
  return [...new Set(named)];
}

function storeOf(error: unknown) {
  return error instanceof StoreCorruptError ? error.store : placeOf(error).store;
}

/** What else these errors name, each once; undefined for what has no id any more. */
export function damagedTargets(errors: readonly unknown[]): (string | undefined)[] {
  const named = errors.filter((error) => error instanceof IntegrityError && error.target !== undefined);
  return [...new Set(named.map((error) => targetOf(error as IntegrityError)))];
}

function targetOf({ target }: IntegrityError): string | undefined {
  const kinds = ['job', 'audit', 'principal', 'hook', 'approval'] as const;
  return kinds.some((kind) => isId(kind, target)) ? target : undefined;
}

/** An altered row may name anything: what is no id is not passed on. */
function recordOf({ record }: IntegrityError): RecordId | undefined {
  return isId('record', record) ? record : undefined;
}
