/**
 * Where the time of one call goes: `node test/bench/profile.ts --call tokenize [--engine sqlite] [--seconds 10]`, with
 * the calls of `throughput.ts`. Puts the vault under load with V8's CPU profiler running, and prints
 * the functions with the most time of their own. The profiler slows the vault somewhat; its figures are shares.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { clientOf, emailOfSubject, storeAll } from './client.ts';
import { type Engine, openDatabases } from './databases.ts';
import { underLoad } from './load.ts';
import { startVault } from './processes.ts';
import { type CallName, callLoads } from './throughput.ts';

const STORED_BEFORE = 10_000;
const SHOWN = 40;

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'sqlite' },
    call: { type: 'string', default: 'tokenize' },
    seconds: { type: 'string', default: '10' },
  },
});
const seconds = Number(values.seconds);
const folder = await mkdtemp(join(tmpdir(), 'lethe-profile-'));
const databases = await openDatabases(values.engine as Engine);
try {
  const stores = await databases.fresh();
  // Filled by a process of its own, so that the profile holds the call alone.
  const filler = await startVault(stores.home, stores);
  const client = await clientOf(filler.url, stores.home);
  const tokens = await storeAll(client, STORED_BEFORE, emailOfSubject);
  client.close();
  await filler.stop();
  const vault = await startVault(stores.home, stores, { profilePath: folder });
  const load = callLoads(vault, client, tokens)[values.call as CallName];
  const { perSecond, p50Ms, processorMs } = await underLoad(load, seconds);
  await vault.stop();
  console.log(
    `${values.engine}, ${values.call}: ${Math.round(perSecond)} requests/s, p50 ${p50Ms.toFixed(2)} ms, ${processorMs.toFixed(3)} ms of processor each, profiled`,
  );
  for (const file of await readdir(folder)) print(JSON.parse(await readFile(join(folder, file), 'utf8')));
} finally {
  await databases.remove();
  await rm(folder, { recursive: true, force: true });
}

function print({ nodes, samples, timeDeltas }: Profile): void {
  const own = new Map<number, number>();
  // The last seconds alone: what came before is the start of the process.
  let left = seconds * 1e6;
  for (let i = samples.length - 1; i >= 0 && left > 0; i -= 1) {
    const [id = 0, delta = 0] = [samples[i], timeDeltas[i]];
    own.set(id, (own.get(id) ?? 0) + delta);
    left -= delta;
  }
  const byPlace = new Map<string, number>();
  const byFile = new Map<string, number>();
  let total = 0;
  for (const { id, callFrame } of nodes) {
    const time = own.get(id) ?? 0;
    const file = callFrame.url.replace(/^.*?\/(src|node_modules)\//, '$1/').replace(/^.*node_modules\//, '');
    const place = `${callFrame.functionName || '(anonymous)'} ${file}:${callFrame.lineNumber + 1}`;
    // Waiting is no work: shares are of the time that the process was busy.
    if (callFrame.functionName === '(idle)') console.log(`idle ${Math.round(time / 1000)} ms`);
    else {
      total += time;
      byPlace.set(place, (byPlace.get(place) ?? 0) + time);
      byFile.set(file || callFrame.functionName, (byFile.get(file || callFrame.functionName) ?? 0) + time);
    }
  }
  console.log(`busy ${Math.round(total / 1000)} ms`);
  for (const [title, shares] of [
    ['by function', byPlace],
    ['by file', byFile],
  ] as const) {
    console.log(`\n${title}`);
    const sorted = [...shares].sort(([, a], [, b]) => b - a).slice(0, SHOWN);
    for (const [what, time] of sorted) console.log(`${((100 * time) / total).toFixed(1).padStart(6)} %  ${what}`);
  }
}
