/**
 * The ways by which Node and the operating system hand out what a process has in memory, keys and values among it:
 * those that can be closed are, and the vault does not start where another was opened for it.
 *
 *   SIGUSR1            opens Node's inspector on 127.0.0.1 to every user of the machine   a listener takes its place
 *   core dumps         are written by the kernel, without Node                            Linux: left empty; elsewhere: said
 *   options of Node    the inspector, heap snapshots, reports, keys of TLS, debug output   refused
 *
 * Guarantees: holds for the whole process, its threads too. Does not: hold before the program's modules are loaded, when
 * no key has been read, but `LETHE_ROOT_KEY` stands in the environment (`npm` starts Node with `--disable-sigusr1`, and
 * an inspector opened meanwhile is seen); keep out root, or a debugger of the same user; empty the registers in a dump.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { url } from 'node:inspector';
import { StartError } from './errors.ts';

/** Of Linux: which memory goes into a dump; none. See core(5). */
const DUMP_FILTER = '/proc/self/coredump_filter';
const NOTHING = '0';

/** Node takes `_` for `-` in them, and some with `=` and a value. */
const REFUSED = new Set([
  ...['--inspect', '--inspect-brk', '--inspect-wait'],
  ...['--heapsnapshot-signal', '--heapsnapshot-near-heap-limit'],
  ...['--report-on-signal', '--report-on-fatalerror', '--report-uncaught-exception'],
  ...['--abort-on-uncaught-exception', '--tls-keylog', '--trace-tls'],
  // Files that hold any of these.
  ...['--experimental-config-file', '--experimental-default-config-file'],
]);

let dumpsMayHoldKeys = false;

/** Closes what can be closed; to be called before anything else is done. */
export function closeMemory(): void {
  process.on('SIGUSR1', () => {});
  dumpsMayHoldKeys = !emptyDumps() && coreLimit() !== 0;
}

/**
 * @param options of Node: its arguments, and those of `NODE_OPTIONS`
 * @param debugged names of the variables that are set and make Node print what passes through it
 * @throws {StartError} naming the option, never its value
 */
export function assertMemoryIsClosed(options: readonly string[], debugged: readonly string[]): void {
  const named = options.map((option) => (option.split('=')[0] ?? '').replaceAll('_', '-'));
  const refused = [...named.filter((name) => REFUSED.has(name)), ...debugged];
  if (refused.length > 0) {
    throw new StartError(
      `${refused.join(', ')}: with this, Node shows others what the vault has in memory. Take it away.`,
    );
  }
  if (url() !== undefined) {
    throw new StartError('Node’s inspector is open: whoever reaches it reads every key. Start the vault without it.');
  }
  const { reportOnSignal, reportOnFatalError, reportOnUncaughtException } = process.report;
  if (reportOnSignal || reportOnFatalError || reportOnUncaughtException) {
    throw new StartError(
      'Node is set to write diagnostic reports, which can hold values. Start the vault without them.',
    );
  }
}

/** What is to be said where core dumps could not be closed; undefined where they are. */
export function coreDumpWarning(): string | undefined {
  if (!dumpsMayHoldKeys) return undefined;
  return 'A core dump of this process would hold keys. Start it with `ulimit -c 0` (systemd: LimitCORE=0).';
}

/** @returns whether the kernel leaves this process' memory out of its dumps from now on */
function emptyDumps(): boolean {
  try {
    writeFileSync(DUMP_FILTER, NOTHING);
    return Number.parseInt(readFileSync(DUMP_FILTER, 'ascii'), 16) === 0;
  } catch {
    return false;
  }
}

/** @returns bytes; undefined where there is no limit, or nobody says */
function coreLimit(): number | undefined {
  // Looking for names of peers takes time. Node 24 knows it, its types do not.
  (process.report as { excludeNetwork?: boolean }).excludeNetwork = true;
  const { userLimits } = process.report.getReport() as {
    userLimits?: { core_file_size_blocks?: { soft?: unknown } };
  };
  return Number(userLimits?.core_file_size_blocks?.soft) === 0 ? 0 : undefined;
}
