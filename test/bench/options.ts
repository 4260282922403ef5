/** What `npm run bench` is asked for, and what it says when it is asked for help. */
import { parseArgs } from 'node:util';
import { ENGINES, type Engine } from './databases.ts';

export const PARTS = ['throughput', 'open', 'erasures', 'disk', 'import', 'scaling', 'epochs'] as const;
export type Part = (typeof PARTS)[number];

const FULL = [10_000, 1_000_000] as const;
const QUICK = [10_000, 100_000] as const;
const LEAST_RECORDS = 5_000;

export const USAGE = `npm run bench -- [options]

  --engine sqlite|postgres|both   where the vault keeps its rows (both)
  --parts PART,PART               what to measure (all of them):
      throughput   requests a second and processor time of each call, beside ceilings
      open         p50 and p99 at half of the highest rate, requests sent on a schedule
      erasures     erasures a second of different people of one record each
      disk         bytes on disk a value, by table and index
      import       the customers of ../shared/data through the command
      scaling      p50 of single calls in a small and in a large vault
      epochs       the close of an epoch, and what apps notice of it
  --rounds N                      how often each is measured; medians stand (4). An even number is fair to both checkouts.
                                  On a machine that others use, many short rounds say more than few long ones.
  --seconds N                     how long each is measured in a round (5)
  --records SMALL,LARGE           sizes of vaults for scaling and epochs (10000,100000)
  --full                          sizes 10000,1000000; to fill those takes minutes
  --against FOLDER                measure the checkout in FOLDER as well, in turns (A B, B A) and on the same databases'
                                  server, and print what this one gains. It may be older; its packages are installed.
  --compare FILE                  print what this run gains over the result file of an earlier one
  --out FILE                      where the result file goes (bench-results.json beside package.json)
  --help                          this

A gain above 1 is in favour of this checkout: more of what shall be much, less of what shall be little.`;

export interface Options {
  readonly engines: readonly Engine[];
  readonly parts: readonly Part[];
  readonly rounds: number;
  readonly seconds: number;
  readonly records: readonly [small: number, large: number];
  readonly against: string | undefined;
  readonly compare: string | undefined;
  readonly out: string | undefined;
}

/** @throws on an option that is unknown or has no such value */
export function optionsOf(args: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      engine: { type: 'string', default: 'both' },
      parts: { type: 'string', default: PARTS.join(',') },
      rounds: { type: 'string', default: '4' },
      seconds: { type: 'string', default: '5' },
      records: { type: 'string' },
      full: { type: 'boolean', default: false },
      against: { type: 'string' },
      compare: { type: 'string' },
      out: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const engines = values.engine === 'both' ? ENGINES : ENGINES.filter((engine) => engine === values.engine);
  const named = values.parts.split(',');
  const parts = PARTS.filter((part) => named.includes(part));
  const [small = Number.NaN, large = Number.NaN] =
    values.records?.split(',').map(Number) ?? (values.full ? FULL : QUICK);
  const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
  const isRight = [rounds, seconds, small, large].every((n) => Number.isInteger(n) && n > 0);
  if (engines.length === 0 || parts.length !== named.length || !isRight || small < LEAST_RECORDS || large < small) {
    throw new Error(`There is no such engine, part or number; records begin at ${LEAST_RECORDS}.\n\n${USAGE}`);
  }
  const { against, compare, out } = values;
  return { engines, parts, rounds, seconds, records: [small, large], against, compare, out };
}

/** What the run left out, so that nobody takes a part for the whole. */
export function leftOut({ engines, parts, records }: Options): string[] {
  return [
    ...ENGINES.filter((engine) => !engines.includes(engine)).map((engine) => `${engine} (--engine both)`),
    ...PARTS.filter((part) => !parts.includes(part)).map((part) => `${part} (--parts)`),
    ...(parts.includes('scaling') && records[1] < FULL[1] ? ['scaling to 1,000,000 records (--full)'] : []),
    ...(parts.includes('epochs') && records[1] < FULL[1] ? ['closing epochs over 1,000,000 records (--full)'] : []),
  ];
}
