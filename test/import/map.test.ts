import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { MapError } from '../../src/import/errors.ts';
import { parseMap, readMap } from '../../src/import/map.ts';
import { Workplace } from './workplace.ts';

const email = { path: '/email', type: 'email' };

describe('a map that cannot be right is refused, and the message says where and what to write', () => {
  test.for<[string, unknown, string]>([
    ['not an object', [], 'expected object'],
    ['no fields', { fields: [] }, 'fields: Too small'],
    ['an unknown property', { fields: [email], feilds: 1 }, 'Unrecognized key: "feilds"'],
    ['an unknown property of a field', { fields: [{ ...email, lable: 'x' }] }, 'fields/0: Unrecognized key: "lable"'],
    ['no type', { fields: [{ path: '/email' }] }, 'fields/0/type:'],
    ['a type that cannot be one', { fields: [{ ...email, type: 'E-Mail' }] }, 'fields/0/type: Must be the name'],
    ['a path without its slash', { fields: [{ ...email, path: 'email' }] }, 'such as /email or /address/city'],
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
    ['a delimiter nobody uses', { fields: [email], csv: { delimiter: 'x' } }, 'csv/delimiter'],
  ])('%s', ([, map, said]) => {
    expect(() => parseMap(map)).toThrow(MapError);
    expect(() => parseMap(map)).toThrow(said);
  });

  test('a type that the vault does not have, where its types are known', () => {
    expect(() => parseMap({ fields: [{ ...email, type: 'emial' }] }, ['text', 'email'])).toThrow(
      'fields/0/type: no data type has this name; there are email, text.',
    );
  });

  test('a file that is not there, and one that is not JSON', async () => {
    const work = new Workplace('');
    await expect(readMap(work.path('none.json'))).rejects.toThrow('cannot be read (ENOENT)');
    await writeFile(work.path('map.json'), '{"fields": [}');
    await expect(readMap(work.path('map.json'))).rejects.toThrow('is not JSON');
  });
});

test('a map of everything is read, also after a byte order mark', async () => {
  const work = new Workplace('');
  const map = {
    subject: '/customer~1id',
    fields: [
      { ...email, required: true, label: 'login' },
      { path: '/phone', type: 'phone', country: '/country' },
      { path: '/card', type: 'card', drop: ['cvc'] },
      { to: '/name', type: 'name', properties: { given: '/name', family: '/last' } },
    ],
    drop: ['/password'],
    csv: { delimiter: ';' },
  };
  await writeFile(work.path('map.json'), `\ufeff${JSON.stringify(map)}`);
  expect(await readMap(work.path('map.json'), ['email', 'phone', 'card', 'name'])).toEqual({
    subject: ['customer/id'],
    fields: [
      { type: 'email', label: 'login', required: true, path: ['email'], country: undefined, drop: [] },
      { type: 'phone', label: undefined, required: false, path: ['phone'], country: ['country'], drop: [] },
      { type: 'card', label: undefined, required: false, path: ['card'], country: undefined, drop: ['cvc'] },
      {
        type: 'name',
        label: undefined,
        required: false,
        to: ['name'],
        properties: [
          ['given', ['name']],
          ['family', ['last']],
        ],
      },
    ],
    drop: [['password']],
    delimiter: ';',
  });
});
