/**
 * Sends calls to the vault, and sends them again where that is safe.
 *
 *   repeat     after no answer, 502, 503, 504    after 429   after any other answer
 *   always     yes                               yes         no      reads, and what is the same done twice
 *   keyed      yes, under the same key           yes         no      writes with an Idempotency-Key
 *   refused    no                                yes         no      a write that would be done twice
 *
 * It waits before each repeat, on average twice as long as before the last one. The wait is random, so that many
 * clients do not come back together. It is at least as long as `Retry-After` asks. If that is more than a minute, there
 * is no repeat.
 */

import { LetheError, LetheUnreachableError, reasonOf } from './errors.ts';
import { type Body, eventsIn, type StreamEvent } from './events.ts';
import { writeExactly } from './exact-numbers.ts';
import { type Failure, failureOf, jsonOf, UNAVAILABLE } from './replies.ts';

export interface TransportOptions {
  /** Where the vault is, such as `https://vault.internal:7300`. Plain HTTP shows values to the network in between. */
  readonly url: string;
  /** As it was handed out. White space around it is dropped, such as the line's end in the file that holds it. */
  readonly apiKey: string;
  /** Sends the requests; by default the platform's `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** How many times a call is sent again at most; by default 3. 0 means never. */
  readonly retries?: number;
  /** How long one attempt may take; by default 10,000. */
  readonly timeoutMs?: number;
  /** Waits between attempts. */
  readonly sleep?: (ms: number) => Promise<void>;
  /** Makes the key of a write that was given none; by default a random UUID. */
  readonly idempotencyKey?: () => string;
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  readonly repeat: 'always' | 'keyed' | 'refused';
  readonly idempotencyKey?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}

/** The vault sends something every 15 seconds. */
const MAX_SILENCE_MS = 60_000;
const REOPEN_AFTER_MS = 1_000;
const BASE_WAIT_MS = 100;
const MAX_WAIT_MS = 5_000;
const MAX_RETRY_AFTER_MS = 60_000;
const TOO_MANY = 429;

/** A call as it is sent. It is made once, so that every attempt sends the same bytes. */
interface Message {
  readonly url: string;
  readonly init: RequestInit;
  readonly key: string | undefined;
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number;
}

/** A reply that has not ended; `stop` ends it. */
type OpenStream = { readonly body: Body; readonly stop: AbortController };

export class Transport {
  readonly #base: string;
  readonly #apiKey: string;
  readonly #fetch: typeof globalThis.fetch;
  readonly #retries: number;
  readonly #timeoutMs: number;
  readonly #sleep: (ms: number) => Promise<void>;
  readonly #newKey: () => string;

  /** @throws {TypeError} for a URL or an API key that cannot be one; the message repeats neither */
  constructor(options: TransportOptions) {
    this.#base = baseOf(options.url);
    this.#apiKey = String(options.apiKey ?? '').trim();
    if (!/^[\x21-\x7e]{1,256}$/.test(this.#apiKey)) throw new TypeError('apiKey must be an API key of the vault.');
    this.#fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
    this.#retries = options.retries ?? 3;
    this.#timeoutMs = options.timeoutMs ?? 10_000;
    this.#sleep = options.sleep ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms)));
    this.#newKey = options.idempotencyKey ?? (() => globalThis.crypto.randomUUID());
  }

  /** @throws {LetheError} @throws {LetheUnreachableError} @throws the signal's reason */
  async send<R>(call: Call): Promise<R> {
    const message = this.#message(call);
    return this.#again(call, () => this.#attempt<R>(message));
  }

  async #again<R>(call: Call, send: () => Promise<{ readonly reply: R } | Failure>): Promise<R> {
    for (let attempt = 0; ; attempt += 1) {
      const answer = await send();
      if ('reply' in answer) return answer.reply;
      const { error, waitMs } = answer;
      if (attempt >= this.#retries || waitMs > MAX_RETRY_AFTER_MS || !mayRepeat(call, error)) throw error;
      const backoff = Math.random() * Math.min(MAX_WAIT_MS, 2 * BASE_WAIT_MS * 2 ** attempt);
      await this.#sleep(Math.max(waitMs, Math.ceil(backoff)));
      call.signal?.throwIfAborted();
    }
  }

  /**
   * The events of a stream, until the vault ends it. The request is sent, and sent again, like any call. Once the
   * stream is open, a minute without a sign of life ends it.
   * @throws {LetheError} @throws {LetheUnreachableError} @throws the signal's reason
   */
  async *events(call: Call): AsyncGenerator<StreamEvent, void, undefined> {
    const { body, stop } = await this.#again(call, () => this.#open(this.#message(call)));
    const abort = () => stop.abort();
    call.signal?.addEventListener('abort', abort);
    let silence: ReturnType<typeof setTimeout> | undefined;
    const alive = () => {
      clearTimeout(silence);
      silence = setTimeout(abort, MAX_SILENCE_MS);
    };
    try {
      alive();
      yield* eventsIn(body, alive);
    } catch {
      // The stream broke off. The events before that stand.
      call.signal?.throwIfAborted();
    } finally {
      clearTimeout(silence);
      call.signal?.removeEventListener('abort', abort);
      abort();
    }
  }

  /** Waits before the caller asks again for a stream that ended. */
  async pause(signal: AbortSignal | undefined): Promise<void> {
    await this.#sleep(REOPEN_AFTER_MS);
    signal?.throwIfAborted();
  }

  #open(message: Message): Promise<{ readonly reply: OpenStream } | Failure> {
    const headers = { ...message.init.headers, Accept: 'text/event-stream, application/problem+json' };
    return this.#send({ ...message, init: { ...message.init, headers } }, async (response, stop) => {
      const isStream = (response.headers.get('content-type') ?? '').toLowerCase().startsWith('text/event-stream');
      if (response.ok && isStream && response.body !== null) return { reply: { body: response.body, stop } };
      return failureOf(response, await response.text(), message.key);
    });
  }

  #message({ method, path, query, body, repeat, idempotencyKey, signal, timeoutMs }: Call): Message {
    const key = repeat === 'keyed' ? (idempotencyKey ?? this.#newKey()) : undefined;
    if (key !== undefined && !/^[\x21-\x7e]{1,255}$/.test(key)) {
      throw new TypeError('idempotencyKey must be 1 to 255 visible ASCII characters.');
    }
    const init: RequestInit = {
      method,
      headers: {
        Accept: 'application/json, application/problem+json',
        Authorization: `Bearer ${this.#apiKey}`,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(key === undefined ? {} : { 'Idempotency-Key': key }),
      },
      ...(body === undefined ? {} : { body: writeExactly(body) }),
      // Values and keys go to the vault that was named, and never to where it redirects.
      redirect: 'manual',
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
    };
    return { url: this.#base + path + queryOf(query), init, key, signal, timeoutMs: timeoutMs ?? this.#timeoutMs };
  }

  #attempt<R>(message: Message): Promise<{ readonly reply: R } | Failure> {
    return this.#send(message, async (response) => {
      const text = await response.text();
      const reply = response.ok ? jsonOf(response, text, 'application/json') : undefined;
      return reply === undefined ? failureOf(response, text, message.key) : { reply: reply as R };
    });
  }

  /** One attempt. The time limit ends once `read` is done. @throws the signal's reason */
  async #send<R>(
    { url, init, key, signal, timeoutMs }: Message,
    read: (response: Response, stop: AbortController) => Promise<{ readonly reply: R } | Failure>,
  ): Promise<{ readonly reply: R } | Failure> {
    signal?.throwIfAborted();
    const stop = new AbortController();
    const abort = () => stop.abort();
    const timer = setTimeout(abort, timeoutMs);
    signal?.addEventListener('abort', abort);
    try {
      return await read(await this.#fetch(url, { ...init, signal: stop.signal }), stop);
    } catch (error) {
      signal?.throwIfAborted();
      const reason = stop.signal.aborted ? 'timeout' : reasonOf(error);
      return { error: new LetheUnreachableError(reason, key), waitMs: 0 };
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }
}

function mayRepeat({ repeat }: Call, error: LetheError | LetheUnreachableError): boolean {
  if (error instanceof LetheError && error.status === TOO_MANY) return true;
  if (error instanceof LetheError && !UNAVAILABLE.has(error.status)) return false;
  return repeat !== 'refused';
}

function baseOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isHttp = parsed?.protocol === 'https:' || parsed?.protocol === 'http:';
  if (!parsed || !isHttp || parsed.username || parsed.password || parsed.search || parsed.hash) {
    throw new TypeError('url must be the http or https URL of a vault, without a user, a query or a fragment.');
  }
  return parsed.href.replace(/\/+$/, '');
}

function queryOf(query: Call['query'] = {}): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, String(value));
  return given.size === 0 ? '' : `?${given}`;
}
