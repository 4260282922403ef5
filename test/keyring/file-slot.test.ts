/** The file root slot: 60 bytes that are right or refused, for their owner alone, never written over. */
import { copyFile, readdir, readFile, stat, writeFile } from 'node:fs/promises';
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
