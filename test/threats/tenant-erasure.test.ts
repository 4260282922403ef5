/**
 * An erased tenant stays erased, whichever copy of a store is put back: an old key store holds its keys again, an old
 * record store takes it to be alive. The vault refuses to start with either, and `recover` erases again.
 */

import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { runJobsOnce } from '../../src/background/long-jobs.ts';
import { authenticate } from '../../src/calls/authenticate.ts';
import { newId } from '../../src/ids.ts';
import { recover } from '../../src/operations/copies/recover.ts';
import { openVault } from '../../src/vault/open-vault.ts';
import { declarePurposes } from '../support/purposes.ts';
import { ENGINES } from '../support/stores.ts';
import { handOn } from './hand.ts';
import { copyOf, newPlace, openAt, type Place } from './place.ts';

const KEYS = ['buckets', 'record_keys', 'index_keys', 'blind_indexes', 'subject_refs'] as const;

async function during<R>(place: Place, work: (vault: Awaited<ReturnType<typeof openAt>>) => Promise<R>): Promise<R> {
  const vault = await openAt(place);
  try {
    return await work(vault);
  } finally {
    await vault.close();
  }
}

/** Opens the vault to recover it, with or without looking at it first. */
async function recovered(place: Place): Promise<void> {
  const rootKey = { from: 'file', path: `${place.folder}/keys/root.key` } as const;
  const vault = await openVault({ ...place, keysPath: `${place.folder}/keys`, rootKey }, { recovering: true });
  try {
    const admin = (await readFile(`${place.folder}/keys/admin.key`, 'ascii')).trim();
    await recover(vault, await authenticate(vault, admin, newId('request', vault.random, vault.clock())));
  } finally {
    await vault.close();
  }
}

describe.each(ENGINES)('on %s', (engine) => {
  test('its keys do not come back with an old key store, nor its values with an old record store', async () => {
    const place = await newPlace(engine);
    const added = await during(place, async (vault) => {
      const { body } = await vault.admin.call('post', '/v1/tenants', { name: 'gone' });
      const admin = vault.withKey(body.apiKey);
      const app = { name: 'ada', role: 'app', purposes: ['billing'] };
      await declarePurposes(vault.vault, body.tenant);
      const { apiKey } = (await admin.call('post', '/v1/principals', app)).body;
      await vault.withKey(apiKey).tokenize({ type: 'email', value: 'ada@example.com', subject: 'cust_1' });
      const [kept] = await vault.as('app').tokenize({ type: 'email', value: 'ada@example.com', subject: 'cust_1' });
      return { tenant: body.tenant as string, apiKey: apiKey as string, kept: kept?.token ?? '' };
    });
    const old = { keyStoreUrl: await copyOf(place.keyStoreUrl), recordStoreUrl: await copyOf(place.recordStoreUrl) };
    await during(place, async (vault) => {
      const order = { tenant: added.tenant, confirm: 'gone' };
      expect((await vault.admin.call('post', '/v1/erasures', order)).status).toBe(201);
      await runJobsOnce(vault.vault);
    });
    const held = (at: Place) =>
      during(at, async ({ vault }) => {
        const found: string[] = [];
        for (const name of KEYS) {
          const rows = await handOn(vault.keyStore).rows(name);
          if (rows.some(({ tenant }) => tenant === added.tenant)) found.push(name);
        }
        return found;
      });
    expect(await held(place)).toEqual([]);

    for (const [restored, why] of [
      [{ ...place, keyStoreUrl: old.keyStoreUrl }, /key store is older than the record store.*recover/],
      [{ ...place, recordStoreUrl: old.recordStoreUrl }, /record store is older than the key store.*recover/],
    ] as const) {
      await expect(openAt(restored)).rejects.toThrow(why);
      await recovered(restored);
      expect(await held(restored)).toEqual([]);
      await during(restored, async (vault) => {
        expect((await vault.withKey(added.apiKey).call('get', '/v1/types')).status).toBe(401);
        const records = await handOn(vault.vault.recordStore).rows('records');
        expect(records.filter(({ tenant }) => tenant === added.tenant)).toEqual([]);
        const { body } = await vault.as('app').detokenize(added.kept);
        expect(body.results).toMatchObject([{ value: 'ada@example.com' }]);
      });
    }
  });
});
