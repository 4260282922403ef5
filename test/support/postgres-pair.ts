/**
 * A primary and a standby, run as a process of their own: `node test/support/postgres-pair.ts`. The standby is a cold copy of
 * the primary with `standby.signal`, as the programs at hand can make one.
 *
 * It prints one line of JSON: the URLs of both. Then it does what each line of its standard input says, and answers `ok`:
 *
 *   kill primary      ends a server as a crash would     stop standby   ends one in good order
 *   start primary     starts it again on its port
 *
 * It lives as long as its standard input stays open; both servers end with it, and their files are removed.
 */
import type { ChildProcess } from 'node:child_process';
import { cp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ownAll } from './nobody.ts';
import { freePort } from './ports.ts';
import { initialise, newHome, start, stop, USER, urlOf } from './postgres-programs.ts';

const home = await newHome();
const servers: Record<string, ChildProcess> = {};
try {
  const settings = { wal_level: 'replica', hot_standby: 'on', wal_receiver_status_interval: '100ms' };
  const cluster = await initialise(home, settings);
  const ports: Record<string, number> = { primary: await freePort(), standby: await freePort() };
  const data: Record<string, string> = { primary: cluster.data, standby: join(home, 'standby') };
  const startAgain = async (name: string) => {
    servers[name] = await start(cluster.postgres, home, data[name] ?? '', ports[name] ?? 0);
  };
  await startAgain('primary');
  await stop(servers.primary as ChildProcess);
  await cp(cluster.data, data.standby ?? '', { recursive: true, preserveTimestamps: true });
  const from = `host=127.0.0.1 port=${ports.primary} user=${USER} password=${cluster.password} application_name=standby`;
  // Of two equal settings the last one counts.
  const more = `primary_conninfo = '${from}'\nwal_retrieve_retry_interval = '200ms'\n`;
  await writeFile(join(data.standby ?? '', 'postgresql.conf'), more, { flag: 'a' });
  await writeFile(join(data.standby ?? '', 'standby.signal'), '');
  // A copy is its maker's; the servers run as somebody else.
  await ownAll(data.standby ?? '');
  await Promise.all(['primary', 'standby'].map(startAgain));
  process.stdout.write(
    `${JSON.stringify({ primary: urlOf(cluster, ports.primary ?? 0), standby: urlOf(cluster, ports.standby ?? 0) })}\n`,
  );
  for await (const line of createInterface({ input: process.stdin })) {
    const [verb, name = ''] = line.split(' ');
    if (verb === 'start') await startAgain(name);
    else await stop(servers[name] as ChildProcess, verb === 'kill' ? 'SIGQUIT' : 'SIGINT');
    process.stdout.write('ok\n');
  }
} finally {
  await Promise.all(Object.values(servers).map((server) => stop(server, 'SIGQUIT')));
  await rm(home, { recursive: true, force: true });
}
process.exit();
