/**
 * A thread that says when the next request is due, to a fraction of a millisecond, however busy or idle the thread is
 * that sends it. A timer of Node's would come up to a millisecond late, which is as long as a whole call takes.
 */
import { parentPort, workerData } from 'node:worker_threads';

export interface Beats {
  /** On the clock of `now`. */
  readonly from: number;
  /** Milliseconds after `from`, ascending. */
  readonly schedule: readonly number[];
}

/** Milliseconds on a clock that all threads of the process share. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

if (parentPort !== null) {
  const { from, schedule } = workerData as Beats;
  const never = new Int32Array(new SharedArrayBuffer(4));
  for (const at of schedule) {
    const wait = from + at - now();
    if (wait > 0) Atomics.wait(never, 0, 0, wait);
    parentPort.postMessage(at);
  }
}
