/**
 * Copies of the stores that a command makes for itself: gone after Ctrl-C, and after `kill -9` with the next run. Seen in
 * a real process.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import Database from 'better-sqlite3';
import { beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { UNFINISHED } from '../../src/temporary.ts';
import { lethe } from '../support/command.ts';
import { nodeEnv } from '../support/node-env.ts';
import { temporaryFolder } from '../support/temporary.ts';

const DEADLINE_MS = 30_000;
/** Large enough that a copy takes a while, for each of the two stores. */
const PADDING_BYTES = 48 * 1024 * 1024;

let template: string;

beforeAll(async () => {
  const { path, remove } = await temporaryFolder();
  template = path;
  await lethe(path, ['init']);
  await lethe(path, ['principals', 'add', 'officer', '--role', 'security', '--save', `${path}/security.key`]);
  for (const file of ['data/records.db', 'keys/keystore.db']) {
    const db = new Database(`${path}/${file}`);
    db.exec('CREATE TABLE padding (bytes blob)');
    const put = db.prepare('INSERT INTO padding VALUES (zeroblob(?))');
    for (let i = 0; i < 16; i += 1) put.run(PADDING_BYTES / 16);
    db.pragma('wal_checkpoint(TRUNCATE)');
    db.close();
  }
  const made = await lethe(path, ['backup', `${path}/backups`, '--key-file', `${path}/security.key`]);
  expect(made).toMatchObject({ code: 0 });
  return remove;
}, 120_000);

interface Running {
  readonly child: ChildProcess;
  readonly tmp: string;
  said(): string;
  readonly ended: Promise<number | null>;
}

async function run(tmp: string, args: readonly string[]): Promise<Running> {
  const env = { ...nodeEnv };
  const child = spawn(
    process.execPath,
    [inject('programs').command, ...args, '--key-file', `${template}/security.key`],
    {
      env: { ...env, LETHE_HOME: template, TMPDIR: tmp },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (said += chunk));
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, tmp, said: () => said, ended };
}

const fresh = async () => {
  const folder = await temporaryFolder();
  onTestFinished(folder.remove);
  return folder.path;
};

/** Until the command has begun to fill a folder whose name begins so. */
async function midway(dir: string, prefix: RegExp): Promise<string> {
  let found = '';
  await expect
    .poll(
      async () => {
        const names = await readdir(dir, { recursive: true }).catch(() => []);
        found = names.find((name) => prefix.test(name) && name.endsWith('.db')) ?? '';
        return found;
      },
      { timeout: DEADLINE_MS, interval: 5 },
    )
    .not.toBe('');
  return found;
}

const COMMANDS = [
  {
    name: 'drill',
    signals: ['SIGINT'],
    dir: (tmp: string) => tmp,
    args: () => ['drill', '--from', `${template}/backups`],
    says: /^restore_keys/m,
  },
  {
    name: 'backup',
    signals: ['SIGTERM', 'SIGHUP'],
    dir: (tmp: string) => `${tmp}/to`,
    args: (tmp: string) => ['backup', `${tmp}/to`],
    says: /^copy_keys/m,
  },
] as const;
const COPIES = /^(lethe-drill-|(records|keys)-)/;
const copiesIn = async (dir: string) => (await readdir(dir).catch(() => [])).filter((name) => COPIES.test(name));

/** Of the copies, those that are not finished: a quick machine may have finished the first of two before it is told to end. */
async function unfinishedIn(dir: string): Promise<string[]> {
  const marked = async (copy: string) => (await readdir(`${dir}/${copy}`)).includes(UNFINISHED);
  const copies = await copiesIn(dir);
  const are = await Promise.all(copies.map(marked));
  return copies.filter((_, i) => are[i]);
}

// First: a process that was killed is not known to be dead for a while, and a restore waits until it is.
test('restore: Ctrl-C leaves no copy, and the store that was there', async () => {
  const tmp = await fresh();
  await cp(template, `${tmp}/home`, { recursive: true });
  const before = await readFile(`${tmp}/home/keys/keystore.db`);
  const env = { ...nodeEnv, LETHE_HOME: `${tmp}/home` };
  const args = [inject('programs').command, 'restore', `${tmp}/home/backups`, '--store', 'keys', '--replace'];
  const child = spawn(process.execPath, args, { env, stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const keys = () => readdir(`${tmp}/home/keys`);
  await expect.poll(keys, { timeout: DEADLINE_MS, interval: 5 }).toContain('keystore.db.restoring');
  child.kill('SIGINT');
  expect(await ended).toBe(130);
  expect((await keys()).filter((name) => /restor/.test(name))).toEqual([]);
  expect((await readFile(`${tmp}/home/keys/keystore.db`)).equals(before)).toBe(true);
}, 60_000);

for (const { name, dir, args, signals, says } of COMMANDS) {
  test.each(signals)(
    `${name}: %s leaves no copy, and says so`,
    async (signal) => {
      const tmp = await fresh();
      const running = await run(tmp, args(tmp));
      await midway(dir(tmp), COPIES);
      running.child.kill(signal);
      expect(await running.ended).toBe(130);
      expect(running.said()).toContain('Interrupted.');
      expect(await unfinishedIn(dir(tmp))).toEqual([]);
      for (const copy of await copiesIn(dir(tmp)))
        expect(await readdir(`${dir(tmp)}/${copy}`)).toContain('manifest.json');
    },
    60_000,
  );

  test(`${name}: what SIGKILL leaves is found and removed by the next run, and nothing else`, async () => {
    const tmp = await fresh();
    let left: string | undefined;
    while (left === undefined) {
      const running = await run(tmp, args(tmp));
      await midway(dir(tmp), COPIES);
      running.child.kill('SIGKILL');
      await running.ended;
      [left] = await unfinishedIn(dir(tmp));
    }
    const finished = (await copiesIn(dir(tmp))).filter((copy) => copy !== left);
    // Somebody's own, a copy that another vault is at, and one that somebody is at elsewhere.
    const own = name === 'drill' ? 'lethe-drill-mine' : 'records-20260101T000000Z';
    await mkdir(`${dir(tmp)}/${own}`);
    await writeFile(`${dir(tmp)}/${own}/notes.txt`, 'mine');
    const mark = JSON.parse(await readFile(`${dir(tmp)}/${left}/${UNFINISHED}`, 'utf8'));
    const others = { vault: { ...mark, vault: 'vlt_other' }, host: { ...mark, where: 'elsewhere' } };
    const kept = [own, ...finished];
    for (const [i, other] of Object.values(others).entries()) {
      const place = name === 'drill' ? `lethe-drill-other${i}` : `keys-2026010${i + 2}T000000Z`;
      await cp(`${dir(tmp)}/${left}`, `${dir(tmp)}/${place}`, { recursive: true });
      await writeFile(`${dir(tmp)}/${place}/${UNFINISHED}`, JSON.stringify(other));
      kept.push(place);
    }

    const again = await run(tmp, args(tmp));
    expect(await again.ended).toBe(0);
    expect(again.said()).toContain(left);
    // How far it is, in plain lines where there is no terminal.
    expect(again.said()).toMatch(says);
    expect(again.said()).not.toContain('\r');
    const now = await copiesIn(dir(tmp));
    // A copy that is made within the same second has its name.
    expect(await unfinishedIn(dir(tmp))).not.toContain(left);
    expect(now).toEqual(expect.arrayContaining(kept));
    expect(now.length).toBe(kept.length + (name === 'backup' ? 2 : 0));
    for (const place of now.filter((one) => !kept.includes(one))) {
      expect(await readdir(`${dir(tmp)}/${place}`)).not.toContain(UNFINISHED);
    }
  }, 60_000);
}
