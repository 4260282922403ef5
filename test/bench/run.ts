/**
 * One run on one engine: the checkouts that are measured, each with vaults of its own on the same disk and server, and
 * the turns they take. What disturbs the machine for a while disturbs the checkouts alike.
 */
import type { Checkout } from './checkout.ts';
import { type Client, clientOf } from './client.ts';
import type { Databases } from './databases.ts';
import { type Server, type Stores, startVault } from './processes.ts';

export interface Run {
  readonly databases: Databases;
  /** One, or two that take turns. A part gives as many results, in the same order. */
  readonly checkouts: readonly Checkout[];
  readonly rounds: number;
  readonly seconds: number;
  readonly records: readonly [small: number, large: number];
  said(line: string): void;
}

/** A new vault of one checkout, its server running, with an app's API key. */
export interface Side {
  readonly checkout: Checkout;
  readonly home: string;
  readonly stores: Stores;
  readonly server: Server;
  readonly client: Client;
  close(): Promise<void>;
}

export async function openSide({ databases }: Run, checkout: Checkout): Promise<Side> {
  const { home, ...stores } = await databases.fresh();
  const server = await startVault(home, stores, { root: checkout.root });
  const client = await clientOf(server.url, home);
  return {
    checkout,
    home,
    stores,
    server,
    client,
    async close() {
      client.close();
      await server.stop();
    },
  };
}

/** A side of each checkout, prepared one after the other, for as long as the work takes. */
export async function withSides<S extends { close(): Promise<void> }, R>(
  run: Run,
  open: (checkout: Checkout) => Promise<S>,
  work: (sides: readonly S[]) => Promise<R>,
): Promise<R> {
  const sides: S[] = [];
  try {
    for (const checkout of run.checkouts) sides.push(await open(checkout));
    return await work(sides);
  } finally {
    await Promise.all(sides.map((side) => side.close()));
  }
}

export type Rounds<K extends string, R> = Readonly<Record<K, readonly R[]>>;

/**
 * Measures each by its name on every side, then the next name; and all of that again, the sides in the other order: A B,
 * then B A. What a turn leaves to the disk falls on the turn after it, so an even number of rounds is fair.
 * @returns the rounds, by side
 */
export async function inTurns<S, K extends string, R>(
  sides: readonly S[],
  names: readonly K[],
  rounds: number,
  measure: (side: S, name: K, round: number) => Promise<R>,
): Promise<Rounds<K, R>[]> {
  const results = sides.map(() => Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<K, R[]>);
  for (let round = 1; round <= rounds; round += 1) {
    for (const name of names) {
      const turns = [...sides.entries()];
      for (const [i, side] of round % 2 === 1 ? turns : turns.reverse()) {
        results[i]?.[name].push(await measure(side, name, round));
      }
    }
  }
  return results;
}
