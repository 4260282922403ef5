/** A receiver of hooks on this machine, and the deliveries of a vault that may call it. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, vi } from 'vitest';
import { Deliveries, type DeliveryOptions } from '../../src/background/deliveries.ts';
import { dueHooks } from '../../src/hooks/due.ts';
import type { JobReport } from '../../src/jobs/worker.ts';
import { networksOf } from '../../src/network-address.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { withParts } from '../support/home.ts';

export interface Received {
  readonly path: string;
  readonly host: string | undefined;
  readonly headers: Record<string, string>;
  readonly body: string;
}

export interface Receiver {
  readonly port: number;
  readonly got: Received[];
  /** What it answers at this path from now on; 204 otherwise. */
  answers(path: string, how: number | ((response: ServerResponse) => void)): void;
  /** The types of what has come to this path. */
  typesAt(path: string): string[];
  at(path: string): Received[];
}

/** One for all tests of a file. */
export function receiver(): Receiver {
  const got: Received[] = [];
  const answers = new Map<string, number | ((response: ServerResponse) => void)>();
  const server = createServer((request, response) => void take(request, response));
  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += chunk;
    const path = request.url ?? '';
    got.push({ path, host: request.headers.host, headers: request.headers as Record<string, string>, body });
    const how = answers.get(path) ?? 204;
    if (typeof how === 'function') how(response);
    else response.writeHead(how).end();
  }
  beforeAll(() => new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening)));
  afterAll(
    () =>
      new Promise<void>((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  );
  const at = (path: string) => got.filter((one) => one.path === path);
  return {
    got,
    at,
    answers: (path, how) => void answers.set(path, how),
    get port() {
      return (server.address() as AddressInfo).port;
    },
    typesAt: (path) => at(path).map(({ body }) => JSON.parse(body).type),
  };
}

/** The same vault, whose hooks may lead to this machine. */
export function inside(vault: Vault): Vault {
  return withParts(vault, { hookNetworks: networksOf(['127.0.0.0/8']) });
}

/** Rounds until nothing is due, as one process makes them. @returns what was reported */
export async function deliver(vault: Vault, options: DeliveryOptions = {}): Promise<JobReport[]> {
  const reports: JobReport[] = [];
  const deliveries = new Deliveries(vault, (report) => reports.push(report), options);
  for (let rounds = 0; ; rounds += 1) {
    await deliveries.round();
    await deliveries.settled();
    if ((await dueHooks(vault.recordStore.reader, vault.clock())).length === 0) break;
    if (rounds === 100) throw new Error('There is no end to it.');
  }
  await deliveries.stop();
  return reports;
}

/** What the foreign library says of a message. @throws where it does not verify */
export function verified(secret: string, { headers, body }: Received, now: Date): { type: string; data: object } {
  vi.useFakeTimers({ toFake: ['Date'], now });
  try {
    return new Webhook(secret).verify(body, headers) as { type: string; data: object };
  } finally {
    vi.useRealTimers();
  }
}
