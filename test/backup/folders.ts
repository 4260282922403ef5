/** A folder for backups that is gone when the test is over, and what a test does with backups in it. */
import { onTestFinished } from 'vitest';
import type { CopiesTaken } from '../../src/backup/take-backups.ts';
import { backup } from '../../src/operations/copies/backup.ts';
import { recover } from '../../src/operations/copies/recover.ts';
import { restore } from '../../src/operations/copies/restore.ts';
import { openVault } from '../../src/vault/open-vault.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { appOf, callerOf, type Home, tell } from '../support/home.ts';
import { temporaryFolder } from '../support/temporary.ts';

export async function backupFolder(): Promise<string> {
  const { path, remove } = await temporaryFolder();
  onTestFinished(remove);
  return path;
}

/** Both stores, as the security team. */
export async function backUp(vault: Vault, home: Home, dir: string, prune = false): Promise<CopiesTaken> {
  const security = await appOf(vault, home, 'security');
  return backup(vault, security, { dir, stores: ['records', 'keys'], prune });
}

/** Puts the newest backup of a store in its place; nobody may have it open. */
export async function putBack(home: Home, dir: string, store: 'records' | 'keys', replace = true) {
  return restore(home.config as Parameters<typeof restore>[0], dir, { store, replace });
}

export async function recoverHome(home: Home) {
  const vault = await openVault(home.config, { recovering: true });
  try {
    return await recover(vault, await callerOf(vault, await home.adminKey()));
  } finally {
    await vault.close();
  }
}

/** What a shredding notes in the key store, for each erasure of the mirror. */
export async function noteShreds(home: Home): Promise<void> {
  await tell(
    home.keyStoreUrl,
    `INSERT INTO shreds (tenant, erasure, epoch, records, indexes, shredded_at)
       SELECT tenant, erasure, 1, count(*), '[]', max(buried_at) FROM tombstones
        WHERE erasure IS NOT NULL GROUP BY tenant, erasure
       ON CONFLICT (tenant, erasure) DO NOTHING`,
  );
}
