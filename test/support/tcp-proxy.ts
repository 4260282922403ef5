/** Stands between the vault and a server, so that a test can cut the wire and mend it. */
import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface TcpProxy {
  /** The URL given, by way of the proxy. */
  readonly url: string;
  /** Breaks every connection there is and refuses new ones. */
  cut(): void;
  mend(): void;
  /** Holds back what is sent from now on, and closes nothing; `mend` lets it through. */
  silence(): void;
  /** Breaks every connection there is; new ones lead to another server. */
  moveTo(target: string): void;
}

export async function tcpProxy(target: string): Promise<TcpProxy> {
  let { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let isCut = false;
  let isSilent = false;
  const server = createServer((near) => {
    if (isCut) return void near.resetAndDestroy();
    const far = connect(Number(port), hostname);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      if (isSilent) socket.cork();
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const breakAll = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const cut = () => {
    isCut = true;
    breakAll();
  };
  onTestFinished(() => {
    cut();
    server.close();
  });
  const url = new URL(target);
  const address = server.address();
  url.hostname = '127.0.0.1';
  url.port = String(typeof address === 'object' ? address?.port : '');
  return {
    url: url.href,
    cut,
    mend: () => {
      isCut = false;
      isSilent = false;
      for (const socket of sockets) while (socket.writableCorked > 0) socket.uncork();
    },
    silence: () => {
      isSilent = true;
      for (const socket of sockets) socket.cork();
    },
    moveTo: (other) => {
      ({ hostname, port } = new URL(other));
      breakAll();
    },
  };
}
