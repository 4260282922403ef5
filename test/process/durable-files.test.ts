/** What must outlive a power cut is put on the disk: the bytes of a file, then the folder that has its name. */
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { handOut } from '../../src/cli/hand-out.ts';
import { Appender, filesIn } from '../../src/journal/files.ts';
import { createDurably, writeDurably } from '../../src/keyring/slots/durable-file.ts';
import { backUp, backupFolder, putBack } from '../backup/folders.ts';
import { rootKeyOf, slotOf } from '../support/epochs.ts';
import { freshHome } from '../support/home.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** The files and folders that a work has put on the disk, in their order; by their numbers, for names change. */
async function syncedBy(work: () => Promise<unknown>): Promise<number[]> {
  const any = await open('/dev/null');
  const kind = Object.getPrototypeOf(any) as FileHandle;
  await any.close();
  const synced: number[] = [];
  const spies = (['sync', 'datasync'] as const).map((method) => {
    const really = kind[method];
    return vi.spyOn(kind, method).mockImplementation(async function (this: FileHandle) {
      synced.push((await this.stat()).ino);
      await really.call(this);
    });
  });
  await work();
  for (const spy of spies) spy.mockRestore();
  return synced;
}

const numberOf = async (path: string) => (await stat(path)).ino;

async function emptyFolder(): Promise<string> {
  const { path, remove } = await temporaryFolder();
  onTestFinished(remove);
  return path;
}

test.each([
  ['made once', createDurably],
  ['written over', writeDurably],
])('a small file that is %s: its bytes, then its name', async (_, write) => {
  const folder = await emptyFolder();
  const path = join(folder, 'file');

  const synced = await syncedBy(() => write(path, Buffer.from('x')));

  expect(synced).toEqual([await numberOf(path), await numberOf(folder)]);
});

test('shares that are handed out to files: each of them, then their names', async () => {
  const folder = await emptyFolder();

  const synced = await syncedBy(() => handOut(['one', 'two'], folder));

  const shares = (await readdir(folder)).sort().map((name) => numberOf(join(folder, name)));
  expect(synced).toEqual([...(await Promise.all(shares)), await numberOf(folder)]);
});

test('the secret of an epoch that is destroyed: what is written over it, then that its name is gone', async () => {
  const home = await freshHome('sqlite');
  await home.open();
  const folder = `${home.folder}/keys/epochs`;
  const names = (await readdir(folder)).filter((name) => name.startsWith('epoch-'));
  const files = await Promise.all(names.map((name) => numberOf(join(folder, name))));
  const slot = slotOf(home, await rootKeyOf(home));

  const synced = await syncedBy(() => slot.destroy(1));

  expect(files).toHaveLength(1);
  expect(synced).toEqual([...files, await numberOf(folder)]);
});

test('a line of the journal: the names of a new file and of the folders it is in, then the line', async () => {
  const vault = await emptyFolder();
  const folder = join(vault, 'journal', 'of-this-vault');
  const journal = new Appender(folder);
  const append = () => journal.append(1, 'line\n', () => '0'.repeat(32));

  const first = await syncedBy(append);
  const second = await syncedBy(append);
  await journal.close();

  const [file] = await filesIn(folder);
  const folders = [folder, dirname(folder), vault].map(numberOf);
  expect(first).toEqual([...(await Promise.all(folders)), await numberOf(file?.path ?? '')]);
  expect(second).toEqual(first.slice(-1));
});

test('a copy of a store, and a copy that is put back: the name of its folder, and that of the store', async () => {
  const home = await freshHome('sqlite');
  const vault = await home.open();
  const dir = await backupFolder();

  const copied = await syncedBy(() => backUp(vault, home, dir));
  await vault.close();
  const restored = await syncedBy(() => putBack(home, dir, 'keys'));

  expect(copied).toContain(await numberOf(dir));
  expect(restored).toContain(await numberOf(dirname(home.keyStoreUrl.slice('sqlite:'.length))));
});
