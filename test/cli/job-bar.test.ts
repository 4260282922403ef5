/** How far a long job is: a bar on a terminal, lines elsewhere, and nothing of it on standard output. */
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { showJob } from '../../src/cli/job-bar.ts';
import { lethe } from '../support/command.ts';
import { temporaryFolder } from '../support/temporary.ts';

function screen(isTTY: boolean) {
  let shown = '';
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      shown += chunk.toString();
      done();
    },
  });
  return { stream: Object.assign(stream, { isTTY, columns: 80 }), shown: () => shown };
}

const REWRAP = {
  state: 'running',
  step: 'rewrap',
  done: 512,
  total: 2048,
  ratePerSecond: 256,
  secondsLeft: 6,
} as const;

test('a terminal shows a bar with the step, the rate and the time left; a file gets lines', () => {
  const terminal = screen(true);
  const bar = showJob(terminal.stream, () => new Date(0));
  bar.update(REWRAP);
  bar.update({ ...REWRAP, state: 'completed' });
  bar.stop();
  expect(terminal.shown()).toMatch(/rewrap \[=+-+\] 512\/2048 \| 256\/s \| 6 s left/);
  expect(terminal.shown()).toMatch(/completed \[=+\](?!-)/);

  // A step of one, of which the end was not written, and one that counts nothing.
  for (const total of [1, 0]) {
    const once = screen(true);
    const short = showJob(once.stream, () => new Date(0));
    short.update({ state: 'running', step: 'destroy', done: 0, total });
    short.update({ state: 'completed', step: 'destroy', done: 0, total });
    short.stop();
    expect(once.shown().split('completed').at(-1)).not.toContain('0/');
  }

  const file = screen(false);
  const lines = showJob(file.stream, () => new Date(0));
  lines.update(REWRAP);
  lines.update({ ...REWRAP, done: 1024 });
  lines.update({ ...REWRAP, state: 'completed' });
  lines.stop();
  expect(file.shown()).toBe('rewrap: 512/2048, 256/s, 6 s left\ncompleted\n');
});

test('the replacement of the root key shows its steps as a rotation does, none of it on standard output', async () => {
  const { path: home, remove } = await temporaryFolder();
  onTestFinished(remove);
  const officer = ['--key-file', join(home, 'security.key')];
  await lethe(home, ['init']);
  await lethe(home, ['principals', 'add', 'officer', '--role', 'security', '--save', join(home, 'security.key')]);
  const steps = /^make_secret: 0\/1.*\nrewrap: 0\/\d+.*\nverify: 0\/1.*\ndestroy: 0\/1.*\ncompleted\n$/;
  const rotated = await lethe(home, ['keys', 'rotate', '--now', ...officer]);
  expect(rotated.out).toMatch(/^Done: .*\n$/);

  const replaced = await lethe(home, ['root', 'replace', '--new-key-file', join(home, 'new.key'), ...officer]);
  expect(replaced).toMatchObject({ code: 0, err: expect.stringMatching(steps) });
  expect(replaced.out).toMatch(/^The root key is replaced/);
  expect(replaced.out).not.toContain('rewrap');
}, 60_000);
