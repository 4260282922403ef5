/**
 * The log: one line a request, with its id, operation, status, code and time, and of some the address that it came from
 * (`sources.ts`). Never a path, a header, a body, or the
 * message of an error that is not the vault's own: those can hold values. Of a defect it keeps the class and the
 * places in the code.
 */
import { type Logger, pino } from 'pino';
import type { Signals } from '../vault/signals.ts';
import type { Answered } from './handler.ts';

export type Log = Logger;

export function newLog(level: string): Log {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 1, sync: false }),
  );
}

export function logAnswered(log: Log, { defect, seconds, ...rest }: Answered): void {
  const line = { ...rest, ms: Math.round(seconds * 10_000) / 10 };
  if (defect === undefined) log.info(line);
  else log.error({ ...line, ...placesOf(defect) }, 'defect');
}

/** A line for each alarm, with the ids that lead to the audit entry and to the record. */
export function logAlarms(log: Log, signals: Signals): void {
  signals.on('integrityFailure', (found) =>
    log.error(found, 'integrity failure: stored bytes were altered, moved or put back'),
  );
  signals.on('storeCorruption', (found) =>
    log.error(found, 'store corruption: a database reports that its own data is damaged'),
  );
}

/** What may be said of any error: its class and stack frames, without its message. */
export function placesOf(error: unknown): { error: string; at: string[] } {
  if (!(error instanceof Error)) return { error: typeof error, at: [] };
  const { stack = '' } = error;
  // The message comes first and may itself look like a frame.
  const after = error.message === '' ? 0 : stack.indexOf(error.message) + error.message.length;
  const frames = stack
    .slice(after)
    .split('\n')
    .filter((line) => /^\s+at /.test(line));
  return { error: error.name, at: frames.slice(0, 8).map((line) => line.trim()) };
}
