import { describe, expect, test } from 'vitest';
import { MAX_LINE_BYTES } from '../../src/import/lines.ts';
import { routes, splice } from '../../src/import/splice.ts';
import { fc } from '../support/properties.ts';
import { imported, MAP } from './workplace.ts';

const card = { fields: [{ path: '/card', type: 'card', drop: ['cvc'] }] };
const name = {
  fields: [{ to: '/name', type: 'name', properties: { given: '/first', family: '/last' } }],
};

describe('the token takes the place of the value', () => {
  test.for<[string, unknown, string, string]>([
    ['a field', MAP, '{"id":1,"email":"a@b.c","x":2}', '{"id":1,"email":"<"a@b.c">","x":2}'],
    [
      'a field deep inside',
      { fields: [{ path: '/a/b/1', type: 'text' }] },
      '{"a":{"b":["x","y","z"]}}',
      '{"a":{"b":["x","<"y">","z"]}}',
    ],
    [
      'a whole object',
      { fields: [{ path: '/a', type: 'address' }] },
      '{"a":{"city":"X"},"b":1}',
      '{"a":"<{"city":"X"}>","b":1}',
    ],
    ['a property dropped from it', card, '{"card":{"number":"42","cvc":"123"}}', '{"card":"<{"number":"42"}>"}'],
    ['a field dropped', { ...MAP, drop: ['/pw'] }, '{"pw":"secret","email":"a"}', '{"email":"<"a">"}'],
    [
      'the last field dropped',
      { ...MAP, drop: ['/x', '/y/z'] },
      '{"email":"a", "y":{"z":1} , "x" : [1,{"a":"]"}] }',
      '{"email":"<"a">", "y":{} }',
    ],
    [
      'a value of several fields',
      name,
      '{"first":"J","id":1,"last":"D"}',
      '{"name":"<{"given":"J","family":"D"}>","id":1}',
    ],
    ['one of them absent', name, '{"id":1,"last":"D","first":null}', '{"id":1,"name":"<{"family":"D"}>"}'],
    ['all of them empty', name, '{"id":1,"last":"","first":null}', '{"id":1,"name":null}'],
    ['none of them there', name, '{"id":1}', '{"id":1}'],
    [
      'the place of one of the sources',
      { fields: [{ to: '/n/name', type: 'name', properties: { given: '/n/first', family: '/n/name' } }] },
      '{"n":{"name":"D","first":"J"}}',
      '{"n":{"name":"<{"given":"J","family":"D"}>"}}',
    ],
    [
      'a name with a slash and a tilde',
      { fields: [{ path: '/a~1b~0', type: 'text' }] },
      '{"a/b~":"x"}',
      '{"a/b~":"<"x">"}',
    ],
    [
      'an element of a list dropped',
      { ...MAP, drop: ['/l/0', '/l/2'] },
      '{"email":"a","l":[1, [2], 3]}',
      '{"email":"<"a">","l":[[2]]}',
    ],
    ['an empty name', { fields: [{ path: '/', type: 'text' }] }, '{"":"x"}', '{"":"<"x">"}'],
    ['a name written with escapes', MAP, '{"\\u0065mail":"a"}', '{"\\u0065mail":"<"a">"}'],
    ['a value that is a number', { fields: [{ path: '/n', type: 'text' }] }, '{"n":12 }', '{"n":"<12>" }'],
  ])('%s', async ([, map, input, expected]) => {
    const { out, rejects, result } = await imported(`${input}\n`, map);
    expect(rejects).toEqual([]);
    expect(out).toBe(`${expected}\n`);
    expect(result).toMatchObject({ rows: 1, rejected: 0 });
  });

  test('of a name that stands twice the last one counts, and no copy of the others is left', async () => {
    const input =
      '{"email":"old","x":1,"x":2,"email":"new","a":{"pw":"p","y":1},"a":{"pw":"q"},"first":"A","first":"B"}';
    const { out } = await imported(input, { fields: [...MAP.fields, ...name.fields], drop: ['/a/pw'] });
    expect(out).toBe('{"x":1,"x":2,"email":"<"new">","a":{},"name":"<{"given":"B"}>"}\n');
  });
});

describe('what is not mapped stays as it is, byte for byte', () => {
  test.for([
    '{"n":12345678901234567890,"m":1.0,"e":1E+2,"z":-0,"email":null}',
    '{"2":"b","1":"a","email":""}',
    '{ "s" : "\\u00e9\\ud800\\/\\"" , "t":"é😀\u2028" }',
    '{"__proto__":{"email":"x"},"constructor":1,"email":null}',
    '{}',
    '{"text":"{\\"email\\":\\"a\\\\\\"}"}',
  ])('%s', async (row) => {
    const { out, rejects } = await imported(row);
    expect(rejects).toEqual([]);
    expect(out).toBe(`${row}\n`);
  });

  test('for any row, cutting the text does what changing the object does', () => {
    const key = fc.constantFrom('a', 'b', 'c', '"\\', '1');
    const row = fc.dictionary(
      key,
      fc.letrec((tie) => ({
        value: fc.oneof(
          { depthSize: 'small' },
          fc.string({ unit: 'binary' }),
          fc.double(),
          fc.constant(null),
          fc.array(tie('value')),
          fc.dictionary(key, tie('value')),
        ),
      })).value,
    );
    const root = routes([
      [['a'], { do: 'token', field: 0 }],
      [['b', 'a'], { do: 'drop' }],
      [['b', 'c', '1'], { do: 'token', field: 1 }],
      [['"\\'], { do: 'drop' }],
    ]);
    fc.assert(
      fc.property(row, fc.constantFrom(undefined, 1, '\t'), (object, space) => {
        const expected = structuredClone(object) as Record<string, Record<string, Record<string, unknown>>>;
        if ('a' in expected) (expected as Record<string, unknown>).a = 'A';
        delete expected['"\\'];
        const b = expected.b;
        if (typeof b === 'object' && b && !Array.isArray(b)) delete b.a;
        const c = typeof b === 'object' && b && !Array.isArray(b) ? b.c : undefined;
        if (typeof c === 'object' && c && Object.hasOwn(c, '1')) c['1'] = 'B';
        const text = splice(JSON.stringify(object, null, space), root, ['A', 'B']);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(expected)));
      }),
      { numRuns: 200 },
    );
  });
});

describe('the items', () => {
  const phone = {
    subject: '/id',
    fields: [{ path: '/phone', type: 'phone', country: '/address/country', label: 'home' }],
  };

  test.for<[string, string, unknown]>([
    [
      'a national number comes with its country',
      '{"id":"c1","phone":"030 1","address":{"country":"DE"}}',
      { number: '030 1', country: 'DE' },
    ],
    ['an international number needs none', '{"id":"c1","phone":" +49 30 1","address":{"country":"DE"}}', ' +49 30 1'],
    ['a number without a country stays alone', '{"id":"c1","phone":"030 1","address":null}', '030 1'],
    [
      'a number that states its country keeps it',
      '{"id":"c1","phone":{"number":"1"},"address":{"country":"DE"}}',
      { number: '1' },
    ],
  ])('%s', async ([, input, value]) => {
    const { work } = await imported(input, phone);
    expect(work.vault.calls).toEqual([[{ type: 'phone', value, subject: 'c1', label: 'home' }]]);
  });

  test('a whole number names a subject as text does', async () => {
    const { work } = await imported('{"id":42,"phone":"+1"}', phone);
    expect(work.vault.calls[0]?.[0]?.subject).toBe('42');
  });

  test('a name of an object’s own prototype is a name like any other', async () => {
    const map = {
      fields: [
        { path: '/__proto__/x', type: 'text' },
        { path: '/constructor', type: 'text' },
        { path: '/c', type: 'card', drop: ['cvc'] },
      ],
    };
    const { out, work } = await imported('{"__proto__":{"x":"p"},"c":{"__proto__":{"y":1},"cvc":2}}\n{}\n', map);
    expect(out).toBe('{"__proto__":{"x":"<"p">"},"c":"<{"__proto__":{"y":1}}>"}\n{}\n');
    expect(Object.hasOwn(work.vault.calls[0]?.[1]?.value as object, '__proto__')).toBe(true);
    expect(({} as Record<string, unknown>).y).toBeUndefined();
  });
});

describe('a row that cannot go in is in the rejects with its place and its reason, and the others go in', () => {
  const subject = {
    subject: '/id',
    fields: [
      { path: '/email', type: 'email', required: true },
      { path: '/a/b', type: 'text' },
    ],
  };

  test.for<[string, string | Buffer, string, string | undefined]>([
    ['not JSON', '{"email":"a",}', 'malformed_row', undefined],
    ['half a row', '{"id":1,"email":"a"', 'malformed_row', undefined],
    ['a list', '[1]', 'malformed_row', undefined],
    ['a number', '12', 'malformed_row', undefined],
    ['null', 'null', 'malformed_row', undefined],
    ['not UTF-8', Buffer.from('{"id":1,"email":"\xe9"}', 'latin1'), 'invalid_utf8', undefined],
    ['over the limit', `{"id":1,"email":"${'x'.repeat(MAX_LINE_BYTES)}"}`, 'row_too_large', undefined],
    ['values that no call holds', `{"id":1,"email":"${'x'.repeat(800_000)}"}`, 'row_too_large', undefined],
    [
      'values nested too deep',
      `{"id":1,"email":${'['.repeat(99_000)}${']'.repeat(99_000)}}`,
      'row_too_large',
      undefined,
    ],
    ['a required field absent', '{"id":1}', 'field_missing', '/email'],
    ['a required field empty', '{"id":1,"email":""}', 'field_missing', '/email'],
    ['no subject', '{"email":"a"}', 'subject_missing', '/id'],
    ['a subject that is none', '{"id":{},"email":"a"}', 'invalid_subject', '/id'],
    ['a subject beyond exact numbers', '{"id":9007199254740993,"email":"a"}', 'invalid_subject', '/id'],
    ['text where the map looks into an object', '{"id":1,"email":"a","a":"b"}', 'unexpected_shape', '/a'],
    ['a list where the map looks for a name', '{"id":1,"email":"a","a":[{"b":1}]}', 'unexpected_shape', '/a'],
    ['a value that the vault refuses', '{"id":1,"email":"BAD"}', 'invalid_value', '/email'],
  ])('%s', async ([, line, code, field]) => {
    const good = '{"id":7,"email":"ok","a":{"b":"c"}}\n';
    const input = Buffer.concat([Buffer.from(good), Buffer.from(line), Buffer.from(`\n${good}`)]);
    const { out, rejects, result } = await imported(input, subject);
    expect(out).toBe('{"id":7,"email":"<"ok">","a":{"b":"<"c">"}}\n'.repeat(2));
    expect(rejects).toEqual([
      expect.objectContaining({
        row: 2,
        offset: good.length,
        bytes: Buffer.byteLength(line) + 1,
        code,
        reason: expect.any(String),
      }),
    ]);
    expect(rejects[0]?.field).toBe(field);
    expect(result).toMatchObject({ rows: 3, rejected: 1, values: 4 });
  });

  test('the row stands beside the reason only where it is asked for', async () => {
    const input = '{"email":"BAD","n":1.0}\nrubbish "\n';
    const shown = async (options: object) =>
      (await imported(input, MAP, undefined, undefined, options)).rejects.map((reject) => reject.input);
    expect(await shown({})).toEqual([undefined, undefined]);
    expect(await shown({ rejectsWithRows: true })).toEqual([{ email: 'BAD', n: 1 }, undefined]);
  });

  test('the vault’s word for the place becomes the input’s', async () => {
    const { work } = await imported('{}', MAP);
    const fields = [{ path: '/card', type: 'card' }, { path: '/phone', type: 'phone', country: '/c' }, ...name.fields];
    work.write(
      'in.ndjson',
      '{"id":"s","card":{"number":1}}\n{"id":"s","phone":"1","c":"XX"}\n{"id":"s","phone":"2","c":"XX"}\n{"id":"s","last":"x"}\n{"id":"BAD","last":"y"}\n',
    );
    work.vault.faultOf = ({ type, value, subject }) => {
      if (subject === 'BAD') return 'subject';
      if (type === 'card') return 'value.number';
      if (type === 'name') return 'value.family';
      return JSON.stringify(value).includes('2') ? 'value.country' : 'value.number';
    };
    await work.import({ subject: '/id', fields }, { force: true });
    expect(work.rejects().map(({ field }) => field)).toEqual(['/card/number', '/phone', '/c', '/last', '/id']);
  });

  test('where a composed value’s token would stand in the way of another field, or in a list', async () => {
    const { rejects } = await imported('{"first":"a","name":"b"}', name);
    expect(rejects).toMatchObject([{ code: 'place_taken', field: '/name' }]);
    const inList = { fields: [{ to: '/l/name', type: 'name', properties: { given: '/l/0' } }] };
    expect((await imported('{"l":["a"]}', inList)).rejects).toMatchObject([{ code: 'unexpected_shape', field: '/l' }]);
  });
});

describe('lines', () => {
  test.for<[string, string]>([
    ['a byte order mark at the start', '\ufeff{"email":"a"}\n{"email":"b"}\n'],
    ['CRLF', '{"email":"a"}\r\n{"email":"b"}\r\n'],
    ['no end of the last line', '{"email":"a"}\n{"email":"b"}'],
    ['blank lines', '\n\r\n  \n{"email":"a"}\n\n{"email":"b"}\n\t\n\n'],
  ])('%s: read, and written as one line a row', async ([, input]) => {
    const { out, rejects, result } = await imported(input);
    expect(rejects).toEqual([]);
    expect(out).toBe('{"email":"<"a">"}\n{"email":"<"b">"}\n');
    expect(result).toMatchObject({ rows: 2, values: 2 });
  });

  test('an input without rows gives an empty output', async () => {
    const { out, result, work } = await imported('');
    expect(out).toBe('');
    expect(result).toMatchObject({ rows: 0, rejected: 0, values: 0, interrupted: false, unmatched: ['/email'] });
    expect(work.has('out.ndjson.progress')).toBe(false);
  });

  test('lines longer than a read, and characters on its edge, come out whole', async () => {
    const rows = Array.from({ length: 12 }, (_, i) => `{"email":"${'é'.repeat(60_000 + i)}"}`);
    const { out, rejects } = await imported(rows.join('\n'), { fields: [{ path: '/none', type: 'text' }] });
    expect(rejects).toEqual([]);
    expect(out).toBe(`${rows.join('\n')}\n`);
  });
});
