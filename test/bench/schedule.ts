/**
 * Requests that are sent when they are due, on as many connections as that takes, whether earlier ones have been
 * answered or not. Their times count from when they were due, so that a request which holds up the others is seen in
 * their times, too (no coordinated omission).
 */
import { Worker } from 'node:worker_threads';
import { type Beats, now } from './metronome.ts';

/** One request: when it was due, sent and answered, in milliseconds from the first one on. */
export interface Sent {
  readonly due: number;
  readonly sent: number;
  readonly answered: number;
}

/** When each request is due, in milliseconds from the first one on. */
export function scheduleOf(perSecond: number, seconds: number): number[] {
  return Array.from({ length: Math.floor(perSecond * seconds) }, (_, i) => (i * 1000) / perSecond);
}

/** The first request is due when the thread that tells the time has started. */
const START_MS = 200;

/**
 * @param send one request; it rejects if the answer is not right
 * @param enough ends it before the schedule does; what has been sent until then is waited for
 */
export async function sendOnSchedule(
  schedule: readonly number[],
  send: () => Promise<unknown>,
  enough?: AbortSignal,
): Promise<{ readonly from: Date; readonly requests: readonly Sent[] }> {
  const beats: Beats = { from: now() + START_MS, schedule };
  const from = new Date(Date.now() + START_MS);
  const worker = new Worker(new URL('metronome.ts', import.meta.url), { workerData: beats });
  const requests: Promise<Sent>[] = [];
  const request = async (due: number): Promise<Sent> => {
    const sent = now() - beats.from;
    await send();
    return { due, sent, answered: now() - beats.from };
  };
  try {
    await new Promise<void>((resolve, reject) => {
      worker.on('message', (due: number) => {
        if (enough?.aborted === true) return;
        const sent = request(due);
        sent.catch(reject);
        requests.push(sent);
      });
      worker.once('error', reject);
      worker.once('exit', () => resolve());
      enough?.addEventListener('abort', () => resolve());
    });
  } finally {
    await worker.terminate();
  }
  return { from, requests: await Promise.all(requests) };
}
