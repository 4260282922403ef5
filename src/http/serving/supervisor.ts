/**
 * Tells systemd whether the server serves, is sealed, or stops (sd_notify(3), `Type=notify` in
 * `src/deploy/lethe.service`). Node cannot open a datagram socket to a path, so the program `systemd-notify`(1) does
 * it. That child gets nothing of the environment but the socket and the search path.
 *
 * Guarantees: it does nothing if no supervisor listens. A message that fails is logged, and delays nothing.
 * Does not: tell anything about what is stored.
 */
import { spawn } from 'node:child_process';
import type { Log } from './log.ts';

/** Where the supervisor listens, and the search path of programs. */
export interface NotifySocket {
  readonly socket: string;
  readonly path: string;
}

export interface Supervisor {
  /** The server answers requests: serving, or sealed. */
  ready(status: string): void;
  status(status: string): void;
  stopping(): void;
}

const PROGRAM = 'systemd-notify';
const TIMEOUT_MS = 10_000;

export function newSupervisor(notify: NotifySocket | undefined, log: Log): Supervisor {
  let last: Promise<void> = Promise.resolve();
  const tell = (...args: string[]) => {
    // One after another, because the last message is the one that counts.
    if (notify !== undefined) last = last.then(() => run(notify, args, log));
  };
  return {
    ready: (status) => tell('--ready', `--pid=${process.pid}`, `--status=${status}`),
    status: (status) => tell(`--status=${status}`),
    stopping: () => tell('STOPPING=1', '--status=Stopping: calls under way are finished.'),
  };
}

function run({ socket, path }: NotifySocket, args: readonly string[], log: Log): Promise<void> {
  return new Promise((resolve) => {
    const env = { NOTIFY_SOCKET: socket, PATH: path };
    const child = spawn(PROGRAM, args, { env, stdio: 'ignore', timeout: TIMEOUT_MS });
    const failed = (code: string) => {
      log.warn({ code }, 'the supervisor was not told: is systemd-notify there?');
      resolve();
    };
    child.once('error', (error: NodeJS.ErrnoException) => failed(error.code ?? 'unknown'));
    child.once('exit', (code, signal) => (code === 0 ? resolve() : failed(String(code ?? signal))));
  });
}
