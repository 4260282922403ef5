import { readFileSync } from 'node:fs';
import { BROWSER_MAP } from 'bowser';
import { describe, expect, test } from 'vitest';
import { userAgent } from '../../src/datatypes/user-agent.ts';
import { fc } from '../support/properties.ts';
import { accepts, refusedField, seen, stored } from './expectations.ts';
import { userAgents } from './inputs.ts';

const accepted = userAgents.filter((input) => accepts(userAgent, input));
const WEBKIT = 'AppleWebKit/537.36 (KHTML, like Gecko)';

describe('views show family and major version', () => {
  test.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0', 'Firefox 128', 'Firefox ***'],
    [`Mozilla/5.0 (Windows NT 10.0) ${WEBKIT} Chrome/126.0.6478.61 Safari/537.36`, 'Chrome 126', 'Chrome ***'],
    [
      `Mozilla/5.0 (Windows NT 10.0) ${WEBKIT} Chrome/126.0.0.0 Safari/537.36 Edg/126.0.2592.56`,
      'Microsoft Edge 126',
      'Microsoft Edge ***',
    ],
    [
      'Mozilla/5.0 (Macintosh) AppleWebKit/605.1 (KHTML, like Gecko) Version/17.4 Safari/605.1',
      'Safari 17',
      'Safari ***',
    ],
    [
      'Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Trident/6.0)',
      'Internet Explorer 10',
      'Internet Explorer ***',
    ],
    ['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', 'Googlebot 2', 'Googlebot ***'],
    ['Mozilla/5.0 (X11) Gecko Firefox', 'Firefox', 'Firefox ***'],
    ['curl/8.5.0', 'other', '***'],
    ['Jane Doe/27 (born 1997)', 'other', '***'],
    ['Opera/9.80 Jane Doe', 'Opera 9', 'Opera ***'],
    ['__proto__/1 (', 'other', '***'],
  ])('%s', (input, browser, masked) => {
    expect(seen(userAgent, 'browser', input)).toBe(browser);
    expect(seen(userAgent, 'masked', input)).toBe(masked);
  });

  test('and never a piece of the text that is no family and no version of at most four digits', () => {
    const families = Object.values(BROWSER_MAP).map(String);
    const anything = fc.string({ unit: 'grapheme', minLength: 1 });
    fc.assert(
      fc.property(
        fc.oneof(
          accepted,
          anything.filter((input) => accepts(userAgent, input)),
        ),
        (input) => {
          const shown = String(seen(userAgent, 'browser', input));
          expect([...families, 'other']).toContain(shown.replace(/ \d{1,4}$/, ''));
          expect(seen(userAgent, 'masked', input)).toBe(
            shown === 'other' ? '***' : shown.replace(/( \d{1,4})?$/, ' ***'),
          );
        },
      ),
    );
  });

  test('a number too long for a version is not shown', () => {
    expect(seen(userAgent, 'browser', 'X Firefox/4915112345678.0')).toBe('Firefox');
    expect(seen(userAgent, 'browser', 'X Firefox/12345.0')).toBe('Firefox');
  });
});

test('comes back as it was sent, but for white space', () => {
  expect(stored(userAgent, '  Mozilla/5.0  (X11)\t')).toBe('Mozilla/5.0 (X11)');
  expect(stored(userAgent, 'x'.repeat(1024))).toBe('x'.repeat(1024));
});

test.each([
  ['empty', ''],
  ['white space', ' \n'],
  ['a control character inside', 'Mozilla/5.0\u0000'],
  ['too long', 'x'.repeat(1025)],
  ['no string', 5],
  ['an object', {}],
])('refused: %s', (_, input) => {
  expect(refusedField(userAgent, input)).toBe('value');
});

test('kept as its browser alone, it shows the same, and cutting twice changes nothing', () => {
  const { cut } = userAgent.keeps!.browser!;
  fc.assert(
    fc.property(accepted, (input) => {
      const value = stored(userAgent, input);
      const browser = cut(value);
      expect(browser).toBe(userAgent.views.browser!(value));
      expect(cut(browser)).toBe(browser);
      for (const view of Object.values(userAgent.views)) expect(view(browser)).toBe(view(value));
      expect(userAgent.canonical(browser)).toBe(browser);
      expect(stored(userAgent, browser)).toBe(browser);
    }),
  );
});

/**
 * What makes a pattern take exponential time is a repeat within a repeat that something must still follow: only then is
 * there anything to go back for. No speed is measured; the patterns are read, so that an update of bowser is as well.
 */
test('no pattern by which bowser finds a browser goes back into a repeat within a repeat', () => {
  const source = readFileSync(new URL('../../node_modules/bowser/bowser.mjs', import.meta.url), 'utf8');
  const [, browsers = ''] = /#region src\/parser-browsers\.js\n(.*?)\n\/\/#endregion/s.exec(source) ?? [];
  const literal = /\/(?![/*])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/(?=[gimsuy]*[\s,;)\].])/g;
  const patterns = browsers.match(literal) ?? [];
  const nested = patterns.filter((pattern) => /[*+}]\)[*+{]/.test(pattern));
  expect(patterns.length).toBeGreaterThan(150);
  expect(nested.length).toBeGreaterThan(50);
  // `…+)+`, closing brackets, and the pattern ends: nothing follows that could fail.
  for (const pattern of nested) expect(pattern.replace(/[*+]\)[*+]\)*\/$/, '/')).not.toMatch(/[*+}]\)[*+{]/);
});
