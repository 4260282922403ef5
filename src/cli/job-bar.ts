/**
 * Shows how a long job goes, in numbers and closed words only: a bar on a terminal; elsewhere a line for each step, and
 * one every five seconds. Each step has its own unit, so the bar starts again with each step.
 */
import type { Clock } from '../clock.ts';
import { duration, fittedBar, LINE_EVERY_MS, type ProgressStream } from '../import/fitted-bar.ts';
import type { JobView } from '../jobs/schema.ts';

export interface JobBar {
  update(job: Shown): void;
  stop(): void;
}

type Shown = Pick<JobView, 'state' | 'step' | 'done' | 'total' | 'ratePerSecond' | 'secondsLeft' | 'code'>;

/** @param stream mostly standard error, so that the output may be piped */
export function showJob(stream: ProgressStream, clock: Clock): JobBar {
  return stream.isTTY ? bar(stream) : lines(stream, clock);
}

function bar(stream: ProgressStream): JobBar {
  const shown = fittedBar(stream);
  let started = false;
  return {
    update(job) {
      const all = Math.max(job.total, 1);
      const isOver = job.state === 'completed';
      const done = isOver ? all : job.done;
      // The last count may not have been written before the job ended.
      const counted = job.total === 0 ? '' : `${isOver ? job.total : job.done}/${job.total}`;
      const words = {
        before: stepOf(job),
        after: isOver ? counted : [counted, rateOf(job)].filter(Boolean).join(' | '),
      };
      if (!started) shown.start(all, done, words);
      started = true;
      shown.setTotal(all);
      shown.update(done, words);
    },
    stop: () => shown.stop(),
  };
}

function lines(stream: ProgressStream, clock: Clock): JobBar {
  let shownAt = 0;
  let shown = '';
  return {
    update(job) {
      const now = clock().getTime();
      const step = stepOf(job);
      if (step === shown && now - shownAt < LINE_EVERY_MS) return;
      [shown, shownAt] = [step, now];
      const isCounted = job.state === 'running' && job.total > 0;
      stream.write(isCounted ? `${step}: ${job.done}/${job.total}, ${rateOf(job)}\n` : `${step}\n`);
    },
    stop() {},
  };
}

function stepOf({ state, step, code }: Shown): string {
  if (state !== 'running') return code === undefined ? state : `${state} (${code})`;
  return step === '' ? 'begins' : step;
}

function rateOf({ ratePerSecond, secondsLeft }: Shown): string {
  const rate = ratePerSecond === undefined ? '-' : String(Math.round(ratePerSecond));
  return `${rate}/s, ${secondsLeft === undefined ? '-' : duration(secondsLeft)} left`;
}
