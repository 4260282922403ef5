/** Which forms a value is indexed and looked for in, over what a tenant keeps of it and the versions its type has had. */
import { expect, test } from 'vitest';
import type { DataType, Keep, SearchPart } from '../../src/datatypes/datatype.ts';
import { MIN_DISTINCT } from '../../src/datatypes/datatype.ts';
import { dataType, dataTypes } from '../../src/datatypes/registry.ts';
import { InvalidValueError } from '../../src/errors.ts';
import { accept } from '../../src/intake/accept.ts';
import { formsOf } from '../../src/search/blind-index.ts';
import { criterionOf } from '../../src/search/criteria.ts';
import { CONTEXT } from '../datatypes/expectations.ts';

const { now } = CONTEXT;
const keepOf = (type: DataType, name: string) => ({ name, ...(type.keeps?.[name] as Keep) });
/** What is stored of an input, and the forms it is indexed in. */
function storedAs(type: DataType, input: unknown, keep?: string) {
  const known = { type, keep: keep === undefined ? undefined : keepOf(type, keep), unique: false, earlier: [] };
  const { value, kept } = accept(known, input, { now });
  return { value, forms: formsOf(type, value, kept) };
}
const asked = (type: DataType, value: unknown, part?: string, earlier: DataType[] = []) =>
  criterionOf({ type, keep: undefined, unique: false, earlier }, { value, part }, CONTEXT);
/** Whether a search finds what is stored: by the index first, then by comparison. */
function finds(criterion: ReturnType<typeof asked>, type: DataType, stored: ReturnType<typeof storedAs>): boolean {
  const isOffered = stored.forms.some((form) => criterion.forms.some((wanted) => sameForm(form, wanted)));
  return isOffered && criterion.matches(type, stored.value);
}
const sameForm = (a: object, b: object) =>
  JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());

/** A type of one's own: text of which case does not matter, up to a length. */
function custom(over: Partial<DataType<string>> & { maxLength?: number } = {}): DataType {
  const { maxLength = 20, ...rest } = over;
  const made: DataType<string> = {
    name: 'badge',
    version: 1,
    category: 'account',
    description: 'A badge.',
    input: dataType('text').input,
    examples: ['B-1'],
    spread: 'unique',
    parse(input) {
      if (typeof input !== 'string' || input.length > maxLength) throw new InvalidValueError('', 'Too long.');
      return input;
    },
    canonical: (value) => value.toLowerCase(),
    views: { masked: () => '***' },
    ...rest,
  };
  return made as DataType;
}

test('an address kept as its network is found by every address of it, one kept whole by itself alone', () => {
  const ip = dataType('ip');
  const network = storedAs(ip, '203.0.113.77', 'network');
  const whole = storedAs(ip, '203.0.113.77');
  expect(network.forms).toEqual([
    { name: 'ip:network', typeVersion: ip.version, spread: 'shared', text: ip.canonical(network.value) },
  ]);
  expect(whole.forms).toEqual([{ name: 'ip', typeVersion: ip.version, spread: 'unique', text: '203.0.113.77' }]);

  for (const [value, ofNetwork, ofWhole] of [
    ['203.0.113.77', true, true],
    ['203.0.113.78', true, false],
    ['::ffff:203.0.113.77', true, true],
    ['203.0.114.77', false, false],
    ['2001:db8::1', false, false],
  ] as const) {
    const criterion = asked(ip, value);
    expect([finds(criterion, ip, network), finds(criterion, ip, whole)], value).toEqual([ofNetwork, ofWhole]);
  }
});

test('what is kept in a form that is not searchable has no entry, and no search finds it', () => {
  const born = dataType('date_of_birth');
  const year = storedAs(born, '1990-07-21', 'year');
  expect(year.forms).toEqual([]);
  const criterion = asked(born, '1990-07-21');
  expect(criterion.forms.map(({ name }) => name)).toEqual(['date_of_birth']);
  expect(criterion.matches(born, year.value)).toBe(false);
  expect(criterion.matches(born, '1990-07-21')).toBe(true);

  const agent = dataType('user_agent');
  expect(storedAs(agent, 'Mozilla/5.0', 'browser').forms).toEqual([]);
  expect(() => asked(agent, 'Mozilla/5.0')).toThrow(expect.objectContaining({ code: 'not_searchable' }));
});

test('no part of a value is indexed of which less is kept', () => {
  const cutting = { ...dataType('email'), keeps: { domain: keepOfDomain } } as DataType;
  expect(storedAs(cutting, 'a@b.example').forms.map(({ name }) => name)).toEqual(['email', 'email.domain']);
  expect(storedAs(cutting, 'a@b.example', 'domain').forms.map(({ name }) => name)).toEqual(['email:domain']);
});
const keepOfDomain: Keep<string> = {
  description: 'The domain alone.',
  spread: 'shared',
  cut: (value) => `@${value.slice(value.indexOf('@') + 1)}`,
};

test('a type that only a lesser form makes searchable is searched in that form alone', () => {
  const first: Keep<string> = { description: 'Half.', spread: 'shared', cut: (value) => value.slice(0, 3) };
  const type = custom({ spread: 'none', keeps: { half: first } });
  const [half, whole] = [storedAs(type, 'abcdef', 'half'), storedAs(type, 'abcdef')];
  expect(whole.forms).toEqual([]);
  expect(finds(asked(type, 'abcxyz'), type, half)).toBe(true);
  expect(finds(asked(type, 'abcdef'), type, whole)).toBe(false);
});

test('a type with parts and no whole is searched by its parts, and not as a whole', () => {
  const area: SearchPart<string> = {
    ...{
      description: 'Area.',
      input: dataType('text').input,
      examples: ['ab'],
      spread: 'shared' as const,
      distinct: 10_000,
    },
    parse: (input: unknown) => String(input).toLowerCase(),
    of: (value) => (value.includes('-') ? value.split('-')[0]?.toLowerCase() : undefined),
  };
  const type = custom({ spread: 'none', parts: { area } });
  const [one, without] = [storedAs(type, 'AB-12'), storedAs(type, 'AB12')];

  expect(one.forms).toEqual([{ name: 'badge.area', typeVersion: 1, spread: 'shared', text: 'ab' }]);
  expect(without.forms).toEqual([]);
  expect(finds(asked(type, 'Ab', 'area'), type, one)).toBe(true);
  expect(finds(asked(type, 'ac', 'area'), type, one)).toBe(false);
  expect(() => asked(type, 'AB-12')).toThrow(expect.objectContaining({ code: 'not_searchable', field: 'type' }));
});

test('values of earlier versions of a type are found by what those versions make of the value', () => {
  const first = custom({ canonical: (value) => value });
  const second = custom({ version: 2 });
  const [old, fresh] = [storedAs(first, 'B-1'), storedAs(second, 'b-1')];
  const criterion = asked(second, 'B-1', undefined, [first]);

  expect(finds(criterion, first, old)).toBe(true);
  expect(finds(criterion, second, fresh)).toBe(true);
  // To the first version, case mattered.
  expect(finds(asked(second, 'b-1', undefined, [first]), first, old)).toBe(false);
  // A form of one version is never taken for the same text under another.
  expect(asked(second, 'b-1').matches(first, 'b-1')).toBe(false);
});

test('a value that an earlier version refused is looked for under the others, one that the current refuses not at all', () => {
  const narrow = custom({ maxLength: 3 });
  const wide = custom({ version: 2 });
  expect(asked(wide, 'abcdef', undefined, [narrow]).forms.map(({ typeVersion }) => typeVersion)).toEqual([2]);
  expect(asked(wide, 'abc', undefined, [narrow]).forms.map(({ typeVersion }) => typeVersion)).toEqual([2, 1]);
  const narrower = { ...narrow, version: 3 };
  expect(() => asked(narrower, 'abcdef', undefined, [wide])).toThrow(InvalidValueError);
  const broken = custom({
    parse: () => {
      throw new TypeError('a mistake');
    },
  });
  expect(() => asked(wide, 'abc', undefined, [broken])).toThrow(TypeError);
});

test('a part that an earlier version did not have is looked for under those that do', () => {
  const email = dataType('email');
  const { parts: _, ...bare } = email;
  const first = { ...bare, version: 0 } as DataType;
  const criterion = asked(email, 'b.example', 'domain', [first]);
  expect(criterion.forms).toEqual([
    { name: 'email.domain', typeVersion: email.version, spread: 'shared', text: 'b.example' },
  ]);
  expect(criterion.matches(first, 'a@b.example')).toBe(false);
});

/** Every index there is, with how alike what it compares is. A new one is a decision, and has its line here. */
const INDEXES = {
  address: 'unique',
  bank_account: 'unique',
  card: 'unique',
  'card.last4': 'shared',
  'card.last4_expiry': 'shared',
  cookie_id: 'unique',
  date_of_birth: 'shared',
  email: 'unique',
  'email.domain': 'shared',
  iban: 'unique',
  'iban.last4': 'shared',
  ip: 'unique',
  'ip:network': 'shared',
  name: 'shared',
  'name.family': 'shared',
  national_id: 'unique',
  phone: 'unique',
  'phone.last4': 'shared',
  postal_code: 'shared',
  serial_number: 'unique',
  username: 'unique',
};

test('what is indexed is this, and of each part so much is declared as an index needs', () => {
  const all = dataTypes().flatMap((type) => [
    [type.name, type.spread],
    ...Object.entries(type.parts ?? {}).map(([part, { spread }]) => [`${type.name}.${part}`, spread]),
    ...Object.entries(type.keeps ?? {}).map(([keep, { spread }]) => [`${type.name}:${keep}`, spread]),
  ]);
  expect(Object.fromEntries(all.filter(([, spread]) => spread !== 'none'))).toEqual(INDEXES);
  for (const type of dataTypes()) {
    for (const [name, part] of Object.entries(type.parts ?? {})) {
      expect(part.distinct, name).toBeGreaterThanOrEqual(MIN_DISTINCT);
      // What few have alone is not the whole of a value: a part is never near-unique by itself.
      expect(part.spread, name).toBe('shared');
    }
    // What is kept as a verifier, or nowhere, is never indexed: a guess could be tested fast.
    if ((type.custody ?? 'record') !== 'record')
      expect([type.spread, type.parts, type.keeps]).toEqual(['none', undefined, undefined]);
  }
});

test.each([
  'country',
  'year',
  'age_band',
  'expiry',
  'bin',
  'kind',
  'area',
  'initials',
  'routing',
  'city',
  'gender',
  'browser',
])('nothing is found by %s alone: too few have another', (single) => {
  for (const type of dataTypes()) {
    expect(() => asked(type, type.examples[0], single)).toThrow(expect.objectContaining({ code: 'unknown_part' }));
    expect(INDEXES).not.toHaveProperty([`${type.name}:${single}`]);
  }
});
