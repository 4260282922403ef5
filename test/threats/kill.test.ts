/**
 * kill -9 at any moment. A real server stores, corrects and erases for several callers at once, is killed, and is
 * started again; then everything it had acknowledged must hold, and everything it had not must be whole or absent.
 * `npm run soak` kills for a long time. Losing power is more than this: then the disk's own promises count.
 */
import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ORPHAN_GRACE_MS } from '../../src/jobs/orphan-keys.ts';
import { runBackgroundOnce } from '../../src/vault/background.ts';
import { openVault } from '../../src/vault/vault.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { ENGINES, freshStores } from '../support/stores.ts';
import { temporaryFolder } from '../support/temporary.ts';

const SOAK = process.env.SOAK === '1';
const KILLS = SOAK ? 200 : 8;
const REFS = ['cust_1', 'cust_2', 'cust_3', 'cust_4'];
/** By then every job looks at all that was left. */
const LATER_MS = ORPHAN_GRACE_MS + 3_600_000;

/** What a caller knows of one value. */
interface Known {
  readonly record: string;
  readonly ref: string | undefined;
  value: string;
  /** A correction that was sent and not answered. */
  sent?: string | undefined;
  erased: 'no' | 'asked' | 'yes';
}

interface Sent {
  readonly key: string;
  readonly items: { type: string; value: string; subject?: string }[];
  readonly erasuresBefore: number;
}

class Callers {
  readonly known = new Map<string, Known>();
  /** Requests to store whose answer was lost; they are sent again under their key. */
  readonly unanswered: Sent[] = [];
  readonly acknowledged = { stored: 0, corrected: 0, erased: 0 };
  #next = 0;
  /** How often an erasure of the ref was asked for or answered: whether one overlapped with a request. */
  readonly #erasures = new Map<string, number>();
  readonly #apiKey: string;
  #url = '';
  #gone = false;

  constructor(apiKey: string) {
    this.#apiKey = apiKey;
  }

  /** Works until the server is gone. */
  async work(url: string): Promise<void> {
    this.#url = url;
    const workers = [this.#store, this.#store, this.#store, this.#correct, this.#erase, this.#eraseSubject];
    this.#gone = false;
    const over = await Promise.allSettled(
      workers.map(async (step) => {
        while (!this.#gone) await step.call(this);
        throw new Gone();
      }),
    );
    for (const { reason } of over as PromiseRejectedResult[]) if (!(reason instanceof Gone)) throw reason;
  }

  /** Sends again what was never answered: the same key and body give the first answer, or the only one. */
  async repeat(url: string): Promise<void> {
    this.#url = url;
    for (const sent of this.unanswered.splice(0)) await this.#send(sent);
  }

  /** Reads everything back and compares it with what was acknowledged. */
  async verify(url: string): Promise<void> {
    this.#url = url;
    const tokens = [...this.known.keys()];
    for (let from = 0; from < tokens.length; from += 1_000) {
      const page = tokens.slice(from, from + 1_000);
      const { status, body } = await this.#call('POST', '/v1/detokenize', { tokens: page, purpose: 'billing' });
      expect(status, JSON.stringify(body)).toBe(200);
      for (const found of body.results as { token: string; value?: string; error?: { code: string } }[]) {
        const known = this.known.get(found.token) as Known;
        if (known.erased === 'yes' || (known.erased === 'asked' && found.error !== undefined)) {
          expect(found, 'erased').toEqual({ token: found.token, error: { code: 'record_erased' } });
          known.erased = 'yes';
        } else {
          expect([known.value, known.sent], JSON.stringify(found)).toContain(found.value);
          known.value = found.value as string;
          known.erased = 'no';
        }
        known.sent = undefined;
      }
    }
  }

  async #store(): Promise<void> {
    const ref = randomInt(3) === 0 ? undefined : (REFS[randomInt(REFS.length)] as string);
    const items = Array.from({ length: 1 + randomInt(5) }, () => {
      this.#next += 1;
      const value = `value-${this.#next}@example.com`;
      return { type: 'email', value, ...(ref === undefined ? {} : { subject: ref }) };
    });
    await this.#send({ key: `store-${this.#next}`, items, erasuresBefore: this.#erasures.get(ref ?? '') ?? 0 });
  }

  async #send(sent: Sent): Promise<void> {
    const { key, items } = sent;
    const { status, body } = await this.#call('POST', '/v1/tokenize', { items }, { 'Idempotency-Key': key }).catch(
      (error) => {
        this.unanswered.push(sent);
        throw error;
      },
    );
    // The subject was erased while its new record was on the way.
    if (status === 410) return;
    expect(status, JSON.stringify(body)).toBe(200);
    const ref = items[0]?.subject;
    // One asked for before and not answered is odd; one answered in between leaves it even.
    const erasures = this.#erasures.get(ref ?? '') ?? 0;
    const overlapped = erasures !== sent.erasuresBefore || erasures % 2 === 1;
    for (const [i, { token, record }] of (body.results as { token: string; record: string }[]).entries()) {
      const value = items[i]?.value as string;
      this.known.set(token, { record, ref, value, erased: overlapped ? 'asked' : 'no' });
    }
    this.acknowledged.stored += items.length;
  }

  async #correct(): Promise<void> {
    const [, known] = this.#pick();
    if (known === undefined || known.sent !== undefined) return pause();
    this.#next += 1;
    known.sent = `corrected-${this.#next}@example.com`;
    const { status, body } = await this.#call('PATCH', `/v1/records/${known.record}`, { value: known.sent });
    expect([200, 410, 409], JSON.stringify(body)).toContain(status);
    if (status === 200) known.value = known.sent;
    else expect(known.erased).not.toBe('no');
    known.sent = undefined;
    this.acknowledged.corrected += status === 200 ? 1 : 0;
  }

  async #erase(): Promise<void> {
    const [token, known] = this.#pick();
    if (known === undefined || known.sent !== undefined) return pause();
    known.erased = 'asked';
    const { status, body } = await this.#call('POST', '/v1/erasures', { tokens: [token] });
    expect([status, body.state], JSON.stringify(body)).toEqual([201, 'completed']);
    known.erased = 'yes';
    this.acknowledged.erased += 1;
    await pause();
  }

  async #eraseSubject(): Promise<void> {
    await pause(50 + randomInt(100));
    const ref = REFS[randomInt(REFS.length)] as string;
    const doomed = [...this.known.values()].filter((known) => known.ref === ref && known.erased !== 'yes');
    for (const known of doomed) known.erased = 'asked';
    const count = this.#erasures.get(ref) ?? 0;
    // An odd count: one is under way, or was when the server was killed. It may still take what comes before the kill.
    this.#erasures.set(ref, count % 2 === 0 ? count + 1 : count + 2);
    const { status, body } = await this.#call('POST', '/v1/erasures', { ref });
    this.#erasures.set(ref, count % 2 === 0 ? count + 2 : count + 3);
    if (status === 404 || status === 410) return;
    expect([status, body.state], JSON.stringify(body)).toEqual([201, 'completed']);
    for (const known of doomed) known.erased = 'yes';
    this.acknowledged.erased += doomed.length;
  }

  /** Nothing is under way any more: what an erasure cut short could take, it has taken. */
  settled(): void {
    for (const [ref, count] of this.#erasures) if (count % 2 === 1) this.#erasures.set(ref, count + 1);
  }

  #pick(): [string, Known | undefined] {
    const tokens = [...this.known.keys()];
    const token = tokens[randomInt(Math.max(tokens.length, 1))] ?? '';
    const known = this.known.get(token);
    return [token, known?.erased === 'no' ? known : undefined];
  }

  async #call(method: string, path: string, body: unknown, headers: Record<string, string> = {}) {
    try {
      const reply = await fetch(this.#url + path, {
        method,
        headers: { Authorization: `Bearer ${this.#apiKey}`, 'Content-Type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
      return { status: reply.status, body: (await reply.json()) as Record<string, unknown> };
    } catch {
      this.#gone = true;
      throw new Gone();
    }
  }
}

/** The server did not live to answer. */
class Gone extends Error {}

function pause(ms = 5): Promise<void> {
  return new Promise((resume) => setTimeout(resume, ms));
}

describe.each(ENGINES)('on %s', (engine) => {
  test(
    'what was acknowledged survives kill -9 at any moment, and nothing is left half done',
    async () => {
      const [home, stores] = [await temporaryFolder(), await freshStores(engine)];
      let server: ServerProcess | undefined;
      onTestFinished(async () => {
        await server?.end('SIGKILL');
        await stores.drop();
        await home.remove();
      });
      const { recordStoreUrl, keyStoreUrl } = stores;
      const options = {
        log: `${home.path}/server.log`,
        env: { RECORD_STORE_URL: recordStoreUrl, KEY_STORE_URL: keyStoreUrl, LETHE_LOG_LEVEL: 'warn' },
      };
      server = await startServer(home.path, options);
      const admin = (await readFile(`${home.path}/keys/admin.key`, 'ascii')).trim();
      const callers = new Callers(await newApp(server.url, admin));

      for (let kill = 0; kill < KILLS; kill += 1) {
        const working = callers.work(server.url);
        await pause(40 + randomInt(300));
        await server.end('SIGKILL');
        await working;
        // Now and then the next start is killed as well.
        if (kill % 4 === 3) {
          const starting = startServer(home.path, { ...options, dieAfterMs: 200 + randomInt(600) }).catch(
            () => undefined,
          );
          await (await starting)?.end('SIGKILL');
        }
        server = await startServer(home.path, options);
        callers.settled();
        await callers.verify(server.url);
        await callers.repeat(server.url);
      }
      await callers.verify(server.url);
      await server.end('SIGKILL');
      const { stored, corrected, erased } = callers.acknowledged;
      expect(Math.min(stored, corrected + erased), JSON.stringify(callers.acknowledged)).toBeGreaterThan(0);

      const vault = await openVault(
        {
          recordStoreUrl,
          keyStoreUrl,
          keysPath: `${home.path}/keys`,
          rootKey: { from: 'file', path: `${home.path}/keys/root.key` },
        },
        { clock: () => new Date(Date.now() + LATER_MS) },
      );
      try {
        for (const report of await runBackgroundOnce(vault)) expect(report).toMatchObject({ failed: undefined });
        const all = (store: 'recordStore' | 'keyStore', table: string, ...columns: string[]) =>
          vault[store].reader.query<Record<string, unknown>>((sql) => sql(table).select(columns).orderBy(columns));
        const live = [...callers.known.values()].filter((known) => known.erased === 'no').map(({ record }) => record);
        const records = await all('recordStore', 'records', 'record', 'generation');
        expect(records.map(({ record }) => record)).toEqual(live.sort());
        expect(await all('keyStore', 'record_keys', 'record', 'generation')).toEqual(records);
        // Of each email two: the address and its domain.
        const indexed = records.flatMap((record) => [record, record]);
        expect(await all('keyStore', 'blind_indexes', 'record', 'generation')).toEqual(indexed);
        expect(await all('keyStore', 'correction_keys', 'record')).toEqual([]);
        expect(await all('keyStore', 'tombstones', 'record', 'generation')).toEqual(
          await all('recordStore', 'tombstones', 'record', 'generation'),
        );
        const states = await all('recordStore', 'erasures', 'state');
        expect(new Set(states.map(({ state }) => state))).toEqual(new Set(['completed']));
      } finally {
        await vault.close();
      }
    },
    SOAK ? 3_600_000 : 60_000,
  );
});

async function newApp(url: string, admin: string): Promise<string> {
  const reply = await fetch(`${url}/v1/principals`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${admin}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'app', role: 'app', purposes: ['billing'] }),
  });
  return ((await reply.json()) as { apiKey: string }).apiKey;
}
