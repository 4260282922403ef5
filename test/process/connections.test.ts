/** More clients than there may be open files: counted, logged, and over when they are gone. */
import { readFile } from 'node:fs/promises';
import { createConnection, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startServer } from '../support/server-process.ts';
import { temporaryFolder } from '../support/temporary.ts';

const CLIENTS = 100;
const GET = 'GET /readyz HTTP/1.1\r\nHost: vault\r\n\r\n';

function connect(port: number): Promise<{ socket: Socket; said(): string; closed(): boolean }> {
  let said = '';
  let closed = false;
  const socket = createConnection({ port, host: '127.0.0.1' });
  socket.on('data', (chunk) => {
    said += chunk;
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    closed = true;
  });
  onTestFinished(() => void socket.destroy());
  return new Promise((resolve) =>
    socket.once('connect', () => resolve({ socket, said: () => said, closed: () => closed })),
  );
}

test.skipIf(process.platform !== 'linux')(
  '100 clients under `ulimit -n 64`',
  async () => {
    const { path: home, remove } = await temporaryFolder();
    onTestFinished(remove);
    const log = `${home}/log`;
    const through = ['sh', '-c', 'ulimit -n 64 && exec "$@"', 'sh'];
    const server = await startServer(`${home}/vault`, { log, through });
    await expect.poll(() => readFile(log, 'utf8'), { timeout: 10_000 }).toContain('few files may be open');
    const port = Number(new URL(server.url).port);

    const clients = await Promise.all(Array.from({ length: CLIENTS }, () => connect(port)));
    const lines = async () =>
      (await readFile(log, 'utf8'))
        .split('\n')
        .filter((line) => /"refused":/.test(line))
        .map((line) => JSON.parse(line) as { refused: number; connections: number });
    await expect.poll(async () => (await lines()).length, { timeout: 10_000 }).toBeGreaterThan(0);
    const [first] = await lines();
    const room = first?.connections ?? 0;
    expect(room).toBeGreaterThan(5);
    const closed = () => clients.filter((client) => client.closed()).length;
    await expect.poll(closed, { timeout: 10_000 }).toBe(CLIENTS - room);
    expect(closed()).toBeGreaterThan(50);
    // Whoever got in is served, and the stores have what they need.
    const held = clients.find((client) => !client.closed());
    held?.socket.write(GET);
    await expect.poll(() => held?.said(), { timeout: 10_000 }).toMatch(/^HTTP\/1\.1 200 /);
    const counted = async () => (await lines()).reduce((sum, { refused }) => sum + refused, 0);
    await expect.poll(counted, { timeout: 10_000 }).toBe(CLIENTS - room);
    expect((await lines()).length).toBeLessThan(10);

    for (const { socket } of clients) socket.destroy();
    const metrics = () =>
      fetch(`${server.url}/metrics`).then(
        (reply) => reply.text(),
        () => '',
      );
    await expect.poll(metrics, { timeout: 10_000 }).toMatch(/^lethe_connections_refused_total [5-9]\d$/m);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    expect(await server.end()).toBe(0);
  },
  60_000,
);

test('a server that has room says nothing of it', async () => {
  const { path: home, remove } = await temporaryFolder();
  onTestFinished(remove);
  const server = await startServer(`${home}/vault`, { log: `${home}/log` });
  await server.end();
  expect(await readFile(`${home}/log`, 'utf8')).not.toContain('few files');
}, 60_000);
