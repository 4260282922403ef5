/**
 * The program of the thread that does long jobs. It opens the vault, does one round, sends signals of what happened to
 * the server's thread, and ends. It prints nothing: an error's text may hold a value.
 */
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { codeOf } from '../errors.ts';
import { secret } from '../secret.ts';
import { openVault } from '../vault/open-vault.ts';
import { SIGNALS } from '../vault/signals.ts';
import type { Vault, VaultConfig } from '../vault/vault.ts';
import { runJobsOnce } from './long-jobs.ts';

export interface ThreadData {
  readonly config: VaultConfig;
  /** See `LongJobOptions`. */
  readonly leaseTtlMs?: number | undefined;
}

/** A signal of this thread's vault, which the server passes on as its own. */
export interface FromThread {
  readonly signal: string;
  readonly said: unknown;
}

async function run({ config, leaseTtlMs }: ThreadData): Promise<void> {
  let stopping = false;
  parentPort?.on('message', () => {
    stopping = true;
  });
  const tell = (signal: string, said?: unknown) => parentPort?.postMessage({ signal, said } satisfies FromThread);
  const { rootKey } = config;
  // A drill opens the copies with it; what was handed over is wiped before.
  using key = secret(rootKey.from === 'environment' ? Buffer.from(rootKey.key) : undefined);
  const settings = key === undefined ? config : { ...config, rootKey: { from: 'environment' as const, key } };
  try {
    const vault = await openHandedOver(config);
    for (const signal of SIGNALS) vault.signals.on(signal, (said?: unknown) => tell(signal, said));
    try {
      await runJobsOnce(vault, { stopping: () => stopping, lease: { ttlMs: leaseTtlMs }, config: settings });
    } finally {
      await vault.close();
    }
  } catch (error) {
    tell('job', { name: 'long_jobs', failed: codeOf(error), changed: 0 });
  } finally {
    parentPort?.close();
  }
}

/** Wipes a root key that was handed over, as soon as the vault has its own copy or could not be opened. */
async function openHandedOver(config: VaultConfig): Promise<Vault> {
  const { rootKey } = config;
  if (rootKey.from !== 'environment') return openVault(config, { process: 'jobs' });
  // Between threads a buffer becomes plain bytes.
  using key = secret(Buffer.from(rootKey.key.buffer));
  return await openVault({ ...config, rootKey: { from: rootKey.from, key } }, { process: 'jobs' });
}

if (!isMainThread) await run(workerData as ThreadData);
