/**
 * The identifier in a cookie. It is opaque: it comes back exactly as it was, and two are the same if they are equal. It
 * takes what a cookie value may hold without its quotes (RFC 6265 4.1.1, cookie-octet): visible ASCII except `"`, `,`,
 * `;` and `\`.
 *
 * The mask shows nothing of it, because any piece of an identifier helps to recognise it elsewhere. It does not read
 * cookie names, attributes or signatures. A text under eight characters would not identify anything.
 */
import { InvalidValueError } from '../errors.ts';
import type { DataType } from './datatype.ts';
import { trim } from './normalise.ts';
import { requireString, typedText } from './shape.ts';

const COOKIE_OCTETS = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]{8,256}$/;
const MASK = '********';

export const cookieId: DataType<string> = {
  name: 'cookie_id',
  version: 1,
  category: 'device',
  description:
    'The identifier in a cookie: 8 to 256 visible ASCII characters but for quotes, commas, semicolons and ' +
    'backslashes. Comes back trimmed; identifiers are the same if every character is, case included. Views: masked ' +
    '(eight stars, whatever the identifier).',
  input: typedText,
  examples: ['86e1f0c2-5b0d-4a3e-9f7b-0c1d2e3f4a5b'],
  spread: 'unique',

  parse(input) {
    const id = trim(requireString(input));
    if (!COOKIE_OCTETS.test(id)) {
      throw new InvalidValueError('', 'Must be 8 to 256 visible ASCII characters that a cookie value may hold.');
    }
    return id;
  },

  canonical: (value) => value,
  views: { masked: () => MASK },
};
