/**
 * The log. It never holds a path, a header, a body, or the message of an error that is not the vault's own, because
 * those can hold values. It has one line for each request, with its id, operation, status, code and time; some lines
 * also have the address that the request came from (`sources.ts`). It warns of a 503, with its cause. For a defect it
 * gives the error's class and the places in the code.
 */
import { type Logger, pino } from 'pino';
import type { RequestId } from '../../ids.ts';
import { type placeOf, remedyFor } from '../../storage/errors.ts';
import type { JobReport, Signals } from '../../vault/signals.ts';

export type Log = Logger;

/** What is known about an answered request. It holds only closed words and ids. */
export interface Answered {
  readonly request: RequestId;
  readonly operation: string;
  readonly status: number;
  readonly code: string | undefined;
  readonly principal: string | undefined;
  /** Where the call came from; undefined if that may not be logged (`sources.ts`). */
  readonly source: string | undefined;
  readonly seconds: number;
  /** Set if the error was not the vault's own. */
  readonly defect: unknown;
  /**
   * The store driver's code behind a failure, or a closed word. `at` says which store, and where in its transaction.
   */
  readonly cause: string | undefined;
  readonly at?: ReturnType<typeof placeOf>;
}

/** POSIX: what several processes write to one pipe stays whole up to so many bytes (PIPE_BUF, Linux). */
const WHOLE_BYTES = 4096;

/** @param worker the number of this worker, which each of its lines names */
export function newLog(level: string, worker?: number): Log {
  return pino(
    { level, base: worker === undefined ? null : { worker }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 1, sync: false, ...(worker !== undefined && { maxWrite: WHOLE_BYTES }) }),
  );
}

export function logAnswered(log: Log, { defect, seconds, at, ...rest }: Answered): void {
  const line = { ...rest, ...at, ...remedyOf(rest.cause), ms: Math.round(seconds * 10_000) / 10 };
  if (defect === undefined) log.info(line);
  else log.error({ ...line, ...placesOf(defect) }, 'defect');
}

const WARN_EVERY_MS = 1_000;

/**
 * Warns of calls that were answered with 503. Each cause is warned of at most once a second; the next warning says how
 * many were left out. A cause is the code, the store, the driver's code, and the place in the transaction.
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

const FAILED_FOR_GOOD: Readonly<Record<string, string>> = {
  backup_failed: 'a backup has failed and is not tried again: mend the cause, then order it again',
  drill_failed:
    'a drill has failed: do not rely on the backups. Somebody has to act today, and to drill again (keys/README.md, “Drill”)',
};

/** Logs how a chore or a long job has ended: what failed, whether it is tried again, and what to do if it is not. */
export function logJob(log: Log, done: JobReport): void {
  const { failed, forGood, why, ...rest } = done;
  if (failed === undefined) {
    if (done.changed > 0) log.info(rest, 'job');
    return;
  }
  const line = { ...rest, failed, ...(why !== undefined && { why, ...remedyOf(why) }) };
  if (!forGood) log.warn(line, 'job failed; it is tried again');
  else log.error(line, FAILED_FOR_GOOD[failed] ?? 'job failed; it is not tried again until somebody orders it again');
}

/** Logs a line for each alarm, with the ids that lead to the audit entry and to the record. */
export function logAlarms(log: Log, signals: Signals): void {
  signals.on('integrityFailure', (found) =>
    log.error(found, 'integrity failure: stored bytes were altered, moved or put back'),
  );
  signals.on('storeCorruption', (found) =>
    log.error(found, 'store corruption: a database reports that its own data is damaged'),
  );
}

/** What may be said about any error: its class and stack frames, without its message. */
export function placesOf(error: unknown): { error: string; at: string[] } {
  if (!(error instanceof Error)) return { error: typeof error, at: [] };
  const { stack = '' } = error;
  // The message comes first, and may itself look like a frame.
  const after = error.message === '' ? 0 : stack.indexOf(error.message) + error.message.length;
  const frames = stack
    .slice(after)
    .split('\n')
    .filter((line) => /^\s+at /.test(line));
  return { error: error.name, at: frames.slice(0, 8).map((line) => line.trim()) };
}

/** What an operator can do about a cause, if there is anything. */
function remedyOf(cause: string | undefined): { readonly remedy?: string } {
  const remedy = cause === undefined ? undefined : remedyFor(cause);
  return remedy === undefined ? {} : { remedy };
}
