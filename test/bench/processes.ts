/**
 * The servers under measurement, each a process of its own: the vault as `npm start` runs it (`src/main.ts`, log level
 * `warn`), and the ceilings (`ceiling.ts`). They listen on 127.0.0.1 on a free port and end with this process at the
 * latest. Their memory is read from outside, as the operating system counts it.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HERE } from './checkout.ts';

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 40_000;
const URL_SAID = /http:\/\/127\.0\.0\.1:\d+/;

export interface Server {
  readonly url: string;
  /** The most memory the process has held so far, in MB of 10^6 bytes; undefined where the system does not say. */
  peakMemory(): Promise<number | undefined>;
  /** Seconds of processor time it has used so far, all threads and the kernel's work for it; NaN as above. */
  processorSeconds(): Promise<number>;
  /** Ends it as an operator would, and waits until it has gone. */
  stop(): Promise<void>;
}

export interface Stores {
  readonly recordStoreUrl: string;
  readonly keyStoreUrl: string;
}

const running = new Set<ChildProcess>();
let endsWithThisProcess = false;

/** Ends at once what is left: after a part that failed, or with this process. */
export function killServers(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** Not when this file is loaded: a test of the arithmetic starts nothing, and shares its process with others. */
function endWithThisProcess(): void {
  if (endsWithThisProcess) return;
  endsWithThisProcess = true;
  process.on('exit', killServers);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
}

/**
 * @param root the checkout whose server it is
 * @param profilePath a folder for the CPU profile that the process writes when it is stopped
 */
export function startVault(
  home: string,
  stores: Stores,
  { root = HERE, profilePath }: { readonly root?: string; readonly profilePath?: string } = {},
): Promise<Server> {
  const env = {
    LETHE_HOME: home,
    LETHE_PORT: '0',
    LETHE_LOG_LEVEL: 'warn',
    RECORD_STORE_URL: stores.recordStoreUrl,
    KEY_STORE_URL: stores.keyStoreUrl,
  };
  const profiling = profilePath === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profilePath}`];
  return start([...profiling, join(root, 'src/main.ts')], env, root);
}

/** @param storeUrl where its two tables go: `sqlite:<path>` or `postgres://…` */
export function startCeiling(storeUrl: string): Promise<Server> {
  return start([fileURLToPath(new URL('ceiling.ts', import.meta.url)), storeUrl], {}, HERE);
}

/** The environment without settings of a vault that the person who runs this may have. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const foreign = /^(LETHE_|RECORD_STORE_URL$|KEY_STORE_URL$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}

async function start(args: readonly string[], env: Record<string, string>, cwd: string): Promise<Server> {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...cleanEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  endWithThisProcess();
  running.add(child);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  void ended.then(() => running.delete(child));
  let said = '';
  child.stderr.on('data', (chunk) => {
    said = (said + chunk).slice(-4_000);
  });
  const url = await new Promise<string>((resolve, reject) => {
    const fail = () => reject(new Error(`${args.at(-1)} did not start. ${said}`));
    const timer = setTimeout(fail, START_TIMEOUT_MS);
    let heard = '';
    child.stdout.on('data', (chunk) => {
      heard = (heard + chunk).slice(-4_000);
      const found = URL_SAID.exec(heard)?.[0];
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(found);
    });
    void ended.then(fail);
  });
  return {
    url,
    peakMemory: () => peakMemory(child.pid as number),
    processorSeconds: () => processorSeconds(child.pid as number),
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** proc(5): fields 14 and 15 are user and system time in ticks, which Linux shows at 100 a second. */
async function processorSeconds(pid: number): Promise<number> {
  try {
    const fields = (await readFile(join('/proc', String(pid), 'stat'), 'utf8')).replace(/^.*\) /s, '').split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return Number.NaN;
  }
}

async function peakMemory(pid: number): Promise<number | undefined> {
  try {
    const status = await readFile(join('/proc', String(pid), 'status'), 'utf8');
    const kib = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
    return kib === undefined ? undefined : (Number(kib) * 1024) / 1e6;
  } catch {
    return residentNow(pid);
  }
}

/** Where there is no /proc: what it holds now, which may be less than it has held. */
function residentNow(pid: number): number | undefined {
  try {
    return (Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024) / 1e6;
  } catch {
    return undefined;
  }
}
