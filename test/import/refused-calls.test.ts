import { describe, expect, test } from 'vitest';
import { silent } from '../../src/import/progress.ts';
import { Refused } from './fake-vault.ts';
import { Workplace } from './workplace.ts';

const MAP = {
  fields: [
    { path: '/email', type: 'email' },
    { path: '/name', type: 'text' },
  ],
};

describe('a refused call', () => {
  const rows = (count: number) => Array.from({ length: count }, (_, i) => `{"name":"n${i}"}`);

  test('costs no more than one call more for each refused row, and each item is sent about twice', async () => {
    const work = new Workplace(rows(1_000).join('\n'));
    work.vault.faultOf = ({ value }) => (Number(String(value).slice(1)) % 10 === 0 ? 'value' : undefined);
    const result = await work.import({ fields: [{ path: '/name', type: 'text' }] });
    expect(result).toMatchObject({ rows: 1_000, rejected: 100, values: 900 });
    expect(work.vault.calls.length).toBe(102);
    expect(work.vault.reveal(work.read('out.ndjson')).match(/"name":"<"n\d+">"/g)).toHaveLength(900);
  });

  test('that lists a hundred faults costs one call more for each hundred, and rejects the same rows', async () => {
    const work = new Workplace(rows(1_000).join('\n'));
    work.vault.lists = 100;
    work.vault.faultOf = ({ value }) => (Number(String(value).slice(1)) % 4 === 0 ? 'value' : undefined);
    const result = await work.import({ fields: [{ path: '/name', type: 'text' }] });
    expect(result).toMatchObject({ rows: 1_000, rejected: 250, values: 750 });
    expect(work.vault.calls.length).toBe(5);
    expect(work.vault.reveal(work.read('out.ndjson')).match(/"name":"<"n\d+">"/g)).toHaveLength(750);
  });

  test('because of a row with several faults rejects it once, with all of them', async () => {
    const work = new Workplace('{"email":"BAD","name":"BAD"}\n{"email":"a","name":"b"}');
    work.vault.lists = 100;
    expect(await work.import(MAP)).toMatchObject({ rows: 2, rejected: 1, values: 2 });
    const also = [{ field: '/name', code: 'invalid_value', reason: 'Refused: invalid_value.' }];
    expect(work.rejects()).toMatchObject([{ row: 1, field: '/email', code: 'invalid_value', also }]);
  });

  test('where every row is refused, ends with all of them in the rejects', async () => {
    const work = new Workplace(rows(50).join('\n'));
    work.vault.faultOf = () => 'value';
    expect(await work.import(MAP)).toMatchObject({ rows: 50, rejected: 50, values: 0 });
    expect(work.read('out.ndjson')).toBe('');
  });

  test('that is too large for the vault is halved; a row too large by itself is refused', async () => {
    const work = new Workplace(rows(20).join('\n'));
    const tokenizer = {
      tokenize: async (items: readonly { value: unknown }[], key: string) => {
        if (items.length > 3 || items.some(({ value }) => value === 'n7'))
          throw new Refused('too_large', 'body_too_large');
        return work.vault.tokenize(items as never, key);
      },
    };
    expect(await work.import(MAP, { tokenizer })).toMatchObject({ rows: 20, rejected: 1, values: 19 });
    expect(work.rejects()).toMatchObject([{ row: 8, code: 'body_too_large' }]);
    expect(work.vault.reveal(work.read('out.ndjson')).split('\n').filter(Boolean)).toHaveLength(19);
  });

  test('because of the map itself is nobody’s row: nothing is left behind', async () => {
    const work = new Workplace(rows(3).join('\n'));
    work.vault.faultOf = () => 'type';
    await expect(work.import(MAP)).rejects.toThrow('The map needs mending. fields/1/type: Refused: invalid_value.');
    for (const name of ['out.ndjson', 'out.ndjson.progress', 'out.ndjson.rejects.ndjson'])
      expect(work.has(name)).toBe(false);
  });

  test('because a key names another call stops: the input is not what it was', async () => {
    const work = new Workplace(rows(3).join('\n'));
    const tokenizer = {
      tokenize: () => Promise.reject(new Refused('invalid', 'idempotency_key_reused', 'Idempotency-Key')),
    };
    await expect(work.import(MAP, { tokenizer })).rejects.toThrow('idempotency_key_reused');
    expect(work.rejects()).toEqual([]);
  });

  test('an answer with too few or too many tokens is a failure, not an output', async () => {
    for (const tokens of [[], [{ token: 'tok_1' }, { token: 'tok_2' }]]) {
      const work = new Workplace('{"name":"a"}');
      await expect(work.import(MAP, { tokenizer: { tokenize: async () => tokens } })).rejects.toThrow(
        'The vault answered with',
      );
      expect(work.read('out.ndjson')).toBe('');
    }
  });
});

describe('while the vault is out of reach', () => {
  test('a call is repeated with its key, with longer and longer waits', async () => {
    const work = new Workplace('{"name":"a"}');
    work.vault.on = (moment, call) => {
      if (moment === 'after' && call <= 7) throw new Refused('unavailable', 'overloaded');
    };
    const notes: string[] = [];
    const result = await work.import(MAP, { progress: { ...silent, note: (text) => notes.push(text) } });
    expect(result).toMatchObject({ values: 1 });
    expect(work.vault.stored.size).toBe(1);
    expect(work.slept).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
    expect(notes[0]).toBe('the vault says overloaded; trying again in 0.5 s');
  });
});

test('a vault that says no before anything is stored leaves nothing behind: the next try may be another’s', async () => {
  const work = new Workplace('{"name":"a"}');
  work.vault.on = () => {
    throw new Refused('refused', 'not_allowed');
  };
  await expect(work.import(MAP)).rejects.toMatchObject({ code: 'not_allowed' });
  for (const name of ['out.ndjson', 'out.ndjson.progress', 'out.ndjson.rejects.ndjson'])
    expect(work.has(name)).toBe(false);
  work.vault.on = () => {};
  expect(await work.import(MAP, { target: 'another principal' })).toMatchObject({ values: 1, resumed: false });
});

test('but where a call may have been stored, the import keeps its place', async () => {
  for (const kind of ['unavailable', 'internal']) {
    const work = new Workplace('{"name":"a"}');
    work.vault.on = (moment) => {
      if (moment === 'after') throw new Refused(kind, 'trouble');
    };
    await expect(work.import(MAP, { retries: 1 })).rejects.toMatchObject({ code: 'import_stopped' });
    work.vault.on = () => {};
    expect(await work.import(MAP)).toMatchObject({ values: 1, valuesThisRun: 1, resumed: true });
    expect(work.vault.stored.size).toBe(1);
  }
});
