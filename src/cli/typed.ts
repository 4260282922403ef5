/**
 * What the command says about a command line that it does not understand. It never repeats what was typed: that may be
 * a share, a PIN or a person in the wrong place, and would stay in the terminal and in everything that collects its
 * output.
 *
 * Guarantees: it keeps only those parts of commander's message that come from our own definitions: names of options and
 * arguments, choices, suggestions. It does not repeat a message of an unknown kind.
 */

/** Messages that hold only our own names. */
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
