/**
 * Throughput at 32 connections: the ceilings and the vault's calls in turn, in each of several rounds, so that what
 * disturbs the machine for a while disturbs them alike. A ratio is taken within its round; the median of the rounds
 * stands. The vault holds 10,000 records when the first round begins and grows with every tokenize.
 *
 * Not measured: other clients beside, a vault that has just been started, a network.
 */
import { type Client, clientOf, emailAt, emailOfSubject, PURPOSE, storeAll } from './client.ts';
import type { Databases } from './databases.ts';
import { type Load, type Measured, median, medians, underLoad } from './load.ts';
import { type Server, startCeiling, startVault } from './processes.ts';

export const CALLS = ['tokenize', 'tokenizeOfSubject', 'detokenize', 'tokenizeBatch', 'detokenizeBatch'] as const;
export const CEILINGS = ['echo', 'insert', 'select'] as const;
export type CallName = (typeof CALLS)[number];
export type CeilingName = (typeof CEILINGS)[number];
type Name = CallName | CeilingName;

export const BATCH_VALUES = 100;
const STORED_BEFORE = 10_000;

export const TITLES: Record<CallName | CeilingName, string> = {
  echo: '(a) Express + helmet + JSON',
  insert: '(b) … + one durable insert',
  select: '(c) … + one select by key',
  tokenize: 'tokenize, 1 value',
  tokenizeOfSubject: 'tokenize, 1 value of a new subject',
  detokenize: 'detokenize, 1 value',
  tokenizeBatch: `tokenize, ${BATCH_VALUES} values`,
  detokenizeBatch: `detokenize, ${BATCH_VALUES} values`,
};

export interface Throughput {
  readonly medians: Readonly<Record<Name, Measured>>;
  readonly rounds: Readonly<Record<Name, readonly Measured[]>>;
  /** Requests per second of each call over those of each ceiling: the median of the rounds' ratios. */
  readonly ratios: Readonly<Record<CallName, Readonly<Record<CeilingName, number>>>>;
  readonly peakMemoryMb: number | undefined;
}

export async function measureThroughput(
  databases: Databases,
  options: { readonly rounds: number; readonly seconds: number; readonly said: (line: string) => void },
): Promise<Throughput> {
  const stores = await databases.fresh();
  const vault = await startVault(stores.home, stores);
  const ceiling = await startCeiling(await databases.freshCeiling());
  const client = await clientOf(vault.url, stores.home);
  try {
    const tokens = await storeAll(client, STORED_BEFORE, emailOfSubject);
    await assertRevealed(client, tokens[0] as string, emailAt(0));
    const loads = { ...ceilingLoads(ceiling, client), ...callLoads(vault, client, tokens) };
    const rounds = Object.fromEntries(Object.keys(loads).map((name) => [name, []])) as unknown as Record<
      Name,
      Measured[]
    >;
    for (let round = 1; round <= options.rounds; round += 1) {
      for (const [name, load] of Object.entries(loads) as [Name, Load][]) {
        const measured = await underLoad(load, options.seconds);
        rounds[name].push(measured);
        options.said(
          `round ${round}: ${name} ${Math.round(measured.perSecond)} requests/s, ${measured.processorMs.toFixed(3)} ms of processor each`,
        );
      }
    }
    await assertRevealed(client, tokens.at(-1) as string, emailAt(tokens.length - 1));
    return {
      medians: mapped(rounds, medians),
      rounds,
      ratios: ratiosOf(rounds),
      peakMemoryMb: await vault.peakMemory(),
    };
  } finally {
    client.close();
    await Promise.all([vault.stop(), ceiling.stop()]);
  }
}

/** The bodies of a tokenize and a detokenize of one value, which the ceilings send back. */
function ceilingLoads(ceiling: Server, { apiKey }: Client): Record<CeilingName, Load> {
  const body = emails(1);
  const load = (name: CeilingName) => ({ server: ceiling, path: `/${name}`, apiKey, body });
  return { echo: load('echo'), insert: load('insert'), select: load('select') };
}

export function callLoads(server: Server, { apiKey }: Client, tokens: readonly string[]): Record<CallName, Load> {
  const tokenize = (body: () => string): Load => ({ server, path: '/v1/tokenize', apiKey, body });
  const detokenize = (body: () => string): Load => ({ server, path: '/v1/detokenize', apiKey, body });
  const anyToken = () => tokens[Math.floor(Math.random() * tokens.length)];
  return {
    tokenize: tokenize(emails(1)),
    tokenizeOfSubject: tokenize(emails(1, true)),
    detokenize: detokenize(() => JSON.stringify({ tokens: [anyToken()], purpose: PURPOSE })),
    tokenizeBatch: tokenize(emails(BATCH_VALUES)),
    detokenizeBatch: detokenize(() =>
      JSON.stringify({ tokens: Array.from({ length: BATCH_VALUES }, anyToken), purpose: PURPOSE }),
    ),
  };
}

let emailsMade = 0;
/** Bodies of `size` addresses never sent before; with `ofSubject`, each of a subject never named before. */
function emails(size: number, ofSubject = false): () => string {
  return () => {
    const items: object[] = [];
    for (let i = 0; i < size; i += 1) {
      emailsMade += 1;
      const value = `fresh.${emailsMade}@example.com`;
      items.push({ type: 'email', value, ...(ofSubject && { subject: `fresh_${emailsMade}` }) });
    }
    return JSON.stringify({ items });
  };
}

/** Load is counted by status alone: that the values come back, these calls before and after show. */
async function assertRevealed(client: Client, token: string, value: string): Promise<void> {
  const reply = await client.call<{ results: { value?: unknown }[] }>('/v1/detokenize', {
    tokens: [token],
    purpose: PURPOSE,
  });
  if (reply.results[0]?.value !== value) throw new Error('The vault did not give back what was stored.');
}

function ratiosOf(rounds: Record<Name, Measured[]>): Throughput['ratios'] {
  const ratio = (call: CallName, ceiling: CeilingName) =>
    median(rounds[call].map(({ perSecond }, i) => perSecond / (rounds[ceiling][i]?.perSecond ?? Number.NaN)));
  return Object.fromEntries(
    CALLS.map((call) => [call, Object.fromEntries(CEILINGS.map((ceiling) => [ceiling, ratio(call, ceiling)]))]),
  ) as unknown as Throughput['ratios'];
}

function mapped<K extends string, A, B>(of: Readonly<Record<K, A>>, change: (value: A) => B): Record<K, B> {
  const entries = Object.entries(of) as [K, A][];
  return Object.fromEntries(entries.map(([name, value]) => [name, change(value)])) as Record<K, B>;
}
