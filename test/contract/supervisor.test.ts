/** What a supervisor is told, by a program in the place of systemd-notify, and by the real one to a socket that is real. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { pino } from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { newSupervisor } from '../../src/http/serving/supervisor.ts';
import { lethe } from '../support/command.ts';
import { startServer } from '../support/server-process.ts';
import { stub } from '../support/systemd-notify.ts';
import { temporaryFolder } from '../support/temporary.ts';

test('a server that serves says so with its process, and says that it stops; no key goes along', async () => {
  const { path, env, told } = await stub();
  const key = '5a'.repeat(32);

  const server = await startServer(`${path}/home`, { log: `${path}/log`, env: { ...env, LETHE_ROOT_KEY: key } });
  await vi.waitFor(async () => expect(await told()).toHaveLength(1), { timeout: 10_000 });
  await server.end();

  expect(await told()).toEqual([
    `/run/test/notify||--ready --pid=${server.pid} --status=Serving on ${server.url}`,
    '/run/test/notify||STOPPING=1 --status=Stopping: calls under way are finished.',
  ]);
}, 60_000);

test('a sealed server is ready for shares, and says when it is unsealed', async () => {
  const { path, env, told } = await stub();
  const home = `${path}/home`;
  await mkdir(home);
  await lethe(home, ['init']);
  await lethe(home, ['principals', 'add', 'officer', '--role', 'security', '--save', `${path}/officer.key`]);
  const officer = ['--key-file', `${path}/officer.key`];
  await lethe(home, ['root', 'split', '--shares', '2', '--threshold', '2', '--out', `${path}/shares`, ...officer]);
  await rm(`${home}/keys/root.key`);
  const server = await startSealed(home, path, env);

  for (const share of [1, 2]) {
    await lethe(home, ['unseal', '--url', server.url, '--share-file', `${path}/shares/share-${share}.txt`]);
  }
  await vi.waitFor(async () => expect(await told()).toHaveLength(2), { timeout: 10_000 });

  const [ready, open] = await told();
  expect(ready).toMatch(/--ready --pid=\d+ --status=Sealed: 2 holders of shares each run lethe unseal --url http:/);
  expect(open).toContain(`--status=Serving on ${server.url}`);
}, 60_000);

function startSealed(home: string, path: string, env: Record<string, string>) {
  return startServer(home, { log: `${path}/log`, env: { ...env, LETHE_ROOT_KEY_SHARES: 'true' } });
}

test('where nobody listens nothing is started, and a program that is missing is a line of the log', async () => {
  const { env, told } = await stub();
  const lines: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
  const given: Record<string, string | undefined> = { NOTIFY_SOCKET: '/run/x', PATH: env.PATH };

  newSupervisor(undefined, log).ready('Serving');
  expect(readConfig(given).notify).toEqual({ socket: '/run/x', path: env.PATH });
  expect(given).toEqual({ PATH: env.PATH });
  expect(readConfig({}).notify).toBeUndefined();
  newSupervisor({ socket: '/run/x', path: '/nowhere' }, log).ready('Serving');
  await vi.waitFor(() => expect(lines).toHaveLength(1));

  expect(await told()).toEqual([]);
  expect(lines[0]).toMatch(/"code":"ENOENT".*the supervisor was not told/);
});

test.runIf(isThere())('the real systemd-notify brings it to a real socket', async () => {
  const { path, remove } = await temporaryFolder();
  onTestFinished(remove);
  const socket = `${path}/notify`;
  const listener = spawn('perl', ['-e', LISTENER, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void listener.kill('SIGKILL'));
  const lines: string[] = [];
  createInterface({ input: listener.stdout }).on('line', (line) => lines.push(line));
  await vi.waitFor(() => expect(existsSync(socket)).toBe(true), { timeout: 10_000 });
  const supervisor = newSupervisor({ socket, path: process.env.PATH ?? '' }, pino({ level: 'silent' }));

  supervisor.ready('Serving on http://127.0.0.1:7300');
  supervisor.stopping();

  await vi.waitFor(() => expect(lines).toContain('STOPPING=1'), { timeout: 10_000 });
  expect(lines).toContain('READY=1');
  expect(lines).toContain(`MAINPID=${process.pid}`);
  expect(lines).toContain('STATUS=Serving on http://127.0.0.1:7300');
});

/** Every Debian has it; Node receives no datagrams at a path. */
const LISTENER = `use Socket; $| = 1; socket(S, AF_UNIX, SOCK_DGRAM, 0); bind(S, sockaddr_un($ARGV[0])) or die;
  while (defined recv(S, $_, 65536, 0)) { print "$_\\n" }`;

function isThere(): boolean {
  const missing = ['systemd-notify', 'perl'].filter((name) => spawnSync(name, ['--version']).error !== undefined);
  if (missing.length > 0) process.stderr.write(`No real supervisor is told: ${missing.join(', ')} is not installed.\n`);
  return missing.length === 0;
}
