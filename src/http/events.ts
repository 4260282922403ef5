/**
 * Streams of server-sent events (WHATWG HTML 9.2).
 *
 *   id: 1                      counts the events of this stream
 *   event: progress            `done` for the last one
 *   data: {"job":"job_…",…}    the whole state, so that the next event makes up for a lost one
 *   :                          a comment, sent after a while of silence: proxies end what seems dead
 *
 * Guarantees: the number of streams of a process is bounded, in all, for each tenant and for each principal. A slow
 * reader costs one event, since none is written before the last has left. A stream ends within a minute of its API
 * key's end, and when the server stops.
 * Does not: tell every change between two looks. It looks at the store, so every node shows the work of any node.
 */
import type { ServerResponse } from 'node:http';
import { UnavailableError } from '../errors.ts';
import type { PrincipalId, RequestId, TenantId } from '../ids.ts';
import { SECURITY_HEADERS } from './headers.ts';

export interface EventTimes {
  readonly lookMs: number;
  readonly heartbeatMs: number;
  readonly recheckMs: number;
}

const TIMES: EventTimes = { lookMs: 500, heartbeatMs: 15_000, recheckMs: 60_000 };
const MAX_STREAMS = 200;
/** A quarter: however many principals a tenant has, they leave room for other tenants. */
const MAX_OF_TENANT = MAX_STREAMS / 4;
const MAX_OF_PRINCIPAL = 10;

export interface EventSource {
  readonly id: RequestId;
  readonly tenant: TenantId;
  readonly principal: PrincipalId;
  readonly first: unknown;
  readonly look: () => Promise<unknown>;
  readonly isLast: (reply: unknown) => boolean;
  /** @throws when the caller may no longer be told */
  readonly stillKnown: () => Promise<unknown>;
}

export class EventStreams {
  readonly #closing: () => boolean;
  readonly #times: EventTimes;
  /** How many streams each principal and each tenant has open. */
  readonly #open = new Map<TenantId | PrincipalId, number>();
  #count = 0;

  constructor(closing: () => boolean, times: EventTimes = TIMES) {
    this.#closing = closing;
    this.#times = times;
  }

  /** @throws {UnavailableError} if as many streams are open as there may be; nothing has been answered then */
  open(response: ServerResponse, source: EventSource): void {
    const { tenant, principal } = source;
    const has = (owner: TenantId | PrincipalId, most: number) => (this.#open.get(owner) ?? 0) >= most;
    if (this.#count >= MAX_STREAMS || has(tenant, MAX_OF_TENANT) || has(principal, MAX_OF_PRINCIPAL)) {
      throw new UnavailableError('overloaded', 'There are too many open streams of events.');
    }
    this.#add([tenant, principal], 1);
    void this.#run(response, source)
      // Whatever ended the stream, the client asks again and then gets the error as its answer.
      .catch(() => {})
      .finally(() => {
        this.#add([tenant, principal], -1);
        response.end();
      });
  }

  #add(owners: readonly (TenantId | PrincipalId)[], streams: 1 | -1): void {
    this.#count += streams;
    for (const owner of owners) {
      const now = (this.#open.get(owner) ?? 0) + streams;
      if (now === 0) this.#open.delete(owner);
      else this.#open.set(owner, now);
    }
  }

  async #run(response: ServerResponse, { id, first, look, isLast, stillKnown }: EventSource): Promise<void> {
    const { lookMs, heartbeatMs, recheckMs } = this.#times;
    const head = ['X-Request-Id', id, 'Content-Type', 'text/event-stream', 'X-Accel-Buffering', 'no'];
    response.writeHead(200, [...SECURITY_HEADERS, ...head, 'Connection', 'close']);
    let said = '';
    let events = 0;
    let saidAt = performance.now();
    let checkedAt = saidAt;
    for (let state = first; ; state = await look().catch(unlessOutOfReach(state))) {
      const [now, text, last] = [performance.now(), JSON.stringify(state), isLast(state)];
      if (last || (text !== said && !response.writableNeedDrain)) {
        said = text;
        saidAt = now;
        events += 1;
        response.write(`id: ${events}\nevent: ${last ? 'done' : 'progress'}\ndata: ${text}\n\n`);
      } else if (now - saidAt >= heartbeatMs && !response.writableNeedDrain) {
        saidAt = now;
        response.write(':\n\n');
      }
      if (last) return;
      if (now - checkedAt >= recheckMs) {
        checkedAt = now;
        await stillKnown();
      }
      if (!(await pause(response, lookMs)) || this.#closing()) return;
    }
  }
}

/** A store that does not answer is asked again at the next look. Checking the API key needs it too, so not for long. */
function unlessOutOfReach(state: unknown): (error: unknown) => unknown {
  return (error) => {
    if (error instanceof UnavailableError) return state;
    throw error;
  };
}

/** @returns whether the client is still there */
function pause(response: ServerResponse, ms: number): Promise<boolean> {
  if (response.destroyed) return Promise.resolve(false);
  return new Promise((resolve) => {
    const gone = () => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(() => {
      response.off('close', gone);
      resolve(true);
    }, ms);
    response.once('close', gone);
  });
}
