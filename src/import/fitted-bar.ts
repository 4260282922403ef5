/**
 * A bar that fits its line: it grows shorter before a word beside it is cut, and what is cut then is the end.
 */
import cliProgress from 'cli-progress';

export type ProgressStream = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** What stands beside a bar. */
export interface Beside {
  readonly before: string;
  readonly after: string;
}

const [LEAST, MOST] = [5, 24];
const DEFAULT_COLUMNS = 80;

/** Its payload is `Beside`. */
export function fittedBar(stream: ProgressStream): cliProgress.SingleBar {
  const columns = () => stream.columns || DEFAULT_COLUMNS;
  const format = (_: unknown, { progress }: { progress: number }, beside: Beside) => line(beside, progress, columns());
  return new cliProgress.SingleBar({ stream, format, hideCursor: false }, cliProgress.Presets.legacy);
}

/** @param width of the terminal; the last column stays free, where some terminals wrap */
export function line({ before, after }: Beside, progress: number, width: number): string {
  const size = Math.max(LEAST, Math.min(MOST, width - 1 - before.length - after.length - ' [] '.length));
  const done = Math.round(Math.min(1, Math.max(0, progress)) * size);
  return `${before} [${'='.repeat(done)}${'-'.repeat(size - done)}] ${after}`.trimStart().slice(0, width - 1);
}
