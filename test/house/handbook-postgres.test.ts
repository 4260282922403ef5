/** The commands of the handbook's section “PostgreSQL”, typed as it says them, on a server of the tests. */
import { readFile } from 'node:fs/promises';
import { expect, inject, onTestFinished, test } from 'vitest';
import { openStore } from '../../src/storage/opening/open-store.ts';
import { faultOfUrl } from '../../src/storage/opening/url.ts';
import { tell } from '../support/home.ts';

const PARAMETERS = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'host', 'port', 'connect_timeout'];

async function section(): Promise<string> {
  const text = await readFile(new URL('../../src/deploy/README.md', import.meta.url), 'utf8');
  return /\n## PostgreSQL\n(.*?)\n## /s.exec(text)?.[1] as string;
}

function blocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(([, block]) => block as string);
}

test('accounts and databases are made, and the account that serves opens what the owner made', async () => {
  const server = inject('postgresUrl');
  // Roles and databases are the whole server's: this test has names of its own.
  const prefix = `lethe_test_${process.pid}_`;
  const named = (text: string) => text.replaceAll(/lethe_(records|keys|serving)/g, `${prefix}$1`);
  const [making = '', narrow = ''] = blocks(await section(), 'sql').map(named);
  const statements = (block: string) =>
    block
      .split(';')
      .map((one) => one.trim())
      .filter(Boolean);
  onTestFinished(async () => {
    for (const name of ['records', 'keys']) await tell(server, `DROP DATABASE IF EXISTS ${prefix}${name} WITH (FORCE)`);
    for (const name of ['records', 'keys', 'serving']) await tell(server, `DROP ROLE IF EXISTS ${prefix}${name}`);
  });
  for (const statement of statements(making)) await tell(server, statement);

  const [shell = ''] = blocks(await section(), 'sh');
  const urls = [...shell.matchAll(/'(postgres:[^']+)'/g)].map(([, url]) => named(url as string));
  expect(urls.map(faultOfUrl)).toEqual([undefined, undefined]);
  const here = urls.map((url) => url.replace(/@[^/]+/, `@${new URL(server).host}`).replace(/\?.*/, ''));
  const [records = '', keys = ''] = here;
  await (await openStore('records', records)).close();
  await (await openStore('keys', keys)).close();

  const inKeys = new URL(server);
  inKeys.pathname = new URL(keys).pathname;
  for (const statement of statements(narrow)) await tell(inKeys.href, statement);
  const serving = new URL(keys);
  [serving.username, serving.password] = [`${prefix}serving`, 'change-this-3'];
  await (await openStore('keys', serving.href)).close();
  await expect(tell(serving.href, 'CREATE TABLE more (id int)')).rejects.toThrow();
  await expect(
    openStore('records', records.replace(/\/\/[^:]+:[^@]+/, `//${prefix}keys:change-this-2`)),
  ).rejects.toThrow('42501');
}, 60_000);

test('every parameter that is supported is described, and its examples are understood', async () => {
  const text = await section();
  const described = [...text.matchAll(/^\| (`\w+`(?:, `\w+`)*) \|/gm)].flatMap(([, names]) =>
    (names as string).match(/\w+/g),
  );
  expect(described.toSorted()).toEqual(PARAMETERS.toSorted());
  for (const parameter of PARAMETERS) expect(faultOfUrl('postgres://u@db/d?x=1')).toContain(parameter);
  expect(faultOfUrl('postgres://lethe_keys@/lethe_keys?host=/run/postgresql')).toBeUndefined();
});
