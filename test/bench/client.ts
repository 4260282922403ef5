/**
 * The vault as the benchmark calls it, over HTTP: an app's API key, values stored in batches, and single calls on one
 * connection whose time is taken. Every answer is checked; a wrong one ends the run.
 */

import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import type { Tokenized, TokenizeItem } from '../../src/operations/values/schema.ts';
import { DECLARATION } from '../support/purposes.ts';

export const PURPOSE = 'billing';

export interface Client {
  readonly url: string;
  readonly apiKey: string;
  call<R>(path: string, body: unknown): Promise<R>;
  /** A call whose body is JSON already. */
  send<R>(path: string, body: string): Promise<R>;
  get<R>(path: string): Promise<R>;
  put(path: string, body: unknown): Promise<unknown>;
  tokenize(items: readonly TokenizeItem[]): Promise<Tokenized[]>;
  close(): void;
}

/** A client with a new app's API key. */
export function clientOf(url: string, home: string): Promise<Client> {
  return memberOf(url, home, 'app');
}

/** A client with a new API key of this role, which the vault's first administrator makes. */
export async function memberOf(url: string, home: string, role: 'app' | 'security'): Promise<Client> {
  const admin = newClient(url, (await readFile(join(home, 'keys/admin.key'), 'utf8')).trim());
  const body = { name: `bench-${role}`, role, purposes: role === 'app' ? [PURPOSE] : [] };
  // A checkout from before purposes were declared has no such path.
  await admin.put(`/v1/purposes/${PURPOSE}`, DECLARATION).catch((error: Error) => {
    if (!error.message.includes('route_not_found')) throw error;
  });
  const { apiKey } = await admin.call<{ apiKey: string }>('/v1/principals', body);
  admin.close();
  return newClient(url, apiKey);
}

function newClient(url: string, apiKey: string): Client {
  const agent = new Agent({ keepAlive: true });
  const ask = <R>(method: 'GET' | 'POST' | 'PUT', path: string, text: string) =>
    new Promise<R>((resolve, reject) => {
      const authorization = `Bearer ${apiKey}`;
      const ofBody = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
      const headers = { authorization, ...(method !== 'GET' && ofBody) };
      const sent = request(`${url}${path}`, { method, agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () => {
          const reply = Buffer.concat(chunks).toString('utf8');
          if ((response.statusCode ?? 0) >= 300) reject(new Error(`${path}: ${response.statusCode} ${reply}`));
          else resolve(JSON.parse(reply) as R);
        });
      });
      sent.on('error', reject);
      sent.end(text);
    });
  const send = <R>(path: string, body: string) => ask<R>('POST', path, body);
  const call = <R>(path: string, body: unknown) => send<R>(path, JSON.stringify(body));
  return {
    url,
    apiKey,
    call,
    send,
    get: (path) => ask('GET', path, ''),
    put: (path, body) => ask('PUT', path, JSON.stringify(body)),
    tokenize: async (items) => (await call<{ results: Tokenized[] }>('/v1/tokenize', { items })).results,
    close: () => agent.destroy(),
  };
}

const BATCH = 1_000;
const IN_FLIGHT = 2;

/** Stores items as `storeRecords` does. @returns their tokens in the order of the items */
export async function storeAll(
  client: Client,
  count: number,
  itemAt: (position: number) => TokenizeItem,
  said?: (stored: number) => void,
): Promise<string[]> {
  return (await storeRecords(client, count, itemAt, said)).map(({ token }) => token);
}

/** Stores items in batches of 1,000, two under way at a time. @returns what they became, in the order of the items */
export async function storeRecords(
  client: Client,
  count: number,
  itemAt: (position: number) => TokenizeItem,
  said: (stored: number) => void = () => {},
): Promise<{ token: string; record: string }[]> {
  const kept: { token: string; record: string }[] = new Array(count);
  let next = 0;
  let stored = 0;
  const lane = async () => {
    while (next < count) {
      const from = next;
      next = Math.min(count, next + BATCH);
      const items = Array.from({ length: next - from }, (_, i) => itemAt(from + i));
      const results = await client.tokenize(items);
      for (const [i, { token, record = '' }] of results.entries()) kept[from + i] = { token, record };
      stored += items.length;
      said(stored);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  return kept;
}

/** An address that no other position has; five positions share a subject. */
export function emailAt(position: number): string {
  return `jane.doe.${position}@shop-${position % 97}.example.com`;
}

export function emailOfSubject(position: number): TokenizeItem {
  return { type: 'email', value: emailAt(position), subject: `cust_${Math.floor(position / 5)}` };
}

/** An address of a person who has nothing else. */
export function emailOfNewPerson(position: number): TokenizeItem {
  return { type: 'email', value: emailAt(position), subject: personAt(position) };
}

export function personAt(position: number): string {
  return `person_${position}`;
}
