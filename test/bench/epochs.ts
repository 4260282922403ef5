/**
 * What closing an epoch takes in vaults of several sizes: with 100 erasures scattered over all records, and with 10,000;
 * what the apps notice of it; and what erasing a person costs in a small vault and in a large one.
 *
 * After each close as many records are stored as were erased before it, so that all rounds close over the same number.
 * The vault runs as `npm start` runs it, is asked over HTTP, and says itself when a job began and ended. The load beside
 * a close is paced, single detokenize calls on a schedule (`schedule.ts`): a closed loop would take all of the machine,
 * and then measure the scheduler.
 */
import type { Checkout } from './checkout.ts';
import { type Client, emailAt, memberOf, PURPOSE, storeRecords } from './client.ts';
import { median, quantile } from './load.ts';
import { inTurns, openSide, type Run, type Side, withSides } from './run.ts';
import { scheduleOf, sendOnSchedule } from './schedule.ts';

const SCATTERED = [100, 10_000] as const;
const SUBJECT_RECORDS = 10;
const SUBJECTS_ERASED = 30;
const SUBJECTS_UNCOUNTED = 5;
const PACE_PER_SECOND = 100;
const REST_SECONDS = 5;
const LONGEST_CLOSE_SECONDS = 1_800;
const POLL_MS = 50;
const MAX_ITEMS = 1_000;

interface Closed {
  readonly seconds: number;
  /** Of single detokenize calls at a pace, before the close and while it ran; NaN where it was over before any. */
  readonly p95Ms: readonly [atRest: number, during: number];
}

/** Medians of its rounds. */
export interface Close extends Closed {
  readonly records: number;
  readonly erased: number;
  readonly rounds: readonly Closed[];
}

export interface Epochs {
  readonly closes: readonly Close[];
  /** p50 of erasing a person with ten records, by the number of records in the vault. */
  readonly eraseSubjectMs: readonly {
    readonly records: number;
    readonly p50Ms: number;
    readonly rounds: readonly number[];
  }[];
}

interface Job {
  readonly state: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
}

interface Filled extends Side {
  readonly security: Client;
  readonly live: Live[];
  /** Where the next record is stored. */
  next: number;
}

export async function measureEpochs(run: Run): Promise<Epochs[]> {
  const results = run.checkouts.map(() => ({ closes: [] as Close[], eraseSubjectMs: [] as OfSubject[] }));
  for (const records of sizesUpTo(run.records)) {
    const open = async (checkout: Checkout) => {
      const filled = await fill(run, checkout, records);
      run.said(`${records} records stored (${checkout.name})`);
      return filled;
    };
    const measured = await withSides(run, open, (sides) => measureSize(run, sides, records));
    for (const [i, { closes, ofSubject }] of measured.entries()) {
      results[i]?.closes.push(...closes);
      results[i]?.eraseSubjectMs.push(ofSubject);
    }
  }
  return results;
}

/** From the small vault to the large one, ten times as many each. */
export function sizesUpTo([small, large]: Run['records']): number[] {
  const sizes: number[] = [];
  for (let size = small; size < large; size *= 10) sizes.push(size);
  return [...sizes, large];
}

type OfSubject = Epochs['eraseSubjectMs'][number];

async function measureSize(run: Run, sides: readonly Filled[], records: number) {
  const subjects = await inTurns(sides, ['p50Ms'], run.rounds, ({ client, live }) => eraseSubjects(client, live));
  // The first close takes what filling and the erasures of people have left.
  for (const { security } of sides) await closeEpoch(security);
  const counts = SCATTERED.filter((count) => count * SUBJECT_RECORDS <= records).map(String);
  const closes = await inTurns(sides, counts, run.rounds, async (side, count, round) => {
    await eraseScattered(side.client, side.live, Number(count));
    const closed = await closeUnderLoad(side);
    await store(side, Number(count));
    const seconds = closed.seconds.toFixed(2);
    run.said(`round ${round}: closed over ${records} records, ${count} erased (${side.checkout.name}) in ${seconds} s`);
    return closed;
  });
  return sides.map((_, i) => ({
    closes: counts.map((count) => closeOf(records, Number(count), closes[i]?.[count] ?? [])),
    ofSubject: ofSubject(records, subjects[i]?.p50Ms ?? []),
  }));
}

function closeOf(records: number, erased: number, rounds: readonly Closed[]): Close {
  const p95 = (place: 0 | 1) => median(rounds.map(({ p95Ms }) => p95Ms[place]).filter((ms) => !Number.isNaN(ms)));
  const seconds = median(rounds.map((round) => round.seconds));
  return { records, erased, seconds, p95Ms: [p95(0), p95(1)], rounds };
}

function ofSubject(records: number, rounds: readonly number[]): OfSubject {
  return { records, p50Ms: median(rounds), rounds };
}

interface Live {
  readonly token: string;
  readonly record: string;
  readonly position: number;
}

function itemAt(position: number) {
  return { type: 'email', value: emailAt(position), subject: subjectAt(position) };
}

function subjectAt(position: number): string {
  return `cust_${Math.floor(position / SUBJECT_RECORDS)}`;
}

async function fill(run: Run, checkout: Checkout, records: number): Promise<Filled> {
  const side = await openSide(run, checkout);
  const security = await memberOf(side.server.url, side.home, 'security');
  const close = async () => {
    security.close();
    await side.close();
  };
  const filled: Filled = { ...side, security, close, live: [], next: 0 };
  await store(filled, records);
  return filled;
}

/** Stores records at the positions that come next. */
async function store(side: Filled, count: number): Promise<void> {
  const from = side.next;
  const stored = await storeRecords(side.client, count, (i) => itemAt(from + i));
  for (const [i, entry] of stored.entries()) side.live.push({ ...entry, position: from + i });
  side.next += count;
}

/** Erases the last people one by one, before any other record is erased. @returns the median time of one */
async function eraseSubjects(client: Client, live: Live[]): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < SUBJECTS_UNCOUNTED + SUBJECTS_ERASED; i += 1) {
    const ref = subjectAt(live.length - 1);
    const startedAt = performance.now();
    const receipt = await client.call<{ records: number }>('/v1/erasures', { ref });
    if (receipt.records !== SUBJECT_RECORDS) throw new Error('Not all of a person was erased.');
    if (i >= SUBJECTS_UNCOUNTED) times.push(performance.now() - startedAt);
    live.length -= SUBJECT_RECORDS;
  }
  return median(times);
}

/** Erases records at equal distances, and takes them from the list. */
async function eraseScattered(client: Client, live: Live[], count: number): Promise<void> {
  const step = live.length / count;
  const doomed = new Set(Array.from({ length: count }, (_, i) => live[Math.floor(i * step)] as Live));
  const records = [...doomed].map(({ record }) => record);
  for (let from = 0; from < records.length; from += MAX_ITEMS) {
    await client.call('/v1/erasures', { records: records.slice(from, from + MAX_ITEMS) });
  }
  // In place, and not by `splice`, which takes no million arguments.
  let kept = 0;
  for (const entry of live) {
    if (doomed.has(entry)) continue;
    live[kept] = entry;
    kept += 1;
  }
  live.length = kept;
}

async function closeEpoch(security: Client): Promise<Job> {
  const { job } = await security.call<{ job: string }>('/v1/keys/rotate', {});
  for (;;) {
    const now = await security.get<Job>(`/v1/jobs/${job}`);
    if (now.state === 'completed') return now;
    if (now.state === 'failed') throw new Error('The close of an epoch failed.');
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function closeUnderLoad({ client, security, live }: Filled): Promise<Closed> {
  const over = new AbortController();
  const load = sendOnSchedule(
    scheduleOf(PACE_PER_SECOND, LONGEST_CLOSE_SECONDS),
    async () => {
      const { token, position } = live[Math.floor(Math.random() * live.length)] as Live;
      const body = { tokens: [token], purpose: PURPOSE };
      const { results } = await client.call<{ results: { value?: unknown }[] }>('/v1/detokenize', body);
      if (results[0]?.value !== emailAt(position)) throw new Error('detokenize gave a wrong answer.');
    },
    over.signal,
  );
  const closing = new Promise((resolve) => setTimeout(resolve, REST_SECONDS * 1000)).then(() => closeEpoch(security));
  // Whichever fails first says why.
  const { startedAt = '', finishedAt = '' } = await Promise.race([closing, load.then(() => closing)]).finally(() =>
    over.abort(),
  );
  const { from, requests } = await load;
  const [begin, end] = [startedAt, finishedAt].map((at) => Date.parse(at) - from.getTime()) as [number, number];
  const p95 = (isCounted: (due: number) => boolean) => {
    const times = requests.filter(({ due }) => isCounted(due)).map(({ due, answered }) => answered - due);
    return quantile(
      times.sort((a, b) => a - b),
      0.95,
    );
  };
  return {
    seconds: (end - begin) / 1000,
    p95Ms: [p95((due) => due < begin), p95((due) => due >= begin && due <= end)],
  };
}
