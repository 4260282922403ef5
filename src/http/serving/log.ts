/**
 * The log: one line a request, with its id, operation, status, code and time, and of some the address that it came from
 * (`sources.ts`); and a warning of a 503, with its cause. Never a path, a header, a body, or the
 * message of an error that is not the vault's own: those can hold values. Of a defect it keeps the class and the
 * places in the code.
 */
import { type Logger, pino } from 'pino';
import type { RequestId } from '../../ids.ts';
import { type placeOf, remedyFor } from '../../storage/errors.ts';
import type { Signals } from '../../vault/signals.ts';

export type Log = Logger;

/** What is known of a request when it has been answered; closed words and ids only. */
export interface Answered {
  readonly request: RequestId;
  readonly operation: string;
  readonly status: number;
  readonly code: string | undefined;
  readonly principal: string | undefined;
  /** Where the call came from; undefined where that may not be logged (`sources.ts`). */
  readonly source: string | undefined;
  readonly seconds: number;
  /** Set where the error was none of the vault's own. */
  readonly defect: unknown;
  /** The store driver's code behind a failure, or a closed word; of which store, and where in its transaction. */
  readonly cause: string | undefined;
  readonly at?: ReturnType<typeof placeOf>;
}

export function newLog(level: string): Log {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 1, sync: false }),
  );
}

export function logAnswered(log: Log, { defect, seconds, at, ...rest }: Answered): void {
  const line = { ...rest, ...at, ...remedyOf(rest.cause), ms: Math.round(seconds * 10_000) / 10 };
  if (defect === undefined) log.info(line);
  else log.error({ ...line, ...placesOf(defect) }, 'defect');
}

const WARN_EVERY_MS = 1_000;

/**
 * Warns of calls that were answered with 503: of each cause once a second at most, and then of how many more there were.
 * A cause is the code, and of which store, what, and where in its transaction: closed words and drivers' codes.
 * @param elapsed running time of this process in milliseconds
 */
export function warnerOf503(log: Log, elapsed = () => performance.now()): (answered: Answered) => void {
  const told = new Map<string, { at: number; leftOut: number }>();
  return ({ status, request, operation, code, cause, at }) => {
    if (status !== 503) return;
    const what = { code, cause, ...at, ...remedyOf(cause) };
    const name = JSON.stringify(what);
    const known = told.get(name);
    if (known !== undefined && elapsed() - known.at < WARN_EVERY_MS) {
      known.leftOut += 1;
      return;
    }
    told.set(name, { at: elapsed(), leftOut: 0 });
    log.warn({ ...what, request, operation, leftOut: known?.leftOut ?? 0 }, 'a call was answered with 503');
  };
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

/** What an operator does about a cause, where there is something to say. */
function remedyOf(cause: string | undefined): { readonly remedy?: string } {
  const remedy = cause === undefined ? undefined : remedyFor(cause);
  return remedy === undefined ? {} : { remedy };
}
