/**
 * Tries the newest backups, as one who has lost both stores would: puts them back into a temporary place, opens them
 * with the real root key and slots, opens canaries and records drawn at random, and tries to raise the dead.
 *
 * Guarantees: the vault's own stores, its slots and `keys/` are read and never written. The temporary place is removed,
 * whatever happens; if a kill left one, the next drill removes it. No value is shown, or kept.
 * Does not: overwrite what was removed. A copy of the key store lay there for some seconds: what a file system keeps of
 * it is worth as much as the backup itself, until the close of its epoch. Nor does it note that there was a drill: the
 * caller does, by `noteDrill`.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { epochsOf, type Watch } from '../backup/backups.ts';
import {
  type CopyDrilled,
  DRILL_EVERY_MS,
  type DrillReport,
  drillCanaries,
  drillTheDead,
  openSample,
  Steps,
} from '../backup/drill.ts';
import { assertOurs, assertWhole, type Backup } from '../backup/manifest.ts';
import { findBackup } from '../backup/restore.ts';
import { VaultError } from '../errors.ts';
import { setFact } from '../records/vault-facts.ts';
import { clear, isThere, putBack } from '../storage/copies/put-back.ts';
import type { StoreName } from '../storage/table.ts';
import type { CopyWatch, RecordTx } from '../storage/tx.ts';
import { removeLeftovers, temporaryFolder } from '../temporary.ts';
import { assertAgreement } from '../vault/agreement.ts';
import { openVault } from '../vault/open-vault.ts';
import type { Vault, VaultConfig } from '../vault/vault.ts';

const PLACE = /^lethe-drill-/;

export interface DrillOrder {
  /** Folders with the backups of each store; often the same. */
  readonly from: Readonly<Record<StoreName, string>>;
  /** The vault's own settings: where its root key and slots are. */
  readonly config: VaultConfig;
  /** Empty databases for copies of stores on PostgreSQL. */
  readonly scratch?: Partial<Record<StoreName, string>>;
  /** Told how far it is; what it throws ends the drill, and removes its place. */
  readonly watch?: Watch;
  /** Told which places of drills that were killed have been removed. */
  readonly swept?: (paths: readonly string[]) => void;
}

export async function tryNewestCopies(vault: Vault, order: DrillOrder, now: Date): Promise<DrillReport> {
  const vaultId = vault.keyring.signing.issuer;
  order.swept?.(await removeLeftovers(tmpdir(), PLACE, vaultId));
  const place = await temporaryFolder(tmpdir(), 'lethe-drill-', vaultId);
  try {
    return await drillIn(place.path, vault, order, now);
  } finally {
    await place.remove();
  }
}

/** For the status, and for the doctor. */
export async function noteDrill(tx: RecordTx, { at, ok, nextDueAt }: DrillReport): Promise<void> {
  await setFact(tx, 'last_drill', JSON.stringify({ at, ok, nextDueAt }));
}

async function drillIn(place: string, vault: Vault, order: DrillOrder, now: Date): Promise<DrillReport> {
  const steps = new Steps(order.watch);
  const records = await steps.run('verify_records', (watch) => verified(vault, order, 'records', watch), told);
  const keys = await steps.run('verify_keys', (watch) => verified(vault, order, 'keys', watch), told);
  const current = keys && (await steps.run('key_copy_is_current', () => assertCurrent(vault, keys), String));
  if (records !== undefined && keys !== undefined && current !== undefined) {
    await tryCopies(steps, place, vault, order, { records, keys });
  }
  return {
    format: 'lethe-drill/1',
    at: now.toISOString(),
    ok: steps.ok,
    records: drilled(records),
    keys: drilled(keys),
    steps: steps.done,
    nextDueAt: new Date(now.getTime() + DRILL_EVERY_MS).toISOString(),
  };
}

function told({ manifest }: Backup): string {
  const rows = Object.values(manifest.rows).reduce((sum, count) => sum + count, 0);
  return `taken ${manifest.takenAt}, ${manifest.file.sizeBytes} bytes, ${rows} rows`;
}

function drilled(backup: Backup | undefined): CopyDrilled | undefined {
  if (backup === undefined) return undefined;
  const { takenAt, epoch } = backup.manifest;
  return { folder: backup.folder, takenAt, epoch };
}

async function verified(vault: Vault, { from }: DrillOrder, store: StoreName, watch: CopyWatch): Promise<Backup> {
  const backup = await findBackup(from[store], store);
  assertOurs(backup, vault.keyring.backups);
  await assertWhole(backup, watch);
  return backup;
}

async function assertCurrent(vault: Vault, { manifest }: Backup): Promise<string> {
  const { active } = await epochsOf(vault.keyStore);
  if (manifest.openEpochs.includes(active)) return `epoch ${active}`;
  throw new VaultError(
    'drill_failed',
    `This copy of the key store is useless since the close of epoch ${manifest.openEpochs.at(-1)}: take a new one.`,
  );
}

async function tryCopies(
  steps: Steps,
  place: string,
  vault: Vault,
  order: DrillOrder,
  copies: Readonly<Record<StoreName, Backup>>,
): Promise<void> {
  const urls = { records: urlOf(place, copies.records, order), keys: urlOf(place, copies.keys, order) };
  const filled: string[] = [];
  try {
    for (const store of ['records', 'keys'] as const) {
      const put = await steps.run(
        `restore_${store}`,
        (watch) => putInto(urls[store], copies[store], filled, watch),
        String,
      );
      if (put === undefined) return;
    }
    const config = { ...order.config, recordStoreUrl: urls.records as string, keyStoreUrl: urls.keys as string };
    const { clock, random } = vault;
    const open = () => openVault(config, { clock, random, drilling: true });
    const copy = await steps.run('open', open, ({ keyring }) => `epoch ${keyring.epochs.current}`);
    if (copy === undefined) return;
    try {
      await steps.run('agreement', () => agreement(copy), String);
      await steps.run(
        'open_canaries',
        () => drillCanaries(copy),
        (opened) => `${opened} opened`,
      );
      await steps.run(
        'open_sample',
        (watch) => openSample(copy, random, undefined, watch),
        (opened) => `${opened} opened`,
      );
      await steps.run(
        'stay_dead',
        () => drillTheDead(copy),
        (tried) => `${tried} tried, none came back`,
      );
    } finally {
      await copy.close();
    }
  } finally {
    for (const url of filled) await clear(url);
  }
}

function urlOf(place: string, { manifest }: Backup, { scratch }: DrillOrder): string | undefined {
  return manifest.engine === 'sqlite'
    ? `sqlite:${join(place, manifest.store, manifest.file.name)}`
    : scratch?.[manifest.store];
}

/** @param filled takes the URL of a database that has to be cleared afterwards */
async function putInto(url: string | undefined, backup: Backup, filled: string[], watch: CopyWatch): Promise<string> {
  const { store, file } = backup.manifest;
  if (url === undefined) {
    throw new VaultError(
      'drill_failed',
      `Nothing was restored: a drill of stores on PostgreSQL needs an empty database (--scratch-${store}-url).`,
    );
  }
  if (await isThere(url)) {
    throw new VaultError('drill_failed', 'The place to restore into is not empty. Nothing was restored.');
  }
  filled.push(url);
  await putBack(store, join(backup.folder, file.name), url, {}, undefined, undefined, watch);
  return 'in place';
}

/** Copies of two moments may need a `recover`, which is no fault of theirs. */
async function agreement({ recordStore, keyStore, journal }: Vault): Promise<string> {
  return assertAgreement(recordStore, keyStore, journal).then(
    () => 'the stores agree',
    () => 'after a restore of both, `npm run lethe -- recover` has to run',
  );
}
