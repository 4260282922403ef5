/**
 * What a single call takes in a small vault and in a large one: p50 over one connection, the two vaults side by side and
 * measured in turn, each call on values drawn at random from the whole vault. The ratio is the median of the rounds'.
 * Of two checkouts there are four vaults, two of each.
 *
 * All vaults are warm: they have just been filled, and each round begins with calls that are not counted. Not measured:
 * a vault larger than the machine's memory, whose pages come from the disk.
 */
import type { Checkout } from './checkout.ts';
import { emailAt, emailOfSubject, PURPOSE, storeAll } from './client.ts';
import { median } from './load.ts';
import { inTurns, openSide, type Rounds, type Run, type Side, withSides } from './run.ts';

export const SCALED = ['tokenize', 'detokenize', 'search', 'erase'] as const;
export type Scaled = (typeof SCALED)[number];

const CALLS_A_ROUND = 400;
const CALLS_UNCOUNTED = 50;

export interface Scaling {
  readonly records: readonly [small: number, large: number];
  /** Median over the rounds, for the small vault and the large one. */
  readonly p50Ms: Readonly<Record<Scaled, readonly [number, number]>>;
  readonly ratios: Readonly<Record<Scaled, number>>;
  readonly rounds: Rounds<Scaled, readonly [number, number]>;
  readonly fillValuesPerSecond: number;
  /** Of the large vault's process. */
  readonly peakMemoryMb: number | undefined;
}

interface Filled extends Side {
  readonly tokens: readonly string[];
  readonly valuesPerSecond: number;
  /** Positions of records that have been erased. */
  readonly erased: Set<number>;
}

export async function measureScaling(run: Run): Promise<Scaling[]> {
  const open = async (checkout: Checkout) => {
    const [small, large] = [await fill(run, checkout, run.records[0]), await fill(run, checkout, run.records[1])];
    return { checkout, small, large, close: async () => void (await Promise.all([small.close(), large.close()])) };
  };
  return withSides(run, open, async (sides) => {
    const measured = await inTurns(sides, SCALED, run.rounds, async ({ checkout, small, large }, name, round) => {
      const pair = [await p50Of(small, name), await p50Of(large, name)] as const;
      const shown = pair.map((ms) => ms.toFixed(2)).join(' and ');
      run.said(`round ${round}: ${name} (${checkout.name}) ${shown} ms`);
      return pair;
    });
    const memory = await Promise.all(sides.map(({ large }) => large.server.peakMemory()));
    return measured.map((rounds, i) => ({
      ...summary(rounds),
      records: run.records,
      rounds,
      fillValuesPerSecond: sides[i]?.large.valuesPerSecond ?? Number.NaN,
      peakMemoryMb: memory[i],
    }));
  });
}

function summary(rounds: Scaling['rounds']): Pick<Scaling, 'p50Ms' | 'ratios'> {
  const each = <R>(of: (pairs: readonly (readonly [number, number])[]) => R) =>
    Object.fromEntries(SCALED.map((name) => [name, of(rounds[name])])) as Record<Scaled, R>;
  return {
    p50Ms: each((pairs) => [median(pairs.map(([a]) => a)), median(pairs.map(([, b]) => b))] as const),
    ratios: each((pairs) => median(pairs.map(([a, b]) => b / a))),
  };
}

async function fill(run: Run, checkout: Checkout, records: number): Promise<Filled> {
  const side = await openSide(run, checkout);
  const startedAt = performance.now();
  const tokens = await storeAll(side.client, records, emailOfSubject, (stored) => {
    if (stored % 100_000 === 0) run.said(`${stored} of ${records} records stored (${checkout.name})`);
  });
  const valuesPerSecond = records / ((performance.now() - startedAt) / 1000);
  return { ...side, tokens, valuesPerSecond, erased: new Set() };
}

let stored = 0;

async function p50Of({ client, tokens, erased }: Filled, name: Scaled): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < CALLS_UNCOUNTED + CALLS_A_ROUND; i += 1) {
    const call = callOf(name, tokens, erased);
    const startedAt = performance.now();
    const reply = await client.call<Answer>(...call.request);
    const ms = performance.now() - startedAt;
    if (!call.isRight(reply)) throw new Error(`${name} gave a wrong answer.`);
    if (i >= CALLS_UNCOUNTED) times.push(ms);
  }
  return median(times);
}

interface Answer {
  readonly results: readonly { readonly token?: string; readonly value?: unknown }[];
  readonly state?: string;
}

function drawLive(records: number, erased: ReadonlySet<number>): number {
  for (;;) {
    const position = Math.floor(Math.random() * records);
    if (!erased.has(position)) return position;
  }
}

function callOf(name: Scaled, tokens: readonly string[], erased: Set<number>) {
  const position = drawLive(tokens.length, erased);
  const [token, value] = [tokens[position] as string, emailAt(position)];
  const call = (path: string, body: object, isRight: (reply: Answer) => boolean) => ({
    request: [path, body] as const,
    isRight,
  });
  switch (name) {
    case 'tokenize': {
      stored += 1;
      const item = { type: 'email', value: `later.${stored}@example.com`, subject: `later_${stored}` };
      return call('/v1/tokenize', { items: [item] }, (reply) => reply.results.length === 1);
    }
    case 'detokenize':
      return call(
        '/v1/detokenize',
        { tokens: [token], purpose: PURPOSE },
        ({ results }) => results[0]?.value === value,
      );
    case 'search':
      return call(
        '/v1/search',
        { type: 'email', value, purpose: PURPOSE },
        ({ results }) => results[0]?.token === token,
      );
    case 'erase':
      erased.add(position);
      return call('/v1/erasures', { tokens: [token] }, ({ state }) => state === 'completed');
  }
}
