import { describe, expect, test } from 'vitest';
import { formatPhc, parsePhc } from '../../src/crypto/phc.ts';
import { fc } from '../support/properties.ts';

const SALT = 'c29tZXNhbHQ';
const TAG = 'CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
const phc = (numbers: string, salt = SALT, tag = TAG) => `$argon2id$v=19$${numbers}$${salt}$${tag}`;
const base64 = (sizeBytes: number) => Buffer.alloc(sizeBytes, 7).toString('base64').replaceAll('=', '');

test('a verifier is read into its parts', () => {
  const { params, salt, tag } = parsePhc(phc('m=65536,t=2,p=1'));
  expect(params).toEqual({ memoryKiB: 65_536, passes: 2, parallelism: 1 });
  expect(Buffer.from(salt).toString()).toBe('somesalt');
  expect(Buffer.from(tag).toString('hex')).toBe('09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7');
});

test('a verifier has one spelling: what is read is written the same', () => {
  const numbers = fc.tuple(
    fc.integer({ min: 128, max: 262_144 }),
    fc.integer({ min: 1, max: 10 }),
    fc.integer({ min: 1, max: 16 }),
  );
  const bytes = (minLength: number) => fc.uint8Array({ minLength, maxLength: 64 });
  fc.assert(
    fc.property(numbers, bytes(8), bytes(16), ([memoryKiB, passes, parallelism], salt, tag) => {
      const text = formatPhc({ params: { memoryKiB, passes, parallelism }, salt, tag });
      const read = parsePhc(text);
      expect([new Uint8Array(read.salt), new Uint8Array(read.tag)]).toEqual([salt, tag]);
      expect(formatPhc(read)).toBe(text);
    }),
  );
});

describe('taken at the bounds', () => {
  test.each([
    ['the least memory for one lane', phc('m=8,t=1,p=1')],
    ['the least memory for sixteen', phc('m=128,t=1,p=16')],
    ['the most of everything', phc('m=262144,t=10,p=16', base64(64), base64(64))],
    ['the least salt and tag', phc('m=8,t=1,p=1', base64(8), base64(16))],
  ])('%s', (_, text) => {
    expect(formatPhc(parsePhc(text))).toBe(text);
  });
});

describe('refused', () => {
  const numbers = 'm=65536,t=2,p=1';
  test.each([
    ['nothing', ''],
    ['a password', 'correct horse'],
    ['Argon2i', phc(numbers).replace('argon2id', 'argon2i')],
    ['Argon2d', phc(numbers).replace('argon2id', 'argon2d')],
    ['bcrypt', '$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW'],
    ['no version, which means 0x10', phc(numbers).replace('$v=19', '')],
    ['version 0x10', phc(numbers).replace('v=19', 'v=16')],
    ['another order', phc('t=2,m=65536,p=1')],
    ['a key id', phc('m=65536,t=2,p=1,keyid=AAAA')],
    ['a missing number', phc('m=65536,t=2')],
    ['a leading zero', phc('m=065536,t=2,p=1')],
    ['a sign', phc('m=+65536,t=2,p=1')],
    ['a fraction', phc('m=65536,t=2.5,p=1')],
    ['an exponent', phc('m=1e4,t=2,p=1')],
    ['a space', phc('m=65536, t=2,p=1')],
    ['a line break at the end', `${phc(numbers)}\n`],
    ['no tag', `$argon2id$v=19$${numbers}$${SALT}`],
    ['something behind', `${phc(numbers)}$x`],
    ['padding', phc(numbers, `${SALT}=`)],
    ['base64url', phc(numbers, 'c29tZXN_bHQ')],
    ['stray bits at the end of the salt', phc(numbers, 'c29tZXNhbHR')],
    ['stray bits at the end of the tag', phc(numbers, SALT, TAG.replace(/c$/, 'd'))],
    ['a single base64 digit too many', phc(numbers, `${base64(9)}A`)],
    ['seven bytes of salt', phc(numbers, base64(7))],
    ['65 bytes of salt', phc(numbers, base64(65))],
    ['fifteen bytes of tag', phc(numbers, SALT, base64(15))],
    ['65 bytes of tag', phc(numbers, SALT, base64(65))],
    ['less memory than the lanes need', phc('m=31,t=1,p=4')],
    ['more than 256 MiB', phc('m=262145,t=1,p=1')],
    ['more memory than a number holds', phc('m=9999999999,t=1,p=1')],
    ['no pass', phc('m=65536,t=0,p=1')],
    ['eleven passes', phc('m=65536,t=11,p=1')],
    ['no lane', phc('m=65536,t=1,p=0')],
    ['seventeen lanes', phc('m=65536,t=1,p=17')],
    ['an endless text', phc(numbers, 'A'.repeat(100_000))],
  ])('%s', (_, text) => {
    expect(() => parsePhc(text)).toThrow(RangeError);
  });

  test('without repeating the text', () => {
    for (const text of ['Zebedee', phc(numbers, 'Zebedee'), `${phc(numbers)}Zebedee`]) {
      expect(() => parsePhc(text)).toThrow(/^(?!.*Zebedee)/s);
    }
  });
});
