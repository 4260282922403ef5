/**
 * The ceremonies of `keys/README.md`, typed as they stand into one terminal, on one vault that is served for real.
 *
 * Comments in the document say what happens between two blocks, for what nobody types there:
 *   <!-- server: stop -->  <!-- server: start -->   with the settings exported in the terminal so far
 *   <!-- server: refuses WORD -->                   it does not start, and says WORD
 *   <!-- meanwhile: erase -->                       a customer is erased
 *   <!-- meanwhile: revoke -->                      a principal that was there before is revoked
 * The addresses of the document, `localhost:7300` and `/mnt/`, are put elsewhere. `npm run -s lethe --` is typed
 * without npm, which `readme.test.ts` types.
 */

import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { nodeEnv } from '../support/node-env.ts';
import { DECLARATION } from '../support/purposes.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { openTerminal } from '../support/terminal.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const readme = await readFile(join(root, 'keys/README.md'), 'utf8');

/** What of the API's replies is looked at. */
interface Reply {
  readonly apiKey: string;
  readonly principal: string;
  readonly revokedAt: string;
  readonly erasure: string;
  readonly state: string;
  readonly results: { readonly token: string }[];
}

type Step = { readonly section: string } & (
  | { readonly type: string }
  | { readonly server: string }
  | { readonly meanwhile: string }
);

/** Blocks and comments, in the order of the document. */
function stepsOf(document: string): Step[] {
  return document.split(/^## /m).flatMap((text) => {
    const section = text.slice(0, text.indexOf('\n'));
    return [...text.matchAll(/^```sh\n([\s\S]*?)^```|^<!-- (server|meanwhile): (.*?) -->/gm)].map(
      ([, type, who, what = '']) =>
        (type === undefined ? { section, [who as string]: what } : { section, type }) as Step,
    );
  });
}

async function openWorld() {
  const { path: folder, remove } = await temporaryFolder();
  onTestFinished(remove);
  for (const name of ['a', 'b', 'safe', 'usb']) await mkdir(join(folder, 'mnt', name), { recursive: true });
  const log = join(folder, 'server.log');
  const type = openTerminal(folder, { ...nodeEnv, HOME: folder, ERASURE: '' });
  let server: ServerProcess | undefined;
  let url = '';
  onTestFinished(async () => {
    await server?.end('SIGKILL');
  });
  const start = async () => {
    const settings = (await type('env')).split('\n').filter((line) => line.startsWith('LETHE_'));
    const pairs = settings.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
    server = await startServer(folder, { log, env: Object.fromEntries(pairs) });
    url = server.url;
  };
  const call = async (apiKey: string, path: string, body: unknown, method = 'POST') => {
    const headers = { Authorization: `Bearer ${apiKey}`, 'Content-Type': 'application/json' };
    const reply = await fetch(`${url}${path}`, { method, headers, body: JSON.stringify(body) });
    return (await reply.json()) as Reply;
  };
  return {
    folder,
    start,
    call,
    stop: async () => {
      await server?.end();
      server = undefined;
    },
    type: (block: string) =>
      type(block.replaceAll('localhost:7300', new URL(url).host).replaceAll('/mnt/', `${folder}/mnt/`)),
  };
}

test('every ceremony runs as it is typed: what lives opens at the end, and the erased stay erased', async () => {
  const world = await openWorld();
  await world.start();
  const admin = (await readFile(join(world.folder, 'keys/admin.key'), 'ascii')).trim();
  await world.call(admin, '/v1/purposes/billing', DECLARATION, 'PUT');
  const { apiKey } = await world.call(admin, '/v1/principals', { name: 'shop', role: 'app', purposes: ['billing'] });
  const items = ['kept', 'first', 'second', 'third'].map((subject) => ({
    ...{ type: 'email', value: `${subject}@example.com`, subject },
  }));
  const { results } = await world.call(apiKey, '/v1/tokenize', { items });
  const tokens = results.map(({ token }) => token);
  const erased: string[] = [];
  const erase = async () => {
    const ref = items[erased.length + 1]?.subject as string;
    const receipt = await world.call(apiKey, '/v1/erasures', { ref });
    expect(receipt.state).toBe('completed');
    erased.push(ref);
    return receipt.erasure;
  };
  const leaver = await world.call(admin, '/v1/principals', { name: 'leaver', role: 'app' });
  const revoke = async () => {
    const reply = await world.call(admin, `/v1/principals/${leaver.principal}`, {}, 'DELETE');
    expect(reply.revokedAt).toBeDefined();
  };
  /** What each of the four answers now. */
  const opens = async () => {
    const reply = await world.call(apiKey, '/v1/detokenize', { tokens, purpose: 'billing' });
    const expected = items.map(({ subject, value }) =>
      erased.includes(subject) ? { error: { code: 'record_erased' } } : { value },
    );
    expect(reply.results).toMatchObject(expected);
  };
  const tenant = await world.call(admin, '/v1/tenants', { name: 'shop-eu' });
  await world.type(`ERASURE=${await erase()}`);

  const said: Record<string, string> = {};
  for (const step of stepsOf(readme)) {
    if ('type' in step) said[step.section] = `${said[step.section] ?? ''}${await world.type(step.type)}`;
    else if ('meanwhile' in step) await (step.meanwhile === 'revoke' ? revoke() : erase());
    else if (step.server === 'start') await world.start();
    else if (step.server === 'stop') await world.stop();
    else await expect(world.start()).rejects.toThrow(step.server.replace('refuses ', ''));
    expect(said[step.section] ?? '', step.section).not.toMatch(/\[failed|^lethe:/m);
    if ('server' in step && step.server === 'start' && step.section !== 'Splitting the root key') await opens();
  }
  await opens();
  expect(erased).toEqual(['first', 'second', 'third']);

  expect(said['Rotation: closing an epoch']).toMatch(/rotate_epoch {2}completed[\s\S]*epoch secret .* destroyed/);
  expect(said['Rotation: closing an epoch']).toMatch(/Erased: 1 record[\s\S]*Signature: right/);
  expect(said['Rotating an index key']).toMatch(/from 1, to 2.*waiting 0/);
  expect(said['A second root slot']).toMatch(/usb {2}required {2}ok[\s\S]*usb is removed\. Destroyed in it: epoch/);
  expect(said.Drill).toMatch(/stay_dead[\s\S]*The backups work/);
  expect(said['Restore and recover']).toContain('Revoked again: 1 principals and 0 tokens.');
  expect(await world.call(leaver.apiKey, '/v1/tokenize', { items })).toMatchObject({ status: 401 });
  expect(said['Restore and recover']).toMatch(/The vault can start[\s\S]*The vault can start/);
  expect(said.Unsealing).toMatch(/1 of 3[\s\S]*2 of 3[\s\S]*The vault is open[\s\S]*"ready"/);
  expect(said['Replacing the root key']).toContain('The root key is replaced');
  expect(said['Compromise: an epoch was stolen']).toMatch(/Sealed anew: [1-9]/);
  expect(await readFile(join(world.folder, 'exposed.tsv'), 'utf8')).toContain(tokens[0]);
  expect(said['Erasing a tenant']).toMatch(/is erased since/);
  expect(await world.call(tenant.apiKey, '/v1/tokenize', { items })).toMatchObject({ status: 401 });
  await expect(stat(join(world.folder, 'keys/root.key'))).rejects.toThrow();
}, 240_000);
