/**
 * The real server as a process of its own, on a home of its own, to be killed, stopped and read. What it prints goes
 * to files, so that a test can search every byte of it, whatever the process' end.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { inject, onTestFinished } from 'vitest';
import { nodeEnv } from './node-env.ts';

/** Long enough for a machine with many times the work it can do. */
const START_TIMEOUT_MS = 60_000;
const POLL_MS = 10;

export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  /** Resolves with the exit code, or null where a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Ends it and waits until it is gone; SIGTERM, the default, is a graceful stop. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface ServerOptions {
  /** Settings; `LETHE_HOME` and a free port are set. */
  readonly env?: Record<string, string>;
  /** Where its output is appended; standard error to the same name with `.err`. */
  readonly log: string;
  /** The program; by default the server's own. */
  readonly main?: string;
  /** What the program is told. */
  readonly args?: readonly string[];
  /** A program that runs node with what follows it, such as a shell that sets limits first. */
  readonly through?: readonly string[];
  /** The folder it works in. */
  readonly cwd?: string;
  /** Options of node itself. */
  readonly node?: readonly string[];
  /** Kills it this long after its birth, whatever it does then. */
  readonly dieAfterMs?: number;
}

/** @throws with its output, when it ends before it serves */
export async function startServer(home: string, options: ServerOptions): Promise<ServerProcess> {
  const before = (await readFile(options.log, 'utf8').catch(() => '')).length;
  const child = await spawnServer(home, options);
  const ended = endOf(child);
  if (options.dieAfterMs !== undefined) setTimeout(() => child.kill('SIGKILL'), options.dieAfterMs).unref();
  let over = false;
  void ended.then(() => {
    over = true;
  });
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const said = (await readFile(options.log, 'utf8')).slice(before);
    const url = /serves on (http:\S+)/.exec(said)?.[1];
    if (url !== undefined) {
      const end = (signal: NodeJS.Signals = 'SIGTERM') => {
        child.kill(signal);
        return ended;
      };
      return { url, pid: child.pid as number, ended, end };
    }
    if (over || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`the server did not start: ${said}${await readFile(`${options.log}.err`, 'utf8')}`);
    }
    await new Promise((resume) => setTimeout(resume, POLL_MS));
  }
}

/** For a start that is expected to fail. @returns the exit code and all that was printed */
export async function failToStart(
  home: string,
  options: ServerOptions,
): Promise<{ code: number | null; said: string }> {
  const child = await spawnServer(home, options);
  const timer = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT_MS);
  const code = await endOf(child);
  clearTimeout(timer);
  return { code, said: (await readFile(options.log, 'utf8')) + (await readFile(`${options.log}.err`, 'utf8')) };
}

async function spawnServer(
  home: string,
  { env = {}, log, main = inject('programs').server, args = [], through = [], cwd, node = [] }: ServerOptions,
): Promise<ChildProcess> {
  const [out, err] = await Promise.all([open(log, 'a'), open(`${log}.err`, 'a')]);
  const [program = '', ...rest] = [...through, process.execPath, ...node, main, ...args];
  const child = spawn(program, rest, {
    ...(cwd !== undefined && { cwd }),
    // Nothing of the test run's own environment: NODE_ENV=test would silence what a real server prints.
    env: {
      ...nodeEnv,
      LETHE_HOME: home,
      LETHE_PORT: '0',
      ...env,
    },
    stdio: ['ignore', out.fd, err.fd],
  });
  child.on('error', () => {});
  // Whatever becomes of the test, it does not outlive it.
  onTestFinished(() => void child.kill('SIGKILL'));
  await Promise.all([out.close(), err.close()]);
  return child;
}

function endOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}
