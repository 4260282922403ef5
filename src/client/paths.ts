/**
 * What of a call may become part of a URL, which logs and proxies keep: ids and tokens, and nothing that plainly is
 * somebody's address or number.
 */

/** Visible ASCII; no step of a path, which a proxy that decodes would follow. */
const TOKEN = /^(?!.*(?:^|[/\\])\.{1,2}(?:[/\\]|$))[!-~]{8,512}$/;
/** What tokens in the vault's formats for addresses and numbers never are. */
const PLAINLY_A_VALUE = [/@(?!lethe\.invalid$)/, /^\+(?!899)/];

/**
 * Tokens come in many shapes, some brought along, so that not every value can be told from one.
 * @throws {TypeError} as `id`
 */
export function tokenPath(token: string): string {
  const isValue = PLAINLY_A_VALUE.some((pattern) => pattern.test(token)) || isCardNumber(token);
  if (TOKEN.test(token) && !isValue) return `/v1/tokens/${encodeURIComponent(token)}`;
  throw new TypeError('This is no token.');
}

/** 12 to 19 digits that pass the check of ISO/IEC 7812-1, which no token does. */
function isCardNumber(text: string): boolean {
  const digits = text.replace(/[ -]/g, '');
  if (!/^\d{12,19}$/.test(digits)) return false;
  const weighed = [...digits].toReversed().map((digit, i) => Number(digit) * (i % 2 === 0 ? 1 : 2));
  return weighed.reduce((sum, n) => sum + (n > 9 ? n - 9 : n), 0) % 10 === 0;
}

/** @throws {TypeError} which does not repeat the text: it may be a value that was mistaken for an id */
export function id(prefix: string, text: string): string {
  if (new RegExp(`^${prefix}_[0-9a-z]{26,32}$`).test(text)) return text;
  throw new TypeError(`This is no id: one is ${prefix}_ and 26 characters or more.`);
}
