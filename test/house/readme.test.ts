import { execFile, spawn } from 'node:child_process';
import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { TOKEN_FORMATS } from '../../src/datatypes/datatype.ts';
import { dataTypes } from '../../src/datatypes/registry.ts';
import { parseMap } from '../../src/import/map.ts';
import { settingsHelp } from '../../src/settings.ts';
import { nodeEnv } from '../support/node-env.ts';
import { temporaryFolder } from '../support/temporary.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const page = (path: string) => readFile(join(root, path), 'utf8');
const readme = await page('README.md');
const dataTypesPage = await page('src/datatypes/README.md');

/** The sections that are typed, one after the other in one terminal, of the README and of the pages it leads to. */
const TYPED = [
  ['README.md', 'Quickstart'],
  ['src/client/README.md', 'Three things to try'],
  ['src/datatypes/README.md', 'Types of your own'],
  ['src/datatypes/README.md', 'Keep less'],
  ['src/tokens/README.md', 'Commands'],
  ['src/search/README.md', 'Commands'],
  ['src/erasure/README.md', 'Commands'],
] as const;
const PAGES = [
  ...new Set(TYPED.map(([path]) => path)),
  ...['src/import/README.md', 'src/access/README.md', 'src/config.md'],
];
/** Printed between them. */
const BETWEEN = '--- and then ---';

/** The commands of a section, as they stand there: it has one block of them. */
async function commandsOf(path: string, section: string): Promise<string> {
  const text = (await page(path)).split(/^## /m).find((part) => part.startsWith(`${section}\n`)) ?? '';
  const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block = '']) => block);
  expect(blocks, `${path}: ${section}`).toHaveLength(1);
  return blocks[0] as string;
}

test('the commands of the README and its pages run as they are typed, from the quickstart on', async () => {
  const folder = await temporaryFolder();
  onTestFinished(folder.remove);
  for (const name of ['package.json', 'node_modules', 'src', 'migrations']) {
    await symlink(join(root, name), join(folder.path, name));
  }
  const env = { ...nodeEnv, HOME: folder.path, LETHE_PORT: '0', npm_config_update_notifier: 'false' };
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

  const blocks = await Promise.all(TYPED.map(([path, section]) => commandsOf(path, section)));
  const typed = blocks.join(`\necho; echo ${BETWEEN}\n`);
  const script = typed.replaceAll('localhost:7300', url);
  const said = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], { cwd: folder.path, env });
  const [stdout = '', ...rest] = said.stdout.split(BETWEEN);
  const [proof = '', sections] = [rest.at(-1), rest.slice(0, -1)];

  expect(stdout).toContain('"masked":"J***@example.com"');
  expect(stdout).toContain('"value":"Jane@example.com"');
  expect(stdout).toContain('not_allowed');
  expect(stdout).toContain('"state":"completed","records":2');
  expect(stdout.trim()).toMatch(/record_erased"\}\}\]\}$/);

  const [three, declared, kept, changed, found] = sections.map((section) =>
    section
      .trim()
      .split(/(?<=\})(?=\{")/)
      .map((reply) => JSON.parse(reply)),
  );
  const card = { token: expect.stringMatching(/^0\d{11}4242$/) };
  const number = expect.objectContaining({ number: '4242424242424242' });
  const asked = { results: [{ ...card, masked: '**** **** **** 4242' }] };
  expect(three).toMatchObject([
    { results: [{ ...card, value: number }, { value: '123' }] },
    { results: [{ ...card, value: number }, { error: { code: 'token_used_up' } }] },
    { verified: true },
    { verified: false },
    { verified: true, subject: expect.stringMatching(/^sub_/), token: expect.stringMatching(/^tok_/) },
    { matches: true },
    asked,
    asked,
  ]);
  expect(declared).toMatchObject([{ name: 'x_staff_badge', version: 1 }]);
  expect(kept).toMatchObject([{ keep: 'network' }, { results: [{ kept: 'network' }] }, { name: 'ip' }]);
  const [email, crm] = [
    { format: 'email', state: 'live' },
    { audience: 'crm', usesLeft: 3 },
  ];
  expect(changed).toMatchObject([crm, {}, { type: 'email', tokens: [email, { ...crm, state: 'revoked' }] }]);
  const [stored, ...pages] = found ?? [];
  const doe = { results: [{ token: stored.results[0].token, masked: 'J*** D***' }] };
  const page = { results: [{ masked: 'j***@example.com' }] };
  const phone = { results: [{ token: stored.results[2].token }] };
  expect(pages).toMatchObject([doe, doe, { results: [asked.results[0]] }, phone, phone, page]);
  expect(proof).toMatch(/Done: job_/);
  expect(proof).toMatch(/Certificate of erasure ers_/);
  expect(proof).toMatch(/Signature: right/);
}, 120_000);

test('the README leads to each of its pages, and has two hundred lines at most', () => {
  const links = [...readme.matchAll(/\]\(([\w./-]+)\)/g)].map(([, to = '']) => to);
  expect(links).toEqual(expect.arrayContaining(PAGES.filter((path) => path !== 'README.md')));
  expect(readme.split('\n').length).toBeLessThanOrEqual(201);
});

test('the map of the import’s page is one, of types that there are, and its commands are those of the README', async () => {
  const section = await page('src/import/README.md');
  expect(section).toContain(await commandsOf('README.md', 'Import'));
  const map = JSON.parse(/```json\n([\s\S]*?)```/.exec(section)?.[1] ?? '');
  const types = dataTypes().map(({ name }) => name);
  expect(parseMap(map, types).fields).toHaveLength(map.fields.length);
});

test('the pages name every setting, data type and token format there is', async () => {
  const [settings, tokens] = await Promise.all([page('src/config.md'), page('src/tokens/README.md')]);
  for (const { name } of settingsHelp()) expect(settings, name).toContain(`\`${name}\``);
  for (const format of TOKEN_FORMATS) expect(tokens, format).toContain(`\`${format}\``);
  for (const { name, views, parts, keeps } of dataTypes()) {
    const row = dataTypesPage.split('\n').find((line) => line.startsWith(`| \`${name}\` |`));
    expect(row, name).toBeDefined();
    for (const part of Object.keys(parts ?? {})) expect(dataTypesPage, `${name} ${part}`).toContain(`\`${part}\``);
    for (const keep of Object.keys(keeps ?? {}))
      expect(dataTypesPage, `${name} ${keep}`).toContain(`\`${name}\` its \`${keep}\``);
    for (const view of Object.keys(views))
      if (view !== 'masked') expect(row, `${name} ${view}`).toContain(`\`${view}\``);
  }
});

test('no line of a document is a promise of work to come that is not marked as such', async () => {
  for (const path of PAGES) expect(await page(path), path).not.toMatch(/\b(TODO|TBD|FIXME)\b/);
});
