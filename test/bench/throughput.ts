/**
 * Throughput at 32 connections: the ceilings and the vault's calls in turn, in each of several rounds, so that what
 * disturbs the machine for a while disturbs them alike. A ratio is taken within its round; the median of the rounds
 * stands. A vault holds 10,000 records when the first round begins and grows with every tokenize. Two checkouts have
 * the same ceilings.
 *
 * Not measured: other clients beside, a vault that has just been started, a network.
 */
import type { Checkout } from './checkout.ts';
import { type Client, emailAt, emailOfSubject, PURPOSE, storeAll } from './client.ts';
import { type Load, type Measured, median, medians, underLoad } from './load.ts';
import { type Server, startCeiling } from './processes.ts';
import { inTurns, openSide, type Rounds, type Run, withSides } from './run.ts';

export const CALLS = ['tokenize', 'tokenizeOfSubject', 'detokenize', 'tokenizeBatch', 'detokenizeBatch'] as const;
export const CEILINGS = ['echo', 'insert', 'select'] as const;
export type CallName = (typeof CALLS)[number];
export type CeilingName = (typeof CEILINGS)[number];
type Name = CallName | CeilingName;
const NAMES: readonly Name[] = [...CEILINGS, ...CALLS];

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
  readonly rounds: Rounds<Name, Measured>;
  /** Requests per second of each call over those of each ceiling: the median of the rounds' ratios. */
  readonly ratios: Readonly<Record<CallName, Readonly<Record<CeilingName, number>>>>;
  /** Processor time of each call over that of (b), the insert: the median of the rounds' ratios. */
  readonly processorOfInsert: Readonly<Record<CallName, number>>;
  readonly peakMemoryMb: number | undefined;
}

export async function measureThroughput(run: Run): Promise<Throughput[]> {
  const ceiling = await startCeiling(await run.databases.freshCeiling());
  const ofRound = new Map<string, Measured>();
  const open = async (checkout: Checkout) => {
    const side = await openSide(run, checkout);
    const tokens = await storeAll(side.client, STORED_BEFORE, emailOfSubject);
    await assertRevealed(side.client, tokens[0] as string, emailAt(0));
    const loads = { ...ceilingLoads(ceiling, side.client), ...callLoads(side.server, side.client, tokens) };
    return { ...side, tokens, loads };
  };
  try {
    return await withSides(run, open, async (sides) => {
      const measured = await inTurns(sides, NAMES, run.rounds, async ({ checkout, loads }, name, round) => {
        const known = ofRound.get(`${name} ${round}`);
        if (known !== undefined) return known;
        const now = await underLoad(loads[name], run.seconds);
        if (isCeiling(name)) ofRound.set(`${name} ${round}`, now);
        const [rate, processor] = [Math.round(now.perSecond), now.processorMs.toFixed(3)];
        run.said(`round ${round}: ${name} (${checkout.name}) ${rate} requests/s, ${processor} ms of processor each`);
        return now;
      });
      for (const { client, tokens } of sides) {
        await assertRevealed(client, tokens.at(-1) as string, emailAt(tokens.length - 1));
      }
      const memory = await Promise.all(sides.map(({ server }) => server.peakMemory()));
      return measured.map((rounds, i) => ({ ...summary(rounds), rounds, peakMemoryMb: memory[i] }));
    });
  } finally {
    await ceiling.stop();
  }
}

function isCeiling(name: Name): name is CeilingName {
  return (CEILINGS as readonly string[]).includes(name);
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

/** What stands of the rounds. */
export function summary(rounds: Rounds<Name, Measured>): Pick<Throughput, 'medians' | 'ratios' | 'processorOfInsert'> {
  const ratio = (figure: keyof Measured, call: CallName, ceiling: CeilingName) =>
    median(rounds[call].map((round, i) => round[figure] / (rounds[ceiling][i]?.[figure] ?? Number.NaN)));
  return {
    medians: each(NAMES, (name) => medians(rounds[name])),
    ratios: each(CALLS, (call) => each(CEILINGS, (ceiling) => ratio('perSecond', call, ceiling))),
    processorOfInsert: each(CALLS, (call) => ratio('processorMs', call, 'insert')),
  };
}

function each<K extends string, R>(names: readonly K[], of: (name: K) => R): Record<K, R> {
  return Object.fromEntries(names.map((name) => [name, of(name)])) as Record<K, R>;
}
