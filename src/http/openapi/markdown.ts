/**
 * The Markdown of src/howtos/ as HTML.
 *
 * Guarantees: every character is escaped before it is marked up, so the only elements are those written here. What is
 * not known here throws, so that no page shows half of what was written: headings, paragraphs, lists of one level,
 * fenced code, `code`, **strong** and links to other how-tos are known.
 */
import { html } from './html.ts';

const FENCE = /^```(\w+)$/;
const HEADING = /^(#{1,3}) (.+)$/;
const ITEM = /^- /;
/** Tables, quotations, numbered lists, pictures, markup. */
const UNKNOWN = /^(?:[|><#]|[*+] |\d+\. |!\[| {4})/;
const LINK = /\[([^\]]+)\]\(([^)]+)\)/g;
const PAGE = /^([a-z-]+)\.md$/;

/** @throws {Error} for Markdown that is not known here */
export function markdown(text: string): string {
  const lines = text.split('\n');
  const blocks: string[] = [];
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? '';
    const [, language] = FENCE.exec(line) ?? [];
    if (line === '') {
      at += 1;
    } else if (language !== undefined) {
      const end = lines.indexOf('```', at);
      if (end < 0) throw new Error('A block of code does not end.');
      blocks.push(code(language, lines.slice(at + 1, end)));
      at = end + 1;
    } else {
      const end = lines.indexOf('', at);
      const part = lines.slice(at, end < 0 ? lines.length : end);
      blocks.push(block(part));
      at += part.length;
    }
  }
  return blocks.join('\n');
}

/** Text within a line. @throws as `markdown` */
export function inline(text: string): string {
  const parts = text.split('`');
  if (parts.length % 2 === 0) throw new Error('A word of code does not end.');
  return parts.map((part, i) => (i % 2 === 1 ? `<code>${html(part)}</code>` : marked(part))).join('');
}

/** A block of several lines that no empty line divides. */
function block(lines: readonly string[]): string {
  const [first = ''] = lines;
  const [, hashes, title] = HEADING.exec(first) ?? [];
  if (hashes !== undefined && title !== undefined && lines.length === 1) {
    return `<h${hashes.length} id="${slug(title)}">${inline(title)}</h${hashes.length}>`;
  }
  if (ITEM.test(first))
    return `<ul>${items(lines)
      .map((item) => `<li>${inline(item)}</li>`)
      .join('')}</ul>`;
  const unknown = lines.find((line) => UNKNOWN.test(line) || ITEM.test(line));
  if (unknown !== undefined) throw new Error(`This Markdown is not known here: ${unknown}`);
  return `<p>${inline(lines.join('\n'))}</p>`;
}

function items(lines: readonly string[]): string[] {
  const found: string[] = [];
  for (const line of lines) {
    if (ITEM.test(line)) found.push(line.slice(2));
    else if (/^ {2}\S/.test(line)) found.push(`${found.pop()}\n${line.slice(2)}`);
    else throw new Error(`This line of a list is not known here: ${line}`);
  }
  return found;
}

/** Whoever uses no mouse can scroll a long line, too: the block takes the focus, and says what it is. */
function code(language: string, lines: readonly string[]): string {
  const [, file] = /^\/\/ ([\w.-]+)$/.exec(lines[0] ?? '') ?? [];
  const label = file ?? (language === 'text' ? 'What it prints' : 'Commands');
  const shown = html(lines.join('\n'));
  return `<pre class="${html(language)}" role="region" aria-label="${html(label)}" tabindex="0"><code>${shown}</code></pre>`;
}

function marked(text: string): string {
  return html(text)
    .replaceAll(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
    .replaceAll(LINK, (_, shown: string, to: string) => `<a href="${target(to)}">${shown}</a>`);
}

/** How-tos lie side by side, in the folder as at `/docs`. */
function target(to: string): string {
  const [, page] = PAGE.exec(to) ?? [];
  if (page === undefined) throw new Error(`A how-to leads only to other how-tos, not to ${to}`);
  return page;
}

function slug(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, '')
    .trim()
    .replaceAll(/\s+/g, '-');
}
