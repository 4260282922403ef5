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

const octet = fc.integer({ min: 0, max: 255 });
const dotted = fc.tuple(octet, octet, octet, octet).map((octets) => octets.join('.'));
const group = fc.oneof(fc.constantFrom('0', '0000', 'DB8', '00ab'), fc.stringMatching(/^[0-9a-fA-F]{1,4}$/));
const groups8 = fc.array(group, { minLength: 8, maxLength: 8 });

/** An IPv6 address of eight groups, some of them left to `::`, the last two dotted or not. */
const ipv6 = fc.tuple(groups8, fc.option(dotted), fc.option(fc.tuple(fc.nat(8), fc.nat(8)))).map(([all, end, gap]) => {
  const parts = end === null ? all : [...all.slice(0, 6), end];
  if (gap === null) return parts.join(':');
  const [from, to] = gap.map((place) => Math.min(place, 6)).sort() as [number, number];
  return from === to ? parts.join(':') : `${parts.slice(0, from).join(':')}::${parts.slice(to).join(':')}`;
});

export const ips = fc
  .tuple(
    space,
    fc.oneof(
      dotted,
      ipv6,
      ipv6,
      dotted.map((address) => `::FFFF:${address}`),
    ),
    space,
  )
  .map((parts) => parts.join(''));

const product = fc.constantFrom(
  'Mozilla',
  'Firefox',
  'Chrome',
  'Version',
  'Edg',
  'OPR',
  'Googlebot',
  'curl',
  'Slackbot',
);
const products = fc
  .tuple(product, fc.constantFrom('/', ' '), fc.stringMatching(/^[0-9]{1,6}([._][0-9]{1,3}){0,3}$/))
  .map((parts) => parts.join(''));
const comment = fc.constantFrom(
  '(X11; Linux x86_64)',
  '(compatible; MSIE 10.0; Windows NT 6.2)',
  '(',
  ' Safari',
  ' like Gecko',
);

export const userAgents = fc.oneof(
  fc.array(fc.oneof(products, comment, word), { minLength: 1, maxLength: 8 }).map((parts) => parts.join(' ')),
  fc.constantFrom('Firefox 128', 'Safari', 'other'),
);

export const cookieIds = fc
  .tuple(space, fc.stringMatching(/^[!#-+\--:<-[\]-~]{8,256}$/), space)
  .map((parts) => parts.join(''));

export const searchTermsTyped = line;

const separator = fc.constantFrom('', '', '-', '.', '/', ' ', '\u3000');
export const serialNumbers = fc
  .tuple(
    space,
    fc.array(fc.tuple(fc.stringMatching(/^[A-Za-z0-9Ａ-Ｚ]$/), separator), { minLength: 3, maxLength: 24 }),
    space,
  )
  .map(([before, characters, after]) => before + characters.flat().join('') + after);

export const documents = fc.oneof(
  fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 4 })),
  fc.array(fc.jsonValue({ maxDepth: 4 })),
);

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replaceAll('=', '');
/** Verifiers as PHC text: of no password, for nothing here computes one. */
export const verifiers = fc
  .tuple(
    fc.record({ lanes: fc.integer({ min: 1, max: 16 }), passes: fc.integer({ min: 1, max: 10 }) }),
    fc.integer({ min: 128, max: 262_144 }),
    fc.uint8Array({ minLength: 8, maxLength: 64 }),
    fc.uint8Array({ minLength: 16, maxLength: 64 }),
  )
  .map(
    ([{ lanes, passes }, memory, salt, tag]) =>
      `$argon2id$v=19$m=${memory},t=${passes},p=${lanes}$${base64(salt)}$${base64(tag)}`,
  );

export const passwords = fc.oneof(
  line,
  fc.string({ unit: 'grapheme' }),
  fc.record({ password: line }),
  fc.record({ phc: verifiers }),
);

export const inputs: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  email: emails,
  phone: phones,
  name: names,
  address: addresses,
  card: cards,
  password: passwords,
  ip: ips,
  user_agent: userAgents,
  cookie_id: cookieIds,
  search_terms: searchTermsTyped,
  serial_number: serialNumbers,
  document: documents,
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
