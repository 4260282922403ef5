/**
 * One throwaway PostgreSQL server, run as a process of its own: `node test/support/postgres-server.ts`.
 *
 * It prints the server's URL as its only line and lives as long as its standard input stays open. When whoever started
 * it ends, crashes or is killed, the pipe closes: the server stops and its files are removed.
 */
import type { ChildProcess } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { freePort, initialise, newHome, start, stop, urlOf } from './postgres-programs.ts';

const home = await newHome();
let server: ChildProcess | undefined;
try {
  const orphaned = new Promise((resolve) => process.stdin.on('close', resolve).resume());
  const cluster = await initialise(home);
  const port = await freePort();
  server = await start(cluster.postgres, home, cluster.data, port);
  process.stdout.write(`${urlOf(cluster, port)}\n`);
  await orphaned;
} finally {
  if (server) await stop(server);
  await rm(home, { recursive: true, force: true });
}
process.exit();
