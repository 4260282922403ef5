/**
 * Shares of the root key as people bring them, and the judgement on each as it is given.
 *
 * Guarantees: a refused share changes nothing of what was given before. Pieces are wiped when they are forgotten.
 */
import { equalBytes } from '../../crypto/mac.ts';
import { combineShares } from '../../crypto/shares.ts';
import { VaultError } from '../../errors.ts';
import { handOver, secret, secrets, wipe } from '../../secret.ts';
import { markOf, type ShareSet } from './root-shares.ts';
import { readShare, type Share, vaultMarkOf } from './share-text.ts';

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
    using piece = secret(share.piece);
    this.#judge(share);
    this.#given.set(share.index, { ...share, piece: handOver(piece) });
    return share.index;
  }

  #judge(share: Share): void {
    if (share.set !== this.set.set || !equalBytes(share.vaultMark, vaultMarkOf(this.#vaultId))) {
      throw new VaultError('share_foreign');
    }
    const expected = this.set.marks.get(share.index);
    if (expected === undefined || !equalBytes(markOf(share, this.#vaultId), expected))
      throw new VaultError('share_wrong');
    if (this.#given.has(share.index)) throw new VaultError('share_repeated');
  }

  /** @returns what the shares combine to, owned by the caller: the root key, if its check value says so */
  combine(): Promise<Buffer> {
    return combineShares([...this.#given.values()].map(({ piece }) => piece));
  }

  /** As if this share had not been given. */
  takeBack(index: number): void {
    wipe(this.#given.get(index)?.piece);
    this.#given.delete(index);
  }

  /** Wipes every piece. */
  forget(): void {
    for (const index of this.indexes) this.takeBack(index);
  }
}

/**
 * Makes a root key of shares when no store says which are right, because a backup must be put back. Each line must be
 * whole, and all must be of one set. The caller must check the result.
 * @param ask the next share; `needed` is known after the first. What it throws ends it
 * @returns what the shares combine to, owned by the caller
 */
export async function combineUnseen(
  ask: (given: number, needed: number | undefined, refusal: unknown) => Promise<string>,
): Promise<Buffer> {
  const given = new Map<number, Share>();
  using pieces = secrets<Buffer>([]);
  for (let refusal: unknown; ; ) {
    const [first] = given.values();
    if (first !== undefined && given.size >= first.threshold) {
      return await combineShares([...given.values()].map(({ piece }) => piece));
    }
    const line = await ask(given.size, first?.threshold, refusal);
    refusal = undefined;
    try {
      const share = readShare(line);
      using piece = secret(share.piece);
      if (first !== undefined && share.set !== first.set) throw new VaultError('share_foreign');
      if (given.has(share.index)) throw new VaultError('share_repeated');
      pieces.push(handOver(piece));
      given.set(share.index, share);
    } catch (error) {
      refusal = error;
    }
  }
}
