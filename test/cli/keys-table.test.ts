/** The inventory as a person reads it. */
import { expect, test } from 'vitest';
import { keysTable } from '../../src/cli/keys-table.ts';
import type { KeyEntry } from '../../src/keyring/schema.ts';

const SINCE = '2026-11-22T12:00:00.000Z';
const KEYS: readonly KeyEntry[] = [
  { kind: 'root_key', name: 'environment', state: 'active', protects: 'epoch keys', count: 1 },
  {
    ...{ kind: 'epoch_secret', epoch: 12_345, state: 'destroyed', protects: 'the epoch key', count: 1 },
    ...{ activatedAt: SINCE, compromisedAt: SINCE, destroyedAt: SINCE },
    slots: [{ slot: 'file', storedAt: SINCE, destroyedAt: SINCE }],
  },
  { kind: 'record_key', state: 'compromised', protects: 'one value each', count: 10_000, atLeast: true },
  {
    ...{ kind: 'index_key', name: `x_${'long'.repeat(20)}`, version: 2, epoch: 12_345, state: 'active', count: 1 },
    ...{ protects: 'the blind index', createdAt: SINCE, dueAt: SINCE, overdue: true },
  },
];

test.each([80, 120])('no line is longer than a terminal of %i columns, and nothing but a name is cut', (width) => {
  const text = keysTable(KEYS, width);

  expect(text.split('\n').filter((line) => line.length > width)).toEqual([]);
  for (const whole of ['epoch secret', '12345', 'destroyed (c)', 'compromised', '≥ 10,000', '2026-11-22 !']) {
    expect(text).toContain(whole);
  }
  expect(text.includes('file (gone)')).toBe(width === 120);
  expect(text).toMatch(/Overdue \(!\): 1\.$/);
});

test('where nothing is overdue it says so', () => {
  expect(keysTable(KEYS.slice(0, 1), 80)).toMatch(/\n\nNothing is overdue\.$/);
});

test('in a pipe nothing is cut or left out', () => {
  const text = keysTable(KEYS);
  expect(text).toContain(`x_${'long'.repeat(20)}/2`);
  expect(text).toContain('file (gone)');
  expect(text).not.toContain('…');
});
