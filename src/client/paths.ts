/**
 * What may become part of a URL, which logs and proxies keep: ids and tokens, and nothing that is plainly somebody's
 * address or number.
 */

/** Visible ASCII, without `.` or `..` as a step of a path: a proxy that decodes it would follow it. */
const TOKEN = /^(?!.*(?:^|[/\\])\.{1,2}(?:[/\\]|$))[!-~]{8,512}$/;
/** Tokens in the vault's formats for addresses and numbers never match these. */
const PLAINLY_A_VALUE = [/@(?!lethe\.invalid$)/, /^\+(?!899)/];

/**
 * The path of a token. Tokens have many shapes, and some were brought from elsewhere, so it cannot recognise every
 * value that was mistaken for one.
 * @throws {TypeError} as `id`
 */
export function tokenPath(token: string): string {
  const isValue = PLAINLY_A_VALUE.some((pattern) => pattern.test(token)) || isCardNumber(token);
  if (TOKEN.test(token) && !isValue) return `/v1/tokens/${encodeURIComponent(token)}`;
  throw new TypeError('This is no token.');
}

/** Whether a text is 12 to 19 digits that pass the check of ISO/IEC 7812-1. No token passes it. */
function isCardNumber(text: string): boolean {
  const digits = text.replace(/[ -]/g, '');
  if (!/^\d{12,19}$/.test(digits)) return false;
  const weighed = [...digits].toReversed().map((digit, i) => Number(digit) * (i % 2 === 0 ? 1 : 2));
  return weighed.reduce((sum, n) => sum + (n > 9 ? n - 9 : n), 0) % 10 === 0;
}

/** The path of a role. @throws {TypeError} for what is no word, and does not repeat it */
export function rolePath(role: string): string {
  if (/^[a-z][a-z0-9_-]{0,63}$/.test(role)) return `/v1/roles/${role}`;
  throw new TypeError('This is no role: one is a word in lower case.');
}

/** The path of a purpose. @throws {TypeError} for what is no word, and does not repeat it */
export function purposePath(purpose: string): string {
  if (/^[a-z][a-z0-9_-]{0,63}$/.test(purpose)) return `/v1/purposes/${purpose}`;
  throw new TypeError('This is no purpose: one is a word in lower case.');
}

/** The path of a person's choice. @throws {TypeError} for what is no id or no word, and does not repeat it */
export function choicePath(subject: string, purpose: string): string {
  const of = purposePath(purpose).slice('/v1/purposes/'.length);
  return `/v1/subjects/${id('sub', subject)}/choices/${of}`;
}

/** @throws {TypeError} that does not repeat the text: it may be a value that was mistaken for an id */
export function id(prefix: string, text: string): string {
  if (new RegExp(`^${prefix}_[0-9a-z]{10,32}$`).test(text)) return text;
  throw new TypeError(`This is no id: one is ${prefix}_ and 10 characters or more.`);
}
