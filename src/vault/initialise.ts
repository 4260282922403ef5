/**
 * What a new vault begins with: the first tenant, `default`, and its first administrator. The administrator's API key
 * is written to `keys/admin.key` (mode 0600) and nowhere else. The file is durable before the principal exists, so a
 * crash in between leaves a key that opens nothing, and the next start writes a new one.
 *
 * Guarantees: a vault that has lost its first tenant's row is not made anew beside its own principals. An existing key
 * is overwritten only if this home's own interrupted making left it.
 */
import { join } from 'node:path';
import { firstTenant } from '../access/first-tenant.ts';
import { accessKeys } from '../access/keys.ts';
import { addFirstAdmin } from '../access/principals.ts';
import { FIRST_TENANT, hasPrincipals, insertTenant } from '../access/store.ts';
import { appendAuditEntry } from '../audit/entries.ts';
import { codeOf, StartError } from '../errors.ts';
import { exists } from '../files.ts';
import { newId, newTenantId } from '../ids.ts';
import { writeDurably } from '../keyring/slots/durable-file.ts';
import { makeFolder } from '../make-folder.ts';
import { setFact } from '../records/vault-facts.ts';
import { ADOPTED } from './adopt-purposes.ts';
import type { Vault } from './vault.ts';

const FIRST_TENANT_IS_LOST =
  'The record store has lost its first tenant: there are principals, or the key of one. Nothing has been changed. ' +
  'Restore the record store (`npm run lethe -- restore DIR --store records`).';

const WAS_INTERRUPTED =
  'The making of this vault was interrupted before it had an administrator. `npm run lethe -- init`, or a server, goes on with it.';

/**
 * @param how whether the vault may be made, and whether it was begun here: an existing key is then of that making
 * @returns the path of the first administrator's API key, if one was made now
 * @throws {StartError} if there are principals, or a key of one, but no first tenant. Nothing has been changed
 */
export async function initialise(
  vault: Pick<Vault, 'recordStore' | 'keyring' | 'random' | 'clock'>,
  keysPath: string,
  { mayMake, isBegun }: { readonly mayMake: boolean; readonly isBegun: boolean },
): Promise<string | undefined> {
  const { recordStore, keyring, random, clock } = vault;
  // Asked first: whoever has made a principal by now made the first tenant before it or in the same transaction.
  const areLeft = await hasPrincipals(recordStore.reader);
  if ((await firstTenant(recordStore.reader)) !== undefined) return undefined;
  const path = join(keysPath, 'admin.key');
  const isOthers = !isBegun && (await exists(path));
  if (areLeft || isOthers) throw new StartError(FIRST_TENANT_IS_LOST);
  if (!mayMake) throw new StartError(WAS_INTERRUPTED);
  const now = clock();
  const tenant = newTenantId(random);
  const keys = await accessKeys(keyring.indexes, tenant);
  await makeFolder(keysPath);
  const make = recordStore.exclusive(async (tx) => {
    await insertTenant(tx, { tenant, name: FIRST_TENANT, at: now });
    const { principal, apiKey } = await addFirstAdmin(tx, keys, tenant, random, clock);
    await appendAuditEntry(tx, {
      entry: newId('audit', random, now),
      tenant,
      at: now,
      principal,
      action: 'add_principal',
      outcome: 'done',
      target: principal,
      request: newId('request', random, now),
    });
    await setFact(tx, ...ADOPTED);
    await writeDurably(path, Buffer.from(`${apiKey}\n`, 'ascii'));
    return path;
  });
  return make.catch((error: unknown) => {
    // Another process that opened the same empty home was quicker, and has written its key.
    if (codeOf(error) === 'already_exists') return undefined;
    throw error;
  });
}
