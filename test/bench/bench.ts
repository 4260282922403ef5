/**
 * `npm run bench`: measures the vault against ceilings that run beside it, against another checkout, or against an
 * earlier run; prints tables, and writes all of it with every round to `bench-results.json`. `--help` says what can be
 * asked for (`options.ts`).
 *
 * All load stays on 127.0.0.1 and ends with the run. A part that fails ends none of the others. The exit code is 0
 * whether targets are met or not, which the tables say; it is 1 if a part failed.
 */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ROW_BYTES } from './ceiling.ts';
import { type Checkout, otherCheckout, thisCheckout } from './checkout.ts';
import { gainsInTurns, gainsOver, gainTable } from './comparison.ts';
import { type Engine, openDatabases } from './databases.ts';
import { measureDisk } from './disk.ts';
import { type EarlierRun, figuresOfRun, readEarlierRun } from './earlier-run.ts';
import { measureEpochs } from './epochs.ts';
import { measureErasures } from './erasures.ts';
import { figuresOf } from './figures.ts';
import { measureImport } from './importing.ts';
import { CONNECTIONS } from './load.ts';
import { loadAverage, machine } from './machine.ts';
import { measureOpenLoad } from './open-load.ts';
import { leftOut, type Options, optionsOf, type Part, USAGE } from './options.ts';
import { killServers } from './processes.ts';
import { printResult } from './report.ts';
import type { EngineResult } from './result.ts';
import type { Run } from './run.ts';
import { measureScaling } from './scaling.ts';
import { linesOf } from './targets.ts';
import { measureThroughput } from './throughput.ts';

const RESULTS = fileURLToPath(new URL('../../bench-results.json', import.meta.url));
/** Above this, something else keeps the processors busy and the figures say little. */
const QUIET_LOAD = 0.5;

/** Each gives a result for every checkout. */
const MEASURES: { readonly [P in Part]: (run: Run) => Promise<Required<EngineResult>[P][]> } = {
  throughput: measureThroughput,
  open: measureOpenLoad,
  erasures: measureErasures,
  disk: measureDisk,
  import: measureImport,
  scaling: measureScaling,
  epochs: measureEpochs,
};

interface OfEngine {
  readonly engine: Engine;
  readonly durability: string;
  readonly loadAverage: readonly [before: number, after: number];
  /** In the order of the checkouts. */
  readonly results: readonly EngineResult[];
  /** Parts that could not be measured, and why. */
  readonly failed: Readonly<Partial<Record<Part, string>>>;
}

function say(line: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)}  ${line}\n`);
}

async function measure(engine: Engine, checkouts: readonly Checkout[], options: Options): Promise<OfEngine> {
  const databases = await openDatabases(engine);
  const before = loadAverage();
  if (before > QUIET_LOAD) say(`The load average is ${before}: something else runs, and the figures will say less.`);
  const run: Run = { ...options, databases, checkouts, said: (line) => say(`${engine}, ${line}`) };
  const results: EngineResult[] = checkouts.map(() => ({ engine }));
  const failed: Partial<Record<Part, string>> = {};
  try {
    for (const part of options.parts) {
      try {
        const measured = await MEASURES[part](run);
        for (const [i, result] of results.entries()) Object.assign(result, { [part]: measured[i] });
      } catch (error) {
        failed[part] = error instanceof Error ? error.message : String(error);
        say(`${engine}, ${part} failed: ${failed[part]}`);
        killServers();
      }
      await databases.clear();
    }
    return { engine, durability: databases.durability, loadAverage: [before, loadAverage()], results, failed };
  } finally {
    await databases.remove();
  }
}

function print(
  { engine, durability, loadAverage: load, results, failed }: OfEngine,
  earlier: EarlierRun | undefined,
): void {
  console.log(`\n${engine} (${durability}); load average ${load.join(' → ')}`);
  const [here, there] = results;
  if (here === undefined) return;
  printResult(here);
  if (there !== undefined) {
    console.log(`\n${gainTable(gainsInTurns(figuresOf(here), figuresOf(there)), 'this', 'other')}`);
  }
  if (earlier !== undefined) {
    const gains = gainsOver(figuresOfRun(here), earlier.figures[engine] ?? []);
    console.log(
      `\n${gains.length > 0 ? gainTable(gains, 'now', 'earlier') : 'The earlier run measured none of this.'}`,
    );
  }
  for (const [part, why] of Object.entries(failed)) console.log(`\nFAILED: ${part}: ${why}`);
}

async function bench(options: Options): Promise<void> {
  const checkouts = [thisCheckout(), ...(options.against === undefined ? [] : [otherCheckout(options.against)])];
  const earlier = options.compare === undefined ? undefined : await readEarlierRun(options.compare);
  const of = machine();
  const startedAt = new Date();
  console.log(`\n${of.cores} × ${of.processor}, Node ${of.node}`);
  for (const { name, root, revision, changed } of checkouts) {
    console.log(`${name}: revision ${revision}${changed ? ' with changes' : ''}, ${root}`);
  }
  if (earlier !== undefined) console.log(`earlier: ${earlier.about}`);
  const measured: OfEngine[] = [];
  for (const engine of options.engines) {
    const ofEngine = await measure(engine, checkouts, options);
    print(ofEngine, earlier);
    measured.push(ofEngine);
  }
  const missing = leftOut(options);
  if (missing.length > 0) console.log(`\nLeft out of this run: ${missing.join('; ')}.`);
  const written = {
    startedAt: startedAt.toISOString(),
    finishedAt: new Date().toISOString(),
    machine: of,
    checkouts,
    settings: { connections: CONNECTIONS, ceilingRowBytes: ROW_BYTES, logLevel: 'warn', ...options },
    leftOut: missing,
    engines: measured.map((ofEngine) => ({
      ...ofEngine,
      figures: ofEngine.results.map(figuresOfRun),
      targets: ofEngine.results.map(linesOf),
    })),
  };
  const file = options.out ?? RESULTS;
  await writeFile(file, `${JSON.stringify(written, null, 2)}\n`);
  console.log(`\nEvery round is in ${file}`);
  if (measured.some(({ failed }) => Object.keys(failed).length > 0)) process.exitCode = 1;
}

const options = optionsOf(process.argv.slice(2));
if (options === 'help') console.log(USAGE);
else await bench(options);
