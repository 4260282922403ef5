/**
 * Somebody wants the root key, or wants the holders of its shares to fail: reads everything a sealed server writes and
 * says, gives shares of their own making, and floods it.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import request from 'supertest';
import { expect, onTestFinished, test } from 'vitest';
import { newApp } from '../../src/http/app.ts';
import { newSealedApp } from '../../src/http/serving/sealed.ts';
import { readShare, shareText } from '../../src/keyring/root/share-text.ts';
import { lethe } from '../support/command.ts';
import { everyByte } from '../support/home.ts';
import { startServer } from '../support/server-process.ts';
import { mistyped, sealedAt, splitHome } from '../support/shares.ts';
import { ENGINES } from '../support/stores.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { found, type Haystack, needle } from './needles.ts';

/** A share in every form in which it could be left lying: its line, its groups, its bytes. */
function needlesOf(lines: readonly string[]) {
  return lines.flatMap((line, i) => [
    needle(`share ${i + 1}`, line),
    needle(`share ${i + 1} without hyphens`, line.replaceAll('-', '').slice(6)),
    // Beyond the header, which is the same in every share.
    ...line
      .split('-')
      .slice(4, 11)
      .map((group, g) => needle(`share ${i + 1} group ${g}`, group)),
    needle(`share ${i + 1} bytes`, readShare(line).piece.subarray(0, 16)),
  ]);
}

test.each(ENGINES)('on %s, shares are in no store, file, log, reply or metric', async (engine) => {
  const { home, lines, config } = await splitHome(engine, 5, 3);
  const rootKey = Buffer.from((await readFile(`${home.folder}/keys/root.key`, 'ascii')).trim(), 'hex');
  const { sealed, vault } = await sealedAt(config);
  const logged: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) });
  const app = newSealedApp({ sealed, log, closing: () => false });
  const replies: string[] = [];
  const give = async (share: string) => {
    const reply = await request(app).post('/v1/unseal').send({ share });
    replies.push(reply.text, JSON.stringify(reply.headers));
  };
  const [one = '', two = '', three = '', , five = ''] = lines;
  for (const share of [one, one, mistyped(two, 60), two, shareText({ ...readShare(five), index: 4 })])
    await give(share);

  const places: Haystack = new Map(await everyByte(home));
  // The key file was not deleted: what is looked for must be findable.
  expect(found([needle('root key', rootKey)], places)).toEqual(['root key in keys/root.key']);
  expect(found(needlesOf(lines), places)).toEqual([]);
  await give(three);
  const open = vault();
  if (open === undefined) throw new Error('it did not open');
  replies.push((await request(newApp({ vault: open, log, closing: () => false })).get('/metrics')).text);
  await open.close();

  const after: Haystack = new Map(await everyByte(home));
  after.delete('keys/root.key');
  after.set('log', Buffer.from(logged.join('')));
  after.set('replies', Buffer.from(replies.join('\n')));
  expect(logged).toHaveLength(6);
  expect(found([needle('root key', rootKey), ...needlesOf(lines), needle('typo', mistyped(two, 60))], after)).toEqual(
    [],
  );
});

test('with fewer shares than it takes, nothing a stranger asks shows anything, and what they add counts for nothing', async () => {
  const { lines, config } = await splitHome('sqlite', 5, 3);
  const other = await splitHome('sqlite', 5, 3);
  const { sealed, vault } = await sealedAt(config);
  await sealed.give(lines[0] ?? '');
  await sealed.give(lines[1] ?? '');
  const madeUp = readShare(lines[2] ?? '');
  const tries = [
    ...other.lines,
    shareText({ ...madeUp, piece: Buffer.alloc(33, 7) }),
    shareText({ ...madeUp, index: 5 }),
    shareText({ ...madeUp, threshold: 2 }),
    shareText({ ...readShare(lines[0] ?? ''), index: 3 }),
    lines[0] ?? '',
    lines[1] ?? '',
  ];
  for (const line of tries) {
    await expect(sealed.give(line)).rejects.toMatchObject({ code: expect.stringMatching(/^share_/) });
    expect(sealed.progress).toEqual({ sealed: true, given: 2, needed: 3 });
  }
  expect(vault()).toBeUndefined();
  expect(await sealed.give(lines[2] ?? '')).toMatchObject({ sealed: false });
});

test('a flood of wrong shares does not keep the holders out', async () => {
  const { lines, config } = await splitHome('sqlite', 3, 2);
  const { sealed, vault } = await sealedAt(config);
  const log = pino({ level: 'silent' });
  const app = newSealedApp({ sealed, log, closing: () => false });
  const give = (share: string) => request(app).post('/v1/unseal').send({ share });
  const flood = () =>
    Promise.all(Array.from({ length: 100 }, (_, i) => give(mistyped(lines[0] ?? '', 20 + (i % 40) + (i % 9)))));
  const seen = (await flood()).map(({ status }) => status);
  expect(new Set(seen)).toEqual(new Set([422, 429]));
  const [, first] = await Promise.all([flood(), give(lines[0] ?? '')]);
  expect(first).toMatchObject({ status: 200, body: { given: 1 } });
  const [, second] = await Promise.all([flood(), give(lines[1] ?? '')]);
  expect(second).toMatchObject({ status: 200, body: { sealed: false } });
  expect(vault()).toBeDefined();
});

test('the shares and the root key are in no file a real server leaves behind', async () => {
  const folder = await temporaryFolder();
  onTestFinished(folder.remove);
  const home = join(folder.path, 'home');
  await mkdir(home);
  const run = (...args: string[]) => lethe(home, args);
  await run('init');
  const key = join(folder.path, 'security.key');
  await run('principals', 'add', 'sec', '--role', 'security', '--save', key);
  const out = join(folder.path, 'shares');
  const split = await run('root', 'split', '--shares', '3', '--threshold', '2', '--out', out, '--key-file', key);
  expect(split.code).toBe(0);
  const rootKey = Buffer.from((await readFile(join(home, 'keys/root.key'), 'ascii')).trim(), 'hex');
  const lines = await Promise.all(
    [1, 2, 3].map(async (i) => (await readFile(join(out, `share-${i}.txt`), 'ascii')).split('\n')[1] ?? ''),
  );
  const log = join(folder.path, 'log');
  const server = await startServer(home, { log, env: { LETHE_ROOT_KEY_SHARES: 'true', LETHE_LOG_LEVEL: 'trace' } });
  for (const line of [mistyped(lines[0] ?? '', 50), lines[0] ?? '', lines[0] ?? '', lines[2] ?? '']) {
    await fetch(`${server.url}/v1/unseal`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ share: line }),
    });
  }
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  expect(await server.end()).toBe(0);
  const { filesUnder } = await import('./needles.ts');
  const places = await filesUnder(home);
  places.delete('keys/root.key');
  places.set('log', Buffer.concat([await readFile(log), await readFile(`${log}.err`)]));
  places.set('split', Buffer.from(split.out + split.err));
  expect(found([needle('root key', rootKey), ...needlesOf(lines)], places)).toEqual([]);
}, 60_000);
