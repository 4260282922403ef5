/** Shows how a recovery goes, in counts, never an id: a bar on a terminal; elsewhere a line for each step. */
import { fittedBar, type ProgressStream } from '../import/fitted-bar.ts';
import type { RecoverProgress } from '../operations/copies/recover.ts';

const WORDS = {
  entries: 'entries of the journal compared',
  erasures: 'erasures run again',
  tombstones: 'tombstones compared',
} as const;

export function showRecovery(stream: ProgressStream): { progress: RecoverProgress; stop: () => void } {
  let shown: keyof typeof WORDS | undefined;
  const bar = stream.isTTY ? fittedBar(stream) : undefined;
  return {
    progress(step, done, total) {
      if (step !== shown) {
        bar?.stop();
        if (bar === undefined) stream.write(`recovering: ${total} ${WORDS[step]}\n`);
        shown = step;
        bar?.start(1, 0, { before: 'recovering', after: '' });
      }
      bar?.setTotal(Math.max(total, done, 1));
      bar?.update(total === 0 ? 1 : done, { before: 'recovering', after: `${done}/${total} ${WORDS[step]}` });
    },
    stop: () => bar?.stop(),
  };
}
