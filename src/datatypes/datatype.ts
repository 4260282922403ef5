/**
 * What a data type decides. A data type is a pure module: it has no clock, no randomness, no I/O. It decides what is
 * valid, which two values are the same, what each view shows, how little of a value may be kept, and which part of a
 * value a shaped token replaces. It never decides who may see which view (`access/`), how a value is sealed
 * (`records/`), how it is found (`search/`) or how a token is drawn (`tokens/`).
 */
import type { z } from 'zod';

/** What JSON can hold; a value of every data type is one of these. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export const CATEGORIES = ['contact', 'payment', 'identity', 'account', 'device', 'commerce', 'text'] as const;
type Category = (typeof CATEGORIES)[number];

/**
 * Facts of the moment that validity may depend on (a card's expiry). They are passed in, so that parsing stays pure.
 */
export interface ParseContext {
  readonly now: Date;
  /** ISO 3166-1 alpha-2: by whose rules a national form is read, if the value does not say. */
  readonly country?: string | undefined;
}

/**
 * What a view shows of a value. It is written as a method, because TypeScript compares a method's parameter both ways:
 * so a `DataType<Card>` is a `DataType`, and one list can hold all types.
 */
export type View<V extends Json = Json> = { show(value: V): Json }['show'];

/** What a masked view shows is text, which people recognise a value by. */
type Masked<V extends Json = Json> = { show(value: V): string }['show'];

/**
 * How alike the compared forms of different people are. This decides how much of a blind index is kept:
 *   unique   nearly everybody has another one (an email address, a card number): the index is kept whole
 *   shared   many people have the same (a name, a birthday): the index is cut short, so that it names a crowd; what it
 *            finds is opened and compared
 *   none     no index: there are too few values to hide among (a gender, a year), or nobody looks the value up
 */
export type Spread = 'unique' | 'shared' | 'none';

/** An index needs at least this many different values. With fewer, it would be a list of who has which. */
export const MIN_DISTINCT = 4_096;

/** A part of a value, or a combination of parts, by which it is compared. `View` says why these are methods. */
export interface ComparedPart<V extends Json = Json> {
  /** What is looked for, in one sentence. */
  readonly description: string;
  /** The shape of what is looked for. */
  readonly input: z.ZodType;
  readonly examples: readonly Json[];
  /** The compared form of what is looked for. @throws {InvalidValueError} */
  parse(input: unknown, context: ParseContext): string;
  /** The compared form of a stored value; undefined for a value that has no such part. */
  of(value: V): string | undefined;
}

/** A part by which values are also found. */
export interface SearchPart<V extends Json = Json> extends ComparedPart<V> {
  readonly spread: Exclude<Spread, 'none'>;
  /** How many different ones there are, about; at least `MIN_DISTINCT`. */
  readonly distinct: number;
}

/** A lesser form in which a tenant may keep values. The rest is cut before sealing, and cannot be recovered. */
export interface Keep<V extends Json = Json> {
  readonly description: string;
  /** How the lesser form is found. */
  readonly spread: Spread;
  /** @returns a value of the type; it is the same for all inputs that the lesser form does not tell apart */
  cut(value: V): V;
}

/**
 * Says that few values are left for someone who knows what the views show. The vault then limits wrong guesses at such
 * a value (`guesses/`). `View` says why this is a method.
 */
interface Guessable<V extends Json = Json> {
  /** Whether guesses at values that look alike also count for callers who may see such values. */
  readonly byEverybody?: true;
  /** Whether many values are left on the whole, so that only guesses at values that look alike are limited so. */
  readonly onlyAlike?: true;
  /**
   * What all views together show of a value. Guesses that agree in it are guesses at one value. It depends on the
   * canonical form alone; otherwise a guess in another spelling would be counted elsewhere.
   */
  shown(value: V): readonly string[];
}

/** What is given only to callers who may see `plain`: together with what everybody sees, it leaves few values. */
interface OfPlain {
  readonly views: readonly string[];
  /** Whether search by the whole value is one of these. */
  readonly whole: boolean;
}

/** Token formats that look like the value they stand for. Besides, every type has `random` and `uuid`. */
export const SHAPED_FORMATS = ['card', 'digits', 'email', 'phone', 'iban'] as const;
export type ShapedFormat = (typeof SHAPED_FORMATS)[number];
export const TOKEN_FORMATS = ['random', 'uuid', ...SHAPED_FORMATS] as const;
export type TokenFormatName = (typeof TOKEN_FORMATS)[number];

/** What a shaped token replaces. */
export interface Shape<V extends Json = Json> {
  /** The text whose shape the token takes; undefined if the value has no such text. */
  source(value: V): string | undefined;
  /** Whether a text could be a real value in that place. No token may be one. */
  isReal(token: string): boolean;
}

/**
 * How values are kept:
 *   record     sealed under a key of their own, until corrected or erased
 *   verifier   a one-way verifier is sealed instead (Argon2id): values can be verified, never revealed
 *   window     kept in neither store: the token carries the sealed value, and opens once, within minutes
 */
type Custody = 'record' | 'verifier' | 'window';

export interface DataType<V extends Json = Json> {
  /** The word in `"type"`: lower-case letters, digits and underscores. */
  readonly name: string;
  /**
   * The version of the stored form and the canonical form together. A sealed value is bound to it, so a stored value
   * always says how it was written.
   */
  readonly version: number;
  readonly category: Category;
  /** One sentence for the catalogue: what is accepted, what comes back, and what counts as the same. */
  readonly description: string;
  /** The shape of the input, for documentation and JSON Schema; `parse` is what decides. */
  readonly input: z.ZodType;
  /** The shape of what comes back under `plain`, or `json` where it can be anything. By default it is text. */
  readonly plain?: z.ZodObject | 'json';
  /** Synthetic inputs that are accepted. */
  readonly examples: readonly Json[];
  /** Whether values may be written in a national form, to be read by a country that is stated beside them. */
  readonly national?: true;
  /** By default `record`. */
  readonly custody?: Custody;
  /** How values are found by equality of their canonical forms. */
  readonly spread: Spread;
  /** Parts and combinations by which values are also found. */
  readonly parts?: { readonly [part: string]: SearchPart<V> };
  /** Further parts, by which one value is compared with what somebody says of it, and none is found. */
  readonly compared?: { readonly [part: string]: ComparedPart<V> };
  /** Lesser forms that a tenant may choose to keep. Every function here takes such a form like any other value. */
  readonly keeps?: { readonly [keep: string]: Keep<V> };
  /** Absent if so many values are left that guesses at one are hopeless. */
  readonly guessable?: Guessable<V>;
  /** Absent if nothing is. */
  readonly ofPlain?: OfPlain;
  /** The shaped token formats on offer. */
  readonly shapes?: { readonly [format in ShapedFormat]?: Shape<V> };
  /**
   * Checks an input, and returns the form that is sealed and comes back under `plain`. Undeclared properties are
   * refused, never dropped. `parse(parse(x))` equals `parse(x)`.
   * @throws {InvalidValueError} naming the property at fault; the message never repeats the value.
   */
  parse(input: unknown, context: ParseContext): V;
  /** One string per identity: two values are the same for search exactly when their canonical forms are equal. */
  canonical(value: V): string;
  /**
   * What two values must agree in so that one may replace the other, which is then stored nowhere (`reuse`). By default
   * it is the canonical form. A type has its own if search finds more than values that are the same.
   */
  same?(value: V): string;
  /**
   * Every view except `plain`, the widest first. `masked` is always there. A view never shows more than its name says,
   * however short the value is.
   */
  readonly views: { readonly masked: Masked<V>; readonly [view: string]: View<V> };
}

/** Which form a shown value has: `text`, `json` for anything, or that of the data type whose name it is. */
export function formOf({ name, plain }: Pick<DataType, 'name' | 'plain'>, view: string, shown: Json): string {
  if (view !== 'plain') return typeof shown === 'string' ? 'text' : 'json';
  if (plain === undefined) return 'text';
  return plain === 'json' ? 'json' : name;
}

/** A part by which values of the type are compared, found by it or not. */
export function partOf(
  { parts = {}, compared = {} }: Pick<DataType, 'parts' | 'compared'>,
  name: string,
): ComparedPart | undefined {
  if (Object.hasOwn(parts, name)) return parts[name];
  return Object.hasOwn(compared, name) ? compared[name] : undefined;
}

/** What tells a value from all values of its type that may not replace it. */
export function identityOf<V extends Json>(type: Pick<DataType<V>, 'same' | 'canonical'>, value: V): string {
  return type.same === undefined ? type.canonical(value) : type.same(value);
}
