/**
 * Makes the process of a worker.
 *
 * Guarantees: a machine without room for one more process, or a first process without descriptors for its pipes, ends
 * nobody. What a worker that dies had in hand is closed.
 */
import cluster, { type Worker } from 'node:cluster';
import { closeWhatIsInHand } from './in-hand.ts';

/** @returns undefined where no process could be made */
export function forked(): Worker | undefined {
  try {
    const worker = cluster.fork();
    // What could not be sent to one that ends is no matter.
    worker.on('error', () => {});
    if (worker.process.pid === undefined) return undefined;
    closeWhatIsInHand(worker);
    return worker;
  } catch {
    return undefined;
  }
}
