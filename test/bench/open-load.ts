/**
 * Latency at half of the highest rate: how long an answer takes when the vault is busy and not full. First the calls'
 * rate at 32 connections is measured (a closed loop), then requests are sent at half of it on a schedule
 * (`schedule.ts`), and their times count from when they were due.
 *
 * The rate is half of the vault's own, so of two checkouts the faster one is asked more often.
 *
 * The client shares the machine: `lateMs` says how late it sent, which is in the latencies. Requests are spaced evenly;
 * real callers come in crowds.
 */
import type { Checkout } from './checkout.ts';
import { emailOfSubject, storeAll } from './client.ts';
import { type Load, median, quantile, underLoad } from './load.ts';
import { inTurns, openSide, type Rounds, type Run, type Side, withSides } from './run.ts';
import { type Sent, scheduleOf, sendOnSchedule } from './schedule.ts';
import { callLoads } from './throughput.ts';

export const OPEN_CALLS = ['tokenize', 'tokenizeOfSubject', 'detokenize'] as const;
export type OpenCall = (typeof OPEN_CALLS)[number];

const STORED_BEFORE = 10_000;
const OF_PEAK = 0.5;
const WARM_UP_SECONDS = 1;

export interface Latency {
  /** Requests a second that were sent. */
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** How late requests were sent, their p99. */
  readonly lateMs: number;
}

export interface OpenLoad {
  readonly medians: Readonly<Record<OpenCall, Latency>>;
  readonly rounds: Rounds<OpenCall, Latency>;
}

export async function measureOpenLoad(run: Run): Promise<OpenLoad[]> {
  const open = async (checkout: Checkout) => {
    const side = await openSide(run, checkout);
    const tokens = await storeAll(side.client, STORED_BEFORE, emailOfSubject);
    return { ...side, loads: callLoads(side.server, side.client, tokens) };
  };
  return withSides(run, open, async (sides) => {
    const measured = await inTurns(sides, OPEN_CALLS, run.rounds, async (side, name, round) => {
      const peak = await underLoad(side.loads[name], run.seconds);
      const latency = await onSchedule(side, side.loads[name], peak.perSecond * OF_PEAK, run.seconds);
      const [rate, p50, p99] = [Math.round(latency.perSecond), latency.p50Ms.toFixed(2), latency.p99Ms.toFixed(2)];
      run.said(`round ${round}: ${name} (${side.checkout.name}) at ${rate} requests/s: p50 ${p50}, p99 ${p99} ms`);
      return latency;
    });
    return measured.map((rounds) => ({ rounds, medians: mediansOf(rounds) }));
  });
}

/** @param warmUpMs requests that were due before this are not counted */
export function latencyOf(requests: readonly Sent[], perSecond: number, warmUpMs: number): Latency {
  const counted = requests.filter(({ due }) => due >= warmUpMs);
  const sorted = (of: (request: Sent) => number) => counted.map(of).sort((a, b) => a - b);
  const times = sorted(({ due, answered }) => answered - due);
  const late = sorted(({ due, sent }) => sent - due);
  return { perSecond, p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99), lateMs: quantile(late, 0.99) };
}

/** @throws if a request is not answered with 2xx */
async function onSchedule({ client }: Side, { path, body }: Load, perSecond: number, seconds: number) {
  const schedule = scheduleOf(perSecond, seconds + WARM_UP_SECONDS);
  const { requests } = await sendOnSchedule(schedule, () => client.send(path, body()));
  return latencyOf(requests, perSecond, 1000 * WARM_UP_SECONDS);
}

function mediansOf(rounds: Rounds<OpenCall, Latency>): Record<OpenCall, Latency> {
  const of = (name: OpenCall, figure: keyof Latency) => median(rounds[name].map((round) => round[figure]));
  const latency = (name: OpenCall) => ({
    perSecond: of(name, 'perSecond'),
    p50Ms: of(name, 'p50Ms'),
    p99Ms: of(name, 'p99Ms'),
    lateMs: of(name, 'lateMs'),
  });
  return Object.fromEntries(OPEN_CALLS.map((name) => [name, latency(name)])) as Record<OpenCall, Latency>;
}
