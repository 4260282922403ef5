/**
 * Two releases side by side on one vault, as during an upgrade: the tree of this one, and a later one made of it, which
 * has one more step in each store, a step that only adds.
 */
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { lethe } from '../support/command.ts';
import { failToStart, startServer } from '../support/server-process.ts';
import { ENGINES, freshStores } from '../support/stores.ts';
import { temporaryFolder } from '../support/temporary.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LATER = '0.2.0';
const STEP = `export async function up(knex) {
  const { run, words } = await import('../sql.ts');
  const { text, clustered } = words(knex);
  await run(knex, [
    \`CREATE TABLE of_a_later_release (name \${text} NOT NULL PRIMARY KEY) \${clustered}\`,
    \`ALTER TABLE TABLE_OF_ALL ADD COLUMN of_a_later_release \${text}\`,
  ]);
}
export async function down() {}
`;

let later: string;

beforeAll(async () => {
  const { path, remove } = await temporaryFolder();
  later = path;
  for (const part of ['src', 'migrations']) await cp(`${ROOT}/${part}`, `${path}/${part}`, { recursive: true });
  await symlink(`${ROOT}/node_modules`, `${path}/node_modules`);
  const manifest = JSON.parse(await readFile(`${ROOT}/package.json`, 'utf8'));
  await writeFile(`${path}/package.json`, JSON.stringify({ ...manifest, version: LATER }));
  for (const [folder, table] of [
    ['records', 'records'],
    ['keystore', 'record_keys'],
  ] as const) {
    await writeFile(`${path}/migrations/${folder}/0999-later.ts`, STEP.replace('TABLE_OF_ALL', table));
  }
  return remove;
});

describe.each(ENGINES)('on %s', (engine) => {
  test('the older one goes on while the later one comes, is told apart, and is not started again', async () => {
    const [{ path: folder, remove }, stores] = await Promise.all([temporaryFolder(), freshStores(engine)]);
    onTestFinished(remove);
    onTestFinished(stores.drop);
    const home = `${folder}/home`;
    await mkdir(home);
    const urls = { RECORD_STORE_URL: stores.recordStoreUrl, KEY_STORE_URL: stores.keyStoreUrl };
    const env = engine === 'postgres' ? urls : {};
    const run = (...args: string[]) => lethe(home, args, { env });
    expect(await run('init')).toMatchObject({ code: 0 });
    await run('purposes', 'declare', 'billing', '--basis', 'contract', '--told', 'To bill what was ordered.');
    await run('principals', 'add', 'shop', '--role', 'app', '--purpose', 'billing', '--save', `${folder}/app.key`);
    const key = (await readFile(`${folder}/app.key`, 'ascii')).trim();
    const adminKey = (await readFile(`${home}/keys/admin.key`, 'ascii')).trim();
    const call = async (url: string, path: string, body?: unknown, apiKey = key) => {
      const headers = { Authorization: `Bearer ${apiKey}`, 'Content-Type': 'application/json' };
      const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
      return JSON.parse(await (await fetch(`${url}${path}`, { headers, ...init })).text());
    };
    const store = async (url: string, subject: string) =>
      (await call(url, '/v1/tokenize', { items: [{ type: 'text', value: `of ${subject}`, subject }] })).results[0]
        .token;
    const reveal = async (url: string, token: string) =>
      (await call(url, '/v1/detokenize', { tokens: [token], purpose: 'billing' })).results[0];

    const older = await startServer(home, { env, log: `${folder}/older.log` });
    const before = await store(older.url, 'cust_1');
    const main = `${later}/src/main.ts`;
    const newer = await startServer(home, { env, log: `${folder}/newer.log`, main });

    // Both serve, each what the other stores; each says which it is, and both that the stores are the later one's.
    const [ofOlder, ofNewer] = [await store(older.url, 'cust_2'), await store(newer.url, 'cust_3')];
    expect(await reveal(newer.url, ofOlder)).toMatchObject({ value: 'of cust_2' });
    expect(await reveal(older.url, ofNewer)).toMatchObject({ value: 'of cust_3' });
    const [one, two] = [await call(older.url, '/healthz'), await call(newer.url, '/healthz')];
    expect([one.release === LATER, two.release]).toEqual([false, LATER]);
    expect([one.schema.keys, two.schema.keys]).toEqual([expect.stringMatching(/^000\d-/), '0999-later']);
    for (const { url } of [older, newer]) {
      const { recordStore, keyStore } = await call(url, '/v1/status', undefined, adminKey);
      expect([recordStore.schema, keyStore.schema]).toEqual(['0999-later', '0999-later']);
    }

    // What was erased on the one is gone on both, and its certificate is issued: it waits for both to forget.
    const { erasure } = await call(older.url, '/v1/erasures', { ref: 'cust_1' });
    expect(await reveal(newer.url, before)).toMatchObject({ error: { code: 'record_erased' } });
    await call(newer.url, '/v1/principals', { name: 'officer', role: 'security' }, adminKey).then(
      async ({ apiKey }) => {
        await call(newer.url, '/v1/keys/rotate', {}, apiKey);
      },
    );
    const receipt = async () => (await call(older.url, `/v1/erasures/${erasure}`, undefined, adminKey)).state;
    await expect.poll(receipt, { timeout: 60_000, interval: 250 }).toBe('final');
    const { certificate } = await call(older.url, `/v1/erasures/${erasure}/certificate`, undefined, adminKey);
    expect(certificate.split('.')).toHaveLength(3);

    // Once it has ended, the older one is not started again, and its commands are refused as well.
    expect(await older.end()).toBe(0);
    const again = await failToStart(home, { env, log: `${folder}/again.log` });
    expect(again).toMatchObject({ code: 1, said: expect.stringContaining('written by a later release of Lethe') });
    expect((await run('status')).err).toContain('written by a later release of Lethe');
    expect(await reveal(newer.url, ofOlder)).toMatchObject({ value: 'of cust_2' });
    expect(await newer.end()).toBe(0);
  }, 120_000);
});
