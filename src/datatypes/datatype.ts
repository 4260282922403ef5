/**
 * What a kind of personal data knows about itself. A data type is a pure module: no clock, no randomness, no I/O.
 * It decides what is valid, which two values are one and the same, and what each view shows; it never decides who
 * may see which view (`access/`), how a value is sealed (`records/`) or how it is found (`search/`).
 */
import type { z } from 'zod';

/** What JSON can hold; a value of every data type is one of these. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export const CATEGORIES = ['contact', 'payment', 'identity', 'account', 'device', 'commerce', 'text'] as const;
export type Category = (typeof CATEGORIES)[number];

/** Facts of the moment that validity may depend on (a card's expiry); passed in so that parsing stays pure. */
export interface ParseContext {
  readonly now: Date;
}

/**
 * What a view makes of a value. Written as a method, whose parameter TypeScript compares both ways, so that a
 * `DataType<Card>` is a `DataType` and one list can hold them all.
 */
export type View<V extends Json = Json> = { show(value: V): Json }['show'];

export interface DataType<V extends Json = Json> {
  /** The word in `"type"`: lower-case letters, digits and underscores. */
  readonly name: string;
  /**
   * Version of the stored form and of the canonical form together. It is part of what a sealed value is bound to,
   * so a stored value always says how it was written.
   */
  readonly version: number;
  readonly category: Category;
  /** One sentence for the catalogue: what is accepted, what comes back, what counts as the same. */
  readonly description: string;
  /** The shape of the input, for documentation and JSON Schema; `parse` is what decides. */
  readonly input: z.ZodType;
  /** Inputs that are accepted, synthetic. */
  readonly examples: readonly Json[];
  /** Whether equality search is offered. */
  readonly searchable: boolean;
  /**
   * Checks an input and returns the form that is sealed and comes back under `plain`. Properties that were not
   * declared are refused, never dropped. `parse(parse(x))` equals `parse(x)`.
   * @throws {InvalidValueError} naming the property at fault; the message never repeats the value.
   */
  parse(input: unknown, context: ParseContext): V;
  /** One string per identity: two values are the same for search exactly when their canonical forms are equal. */
  canonical(value: V): string;
  /**
   * Every view but `plain`, the widest first. `masked` is always there.
   * A view shows no more than its name says, for every value, however short.
   */
  readonly views: { readonly masked: View<V>; readonly [view: string]: View<V> };
}
