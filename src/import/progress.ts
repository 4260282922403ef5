/**
 * Shows how an import goes, with counts, never a value: a bar on a terminal; elsewhere a line at most every five
 * seconds, and a last one. Percentage and remaining time are by bytes of the input, since the number of rows is
 * unknown.
 */
import type { Clock } from '../clock.ts';
import { type Beside, duration, fittedBar, LINE_EVERY_MS, type ProgressStream } from './fitted-bar.ts';

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
  return stream.isTTY ? bar(stream, clock) : lines(stream, clock);
}

function bar(stream: ProgressStream, clock: Clock): Progress {
  const shown = fittedBar(stream);
  let words: (counts: Counts) => Words;
  let percent = '';
  const beside = (counts: Counts): Beside => {
    const { rows, rejected, rate, left, ...rest } = words(counts);
    percent = rest.percent;
    return { before: '', after: `${percent} | ${rows} rows${rejected} | ${rate} values/s | ${left}` };
  };
  const update = (counts: Counts) => shown.update(counts.bytes, beside(counts));
  return {
    start(totalBytes, counts) {
      words = wordsFrom(totalBytes, counts, clock);
      shown.start(Math.max(totalBytes, 1), counts.bytes, beside(counts));
    },
    update,
    // The note replaces the numbers, which do not change meanwhile.
    note: (text) => shown.update({ before: '', after: `${percent} | ${text}` }),
    stop(counts) {
      update(counts);
      shown.stop();
    },
  };
}

function lines(stream: ProgressStream, clock: Clock): Progress {
  let words: (counts: Counts) => Words;
  let shownAt = 0;
  const show = (counts: Counts) => {
    const { percent, rows, rejected, rate, left } = words(counts);
    shownAt = clock().getTime();
    stream.write(`importing: ${percent}, ${rows} rows${rejected}, ${rate} values/s, ${left}\n`);
  };
  return {
    start(totalBytes, counts) {
      words = wordsFrom(totalBytes, counts, clock);
      shownAt = clock().getTime();
    },
    update(counts) {
      if (clock().getTime() - shownAt >= LINE_EVERY_MS) show(counts);
    },
    note: (text) => void stream.write(`importing: ${text}\n`),
    stop: show,
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
