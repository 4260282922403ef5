/**
 * Signing keys: Ed25519 keys of the vault itself, which sign its certificates. One is current; each is followed by
 * another after a year, and its public key is kept for good, so that what it signed can be verified as long as anybody
 * has it.
 *
 *   wrapped, of the current key    its seed, 32 bytes, under R_e of the vault itself
 *   wrapped, of a retired one      its public key, in the seed's place: the seed is destroyed (SP 800-57 part 1, 5.3.6),
 *                                  and what stays proves that the vault made this row
 *
 * Guarantees: two nodes that need the first key, or the next one, end up with the same one; a key is bound to the vault,
 * to its id (the thumbprint of its public key), to its epoch, to when it was made and to whether it is retired (K7), so
 * that a public key put into the table by hand is never published.
 * Does not: keep a seed in memory longer than a signature takes.
 */
import type { Clock } from '../../clock.ts';
import { associatedData } from '../../crypto/associated-data.ts';
import { unwrapKey, wrapKey } from '../../crypto/envelope.ts';
import { jwkOf, type PublicJwk, publicKeyOf, signJws, thumbprintOf, verifyJws } from '../../crypto/jws.ts';
import { equalBytes } from '../../crypto/mac.ts';
import type { RandomSource } from '../../crypto/random.ts';
import { IntegrityError } from '../../errors.ts';
import type { Id } from '../../ids.ts';
import { count, first, select } from '../../storage/queries.ts';
import type { KeyStore, KeyTx, Reader } from '../../storage/tx.ts';
import { SIGNING_KEY_SECONDS } from '../cryptoperiods.ts';
import type { EpochKeys } from '../epochs/epoch-keys.ts';
import { lockEpoch } from '../epochs/epoch-states.ts';
import type { EpochWrapped } from '../epochs/epoch-wrapped.ts';
import { type SigningKeyRow, signingKeys } from '../tables.ts';

const SEED_BYTES = 32;

const NEWEST = { where: { retired_at: null }, orderBy: ['created_at'], descending: true } as const;

/** The row of the key that signs now; undefined: none was made yet. */
export async function currentRow(reader: Reader<'keys'>): Promise<SigningKeyRow | undefined> {
  return first(reader, signingKeys, NEWEST);
}

export class SigningKeys implements EpochWrapped {
  readonly kind = 'signing_keys';
  /** The vault's id: who issues what these keys sign. */
  readonly issuer: Id<'vault'>;
  readonly #store: KeyStore;
  readonly #epochs: EpochKeys;
  readonly #random: RandomSource;
  readonly #clock: Clock;

  constructor(store: KeyStore, epochs: EpochKeys, issuer: Id<'vault'>, random: RandomSource, clock: Clock) {
    this.#store = store;
    this.#epochs = epochs;
    this.issuer = issuer;
    this.#random = random;
    this.#clock = clock;
  }

  /**
   * Signs a statement as JSON under the current key, which is made at its first use.
   * @param type the media type of the statement, without `application/`. @returns a compact JWS
   */
  async sign(statement: object, type: string): Promise<string> {
    const row = (await currentRow(this.#store.reader)) ?? (await this.#replace(undefined));
    const seed = await this.#unwrap(row);
    try {
      return await signJws(statement, type, seed);
    } finally {
      seed.fill(0);
    }
  }

  /** The public keys of all there ever were, the oldest first. @throws {IntegrityError} for a row the vault did not make */
  async publicKeys(): Promise<PublicJwk[]> {
    const rows = await select(this.#store.reader, signingKeys, { orderBy: ['created_at', 'key_id'] });
    const keys: PublicJwk[] = [];
    for (const row of rows) {
      (await this.#unwrap(row)).fill(0);
      keys.push(jwkOf(row.public_key));
    }
    return keys;
  }

  /** What this vault signed. @throws {IntegrityError} for anything else */
  async own(jws: string, type: string): Promise<unknown> {
    const check = await verifyJws(jws, type, await this.publicKeys());
    if (!check.ok) throw new IntegrityError();
    return check.statement;
  }

  /** Makes the first key, or the one that follows a key whose year is over. @returns whether there is a new one */
  async newIfDue(now: Date): Promise<boolean> {
    const row = await currentRow(this.#store.reader);
    if (row !== undefined && row.created_at + SIGNING_KEY_SECONDS * 1000 > now.getTime()) return false;
    const next = await this.#replace(row?.key_id);
    return next.key_id !== row?.key_id;
  }

  async rewrap(tx: KeyTx, from: number, to: number, limit: number): Promise<number> {
    const rows = await select(tx, signingKeys, { where: { epoch: from }, orderBy: ['key_id'], limit, lock: 'wait' });
    const moved: SigningKeyRow[] = [];
    for (const row of rows) {
      const secret = await this.#unwrap(row);
      moved.push(await this.#wrap({ ...row, epoch: to }, secret));
      secret.fill(0);
    }
    await tx.update(signingKeys, ['epoch', 'wrapped'], moved);
    return moved.length;
  }

  countUnder(reader: Reader<'keys'>, epoch: number): Promise<number> {
    return count(reader, signingKeys, { where: { epoch } });
  }

  /** Puts a new key in the place of the one named, or finds the one that somebody else has put there since. */
  #replace(keyId: string | undefined): Promise<SigningKeyRow> {
    return this.#epochs.underCurrent(async (epoch) => {
      const seed = this.#random(SEED_BYTES);
      try {
        const made = await this.#makeUnder(epoch, seed);
        return await this.#store.exclusive((tx) => this.#putInPlace(tx, keyId, made));
      } finally {
        seed.fill(0);
      }
    });
  }

  async #makeUnder(epoch: number, seed: Buffer): Promise<SigningKeyRow> {
    const publicKey = publicKeyOf(seed);
    const row = {
      key_id: thumbprintOf(publicKey),
      public_key: publicKey,
      epoch,
      created_at: this.#clock().getTime(),
      retired_at: null,
    };
    return this.#wrap(row, seed);
  }

  /** @throws {EpochEndedError} */
  async #putInPlace(tx: KeyTx, keyId: string | undefined, made: SigningKeyRow): Promise<SigningKeyRow> {
    // One at a time: what is held in common would let two make the first key.
    await lockEpoch(tx, made.epoch);
    await this.#epochs.assertActive(tx, made.epoch);
    const current = await first(tx, signingKeys, { ...NEWEST, lock: 'wait' });
    if (current !== undefined && current.key_id !== keyId) return current;
    if (current !== undefined) {
      // Only a row of the vault's own: what is proven of it before it is what is proven of it afterwards.
      (await this.#unwrap(current)).fill(0);
      const retired = { ...current, epoch: made.epoch, retired_at: made.created_at };
      await tx.update(signingKeys, ['epoch', 'wrapped', 'retired_at'], [await this.#wrap(retired, current.public_key)]);
    }
    await tx.insert(signingKeys, [made]);
    return made;
  }

  /** @returns what is wrapped, which the caller wipes. @throws {IntegrityError} for a row the vault did not make */
  async #unwrap(row: SigningKeyRow): Promise<Buffer> {
    const secret = await this.#underEpoch(row.epoch, (key) => unwrapKey(row.wrapped, key, this.#bindingOf(row)));
    const publicKey = row.retired_at === null ? publicKeyOf(secret) : secret;
    const own = equalBytes(publicKey, row.public_key) && thumbprintOf(row.public_key) === row.key_id;
    if (own) return secret;
    secret.fill(0);
    throw new IntegrityError();
  }

  async #wrap(row: Omit<SigningKeyRow, 'wrapped'>, secret: Buffer): Promise<SigningKeyRow> {
    const wrap = (key: Buffer) => wrapKey(secret, key, this.#bindingOf(row), this.#random);
    return { ...row, wrapped: await this.#underEpoch(row.epoch, wrap) };
  }

  #bindingOf({ key_id, epoch, created_at, retired_at }: Omit<SigningKeyRow, 'wrapped'>): Buffer {
    const label = retired_at === null ? 'lethe/signing-key/1' : 'lethe/retired-signing-key/1';
    return associatedData(label, this.issuer, key_id, epoch, created_at);
  }

  async #underEpoch(epoch: number, use: (key: Buffer) => Buffer): Promise<Buffer> {
    const key = await this.#epochs.keyOf(epoch, this.issuer);
    try {
      return use(key);
    } finally {
      key.fill(0);
    }
  }
}
