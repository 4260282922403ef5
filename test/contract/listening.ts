/** A test vault behind the real listening server, and raw connections to it. */
import { connect, type Socket } from 'node:net';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import type { EventTimes } from '../../src/http/events.ts';
import { type RunningServer, serve } from '../../src/http/serving/server.ts';
import type { TestVault } from '../support/vault.ts';

export interface Listening extends RunningServer {
  readonly port: number;
}

export async function listen({ vault, logged }: TestVault, events?: EventTimes): Promise<Listening> {
  const log = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) });
  const server = await serve(vault, log, { host: '127.0.0.1', port: 0, ...(events && { events }) });
  onTestFinished(() => server.stop());
  return { ...server, port: Number(new URL(server.url).port) };
}

export interface Connection {
  readonly socket: Socket;
  /** All that came so far. */
  received(): string;
  /** Resolves when the server has ended the connection, with all that came. */
  readonly ended: Promise<string>;
  /** Resolves when what came matches. */
  until(pattern: RegExp): Promise<string>;
}

export async function open(port: number): Promise<Connection> {
  const socket = connect(port, '127.0.0.1');
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  onTestFinished(() => void socket.destroy());
  let text = '';
  let arrived = () => {};
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    text += chunk;
    arrived();
  });
  socket.on('error', () => {});
  const ended = new Promise<string>((resolve) => socket.once('close', () => resolve(text)));
  return {
    socket,
    ended,
    received: () => text,
    async until(pattern) {
      while (!pattern.test(text)) {
        await new Promise<void>((resolve, reject) => {
          arrived = resolve;
          void ended.then(() => (pattern.test(text) ? resolve() : reject(new Error(`closed after: ${text}`))));
        });
      }
      return text;
    },
  };
}
