/**
 * A server of several processes is one server: whichever of them answers, what was stored, revoked or counted by
 * another holds. The root key goes to each from one unsealing, and is nowhere on the way. PostgreSQL alone: SQLite has
 * no workers.
 */
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { Duplex } from 'node:stream';
import { expect, onTestFinished, test, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { readConfig } from '../../src/config.ts';
import { runServer } from '../../src/http/serving/run.ts';
import { give, takeBack } from '../../src/http/serving/workers/handover.ts';
import { waitAfter } from '../../src/http/serving/workers/workers.ts';
import { everyByte, freshHome, type Home, placesOf } from '../support/home.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { split } from '../support/shares.ts';
import { stub } from '../support/systemd-notify.ts';

interface Reply {
  readonly status: number;
  readonly body: {
    readonly [name: string]: unknown;
    readonly results: readonly { readonly [name: string]: unknown }[];
  };
  readonly text: string;
  readonly id: string;
}

interface LogLine {
  readonly worker?: number;
  readonly request?: string;
  readonly level: number;
  readonly ended?: number;
  readonly signal?: string;
  readonly msg?: string;
}

const TIMEOUT_MS = 60_000;
const EMAIL = 'ada@example.com';
const ERROR = 50;

type Call = (method: string, path: string, body?: unknown) => Promise<Reply>;

/** One connection, which stays with the worker that took it; or a new one for each call. */
function caller(url: string, apiKey: string, agent: Agent | false = false): Call {
  return (method, path, body) =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
      const sent = request(`${url}${path}`, { method, agent, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('error', reject).on('end', () => {
          const id = String(response.headers['x-request-id']);
          const body = response.headers['content-type']?.includes('json') ? JSON.parse(text) : {};
          resolve({ status: response.statusCode ?? 0, text, id, body });
        });
      });
      sent.on('error', reject);
      sent.end(body && JSON.stringify(body));
    });
}

const store = (call: Call, value: string) => call('POST', '/v1/tokenize', { items: [{ type: 'email', value }] });
const tokenIn = ({ body }: Reply) => body.results[0]?.token as string;
const reveal = (call: Call, tokens: readonly string[]) =>
  call('POST', '/v1/detokenize', { tokens, purpose: 'billing' });

async function start(home: Home, env: Record<string, string>) {
  const log = `${home.folder}/log`;
  const stores = { RECORD_STORE_URL: home.recordStoreUrl, KEY_STORE_URL: home.keyStoreUrl };
  const settings = { ...stores, LETHE_WORKERS: '2', LETHE_ROTATE_EVERY: 'off', ...env };
  const server = await startServer(home.folder, { log, env: settings });
  const logged = async () =>
    (await readFile(log, 'utf8'))
      .split('\n')
      .flatMap((line): LogLine[] => (line.startsWith('{') ? [JSON.parse(line)] : []));
  const anybody = caller(server.url, 'nobody');
  const metrics = async () => (await anybody('GET', '/metrics')).text;
  const counted = async (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(await metrics())?.[1]);
  return {
    ...{ server, logged, anybody, metrics, counted },
    /** Waits until as many serve. */
    serving: (workers: number) => vi.waitUntil(async () => (await counted('lethe_workers')) === workers, TIMEOUT_MS),
    async workerOf({ id }: Reply): Promise<number> {
      const find = async () => (await logged()).find((line) => line.request === id)?.worker;
      return (await vi.waitUntil(find, TIMEOUT_MS)) as number;
    },
  };
}

/** The processes of a server, the first one last. */
async function processesOf({ pid }: ServerProcess): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'ascii');
  return [...text.split(' ').filter(Boolean).map(Number), pid];
}

const isAlive = (pid: number) => existsSync(`/proc/${pid}`);

test('two workers are one server, from one unsealing: what one stored or revoked holds on the other, one that is killed loses nothing', async () => {
  const home = await freshHome('postgres');
  const vault = await home.open({ clock: systemClock });
  const lines = await split(vault, home, 2, 2);
  await vault.close();
  const rootKey = Buffer.from((await readFile(`${home.folder}/keys/root.key`, 'ascii')).trim(), 'hex');
  await rm(`${home.folder}/keys/root.key`);

  const { env, told } = await stub();
  const started = await start(home, { ...env, LETHE_ROOT_KEY_SHARES: 'true' });
  const { server, logged, anybody, metrics, counted, serving, workerOf } = started;
  for (const share of lines) expect(await anybody('POST', '/v1/unseal', { share })).toMatchObject({ status: 200 });
  await serving(2);

  // The key is in the memory of three processes, and nowhere that others can read.
  const processes = await processesOf(server);
  const places = await everyByte(home);
  for (const pid of processes) {
    for (const name of ['environ', 'cmdline']) places.set(`${pid} ${name}`, await readFile(`/proc/${pid}/${name}`));
  }
  expect(processes).toHaveLength(3);
  expect(placesOf(places, rootKey)).toEqual([]);
  const { password } = new URL(home.recordStoreUrl);
  expect([...places].filter(([name, bytes]) => /environ|cmdline/.test(name) && bytes.includes(password))).toEqual([
    // As whoever started it has set it.
    [`${server.pid} environ`, expect.anything()],
  ]);

  const admin = caller(server.url, await home.adminKey());
  const add = async (name: string, role = 'app') => {
    const purposes = role === 'app' ? ['billing'] : [];
    return (await admin('POST', '/v1/principals', { name, role, purposes })).body as {
      readonly principal: string;
      readonly apiKey: string;
    } & Reply['body'];
  };
  const [shop, leaver] = [await add('shop'), await add('leaver')];
  const agents = [
    new Agent({ keepAlive: true, maxSockets: 1 }),
    new Agent({ keepAlive: true, maxSockets: 1 }),
  ] as const;
  onTestFinished(() => void agents.map((agent) => agent.destroy()));
  const [one, other] = agents.map((agent) => caller(server.url, shop.apiKey, agent)) as [Call, Call];
  const stored = await store(one, EMAIL);
  const shown = await reveal(other, [tokenIn(stored)]);
  expect(shown.body.results[0]?.value).toBe(EMAIL);
  expect([await workerOf(stored), await workerOf(shown)].sort()).toEqual([1, 2]);

  // It came from shares, also for the worker that got it from the first process.
  const officer = (await add('officer', 'security')).apiKey;
  for (const agent of agents) {
    const keys = await caller(server.url, officer, agent)('GET', '/v1/keys');
    expect(keys.body.keys).toContainEqual(expect.objectContaining({ kind: 'root_key', name: 'shares' }));
  }

  // A scrape shows both, whichever answers.
  const counts = (text: string) => text.split('\n').filter((line) => line.startsWith('lethe_values_total{'));
  const [first, second] = [(await one('GET', '/metrics')).text, (await other('GET', '/metrics')).text];
  expect(counts(first)).toHaveLength(2);
  expect(counts(second)).toEqual(counts(first));
  for (const text of [first, second]) {
    expect([...text.matchAll(/^process_start_time_seconds\{worker="(\d)"\}/gm)].map(([, n]) => n)).toEqual(['1', '2']);
    expect(text.match(/^lethe_epoch_age_seconds/gm)).toHaveLength(1);
  }
  expect((await anybody('GET', '/readyz')).body).toEqual({ status: 'ready' });

  const [left, right] = agents.map((agent) => caller(server.url, leaver.apiKey, agent)) as [Call, Call];
  expect([(await store(left, EMAIL)).status, (await store(right, EMAIL)).status]).toEqual([200, 200]);
  expect((await admin('DELETE', `/v1/principals/${leaver.principal}`)).status).toBeLessThan(300);
  expect([(await store(left, EMAIL)).status, (await store(right, EMAIL)).status]).toEqual([401, 401]);

  // One is killed while calls run.
  const doomed = (await workerOf(stored)) === 1 ? 0 : 1;
  const acknowledged = [tokenIn(stored)];
  const app = caller(server.url, shop.apiKey);
  let killed = false;
  let afterwards = 0;
  const run = async (n: number) => {
    for (let i = 0; afterwards < 40; i += 1) {
      const reply = await store(app, `person-${n}-${i}@example.com`).catch(() => undefined);
      if (reply === undefined) continue;
      expect(reply.status).toBe(200);
      acknowledged.push(tokenIn(reply));
      if (killed) afterwards += 1;
      if (acknowledged.length === 20) killed = process.kill(processes[doomed] as number, 'SIGKILL');
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, n) => run(n)));
  expect(killed).toBe(true);
  await serving(2);
  expect(await counted('lethe_workers_lost_total')).toBe(1);
  const revealed = await reveal(app, acknowledged);
  expect(revealed.body.results.filter((result) => typeof result.value === 'string')).toHaveLength(acknowledged.length);
  const alarms = (await logged()).filter(({ level }) => level >= ERROR);
  expect(alarms).toMatchObject([{ signal: 'SIGKILL', msg: expect.stringContaining('a worker has died') }]);
  expect(await metrics()).toContain('worker="1"');

  const last = await processesOf(server);
  expect(await server.end()).toBe(0);
  expect(last.filter(isAlive)).toEqual([]);
  // The supervisor hears of the server, not of its workers.
  await vi.waitUntil(async () => (await told()).length >= 3, TIMEOUT_MS);
  expect(await told()).toEqual([
    expect.stringContaining(`--ready --pid=${server.pid} --status=Sealed: `),
    expect.stringContaining(`--status=Serving on ${server.url}`),
    expect.stringContaining('STOPPING=1'),
  ]);
}, 40_000);

test('what goes through the pipe is wiped on either side, and the text beside the key has none of it', async () => {
  const key = Buffer.from(Array.from({ length: 32 }, (_, i) => i + 1));
  const [chunks, copies]: [Buffer[], Buffer[]] = [[], []];
  const pipe = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      copies.push(Buffer.from(chunk));
      done();
    },
  });
  const config = { ...readConfig({}), rootKey: { from: 'environment', key } } as const;
  give(pipe, { config, number: 2, isFirst: false });
  await vi.waitUntil(() => chunks.length === 4);
  const [, text, , sent] = copies as [Buffer, Buffer, Buffer, Buffer];
  expect(sent).toEqual(key);
  expect(placesOf(new Map([['text', text]]), key)).toEqual([]);
  expect(JSON.parse(text.toString())).toMatchObject({
    number: 2,
    hasKey: true,
    config: { rootKey: { from: 'environment' } },
  });
  await vi.waitUntil(() => chunks[1]?.every((byte) => byte === 0) && chunks[3]?.every((byte) => byte === 0));

  const received: Buffer[] = [];
  takeBack(pipe, (rootKey) => received.push(rootKey));
  const halves = [Buffer.from(key.subarray(0, 9)), Buffer.from(key.subarray(9))];
  for (const half of halves) pipe.push(half);
  await vi.waitUntil(() => received.length === 1);
  expect(received).toEqual([key]);
  expect(Buffer.concat(halves)).toEqual(Buffer.alloc(32));
});

test('the root key of the environment goes to no worker by its environment; one that is told to end is replaced, and without the first process all end', async () => {
  const home = await freshHome('postgres');
  const rootKey = Buffer.alloc(32, 0x5a);
  const { server, serving, counted, anybody } = await start(home, { LETHE_ROOT_KEY: rootKey.toString('hex') });
  await serving(2);
  const processes = await processesOf(server);
  const workers = processes.slice(0, -1);
  const environments = await Promise.all(workers.map((pid) => readFile(`/proc/${pid}/environ`)));
  expect(workers).toHaveLength(2);
  expect(placesOf(new Map(environments.map((bytes, i) => [`${i}`, bytes])), rootKey)).toEqual([]);

  // One that is told to end makes room for another, which is no loss.
  const [leaving = 0] = workers;
  process.kill(leaving, 'SIGTERM');
  await vi.waitUntil(() => !isAlive(leaving), TIMEOUT_MS);
  await serving(2);
  expect(await counted('lethe_workers_lost_total')).toBe(0);
  processes.push(...(await processesOf(server)));

  await server.end('SIGKILL');
  await vi.waitUntil(() => !processes.some(isAlive), TIMEOUT_MS);
  await expect(anybody('GET', '/healthz')).rejects.toThrow('ECONNREFUSED');
}, 40_000);

test('workers are refused on SQLite, and one that dies at once is waited for longer each time', async () => {
  const config = readConfig({ LETHE_HOME: '/nonexistent', LETHE_WORKERS: '2' });
  await expect(runServer(config)).rejects.toThrow(/SQLite lets one process write at a time/);
  expect([1, 2, 3, 8, 50].map(waitAfter)).toEqual([250, 500, 1_000, 30_000, 30_000]);
});
