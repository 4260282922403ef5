/**
 * Shows how far a command's work is, in steps and numbers only, and ends the work at an interrupt. Before the command
 * ends, it removes what the work has made only for itself.
 */

import { type Pace, paced } from '../calls/paced.ts';
import { systemClock } from '../clock.ts';
import { VaultError } from '../errors.ts';
import { INTERRUPTED, listenForInterrupts } from './interrupts.ts';
import { showJob } from './job-bar.ts';

/** A blocked step notices nothing, and a supervisor sends no second signal but SIGKILL. */
const END_AFTER_MS = 8_000;

export type Watch = (step: string, done: number, total: number) => void;

/**
 * @param isWell whether what the work has found is good; if not, the last thing shown is that it failed
 * @returns undefined if the work was interrupted; the person has been told so
 */
export async function watched<R>(
  work: (watch: Watch) => Promise<R>,
  isWell: (result: R) => boolean = () => true,
): Promise<R | undefined> {
  const bar = showJob(process.stderr, systemClock);
  const { interrupted, signal, stop } = listenForInterrupts();
  const end = () => setTimeout(() => process.exit(INTERRUPTED), END_AFTER_MS).unref();
  signal.addEventListener('abort', end);
  let last: Pace | undefined;
  const progress = paced((pace) => {
    last = pace;
    bar.update({ ...pace, state: 'running' });
  });
  try {
    const result = await work((step, done, total) => {
      if (interrupted()) throw new VaultError('interrupted');
      progress(step, done, total);
    });
    if (last !== undefined) bar.update({ ...last, state: isWell(result) ? 'completed' : 'failed' });
    return result;
  } catch (error) {
    if (!(error instanceof VaultError && error.code === 'interrupted')) throw error;
    bar.stop();
    console.error(error.message);
    process.exitCode = INTERRUPTED;
    return undefined;
  } finally {
    bar.stop();
    stop();
  }
}
