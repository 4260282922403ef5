/**
 * `/openapi.json` and `/docs`: the API's description and the how-tos, shown without the internet; `/` leads browsers
 * there.
 */
import express, { type Router } from 'express';
import helmet from 'helmet';
import absolutePath from 'swagger-ui-dist/absolute-path.js';
import { SECURITY_HEADERS } from '../headers.ts';
import { docsPage, START_SCRIPT, STYLE } from './docs-page.ts';
import { howToPages } from './how-tos.ts';
import { openApi } from './openapi.ts';

/** The files of Swagger UI that the page loads. The rest of its package is not served. */
const ASSETS = ['swagger-ui.css', 'swagger-ui-bundle.js'];

export function docsRouter(publicUrl?: string): Router {
  const router = express.Router();
  const texts = [
    ['/openapi.json', 'application/json', () => JSON.stringify(openApi(publicUrl))],
    ['/docs', 'text/html', docsPage],
    ['/docs/start.js', 'text/javascript', () => START_SCRIPT],
    ['/docs/style.css', 'text/css', () => STYLE],
    ...howToPages().map(([name, page]) => [`/docs/${name}`, 'text/html', () => page] as const),
  ] as const;
  router.use(['/docs', '/openapi.json'], helmet(PAGE_POLICY));
  // A person who opens the address in a browser is led to the page; every other client is told that nothing is here.
  router.get('/', (request, response, next) => {
    if (request.accepts(['json', 'html']) !== 'html') return next();
    // Without a public URL relative to the path asked for, which a proxy may have shortened.
    const to = publicUrl === undefined ? 'docs' : `${publicUrl}/docs`;
    response.writeHead(303, [...SECURITY_HEADERS, 'Location', to, 'Vary', 'Accept', 'Content-Length', '0']);
    response.end();
  });
  for (const [path, type, make] of texts) {
    // Made when it is first asked for: no start waits for it.
    let text: string | undefined;
    router.get(path, (_, response) => {
      text ??= make();
      response.type(type).send(text);
    });
  }
  for (const asset of ASSETS) {
    router.get(`/docs/assets/${asset}`, (_, response) => {
      response.sendFile(asset, { root: absolutePath(), maxAge: '1d' });
    });
  }
  return router;
}

/** Swagger UI sets styles from its script. Everything it loads comes from the vault itself. */
const PAGE_POLICY = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      'default-src': ["'self'"],
      'style-src': ["'self'", "'unsafe-inline'"],
      'img-src': ["'self'", 'data:'],
      'object-src': ["'none'"],
      'base-uri': ["'none'"],
      'form-action': ["'none'"],
      'frame-ancestors': ["'none'"],
    },
  },
  referrerPolicy: { policy: 'no-referrer' },
} as const;
