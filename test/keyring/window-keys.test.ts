/** Window keys: they live for minutes, on whichever node, whatever its clock says, and are gone when they end. */
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { runBackgroundOnce } from '../../src/background/background.ts';
import { WINDOW_AHEAD_MS } from '../../src/clock.ts';
import { pooledRandom } from '../../src/crypto/random.ts';
import { IntegrityError, UnavailableError } from '../../src/errors.ts';
import { firstIdAt, newId, type TenantId, type WindowId } from '../../src/ids.ts';
import { LIFE_MS, WindowKeys } from '../../src/keyring/tree/window-keys.ts';
import { everyByte, freshHome, placesOf, refuseInserts, stage, tell, withParts } from '../support/home.ts';
import { packedBuild } from '../support/spelled.ts';
import { ENGINES } from '../support/stores.ts';
import { NOW } from '../support/vault.ts';

const MINUTE_MS = 60_000;
const mark = (n: number) => Buffer.alloc(16, n);

test('thirteen minutes, a minute between two nodes’ clocks and a round of a minute are fifteen', () => {
  expect([LIFE_MS, WINDOW_AHEAD_MS]).toEqual([13 * MINUTE_MS, MINUTE_MS]);
});

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);
  let tenants = 0;
  const freshTenant = () => `ten_w${tenants++}` as TenantId;
  /** Window keys of a node whose clock is this far from the stage's. */
  const node = (offMs = 0, keyStore = here.vault.keyStore, random = pooledRandom()) =>
    new WindowKeys(keyStore, here.vault.keyring.epochs, random, () => new Date(here.now().getTime() + offMs));
  const rowsOf = (tenant: TenantId, table = 'windows') =>
    tell<{ window_id: WindowId; wrapped: Buffer; created_at: number }>(
      here.home.keyStoreUrl,
      `SELECT * FROM ${table} WHERE tenant = '${tenant}' ORDER BY window_id`,
    );

  test('a window takes new tokens for a minute, on all nodes, and then another one does', async () => {
    const [one, two, tenant] = [node(), node(), freshTenant()];
    const first = await one.current(tenant);
    here.advance(MINUTE_MS);
    expect((await two.current(tenant)).window).toBe(first.window);
    here.advance(1);
    const second = await two.current(tenant);

    expect(second.window).not.toBe(first.window);
    expect(second.key.equals(first.key)).toBe(false);
    expect((await one.current(tenant)).window).toBe(second.window);
    expect((await node().find(tenant, first.window))?.key).toEqual(first.key);
    expect(await rowsOf(tenant)).toHaveLength(2);
  });

  test('a key opens for 13 minutes and not a millisecond longer, though its row is there', async () => {
    const [windows, tenant] = [node(), freshTenant()];
    const { window, key, endsAt } = await windows.current(tenant);
    expect(endsAt).toEqual(new Date(here.now().getTime() + LIFE_MS));
    here.advance(LIFE_MS - 1);
    expect(await windows.find(tenant, window)).toEqual({ window, key, endsAt });
    expect(windows.hasEnded(window)).toBe(false);

    here.advance(1);

    expect(await windows.find(tenant, window)).toBeUndefined();
    expect(windows.hasEnded(window)).toBe(true);
    expect(await windows.claim(tenant, window, mark(1))).toBe('over');
    expect(await rowsOf(tenant)).toHaveLength(1);
    expect(await rowsOf(tenant, 'window_reveals')).toEqual([]);
  });

  test('a round of background work destroys the keys and marks of windows that have ended, and no others', async () => {
    const [windows, tenant] = [node(), freshTenant()];
    const old = await windows.current(tenant);
    await windows.claim(tenant, old.window, mark(1));
    here.advance(2 * MINUTE_MS);
    const young = await windows.current(tenant);
    await windows.claim(tenant, young.window, mark(1));
    here.advance(LIFE_MS - 2 * MINUTE_MS - 1);
    await runBackgroundOnce(here.vault);
    expect(await rowsOf(tenant)).toHaveLength(2);

    here.advance(1);
    const reports = await runBackgroundOnce(here.vault);

    expect(reports[0]).toMatchObject({ name: 'shred_windows', failed: undefined });
    expect((await rowsOf(tenant)).map((row) => row.window_id)).toEqual([young.window]);
    expect((await rowsOf(tenant, 'window_reveals')).map((row) => row.window_id)).toEqual([young.window]);
    expect(await windows.find(tenant, old.window)).toBeUndefined();
  });

  test('what was destroyed is in no file of the key store, its log included', async () => {
    const [windows, tenant] = [node(), freshTenant()];
    await windows.current(tenant);
    const [row] = await rowsOf(tenant);
    const wrapped = row?.wrapped as Buffer;
    expect(placesOf(await everyByte(here.home), wrapped)).not.toEqual([]);

    here.advance(LIFE_MS);
    await runBackgroundOnce(here.vault);

    expect(placesOf(await everyByte(here.home), wrapped)).toEqual([]);
  });

  test('what could not be dropped from the files is dropped by the next round, though it destroys nothing', async () => {
    let refusals = 0;
    let scrubs = 0;
    const store = withParts(here.vault.keyStore, {
      scrub: async () => {
        scrubs += 1;
        if (scrubs === refusals) throw new UnavailableError('store_unavailable', 'Another process is reading.');
      },
    });
    const [windows, tenant] = [node(0, store), freshTenant()];
    await windows.scrub();
    await windows.scrub();
    // The first time of a process, for one before it may have been killed; then only after something was removed.
    expect(scrubs).toBe(1);
    await windows.current(tenant);
    here.advance(LIFE_MS);
    refusals = 2;
    expect(await windows.shred()).toBe(1);
    await expect(windows.scrub()).rejects.toBeInstanceOf(UnavailableError);

    expect(await windows.shred()).toBe(0);
    await windows.scrub();
    expect(scrubs).toBe(3);
    await windows.scrub();
    expect(scrubs).toBe(3);
  });

  test('a wrapped key opens only as its tenant’s, its window’s and its epoch’s', async () => {
    const [windows, mine, other] = [node(), freshTenant(), freshTenant()];
    const { window } = await windows.current(mine);
    here.advance(MINUTE_MS + 1);
    const next = await windows.current(mine);
    const [row] = await rowsOf(mine);
    const put = (tenant: TenantId, id: WindowId, wrapped: Buffer) =>
      here.vault.keyStore.exclusive((tx) =>
        tx.execute(packedBuild((sql) => sql('windows').where({ tenant, window_id: id }).update({ wrapped }))),
      );
    await tell(here.home.keyStoreUrl, `DELETE FROM windows WHERE window_id = '${window}'`);
    await tell(
      here.home.keyStoreUrl,
      `INSERT INTO windows (tenant, window_id, epoch, wrapped, created_at)
       SELECT '${other}', '${window}', epoch, wrapped, created_at FROM windows WHERE window_id = '${next.window}'`,
    );
    await put(other, window, row?.wrapped as Buffer);
    await expect(windows.find(other, window)).rejects.toBeInstanceOf(IntegrityError);

    await put(mine, next.window, row?.wrapped as Buffer);
    await expect(windows.find(mine, next.window)).rejects.toBeInstanceOf(IntegrityError);
    await expect(windows.current(mine)).rejects.toBeInstanceOf(IntegrityError);

    await tell(here.home.keyStoreUrl, `UPDATE windows SET epoch = 7 WHERE tenant = '${mine}'`);
    await expect(windows.find(mine, next.window)).rejects.toMatchObject({ code: 'key_unavailable' });
    await tell(here.home.keyStoreUrl, `DELETE FROM windows WHERE tenant IN ('${mine}', '${other}')`);
  });

  test('a mark is claimed once, by one of many calls on two nodes; another mark, window or tenant is its own', async () => {
    const [tenant, other] = [freshTenant(), freshTenant()];
    const second = await here.home.open({ clock: here.now });
    const nodes = [here.vault.keyring.windows, second.keyring.windows] as const;
    const { window } = await nodes[0].current(tenant);
    const { window: otherWindow } = await nodes[0].current(other);

    const claims = await Promise.all(
      Array.from({ length: 40 }, (_, i) => (nodes[i % 2] as WindowKeys).claim(tenant, window, mark(1))),
    );

    expect(claims.filter((claim) => claim === 'claimed')).toHaveLength(1);
    expect(claims.filter((claim) => claim === 'used_up')).toHaveLength(39);
    expect(await nodes[1].isRevealed(tenant, window, mark(1))).toBe(true);
    expect(await nodes[1].isRevealed(tenant, window, mark(2))).toBe(false);
    expect(await nodes[1].isRevealed(other, otherWindow, mark(1))).toBe(false);
    expect(await nodes[1].claim(tenant, window, mark(2))).toBe('claimed');
    expect(await nodes[1].claim(other, otherWindow, mark(1))).toBe('claimed');
  });

  test('a claim that comes when another node has destroyed the window gets nothing and leaves nothing', async () => {
    // This node's clock is behind: to it the window has not ended.
    const [windows, behind, tenant] = [node(), node(-30_000), freshTenant()];
    const { window } = await windows.current(tenant);
    expect(await behind.claim(tenant, window, mark(1))).toBe('claimed');
    here.advance(LIFE_MS);
    expect(await behind.find(tenant, window)).toBeDefined();
    await windows.shred();

    expect(await behind.claim(tenant, window, mark(1))).toBe('over');
    expect(await behind.claim(tenant, window, mark(2))).toBe('over');
    expect(await rowsOf(tenant, 'window_reveals')).toEqual([]);
  });

  test('claims and the end of their window side by side: at most one value, and no mark is left', async () => {
    const [windows, behind, tenant] = [node(), node(-30_000), freshTenant()];
    for (let round = 0; round < 5; round += 1) {
      const { window } = await windows.current(tenant);
      here.advance(LIFE_MS);
      const claiming = Array.from({ length: 12 }, () => behind.claim(tenant, window, mark(3)));
      const [, ...claims] = await Promise.all([windows.shred(), ...claiming]);
      expect(claims.filter((claim) => claim === 'claimed').length).toBeLessThanOrEqual(1);
    }
    await windows.shred();
    expect(await rowsOf(tenant, 'window_reveals')).toEqual([]);
  });

  describe('clocks that differ', () => {
    test('a window of a node that is a little ahead is opened, and takes no token of ours', async () => {
      const [ours, theirs, tenant] = [node(), node(30_000), freshTenant()];
      const ahead = await theirs.current(tenant);
      expect((await ours.find(tenant, ahead.window))?.key).toEqual(ahead.key);
      expect(await ours.claim(tenant, ahead.window, mark(1))).toBe('claimed');

      // One of our own for all that comes, not one for each.
      const mine = await Promise.resolve(ours.current(tenant));
      expect(mine.window).not.toBe(ahead.window);
      expect((await ours.current(tenant)).window).toBe(mine.window);
      expect((await ours.current(tenant)).window).toBe(mine.window);
      expect(await rowsOf(tenant)).toHaveLength(2);
    });

    test('a window from further ahead opens nothing, and is destroyed: no clock lengthens a life', async () => {
      const [ours, theirs, tenant] = [node(), node(WINDOW_AHEAD_MS + 1), freshTenant()];
      const { window } = await theirs.current(tenant);
      expect(await ours.find(tenant, window)).toBeUndefined();
      expect(await ours.claim(tenant, window, mark(1))).toBe('over');

      await ours.shred();

      expect(await rowsOf(tenant)).toEqual([]);
    });

    test('a clock that was years ahead and was put back leaves no key', async () => {
      const [wrong, tenant] = [node(4 * 365 * 86_400_000), freshTenant()];
      await wrong.current(tenant);
      await runBackgroundOnce(here.vault);
      expect(await rowsOf(tenant)).toEqual([]);
    });
  });

  test('a time edited in the row lengthens no life', async () => {
    const [windows, tenant] = [node(), freshTenant()];
    const { window } = await windows.current(tenant);
    here.advance(LIFE_MS);
    await tell(
      here.home.keyStoreUrl,
      `UPDATE windows SET created_at = ${here.now().getTime()} WHERE window_id = '${window}'`,
    );
    expect(await windows.find(tenant, window)).toBeUndefined();
    expect(await windows.claim(tenant, window, mark(1))).toBe('over');
    // Nor does one that is behind make a window last that its id says is to come.
    const ahead = newId('window', pooledRandom(), new Date(here.now().getTime() + 2 * WINDOW_AHEAD_MS));
    await tell(here.home.keyStoreUrl, `UPDATE windows SET window_id = '${ahead}' WHERE window_id = '${window}'`);
    expect(await windows.find(tenant, ahead)).toBeUndefined();
    await tell(here.home.keyStoreUrl, `DELETE FROM windows WHERE tenant = '${tenant}'`);
  });

  test('a window that never was is not found', async () => {
    const windows = node();
    const id = firstIdAt('window', here.now());
    expect(await windows.find(freshTenant(), id)).toBeUndefined();
    expect(await windows.claim(freshTenant(), id, mark(1))).toBe('over');
  });

  test('a key that could not be stored is wiped', async () => {
    const made: Buffer[] = [];
    const random = pooledRandom();
    const windows = node(0, here.vault.keyStore, (sizeBytes) => {
      const bytes = random(sizeBytes);
      if (sizeBytes === 32) made.push(bytes);
      return bytes;
    });
    const allow = await refuseInserts(here.home.keyStoreUrl, 'windows');
    await expect(windows.current(freshTenant())).rejects.toBeDefined();
    await allow();
    expect(made.map((bytes) => bytes.equals(Buffer.alloc(32)))).toEqual([true]);
  });

  test('a vault that opens has destroyed what ended while no process ran, before it is handed out', async () => {
    const home = await freshHome(engine);
    let time = NOW.getTime();
    const clock = () => new Date(time);
    const count = async (table: string) => (await tell(home.keyStoreUrl, `SELECT * FROM ${table}`)).length;
    const before = await home.open({ clock });
    const tenant = 'ten_down' as TenantId;
    const { window } = await before.keyring.windows.current(tenant);
    await before.keyring.windows.claim(tenant, window, mark(1));
    const [row] = await tell<{ wrapped: Buffer }>(home.keyStoreUrl, 'SELECT wrapped FROM windows');
    await before.close();
    time += LIFE_MS - 1;
    await (await home.open({ clock })).close();
    expect([await count('windows'), await count('window_reveals')]).toEqual([1, 1]);

    time += 1;
    await home.open({ clock });

    expect([await count('windows'), await count('window_reveals')]).toEqual([0, 0]);
    expect(placesOf(await everyByte(home), row?.wrapped as Buffer)).toEqual([]);
  });
});

test('a vault opens while another process reads, and drops from the files later what it destroyed', async () => {
  const home = await freshHome('sqlite');
  let time = NOW.getTime();
  const clock = () => new Date(time);
  const before = await home.open({ clock });
  await before.keyring.windows.current('ten_read' as TenantId);
  const [row] = await tell<{ wrapped: Buffer }>(home.keyStoreUrl, 'SELECT wrapped FROM windows');
  const wrapped = row?.wrapped as Buffer;
  await before.close();
  time += LIFE_MS;
  const reader = new Database(home.keyStoreUrl.slice('sqlite:'.length));
  reader.exec('BEGIN');
  reader.prepare('SELECT * FROM windows').all();

  const vault = await home.open({ clock });
  expect(await tell(home.keyStoreUrl, 'SELECT * FROM windows')).toEqual([]);
  expect(placesOf(await everyByte(home), wrapped)).not.toEqual([]);
  expect((await runBackgroundOnce(vault))[0]).toMatchObject({ name: 'shred_windows', failed: 'store_unavailable' });
  reader.exec('COMMIT');
  reader.close();
  expect((await runBackgroundOnce(vault))[0]).toMatchObject({ name: 'shred_windows', failed: undefined });

  expect(placesOf(await everyByte(home), wrapped)).toEqual([]);
});
