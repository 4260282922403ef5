/**
 * Runs the vault as a server until it is told to stop (`stopping.ts`). A crash prints where it happened. It never
 * prints the message of an error, which could hold a value.
 */
import { startBackground } from '../../background/background.ts';
import { type LongJobOptions, startLongJobs } from '../../background/long-job-thread.ts';
import { type Config, printable, startedByNpm } from '../../config.ts';
import { StartError, VaultError } from '../../errors.ts';
import { linesOf } from '../../faults.ts';
import { exists } from '../../files.ts';
import { coreDumpWarning } from '../../process-memory.ts';
import { handOver, secret, wipe } from '../../secret.ts';
import { CALLED, StoreCorruptError } from '../../storage/errors.ts';
import { openVault } from '../../vault/open-vault.ts';
import { openSealed, type SealedVault } from '../../vault/sealed.ts';
import type { Vault, VaultOptions } from '../../vault/vault.ts';
import { type Log, logJob, newLog, placesOf } from './log.ts';
import { type RunningServer, serve, serveSealed } from './server.ts';
import { listenForStop, type Stopping } from './stopping.ts';
import { newSupervisor, type Supervisor } from './supervisor.ts';
import { systemFault } from './system-faults.ts';
import type { Colleagues } from './workers/colleagues.ts';
import { assertMayHaveWorkers, Workers } from './workers/workers.ts';

/** How the server's long jobs run. Tests pass other times. */
type JobOptions = Pick<LongJobOptions, 'leaseTtlMs'>;

/** A process that serves, and what it tells whom. */
interface Around {
  readonly log: Log;
  readonly stopping: Stopping;
  readonly supervisor: Supervisor;
  /** Whether it speaks for the server: it may make a vault, and greets whoever has started it. */
  readonly isFirst: boolean;
  /** Absent: it serves alone. */
  readonly colleagues?: Colleagues;
  /** Receives the root key when it opens the vault, or nothing; see `VaultOptions`. */
  readonly unsealed?: ((rootKey: Buffer) => void) | undefined;
  /** Called when it serves the vault. */
  readonly serving?: () => void;
}

export async function runServer(config: Config, jobs: JobOptions = {}): Promise<void> {
  if (config.workers > 1) assertMayHaveWorkers(config);
  const log = newLog(config.logLevel);
  dieQuietly();
  const stopping = listenForStop({ log, withParent: startedByNpm() });
  const warning = coreDumpWarning();
  if (warning !== undefined) {
    log.warn(warning);
    process.stderr.write(`${warning}\n`);
  }
  const supervisor = newSupervisor(config.notify, log);
  await warnOfMissing(config, log);
  if (config.workers > 1) return runWorkers(config, log, stopping, supervisor);
  await runVault(config, { log, stopping, supervisor, isFirst: true }, jobs);
}

function runWorkers(config: Config, log: Log, stopping: Stopping, supervisor: Supervisor): void {
  const cannotServe = (code: number) => log.flush(() => process.exit(code));
  const workers = new Workers({ config, log, supervisor, cannotServe });
  workers.start();
  stopping.onStop(async () => {
    supervisor.stopping();
    await workers.stop();
  });
}

/** Opens the vault, or waits for its shares, and serves it until the process is told to stop. */
export async function runVault(config: Config, around: Around, jobs: JobOptions = {}): Promise<void> {
  const { log, stopping, supervisor, isFirst, colleagues, unsealed } = around;
  if (config.rootKey.from === 'shares') return runSealed(config, around, jobs);
  const passwords = passwordsOf(config);
  const vault = await openVault(config, { mayMake: isFirst, process: 'server', unsealed, passwords });
  if (stopping.asked) return stopping.onStop(() => vault.close());
  const stopWork = startWork(vault, config, log, jobs);
  // A node that never served must not be waited for.
  const server = await serve(vault, log, { ...config, colleagues }).catch(async (error: unknown) => {
    await stopWork();
    throw error;
  });
  log.info({ ...(isFirst && { settings: printable(config) }), url: server.url }, 'serving');
  if (isFirst) process.stdout.write(`${welcome(config, vault, server)}\n`);
  supervisor.ready(`Serving on ${server.url}`);
  around.serving?.();
  stopping.onStop(async () => {
    supervisor.stopping();
    await server.stop();
    await stopWork();
  });
}

/** Together the workers compute no more verifiers at once than there are of them. */
function passwordsOf({ workers }: Config): NonNullable<VaultOptions['passwords']> {
  return workers === 1 ? {} : { maxRunning: 1 };
}

/** The first copy makes the folder that a setting names, also where a disk should be mounted and is not. */
async function warnOfMissing({ backupDir, keyBackupDir }: Config, log: Log): Promise<void> {
  for (const [setting, folder] of Object.entries({ LETHE_BACKUP_DIR: backupDir, LETHE_KEY_BACKUP_DIR: keyBackupDir })) {
    if (folder === undefined || (await exists(folder))) continue;
    log.warn({ setting, folder }, 'this folder for copies is not there and will be made: is its disk not mounted?');
  }
}

/** Listens without a key until enough shares were given. Then the same process and socket serve the vault. */
async function runSealed(config: Config, around: Around, jobs: JobOptions): Promise<void> {
  const { log, stopping, supervisor, colleagues, unsealed } = around;
  let stopWork = async () => {};
  const sealed: SealedVault = await openSealed(config, {
    process: 'server',
    passwords: passwordsOf(config),
    opened(vault, rootKey) {
      // Long jobs open the vault again, and must not ask for shares again.
      using key = secret(Buffer.from(rootKey));
      stopWork = startWork(vault, { ...config, rootKey: { from: 'environment', key } }, log, jobs);
      handOver(key);
      server.open(vault);
      log.info({ url: server.url }, 'unsealed; serving');
      supervisor.status(`Serving on ${server.url}`);
      unsealed?.(rootKey);
      around.serving?.();
    },
  });
  const server = await serveSealed(sealed, log, { ...config, colleagues });
  log.info({ settings: printable(config), url: server.url }, 'sealed');
  const { needed } = sealed.progress;
  process.stdout.write(
    `Lethe is sealed and serves on ${server.url} nothing but POST /v1/unseal.\n` +
      `${needed} holders of shares each run:  npm run lethe -- unseal --url ${server.url}\n`,
  );
  supervisor.ready(`Sealed: ${needed} holders of shares each run lethe unseal --url ${server.url}`);
  stopping.onStop(async () => {
    supervisor.stopping();
    await server.stop();
    await sealed.close();
    await stopWork();
  });
}

/** @returns a function that finishes the work under way, closes the vault, and wipes the root key in the settings */
function startWork(vault: Vault, config: Config, log: Log, jobs: JobOptions): () => Promise<void> {
  const report = (done: Parameters<LongJobOptions['report']>[0]) => logJob(log, done);
  const stopJobs = startBackground(vault, report);
  const stopLongJobs = startLongJobs(vault, config, { ...jobs, rotateEveryMs: config.rotateEveryMs, report });
  if (vault.journal.doubtful > 0) {
    log.warn(
      { lines: vault.journal.doubtful },
      'the journal has lines that this vault did not write, or not under this root key: they are ignored',
    );
  }
  vault.signals.on('storeDisplaced', ({ store, code }) => log.error({ store, code }, DISPLACED[code] ?? code));
  vault.signals.on('storeTakenOver', ({ store, server }) =>
    log.warn({ store, server }, 'another server took over a store, with all that this node had acknowledged in it'),
  );
  return async () => {
    try {
      await Promise.all([stopJobs(), stopLongJobs()]);
      await vault.close();
    } finally {
      if (config.rootKey.from === 'environment') wipe(config.rootKey.key);
    }
  };
}

const DISPLACED: Readonly<Record<string, string>> = {
  store_replaced: 'a store was replaced under this node: it serves nothing until it is restarted',
  store_went_back:
    'a store has lost what it had acknowledged: it went back in time, as after a fail-over to a server that lagged behind. ' +
    'Nothing is served: stop every node, run `npm run lethe -- recover`, then start (src/deploy/README.md)',
};

/** What a person reads at start: five lines for a new vault, one for an existing one. */
function welcome(config: Config, vault: Vault, server: RunningServer): string {
  const apiUrl = config.publicUrl ?? server.url;
  if (vault.firstKeyPath === undefined) return `Lethe serves on ${server.url} (API: ${apiUrl}/docs)`;
  return [
    `Lethe made a new vault in ${config.home} and serves on ${server.url}`,
    `1. Your administrator’s API key is in ${vault.firstKeyPath}. Keep it; it is shown nowhere else.`,
    '2. Make a key for an app, and store a first value with it: README.md, “Quickstart”, in a second terminal.',
    `3. Every operation is described at ${apiUrl}/docs`,
    `4. ${whatToKeep(config)}`,
  ].join('\n');
}

/**
 * What must be kept besides the stores, by the root key's source. Never an epoch's secret: no copy of one is harmless.
 */
export function whatToKeep({ rootKey }: Config): string {
  const why = 'without the root key, nothing in the vault opens (keys/README.md).';
  if (rootKey.from === 'file') return `Keep a copy of ${rootKey.path} apart from the data: ${why}`;
  if (rootKey.from === 'passphrase') {
    return `Keep the passphrase, and a copy of ${rootKey.saltPath}, apart from the data: ${why}`;
  }
  return `Keep the key of LETHE_ROOT_KEY apart from the data, and set it at every start: ${why}`;
}

/** Replaces Node's report of an uncaught error, whose message and source line can hold a value. */
export function dieQuietly(): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      process.stderr.write(`${explain(error)}\n`);
      process.exit(1);
    });
  }
}

/** An error as it may be printed: the vault's own text, or for any other error its places in the code. */
export function explain(error: unknown): string {
  if (error instanceof StartError) return `lethe: ${error.message}`;
  if (error instanceof StoreCorruptError && error.store !== undefined) {
    return `lethe: ${error.message.replace('A store', `The ${CALLED[error.store]}`)} (${error.code})`;
  }
  if (error instanceof VaultError) return `lethe: ${error.message} (${error.code})${linesOf(error.errors)}`;
  const code = (error as { code?: unknown } | null)?.code;
  const fault = systemFault(error);
  if (fault !== undefined) return `lethe: ${fault}`;
  const { error: name, at } = placesOf(error);
  return [`lethe: stopped by a defect (${name}${typeof code === 'string' ? ` ${code}` : ''}).`, ...at].join('\n');
}
