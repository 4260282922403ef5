/**
 * nginx and haproxy as processes of a test's own, with the configurations of `src/deploy/` as they stand there: only
 * ports, paths and the user are put elsewhere. Root lends them the identity of `nobody`.
 *
 *   const proxy = await startProxy('nginx', { upstream: server.port });
 *   const reply = await proxy.ask('GET', '/v1/types');             // over TLS, under /vault
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, readlink, stat, writeFile } from 'node:fs/promises';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { makeCertificate } from './certificate.ts';
import { nobody, ownAll } from './nobody.ts';
import { freePort, listens } from './ports.ts';
import { temporaryFolder } from './temporary.ts';

export const PROXIES = ['nginx', 'haproxy'] as const;
export type ProxyName = (typeof PROXIES)[number];

const PROGRAMS = { nginx: '/usr/sbin/nginx', haproxy: '/usr/sbin/haproxy' } as const;
const FILES = { nginx: 'nginx.conf', haproxy: 'haproxy.cfg' } as const;
/** Another of this machine's own than the proxy calls the vault from; on Linux, all of 127.0.0.0/8 is. */
export const CLIENT_ADDRESS = '127.0.0.5';

export interface Proxy {
  readonly port: number;
  /** The folder of all it writes. */
  readonly folder: string;
  /** The certificate that it shows. */
  readonly ca: string;
  /** All that its logs say, standard output and error among them. */
  logs(): Promise<string>;
  /** Sends a request under `/vault` and reads its answer. */
  ask(method: string, path: string, options?: AskOptions): Promise<Answer>;
  /** The same, unread. */
  open(method: string, path: string, headers?: Record<string, string | string[]>): ClientRequest;
  /** Once it has served: where these bytes are on a disk, in its folder, or in a file that one of its processes has open, deleted or not. */
  written(bytes: string): Promise<string[]>;
}

interface AskOptions {
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string;
  /** Sends the body in pieces, without its length. */
  readonly chunked?: true;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

/** @returns whether the program is there; says so where it is not */
export function hasProxy(name: ProxyName): boolean {
  const missing = [PROGRAMS[name], '/usr/bin/openssl', '/proc/self/fd'].filter((path) => !existsSync(path));
  if (missing.length > 0) process.stderr.write(`${name} is not tested: there is no ${missing.join(' and no ')}.\n`);
  return missing.length === 0;
}

/**
 * @param upstream the port of the vault on this machine
 * @param edit changes the configuration: what a test takes away, to see what it was for
 * @throws with its output, when it ends before it listens
 */
export async function startProxy(
  name: ProxyName,
  { upstream, edit = (text) => text }: { readonly upstream: number; readonly edit?: (config: string) => string },
): Promise<Proxy> {
  const { path: folder, remove } = await temporaryFolder();
  onTestFinished(remove);
  await mkdir(join(folder, 'tls'));
  const ca = await makePem(join(folder, 'tls'));
  const port = await freePort();
  const file = join(folder, FILES[name]);
  const shipped = await readFile(fileURLToPath(new URL(`../../src/deploy/${FILES[name]}`, import.meta.url)), 'utf8');
  await writeFile(file, edit(HERE[name](shipped, { folder, port, upstream })));
  await ownAll(folder);

  const args = name === 'nginx' ? ['-e', 'stderr', '-c', file, '-g', 'daemon off;'] : ['-f', file, '-db'];
  const child = spawn(PROGRAMS[name], args, { ...nobody, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => end(child));
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
  }
  await listens(port, child, () => said);

  let pids: number[] | undefined;
  const open: Proxy['open'] = (method, path, headers = {}) => {
    const to = { host: '127.0.0.1', port, ca, servername: 'localhost', agent: false as const };
    return request({ ...to, localAddress: CLIENT_ADDRESS, method, path: `/vault${path}`, headers });
  };
  return {
    ...{ port, folder, ca, open },
    async logs() {
      const files = (await readdir(folder)).filter((entry) => entry.endsWith('.log'));
      return said + (await Promise.all(files.map((entry) => readFile(join(folder, entry), 'utf8')))).join('');
    },
    ask: (method, path, { headers = {}, body, chunked } = {}) => {
      const length = body === undefined || chunked ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
      return answerTo(open(method, path, { ...headers, ...length }), body);
    },
    async written(bytes) {
      pids ??= await processesOf(child.pid as number);
      return writtenBy(pids, folder, bytes);
    },
  };
}

/** What is sent, and the answer; a connection that breaks while the body is sent may have been answered before. */
export function answerTo(sending: ClientRequest, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let failed: Error | undefined;
    sending.on('error', (error) => {
      failed = error;
      // An answer that came before the break is still to be read.
      setImmediate(() => reject(failed));
    });
    sending.on('response', (reply) => {
      const chunks: Buffer[] = [];
      reply.on('data', (chunk: Buffer) => chunks.push(chunk));
      reply.on('error', reject);
      reply.on('end', () =>
        resolve({ status: reply.statusCode ?? 0, headers: reply.headers, text: Buffer.concat(chunks).toString() }),
      );
    });
    sending.end(body);
  });
}

interface Place {
  readonly folder: string;
  readonly port: number;
  readonly upstream: number;
}

/** nginx makes the folder of each at its start, used or not. */
const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/** What of a configuration is another here than where it is used; each is there to be replaced. */
const HERE: Readonly<Record<ProxyName, (config: string, place: Place) => string>> = {
  nginx: (config, { folder, port, upstream }) =>
    replaced(config, [
      ['user www-data;', ''],
      ['worker_processes auto;', 'worker_processes 1;'],
      ['/run/nginx.pid', `${folder}/nginx.pid`],
      ['/var/log/nginx/lethe-error.log', `${folder}/error.log`],
      ['/var/log/nginx/lethe-access.log', `${folder}/access.log`],
      ['/etc/lethe/tls/certificate.pem', `${folder}/tls/certificate.pem`],
      ['/etc/lethe/tls/key.pem', `${folder}/tls/key.pem`],
      ['listen 443 ssl;', `listen 127.0.0.1:${port} ssl;`],
      ['server 127.0.0.1:7300;', `server 127.0.0.1:${upstream};`],
      ['http {', `http {\n${TEMPORARY.map((what) => `${what}_temp_path ${folder}/${what};`).join('\n')}`],
    ]),
  haproxy: (config, { folder, port, upstream }) =>
    replaced(config, [
      ['    user haproxy\n    group haproxy\n    chroot /var/lib/haproxy\n', ''],
      ['bind :443', `bind 127.0.0.1:${port}`],
      ['/etc/lethe/tls/vault.pem', `${folder}/tls/vault.pem`],
      ['127.0.0.1:7300 check inter 2s', `127.0.0.1:${upstream} check inter 200ms`],
    ]),
};

/** @throws where one is not there to be replaced: the test would then run another configuration than it says */
export function replaced(text: string, pairs: readonly (readonly [string, string])[]): string {
  return pairs.reduce((all, [old, now]) => {
    if (!all.includes(old)) throw new Error(`the configuration has no ${old}`);
    return all.replace(old, now);
  }, text);
}

async function makePem(folder: string): Promise<string> {
  const { certificate, key } = makeCertificate(folder, 'DNS:localhost,IP:127.0.0.1');
  const text = await readFile(certificate, 'utf8');
  await writeFile(join(folder, 'vault.pem'), text + (await readFile(key, 'utf8')));
  return text;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  // nginx: at once, its workers too.
  child.kill('SIGTERM');
  await ended;
}

/** A process and its children. */
async function processesOf(pid: number): Promise<number[]> {
  const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const parents = await Promise.all(
    all.map(async (name) => {
      const line = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
      return { pid: Number(name), parent: Number(line.slice(line.lastIndexOf(')') + 2).split(' ')[1]) };
    }),
  );
  return [pid, ...parents.filter(({ parent }) => parent === pid).map((found) => found.pid)];
}

async function writtenBy(pids: readonly number[], folder: string, bytes: string): Promise<string[]> {
  const open = await Promise.all(
    pids.map(async (pid) => {
      const names = await readdir(`/proc/${pid}/fd`).catch(() => []);
      return names.map((name) => `/proc/${pid}/fd/${name}`);
    }),
  );
  const files = (await readdir(folder, { recursive: true })).map((name) => join(folder, name));
  const found = await Promise.all(
    [...files, ...open.flat()].map(async (path) => {
      const isFile = (await stat(path).catch(() => undefined))?.isFile();
      const holds = isFile && (await readFile(path).catch(() => Buffer.alloc(0))).includes(bytes);
      return holds ? [path.startsWith('/proc') ? await readlink(path).catch(() => path) : path] : [];
    }),
  );
  return found.flat();
}
