/**
 * When a server is to stop: at SIGTERM, SIGINT or SIGHUP, and when the `npm` that started it is gone.
 *
 * Guarantees: the first of them finishes what was accepted, whenever it comes: in the midst of the start, nothing is served
 * any more. A later one ends the process where it is.
 * Does not: outlive SIGKILL; what that leaves is found by whoever starts next.
 */
import { onEndSignals } from '../../process-signals.ts';
import type { Log } from './log.ts';

/** A start that waits for a store may wait for long. */
const START_TIMEOUT_MS = 10_000;
const LOOK_MS = 1_000;

export interface StoppingOptions {
  readonly log: Log;
  /** Whether this process is to end with its parent: `npm` does not pass on SIGHUP, nor can it pass on SIGKILL. */
  readonly withParent: boolean;
}

export interface Stopping {
  /** Whether it was asked for. */
  readonly asked: boolean;
  /** What finishes the work; runs at once where that was asked for already. */
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
    onStop(work) {
      finish = work;
      if (asked) void end(work);
    },
  };
}
