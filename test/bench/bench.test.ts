/** The arithmetic of the benchmark: what its tables say follows from what was measured. No speed is asserted. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../support/temporary.ts';
import { otherCheckout } from './checkout.ts';
import { gainsInTurns, gainsOver, gainTable } from './comparison.ts';
import { growth } from './disk.ts';
import { readEarlierRun } from './earlier-run.ts';
import { sizesUpTo } from './epochs.ts';
import { type Figure, figuresOf } from './figures.ts';
import { type Measured, median, medians, quantile } from './load.ts';
import { latencyOf } from './open-load.ts';
import { leftOut, optionsOf } from './options.ts';
import { inTurns } from './run.ts';
import { scheduleOf, sendOnSchedule } from './schedule.ts';
import { figure } from './table.ts';
import { linesOf } from './targets.ts';
import { CALLS, CEILINGS, summary } from './throughput.ts';

const more = (what: string, ...rounds: number[]): Figure => ({ what, unit: 'requests/s', better: 'more', rounds });
const less = (what: string, ...rounds: number[]): Figure => ({ what, unit: 'ms', better: 'less', rounds });

test('a median needs no order, and lies between the two in the middle', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBeNaN();
  expect(quantile([0, 10], 0.99)).toBeCloseTo(9.9);
  const round = (perSecond: number): Measured => ({ perSecond, p50Ms: 1, p99Ms: 2, processorMs: 3 });
  expect(medians([round(7), round(1), round(3)])).toEqual(round(3));
});

test('sides take turns, and the one that was second begins the next round', async () => {
  const order: string[] = [];
  const results = await inTurns(['A', 'B'], ['x', 'y'], 2, async (side, name, round) => {
    order.push(`${side}${name}${round}`);
    return `${side}${round}`;
  });

  expect(order).toEqual(['Ax1', 'Bx1', 'Ay1', 'By1', 'Bx2', 'Ax2', 'By2', 'Ay2']);
  expect(results).toEqual([
    { x: ['A1', 'A2'], y: ['A1', 'A2'] },
    { x: ['B1', 'B2'], y: ['B1', 'B2'] },
  ]);
});

test('a gain is taken within its round, and above 1 it is in favour of the first, for more and for less', () => {
  const [rate, time] = gainsInTurns(
    [more('rate', 200, 100, 900), less('time', 1, 4, 2)],
    [more('rate', 100, 100, 300), less('time', 2, 2, 2)],
  );

  expect(rate).toMatchObject({ now: 200, before: 100, gain: 2, between: [1, 3] });
  expect(time).toMatchObject({ now: 2, before: 2, gain: 1, between: [0.5, 2] });
});

test('a round that one of them could not measure counts in no gain', () => {
  expect(gainsInTurns([less('p95', Number.NaN, 1, 3)], [less('p95', 5, 2, Number.NaN)])).toMatchObject([
    { now: 2, before: 3.5, gain: 2, between: [2, 2] },
  ]);
  const [none] = gainsInTurns([more('rate', 5)], [more('rate', 0)]);
  expect(none).toEqual({ what: 'rate', unit: 'requests/s', now: 5, before: 0, gain: Number.NaN });
  expect(gainTable([none!], 'this', 'other')).toMatch(/ –$/);
});

test('over an earlier run medians are compared, and only figures that both have', () => {
  const earlier = [less('time', 6, 2, 4), more('gone', 1)];
  expect(gainsOver([less('time', 1, 3), more('new', 1)], earlier)).toEqual([
    { what: 'time', unit: 'ms', now: 2, before: 4, gain: 2 },
  ]);
});

test('the table of gains names both sides', () => {
  const table = gainTable(gainsInTurns([more('rate', 1_500)], [more('rate', 1_000)]), 'this', 'other');
  expect(table.split('\n').at(0)).toMatch(/^figure +other +this +gain +of the rounds$/);
  expect(table.split('\n').at(-1)).toMatch(/^rate +requests\/s +1,000 +1,500 +1\.50 × +1\.50 … 1\.50$/);
  expect([1234.5, 12.34, 1.234, 0.1234].map(figure)).toEqual(['1,235', '12.3', '1.23', '0.123']);
});

test('a schedule is even, and asks for exactly its rate', () => {
  expect(scheduleOf(4, 1)).toEqual([0, 250, 500, 750]);
  expect(scheduleOf(0.5, 1)).toEqual([]);
  expect(scheduleOf(333.3, 3)).toHaveLength(999);
});

test('requests are sent when they are due, answered or not, and each is waited for', async () => {
  const called: number[] = [];
  const answers: (() => void)[] = [];
  const schedule = scheduleOf(1_000, 0.02);
  const { requests } = await sendOnSchedule(schedule, () => {
    called.push(performance.now());
    const answered = new Promise<void>((resolve) => answers.push(resolve));
    if (answers.length === schedule.length) for (const answer of answers) answer();
    return answered;
  });

  expect(requests.map(({ due }) => due)).toEqual(schedule);
  for (const { due, sent, answered } of requests) expect([due <= sent, sent <= answered]).toEqual([true, true]);
  const [first] = requests;
  expect(first!.answered - first!.sent).toBeGreaterThanOrEqual(called.at(-1)! - called[0]!);
});

test('a schedule ends at once when a request fails, or when it is enough', async () => {
  const minutes = scheduleOf(1_000, 600);
  await expect(sendOnSchedule(minutes, () => Promise.reject(new Error('wrong')))).rejects.toThrow('wrong');

  const enough = new AbortController();
  let sent = 0;
  const { requests } = await sendOnSchedule(
    minutes,
    async () => {
      sent += 1;
      // Others fall due meanwhile.
      if (sent === 3) for (const until = performance.now() + 10; performance.now() < until; );
      if (sent === 3) enough.abort();
    },
    enough.signal,
  );
  expect(requests).toHaveLength(3);
});

test('latency counts from when a request was due, though it was sent late', () => {
  const stalled = [0, 10, 20, 30].map((due) => ({ due, sent: Math.max(due, 30), answered: 40 }));
  expect(latencyOf(stalled, 100, 10)).toEqual({
    perSecond: 100,
    p50Ms: 20,
    p99Ms: expect.closeTo(29.8),
    lateMs: expect.closeTo(19.8),
  });
});

test('disk is what relations have grown by, a value, the largest first', () => {
  const size = (relation: string, bytes: number) => ({ store: 'keys' as const, table: 'k', relation, bytes });
  const before = [size('k', 4_096), size('same', 4_096)];
  const after = [size('k', 8_096), size('same', 4_096), size('k_by', 6_000)];

  expect(growth(before, after, 100)).toEqual({
    values: 100,
    bytesAValue: 100,
    relations: [
      { store: 'keys', table: 'k', relation: 'k_by', bytesAValue: 60 },
      { store: 'keys', table: 'k', relation: 'k', bytesAValue: 40 },
    ],
  });
});

const round = (perSecond: number, processorMs: number): Measured => ({ perSecond, processorMs, p50Ms: 1, p99Ms: 1 });

/** Two rounds, the second on a machine half as fast: ratios stay. */
function throughput() {
  const of = (perSecond: number, ms: number) => [round(perSecond, ms), round(perSecond / 2, 2 * ms)];
  const rounds = Object.fromEntries([
    ...CEILINGS.map((name) => [name, of(1_000, 0.2)]),
    ...CALLS.map((name) => [name, of(400, 0.5)]),
  ]);
  return { ...summary(rounds), rounds, peakMemoryMb: 300 };
}

test('ratios to a ceiling are taken within a round, of rates and of processor time', () => {
  const { ratios, processorOfInsert, medians: stands } = throughput();
  expect(ratios.tokenize).toEqual({ echo: 0.4, insert: 0.4, select: 0.4 });
  expect(processorOfInsert.detokenize).toBe(2.5);
  expect(stands.insert.perSecond).toBe(750);
});

test('targets are judged by what was measured; a figure has its rounds', () => {
  const result = { engine: 'sqlite' as const, throughput: throughput(), import: { skipped: 'no file' } };

  expect(linesOf(result)).toContainEqual({
    what: 'processor time of tokenize, 1 value',
    target: '<= 1.2 × (b)',
    measured: '2.50 ×',
    met: false,
  });
  expect(linesOf(result).find(({ what }) => what.startsWith('import'))?.met).toBeUndefined();
  expect(figuresOf(result)).toContainEqual(more('detokenize, 1 value', 400, 200));
  expect(figuresOf(result).map(({ what }) => what)).not.toContain('(b) … + one durable insert');
});

test('options: what is unknown is refused, and what is left out is told', () => {
  expect(optionsOf(['--help'])).toBe('help');
  for (const wrong of [['--parts', 'throughput,nothing'], ['--engine', 'other'], ['--rounds', '0'], ['--fast']]) {
    expect(() => optionsOf(wrong)).toThrow();
  }
  const options = optionsOf(['--engine', 'postgres', '--parts', 'disk,open', '--full']);
  expect(options).toMatchObject({ engines: ['postgres'], parts: ['open', 'disk'], records: [10_000, 1_000_000] });
  expect(options === 'help' ? [] : leftOut(options)).toContain('sqlite (--engine both)');
  expect(sizesUpTo([10_000, 1_000_000])).toEqual([10_000, 100_000, 1_000_000]);
});

test('an earlier run is read by its figures; a folder without a vault and a file without figures are refused', async () => {
  const { path, remove } = await temporaryFolder();
  onTestFinished(remove);
  const [file, other] = [join(path, 'results.json'), join(path, 'other.json')];
  const figures = [[less('time', 1, Number.NaN)], [less('time', 9)]];
  const written = {
    startedAt: 'then',
    machine: { cores: 2, processor: 'p' },
    checkouts: [{ revision: 'abc' }],
    engines: [{ engine: 'sqlite', figures }],
  };
  await writeFile(file, JSON.stringify(written));
  await writeFile(other, '{"results":[]}');

  const earlier = await readEarlierRun(file);
  expect(earlier.about).toBe('then, revision abc, 2 × p');
  expect(gainsOver([less('time', 2)], earlier.figures.sqlite ?? [])).toMatchObject([{ now: 2, before: 1, gain: 0.5 }]);
  await expect(readEarlierRun(other)).rejects.toThrow('has no figures');
  expect(() => otherCheckout(path)).toThrow('src/main.ts is not there');
});
