/** What makes a token look like the value it stands for. A format is pure but for the random source it draws from. */
import type { RandomSource } from '../../crypto/random.ts';

export interface TokenShape {
  /**
   * How many tokens there are at least for a source that `isReal` and the type's own shape leave free; 0 for a source
   * that the format cannot take the shape of. Depends on nothing but the source, so the answer never changes.
   */
  space(source: string): number;
  /** A token, each as likely as the next, whether real or not. Holds nothing of the source but what the format says. */
  draw(source: string, random: RandomSource): string;
  /**
   * What a token holds of the source: nothing, as many characters as it has, or its last characters. Whoever is told
   * such a token is told that.
   */
  readonly holds: 'nothing' | 'length' | ((source: string) => string);
  /** Whether a token could be a real value, as far as its shape alone tells; such a one is drawn anew. */
  isReal(token: string): boolean;
}
