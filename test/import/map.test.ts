import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { FORMATS, parseMap, readMap } from '../../src/import/map.ts';
import { TOKEN_FORMATS } from '../../src/tokens/format.ts';
import { Workplace } from './workplace.ts';

const email = { path: '/email', type: 'email' };

describe('a map that cannot be right is refused, and the message says where and what to write', () => {
  test.for<[string, unknown, string]>([
    ['not an object', [], 'expected object'],
    ['no fields', { fields: [] }, 'fields: Too small'],
    ['an unknown property', { fields: [email], feilds: 1 }, 'Has a property that a map does not have: feilds.'],
    [
      'an unknown property of a field',
      { fields: [{ ...email, lable: 'x' }] },
      'fields/0: Has a property that a map does not have: lable.',
    ],
    ['no type', { fields: [{ path: '/email' }] }, 'fields/0/type:'],
    ['a type that cannot be one', { fields: [{ ...email, type: 'E-Mail' }] }, 'fields/0/type: Must be the name'],
    ['a path without its slash', { fields: [{ ...email, path: 'email' }] }, 'such as /email or /address/city'],
    ['a second path without its slash', { fields: [email], drop: ['password'] }, 'drop/0: Must be a JSON Pointer'],
    ['a path to the whole row', { fields: [{ ...email, path: '' }] }, 'Must be a JSON Pointer'],
    ['a bad escape', { fields: [{ ...email, path: '/a~2' }] }, 'Must be a JSON Pointer'],
    ['a label as the vault has none', { fields: [{ ...email, label: 'Billing' }] }, 'fields/0/label: Must be'],
    ['neither path nor to', { fields: [{ type: 'email' }] }, 'fields/0: Needs either "path"'],
    ['path and to', { fields: [{ ...email, to: '/x', properties: { a: '/a' } }] }, 'Needs either "path"'],
    ['to without properties', { fields: [{ type: 'name', to: '/name' }] }, 'both are needed'],
    ['properties without to', { fields: [{ type: 'name', properties: { given: '/g' } }] }, 'both are needed'],
    [
      'a property named __proto__',
      JSON.parse('{"fields":[{"type":"name","to":"/n","properties":{"__proto__":"/g"}}]}'),
      'needs mending',
    ],
    ['a country of no phone', { fields: [{ ...email, country: '/c' }] }, 'fields/0/country: Belongs to a field'],
    [
      'a source in another object than the token',
      { fields: [{ type: 'name', to: '/name', properties: { given: '/a/given' } }] },
      'fields/0/properties/given: Must stand next to /name',
    ],
    [
      'a field mapped twice',
      { fields: [email, { ...email, type: 'text' }] },
      'fields/1/path: /email is claimed twice; the other is fields/0/path',
    ],
    [
      'a part of a mapped field',
      {
        fields: [
          { path: '/a/b', type: 'text' },
          { path: '/a', type: 'text' },
        ],
      },
      'map either the whole or its parts',
    ],
    ['a mapped field that is dropped', { fields: [email], drop: ['/email'] }, 'drop/0: /email is claimed twice'],
    [
      'a part of a value dropped from outside',
      { fields: [{ path: '/card', type: 'card' }], drop: ['/card/cvc'] },
      'write "drop" inside fields/0',
    ],
    ['a format there is not', { fields: [{ ...email, format: 'hex' }] }, 'fields/0/format: Invalid option'],
    ['an audience as the vault has none', { fields: [{ ...email, audience: 'CRM' }] }, 'fields/0/audience: Must be'],
    ['reuse for no purpose', { fields: [{ ...email, reuse: true }] }, 'purpose: Must be stated'],
    ['reuse that is not yes or no', { fields: [{ ...email, reuse: 'yes' }] }, 'fields/0/reuse:'],
    ['a token with a format', { fields: [{ ...email, token: '/t', format: 'uuid' }] }, 'fields/0/format: Does not go'],
    ['a token with reuse', { fields: [{ ...email, token: '/t', reuse: true }] }, 'fields/0/reuse: Does not go'],
    ['a token without its slash', { fields: [{ ...email, token: 't' }] }, 'fields/0/token: Must be a JSON Pointer'],
    [
      'a token in its own value',
      { fields: [{ path: '/card', type: 'card', token: '/card/token' }] },
      'fields/0/token: /card/token lies within /card',
    ],
    [
      'one token for two values',
      {
        fields: [
          { ...email, token: '/t' },
          { path: '/fax', type: 'phone', token: '/t' },
        ],
      },
      'fields/1/token: /t is claimed twice; the other is fields/0/token',
    ],
    ['a token that is dropped', { fields: [{ ...email, token: '/t' }], drop: ['/t'] }, 'drop/0: /t is claimed twice'],
    ['a verifier of no password', { fields: [{ ...email, phc: true }] }, 'fields/0/phc: Belongs to a field'],
    [
      'a verifier made of several fields',
      { fields: [{ type: 'password', to: '/p', properties: { phc: '/h' }, phc: true }] },
      'fields/0/phc: Belongs to a field',
    ],
    [
      'a security code',
      { fields: [{ path: '/card/cvc', type: 'cvc' }] },
      'fields/0/type: May be kept nowhere, neither in the output: drop it.',
    ],
    ['a delimiter nobody uses', { fields: [email], csv: { delimiter: 'x' } }, 'csv/delimiter'],
  ])('%s', ([, map, said]) => {
    expect(() => parseMap(map)).toThrow(expect.objectContaining({ code: 'invalid_map' }));
    expect(() => parseMap(map)).toThrow(said);
  });

  test('a type that the vault does not have, where its types are known', () => {
    expect(() => parseMap({ fields: [{ ...email, type: 'emial' }] }, ['text', 'email'])).toThrow(
      'fields/0/type: no data type has this name; there are email, text.',
    );
  });

  test('but not a type of the tenant’s own, which the vault knows', () => {
    const { fields } = parseMap({ fields: [{ ...email, type: 'x_badge' }] }, ['text', 'email']);
    expect(fields[0]?.type).toBe('x_badge');
  });

  test('a file that is not there, and one that is not JSON', async () => {
    const work = new Workplace('');
    await expect(readMap(work.path('none.json'))).rejects.toThrow('cannot be read (ENOENT)');
    await writeFile(work.path('map.json'), '{"fields": [}');
    await expect(readMap(work.path('map.json'))).rejects.toThrow('is not JSON');
  });
});

test('a map names the formats of tokens that the vault knows', () => {
  expect(FORMATS).toEqual(TOKEN_FORMATS);
});

test('a map of everything is read, also after a byte order mark', async () => {
  const work = new Workplace('');
  const map = {
    subject: '/customer~1id',
    fields: [
      { ...email, required: true, label: 'login' },
      { path: '/phone', type: 'phone', country: '/country' },
      { path: '/card', type: 'card', drop: ['cvc'], format: 'card', audience: 'crm', reuse: true },
      { to: '/name', type: 'name', properties: { given: '/name', family: '/last' }, token: '/old/name' },
      { path: '/hash', type: 'password', phc: true },
    ],
    drop: ['/password'],
    purpose: 'import',
    csv: { delimiter: ';' },
  };
  await writeFile(work.path('map.json'), `\ufeff${JSON.stringify(map)}`);
  const plain = { label: undefined, required: false, token: undefined, options: {} };
  const path = { ...plain, country: undefined, phc: false, drop: [] };
  expect(await readMap(work.path('map.json'), ['email', 'phone', 'card', 'name', 'password'])).toEqual({
    subject: ['customer/id'],
    fields: [
      { ...path, type: 'email', label: 'login', required: true, path: ['email'] },
      { ...path, type: 'phone', path: ['phone'], country: ['country'] },
      {
        ...path,
        type: 'card',
        path: ['card'],
        drop: ['cvc'],
        options: { format: 'card', audience: 'crm', reuse: true },
      },
      {
        ...plain,
        type: 'name',
        token: ['old', 'name'],
        to: ['name'],
        properties: [
          ['given', ['name']],
          ['family', ['last']],
        ],
      },
      { ...path, type: 'password', path: ['hash'], phc: true },
    ],
    drop: [['password']],
    purpose: 'import',
    delimiter: ';',
  });
});

test.each([
  ['a row of NDJSON, cut', '{"name":"Jane Doe","email":jane.doe@example.com'],
  ['a CSV', 'jane.doe@example.com,4242424242424242\n'],
  ['rows of NDJSON', '{"email":"jane.doe@example.com"}\n{"email":"jane.doe@example.com"}\n'],
  ['one row', '{"jane.doe@example.com":"4242424242424242","fields":[{"path":"jane.doe","type":"Jane Doe","4242":1}]}'],
  ['names that are values', '{"fields":[{"to":"/a","type":"name","properties":{"jane.doe@example.com":4242}}]}'],
])('customers in the place of the map are not quoted: %s', async (_, content) => {
  const work = new Workplace('');
  work.write('map.json', content);

  const error = (await readMap(work.path('map.json')).catch((caught: unknown) => caught)) as Error;

  expect(error).toMatchObject({ code: 'invalid_map' });
  expect(error.message).not.toMatch(/jane|\bdoe\b|example|4242/i);
});
