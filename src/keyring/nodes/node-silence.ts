/**
 * Tells which processes give signs of life, by the rule of decision 12. A row counts as silent when it has not changed
 * for `ttlMs` of the observer's own running time, looked at several times. No wall clock is read.
 */
import { isItself, type NodeRow } from './nodes.ts';

export const NODE_TTL_MS = 10_000;
/** Signs of life within the time after which their absence counts. */
export const BEATS = 4;
export const BEAT_MS = NODE_TTL_MS / BEATS;

export interface LookOptions {
  readonly ttlMs?: number | undefined;
  /** Running time of this process in milliseconds: grows steadily, whatever is done to the wall clock. */
  readonly elapsed?: (() => number) | undefined;
  readonly sleep?: ((ms: number) => Promise<void>) | undefined;
}

type Seen = Pick<NodeRow, 'node' | 'process' | 'beat'>;

/** What one process has seen of the beats of others. */
export class Silence {
  readonly #elapsed: () => number;
  readonly #ttlMs: number;
  readonly #seen = new Map<string, { readonly beat: number; silentMs: number }>();
  #lookedAt: number | undefined;

  constructor({ ttlMs = NODE_TTL_MS, elapsed = () => performance.now() }: LookOptions = {}) {
    this.#elapsed = elapsed;
    this.#ttlMs = ttlMs;
  }

  /** @returns those that have given a sign of life since they were seen last */
  see<R extends Seen>(rows: readonly R[]): R[] {
    const now = this.#elapsed();
    // Time in which this process slept says nothing about the others: each look counts for two steps at most.
    const passed = Math.min(now - (this.#lookedAt ?? now), (2 * this.#ttlMs) / BEATS);
    this.#lookedAt = now;
    const alive: R[] = [];
    for (const row of rows.filter((one) => !isItself(one))) {
      const name = `${row.node}/${row.process}`;
      const before = this.#seen.get(name);
      if (before?.beat === Number(row.beat)) {
        before.silentMs += passed;
        continue;
      }
      if (before !== undefined) alive.push(row);
      this.#seen.set(name, { beat: Number(row.beat), silentMs: 0 });
    }
    return alive;
  }

  isSilent({ node, process }: Seen): boolean {
    return (this.#seen.get(`${node}/${process}`)?.silentMs ?? 0) >= this.#ttlMs;
  }
}

/**
 * Looks until a process gives a sign of life, starts or continues, or all have been silent for the whole time.
 * @param read the rows as they are now; asked several times
 * @returns a process that is alive; undefined where none is
 */
export async function findAlive<R extends Seen>(
  read: () => Promise<readonly R[]>,
  options: LookOptions = {},
): Promise<R | undefined> {
  const { ttlMs = NODE_TTL_MS, sleep = pause } = options;
  const silence = new Silence(options);
  const processes = async () => (await read()).filter((row) => !isItself(row));
  const first = await processes();
  silence.see(first);
  const known = new Set(first.map(({ process }) => process));
  for (let rows = first; rows.some((row) => !silence.isSilent(row)); ) {
    await sleep(ttlMs / BEATS);
    rows = await processes();
    const [alive] = [...silence.see(rows), ...rows.filter(({ process }) => !known.has(process))];
    if (alive !== undefined) return alive;
  }
  return undefined;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
