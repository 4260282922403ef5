/** The Markdown of the how-tos: all of it is text until it is marked up, and what is not known is not shown at all. */
import { expect, test } from 'vitest';
import { HOW_TOS, howToPages } from '../../src/http/openapi/how-tos.ts';
import { markdown } from '../../src/http/openapi/markdown.ts';

test('what the pages use becomes HTML', () => {
  const text =
    '# A *b*\n\nOne `<x>`\nand **two**: [sign in](sign-in.md).\n\n- a\n  b\n- c\n\n```js\n// a.mjs\nf("<b>");\n```\n';
  expect(markdown(text).split('\n')).toEqual([
    '<h1 id="a-b">A *b*</h1>',
    '<p>One <code>&#60;x&#62;</code>',
    'and <strong>two</strong>: <a href="sign-in">sign in</a>.</p>',
    '<ul><li>a',
    'b</li><li>c</li></ul>',
    '<pre class="js" role="region" aria-label="a.mjs" tabindex="0"><code>// a.mjs',
    'f(&#34;&#60;b&#62;&#34;);</code></pre>',
  ]);
});

test('text never becomes markup of its own', () => {
  for (const text of ['a <script>', 'a & b', '# <b>', '- <b> "', '```sh\n</code></pre><b>\n```', '**<b>**', '`<b>`']) {
    const inside = markdown(text).replaceAll(/<\/?(?:p|h1|ul|li|pre|code|strong)(?: [a-z-]+="[\w .-]*")*>/g, '');
    expect(inside, text).not.toMatch(/[<>"]|&(?!#\d+;)/);
  }
});

test('what is not known here is refused, and not shown in half', () => {
  const unknown = [
    ...['| a | b |', '> a', '1. a', '* a', '+ a', '<b>a</b>', '![a](b.png)', '#### a', '    a', 'a\n# b', '- a\n    b'],
    ...['[a](https://example.com)', '[a](../README.md)', '[a](javascript:alert)', '```sh\na', 'a `b', '- a\nb'],
  ];
  for (const text of unknown) expect(() => markdown(text), text).toThrow();
});

test('every page has one heading, names itself among the others, and needs no script', () => {
  expect(howToPages().map(([name]) => name)).toEqual([...HOW_TOS]);
  for (const [name, page] of howToPages()) {
    expect(page.match(/<h1/g), name).toHaveLength(1);
    expect(page, name).toContain(`<a href="${name}" aria-current="page">`);
    expect(page, name).toContain('<html lang="en">');
    expect(page, name).not.toMatch(/<script|<style|style=|\bon\w+=|https?:\/\/(?!localhost:7300)/);
    for (const [, to] of page.matchAll(/<main[\s\S]*?href="([^"]+)"/g)) expect(HOW_TOS).toContain(to);
  }
});
