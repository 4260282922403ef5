/** `lethe init` says what to do next, whichever way the root key comes; of a vault in shares see `ceremonies.test.ts`. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { lethe } from '../support/command.ts';
import { temporaryFolder } from '../support/temporary.ts';

const KEY = 'ab'.repeat(32);
const PASSPHRASE = 'four random words here';

async function newFolder(): Promise<string> {
  const { path, remove } = await temporaryFolder();
  onTestFinished(remove);
  return path;
}

describe.each([
  ['a file', {}, ['root.key'], (home: string) => `Keep a copy of ${join(home, 'keys/root.key')} apart`],
  [
    'the environment',
    { LETHE_ROOT_KEY: KEY },
    [],
    () => 'Keep the key of LETHE_ROOT_KEY apart from the data, and set it',
  ],
  [
    'a passphrase',
    { LETHE_PASSPHRASE: PASSPHRASE },
    ['root.salt'],
    (home: string) => `Keep the passphrase, and a copy of ${join(home, 'keys/root.salt')}, apart`,
  ],
] as const)('a root key from %s', (_, env: Record<string, string>, made, keep) => {
  test('init names what to keep and how to serve; the second time, that it opens', async () => {
    const home = await newFolder();
    const first = await lethe(home, ['init'], { env });
    expect(first).toMatchObject({ code: 0, err: '' });
    const [title, apiKey, kept, serve] = first.out.split('\n');
    expect(title).toBe(`Made a new vault in ${home}.`);
    expect(apiKey).toContain(join(home, 'keys/admin.key'));
    expect(kept).toContain(keep(home));
    expect(serve).toMatch(/npm run lethe -- serve$/);
    const roots = (await readdir(join(home, 'keys'))).filter((name) => name.startsWith('root.'));
    expect(roots).toEqual(made);
    const again = await lethe(home, ['init'], { env });
    expect(again).toMatchObject({
      ...{ code: 0, out: `The vault in ${home} opens. Serve it:  npm run lethe -- serve\n`, err: '' },
    });
    expect(first.out + again.out).not.toContain(KEY);
    expect(first.out + again.out).not.toContain(PASSPHRASE);
  }, 30_000);
});

test('shares of a vault that is not there, or was not split, are not asked for: it says what comes first', async () => {
  const home = await newFolder();
  const env = { LETHE_ROOT_KEY_SHARES: 'true' };
  expect(await lethe(home, ['init'], { env })).toMatchObject({
    ...{
      code: 1,
      out: '',
      err: expect.stringMatching(/no vault here yet.*`npm run lethe -- init` and `npm run lethe -- root split`/),
    },
  });
  expect(await lethe(home, ['init'])).toMatchObject({ code: 0 });
  expect(await lethe(home, ['init'], { env })).toMatchObject({
    ...{
      code: 1,
      out: '',
      err: expect.stringMatching(/no shares.*with the root key itself, run `npm run lethe -- root split`/),
    },
  });
}, 30_000);
