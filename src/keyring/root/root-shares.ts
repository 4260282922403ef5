/**
 * The root key in m-of-n shares: what the key store knows of the set in force, and the judgement on each share as it is
 * given.
 *
 * The key store holds a mark of each share, BLAKE2b keyed with the share itself. A share is 256 random bits, so its mark
 * says nothing of it, and whoever reads the marks can make no share; with them each share is judged alone, when it is
 * given, so that one bad share does not spoil a ceremony. A row that was altered can refuse a right share and let a
 * wrong one in; what shares combine to is judged by the root key's own check value in the end.
 *
 * Guarantees: a refused share changes nothing of what was given before. Pieces are wiped when they are forgotten.
 * Does not: make the shares of an older set worthless. They still combine to the same root key, wherever somebody
 * combines them; the vault only takes them no more. `lethe root replace` makes them worthless.
 */

import { equalBytes, mac } from '../../crypto/mac.ts';
import type { RandomSource } from '../../crypto/random.ts';
import { combineShares, MAX_SHARES, MIN_THRESHOLD, splitSecret } from '../../crypto/shares.ts';
import { VaultError } from '../../errors.ts';
import { removeWhere, select } from '../../storage/queries.ts';
import { table } from '../../storage/table.ts';
import type { KeyStore, KeyTx, Reader } from '../../storage/tx.ts';
import { rootKeyCheck } from './root-key.ts';
import { readShare, SET_BYTES, type Share, shareText, vaultMarkOf } from './share-text.ts';

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

/** The set of a root key that was split last; undefined where this one was never split, or is not the vault's any more. */
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
  /** Makes this the set in force and the one before foreign. To be called when the lines are handed out, not earlier. */
  takeEffect(): Promise<void>;
}

/** Splits a root key: that of an open vault, or the one that is to replace it. */
export class RootShares {
  readonly #store: KeyStore;
  readonly #rootKey: Buffer;
  readonly #vaultId: string;
  readonly #random: RandomSource;

  /** @param rootKey stays its owner's, who wipes it */
  constructor(store: KeyStore, rootKey: Buffer, vaultId: string, random: RandomSource) {
    this.#store = store;
    this.#rootKey = rootKey;
    this.#vaultId = vaultId;
    this.#random = random;
  }

  /** @throws `invalid_share_count` unless 2 ≤ threshold ≤ shares ≤ 255 */
  async split(shares: number, threshold: number, now: Date): Promise<NewShares> {
    const pieces = await splitSecret(this.#rootKey, shares, threshold).catch((error: unknown) => {
      throw error instanceof RangeError ? new VaultError('invalid_share_count', WRONG_COUNT) : error;
    });
    const set = this.#random(SET_BYTES).toString('hex');
    const vaultMark = vaultMarkOf(this.#vaultId);
    const root_key_check = rootKeyCheck(this.#rootKey, this.#vaultId);
    const all = pieces.map((piece, i): Share => ({ set, vaultMark, threshold, shares, index: i + 1, piece }));
    const rows = all.map((share) => ({
      ...{ share_set: set, share: share.index, threshold, root_key_check, created_at: now.getTime() },
      mark: markOf(share, this.#vaultId),
    }));
    const lines = all.map(shareText);
    for (const piece of pieces) piece.fill(0);
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

/** Shares of one set as they come in. */
export class GivenShares {
  readonly set: ShareSet;
  readonly #vaultId: string;
  readonly #given = new Map<number, Share>();

  constructor(set: ShareSet, vaultId: string) {
    this.set = set;
    this.#vaultId = vaultId;
  }

  get count(): number {
    return this.#given.size;
  }

  /** The numbers of the shares, in order: they tell whose they were, and nothing of the root key. */
  get indexes(): number[] {
    return [...this.#given.keys()].sort((a, b) => a - b);
  }

  /**
   * @returns the share's number
   * @throws `share_typo`, `share_foreign`, `share_wrong`, `share_repeated`
   */
  give(text: string): number {
    const share = readShare(text);
    try {
      this.#judge(share);
    } catch (refusal) {
      share.piece.fill(0);
      throw refusal;
    }
    this.#given.set(share.index, share);
    return share.index;
  }

  #judge(share: Share): void {
    if (share.set !== this.set.set || !equalBytes(share.vaultMark, vaultMarkOf(this.#vaultId))) {
      throw new VaultError('share_foreign');
    }
    const expected = this.set.marks.get(share.index);
    if (expected === undefined || !equalBytes(markOf(share, this.#vaultId), expected)) {
      throw new VaultError('share_wrong');
    }
    if (this.#given.has(share.index)) throw new VaultError('share_repeated');
  }

  /** @returns what the shares combine to, owned by the caller: the root key, if its check value says so */
  combine(): Promise<Buffer> {
    return combineShares([...this.#given.values()].map(({ piece }) => piece));
  }

  /** As if this share had not been given. */
  takeBack(index: number): void {
    this.#given.get(index)?.piece.fill(0);
    this.#given.delete(index);
  }

  /** Wipes every piece. */
  forget(): void {
    for (const index of this.indexes) this.takeBack(index);
  }
}

/** Binds everything the line says: a share with another number or threshold is another share. */
function markOf({ set, threshold, shares, index, piece }: Share, vaultId: string): Buffer {
  return mac(piece, 'lethe/root-share/1', MARK_BYTES, vaultId, set, threshold, shares, index);
}

/**
 * A root key where no store says which shares are right: a backup is to be put back. Each line must be whole, and all of
 * one set; what they make is for the caller to check.
 * @param ask the next share; `needed` is known after the first. What it throws ends it
 * @returns what the shares combine to, owned by the caller
 */
export async function combineUnseen(
  ask: (given: number, needed: number | undefined, refusal: unknown) => Promise<string>,
): Promise<Buffer> {
  const given = new Map<number, Share>();
  try {
    for (let refusal: unknown; ; ) {
      const [first] = given.values();
      if (first !== undefined && given.size >= first.threshold) {
        return await combineShares([...given.values()].map(({ piece }) => piece));
      }
      const line = await ask(given.size, first?.threshold, refusal);
      refusal = undefined;
      try {
        const share = readShare(line);
        const isForeign = first !== undefined && share.set !== first.set;
        if (isForeign || given.has(share.index)) {
          share.piece.fill(0);
          throw isForeign ? new VaultError('share_foreign') : new VaultError('share_repeated');
        }
        given.set(share.index, share);
      } catch (error) {
        refusal = error;
      }
    }
  } finally {
    for (const { piece } of given.values()) piece.fill(0);
  }
}
