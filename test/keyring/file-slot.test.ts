/** The file root slot: 60 bytes that are right or refused, for their owner alone, never written over. */
import { linkSync, readdirSync, readFileSync } from 'node:fs';
import { copyFile, link, mkdir, readdir, readFile, stat, unlink, writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { pooledRandom } from '../../src/crypto/random.ts';
import { createDurably, FileSlot, writeDurably } from '../../src/keyring/file-slot.ts';
import { temporaryFolder } from '../support/temporary.ts';
import format from './epoch-slot.format1.json' with { type: 'json' };

const random = pooledRandom();
const rootKey = random(32);
let folder: string;

beforeEach(async () => {
  const temporary = await temporaryFolder();
  onTestFinished(temporary.remove);
  folder = temporary.path;
});

test('an epoch file is, byte for byte, what an independent program writes', async () => {
  for (const { rootKey, epoch, secret, file } of format.cases) {
    const slot = new FileSlot(folder, Buffer.from(rootKey, 'hex'));
    await slot.put(epoch, Buffer.from(secret, 'hex'));

    const name = `epoch-${String(epoch).padStart(6, '0')}.key`;
    expect((await readFile(`${folder}/${name}`)).toString('hex')).toBe(file);
    expect(Buffer.from(file, 'hex')).toHaveLength(60);
  }
});

test('a secret comes back from a slot opened later', async () => {
  const secret = random(32);
  await new FileSlot(folder, rootKey).put(1, secret);

  expect(await new FileSlot(folder, rootKey).get(1)).toEqual(secret);
});

test('a slot without a file has no secret, which is no error', async () => {
  expect(await new FileSlot(`${folder}/not there`, rootKey).get(1)).toBeUndefined();
});

test('what it would not hand out it has all the same: a damaged file, a copy that a crash left; of another epoch it has none', async () => {
  const slot = new FileSlot(folder, rootKey);
  expect(await slot.has(1)).toBe(false);
  await writeFile(`${folder}/epoch-000001.key`, 'damaged');
  expect([await slot.has(1), await slot.has(2)]).toEqual([true, false]);
  await slot.destroy(1);
  expect(await slot.has(1)).toBe(false);
  await writeFile(`${folder}/epoch-000001.key.0123.new`, 'left');
  expect([await slot.has(1), await new FileSlot(`${folder}/not there`, rootKey).has(1)]).toEqual([true, false]);
});

describe('is refused, with nothing of the secret told:', () => {
  const refused = async (slot = new FileSlot(folder, rootKey), epoch = 1) => {
    const error: unknown = await slot.get(epoch).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: 'unavailable', code: 'key_unavailable' });
  };

  test('a file with any one bit turned', async () => {
    await new FileSlot(folder, rootKey).put(1, random(32));
    const path = `${folder}/epoch-000001.key`;
    const right = await readFile(path);
    for (let at = 0; at < right.length; at += 1) {
      const damaged = Buffer.from(right);
      damaged.writeUInt8(right.readUInt8(at) ^ (1 << (at % 8)), at);
      await writeFile(path, damaged);
      await refused();
    }
  });

  test.each([0, 1, 12, 44, 59, 61, 120])('a file of %i bytes', async (sizeBytes) => {
    await new FileSlot(folder, rootKey).put(1, random(32));
    const path = `${folder}/epoch-000001.key`;
    await writeFile(path, Buffer.concat([await readFile(path), random(60)]).subarray(0, sizeBytes));

    await refused();
  });

  test('the file of another epoch', async () => {
    await new FileSlot(folder, rootKey).put(1, random(32));
    await copyFile(`${folder}/epoch-000001.key`, `${folder}/epoch-000002.key`);

    await refused(undefined, 2);
  });

  test('the file of another root key', async () => {
    await new FileSlot(folder, random(32)).put(1, random(32));

    await refused();
  });

  test('a file that cannot be read', async () => {
    await writeFile(`${folder}/plain`, '');
    await refused(new FileSlot(`${folder}/plain`, rootKey));
  });
});

test('a secret that is there is never written over, not even by its own epoch', async () => {
  const slot = new FileSlot(folder, rootKey);
  const first = random(32);
  await slot.put(1, first);

  await expect(slot.put(1, Buffer.from(first))).resolves.toBeUndefined();
  await expect(slot.put(1, random(32))).rejects.toMatchObject({ code: 'key_unavailable' });

  expect(await slot.get(1)).toEqual(first);
});

test('of many secrets put at once for one epoch, one is accepted, and that is the one in the file', async () => {
  for (let round = 0; round < 20; round += 1) {
    const secrets = Array.from({ length: 8 }, () => random(32));

    const put = await Promise.allSettled(secrets.map((secret) => new FileSlot(folder, rootKey).put(round, secret)));

    const accepted = secrets.filter((_, i) => put[i]?.status === 'fulfilled');
    expect(accepted).toEqual([await new FileSlot(folder, rootKey).get(round)]);
  }
});

test('its files and its folder are for their owner alone, and nothing is left beside them', async () => {
  const slot = new FileSlot(`${folder}/epochs`, rootKey);
  for (const epoch of [1, 2]) await slot.put(epoch, random(32));
  await slot.put(2, random(32)).catch(() => {});

  const files = await readdir(`${folder}/epochs`);
  const modes = await Promise.all(files.map(async (name) => (await stat(`${folder}/epochs/${name}`)).mode & 0o777));
  expect(files.sort()).toEqual(['epoch-000001.key', 'epoch-000002.key']);
  expect(modes).toEqual([0o600, 0o600]);
  expect((await stat(`${folder}/epochs`)).mode & 0o777).toBe(0o700);
});

test('a file written durably replaces the whole, one created durably only what is not there', async () => {
  const path = `${folder}/file`;
  await writeDurably(path, Buffer.from('a longer first'));
  await writeDurably(path, Buffer.from('second'));
  expect(await createDurably(path, Buffer.from('third'))).toBe(false);
  expect(await createDurably(`${path}2`, Buffer.from('fourth'))).toBe(true);

  expect([await readFile(path, 'utf8'), await readFile(`${path}2`, 'utf8')]).toEqual(['second', 'fourth']);
  expect((await readdir(folder)).sort()).toEqual(['file', 'file2']);
});

describe('what another process writes beside the file at the same moment', () => {
  const path = () => `${folder}/epoch-000001.key`;

  test('is never under the same name, although every container has a process of the same number', async () => {
    const theirs = Array.from({ length: 1_000 }, (_, i) => `${path()}.${process.pid}-${i + 1}.new`);
    await Promise.all(theirs.map((name) => writeFile(name, 'half a secret')));

    await new FileSlot(folder, rootKey).put(1, random(32));

    for (const name of theirs) expect(await readFile(name, 'utf8')).toBe('half a secret');
  });

  test('is neither cut short nor unlinked, should the names be the same after all', async () => {
    const same = (sizeBytes: number) => Buffer.alloc(sizeBytes, 7);
    const theirs = `.${'07'.repeat(16)}.new`;
    for (const name of [path(), `${folder}/file`]) await writeFile(`${name}${theirs}`, 'half a secret');

    await expect(new FileSlot(folder, rootKey, { random: same }).put(1, random(32))).rejects.toMatchObject({
      code: 'key_unavailable',
    });
    await expect(writeDurably(`${folder}/file`, random(8), same)).rejects.toMatchObject({ code: 'EEXIST' });

    for (const name of [path(), `${folder}/file`]) {
      expect(await readFile(`${name}${theirs}`, 'utf8')).toBe('half a secret');
    }
    expect(await new FileSlot(folder, rootKey).get(1)).toBeUndefined();
  });
});

test('a copy that came second is overwritten before its name goes', async () => {
  const secret = random(32);
  const slot = new FileSlot(folder, rootKey);
  await slot.put(1, secret);
  const seen: Buffer[] = [];
  // Asked for the bytes that are to be written over the copy: by then a second name holds on to it.
  const watching = (sizeBytes: number) => {
    const [copy] = readdirSync(folder).filter((name) => name.endsWith('.new'));
    if (copy !== undefined) {
      seen.push(readFileSync(`${folder}/${copy}`));
      linkSync(`${folder}/${copy}`, `${folder}/held`);
    }
    return random(sizeBytes);
  };

  await new FileSlot(folder, rootKey, { random: watching }).put(1, secret);

  expect(seen.map((copy) => copy.includes(secret))).toEqual([true]);
  const left = await readFile(`${folder}/held`);
  expect([left.length, left.includes(secret)]).toEqual([60, false]);
  expect((await readdir(folder)).sort()).toEqual(['epoch-000001.key', 'held']);
});

describe('destroying an epoch', () => {
  const other = () => `${folder}/kept`;
  const epochs = () => `${folder}/epochs`;
  const path = (epoch = 1) => `${epochs()}/epoch-${String(epoch).padStart(6, '0')}.key`;
  /** A slot that holds epoch 1, and a second name elsewhere by which the test sees what became of the file's bytes. */
  const filled = async (secret: Buffer) => {
    const slot = new FileSlot(epochs(), rootKey);
    await slot.put(1, secret);
    await link(path(), other());
    return slot;
  };

  test('writes over the bytes, not with zeros, before the name goes, and says what it cannot rule out', async () => {
    const secret = random(32);
    const slot = await filled(secret);

    const { method, statement } = await slot.destroy(1);

    const left = await readFile(other());
    expect(left).toHaveLength(60);
    expect(left.includes(secret)).toBe(false);
    expect(left.includes(Buffer.alloc(8))).toBe(false);
    expect(await readdir(epochs())).toEqual([]);
    expect(await slot.get(1)).toBeUndefined();
    expect(method).toBe('overwrite and unlink');
    expect(statement).toMatch(/^The file was overwritten with random bytes, synced and unlinked\. .*(copies|blocks)/);
    expect(statement).not.toContain(folder);
  });

  test('leaves every other epoch alone, also one whose number begins the same', async () => {
    const slot = new FileSlot(epochs(), rootKey);
    const secrets = new Map([1, 2, 10, 1_000_001].map((epoch) => [epoch, random(32)]));
    for (const [epoch, secret] of secrets) await slot.put(epoch, secret);
    await writeFile(`${path()}.backup`, 'somebody’s own');

    await slot.destroy(1);

    for (const [epoch, secret] of secrets) expect(await slot.get(epoch)).toEqual(epoch === 1 ? undefined : secret);
    expect(await readFile(`${path()}.backup`, 'utf8')).toBe('somebody’s own');
  });

  test.each<[name: string, crash: () => Promise<void>]>([
    ['half the file is overwritten', async () => overwriteFirst(path(), 30)],
    ['all of it is overwritten', async () => overwriteFirst(path(), 60)],
    ['it was cut short', async () => writeFile(path(), random(7))],
    ['it is unlinked', async () => unlink(path())],
  ])('after a crash when %s: nothing is taken for a secret, and a second call finishes', async (_, crash) => {
    const slot = await filled(random(32));
    await crash();

    const before = await slot.get(1).catch((error: { code?: string }) => error.code);
    expect(before === undefined || before === 'key_unavailable').toBe(true);
    await slot.destroy(1);
    await slot.destroy(1);

    expect(await readdir(epochs())).toEqual([]);
    expect(await slot.get(1)).toBeUndefined();
  });

  test('overwrites what a crash left beside the file: a second name, or a secret that was never used', async () => {
    const secret = random(32);
    const slot = await filled(secret);
    await link(path(), `${path()}.4711-1.new`);
    await copyFile(path(), `${path()}.4711-2.new`);
    await link(`${path()}.4711-2.new`, `${folder}/copy`);
    await writeFile(`${path(2)}.4711-3.new`, 'of another epoch');

    await slot.destroy(1);

    for (const name of [other(), `${folder}/copy`]) expect((await readFile(name)).includes(secret)).toBe(false);
    expect(await readdir(epochs())).toEqual(['epoch-000002.key.4711-3.new']);
  });

  test('finds a second name although the first is gone', async () => {
    const secret = random(32);
    const slot = await filled(secret);
    await link(path(), `${path()}.4711-1.new`);
    await unlink(path());

    await slot.destroy(1);

    expect((await readFile(other())).includes(secret)).toBe(false);
    expect(await readdir(epochs())).toEqual([]);
  });

  test('of a slot that was never filled is done at once', async () => {
    await expect(new FileSlot(`${folder}/not there`, rootKey).destroy(1)).resolves.toMatchObject({
      method: 'overwrite and unlink',
    });
  });

  test('that cannot be done is not confirmed', async () => {
    const slot = new FileSlot(epochs(), rootKey);
    await mkdir(path(), { recursive: true });

    await expect(slot.destroy(1)).rejects.toMatchObject({ code: 'key_unavailable' });
  });
});

test('attests what it is, makes its folder, and is refused where there can be none', async () => {
  const slot = new FileSlot(`${folder}/epochs`, rootKey, { name: 'usb' });

  expect(await slot.attest()).toEqual({
    ...{ kind: 'file', tier: 'overwritten', product: expect.stringMatching(/^[a-z]/) },
    limits: expect.stringContaining('file system'),
  });
  expect(slot.name).toBe('usb');
  await writeFile(`${folder}/plain`, '');
  await expect(new FileSlot(`${folder}/plain`, rootKey).attest()).rejects.toMatchObject({ code: 'key_unavailable' });
  await expect(new FileSlot(`${folder}/plain`, rootKey).put(1, random(32))).rejects.toMatchObject({
    code: 'key_unavailable',
  });
});

async function overwriteFirst(path: string, sizeBytes: number): Promise<void> {
  const whole = await readFile(path);
  random(sizeBytes).copy(whole);
  await writeFile(path, whole);
}
