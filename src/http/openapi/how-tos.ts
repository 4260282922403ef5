/**
 * The how-tos under `/docs`: the Markdown of src/howtos/ as plain pages that need no script. A test types each of them
 * as it stands (test/contract/client-package.test.ts).
 */
import { readFileSync } from 'node:fs';
import { html } from './html.ts';
import { inline, markdown } from './markdown.ts';

/** In the order in which they are read; the first prepares the others. */
export const HOW_TOS = ['begin', 'checkout', 'sign-in', 'support', 'leaving-another-vault', 'forgetting'] as const;

interface HowTo {
  readonly name: string;
  readonly title: string;
  /** What it is about, as HTML: its first sentence. */
  readonly summary: string;
  readonly body: string;
}

const all: readonly HowTo[] = HOW_TOS.map((name) => {
  const text = readFileSync(new URL(`../../howtos/${name}.md`, import.meta.url), 'utf8');
  const [heading = '', first = ''] = text.split('\n\n');
  const [sentence = ''] = first.split(/(?<=\.)\s/);
  return { name, title: heading.replace('# ', ''), summary: inline(sentence), body: markdown(text) };
});

/** The page of each, by its name. */
export function howToPages(): readonly (readonly [name: string, page: string])[] {
  return all.map((howTo) => [howTo.name, pageOf(howTo)]);
}

/** What leads to them from the reference. */
export function howToList(): string {
  const entries = all.map(({ name, title, summary }) => {
    return `<li><a href="docs/${name}">${html(title)}</a> <span>${summary}</span></li>`;
  });
  return `<ol>\n        ${entries.join('\n        ')}\n      </ol>`;
}

function pageOf({ name, title, body }: HowTo): string {
  const links = all.map((other) => {
    const here = other.name === name ? ' aria-current="page"' : '';
    return `<a href="${other.name}"${here}>${html(other.title)}</a>`;
  });
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${html(title)} · Lethe</title>
    <link rel="stylesheet" href="style.css" />
    <link rel="icon" href="data:," />
  </head>
  <body>
    <nav aria-label="Pages">
      <a href="../docs">API</a>
      ${links.join('\n      ')}
    </nav>
    <main class="how-to">
${body}
    </main>
  </body>
</html>
`;
}
