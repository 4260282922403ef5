/** Shows how a long job goes, by the one progress bar of the house. */
import type { Clock } from '../clock.ts';
import { duration, type ProgressStream, progressBar } from '../import/progress-bar.ts';
import type { JobView } from '../jobs/schema.ts';

export interface JobBar {
  update(job: Shown): void;
  stop(): void;
}

type Shown = Pick<JobView, 'state' | 'step' | 'done' | 'total' | 'ratePerSecond' | 'secondsLeft' | 'code'>;

/** @param stream mostly standard error, so that the output may be piped */
export function showJob(stream: ProgressStream, clock: Clock): JobBar {
  const bar = progressBar(stream, clock);
  return {
    update(job) {
      const step = stepOf(job);
      // The last count may not have been written before the job ended.
      if (job.state === 'completed') bar.update({ step, done: 1, total: 1, words: [] });
      else bar.update({ step, done: job.done, total: job.total, words: job.total === 0 ? [] : wordsOf(job) });
    },
    stop: bar.stop,
  };
}

function stepOf({ state, step, code }: Shown): string {
  if (state !== 'running') return code === undefined ? state : `${state} (${code})`;
  return step === '' ? 'begins' : step;
}

function wordsOf({ state, done, total, ratePerSecond, secondsLeft }: Shown): string[] {
  const rate = ratePerSecond === undefined ? '-' : String(Math.round(ratePerSecond));
  const left = secondsLeft === undefined ? '-' : duration(secondsLeft);
  return [`${done}/${total}`, ...(state === 'running' ? [`${rate}/s`, `${left} left`] : [])];
}
