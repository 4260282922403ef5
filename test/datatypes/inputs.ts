/** Random inputs of each data type for fast-check: mostly valid, typed the way people type. */
import { composeIBAN } from 'ibantools';
import type { Card } from '../../src/datatypes/card.ts';
import type { Name } from '../../src/datatypes/name.ts';
import { kindsOf } from '../../src/datatypes/national-id-kinds.ts';
import { dataType } from '../../src/datatypes/registry.ts';
import { fc } from '../support/properties.ts';

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
    postalCode: fc.constantFrom('10115', '87892-4172', 'wf3 5vs', '１０５－００１１', '105ー0011'),
    country: fc.constantFrom('DE', 'us', 'GB', 'JP', 'HK'),
  },
  { requiredKeys: ['line1', 'city', 'postalCode', 'country'] },
);

export const cardNumbers = fc
  .tuple(fc.constantFrom(...TEST_PREFIXES), fc.array(digit, { minLength: 5, maxLength: 12 }))
  .map(([prefix, rest]) => withCheckDigit(prefix + rest.join('')));

const cards = fc.record(
  {
    number: fc.tuple(cardNumbers, fc.constantFrom('', ' ', '-', '\u3000')).map(([number, gap]) => groups(number, gap)),
    expiryMonth: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom('1', '07', '12')),
    expiryYear: fc.oneof(fc.integer({ min: 2020, max: 2036 }), fc.constantFrom('2025', '2031')),
    holder: line,
  },
  { requiredKeys: ['number', 'expiryMonth', 'expiryYear'] },
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

const gap = fc.constantFrom('', '', ' ', '-', '\u2010', '\u3000');

/** A bare code as people type it: in groups, in any case, in full width. */
function typed(code: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const spellings = [(text: string) => text, (text: string) => text.toLowerCase(), fullWidth];
  return fc
    .tuple(space, code, gap, fc.constantFrom(...spellings), space)
    .map(([before, text, between, spell, after]) => before + spell(groups(text, between)) + after);
}

const digitsOf = (length: number) =>
  fc.array(digit, { minLength: length, maxLength: length }).map((all) => all.join(''));

/** Of invented accounts, with the check digits that their countries ask for. */
export const bareIbans = fc
  .oneof(
    digitsOf(18).map((bban) => ({ countryCode: 'DE', bban })),
    digitsOf(16).map((bban) => ({ countryCode: 'AT', bban })),
    digitsOf(14).map((rest) => ({ countryCode: 'GB', bban: `NWBK${rest}` })),
    digitsOf(18).map((rest) => ({ countryCode: 'LI', bban: rest.slice(0, 17) })),
  )
  .map((account) => composeIBAN(account) ?? 'DE89370400440532013000');
export const ibans = typed(bareIbans);

export const bankAccounts = fc.record(
  {
    routingNumber: typed(fc.constantFrom('021000021', '011401533', '091000019')),
    bic: typed(fc.constantFrom('DEUTDEFF', 'DEUTDEFF500', 'NEDSZAJJXXX')),
    accountNumber: typed(fc.stringMatching(/^[A-Z0-9]{2}[0-9]{2,15}$/)),
    accountType: fc.constantFrom('checking', 'savings', ' Savings'),
  },
  { requiredKeys: ['accountNumber'] },
);

export const cvcs = fc
  .tuple(
    space,
    fc.oneof(digitsOf(3), digitsOf(4)),
    fc.constantFrom((text: string) => text, fullWidth),
  )
  .map(([before, code, spell]) => before + spell(code));

export const datesOfBirth = fc
  .date({ min: new Date('1899-01-01'), max: new Date('2026-12-31'), noInvalidDate: true })
  .map((day) => day.toISOString().slice(0, 10));

/** The numbers that registers and their handbooks print as examples; each is nobody's, or everybody's. */
export const NATIONAL_NUMBERS: readonly (readonly [country: string, kind: string, number: string])[] = [
  ['AT', 'vnr', '1237010180'],
  ['AU', 'tfn', '123456782'],
  ['BE', 'nn', '85073003328'],
  ['BE', 'bis', '98472899765'],
  ['BG', 'egn', '7523169263'],
  ['BR', 'cpf', '11144477735'],
  ['CA', 'sin', '046454286'],
  ['CH', 'ahv', '7569217076985'],
  ['CN', 'ric', '360426199101010071'],
  ['CY', 'tic', '00123123T'],
  ['CZ', 'rc', '7103192745'],
  ['DE', 'idnr', '86095742719'],
  ['DK', 'cpr', '2110625629'],
  ['EE', 'ik', '37605030299'],
  ['ES', 'dni', '12345678Z'],
  ['ES', 'nie', 'X1234567L'],
  ['ES', 'nif', 'M1234567L'],
  ['FI', 'hetu', '131052-308T'],
  ['FR', 'nir', '255081416802538'],
  ['FR', 'nif', '3023217600053'],
  ['GB', 'nino', 'AB123456C'],
  ['GR', 'amka', '01013099997'],
  ['HK', 'hkid', 'G123456A'],
  ['HR', 'oib', '69435151530'],
  ['HU', 'adoazonosito', '8071592153'],
  ['IE', 'pps', '1234567T'],
  ['IN', 'aadhaar', '234123412346'],
  ['IN', 'pan', 'AAAPL1234C'],
  ['IT', 'codice_fiscale', 'RSSMRA85T10A562S'],
  ['JP', 'my_number', '123456789018'],
  ['LT', 'asmens_kodas', '33309240064'],
  ['LU', 'matricule', '1893120105732'],
  ['LV', 'personas_kods', '16117519997'],
  ['MT', 'id_card', '1234567M'],
  ['MX', 'curp', 'BOXW310820HNERXN09'],
  ['NL', 'bsn', '111222333'],
  ['NO', 'fodselsnummer', '15108695088'],
  ['PL', 'pesel', '44051401359'],
  ['PT', 'nif', '123456789'],
  ['RO', 'cnp', '1630615123457'],
  ['SE', 'personnummer', '198803200016'],
  ['SG', 'nric', 'S1234567D'],
  ['SI', 'emso', '0101006500006'],
  ['SK', 'rc', '7103192745'],
  ['TH', 'pin', '1112034563562'],
  ['TR', 'kimlik', '10000000146'],
  ['US', 'ssn', '123456789'],
  ['ZA', 'id_number', '7503305044089'],
];

/** Of each kind, numbers whose last two characters are what its check asks for; the printed one where there are none. */
export const nationalIds = fc
  .tuple(fc.constantFrom(...NATIONAL_NUMBERS), digitsOf(16), gap, fc.boolean(), fc.boolean())
  .map(([[country, kind, printed], random, between, saysKind, isLower]) => {
    const body = printed.replace(/\d/g, (_, at: number) => random.charAt(at)).slice(0, -2);
    const ends = Array.from({ length: 100 }, (_, end) => String(end).padStart(2, '0'));
    const checks = [...ends, ...ends.flatMap((end) => [...'ABCDEFGHJKLMNPQRSTVWXYZ'].map((letter) => end[1] + letter))];
    const one = kindsOf(country).find(({ name }) => name === kind);
    const number = body + (checks.find((end) => one?.isValid(body + end)) ?? '');
    const bare = one?.isValid(number) ? number : printed;
    const shown = groups(isLower ? bare.toLowerCase() : fullWidth(bare), between);
    return { country: isLower ? country.toLowerCase() : country, number: shown, ...(saysKind ? { kind } : {}) };
  });

export const usernames = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9_.-]{1,20}$/),
  fc.tuple(space, word, space).map((parts) => parts.join('')),
);

export const postalCodes = fc.record({
  code: fc.oneof(
    fc.constantFrom('10115', '87892-4172', 'wf3 5vs', '１０５－００１１', '105ー0011', ' sw1a  1aa', '512', 'AD100'),
    fc.stringMatching(/^[A-Za-z0-9 -]{2,12}$/),
  ),
  country: fc.constantFrom('DE', 'us', 'GB', 'ＪＰ', 'IS'),
});

export const inputs: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  email: emails,
  phone: phones,
  name: names,
  address: addresses,
  postal_code: postalCodes,
  date_of_birth: datesOfBirth,
  national_id: nationalIds,
  username: usernames,
  card: cards,
  password: passwords,
  ip: ips,
  user_agent: userAgents,
  cookie_id: cookieIds,
  search_terms: searchTermsTyped,
  serial_number: serialNumbers,
  document: documents,
  cvc: cvcs,
  iban: ibans,
  bank_account: bankAccounts,
  text: texts,
};

const few = (max: number) =>
  fc
    .array(fc.constantFrom('A', 'j', 'é', '伟', '王', '한', 'ก', 'Я', 'ß', '𠮷', 'क्ष', '7', '٤', '.', '-', '_', "'"), {
      maxLength: max,
    })
    .map((characters) => characters.join(''));

/** Values with next to nothing in them, in every script: of these a view must not show the whole. */
export const shortInputs: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  email: few(3).map((local) => `${local}@x.example`),
  phone: fc.constantFrom('+290 2123', '+683 4000', '+49 111', '+1 201 555 0123', '+800 1234 5678'),
  name: fc.record({ given: few(2), family: few(2) }),
  address: fc.record({
    ...{ line1: few(2), line2: few(1), city: few(2), region: few(1) },
    ...{ postalCode: fc.constantFrom('', '-', '1'), country: fc.constantFrom('HK', 'AE') },
  }),
  postal_code: fc.record({ code: fc.stringMatching(/^[A1 -]{2,6}$/), country: fc.constantFrom('DE', 'IS') }),
  username: few(3),
  serial_number: fc.stringMatching(/^[A1./ -]{4,12}$/),
  bank_account: fc.record({
    ...{ bic: fc.constant('DEUTDEFF'), accountNumber: fc.stringMatching(/^[A1-]{4,9}$/) },
  }),
  ip: fc.constantFrom('0.0.0.0', '10.0.0.0', '::', '::1', '1::', '2001:db8::', '2001:db8:7::'),
  user_agent: fc.constantFrom('Firefox', 'Firefox/128', 'Safari', 'x', 'other', 'curl/8.0', 'Slackbot 1.0'),
  card: cardNumbers.map((number) => ({ number: number.slice(0, 12), expiryMonth: 1, expiryYear: 2030 })),
  text: few(3),
  search_terms: few(2),
  document: few(2),
};

/** Of each part, what somebody who knows a value would look for; undefined where it has no such part. */
export const queries: Readonly<Record<string, (value: never) => unknown>> = {
  'email.domain': (value: string) => value.slice(value.indexOf('@') + 1).toUpperCase(),
  'name.family': ({ family }: Name) => (family === '' ? undefined : ` ${family} `),
  'phone.last4': (value: string) => {
    const [code = ''] = String(dataType('phone').views.masked(value)).split(' ');
    return value.length - code.length < 8 ? undefined : ` ${value.slice(-4)}`;
  },
  'iban.last4': (value: string) => (/\d{4}$/.test(value) ? value.slice(-4) : undefined),
  'card.last4': ({ number }: Card) => number.slice(-4),
  'card.last4_expiry': ({ number, expiryMonth, expiryYear }: Card) => ({
    last4: number.slice(-4),
    expiryMonth: String(expiryMonth).padStart(2, '0'),
    expiryYear,
  }),
};

export function fullWidth(text: string): string {
  return text.replace(/[!-~]/g, (ascii) => String.fromCharCode(ascii.charCodeAt(0) + 0xfee0));
}

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
