/**
 * The listening server. It bounds what a slow or hostile client can hold, and a graceful stop finishes every request
 * that was accepted before it closes the stores.
 */
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { SealedVault } from '../../vault/sealed.ts';
import type { Signals } from '../../vault/signals.ts';
import { readPair, type TlsFiles } from '../../vault/tls-pair.ts';
import type { Vault } from '../../vault/vault.ts';
import { type Front, newApp } from '../app.ts';
import type { EventTimes } from '../events.ts';
import { boundConnections } from './connections.ts';
import { type Log, placesOf } from './log.ts';
import { newSealedApp } from './sealed.ts';
import { stateOf, TlsWatch } from './tls.ts';
import type { Colleagues } from './workers/colleagues.ts';

const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
const MAX_HEADER_BYTES = 16 * 1024;
const STOP_TIMEOUT_MS = 25_000;

export interface RunningServer {
  readonly url: string;
  /** Looks now whether the files of TLS have changed, and takes those that may be taken. */
  lookAtTls(): Promise<void>;
  /** Stops accepting and finishes what was accepted. After 25 s it drops what is left. It may be called again. */
  stop(): Promise<void>;
}

interface Address extends Front {
  readonly host: string;
  readonly port: number;
  readonly events?: EventTimes;
  readonly colleagues?: Colleagues | undefined;
  /** Absent: plain HTTP. */
  readonly tls?: TlsFiles | undefined;
}

/** Whom a listening server tells what happens to it; nobody while the vault is sealed. */
type Told = () => Signals | undefined;

export function serve(vault: Vault, log: Log, address: Address): Promise<RunningServer> {
  const { events, colleagues } = address;
  const handler = (closing: () => boolean) => newApp({ vault, log, closing, events, colleagues, front: address });
  return listen(handler, address, log, () => vault.signals);
}

/** First serves what unseals the vault. After `open` it serves the vault, to the same connections. */
export async function serveSealed(
  sealed: SealedVault,
  log: Log,
  address: Address,
): Promise<RunningServer & { open(vault: Vault): void }> {
  let answer: RequestListener | undefined;
  let closing = () => false;
  let signals: Signals | undefined;
  const handler = (isClosing: () => boolean): RequestListener => {
    closing = isClosing;
    answer = newSealedApp({ sealed, log, closing, front: address });
    return (request, response) => answer?.(request, response);
  };
  const server = await listen(handler, address, log, () => signals);
  return {
    ...server,
    open(vault) {
      signals = vault.signals;
      const { events, colleagues } = address;
      answer = newApp({ vault, log, closing, events, colleagues, front: address });
    },
  };
}

async function listen(
  handler: (closing: () => boolean) => RequestListener,
  { host, port, tls }: Address,
  log: Log,
  told: Told,
): Promise<RunningServer> {
  let stopping: Promise<void> | undefined;
  const answer = handler(() => stopping !== undefined);
  const options = { maxHeaderSize: MAX_HEADER_BYTES, connectionsCheckingInterval: 5_000 };
  const { server, watch } = tls === undefined ? plain(options, answer) : await overTls(options, answer, tls, log, told);
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_TIMEOUT_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  // `accept` may fail; the server goes on listening.
  server.on('error', (error) => log.error(placesOf(error), 'a connection could not be taken'));
  boundConnections(server, log, () => void told()?.emit('connectionRefused'));
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    stop() {
      watch?.stop();
      stopping ??= close(server);
      return stopping;
    },
    lookAtTls: async () => watch?.look(),
  };
}

interface HttpOptions {
  readonly maxHeaderSize: number;
  readonly connectionsCheckingInterval: number;
}

interface Made {
  readonly server: Server;
  readonly watch?: TlsWatch;
}

function plain(options: HttpOptions, answer: RequestListener): Made {
  return { server: createServer(options, answer) };
}

async function overTls(
  options: HttpOptions,
  answer: RequestListener,
  files: TlsFiles,
  log: Log,
  told: Told,
): Promise<Made> {
  const seen = await stateOf(files);
  const { endsAt, ...pair } = await readPair(files);
  const fixed = { minVersion: 'TLSv1.3' } as const;
  const server = createTlsServer({ ...options, ...fixed, ...pair, handshakeTimeout: HEADERS_TIMEOUT_MS }, answer);
  const watch = new TlsWatch(
    files,
    { seen, endsAt },
    {
      log,
      take: ({ cert, key }) => server.setSecureContext({ ...fixed, cert, key }),
      told: (taken) => void told()?.emit('tlsFilesChanged', { taken }),
    },
  );
  return { server, watch };
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const drop = setTimeout(() => server.closeAllConnections(), STOP_TIMEOUT_MS);
  await closed;
  clearTimeout(drop);
}
