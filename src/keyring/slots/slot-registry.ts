/**
 * Which root slots a vault has: the table `root_slots`. No row at all is the file slot alone, required.
 *
 *   a slot's row    its `tag` is a MAC over every column
 *   the row @list   its `tag` is a MAC over the tags of all slots, so that no row is added, changed or dropped alone
 *
 * Both keys come from the root key. Whoever can write the key store could otherwise name a slot of their own, and be
 * given the next epoch's secret, or name a library to be loaded.
 *
 * Does not: hold a PIN or a token (those are settings); tell a list that is whole from an older one that was, which
 * somebody put back with the key store: it names slots the security team once chose, and none besides.
 */
import type { Clock } from '../../clock.ts';
import { deriveKey } from '../../crypto/kdf.ts';
import { equalBytes, mac } from '../../crypto/mac.ts';
import type { RandomSource } from '../../crypto/random.ts';
import { IntegrityError, VaultError } from '../../errors.ts';
import { secret, wipe } from '../../secret.ts';
import { change, first, select } from '../../storage/queries.ts';
import type { KeyStore, KeyTx, Reader } from '../../storage/tx.ts';
import type { SlotSecrets } from '../settings.ts';
import { epochSlots, type RootSlotRow, rootSlots } from '../tables.ts';
import { storedEnvelopes } from './envelopes.ts';
import { FileSlot } from './file-slot.ts';
import { Pkcs11Slot } from './pkcs11-slot.ts';
import type { Pkcs11Settings } from './pkcs11-token.ts';
import type { RootSlot, SlotInForce, SlotKind, SlotTier } from './root-slot.ts';
import { secretOf } from './slot-secrets.ts';
import type { TransitSettings } from './transit-api.ts';
import { type Envelopes, TransitSlot } from './transit-slot.ts';
import { TwoKeySlot } from './two-key-slot.ts';

const TAG_BYTES = 32;
/** Sorts before every name a slot may have. */
const LIST = '@list';
const FIRST_SLOT = 'file';
/** No slot was added then. It is under the tags of lists, and so stays. */
const BEGUN_WITH = new Date(0);
/** As many as the tag of the list has fields for, and more than anybody needs. */
const MAX_SLOTS = 200;

/** What is said of a slot, beyond its name; by its kind. */
export type SlotSettings = Readonly<Record<string, string | undefined>>;

export interface SlotEntry {
  readonly name: string;
  readonly kind: SlotKind;
  readonly settings: SlotSettings;
  readonly required: boolean;
  /** For the slot that a vault begins with, `BEGUN_WITH`: its row may be older than its time. */
  readonly addedAt: Date;
  readonly removedAt: Date | undefined;
}

export interface SlotSources {
  readonly store: KeyStore;
  readonly rootKey: Uint8Array;
  /** The root key that is replacing that one: file slots are then read under either, and written under this one. */
  readonly nextRootKey?: Uint8Array | undefined;
  readonly vaultId: string;
  /** Folder of the first file slot. */
  readonly filePath: string;
  readonly secrets: SlotSecrets;
  readonly random: RandomSource;
  readonly clock: Clock;
}

export class SlotRegistry {
  readonly #sources: SlotSources;
  /** The vault's, and behind it the one that is replacing it. */
  readonly #rootKeys: readonly Buffer[];
  readonly #key: Buffer;
  /** By name and settings: a slot that stays in the list stays open. */
  readonly #opened = new Map<string, RootSlot>();

  constructor(sources: SlotSources) {
    this.#sources = sources;
    const { rootKey, nextRootKey } = sources;
    this.#rootKeys = [rootKey, ...(nextRootKey ? [nextRootKey] : [])].map((key) => Buffer.from(key));
    this.#key = tagKey(sources.rootKey, sources.vaultId);
  }

  /**
   * Every slot there is or was, in the order of their names.
   * @throws {IntegrityError} where the list is not as this vault wrote it
   */
  async entries(reader: Reader<'keys'> = this.#sources.store.reader): Promise<SlotEntry[]> {
    return (await this.#read(reader)).entries;
  }

  /** The slots in force, opened. May be called again at any time: what has not changed is the same object. */
  async inForce(): Promise<SlotInForce[]> {
    const entries = (await this.entries()).filter(({ removedAt }) => removedAt === undefined);
    return entries.map((entry) => ({ slot: this.slotOf(entry), required: entry.required }));
  }

  /** A slot of the list, also one that was removed. */
  slotOf(entry: SlotEntry): RootSlot {
    const identity = JSON.stringify([entry.name, entry.kind, entry.settings]);
    const slot = this.#opened.get(identity) ?? this.build(entry);
    this.#opened.set(identity, slot);
    return slot;
  }

  /** A slot that is in no list. The caller closes it. */
  build(entry: Pick<SlotEntry, 'name' | 'kind' | 'settings'>, envelopes?: Envelopes): RootSlot {
    const { name, kind, settings } = entry;
    const { store, vaultId, filePath, secrets, random, clock } = this.#sources;
    if (kind === 'file') {
      const under = (rootKey: Buffer) =>
        new FileSlot(settings.path ?? filePath, rootKey, { name, vaultId, id: settings.id, random });
      const [older, newer] = this.#rootKeys as [Buffer, Buffer?];
      return newer === undefined ? under(older) : new TwoKeySlot(under(newer), under(older));
    }
    if (kind === 'pkcs11') {
      const { tier, ...rest } = settings as unknown as Pkcs11Settings & { tier?: SlotTier };
      return new Pkcs11Slot({ ...rest, tier, name, vaultId, pin: () => secretOf(secrets, 'hsmPin', name) });
    }
    return new TransitSlot({
      ...(settings as unknown as TransitSettings),
      ...{ name, vaultId, token: () => secretOf(secrets, 'transitToken', name) },
      envelopes: envelopes ?? storedEnvelopes(store, clock),
    });
  }

  /**
   * Changes the list in one transaction. The first change writes down the file slot that a vault begins with.
   * @param change from the list as it stands to the entries that are new or other
   * @throws `concurrent_change` where somebody else changed it meanwhile; @throws what `change` throws
   */
  async change(change: (entries: readonly SlotEntry[]) => readonly SlotEntry[]): Promise<void> {
    await this.#sources.store.exclusive(async (tx) => {
      const { entries, rows } = await this.#read(tx);
      const changed = change(entries);
      const next = new Map(entries.map((entry) => [entry.name, entry]));
      for (const entry of changed) next.set(entry.name, entry);
      if (next.size > MAX_SLOTS) throw new RangeError('Too many root slots.');
      await this.#write(tx, rows, [...next.values()], this.#key);
    });
  }

  /** Writes the list under another root key, in the transaction in which the vault takes it. */
  async retag(tx: KeyTx, rootKey: Uint8Array): Promise<void> {
    const { entries, rows } = await this.#read(tx);
    using key = secret(tagKey(rootKey, this.#sources.vaultId));
    if (rows.length > 0) await this.#write(tx, rows, entries, key);
  }

  async close(): Promise<void> {
    for (const slot of this.#opened.values()) await slot.close?.();
    this.#opened.clear();
    wipe([this.#key, ...this.#rootKeys]);
  }

  async #read(reader: Reader<'keys'>): Promise<{ entries: SlotEntry[]; rows: RootSlotRow[] }> {
    const rows = await select(reader, rootSlots);
    if (rows.length === 0) return { entries: [await this.#first(reader)], rows };
    const list = rows.find(({ slot }) => slot === LIST);
    const slots = rows.filter(({ slot }) => slot !== LIST).sort(byName);
    const whole =
      list !== undefined &&
      slots.every((row) => equalBytes(row.tag, tagOf(this.#key, row))) &&
      equalBytes(list.tag, listTag(this.#key, slots));
    if (!whole) throw new IntegrityError();
    return { entries: slots.map(entryOf), rows };
  }

  /** @throws {IntegrityError} where an epoch was put into a slot that no list names: the list is gone */
  async #first(reader: Reader<'keys'>): Promise<SlotEntry> {
    const where = { slot: { not: FIRST_SLOT }, epoch: { '>': 0 } };
    if ((await first(reader, epochSlots, { columns: ['slot'], where })) !== undefined) throw new IntegrityError();
    return { name: FIRST_SLOT, kind: 'file', settings: {}, required: true, addedAt: BEGUN_WITH, removedAt: undefined };
  }

  async #write(tx: KeyTx, rows: readonly RootSlotRow[], next: readonly SlotEntry[], key: Buffer): Promise<void> {
    const slots = next.map((entry) => rowOf(key, entry)).sort(byName);
    const list = { slot: LIST, kind: LIST, settings: '{}', required: 0, added_at: 0, removed_at: null };
    const tag = listTag(key, slots);
    const old = rows.find(({ slot }) => slot === LIST);
    if (old === undefined) {
      await tx.insert(rootSlots, [{ ...list, tag }]);
    } else {
      // Alone decides of two that change the list at once.
      const won = await change(tx, rootSlots, { slot: LIST, tag: old.tag }, { tag });
      if (won !== 1) {
        throw new VaultError('concurrent_change', 'The list of root slots was changed meanwhile; try again.');
      }
    }
    const known = new Set(rows.map(({ slot }) => slot));
    await tx.insert(
      rootSlots,
      slots.filter(({ slot }) => !known.has(slot)),
    );
    await tx.update(
      rootSlots,
      ['kind', 'settings', 'required', 'added_at', 'removed_at', 'tag'],
      slots.filter(({ slot }) => known.has(slot)),
    );
  }
}

/** Whether the vault began with the slot, whose own time says nothing. */
export function isBegunWith({ addedAt }: Pick<SlotEntry, 'addedAt'>): boolean {
  return addedAt.getTime() === BEGUN_WITH.getTime();
}

/** What kind of promise stands behind a slot's deletions, as the slot said it when it was added. */
export function tierOf({ kind, settings }: Pick<SlotEntry, 'kind' | 'settings'>): SlotTier {
  if (kind === 'transit') return 'service';
  return kind === 'pkcs11' && settings.tier === 'hardware' ? 'hardware' : 'overwritten';
}

function tagKey(rootKey: Uint8Array, vaultId: string): Buffer {
  return deriveKey(rootKey, 'lethe/slot-registry/1', vaultId);
}

function tagOf(key: Buffer, row: Omit<RootSlotRow, 'tag'>): Buffer {
  const { slot, kind, settings, required, added_at, removed_at } = row;
  return mac(key, 'lethe/root-slot/1', TAG_BYTES, slot, kind, settings, required, added_at, removed_at ?? 'in force');
}

function listTag(key: Buffer, slots: readonly Pick<RootSlotRow, 'tag'>[]): Buffer {
  return mac(key, 'lethe/root-slots/1', TAG_BYTES, ...slots.map(({ tag }) => tag));
}

function rowOf(key: Buffer, entry: SlotEntry): RootSlotRow {
  const row = {
    ...{ slot: entry.name, kind: entry.kind, settings: JSON.stringify(entry.settings) },
    ...{ required: entry.required ? 1 : 0, added_at: entry.addedAt.getTime() },
    removed_at: entry.removedAt?.getTime() ?? null,
  };
  return { ...row, tag: tagOf(key, row) };
}

/** Reads a row whose tag is right: this vault wrote what is in it. */
function entryOf(row: RootSlotRow): SlotEntry {
  return {
    name: row.slot,
    kind: row.kind as SlotKind,
    settings: JSON.parse(row.settings) as SlotSettings,
    required: row.required === 1,
    addedAt: new Date(row.added_at),
    removedAt: row.removed_at === null ? undefined : new Date(row.removed_at),
  };
}

function byName(a: RootSlotRow, b: RootSlotRow): number {
  return a.slot < b.slot ? -1 : 1;
}
