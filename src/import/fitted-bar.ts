/**
 * Shows people that work goes on. A bar fits its line: it becomes shorter before a word beside it is cut, and then the
 * end of the line is cut.
 */
import cliProgress from 'cli-progress';

export type ProgressStream = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** The words beside a bar. */
export interface Beside {
  readonly before: string;
  readonly after: string;
}

/** Without a terminal, a line is written at most this often. */
export const LINE_EVERY_MS = 5_000;

const [LEAST, MOST] = [5, 24];
const DEFAULT_COLUMNS = 80;

/** Its payload is `Beside`. */
export function fittedBar(stream: ProgressStream): cliProgress.SingleBar {
  const columns = () => stream.columns || DEFAULT_COLUMNS;
  const format = (_: unknown, { progress }: { progress: number }, beside: Beside) => line(beside, progress, columns());
  return new cliProgress.SingleBar({ stream, format, hideCursor: false }, cliProgress.Presets.legacy);
}

/** @param width of the terminal; the last column stays free, because some terminals wrap there */
export function line({ before, after }: Beside, progress: number, width: number): string {
  const size = Math.max(LEAST, Math.min(MOST, width - 1 - before.length - after.length - ' [] '.length));
  const done = Math.round(Math.min(1, Math.max(0, progress)) * size);
  return `${before} [${'='.repeat(done)}${'-'.repeat(size - done)}] ${after}`.trimStart().slice(0, width - 1);
}

/** 8 s, 3 min 20 s, 2 h 5 min */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}
