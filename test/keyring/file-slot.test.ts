/** The file root slot: 92 bytes that are right or refused, for their owner and their vault alone, never written over. */
import { linkSync, readdirSync, readFileSync } from 'node:fs';
import { copyFile, link, mkdir, readdir, readFile, stat, unlink, writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { pooledRandom } from '../../src/crypto/random.ts';
import { createDurably, writeDurably } from '../../src/keyring/slots/durable-file.ts';
import { FileSlot, type FileSlotOptions } from '../../src/keyring/slots/file-slot.ts';
import { temporaryFolder } from '../support/temporary.ts';
import format1 from './epoch-slot.format1.json' with { type: 'json' };
import format from './epoch-slot.format2.json' with { type: 'json' };

const random = pooledRandom();
const rootKey = random(32);
const VAULT = 'vlt_one';
const OTHER = 'vlt_other';
let folder: string;

function slotAt(path: string, key: Uint8Array = rootKey, options: Partial<FileSlotOptions> = {}): FileSlot {
  return new FileSlot(path, key, { vaultId: VAULT, ...options });
}

beforeEach(async () => {
  const temporary = await temporaryFolder();
  onTestFinished(temporary.remove);
  folder = temporary.path;
});

const pathOf = (epoch: number, at = folder) => `${at}/epoch-${String(epoch).padStart(6, '0')}.key`;

test('an epoch file is, byte for byte, what an independent program writes', async () => {
  for (const { rootKey, vault, epoch, secret, file } of format.cases) {
    const slot = slotAt(`${folder}/${vault}`, Buffer.from(rootKey, 'hex'), { vaultId: vault });
    await slot.put(epoch, Buffer.from(secret, 'hex'));

    expect((await readFile(pathOf(epoch, `${folder}/${vault}`))).toString('hex')).toBe(file);
    expect(Buffer.from(file, 'hex')).toHaveLength(92);
  }
});

test('a file of an earlier release is read, in a folder that names no vault yet, and destroyed once it names this one', async () => {
  for (const { rootKey, epoch, secret, file } of format1.cases) {
    await writeFile(pathOf(epoch), Buffer.from(file, 'hex'));
    const slot = slotAt(folder, Buffer.from(rootKey, 'hex'));
    expect((await slot.get(epoch))?.toString('hex')).toBe(secret);
    await expect(slot.destroy(epoch)).rejects.toMatchObject({ code: 'key_unavailable' });
    await expect(slot.put(epoch + 1, random(32))).rejects.toMatchObject({ code: 'key_unavailable' });
    await slot.claim([epoch], () => false);
    expect(await readdir(folder)).not.toContain('vault.id');

    await slot.claim([7, epoch], (which, found) => which === epoch && found.toString('hex') === secret);

    expect(await readFile(`${folder}/vault.id`, 'ascii')).toBe(`${VAULT}\n`);
    await slot.put(epoch + 1, random(32));
    await slot.destroy(epoch);
    expect(await slot.get(epoch)).toBeUndefined();
    for (const name of await readdir(folder)) await unlink(`${folder}/${name}`);
  }
});

test('a secret comes back from a slot opened later', async () => {
  const secret = random(32);
  await slotAt(folder).put(1, secret);

  expect(await slotAt(folder).get(1)).toEqual(secret);
});

test('a slot without a file has no secret, which is no error', async () => {
  expect(await slotAt(`${folder}/not there`).get(1)).toBeUndefined();
});

test('what it would not hand out it has all the same: a damaged file, a copy that a crash left; of another epoch it has none', async () => {
  const slot = slotAt(folder);
  await writeFile(`${folder}/vault.id`, VAULT);
  expect(await slot.has(1)).toBe(false);
  await writeFile(`${folder}/epoch-000001.key`, 'damaged');
  expect([await slot.has(1), await slot.has(2)]).toEqual([true, false]);
  await slot.destroy(1);
  expect(await slot.has(1)).toBe(false);
  await writeFile(`${folder}/epoch-000001.key.0123.new`, 'left');
  expect([await slot.has(1), await slotAt(`${folder}/not there`).has(1)]).toEqual([true, false]);
});

describe('is refused, with nothing of the secret told:', () => {
  const refused = async (slot = slotAt(folder), epoch = 1) => {
    const error: unknown = await slot.get(epoch).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: 'unavailable', code: 'key_unavailable' });
  };

  test('a file with any one bit turned', async () => {
    await slotAt(folder).put(1, random(32));
    const path = `${folder}/epoch-000001.key`;
    const right = await readFile(path);
    for (let at = 0; at < right.length; at += 1) {
      const damaged = Buffer.from(right);
      damaged.writeUInt8(right.readUInt8(at) ^ (1 << (at % 8)), at);
      await writeFile(path, damaged);
      await refused();
    }
  });

  test.each([0, 1, 12, 44, 60, 91, 93, 120])('a file of %i bytes', async (sizeBytes) => {
    await slotAt(folder).put(1, random(32));
    const path = `${folder}/epoch-000001.key`;
    await writeFile(path, Buffer.concat([await readFile(path), random(60)]).subarray(0, sizeBytes));

    await refused();
  });

  test('the file of another epoch', async () => {
    await slotAt(folder).put(1, random(32));
    await copyFile(`${folder}/epoch-000001.key`, `${folder}/epoch-000002.key`);

    await refused(undefined, 2);
  });

  test('the file of another root key', async () => {
    await slotAt(folder, random(32)).put(1, random(32));

    await refused();
  });

  test('a file that cannot be read', async () => {
    await writeFile(`${folder}/plain`, '');
    await refused(slotAt(`${folder}/plain`));
  });
});

test('a secret that is there is never written over, not even by its own epoch', async () => {
  const slot = slotAt(folder);
  const first = random(32);
  await slot.put(1, first);

  await expect(slot.put(1, Buffer.from(first))).resolves.toBeUndefined();
  await expect(slot.put(1, random(32))).rejects.toMatchObject({ code: 'key_unavailable' });

  expect(await slot.get(1)).toEqual(first);
});

test('of many secrets put at once for one epoch, one is accepted, and that is the one in the file', async () => {
  for (let round = 0; round < 20; round += 1) {
    const secrets = Array.from({ length: 8 }, () => random(32));

    const put = await Promise.allSettled(secrets.map((secret) => slotAt(folder).put(round, secret)));

    const accepted = secrets.filter((_, i) => put[i]?.status === 'fulfilled');
    expect(accepted).toEqual([await slotAt(folder).get(round)]);
  }
});

test('its files and its folder are for their owner alone, and nothing is left beside them', async () => {
  const slot = slotAt(`${folder}/epochs`);
  for (const epoch of [1, 2]) await slot.put(epoch, random(32));
  await slot.put(2, random(32)).catch(() => {});

  const files = await readdir(`${folder}/epochs`);
  const modes = await Promise.all(files.map(async (name) => (await stat(`${folder}/epochs/${name}`)).mode & 0o777));
  expect(files.sort()).toEqual(['epoch-000001.key', 'epoch-000002.key', 'vault.id']);
  expect(modes).toEqual([0o600, 0o600, 0o600]);
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
    await writeFile(`${folder}/vault.id`, VAULT);
    const theirs = Array.from({ length: 1_000 }, (_, i) => `${path()}.${process.pid}-${i + 1}.new`);
    await Promise.all(theirs.map((name) => writeFile(name, 'half a secret')));

    await slotAt(folder).put(1, random(32));

    for (const name of theirs) expect(await readFile(name, 'utf8')).toBe('half a secret');
  });

  test('is neither cut short nor unlinked, should the names be the same after all', async () => {
    const same = (sizeBytes: number) => Buffer.alloc(sizeBytes, 7);
    const theirs = `.${'07'.repeat(16)}.new`;
    for (const name of [path(), `${folder}/file`]) await writeFile(`${name}${theirs}`, 'half a secret');

    await expect(slotAt(folder, rootKey, { random: same }).put(1, random(32))).rejects.toMatchObject({
      code: 'key_unavailable',
    });
    await expect(writeDurably(`${folder}/file`, random(8), same)).rejects.toMatchObject({ code: 'EEXIST' });

    for (const name of [path(), `${folder}/file`]) {
      expect(await readFile(`${name}${theirs}`, 'utf8')).toBe('half a secret');
    }
    expect(await slotAt(folder).get(1)).toBeUndefined();
  });
});

test('a copy that came second is overwritten before its name goes', async () => {
  const secret = random(32);
  const slot = slotAt(folder);
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

  await slotAt(folder, rootKey, { random: watching }).put(1, secret);

  expect(seen.map((copy) => copy.includes(secret))).toEqual([true]);
  const left = await readFile(`${folder}/held`);
  expect([left.length, left.includes(secret)]).toEqual([92, false]);
  expect((await readdir(folder)).sort()).toEqual(['epoch-000001.key', 'held', 'vault.id']);
});

describe('destroying an epoch', () => {
  const other = () => `${folder}/kept`;
  const epochs = () => `${folder}/epochs`;
  const path = (epoch = 1) => `${epochs()}/epoch-${String(epoch).padStart(6, '0')}.key`;
  /** A slot that holds epoch 1, and a second name elsewhere by which the test sees what became of the file's bytes. */
  const filled = async (secret: Buffer) => {
    const slot = slotAt(epochs());
    await slot.put(1, secret);
    await link(path(), other());
    return slot;
  };

  test('writes over the bytes, not with zeros, before the name goes, and says what it cannot rule out', async () => {
    const secret = random(32);
    const slot = await filled(secret);

    const { method, statement } = await slot.destroy(1);

    const left = await readFile(other());
    expect(left).toHaveLength(92);
    expect(left.includes(secret)).toBe(false);
    expect(left.includes(Buffer.alloc(8))).toBe(false);
    expect(await readdir(epochs())).toEqual(['vault.id']);
    expect(await slot.get(1)).toBeUndefined();
    expect(method).toBe('overwrite and unlink');
    expect(statement).toMatch(/^The file was overwritten with random bytes, synced and unlinked\. .*(copies|blocks)/);
    expect(statement).not.toContain(folder);
  });

  test('leaves every other epoch alone, also one whose number begins the same', async () => {
    const slot = slotAt(epochs());
    const secrets = new Map([1, 2, 10, 1_000_001].map((epoch) => [epoch, random(32)]));
    for (const [epoch, secret] of secrets) await slot.put(epoch, secret);
    await writeFile(`${path()}.backup`, 'somebody’s own');

    await slot.destroy(1);

    for (const [epoch, secret] of secrets) expect(await slot.get(epoch)).toEqual(epoch === 1 ? undefined : secret);
    expect(await readFile(`${path()}.backup`, 'utf8')).toBe('somebody’s own');
  });

  test.each<[name: string, crash: () => Promise<void>]>([
    ['half the file is overwritten', async () => overwriteFirst(path(), 46)],
    ['all of it is overwritten', async () => overwriteFirst(path(), 92)],
    ['it was cut short', async () => writeFile(path(), random(7))],
    ['it is unlinked', async () => unlink(path())],
  ])('after a crash when %s: nothing is taken for a secret, and a second call finishes', async (_, crash) => {
    const slot = await filled(random(32));
    await crash();

    const before = await slot.get(1).catch((error: { code?: string }) => error.code);
    expect(before === undefined || before === 'key_unavailable').toBe(true);
    await slot.destroy(1);
    await slot.destroy(1);

    expect(await readdir(epochs())).toEqual(['vault.id']);
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
    expect(await readdir(epochs())).toEqual(['epoch-000002.key.4711-3.new', 'vault.id']);
  });

  test('finds a second name although the first is gone', async () => {
    const secret = random(32);
    const slot = await filled(secret);
    await link(path(), `${path()}.4711-1.new`);
    await unlink(path());

    await slot.destroy(1);

    expect((await readFile(other())).includes(secret)).toBe(false);
    expect(await readdir(epochs())).toEqual(['vault.id']);
  });

  test('of a slot that was never filled is done at once', async () => {
    await expect(slotAt(`${folder}/not there`).destroy(1)).resolves.toMatchObject({
      method: 'overwrite and unlink',
    });
  });

  test('that cannot be done is not confirmed', async () => {
    const slot = slotAt(epochs());
    await mkdir(path(), { recursive: true });

    await expect(slot.destroy(1)).rejects.toMatchObject({ code: 'key_unavailable' });
  });
});

describe('of two vaults with one root key', () => {
  const others = () => slotAt(folder, rootKey, { vaultId: OTHER });
  const foreign = { code: 'key_unavailable', message: expect.stringContaining('another vault') };

  test('neither reads, writes nor destroys anything in the folder of the other', async () => {
    const secret = random(32);
    await slotAt(folder).put(1, secret);
    const before = await readFile(pathOf(1));

    for (const act of [
      () => others().get(1),
      () => others().get(2),
      () => others().has(1),
      () => others().put(1, random(32)),
      () => others().put(2, random(32)),
      () => others().destroy(1),
      () => others().destroy(2),
      () => others().attest(),
    ]) {
      await expect(act()).rejects.toMatchObject(foreign);
    }
    await others().claim([1], () => true);
    await expect(others().identify()).rejects.toMatchObject({ code: 'slot_exists' });
    await others().unmake();

    expect(await readFile(pathOf(1))).toEqual(before);
    expect((await readdir(folder)).sort()).toEqual(['epoch-000001.key', 'vault.id']);
    expect(await slotAt(folder).get(1)).toEqual(secret);
  });

  test('a file of the other is neither read nor destroyed, also where it lies in this one’s folder, or in no one’s', async () => {
    await slotAt(`${folder}/a`, rootKey, { vaultId: OTHER }).put(1, random(32));
    await slotAt(`${folder}/b`).put(2, random(32));
    for (const at of [`${folder}/b`, `${folder}/c`]) {
      await mkdir(at, { recursive: true });
      await copyFile(pathOf(1, `${folder}/a`), pathOf(1, at));

      await expect(slotAt(at).get(1)).rejects.toMatchObject({ code: 'key_unavailable' });
      await expect(slotAt(at).destroy(1)).rejects.toMatchObject(foreign);
      await expect(slotAt(at).put(1, random(32))).rejects.toMatchObject({ code: 'key_unavailable' });

      expect(await readFile(pathOf(1, at))).toEqual(await readFile(pathOf(1, `${folder}/a`)));
    }
  });

  test('one that names itself in an empty folder at the same moment gets it, and the other nothing', async () => {
    const put = await Promise.allSettled([slotAt(folder).put(1, random(32)), others().put(2, random(32))]);

    expect(put.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await readdir(folder)).sort()).toHaveLength(2);
  });
});

describe('a folder that is to be a slot', () => {
  test('is taken where it is empty, and nothing of the try is left once it is given up', async () => {
    const place = `${folder}/new/slot`;
    const slot = slotAt(place);
    expect(await slot.identify()).toMatch(/^[0-9a-f]{32}$/);
    expect((await readdir(place)).sort()).toEqual(['slot.id', 'vault.id']);

    await slot.unmake();

    expect(await readdir(folder)).toEqual([]);
  });

  test('that is there keeps what was in it, and its name while it holds an epoch', async () => {
    await writeFile(`${folder}/somebody’s`, 'own');
    const slot = slotAt(folder);
    await slot.identify();
    await slot.unmake();
    expect(await readdir(folder)).toEqual(['somebody’s']);

    await slot.identify();
    await slot.put(1, random(32));
    await slot.unmake();
    expect((await readdir(folder)).sort()).toEqual(['epoch-000001.key', 'somebody’s', 'vault.id']);
  });

  test.each(['slot.id', 'epoch-000001.key'])(
    'is refused, and left as it is, where it has a %s and no name',
    async (name) => {
      await writeFile(`${folder}/${name}`, 'an earlier release’s');
      const slot = slotAt(folder);

      await expect(slot.identify()).rejects.toMatchObject({ code: 'slot_exists' });
      await slot.unmake();

      expect(await readdir(folder)).toEqual([name]);
      expect(await readFile(`${folder}/${name}`, 'utf8')).toBe('an earlier release’s');
    },
  );

  test('that the list has, from an earlier release, is known by its slot.id', async () => {
    await writeFile(`${folder}/slot.id`, 'known\n');

    expect(await slotAt(folder).identify('known')).toBe('known');
    await expect(slotAt(folder).identify('another')).rejects.toMatchObject({ code: 'slot_exists' });
  });
});

test('attests what it is, makes nothing, and is refused where there can be no folder', async () => {
  const slot = slotAt(`${folder}/epochs`, rootKey, { name: 'usb' });

  expect(await slot.attest()).toEqual({
    ...{ kind: 'file', tier: 'overwritten', product: expect.stringMatching(/^[a-z]/) },
    limits: expect.stringContaining('file system'),
  });
  expect(slot.name).toBe('usb');
  expect(await readdir(folder)).toEqual([]);
  await slot.put(1, random(32));
  expect(await slot.attest()).toMatchObject({ kind: 'file', product: expect.stringMatching(/^[a-z]/) });
  await writeFile(`${folder}/plain`, '');
  await expect(slotAt(`${folder}/plain`).attest()).rejects.toMatchObject({ code: 'key_unavailable' });
  await expect(slotAt(`${folder}/plain`).put(1, random(32))).rejects.toMatchObject({
    code: 'key_unavailable',
  });
});

async function overwriteFirst(path: string, sizeBytes: number): Promise<void> {
  const whole = await readFile(path);
  random(sizeBytes).copy(whole);
  await writeFile(path, whole);
}
