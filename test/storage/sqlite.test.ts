/** What the embedded store promises of its file: what is fsynced, what is overwritten, what a full disk does. */
import { chmod, mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { apiKeys } from '../../src/access/key-rows.ts';
import { auditEntries } from '../../src/audit/entries.ts';
import { openStore } from '../../src/storage/opening/open-store.ts';
import type { RecordStore } from '../../src/storage/tx.ts';
import { subjects } from '../../src/subjects/subjects.ts';
import { smallDisk } from '../support/small-disk.ts';
import { askRows } from '../support/spelled.ts';
import { temporaryFolder } from '../support/temporary.ts';

async function open(path: string): Promise<RecordStore> {
  const store = await openStore('records', `sqlite:${path}`);
  let closing: Promise<void> | undefined;
  const close = store.close.bind(store);
  const once = () => {
    closing ??= close();
    return closing;
  };
  onTestFinished(once);
  return Object.assign(store, { close: once });
}

async function fresh(): Promise<{ store: RecordStore; path: string }> {
  const folder = await temporaryFolder();
  onTestFinished(folder.remove);
  const path = `${folder.path}/data/records.db`;
  return { store: await open(path), path };
}

const row = (subject: string) => ({
  tenant: 't',
  subject,
  created_at: 0,
  erased_at: null,
  choices: null,
  choices_tag: null,
});
const put = (store: RecordStore, subject: string) => store.shared((tx) => tx.insert(subjects, [row(subject)]));

/** The frames of a write-ahead log that end a commit: https://sqlite.org/fileformat2.html, section 4.1 */
async function commitsIn(path: string): Promise<number> {
  const wal = await readFile(`${path}-wal`);
  const pageBytes = wal.readUInt32BE(8);
  let commits = 0;
  for (let at = 32; at + 24 + pageBytes <= wal.length; at += 24 + pageBytes) {
    const ofThisLog = wal.subarray(at + 8, at + 16).equals(wal.subarray(16, 24));
    if (ofThisLog && wal.readUInt32BE(at + 4) > 0) commits += 1;
  }
  return commits;
}

test.each(['writes', 'reads'] as const)(
  'the settings that its promises rest on are in force where it %s',
  async (which) => {
    const { store } = await fresh();
    const pragma = async (name: string) => {
      const ask = (reader: Pick<RecordStore['reader'], 'query'>) =>
        reader.query<Record<string, unknown>>((sql) => sql(`pragma_${name}`).select('*'));
      const [setting] = which === 'reads' ? await ask(store.reader) : await store.exclusive(ask);
      return Object.values(setting ?? {})[0];
    };

    expect(await pragma('journal_mode')).toBe('wal');
    expect(await pragma('synchronous')).toBe(2);
    expect(await pragma('foreign_keys')).toBe(1);
    expect(await pragma('secure_delete')).toBe(1);
  },
);

test('a row whose parent is not there is refused', async () => {
  const { store } = await fresh();
  const orphan = {
    api_key: 'k',
    tenant: 't',
    principal: 'nobody',
    secret_mac: Buffer.alloc(1),
    mac_version: 1,
    created_at: 0,
    expires_at: null,
    revoked_at: null,
    made_until: null,
    end_tag: null,
  };

  await expect(store.exclusive((tx) => tx.insert(apiKeys, [orphan]))).rejects.toMatchObject({ code: 'internal_error' });
});

test('works that wait at the same moment share one commit, and so one fsync', async () => {
  const { store, path } = await fresh();
  await put(store, 'first');
  const before = await commitsIn(path);

  await Promise.all(Array.from({ length: 100 }, (_, i) => put(store, `n${i}`)));
  const together = (await commitsIn(path)) - before;
  for (let i = 0; i < 3; i += 1) await put(store, `alone ${i}`);

  expect(together).toBe(1);
  expect((await commitsIn(path)) - before - together).toBe(3);
});

test('no promise resolves before its commit is in the log', async () => {
  const { store, path } = await fresh();
  await put(store, 'first');
  const before = await commitsIn(path);

  const commitsSeen = await Promise.all(
    Array.from({ length: 20 }, async (_, i) => {
      await put(store, `n${i}`);
      return (await commitsIn(path)) - before;
    }),
  );

  expect(Math.min(...commitsSeen)).toBeGreaterThanOrEqual(1);
});

test.each(['closed', 'scrubbed'])(
  'what is removed is overwritten: nothing of it is in any file once the store is %s',
  async (when) => {
    const { store, path } = await fresh();
    const marker = Buffer.from('a-value-that-must-not-stay');
    const entry = (name: string) => ({
      ...{ tenant: 't', entry: name, at: 0, principal: 'p', action: 'a', outcome: 'done', code: null, purpose: null },
      ...{ view: null, records: [marker.toString().repeat(40)], subject: null, erasure: null, target: null },
      ...{ reason_mac: marker, ticket_mac: null, request: 'r', guesses: null, looks: null, subjects: null },
    });
    await store.exclusive((tx) =>
      tx.insert(auditEntries, [entry('gone'), { ...entry('kept'), records: [], reason_mac: null }]),
    );
    await store.exclusive((tx) => tx.insert(subjects, [row(marker.toString()), row('kept')]));
    const holds = async () => {
      const files = await readdir(dirname(path));
      const bytes = await Promise.all(files.map((name) => readFile(`${dirname(path)}/${name}`)));
      return bytes.some((file) => file.includes(marker));
    };
    expect(await holds()).toBe(true);

    await store.exclusive((tx) => tx.remove(auditEntries, ['tenant', 'entry'], [['t', 'gone']]));
    await store.exclusive((tx) => tx.remove(subjects, ['tenant', 'subject'], [['t', marker.toString()]]));
    await (when === 'closed' ? store.close() : store.scrub());

    expect(await holds()).toBe(false);
  },
);

test('a scrub waits for no work and fails none: what is written around it is all there', async () => {
  const { store } = await fresh();

  await Promise.all(Array.from({ length: 300 }, (_, i) => (i % 50 === 7 ? store.scrub() : put(store, `n${i}`))));

  const stored = await askRows(store.reader, (sql) => sql('subjects').select('subject'));
  expect(stored).toHaveLength(294);
});

test('a scrub says so where another process reads, and succeeds once it has read', async () => {
  const { store, path } = await fresh();
  await put(store, 'a');
  const other = new Database(path, { readonly: true });
  onTestFinished(() => void other.close());
  other.exec('BEGIN');
  other.prepare('SELECT subject FROM subjects').all();
  await put(store, 'b');

  await expect(store.scrub()).rejects.toMatchObject({ kind: 'unavailable', code: 'store_unavailable' });
  other.exec('COMMIT');
  await expect(store.scrub()).resolves.toBeUndefined();

  expect(await askRows(store.reader, (sql) => sql('subjects').select('subject'))).toHaveLength(2);
});

test('a scrub that meets another process reading tries again, and works meanwhile', async () => {
  const { store, path } = await fresh();
  await put(store, 'a');
  const other = new Database(path, { readonly: true });
  onTestFinished(() => void other.close());
  other.exec('BEGIN');
  other.prepare('SELECT subject FROM subjects').all();
  await put(store, 'b');

  const scrubbed = store.scrub();
  await put(store, 'c');
  // The first try is over: it goes before what is written now.
  await put(store, 'd');
  other.exec('COMMIT');
  await expect(scrubbed).resolves.toBeUndefined();

  expect(await askRows(store.reader, (sql) => sql('subjects').select('subject'))).toHaveLength(4);
});

test('its files are for their owner alone, in a folder of its own and in one that was there', async () => {
  const folder = await temporaryFolder();
  onTestFinished(folder.remove);
  await mkdir(`${folder.path}/open`);
  await chmod(`${folder.path}/open`, 0o755);

  for (const name of ['own', 'open']) {
    const store = await open(`${folder.path}/${name}/records.db`);
    await put(store, 'a');
    const files = await readdir(`${folder.path}/${name}`);
    const modes = await Promise.all(
      files.map(async (file) => [file, ((await stat(`${folder.path}/${name}/${file}`)).mode & 0o777).toString(8)]),
    );
    const holding = modes.filter(([file]) => !file?.endsWith('.migrating'));
    expect(holding.map(([file]) => file).sort()).toEqual(['records.db', 'records.db-shm', 'records.db-wal']);
    expect(holding.map(([, mode]) => mode)).toEqual(['600', '600', '600']);
    await store.close();
  }
  expect((await stat(`${folder.path}/own`)).mode & 0o777).toBe(0o700);
});

test('a full disk refuses the work with store_unavailable, keeps what was told, and recovers', async ({ skip }) => {
  const disk = await smallDisk(4);
  if (disk === undefined) return skip('no small disk can be mounted here');
  const store = await open(`${disk.path}/records.db`);
  await put(store, 'before');
  await disk.fill();

  const works = await Promise.allSettled(Array.from({ length: 200 }, (_, i) => put(store, `n${i}`)));
  const refused = works.find((work) => work.status === 'rejected');
  const told = works.flatMap((work, i) => (work.status === 'fulfilled' ? [`n${i}`] : []));

  expect(refused?.reason).toMatchObject({ kind: 'unavailable', code: 'store_unavailable' });
  const stored = async () =>
    (await askRows<{ subject: string }>(store.reader, (sql) => sql('subjects').select('subject')))
      .map((found) => found.subject)
      .sort();
  expect(await stored()).toEqual(['before', ...told].sort());

  await disk.free();
  await put(store, 'after');
  expect(await stored()).toEqual(['after', 'before', ...told].sort());
});

test('a file that is no database is refused and left as it is', async () => {
  const { store, path } = await fresh();
  await store.close();
  const { writeFile } = await import('node:fs/promises');
  const other = `${dirname(path)}/other.db`;
  await writeFile(other, 'This is no database, but a text that somebody would miss.'.repeat(50));

  await expect(openStore('records', `sqlite:${other}`)).rejects.toMatchObject({
    code: 'cannot_start',
    message: expect.stringContaining('SQLITE_NOTADB'),
  });

  expect(await readFile(other, 'utf8')).toMatch(/^This is no database/);
});
