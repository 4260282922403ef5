import { describe, expect, test } from 'vitest';
import { MAX_LINE_BYTES } from '../../src/import/lines.ts';
import { imported, MAP, Workplace } from './workplace.ts';

const csv = (input: string | Buffer, map: unknown = MAP, outName = 'out.csv', inName = 'in.csv') =>
  imported(input, map, inName, outName);

/** Tokens in quotes where the cell had them; `reveal` puts the value between < and >. */
describe('cells become tokens, and the rest stays as it is', () => {
  test.for<[string, unknown, string, string]>([
    ['a column', MAP, 'id,email,x\n1,a@b.c,2\n', 'id,email,x\n1,<"a@b.c">,2\n'],
    [
      'an empty cell stays empty, and an empty text an empty text',
      MAP,
      'email,x\n,\n"",""\na,\n',
      'email,x\n,\n"",""\n<"a">,\n',
    ],
    [
      'quoted cells stay quoted',
      MAP,
      '"email",x\n"a","1"\nb,"x ""y"", z"\n',
      '"email",x\n"<"a">","1"\n<"b">,"x ""y"", z"\n',
    ],
    ['line ends within a cell', MAP, 'email,x\r\na,"1\r\n2\n\n3"\r\n', 'email,x\r\n<"a">,"1\r\n2\n\n3"\r\n'],
    ['a value over several lines', MAP, 'x,email\n1,"a\nb"\n', 'x,email\n1,"<"a\\nb">"\n'],
    ['a dropped column', { ...MAP, drop: ['/pw'] }, 'pw,email\ns,a\n', 'email\n<"a">\n'],
    [
      'a value of several columns',
      { fields: [{ to: '/name', type: 'name', properties: { family: '/last', given: '/first' } }] },
      'id,first,x,last\n1,J,2,D\n3,,4,\n5,,6,E\n',
      'id,name,x\n1,<{"family":"D","given":"J"}>,2\n3,,4\n5,<{"family":"E"}>,6\n',
    ],
    ['a column name with a slash', { fields: [{ path: '/e~1mail', type: 'email' }] }, 'e/mail\na\n', 'e/mail\n<"a">\n'],
    ['another delimiter', { ...MAP, csv: { delimiter: ';' } }, 'email;x\na,b;"1;2"\n', 'email;x\n<"a,b">;"1;2"\n'],
    [
      'a column named __proto__',
      { fields: [{ path: '/__proto__', type: 'text' }] },
      '__proto__,constructor\na,b\n',
      '__proto__,constructor\n<"a">,b\n',
    ],
    [
      'a byte order mark, CRLF and no last line end',
      MAP,
      '\ufeffemail,x\r\na,1\r\nb,2',
      '\ufeffemail,x\r\n<"a">,1\r\n<"b">,2\r\n',
    ],
    ['empty lines', MAP, '\n\nemail,x\n\na,1\n\n\nb,2\n\n', 'email,x\n<"a">,1\n<"b">,2\n'],
    ['one empty cell in a row of one', { ...MAP, drop: ['/x'] }, 'email,x\n,1\n', 'email\n""\n'],
    ['two unmapped columns of one name', MAP, 'email,,\na,1,2\n', 'email,,\n<"a">,1,2\n'],
    ['cells with spaces', MAP, 'email, x\n a , 1\n', 'email, x\n<" a ">, 1\n'],
    ['a header alone', MAP, 'email,x', 'email,x\n'],
  ])('%s', async ([, map, input, expected]) => {
    const { out, rejects } = await csv(input, map);
    expect(rejects).toEqual([]);
    expect(out).toBe(expected);
  });

  test('tabs, in a file of tabs', async () => {
    const { out } = await csv('email\tx\na,b\t"1"\n\t\n', MAP, 'out.tsv', 'in.tsv');
    expect(out).toBe('email\tx\n<"a,b">\t"1"\n\t\n');
  });

  test('as NDJSON, where the output is named so: an object of texts', async () => {
    const map = { fields: [...MAP.fields, { to: '/n', type: 'name', properties: { given: '/first' } }], drop: ['/pw'] };
    const { out } = await csv('pw,email,first,"x ""y"""\ns,a,J,01\ns,,,\n', map, 'out.ndjson');
    expect(out).toBe(
      `${'{"email":"<"a">","n":"<{"given":"J"}>","x \\"y\\"":"01"}'}\n{"email":"","n":null,"x \\"y\\"":""}\n`,
    );
  });

  test('a country beside a national number, a subject, a label', async () => {
    const map = { subject: '/id', fields: [{ path: '/tel', type: 'phone', country: '/c', label: 'home' }] };
    const { work } = await csv('id,tel,c\n1,030 1,DE\n2,+1,DE\n3,030 1,\n', map);
    expect(work.vault.calls.flat()).toEqual([
      { type: 'phone', value: { number: '030 1', country: 'DE' }, subject: '1', label: 'home' },
      { type: 'phone', value: '+1', subject: '2', label: 'home' },
      { type: 'phone', value: '030 1', subject: '3', label: 'home' },
    ]);
  });
});

describe('a broken record is refused, and no other', () => {
  const broken = 'A quote stands in the middle';
  test.for<[string, string | Buffer, string]>([
    ['a cell too few', 'b', 'Has 1 cells where the header has 2.'],
    ['a cell too many', 'b,1,2', 'Has 3 cells where the header has 2.'],
    ['an inch mark', 'b,5" x', broken],
    ['two inch marks', 'b,5" x 6"', broken],
    ['text behind a closing quote', 'b,"x"y', broken],
    ['a quoted cell over two lines with text behind it', 'b,"x\nb2,y"z', broken],
    ['an inch mark behind a quoted cell over two lines', '"b\nb2",5" x', broken],
    ['a quoted cell over eleven lines, broken in the eleventh', `b,"${'b2,x\n'.repeat(10)}b3"z`, broken],
    ['not UTF-8', Buffer.from('b,\xe9', 'latin1'), 'Is not UTF-8.'],
    ['not UTF-8 over two lines', Buffer.from('b,"\n\xe9"', 'latin1'), 'Is not UTF-8.'],
    ['over the limit', `b,${'x'.repeat(MAX_LINE_BYTES)}`, 'Is longer than'],
    ['a value that the vault refuses', 'BAD,1', 'Refused: invalid_value.'],
  ])('%s', async ([, record, reason]) => {
    const head = 'email,x\na,0\n';
    const { out, rejects, result } = await csv(
      Buffer.concat([Buffer.from(head), Buffer.from(record), Buffer.from('\nc,"2"\n"d\ne",3\n')]),
    );
    expect(out).toBe('email,x\n<"a">,0\n<"c">,"2"\n"<"d\\ne">",3\n');
    expect(rejects).toMatchObject([
      { row: 2, offset: head.length, bytes: Buffer.byteLength(record) + 1, reason: expect.stringContaining(reason) },
    ]);
    expect(result).toMatchObject({ rows: 4, rejected: 1, values: 3 });
  });

  test('an inch mark in every second row', async () => {
    const rows = Array.from({ length: 2_000 }, (_, i) => (i % 2 ? `${i},5" x` : `${i},"x"`));
    const { out, rejects } = await csv(`email,x\n${rows.join('\n')}`);
    expect(out.match(/\n/g)).toHaveLength(1_001);
    expect(rejects.map(({ row }) => row)).toEqual(Array.from({ length: 1_000 }, (_, i) => 2 * i + 2));
  });

  test('a quote that nothing closes refuses all behind it: no line of a cell passes as a row', async () => {
    const { out, rejects } = await csv('email,x\na,0\nb,"1\nc,2\nd,3\n');
    expect(out).toBe('email,x\n<"a">,0\n');
    expect(rejects).toMatchObject([{ row: 2, offset: 12, bytes: 13, reason: expect.stringContaining('never closed') }]);
  });

  test('but no more than the limit of a row', async () => {
    const lines = Array.from({ length: 200_000 }, (_, i) => `${i},12345`);
    const { rejects, result } = await csv(`email,x\nb,"1\n${lines.join('\n')}\n`);
    expect(rejects).toHaveLength(1);
    expect(rejects[0]?.bytes).toBeLessThan(MAX_LINE_BYTES + 100);
    expect(result.rows).toBeGreaterThan(100_000);
  });

  test('a cell that breaks long before its record seems to end gives the lines behind back', async () => {
    const lines = Array.from({ length: 150_000 }, () => 'c,1');
    const { rejects, result } = await csv(`email,x\nb,"1\n2"z"3\n${lines.join('\n')}\n`);
    expect(rejects).toMatchObject([{ row: 1, offset: 8, bytes: 11 }]);
    expect(result).toMatchObject({ rows: 150_001, values: 150_000 });
  });

  test('the row stands beside the reason where it is asked for, by columns where they can be told, never what the map drops', async () => {
    const input = 'email,pw,x\nBAD,s3,"1,5"\nb,s3\n"b"c,s3,1\n';
    const withRows = { rejectsWithRows: true };
    const asked = async (map: unknown) => (await imported(input, map, 'in.csv', 'out.csv', withRows)).rejects;
    expect((await asked(MAP)).map((reject) => reject.input)).toEqual([
      { email: 'BAD', pw: 's3', x: '1,5' },
      undefined,
      undefined,
    ]);
    const dropping = await asked({ ...MAP, drop: ['/pw'] });
    expect(dropping.map((reject) => reject.input)).toEqual([{ email: 'BAD', x: '1,5' }, undefined, undefined]);
    expect((await csv(input)).rejects.flatMap((reject) => reject.input ?? [])).toEqual([]);
  });
});

describe('a header that does not go with the map is refused before anything is stored', () => {
  test.for<[string, string, unknown, string]>([
    ['none', '', MAP, 'The CSV is empty'],
    ['a broken one', 'a"b,email\n', MAP, 'The header of the CSV cannot be read.'],
    [
      'a column that is not there',
      'mail,na/me\n',
      MAP,
      'Of 1 that the map names, 1 are not among its 2 cells: /email. Is it a row, and the CSV without a header?',
    ],
    [
      'a dropped column that is not there',
      'email\n',
      { ...MAP, drop: ['/pw'] },
      'Of 2 that the map names, 1 are not among its 1 cells: /pw.',
    ],
    ['a subject that is not there', 'email\n', { ...MAP, subject: '/id' }, 'cells: /id.'],
    ['a path of two steps', 'email\n', { fields: [{ path: '/email/x', type: 'email' }] }, 'cells: /email/x.'],
    ['a mapped column twice', 'email,x,email\n', MAP, '/email is there twice: it names columns 1 and 3.'],
    ['lines that end in CR alone', 'email\ra@b.c\rd@e.f\r', MAP, 'end in CR alone'],
    ['properties dropped from a cell', 'email\n', { fields: [{ ...MAP.fields[0], drop: ['x'] }] }, 'fields/0/drop'],
    [
      'a column where a token goes',
      'name,first\n',
      { fields: [{ to: '/name', type: 'name', properties: { given: '/first' } }] },
      'wants a token at /name',
    ],
  ])('%s', async ([, input, map, said]) => {
    const work = new Workplace(input, 'in.csv');
    const error = await work.import(map, { outName: 'out.csv' }).catch((caught) => caught);
    expect(error).toMatchObject({ code: 'invalid_input' });
    expect(error.message).toContain(said);
    expect(work.has('out.csv') || work.has('out.csv.progress')).toBe(false);
  });

  test('two columns of one name, where the output is NDJSON', async () => {
    const work = new Workplace('email,x,x\n', 'in.csv');
    await expect(work.import(MAP)).rejects.toThrow('Columns 2 and 3 have one name');
  });
});
