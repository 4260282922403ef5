/** What is wrapped under epoch keys, kind by kind, as the close of an epoch sees it. */
import type { KeyTx, Reader } from '../../storage/tx.ts';

export interface EpochWrapped {
  /** The name of their table. */
  readonly kind: string;
  /**
   * Moves keys from under one epoch to under another, in an exclusive transaction.
   * @param limit how much work at most, in keys wrapped
   * @returns how many rows were moved; 0: none is left
   * @throws {IntegrityError} for a row that was altered; nothing has been moved
   */
  rewrap(tx: KeyTx, from: number, to: number, limit: number): Promise<number>;
  /** How many rows are wrapped under an epoch. */
  countUnder(reader: Reader<'keys'>, epoch: number): Promise<number>;
}
