/**
 * One throwaway PostgreSQL server, run as a process of its own: `node test/support/postgres-server.ts`.
 *
 * It prints the server's URL as its only line and lives as long as its standard input stays open. When whoever started
 * it ends, crashes or is killed, the pipe closes: the server stops and its files are removed.
 *
 * With the argument `tls` it also speaks TLS, with a certificate of its own for the name `localhost`, and listens on a
 * Unix socket; its line then names, after the URL, the folder of the socket and of `server.crt`. Needs `openssl`.
 */
import type { ChildProcess } from 'node:child_process';
import { chmod, rm } from 'node:fs/promises';
import { makeCertificate } from './certificate.ts';
import { own } from './nobody.ts';
import { freePort } from './ports.ts';
import { initialise, newHome, start, stop, urlOf } from './postgres-programs.ts';

async function settingsOfTls(): Promise<Record<string, string>> {
  const { certificate, key } = makeCertificate(home, 'DNS:localhost', ['server.crt', 'server.key']);
  await chmod(key, 0o600);
  await own(key);
  return { ssl: 'on', ssl_cert_file: certificate, ssl_key_file: key, unix_socket_directories: home };
}

const home = await newHome();
let server: ChildProcess | undefined;
try {
  const orphaned = new Promise((resolve) => process.stdin.on('close', resolve).resume());
  const isTls = process.argv[2] === 'tls';
  const cluster = await initialise(home, isTls ? await settingsOfTls() : {});
  const port = await freePort();
  server = await start(cluster.postgres, home, cluster.data, port);
  process.stdout.write(`${urlOf(cluster, port)}${isTls ? ` ${home}` : ''}\n`);
  await orphaned;
} finally {
  if (server) await stop(server);
  await rm(home, { recursive: true, force: true });
}
process.exit();
