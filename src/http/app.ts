/** The Express application: the routes, health, metrics, public keys, and the API's description. */
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { VaultError } from '../errors.ts';
import { newId } from '../ids.ts';
import type { Operation } from '../operations/operation.ts';
import { ROUTES } from '../operations/operations.ts';
import { measuring } from '../vault/measure.ts';
import { Readiness } from '../vault/readiness.ts';
import { releaseAndSchema } from '../vault/release-and-schema.ts';
import type { Vault } from '../vault/vault.ts';
import { EventStreams, type EventTimes } from './events.ts';
import { handlerOf, send } from './handler.ts';
import { SECURITY_HEADERS } from './headers.ts';
import { docsRouter } from './openapi/docs.ts';
import { problemOf } from './problem.ts';
import { type Log, logAlarms, logAnswered, placesOf, warnerOf503 } from './serving/log.ts';
import { newMetrics } from './serving/metrics.ts';
import { newSources } from './serving/sources.ts';
import { type Colleagues, nobodyElse, type Wellness } from './serving/workers/colleagues.ts';
import { JWKS_PATH, jwksHandler } from './well-known.ts';

/** What stands in front of the vault, as the settings say. */
export interface Front {
  readonly trustedProxies?: readonly string[] | undefined;
  readonly publicUrl?: string | undefined;
}

export interface AppOptions {
  readonly front?: Front | undefined;
  readonly vault: Vault;
  readonly log: Log;
  readonly closing: () => boolean;
  readonly events?: EventTimes | undefined;
  /** Absent: this process serves alone. */
  readonly colleagues?: Colleagues | undefined;
}

export function newApp(options: AppOptions): Express {
  const { vault, log, closing, events, front = {}, colleagues = nobodyElse() } = options;
  const { trustedProxies = [], publicUrl } = front;
  const readiness = new Readiness(vault);
  const metrics = newMetrics(vault.signals, measuring(vault), colleagues);
  logAlarms(log, vault.signals);
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('case sensitive routing', true);
  app.set('strict routing', true);
  const id = () => newId('request', vault.random, vault.clock());
  const warn = warnerOf503(log);
  const answered = (what: Parameters<typeof metrics.answered>[0]) => {
    metrics.answered(what);
    logAnswered(log, what);
    warn(what);
  };

  const sourceOf = newSources(trustedProxies, log, metrics.disbelieved);
  const streams = new EventStreams(closing, events);
  const refuseOthers = (path: string, allowed: readonly string[]) =>
    app.all(path, (_, response) => {
      const problem = problemOf(new VaultError('method_not_allowed'), id(), publicUrl);
      response.setHeader('Allow', allowed.join(', '));
      send(response, problem.status, 'application/problem+json', problem, problem.request, true);
    });
  // A path of words comes before one with a parameter: `/v1/subjects/resolve` is no subject (OpenAPI 3.1, 4.8.8.2).
  for (const path of [...new Set(ROUTES.map(pathOf))].sort(
    (a, b) => Number(a.includes(':')) - Number(b.includes(':')),
  )) {
    const routes = ROUTES.filter((route) => pathOf(route) === path);
    for (const route of routes) {
      app[route.method](path, handlerOf(route, { vault, answered, closing, streams, sourceOf, publicUrl }));
    }
    refuseOthers(
      path,
      routes.map(({ method }) => method.toUpperCase()),
    );
  }
  app.get(JWKS_PATH, jwksHandler(vault, closing, publicUrl));
  refuseOthers(JWKS_PATH, ['GET']);

  app.get('/healthz', async (_, response) => {
    const reply = { status: 'ok', ...(await releaseAndSchema()) };
    send(response, 200, 'application/json', reply, id(), closing());
  });
  colleagues.answer('readiness', async () => ({
    unavailable: await readiness.look(),
    // The vault answers calls, but erasures wait before they are called completed.
    degraded: vault.journal.failing ? { journal: 'journal_unavailable' } : {},
  }));
  app.get('/readyz', async (_, response) => {
    const found = closing() ? SHUTTING_DOWN : together(await colleagues.ask('readiness'));
    const { unavailable, degraded } = found;
    const ready = Object.keys(unavailable).length === 0;
    const reply = ready
      ? { status: 'ready', ...(Object.keys(degraded).length > 0 && { degraded }) }
      : { status: 'unavailable', unavailable };
    send(response, ready ? 200 : 503, 'application/json', reply, id(), closing());
  });
  app.get('/metrics', async (_, response) => {
    const text = await metrics.scrape();
    response.writeHead(200, [...SECURITY_HEADERS, 'Content-Type', metrics.contentType]);
    response.end(text);
  });
  // A holder who brings one share too many is told so. The share is not read.
  for (const method of ['get', 'post'] as const) {
    app[method]('/v1/unseal', (request, response) => {
      const open = { sealed: false, given: 0, needed: 0 };
      send(response, 200, 'application/json', open, id(), closing() || !request.complete);
    });
  }
  app.use(docsRouter(publicUrl));

  app.use((_, response) => {
    const problem = problemOf(new VaultError('route_not_found'), id(), publicUrl);
    send(response, problem.status, 'application/problem+json', problem, problem.request, closing());
  });
  // Express would answer an error with a page that shows its stack and the requested path.
  app.use((error: unknown, _: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) return next();
    const { status } = error as { status?: unknown };
    const malformed = error instanceof URIError || status === 400;
    const refused = malformed || status === 404;
    const refusal = malformed
      ? new VaultError('malformed_request', 'The path is not valid.')
      : new VaultError('route_not_found');
    const known = refused ? refusal : error;
    if (!refused) log.error(placesOf(error), 'defect');
    const problem = problemOf(known, id(), publicUrl);
    send(response, problem.status, 'application/problem+json', problem, problem.request, closing());
  });
  return app;
}

const SHUTTING_DOWN: Wellness = { unavailable: { server: 'shutting_down' }, degraded: {} };
/** One that hangs takes no new connection, and those that it has are answered late: the others still answer. */
const SILENT: Wellness = { unavailable: {}, degraded: { worker: 'no_answer' } };

/** What is wrong with any process of this server. */
function together(all: readonly (Wellness | undefined)[]): Wellness {
  const each = all.map((one) => one ?? SILENT);
  return {
    unavailable: Object.assign({}, ...each.map(({ unavailable }) => unavailable)),
    degraded: Object.assign({}, ...each.map(({ degraded }) => degraded)),
  };
}

/** As Express writes it: `/v1/tokens/:token`. */
function pathOf({ path }: Operation): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}
