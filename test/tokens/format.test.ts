import { isValidIBAN } from 'ibantools';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { describe, expect, test } from 'vitest';
import { pooledRandom, type RandomSource } from '../../src/crypto/random.ts';
import { card } from '../../src/datatypes/card.ts';
import {
  type DataType,
  type Json,
  type ShapedFormat,
  TOKEN_FORMATS,
  type TokenFormatName,
} from '../../src/datatypes/datatype.ts';
import { email } from '../../src/datatypes/email.ts';
import { phone } from '../../src/datatypes/phone.ts';
import { dataTypes } from '../../src/datatypes/registry.ts';
import { text } from '../../src/datatypes/text.ts';
import { isId, isTokenText } from '../../src/ids.ts';
import { drawToken, formatsOf } from '../../src/tokens/format.ts';
import { fc } from '../support/properties.ts';
import { batched, cardType, chiSquare, loneCard, luhn, mod97, seeded, textType, visa } from './drawing.ts';

const NOW = new Date('2026-03-04T05:06:07.089Z');
const context = { now: NOW };
const sources = fc.oneof(fc.integer().map(seeded), fc.constant(pooledRandom()));
const digitTexts = (minLength: number, maxLength: number) =>
  fc.stringMatching(new RegExp(`^[0-9]{${minLength},${maxLength}}$`));

function draws(format: TokenFormatName, type: DataType, value: Json, count: number, random: RandomSource): string[] {
  return Array.from({ length: count }, () => drawToken(format, type, value, random));
}

function refusal(format: TokenFormatName, type: DataType, value: Json, random = pooledRandom()): unknown {
  try {
    return drawToken(format, type, value, random);
  } catch (error) {
    expect(error).toMatchObject({ code: 'token_format_not_offered' });
    expect(error).toMatchObject({ kind: 'invalid', code: 'token_format_not_offered', field: 'format' });
    return (error as Error).message;
  }
}

describe('a shaped token has the shape of its value, and is none', () => {
  test('card: 16 digits from 0 to the last four of the source, failing the Luhn check whatever the type says', () => {
    fc.assert(
      fc.property(sources, digitTexts(12, 19), fc.constantFrom(loneCard, cardType), (random, number, type) => {
        const token = drawToken('card', type, { ...visa, number }, random);
        expect(token).toMatch(/^0\d{15}$/);
        expect(token.slice(-4)).toBe(number.slice(-4));
        expect(luhn(token)).toBe(false);
        expect(() => card.parse({ ...visa, number: token }, context)).toThrow('check digit');
      }),
      { numRuns: 2_000 },
    );
  });

  test('digits: as many as the source has, none that the type or a card scanner would take', () => {
    const checked = (token: string) => Number(token.slice(0, -1)) % 7 === Number(token.at(-1));
    fc.assert(
      fc.property(sources, digitTexts(11, 40), (random, number) => {
        const token = drawToken('digits', textType('digits', checked), number, random);
        expect(token).toMatch(/^\d+$/);
        expect(token.length).toBe(number.length);
        expect(checked(token)).toBe(false);
        expect(token.length <= 19 && token.length >= 12 && luhn(token)).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  test('email: an address under a domain that never resolves', () => {
    fc.assert(
      fc.property(sources, fc.emailAddress(), (random, address) => {
        const token = drawToken('email', textType('email'), address, random);
        expect(token).toMatch(/^[0-9a-hjkmnp-tv-z]{32}@lethe\.invalid$/);
        expect(email.parse(token, context)).toBe(token);
      }),
    );
  });

  test('phone: E.164 of 15 digits under a code of no country', () => {
    fc.assert(
      fc.property(sources, (random) => {
        const token = drawToken('phone', textType('phone'), '+442079460958', random);
        expect(token).toMatch(/^\+899\d{12}$/);
        expect(parsePhoneNumberFromString(token)).toBeUndefined();
        expect(() => phone.parse(token, context)).toThrow();
        expect(luhn(token.slice(1))).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  test('iban: as long as the source, of no country, failing its checksum', () => {
    const ibans = ['NO9386011117947', 'DE89370400440532013000', 'MT84MALT011000012345MTLCAST001S'];
    fc.assert(
      fc.property(sources, fc.constantFrom(...ibans), (random, iban) => {
        const token = drawToken('iban', textType('iban'), iban, random);
        expect(token).toMatch(/^ZZ\d+$/);
        expect(token.length).toBe(iban.length);
        expect(mod97(token)).not.toBe(1n);
        expect(isValidIBAN(token)).toBe(false);
      }),
      { numRuns: 5_000 },
    );
  });
});

test('the default is a token id, and a uuid is one of version 4 with the bits of the source', () => {
  expect(isId('token', drawToken('random', text, 'a text', pooledRandom()))).toBe(true);
  const uuids = draws('uuid', text, 'a text', 1_000, pooledRandom());
  for (const uuid of uuids)
    expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(uuids).size).toBe(uuids.length);
  const bytes = () => Buffer.from('00112233445566778899aabbccddeeff', 'hex');
  expect(drawToken('uuid', text, 'a text', bytes)).toBe('00112233-4455-4677-8899-aabbccddeeff');
});

test('a token holds nothing of the value but what its format declares: another value gives the same token', () => {
  const pairs: [TokenFormatName, DataType, Json, Json][] = [
    ['random', text, 'one', 'another'],
    ['uuid', text, 'one', 'another'],
    ['card', cardType, visa, { ...visa, number: '5555550004242' }],
    ['digits', textType('digits'), '12345678901', '99999999999'],
    ['email', textType('email'), 'ada@example.com', 'b@example.org'],
    ['phone', textType('phone'), '+442079460958', '+12015550123'],
    ['iban', textType('iban'), 'DE89370400440532013000', 'GB33BUKB20201555555555'],
  ];
  expect(new Set(pairs.map(([format]) => format))).toEqual(new Set(TOKEN_FORMATS));
  for (const [format, type, one, other] of pairs) {
    for (let seed = 0; seed < 50; seed += 1) {
      const token = drawToken(format, type, one, seeded(seed));
      expect(drawToken(format, type, other, seeded(seed)), format).toBe(token);
      expect(drawToken(format, type, one, seeded(seed + 1_000)), format).not.toBe(token);
    }
  }
});

test('every digit that is drawn is as likely in every place', () => {
  const columns: [TokenFormatName, DataType, Json, from: number, to: number][] = [
    ['card', cardType, visa, 1, 12],
    ['digits', textType('digits'), '9'.repeat(30), 0, 30],
    ['phone', textType('phone'), '+442079460958', 4, 16],
    ['iban', textType('iban'), 'DE89370400440532013000', 2, 22],
  ];
  for (const [format, type, value, from, to] of columns) {
    const tokens = draws(format, type, value, 20_000, seeded(7));
    for (let place = from; place < to; place += 1) {
      const counts = Array.from({ length: 10 }, () => 0);
      for (const token of tokens) counts[Number(token[place])]! += 1;
      // Nine degrees of freedom: above 40 with a chance under 10^-5, and the seed is fixed.
      expect(chiSquare(counts), `${format} at ${place}`).toBeLessThan(40);
    }
  }
});

test('of ten million card tokens none passes the Luhn check', { timeout: 120_000 }, () => {
  const random = batched();
  let passing = 0;
  for (let i = 0; i < 10_000_000; i += 1) if (luhn(drawToken('card', loneCard, visa, random))) passing += 1;
  expect(passing).toBe(0);
});

describe('refused when asked for', () => {
  test('a shape that the type does not have', () => {
    for (const format of ['card', 'digits', 'email', 'phone', 'iban'] as const) {
      expect(refusal(format, text, 'a text')).toMatch('This data type has no tokens');
    }
  });

  test('any token of a value that is kept in a window alone', () => {
    const window: DataType = { ...cardType, custody: 'window' };
    expect(formatsOf(window)).toEqual([]);
    for (const format of TOKEN_FORMATS) expect(refusal(format, window, visa)).toMatch('This data type has no tokens');
  });

  test('a value without the part whose shape is asked for', () => {
    const type: DataType = { ...text, shapes: { iban: { source: () => undefined, isReal: () => false } } };
    expect(refusal('iban', type, 'GB account 1')).toMatch('no part of that shape');
  });

  test.each<[TokenFormatName, string]>([
    ['digits', '123456789'],
    ['digits', '1234567890'],
    ['digits', ''],
    ['card', '424'],
    ['card', '424242424242424x'],
    ['iban', 'NO938601111794'],
    ['iban', `DE${'1'.repeat(33)}`],
  ])('%s for %s, which leaves too few tokens', (format, source) => {
    const random: RandomSource = () => expect.fail('Nothing may be drawn.');
    const message = refusal(format, textType(format as 'digits'), source, random);
    expect(message).toMatch('too few tokens');
    if (source !== '') expect(message).not.toContain(source);
  });

  test('the last length that leaves enough is offered', () => {
    for (const [format, source] of [
      ['digits', '12345678901'],
      ['iban', 'NO9386011117947'],
      ['iban', `MT${'1'.repeat(32)}`],
    ] as const) {
      expect(drawToken(format, textType(format), source, pooledRandom()).length).toBe(source.length);
    }
  });

  test('a shape to which every token is real', () => {
    expect(
      refusal(
        'digits',
        textType('digits', () => true),
        '12345678901',
      ),
    ).toMatch('too few tokens');
  });
});

test('a source of bytes that never change is refused, not waited for', () => {
  const ones: RandomSource = (sizeBytes) => Buffer.alloc(sizeBytes, 0xff);
  expect(() => drawToken('phone', textType('phone'), '+442079460958', ones)).toThrow(RangeError);
});

/** Where the catalogue's own examples leave too few tokens: a number of the most digits. */
const LONGER: Record<string, Json[]> = { national_id: [{ country: 'TR', number: '10000000146' }] };

test('a type offers the random formats and its own shapes, the default first', () => {
  expect(formatsOf(text)).toEqual(['random', 'uuid']);
  expect(formatsOf(cardType)).toEqual(['random', 'uuid', 'card']);
  expect(formatsOf(textType('iban'))).toEqual(['random', 'uuid', 'iban']);
  for (const type of dataTypes()) {
    const examples = [...type.examples, ...(LONGER[type.name] ?? [])];
    const values = examples.map((example) => type.parse(example, context));
    for (const format of formatsOf(type)) {
      // The number of nine digits among them leaves too few.
      const shape = type.shapes?.[format as ShapedFormat];
      const value = values.find((one) => shape === undefined || (shape.source(one)?.length ?? 0) > 10);
      expect(isTokenText(drawToken(format, type, value!, pooledRandom()))).toBe(true);
    }
  }
});
