/** A proxy before the vault that answers in its place: with pages of its own, that say nothing of what was done. */
import { describe, expect, test } from 'vitest';
import { LetheClient } from '../../src/client/lethe-client.ts';
import type { TokenizeItem } from '../../src/client/shapes.ts';
import { Workplace } from './workplace.ts';

const MAP = { fields: [{ path: '/name', type: 'text' }] };
const PAGE = '<html><head><title>502 Bad Gateway</title></head><body>nginx/1.22</body></html>';

describe.each([502, 503, 504])('HTTP %i with a page of HTML', (status) => {
  test('is tried again under the same key, as a lost connection is, as long after as it asks', async () => {
    const work = new Workplace('{"name":"a"}');
    const keys: string[] = [];
    const slept: number[] = [];
    const notes: string[] = [];
    const fetch: typeof globalThis.fetch = async (_, init) => {
      keys.push(new Headers(init?.headers).get('idempotency-key') ?? '');
      if (keys.length <= 6) {
        // Done and not told: what is repeated must be the same call.
        const headers = { 'Content-Type': 'text/html', 'Retry-After': keys.length > 4 ? '20' : '1' };
        return new Response(PAGE, { status, headers });
      }
      const { items } = JSON.parse(String(init?.body));
      const results = await work.vault.tokenize(items, keys[0] ?? '');
      return new Response(JSON.stringify({ results }), { headers: { 'Content-Type': 'application/json' } });
    };
    const client = new LetheClient({
      url: 'http://proxy',
      apiKey: 'key_a_b',
      fetch,
      retries: 1,
      sleep: async () => {},
    });
    const result = await work.import(MAP, {
      tokenizer: {
        tokenize: (items, idempotencyKey) => client.tokenize(items as readonly TokenizeItem[], { idempotencyKey }),
      },
      progress: { start() {}, update() {}, stop() {}, note: (text: string) => void notes.push(text) },
      sleep: async (ms: number) => void slept.push(ms),
    });
    expect(result).toMatchObject({ rows: 1, values: 1, rejected: 0 });
    expect(new Set(keys).size).toBe(1);
    // Each of the client's own tries twice; the last one asked for 20 seconds.
    expect(slept).toEqual([1_000, 1_000, 20_000]);
    expect(notes.at(-1)).toBe('the vault says unexpected_reply; trying again in 20 s');
    expect(work.rejects()).toEqual([]);
  });

  test('and ends, in its place, where it is asked to wait for longer than anybody does', async () => {
    const work = new Workplace('{"name":"a"}');
    const fetch: typeof globalThis.fetch = async () =>
      new Response(PAGE, { status, headers: { 'Retry-After': '3600' } });
    const client = new LetheClient({ url: 'http://proxy', apiKey: 'key_a_b', fetch });
    const tokenizer = { tokenize: (items: never) => client.tokenize(items) };
    await expect(work.import(MAP, { tokenizer })).rejects.toThrow(/proxy.*HTTP 50[234].*has kept its place/s);
  });
});
