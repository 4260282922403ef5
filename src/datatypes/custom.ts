/**
 * Custom types: data types that an administrator declares over the API, never by code. A definition becomes a
 * `DataType` like any other, kept in records.
 *
 * Guarantees: parsing a parsed value again changes nothing, for every definition and every value. Matching takes time
 * linear in the value (`pattern.ts`). The views of a text show together no more than half of it (`mask.ts`). Values are
 * not indexed if the definition says that there are fewer than `MIN_DISTINCT` of them.
 * Does not: check that `distinct` is true, or that a document's pointers lead to what may be shown. There the vault
 * takes the administrator's word.
 */
import { z } from 'zod';
import { InvalidValueError, VaultError } from '../errors.ts';
import { type DataType, type Json, MIN_DISTINCT, type Shape, type View } from './datatype.ts';
import type { DocumentDefinition, TextDefinition, TypeDefinition } from './definition.ts';
import { document } from './document.ts';
import { viewAt } from './json-pointer.ts';
import { maskViews } from './mask.ts';
import { tidy } from './normalise.ts';
import { compilePattern } from './pattern.ts';
import { comparedBy, normaliseBy } from './rewriting.ts';
import { requireString, typedText } from './shape.ts';

/** The size of a stored definition in UTF-8. It is bounded because a tenant's whole catalogue is read at once. */
const MAX_DEFINITION_BYTES = 8 * 1024;

/** Typed text may be longer than stored text, which has no separators. */
const MAX_TYPED_FACTOR = 2;
const MAX_TYPED_EXTRA = 64;
/** Some steps undo each other's work once, for rare letters (a final sigma that is no longer final). */
const MAX_PASSES = 4;
/** More marks on one letter than any script writes (Unicode UAX #15, stream-safe text); normalising them is slow. */
const PILED_MARKS = /\p{M}{31}/u;

const DIGITS = /^[0-9]+$/;
const SAMPLES = 64;
const MIN_FREE_SAMPLES = SAMPLES / 8;
const MIN_UNGUESSABLE = 1_000_000_000;
const MASK = '********';

/** The type of a definition that passed `assertSound`. Its pattern is compiled when it first checks a value. */
export function customType(definition: TypeDefinition, version: number): DataType {
  return definition.base === 'text' ? textType(definition, version) : documentType(definition, version);
}

/** Whether no two records may have an equal value of the type. */
export function isUnique(definition: TypeDefinition | undefined): boolean {
  return definition?.base === 'text' && definition.unique === true;
}

/**
 * @throws `low_entropy_index` for an index over too few values
 * @throws `invalid_definition` naming the property at fault, if the definition contradicts itself, refuses one of its
 *   own examples, or is too large
 */
export function assertSound(definition: TypeDefinition): void {
  if (Buffer.byteLength(JSON.stringify(definition)) > MAX_DEFINITION_BYTES) {
    throw new VaultError('invalid_definition', 'The definition as a whole must not be larger than 8 KiB.', {
      field: 'examples',
    });
  }
  if (definition.base === 'text') assertSoundText(definition);
  const type = customType(definition, 1);
  const values = definition.examples.map((example, i) => accepted(type, example, `examples/${i}`));
  if (definition.base === 'text' && definition.formats.includes('digits')) assertFreeDigits(definition, values);
}

function assertSoundText({ spread, unique, distinct = 0, normalise, pattern, maxLength }: TextDefinition): void {
  if (spread !== 'none' && distinct < MIN_DISTINCT) throw new VaultError('low_entropy_index');
  if (unique && spread !== 'unique') {
    throw new VaultError('invalid_definition', 'Values that are unique need `spread: unique`.', { field: 'unique' });
  }
  if (normalise.includes('upper') && normalise.includes('lower')) {
    throw new VaultError('invalid_definition', 'Upper and lower case exclude each other.', { field: 'normalise' });
  }
  if (pattern !== undefined) compilePattern(pattern, maxLength);
}

/** Tokens of digits must differ from values, so enough texts of digits must not be values. */
function assertFreeDigits({ pattern, maxLength }: TextDefinition, values: readonly Json[]): void {
  if (pattern === undefined) {
    throw new VaultError('invalid_definition', 'Tokens of digits need a pattern, to be told from values by.', {
      field: 'formats',
    });
  }
  const accepts = compilePattern(pattern, maxLength);
  const digits = values.map(String).find((value) => DIGITS.test(value));
  if (digits === undefined) {
    throw new VaultError('invalid_definition', 'No example is of digits alone.', { field: 'formats' });
  }
  const free = samplesLike(digits).filter((sample) => !accepts(sample)).length;
  if (free < MIN_FREE_SAMPLES) {
    throw new VaultError('invalid_definition', 'Almost all digits are values here, so that none are left for tokens.', {
      field: 'formats',
    });
  }
}

/** @returns the stored form of an example */
function accepted(type: DataType, example: Json, field: string): Json {
  // Custom types do not ask for the time.
  const context = { now: new Date(0) };
  try {
    const value = type.parse(example, context);
    if (JSON.stringify(type.parse(value, context)) === JSON.stringify(value)) return value;
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    throw new VaultError('invalid_definition', `The definition refuses its own example: ${error.message}`, { field });
  }
  throw new VaultError('invalid_definition', 'The example, parsed twice, is not what it is parsed once.', { field });
}

function textType(definition: TextDefinition, version: number): DataType<string> {
  const { maxLength, pattern, normalise, compare, formats } = definition;
  // Compiling takes up to a tenth of a second, and a catalogue, which is read whole, may hold thousands of patterns.
  let compiled: ((text: string) => boolean) | undefined;
  const accepts = (text: string) => {
    if (pattern === undefined) return true;
    compiled ??= compilePattern(pattern, maxLength);
    return compiled(text);
  };
  const maxTyped = MAX_TYPED_FACTOR * maxLength + MAX_TYPED_EXTRA;
  const once = (text: string) => tidy(normaliseBy(normalise, text), '', maxTyped);
  const digits: Shape<string> = {
    source: (value) => (DIGITS.test(value) ? value : undefined),
    isReal: accepts,
  };
  const views = maskViews(definition.views) as DataType<string>['views'];
  const canonical = (value: string) => comparedBy(compare, value);
  // Masks show half of a value. If there are few values, few are left.
  const isGuessable = (definition.distinct ?? 0) < MIN_UNGUESSABLE;
  const shown = (value: string) => Object.values(views).map((view) => String(view(canonical(value))));
  return {
    ...head(definition, version),
    input: typedText,
    spread: definition.spread,
    ...(isGuessable ? { guessable: { shown } } : {}),
    ...(formats.includes('digits') ? { shapes: { digits } } : {}),
    views,

    parse(input) {
      const typed = requireString(input);
      if (PILED_MARKS.test(typed)) throw new InvalidValueError('', 'Must not pile up marks on one letter.');
      let text = tidy(typed, '', maxTyped);
      for (let pass = 1, before = ''; ; pass++) {
        before = text;
        text = once(before);
        if (text === before) break;
        if (pass === MAX_PASSES) throw new InvalidValueError('', 'Has no one stored form.');
      }
      tidy(text, '', maxLength);
      if (text === '') throw new InvalidValueError('', 'Must not be empty.');
      if (!accepts(text)) throw new InvalidValueError('', 'Does not match the pattern of this type.');
      return text;
    },

    canonical,
  };
}

function documentType(definition: DocumentDefinition, version: number): DataType {
  const views = Object.entries(definition.views).map(([name, how]): [string, View] => [
    name,
    name === 'masked' ? () => how : viewAt(how),
  ]);
  if (!Object.hasOwn(definition.views, 'masked')) views.push(['masked', () => MASK]);
  return {
    ...head(definition, version),
    input: z.unknown(),
    plain: 'json',
    spread: 'none',
    views: Object.fromEntries(views) as DataType['views'],
    parse: document.parse,
    canonical: document.canonical,
  };
}

function head({ name, category, description, examples }: TypeDefinition, version: number) {
  return { name, version, category, description, examples };
}

/** Texts with as many digits. They are the same for the same definition, so that declaring it twice has one result. */
function samplesLike(digits: string): string[] {
  let state = 1;
  const digit = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return String((state >>> 16) % 10);
  };
  return Array.from({ length: SAMPLES }, () => Array.from(digits, digit).join(''));
}
