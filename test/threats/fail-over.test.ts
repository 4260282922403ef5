/** A primary that is killed while its standby is behind, with a real pair of servers: what the vault says, and what recover repairs. */

import { readFile } from 'node:fs/promises';
import { kill } from 'node:process';
import { expect, onTestFinished, test } from 'vitest';
import { closing } from '../../src/background/long-jobs.ts';
import type { Token } from '../../src/ids.ts';
import { closeEpoch } from '../../src/jobs/close-epoch.ts';
import { addPrincipal } from '../../src/operations/access/add-principal.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { detokenize } from '../../src/operations/values/detokenize.ts';
import { STORE_LIMITS } from '../../src/storage/limits.ts';
import { openStore } from '../../src/storage/opening/open-store.ts';
import { PostgresStore } from '../../src/storage/postgres/postgres.ts';
import { awaitReplicated, standbysAt } from '../../src/storage/postgres/replication.ts';
import { openVault } from '../../src/vault/open-vault.ts';
import type { VaultConfig } from '../../src/vault/vault.ts';
import { recoverHome } from '../backup/folders.ts';
import { contextOf } from '../support/epochs.ts';
import { callerOf, type Home } from '../support/home.ts';
import { primaryWithStandby } from '../support/standby.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { tokenize } from '../support/tokenize.ts';
import { PURPOSES, QUICK_PASSWORDS } from '../support/vault.ts';

const LOST = 20;

async function homeOn(address: (database: string) => Promise<string>) {
  const { path: folder, remove } = await temporaryFolder();
  onTestFinished(remove);
  const config: VaultConfig = {
    recordStoreUrl: await address('records'),
    keyStoreUrl: await address('keys'),
    keysPath: `${folder}/keys`,
    rootKey: { from: 'file', path: `${folder}/keys/root.key` },
  };
  const adminKey = async () => (await readFile(`${folder}/keys/admin.key`, 'ascii')).trim();
  return { config, adminKey, open: () => openVault(config, { mayMake: true, passwords: QUICK_PASSWORDS }) };
}

test('both stores on one asynchronous primary that is lost: erasures answered completed are noticed to be open again, and recover erases them', async () => {
  const pair = await primaryWithStandby();
  const home = await homeOn(pair.address);
  const vault = await home.open();
  const admin = await callerOf(vault, await home.adminKey());
  const { apiKey } = await addPrincipal(vault, admin, { name: 'app', role: 'app', purposes: PURPOSES });
  const app = await callerOf(vault, apiKey);
  const items = Array.from({ length: LOST + 5 }, (_, i) => ({ type: 'email', value: `ada${i}@example.com` }));
  const { results } = await tokenize(vault, app, { items });
  const tokens = results.map(({ token }) => token as Token);
  await pair.caughtUp();
  await pair.cutOff();
  const receipts = await Promise.all(tokens.slice(0, LOST).map((token) => erase(vault, app, { tokens: [token] })));
  expect(receipts.map(({ state }) => state)).toEqual(Array(LOST).fill('completed'));
  await vault.close();

  await pair.failOver();
  await expect(home.open()).rejects.toThrow(/record store went back to before .* as the journal remembers.*recover/);
  expect(await recoverHome(home as unknown as Home)).toMatchObject({ remembered: LOST, replayed: { records: LOST } });
  const again = await home.open();
  const { results: shown } = await detokenize(again, await callerOf(again, apiKey), { tokens, purpose: 'billing' });
  const found = shown.map((result) => ('value' in result ? result.value : result.error.code));
  expect(found.slice(0, LOST)).toEqual(Array(LOST).fill('record_erased'));
  expect(found.slice(LOST)).toEqual(items.slice(LOST).map(({ value }) => value));
  await again.close();
}, 60_000);

test('the secret of an epoch is kept until a standby that is connected has its close', async () => {
  const pair = await primaryWithStandby();
  const home = await homeOn(pair.address);
  const vault = await home.open();
  onTestFinished(() => vault.close());
  expect(await awaitReplicated(vault.keyStore, 5_000)).toBe(true);

  const [receiver] = await pair.ask<{ pid: number }>('standby', 'SELECT pid FROM pg_stat_wal_receiver');
  const pid = receiver?.pid ?? 0;
  kill(pid, 'SIGSTOP');
  try {
    expect(await closeEpoch(closing(vault))(contextOf())).toMatchObject({ waitsFor: ['1/standby'] });
    expect(await readFile(`${home.config.keysPath}/epochs/epoch-000001.key`)).toHaveLength(92);

    // An account that may not see how far a standby is: said so, and not waited for.
    await pair.ask('primary', "CREATE ROLE plain LOGIN PASSWORD 'plain'");
    const url = new URL(home.config.keyStoreUrl);
    await pair.ask(
      'primary',
      'GRANT ALL ON ALL TABLES IN SCHEMA public TO plain; GRANT ALL ON SCHEMA public TO plain',
      'keys',
    );
    url.username = 'plain';
    url.password = 'plain';
    const plain = new PostgresStore('keys', url.href);
    onTestFinished(() => plain.close());
    expect(await standbysAt(plain.reader, 'FFFFFFFF/0')).toEqual({ behind: 0, hidden: 1 });
    await pair.ask('primary', 'GRANT pg_monitor TO plain');
    expect(await standbysAt(plain.reader, 'FFFFFFFF/0')).toEqual({ behind: 1, hidden: 0 });
  } finally {
    kill(pid, 'SIGCONT');
  }
  expect(await closeEpoch(closing(vault))(contextOf({ params: { epoch: 1 } }))).toMatchObject({ waitsFor: [] });
  await expect(readFile(`${home.config.keysPath}/epochs/epoch-000001.key`)).rejects.toMatchObject({ code: 'ENOENT' });
}, 60_000);

test('where commits wait for a standby, one that is acknowledged now says that it has what came before, and nothing else does', async () => {
  const pair = await primaryWithStandby();
  const limits = { ...STORE_LIMITS, commitMs: 500 };
  const store = await openStore('keys', await pair.address('keys'), { limits });
  onTestFinished(() => store.close());
  await pair.setSynchronous(true);
  expect(await awaitReplicated(store)).toBe(true);
  await pair.kill('standby');
  expect(await awaitReplicated(store)).toBe(false);
}, 60_000);
