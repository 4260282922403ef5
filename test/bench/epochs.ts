/**
 * What closing an epoch takes in vaults of several sizes: with 100 erasures scattered over all records, and with 10,000;
 * what the apps notice of it; and what erasing a person costs in a small vault and in a large one.
 *
 * The vault runs as `npm start` runs it, is asked over HTTP, and says itself when a job began and ended. The load beside
 * a close is paced, single detokenize calls at a fixed rate over a few connections: a closed loop would take all of the
 * machine, and then measure the scheduler.
 */
import { type Client, clientOf, emailAt, memberOf, PURPOSE, storeRecords } from './client.ts';
import type { Databases } from './databases.ts';
import { median, quantile } from './load.ts';
import { type Server, startVault } from './processes.ts';

const SCATTERED = [100, 10_000] as const;
const SUBJECT_RECORDS = 10;
const SUBJECTS_ERASED = 60;
const SUBJECTS_UNCOUNTED = 10;
const PACE_PER_SECOND = 100;
const REST_SECONDS = 5;
const POLL_MS = 50;
const MAX_ITEMS = 1_000;

export interface Close {
  readonly records: number;
  readonly erased: number;
  readonly seconds: number;
  /** Of single detokenize calls at a pace, before the close and while it ran; NaN where it was over before any. */
  readonly p95Ms: readonly [atRest: number, during: number];
}

export interface Epochs {
  readonly closes: readonly Close[];
  /** p50 of erasing a person with ten records, by the number of records in the vault. */
  readonly eraseSubjectMs: readonly { readonly records: number; readonly p50Ms: number }[];
}

interface Job {
  readonly state: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
}

export async function measureEpochs(
  databases: Databases,
  sizes: readonly number[],
  said: (line: string) => void,
): Promise<Epochs> {
  const closes: Close[] = [];
  const eraseSubjectMs: Epochs['eraseSubjectMs'][number][] = [];
  for (const records of sizes) {
    const stores = await databases.fresh();
    const server = await startVault(stores.home, stores);
    const client = await clientOf(server.url, stores.home);
    const security = await memberOf(server.url, stores.home, 'security');
    try {
      const stored = await storeRecords(client, records, itemAt);
      const live = stored.map((entry, position) => ({ ...entry, position }));
      said(`${records} records stored`);
      eraseSubjectMs.push({ records, p50Ms: await eraseSubjects(client, live) });
      // The first close takes what filling and the erasures of people have left.
      await closeEpoch(security);
      for (const erased of SCATTERED.filter((count) => count * SUBJECT_RECORDS <= records)) {
        await eraseScattered(client, live, erased);
        const measured = await closeUnderLoad(server, client, security, live);
        closes.push({ records, erased, ...measured });
        said(`closed over ${records} records with ${erased} erased in ${measured.seconds.toFixed(2)} s`);
      }
    } finally {
      client.close();
      security.close();
      await server.stop();
    }
  }
  return { closes, eraseSubjectMs };
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

/** Erases the last people one by one. @returns the median time of one */
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

async function closeUnderLoad(server: Server, client: Client, security: Client, live: readonly Live[]) {
  const samples: { readonly at: number; readonly ms: number }[] = [];
  let over = false;
  const load = (async () => {
    const under: Promise<void>[] = [];
    const from = Date.now();
    for (let sent = 0; !over; sent += 1) {
      const wait = from + (sent * 1000) / PACE_PER_SECOND - Date.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      const { token, position } = live[Math.floor(Math.random() * live.length)] as Live;
      const at = Date.now();
      const startedAt = performance.now();
      const call = client.call<{ results: { value?: unknown }[] }>('/v1/detokenize', {
        tokens: [token],
        purpose: PURPOSE,
      });
      under.push(
        call.then(({ results }) => {
          if (results[0]?.value !== emailAt(position)) throw new Error('detokenize gave a wrong answer.');
          samples.push({ at, ms: performance.now() - startedAt });
        }),
      );
    }
    await Promise.all(under);
  })();
  await new Promise((resolve) => setTimeout(resolve, REST_SECONDS * 1000));
  const { startedAt = '', finishedAt = '' } = await closeEpoch(security);
  over = true;
  await load;
  const [from, until] = [Date.parse(startedAt), Date.parse(finishedAt)];
  const p95 = (of: typeof samples) =>
    quantile(
      of.map(({ ms }) => ms).sort((a, b) => a - b),
      0.95,
    );
  return {
    seconds: (until - from) / 1000,
    p95Ms: [
      p95(samples.filter(({ at }) => at < from)),
      p95(samples.filter(({ at }) => at >= from && at <= until)),
    ] as const,
    peakMemoryMb: await server.peakMemory(),
  };
}
