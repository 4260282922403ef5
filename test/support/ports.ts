/** Ports of this machine, for servers of a test's own. */
import type { ChildProcess } from 'node:child_process';
import { type AddressInfo, connect, createServer } from 'node:net';

const START_TIMEOUT_MS = 20_000;
const POLL_MS = 20;

/** One at which nobody listens now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

/** Waits until the server listens. @throws with what it said, when it ends before, or takes too long */
export async function listens(port: number, server: ChildProcess, said: () => string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await connects(port))) {
    if (server.exitCode !== null || Date.now() > deadline) throw new Error(`the server did not start: ${said()}`);
    await new Promise((resume) => setTimeout(resume, POLL_MS));
  }
}

function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}
