import { expect, test } from 'vitest';
import { MAX_NEW_VERIFIERS } from '../../src/intake/accept.ts';
import { Workplace } from './workplace.ts';

test.each([
  ['as text', (i: number) => `"horse ${i}"`],
  ['as an object', (i: number) => `{"password":"horse ${i}"}`],
])('passwords %s come in calls that the vault takes', async (_, value) => {
  const rows = Array.from({ length: 120 }, (_, i) => `{"id":"cust_${i}","password":${value(i)}}`);
  const work = new Workplace(rows.join('\n'));
  const map = { subject: '/id', fields: [{ path: '/password', type: 'password' }] };
  expect(await work.import(map)).toMatchObject({ rows: 120, rejected: 0, values: 120 });
  expect(Math.max(...work.vault.calls.map((items) => items.length))).toBeLessThanOrEqual(MAX_NEW_VERIFIERS);
});

test('verifiers that are brought along come in calls as large as any', async () => {
  const rows = Array.from({ length: 120 }, (_, i) => `{"password":"$argon2id$${i}"}`);
  const work = new Workplace(rows.join('\n'));
  await work.import({ fields: [{ path: '/password', type: 'password', phc: true }] });
  expect(work.vault.calls.map((items) => items.length)).toEqual([120]);
});

test('a row with more passwords than one call may bring is a refused row, and no other is', async () => {
  const names = Array.from({ length: MAX_NEW_VERIFIERS + 1 }, (_, i) => `p${i}`);
  const whole = JSON.stringify(Object.fromEntries(names.map((name) => [name, 'horse'])));
  const work = new Workplace(`{"p0":"horse"}\n${whole}\n{"p1":"horse"}`);
  // What the vault says of such a call.
  const tokenizer = {
    tokenize: (items: Parameters<typeof work.vault.tokenize>[0], key: string) => {
      work.vault.faultOf = (item) => (items.indexOf(item) === MAX_NEW_VERIFIERS ? 'value' : undefined);
      return work.vault.tokenize(items, key);
    },
  };
  const map = { fields: names.map((name) => ({ path: `/${name}`, type: 'password' })) };
  expect(await work.import(map, { tokenizer })).toMatchObject({ rows: 3, rejected: 1, values: 2 });
  expect(work.rejects()).toMatchObject([{ row: 2, field: `/p${MAX_NEW_VERIFIERS}` }]);
});
