/**
 * `npm run bench`: measures the vault against ceilings that run beside it, prints a table, and writes all of it with
 * every round to `bench-results.json`.
 *
 *   npm run bench -- [--engine sqlite|postgres|both] [--parts throughput,import,scaling,epochs] [--rounds 3] [--seconds 5]
 *                    [--records 10000,100000] [--full]
 *
 * `--full` compares 10,000 with 1,000,000 records, which the target speaks of; filling those takes minutes. All load
 * stays on 127.0.0.1 and ends with the run. The exit code is 0 whether targets are met or not: the table says it.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { ROW_BYTES } from './ceiling.ts';
import { ENGINES, type Engine, openDatabases } from './databases.ts';
import { measureEpochs } from './epochs.ts';
import { measureImport } from './importing.ts';
import { CONNECTIONS } from './load.ts';
import { loadAverage, machine } from './machine.ts';
import { printReport } from './report.ts';
import type { EngineResult } from './result.ts';
import { measureScaling } from './scaling.ts';
import { linesOf } from './targets.ts';
import { measureThroughput } from './throughput.ts';

const RESULTS = new URL('../../bench-results.json', import.meta.url);
const PARTS = ['throughput', 'import', 'scaling', 'epochs'] as const;
const FULL = [10_000, 1_000_000] as const;
const QUICK = [10_000, 100_000] as const;
/** Above this, something else keeps the processors busy and the figures say little. */
const QUIET_LOAD = 0.5;

interface Options {
  readonly engines: readonly Engine[];
  readonly parts: readonly (typeof PARTS)[number][];
  readonly rounds: number;
  readonly seconds: number;
  readonly records: readonly [small: number, large: number];
}

function optionsOf(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      engine: { type: 'string', default: 'both' },
      parts: { type: 'string', default: PARTS.join(',') },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '5' },
      records: { type: 'string' },
      full: { type: 'boolean', default: false },
    },
  });
  const engines = values.engine === 'both' ? ENGINES : ENGINES.filter((engine) => engine === values.engine);
  const named = values.parts.split(',');
  const parts = PARTS.filter((part) => named.includes(part));
  const [small = Number.NaN, large = Number.NaN] =
    values.records?.split(',').map(Number) ?? (values.full ? FULL : QUICK);
  const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
  const isRight = [rounds, seconds, small, large].every((n) => Number.isInteger(n) && n > 0) && small >= 5_000;
  if (engines.length === 0 || parts.length !== named.length || !isRight) {
    throw new Error(
      'Say --engine sqlite|postgres|both, --parts throughput,import,scaling,epochs, --records 10000,100000.',
    );
  }
  return { engines, parts, rounds, seconds, records: [small, large] };
}

function say(line: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)}  ${line}\n`);
}

async function measure(engine: Engine, { parts, rounds, seconds, records }: Options): Promise<EngineResult> {
  const databases = await openDatabases(engine);
  const before = loadAverage();
  if (before > QUIET_LOAD) say(`The load average is ${before}: something else runs, and the figures will say less.`);
  const said = (line: string) => say(`${engine}, ${line}`);
  try {
    const throughput = parts.includes('throughput') && (await measureThroughput(databases, { rounds, seconds, said }));
    const importing = parts.includes('import') && (await measureImport(databases));
    const scaling = parts.includes('scaling') && (await measureScaling(databases, records, said));
    const epochs = parts.includes('epochs') && (await measureEpochs(databases, sizesUpTo(records), said));
    return {
      engine,
      durability: databases.durability,
      loadAverage: [before, loadAverage()],
      ...(throughput && { throughput }),
      ...(importing && { importing }),
      ...(scaling && { scaling }),
      ...(epochs && { epochs }),
    };
  } finally {
    await databases.remove();
  }
}

/** From the small vault to the large one, ten times as many each. */
function sizesUpTo([small, large]: Options['records']): number[] {
  const sizes: number[] = [];
  for (let size = small; size < large; size *= 10) sizes.push(size);
  return [...sizes, large];
}

/** What the run left out, so that nobody takes a part for the whole. */
function leftOut({ engines, parts, records }: Options): string[] {
  return [
    ...ENGINES.filter((engine) => !engines.includes(engine)).map((engine) => `${engine} (--engine both)`),
    ...PARTS.filter((part) => !parts.includes(part)).map((part) => `${part} (--parts)`),
    ...(parts.includes('scaling') && records[1] < FULL[1] ? ['scaling to 1,000,000 records (--full)'] : []),
    ...(parts.includes('epochs') && records[1] < FULL[1] ? ['closing epochs over 1,000,000 records (--full)'] : []),
  ];
}

const options = optionsOf(process.argv.slice(2));
const of = machine();
const startedAt = new Date();
const results: EngineResult[] = [];
for (const engine of options.engines) results.push(await measure(engine, options));
printReport(of, results);
const missing = leftOut(options);
if (missing.length > 0) console.log(`\nLeft out of this run: ${missing.join('; ')}.`);
const written = {
  startedAt: startedAt.toISOString(),
  finishedAt: new Date().toISOString(),
  machine: of,
  settings: { connections: CONNECTIONS, ceilingRowBytes: ROW_BYTES, logLevel: 'warn', ...options },
  leftOut: missing,
  results: results.map((result) => ({ ...result, targets: linesOf(result) })),
};
await writeFile(RESULTS, `${JSON.stringify(written, null, 2)}\n`);
console.log(`\nEvery round is in ${RESULTS.pathname}`);
