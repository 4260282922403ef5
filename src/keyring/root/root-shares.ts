/**
 * The root key in m-of-n shares: how it is split, and what the key store knows of the set in force.
 *
 * The key store holds a mark of each share, BLAKE2b keyed with the share itself. A share is 256 random bits, so its
 * mark reveals nothing about it, and a reader of the marks can make no share. With them each share is judged alone,
 * when it is given, so that one bad share does not spoil a ceremony. An altered row can refuse a right share and let a
 * wrong one in; in the end the root key's own check value judges what the shares combine to.
 *
 * Does not: make the shares of an older set worthless. The vault no longer accepts them, but they still combine to the
 * same root key. `lethe root replace` makes them worthless.
 */

import { mac } from '../../crypto/mac.ts';
import type { RandomSource } from '../../crypto/random.ts';
import { MAX_SHARES, MIN_THRESHOLD, splitSecret } from '../../crypto/shares.ts';
import { VaultError } from '../../errors.ts';
import { secrets } from '../../secret.ts';
import { removeWhere, select } from '../../storage/queries.ts';
import { table } from '../../storage/table.ts';
import type { KeyStore, KeyTx, Reader } from '../../storage/tx.ts';
import { rootKeyCheck } from './root-key.ts';
import { SET_BYTES, type Share, shareText, vaultMarkOf } from './share-text.ts';

const MARK_BYTES = 32;

export const rootShares = table(
  'keys',
  'root_shares',
  { share_set: 'text', share: 'int', threshold: 'int', mark: 'bytes', root_key_check: 'text', created_at: 'int' },
  ['share_set', 'share'],
);

const WRONG_COUNT =
  `The threshold must be at least ${MIN_THRESHOLD} and at most the number of shares, ` +
  `which is at most ${MAX_SHARES}.`;

/** What is known of the shares in force; nothing of it is secret. */
export interface ShareSet {
  readonly set: string;
  readonly threshold: number;
  readonly shares: number;
  readonly createdAt: Date;
  readonly marks: ReadonlyMap<number, Buffer>;
}

/**
 * The set of a root key that was split last; undefined where this one was never split, or is not the vault's any more.
 */
export async function shareSetOf(reader: Reader<'keys'>, rootKeyCheck: string): Promise<ShareSet | undefined> {
  const where = { root_key_check: rootKeyCheck };
  const rows = await select(reader, rootShares, { where, orderBy: ['created_at'], descending: true });
  const [newest] = rows;
  if (newest === undefined) return undefined;
  const members = rows.filter((row) => row.share_set === newest.share_set);
  return {
    set: newest.share_set,
    threshold: Number(newest.threshold),
    shares: members.length,
    createdAt: new Date(Number(newest.created_at)),
    marks: new Map(members.map((row) => [Number(row.share), row.mark])),
  };
}

/** The sets of every root key but this one: what they make opens nothing any more. */
export async function dropOtherShareSets(tx: KeyTx, rootKeyCheck: string): Promise<void> {
  await removeWhere(tx, rootShares, { root_key_check: { not: rootKeyCheck } });
}

export interface NewShares {
  readonly set: string;
  /** One line for each person. Strings, which cannot be wiped. */
  readonly lines: readonly string[];
  /**
   * Makes this the set in force and the one before foreign. To be called when the lines are handed out, not earlier.
   */
  takeEffect(): Promise<void>;
}

/** Splits a root key: that of an open vault, or the one that is to replace it. */
export class RootShares {
  readonly #store: KeyStore;
  readonly #rootKey: Buffer;
  readonly #vaultId: string;
  readonly #random: RandomSource;

  /** @param rootKey the caller keeps it, and wipes it */
  constructor(store: KeyStore, rootKey: Buffer, vaultId: string, random: RandomSource) {
    this.#store = store;
    this.#rootKey = rootKey;
    this.#vaultId = vaultId;
    this.#random = random;
  }

  /** @throws `invalid_share_count` unless 2 ≤ threshold ≤ shares ≤ 255 */
  async split(shares: number, threshold: number, now: Date): Promise<NewShares> {
    const split = await splitSecret(this.#rootKey, shares, threshold).catch((error: unknown) => {
      throw error instanceof RangeError ? new VaultError('invalid_share_count', WRONG_COUNT) : error;
    });
    using pieces = secrets(split);
    const set = this.#random(SET_BYTES).toString('hex');
    const vaultMark = vaultMarkOf(this.#vaultId);
    const root_key_check = rootKeyCheck(this.#rootKey, this.#vaultId);
    const all = pieces.map((piece, i): Share => ({ set, vaultMark, threshold, shares, index: i + 1, piece }));
    const rows = all.map((share) => ({
      ...{ share_set: set, share: share.index, threshold, root_key_check, created_at: now.getTime() },
      mark: markOf(share, this.#vaultId),
    }));
    const lines = all.map(shareText);
    return {
      set,
      lines,
      takeEffect: () =>
        this.#store.exclusive(async (tx) => {
          await removeWhere(tx, rootShares, { root_key_check });
          await tx.insert(rootShares, rows);
        }),
    };
  }
}

/** Binds everything the line says: a share with another number or threshold is another share. */
export function markOf({ set, threshold, shares, index, piece }: Share, vaultId: string): Buffer {
  return mac(piece, 'lethe/root-share/1', MARK_BYTES, vaultId, set, threshold, shares, index);
}
