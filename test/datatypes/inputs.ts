/** Random inputs of each data type for fast-check: mostly valid, typed the way people type. */
import fc from 'fast-check';

/** The prefixes of published test card numbers, which no issuer hands out. */
const TEST_PREFIXES = ['424242', '411111', '555555', '378282', '601111', '305693'];

const space = fc.constantFrom('', ' ', '  ', '\u3000', '\t', '\u00a0', '\u0085');
const label = fc.stringMatching(/^[A-Za-z0-9]([a-z0-9-]{0,10}[A-Z0-9])?$/);
const latinLocal = fc.stringMatching(/^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,20}$/);
const anyLocal = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
const tld = fc.constantFrom('com', 'Example', 'TEST', 'xn--p1ai', 'рф', 'みんな', 'ＣＯＭ');
const unicodeLabel = fc.constantFrom('bücher', 'straße', '日本', 'ｗｉｄｅ', 'Ελλάδας', 'İstanbul');

export const emails = fc
  .tuple(space, fc.oneof(latinLocal, anyLocal), fc.array(fc.oneof(label, unicodeLabel), { maxLength: 3 }), tld, space)
  .map(([before, local, labels, top, after]) => `${before}${local}@${[...labels, 'example', top].join('.')}${after}`);

const digit = fc.constantFrom(...'0123456789');
const punctuation = fc.constantFrom('', '', '', ' ', '-', '.', ' (0)', '\u2010');
const digits = fc
  .array(fc.tuple(digit, punctuation), { minLength: 4, maxLength: 13 })
  .map((pairs) => pairs.flat().join(''));
const callingCode = fc.constantFrom('1', '7', '20', '33', '34', '39', '44', '49', '81', '90', '290', '353', '800');
const country = fc.constantFrom('US', 'DE', 'FR', 'GB', 'IT', 'JP', 'BR', 'TR', 'PL', 'ES', 'jp');

export const phones = fc.oneof(
  fc.tuple(callingCode, digits).map(([code, rest]) => `+${code} ${rest}`),
  fc.record({ number: digits.map((rest) => `0${rest}`), country }),
);

const word = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom('Anna', 'anna lena', 'Müller', 'IŞIK', 'ışık', 'Σίσυφος', 'Weiß', '山田', 'ヤマダ', 'ﾔﾏﾀﾞ', '한지민'),
);
const line = fc.tuple(space, word, space, word, space).map((parts) => parts.join(''));

export const names = fc.record({ given: line, family: line }, { requiredKeys: [] });

export const addresses = fc.record(
  {
    line1: line,
    line2: line,
    city: line,
    region: line,
    postal_code: fc.constantFrom('10115', '87892-4172', 'wf3 5vs', '１０５－００１１', '105ー0011'),
    country: fc.constantFrom('DE', 'us', 'GB', 'JP', 'HK'),
  },
  { requiredKeys: ['line1', 'city', 'postal_code', 'country'] },
);

export const cardNumbers = fc
  .tuple(fc.constantFrom(...TEST_PREFIXES), fc.array(digit, { minLength: 5, maxLength: 12 }))
  .map(([prefix, rest]) => withCheckDigit(prefix + rest.join('')));

export const cards = fc.record(
  {
    number: fc.tuple(cardNumbers, fc.constantFrom('', ' ', '-', '\u3000')).map(([number, gap]) => groups(number, gap)),
    expiry_month: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom('1', '07', '12')),
    expiry_year: fc.oneof(fc.integer({ min: 2020, max: 2036 }), fc.constantFrom('2025', '2031')),
    holder: line,
  },
  { requiredKeys: ['number', 'expiry_month', 'expiry_year'] },
);

/** Any UTF-16, half surrogate pairs included. */
export const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
);

export const inputs: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  email: emails,
  phone: phones,
  name: names,
  address: addresses,
  card: cards,
  text: texts,
};

function withCheckDigit(body: string): string {
  const digitsFromRight = [...body].reverse().map(Number);
  const sum = digitsFromRight.reduce((total, value, place) => {
    const weighed = place % 2 === 0 ? value * 2 : value;
    return total + (weighed > 9 ? weighed - 9 : weighed);
  }, 0);
  return body + ((10 - (sum % 10)) % 10);
}

function groups(number: string, gap: string): string {
  return number.match(/.{1,4}/g)!.join(gap);
}
