/**
 * Whether the two stores and the root slots belong together now. The vault asks this before it serves anybody.
 *
 *   the ids agree           one vault's stores
 *   no older key store      it may hold keys of erased records again            `lethe recover`
 *   no older record store   it does not know what was erased or revoked since   `lethe recover`
 *   neither is older        than what the journal remembers, which both may lack `lethe recover`
 *   no closed epoch's       a key store from before the close cannot be opened  the newest copy of the key store
 *
 * Guarantees: changes nothing but the ids of a new vault. It looks at a bounded number of rows, and at each entry of
 * the journal, which has those since the last close; it counts the erasures of each store.
 * Does not: notice an older store that lacks no erasure, no revocation and no close.
 */
import { revocationsHeld } from '../access/revocations.ts';
import { countsAgree } from '../erasure/counts.ts';
import { findDestructions, newestCompleted } from '../erasure/destructions.ts';
import { rememberedHeld } from '../erasure/remembered.ts';
import { newestShreds } from '../erasure/shreds.ts';
import { erasedTenantsHeld } from '../erasure/tenant-agreement.ts';
import { StartError } from '../errors.ts';
import type { TenantId } from '../ids.ts';
import type { Journal } from '../journal/journal.ts';
import { lastBegun } from '../keyring/epochs/epoch-states.ts';
import { beforeTheClose } from '../keyring/epochs/later-epoch.ts';
import { keyFact, keyFactOrSet } from '../keyring/key-store-facts.ts';
import { findTenantTombstones } from '../keyring/tenant-tombstones.ts';
import { areMirrored, lastTombstone } from '../records/tombstones.ts';
import { recordFact, recordFactOrSet } from '../records/vault-facts.ts';
import type { KeyStore, RecordStore } from '../storage/tx.ts';

/**
 * Gives both stores the vault's id. The key store's is written first, so that a crash between the two can be mended.
 * @param vaultId the id that the home was found to have (`home.ts`)
 * @throws {StartError} if another home was quicker to make a vault in these stores
 */
export async function agreeOnId(recordStore: RecordStore, keyStore: KeyStore, vaultId: string): Promise<void> {
  const inKeys = await keyStore.exclusive((tx) => keyFactOrSet(tx, 'vault', vaultId));
  if (inKeys !== vaultId) throw new StartError(ANOTHER_WAS_QUICKER);
  const inRecords = await recordStore.exclusive((tx) => recordFactOrSet(tx, 'vault', vaultId));
  if (inRecords !== vaultId) throw new StartError(ANOTHER_WAS_QUICKER);
}

const ANOTHER_WAS_QUICKER =
  'Another home has made its vault in these stores at the same moment, and this one was given up. Set RECORD_STORE_URL and KEY_STORE_URL to stores of its own, or take that home.';

/**
 * The record store remembers the newest epoch. A key store that has not begun it was put back to before the close of an
 * earlier epoch, whose secret no slot has any more.
 * @throws {StartError} also if only `recover` is to run: it cannot help here
 */
export async function assertEpochIsKnown(recordStore: RecordStore, keyStore: KeyStore): Promise<void> {
  const seen = Number((await recordFact(recordStore.reader, 'epoch')) ?? 0);
  // Read first: it is written after the first epoch is.
  const check = await keyFact(keyStore.reader, 'root_key_check');
  const begun = (await lastBegun(keyStore.reader)) ?? 0;
  if (begun === 0 && (check !== undefined || seen > 0)) throw new StartError(EPOCHS_ARE_LOST);
  if (begun < seen) throw beforeTheClose(begun, `the record store has seen epoch ${seen}`);
}

const EPOCHS_ARE_LOST =
  'The key store has lost its epochs: no key in it can be opened. ' +
  'Restore the newest copy of the key store (`npm run lethe -- restore DIR --store keys --replace`).';

/** @throws {StartError} naming the command that mends what can be mended */
export async function assertAgreement(recordStore: RecordStore, keyStore: KeyStore, journal: Journal): Promise<void> {
  const tenants = await erasedTenantsHeld(recordStore, keyStore);
  if (tenants.keyStoreLacks.length > 0) throw new StartError(KEY_STORE_IS_OLDER);
  if (tenants.recordStoreLacks.length > 0) throw new StartError(RECORD_STORE_IS_OLDER);
  await assertKeyStoreIsCurrent(recordStore, keyStore);
  await assertRecordStoreIsCurrent(recordStore, keyStore);
  const revoked = await revocationsHeld({ recordStore, keyStore });
  if (revoked.recordStoreLacks) throw new StartError(RECORD_STORE_IS_OLDER);
  if (revoked.keyStoreLacks) throw new StartError(KEY_STORE_IS_OLDER);
  const counted = await countsAgree({ recordStore, keyStore });
  if (counted.recordStoreLacks) throw new StartError(RECORD_STORE_IS_OLDER);
  if (counted.keyStoreLacks) throw new StartError(KEY_STORE_IS_OLDER);
  // Last: a disagreement of the stores themselves says more than what both may lack.
  const remembered = await rememberedHeld({ recordStore, keyStore }, journal.entries());
  if (remembered.recordStoreLacks) throw new StartError(wentBack('record'));
  if (remembered.keyStoreLacks) throw new StartError(wentBack('key'));
}

function wentBack(store: 'record' | 'key'): string {
  return (
    `The ${store} store went back to before an erasure, a correction or a revocation that was answered, as the journal remembers: a fail-over lost it, or an older copy was put back. ` +
    'Run `npm run lethe -- recover` on this node, which does again what the journal has, then start.'
  );
}

const KEY_STORE_IS_OLDER =
  'The key store is older than the record store: it lacks the latest erasures or revocations, and may hold erased keys. ' +
  'Run `npm run lethe -- recover`, which destroys them again and notes what was revoked, then start.';
const TOMBSTONES_ARE_LOST =
  'The record store has lost tombstones of a completed erasure: rows were removed by hand, or are damaged. ' +
  'Restore the newest copy of the record store (`npm run lethe -- restore DIR --store records --replace`), then run `npm run lethe -- recover`.';
const RECORD_STORE_IS_OLDER =
  'The record store is older than the key store: it does not know the latest erasures or revocations. ' +
  'Run `npm run lethe -- recover`, which writes them back into it, then start.';

/** More than one, because the clocks of two nodes differ a little. */
const ERASURES_CHECKED = 20;

/**
 * The key store must know the erasures whose keys were destroyed last, each to its last key; otherwise it was put back.
 * The erasures ordered last do not serve: an interrupted one is carried out after later ones.
 */
async function assertKeyStoreIsCurrent(recordStore: RecordStore, keyStore: KeyStore): Promise<void> {
  for (const { tenant, erasure } of await newestCompleted(recordStore.reader, ERASURES_CHECKED)) {
    const key = await lastTombstone(recordStore.reader, tenant, erasure);
    if (key === undefined) throw new StartError(TOMBSTONES_ARE_LOST);
    const [mirrored] = await areMirrored(keyStore.reader, tenant as TenantId, [key]);
    if (!mirrored) throw new StartError(KEY_STORE_IS_OLDER);
  }
}

/** The record store must know the orders behind the keys that were destroyed last: it decided them. */
async function assertRecordStoreIsCurrent(recordStore: RecordStore, keyStore: KeyStore): Promise<void> {
  const newest = await newestShreds(keyStore.reader, ERASURES_CHECKED);
  // A record store from before a tenant was added knows nothing of it, and needs to know nothing of its end.
  const buried = await findTenantTombstones(keyStore.reader, [...new Set(newest.map(({ tenant }) => tenant))]);
  const gone = new Set(buried.map((row) => row?.tenant));
  const orders = await findDestructions(
    recordStore.reader,
    newest.filter((row) => !gone.has(row.tenant)),
  );
  if (orders.includes(undefined)) throw new StartError(RECORD_STORE_IS_OLDER);
}
