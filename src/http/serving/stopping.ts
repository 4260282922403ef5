/**
 * Stops a server at SIGTERM, SIGINT or SIGHUP, and when the `npm` that started it is gone.
 *
 * Guarantees: the first of these finishes what was accepted, whenever it comes; during the start, nothing is served
 * after it. A later signal ends the process at once.
 * Does not: survive SIGKILL. The next process that starts finds what is left.
 */
import { onEndSignals } from '../../process-signals.ts';
import type { Log } from './log.ts';

/** A start may wait long for a store. */
const START_TIMEOUT_MS = 10_000;
const LOOK_MS = 1_000;

export interface StoppingOptions {
  readonly log: Log;
  /** Whether this process ends with its parent: `npm` does not pass on SIGHUP, and cannot pass on SIGKILL. */
  readonly withParent: boolean;
}

export interface Stopping {
  /** Whether the server was told to stop. */
  readonly asked: boolean;
  /** Asks for it. */
  stop(why: string): void;
  /** Sets what finishes the work. It runs at once if the server was already told to stop. */
  onStop(finish: () => Promise<void>): void;
}

export function listenForStop({ log, withParent }: StoppingOptions): Stopping {
  let asked = false;
  let finish: (() => Promise<void>) | undefined;
  const end = async (work: () => Promise<void>) => {
    await work();
    log.info('stopped');
    log.flush(() => process.exit(0));
  };
  const first = (signal: string) => {
    if (asked) return;
    asked = true;
    log.info({ signal }, 'stopping');
    if (finish !== undefined) void end(finish);
    else setTimeout(() => finish ?? process.exit(1), START_TIMEOUT_MS).unref();
  };
  onEndSignals({ first, again: () => process.exit(1) });
  if (withParent) {
    const parent = process.ppid;
    const timer = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(timer);
      first('npm is gone');
    }, LOOK_MS);
    timer.unref();
  }
  return {
    get asked() {
      return asked;
    },
    stop: first,
    onStop(work) {
      finish = work;
      if (asked) void end(work);
    },
  };
}
