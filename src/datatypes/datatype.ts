/**
 * What a kind of personal data knows about itself. A data type is a pure module: no clock, no randomness, no I/O.
 * It decides what is valid, which two values are one and the same, what each view shows, how little of a value may be
 * kept, and which part of it a shaped token may take the place of; it never decides who may see which view
 * (`access/`), how a value is sealed (`records/`), how it is found (`search/`) or how a token is drawn (`tokens/`).
 */
import type { z } from 'zod';

/** What JSON can hold; a value of every data type is one of these. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export const CATEGORIES = ['contact', 'payment', 'identity', 'account', 'device', 'commerce', 'text'] as const;
type Category = (typeof CATEGORIES)[number];

/** Facts of the moment that validity may depend on (a card's expiry); passed in so that parsing stays pure. */
export interface ParseContext {
  readonly now: Date;
}

/**
 * What a view makes of a value. Written as a method, whose parameter TypeScript compares both ways, so that a
 * `DataType<Card>` is a `DataType` and one list can hold them all.
 */
export type View<V extends Json = Json> = { show(value: V): Json }['show'];

/**
 * How alike the compared forms of different people are, which decides how much of a blind index is kept:
 *   unique   nearly everybody has another (an email address, a card number): the index is kept whole
 *   shared   many have the same (a name, a birthday): the index is cut short, so that it names a crowd, and what it
 *            offers is opened and compared
 *   none     no index: too few values to hide among (a gender, a year), or nothing anybody looks up
 */
export type Spread = 'unique' | 'shared' | 'none';

/** The fewest different values that an index is made for; with fewer it would be a list of who has which. */
export const MIN_DISTINCT = 4_096;

/** A part of a value, or a combination of parts, by which values are found. Methods for the reason given at `View`. */
export interface SearchPart<V extends Json = Json> {
  /** What is looked for, in one sentence. */
  readonly description: string;
  /** The shape of what is looked for. */
  readonly input: z.ZodType;
  readonly examples: readonly Json[];
  readonly spread: Exclude<Spread, 'none'>;
  /** How many different ones there are, about; at least `MIN_DISTINCT`. */
  readonly distinct: number;
  /** The compared form of what is looked for. @throws {InvalidValueError} */
  parse(input: unknown, context: ParseContext): string;
  /** The compared form of a stored value; undefined for a value that has no such part. */
  of(value: V): string | undefined;
}

/** A lesser form in which a tenant may have values kept. What is cut is cut before sealing and cannot be had back. */
export interface Keep<V extends Json = Json> {
  readonly description: string;
  /** How what is left can be found. */
  readonly spread: Spread;
  /** @returns a value of the type that is equal for all inputs that the lesser form does not tell apart */
  cut(value: V): V;
}

/**
 * That few values are left for who knows what the views show. Wrong guesses at such a value are few and far between, then
 * (`guesses/`). A method for the reason given at `View`.
 */
interface Guessable<V extends Json = Json> {
  /** Whether guesses at what looks alike count also for who may see such values. */
  readonly byEverybody?: true;
  /**
   * What all views together show of a value: guesses that agree in it are guesses at one value. Depends on the canonical
   * form alone, or a guess in another spelling would count elsewhere.
   */
  shown(value: V): readonly string[];
}

/** What only who may see `plain` is given, because together with what everybody sees it leaves few values. */
interface OfPlain {
  readonly views: readonly string[];
  /** Whether search by the whole value is. */
  readonly whole: boolean;
}

/** Token formats that look like the value they stand for; `random` and `uuid` every type has. */
export const SHAPED_FORMATS = ['card', 'digits', 'email', 'phone', 'iban'] as const;
export type ShapedFormat = (typeof SHAPED_FORMATS)[number];
export const TOKEN_FORMATS = ['random', 'uuid', ...SHAPED_FORMATS] as const;
export type TokenFormatName = (typeof TOKEN_FORMATS)[number];

/** What a shaped token takes the place of. */
export interface Shape<V extends Json = Json> {
  /** The text whose shape the token takes; undefined for a value that has none. */
  source(value: V): string | undefined;
  /** Whether a text could be a real value in that place; no token may be. */
  isReal(token: string): boolean;
}

/**
 * How values are kept:
 *   record     sealed under a key of their own, until corrected or erased
 *   verifier   a one-way verifier is sealed instead (Argon2id): values can be verified, never revealed
 *   window     in neither store: the token carries the sealed value, and opens once, within minutes
 */
type Custody = 'record' | 'verifier' | 'window';

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
  /** Absent: `record`. */
  readonly custody?: Custody;
  /** How values are found by equality of their canonical forms. */
  readonly spread: Spread;
  /** Parts and combinations by which values are found besides. */
  readonly parts?: { readonly [part: string]: SearchPart<V> };
  /** Lesser forms that a tenant may choose to keep; every function here takes such a form like any other. */
  readonly keeps?: { readonly [keep: string]: Keep<V> };
  /** Absent: so many values are left that guesses at one are hopeless. */
  readonly guessable?: Guessable<V>;
  /** Absent: nothing. */
  readonly ofPlain?: OfPlain;
  /** The shaped token formats on offer. */
  readonly shapes?: { readonly [format in ShapedFormat]?: Shape<V> };
  /**
   * Checks an input and returns the form that is sealed and comes back under `plain`. Properties that were not
   * declared are refused, never dropped. `parse(parse(x))` equals `parse(x)`.
   * @throws {InvalidValueError} naming the property at fault; the message never repeats the value.
   */
  parse(input: unknown, context: ParseContext): V;
  /** One string per identity: two values are the same for search exactly when their canonical forms are equal. */
  canonical(value: V): string;
  /**
   * What two values must agree in for one to be taken in place of the other, which is stored nowhere then (`reuse`).
   * Absent: the canonical form. There where values are found more widely than they are the same.
   */
  same?(value: V): string;
  /**
   * Every view but `plain`, the widest first. `masked` is always there.
   * A view shows no more than its name says, for every value, however short.
   */
  readonly views: { readonly masked: View<V>; readonly [view: string]: View<V> };
}

/** What tells a value from every other of its type that may not stand in its place. */
export function identityOf<V extends Json>(type: Pick<DataType<V>, 'same' | 'canonical'>, value: V): string {
  return type.same === undefined ? type.canonical(value) : type.same(value);
}
