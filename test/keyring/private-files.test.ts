/** The vault starts only where nobody but its user can read or exchange its keys, and says what to run where it does not. */
import { execFileSync } from 'node:child_process';
import { chmod, chown, cp, mkdir, mkdtemp, rename, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { pooledRandom } from '../../src/crypto/random.ts';
import { secretOf } from '../../src/keyring/slots/slot-secrets.ts';
import { openVault } from '../../src/vault/open-vault.ts';
import { openSealed } from '../../src/vault/sealed.ts';
import type { VaultOptions } from '../../src/vault/vault.ts';
import { lethe } from '../support/command.ts';
import { freshHome, type Home } from '../support/home.ts';
import { failToStart } from '../support/server-process.ts';
import { temporaryFolder } from '../support/temporary.ts';

const hasModes = process.geteuid !== undefined;
const isRoot = process.geteuid?.() === 0;

async function homeWithKeys(): Promise<Home> {
  const home = await freshHome('sqlite');
  await (await home.open()).close();
  return home;
}

async function refusalOf(
  { config }: Home,
  over: Partial<Home['config']> = {},
  options: VaultOptions = {},
): Promise<string> {
  return openVault({ ...config, ...over }, options).then(
    async (vault) => {
      await vault.close();
      return 'opened';
    },
    ({ code, message }) => `${code}: ${message}`,
  );
}

/** The commands that a refusal says. */
function commandsIn(refusal: string): string {
  return /Run: (.*?)\. If somebody/.exec(refusal)?.[1] ?? '';
}

describe.skipIf(!hasModes)('where there are modes', () => {
  test.each([
    ['keys', 0o777],
    ['keys', 0o770],
    ['keys', 0o1777],
    ['keys', 0o702],
    ['keys/epochs', 0o777],
    ['keys/root.key', 0o604],
    ['keys/root.key', 0o640],
    ['keys/root.key', 0o622],
    ['keys/admin.key', 0o644],
    ['keys/epochs/epoch-000001.key', 0o640],
    ['keys/epochs/epoch-000001.key', 0o602],
    ['.', 0o777],
  ])('%s of mode %o is refused, and opens once what the refusal says was run', async (name, mode) => {
    const home = await homeWithKeys();
    const path = join(home.folder, name);
    await chmod(path, mode);
    const refusal = await refusalOf(home);
    expect(refusal).toMatch(/^cannot_start: Key material is open to others: /);
    expect(refusal).toContain(`${path} (mode ${mode.toString(8)})`);
    expect((await stat(path)).mode & 0o7777).toBe(mode);

    execFileSync('sh', ['-c', commandsIn(refusal)]);
    expect(await refusalOf(home)).toBe('opened');
  });

  test('a vault’s folder in journal/ is looked at as journal/ is', async () => {
    const home = await homeWithKeys();
    const path = `${home.folder}/keys/journal/vlt_01`;
    await mkdir(path, { recursive: true });
    await chmod(path, 0o770);
    expect(commandsIn(await refusalOf(home))).toBe(`chmod 700 ${path}`);
  });

  test('everything at fault is said at once', async () => {
    const home = await homeWithKeys();
    await chmod(`${home.folder}/keys`, 0o777);
    await chmod(`${home.folder}/keys/root.key`, 0o666);
    const commands = `chmod 700 ${home.folder}/keys && chmod 600 ${home.folder}/keys/root.key`;
    expect(commandsIn(await refusalOf(home))).toBe(commands);
  });

  test('what a crash left of a key file counts as one', async () => {
    const home = await homeWithKeys();
    await writeFile(`${home.folder}/keys/epochs/epoch-000002.key.0123abcd.new`, 'left', { mode: 0o644 });
    expect(await refusalOf(home)).toContain('epoch-000002.key.0123abcd.new (mode 644)');
  });

  test.each([
    ['keys', 0o755],
    ['keys', 0o700],
    ['keys/epochs', 0o755],
    ['keys/root.key', 0o400],
    ['.', 0o775],
    ['.', 0o1777],
  ])('%s of mode %o is taken', async (name, mode) => {
    const home = await homeWithKeys();
    await chmod(join(home.folder, name), mode);
    expect(await refusalOf(home)).toBe('opened');
  });

  test('a folder without keys that its group may change, as a clone makes it, is closed; one that all may is refused', async () => {
    const home = await freshHome('sqlite');
    const keys = `${home.folder}/keys`;
    await mkdir(keys);
    await writeFile(`${keys}/README.md`, 'the ceremonies');
    await chmod(keys, 0o777);
    expect(await refusalOf(home, {}, { mayMake: true })).toContain(`${keys} (mode 777)`);
    await chmod(keys, 0o775);
    expect(await refusalOf(home, {}, { mayMake: true })).toBe('opened');
    expect((await stat(keys)).mode & 0o777).toBe(0o700);
  });

  test('a name that a shell would read is quoted', async () => {
    const folder = await mkdtemp(join(tmpdir(), "lethe test's-"));
    onTestFinished(() => void execFileSync('rm', ['-r', folder]));
    const home = await homeWithKeys();
    await cp(`${home.folder}/keys`, `${folder}/keys`, { recursive: true });
    await chmod(`${folder}/keys`, 0o777);
    execFileSync('sh', ['-c', commandsIn(await refusalOf(home, { keysPath: `${folder}/keys` }))]);
    expect((await stat(`${folder}/keys`)).mode & 0o777).toBe(0o700);
  });

  describe('a root key elsewhere', () => {
    /** As Kubernetes mounts a secret: links to a folder that is exchanged whole, on a file system of its own. */
    async function mounted(mode: number): Promise<{ home: Home; path: string }> {
      const [home, mount] = [await homeWithKeys(), await temporaryFolder()];
      onTestFinished(mount.remove);
      await mkdir(`${mount.path}/..2026`);
      await rename(`${home.folder}/keys/root.key`, `${mount.path}/..2026/root.key`);
      await symlink('..2026', `${mount.path}/..data`);
      await symlink('..data/root.key', `${mount.path}/root.key`);
      await chmod(`${mount.path}/..2026/root.key`, mode);
      await chmod(mount.path, 0o1777);
      return { home, path: `${mount.path}/root.key` };
    }

    test.each([0o400, 0o440, 0o640])('of mode %o is taken, through links too', async (mode) => {
      const { home, path } = await mounted(mode);
      expect(await refusalOf(home, { rootKey: { from: 'file', path } })).toBe('opened');
    });

    test.each([0o444, 0o644, 0o660])('of mode %o is refused', async (mode) => {
      const { home, path } = await mounted(mode);
      const refusal = await refusalOf(home, { rootKey: { from: 'file', path } });
      expect(commandsIn(refusal)).toBe(`chmod g-w,o= ${path}`);
    });

    test('in a folder in which everybody may exchange it is refused, also where only its link lies there', async () => {
      const { home, path } = await mounted(0o400);
      await chmod(join(path, '..'), 0o777);
      expect(commandsIn(await refusalOf(home, { rootKey: { from: 'file', path } }))).toBe(
        `chmod o-w ${join(path, '..')}`,
      );
    });
  });

  test.skipIf(!isRoot)('what belongs to another user is refused, unless that is root, or root asks', async () => {
    const home = await homeWithKeys();
    const file = `${home.folder}/keys/root.key`;
    await chown(file, 4711, 4711);
    expect(await refusalOf(home)).toBe('opened');
    const user = vi.spyOn(process as Required<typeof process>, 'geteuid').mockReturnValue(4712);
    onTestFinished(() => user.mockRestore());
    const refusal = await refusalOf(home);
    expect(refusal).toContain(`${file} (it belongs to user 4711)`);
    expect(commandsIn(refusal)).toBe(`chown 4712 ${file}`);
    await chown(file, 0, 0);
    expect(await refusalOf(home)).toBe('opened');
  });

  test('the file of a slot’s PIN or token that all may read is not read', async () => {
    const folder = await temporaryFolder();
    onTestFinished(folder.remove);
    const path = `${folder.path}/pin`;
    await writeFile(path, '471147\n', { mode: 0o644 });
    const secrets = { hsmPin: { from: 'file', path: `${folder.path}/{slot}` } } as const;
    await expect(secretOf(secrets, 'hsmPin', 'pin')).rejects.toMatchObject({
      code: 'key_unavailable',
      message: expect.stringContaining('open to others'),
    });
    await chmod(path, 0o640);
    expect(await secretOf(secrets, 'hsmPin', 'pin')).toBe('471147');
  });

  test('a server that waits for shares looks, too', async () => {
    const home = await homeWithKeys();
    await chmod(`${home.folder}/keys`, 0o777);
    const config = { ...home.config, rootKey: { from: 'shares' } } as const;
    await expect(openSealed(config, { random: pooledRandom(), opened: () => {} })).rejects.toMatchObject({
      message: expect.stringMatching(/^Key material is open to others/),
    });
  });

  test('server and command say it and end', async () => {
    const folder = await temporaryFolder();
    onTestFinished(folder.remove);
    const home = folder.path;
    expect((await lethe(home, ['init'])).code).toBe(0);
    await chmod(`${home}/keys`, 0o777);
    const refusal = `Key material is open to others: ${home}/keys (mode 777). Run: chmod 700 ${home}/keys. `;
    const command = await lethe(home, ['status']);
    expect([command.code, command.err]).toEqual([1, expect.stringContaining(refusal)]);
    const server = await failToStart(home, { log: `${home}/log` });
    expect([server.code, server.said]).toEqual([1, expect.stringContaining(refusal)]);
  });
});
