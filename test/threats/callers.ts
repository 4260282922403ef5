/**
 * Callers who store, correct, erase and search, several at once, until the server is gone; who remember what it has
 * acknowledged, and afterwards hold it to that: everything acknowledged holds, everything else is whole or absent.
 */

import { randomInt } from 'node:crypto';
import { expect } from 'vitest';
import { DECLARATION } from '../support/purposes.ts';

const REFS = ['cust_1', 'cust_2', 'cust_3', 'cust_4'];

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

export class Callers {
  readonly known = new Map<string, Known>();
  /** Requests to store whose answer was lost; they are sent again under their key. */
  readonly unanswered: Sent[] = [];
  /** Erasures that were acknowledged, by id. */
  readonly erasures: string[] = [];
  readonly acknowledged = { stored: 0, corrected: 0, erased: 0, late: 0 };
  #next = 0;
  /** How often an erasure of the ref was asked for or answered: whether one overlapped with a request. */
  readonly #erasures = new Map<string, number>();
  readonly #apiKey: string;
  #url = '';
  #gone = false;

  readonly #states: string[];

  /** @param contended whether another thread or process uses the stores: it may hold up what erasures leave in files */
  constructor(apiKey: string, { contended = false } = {}) {
    this.#apiKey = apiKey;
    this.#states = contended ? ['completed', 'ordered'] : ['completed'];
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
          expect(found, 'erased').toEqual({ token: found.token, form: 'none', error: { code: 'record_erased' } });
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

  /** Searches for some of the values, after `verify`: what lives is found, what was erased is not. */
  async search(url: string, count = 20): Promise<void> {
    this.#url = url;
    const tokens = [...this.known.keys()];
    for (let i = 0; i < Math.min(count, tokens.length); i += 1) {
      const token = tokens[randomInt(tokens.length)] as string;
      const { value, erased } = this.known.get(token) as Known;
      const { status, body } = await this.#call('POST', '/v1/search', { type: 'email', value, purpose: 'billing' });
      expect(status, JSON.stringify(body)).toBe(200);
      const found = (body.results as { token: string }[]).map((result) => result.token);
      expect(found, erased).toEqual(erased === 'no' ? [token] : []);
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
    this.#expectErased(status, body);
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
    this.#expectErased(status, body);
    for (const known of doomed) known.erased = 'yes';
    this.acknowledged.erased += doomed.length;
  }

  /** Whether its keys are destroyed now or by a job, nothing opens it from here on. */
  #expectErased(status: number, body: Record<string, unknown>): void {
    expect(status, JSON.stringify(body)).toBe(201);
    expect(this.#states).toContain(body.state);
    if (body.state === 'ordered') this.acknowledged.late += 1;
    this.erasures.push(body.erasure as string);
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

export function pause(ms = 5): Promise<void> {
  return new Promise((resume) => setTimeout(resume, ms));
}

/** @returns its API key */
export async function newPrincipal(url: string, admin: string, role: 'app' | 'security'): Promise<string> {
  const send = (method: string, path: string, body: object) =>
    fetch(`${url}${path}`, {
      method,
      headers: { Authorization: `Bearer ${admin}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  await send('PUT', '/v1/purposes/billing', DECLARATION);
  const reply = await send('POST', '/v1/principals', { name: role, role, purposes: ['billing'] });
  return ((await reply.json()) as { apiKey: string }).apiKey;
}
