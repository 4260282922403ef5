/**
 * Shows how an import goes, with counts, never a value, by the one progress bar of the house. Percentage and remaining
 * time are by bytes of the input, since the number of rows is unknown.
 */
import type { Clock } from '../clock.ts';
import { duration, type ProgressStream, progressBar } from './progress-bar.ts';

export interface Counts {
  /** How many bytes of the input are done. */
  readonly bytes: number;
  readonly rows: number;
  readonly rejected: number;
  readonly values: number;
}

export interface Progress {
  /** @param counts what earlier runs have done */
  start(totalBytes: number, counts: Counts): void;
  update(counts: Counts): void;
  /** Shows why the import waits. */
  note(text: string): void;
  stop(counts: Counts): void;
}

/** Shows nothing. */
export const silent: Progress = { start() {}, update() {}, note() {}, stop() {} };

/** @param stream mostly standard error, so that the output may be piped */
export function showProgress(stream: ProgressStream, clock: Clock): Progress {
  const bar = progressBar(stream, clock);
  let words: (counts: Counts) => Words;
  let total = 0;
  let last: Counts;
  const shown = (counts: Counts, said?: string) => {
    last = counts;
    const { percent, rows, rejected, rate, left } = words(counts);
    const numbers = said === undefined ? [`${rows} rows${rejected}`, `${rate} values/s`, left] : [said];
    return { step: 'importing', done: counts.bytes, total, words: [percent, ...numbers] };
  };
  return {
    start(totalBytes, counts) {
      words = wordsFrom(totalBytes, counts, clock);
      total = totalBytes;
      bar.update(shown(counts));
    },
    update: (counts) => bar.update(shown(counts)),
    // The note replaces the numbers, which do not change meanwhile.
    note: (text) => bar.tell(shown(last, text)),
    stop(counts) {
      bar.tell(shown(counts));
      bar.stop();
    },
  };
}

type Words = Record<'percent' | 'rows' | 'rejected' | 'rate' | 'left', string>;

/** Rate and remaining time are those of this run. */
function wordsFrom(totalBytes: number, before: Counts, clock: Clock): (counts: Counts) => Words {
  const startedAt = clock().getTime();
  return ({ bytes, rows, rejected, values }) => {
    const seconds = (clock().getTime() - startedAt) / 1000;
    const bytesDone = bytes - before.bytes;
    const left = bytes >= totalBytes ? 0 : (seconds * (totalBytes - bytes)) / bytesDone;
    return {
      percent: `${totalBytes === 0 ? 100 : Math.floor((100 * bytes) / totalBytes)}%`,
      rows: number(rows),
      rejected: rejected === 0 ? '' : ` (${number(rejected)} rejected)`,
      rate: seconds === 0 ? '-' : number(Math.round((values - before.values) / seconds)),
      left: Number.isFinite(left) ? `${duration(left)} left` : '- left',
    };
  };
}

function number(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}
