/**
 * What a result says in plain figures, each with its rounds. By their names two results are compared: of two checkouts
 * in one run, or of this run and an earlier one, so a name stays what it is.
 */
import type { Disk } from './disk.ts';
import type { Epochs } from './epochs.ts';
import { type Erasures, NAMED_BY } from './erasures.ts';
import { type Importing, MAPS } from './importing.ts';
import type { Measured } from './load.ts';
import { OPEN_CALLS, type OpenLoad } from './open-load.ts';
import type { EngineResult } from './result.ts';
import { SCALED, type Scaling } from './scaling.ts';
import { count } from './table.ts';
import { CALLS, CEILINGS, type Throughput, TITLES } from './throughput.ts';

export interface Figure {
  readonly what: string;
  readonly unit: string;
  /** Whether more is better. */
  readonly better: 'more' | 'less';
  /** In the order they were measured in. */
  readonly rounds: readonly number[];
}

/** All but those of the ceilings, which are the machine's and not the vault's. */
export function figuresOf(result: EngineResult): Figure[] {
  const { throughput, open, erasures, disk, import: importing, scaling, epochs } = result;
  const all = [
    ...(throughput ? ofThroughput(throughput) : []),
    ...(open ? ofOpenLoad(open) : []),
    ...(erasures ? ofErasures(erasures) : []),
    ...(disk ? ofDisk(disk) : []),
    ...(importing ? ofImport(importing) : []),
    ...(scaling ? ofScaling(scaling) : []),
    ...(epochs ? ofEpochs(epochs) : []),
  ];
  return all.filter(({ rounds }) => rounds.some(Number.isFinite));
}

export function figuresOfCeilings({ throughput }: EngineResult): Figure[] {
  return throughput === undefined
    ? []
    : CEILINGS.flatMap((name) => figures(TITLES[name], throughput.rounds[name], RATE));
}

/** What is added to the name; the unit; whether more of it is better; and where a round has it. */
type Column<R> = readonly [what: string, unit: string, better: Figure['better'], of: (round: R) => number];

function figures<R>(what: string, rounds: readonly R[], ...columns: readonly Column<R>[]): Figure[] {
  return columns.map(([more, unit, better, of]) => ({ what: `${what}${more}`, unit, better, rounds: rounds.map(of) }));
}

const RATE: Column<Measured> = ['', 'requests/s', 'more', ({ perSecond }) => perSecond];
const PROCESSOR: Column<Measured> = [': processor', 'ms', 'less', ({ processorMs }) => processorMs];
const P50: Column<{ readonly p50Ms: number }> = [': p50', 'ms', 'less', ({ p50Ms }) => p50Ms];
const P99: Column<{ readonly p99Ms: number }> = [': p99', 'ms', 'less', ({ p99Ms }) => p99Ms];

function ofThroughput({ rounds, peakMemoryMb }: Throughput): Figure[] {
  return [
    ...CALLS.flatMap((name) => figures(TITLES[name], rounds[name], RATE, PROCESSOR)),
    ...memory('memory under load, peak', peakMemoryMb),
  ];
}

function ofOpenLoad({ rounds }: OpenLoad): Figure[] {
  return OPEN_CALLS.flatMap((name) => figures(`${TITLES[name]}, at half its rate`, rounds[name], P50, P99));
}

function ofErasures({ rounds }: Erasures): Figure[] {
  return NAMED_BY.flatMap((name) => figures(`erase a person, by ${name}`, rounds[name], RATE, P50, P99, PROCESSOR));
}

function ofDisk({ values, bytesAValue }: Disk): Figure[] {
  return figures(
    `disk, ${count(values)} e-mail addresses`,
    [bytesAValue],
    ['', 'bytes each', 'less', (bytes) => bytes],
  );
}

function ofImport(importing: Importing): Figure[] {
  if ('skipped' in importing) return [];
  return MAPS.flatMap((map) =>
    figures(`import of customers, ${map} fields`, importing.rounds[map], ['', 's', 'less', ({ seconds }) => seconds]),
  );
}

function ofScaling({ records, rounds, fillValuesPerSecond, peakMemoryMb }: Scaling): Figure[] {
  const large = count(records[1]);
  return [
    ...SCALED.flatMap((name) =>
      figures(
        `${name}, one at a time`,
        rounds[name],
        [`, ${count(records[0])} records: p50`, 'ms', 'less', ([small]) => small],
        [`, ${large} records: p50`, 'ms', 'less', ([, atLarge]) => atLarge],
      ),
    ),
    ...figures(`filling ${large} records`, [fillValuesPerSecond], ['', 'values/s', 'more', (rate) => rate]),
    ...memory(`memory with ${large} records, peak`, peakMemoryMb),
  ];
}

function ofEpochs({ closes, eraseSubjectMs }: Epochs): Figure[] {
  return [
    ...closes.flatMap(({ records, erased, rounds }) =>
      figures(
        `close over ${count(records)} records, ${count(erased)} erased`,
        rounds,
        ['', 's', 'less', ({ seconds }) => seconds],
        [': p95 of detokenize during it', 'ms', 'less', ({ p95Ms }) => p95Ms[1]],
      ),
    ),
    ...eraseSubjectMs.flatMap(({ records, rounds }) =>
      figures(`erase a person of ten of ${count(records)} records`, rounds, [': p50', 'ms', 'less', (ms) => ms]),
    ),
  ];
}

function memory(what: string, megabytes: number | undefined): Figure[] {
  return megabytes === undefined ? [] : figures(what, [megabytes], ['', 'MB', 'less', (held) => held]);
}
