/**
 * What the operating system grants a process that is started as the doctor was. Under a supervisor, the server's unit
 * decides (`src/deploy/lethe.service`), so run the doctor under the same unit.
 */
import { readFile } from 'node:fs/promises';
import { openFilesLimit } from '../../process-limits.ts';
import { coreDumpWarning } from '../../process-memory.ts';
import { type Check, type Found, note, ok, warn } from '../finding.ts';

/** For the connections of 1,000 clients, and of the stores. */
const DESCRIPTORS = 4_096;

export const memory: Check = {
  id: 'memory',
  async look() {
    const found: Found[] = [];
    const warning = coreDumpWarning();
    if (warning !== undefined) found.push(warn(warning, 'As it says.'));
    // The first line names the columns.
    const text = await readFile('/proc/swaps', 'ascii').catch(() => '');
    const swaps = text.trim().split('\n').slice(1);
    if (swaps.length > 0) {
      found.push(
        note('Swap is on: what is in memory, keys too, may be written to it.', 'Switch it off, or encrypt it.'),
      );
    }
    return found.length > 0 ? found : [ok('Nothing writes the memory of a process to a disk.')];
  },
};

export const descriptors: Check = {
  id: 'descriptors',
  look() {
    const soft = openFilesLimit();
    if (soft === undefined) return [note('How many files a process may have open is not told here.')];
    if (soft >= DESCRIPTORS) return [ok(`A process may have ${soft} files open.`)];
    return [
      warn(
        `A process may have ${soft} files open: each connection is one, and those beyond are dropped.`,
        `\`ulimit -n ${DESCRIPTORS}\` before the start, or LimitNOFILE= in the unit.`,
      ),
    ];
  },
};
