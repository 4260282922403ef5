/**
 * Load at a fixed number of connections for a fixed time, by autocannon in this process: each connection sends its next
 * request when the last one is answered. Counts answers and their times; an answer other than 2xx, or an error, fails
 * the measurement. The client takes part of the machine, for the ceilings as for the vault.
 */
import autocannon from 'autocannon';
import type { Server } from './processes.ts';

export const CONNECTIONS = 32;
const WARM_UP_SECONDS = 1;

export interface Load {
  readonly server: Server;
  readonly path: string;
  readonly apiKey: string;
  /** The next body; called for each request. */
  readonly body: () => string;
}

export interface Measured {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Processor time of the server for one request: what a busy neighbour disturbs least. */
  readonly processorMs: number;
}

/** @param seconds how long answers are counted, after a second that is not */
export async function underLoad({ server, path, apiKey, body }: Load, seconds: number): Promise<Measured> {
  const processorBefore = await server.processorSeconds();
  const times: number[] = [];
  const from = performance.now() + WARM_UP_SECONDS * 1000;
  const until = from + seconds * 1000;
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
    const request = {
      method: 'POST' as const,
      path,
      headers,
      setupRequest: (sent: autocannon.Request) => ({ ...sent, body: body() }),
    };
    const options = { url: server.url, connections: CONNECTIONS, duration: seconds + WARM_UP_SECONDS + 0.5 };
    const run = autocannon({ ...options, requests: [request] }, (error, done) =>
      error ? reject(error) : resolve(done),
    );
    run.on('response', (_client, _status, _bytes, ms) => {
      const now = performance.now();
      if (now >= from && now < until) times.push(ms);
    });
  });
  if (result.non2xx + result.errors + result.timeouts > 0) {
    throw new Error(
      `${path}: ${result.non2xx} answers other than 2xx, ${result.errors} errors, ${result.timeouts} timeouts.`,
    );
  }
  const processorSeconds = (await server.processorSeconds()) - processorBefore;
  times.sort((a, b) => a - b);
  return {
    perSecond: times.length / seconds,
    p50Ms: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
    processorMs: (1000 * processorSeconds) / result['2xx'],
  };
}

export function median(values: readonly number[]): number {
  return quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}

/** Of values in ascending order; between two of them where none stands at the place. */
export function quantile(sorted: readonly number[], q: number): number {
  const place = (sorted.length - 1) * q;
  const [low, high] = [sorted[Math.floor(place)] ?? Number.NaN, sorted[Math.ceil(place)] ?? Number.NaN];
  return low + (high - low) * (place % 1);
}

/** Medians of each figure over the rounds. */
export function medians(rounds: readonly Measured[]): Measured {
  const of = (figure: keyof Measured) => median(rounds.map((round) => round[figure]));
  return { perSecond: of('perSecond'), p50Ms: of('p50Ms'), p99Ms: of('p99Ms'), processorMs: of('processorMs') };
}
