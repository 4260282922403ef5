import { describe, expect, test } from 'vitest';
import type { DataType, Json } from '../../src/datatypes/datatype.ts';
import { text } from '../../src/datatypes/text.ts';
import { isTokenText } from '../../src/ids.ts';
import { assertForeignToken } from '../../src/tokens/foreign.ts';
import { drawToken, formatsOf } from '../../src/tokens/format.ts';
import { fc } from '../support/properties.ts';
import { cardType, seeded, textType, visa } from './drawing.ts';

const jane = { given: 'Jane', family: 'Müller-Lüdenscheid', born: 1985, number: 301234567 };

/** The message of the refusal, or undefined for a token that is taken. */
function refusal(token: string, type: DataType = text, value: Json = 'a text of its own'): string | undefined {
  try {
    assertForeignToken(token, type, value);
    return undefined;
  } catch (error) {
    expect(error).toMatchObject({ code: 'invalid_token' });
    expect(error).toMatchObject({ kind: 'invalid', code: 'invalid_token', field: 'token' });
    return (error as Error).message;
  }
}

describe('taken', () => {
  test.each([
    ['a UUID', '3f0c8b1e-7c7b-4a57-9d62-0a4e4e0f9f11'],
    ['a token of another Lethe', 'tok_zf5jjpn14gm6hfwqd6wnx5xtezs9cnyh'],
    ['the ciphertext of a transit engine', 'vault:v1:8SDd3WHDOjf7mq69CyCqYjBXAiQQAVZRkFM13ok481zoCmHnSeDX9g=='],
    ['an address under a reserved domain', 'q8w4n2r5@tokens.example'],
    ['eight characters', 'a1b2c3d4'],
    ['255 characters', 'x'.repeat(255)],
    ['digits that fail the Luhn check', '4242424242424241'],
    ['eleven digits', '00000000000'],
    ['twenty digits', '0'.repeat(20)],
  ])('%s', (_, token) => {
    expect(refusal(token)).toBeUndefined();
    expect(isTokenText(token)).toBe(true);
  });

  test.each<[string, string, DataType, Json]>([
    ['the last four of a card', 'card-4242-x1', cardType, visa],
    ['the year of an expiry', 'q2030q2030', cardType, visa],
    ['a short word by chance', 'tok_jane1234jane1234jane1234jane1234', text, jane],
    ['a postcode by chance', '3f0c8b1e-7c7b-4a57-9d62-0a4e10109f11', text, { postcode: '1010' }],
    ['a year of birth', 'born1985', text, jane],
    ['a word of three letters', 'ada-7f3c-91', text, { given: 'Ada' }],
  ])('%s in it', (_, token, type, value) => {
    expect(refusal(token, type, value)).toBeUndefined();
  });
});

describe('refused', () => {
  test.each([
    ['nothing', ''],
    ['seven characters', 'a1b2c3d'],
    ['256 characters', 'x'.repeat(256)],
    ['a space', 'a1b2 c3d4'],
    ['a line break at the end', 'a1b2c3d4\n'],
    ['a control character', 'a1b2\u0000c3d4'],
    ['DEL', 'a1b2\u007fc3d4'],
    ['a letter beyond ASCII', 'a1b2c3dé'],
    ...[...'"\\<>&%`\',;'].map((sign) => [`a ${sign}`, `a1b2${sign}c3d4`] as [string, string]),
    ['a formula', '=1+2+3+4'],
    ['a macro', '@SUM(1+1)'],
    ['what only looks like one of ours', 'tok_1234'],
    ['one of ours in capitals', 'TOK_ZF5JJPN14GM6HFWQD6WNX5XTEZS9CNYH'],
    ['one of ours and more', 'tok_zf5jjpn14gm6hfwqd6wnx5xtezs9cnyh0'],
    ['a reserved beginning', 'cvc_1234567890'],
    ['a reserved beginning in capitals', 'CVC_1234567890'],
    ['a card number of another type', '4242424242424242'],
    ['a card number with separators', '5555-5555.5555:4444'],
    ['a card number of 12 digits', '000000000000'],
    ['a card number of 19 digits', '6304000000000000000'],
  ])('%s', (_, token) => {
    const message = refusal(token);
    expect(message).toBeTypeOf('string');
    if (token.length > 2) expect(message).not.toContain(token);
  });

  test('what the type could take for real, in any of its shapes', () => {
    const type = textType('email', (token) => token.endsWith('@example.com'));
    expect(refusal('zoe.w@example.com', type, 'ada@example.com')).toMatch('real value');
    expect(refusal('zoe.w@example.net', type, 'ada@example.com')).toBeUndefined();
  });

  test.each<[string, string, DataType, Json]>([
    ['the value', 'jane.doe@example.com', text, 'jane.doe@example.com'],
    ['the value in other case', 'JANE.DOE@EXAMPLE.COM', text, 'jane.doe@example.com'],
    ['the value in a text', 'id:jane.doe@example.com:1', text, 'jane.doe@example.com'],
    ['the value without separators', 'u-janedoeexamplecom', text, 'jane.doe@example.com'],
    ['a part of the value', 'jane.doe', text, 'jane.doe@example.com'],
    ['the digits of the value, set apart', '+44(20)7946-0958', text, '+442079460958'],
    ['the digits of the value without its sign', 'p442079460958', text, '+442079460958'],
    ['a card number around which is more', 'pan:4242-4242-4242-4242:1', cardType, visa],
    ['the last digits of a card number', '42424242', cardType, visa],
    ['the last four digits alone', '----4242', cardType, visa],
    ['the holder', 'adabyron-1', cardType, visa],
    ['a word of four letters', 'cust-jane-1', text, jane],
    ['a name without its accents', 'MULLER_LUDENSCHEID_7', text, jane],
    ['a number in the value', 'no-301-234-567', text, jane],
    ['a value that is a number', 'no-301-234-567', text, 301_234_567],
    ['what stands deeper in the value', 'x-geheim-x', text, { notes: ['eins', { more: 'Geheim' }] }],
    ['a long word, though it has our shape', 'tok_adabyr0n00000000000000000000000z', text, 'adabyr0n'],
  ])('%s', (_, token, type, value) => {
    const message = refusal(token, type, value);
    expect(message).toBeTypeOf('string');
    expect(message).not.toContain(token);
  });
});

test('no text around the value hides it, in any case and with any separators', () => {
  const letters = fc.stringMatching(/^[a-z0-9]{4,20}$/);
  const around = fc.stringMatching(/^[a-zA-Z0-9_.:~-]{4,20}$/);
  fc.assert(
    fc.property(letters, around, around, fc.boolean(), (value, before, after, apart) => {
      const written = apart ? [...value].join('-') : value.toUpperCase();
      expect(refusal(`x${before}${written}${after}`, text, { inner: value })).toBeTypeOf('string');
    }),
    { numRuns: 1_000 },
  );
});

test('whatever is taken comes back from JSON, a URL segment, an XML text and a CSV field as it was', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 8, maxLength: 40 }), (token) => {
      fc.pre(refusal(token, text, 'ß') === undefined);
      expect(JSON.stringify(token)).toBe(`"${token}"`);
      const url = new URL(`https://lethe.example/v1/tokens/${encodeURIComponent(token)}`);
      expect(decodeURIComponent(url.pathname.split('/').at(-1)!)).toBe(token);
      expect(token).not.toMatch(/[\s"',;&<>]|^[=@]/);
    }),
    { numRuns: 1_000 },
  );
});

test('a long text full of accents is compared in time', () => {
  // Decomposed whole, it would run into the time limit of the test.
  const slow = `a${'\u0301'.repeat(100_000)}${'\u0323'.repeat(100_000)}`;
  expect(refusal('a1b2c3d4', text, slow)).toBeUndefined();
});

test('what one vault draws for a value another may be brought for it', () => {
  const random = seeded(11);
  const values: [DataType, Json][] = [
    [cardType, visa],
    [textType('digits'), '12345678901'],
    [textType('email'), 'ada@example.com'],
    [textType('phone'), '+442079460958'],
    [textType('iban'), 'DE89370400440532013000'],
  ];
  for (const [type, value] of values) {
    for (const format of formatsOf(type)) {
      for (let i = 0; i < 2_000; i += 1) {
        const token = drawToken(format, type, value, random);
        expect(refusal(token, type, value), token).toBeUndefined();
      }
    }
  }
});
