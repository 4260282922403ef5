/** `/openapi.json` and `/docs`: the API's description, shown without the internet. */
import express, { type Router } from 'express';
import helmet from 'helmet';
import { absolutePath } from 'swagger-ui-dist';
import { openApi } from './openapi.ts';

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Lethe API</title>
    <link rel="stylesheet" href="/docs/assets/swagger-ui.css" />
    <link rel="icon" href="/docs/assets/favicon-32x32.png" />
  </head>
  <body>
    <div id="docs"></div>
    <script src="/docs/assets/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

const START = `window.ui = SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  validatorUrl: null,
  persistAuthorization: false,
});
`;

export function docsRouter(): Router {
  const router = express.Router();
  const document = JSON.stringify(openApi());
  router.use(['/docs', '/openapi.json'], helmet(PAGE_POLICY));
  router.get('/openapi.json', (_, response) => {
    response.type('application/json').send(document);
  });
  router.get('/docs', (_, response) => {
    response.type('html').send(PAGE);
  });
  router.get('/docs/start.js', (_, response) => {
    response.type('text/javascript').send(START);
  });
  router.use('/docs/assets', express.static(absolutePath(), { index: false, fallthrough: false, maxAge: '1d' }));
  return router;
}

/** Swagger UI sets styles from script; everything it loads comes from the vault itself. */
const PAGE_POLICY = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      'default-src': ["'self'"],
      'style-src': ["'self'", "'unsafe-inline'"],
      'img-src': ["'self'", 'data:'],
      'object-src': ["'none'"],
      'frame-ancestors': ["'none'"],
    },
  },
  referrerPolicy: { policy: 'no-referrer' },
} as const;
