/**
 * What an operator starts with `npm` ends with it: whichever signal comes, to `npm` alone or to everybody at the
 * terminal, the server finishes what it has and nothing of it is left.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { open, readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { nodeEnv } from '../support/node-env.ts';
import { temporaryFolder } from '../support/temporary.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DEADLINE_MS = 30_000;

const hasNpm = (() => {
  try {
    execFileSync('npm', ['--version'], { stdio: 'pipe' });
    return process.platform !== 'win32';
  } catch {
    process.stderr.write('No start by npm is tested: there is no npm here, or it is that of Windows.\n');
    return false;
  }
})();

interface Started {
  readonly npm: ChildProcess;
  readonly home: string;
  said(): Promise<string>;
  /** Until the process group of npm has no process any more. */
  gone(): Promise<void>;
}

/** npm and what it starts, in a process group of their own, as a terminal has it. */
async function npm(...args: string[]): Promise<Started> {
  const { path: home, remove } = await temporaryFolder();
  const file = `${home}/said`;
  const out = await open(file, 'a');
  const npm = spawn('npm', args, {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', out.fd, out.fd],
    env: {
      ...{ ...nodeEnv, HOME: process.env.HOME, TMPDIR: home },
      ...{ LETHE_HOME: `${home}/vault`, LETHE_PORT: '0' },
    },
  });
  await out.close();
  const group = -(npm.pid as number);
  onTestFinished(async () => {
    if (lives(group)) process.kill(group, 'SIGKILL');
    await remove();
  });
  const said = () => readFile(file, 'utf8');
  return { npm, home, said, gone: () => expect.poll(() => lives(group), { timeout: DEADLINE_MS }).toBe(false) };
}

function lives(group: number): boolean {
  try {
    return process.kill(group, 0);
  } catch {
    return false;
  }
}

interface Case {
  readonly script: string;
  readonly signal: NodeJS.Signals;
  readonly to: string;
}

const until = (look: () => Promise<string>, what: RegExp) => expect.poll(look, { timeout: DEADLINE_MS }).toMatch(what);

const CASES: readonly Case[] = [
  { script: 'start', signal: 'SIGTERM', to: 'npm' },
  { script: 'start', signal: 'SIGINT', to: 'its group' },
  { script: 'start', signal: 'SIGHUP', to: 'npm' },
  { script: 'run lethe -- serve', signal: 'SIGTERM', to: 'npm' },
];

for (const { script, signal, to } of CASES) {
  test.skipIf(!hasNpm)(
    `npm ${script}: ${signal} to ${to} ends the server gracefully`,
    async () => {
      const started = await npm(...script.split(' '));
      await until(started.said, /serves on http/);
      process.kill((to === 'npm' ? 1 : -1) * (started.npm.pid as number), signal);
      await started.gone();
      const said = await started.said();
      // The last line is written at once, and may overtake the one before it.
      for (const line of ['"stopping"', '"stopped"']) expect(said).toContain(line);
    },
    60_000,
  );
}

test.skipIf(!hasNpm)(
  'a signal in the midst of the start: nothing is served, and nothing is left',
  async () => {
    const started = await npm('start');
    // The mark of a vault that is being made: the start is on its way.
    const files = () => readdir(`${started.home}/vault/keys`).then(String, () => '');
    await until(files, /vault\.id/);
    process.kill(started.npm.pid as number, 'SIGTERM');
    await started.gone();
    const said = await started.said();
    expect(said).toMatch(/"stopping"[\s\S]*"stopped"/);
    expect(said).not.toContain('serves on');
  },
  60_000,
);

test.skipIf(!hasNpm)(
  'npm run demo: Ctrl-C leaves no vault behind',
  async () => {
    const started = await npm('run', 'demo');
    const left = async () => (await readdir(started.home)).filter((name) => name.startsWith('lethe-')).join();
    await until(left, /lethe-demo-/);
    await until(started.said, /1\. Three customers/);
    process.kill(-(started.npm.pid as number), 'SIGINT');
    await started.gone();
    expect(await left()).toBe('');
  },
  60_000,
);
