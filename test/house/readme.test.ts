import { execFile, spawn } from 'node:child_process';
import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { settingsHelp } from '../../src/config.ts';
import { dataTypes } from '../../src/datatypes/registry.ts';
import { parseMap } from '../../src/import/map.ts';
import { temporaryFolder } from '../support/temporary.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const readme = await readFile(join(root, 'README.md'), 'utf8');

/** Printed between the two sections that are typed. */
const BETWEEN = '--- and then ---';

/** The commands of a section, as they stand there. */
function commandsOf(section: string): string {
  const text = readme.slice(readme.indexOf(`## ${section}\n`));
  return /```sh\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
}

test('the quickstart of the README runs as it is typed', async () => {
  const folder = await temporaryFolder();
  onTestFinished(folder.remove);
  for (const name of ['package.json', 'node_modules', 'src', 'migrations']) {
    await symlink(join(root, name), join(folder.path, name));
  }
  const env = { PATH: process.env.PATH, HOME: folder.path, LETHE_PORT: '0', npm_config_update_notifier: 'false' };
  const server = spawn('npm', ['start'], { cwd: folder.path, env, detached: true });
  onTestFinished(() => {
    if (server.pid !== undefined) process.kill(-server.pid, 'SIGTERM');
  });
  const url = await new Promise<string>((resolve, reject) => {
    let said = '';
    server.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const found = /serves on http:\/\/(127\.0\.0\.1:\d+)/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
    server.on('exit', () => reject(new Error(`the server did not start: ${said}`)));
  });

  const typed = [commandsOf('Quickstart'), commandsOf('Three things to try')].join(`\necho; echo ${BETWEEN}\n`);
  const script = typed.replaceAll('localhost:7300', url);
  const said = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], { cwd: folder.path, env });
  const [stdout = '', three = ''] = said.stdout.split(BETWEEN);

  expect(stdout).toContain('"masked":"J***@example.com"');
  expect(stdout).toContain('"value":"Jane@example.com"');
  expect(stdout).toContain('not_allowed');
  expect(stdout).toContain('"state":"completed","records":2');
  expect(stdout.trim()).toMatch(/record_erased"\}\}\]\}$/);

  const replies = three.trim().split(/(?<=\})(?=\{")/);
  const card = { token: expect.stringMatching(/^0\d{11}4242$/) };
  const number = expect.objectContaining({ number: '4242424242424242' });
  const found = { results: [{ ...card, masked: '**** **** **** 4242' }], more: false };
  expect(replies.map((reply) => JSON.parse(reply))).toMatchObject([
    { results: [{ ...card, value: number }, { value: '123' }] },
    { results: [{ ...card, value: number }, { error: { code: 'token_used_up' } }] },
    { verified: true },
    { verified: false },
    found,
    found,
  ]);
}, 60_000);

test('the map of the README’s import is one, of types that there are', () => {
  const section = readme.slice(readme.indexOf('## Import what you have'));
  const map = JSON.parse(/```json\n([\s\S]*?)```/.exec(section)?.[1] ?? '');
  const types = dataTypes().map(({ name }) => name);
  expect(parseMap(map, types).fields).toHaveLength(map.fields.length);
});

test('the README names every setting and every data type there is', () => {
  for (const { name } of settingsHelp()) expect(readme, name).toContain(`\`${name}\``);
  for (const { name, views, parts } of dataTypes()) {
    const row = readme.split('\n').find((line) => line.startsWith(`| \`${name}\` |`));
    expect(row, name).toBeDefined();
    for (const part of Object.keys(parts ?? {})) expect(readme, `${name} ${part}`).toContain(`\`${part}\``);
    for (const view of Object.keys(views))
      if (view !== 'masked') expect(row, `${name} ${view}`).toContain(`\`${view}\``);
  }
});

test('no line of a document is a promise of work to come that is not marked as such', () => {
  expect(readme).not.toMatch(/\b(TODO|TBD|FIXME)\b/);
});
