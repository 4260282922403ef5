/**
 * What the vault's metrics show of its keys, copies and jobs: ages and counts, nothing of a tenant's. Each scrape reads
 * a few rows, by their keys or a partial index, however much the vault holds.
 */

import { unfinishedDestructions } from '../erasure/destructions.ts';
import { type HookMeasures, measureHooks } from '../hooks/due.ts';
import { unfinishedJobs } from '../jobs/job-store.ts';
import { countDestroyed, lastClosedAt, openEpochs, timesOf } from '../keyring/epochs/epoch-states.ts';
import { nodeRows } from '../keyring/nodes/nodes.ts';
import { type Pulse, SlotPulse } from '../keyring/upkeep/slot-pulse.ts';
import { lastBackup, lastDrill } from '../records/vault-facts.ts';
import type { StoreName } from '../storage/table.ts';
import type { Vault } from './vault.ts';

export interface Measures {
  /** Since the current epoch began. */
  readonly epochAgeSeconds: number;
  /** Since an epoch's last slot confirmed its destruction; undefined: no epoch was ever closed. */
  readonly sinceCloseSeconds: number | undefined;
  /** Epochs that ended over an hour ago and that a slot or a node still has: erasures wait for them. */
  readonly destructionPending: number;
  readonly unfinishedJobs: number;
  /** Erasures ordered over a minute ago and not completed; up to 1,000. */
  readonly unfinishedErasures: number;
  /** Undefined: there was none. */
  readonly drill: { readonly ageSeconds: number; readonly ok: boolean } | undefined;
  readonly backupAgeSeconds: { readonly [store in StoreName]: number | undefined };
  /** Epochs closed since the newest copy of the key store: above 0, it does not open; undefined: no copy. */
  readonly keyBackupBehind: number | undefined;
  readonly hooks: HookMeasures;
  /** Undefined before the slots have been asked. */
  readonly slots: Pulse | undefined;
}

const ERASURE_GRACE_MS = 60 * 1000;
const COUNTED = 1_000;

/** Measures this vault repeatedly; the root slots once a minute at most. */
export function measuring(vault: Vault): () => Promise<Measures> {
  const pulse = new SlotPulse(vault.keyring.epochs, vault.clock);
  return () => measure(vault, pulse);
}

const PENDING_AFTER_MS = 60 * 60 * 1000;

/** @param pulse of the root slots; absent: they are not asked. @throws {UnavailableError} if a store does not answer */
export async function measure(vault: Vault, pulse?: SlotPulse): Promise<Measures> {
  const now = vault.clock().getTime();
  const { reader } = vault.keyStore;
  // There is an epoch a day, and all but the last one or two are destroyed: few rows.
  const live = await openEpochs(reader);
  const closedAt = await lastClosedAt(reader);
  // Destroyed in every slot, and not yet forgotten by every node.
  const forgotten = vault.keyring.nodes.forgottenThrough(await nodeRows(reader));
  const late = await countDestroyed(reader, { after: forgotten, before: now - PENDING_AFTER_MS });
  const ends = live.map((row) => timesOf(row).ended);
  const pending = ends.filter((ended) => ended !== null && now - ended > PENDING_AFTER_MS).length;
  const active = live.find(({ state }) => state === 'active');
  const began = active === undefined ? now : timesOf(active).began;
  const records = vault.recordStore.reader;
  const [drilled, recordCopy, keyCopy] = await Promise.all([
    lastDrill(records),
    lastBackup(records, 'records'),
    lastBackup(records, 'keys'),
  ]);
  const since = (at: string | undefined) => (at === undefined ? undefined : seconds(now - Date.parse(at)));
  return {
    epochAgeSeconds: seconds(now - Number(began)),
    sinceCloseSeconds: closedAt === undefined ? undefined : seconds(now - closedAt),
    destructionPending: pending + late,
    unfinishedJobs: (await unfinishedJobs(records)).length,
    unfinishedErasures: (await unfinishedDestructions(records, new Date(now - ERASURE_GRACE_MS), COUNTED)).length,
    drill: drilled && { ageSeconds: seconds(now - Date.parse(drilled.at)), ok: drilled.ok },
    backupAgeSeconds: { records: since(recordCopy?.at), keys: since(keyCopy?.at) },
    keyBackupBehind: keyCopy && Math.max(0, vault.keyring.epochs.current - keyCopy.epoch),
    hooks: await measureHooks(records, new Date(now)),
    slots: pulse?.read(),
  };
}

function seconds(ms: number): number {
  return Math.max(0, Math.round(ms / 1000));
}
