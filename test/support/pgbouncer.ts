/** A PgBouncer of a test's own before the test's PostgreSQL; it ends with the test. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { nobody, ownAll } from './nobody.ts';
import { freePort, listens } from './ports.ts';
import { temporaryFolder } from './temporary.ts';

const PROGRAMS = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/opt/homebrew/bin/pgbouncer'];

export interface PgBouncerOptions {
  readonly mode: 'transaction' | 'session';
  /** Connections to the server, for each database. */
  readonly poolSize: number;
}

function settingsOf({ mode, poolSize }: PgBouncerOptions): string {
  return [
    '[databases]',
    '* = host=127.0.0.1 port=5432',
    '[pgbouncer]',
    `pool_mode = ${mode}`,
    `default_pool_size = ${poolSize}`,
    'max_client_conn = 500',
  ].join('\n');
}

/** The program; undefined, having said so, where it is not installed. */
export function pgbouncerProgram(): string | undefined {
  const program = PROGRAMS.find((path) => existsSync(path));
  if (program === undefined)
    process.stderr.write('No pooler is tested: PgBouncer (Debian: pgbouncer) is not installed.\n');
  return program;
}

/**
 * @param options or a whole configuration, for a server on 127.0.0.1:5432, whose section `[pgbouncer]` is the last
 * @returns a URL of a database of the server, by way of the pooler
 */
export async function pgbouncer(
  server: string,
  options: PgBouncerOptions | string,
): Promise<(database: string) => string> {
  const { hostname, port, username, password } = new URL(server);
  const { path: folder, remove } = await temporaryFolder();
  const settings = typeof options === 'string' ? options : settingsOf(options);
  const listen = await freePort();
  const [config, users] = [join(folder, 'pgbouncer.ini'), join(folder, 'users.txt')];
  await writeFile(users, `"${username}" "${password}"\n`);
  await writeFile(
    config,
    [
      settings.replaceAll('host=127.0.0.1 port=5432', `host=${hostname} port=${port}`),
      'listen_addr = 127.0.0.1',
      `listen_port = ${listen}`,
      'unix_socket_dir =',
      'auth_type = plain',
      `auth_file = ${users}`,
      '',
    ].join('\n'),
  );
  await ownAll(folder);
  await chmod(folder, 0o700);
  const child = spawn(pgbouncerProgram() ?? '', [config], { ...nobody, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said = (said + chunk).slice(-4_000);
  });
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
    await remove();
  });
  await listens(listen, child, () => said);
  return (database) => {
    const url = new URL(server);
    [url.port, url.pathname] = [String(listen), `/${database}`];
    return url.href;
  };
}
