/**
 * A primary and a standby, run as a process of their own: `node test/support/postgres-pair.ts`. Both are cold copies of one
 * cluster, the standby with `standby.signal`, as the programs at hand can make one. The first pair of a run makes the
 * cluster and leaves it at TEST_CLUSTER, where that is set; the others copy it.
 *
 * It prints one line of JSON: the URLs of both. Then it does what each line of its standard input says, and answers `ok`:
 *
 *   kill primary      ends a server as a crash would     stop standby   ends one in good order
 *   start primary     starts it again on its port
 *
 * It lives as long as its standard input stays open; both servers end with it, and their files are removed.
 */
import { type ChildProcess, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from './ports.ts';
import { type Cluster, initialise, newHome, programs, start, stop, USER, urlOf } from './postgres-programs.ts';

const home = await newHome();
const servers: Record<string, ChildProcess> = {};
try {
  const cluster = await coldCluster();
  const ports: Record<string, number> = { primary: await freePort(), standby: await freePort() };
  const data: Record<string, string> = { primary: cluster.data, standby: join(home, 'standby') };
  const startAgain = async (name: string) => {
    servers[name] = await start(cluster.postgres, home, data[name] ?? '', ports[name] ?? 0);
  };
  copy(cluster.data, data.standby ?? '');
  const from = `host=127.0.0.1 port=${ports.primary} user=${USER} password=${cluster.password} application_name=standby`;
  // Of two equal settings the last one counts.
  const more = `primary_conninfo = '${from}'\nwal_retrieve_retry_interval = '200ms'\n`;
  await writeFile(join(data.standby ?? '', 'postgresql.conf'), more, { flag: 'a' });
  await writeFile(join(data.standby ?? '', 'standby.signal'), '');
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

/** A cluster in the home of this pair that has run once, and not since. */
async function coldCluster(): Promise<Cluster> {
  const kept = process.env.TEST_CLUSTER;
  const data = join(home, 'data');
  if (kept !== undefined && existsSync(kept)) {
    copy(join(kept, 'data'), data);
    const password = await readFile(join(kept, 'password'), 'utf8');
    return { home, data, password, postgres: (await programs(home)).postgres };
  }
  const settings = { wal_level: 'replica', hot_standby: 'on', wal_receiver_status_interval: '100ms' };
  const cluster = await initialise(home, settings);
  await stop(await start(cluster.postgres, home, data, await freePort()));
  if (kept !== undefined) {
    copy(home, `${kept}.${process.pid}`);
    // Another pair may have left one meanwhile.
    await rename(`${kept}.${process.pid}`, kept).catch(() => {});
  }
  return cluster;
}

/** With owners: the servers run as somebody else. */
function copy(from: string, to: string): void {
  execFileSync('cp', ['-a', from, to]);
}
