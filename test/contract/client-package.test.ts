/**
 * The client as an app has it: packed, installed in an empty folder, compiled against by a strict TypeScript, and run by
 * the Node that the machine has, which may be an older one than the project's own. Then the how-tos of /docs, typed as
 * they stand. One server serves all.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HOW_TOS } from '../../src/http/openapi/how-tos.ts';
import { follow, matches, type Typed } from '../support/how-to.ts';
import { nodeEnv } from '../support/node-env.ts';
import { temporaryFolder } from '../support/temporary.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

let home: Awaited<ReturnType<typeof temporaryFolder>>;
let server: ChildProcess;
let shop: string;
let typed: Map<string, Typed[]>;
/** A terminal of somebody who has just opened one: npm has put none of the project's programs into its path. */
let env: Record<string, string | undefined>;

beforeAll(async () => {
  home = await temporaryFolder();
  const lethe = join(home.path, 'lethe');
  shop = join(home.path, 'shop');
  await mkdir(lethe);
  for (const name of ['package.json', 'node_modules', 'src', 'migrations', 'test']) {
    await symlink(join(root, name), join(lethe, name));
  }
  const plain = (nodeEnv.PATH ?? '').split(delimiter).filter((folder) => !/node_modules|node-gyp/.test(folder));
  env = {
    ...nodeEnv,
    PATH: plain.join(delimiter),
    HOME: home.path,
    npm_config_offline: 'true',
    npm_config_audit: 'false',
  };
  server = spawn(process.execPath, [join(root, 'src/main.ts')], {
    env: { ...nodeEnv, LETHE_HOME: lethe, LETHE_PORT: '0' },
  });
  const vault = await new Promise<string>((resolve, reject) => {
    let said = '';
    server.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const [url] = /http:\/\/127\.0\.0\.1:\d+(?=[\s\S]*\n)/.exec(said) ?? [];
      if (url !== undefined) resolve(url);
    });
    server.once('exit', () => reject(new Error(`the server did not start: ${said}`)));
  });
  typed = await follow(HOW_TOS, { cwd: lethe, env, vault });
}, 120_000);

afterAll(async () => {
  server.kill();
  await home.remove();
});

test('the package holds the compiled client, its licence and its page, and nothing else of the house', async () => {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const { stdout } = await run('tar', ['-tzf', join(shop, `lethe-client-${version}.tgz`)]);
  const names = stdout
    .trim()
    .split('\n')
    .map((name) => name.replace('package/', ''));
  const modules = [
    ...[
      'access-client',
      'api',
      'approval-client',
      'calls',
      'errors',
      'events',
      'exact-numbers',
      'index',
      'lethe-client',
    ],
    ...['hook-client', 'operator-client', 'paths', 'replies', 'role-client', 'shapes', 'subject-client', 'transport'],
  ];
  const compiled = modules.flatMap((name) => [`dist/${name}.d.ts`, `dist/${name}.js`]);
  expect(names.sort()).toEqual(['LICENSE', 'README.md', 'package.json', ...compiled].sort());

  const installed = join(shop, 'node_modules/lethe-client');
  const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
  expect(manifest).toMatchObject({ name: 'lethe-client', version, type: 'module', engines: { node: '>=20' } });
  expect(manifest).not.toHaveProperty('dependencies');
  expect(manifest).not.toHaveProperty('scripts');
  for (const file of compiled) {
    const code = await readFile(join(installed, file), 'utf8');
    const imported = [...code.matchAll(/\bfrom '([^']+)';/g)].map(([, from]) => from);
    const foreign = imported.filter((from) => !/^\.\/[\w-]+\.js$/.test(from ?? ''));
    expect([file, foreign]).toEqual([file, []]);
  }
  const links = [...(await readFile(join(installed, 'README.md'), 'utf8')).matchAll(/\]\(([^)]+)\)/g)];
  expect(links.map(([, to]) => to).filter((to) => !/^(https?:|#)/.test(to ?? ''))).toEqual([]);
});

const APP = `
import { ExactNumber, LetheClient, LetheError, type Revealed } from 'lethe-client';
import { readFileSync } from 'node:fs';
import { lethe } from './vault.mjs';

const app: LetheClient = lethe;
const [email, document] = await app.tokenize([
  { type: 'email', value: 'jane@example.com', subject: 'cust_1', label: 'main' },
  { type: 'document', value: { rate: new ExactNumber('1234567890123.123456789'), count: 3 }, subject: 'cust_1' },
]);
// @ts-expect-error a misspelt option is found
const wrong = () => app.tokenize([{ type: 'email', value: 'jane@example.com', lable: 'main' }]);
const shown: readonly Revealed[] = await app.detokenize([email.token, document.token], { purpose: 'billing', timeoutMs: 9_000 });
const masked: string = String(email.masked);
const own = () => app.tokenize([{ type: 'x_badge', value: 'AB123456', subject: 'cust_1' }]);
const number = async (token: string): Promise<string> => (await app.reveal(token, { type: 'card', purpose: 'billing' })).number;
const code = shown[0]?.error?.code;
const refused: unknown = await app.detokenize([email.token], { purpose: 'marketing' }).catch((error: unknown) => error);
if (!(refused instanceof LetheError)) throw new Error('not refused');
if (refused.code === 'purpose_not_allowed') console.log(refused.code, refused.kind);
for (const one of shown) if ('value' in one) console.log(one.type, JSON.stringify(one.value));
console.log(masked, typeof wrong, typeof own, typeof number, code ?? 'shown', readFileSync('package.json', 'utf8').length > 0);
`;

test('a strict program compiles against it, by each way of finding modules, and any Node from 20 on runs it', async () => {
  await writeFile(join(shop, 'app.mts'), APP);
  const strict = [
    ...['--strict', '--noUncheckedIndexedAccess', '--exactOptionalPropertyTypes', '--target', 'es2022'],
    ...['--types', 'node', '--typeRoots', join(root, 'node_modules/@types'), '--allowJs', '--outDir', 'built'],
  ];
  const tsc = join(root, 'node_modules/@typescript/native/bin/tsc');
  const compile = (...how: string[]) =>
    run(process.execPath, [tsc, ...strict, ...how, 'app.mts'], { cwd: shop }).catch(({ stdout }) =>
      expect(stdout).toBe(''),
    );
  await compile('--module', 'node16', '--moduleResolution', 'node16');
  await compile('--module', 'esnext', '--moduleResolution', 'bundler', '--noEmit');
  const { stdout } = await run('node', ['built/app.mjs'], { cwd: shop, env });
  expect(stdout.trim().split('\n')).toEqual([
    'purpose_not_allowed refused',
    'email "jane@example.com"',
    'document {"rate":"1234567890123.123456789","count":3}',
    'j***@example.com function function function shown true',
  ]);
}, 120_000);

test.each(HOW_TOS)('%s: the commands of the page run as they are typed, and print what it says', (page) => {
  const steps = typed.get(page) ?? [];
  expect(steps.length).toBeGreaterThan(0);
  for (const step of steps) if (step.expected !== undefined) expect(step).toSatisfy(matches);
});
