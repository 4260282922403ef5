/** Values that were sealed when their properties had other names are read in today's; their bytes stay. */
import { expect, test } from 'vitest';
import { pooledRandom } from '../../src/crypto/random.ts';
import { dataType, dataTypes } from '../../src/datatypes/registry.ts';
import { openValue, sealPlaintext, sealValue } from '../../src/records/sealing.ts';
import type { RecordRow } from '../../src/records/store.ts';

const KEY = Buffer.alloc(32, 7);
const rowOf = (type: string, value: unknown): RecordRow => {
  const place = {
    ...{ tenant: 'ten_x', record: 'rec_x', subject: 'sub_x', type, type_version: 1, kept: null },
    ...{ generation: 1, version: 1, label: null, created_at: 0, updated_at: 0 },
  } as Omit<RecordRow, 'sealed'>;
  return { ...place, sealed: sealValue(place, value as never, KEY, pooledRandom()) };
};

test.each([
  ['card', { number: '4242424242424242', expiry_month: 4, expiry_year: 2030 }],
  ['address', { line1: '12 High St', city: 'London', postal_code: 'SW1A 1AA', country: 'GB' }],
  ['bank_account', { routing_number: '021000021', account_number: '123456789', account_type: 'checking' }],
])('a %s of before is a value of today, masked and found as one', (name, before) => {
  const row = rowOf(name, before);
  const today = Object.fromEntries(
    Object.entries(before).map(([key, value]) => [key.replace(/_([a-z])/, (_, c: string) => c.toUpperCase()), value]),
  );
  const opened = openValue(row, KEY);

  expect(opened.expose()).toEqual(today);
  const type = dataType(name);
  const accepted = type.parse(today, { now: new Date('2026-11-30T12:00:00Z') });
  expect(type.views.masked(opened.expose() as never)).toEqual(type.views.masked(accepted as never));

  // Sealed anew for another place, it is byte for byte what it was.
  const moved = { ...row, generation: 2 };
  const again = openValue({ ...moved, sealed: sealPlaintext(moved, openValue(row, KEY), KEY, pooledRandom()) }, KEY);
  expect(Buffer.from(again.exposeBytes()).toString()).toBe(JSON.stringify(before));
});

test('no type of today has a property in snake case', () => {
  const properties = dataTypes().flatMap(({ examples }) =>
    examples.flatMap((value) => (typeof value === 'object' && value !== null ? Object.keys(value) : [])),
  );
  expect(properties.filter((name) => name.includes('_'))).toEqual([]);
});
