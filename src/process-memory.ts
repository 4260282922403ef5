/**
 * Node and the operating system can hand out what a process has in memory, its keys and values among it. This file
 * closes the ways that can be closed, and the vault does not start if another way was opened for it.
 *
 *   SIGUSR1          opens Node's inspector on 127.0.0.1 to every user of the machine    a listener takes its place
 *   core dumps       the kernel writes them, without Node                                Linux: empty; else: a warning
 *   Node's options   the inspector, heap snapshots, reports, keys of TLS, debug output   refused
 *
 * Guarantees: this holds for the whole process, including its threads.
 * Does not: hold before the program's modules are loaded. No key has been read then, but `LETHE_ROOT_KEY` may be in the
 * environment. (`npm` starts Node with `--disable-sigusr1`, and an inspector that was opened meanwhile is noticed.)
 * Does not: keep out root or a debugger of the same user, or empty the registers in a dump.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { url } from 'node:inspector';
import { StartError } from './errors.ts';

/** Linux: which memory goes into a dump. See core(5). */
const DUMP_FILTER = '/proc/self/coredump_filter';
const NOTHING = '0';

/** Node also reads `_` as `-` in their names, and takes a value after `=` in some. */
const REFUSED = new Set([
  ...['--inspect', '--inspect-brk', '--inspect-wait'],
  ...['--heapsnapshot-signal', '--heapsnapshot-near-heap-limit'],
  ...['--report-on-signal', '--report-on-fatalerror', '--report-uncaught-exception'],
  ...['--abort-on-uncaught-exception', '--tls-keylog', '--trace-tls'],
  // They name files that may hold any of these.
  ...['--experimental-config-file', '--experimental-default-config-file'],
]);

let dumpsMayHoldKeys = false;

/** Closes what can be closed. Call it before anything else is done. */
export function closeMemory(): void {
  process.on('SIGUSR1', () => {});
  dumpsMayHoldKeys = !emptyDumps() && coreLimit() !== 0;
}

/**
 * @param options Node's arguments, and those in `NODE_OPTIONS`
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

/** The warning to give if core dumps could not be closed; undefined if they are closed. */
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

/** @returns 0 if no dump is written; undefined if one may be */
function coreLimit(): number | undefined {
  // Looking up the names of peers takes time. Node 24 has this property, but its types do not.
  (process.report as { excludeNetwork?: boolean }).excludeNetwork = true;
  const { userLimits } = process.report.getReport() as {
    userLimits?: { core_file_size_blocks?: { soft?: unknown } };
  };
  return Number(userLimits?.core_file_size_blocks?.soft) === 0 ? 0 : undefined;
}
