/**
 * The listening server. It bounds what a slow or hostile client can hold, and a graceful stop finishes every request
 * that was accepted before it closes the stores.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Vault } from '../vault/vault.ts';
import { newApp } from './app.ts';
import type { EventTimes } from './events.ts';
import type { Log } from './log.ts';

const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
const MAX_HEADER_BYTES = 16 * 1024;
const STOP_TIMEOUT_MS = 25_000;

export interface RunningServer {
  readonly url: string;
  /** Stops accepting, finishes what was accepted; after 25 s, drops what is left. Idempotent. */
  stop(): Promise<void>;
}

export async function serve(
  vault: Vault,
  log: Log,
  { host, port, events }: { readonly host: string; readonly port: number; readonly events?: EventTimes },
): Promise<RunningServer> {
  let stopping: Promise<void> | undefined;
  const app = newApp({ vault, log, closing: () => stopping !== undefined, events });
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES, connectionsCheckingInterval: 5_000 }, app);
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_TIMEOUT_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    stop() {
      stopping ??= close(server);
      return stopping;
    },
  };
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const drop = setTimeout(() => server.closeAllConnections(), STOP_TIMEOUT_MS);
  await closed;
  clearTimeout(drop);
}
