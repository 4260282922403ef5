/**
 * What each store says of the vault it belongs to, in a few named texts. They must agree for the two to belong
 * together.
 *
 *   vault            the vault's id, in both
 *   root_key_check   which root key it was made with, in the key store
 *   root_key_check_next   the same of the key that is replacing it, while that is under way (`root-replacement.ts`)
 *   epoch            the newest epoch that was begun, in the record store: it tells an older key store
 *   incarnation      which restore put this store in its place, or which `recover` ended its loss; absent: neither
 *   restored         that this store was put back from a backup, until the vault has opened and noted it
 *   went_back        that a process missed what this store had acknowledged, and when, until `recover` was run
 *   last_drill       how the last drill went, in the record store
 *   last_backup_records, last_backup_keys   when and under which epoch the newest copy was taken; in the record store
 *   last_sweep       when keys without a record were last looked for, in the record store
 *   purposes         that words of before purposes were declared are taken over, in the record store
 *   step <name>      by which SQL a step made it, in both (`storage/opening/applied-steps.ts`)
 *   last_ready_check   when somebody last asked whether the store can be written to, in both; says nothing of the vault
 */
import { WENT_BACK } from '../storage/postgres/postgres-mark.ts';
import { first, removeWhere } from '../storage/queries.ts';
import { lookup, type StoreName, type Table, table } from '../storage/table.ts';
import type { Reader, RecordStore, RecordTx, Store, Tx } from '../storage/tx.ts';

export const recordFacts = table('records', 'vault_facts', { name: 'text', value: 'text' }, ['name']);
const facts: Table<StoreName, typeof recordFacts.columns> = recordFacts;
const recordFactByName = lookup(recordFacts, ['name']);

/** Sets a fact where there is none. @returns the one that stands now */
export async function recordFactOrSet(tx: RecordTx, name: string, value: string): Promise<string | undefined> {
  return (await tx.insertOrGet(recordFacts, [{ name, value }]))[0]?.value;
}

export async function recordFact(reader: Reader<'records'>, name: string): Promise<string | undefined> {
  return (await reader.find(recordFactByName, [[name]]))[0]?.[0]?.value;
}

/** Only in an exclusive transaction. Of two at once, the later one stands: its row is never missing in between. */
export async function setFact(tx: Tx, name: string, value: string): Promise<void> {
  const row = { name, value };
  await tx.insert(facts, [row], 'skip');
  await tx.update(facts, ['value'], [row]);
}

/** What either store says of the vault: both have the same table. */
export async function factOf(reader: Reader, name: string): Promise<string | undefined> {
  return (await first(reader, facts, { columns: ['value'], where: { name } }))?.value;
}

/** Takes a fact away, so that it is acted on once. @returns it, unless another process was quicker */
export async function takeFact(store: Store, name: string): Promise<string | undefined> {
  return store.exclusive(async (tx) => {
    const value = await factOf(tx, name);
    const taken = value === undefined ? 0 : await removeWhere(tx, facts, { name, value });
    return taken === 1 ? value : undefined;
  });
}

/**
 * Removes from both stores the word that a process missed what a store had acknowledged. A process that still misses it
 * and was not stopped sees another `incarnation`, which is set before the word is removed; so it stops by itself and
 * leaves no word again. Changes nothing if there was no word. May be interrupted and run again.
 */
export async function endLoss(stores: readonly Store[], incarnation: string): Promise<void> {
  const words = await Promise.all(stores.map((store) => store.exclusive((tx) => factOf(tx, WENT_BACK))));
  if (words.every((word) => word === undefined)) return;
  for (const store of stores) {
    await store.exclusive((tx) => setFact(tx, 'incarnation', incarnation));
  }
  for (const store of stores) await takeFact(store, WENT_BACK);
}

/**
 * Notes in the record store that an epoch has begun; never goes back. Call it once the key store says so, and before
 * anything is wrapped under a later epoch.
 */
export async function noteEpoch(recordStore: RecordStore, epoch: number): Promise<void> {
  await recordStore.exclusive(async (tx) => {
    const known = await recordFact(tx, 'epoch');
    if (known === undefined || Number(known) < epoch) await setFact(tx, 'epoch', String(epoch));
  });
}

export interface LastDrill {
  readonly at: string;
  readonly ok: boolean;
  readonly nextDueAt: string;
}

export async function lastDrill(reader: Reader<'records'>): Promise<LastDrill | undefined> {
  const text = await recordFact(reader, 'last_drill');
  return text === undefined ? undefined : (JSON.parse(text) as LastDrill);
}

export interface LastBackup {
  readonly at: string;
  /** The newest epoch under which a key in the copy may be wrapped: once it is closed, the copy does not open. */
  readonly epoch: number;
}

/** The newest copy that this vault itself took; those of other tools are not known. */
export async function lastBackup(reader: Reader<'records'>, store: StoreName): Promise<LastBackup | undefined> {
  const text = await recordFact(reader, `last_backup_${store}`);
  return text === undefined ? undefined : (JSON.parse(text) as LastBackup);
}

/** Only in an exclusive transaction. */
export async function noteBackup(
  tx: RecordTx,
  {
    store,
    takenAt,
    openEpochs,
  }: { readonly store: StoreName; readonly takenAt: string; readonly openEpochs: number[] },
): Promise<void> {
  const fact: LastBackup = { at: takenAt, epoch: Math.max(0, ...openEpochs) };
  await setFact(tx, `last_backup_${store}`, JSON.stringify(fact));
}
