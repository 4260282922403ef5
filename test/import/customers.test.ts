/** The whole file of synthetic customers, 5,000 rows with 25,986 values in the mapped fields. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Workplace } from './workplace.ts';

const CUSTOMERS = fileURLToPath(new URL('../../../shared/data/customers.ndjson', import.meta.url));
const MAP = {
  subject: '/customer_id',
  fields: [
    { path: '/name', type: 'name' },
    { path: '/email', type: 'email', required: true },
    { path: '/phone', type: 'phone', country: '/country' },
    { path: '/address', type: 'address', label: 'billing' },
    { path: '/card', type: 'card', drop: ['cvc'] },
    { path: '/notes', type: 'text' },
  ],
  drop: ['/password'],
};
const MAPPED = ['name', 'email', 'phone', 'address', 'card', 'notes'];

type Row = Record<string, unknown> & { customer_id: string };

function rowsOf(ndjson: string): Row[] {
  return ndjson
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const absent = !existsSync(CUSTOMERS);
if (absent) process.stdout.write(`skipped: ${CUSTOMERS} is not on this machine\n`);

test.skipIf(absent)('every mapped value of every customer becomes a token, and everything else stays', async () => {
  const work = new Workplace(readFileSync(CUSTOMERS));
  const result = await work.import(MAP);
  expect(result).toMatchObject({ rows: 5_000, rejected: 0, values: 25_986, unmatched: [] });
  expect(work.vault.stored.size).toBe(25_986);
  expect(Math.max(...work.vault.calls.map((items) => items.length))).toBeLessThanOrEqual(1_000);

  const before = rowsOf(work.read('in.ndjson'));
  const after = rowsOf(work.read('out.ndjson'));
  const wrong = after.filter((row, i) => {
    const source = before[i] as Row;
    const names = Object.keys(source).filter((name) => name !== 'password');
    return !(
      Object.keys(row).join() === names.join() &&
      names.every((name) => {
        if (!MAPPED.includes(name)) return JSON.stringify(row[name]) === JSON.stringify(source[name]);
        const item = work.vault.stored.get(row[name] as string);
        const { cvc: _, ...value } = source[name] as { cvc?: string };
        const expected = typeof source[name] === 'object' ? value : source[name];
        const stated = (item?.value as { number?: unknown } | undefined)?.number ?? item?.value;
        return (
          item?.subject === source.customer_id &&
          JSON.stringify(name === 'phone' ? stated : item?.value) === JSON.stringify(expected)
        );
      })
    );
  });
  expect(after).toHaveLength(5_000);
  expect(wrong).toEqual([]);
  expect(work.read('out.ndjson')).not.toMatch(/"(?:cvc|password)"/);
});
