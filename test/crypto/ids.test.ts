import { expect, test } from 'vitest';
import { pooledRandom, type RandomSource } from '../../src/crypto/random.ts';
import {
  bytesOfId,
  createdAt,
  type IdKind,
  idOfBytes,
  isId,
  isTokenText,
  newId,
  newTenantId,
  newToken,
  sizeOfId,
  type TimedIdKind,
} from '../../src/ids.ts';
import { fc } from '../support/properties.ts';

const NOW = new Date('2026-03-04T05:06:07.089Z');
const prefixes: Record<IdKind, string> = {
  record: 'rec_',
  token: 'tok_',
  subject: 'sub_',
  tenant: 'ten_',
  principal: 'prn_',
  erasure: 'ers_',
  bucket: 'bkt_',
  audit: 'aud_',
  request: 'req_',
  apiKey: 'key_',
  job: 'job_',
  vault: 'vlt_',
  process: 'prc_',
  window: 'win_',
  hook: 'whk_',
  event: 'evt_',
  approval: 'apr_',
};
const kinds = Object.keys(prefixes) as IdKind[];
const timed = kinds.filter((kind): kind is TimedIdKind => kind !== 'token' && kind !== 'tenant');
const ones: RandomSource = (sizeBytes) => Buffer.alloc(sizeBytes, 0xff);
const zeros: RandomSource = (sizeBytes) => Buffer.alloc(sizeBytes);

function made(kind: IdKind, random: RandomSource): string {
  if (kind === 'token') return newToken(random);
  return kind === 'tenant' ? newTenantId(random) : newId(kind, random, NOW);
}

/** The UUID an id spells, by plain arithmetic. */
function uuid(id: string): string {
  let number = 0n;
  for (const letter of id.slice(4)) number = number * 32n + BigInt('0123456789abcdefghjkmnpqrstvwxyz'.indexOf(letter));
  const hex = number.toString(16).padStart(32, '0');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

test('an id spells a UUIDv7 that bears its time', () => {
  for (const random of [pooledRandom(), (n: number) => ones(n), (n: number) => zeros(n)]) {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 48 - 2 }), (ms) => {
        const id = newId('record', random, new Date(ms));
        expect(uuid(id)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(Number.parseInt(uuid(id).replaceAll('-', '').slice(0, 12), 16)).toBe(ms);
        expect(createdAt(id).getTime()).toBe(ms);
        expect(isId('record', id)).toBe(true);
      }),
    );
  }
});

test('the random bits of an id are those of the source', () => {
  const bytes = Buffer.from('07a5123456789abcdef0', 'hex');
  expect(uuid(newId('record', () => bytes, NOW))).toBe('019cb73d-3271-77a5-9234-56789abcdef0');
});

test('ids sort by the time they were made', () => {
  const random = pooledRandom();
  fc.assert(
    fc.property(fc.nat({ max: 2 ** 48 - 2 }), fc.nat({ max: 2 ** 48 - 2 }), (a, b) => {
      fc.pre(a < b);
      const [first, second] = [newId('audit', random, new Date(a)), newId('audit', random, new Date(b))];
      expect(first < second).toBe(true);
    }),
  );
});

test('ids of one millisecond grow strictly, beyond what the counter holds, and into the next millisecond', () => {
  for (const random of [pooledRandom(), (n: number) => ones(n)]) {
    let last = '';
    for (let i = 0; i < 30_000; i += 1) {
      const id = newId('record', random, new Date(NOW.getTime() + Math.floor(i / 10_000)));
      if (!(id > last && isId('record', id))) expect.fail(`${id} after ${last}`);
      last = id;
    }
    expect(createdAt(last as ReturnType<typeof newId<'record'>>).getTime() - NOW.getTime()).toBeLessThan(20);
  }
});

test('an id bears the time of the clock even after the clock was put back', () => {
  const random = pooledRandom();
  for (let i = 0; i < 5000; i += 1) newId('record', random, NOW);
  const earlier = new Date(NOW.getTime() - 3_600_000);
  expect(createdAt(newId('record', random, earlier))).toEqual(earlier);
});

test('one source of randomness does not move the ids of another', () => {
  const fixed = () => (sizeBytes: number) => Buffer.alloc(sizeBytes, 7);
  expect(newId('record', fixed(), NOW)).toBe(newId('record', fixed(), NOW));
});

test('ids and tokens do not repeat', () => {
  const random = pooledRandom();
  const seen = new Set<string>();
  for (let i = 0; i < 20_000; i += 1) seen.add(newId('record', random, NOW)).add(newToken(random));
  expect(seen.size).toBe(40_000);
});

test('a token spells 160 random bits and nothing else', () => {
  expect(newToken(() => Buffer.from('000102030405060708090a0b0c0d0e0f10111213', 'hex'))).toBe(
    'tok_000g40r40m30e209185gr38e1w8124gk',
  );
  expect(newToken(ones)).toBe(`tok_${'z'.repeat(32)}`);
  expect(newToken(zeros)).toBe(`tok_${'0'.repeat(32)}`);
});

test('a guard takes its own kind and no other', () => {
  const random = pooledRandom();
  for (const kind of kinds) {
    const id = made(kind, random);
    expect(id.startsWith(prefixes[kind])).toBe(true);
    for (const other of kinds) expect(isId(other, id)).toBe(other === kind);
  }
});

test('a guard refuses junk, and every spelling but one', () => {
  const random = pooledRandom();
  for (const kind of timed) {
    const id = newId(kind, random, NOW);
    const junk = [
      '',
      prefixes[kind],
      id.toUpperCase(),
      ` ${id}`,
      `${id} `,
      `${id}\n`,
      `${id}0`,
      id.slice(0, -1),
      id.slice(4),
      `${id.slice(0, 3)}-${id.slice(4)}`,
      `${id.slice(0, 8)}u${id.slice(9)}`,
      `${id.slice(0, 8)}l${id.slice(9)}`,
      `${id.slice(0, 8)}o${id.slice(9)}`,
      `${id.slice(0, 8)}i${id.slice(9)}`,
      `${id.slice(0, 8)}ı${id.slice(9)}`,
      `${id.slice(0, 4)}8${id.slice(5)}`,
      `${id.slice(0, 14)}0${id.slice(15)}`,
      `${id.slice(0, 17)}0${id.slice(18)}`,
    ];
    for (const text of junk) expect(isId(kind, text), JSON.stringify(text)).toBe(false);
    for (const value of [undefined, null, 1, {}, [id], new String(id)]) expect(isId(kind, value)).toBe(false);
  }
  fc.assert(fc.property(fc.string(), (text) => kinds.every((kind) => !isId(kind, text))));
});

test('a time that no id can bear is refused', () => {
  const random = pooledRandom();
  for (const ms of [-1, Number.NaN, 2 ** 48 - 1]) {
    expect(() => newId('record', random, new Date(ms))).toThrow(RangeError);
  }
});

test('any text of 1 to 512 visible ASCII characters could be a token, and nothing else could', () => {
  const cases: [unknown, boolean][] = [
    ['x', true],
    ['~!"\\%', true],
    ['x'.repeat(512), true],
    [newToken(pooledRandom()), true],
    ['', false],
    ['x'.repeat(513), false],
    ['a b', false],
    ['a\n', false],
    ['\u007f', false],
    ['é', false],
    [undefined, false],
    [null, false],
    [12345678, false],
    [['abcdefgh'], false],
    [new String('abcdefgh'), false],
  ];
  for (const [value, expected] of cases) expect(isTokenText(value), JSON.stringify(value)).toBe(expected);
});

test('the bytes of an id and its text are one another’s, and sort alike', () => {
  for (const kind of kinds) {
    const bytes = fc.uint8Array({ minLength: sizeOfId(kind), maxLength: sizeOfId(kind) });
    fc.assert(
      fc.property(bytes, bytes, (one, other) => {
        const [first, second] = [idOfBytes(kind, one), idOfBytes(kind, other)];
        expect(bytesOfId(kind, first)).toEqual(Buffer.from(one));
        expect(Math.sign(Buffer.compare(one, other))).toBe(first === second ? 0 : first < second ? -1 : 1);
      }),
    );
    const id = made(kind, pooledRandom());
    expect(idOfBytes(kind, bytesOfId(kind, id) as Buffer)).toBe(id);
    const [prefix, body] = [id.slice(0, 4), id.slice(5)];
    // Another kind's, too long, too short, a capital, a look-alike, beyond the last number, and not a letter at all.
    const others = [
      `xyz_${id.slice(4)}`,
      `${id}0`,
      id.slice(0, -1),
      ...['A', 'o', 'é', '\u{1f980}'].map((a) => prefix + a + body),
    ];
    if (kind !== 'token') others.push(`${prefix}8${body}`);
    for (const text of others) expect(bytesOfId(kind, text), text).toBeUndefined();
  }
});
