/**
 * The Containerfile, read; and its command and health check, run in a copy of what it copies, with the packages that
 * `npm ci --omit=dev` installs, copied from those at hand. No image is built.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { freePort } from '../support/ports.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const text = await readFile(join(root, 'Containerfile'), 'utf8');
const stages = text.split(/^(?=FROM )/m).slice(1);
const last = stages.at(-1) ?? '';

/** What follows an instruction, in the last stage. */
function instructions(name: string, stage = last): string[] {
  return [...stage.matchAll(new RegExp(`^${name} (.*)$`, 'gm'))].map(([, rest = '']) => rest);
}

const execForm = (text: string) => JSON.parse(text) as string[];
const COMMAND = execForm(instructions('CMD')[0] ?? '');
const HEALTH = execForm(/CMD (\[.*)$/.exec(instructions('HEALTHCHECK')[0] ?? '')?.[1] ?? '');
const APP = '/opt/lethe';

test('it runs as an unprivileged user, holds no secret and no tool of development, and SIGTERM reaches the server', () => {
  expect(instructions('USER')).toEqual(['10001:10001']);
  expect(instructions('VOLUME')).toEqual(['["/var/lib/lethe"]']);
  expect(instructions('STOPSIGNAL')).toEqual(['SIGTERM']);
  expect(COMMAND[0]).toBe(`${APP}/node_modules/node/bin/node`);
  expect(instructions('ENTRYPOINT')).toEqual([]);
  expect(text.match(/^(ENV|ARG) .*/gm)).toEqual(['ENV LETHE_HOME=/var/lib/lethe LETHE_HOST=0.0.0.0 LETHE_PORT=7300']);
  expect(stages[0]).toContain('RUN ["npm", "ci", "--omit=dev", "--no-audit"]');
  for (const stage of stages) expect(stage).toMatch(/^FROM docker\.io\/library\/node:24-bookworm-slim\b/);
  // Nothing writes to the program's folder after root has made it.
  expect(text).not.toMatch(/--chown|^ADD /m);
});

test('nothing but what is named comes into the image: no key, no store, no history', async () => {
  const ignored = (await readFile(join(root, '.dockerignore'), 'utf8'))
    .split('\n')
    .filter((line) => /^[^#]/.test(line));
  expect(ignored[0]).toBe('*');
  const copied = stages.flatMap((stage) => instructions('COPY', stage)).filter((line) => !line.startsWith('--from'));
  const sources = copied.flatMap((line) => line.split(' ').slice(0, -1));
  expect(new Set(ignored.slice(1))).toEqual(new Set(sources.map((source) => `!${source}`)));
  expect(sources.filter((source) => /^(\.|keys|data|\.git)\/?$/.test(source))).toEqual([]);
});

test('its command serves and its health check says so, with nothing but what it copies, and SIGTERM ends it', async () => {
  // On the disk: there what is installed can be linked, and run.
  const path = await mkdtemp(join(inject('disk'), 'lethe-test-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  const app = `${path}/lethe`;
  for (const line of instructions('COPY').filter((one) => !one.startsWith('--from'))) {
    for (const source of line.split(' ').slice(0, -1)) {
      await mkdir(dirname(join(app, source)), { recursive: true });
      await cp(join(root, source), join(app, source), { recursive: true });
    }
  }
  await installInto(app);
  const here = (command: readonly string[]) => command.map((word) => word.replaceAll(APP, app));
  const env = { LETHE_HOME: `${path}/home`, LETHE_HOST: '127.0.0.1', LETHE_PORT: String(await freePort()) };
  const [program = '', ...args] = here(COMMAND);
  const healthy = () => spawnSync(here(HEALTH)[0] ?? '', here(HEALTH).slice(1), { env }).status;
  expect(healthy()).toBe(1);

  const server = spawn(program, args, { cwd: app, env, stdio: ['ignore', 'ignore', 'pipe'] });
  onTestFinished(() => void server.kill('SIGKILL'));
  const ended = new Promise((resolve) => server.once('exit', resolve));
  let complaint = '';
  server.stderr.on('data', (chunk) => {
    complaint += chunk;
  });

  await vi.waitFor(() => expect([healthy(), complaint]).toEqual([0, '']), { timeout: 60_000, interval: 200 });
  server.kill('SIGTERM');
  expect(await ended).toBe(0);
}, 120_000);

/** As `npm ci --omit=dev` does, from the packages that are installed here: each that the lock does not call `dev`. */
async function installInto(app: string): Promise<void> {
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; devOptional?: boolean }>;
  };
  // What lies in another package comes with it; what is for another platform is not here.
  const wanted = Object.entries(lock.packages)
    .filter(([name, { dev }]) => name !== '' && !dev && name.lastIndexOf('node_modules/') === 0)
    .map(([name]) => name)
    .filter((name) => existsSync(join(root, name)));
  // Links cost nothing; on another file system they are copies.
  const copy = (how: string) => spawnSync('cp', [how, '--parents', ...wanted, app], { cwd: root });
  if (copy('-al').status !== 0) expect(copy('-a').status).toBe(0);
}
