/**
 * Alarms: what a call or a job found damaged, reported to metrics and log as ids and closed words. There are two kinds,
 * because they call for two different people: bytes that fail their authentication were altered, moved or put back,
 * perhaps by an attacker; a store that reports its own damage has lost a disk or a file.
 *
 * Guarantees: one alarm for each damaged record of a call, however often the call names it.
 */
import { IntegrityError } from '../errors.ts';
import { isId, type RecordId, type RequestId } from '../ids.ts';
import { driverCode, StoreCorruptError } from '../storage/errors.ts';
import type { Signals } from '../vault/signals.ts';

/** Raises an alarm for each error that calls for one. */
export function raiseAlarms(signals: Signals, errors: readonly unknown[], request: RequestId): void {
  const records = new Set(errors.filter((error) => error instanceof IntegrityError).map(recordOf));
  for (const record of records) signals.emit('integrityFailure', { record, request });
  const corrupt = errors.find((error) => error instanceof StoreCorruptError);
  if (corrupt) signals.emit('storeCorruption', { store: corrupt.store, cause: driverCode(corrupt), request });
}

/** The records that these errors name, each once. */
export function damagedRecords(errors: readonly unknown[]): RecordId[] {
  const named = errors.flatMap((error) => (error instanceof IntegrityError ? (recordOf(error) ?? []) : []));
  return [...new Set(named)];
}

/** An altered row may name anything: what is no id is not passed on. */
function recordOf({ record }: IntegrityError): RecordId | undefined {
  return isId('record', record) ? record : undefined;
}
