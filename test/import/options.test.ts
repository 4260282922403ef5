/** What a map asks of tokens: brought along, shaped, for an audience, given again; and verifiers taken as they are. */
import { describe, expect, test } from 'vitest';
import { silent } from '../../src/import/progress.ts';
import { Workplace } from './workplace.ts';

const MAP = { fields: [{ path: '/email', type: 'email', token: '/old' }] };
const NAME = { to: '/name', type: 'name', properties: { given: '/first', family: '/last' }, token: '/old' };

describe('a token that is brought along', () => {
  test.for<[string, string, string, unknown, string, string]>([
    ['NDJSON', 'in.ndjson', 'out.ndjson', MAP, '{"old":"old_1","x":1,"email":"a"}', '{"x":1,"email":"old_1"}'],
    [
      'NDJSON, at any depth',
      'in.ndjson',
      'out.ndjson',
      { fields: [{ path: '/c/serial', type: 'text', token: '/c/tokens/serial' }] },
      '{"c":{"serial":"a","tokens":{"serial":"old_1"}}}',
      '{"c":{"serial":"old_1","tokens":{}}}',
    ],
    [
      'NDJSON, a composed value',
      'in.ndjson',
      'out.ndjson',
      { fields: [NAME] },
      '{"first":"a","old":"old_1","last":"b"}',
      '{"name":"old_1"}',
    ],
    ['CSV', 'in.csv', 'out.csv', MAP, 'old,email,x\nold_1,a,1\n,,2', 'email,x\nold_1,1\n,2'],
    ['CSV to NDJSON', 'in.csv', 'out.ndjson', MAP, 'email,old\na,old_1', '{"email":"old_1"}'],
    ['CSV, a composed value', 'in.csv', 'out.csv', { fields: [NAME] }, 'old,first,last\nold_1,a,b', 'name\nold_1'],
  ])('stands in its value’s place, and its own field goes: %s', async ([, name, outName, map, input, out]) => {
    const work = new Workplace(input, name);
    expect(await work.import(map, { outName })).toMatchObject({ values: 1, rejected: 0 });
    expect(work.read(outName)).toBe(`${out}\n`);
    expect([...work.vault.stored.keys()]).toEqual(['old_1']);
  });

  test.for<[string, string, string, string]>([
    ['a value without it', '{"email":"a"}', 'field_missing', '/old'],
    ['a value with an empty one', '{"email":"a","old":""}', 'field_missing', '/old'],
    ['one without its value', '{"email":null,"old":"old_1"}', 'field_missing', '/email'],
    ['one that is no text', '{"email":"a","old":4711}', 'invalid_token', '/old'],
    ['one that is taken', '{"email":"a","old":"old_0"}', 'token_taken', '/old'],
    ['one that may not be one', '{"email":"BAD","old":"old_2"}', 'invalid_value', '/old'],
  ])(
    'is refused with its row, which the rejects show whole where they are asked to: %s',
    async ([, row, code, field]) => {
      const work = new Workplace(`{"email":"x","old":"old_0"}\n${row}\n{"email":"z","old":"old_9"}\n`);
      work.vault.faultOf = ({ value }) => (value === 'BAD' ? 'token' : undefined);
      expect(await work.import(MAP, { rejectsWithRows: true })).toMatchObject({ values: 2, rejected: 1 });
      expect(work.rejects()).toMatchObject([{ row: 2, code, field, input: JSON.parse(row) }]);
      expect(work.read('out.ndjson')).toBe('{"email":"old_0"}\n{"email":"old_9"}\n');
    },
  );

  test('is in the rejects of a CSV, too', async () => {
    const work = new Workplace('email,old\nBAD,old_1\n', 'in.csv');
    await work.import(MAP, { outName: 'out.csv', rejectsWithRows: true });
    expect(work.rejects('out.csv')).toMatchObject([{ input: { email: 'BAD', old: 'old_1' } }]);
  });

  test('is none where neither it nor a value is there', async () => {
    const work = new Workplace('{"x":1}\n{"email":null,"old":null}');
    expect(await work.import(MAP)).toMatchObject({ values: 0, rejected: 0 });
    expect(work.read('out.ndjson')).toBe('{"x":1}\n{"email":null}\n');
  });

  test('survives a kill at any moment, though rows are refused: its own row finds it, and no other', async () => {
    // Refused for their values, for a token that another row has, for one that is another's, in the same batches.
    const rows = Array.from({ length: 60 }, (_, i) => {
      const token = i % 17 === 8 ? `old_${i - 2}` : i % 23 === 11 ? 'theirs' : `old_${i}`;
      return JSON.stringify({ email: i % 19 === 7 ? `BAD${i}` : `e${i}`, old: token });
    });
    const options = {
      limits: { items: 20, bodyBytes: 1e5, rows: 20, inputBytes: 1e5 },
      checkpointEvery: { ms: 1e9, batches: 1e3 },
    };
    const work = new Workplace(rows.join('\n'));
    work.vault.stored.set('theirs', { type: 'email', value: 'x' });
    const kills: Workplace[] = [];
    const kill = () => void kills.push(work.snapshot());
    work.vault.on = kill;
    const result = await work.import(MAP, { ...options, progress: { ...silent, update: kill } });
    expect(result).toMatchObject({ rows: 60, rejected: 9, values: 51 });
    expect(kills.length).toBeGreaterThan(60);
    for (const killed of kills) {
      const again = await killed.import(MAP, options);
      expect(again).toMatchObject({ rows: 60, rejected: result.rejected, values: result.values, resumed: true });
      expect(killed.read('out.ndjson')).toBe(work.read('out.ndjson'));
      expect(killed.rejects()).toEqual(work.rejects());
      expect(killed.vault.stored).toEqual(work.vault.stored);
    }
  });

  test('costs some twenty calls for one refused row of a thousand', async () => {
    const rows = Array.from({ length: 1_000 }, (_, i) => `{"email":"${i === 700 ? 'BAD' : i}","old":"old_${i}"}`);
    const work = new Workplace(rows.join('\n'));
    expect(await work.import(MAP)).toMatchObject({ rejected: 1, values: 999 });
    expect(work.vault.calls.length).toBeLessThan(25);
  });
});

test('what a map asks of a field’s tokens is asked of every item, and of no other field’s', async () => {
  const work = new Workplace('{"a":"1","b":"2"}');
  const map = {
    fields: [
      { path: '/a', type: 'email', format: 'email', audience: 'crm', reuse: true, label: 'x' },
      { path: '/b', type: 'email', reuse: false },
    ],
    purpose: 'import',
  };
  await work.import(map);
  expect(work.vault.calls).toEqual([
    [
      { type: 'email', value: '1', label: 'x', format: 'email', audience: 'crm', reuse: true },
      { type: 'email', value: '2' },
    ],
  ]);
});

test('what no value of a field can have is the map’s fault, and stops before anything is stored', async () => {
  for (const option of ['reuse', 'audience']) {
    const work = new Workplace('{"email":"a"}\n{"email":"b"}');
    work.vault.faultOf = () => option;
    await expect(work.import({ fields: [{ path: '/email', type: 'email' }] })).rejects.toThrow(
      `The map needs mending. fields/0/${option}: `,
    );
    expect(work.has('out.ndjson')).toBe(false);
  }
});

test('a format that one value leaves too few tokens of is that row’s fault', async () => {
  const work = new Workplace('{"iban":"a"}\n{"iban":"BAD"}');
  work.vault.faultOf = ({ value }) => (value === 'BAD' ? 'format' : undefined);
  const map = { subject: '/id', fields: [{ path: '/iban', type: 'iban', format: 'digits' }] };
  work.write('in.ndjson', '{"id":1,"iban":"a"}\n{"id":2,"iban":"BAD"}');
  await work.import(map);
  expect(work.rejects()).toMatchObject([{ row: 2, field: '/iban' }]);
});

test('a verifier is sent as one, and what the vault says against it is said of its field', async () => {
  const work = new Workplace('{"hash":"$argon2id$1"}\n{"hash":"BAD"}\n{"hash":""}');
  work.vault.faultOf = ({ value }) => (JSON.stringify(value).includes('BAD') ? 'value.phc' : undefined);
  await work.import({ fields: [{ path: '/hash', type: 'password', phc: true }] });
  expect(work.vault.calls[0]?.[0]).toEqual({ type: 'password', value: { phc: '$argon2id$1' } });
  expect(work.rejects()).toMatchObject([{ row: 2, field: '/hash' }]);
});

test('no call holds more passwords than become verifiers while the caller waits; those that came as verifiers are no work', async () => {
  const rows = Array.from({ length: 40 }, (_, i) => `{"password":"p${i}","email":"e${i}"}`);
  const fields = [
    { path: '/password', type: 'password' },
    { path: '/email', type: 'email' },
  ];
  const passwords = async (map: unknown) => {
    const work = new Workplace(rows.join('\n'));
    await work.import(map);
    return work.vault.calls.map((items) => items.filter(({ type }) => type === 'password').length);
  };
  expect(await passwords({ fields })).toEqual([9, 9, 9, 9, 4]);
  expect(await passwords({ fields: [{ ...fields[0], phc: true }, fields[1]] })).toEqual([40]);
});

test('a row of many passwords is sent by itself, not refused', async () => {
  const names = Array.from({ length: 12 }, (_, i) => `p${i}`);
  const row = JSON.stringify(Object.fromEntries(names.map((name) => [name, 'x'])));
  const work = new Workplace(`${row}\n${row}`);
  const fields = names.map((name) => ({ path: `/${name}`, type: 'password' }));
  expect(await work.import({ fields })).toMatchObject({ rejected: 0, values: 24 });
  expect(work.vault.calls.map((items) => items.length)).toEqual([12, 12]);
});
