/** Places that never answer, and what is said of them. */
import { readdir } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import { makeFolder } from '../../src/make-folder.ts';
import { lethe } from '../support/command.ts';
import { temporaryFolder } from '../support/temporary.ts';

async function home() {
  const { path, remove } = await temporaryFolder();
  onTestFinished(remove);
  return path;
}

test('folders are made with those above them, and what is there already is left', async () => {
  const path = await home();
  expect(await makeFolder(`${path}/a/b/c`)).toBe(`${path}/a`);
  expect(await makeFolder(`${path}/a/b/d`)).toBe(`${path}/a/b/d`);
  expect(await makeFolder(`${path}/a/b/c`)).toBeUndefined();
  expect(await Promise.all([1, 2, 3].map(() => makeFolder(`${path}/x/y/z`)))).toContain(`${path}/x`);
});

test.skipIf(process.platform !== 'linux')(
  'a place that takes no folder is refused, and holds up nothing',
  async () => {
    await expect(makeFolder('/proc/lethe/slot')).rejects.toMatchObject({ code: 'ENOENT' });
    const path = await home();
    await lethe(path, ['init']);
    await lethe(path, ['principals', 'add', 'officer', '--role', 'security', '--save', `${path}/security.key`]);
    const slots = (...args: string[]) => lethe(path, ['keys', 'slots', ...args, '--key-file', `${path}/security.key`]);
    expect((await slots('add', 'proc', '--kind', 'file', '--path', '/proc/lethe/slot')).code).toBe(1);
    expect(await slots('add', 'disk', '--kind', 'file', '--path', `${path}/disk`)).toMatchObject({ code: 0 });
    const backup = await lethe(path, ['backup', '/proc/lethe', '--key-file', `${path}/security.key`]);
    expect(backup).toMatchObject({ code: 1, err: expect.stringContaining('store_unavailable') });
  },
  60_000,
);

test('a restore into a home without a root key says that a backup is proven by it', async () => {
  const [path, empty] = [await home(), await home()];
  await lethe(path, ['init']);
  await lethe(path, ['principals', 'add', 'officer', '--role', 'security', '--save', `${path}/security.key`]);
  await lethe(path, ['backup', `${path}/backups`, '--key-file', `${path}/security.key`]);
  const restored = await lethe(empty, ['restore', `${path}/backups`, '--store', 'keys']);
  expect(restored).toMatchObject({ code: 1, err: expect.stringContaining('A backup is proven by the root key') });
  expect(restored.err).not.toContain('sealed under it');
  const none = await lethe(empty, ['restore', empty, '--store', 'keys']);
  expect(none).toMatchObject({ code: 1, err: expect.stringContaining('no finished backup of this store') });
  expect(await readdir(empty)).toEqual([]);
}, 60_000);

test('`--version` says the release, and `status` the release and the schema', async () => {
  const path = await home();
  expect((await lethe(path, ['--version'])).out).toMatch(/^\d+\.\d+\.\d+(-dev)?\n$/);
  await lethe(path, ['init']);
  const { out } = await lethe(path, ['status']);
  expect(out).toMatch(/^release {14}\d+\.\d+\.\d+(-dev)?$/m);
  expect(out).toMatch(/^key store {12}sqlite, reachable, schema \d{4}-[\w-]+$/m);
}, 60_000);
