/**
 * Keys of one kind that are wrapped under epoch keys, a row each: made, opened, and moved at the close of an epoch.
 *
 * Guarantees: a wrapped key opens only in its place, to which its kind binds it (K7); a key is made under the epoch
 * that is in use when it is stored, and for nobody whose keys may not be made any more; at a close every key keeps its
 * value (K3), unless its kind renews it (K1).
 */
import { unwrapKey, wrapKey } from '../../crypto/envelope.ts';
import type { RandomSource } from '../../crypto/random.ts';
import { IntegrityError } from '../../errors.ts';
import { handOver, secret } from '../../secret.ts';
import { count, select } from '../../storage/queries.ts';
import type { Row, Table } from '../../storage/table.ts';
import type { KeyTx, Reader } from '../../storage/tx.ts';
import { AlteredKeysError, NamedKeys } from './altered-keys.ts';
import type { EpochKeys, Owner } from './epoch-keys.ts';

const KEY_BYTES = 32;

/** What is wrapped under epoch keys, kind by kind, as the close of an epoch sees it. */
export interface EpochWrapped {
  /** The name of their table. */
  readonly kind: string;
  /**
   * Moves keys from under one epoch to under another, in an exclusive transaction.
   * @param limit how much work at most, in keys wrapped
   * @param named record keys that were found altered and have been named: they are set aside
   * @returns how many rows were moved; 0: none is left
   * @throws {AlteredKeysError} for keys that were altered and not named; nothing has been moved
   */
  rewrap(tx: KeyTx, from: number, to: number, limit: number, named?: NamedKeys): Promise<number>;
  /** How many rows are wrapped under an epoch. */
  countUnder(reader: Reader<'keys'>, epoch: number): Promise<number>;
}

interface WrappedRow {
  epoch: number;
  wrapped: Buffer;
}

/** A row without its wrapped key: what that key is bound to is among it. */
type Place<R> = Omit<R, 'wrapped'>;

/** What tells one kind from another. */
export interface KeyKindUnderEpoch<R extends WrappedRow> {
  readonly table: Table<'keys'>;
  /** Whose epoch key wraps it. */
  ownerOf(place: Place<R>): Owner;
  /** What a wrapped key is bound to (K7). */
  bindingOf(place: Place<R>): Buffer;
  /** Throws where no key may be made for the owner any more; asked in the transaction that stores the key. */
  assertMayMake?(tx: KeyTx, place: Place<R>): Promise<void>;
  /** @throws {IntegrityError} for a key that opened and is not the one that the row speaks of */
  assertOwn?(row: R, key: Buffer): void;
}

/** A key that is being made. */
export interface Making<R extends WrappedRow> {
  /** Wiped after the work, unless that hands it over. */
  readonly key: Buffer;
  readonly epoch: number;
  /** Makes its row, which must be stored in this transaction; holds the epoch open until that ends. */
  rowFor(tx: KeyTx, place: Omit<R, 'wrapped' | 'epoch'>): Promise<R>;
}

export class KeysUnderEpoch<R extends WrappedRow> implements EpochWrapped {
  readonly kind: string;
  readonly #of: KeyKindUnderEpoch<R>;
  readonly #epochs: EpochKeys;
  readonly #random: RandomSource;

  constructor(of: KeyKindUnderEpoch<R>, epochs: EpochKeys, random: RandomSource) {
    this.kind = of.table.name;
    this.#of = of;
    this.#epochs = epochs;
    this.#random = random;
  }

  /**
   * Makes a key, wrapped under the epoch in use, which must last until it is stored.
   * @param work stores it; may be run again, under the next epoch
   */
  making<X>(owner: Owner, work: (making: Making<R>) => Promise<X>): Promise<X> {
    return this.#epochs.underCurrent(async (epoch) => {
      using epochKey = secret(await this.#epochs.keyOf(epoch, owner));
      using key = secret(this.#random(KEY_BYTES));
      const rowFor: Making<R>['rowFor'] = async (tx, made) => {
        await this.#epochs.assertActive(tx, epoch);
        const place = { ...made, epoch } as unknown as Place<R>;
        await this.#of.assertMayMake?.(tx, place);
        return this.#wrapUnder(epochKey, place, key);
      };
      return await work({ key, epoch, rowFor });
    });
  }

  /** @returns 32 bytes owned by the caller. @throws {IntegrityError} for a row that was altered or moved */
  async open(row: R): Promise<Buffer> {
    using epochKey = secret(await this.#epochs.keyOf(row.epoch, this.#of.ownerOf(row)));
    using key = secret(unwrapKey(row.wrapped, epochKey, this.#of.bindingOf(row)));
    this.#of.assertOwn?.(row, key);
    return handOver(key);
  }

  /** The row with this key, wrapped under the epoch that the row names. */
  async wrap(place: Place<R> & Pick<WrappedRow, 'epoch'>, key: Uint8Array): Promise<R> {
    using epochKey = secret(await this.#epochs.keyOf(place.epoch, this.#of.ownerOf(place)));
    return this.#wrapUnder(epochKey, place, key);
  }

  async rewrap(tx: KeyTx, from: number, to: number, limit: number, named = new NamedKeys()): Promise<number> {
    const { table } = this.#of;
    const most = await this.affordable(tx, from, limit);
    const next = { where: { epoch: from }, orderBy: table.primaryKey, limit: most };
    const rows = (await select(tx, table, { ...next, lock: 'wait' })) as unknown[] as R[];
    const moved: R[] = [];
    for (let work = 0; moved.length < rows.length && work < limit; work += 1) {
      const row = rows[moved.length] as R;
      using key = secret(await this.#openOrName(row));
      const place = { ...row, epoch: to };
      work += await this.renew(tx, place, key, named);
      moved.push(await this.wrap(place, key));
    }
    await tx.update(table, ['epoch', 'wrapped', ...this.renewed], moved as unknown as Row<Table<'keys'>>[]);
    return moved.length;
  }

  async countUnder(reader: Reader<'keys'>, epoch: number): Promise<number> {
    return count(reader, this.#of.table, { where: { epoch } });
  }

  /** The columns that `renew` changes. */
  protected readonly renewed: readonly string[] = [];

  /** How many of the next rows one transaction can move; so many are held, and no more. */
  protected async affordable(_tx: KeyTx, _from: number, limit: number): Promise<number> {
    return limit;
  }

  /**
   * What else a close does with a key: it may change both the row and the key.
   * @returns how many other keys it wrapped
   */
  protected async renew(_tx: KeyTx, _row: R, _key: Buffer, _named: NamedKeys): Promise<number> {
    return 0;
  }

  /** @throws {AlteredKeysError} naming the key: many depend on it, and nothing goes on without it */
  async #openOrName(row: R): Promise<Buffer> {
    try {
      return await this.open(row);
    } catch (error) {
      if (!(error instanceof IntegrityError)) throw error;
      const { tenant, ...names } = row as unknown as Record<string, string | number | undefined>;
      const parts = this.#of.table.primaryKey.flatMap((column) => names[column] ?? []);
      const place = [this.kind, parts.join('/')].join(' ');
      throw new AlteredKeysError([{ tenant: tenant as string | undefined, place }], error);
    }
  }

  #wrapUnder(epochKey: Buffer, place: Place<R>, key: Uint8Array): R {
    return { ...place, wrapped: wrapKey(key, epochKey, this.#of.bindingOf(place), this.#random) } as unknown as R;
  }
}
