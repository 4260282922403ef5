/**
 * The first process of a server that has several: it starts the others, which serve one port together, and replaces one
 * that dies. It opens no vault, and serves nobody.
 *
 *   first process ──pipe── settings, root key ──▶ worker 1   opens or makes the vault, alone; or waits for its shares
 *        ▲                                           │
 *        └──────────────pipe── root key ─────────────┘
 *   first process ──pipe── settings, root key ──▶ workers 2 … N, and whoever takes the place of a dead one
 *
 * Each worker is a process of this node like any other (`keyring/nodes/node.ts`): what two of them agree on is in the
 * stores, as it is between nodes.
 *
 * Guarantees: the root key is unsealed once, and lives here and in the workers until they end. A worker that dies takes
 * along what it had not answered; another takes its place after a wait that grows while it dies at once, and the others
 * go on. A stop reaches every worker, and ends when the last one has finished its work. If this process dies, the
 * workers finish what they had accepted, and end; one that was told to stop before ends at once.
 * Does not: notice a worker that hangs; it is given no more connections, and `/readyz` says so.
 */
import cluster, { type Worker } from 'node:cluster';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Config } from '../../../config.ts';
import { StartError } from '../../../errors.ts';
import { wipe } from '../../../secret.ts';
import type { Log } from '../log.ts';
import type { Supervisor } from '../supervisor.ts';
import type { Answer, Asked, FromWorker, Question, ToWorker } from './colleagues.ts';
import { forked } from './fork.ts';
import { give, STDIO, takeBack } from './handover.ts';

const ENTRY = new URL('./worker.ts', import.meta.url);
const ANSWER_MS = 3_000;

/** A worker that served for so long did not die of its start. */
const SETTLED_MS = 30_000;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 30_000;

/** How long to wait before a worker is replaced. @param deaths how many in a row came soon, this one included */
export function waitAfter(deaths: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (deaths - 1));
}

export interface WorkersOptions {
  readonly config: Config;
  readonly log: Log;
  readonly supervisor: Supervisor;
  /** Called with the exit code of the first worker if it ends before it has served: then nothing can. */
  readonly cannotServe: (code: number) => void;
}

/** A worker that runs. */
interface Member {
  readonly number: number;
  readonly worker: Worker;
  servingSince: number | undefined;
}

/** Nothing is known of one that never was. */
interface Death {
  readonly pid?: number | undefined;
  readonly code?: number | null;
  readonly signal?: string | null;
  readonly servedMs?: number;
}

/** @throws {StartError} where these stores cannot have several; nothing has been started */
export function assertMayHaveWorkers({ recordStoreUrl, keyStoreUrl }: Config): void {
  if (![recordStoreUrl, keyStoreUrl].some((url) => url.startsWith('sqlite:'))) return;
  throw new StartError(
    'SQLite lets one process write at a time, and several would only wait for one another (src/decisions/0047-workers.md): ' +
      'LETHE_WORKERS above 1 needs both stores on PostgreSQL.',
  );
}

export class Workers {
  readonly #options: WorkersOptions;
  /** By number. */
  readonly #members = new Map<number, Member>();
  readonly #restarts = new Map<number, NodeJS.Timeout>();
  /** How many times in a row a worker died soon. */
  readonly #soonDead = new Map<number, number>();
  /** By question asked of one worker: what to do with the answer. */
  readonly #waiting = new Map<number, (answer: Answer | undefined) => void>();
  #asked = 0;
  #lost = 0;
  #rootKey: Buffer | undefined;
  /** Whether the first worker serves, and the others have been started. */
  #areAll = false;
  #stopped: (() => void) | undefined;

  constructor(options: WorkersOptions) {
    this.#options = options;
  }

  /** Starts the first worker; the others follow once it serves. */
  start(): void {
    // What comes from a worker has numbers that JSON lacks.
    cluster.setupPrimary({ exec: fileURLToPath(ENTRY), args: [], stdio: [...STDIO], serialization: 'advanced' });
    this.#start(1);
  }

  /** Tells every worker to finish, and waits until all have ended. */
  async stop(): Promise<void> {
    for (const timer of this.#restarts.values()) clearTimeout(timer);
    const ended = new Promise<void>((resolve) => {
      this.#stopped = resolve;
    });
    for (const { worker } of this.#members.values()) tell(worker, { is: 'stop' });
    if (this.#members.size > 0) await ended;
    wipe(this.#rootKey);
  }

  #start(number: number): void {
    const { config } = this.#options;
    const worker = forked();
    if (worker === undefined) {
      this.#lose(number, {});
      return;
    }
    const member: Member = { number, worker, servingSince: undefined };
    this.#members.set(number, member);
    const rootKey = this.#rootKey;
    const pipe = worker.process.stdio[3] as Duplex;
    if (rootKey === undefined) {
      give(pipe, { config, number, isFirst: true });
      takeBack(pipe, (key) => this.#unsealed(key));
    } else {
      const { from } = config.rootKey;
      const handed = { from: 'environment', key: rootKey, of: from } as const;
      give(pipe, { config: { ...config, rootKey: handed }, number, isFirst: false });
      pipe.resume();
    }
    worker.on('message', (message: FromWorker) => this.#hear(member, message));
    worker.once('exit', (code: number | null, signal: string | null) => this.#ended(member, code, signal));
  }

  #unsealed(key: Buffer): void {
    const { rootKey } = this.#options.config;
    if (rootKey.from === 'environment') wipe(rootKey.key);
    this.#rootKey = key;
    this.#startOthers();
  }

  #startOthers(): void {
    if (this.#areAll || this.#rootKey === undefined || this.#members.get(1)?.servingSince === undefined) return;
    this.#areAll = true;
    if (this.#stopped !== undefined) return;
    for (let number = 2; number <= this.#options.config.workers; number += 1) this.#start(number);
  }

  #hear(member: Member, message: FromWorker): void {
    const { supervisor } = this.#options;
    if (message.is === 'serving') {
      member.servingSince = performance.now();
      this.#startOthers();
    } else if (message.is === 'stopping') {
      member.servingSince = undefined;
    } else if (message.is === 'question') {
      void this.#gather(member, message.question).then((answers) =>
        tell(member.worker, { is: 'answers', id: message.id, answers }),
      );
    } else if (message.is === 'answer') {
      this.#waiting.get(message.id)?.(message.answer);
    } else if (message.is === 'status' && !this.#areAll) {
      // Of the first worker: what it says holds for the server.
      if (message.isReady) supervisor.ready(message.status);
      else supervisor.status(message.status);
    }
  }

  /** Asks every worker that serves. */
  async #gather(asker: Member, question: Question): Promise<(Answer | undefined)[]> {
    const members = [...this.#members.values()].filter((one) => one === asker || one.servingSince !== undefined);
    const counts = { serving: members.length, lost: this.#lost };
    members.sort((a, b) => a.number - b.number);
    return Promise.all(members.map(({ worker }, i) => this.#ask(worker, question, { ...counts, isFirst: i === 0 })));
  }

  #ask(worker: Worker, question: Question, asked: Asked): Promise<Answer | undefined> {
    this.#asked += 1;
    const id = this.#asked;
    return new Promise((resolve) => {
      const done = (answer?: Answer) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(answer);
      };
      const timer = setTimeout(done, ANSWER_MS);
      this.#waiting.set(id, done);
      tell(worker, { is: 'asked', id, question, asked });
    });
  }

  #ended({ number, worker, servingSince }: Member, code: number | null, signal: string | null): void {
    this.#members.delete(number);
    if (this.#stopped !== undefined) {
      if (this.#members.size === 0) this.#stopped();
      return;
    }
    const pid = worker.process.pid;
    if (code === 0 && this.#areAll) {
      this.#options.log.warn({ ended: number, pid }, 'a worker was told to end; another takes its place');
      this.#start(number);
      return;
    }
    this.#lose(number, {
      pid,
      code,
      signal,
      servedMs: servingSince === undefined ? 0 : performance.now() - servingSince,
    });
  }

  /** Replaces a worker that died, or whose process could not be made. */
  #lose(number: number, { servedMs = 0, ...how }: Death): void {
    const { log, cannotServe } = this.#options;
    if (!this.#areAll) {
      // It has said why.
      cannotServe(how.code ?? 1);
      return;
    }
    const deaths = servedMs >= SETTLED_MS ? 1 : (this.#soonDead.get(number) ?? 0) + 1;
    this.#soonDead.set(number, deaths);
    this.#lost += 1;
    const againMs = waitAfter(deaths);
    log.error({ ended: number, ...how, againMs }, 'a worker has died: another takes its place');
    const restart = () => {
      this.#restarts.delete(number);
      this.#start(number);
    };
    this.#restarts.set(number, setTimeout(restart, againMs));
  }
}

/** A worker that is gone is not told: what becomes of it is seen by its end. */
function tell(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message, () => {});
}
