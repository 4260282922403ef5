/**
 * Index keys: per tenant and name, versioned, wrapped by the epoch key. Under them the vault makes blind indexes of
 * values (`email`, `card.last4`), and under names that begin with `@` its own MACs: of refs, tokens, principals, API
 * keys, idempotency keys and stated reasons.
 *
 * Guarantees: a wrapped index key opens only as this tenant's, name's and version's, and with the length of MACs it was
 * made for; the first use of a name makes its key, and two processes that do so at once end up with the same one.
 * The keys of blind indexes are replaced (`index-versions.ts`). What a process knows of them has a generation, and is
 * used only where that is proved to be recent enough: a writer by the buckets it holds (`admit`), a search by the
 * tenant's generation after it has read (`isCurrent`). No process is believed to have heard of anything in time.
 */

import type { Clock } from '../../clock.ts';
import { associatedData } from '../../crypto/associated-data.ts';
import type { RandomSource } from '../../crypto/random.ts';
import { IntegrityError } from '../../errors.ts';
import type { TenantId } from '../../ids.ts';
import { handOver, secrets } from '../../secret.ts';
import type { KeyStore, KeyTx, Reader } from '../../storage/tx.ts';
import type { EpochKeys } from '../epochs/epoch-keys.ts';
import { type KeyKindUnderEpoch, KeysUnderEpoch } from '../epochs/keys-under-epoch.ts';
import { remembered } from '../remembered.ts';
import {
  bucketByIdShared,
  type IndexKeyRow,
  indexGenerationOf,
  indexGenerationShared,
  indexKeys,
  indexKeysByName,
} from '../tables.ts';
import { assertNotBuried } from '../tenant-tombstones.ts';
import { IndexKey, isOwn, StaleIndexKeysError, stateOf } from './index-key.ts';

export type { IndexKey };

/** The bits of a whole index entry. */
const MAX_BITS = 128;

/** What a process knows of a tenant's blind indexes. */
export interface KnownIndexes {
  /**
   * The tenant's generation before any of these keys was read: they are those of this generation, or of a later one.
   */
  readonly generation: number;
  /**
   * Every version there is, the oldest first; at least one.
   * @param bits the length of index entries, if this is the first use of the name; absent for the whole
   */
  versions(name: string, bits?: number): Promise<readonly IndexKey[]>;
}

interface Cached extends KnownIndexes {
  readonly names: ReadonlyMap<string, Promise<readonly IndexKey[]>>;
}

export class IndexKeys {
  readonly underEpochs: KeysUnderEpoch<IndexKeyRow>;
  readonly #store: KeyStore;
  readonly #clock: Clock;
  /** Keys of the vault's own MACs, which stay as they are. */
  readonly #own = new Map<string, Promise<readonly IndexKey[]>>();
  readonly #blind = new Map<TenantId, Promise<Cached>>();

  constructor(store: KeyStore, epochs: EpochKeys, random: RandomSource, clock: Clock) {
    this.#store = store;
    this.underEpochs = new KeysUnderEpoch(indexKeyKind, epochs, random);
    this.#clock = clock;
  }

  /**
   * The version under which new MACs of the vault's own are made.
   * @param bits the length of index entries, if this is the first use of the name; absent for the whole
   */
  async current(tenant: TenantId, name: string, bits?: number): Promise<IndexKey> {
    const versions = await this.versions(tenant, name, bits);
    return versions[versions.length - 1] as IndexKey;
  }

  /**
   * The version under which a stored MAC was made.
   * @throws {IntegrityError} for a version that does not exist
   */
  async version(tenant: TenantId, name: string, version: number): Promise<IndexKey> {
    const key = (await this.versions(tenant, name)).find((candidate) => candidate.version === version);
    if (key === undefined) throw new IntegrityError();
    return key;
  }

  /** Every version there is, the oldest first; at least one. @param bits as for `current` */
  async versions(tenant: TenantId, name: string, bits?: number): Promise<readonly IndexKey[]> {
    if (!isOwn(name)) return (await this.known(tenant)).versions(name, bits);
    return remembered(this.#own, `${tenant}/${name}`, () => this.#load(tenant, name, bits));
  }

  /** What this process knows of the tenant's blind indexes: it may be out of date. */
  known(tenant: TenantId): Promise<KnownIndexes> {
    return remembered(this.#blind, tenant, () => this.#know(tenant));
  }

  /**
   * Whether nothing has changed since `known` was read: then what was read meanwhile, by these keys, was complete.
   * Forgets what is out of date.
   */
  async isCurrent(reader: Reader<'keys'>, tenant: TenantId, { generation }: KnownIndexes): Promise<boolean> {
    const now = await this.generation(reader, tenant);
    if (now > generation) await this.#forget(tenant, now);
    return now === generation;
  }

  async generation(reader: Reader<'keys'>, tenant: TenantId): Promise<number> {
    const [[row] = []] = await reader.find(indexGenerationOf, [[tenant]]);
    return row?.generation ?? 0;
  }

  /**
   * For writing index rows, in the transaction that holds the rows of their records' buckets.
   * @param generation of the keys they were made under
   * @throws {StaleIndexKeysError} where a bucket is beyond it; made again, the rows will do
   */
  async admit(
    tenant: TenantId,
    generation: number,
    buckets: readonly { readonly index_generation: number }[],
  ): Promise<void> {
    const wanted = buckets.reduce((most, bucket) => Math.max(most, bucket.index_generation), 0);
    if (wanted <= generation) return;
    await this.#forget(tenant, wanted);
    throw new StaleIndexKeysError();
  }

  /** The same as `admit`, for a writer that does not hold the buckets yet. */
  async admitTo(tx: KeyTx, tenant: TenantId, generation: number, buckets: readonly string[]): Promise<void> {
    const found = await tx.find(
      bucketByIdShared,
      [...new Set(buckets)].sort().map((bucket) => [tenant, bucket]),
    );
    await this.admit(tenant, generation, found.flat());
  }

  /** The same as `isCurrent`, and holds it until the transaction ends. @throws {StaleIndexKeysError} */
  async assertCurrent(tx: KeyTx, tenant: TenantId, { generation }: KnownIndexes): Promise<void> {
    const [[row] = []] = await tx.find(indexGenerationShared, [[tenant]]);
    await this.admit(tenant, generation, row === undefined ? [] : [{ index_generation: row.generation }]);
  }

  /**
   * Makes a key for a tenant, wrapped under the current epoch, which must last until it is stored.
   * @param work stores what `make` makes, in the transaction that it hands to it; may be run again
   */
  async making<R>(tenant: TenantId, work: (make: MakeKey) => Promise<R>): Promise<R> {
    return this.underEpochs.making(tenant, ({ rowFor }) =>
      work((tx, made) => {
        const created_at = this.#clock().getTime();
        return rowFor(tx, { ...made, tenant, created_at, removed_at: null, removed_epoch: null });
      }),
    );
  }

  /**
   * Drops what is held of an erased tenant. Overwrites nothing: a call that is under way would make its MACs under
   * zeros, and whoever finds one could then try values against it.
   */
  forget(tenant: TenantId): void {
    this.#blind.delete(tenant);
    for (const id of [...this.#own.keys()]) if (id.startsWith(`${tenant}/`)) this.#own.delete(id);
  }

  async wipe(): Promise<void> {
    const known = await Promise.all(this.#blind.values());
    for (const versions of [...this.#own.values(), ...known.flatMap(({ names }) => [...names.values()])]) {
      for (const key of await versions) key.wipe();
    }
    this.#own.clear();
    this.#blind.clear();
  }

  /** The generation first, so that it is never newer than the keys. */
  async #know(tenant: TenantId): Promise<Cached> {
    const generation = await this.generation(this.#store.reader, tenant);
    const names = new Map<string, Promise<readonly IndexKey[]>>();
    const versions = (name: string, bits?: number) => remembered(names, name, () => this.#load(tenant, name, bits));
    return { generation, names, versions };
  }

  async #forget(tenant: TenantId, wanted: number): Promise<void> {
    const pending = this.#blind.get(tenant);
    const known = await pending?.catch(() => undefined);
    if (known === undefined || known.generation >= wanted || this.#blind.get(tenant) !== pending) return;
    this.#blind.delete(tenant);
    for (const versions of known.names.values()) {
      // Not awaited: a transaction may be waiting here, and a key may be waiting for one. A caller that still holds one
      // of these keys is told by the key itself that it is over.
      versions.then(
        (keys) => {
          for (const key of keys) key.wipe();
        },
        () => {},
      );
    }
  }

  async #load(tenant: TenantId, name: string, bits: number | undefined): Promise<IndexKey[]> {
    const [stored = []] = await this.#store.reader.find(indexKeysByName, [[tenant, name]]);
    const rows = stored.length > 0 ? stored : [await this.#create(tenant, name, bits ?? null)];
    using opened = secrets<Buffer>([]);
    const keys: IndexKey[] = [];
    for (const row of rows) {
      const state = stateOf(row);
      if (state === 'removed') continue;
      // No key was ever made for so many; what is bound below must be a natural number.
      if (row.bits !== null && (row.bits < 1 || row.bits > MAX_BITS)) throw new IntegrityError();
      const key = await this.underEpochs.open(row);
      opened.push(key);
      keys.push(new IndexKey(row.version, state, row.bits ?? undefined, key));
    }
    if (keys.length === 0) throw new IntegrityError();
    // Each index key owns its bytes from here on.
    handOver(opened);
    return keys;
  }

  async #create(tenant: TenantId, name: string, bits: number | null): Promise<IndexKeyRow> {
    return this.making(tenant, (make) =>
      this.#store.shared(async (tx) => {
        const row = await make(tx, { name, version: 1, bits, state: null, made_by: null });
        const [standing] = await tx.insertOrGet(indexKeys, [row]);
        return standing ?? row;
      }),
    );
  }
}

/** Makes the row of a new key, to be inserted in the transaction. */
export type MakeKey = (
  tx: KeyTx,
  made: Pick<IndexKeyRow, 'name' | 'version' | 'bits' | 'state' | 'made_by'>,
) => Promise<IndexKeyRow>;

const indexKeyKind: KeyKindUnderEpoch<IndexKeyRow> = {
  table: indexKeys,
  ownerOf: ({ tenant }) => tenant as TenantId,
  /** A key of whole MACs is bound as the first release bound all its keys. */
  bindingOf: ({ tenant, name, version, epoch, bits }) =>
    bits === null
      ? associatedData('lethe/index-key/1', tenant, name, version, epoch)
      : associatedData('lethe/index-key/2', tenant, name, version, epoch, bits),
  assertMayMake: (tx, { tenant }) => assertNotBuried(tx, tenant as TenantId),
};
