/**
 * The page at `/docs`. Swagger UI shows the operations; the data types and the problems are plain HTML, so that the
 * `type` of a problem leads somewhere without a script. All text is escaped. All links are relative to the page,
 * because a proxy may serve it under a path of its own.
 */
import { typeCatalogue } from '../../operations/types/list-types.ts';
import { STATUS } from '../../problems/kinds.ts';
import { PROBLEMS, type ProblemCode } from '../../problems/list.ts';
import { howToList } from './how-tos.ts';
import { html } from './html.ts';

export function docsPage(): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Lethe API</title>
    <link rel="stylesheet" href="docs/assets/swagger-ui.css" />
    <link rel="stylesheet" href="docs/style.css" />
    <link rel="icon" href="data:," />
  </head>
  <body>
    <nav>
      <a href="#how-tos">How-tos</a>
      <a href="#docs">Operations</a>
      <a href="#types">Data types</a>
      <a href="#problems">Problems</a>
      <a href="openapi.json">openapi.json</a>
    </nav>
    <section id="how-tos">
      <h2>How-tos</h2>
      <p>A small shop, step by step. Every program and every command in them is run by a test.</p>
      ${howToList()}
    </section>
    <main id="docs"><noscript>The operations need JavaScript to be shown; openapi.json has them, too.</noscript></main>
    <section id="types">
      <h2>Data types</h2>
      <p>What <code>type</code> can be, and what <code>value</code> then is. <code>GET /v1/types</code>
        tells the same, and the types that a tenant has declared for itself.</p>
      ${typeCatalogue().map(typeEntry).join('\n      ')}
    </section>
    <section id="problems">
      <h2>Problems</h2>
      <p>Every <code>code</code> that an error can have, by its status.</p>
      <dl>
        ${(Object.keys(PROBLEMS) as ProblemCode[]).sort(byStatus).map(problemEntry).join('\n        ')}
      </dl>
    </section>
    <script src="docs/assets/swagger-ui-bundle.js"></script>
    <script type="module" src="docs/start.js"></script>
  </body>
</html>
`;
}

type Type = ReturnType<typeof typeCatalogue>[number];

function typeEntry({ name, version, category, description, examples, ...type }: Type): string {
  const shown = examples.map((example) => `<pre>${html(JSON.stringify(example))}</pre>`).join('');
  const offers = [
    named('found by', type.search.parts),
    named(
      'compared by',
      type.match.parts.filter(({ name }) => !type.search.parts.some((part) => part.name === name)),
    ),
    named('views', type.views),
    named('tokens', type.formats),
    named('may be kept as', type.keeps),
  ];
  return `<article id="type-${html(name)}">
        <h3><code>${html(name)}</code> <span class="facts">${html(category)}, version ${version}</span></h3>
        <p>${html(description)}</p>
        <p class="facts">${[CUSTODY[type.custody], SPREAD[type.search.spread]].join(' · ')}</p>
        <p class="facts">${offers.join('')}</p>
        ${shown}
      </article>`;
}

const CUSTODY: Readonly<Record<Type['custody'], string>> = {
  record: 'kept sealed, until corrected or erased',
  verifier: 'kept as a one-way verifier: verified, never revealed',
  window: 'kept in no store: the token opens once, within minutes',
};
const SPREAD: Readonly<Record<Type['search']['spread'], string>> = {
  unique: 'found by the whole value, of which nearly everybody has another',
  shared: 'found by the whole value, which many share',
  none: 'not found by the whole value',
};

/** The API's words for what a type offers; nothing if it offers none. */
function named(what: string, offered: readonly (string | { readonly name: string })[]): string {
  const words = offered.map((offer) => `<code>${html(typeof offer === 'string' ? offer : offer.name)}</code>`);
  return words.length === 0 ? '' : `<span>${html(what)} ${words.join(' ')}</span>`;
}

function problemEntry(code: ProblemCode): string {
  const { kind, title } = PROBLEMS[code];
  return (
    `<div id="problem-${html(code)}"><dt><span>${STATUS[kind]}</span> <code>${html(code)}</code></dt>` +
    `<dd>${html(title).replaceAll(/`([^`]+)`/g, '<code>$1</code>')}</dd></div>`
  );
}

function byStatus(a: ProblemCode, b: ProblemCode): number {
  return STATUS[PROBLEMS[a].kind] - STATUS[PROBLEMS[b].kind];
}

/**
 * Swagger UI uses the fragment of the address for itself. The script hides a fragment that names a place on the page,
 * such as a problem, and scrolls there again whenever the operations above that place grow.
 */
export const START_SCRIPT = `const operations = document.getElementById('docs');
const place = document.getElementById(location.hash.slice(1));
const description = new URL('openapi.json', location.href);
// Calls go to the vault that this page comes from, wherever a proxy has put both.
const here = { url: new URL('.', description).href.replace(/\\/$/, '') };
const spec = await (await fetch(description)).json();
SwaggerUIBundle({
  spec: { ...spec, servers: [here] },
  domNode: operations,
  deepLinking: place === null,
  defaultModelExpandDepth: 2,
  defaultModelsExpandDepth: 0,
  docExpansion: 'list',
  validatorUrl: null,
  persistAuthorization: false,
});
if (place !== null && place !== operations) {
  const follow = new ResizeObserver(() => place.scrollIntoView());
  follow.observe(operations);
  for (const event of ['wheel', 'touchstart', 'pointerdown', 'keydown']) {
    addEventListener(event, () => follow.disconnect(), { once: true });
  }
}
`;

export const STYLE = `html { scroll-padding-top: 4rem; }
body { margin: 0; background: #fafafa; color: #3b4151; font-family: sans-serif; line-height: 1.5; }
nav { position: sticky; top: 0; z-index: 1; display: flex; gap: 1.5rem; padding: 0.8rem max(20px, calc(50% - 710px));
  background: #1b1b1b; }
nav a { color: #fff; text-decoration: none; }
nav a:hover { text-decoration: underline; }
noscript { display: block; padding: 2rem 20px; }
.swagger-ui .info { margin: 2rem 0; }
.swagger-ui .response-col_links { display: none; }
body > section { max-width: 1460px; margin: 0 auto; padding: 2rem 20px; box-sizing: border-box; }
h2 { font-size: 1.5rem; margin: 0 0 0.5rem; }
article h3 { font-size: 1rem; margin: 0; }
article p { margin: 0.3rem 0; }
article { margin: 1rem 0; padding: 0.8rem 1rem; background: #fff; border: 1px solid #d8dde7; border-radius: 4px; }
article pre { display: inline-block; margin: 0.3rem 0.5rem 0 0; padding: 0.3rem 0.6rem; border-radius: 4px;
  background: #eef0f3; max-width: 100%; overflow-x: auto; box-sizing: border-box; }
code, pre { font-family: monospace; }
code { font-weight: 600; }
.facts { color: #6b7280; }
h3 .facts { font-weight: 400; }
p.facts span { margin-right: 1.5rem; }
dl { margin: 1rem 0; background: #fff; border: 1px solid #d8dde7; border-radius: 4px; }
dl > div { display: flex; flex-wrap: wrap; gap: 0 1rem; padding: 0.5rem 1rem; border-top: 1px solid #eef0f3; }
dl > div:first-child { border-top: 0; }
dl > div:target { background: #fff6d6; }
dt { flex: 0 0 20rem; }
dt span { display: inline-block; width: 3rem; color: #6b7280; }
dd { flex: 1 1 20rem; margin: 0; }
nav { flex-wrap: wrap; }
nav a[aria-current] { text-decoration: underline; }
#how-tos li { margin: 0.4rem 0; }
#how-tos li span { display: block; color: #4b5563; }
.how-to { max-width: 60rem; margin: 0 auto; padding: 1rem 20px 4rem; }
.how-to h2 { margin-top: 2rem; }
.how-to pre { padding: 0.8rem 1rem; overflow-x: auto; border-radius: 4px; background: #fff; border: 1px solid #d8dde7; }
.how-to pre code { font-weight: 400; }
.how-to pre.sh { background: #1b1b1b; color: #fff; }
.how-to pre.text { background: #eef0f3; }
`;
