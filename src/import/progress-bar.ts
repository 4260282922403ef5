/**
 * The one way in which people are shown that work goes on, by imports, long jobs and recoveries alike: how far a step
 * is, in numbers and closed words only, never a value. A terminal gets a bar. Elsewhere there is a line for each step,
 * one at most every five seconds, and a last one.
 *
 * A bar fits its line: it becomes shorter, then the step goes, then the end of the line is cut.
 */
import cliProgress from 'cli-progress';
import type { Clock } from '../clock.ts';

export type ProgressStream = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

export interface Shown {
  /** A closed word. Each step has its own unit, so the bar starts again with each step. */
  readonly step: string;
  readonly done: number;
  /** 0: not known. */
  readonly total: number;
  /** Such as counts, a rate and the time left. */
  readonly words: readonly string[];
}

export interface ProgressBar {
  update(shown: Shown): void;
  /** The same, and also where the last line was written just now. */
  tell(shown: Shown): void;
  /** Ends it with what it was last given. It may be called again. */
  stop(): void;
}

const LINE_EVERY_MS = 5_000;
const [LEAST, MOST] = [5, 24];
const DEFAULT_COLUMNS = 80;

/** @param stream mostly standard error, so that the output may be piped */
export function progressBar(stream: ProgressStream, clock: Clock): ProgressBar {
  return stream.isTTY ? bar(stream) : lines(stream, clock);
}

function bar(stream: ProgressStream): ProgressBar {
  const columns = () => stream.columns || DEFAULT_COLUMNS;
  const format = (_: unknown, { progress }: { progress: number }, shown: Shown) => line(shown, progress, columns());
  const drawn = new cliProgress.SingleBar({ stream, format, hideCursor: false }, cliProgress.Presets.legacy);
  let started = false;
  const update = (shown: Shown) => {
    const total = Math.max(shown.total, shown.done, 1);
    if (!started) drawn.start(total, shown.done, shown);
    started = true;
    drawn.setTotal(total);
    drawn.update(shown.done, shown);
  };
  return { update, tell: update, stop: () => drawn.stop() };
}

function lines(stream: ProgressStream, clock: Clock): ProgressBar {
  let shownAt = 0;
  let step: string | undefined;
  let written = '';
  let unwritten: Shown | undefined;
  const tell = (shown: Shown) => {
    const text = [shown.step, shown.words.join(', ')].filter(Boolean).join(': ');
    [shownAt, step, unwritten] = [clock().getTime(), shown.step, undefined];
    if (text !== written) stream.write(`${text}\n`);
    written = text;
  };
  return {
    update(shown) {
      if (shown.step === step && clock().getTime() - shownAt < LINE_EVERY_MS) unwritten = shown;
      else tell(shown);
    },
    tell,
    stop() {
      if (unwritten !== undefined) tell(unwritten);
    },
  };
}

/** @param width of the terminal; the last column stays free, because some terminals wrap there */
export function line({ step, words }: Pick<Shown, 'step' | 'words'>, progress: number, width: number): string {
  const after = words.join(' | ');
  const room = width - 1 - after.length - ' [] '.length;
  const before = room - step.length < LEAST ? '' : step;
  const size = Math.max(LEAST, Math.min(MOST, room - before.length));
  const done = Math.round(Math.min(1, Math.max(0, progress)) * size);
  return `${before} [${'='.repeat(done)}${'-'.repeat(size - done)}] ${after}`.trim().slice(0, width - 1);
}

/** 8 s, 3 min 20 s, 2 h 5 min */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}
