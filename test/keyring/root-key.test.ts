/** The root key: brought from outside in one of three ways; a vault opens with its own and with no other. */
import { chmod, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { pooledRandom } from '../../src/crypto/random.ts';
import { StartError } from '../../src/errors.ts';
import { loadRootKey } from '../../src/keyring/root/root-key.ts';
import type { RootKeySource } from '../../src/keyring/settings.ts';
import { appOf, freshHome, type Home, rowsOf } from '../support/home.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { tokenize } from '../support/tokenize.ts';

const KEY = Buffer.alloc(32, 0x5a);
const sources = (
  home: Home,
): Record<Exclude<RootKeySource['from'], 'shares'>, [right: RootKeySource, wrong: RootKeySource]> => ({
  file: [
    { from: 'file', path: `${home.folder}/keys/root.key` },
    { from: 'file', path: `${home.folder}/other.key` },
  ],
  environment: [
    { from: 'environment', key: Buffer.from(KEY) },
    { from: 'environment', key: Buffer.alloc(32, 0x5b) },
  ],
  passphrase: [
    { from: 'passphrase', passphrase: 'correct horse battery', saltPath: `${home.folder}/keys/root.salt` },
    { from: 'passphrase', passphrase: 'correct horse battery!', saltPath: `${home.folder}/keys/root.salt` },
  ],
});
const stateOf = async (home: Home) => [await rowsOf(home.recordStoreUrl), await rowsOf(home.keyStoreUrl)];

async function refusal(opening: Promise<unknown>): Promise<StartError> {
  const error: unknown = await opening.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(StartError);
  return error as StartError;
}

const WAYS = [
  ['sqlite', 'file'],
  ['sqlite', 'environment'],
  ['sqlite', 'passphrase'],
  ['postgres', 'file'],
] as const;
test.each(WAYS)(
  'on %s, a vault made with a root key from the %s opens with it again, and refuses another with nothing changed',
  async (engine, from) => {
    const home = await freshHome(engine);
    const [right, wrong] = sources(home)[from];
    await writeFile(`${home.folder}/other.key`, `${'5b'.repeat(32)}\n`, { mode: 0o600 });
    const first = await home.open({ rootKey: right });
    const app = await appOf(first, home);
    const { results } = await tokenize(first, app, { items: [{ type: 'email', value: 'ada@example.com' }] });
    await first.close();
    const before = await stateOf(home);

    const error = await refusal(home.open({ rootKey: wrong }));
    expect(error.message).toMatch(/not the root key of this vault/);
    expect(await stateOf(home)).toEqual(before);

    const again = await home.open({ rootKey: right });
    const shown = await home.reveal(again, results[0]?.token ?? '');
    expect(shown).toBe('ada@example.com');
  },
);

test('the source’s own bytes are never the ones the vault wipes at its end', async () => {
  const home = await freshHome('sqlite');
  const source = sources(home).environment[0] as { key: Buffer } & RootKeySource;
  const vault = await home.open({ rootKey: source });
  await vault.close();

  expect(source.key).toEqual(KEY);
});

describe('a key file', () => {
  const random = pooledRandom();
  const fresh = async () => {
    const folder = await temporaryFolder();
    onTestFinished(folder.remove);
    return `${folder.path}/keys/root.key`;
  };

  test('is made once, in a folder and with a mode for its owner alone, as one line of hexadecimal digits', async () => {
    const path = await fresh();
    const key = await loadRootKey({ from: 'file', path }, random, true);

    expect(await readFile(path, 'ascii')).toBe(`${key.toString('hex')}\n`);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(path))).mode & 0o777).toBe(0o700);
    expect(await loadRootKey({ from: 'file', path }, random, true)).toEqual(key);
    expect(await loadRootKey({ from: 'file', path }, random, false)).toEqual(key);
  });

  test('made by many at once is one key for all of them, and the one in the file', async () => {
    for (let round = 0; round < 10; round += 1) {
      const path = await fresh();
      const keys = await Promise.all(
        Array.from({ length: 8 }, () => loadRootKey({ from: 'file', path }, random, true)),
      );

      const stored = (await readFile(path, 'ascii')).trim();
      expect(new Set(keys.map((key) => key.toString('hex')))).toEqual(new Set([stored]));
    }
  });

  test('that is missing is not made for a vault that holds something', async () => {
    const path = await fresh();
    const error = await refusal(loadRootKey({ from: 'file', path }, random, false));

    expect(error.message).toMatch(/missing/);
    await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test.each([
    ['nothing', ''],
    ['31 bytes', '5a'.repeat(31)],
    ['33 bytes', '5a'.repeat(33)],
    ['no hexadecimal digits', 'z'.repeat(64)],
    ['a key and something after it', `${'5a'.repeat(32)} and more`],
    ['base64', Buffer.alloc(32, 0x5a).toString('base64')],
  ])('that holds %s is refused, and not quoted', async (_, text) => {
    const path = await fresh();
    await loadRootKey({ from: 'file', path }, random, true);
    await writeFile(path, text);

    const error = await refusal(loadRootKey({ from: 'file', path }, random, true));

    expect(error.message).not.toMatch(/5a5a|zzz|Wlpa/);
    expect(await readFile(path, 'ascii')).toBe(text);
  });

  test('that cannot be read is refused', async () => {
    const path = await fresh();
    await loadRootKey({ from: 'file', path }, random, true);
    await rm(path);
    const { mkdir } = await import('node:fs/promises');
    await mkdir(path);

    expect((await refusal(loadRootKey({ from: 'file', path }, random, true))).message).toMatch(/EISDIR/);
  });
});

test('a vault that has data does not start without its root key file, its salt, or its epoch secret', async () => {
  const home = await freshHome('sqlite');
  const passphrase = sources(home).passphrase[0];
  await (await home.open({ rootKey: passphrase })).close();
  const before = await stateOf(home);
  const without = async (name: string, rootKey: RootKeySource) => {
    await rename(`${home.folder}/keys/${name}`, `${home.folder}/aside`);
    const error = await refusal(home.open({ rootKey }));
    await expect(stat(`${home.folder}/keys/${name}`)).rejects.toMatchObject({ code: 'ENOENT' });
    await rename(`${home.folder}/aside`, `${home.folder}/keys/${name}`);
    return error.message;
  };

  expect(await without('root.salt', passphrase)).toMatch(/salt file is missing/);
  expect(await without('epochs/epoch-000001.key', passphrase)).toMatch(/secret of epoch 1/);
  expect((await refusal(home.open({ rootKey: sources(home).file[0] }))).message).toMatch(/root key file is missing/);
  expect(await stateOf(home)).toEqual(before);
});

test('a vault does not start on a damaged epoch secret', async () => {
  const home = await freshHome('sqlite');
  await (await home.open()).close();
  const before = await stateOf(home);
  const path = `${home.folder}/keys/epochs/epoch-000001.key`;
  const right = await readFile(path);
  await chmod(path, 0o600);
  for (const damaged of [
    Buffer.alloc(0),
    right.subarray(0, 59),
    Buffer.concat([right.subarray(0, 59), Buffer.of(0)]),
  ]) {
    await writeFile(path, damaged);
    await expect(home.open()).rejects.toMatchObject({ code: 'key_unavailable' });
  }
  expect(await stateOf(home)).toEqual(before);

  await writeFile(path, right);
  await expect(home.open()).resolves.toBeDefined();
});

test('every key file of a new home is for its owner alone', async () => {
  const home = await freshHome('sqlite');
  const vault = await home.open();
  const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

  expect(vault.firstKeyPath).toBe(`${home.folder}/keys/admin.key`);
  for (const name of ['root.key', 'admin.key', 'epochs/epoch-000001.key']) {
    expect([name, await modeOf(`${home.folder}/keys/${name}`)]).toEqual([name, '600']);
  }
  for (const name of ['', 'epochs']) expect([name, await modeOf(`${home.folder}/keys/${name}`)]).toEqual([name, '700']);
  const keystore = home.keyStoreUrl.slice('sqlite:'.length);
  for (const name of [keystore, `${keystore}-wal`]) expect([name, await modeOf(name)]).toEqual([name, '600']);
});
