import { Command, Option } from 'commander';
import { expect, test } from 'vitest';
import { withoutTyped } from '../../src/cli/typed.ts';

const SECRET = '4242424242424242';

/** What a command with one of everything says of this command line. */
function said(...args: string[]): string {
  let text = '';
  const output = {
    outputError: (message: string, write: (text: string) => void) => write(withoutTyped(message)),
    writeErr: (message: string) => {
      text += message;
    },
  };
  const program = new Command('lethe').configureOutput(output).exitOverride();
  program
    .command('status [place]')
    .addOption(new Option('--store <store>', '').choices(['records', 'keys']))
    .addOption(new Option('--one').conflicts('other'))
    .option('--other')
    .action(() => {});
  program
    .command('import <file>')
    .requiredOption('--map <file>')
    .action(() => {});
  expect(() => program.parse(args, { from: 'user' })).toThrow();
  return text;
}

test.each([
  [['status', `--${SECRET}`], 'error: unknown option\n'],
  [['status', '--stor', SECRET], 'error: unknown option\n(Did you mean --store?)\n'],
  [['status', `--x'\n(Did you mean ${SECRET}?)`], 'error: unknown option\n'],
  [[`'${SECRET}`], 'error: unknown command\n'],
  [['statu', SECRET], 'error: unknown command\n(Did you mean status?)\n'],
  [['status', 'a', SECRET], 'error: too many arguments: expected 1, got 2\n'],
  [['status', '--store', SECRET], "error: '--store <store>' does not take this. Allowed choices are records, keys.\n"],
  [
    ['status', '--store', `x' is invalid. Allowed choices are ${SECRET}.`],
    "error: '--store <store>' does not take this. Allowed choices are records, keys.\n",
  ],
  [['status', '--one', '--other'], "error: option '--one' cannot be used with option '--other'\n"],
  [['status', '--store'], "error: option '--store <store>' argument missing\n"],
  [['import', '--map', SECRET], "error: missing required argument 'file'\n"],
  [['import', SECRET], "error: required option '--map <file>' not specified\n"],
])('%j is answered without what was typed', (args, expected) => {
  expect(said(...args)).toBe(expected);
});

test('a message of another kind is not repeated', () => {
  expect(withoutTyped(`error: something about ${SECRET}`)).toBe('error: the command line is not right\n');
});
