/**
 * What a sealed server answers: `/healthz` says that it lives, `/readyz` is 503, `/v1/unseal` takes shares of the root
 * key, `/docs` and `/openapi.json` are the same fixed texts as ever, and everything else is answered by the problem
 * `sealed`, whose `type` leads to `/docs`. It asks for no API key: a share is the credential, and nothing here could
 * check a key.
 *
 * Does not: keep a share. The text of a request stays in memory until it is collected, and is nowhere else: no log
 * line, reply or error holds any of it.
 */
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { VaultError } from '../../errors.ts';
import { driverCode, placeOf } from '../../storage/errors.ts';
import { releaseAndSchema } from '../../vault/release-and-schema.ts';
import type { SealedVault, UnsealProgress } from '../../vault/sealed.ts';
import type { Front } from '../app.ts';
import { readJson } from '../body.ts';
import { send } from '../handler.ts';
import { UnsealBody } from '../openapi/beside.ts';
import { docsRouter } from '../openapi/docs.ts';
import { problemOf, retryAfterSeconds } from '../problem.ts';
import { validate } from '../validate.ts';
import { type Log, logAnswered, placesOf } from './log.ts';
import { newSources } from './sources.ts';

const MAX_BODY_BYTES = 4 * 1024;
const RETRY_AFTER_SECONDS = 60;
const UNSEAL_PATH = '/v1/unseal';

export interface SealedAppOptions {
  readonly front?: Front | undefined;
  readonly sealed: SealedVault;
  readonly log: Log;
  readonly closing: () => boolean;
}

export function newSealedApp({ sealed, log, closing, front = {} }: SealedAppOptions): Express {
  const { trustedProxies = [], publicUrl } = front;
  const sourceOf = newSources(trustedProxies, log);
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('case sensitive routing', true);
  app.set('strict routing', true);
  const refuse = (response: Response, error: unknown, close = closing()) => {
    const problem = problemOf(error, sealed.newRequestId(), publicUrl);
    const retryAfter = problem.status === 429 ? RETRY_AFTER_SECONDS : retryAfterSeconds(error, problem);
    send(response, problem.status, 'application/problem+json', problem, problem.request, close, retryAfter);
    return problem;
  };

  app.get('/healthz', async (_, response) => {
    const reply = { status: 'ok', ...(await releaseAndSchema()) };
    send(response, 200, 'application/json', reply, sealed.newRequestId(), closing());
  });
  app.get('/readyz', (_, response) =>
    send(response, 503, 'application/json', { status: 'sealed' }, sealed.newRequestId(), closing()),
  );
  app.get(UNSEAL_PATH, (_, response) =>
    send(response, 200, 'application/json', sealed.progress, sealed.newRequestId(), closing()),
  );
  app.post(UNSEAL_PATH, async (request, response) => {
    const startedAt = performance.now();
    const source = sourceOf(request);
    const answered = { operation: 'unseal', principal: undefined };
    const seconds = () => (performance.now() - startedAt) / 1000;
    try {
      const { share } = validate(UnsealBody, await readJson(request, MAX_BODY_BYTES));
      const progress: UnsealProgress = await sealed.give(share);
      const id = sealed.newRequestId();
      send(response, 200, 'application/json', progress, id, closing());
      const ok = { request: id, status: 200, code: undefined, defect: undefined, cause: undefined, source: undefined };
      logAnswered(log, { ...answered, ...ok, seconds: seconds() });
    } catch (error) {
      const { request: id, status, code } = refuse(response, error, closing() || !request.complete);
      const defect = code === 'internal_error' ? error : undefined;
      logAnswered(log, {
        ...answered,
        request: id,
        status,
        code,
        defect,
        // A share is the credential here. Someone whose share is refused may be an attacker (decision 32).
        source: status < 500 ? source : undefined,
        cause: driverCode(error),
        at: placeOf(error),
        seconds: seconds(),
      });
      if (error instanceof VaultError && error.code === 'unseal_failed') sayWhy(log, error.cause);
    }
  });
  app.all(UNSEAL_PATH, (_, response) => {
    response.setHeader('Allow', 'GET, POST');
    refuse(response, new VaultError('method_not_allowed'), true);
  });

  app.use(docsRouter(publicUrl));
  app.use((request: Request, response: Response) => void refuse(response, new VaultError('sealed'), !request.complete));
  app.use((error: unknown, _: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) return next();
    log.error(placesOf(error), 'defect');
    refuse(response, new VaultError('sealed'));
  });
  return app;
}

/** Logs the vault's own text, which holds no value and says what to do; for any other error, its places in the code. */
function sayWhy(log: Log, cause: unknown): void {
  const why = cause instanceof VaultError ? { code: cause.code, why: cause.message } : placesOf(cause);
  log.error({ ...why, cause: driverCode(cause) }, 'the shares are right, but the vault does not open; it stays sealed');
}
