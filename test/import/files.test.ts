import { appendFileSync, linkSync, lstatSync, rmSync, symlinkSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Sink } from '../../src/import/sink.ts';
import { Workplace } from './workplace.ts';

const MAP = {
  fields: [
    { path: '/email', type: 'email' },
    { path: '/name', type: 'text' },
  ],
};

test('a finished output is not overwritten, unless told so', async () => {
  const work = new Workplace('{"name":"a"}');
  await work.import(MAP);
  await expect(work.import(MAP)).rejects.toMatchObject({
    code: 'out_exists',
    message: expect.stringContaining('--force'),
  });
  expect(work.read('out.ndjson')).toBe('{"name":"tok_1"}\n');
  await work.import(MAP, { force: true });
  expect(work.read('out.ndjson')).toBe('{"name":"tok_2"}\n');
});

test('nor are rejects', async () => {
  const work = new Workplace('{"name":"BAD"}');
  await work.import(MAP);
  await expect(
    work.import(MAP, { outName: 'b.ndjson', rejects: work.path('out.ndjson.rejects.ndjson') }),
  ).rejects.toMatchObject({ code: 'out_exists' });
  expect(work.has('b.ndjson')).toBe(false);
});

test('the rejects go where they are told to, and leave no file when there are none', async () => {
  const work = new Workplace('{"name":"BAD"}');
  await work.import(MAP, { rejects: work.path('r.ndjson') });
  expect(work.read('r.ndjson')).toBe(
    '{"row":1,"offset":0,"bytes":14,"field":"/name","code":"invalid_value","reason":"Refused: invalid_value."}\n',
  );
  const fine = new Workplace('{}');
  await fine.import(MAP);
  expect(fine.has('out.ndjson.rejects.ndjson')).toBe(false);
});

test('the input is never an output, also by another name and with force', async () => {
  const work = new Workplace('{"name":"a"}');
  linkSync(work.path('in.ndjson'), work.path('link.ndjson'));
  for (const outName of ['in.ndjson', './in.ndjson', 'link.ndjson']) {
    await expect(work.import(MAP, { outName, force: true })).rejects.toMatchObject({ code: 'invalid_input' });
  }
  await expect(work.import(MAP, { rejects: work.path('out.ndjson') })).rejects.toThrow('must be two files');
  expect(work.read('in.ndjson')).toBe('{"name":"a"}');
});

test.for<[string, string, string, unknown, string]>([
  ['an input of an unknown kind', 'in.json', 'out.ndjson', MAP, 'must end in .ndjson'],
  ['CSV out of NDJSON', 'in.ndjson', 'out.csv', MAP, 'NDJSON becomes NDJSON'],
  [
    'a delimiter for NDJSON',
    'in.ndjson',
    'out.ndjson',
    { ...MAP, csv: { delimiter: ';' } },
    'goes with an input of CSV',
  ],
])('%s is refused', async ([, name, outName, map, said]) => {
  const work = new Workplace('{}', name);
  await expect(work.import(map, { outName })).rejects.toThrow(said);
  expect(work.has(outName)).toBe(false);
});

test('an input that is not there or no file is refused', async () => {
  const work = new Workplace('{}');
  await expect(work.import(MAP, { input: work.path('none.ndjson') })).rejects.toThrow('cannot be read (ENOENT)');
  await expect(work.import(MAP, { input: work.folder })).rejects.toMatchObject({ code: 'invalid_input' });
});

test('an input that changes while it is read is noticed', async () => {
  const work = new Workplace('{"name":"a"}\n');
  work.vault.on = (moment) => {
    if (moment === 'after') appendFileSync(work.path('in.ndjson'), '{"name":"b"}\n');
  };
  await expect(work.import(MAP)).rejects.toThrow('The input was changed while it was read');
});

test('paths of the map that no row has are named at the end', async () => {
  const work = new Workplace('{"name":"a"}');
  expect((await work.import(MAP)).unmatched).toEqual(['/email']);
});

test('a link where the output or the rejects would go is something, though it leads nowhere: nothing is written through it', async () => {
  for (const name of ['out.ndjson', 'out.ndjson.rejects.ndjson']) {
    const work = new Workplace('{"name":"a"}\n{"name":"BAD"}');
    symlinkSync(work.path('elsewhere'), work.path(name));
    await expect(work.import(MAP)).rejects.toMatchObject({ code: 'out_exists' });
    expect([work.has('elsewhere'), work.has('out.ndjson.progress')]).toEqual([false, false]);
    await work.import(MAP, { force: true });
    expect([work.has('elsewhere'), lstatSync(work.path(name)).isFile(), work.mode(name)]).toEqual([false, true, 0o600]);
  }
});

test('a link that takes the place of a file the import made is not followed when it goes on', async () => {
  for (const name of ['out.ndjson', 'out.ndjson.rejects.ndjson']) {
    const work = new Workplace('{"name":"a"}\n{"name":"BAD"}');
    work.vault.on = () => {
      throw new Error('killed');
    };
    await expect(work.import(MAP)).rejects.toThrow('killed');
    work.vault.on = () => {};
    rmSync(work.path(name));
    work.write('elsewhere', 'theirs');
    symlinkSync(work.path('elsewhere'), work.path(name));
    await expect(work.import(MAP)).rejects.toMatchObject({
      code: 'import_damaged',
      message: expect.stringContaining('symbolic link'),
    });
    expect(work.read('elsewhere')).toBe('theirs');
    rmSync(work.path(name));
    expect(await work.import(MAP)).toMatchObject({ values: 1, rejected: 1, resumed: true });
  }
});

test('nor is one where the progress is drafted', async () => {
  const work = new Workplace('{"name":"a"}');
  work.write('elsewhere', 'theirs');
  symlinkSync(work.path('elsewhere'), work.path('out.ndjson.progress.new'));
  await work.import(MAP);
  expect(work.read('elsewhere')).toBe('theirs');
});

test('what comes to stand where a new file is to be made, after all was looked at, is not written to', async () => {
  const work = new Workplace('');
  work.write('theirs', 'theirs');
  symlinkSync(work.path('nowhere'), work.path('dangling'));
  symlinkSync(work.path('theirs'), work.path('leading'));
  for (const name of ['theirs', 'dangling', 'leading']) {
    await expect(Sink.open(work.path(name), undefined)).rejects.toMatchObject({ code: 'out_exists' });
  }
  expect([work.has('nowhere'), work.read('theirs')]).toEqual([false, 'theirs']);
});
