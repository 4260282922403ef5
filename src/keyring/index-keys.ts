/**
 * Index keys: per tenant and name, versioned, wrapped by the epoch key. Under them the vault makes blind indexes of
 * values (`email`, `card.last4`), and under names that begin with `@` its own MACs: of refs, tokens, principals, API
 * keys, idempotency keys and stated reasons.
 *
 * Guarantees: a wrapped index key opens only as this tenant's, name's and version's, and with the length of MACs it was
 * made for; the first use of a name makes its key, and two processes that do so at once end up with the same one.
 */

import type { Clock } from '../clock.ts';
import type { Field } from '../crypto/associated-data.ts';
import { associatedData } from '../crypto/associated-data.ts';
import { open, seal, unwrapKey, wrapKey } from '../crypto/envelope.ts';
import { mac } from '../crypto/mac.ts';
import type { RandomSource } from '../crypto/random.ts';
import { IntegrityError } from '../errors.ts';
import type { TenantId } from '../ids.ts';
import type { KeyStore, KeyTx, Reader } from '../storage/tx.ts';
import type { EpochKeys } from './epoch-keys.ts';
import { countRows, type EpochWrapped } from './epoch-wrapped.ts';
import { type IndexKeyRow, indexKeys, indexKeysByName } from './tables.ts';

const KEY_BYTES = 32;
/** Of a whole index entry. */
const MAX_BITS = 128;

/** MACs under one version of an index key; the key itself stays inside. */
export class IndexKey {
  readonly version: number;
  /** How many bits of an index entry are kept under this version; undefined: all. */
  readonly bits: number | undefined;
  readonly #key: Buffer;

  constructor(version: number, bits: number | undefined, key: Buffer) {
    this.version = version;
    this.bits = bits;
    this.#key = key;
  }

  mac(label: string, sizeBytes: number, ...fields: Field[]): Buffer {
    return mac(this.#key, label, sizeBytes, ...fields);
  }

  /** Seals what the vault hands out and takes back, so that its holder cannot read it. */
  seal(label: string, text: Uint8Array, random: RandomSource, ...fields: Field[]): Buffer {
    return this.#under(label, (key) => seal(text, key, associatedData(label, ...fields), random));
  }

  /** @throws {IntegrityError} unless `seal` made it under this version, label and fields */
  open(label: string, sealed: Uint8Array, ...fields: Field[]): Buffer {
    return this.#under(label, (key) => open(sealed, key, associatedData(label, ...fields)));
  }

  wipe(): void {
    this.#key.fill(0);
  }

  /** A key of its own for sealing, so that no MAC is ever one. */
  #under<R>(label: string, use: (key: Buffer) => R): R {
    const key = mac(this.#key, `${label}/key`, KEY_BYTES);
    try {
      return use(key);
    } finally {
      key.fill(0);
    }
  }
}

export class IndexKeys implements EpochWrapped {
  readonly kind = 'index_keys';
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

  /**
   * The version under which new MACs are made.
   * @param bits how long index entries are to be, should this be the first use of the name; absent: whole
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
  versions(tenant: TenantId, name: string, bits?: number): Promise<readonly IndexKey[]> {
    const id = `${tenant}/${name}`;
    let known = this.#known.get(id);
    if (known === undefined) {
      known = this.#load(tenant, name, bits);
      this.#known.set(id, known);
      known.catch(() => this.#known.delete(id));
    }
    return known;
  }

  async rewrap(tx: KeyTx, from: number, to: number, limit: number): Promise<number> {
    const rows = await tx.query<IndexKeyRow>((sql) =>
      sql('index_keys').where({ epoch: from }).orderBy(['tenant', 'name', 'version']).limit(limit).forUpdate(),
    );
    const moved: IndexKeyRow[] = [];
    for (const row of rows) {
      const tenant = row.tenant as TenantId;
      const key = unwrapIndexKey(row, await this.#epochs.keyOf(from, tenant));
      const place = { ...row, epoch: to };
      moved.push({ ...place, wrapped: this.#wrap(key, await this.#epochs.keyOf(to, tenant), place) });
      key.fill(0);
    }
    await tx.update(indexKeys, moved);
    return moved.length;
  }

  countUnder(reader: Reader<'keys'>, epoch: number): Promise<number> {
    return countRows(reader, 'index_keys', epoch);
  }

  async wipe(): Promise<void> {
    for (const versions of this.#known.values()) for (const key of await versions) key.wipe();
    this.#known.clear();
  }

  async #load(tenant: TenantId, name: string, bits: number | undefined): Promise<IndexKey[]> {
    const [stored = []] = await this.#store.reader.find(indexKeysByName, [[tenant, name]]);
    const rows = stored.length > 0 ? stored : [await this.#create(tenant, name, bits ?? null)];
    const versions: IndexKey[] = [];
    for (const row of rows) {
      // No key was ever made for so many; what is bound below must be a natural number.
      if (row.bits !== null && (row.bits < 1 || row.bits > MAX_BITS)) throw new IntegrityError();
      const key = unwrapIndexKey(row, await this.#epochs.keyOf(row.epoch, tenant));
      versions.push(new IndexKey(row.version, row.bits ?? undefined, key));
    }
    return versions;
  }

  async #create(tenant: TenantId, name: string, bits: number | null): Promise<IndexKeyRow> {
    const key = this.#random(KEY_BYTES);
    const created_at = this.#clock().getTime();
    try {
      return await this.#epochs.underCurrent(async (epoch) => {
        const place = { tenant, name, version: 1, epoch, bits };
        const row = { ...place, created_at, wrapped: this.#wrap(key, await this.#epochs.keyOf(epoch, tenant), place) };
        const [standing] = await this.#store.shared(async (tx) => {
          await this.#epochs.assertActive(tx, epoch);
          return tx.insertOrGet(indexKeys, [row]);
        });
        return standing ?? row;
      });
    } finally {
      key.fill(0);
    }
  }

  /** @param epochKey wiped */
  #wrap(key: Buffer, epochKey: Buffer, place: Place): Buffer {
    try {
      return wrapKey(key, epochKey, indexKeyAd(place), this.#random);
    } finally {
      epochKey.fill(0);
    }
  }
}

type Place = Omit<IndexKeyRow, 'wrapped' | 'created_at'>;

/** @param epochKey wiped */
function unwrapIndexKey(row: IndexKeyRow, epochKey: Buffer): Buffer {
  try {
    return unwrapKey(row.wrapped, epochKey, indexKeyAd(row));
  } finally {
    epochKey.fill(0);
  }
}

/** A key of whole MACs is bound as the first release bound all its keys. */
function indexKeyAd({ tenant, name, version, epoch, bits }: Place): Buffer {
  return bits === null
    ? associatedData('lethe/index-key/1', tenant, name, version, epoch)
    : associatedData('lethe/index-key/2', tenant, name, version, epoch, bits);
}
