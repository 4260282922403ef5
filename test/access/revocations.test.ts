/** Which store lacks a revocation that the other one knows, told by the newest of each. */
import { beforeEach, describe, expect, test } from 'vitest';
import { insertKept, insertNoted, noteRevocation, revocationsHeld } from '../../src/access/revocations.ts';
import type { TenantId } from '../../src/ids.ts';
import { tenantTombstones } from '../../src/keyring/tenant-tombstones.ts';
import { stage, tell } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';

const LIVES = 'ten_lives' as TenantId;
const GONE = 'ten_gone' as TenantId;
const AT_EASE = { keyStoreLacks: false, recordStoreLacks: false };

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);
  const rowAt = (at: number, tenant = LIVES) => ({
    tenant,
    kind: 'token' as const,
    target: `tok_${at}`,
    revoked_at: at,
  });
  const keep = (...rows: ReturnType<typeof rowAt>[]) => here.vault.keyStore.shared((tx) => insertKept(tx, rows));
  const note = (...rows: ReturnType<typeof rowAt>[]) =>
    here.vault.recordStore.shared((tx) => insertNoted(tx, rows, here.now()));
  const held = () => revocationsHeld(here.vault);

  /** Both stores know of thirty. */
  beforeEach(async () => {
    for (const url of [here.home.recordStoreUrl, here.home.keyStoreUrl]) await tell(url, 'DELETE FROM revocations');
    const known = Array.from({ length: 30 }, (_, i) => rowAt(10 * i));
    await keep(...known);
    await note(...known);
    expect(await held()).toEqual(AT_EASE);
  });

  test.each([
    ['the newest of all', 1_000],
    ['one that a clock a little behind has dated', 195],
  ])('%s is missed in either store, after many that both have', async (_, at) => {
    await keep(rowAt(at));
    expect(await held()).toEqual({ ...AT_EASE, recordStoreLacks: true });
    await note(rowAt(at), rowAt(at + 1));
    expect(await held()).toEqual({ ...AT_EASE, keyStoreLacks: true });
  });

  test('one that is noted and still to be kept accuses nobody', async () => {
    const { tenant, kind, target, revoked_at } = rowAt(1_000);
    const at = new Date(revoked_at);
    await here.vault.recordStore.shared((tx) => noteRevocation(tx, { tenant, kind, target, at }));
    expect(await held()).toEqual(AT_EASE);
  });

  test('those of a tenant that is erased are asked of neither store', async () => {
    const order = { erasure: 'era_gone', ordered_by: 'prn_gone', ordered_at: 1, buried_at: 1 };
    const grave = { tenant: GONE, ...order, epoch: null, records: 0, shredded_at: null };
    await here.vault.keyStore.exclusive((tx) => tx.insert(tenantTombstones, [grave], 'skip'));
    await tell(
      here.home.recordStoreUrl,
      `INSERT INTO tenants (tenant, name, created_at, erased_at, access_mark, restricts) VALUES ('${GONE}', '${GONE}', 1, 1, 0, 0)`,
    );
    await keep(rowAt(1_000, GONE));
    expect(await held()).toEqual(AT_EASE);
    await note(rowAt(1_001, GONE));
    expect(await held()).toEqual(AT_EASE);
  });
});
