/**
 * That an epoch is destroyed is what the vault noted and no one else: rows written by hand are not believed, slots whose
 * note was touched are asked again, and what comes back into a slot is destroyed again.
 */
import { cp, rm } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { issueCertificates } from '../../src/erasure/certificates/certificate.ts';
import { UnavailableError } from '../../src/errors.ts';
import type { ErasureId, RecordId } from '../../src/ids.ts';
import { destroyEnded } from '../../src/jobs/close-epoch.ts';
import { sweep } from '../../src/keyring/epochs/epoch-destruction.ts';
import { EpochLedger } from '../../src/keyring/epochs/epoch-ledger.ts';
import * as rotation from '../../src/keyring/epochs/rotation.ts';
import type { RootSlot } from '../../src/keyring/slots/root-slot.ts';
import { RootSlots } from '../../src/keyring/slots/root-slots.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { readCertificate } from '../../src/operations/erasures/read-certificate.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { close, closingParts, fileSlot, rootKeyOf, slotOf, withSlots } from '../support/epochs.ts';
import { appOf, freshHome, withParts } from '../support/home.ts';
import { ENGINES, type Engine } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';
import { NOW } from '../support/vault.ts';
import { handOn } from '../threats/hand.ts';

const outOfReach = () => Promise.reject(new UnavailableError('key_unavailable', 'out of reach'));

/** A vault of two slots, the second of which can be out of reach, and an erasure under its first epoch. */
async function furnished(engine: Engine, { required = true } = {}) {
  const home = await freshHome(engine);
  const opened = await home.open();
  const rootKey = await rootKeyOf(home);
  const [file, disk] = [
    slotOf(home, rootKey),
    fileSlot(home.folder, `${home.folder}/second`, rootKey, { name: 'second' }),
  ];
  const reach = { get: true, put: true, destroy: true };
  const second: RootSlot = withParts<RootSlot>(disk, {
    name: 'second',
    get: (epoch) => (reach.get ? disk.get(epoch) : outOfReach()),
    has: (epoch) => (reach.get ? disk.has(epoch) : outOfReach()),
    put: (epoch, secret) => (reach.put ? disk.put(epoch, secret) : outOfReach()),
    destroy: (epoch) => (reach.destroy ? disk.destroy(epoch) : outOfReach()),
  });
  await opened.keyring.registry.change(() => [
    ...[
      {
        name: 'second',
        kind: 'file',
        settings: { path: 'second' },
        required,
        addedAt: NOW,
        removedAt: undefined,
      } as const,
    ],
  ]);
  const slots = new RootSlots([
    { slot: file, required: true },
    { slot: second, required },
  ]);
  const vault = withSlots(opened, slots);
  // An epoch that both were given.
  await close(vault);
  const app = await appOf(vault, home);
  const { results } = await tokenize(vault, app, { items: [{ type: 'text', value: 'x' }] });
  const { erasure } = await erase(vault, app, { records: [(results[0] as { record: RecordId }).record] });
  const issue = () => issueCertificates(vault, vault.clock);
  const state = async () => (await readCertificate(vault, app, { erasure: erasure as ErasureId })).state;
  return { home, vault, disk, reach, keys: handOn(vault.keyStore), issue, state };
}

const finish = (vault: Vault) => destroyEnded(closingParts(vault));

describe.each(ENGINES)('on %s', (engine) => {
  test('whoever writes the key store gets no certificate for a slot that still holds the secret', async () => {
    const { vault, disk, reach, keys, issue, state } = await furnished(engine);
    reach.destroy = false;
    expect(await close(vault)).toMatchObject({ epoch: 2, waitsFor: ['2/second'] });
    const epoch = await keys.row('epochs', { epoch: 2 });
    const second = await keys.row('epoch_slots', { epoch: 2, slot: 'second' });
    const file = await keys.row('epoch_slots', { epoch: 2, slot: 'file' });
    const first = await keys.row('epochs', { epoch: 1 });
    const { destroyed_at, statement, tag } = file as { destroyed_at: number; statement: string; tag: Buffer };
    expect(tag).toHaveLength(32);

    const asDestroyed = { state: 'destroyed', closed_at: first.closed_at ?? null };
    const attempts: Record<string, () => Promise<unknown>> = {
      'the epoch is said to be destroyed': () => keys.change('epochs', { epoch: 2 }, asDestroyed),
      'with the tag of another epoch': () =>
        keys.change('epochs', { epoch: 2 }, { ...asDestroyed, tag: first.tag ?? null }),
      'the slot is said to have confirmed, too': async () => {
        await keys.change('epoch_slots', { epoch: 2, slot: 'second' }, { destroyed_at, statement });
        await keys.change('epochs', { epoch: 2 }, asDestroyed);
      },
      'with the tag of another slot': async () => {
        await keys.change('epoch_slots', { epoch: 2, slot: 'second' }, { destroyed_at, statement, tag });
        await keys.change('epochs', { epoch: 2 }, { ...asDestroyed, tag: first.tag ?? null });
      },
      'the slot is not noted': async () => {
        await keys.remove('epoch_slots', { epoch: 2, slot: 'second' });
        await keys.change('epochs', { epoch: 2 }, asDestroyed);
      },
      'the epoch was never used': () =>
        keys.change('epochs', { epoch: 2 }, { state: 'pre_activation', activated_at: null }),
      'the epoch never was': () => keys.remove('epochs', { epoch: 2 }),
    };
    for (const [what, attempt] of Object.entries(attempts)) {
      await attempt();
      expect([what, await issue(), await state()]).toEqual([what, 0, 'pending']);
      await keys.remove('epoch_slots', { epoch: 2 });
      await handOn(vault.keyStore)
        .rows('epochs', { epoch: 2 })
        .then((rows) => rows.length && keys.remove('epochs', { epoch: 2 }));
      await keys.put('epochs', epoch);
      await keys.put('epoch_slots', file, second);
    }

    // With the note gone, or a confirmation in it that the slot never gave, the slot is asked all the same.
    await keys.remove('epoch_slots', { epoch: 2, slot: 'second' });
    expect(await finish(vault)).toEqual({ waitsFor: ['2/second'], destroyed: 0 });
    await keys.change('epoch_slots', { epoch: 2, slot: 'second' }, { destroyed_at, statement, tag });
    expect(await finish(vault)).toEqual({ waitsFor: ['2/second'], destroyed: 0 });
    expect([await issue(), await state()]).toEqual([0, 'pending']);
    expect(await disk.get(2)).toHaveLength(32);
    reach.destroy = true;
    expect(await finish(vault)).toEqual({ waitsFor: [], destroyed: 1 });
    expect(await disk.get(2)).toBeUndefined();
    expect([await issue(), await state()]).toEqual([1, 'final']);
  });

  test('what a slot stated, and when, is certified as the vault noted it, or not at all', async () => {
    const { home, vault, keys, issue, state } = await furnished(engine);
    await close(vault);
    const confirmed = await keys.row('epoch_slots', { epoch: 2, slot: 'second' });
    for (const change of [
      { statement: JSON.stringify({ method: 'shred the disk', statement: 'The disk was shredded.' }) },
      { destroyed_at: 1 },
      { stored_at: 1 },
    ]) {
      await keys.change('epoch_slots', { epoch: 2, slot: 'second' }, change);
      expect([change, await issue()]).toEqual([change, 0]);
      await keys.remove('epoch_slots', { epoch: 2, slot: 'second' });
      await keys.put('epoch_slots', confirmed);
    }
    const epoch = await keys.row('epochs', { epoch: 2 });
    for (const column of ['created_at', 'activated_at', 'deactivated_at', 'closed_at']) {
      await keys.change('epochs', { epoch: 2 }, { [column]: 1 });
      expect([column, await issue()]).toEqual([column, 0]);
      await keys.change('epochs', { epoch: 2 }, { [column]: epoch[column] ?? null });
    }
    // As a process sees it that has not looked yet: an earlier one that is gone takes the later ones with it.
    const rootKey = await rootKeyOf(home);
    const certain = () => new EpochLedger(rootKey, vault.keyring.signing.issuer).destroyed(vault.keyStore.reader);
    expect(await certain()).toHaveLength(2);
    const first = await keys.row('epochs', { epoch: 1 });
    await keys.remove('epochs', { epoch: 1 });
    expect(await certain()).toEqual([]);
    await keys.put('epochs', first);
    await keys.remove('epoch_slots', { epoch: 1, slot: 'file' });
    expect(await certain()).toEqual([]);
    // What this process has seen to be destroyed stays so.
    expect([await issue(), await state()]).toEqual([1, 'final']);
  });

  test('a new root key vouches for what the old one vouched for, and for nothing else', async () => {
    const { home, vault, keys, issue } = await furnished(engine);
    await close(vault);
    await close(vault);
    const vaultId = vault.keyring.signing.issuer;
    const [rootKey, newKey] = [await rootKeyOf(home), Buffer.alloc(32, 7)];
    await keys.change('epochs', { epoch: 2 }, { closed_at: 1 });
    await keys.change('epoch_slots', { epoch: 3, slot: 'second' }, { destroyed_at: 1 });
    const before = new EpochLedger(rootKey, vaultId);
    const certain = async (key: Buffer) =>
      (await new EpochLedger(key, vaultId).destroyed(vault.keyStore.reader)).map(({ row, slots }) => [
        row.epoch,
        slots.length,
      ]);
    expect([await certain(rootKey), await certain(newKey)]).toEqual([[[1, 1]], []]);

    await vault.keyStore.exclusive((tx) => before.retag(tx, newKey));

    expect([await certain(rootKey), await certain(newKey)]).toEqual([[], [[1, 1]]]);
    const [stated] = await keys.rows('epoch_slots', { epoch: 3, slot: 'second' });
    expect(new EpochLedger(newKey, vaultId).isConfirmed(stated as never)).toBe(false);
    expect(await issue()).toBe(0);
  });

  test('an epoch is not marked as destroyed while a slot of it has not confirmed, and a confirmation stays the first', async () => {
    const { vault, keys } = await furnished(engine);
    const { ledger } = vault.keyring.epochs;
    await ledger.confirm(vault.keyStore, { epoch: 2, slot: 'file' }, { method: 'one', statement: 'One.' }, 5);
    await ledger.confirm(vault.keyStore, { epoch: 2, slot: 'file' }, { method: 'two', statement: 'Two.' }, 6);
    await ledger.confirm(vault.keyStore, { epoch: 2, slot: 'of nobody' }, { method: 'three', statement: 'Three.' }, 7);
    expect(await keys.rows('epoch_slots', { epoch: 2 })).toMatchObject([
      { slot: 'file', destroyed_at: 5, statement: expect.stringContaining('One.') },
      { slot: 'second', destroyed_at: null, tag: null },
    ]);
    expect(await ledger.close(vault.keyStore, 2, 8)).toEqual(['second']);
    expect(await keys.row('epochs', { epoch: 2 })).toMatchObject({ state: 'active', closed_at: null, tag: null });
  });

  test('a secret that comes back after its epoch was destroyed is destroyed again at the next close, which says so', async () => {
    const { home, vault, disk, reach } = await furnished(engine);
    const [folder, copy] = [`${home.folder}/second`, `${home.folder}/copy`];
    await cp(folder, copy, { recursive: true });
    await close(vault);
    expect(await disk.get(2)).toBeUndefined();
    await rm(folder, { recursive: true });
    await cp(copy, folder, { recursive: true });
    expect(await disk.get(2)).toHaveLength(32);

    // The folder is as it was before the close, and must be given the epoch in use again before anything goes.
    const current = (await vault.keyring.epochs.slots.get(3, () => true)) as Buffer;
    await disk.put(3, current);
    expect(await close(vault)).toMatchObject({ epoch: 3, waitsFor: [], returned: ['2/second'] });
    expect(await disk.get(2)).toBeUndefined();
    expect(Object.keys(await close(vault))).not.toContain('returned');
    reach.get = false;
    reach.destroy = false;
    expect(await sweep(vault)).toEqual([]);
  });

  test('no row that is written by hand has a slot destroy a secret that is needed', async () => {
    const { vault, disk, keys } = await furnished(engine);
    const { state } = await keys.row('epochs', { epoch: 2 });
    await keys.change('epochs', { epoch: 2 }, { state: 'destroyed' });
    expect([await sweep(vault), (await disk.get(2))?.length]).toEqual([[], 32]);
    await keys.change('epochs', { epoch: 2 }, { state: state ?? null });

    // Of the next epoch a slot is said to be rid already, as one that was removed is.
    const byHand = { ...{ epoch: 3, slot: 'second', stored_at: 1, destroyed_at: 1 }, statement: '{}' };
    await keys.put('epoch_slots', byHand);
    expect(await close(vault)).toMatchObject({ epoch: 2, waitsFor: [] });
    expect(await disk.get(3)).toHaveLength(32);
  });

  test('a number that was begun and lost is left out, whatever an optional slot may have of it; it is destroyed in turn', async () => {
    const { vault, disk, reach, keys, issue, state } = await furnished(engine, { required: false });
    await expect(rotation.begin(withSlots(vault, refusing(vault)), async () => {})).rejects.toMatchObject({
      code: 'key_unavailable',
    });
    expect((await keys.row('epochs', { epoch: 3 })).state).toBe('pre_activation');
    reach.get = false;
    reach.put = false;

    expect(await close(vault)).toMatchObject({ epoch: 2, without: ['second'], waitsFor: ['3/second'] });

    const stateOf = async (epoch: number) => (await keys.row('epochs', { epoch })).state;
    expect([await stateOf(2), await stateOf(3), await stateOf(4)]).toEqual(['destroyed', 'pre_activation', 'active']);
    expect([await issue(), await state()]).toEqual([1, 'final']);
    reach.get = true;
    expect(await finish(vault)).toEqual({ waitsFor: [], destroyed: 1 });
    expect([await stateOf(3), await disk.get(3)]).toEqual(['destroyed', undefined]);
  });
});

/** The slots of a vault, of which none takes a secret. */
function refusing(vault: Vault): RootSlots {
  return new RootSlots(
    vault.keyring.epochs.slots.inForce.map(({ slot, required }) => ({
      slot: withParts<RootSlot>(slot, { put: outOfReach }),
      required,
    })),
  );
}
