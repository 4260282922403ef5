/**
 * Which vault a home belongs to. This is looked at before anything is opened, because opening makes stores, keys and
 * epochs where there are none. `keys/vault.id` (mode 0600) binds the home to its vault:
 *
 *   vlt_01jz…          the home of this vault
 *   vlt_01jz… begun    this vault is being made here; any process that may make one goes on with it
 *
 * The file is durable before anything else of a new vault is made. So what a crash left half made can be told from
 * another vault's. Homes of earlier releases have no such file; they get one when they have opened, if stores, root key
 * and epochs agree.
 *
 * Guarantees: only a process that may make a vault makes one, and only where nothing of a vault is: no store, no epoch,
 * no administrator's key, no root key that no setting names. A refusal has changed nothing, not even a folder.
 * Does not: tell a copy of a whole home, with copies of its stores, from the first: both are this vault.
 */
import { unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '../config.ts';
import { StartError } from '../errors.ts';
import { exists } from '../files.ts';
import { isVaultIdText } from '../ids.ts';
import { EPOCHS_FOLDER, JOURNAL_FOLDER } from '../keyring/private-files.ts';
import { createDurably, writeDurably } from '../keyring/slots/durable-file.ts';
import { readId, SlotFolder, VAULT_ID_FILE } from '../keyring/slots/slot-folder.ts';
import { makeFolder } from '../make-folder.ts';
import { lookAtBoth } from '../storage/opening/look-at.ts';
import { printableUrl, sqlitePath } from '../storage/opening/url.ts';

export type HomeConfig = Pick<Config, 'rootKey' | 'recordStoreUrl' | 'keyStoreUrl' | 'keysPath'>;

export interface FoundVault {
  readonly vaultId: string;
  /** Being made: by this process, by another one now, or by one that was interrupted. */
  readonly isBegun: boolean;
  /** Whether the home names it; that of an earlier release does not yet. */
  readonly isNamed: boolean;
  /** Whether this very call began it. */
  readonly isNew?: boolean;
}

type Look =
  | ({ readonly stores: 'of one vault' } & FoundVault)
  /** With the id, if any, that an earlier release's interrupted start left in the key store. */
  | { readonly stores: 'none'; readonly vaultId: string | undefined };

const BEGUN = ' begun';

/** @throws {StartError} if there is no vault, or more than one; nothing has been changed */
export async function findVault(config: HomeConfig): Promise<FoundVault> {
  const found = await look(config);
  if (found.stores === 'none') throw new StartError(noVault(config, await partsIn(config)));
  if (found.isBegun) throw new StartError(INTERRUPTED);
  return found;
}

/**
 * As `findVault`, but begins a vault where nothing of one is.
 * @param fresh the id of the vault, if one is to be made
 * @throws {StartError} if there is a part of a vault; nothing has been changed
 */
export async function findOrBegin(config: HomeConfig, fresh: string): Promise<FoundVault> {
  const found = await look(config);
  if (found.stores !== 'none') return found;
  const parts = await partsIn(config);
  // Another process may have begun since, and made what is there.
  if ((await readMark(config.keysPath)) !== undefined) return findOrBegin(config, fresh);
  if (parts.length > 0) throw new StartError(partsAreThere(config, parts));
  const vaultId = found.vaultId ?? fresh;
  await makeFolder(config.keysPath);
  const isNew = await createDurably(markPath(config.keysPath), Buffer.from(`${vaultId}${BEGUN}\n`, 'ascii'));
  return isNew ? { vaultId, isBegun: true, isNamed: true, isNew } : findOrBegin(config, fresh);
}

/** Takes back what `findOrBegin` has begun: another home was quicker, or no store can be made there. */
export async function giveUp({ keysPath }: HomeConfig, found: FoundVault): Promise<void> {
  if (found.isNew) await unlink(markPath(keysPath));
}

/** Notes that the vault of this home is made, or which one it is; not beside epochs that may be another's. */
export async function nameHome({ keysPath }: HomeConfig, { vaultId, isBegun, isNamed }: FoundVault): Promise<void> {
  const line = Buffer.from(`${vaultId}\n`, 'ascii');
  if (isBegun) return writeDurably(markPath(keysPath), line);
  if (isNamed) return;
  const epochs = epochsOf(keysPath, vaultId);
  if (!(await epochs.isNamed()) && (await epochs.epochFiles()).length > 0) return;
  try {
    await makeFolder(keysPath);
    await createDurably(markPath(keysPath), line);
  } catch (error) {
    // A home that can only be read needs no name: nothing in it is overwritten.
    if (!['EACCES', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/** The vault that a home names; undefined if it names none. @throws {StartError} if the file is damaged */
export async function vaultOfHome(keysPath: string): Promise<string | undefined> {
  return (await readMark(keysPath))?.vaultId;
}

/** @throws {StartError} if what is there does not belong together */
async function look(config: HomeConfig): Promise<Look> {
  const mark = await readMark(config.keysPath);
  const { records, keys } = await lookAtBoth(config.recordStoreUrl, config.keyStoreUrl);
  const [inRecords, inKeys, check] = [records.get('vault'), keys.get('vault'), keys.get('root_key_check')];
  if (inRecords !== undefined && inKeys === undefined) throw new StartError(KEY_STORE_IS_EMPTY);
  // The check value is written after both ids, so there was a record store.
  if (inRecords === undefined && check !== undefined) throw new StartError(RECORD_STORE_IS_EMPTY);
  if (inRecords !== undefined && inRecords !== inKeys) throw new StartError(TWO_VAULTS);
  const vaultId = inKeys ?? mark?.vaultId;
  if (vaultId === undefined) return { stores: 'none', vaultId };
  if (mark !== undefined && mark.vaultId !== vaultId) throw new StartError(anothersHome(config, mark.vaultId, vaultId));
  const owner = await epochsOf(config.keysPath, vaultId)
    .owner()
    .catch(() => undefined);
  if (owner !== undefined && owner !== vaultId) throw new StartError(anothersHome(config, owner, vaultId));
  if (check !== undefined) {
    return { stores: 'of one vault', vaultId, isBegun: mark?.isBegun === true, isNamed: mark !== undefined };
  }
  if (mark === undefined) return { stores: 'none', vaultId };
  if (mark.isBegun) return { stores: 'of one vault', vaultId, isBegun: true, isNamed: true };
  throw new StartError(storesAreElsewhere(config, vaultId));
}

async function readMark(keysPath: string): Promise<{ vaultId: string; isBegun: boolean } | undefined> {
  const text = await readId(markPath(keysPath)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOTDIR') return undefined;
    throw new StartError(`The home’s ${markPath(keysPath)} cannot be read (${error.code}).`);
  });
  if (text === undefined) return undefined;
  const [vaultId, isBegun] = text.endsWith(BEGUN) ? [text.slice(0, -BEGUN.length), true] : [text, false];
  if (isVaultIdText(vaultId)) return { vaultId, isBegun };
  throw new StartError(`${markPath(keysPath)} does not hold a vault’s id. Nothing has been changed.`);
}

/** The parts of a vault in a home that names none. */
async function partsIn({ rootKey, recordStoreUrl, keyStoreUrl, keysPath }: HomeConfig): Promise<string[]> {
  const named = rootKey.from === 'file' && !rootKey.isDefault ? rootKey.path : undefined;
  const stores = [recordStoreUrl, keyStoreUrl].map((url) => sqlitePath(url));
  const files = ['admin.key', 'root.key', 'root.salt', 'keystore.db', JOURNAL_FOLDER, '../data/records.db']
    .map((name) => join(keysPath, name))
    .filter((path) => path !== named && !stores.includes(path));
  const there = await Promise.all(files.map(exists));
  const epochs = epochsOf(keysPath, '-');
  return [...files.filter((_, i) => there[i]), ...((await epochs.isUsed()) ? [epochs.path] : [])];
}

function epochsOf(keysPath: string, vaultId: string): SlotFolder {
  return new SlotFolder(join(keysPath, EPOCHS_FOLDER), vaultId);
}

function markPath(keysPath: string): string {
  return join(keysPath, VAULT_ID_FILE);
}

/** Where the vault was looked for, without a password. */
function placesOf({ recordStoreUrl, keyStoreUrl, keysPath }: HomeConfig): string {
  const home = dirname(keysPath);
  const place = (what: string, setting: string, url: string, byDefault: string) =>
    `${what} ${printableUrl(url)} (${setting} is ${url === `sqlite:${join(home, byDefault)}` ? 'not set' : 'set'})`;
  return [
    `home ${home} (LETHE_HOME)`,
    place('record store', 'RECORD_STORE_URL', recordStoreUrl, 'data/records.db'),
    place('key store', 'KEY_STORE_URL', keyStoreUrl, 'keys/keystore.db'),
  ].join(', ');
}

function noVault(config: HomeConfig, parts: readonly string[]): string {
  const left = parts.length === 0 ? '' : ` Of a vault there is ${parts.join(', ')}: its stores are elsewhere, or lost.`;
  const shares =
    'Shares are made of a root key that is there: without LETHE_ROOT_KEY_SHARES run `npm run lethe -- init` and `npm run lethe -- root split`, then set it.';
  const next = config.rootKey.from === 'shares' ? shares : '`npm run lethe -- init` makes a new one.';
  return `There is no vault here yet: ${placesOf(config)}.${left} Nothing has been changed. If it is elsewhere, set these three. ${next}`;
}

function partsAreThere(config: HomeConfig, parts: readonly string[]): string {
  const rootKey = parts.some((path) => path.endsWith('root.key'))
    ? ' If a root key that is there is to be a new vault’s, name it with LETHE_ROOT_KEY_FILE.'
    : '';
  return `No vault is made here, for there is something of one: ${parts.join(', ')}. Looked for: ${placesOf(config)}. Nothing has been changed. Set the three to where that vault is, restore its stores, or take an empty home.${rootKey}`;
}

function storesAreElsewhere(config: HomeConfig, vaultId: string): string {
  return `This is the home of the vault ${vaultId}, and its stores are not where they were looked for: ${placesOf(config)}. Nothing has been changed. Set RECORD_STORE_URL and KEY_STORE_URL to where they are, or restore them (keys/README.md).`;
}

function anothersHome(config: HomeConfig, ofHome: string, ofStores: string): string {
  return `This is the home of the vault ${ofHome}, and the stores belong to the vault ${ofStores}: ${placesOf(config)}. Nothing has been changed. Set the three to one vault.`;
}

const INTERRUPTED =
  'The making of this vault is not finished. Where it was interrupted, `npm run lethe -- init` or a server goes on with it.';
const KEY_STORE_IS_EMPTY =
  'The key store is empty, but the record store holds a vault. Check KEY_STORE_URL and LETHE_HOME; if they are right, restore the key store (`npm run lethe -- restore DIR --store keys`).';
const RECORD_STORE_IS_EMPTY =
  'The record store is empty, but the key store holds a vault. Check RECORD_STORE_URL and LETHE_HOME; if they are right, restore the record store (`npm run lethe -- restore DIR --store records`).';
const TWO_VAULTS = 'The record store and the key store belong to two different vaults. Nothing has been changed.';
