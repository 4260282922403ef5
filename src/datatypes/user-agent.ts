/**
 * What a browser says about itself (RFC 9110 10.1.5). It is kept as it was sent, except for white space. It is not
 * searchable, because many people send the same and nobody looks one up.
 *
 * The views show a browser family that the vault knows (bowser's list) and a major version, or `other`. They never show
 * a piece of the text itself, which the sender can fill with anything. Bots count as families. If a header says no more
 * than that (`Firefox/128`), or was cut to it, the views show what it says.
 * Does not: believe it. A header can claim to be any browser.
 */
import { BROWSER_MAP, getParser } from 'bowser';
import type { DataType } from './datatype.ts';
import { tidyLine } from './normalise.ts';
import { requireString, typedText } from './shape.ts';

/**
 * Browsers send under 300. The limit also bounds the work of bowser's patterns, the worst of which take square time.
 */
const MAX_CHARACTERS = 1_024;
const OTHER = 'other';
const FAMILIES: ReadonlySet<string> = new Set(Object.values(BROWSER_MAP));
/** A longer number is no version: it could smuggle anything into a view. */
const MAJOR = /^\d{1,4}(?!\d)/;
/** A family, and a major version or none. */
const BROWSER = /^(.+?)(?: \d{1,4})?$/;

export const userAgent: DataType<string> = {
  name: 'user_agent',
  version: 1,
  category: 'device',
  description:
    'A User-Agent header of up to 1,024 characters. Comes back trimmed, inner white space collapsed; not searchable. ' +
    'Views: browser (Firefox 128: family and major version, other where it is not known), masked (Firefox ***: the ' +
    'family alone).',
  input: typedText,
  examples: ['Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0'],
  spread: 'none',
  keeps: {
    browser: { description: 'Browser family and major version alone.', spread: 'none', cut: browserOf },
  },

  parse(input) {
    return tidyLine(requireString(input), '', MAX_CHARACTERS);
  },

  canonical: (value) => value,

  views: {
    browser: browserOf,
    masked(value) {
      const family = familyOf(browserOf(value));
      return family === OTHER ? '***' : `${family} ***`;
    },
  },
};

/** A value that is only a browser, such as one that was cut, stays as it is. */
function browserOf(value: string): string {
  const family = familyOf(value);
  if (family === OTHER ? value === OTHER : FAMILIES.has(family)) return value;
  // Only browsers are parsed: systems, platforms and engines are not needed.
  const { name = '', version = '' } = getParser(value, true).getBrowser();
  if (!FAMILIES.has(name)) return OTHER;
  const [major] = MAJOR.exec(version) ?? [];
  return major === undefined ? name : `${name} ${major}`;
}

function familyOf(browser: string): string {
  return BROWSER.exec(browser)?.[1] ?? '';
}
