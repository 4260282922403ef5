/**
 * Makes an Express handler of an operation: request id → API key → body → validation → work → reply. Every error
 * becomes a problem. A request that is turned away after its API key was recognised is audited.
 */
import type { IncomingMessage } from 'node:http';
import type { Request, RequestHandler, Response } from 'express';
import type { z } from 'zod';
import { authenticate } from '../calls/authenticate.ts';
import type { Caller } from '../calls/caller.ts';
import { turnAway } from '../calls/entries.ts';
import { mayDo } from '../calls/resource.ts';
import { TimeLimit } from '../calls/time-limit.ts';
import { VaultError } from '../errors.ts';
import { allOf } from '../faults.ts';
import { newId, type RequestId } from '../ids.ts';
import type { Operation } from '../operations/operation.ts';
import { driverCode, placeOf } from '../storage/errors.ts';
import type { Vault } from '../vault/vault.ts';
import { readJson } from './body.ts';
import type { EventStreams } from './events.ts';
import { SECURITY_HEADERS } from './headers.ts';
import { DEFAULT_RETRY_AFTER, problemOf, retryAfterSeconds } from './problem.ts';
import type { Answered } from './serving/log.ts';
import { mayLogSource } from './serving/sources.ts';
import { validate } from './validate.ts';

const BEARER = /^Bearer ([\x21-\x7e]{1,256})$/i;
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

export interface HandlerOptions {
  readonly vault: Vault;
  readonly answered: (answered: Answered) => void;
  /** Whether the server is closing: replies then ask the client to go elsewhere. */
  readonly closing: () => boolean;
  readonly streams: EventStreams;
  readonly sourceOf: (request: IncomingMessage) => string | undefined;
  readonly publicUrl: string | undefined;
}

export function handlerOf(operation: Operation, options: HandlerOptions): RequestHandler {
  const { vault } = options;
  return async (request, response) => {
    const startedAt = performance.now();
    const id = newId('request', vault.random, vault.clock());
    // This is read first: a connection that ends in the meantime no longer has a peer.
    const source = options.sourceOf(request);
    const recognise = () => authenticate(vault, apiKeyOf(request), id, undefined, { address: source });
    let caller: Caller | undefined;
    let status: number = operation.status ?? 200;
    let error: unknown;
    const leaving = new AbortController();
    const limit = new TimeLimit(vault.callLimitMs);
    response.once('close', () => {
      if (!response.writableFinished) leaving.abort(new VaultError('client_gone'));
    });
    try {
      caller = {
        ...(await limit.orTimedOut(recognise())),
        gone: leaving.signal,
        limit,
        address: source,
      };
      const { input, idempotencyKey } = await read(operation, vault, caller, request, limit);
      const reply = await operation.work(vault, { ...caller, idempotencyKey }, input);
      const { events } = operation;
      if (events === undefined) send(response, status, 'application/json', reply, id, options.closing());
      else {
        const known = caller;
        const { tenant, principal } = known;
        const stillKnown = async () => {
          const now = { ...(await recognise()), address: source };
          if (!mayDo(now, operation.action)) throw new VaultError('not_allowed');
        };
        const look = () => events.look(vault, known, input);
        const { isLast } = events;
        options.streams.open(response, { id, tenant, principal, first: reply, look, isLast, stillKnown });
      }
    } catch (thrown) {
      error = thrown;
      const problem = problemOf(thrown, id, options.publicUrl);
      status = problem.status;
      const retryAfter = retryAfterSeconds(thrown, problem);
      const close = options.closing() || !request.complete;
      send(response, status, 'application/problem+json', problem, id, close, retryAfter);
    }
    const code = error === undefined ? undefined : problemOf(error, id).code;
    options.answered({
      request: id,
      operation: operation.operationId,
      status,
      code,
      principal: caller?.principal,
      source: mayLogSource(caller, status) ? source : undefined,
      seconds: (performance.now() - startedAt) / 1000,
      defect: code === 'internal_error' ? error : undefined,
      cause: driverCode(error) ?? systemCode(error),
      at: placeOf(error),
    });
  };
}

/** The operating system's code behind an error of the journal. */
function systemCode(error: unknown): string | undefined {
  const cause = error instanceof VaultError ? error.cause : undefined;
  return typeof cause === 'string' && /^E[A-Z0-9]+$/.test(cause) ? cause : undefined;
}

/** Checks the request's path, query and body, and returns them as one input. A request that is refused is audited. */
async function read(
  operation: Operation,
  vault: Vault,
  caller: Caller,
  request: Request,
  limit: TimeLimit,
): Promise<{ readonly input: unknown; readonly idempotencyKey: string | undefined }> {
  const { action, params, query, body, idempotent } = operation;
  try {
    const idempotencyKey = idempotent ? idempotencyKeyOf(request) : undefined;
    const path = params && validate(params, request.params);
    const asked = query === undefined ? noQuery(request) : validate(query, { ...request.query });
    const json = body && (await limit.outside(() => readJson(request)));
    const sent = body && (await limit.orTimedOut(checkedBody(operation, vault, caller, body, json)));
    return { input: Object.assign({}, sent, asked, path), idempotencyKey };
  } catch (error) {
    return limit.orTimedOut(turnAway(vault, caller, action, error));
  }
}

/** @throws all that is wrong with the body, as far as the caller may do what it asks for */
async function checkedBody(
  { action, alsoWrong }: Operation,
  vault: Vault,
  caller: Caller,
  schema: z.ZodType,
  body: unknown,
): Promise<unknown> {
  try {
    return validate(schema, body);
  } catch (error) {
    if (alsoWrong === undefined || !(error instanceof VaultError) || !mayDo(caller, action)) throw error;
    await alsoWrong(vault, caller, body).catch((also: unknown) => {
      if (!(also instanceof VaultError)) throw also;
      if (also.kind === 'invalid') throw allOf([error, also]);
      // What the caller may not have looked at, the work would refuse: nothing of it is told here.
      if (also.kind !== 'refused') throw also;
    });
    throw error;
  }
}

function noQuery(request: Request): undefined {
  if (request.url.includes('?')) {
    throw new VaultError('malformed_request', 'This path takes no query. Personal data never belongs in a URL.');
  }
}

function apiKeyOf(request: Request): string {
  return BEARER.exec(request.headers.authorization ?? '')?.[1] ?? '';
}

function idempotencyKeyOf(request: Request): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || !IDEMPOTENCY_KEY.test(key)) {
    throw new VaultError('malformed_request', 'Idempotency-Key must be 1 to 255 visible ASCII characters.', {
      field: 'Idempotency-Key',
    });
  }
  return key;
}

export function send(
  response: Response,
  status: number,
  type: string,
  reply: unknown,
  request: RequestId,
  close: boolean,
  /** After how many seconds the call may pass, for a 429 or a 503. */
  retryAfter = DEFAULT_RETRY_AFTER,
): void {
  const text = JSON.stringify(reply);
  const headers = [
    ...SECURITY_HEADERS,
    'X-Request-Id',
    request,
    'Content-Type',
    type,
    'Content-Length',
    String(Buffer.byteLength(text)),
  ];
  if (status === 401) headers.push('WWW-Authenticate', 'Bearer');
  if (status === 503 || status === 429) headers.push('Retry-After', String(retryAfter));
  if (close) headers.push('Connection', 'close');
  response.writeHead(status, headers);
  response.end(text);
}
