/** What makes a token look like the value it stands for. A format is pure, except for its random source. */
import type { RandomSource } from '../../crypto/random.ts';

export interface TokenShape {
  /**
   * How many tokens there are at least for a source, without those that `isReal` and the type's own shape exclude; 0
   * for a source whose shape the format cannot take. Depends on nothing but the source, so the answer never changes.
   */
  space(source: string): number;
  /** A token, real or not, each as likely as the next. Holds nothing of the source but what the format says. */
  draw(source: string, random: RandomSource): string;
  /**
   * What a token holds of the source: nothing, as many characters as it has, or its last characters. Whoever is told
   * such a token is told that.
   */
  readonly holds: 'nothing' | 'length' | ((source: string) => string);
  /** Whether the shape alone says that a token could be a real value; such a token is drawn anew. */
  isReal(token: string): boolean;
}
