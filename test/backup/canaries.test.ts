/** Canaries: what lives opens, what was shredded stays dead, and nobody can enter where they are. */
import { describe, expect, test } from 'vitest';
import { VAULT_TENANT } from '../../src/access/store.ts';
import { runBackgroundOnce } from '../../src/background/background.ts';
import { closing } from '../../src/background/long-jobs.ts';
import { ensureCanaries, openCanaries, shredOne } from '../../src/canaries/canaries.ts';
import { raise } from '../../src/canaries/raise.ts';
import { UnavailableError } from '../../src/errors.ts';
import { closeEpoch } from '../../src/jobs/close-epoch.ts';
import { reseal } from '../../src/jobs/reseal-compromised.ts';
import { runChores } from '../../src/jobs/worker.ts';
import { addTenant } from '../../src/operations/access/add-tenant.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { close, contextOf } from '../support/epochs.ts';
import { appOf, callerOf, freshHome, tell, withParts } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';
import { backUp, backupFolder, putBack, recoverHome } from './folders.ts';

type Row = Record<string, string | number | Buffer | null>;

describe.each(ENGINES)('on %s', (engine) => {
  test('a store whose log somebody reads does not keep a canary alive; what is left in the log is dropped by a job', async () => {
    const home = await freshHome(engine);
    const vault = await home.open();
    const scrub = () => Promise.reject(new UnavailableError('store_unavailable', 'read by another process'));
    const record = await shredOne({ ...vault, keyStore: withParts(vault.keyStore, { scrub }) });
    expect(await tell(home.keyStoreUrl, `SELECT 1 FROM record_keys WHERE record = '${record}'`)).toEqual([]);
    const open = () => tell(home.recordStoreUrl, "SELECT 1 FROM erasures WHERE state <> 'completed'");
    expect(await open()).toHaveLength(1);
    await runChores({ ...vault, report: () => {}, allAnswered: async () => {} }, true);
    expect(await open()).toEqual([]);
  });

  test('a live canary opens from what is stored, and not with an altered key, value or MAC', async () => {
    const home = await freshHome(engine);
    const vault = await home.open();
    expect(await openCanaries(vault)).toBe(0);
    await ensureCanaries(vault);
    await ensureCanaries(vault);
    expect(await openCanaries(vault)).toBe(1);
    const alter = async (url: string, table: string, column: string) => {
      const [row] = await tell<Row>(url, `SELECT * FROM ${table} WHERE tenant = '${VAULT_TENANT}'`);
      const bytes = Buffer.from(row?.[column] as Buffer);
      const write = async (to: Buffer) =>
        tell(
          url,
          `UPDATE ${table} SET ${column} = ${engine === 'sqlite' ? '?' : '$1'} WHERE tenant = '${VAULT_TENANT}'`,
          [to],
        );
      const flipped = Buffer.from(bytes);
      flipped[20] = (flipped[20] ?? 0) ^ 1;
      await write(flipped);
      await expect(openCanaries(vault)).rejects.toMatchObject({ code: 'integrity_failure' });
      await write(bytes);
      expect(await openCanaries(vault)).toBe(1);
    };
    await alter(home.keyStoreUrl, 'canaries', 'mac');
    await alter(home.keyStoreUrl, 'record_keys', 'wrapped');
    // Read anew, whatever this process remembers.
    await alter(home.keyStoreUrl, 'buckets', 'wrapped');
    await alter(home.recordStoreUrl, 'records', 'sealed');
  });

  test('a shredded canary is erased like any record, stays dead after the close, and the living open', async () => {
    const home = await freshHome(engine);
    const vault = await home.open();
    const first = await shredOne(vault);
    expect(await raise(vault)).toEqual({ tried: 0, raised: [] });
    expect(await tell(home.keyStoreUrl, `SELECT * FROM record_keys WHERE record = '${first}'`)).toEqual([]);
    expect(await tell(home.recordStoreUrl, `SELECT * FROM records WHERE record = '${first}'`)).toEqual([]);
    expect(await tell(home.recordStoreUrl, `SELECT cause FROM tombstones WHERE record = '${first}'`)).toEqual([
      { cause: 'erased' },
    ]);
    await close(vault);
    expect(await raise(vault)).toEqual({ tried: 1, raised: [] });
    const second = await shredOne(vault);
    await close(vault);
    expect(await raise(vault)).toEqual({ tried: 2, raised: [] });
    expect(second).not.toBe(first);
    expect(await openCanaries(vault)).toBe(1);
  });

  test('a canary that was sealed anew after a compromise dies with the key it has now, and the vault opens', async () => {
    const home = await freshHome(engine);
    const vault = await home.open();
    await ensureCanaries(vault);
    await close(vault);
    await reseal(vault)(contextOf({ params: { epoch: 1 } }));
    const dead = await shredOne(vault);
    const tombstone = `SELECT cause FROM tombstones WHERE record = '${dead}' ORDER BY generation`;
    expect(await tell(home.keyStoreUrl, tombstone)).toEqual([{ cause: 'corrected' }, { cause: 'erased' }]);
    expect(await tell(home.keyStoreUrl, `SELECT * FROM record_keys WHERE record = '${dead}'`)).toEqual([]);
    await close(vault);
    expect(await raise(vault)).toEqual({ tried: 1, raised: [] });
    expect(await openCanaries(await home.open())).toBe(1);
  });

  test('a canary that does not open is not shredded: the close stops before it', async () => {
    const home = await freshHome(engine);
    const vault = await home.open();
    await ensureCanaries(vault);
    await tell(home.keyStoreUrl, "UPDATE record_keys SET record = 'x' WHERE record IN (SELECT record FROM canaries)");
    await expect(closeEpoch(closing(vault))(contextOf())).rejects.toMatchObject({ code: 'integrity_failure' });
    expect(await tell(home.keyStoreUrl, 'SELECT 1 FROM canaries WHERE shredded_at IS NOT NULL')).toEqual([]);
    expect(await tell(home.keyStoreUrl, "SELECT 1 FROM epochs WHERE state = 'active' AND epoch = 1")).toHaveLength(1);
  });

  test('an interrupted erasure of a canary is gone on with, not ordered again', async () => {
    const home = await freshHome(engine);
    const vault = await home.open();
    await ensureCanaries(vault);
    let left = 1;
    const exclusive: typeof vault.keyStore.exclusive = async (work) => {
      left -= 1;
      if (left < 0) throw new Error('stopped');
      return vault.keyStore.exclusive(work);
    };
    await expect(shredOne({ ...vault, keyStore: withParts(vault.keyStore, { exclusive }) })).rejects.toThrow('stopped');
    const orders = 'SELECT state FROM erasures';
    expect(await tell(home.recordStoreUrl, orders)).toEqual([{ state: 'ordered' }]);
    await shredOne(vault);
    expect(await tell(home.recordStoreUrl, orders)).toEqual([{ state: 'completed' }]);
    expect(await openCanaries(await home.open())).toBe(1);
  });

  test('an epoch’s secret that is still in a slot, and a bucket whose key K1 did not renew, raise the dead', async () => {
    const home = await freshHome(engine);
    const vault = await home.open();
    const dead = await shredOne(vault);
    const { slots } = vault.keyring.epochs;
    const secret = (await slots.get(1, () => true)) as Buffer;
    const [{ bucket } = {}] = await tell<Row>(home.keyStoreUrl, 'SELECT bucket FROM canaries WHERE bucket IS NOT NULL');
    await tell(home.keyStoreUrl, `UPDATE buckets SET dirty_at = NULL WHERE bucket = '${bucket}'`);
    await close(vault);
    // The bucket lost a record and was not marked: its key moved to the next epoch as it was.
    expect(await raise(vault)).toEqual({ tried: 1, raised: [dead] });

    const other = await freshHome(engine);
    const theirs = await other.open();
    const gone = await shredOne(theirs);
    await close(theirs);
    expect(await raise(theirs)).toEqual({ tried: 1, raised: [] });
    const get = async (epoch: number) =>
      epoch === 1 ? Buffer.from(secret) : theirs.keyring.epochs.slots.get(epoch, () => true);
    const kept = withParts(theirs.keyring.epochs, { slots: withParts(theirs.keyring.epochs.slots, { get }) });
    const keyring = { ...theirs.keyring, epochs: kept };
    expect(await raise({ ...theirs, keyring })).toEqual({ tried: 1, raised: [gone] });
  });

  test('nobody can enter their tenant, take its name, or find them; the background work leaves them alone', async () => {
    const home = await freshHome(engine);
    const vault = await home.open();
    await ensureCanaries(vault);
    const admin = await callerOf(vault, await home.adminKey());
    await expect(addTenant(vault, admin, { name: '@vault' })).rejects.toMatchObject({ code: 'tenant_exists' });
    expect(await tell(home.recordStoreUrl, `SELECT * FROM principals WHERE tenant = '${VAULT_TENANT}'`)).toEqual([]);
    const [token] = await tell<{ token: string }>(
      home.recordStoreUrl,
      `SELECT token FROM tokens WHERE tenant = '${VAULT_TENANT}'`,
    );
    expect(await home.reveal(vault, token?.token ?? '')).toBe('token_not_found');
    const days = new Date(Date.parse('2026-11-30T12:00:00Z'));
    const later = { ...vault, clock: () => days };
    const app = await appOf(vault, home);
    await tokenize(vault, app, { items: [{ type: 'text', value: 'x' }] });
    for (const { failed } of await runBackgroundOnce(later)) expect(failed).toBeUndefined();
    expect(await openCanaries(later)).toBe(1);
  });

  test('a canary that a record store put back knows nothing of holds up no close after `recover`', async () => {
    const home = await freshHome(engine);
    const vault = await home.open();
    const dir = await backupFolder();
    const wholeClose = (of: Vault) => closeEpoch(closing(of))(contextOf());
    await wholeClose(vault);
    await backUp(vault, home, dir);
    await wholeClose(vault);
    await vault.close();
    await putBack(home, dir, 'records');
    await recoverHome(home);

    const again = await home.open();
    expect(await wholeClose(again)).toMatchObject({ epoch: 3, waitsFor: [] });
    expect(await openCanaries(again)).toBe(1);
  });

  test('a record store put back by other tools, with which nothing disagrees, is noted by a canary it lacks; none is taken for risen', async () => {
    const home = await freshHome(engine);
    const vault = await home.open();
    await ensureCanaries(vault);
    await vault.close();
    // As it was before the canary was made.
    const [canary] = await tell<{ record: string }>(home.keyStoreUrl, 'SELECT record FROM canaries');
    for (const table of ['tokens', 'records'])
      await tell(home.recordStoreUrl, `DELETE FROM ${table} WHERE tenant = '${VAULT_TENANT}'`);

    const again = await home.open();
    const noted = () => tell(home.recordStoreUrl, "SELECT target, outcome FROM audit_entries WHERE action = 'restore'");
    expect(await noted()).toEqual([{ target: 'records unknown', outcome: 'done' }]);
    expect(await tell(home.keyStoreUrl, 'SELECT * FROM canaries')).toEqual([]);
    expect(await closeEpoch(closing(again))(contextOf())).toMatchObject({ waitsFor: [] });
    const { tried, raised } = await raise(again);
    expect([tried, raised]).toEqual([1, []]);
    const shredded = await tell<{ record: string }>(home.keyStoreUrl, 'SELECT record FROM canaries');
    expect(shredded.map(({ record }) => record)).not.toContain(canary?.record);
    await (await home.open()).close();
    expect(await noted()).toHaveLength(1);
  });

  test('a canary whose erasure is under way on another node is not taken for lost', async () => {
    const home = await freshHome(engine);
    const vault = await home.open();
    const record = await shredOne(vault);
    await tell(home.keyStoreUrl, 'UPDATE canaries SET shredded_at = NULL');
    await home.open();
    expect(await tell(home.recordStoreUrl, "SELECT target FROM audit_entries WHERE action = 'restore'")).toEqual([]);
    const rows = await tell<{ record: string }>(home.keyStoreUrl, 'SELECT record FROM canaries');
    expect(rows.map((row) => row.record)).toContain(record);
  });

  test('a canary that was sealed anew since the copy holds up no close after `recover`', async () => {
    const home = await freshHome(engine);
    const vault = await home.open();
    const dir = await backupFolder();
    await ensureCanaries(vault);
    await close(vault);
    await backUp(vault, home, dir);
    await reseal(vault)(contextOf({ params: { epoch: 1 } }));
    await vault.close();
    await putBack(home, dir, 'records');
    await recoverHome(home);

    const again = await home.open();
    expect(await closeEpoch(closing(again))(contextOf())).toMatchObject({ epoch: 2, waitsFor: [] });
    expect(await openCanaries(again)).toBe(1);
  });
});
