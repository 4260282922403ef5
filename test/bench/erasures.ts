/**
 * Erasures a second at 32 connections, each of another person of one record, by token and by ref, until their receipts
 * say `completed`. People are erased in the order in which they came: neighbours share a bucket of keys, so this is
 * where erasures meet most. Storing them beforehand is not counted.
 */
import type { Checkout } from './checkout.ts';
import { emailOfNewPerson, personAt, storeAll } from './client.ts';
import { CONNECTIONS, type Measured, medians, quantile } from './load.ts';
import { inTurns, openSide, type Rounds, type Run, type Side, withSides } from './run.ts';

export const NAMED_BY = ['token', 'ref'] as const;
export type NamedBy = (typeof NAMED_BY)[number];

/** If a vault erases more and people run out, its rate is that of the time until then. */
const PEOPLE_A_SECOND = 4_000;
const WARM_UP_SECONDS = 1;

export interface Erasures {
  readonly medians: Readonly<Record<NamedBy, Measured>>;
  readonly rounds: Rounds<NamedBy, Measured>;
}

/** Those who are stored and not erased yet. */
interface Filled extends Side {
  readonly people: { readonly token: string; readonly ref: string }[];
  stored: number;
}

export async function measureErasures(run: Run): Promise<Erasures[]> {
  const open = async (checkout: Checkout): Promise<Filled> => ({
    ...(await openSide(run, checkout)),
    people: [],
    stored: 0,
  });
  return withSides(run, open, async (sides) => {
    const measured = await inTurns(sides, NAMED_BY, run.rounds, async (side, name, round) => {
      await fillUp(side, PEOPLE_A_SECOND * (run.seconds + WARM_UP_SECONDS));
      const now = await eraseFor(side, name, run.seconds);
      const [rate, p50] = [Math.round(now.perSecond), now.p50Ms.toFixed(2)];
      run.said(`round ${round}: erased by ${name} (${side.checkout.name}) ${rate} a second, p50 ${p50} ms`);
      return now;
    });
    return measured.map((rounds) => ({
      rounds,
      medians: { token: medians(rounds.token), ref: medians(rounds.ref) },
    }));
  });
}

async function fillUp(side: Filled, people: number): Promise<void> {
  const from = side.stored;
  const missing = people - side.people.length;
  const tokens = await storeAll(side.client, missing, (i) => emailOfNewPerson(from + i));
  for (const [i, token] of tokens.entries()) side.people.push({ token, ref: personAt(from + i) });
  side.stored += missing;
}

async function eraseFor({ server, client, people }: Filled, name: NamedBy, seconds: number): Promise<Measured> {
  const times: number[] = [];
  let erased = 0;
  let next = 0;
  const processorBefore = await server.processorSeconds();
  const from = performance.now() + WARM_UP_SECONDS * 1000;
  const until = from + seconds * 1000;
  const lane = async () => {
    while (performance.now() < until && next < people.length) {
      const { token, ref } = people[next] as Filled['people'][number];
      next += 1;
      const startedAt = performance.now();
      const receipt = await client.call<{ state: string; records: number }>(
        '/v1/erasures',
        name === 'token' ? { tokens: [token] } : { ref },
      );
      const answeredAt = performance.now();
      if (receipt.state !== 'completed' || receipt.records !== 1) throw new Error('An erasure was not completed.');
      erased += 1;
      if (answeredAt >= from && answeredAt < until) times.push(answeredAt - startedAt);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, lane));
  const took = (Math.min(performance.now(), until) - from) / 1000;
  const processorSeconds = (await server.processorSeconds()) - processorBefore;
  people.splice(0, next);
  times.sort((a, b) => a - b);
  return {
    perSecond: times.length / took,
    p50Ms: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
    processorMs: (1000 * processorSeconds) / erased,
  };
}
