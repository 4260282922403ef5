/** Shows an operation's steps to a person: at most twice a second, at each change of step, with a rate. */
import { type Pace, Progress, paceOf } from '../jobs/progress.ts';

export type { Pace } from '../jobs/progress.ts';

/** @returns a function that is told how far each step is, in units of its own */
export function paced(show: (pace: Pace) => void): (step: string, done: number, total: number) => void {
  const progress = new Progress(
    async (place) => show(paceOf(place)),
    () => performance.now(),
  );
  return (step, done, total) => void progress.at(step, done, total);
}
