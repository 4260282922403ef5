/** The commands of “After a fail-over that lost something”, typed as they stand, on stores that both went back. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, inject, test } from 'vitest';
import type { Token } from '../../src/ids.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { appOf, freshHome } from '../support/home.ts';
import { tokenize } from '../support/tokenize.ts';
import { keepBoth } from '../support/went-back.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

test('the handbook’s way back from a fail-over leads to a vault that starts, with what was erased erased', async () => {
  const page = await readFile(`${root}src/deploy/README.md`, 'utf8');
  const section = page.split('### After a fail-over that lost something')[1]?.split(/^##? /m)[0] ?? '';
  const blocks = [...section.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block = '']) => block);
  expect(blocks).toHaveLength(1);

  const home = await freshHome('sqlite');
  const vault = await home.open();
  const app = await appOf(vault, home);
  const items = ['ada', 'bob'].map((name) => ({ type: 'email', value: `${name}@example.com` }));
  const { results } = await tokenize(vault, app, { items });
  const [ada, bob] = results.map(({ token }) => token as Token) as [Token, Token];
  await vault.close();
  const back = await keepBoth(home);
  const again = await home.open();
  await erase(again, app, { tokens: [ada] });
  await again.close();
  await back.both();
  await expect(home.open()).rejects.toThrow(/went back to before an erasure, .*as the journal remembers/);

  const { recordStoreUrl, keyStoreUrl, folder } = home;
  const stores = { RECORD_STORE_URL: recordStoreUrl, KEY_STORE_URL: keyStoreUrl };
  const { PATH = '' } = process.env;
  const env = { PATH, LETHE_HOME: folder, LETHE_API_KEY: await home.adminKey(), ...stores };
  const npm = `npm() { shift 4; '${process.execPath}' '${inject('programs').command}' "$@"; }`;
  const run = (block: string) => promisify(execFile)('bash', ['-ec', `${npm}\n${block}`], { env, cwd: root });
  let said = '';
  for (const block of blocks) said += (await run(block)).stdout;
  expect(said).toContain('Done again from the journal, which a store had lost: 1.');
  const last = await home.open();
  expect(await home.reveal(last, ada)).toBe('record_erased');
  expect(await home.reveal(last, bob)).toBe('bob@example.com');
});
