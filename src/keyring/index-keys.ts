/**
 * Index keys: per tenant and name, versioned, wrapped by the epoch key. Under them the vault makes blind indexes of
 * values (`email`, `card`), and under names that begin with `@` its own MACs: of refs, tokens, principals, API keys,
 * idempotency keys and stated reasons.
 *
 * Guarantees: a wrapped index key opens only as this tenant's, name's and version's; the first use of a name makes its
 * key, and two processes that do so at once end up with the same one.
 */

import type { Clock } from '../clock.ts';
import type { Field } from '../crypto/associated-data.ts';
import { associatedData } from '../crypto/associated-data.ts';
import { unwrapKey, wrapKey } from '../crypto/envelope.ts';
import { mac } from '../crypto/mac.ts';
import type { RandomSource } from '../crypto/random.ts';
import { IntegrityError } from '../errors.ts';
import type { TenantId } from '../ids.ts';
import type { KeyStore } from '../storage/tx.ts';
import type { EpochKeys } from './epoch-keys.ts';
import { indexKeys, indexKeysByName } from './tables.ts';

const KEY_BYTES = 32;

/** MACs under one version of an index key; the key itself stays inside. */
export class IndexKey {
  readonly version: number;
  readonly #key: Buffer;

  constructor(version: number, key: Buffer) {
    this.version = version;
    this.#key = key;
  }

  mac(label: string, sizeBytes: number, ...fields: Field[]): Buffer {
    return mac(this.#key, label, sizeBytes, ...fields);
  }

  wipe(): void {
    this.#key.fill(0);
  }
}

export class IndexKeys {
  readonly #store: KeyStore;
  readonly #epochs: EpochKeys;
  readonly #random: RandomSource;
  readonly #clock: Clock;
  readonly #known = new Map<string, Promise<readonly IndexKey[]>>();

  constructor(store: KeyStore, epochs: EpochKeys, random: RandomSource, clock: Clock) {
    this.#store = store;
    this.#epochs = epochs;
    this.#random = random;
    this.#clock = clock;
  }

  /** The version under which new MACs are made. */
  async current(tenant: TenantId, name: string): Promise<IndexKey> {
    const versions = await this.versions(tenant, name);
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

  /** Every version there is, the oldest first; at least one. */
  versions(tenant: TenantId, name: string): Promise<readonly IndexKey[]> {
    const id = `${tenant}/${name}`;
    let known = this.#known.get(id);
    if (known === undefined) {
      known = this.#load(tenant, name);
      this.#known.set(id, known);
      known.catch(() => this.#known.delete(id));
    }
    return known;
  }

  async wipe(): Promise<void> {
    for (const versions of this.#known.values()) for (const key of await versions) key.wipe();
    this.#known.clear();
  }

  async #load(tenant: TenantId, name: string): Promise<IndexKey[]> {
    const [stored = []] = await this.#store.reader.find(indexKeysByName, [[tenant, name]]);
    const rows = stored.length > 0 ? stored : [await this.#create(tenant, name)];
    return rows.map((row) => {
      const ad = indexKeyAd(tenant, name, row.version, row.epoch);
      return new IndexKey(row.version, unwrapKey(row.wrapped, this.#epochs.keyOf(row.epoch, tenant), ad));
    });
  }

  async #create(tenant: TenantId, name: string) {
    const epoch = this.#epochs.current;
    const key = this.#random(KEY_BYTES);
    const ad = indexKeyAd(tenant, name, 1, epoch);
    const wrapped = wrapKey(key, this.#epochs.keyOf(epoch, tenant), ad, this.#random);
    key.fill(0);
    const row = { tenant, name, version: 1, epoch, wrapped, created_at: this.#clock().getTime() };
    const [standing] = await this.#store.shared((tx) => tx.insertOrGet(indexKeys, [row]));
    return standing ?? row;
  }
}

function indexKeyAd(tenant: TenantId, name: string, version: number, epoch: number): Buffer {
  return associatedData('lethe/index-key/1', tenant, name, version, epoch);
}
