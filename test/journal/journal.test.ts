import {
  appendFile,
  copyFile,
  mkdir,
  readdir,
  readFile,
  rename,
  stat,
  truncate,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { pooledRandom } from '../../src/crypto/random.ts';
import { newId, newTenantId } from '../../src/ids.ts';
import { type DestructionEntry, type Entry, linesOf, MAX_LINE, readLine } from '../../src/journal/entry.ts';
import { Appender, filesIn } from '../../src/journal/files.ts';
import { Journal } from '../../src/journal/journal.ts';
import { JournalKey } from '../../src/keyring/tree/journal-key.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { NOW } from '../support/vault.ts';

const random = pooledRandom();
const key = new JournalKey(Buffer.alloc(32, 7), 'vlt_a');
const tenant = newTenantId(random);
const by = newId('principal', random, NOW);
const at = NOW.getTime();

function erasure(records = 1, of: Partial<DestructionEntry> = {}): DestructionEntry {
  const keys = Array.from({ length: records }, () => ({ record: newId('record', random, NOW), generation: 1 }));
  return {
    kind: 'erasure',
    erasure: newId('erasure', random, NOW),
    tenant,
    cause: 'erased',
    subject: null,
    by,
    at,
    keys,
    ...of,
  };
}

async function places(count = 1): Promise<string[]> {
  const { path, remove } = await temporaryFolder();
  onTestFinished(remove);
  return Array.from({ length: count }, (_, i) => join(path, `place-${i}`, 'journal'));
}

function open(
  folders: readonly string[],
  of: { epoch?: () => number; key?: JournalKey; limitMs?: number } = {},
): Journal {
  const epoch = async () => of.epoch?.() ?? 1;
  const journal = new Journal({ places: folders, key: of.key ?? key, epoch, random, limitMs: of.limitMs });
  onTestFinished(() => journal.close());
  return journal;
}

async function read(folders: readonly string[], under = key): Promise<{ entries: Entry[]; doubtful: number }> {
  const journal = open(folders, { key: under });
  const entries: Entry[] = [];
  for await (const page of journal.entries()) entries.push(...page);
  return { entries, doubtful: journal.doubtful };
}

async function onlyFile(folder: string): Promise<string> {
  const [file, ...more] = await filesIn(folder);
  expect(more).toEqual([]);
  return file?.path ?? '';
}

test('what was noted is read again, each kind as it was, in every place', async () => {
  const [home = '', copies = ''] = await places(2);
  const entries: Entry[] = [
    erasure(2, { subject: newId('subject', random, NOW) }),
    erasure(1, { cause: 'corrected' }),
    erasure(0),
    { kind: 'tenant', erasure: newId('erasure', random, NOW), tenant, by, at },
    { kind: 'revocation', tenant, of: 'principal', target: by, at },
    { kind: 'revocation', tenant, of: 'token', target: `4242-${'~'.repeat(507)}`, at },
    { kind: 'close', epoch: 41, at },
  ];
  await open([home, copies]).note(entries);

  for (const folder of [home, copies]) expect((await read([folder])).entries).toEqual(entries);
  // Two places that are alike are read once.
  expect((await read([home, copies])).entries).toEqual(entries);
  expect((await stat(home)).mode & 0o777).toBe(0o700);
  expect((await stat(await onlyFile(home))).mode & 0o777).toBe(0o600);
});

test('an erasure of many records takes as many lines as it needs, none longer than a reader takes', async () => {
  const [home = ''] = await places();
  const entry = erasure(1_234);
  await open([home]).note([entry]);
  const lines = (await readFile(await onlyFile(home), 'ascii')).trimEnd().split('\n');
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(MAX_LINE);
  const { entries } = await read([home]);
  expect(entries.flatMap((one) => (one as DestructionEntry).keys)).toEqual(entry.keys);
});

test('an erasure of one record takes no more than the documents say', () => {
  expect(linesOf(erasure(), key).length).toBeLessThanOrEqual(220);
});

test('entries noted at once share a write, and each is answered only when every place has it on its disk', async () => {
  const [home = '', copies = ''] = await places(2);
  let groups = 0;
  const journal = open([home, copies], { epoch: () => ++groups && 1 });
  await Promise.all(Array.from({ length: 200 }, () => journal.note([erasure()])));
  expect(groups).toBeLessThanOrEqual(3);
  expect((await read([copies])).entries).toHaveLength(200);
});

describe('a crash', () => {
  test('leaves a last line cut short anywhere: the rest is read, and nothing is in doubt', async () => {
    const [home = ''] = await places();
    const kept = [erasure(), erasure()];
    const journal = open([home]);
    await journal.note(kept);
    const whole = (await stat(await onlyFile(home))).size;
    await journal.note([erasure(3)]);
    const end = (await stat(await onlyFile(home))).size;
    const file = await onlyFile(home);
    // The line without its end alone was whole, and counts.
    for (const size of [end - 2, end - 40, whole + 30, whole + 1, whole]) {
      await truncate(file, size);
      expect(await read([home])).toEqual({ entries: kept, doubtful: 0 });
    }
  });

  test('hurts no other process: each has a file of its own, and so has the next one', async () => {
    const [home = ''] = await places();
    const [one, other] = [open([home]), open([home])];
    const entries = Array.from({ length: 40 }, () => erasure());
    await Promise.all(entries.map((entry, i) => (i % 2 ? one : other).note([entry])));
    const files = await filesIn(home);
    expect(files).toHaveLength(2);
    await truncate(files[0]?.path ?? '', 100);
    const later = erasure();
    await open([home]).note([later]);
    const found = await read([home]);
    expect(found.doubtful).toBe(0);
    expect(found.entries).toContainEqual(later);
    expect(found.entries).toHaveLength(21);
  });
});

describe('what somebody else wrote is counted and ignored:', () => {
  test('an entry made up, altered, or of another vault', async () => {
    const [home = ''] = await places();
    const mine = erasure();
    await open([home]).note([mine]);
    const file = await onlyFile(home);
    const line = (await readFile(file, 'ascii')).trimEnd();
    const anothers = linesOf(erasure(), new JournalKey(Buffer.alloc(32, 7), 'vlt_b'));
    const altered = line.replace(/rec_..../, 'rec_0000');
    await appendFile(file, `${altered}\nerasure made up\n${anothers}${'x'.repeat(3 * MAX_LINE)}\n`);
    const found = await read([home]);
    expect(found.entries).toEqual([mine]);
    expect(found.doubtful).toBeGreaterThanOrEqual(4);
  });

  test('an altered file in one place does not hide the sound one in the other', async () => {
    const folders = await places(2);
    const mine = erasure();
    await open(folders).note([mine]);
    const file = await onlyFile(folders[0] ?? '');
    const text = await readFile(file, 'ascii');
    await writeFile(file, `${'x'.repeat(text.length - 1)}\n`);
    expect(await read(folders)).toEqual({ entries: [mine], doubtful: 1 });
  });

  test('one line of the vault’s put in the place of another hides it in that file alone', async () => {
    const folders = await places(2);
    const [one, other] = [erasure(), erasure()];
    await open(folders).note([one, other]);
    const file = await onlyFile(folders[0] ?? '');
    const line = (await readFile(file, 'ascii')).split('\n')[0] ?? '';
    await writeFile(file, `${line}\n${line}\n`);
    const { entries } = await read(folders);
    expect(entries).toContainEqual(other);
  });

  test('but a line of the vault’s own may be copied and moved: it says the same', async () => {
    const [home = ''] = await places();
    const mine = erasure();
    await open([home]).note([mine]);
    await copyFile(await onlyFile(home), join(home, `epoch-000009.${'a'.repeat(32)}.journal`));
    expect(await read([home])).toEqual({ entries: [mine, mine], doubtful: 0 });
  });

  test('what is tagged right and says what this release does not know', () => {
    for (const text of [
      'close 1',
      'close x 5',
      'tenant a b c 5',
      `revocation ${tenant} person 5 x`,
      'erasure',
      'moon 5',
    ]) {
      const line = `${key.tag(text).toString('base64url')} ${text}`;
      expect(readLine(line, key)).toBeUndefined();
    }
  });
});

describe('a place that cannot be written', () => {
  test('fails the note, is said to fail, and takes what comes when it can again, in a file of its own', async () => {
    const folders = await places(2);
    const journal = open(folders);
    await journal.note([erasure()]);
    expect(journal.failing).toBe(false);
    // As a disk that is gone: the name is there, and no folder.
    const [, copies = ''] = folders;
    await rename(copies, `${copies}-gone`);
    await writeFile(copies, '');
    const late = open(folders);
    await expect(late.note([erasure()])).rejects.toMatchObject({ code: 'journal_unavailable' });
    expect(late.failing).toBe(true);
    await rename(copies, `${copies}-file`);
    await rename(`${copies}-gone`, copies);
    const entry = erasure();
    await late.note([entry]);
    expect(late.failing).toBe(false);
    expect((await read([copies])).entries).toContainEqual(entry);
  });

  test('a file that somebody removed is not written on unseen', async () => {
    const [home = ''] = await places();
    const journal = open([home]);
    await journal.note([erasure()]);
    await rename(home, `${home}-away`);
    await mkdir(home);
    await unlink(await onlyFile(`${home}-away`));
    const entry = erasure();
    await journal.note([entry]);
    expect((await read([home])).entries).toEqual([entry]);
  });

  test('a place that cannot be read stops the reader, which says what to do', async () => {
    const [home = ''] = await places();
    await mkdir(join(home, '..'), { recursive: true });
    await writeFile(home, '');
    await expect(read([home])).rejects.toMatchObject({ code: 'cannot_start', message: expect.stringContaining(home) });
  });

  test('a file that cannot be read is named, and whose it has to be', async () => {
    const [home = ''] = await places();
    const path = join(home, `epoch-000001.${'a'.repeat(32)}.journal`);
    await mkdir(path, { recursive: true });
    const said = expect.stringMatching(new RegExp(`${path} cannot be read \\(EISDIR\\).*\\(chown\\)`));
    await expect(read([home])).rejects.toMatchObject({ code: 'cannot_start', message: said });
  });

  test('a store that does not answer fails the note, and is not called the journal’s fault', async () => {
    const [home = ''] = await places();
    const gone = new Error('gone');
    const journal = new Journal({ places: [home], key, random, epoch: () => Promise.reject(gone) });
    await expect(journal.note([erasure()])).rejects.toBe(gone);
    expect(journal.failing).toBe(false);
    expect(await filesIn(home)).toEqual([]);
  });
});

describe('a place that does not answer', () => {
  const unavailable = { code: 'journal_unavailable' };
  /** A busy disk takes longer than these tests wait. */
  const PATIENTLY = { timeout: 10_000, interval: 5 };

  /** Does not answer, once, until it is told to. */
  function hold(of: 'append' | 'close') {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const held = vi.spyOn(Appender.prototype, of);
    onTestFinished(() => held.mockRestore());
    held.mockImplementationOnce(() => promise);
    return { held, release: resolve, fail: reject };
  }

  test('fails the note, is said to fail, is asked nothing more until it answers, and then takes what comes', async () => {
    const [home = ''] = await places();
    const journal = open([home], { limitMs: 20 });
    const { held, release } = hold('append');
    await expect(journal.note([erasure()])).rejects.toMatchObject(unavailable);
    expect(journal.failing).toBe(true);
    await expect(journal.note([erasure()])).rejects.toMatchObject(unavailable);
    await expect(journal.cut(1)).rejects.toMatchObject(unavailable);
    await journal.close();
    expect(held).toHaveBeenCalledTimes(1);

    release();
    const entry = erasure();
    await vi.waitFor(() => journal.note([entry]), PATIENTLY);
    expect(journal.failing).toBe(false);
    expect((await read([home])).entries).toContainEqual(entry);
  });

  test('and has failed meanwhile is asked again', async () => {
    const journal = open(await places(), { limitMs: 20 });
    const { fail } = hold('append');
    await expect(journal.note([erasure()])).rejects.toMatchObject(unavailable);
    fail(Object.assign(new Error('ESTALE'), { code: 'ESTALE' }));
    await vi.waitFor(() => journal.note([erasure()]), PATIENTLY);
  });

  test('does not keep the journal from being closed', async () => {
    const journal = open(await places(), { limitMs: 20 });
    await vi.waitFor(() => journal.note([erasure()]), PATIENTLY);
    hold('close');
    await journal.close();
  });
});

test('it is cut by whole epochs, in every place, also of files that others still hold open', async () => {
  const folders = await places(2);
  let epoch = 1;
  const journal = open(folders, { epoch: () => epoch });
  await journal.note([erasure()]);
  epoch = 2;
  const kept = [erasure(), erasure()];
  await journal.note([kept[0] as Entry]);
  expect(await open(folders).cut(1)).toBe(2);
  await journal.note([kept[1] as Entry]);
  for (const folder of folders) {
    expect(await readdir(folder)).toHaveLength(1);
    expect((await read([folder])).entries).toEqual(kept);
  }
  expect(await journal.cut(0)).toBe(0);
});

test('under a new root key all of it is written anew before the old lines go; a crash between the two loses nothing', async () => {
  const folders = await places(2);
  let epoch = 1;
  const journal = open(folders, { epoch: () => epoch });
  const entries = [erasure(2), erasure(1, { cause: 'corrected' })];
  await journal.note([entries[0] as Entry]);
  epoch = 2;
  await journal.note([entries[1] as Entry]);
  const next = new JournalKey(Buffer.alloc(32, 8), 'vlt_a');

  const removeOld = await journal.rewriteUnder(next);
  expect((await read(folders)).entries).toEqual(entries);
  expect((await read(folders, next)).entries).toEqual(entries);
  // Interrupted and done again.
  await (await journal.rewriteUnder(next))();
  await removeOld();
  expect(await read(folders, next)).toEqual({ entries, doubtful: 0 });
  expect((await read(folders)).entries).toEqual([]);
  for (const folder of folders) expect((await filesIn(folder)).map(({ epoch: of }) => of)).toEqual([1, 2]);
});

test('the last close is found, whatever stands around it', async () => {
  const [home = ''] = await places();
  const journal = open([home]);
  expect(await journal.lastClose()).toBe(0);
  await journal.noteClose(4, NOW);
  await journal.noteClose(4, NOW);
  await journal.note([erasure()]);
  await journal.noteClose(3, NOW);
  expect(await journal.lastClose()).toBe(4);
  expect((await read([home])).entries).toHaveLength(3);
});
