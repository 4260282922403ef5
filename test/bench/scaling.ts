/**
 * What a single call takes in a small vault and in a large one: p50 over one connection, the two vaults side by side and
 * measured in turn, each call on values drawn at random from the whole vault. The ratio is the median of the rounds'.
 *
 * Both vaults are warm: they have just been filled, and each round begins with calls that are not counted. Not measured:
 * a vault larger than the machine's memory, whose pages come from the disk.
 */
import { type Client, clientOf, emailAt, emailOfSubject, PURPOSE, storeAll } from './client.ts';
import type { Databases } from './databases.ts';
import { median } from './load.ts';
import { type Server, startVault } from './processes.ts';

export const SCALED = ['tokenize', 'detokenize', 'search', 'erase'] as const;
export type Scaled = (typeof SCALED)[number];

const ROUNDS = 3;
const CALLS_A_ROUND = 400;
const CALLS_UNCOUNTED = 50;

export interface Scaling {
  readonly records: readonly [small: number, large: number];
  /** Median over the rounds, for the small vault and the large one. */
  readonly p50Ms: Readonly<Record<Scaled, readonly [number, number]>>;
  readonly ratios: Readonly<Record<Scaled, number>>;
  readonly rounds: Readonly<Record<Scaled, readonly (readonly [number, number])[]>>;
  readonly fillValuesPerSecond: number;
  /** Of the large vault's process. */
  readonly peakMemoryMb: number | undefined;
}

interface Filled {
  readonly server: Server;
  readonly client: Client;
  readonly tokens: readonly string[];
  readonly valuesPerSecond: number;
  /** Positions of records that have been erased. */
  readonly erased: Set<number>;
}

export async function measureScaling(
  databases: Databases,
  records: readonly [small: number, large: number],
  said: (line: string) => void,
): Promise<Scaling> {
  const small = await fill(databases, records[0], said);
  const large = await fill(databases, records[1], said);
  try {
    const rounds: Record<Scaled, [number, number][]> = { tokenize: [], detokenize: [], search: [], erase: [] };
    for (let round = 1; round <= ROUNDS; round += 1) {
      for (const name of SCALED) {
        const pair: [number, number] = [await p50Of(small, name), await p50Of(large, name)];
        rounds[name].push(pair);
        said(`round ${round}: ${name} ${pair.map((ms) => ms.toFixed(2)).join(' and ')} ms`);
      }
    }
    const each = <R>(of: (pairs: [number, number][]) => R) =>
      Object.fromEntries(SCALED.map((name) => [name, of(rounds[name])])) as Record<Scaled, R>;
    return {
      records,
      rounds,
      p50Ms: each((pairs) => [median(pairs.map(([a]) => a)), median(pairs.map(([, b]) => b))] as const),
      ratios: each((pairs) => median(pairs.map(([a, b]) => b / a))),
      fillValuesPerSecond: large.valuesPerSecond,
      peakMemoryMb: await large.server.peakMemory(),
    };
  } finally {
    for (const { client } of [small, large]) client.close();
    await Promise.all([small.server.stop(), large.server.stop()]);
  }
}

async function fill(databases: Databases, records: number, said: (line: string) => void): Promise<Filled> {
  const stores = await databases.fresh();
  const server = await startVault(stores.home, stores);
  const client = await clientOf(server.url, stores.home);
  const startedAt = performance.now();
  const tokens = await storeAll(client, records, emailOfSubject, (stored) => {
    if (stored % 100_000 === 0) said(`${stored} of ${records} records stored`);
  });
  const valuesPerSecond = records / ((performance.now() - startedAt) / 1000);
  return { server, client, tokens, valuesPerSecond, erased: new Set() };
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
