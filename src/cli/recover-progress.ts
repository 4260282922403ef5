/** Shows how a recovery goes: a bar on a terminal; elsewhere a line for each step. Counts, never an id. */
import cliProgress from 'cli-progress';
import type { ProgressStream } from '../import/progress.ts';
import type { RecoverProgress } from '../vault/recover.ts';

const WORDS = {
  entries: 'entries of the journal compared',
  erasures: 'erasures run again',
  tombstones: 'tombstones compared',
} as const;
const FORMAT = 'recovering [{bar}] {percentage}% | {value}/{total} {what} | {eta_formatted} left';

export function showRecovery(stream: ProgressStream): { progress: RecoverProgress; stop: () => void } {
  let shown: keyof typeof WORDS | undefined;
  const bar = stream.isTTY
    ? new cliProgress.SingleBar({ stream, format: FORMAT, barsize: 24 }, cliProgress.Presets.legacy)
    : undefined;
  return {
    progress(step, done, total) {
      if (step !== shown) {
        bar?.stop();
        if (bar === undefined) stream.write(`recovering: ${total} ${WORDS[step]}\n`);
        bar?.start(Math.max(total, done, 1), done, { what: WORDS[step] });
        shown = step;
      }
      bar?.setTotal(Math.max(total, done, 1));
      bar?.update(done, { what: WORDS[step] });
    },
    stop: () => bar?.stop(),
  };
}
