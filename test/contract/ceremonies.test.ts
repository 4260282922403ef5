/** The ceremonies of the root key as people run them: the commands themselves, on a home of their own. */
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { askHidden } from '../../src/cli/hidden-prompt.ts';
import { lethe } from '../support/command.ts';
import { startServer } from '../support/server-process.ts';
import { mistyped } from '../support/shares.ts';
import { temporaryFolder } from '../support/temporary.ts';

async function newHome() {
  const folder = await temporaryFolder();
  onTestFinished(folder.remove);
  const home = join(folder.path, 'home');
  await mkdir(home);
  const run = (...args: string[]) => lethe(home, args);
  expect(await run('init')).toMatchObject({ code: 0 });
  const key = join(folder.path, 'security.key');
  expect(await run('principals', 'add', 'sec', '--role', 'security', '--save', key)).toMatchObject({ code: 0 });
  const security = ['--key-file', key];
  return { folder: folder.path, home, run, security };
}

test('split into files, the key file deleted, the server unsealed by three people, the vault used by a command', async () => {
  const { folder, home, run, security } = await newHome();
  const out = join(folder, 'shares');

  const split = await run('root', 'split', '--shares', '5', '--threshold', '3', '--out', out, ...security);
  expect(split).toMatchObject({ code: 0, err: '' });
  expect(split.out).toMatch(/any 3 of 5 shares/);
  expect(split.out).toContain(join(home, 'keys/root.key'));
  expect(split.out).not.toMatch(/LETHE1-/);
  const names = (await readdir(out)).sort();
  expect(names).toEqual([1, 2, 3, 4, 5].map((i) => `share-${i}.txt`));
  for (const name of names) {
    expect((await stat(join(out, name))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(out, name), 'ascii')).toMatch(
      /^# Lethe, root key, share \d of 5\nLETHE1(-[0-9A-Z]{8}){11}\n$/,
    );
  }
  await rm(join(home, 'keys/root.key'));

  const env = { LETHE_ROOT_KEY_SHARES: 'true' };
  const server = await startServer(home, { log: join(folder, 'log'), env });
  const give = (...args: string[]) => lethe('/nonexistent', ['unseal', '--url', server.url, ...args]);
  const file = (i: number) => join(out, `share-${i}.txt`);
  expect(await give('--share-file', file(4))).toMatchObject({ code: 0, out: expect.stringMatching(/1 of 3\. 2 more/) });
  expect(await give('--share-file', file(4))).toMatchObject({
    code: 1,
    err: expect.stringMatching(/\(share_repeated\)/),
  });
  const second = await readFile(file(2), 'ascii');
  const typo = mistyped(second, second.indexOf('LETHE1') + 30);
  expect(await lethe('/nonexistent', ['unseal', '--url', server.url], { input: typo })).toMatchObject({
    code: 1,
    err: expect.stringMatching(/\(share_typo\)/),
  });
  expect(await lethe('/nonexistent', ['unseal', '--url', server.url], { input: second })).toMatchObject({ code: 0 });
  expect(await give('--share-file', file(5))).toMatchObject({ code: 0, out: 'The vault is open.\n' });
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  expect(await give('--share-file', file(1))).toMatchObject({ code: 0, out: 'The vault is open.\n' });
  expect(await server.end()).toBe(0);

  const shares = [1, 3, 5].flatMap((i) => ['--share-file', file(i)]);
  expect(await lethe(home, ['status', ...security, ...shares], { env })).toMatchObject({
    code: 0,
    out: expect.stringMatching(/record store +sqlite, reachable/),
  });
  const few = await lethe(home, ['status', ...security, ...shares.slice(0, 4)], { env });
  expect(few).toMatchObject({ code: 1, err: expect.stringMatching(/Share 3 of the 3 .*no terminal/) });
  const doubled = await lethe(home, ['status', ...security, '--share-file', file(1), ...shares], { env });
  expect(doubled).toMatchObject({ code: 1, err: expect.stringMatching(/share_repeated/) });
  expect(await lethe(home, ['init', ...shares], { env })).toMatchObject({
    code: 0,
    out: expect.stringMatching(/opens with these shares[\s\S]*-- serve\n[\s\S]*-- unseal\n$/),
  });
  const none = await lethe(home, ['init'], { env });
  expect(none).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/Share 1 of the 3 .*no terminal/) });
}, 60_000);

test('a splitting that is refused makes no share, and leaves the set before in force', async () => {
  const { folder, run, security } = await newHome();
  const split = (out: string, ...more: string[]) =>
    run('root', 'split', '--shares', '3', '--threshold', '2', '--out', join(folder, out), ...more);
  expect(await split('mine')).toMatchObject({ code: 1, err: expect.stringMatching(/\(not_allowed\)/) });
  expect(await readdir(join(folder, 'mine'))).toEqual([]);
  expect(await run('root', 'split', '--shares', '3', '--threshold', '2', ...security)).toMatchObject({
    code: 1,
    err: expect.stringMatching(/name a folder with --out/),
  });
  await mkdir(join(folder, 'full'));
  await writeFile(join(folder, 'full/share-1.txt'), 'mine');
  expect(await split('full', ...security)).toMatchObject({ code: 1, err: expect.stringMatching(/not empty/) });
  expect(await readFile(join(folder, 'full/share-1.txt'), 'ascii')).toBe('mine');
  const wrong = ['root', 'split', '--shares', '3', '--threshold', '1', '--out', join(folder, 'none'), ...security];
  expect(await run(...wrong)).toMatchObject({ code: 1, err: expect.stringMatching(/\(invalid_share_count\)/) });
}, 60_000);

test('a share crosses no network in the clear unless somebody says so', async () => {
  for (const [url, said] of [
    ['http://vault.example.com', /--plain-http/],
    ['ftp://127.0.0.1', /https only/],
    ['nonsense', /must be a URL/],
    ['http://127.0.0.1:1', /No vault answers/],
  ] as const) {
    const ran = await lethe('/nonexistent', ['unseal', '--url', url], { input: 'LETHE1-X' });
    expect([url, ran.code, said.test(ran.err)]).toEqual([url, 1, true]);
    expect(ran.err + ran.out).not.toContain('LETHE1');
  }
}, 60_000);

test('a share goes to the vault, also where a proxy has it under a path', async () => {
  const asked: (string | undefined)[] = [];
  const proxy = createServer((request, response) => {
    asked.push(request.url);
    response.setHeader('Content-Type', 'application/json').end('{"sealed":true,"given":1,"needed":2}');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void proxy.close());
  const { port } = proxy.address() as AddressInfo;
  for (const path of ['', '/', '/vault', '/a/vault/?x#y']) {
    const ran = await lethe('/nonexistent', ['unseal', '--url', `http://127.0.0.1:${port}${path}`], {
      input: 'LETHE1-X',
    });
    expect([path, ran.code, ran.out]).toEqual([path, 0, expect.stringContaining('1 of 2')]);
  }
  expect(asked).toEqual(['/v1/unseal', '/v1/unseal', '/vault/v1/unseal', '/a/vault/v1/unseal']);
}, 60_000);

test('a hidden prompt takes a line and shows none of it', async () => {
  let read: (chunk: string) => void = () => {};
  const raw: boolean[] = [];
  let shown = '';
  const input = {
    isTTY: true,
    setRawMode: (mode: boolean) => raw.push(mode),
    on: (_: string, listener: typeof read) => {
      read = listener;
    },
    ...{ off: () => {}, resume: () => {}, pause: () => {}, setEncoding: () => {} },
  };
  const output = { write: (text: string) => (shown += text) };
  const ask = () => askHidden('Share: ', { input, output } as never);

  const line = ask();
  for (const chunk of ['LETHE1-', 'abX', '\u007f', 'c\rrest']) read(chunk);
  expect(await line).toBe('LETHE1-abc');
  expect([shown, raw]).toEqual(['Share: \n', [true, false]]);

  const broken = ask();
  read('LETHE1\u0003');
  await expect(broken).rejects.toMatchObject({ code: 'cannot_start' });
  expect(raw).toEqual([true, false, true, false]);
  await expect(askHidden('Share: ', { input: { ...input, isTTY: false }, output } as never)).rejects.toThrow(
    /no terminal/,
  );
});

test('the root key is replaced by one in a file, then by one in shares; only the last opens the vault', async () => {
  const { folder, home, run, security } = await newHome();
  const fresh = join(folder, 'fresh/root.key');
  expect(await run('root', 'replace', ...security)).toMatchObject({
    code: 1,
    err: expect.stringMatching(/--new-key-file/),
  });
  const replaced = await run('root', 'replace', '--new-key-file', fresh, ...security);
  expect(replaced).toMatchObject({
    code: 0,
    err: expect.stringMatching(/^make_secret[\s\S]*\ncompleted\n$/),
    out: expect.stringMatching(/The root key is replaced/),
  });
  expect((await stat(fresh)).mode & 0o777).toBe(0o600);
  expect(await run('status', ...security)).toMatchObject({ code: 1, err: expect.stringMatching(/not the root key/) });
  const env = { LETHE_ROOT_KEY_FILE: fresh };
  expect(await lethe(home, ['status', ...security], { env })).toMatchObject({ code: 0 });

  const out = join(folder, 'shares');
  const args = ['root', 'replace', '--shares', '3', '--threshold', '2', '--out', out, ...security];
  expect(await lethe(home, args, { env })).toMatchObject({ code: 0 });
  expect(await lethe(home, ['status', ...security], { env })).toMatchObject({ code: 1 });
  const shares = [1, 3].flatMap((i) => ['--share-file', join(out, `share-${i}.txt`)]);
  const withShares = { env: { LETHE_ROOT_KEY_SHARES: 'true' } };
  expect(await lethe(home, ['status', ...security, ...shares], withShares)).toMatchObject({
    code: 0,
    out: expect.stringMatching(/epoch +3/),
  });
}, 60_000);
