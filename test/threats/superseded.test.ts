/**
 * A record that was corrected after the copy which now stands in the record store's place: its old value cannot be opened,
 * for its key is destroyed, and that is no tampering. It says so for itself alone, and can be erased.
 */
import { describe, expect, test } from 'vitest';
import { runBackgroundOnce } from '../../src/background/background.ts';
import { UnavailableError } from '../../src/errors.ts';
import type { RecordId, Token } from '../../src/ids.ts';
import { recover } from '../../src/operations/copies/recover.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { mintToken } from '../../src/operations/tokens/mint-token.ts';
import { correct } from '../../src/operations/values/correct.ts';
import { detokenize } from '../../src/operations/values/detokenize.ts';
import { search } from '../../src/operations/values/search.ts';
import type { Store } from '../../src/storage/tx.ts';
import { openVault, type Vault } from '../../src/vault/vault.ts';
import { backUp, backupFolder, putBack, recoverHome } from '../backup/folders.ts';
import { close } from '../support/epochs.ts';
import { appOf, callerOf, freshHome, type Home, tell, withParts } from '../support/home.ts';
import { ENGINES, type Engine } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';

interface Stored {
  readonly token: Token;
  readonly record: RecordId;
}

/** Ada and Bob in a copy; Ada corrected since, as often as asked; the copy put back, and recovered. */
async function putBackTo(engine: Engine, corrections = 1, recovering = recoverHome) {
  const home = await freshHome(engine);
  const vault = await home.open();
  const app = await appOf(vault, home);
  const items = ['ada', 'bob'].map((name) => ({ type: 'email', value: `${name}@example.com`, subject: name }));
  const { results } = await tokenize(vault, app, { items });
  const [ada, bob] = results as unknown as [Stored, Stored];
  const dir = await backupFolder();
  await backUp(vault, home, dir);
  for (let i = 1; i <= corrections; i += 1)
    await correct(vault, app, { record: ada.record, value: `ada.${i}@example.net` });
  await vault.close();
  await putBack(home, dir, 'records');
  const recovered = await recovering(home);
  return { home, ada, bob, recovered };
}

const answers = async (vault: Vault, home: Home, ...stored: Stored[]) => {
  const tokens = stored.map(({ token }) => token);
  const { results } = await detokenize(vault, await appOf(vault, home), { tokens, purpose: 'billing' });
  return results.map((result) => ('value' in result ? result.value : result.error.code));
};

describe.each(ENGINES)('on %s', (engine) => {
  test('it answers record_superseded, and its neighbours open in the same call', async () => {
    const { home, ada, bob, recovered } = await putBackTo(engine);
    expect(recovered.replayed).toMatchObject({ lost: 1, lostRecords: [ada.record] });
    const vault = await home.open();
    const app = await appOf(vault, home);
    expect(await answers(vault, home, ada, bob)).toEqual(['record_superseded', 'bob@example.com']);
    const superseded = { kind: 'gone', code: 'record_superseded' };
    await expect(correct(vault, app, { record: ada.record, value: 'ada.9@example.net' })).rejects.toMatchObject(
      superseded,
    );
    await expect(mintToken(vault, app, { record: ada.record })).rejects.toMatchObject(superseded);
    const find = async (value: string) =>
      (await search(vault, app, { type: 'email', value, purpose: 'billing' })).results.map(({ token }) => token);
    for (const value of ['ada@example.com', 'ada.1@example.net']) expect(await find(value)).toEqual([]);
    expect(await find('bob@example.com')).toEqual([bob.token]);
  });

  test.each([1, 2])(
    'after %i corrections it can be erased, with every key of it, and the value stored again',
    async (corrections) => {
      const { home, ada, bob } = await putBackTo(engine, corrections);
      const vault = await home.open();
      const app = await appOf(vault, home);
      expect(await answers(vault, home, ada)).toEqual(['record_superseded']);
      expect(await tell(home.keyStoreUrl, `SELECT * FROM record_keys WHERE record = '${ada.record}'`)).toHaveLength(1);

      expect(await erase(vault, app, { records: [ada.record] })).toMatchObject({ state: 'completed', records: 1 });

      for (const table of ['record_keys', 'blind_indexes']) {
        expect(await tell(home.keyStoreUrl, `SELECT * FROM ${table} WHERE record = '${ada.record}'`)).toEqual([]);
      }
      expect(await tell(home.recordStoreUrl, `SELECT * FROM records WHERE record = '${ada.record}'`)).toEqual([]);
      const items = [{ type: 'email', value: `ada.${corrections}@example.net`, subject: 'ada', reuse: true }];
      const [stored] = (await tokenize(vault, app, { items })).results as unknown as [Stored];
      expect(await answers(vault, home, ada, bob, stored)).toEqual([
        'record_erased',
        'bob@example.com',
        `ada.${corrections}@example.net`,
      ]);
      await vault.close();
      expect(await answers(await home.open(), home, ada)).toEqual(['record_erased']);
    },
  );

  test('its subject’s erasure takes it along', async () => {
    const { home, ada } = await putBackTo(engine, 2);
    const vault = await home.open();
    expect(await erase(vault, await appOf(vault, home), { ref: 'ada' })).toMatchObject({ records: 1 });
    expect(await answers(vault, home, ada)).toEqual(['record_erased']);
    expect(await tell(home.keyStoreUrl, `SELECT * FROM record_keys WHERE record = '${ada.record}'`)).toEqual([]);
  });

  test('a single row that somebody puts back stays an integrity failure, also beside a tombstone that he removes', async () => {
    const { home, ada, bob } = await putBackTo(engine);
    const vault = await home.open();
    const app = await appOf(vault, home);
    const [before] = await tell<Record<string, string | number | Buffer>>(
      home.recordStoreUrl,
      `SELECT * FROM records WHERE record = '${bob.record}'`,
    );
    await correct(vault, app, { record: bob.record, value: 'bob@example.net' });
    await vault.close();
    const at = engine === 'sqlite' ? ['?', '?', '?'] : ['$1', '$2', '$3'];
    await tell(
      home.recordStoreUrl,
      `UPDATE records SET sealed = ${at[0]}, generation = ${at[1]}, version = ${at[2]} WHERE record = '${bob.record}'`,
      [before?.sealed, before?.generation, before?.version],
    );
    const again = await home.open();
    expect(await answers(again, home, bob)).toEqual(['integrity_failure']);
    await tell(home.recordStoreUrl, `DELETE FROM tombstones WHERE record = '${bob.record}'`);
    expect(await answers(again, home, bob)).toEqual(['integrity_failure']);
    expect(await answers(again, home, ada)).toEqual(['record_superseded']);
  });

  test.each(['recordStore', 'keyStore'] as const)(
    'a recovery that was cut short at the %s is ended by the next, and says so of the record all the same',
    async (store) => {
      const { home, ada } = await putBackTo(engine, 1, async (cut) => {
        const opened = await openVault(cut.config, { recovering: true });
        const exclusive = () => Promise.reject(new UnavailableError('store_unavailable', 'out of reach'));
        const half = { ...opened, [store]: withParts<Store>(opened[store], { exclusive }) };
        await expect(recover(half, await callerOf(opened, await cut.adminKey()))).rejects.toThrow('out of reach');
        await opened.close();
        return recoverHome(cut);
      });
      expect(await answers(await home.open(), home, ada)).toEqual(['record_superseded']);
    },
  );

  test('the epoch closes, canaries open, and the rounds of the background work go on', async () => {
    const { home, ada, bob } = await putBackTo(engine);
    const vault = await home.open();
    await close(vault);
    for (const report of await runBackgroundOnce(vault)) expect(report.failed).toBeUndefined();
    expect(await answers(vault, home, ada, bob)).toEqual(['record_superseded', 'bob@example.com']);
  });
});
