/**
 * What is typed, set or given in a file by mistake: a person, a card, a share, a password in the wrong place. No message
 * of the command repeats it, on either stream, nor do the files it leaves behind.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { explain } from '../../src/http/serving/run.ts';
import { lethe } from '../support/command.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { found, needle } from './needles.ts';

const PERSON = 'jane.doe.7f3a';
const CARD = '4242424242424242';
const CODE = 'cvc-nine-eight-7';
const PIN = 'pin-four-two-1';
const NEEDLES = [PERSON, CARD, CODE, PIN].map((text) => needle(text, text));

let home: string;
let input: string;

beforeAll(async () => {
  const folder = await temporaryFolder();
  home = folder.path;
  input = `${home}/input`;
  await mkdir(input);
  expect((await lethe(home, ['init'])).code).toBe(0);
  const { code, err } = await lethe(home, [
    'principals',
    'add',
    'importer',
    '--role',
    'app',
    '--save',
    `${home}/app.key`,
  ]);
  expect([code, err]).toEqual([0, err]);
  return folder.remove;
}, 60_000);

/** @returns what was said; none of it holds a needle, and none of it is a defect */
async function quiet(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number | null; err: string }> {
  const { code, out, err } = await lethe(home, args, { env });
  expect(code, err).not.toBe(0);
  expect(
    found(NEEDLES, new Map(Object.entries({ out, err }).map(([name, text]) => [name, Buffer.from(text)]))),
  ).toEqual([]);
  return { code, err };
}

describe('a command line', () => {
  test.each<[string, readonly string[]]>([
    ['an unknown command', [PERSON]],
    ['an option with a value', ['status', `--pin=${PIN}`]],
    ['a share as an argument', ['unseal', PERSON]],
    ['a role there is not', ['principals', 'add', 'x', '--role', PERSON]],
    ['a purpose that is a sentence', ['principals', 'add', 'x', '--role', 'app', '--purpose', `about ${PERSON}`]],
    ['no range', ['keys', 'compromise', '--buckets', PERSON]],
    [
      'a URL with a password',
      ['import', 'x.csv', '--map', 'm', '--out', 'o', '--url', `http://u:${PERSON}@127.0.0.1:1`],
    ],
  ])('%s', async (_, args) => {
    await quiet(args);
  });
});

describe('a setting', () => {
  test.each<[string, Record<string, string>]>([
    ['a root key that is none', { LETHE_ROOT_KEY: CARD }],
    ['a passphrase that is too short', { LETHE_PASSPHRASE: PIN.slice(0, 11) }],
    ['two PINs', { LETHE_HSM_PIN: PIN, LETHE_HSM_PIN_FILE: '/x' }],
    ['a port', { LETHE_PORT: PERSON }],
    ['a log level', { LETHE_LOG_LEVEL: PERSON }],
    ['an interval', { LETHE_ROTATE_EVERY: PERSON }],
    ['a store URL of another kind', { RECORD_STORE_URL: `mysql://u:${PERSON}@db/x` }],
    ['two root keys', { LETHE_ROOT_KEY: CARD.repeat(4), LETHE_PASSPHRASE: `${PERSON}-${PERSON}` }],
  ])('%s', (_, env) => {
    const said = () => {
      try {
        return JSON.stringify(readConfig({ ...env }));
      } catch (error) {
        return explain(error);
      }
    };
    expect(said()).toMatch(/^lethe: (The settings are not right: |Set )/);
    expect(found(NEEDLES, new Map([['said', Buffer.from(said())]]))).toEqual([]);
  });

  test.each<[string, Record<string, string>]>([
    ['a store URL that is none', { RECORD_STORE_URL: `postgres://u:${PERSON}@[db/x` }],
    ['a store that is not there', { RECORD_STORE_URL: `postgres://u:${PERSON}@127.0.0.1:1/x?password=${CARD}` }],
    ['an API key', { LETHE_API_KEY: PERSON }],
  ])('%s', async (_, env) => {
    await quiet(['status'], env);
  });
});

describe('a file', () => {
  const file = async (name: string, content: string) => {
    await writeFile(`${input}/${name}`, content);
    return `${input}/${name}`;
  };

  test('with a share that is none', async () => {
    const path = await file('share', `${PERSON}-${CARD}\n`);
    await quiet(['--share-file', path, 'status'], { LETHE_ROOT_KEY_SHARES: 'true' });
    await quiet(['--share-file', await file('shares', `${PERSON}\n${CARD}\n`), 'status'], {
      LETHE_ROOT_KEY_SHARES: 'true',
    });
  });

  test('with a root key that is none', async () => {
    await quiet(['status'], { LETHE_ROOT_KEY_FILE: await file('root.key', `${PERSON}\n`) });
  });

  test('with an API key that is none', async () => {
    await quiet(['status', '--key-file', await file('app.key', `lethe_${PERSON}_${CARD}`)]);
  });

  test('that is no certificate, and keys that are none', async () => {
    const jwks = await file('jwks.json', `{"keys":[{"kid":"${PERSON}"}]}`);
    await quiet([
      'certificate',
      'verify',
      await file('certificate', `{"certificate":"${PERSON}.${CARD}.x"}`),
      '--jwks',
      jwks,
    ]);
    await quiet(['certificate', 'verify', jwks, '--jwks', await file('no-keys.json', `{"${PERSON}":`)]);
  });
});

describe('an import', () => {
  const importing = (name: string, ...more: string[]) => [
    ...['import', `${input}/${name}`, '--map', `${input}/map.json`, '--out', `${input}/out-${name}`],
    ...['--key-file', `${home}/app.key`, ...more],
  ];
  const MAP = {
    subject: '/id',
    fields: [
      { path: '/email', type: 'email' },
      { path: '/card', type: 'card' },
    ],
  };
  const row = (over: object) => `${JSON.stringify({ id: PERSON, email: `${PERSON}@example.com`, ...over })}\n`;
  const card = { number: CARD, expiryMonth: 1, expiryYear: 2030 };

  beforeAll(() => writeFile(`${input}/map.json`, JSON.stringify(MAP)));

  test('of a CSV without a header, and of one whose lines end in CR', async () => {
    await writeFile(`${input}/bare.csv`, `${PERSON},${PERSON}@example.com,${CARD},${CODE}\n`.repeat(3));
    const { err } = await quiet(importing('bare.csv'));
    expect(err).toContain('3 are not among its 4 cells');
    await writeFile(`${input}/mac.csv`, `id,email,card\r${PERSON},${PERSON}@example.com,${CARD}\r`.repeat(1_000));
    expect((await quiet(importing('mac.csv'))).err.length).toBeLessThan(300);
  });

  test('of rows that the vault refuses: the rejects hold none of them', async () => {
    const refused = [
      row({ card: { ...card, cvc: CODE } }),
      row({ card: { ...card, pin: PIN } }),
      row({ card: { ...card, [PERSON]: CARD } }),
      row({ card: `${CARD} ${CODE}` }),
      row({ email: PERSON }),
      `{"id":"${PERSON}","card":"${CARD}\n`,
      row({ id: { [PERSON]: CARD } }),
    ];
    await writeFile(`${input}/rows.ndjson`, refused.join(''));
    const { code, err } = await quiet(importing('rows.ndjson'));

    expect([code, err]).toEqual([2, expect.stringContaining('7 rows were refused')]);
    const rejects = await readFile(`${input}/out-rows.ndjson.rejects.ndjson`);
    expect(found(NEEDLES, new Map([['rejects', rejects]]))).toEqual([]);
    const lines = rejects.toString().trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).field)).toEqual([
      ...['/card/cvc', '/card/pin', '/card', '/card', '/email', undefined, '/id'],
    ]);
  });

  test('with rows: of each what may be kept, and no card, code or PIN', async () => {
    await writeFile(
      `${input}/asked.ndjson`,
      row({ email: 'BAD', card: { ...card, cvc: CODE }, pin: PIN, note: `no ${CARD}` }),
    );
    await lethe(home, importing('asked.ndjson', '--rejects-with-rows'));

    const rejects = await readFile(`${input}/out-asked.ndjson.rejects.ndjson`);
    expect(found(NEEDLES.slice(1), new Map([['rejects', rejects]]))).toEqual([]);
    expect(JSON.parse(rejects.toString())).toMatchObject({
      row: 1,
      field: '/email',
      withheld: 3,
      input: { id: PERSON },
    });
  });

  test('with the input in the place of the map', async () => {
    await writeFile(`${input}/swapped.ndjson`, row({ card }).repeat(2));
    const args = ['import', `${input}/map.json`, '--map', `${input}/swapped.ndjson`, '--out', `${input}/out`];
    expect((await quiet(args)).err).toContain('is not JSON');
  });
});
