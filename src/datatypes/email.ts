/**
 * An email address (RFC 5321; RFC 6531 for letters beyond ASCII). Mail can be sent to the stored form as it is. Its
 * local part keeps its case, because a receiving server may tell `Jane` from `jane` (RFC 5321 2.4); its domain is in
 * lower case and in ASCII (IDNA A-labels). Two addresses are the same if they differ only in case; no major mail
 * provider thinks otherwise. `mike@` and `mıke@` are two mailboxes.
 *
 * It does not tell whether the mailbox exists. It refuses quoted local parts, comments, display names, address
 * literals, and dots at an end of the local part or next to each other (RFC 5321 4.1.2, Dot-string).
 */
import { domainToASCII } from 'node:url';
import { InvalidValueError } from '../errors.ts';
import type { DataType } from './datatype.ts';
import { firstGraphemeOfMore, isTelling } from './graphemes.ts';
import { foldNarrow, foldWidth, foldWidthAlone, isAscii, requireWellFormed, trim } from './normalise.ts';
import { requireString, typedText } from './shape.ts';

/** Limits in octets of UTF-8: RFC 5321 4.5.3.1.1; 4.5.3.1.3 without the angle brackets; RFC 1035 2.3.4. */
const MAX_LOCAL = 64;
const MAX_ADDRESS = 254;
const MAX_LABEL = 63;
const MAX_TYPED = 2 * MAX_ADDRESS;

const TOO_LONG = 'Must not be longer than 254 octets.';

/** Controls and invisible characters, except the two joiners: IDNA knows where those may be. */
const CONTROL = /[\p{Cc}\p{Co}\u2028\u2029]|(?![\u200c\u200d])[\p{Cf}\p{Default_Ignorable_Code_Point}]/u;
const SPACE = /\s/;
/** Characters that an unquoted local part may not hold (RFC 5322 3.2.3), and the joiners. */
const SPECIAL = /["(),:;<>@[\\\]\s\u200c\u200d]/;
const STRAY_DOT = /^\.|\.\.|\.$/;
/** ASCII characters that no host name has. domainToASCII would read some of them as a port, a path or an escape. */
const NO_HOST = /[^a-z0-9.\u0080-\uffff-]/i;
/** Domains that nobody can get, with all domains below them (RFC 2606; RFC 6761). */
const RESERVED = /(?:^|\.)(?:example\.(?:com|net|org)|example|test|invalid|localhost)$/;
const LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;

export const email: DataType<string> = {
  name: 'email',
  version: 1,
  category: 'contact',
  description:
    'An email address. Comes back trimmed, full-width characters folded, the domain in lower-case ASCII (IDNA) and ' +
    'the local part as it was typed; addresses that differ only in case are the same. Views: masked (j***@example.com: ' +
    'at most the first character of the local part, and the domain), domain (example.com).',
  input: typedText,
  examples: ['jane.doe@example.com', '  Jane.Doe@Example.COM ', 'info@bücher.example'],
  spread: 'unique',

  parts: {
    domain: {
      description: 'The domain: everything after the @. Upper case and letters beyond ASCII find it too.',
      input: typedText,
      examples: ['example.com', 'Bücher.example'],
      spread: 'shared',
      // Hundreds of millions of domains are registered, but people have addresses under far fewer.
      distinct: 1_000_000,
      parse: (input) => parseDomain(cleaned(requireString(input))),
      of: domainOf,
    },
  },

  shapes: {
    email: { source: (value) => value, isReal: couldBeReal },
  },

  parse: (input) => parseAddress(requireString(input)),

  canonical(value) {
    const at = value.indexOf('@');
    return foldNarrow(value.slice(0, at)) + value.slice(at);
  },

  views: {
    masked: (value) => `${firstGraphemeOfMore(localOf(value))}***@${shownDomain(value) || '***'}`,
    domain: shownDomain,
  },
};

function parseAddress(text: string): string {
  const clean = cleaned(text);
  const at = clean.indexOf('@');
  if (at < 0 || at !== clean.lastIndexOf('@')) throw refused('Must hold exactly one @.');
  const local = parseLocal(clean.slice(0, at));
  const stored = `${local}@${parseDomain(clean.slice(at + 1))}`;
  if (Buffer.byteLength(stored) > MAX_ADDRESS) throw refused(TOO_LONG);
  return stored;
}

/** Whether mail to it could reach somebody: its domain is not reserved for examples and tests. */
function couldBeReal(token: string): boolean {
  try {
    return !RESERVED.test(domainOf(parseAddress(token)));
  } catch (error) {
    if (error instanceof InvalidValueError) return false;
    throw error;
  }
}

/** The typed text, trimmed, in NFC and with width folded. More folding could change the mailbox (RFC 6532 3.1). */
function cleaned(text: string): string {
  const typed = trim(text);
  if (typed === '') throw refused('Must not be empty.');
  // No text of this length folds to 254 octets. Normalisation and IDNA, which take square time, must not run on it.
  if (typed.length > MAX_TYPED) throw refused(TOO_LONG);
  requireWellFormed(typed, '');
  const clean = foldWidthAlone(typed.normalize('NFC')).normalize('NFC');
  if (clean.length > MAX_TYPED) throw refused(TOO_LONG);
  if (CONTROL.test(clean)) throw refused('Must not hold control or invisible characters.');
  if (SPACE.test(clean)) throw refused('Must not hold white space.');
  return clean;
}

function parseLocal(local: string): string {
  if (local === '') throw refused('Must have a local part before the @.');
  // A character that becomes such a character when others normalise further is refused too.
  if (SPECIAL.test(foldWidth(local))) throw refused('The local part holds a character that addresses do not have.');
  if (STRAY_DOT.test(local)) throw refused('The local part must not begin or end with a dot, nor hold two in a row.');
  if (Buffer.byteLength(local) > MAX_LOCAL) throw refused('The local part must not be longer than 64 octets.');
  return local;
}

function parseDomain(typed: string): string {
  if (NO_HOST.test(typed)) throw refused('The domain holds a character that domains do not have.');
  const domain = isAscii(typed) ? typed.toLowerCase() : domainToASCII(typed);
  if (domain === '') throw refused('The domain is not well-formed.');
  const labels = domain.split('.');
  if (labels.length < 2) throw refused('The domain must hold a dot.');
  for (const label of labels) {
    if (label.length > MAX_LABEL) throw refused('A label of the domain must not be longer than 63 octets.');
    if (!LABEL.test(label)) throw refused('The domain is not well-formed.');
  }
  // A host name that ends in a number is an IPv4 address in disguise (WHATWG URL, "ends in a number").
  if (/^(?:\d+|0x[\da-f]*)$/.test(labels.at(-1) ?? '')) throw refused('The domain must not be an IP address.');
  return domain;
}

function localOf(value: string): string {
  return value.slice(0, value.indexOf('@'));
}

function domainOf(value: string): string {
  return value.slice(value.indexOf('@') + 1);
}

/** The domain, or nothing if no letter or digit is before the @: the domain alone would then tell the address. */
function shownDomain(value: string): string {
  return isTelling(localOf(value)) ? domainOf(value) : '';
}

function refused(message: string): InvalidValueError {
  return new InvalidValueError('', message);
}
