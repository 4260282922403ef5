/**
 * Signing keys: Ed25519 keys of the vault itself, which sign its certificates. One is current; each is followed by
 * another after a year, and its public key is kept for good, so that what it signed can be verified as long as anybody
 * has it.
 *
 *   wrapped, of the current key    its seed, 32 bytes, under R_e of the vault itself
 *   wrapped, of a retired one      its public key, in the seed's place: the seed is destroyed (SP 800-57 part 1,
 *                                  5.3.6), and what stays proves that the vault made this row
 *
 * Guarantees: two nodes that need the first key, or the next one, end up with the same one; a key is bound to the
 * vault, to its id (the thumbprint of its public key), to its epoch, to when it was made and to whether it is retired
 * (K7), so that a public key put into the table by hand is never published.
 * Does not: keep a seed in memory longer than a signature takes.
 */
import type { Clock } from '../../clock.ts';
import { associatedData } from '../../crypto/associated-data.ts';
import { jwkOf, type PublicJwk, publicKeyOf, signJws, thumbprintOf, verifyJws } from '../../crypto/jws.ts';
import { equalBytes } from '../../crypto/mac.ts';
import type { RandomSource } from '../../crypto/random.ts';
import { IntegrityError } from '../../errors.ts';
import type { Id } from '../../ids.ts';
import { secret, wipe } from '../../secret.ts';
import { first, select } from '../../storage/queries.ts';
import type { KeyStore, KeyTx, Reader } from '../../storage/tx.ts';
import { SIGNING_KEY_SECONDS } from '../cryptoperiods.ts';
import type { EpochKeys } from '../epochs/epoch-keys.ts';
import { lockEpoch } from '../epochs/epoch-states.ts';
import { KeysUnderEpoch, type Making } from '../epochs/keys-under-epoch.ts';
import { type SigningKeyRow, signingKeys } from '../tables.ts';

const NEWEST = { where: { retired_at: null }, orderBy: ['created_at'], descending: true } as const;

/** The row of the key that signs now; undefined where none was made yet. */
export async function currentRow(reader: Reader<'keys'>): Promise<SigningKeyRow | undefined> {
  return first(reader, signingKeys, NEWEST);
}

export class SigningKeys {
  /** The vault's id: who issues what these keys sign. */
  readonly issuer: Id<'vault'>;
  readonly #store: KeyStore;
  readonly underEpochs: KeysUnderEpoch<SigningKeyRow>;
  readonly #clock: Clock;

  constructor(store: KeyStore, epochs: EpochKeys, issuer: Id<'vault'>, random: RandomSource, clock: Clock) {
    this.#store = store;
    this.issuer = issuer;
    this.underEpochs = new KeysUnderEpoch(
      { table: signingKeys, ownerOf: () => issuer, bindingOf: (row) => bindingOf(issuer, row), assertOwn },
      epochs,
      random,
    );
    this.#clock = clock;
  }

  /**
   * Signs a statement as JSON under the current key, which is made at its first use.
   * @param type the media type of the statement, without `application/`. @returns a compact JWS
   */
  async sign(statement: object, type: string): Promise<string> {
    const row = (await currentRow(this.#store.reader)) ?? (await this.#replace(undefined));
    using seed = secret(await this.underEpochs.open(row));
    return await signJws(statement, type, seed);
  }

  /**
   * The public keys of all there ever were, the oldest first.
   * @throws {IntegrityError} for a row the vault did not make
   */
  async publicKeys(): Promise<PublicJwk[]> {
    const rows = await select(this.#store.reader, signingKeys, { orderBy: ['created_at', 'key_id'] });
    const keys: PublicJwk[] = [];
    for (const row of rows) {
      wipe(await this.underEpochs.open(row));
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

  /** Puts a new key in the place of the one named, or finds the one that somebody else has put there since. */
  #replace(keyId: string | undefined): Promise<SigningKeyRow> {
    return this.underEpochs.making(this.issuer, (making) =>
      this.#store.exclusive((tx) => this.#putInPlace(tx, keyId, making)),
    );
  }

  /** @throws {EpochEndedError} */
  async #putInPlace(
    tx: KeyTx,
    keyId: string | undefined,
    { key: seed, epoch, rowFor }: Making<SigningKeyRow>,
  ): Promise<SigningKeyRow> {
    // One at a time: what is held in common would let two make the first key.
    await lockEpoch(tx, epoch);
    const publicKey = publicKeyOf(seed);
    const created_at = this.#clock().getTime();
    const place = { key_id: thumbprintOf(publicKey), public_key: publicKey, created_at, retired_at: null };
    const made = await rowFor(tx, place);
    const current = await first(tx, signingKeys, { ...NEWEST, lock: 'wait' });
    if (current !== undefined && current.key_id !== keyId) return current;
    if (current !== undefined) {
      // Only for a row of the vault's own, so that this proves no more of it than was proven before.
      wipe(await this.underEpochs.open(current));
      const retired = { ...current, epoch, retired_at: created_at };
      const row = await this.underEpochs.wrap(retired, current.public_key);
      await tx.update(signingKeys, ['epoch', 'wrapped', 'retired_at'], [row]);
    }
    await tx.insert(signingKeys, [made]);
    return made;
  }
}

/**
 * What is wrapped is the seed, or in its place the public key.
 * @throws {IntegrityError} for a row the vault did not make
 */
function assertOwn(row: SigningKeyRow, wrapped: Buffer): void {
  const publicKey = row.retired_at === null ? publicKeyOf(wrapped) : wrapped;
  const isOwn = equalBytes(publicKey, row.public_key) && thumbprintOf(row.public_key) === row.key_id;
  if (!isOwn) throw new IntegrityError();
}

function bindingOf(
  issuer: Id<'vault'>,
  { key_id, epoch, created_at, retired_at }: Omit<SigningKeyRow, 'wrapped'>,
): Buffer {
  const label = retired_at === null ? 'lethe/signing-key/1' : 'lethe/retired-signing-key/1';
  return associatedData(label, issuer, key_id, epoch, created_at);
}
