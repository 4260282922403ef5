/**
 * Commands where there is no vault, or not the one that is meant: none makes one, and none leaves anything behind. Each
 * command there is, in each wrong place there is; `init` and `serve` in all of them but the empty one.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { newProgram } from '../../src/cli/program.ts';
import { pooledRandom } from '../../src/crypto/random.ts';
import { newId } from '../../src/ids.ts';
import { freshHome, rowsOf } from '../support/home.ts';
import { freshDatabase } from '../support/postgres.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { NOW } from '../support/vault.ts';

const random = pooledRandom();

const HOOK = newId('hook', random, NOW);
const GRANT = newId('grant', random, NOW);
const SUBJECT = newId('subject', random, NOW);
const PERSON = newId('subject', random, NOW);

/** Of each command: what is typed after its name. `DESK` stands for a folder with what it reads. */
const TYPED: Readonly<Record<string, readonly string[]>> = {
  init: [],
  serve: [],
  status: [],
  'principals add': ['app', '--role', 'app', '--save', 'DESK/app.key'],
  'principals list': [],
  'principals change': ['app', '--purpose', 'billing'],
  'principals rotate': ['app', '--save', 'DESK/app.key'],
  'principals end-key': ['app', newId('apiKey', random, NOW)],
  'approvals list': [],
  'approvals show': [newId('approval', random, NOW)],
  'approvals approve': [newId('approval', random, NOW)],
  'approvals refuse': [newId('approval', random, NOW), '--reason', 'no'],
  'approvals withdraw': [newId('approval', random, NOW)],
  'approvals policy': ['--approvers', '1'],
  'roles list': [],
  'roles show': ['app'],
  'roles apply': ['DESK/roles.json'],
  'roles end': ['help-desk'],
  'access matrix': [],
  'access review': [],
  'access exposure': ['prn_01m6dqs9m0eeasnng3fhdnxktn'],
  'access explain': ['app', '--role'],
  'purposes declare': ['billing', '--basis', 'contract', '--told', 'To bill.'],
  'purposes list': [],
  'purposes show': ['billing'],
  'purposes end': ['billing'],
  'choices record': [PERSON, 'news', '--choice', 'withdrawn', '--means', 'phone'],
  'choices show': [PERSON],
  'choices history': [PERSON, 'news'],
  'choices restrict': [PERSON, '--means', 'paper'],
  'choices lift': [PERSON],
  me: [],
  'principals revoke': [newId('principal', random, NOW)],
  'tenants list': [],
  'tenants suspend': ['shop'],
  'tenants resume': ['shop'],
  'tenants add': ['shop', '--save', 'DESK/shop.key'],
  'tenants erase': ['shop', '--yes-erase', 'shop'],
  'grants order': [SUBJECT, '--type', 'email', '--ticket', 'HELP-1', '--reason', 'She has called.'],
  'grants list': [],
  'grants show': [GRANT],
  'grants approve': [GRANT],
  'grants refuse': [GRANT],
  'grants review': [GRANT],
  'grants revoke': [GRANT],
  'grants close-ticket': ['HELP-1'],
  'grants offer': [SUBJECT, '--type', 'email'],
  'grants redeem': ['7KQ2-M9XD'],
  'hooks add': ['https://alarms.example.com/', '--save', 'DESK/hook.secret'],
  'hooks list': [],
  'hooks change': [HOOK, '--all'],
  'hooks pause': [HOOK],
  'hooks resume': [HOOK],
  'hooks remove': [HOOK],
  'hooks rotate': [HOOK, '--save', 'DESK/hook.secret'],
  'hooks test': [HOOK],
  'hooks deliveries': [HOOK],
  import: ['DESK/in.ndjson', '--map', 'DESK/map.json', '--out', 'DESK/out.ndjson'],
  backup: ['DESK/backups'],
  restore: ['DESK', '--store', 'keys', '--replace'],
  recover: [],
  drill: ['--from', 'DESK', '--report', 'DESK/drill.json'],
  'keys list': [],
  'keys rotate': ['--now'],
  'keys compromise': ['--epoch', '1', '--report', 'DESK/exposed.tsv'],
  'keys slots add': ['usb', '--kind', 'file', '--path', 'DESK/usb'],
  'keys slots remove': ['usb', '--abandon'],
  'keys slots check': ['--destroy-returned'],
  'keys slots list': [],
  'nodes list': [],
  'nodes abandon': [`nod_${'0'.repeat(32)}`, '--reason', 'gone'],
  'jobs list': [],
  'jobs show': [newId('job', random, NOW)],
  'certificate get': [newId('erasure', random, NOW), '--out', 'DESK/certificate.jws'],
  'root split': ['--shares', '3', '--threshold', '2', '--out', 'DESK/shares'],
  'root replace': ['--new-key-file', 'DESK/new.key'],
};
/** They open no vault: one speaks to a server, one to nobody, and the doctor only looks (test/doctor). */
const ELSEWHERE = ['unseal', 'certificate verify', 'doctor'];
const MAKERS = ['init', 'serve'];

function leaves(command: Command, name = ''): string[] {
  if (command.commands.length === 0) return [name];
  return command.commands.flatMap((one) => leaves(one, `${name} ${one.name()}`.trim()));
}

test('each command there is, is tried', () => {
  expect(leaves(newProgram()).sort()).toEqual([...Object.keys(TYPED), ...ELSEWHERE].sort());
});

let desk: string;

beforeEach(async () => {
  const folder = await temporaryFolder();
  onTestFinished(folder.remove);
  desk = folder.path;
  await writeFile(`${desk}/in.ndjson`, '{"email":"ada@example.com"}\n');
  await writeFile(`${desk}/map.json`, '{"fields":[{"path":"/email","type":"email"}]}');
  await writeFile(`${desk}/roles.json`, '{"roles":{"help-desk":{"rules":[]}}}');
  for (const stream of [process.stdout, process.stderr]) vi.spyOn(stream, 'write').mockReturnValue(true);
});
afterEach(() => vi.unstubAllEnvs());

/** A command listens for as long as its process lives; here many take turns in one. */
const ENDS = ['uncaughtException', 'unhandledRejection', 'SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const before = new Map(ENDS.map((event) => [event, process.rawListeners(event)]));
afterEach(() => {
  for (const [event, listeners] of before) {
    for (const one of process.rawListeners(event)) {
      if (!listeners.includes(one)) process.off(event, one as () => void);
    }
  }
});

async function refusalOf(name: string): Promise<string> {
  const args = (TYPED[name] ?? []).map((word) => word.replace('DESK', desk));
  const error: unknown = await newProgram()
    .parseAsync(['node', 'lethe', ...name.split(' '), ...args])
    .then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
  expect(error, `lethe ${name}`).toMatchObject({ code: 'cannot_start' });
  return (error as Error).message;
}

/** Every folder and file under it: its mode, and what is in it. */
async function everything(...folders: string[]): Promise<string[]> {
  const all: string[] = [];
  for (const folder of folders) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      const bytes = entry.isFile()
        ? createHash('sha256')
            .update(await readFile(path))
            .digest('hex')
        : '';
      all.push(`${path} ${(await stat(path)).mode.toString(8)} ${bytes}`);
    }
  }
  return all.sort();
}

/** Tries all of these commands. @param urls databases that are to stay as they are */
async function expectUntouched(
  home: string,
  env: Record<string, string>,
  commands: readonly string[],
  urls: readonly string[],
): Promise<Map<string, string>> {
  for (const [name, value] of Object.entries({ LETHE_HOME: home, LETHE_PORT: '0', ...env })) vi.stubEnv(name, value);
  const look = async () => [await everything(home, desk), await Promise.all(urls.map(rowsOf))];
  const before = await look();
  const said = new Map<string, string>();
  for (const name of commands) {
    // Read once, the URLs are taken out of the environment.
    for (const [setting, value] of Object.entries(env)) vi.stubEnv(setting, value);
    said.set(name, await refusalOf(name));
    expect(await look(), `after lethe ${name}`).toEqual(before);
  }
  return said;
}

const ALL = Object.keys(TYPED);
const OPENERS = ALL.filter((name) => !MAKERS.includes(name) && name !== 'restore');

test('in an empty home no command but init and serve makes a vault; each says where it looked, and that nothing was named', async () => {
  const { path: home, remove } = await temporaryFolder();
  onTestFinished(remove);

  const said = await expectUntouched(home, {}, [...OPENERS, 'restore'], []);

  for (const name of OPENERS) {
    expect(said.get(name)).toMatch(/^There is no vault here yet/);
    for (const part of [
      home,
      'LETHE_HOME',
      'RECORD_STORE_URL is not set',
      'KEY_STORE_URL is not set',
      'lethe -- init',
    ]) {
      expect(said.get(name)).toContain(part);
    }
  }
}, 30_000);

describe('in the home of a vault on PostgreSQL', () => {
  const OF_EARLIER = ['keys/vault.id', 'keys/epochs/vault.id'];

  test.each([
    ['of this release', []],
    ['of an earlier one', OF_EARLIER],
  ])(
    '%s, without the two URLs, no command makes a second vault',
    async (_, missing) => {
      const home = await freshHome('postgres');
      await (await home.open()).close();
      for (const name of missing) await rm(`${home.folder}/${name}`);

      const said = await expectUntouched(home.folder, {}, ALL, [home.recordStoreUrl, home.keyStoreUrl]);

      for (const name of [...OPENERS, ...MAKERS]) expect(said.get(name)).toContain('RECORD_STORE_URL is not set');
      await expect(home.open()).resolves.toBeDefined();
    },
    60_000,
  );

  test.each([
    ['of this release', []],
    ['of an earlier one', OF_EARLIER],
  ])(
    '%s, with the names of empty databases, none does, and no password is printed',
    async (_, missing) => {
      const home = await freshHome('postgres');
      await (await home.open()).close();
      for (const name of missing) await rm(`${home.folder}/${name}`);
      const [records, keys] = await Promise.all([freshDatabase(), freshDatabase()]);
      onTestFinished(async () => {
        await Promise.all([records.drop(), keys.drop()]);
      });
      const env = { RECORD_STORE_URL: records.url, KEY_STORE_URL: keys.url };

      const said = await expectUntouched(home.folder, env, ALL, [records.url, keys.url, home.keyStoreUrl]);

      const password = new URL(records.url).password;
      for (const name of [...OPENERS, ...MAKERS]) {
        expect(said.get(name)).toContain('RECORD_STORE_URL is set');
        if (password !== '') expect(said.get(name)).not.toContain(`:${password}@`);
      }
      await expect(home.open()).resolves.toBeDefined();
    },
    60_000,
  );

  test('with one URL of its own and one not set, none does', async () => {
    const home = await freshHome('postgres');
    await (await home.open()).close();
    for (const env of [{ RECORD_STORE_URL: home.recordStoreUrl }, { KEY_STORE_URL: home.keyStoreUrl }]) {
      vi.unstubAllEnvs();
      await expectUntouched(home.folder, env, ALL, [home.recordStoreUrl, home.keyStoreUrl]);
    }
  }, 60_000);

  test('with the two URLs the wrong way round, none does', async () => {
    const home = await freshHome('postgres');
    await (await home.open()).close();
    const env = { RECORD_STORE_URL: home.keyStoreUrl, KEY_STORE_URL: home.recordStoreUrl };
    const said = await expectUntouched(home.folder, env, ALL, [home.recordStoreUrl, home.keyStoreUrl]);
    // Both are looked at together: whichever answers first is named.
    expect(said.get('status')).toMatch(/RECORD_STORE_URL names a key store|KEY_STORE_URL names a record store/);
  }, 60_000);
});

test('in the home of a vault on SQLite, with the stores of another, or one of its own gone, none does', async () => {
  const [mine, theirs] = [await freshHome('sqlite'), await freshHome('sqlite')];
  for (const home of [mine, theirs]) await (await home.open()).close();
  const folders = (['recordStoreUrl', 'keyStoreUrl'] as const).map((url) =>
    join(theirs[url].slice('sqlite:'.length), '..'),
  );
  const env = { RECORD_STORE_URL: theirs.recordStoreUrl, KEY_STORE_URL: theirs.keyStoreUrl };
  const before = await everything(...folders);
  const said = await expectUntouched(mine.folder, env, ALL, []);
  expect(said.get('keys rotate')).toMatch(/home of the vault vlt_\w+, and the stores belong to the vault vlt_/);
  expect(await everything(...folders)).toEqual(before);

  vi.unstubAllEnvs();
  await mkdir(`${desk}/gone`);
  const half = { RECORD_STORE_URL: mine.recordStoreUrl, KEY_STORE_URL: `sqlite:${desk}/gone/keystore.db` };
  await expectUntouched(mine.folder, half, ALL, []);
}, 60_000);
