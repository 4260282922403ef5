import { describe, expect, test } from 'vitest';
import { parseMap } from '../../src/import/map.ts';
import { shownRow } from '../../src/import/shown-row.ts';
import { imported, MAP, Workplace } from './workplace.ts';

const CARD = '4242424242424242';
const shown = (row: object, map: unknown = MAP) => shownRow(parseMap(map), row);

describe('a refused row is shown without what no file may keep', () => {
  test.each([
    ['a security code, by any of its names', { cvc: '123', CVV2: 1, 'security-code': '1', Card_CVC: '1', csc_code: 1 }],
    ['a PIN and its block', { PIN: '1234', pin_block: 'AB', 'pin code': 1, customerPin: 1 }],
    ['track data', { track1: '%B', Track_Data: '', magStripe: {} }],
  ])('%s', (_, row) => {
    expect(shown({ email: 'BAD', pinned: 1, ...row })).toEqual({
      input: { email: 'BAD', pinned: 1 },
      withheld: Object.keys(row).length,
    });
  });

  test.each([
    ['bare', CARD],
    ['in groups', '4242 4242 4242 4242'],
    ['in groups with other marks', '4242\u00a0-\u00a04242.4242/4242'],
    ['within a text', 'please charge 4242-4242-4242-4242, thanks'],
    ['behind other digits', `order 7 ${CARD}`],
    ['in wide digits', '４２４２ ４２４２ ４２４２ ４２４２'],
    ['in a track', `;${CARD}=30011010000000000000?`],
    ['of 19 digits', '6304000000000000000'],
    ['of 19 digits, a number', JSON.parse('4000000000000000006')],
    ['in Arabic-Indic digits', '٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢'],
    ['a number', 4242424242424242],
  ])('a card number, %s, wherever it stands', (_, value) => {
    expect(shown({ id: 7, notes: value, list: ['a', value], deep: { a: [{ b: value, c: 1 }] } })).toEqual({
      input: { id: 7, list: ['a', null], deep: { a: [{ c: 1 }] } },
      withheld: 3,
    });
  });

  test('a property that is named by a card number', () => {
    expect(shown({ [CARD]: 'x', a: 1 })).toEqual({ input: { a: 1 }, withheld: 1 });
  });

  test('short digits, phone numbers and dates stay', () => {
    const row = { phone: '+49 30 12345678', zip: '10115', when: '2026-11-22T12:00:00.000Z', n: 12345678901 };
    expect(shown(row)).toEqual({ input: row, withheld: 0 });
  });

  test('fields mapped as cards and passwords, whole; of composed ones every source', () => {
    const map = {
      fields: [
        { path: '/card', type: 'card', drop: ['x'] },
        { path: '/password', type: 'password' },
        { to: '/c', type: 'card', properties: { number: '/no', expiryMonth: '/mm', expiryYear: '/yy' } },
        { path: '/address', type: 'address', drop: ['floor'] },
      ],
      drop: ['/a/b'],
    };
    const row = {
      ...{ card: { number: '4242424242424241', expiryMonth: 1 }, password: 'pw', no: '4242 wrong', mm: 1, yy: 2030 },
      ...{ address: { city: 'Berlin', floor: 3 }, a: { b: 1, c: 2 }, id: 1 },
    };
    expect(shown(row, map)).toEqual({
      input: { address: { city: 'Berlin' }, a: { c: 2 }, id: 1 },
      withheld: 7,
    });
  });

  test('a row of another shape than the map’s, or nested too deep, is not shown', () => {
    const map = { fields: [{ path: '/card', type: 'card', drop: ['cvc'] }] };
    expect(shown({ card: '4242 123' }, { fields: [{ path: '/card/number', type: 'text' }], drop: ['/card/cvc'] })).toBe(
      undefined,
    );
    expect(shown({ card: '4242 123' }, map)).toEqual({ input: {}, withheld: 1 });
    let deep: unknown = 1;
    for (let i = 0; i < 5_000; i++) deep = [deep];
    expect(shown({ deep })).toBeUndefined();
  });

  test('__proto__ is a name like any other', () => {
    const row = JSON.parse('{"__proto__":{"a":1},"b":2}') as object;
    expect(JSON.stringify(shown(row)?.input)).toBe('{"__proto__":{"a":1},"b":2}');
  });
});

describe('the rejects file', () => {
  const map = {
    fields: [
      { path: '/email', type: 'email' },
      { path: '/card', type: 'card' },
    ],
  };
  const rows = [
    `{"email":"jane.doe@example.com","card":{"number":"${CARD}","cvc":"737"},"pin":"9531","id":1}`,
    `{"email":"BAD","notes":"${CARD}","pin":"9531","id":2}`,
    `{"email":"jane.doe@example.com","${CARD}":`,
  ].join('\n');
  const SECRETS = /jane\.doe|4242|737|9531/;

  test('names row, field, code and reason, and nothing of the row', async () => {
    const work = new Workplace(rows);
    work.vault.faultOf = ({ type, value }) =>
      type === 'card' ? `value.cvc` : value === 'BAD' ? 'value.jane_doe' : undefined;
    expect(await work.import(map)).toMatchObject({ rejected: 3 });

    const text = work.read('out.ndjson.rejects.ndjson');
    expect(text).not.toMatch(SECRETS);
    expect(work.rejects().map((reject) => Object.keys(reject))).toEqual([
      ['row', 'offset', 'bytes', 'field', 'code', 'reason'],
      ['row', 'offset', 'bytes', 'field', 'code', 'reason'],
      ['row', 'offset', 'bytes', 'code', 'reason'],
    ]);
    // A name that the row alone has is input, too.
    expect(work.rejects().map(({ field }) => field)).toEqual(['/card/cvc', '/email', undefined]);
  });

  test('holds the rows where somebody asks, without cards, codes and PINs', async () => {
    const work = new Workplace(rows);
    work.vault.faultOf = ({ type, value }) => (type === 'card' || value === 'BAD' ? 'value' : undefined);
    await work.import(map, { rejectsWithRows: true });

    expect(work.read('out.ndjson.rejects.ndjson')).not.toMatch(/4242|737|9531/);
    expect(work.rejects().map(({ input, withheld }) => [input, withheld])).toEqual([
      [{ email: 'jane.doe@example.com', id: 1 }, 2],
      [{ email: 'BAD', id: 2 }, 2],
      [undefined, undefined],
    ]);
  });

  test('leads to the rows: cut out of the input by offset and bytes, they are mended and imported by themselves', async () => {
    const input = 'id,email,x\n1,a,"1\n2"\n2,BAD,"é"\n\n3,c,4\n4,b"d,5\n';
    const { rejects, out } = await imported(input, MAP, 'in.csv', 'out.csv');
    expect(out).toBe('id,email,x\n1,<"a">,"1\n2"\n3,<"c">,4\n');
    const bytes = Buffer.from(input);
    const cut = rejects.map(({ offset, bytes: size }) =>
      bytes.subarray(Number(offset), Number(offset) + Number(size)).toString(),
    );
    expect(cut).toEqual(['2,BAD,"é"\n', '4,b"d,5\n']);
    const mended = `id,email,x\n${cut.join('').replace('BAD', 'b').replace('b"d', 'd')}`;
    expect((await imported(mended, MAP, 'in.csv', 'out.csv')).out).toBe('id,email,x\n2,<"b">,"é"\n4,<"d">,5\n');
  });

  test('goes on only with the form it was begun with', async () => {
    const work = new Workplace(`${rows}\n{"email":"late"}`);
    work.vault.on = () => {
      throw new Error('killed');
    };
    await expect(work.import(map)).rejects.toThrow('killed');
    work.vault.on = () => {};
    await expect(work.import(map, { rejectsWithRows: true })).rejects.toMatchObject({ code: 'import_changed' });
  });
});

describe('no message holds input', () => {
  const header = `Jane Doe,jane.doe@example.com,${CARD},737\n`;
  const SECRETS = /jane|doe|4242|737/i;
  const MANY = {
    subject: '/id',
    fields: ['name', 'email', 'iban', 'phone', 'text', 'ip'].map((name) => ({ path: `/${name}`, type: 'text' })),
  };

  test.each<[string, string, unknown, string, string]>([
    [
      'a CSV without a header',
      header.repeat(3),
      MANY,
      'out.csv',
      'Of 7 that the map names, 7 are not among its 4 cells',
    ],
    [
      'one with the columns of a row, twice',
      `email,${CARD},${CARD}\n`,
      MAP,
      'out.ndjson',
      'Columns 2 and 3 have one name',
    ],
    ['a header whose quotes break', `"Jane"Doe,${CARD}\n`, MAP, 'out.csv', 'cannot be read'],
    ['a file of CR line ends', `name,email\rJane,${CARD}\r`.repeat(4_000), MAP, 'out.csv', 'end in CR alone'],
    [
      'one that is longer than a line may be',
      `name,email\rJane,${CARD}\r`.repeat(90_000),
      MAP,
      'out.csv',
      'LF or CRLF',
    ],
    ['an input of UTF-16', Buffer.from(header, 'utf16le').toString('latin1'), MAP, 'out.csv', 'not among its'],
  ])('%s', async (_, input, map, outName, expected) => {
    const work = new Workplace(input, 'in.csv');
    const error = (await work.import(map, { outName }).catch((caught: unknown) => caught)) as Error;

    expect(error.message).toContain(expected);
    expect(error.message.length).toBeLessThan(400);
    expect(error.message).not.toMatch(SECRETS);
    expect(work.has(outName)).toBe(false);
  });
});
