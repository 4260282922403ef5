/**
 * What the command says of a command line that it does not understand: without what was typed, which may be a share, a
 * PIN or a person in the wrong place, and would stay in the terminal and in whatever collects its output.
 *
 * Guarantees: of commander's message only what comes from our own definitions is kept: names of options and arguments,
 * choices, suggestions. A message of a kind that is not known here is not repeated.
 */

/** Of our own names alone. */
const OURS =
  /^error: (?:missing required argument '[^']*'|required option '[^']*' not specified|option '[^']*' argument missing|option '[^']*' cannot be used with option '[^']*')\s*$/;
const CHOICE = /^error: option '([^']*)' argument '.*' is invalid\.(?: (Allowed choices are [\w, -]+\.))?\s*$/s;
const EXCESS = /^error: too many arguments(?: for '[\w-]+')?\. Expected (\d+) arguments? but got (\d+)/;
const UNKNOWN = /^error: unknown (option|command) '.*?(\n\(Did you mean [\w, -]+\?\))?\s*$/s;

/** @param text as commander would print it */
export function withoutTyped(text: string): string {
  if (OURS.test(text)) return text;
  const [, option, choices] = CHOICE.exec(text) ?? [];
  if (option !== undefined) return `error: '${option}' does not take this.${choices ? ` ${choices}` : ''}\n`;
  const [, expected, got] = EXCESS.exec(text) ?? [];
  if (got !== undefined) return `error: too many arguments: expected ${expected}, got ${got}\n`;
  const [, what, suggestion = ''] = UNKNOWN.exec(text) ?? [];
  return what === undefined ? 'error: the command line is not right\n' : `error: unknown ${what}${suggestion}\n`;
}
