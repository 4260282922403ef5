import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { showProgress } from '../../src/import/progress.ts';
import { line } from '../../src/import/progress-bar.ts';

function shown(isTTY: boolean, columns = 200) {
  const stream = Object.assign(new PassThrough(), { isTTY, columns, cursorTo: () => true, clearLine: () => true });
  let text = '';
  stream.on('data', (data) => {
    text += data;
  });
  const clock = { now: 0 };
  const progress = showProgress(stream, () => new Date(clock.now));
  return { progress, clock, text: () => text };
}

const counts = (bytes: number) => ({ bytes, rows: bytes * 10, rejected: bytes > 500 ? 3 : 0, values: bytes * 50 });

test('where there is no terminal: a line at first, one every five seconds at most, and a last one', () => {
  const { progress, clock, text } = shown(false);
  progress.start(1_000, counts(0));
  for (let second = 1; second <= 12; second++) {
    clock.now = second * 1000;
    progress.update(counts(second * 50));
  }
  progress.note('the vault says overloaded; trying again in 0.5 s');
  clock.now = 200_000;
  progress.stop(counts(1_000));
  expect(text().split('\n')).toEqual([
    'importing: 0%, 0 rows, - values/s, - left',
    'importing: 25%, 2,500 rows, 2,500 values/s, 15 s left',
    'importing: 50%, 5,000 rows, 2,500 values/s, 10 s left',
    'importing: 60%, the vault says overloaded; trying again in 0.5 s',
    'importing: 100%, 10,000 rows (3 rejected), 250 values/s, 0 s left',
    '',
  ]);
});

test('what earlier runs have done counts for the percentage, not for the rate and the time left', () => {
  const { progress, clock, text } = shown(false);
  progress.start(1_000, counts(400));
  clock.now = 6_000;
  progress.update(counts(460));
  clock.now = 3_660_000;
  progress.stop(counts(500));
  expect(text()).toBe(
    'importing: 40%, 4,000 rows, - values/s, - left\nimporting: 46%, 4,600 rows, 500 values/s, 54 s left\nimporting: 50%, 5,000 rows, 1 values/s, 5 h 5 min left\n',
  );
});

test('before anything is known, it says so', () => {
  const { progress, text } = shown(false);
  progress.start(1_000, counts(0));
  progress.stop(counts(0));
  expect(text()).toBe('importing: 0%, 0 rows, - values/s, - left\n');
});

test('on a terminal: a bar with percentage, rows, rate and time left, until it is stopped', () => {
  const { progress, clock, text } = shown(true);
  progress.start(1_000, counts(0));
  clock.now = 150_000;
  progress.note('the vault says overloaded');
  progress.update(counts(600));
  progress.stop(counts(600));
  expect(text()).toContain('60% | 6,000 rows (3 rejected) | 200 values/s | 1 min 40 s left');
  expect(text()).toMatch(/\[=+-+\]/);
});

test.each([80, 120])('at %i columns nothing is cut: the bar gives way', (columns) => {
  const { progress, clock, text } = shown(true, columns);
  progress.start(100_000, counts(0));
  clock.now = 150_000;
  progress.stop(counts(60_000));
  expect(text()).toMatch(/\[=+-+\] 60% \| 600,000 rows \(3 rejected\) \| 20,000 values\/s \| 1 min 40 s left/);
  const said = 'the vault says store_unavailable; trying again in 15 s';
  const note = line({ step: 'importing', words: ['60%', said] }, 0.6, columns);
  expect(note).toMatch(/^(importing )?\[=+-+\] 60% .* trying again in 15 s$/);
  expect(line({ step: 'rewrap', words: ['x'.repeat(200)] }, 1, columns)).toHaveLength(columns - 1);
});
