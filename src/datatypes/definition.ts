/**
 * The shape of the declaration by which an administrator defines a custom type. `custom.ts` checks that its parts agree
 * with each other.
 */
import { z } from 'zod';
import { holdsNoCardNumber, NO_CARD_NUMBER } from '../card-like.ts';
import { CATEGORIES, type Json } from './datatype.ts';
import { MAX_DEPTH } from './document.ts';
import { JsonPointer, MAX_POINTER } from './json-pointer.ts';
import { isMask } from './mask.ts';
import { MAX_PATTERN_LENGTH } from './pattern.ts';
import { IGNORING, NORMALISING } from './rewriting.ts';

const MAX_VIEWS = 8;
const MAX_MASK_LENGTH = 100;
const CONTROL = /\p{Cc}/u;
const NAME = /^x_[a-z0-9_]{1,29}$/;

const once = <T>(list: readonly T[]) => new Set(list).size === list.length;
const distinctMessage = 'must name nothing twice';

const mask = z
  .string()
  .min(1)
  .max(MAX_MASK_LENGTH)
  .refine((text) => !CONTROL.test(text), { error: 'must not hold control characters' })
  .refine(holdsNoCardNumber, NO_CARD_NUMBER);

/** No view may be called `plain`: that is the value itself, and comes first in every list of views. */
const viewName = z
  .string()
  .regex(/^(?!plain$)[a-z][a-z0-9_]{0,31}$/)
  .refine(holdsNoCardNumber, NO_CARD_NUMBER);

/**
 * Whether the example and the names of its properties hold no card number. Deeper nesting than allowed is refused
 * later.
 */
function holdsNoCardNumbers(example: Json, depth = 0): boolean {
  if (typeof example !== 'object' || example === null) return holdsNoCardNumber(String(example));
  if (depth > MAX_DEPTH) return true;
  return Object.entries<Json>(example).every(
    ([name, inner]) => holdsNoCardNumber(name) && holdsNoCardNumbers(inner, depth + 1),
  );
}

const common = {
  name: z
    .string()
    .refine((name) => NAME.test(name), { error: 'must be x_ and up to 29 of a to z, 0 to 9 and _' })
    .regex(NAME)
    .refine(holdsNoCardNumber, NO_CARD_NUMBER)
    .describe('Begins with `x_`, which keeps it apart from the types of this release and of every later one.')
    .meta({ examples: ['x_staff_badge'] }),
  description: z
    .string()
    .min(1)
    .max(500)
    .refine(holdsNoCardNumber, NO_CARD_NUMBER)
    .describe('One sentence for the catalogue: what is accepted, what comes back, what counts as the same.'),
  category: z.enum(CATEGORIES).meta({ title: 'Category' }).describe('What kind of data it is, to group a list by.'),
};

const TextDefinition = z.strictObject({
  ...common,
  base: z.literal('text').describe('A line of text.'),
  maxLength: z.int().min(1).max(4_096).describe('The longest stored form, in code points.'),
  pattern: z
    .string()
    .min(1)
    .max(MAX_PATTERN_LENGTH)
    .refine(holdsNoCardNumber, NO_CARD_NUMBER)
    .optional()
    .describe('What the stored form looks like as a whole: a regular expression in the syntax of RE2.')
    .meta({ examples: ['[A-Z]{2}[0-9]{6}'] }),
  normalise: z
    .array(
      z.enum(NORMALISING).meta({ title: 'NormalisingStep', description: 'A step by which the stored form is made.' }),
    )
    .max(NORMALISING.length)
    .refine(once, { error: distinctMessage })
    .default([])
    .describe('How the stored form is made, in this order. Trimming, single spaces and Unicode NFC go without saying.'),
  compare: z
    .array(z.enum(IGNORING).meta({ title: 'IgnoringStep', description: 'What a comparison ignores.' }))
    .max(IGNORING.length)
    .refine(once, { error: distinctMessage })
    .default([])
    .describe('What two values may differ in and still be the same for search.'),
  spread: z
    .enum(['unique', 'shared', 'none'])
    .meta({ title: 'Spread', description: 'How alike the values of different people are.' })
    .default('none')
    .describe('How values are searched: `unique` and `shared` make an index, `none` makes none.'),
  unique: z
    .boolean()
    .optional()
    .describe(
      'Whether a value that a record has already is refused to every other (`value_not_unique`). Needs `spread: unique`.',
    ),
  distinct: z
    .int()
    .min(1)
    .optional()
    .describe('How many different values there are, about. An index needs at least 4,096.')
    .meta({ examples: [1_000_000] }),
  views: z
    .record(viewName, mask.refine(isMask, { error: 'must be text with at most one {first:n} and one {last:n}' }))
    .refine((views) => Object.keys(views).length <= MAX_VIEWS, { error: `must have at most ${MAX_VIEWS} views` })
    .refine((views) => Object.hasOwn(views, 'masked'), { error: 'must have a view of the name masked' })
    .describe(
      'The views besides `plain`, the widest first, `masked` among them: each a mask such as `{first:2}****{last:4}`. ' +
        'All together never show more than half of a value.',
    )
    .meta({ examples: [{ masked: '****{last:3}' }] }),
  formats: z
    .array(z.enum(['digits']).meta({ title: 'OwnTokenFormat', description: 'A shaped format of tokens.' }))
    .max(1)
    .default([])
    .describe('Shaped token formats to offer. `digits` needs a pattern, to tell tokens from values.'),
  examples: z
    .array(z.string().max(4_096).refine(holdsNoCardNumber, NO_CARD_NUMBER))
    .min(1)
    .max(5)
    .describe('Values it accepts; of no real person.')
    .meta({ examples: [['AB123456']] }),
});

const NO_CONSTANT = 'must be constant text of up to 100 characters: a document has no first and last';
const NO_VIEW = 'must be a JSON Pointer (RFC 6901) to a part, such as /total';

function isConstant(text: string): boolean {
  return mask.safeParse(text).success && !/[{}]/.test(text);
}

const DocumentDefinition = z.strictObject({
  ...common,
  base: z.literal('document').describe('Any JSON, up to 64 KiB.'),
  views: z
    .record(viewName, z.string().min(1).max(MAX_POINTER).refine(holdsNoCardNumber, NO_CARD_NUMBER))
    .refine((views) => Object.keys(views).length <= MAX_VIEWS, { error: `must have at most ${MAX_VIEWS} views` })
    .superRefine((views, context) => {
      for (const [name, how] of Object.entries(views)) {
        const isFit = name === 'masked' ? isConstant(how) : JsonPointer.safeParse(how).success;
        if (!isFit)
          context.addIssue({ code: 'custom', path: [name], message: name === 'masked' ? NO_CONSTANT : NO_VIEW });
      }
    })
    .default({})
    .describe(
      'The views besides `plain`, the widest first: each a JSON Pointer (RFC 6901) to the part that it shows; `masked`, if it is there, constant text.',
    )
    .meta({ examples: [{ total: '/total' }] }),
  examples: z
    .array(
      z
        .custom<Json>((value) => value !== undefined, { error: 'must be JSON' })
        .refine((example) => holdsNoCardNumbers(example), NO_CARD_NUMBER),
    )
    .min(1)
    .max(5)
    .describe('Values it accepts; of no real person.')
    .meta({ examples: [[{ total: '19.90 EUR' }]] }),
});

/** @param prefix of the names in the API's description: a reply has what a request may leave out */
const definition = (prefix: string, of: string) =>
  z
    .discriminatedUnion('base', [
      TextDefinition.meta({ id: `${prefix}TextType`, description: `A data type of text, ${of}.` }),
      DocumentDefinition.meta({ id: `${prefix}DocumentType`, description: `A data type of JSON, ${of}.` }),
    ])
    .meta({ id: `${prefix}Type`, description: `A data type of the tenant’s own, ${of}: of text or of JSON.` });

export const TypeDefinitionSchema = definition('Declare', 'as it is declared');
/** In replies all is there that has a default. */
export const DeclaredTypeSchema = definition('Declared', 'as it was declared');

export type TextDefinition = z.infer<typeof TextDefinition>;
export type DocumentDefinition = z.infer<typeof DocumentDefinition>;
export type TypeDefinition = z.infer<typeof TypeDefinitionSchema>;
