/** What each part of the benchmark was to reach, and whether it did. */
import type { Engine } from './databases.ts';
import type { Disk } from './disk.ts';
import type { Epochs } from './epochs.ts';
import type { Imported, Importing } from './importing.ts';
import type { EngineResult } from './result.ts';
import type { Scaling } from './scaling.ts';
import { count } from './table.ts';
import { BATCH_VALUES, type CallName, type Throughput, TITLES } from './throughput.ts';

/** Targets of the benchmark's issue. Batches on PostgreSQL shall be of the same order: a tenth is where that ends. */
const TARGETS = {
  ofInsert: 1,
  tokenizedPerSecond: 10_000,
  detokenizedPerSecond: 25_000,
  sameOrder: 0.1,
  /** Processor time of a single tokenize over that of (b). */
  processorOfInsert: { sqlite: 1.2, postgres: 2.2 },
  bytesAValue: { sqlite: 950, postgres: 1_300 },
  importSeconds: 6,
  ofSixFields: 0.8,
  ofSmallVault: 1.3,
  memoryMb: 300,
  /** Seconds to close an epoch over a million records, by how many were erased. */
  closeSeconds: { 100: 3, 10000: 20 } as Readonly<Record<number, number>>,
  ofRest: 2,
} as const;

/** One row of the targets; `met` is undefined where there was nothing to measure. */
export interface Line {
  readonly what: string;
  readonly target: string;
  readonly measured: string;
  readonly met: boolean | undefined;
}

export function linesOf(result: EngineResult): Line[] {
  const { engine, throughput, disk, import: importing, scaling, epochs } = result;
  return [
    ...(throughput === undefined ? [] : linesOfThroughput(engine, throughput)),
    ...(disk === undefined ? [] : [lineOfDisk(engine, disk)]),
    ...(importing === undefined ? [] : linesOfImport(importing)),
    ...(scaling === undefined ? [] : linesOfScaling(scaling)),
    ...(epochs === undefined ? [] : linesOfEpochs(epochs)),
    ...memoryLine('memory under load, peak', throughput),
    ...memoryLine(`memory with ${count(scaling?.records[1] ?? 0)} records, peak`, scaling),
  ];
}

function linesOfThroughput(engine: Engine, { ratios, medians, processorOfInsert }: Throughput): Line[] {
  const singles = (['tokenize', 'tokenizeOfSubject', 'detokenize'] as const).map((call) => ({
    what: TITLES[call],
    target: `>= ${TARGETS.ofInsert.toFixed(1)} × (b)`,
    measured: `${ratios[call].insert.toFixed(2)} ×`,
    met: ratios[call].insert >= TARGETS.ofInsert,
  }));
  const part = engine === 'sqlite' ? 1 : TARGETS.sameOrder;
  const batch = (call: CallName, onSqlite: number): Line => {
    const values = medians[call].perSecond * BATCH_VALUES;
    const target = engine === 'sqlite' ? `>= ${count(onSqlite)} values/s` : `order of ${count(onSqlite)} values/s`;
    return { what: TITLES[call], target, measured: `${count(values)} values/s`, met: values >= onSqlite * part };
  };
  const most = TARGETS.processorOfInsert[engine];
  return [
    ...singles,
    {
      what: `processor time of ${TITLES.tokenize}`,
      target: `<= ${most} × (b)`,
      measured: `${processorOfInsert.tokenize.toFixed(2)} ×`,
      met: processorOfInsert.tokenize <= most,
    },
    batch('tokenizeBatch', TARGETS.tokenizedPerSecond),
    batch('detokenizeBatch', TARGETS.detokenizedPerSecond),
  ];
}

function lineOfDisk(engine: Engine, { values, bytesAValue }: Disk): Line {
  const most = TARGETS.bytesAValue[engine];
  const what = `disk, an e-mail address of a new person, of ${count(values)}`;
  const measured = `${count(bytesAValue)} bytes`;
  return { what, target: `<= ${count(most)} bytes`, measured, met: bytesAValue <= most };
}

function linesOfImport(importing: Importing): Line[] {
  const target = `<= ${TARGETS.importSeconds} s`;
  if ('skipped' in importing) {
    return [{ what: 'import of 5,000 customers', target, measured: `skipped: ${importing.skipped}`, met: undefined }];
  }
  const { six, all } = importing;
  const [before, now] = [perSecond(six), perSecond(all)];
  return [
    {
      what: `import of ${count(six.customers)} customers, ${count(six.values)} values`,
      target,
      measured: `${six.seconds.toFixed(1)} s`,
      met: six.seconds <= TARGETS.importSeconds,
    },
    {
      what: `values/s of an import of all fields, ${count(all.values)} values`,
      target: `>= ${TARGETS.ofSixFields} × six fields`,
      measured: `${(now / before).toFixed(2)} × (${count(before)} → ${count(now)})`,
      met: now / before >= TARGETS.ofSixFields,
    },
  ];
}

function perSecond({ values, seconds }: Imported): number {
  return Math.round(values / seconds);
}

function linesOfScaling({ records, p50Ms, ratios }: Scaling): Line[] {
  return Object.entries(ratios).map(([name, ratio]) => {
    const [small, large] = p50Ms[name as keyof typeof p50Ms];
    return {
      what: `p50 of ${name}, ${count(records[0])} → ${count(records[1])} records`,
      target: `<= ${TARGETS.ofSmallVault} ×`,
      measured: `${ratio.toFixed(2)} × (${small.toFixed(2)} → ${large.toFixed(2)} ms)`,
      met: ratio <= TARGETS.ofSmallVault,
    };
  });
}

function linesOfEpochs({ closes, eraseSubjectMs }: Epochs): Line[] {
  const lines = closes.flatMap(({ records, erased, seconds, p95Ms: [atRest, during] }): Line[] => {
    const what = `close over ${count(records)} records, ${count(erased)} erased`;
    const wanted = TARGETS.closeSeconds[erased] ?? Number.POSITIVE_INFINITY;
    const ratio = during / atRest;
    return [
      { what, target: `<= ${wanted} s`, measured: `${seconds.toFixed(2)} s`, met: seconds <= wanted },
      {
        what: `p95 of detokenize during it`,
        target: `<= ${TARGETS.ofRest} × at rest`,
        measured: `${ratio.toFixed(2)} × (${atRest.toFixed(2)} → ${during.toFixed(2)} ms)`,
        met: Number.isNaN(ratio) ? undefined : ratio <= TARGETS.ofRest,
      },
    ];
  });
  const [small, large] = [eraseSubjectMs.at(0), eraseSubjectMs.at(-1)];
  if (small === undefined || large === undefined || small === large) return lines;
  const ratio = large.p50Ms / small.p50Ms;
  const what = `p50 of erasing a person, ${count(small.records)} → ${count(large.records)} records`;
  const measured = `${ratio.toFixed(2)} × (${small.p50Ms.toFixed(2)} → ${large.p50Ms.toFixed(2)} ms)`;
  return [...lines, { what, target: `<= ${TARGETS.ofSmallVault} ×`, measured, met: ratio <= TARGETS.ofSmallVault }];
}

function memoryLine(what: string, part: { readonly peakMemoryMb: number | undefined } | undefined): Line[] {
  if (part === undefined) return [];
  const { peakMemoryMb } = part;
  const target = `< ${TARGETS.memoryMb} MB`;
  if (peakMemoryMb === undefined) return [{ what, target, measured: 'this system does not say', met: undefined }];
  return [{ what, target, measured: `${Math.round(peakMemoryMb)} MB`, met: peakMemoryMb < TARGETS.memoryMb }];
}
