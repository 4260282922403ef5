/** Root slots that are added, checked and removed while epochs come and go. */
import { mkdir, readdir, rename } from 'node:fs/promises';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Caller } from '../../src/calls/caller.ts';
import { VaultError } from '../../src/errors.ts';
import type { Token } from '../../src/ids.ts';
import { destroyEnded } from '../../src/jobs/close-epoch.ts';
import { takeLease } from '../../src/jobs/lease.ts';
import { JOBS_LEASE } from '../../src/jobs/runner.ts';
import * as rotation from '../../src/keyring/epochs/rotation.ts';
import { type AddSlot, AddSlotBody } from '../../src/keyring/schema.ts';
import type { RootSlot } from '../../src/keyring/slots/root-slot.ts';
import { removeSlot as removeFrom } from '../../src/keyring/upkeep/slot-changes.ts';
import { addPrincipal } from '../../src/operations/access/add-principal.ts';
import { addTenant } from '../../src/operations/access/add-tenant.ts';
import { addSlot } from '../../src/operations/keys/add-slot.ts';
import { checkSlotsHere } from '../../src/operations/keys/check-slots.ts';
import { slotsHere } from '../../src/operations/keys/list-slots.ts';
import { removeSlotHere } from '../../src/operations/keys/remove-slot.ts';
import { openVault } from '../../src/vault/open-vault.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { close, closingParts } from '../support/epochs.ts';
import { appOf, callerOf, freshHome, type Home, tell } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';
import { POLICY, type TransitServer, transitServer } from '../support/transit-server.ts';

describe.each(ENGINES)('on %s', (engine) => {
  let home: Home;
  let vault: Vault;
  let kms: TransitServer;
  let security: Caller;
  let token: string;

  beforeEach(async () => {
    kms = await transitServer();
    onTestFinished(kms.close);
    home = await freshHome(engine);
    Object.assign(home.config, { slotSecrets: { transitToken: { from: 'environment', value: kms.token } } });
    vault = await home.open();
    security = await appOf(vault, home, 'security');
    const items = [{ type: 'email', value: 'ada@example.com', subject: 'slots-1' }];
    token = (await tokenize(vault, await appOf(vault, home), { items })).results[0]?.token as Token;
  });

  const bao = (over: Partial<AddSlot> = {}): AddSlot =>
    AddSlotBody.parse({ name: 'bao', kind: 'transit', settings: { url: kms.url }, ...over });
  const usb = (over: Partial<AddSlot> = {}): AddSlot =>
    AddSlotBody.parse({ name: 'usb', kind: 'file', settings: { path: `${home.folder}/usb` }, ...over });
  const add = (slot: AddSlot, by = vault) => addSlot(by, security, slot);
  const remove = (name: string, abandon = false, by = vault) => removeSlotHere(by, security, { name, abandon });
  const inForce = async () =>
    (await slotsHere(vault, security)).filter(({ removedAt }) => removedAt === undefined).map(({ name }) => name);
  const keyOf = (epoch: number) =>
    [...kms.keys.keys()].filter((name) => name.endsWith(`-epoch-${String(epoch).padStart(6, '0')}`)).length;
  const held = (epoch: number) =>
    tell<{ slot: string; destroyed_at: unknown; statement: string | null; envelope: unknown }>(
      home.keyStoreUrl,
      `SELECT slot, destroyed_at, statement, envelope FROM epoch_slots WHERE epoch = ${epoch} ORDER BY slot`,
    );
  const opens = async (by = vault) => expect(await home.reveal(by, token)).toBe('ada@example.com');

  test('a slot that is added holds the epoch in use at once, and the next ones; each is destroyed in it', async () => {
    const { attestation, epochs } = await add(bao());
    expect([attestation.tier, epochs, keyOf(0), keyOf(1)]).toEqual(['service', [1], 0, 1]);

    expect(await close(vault)).toMatchObject({ epoch: 1, without: [], waitsFor: [] });

    expect([keyOf(1), keyOf(2)]).toEqual([0, 1]);
    expect((await readdir(`${home.folder}/keys/epochs`)).sort()).toEqual(['epoch-000002.key', 'vault.id']);
    expect((await held(1)).map(({ slot, envelope }) => [slot, envelope])).toEqual([
      ['bao', null],
      ['file', null],
    ]);
    for (const { statement } of await held(1)) expect(JSON.parse(statement ?? '')).toHaveProperty('statement');
    await opens(await home.open());
  });

  test('a key that its service had back from a backup is deleted again at the next close, which says so', async () => {
    await add(bao());
    const [[name, key] = []] = [...kms.keys].filter(([one]) => one.endsWith('-epoch-000001'));
    if (name === undefined || key === undefined) throw new Error('The service has no key of the epoch.');
    await close(vault);
    expect(keyOf(1)).toBe(0);
    kms.keys.set(name, key);

    expect(await close(vault)).toMatchObject({ epoch: 2, waitsFor: [], returned: ['1/bao'] });

    expect(keyOf(1)).toBe(0);
    expect(await close(vault)).not.toHaveProperty('returned');
  });

  test('a node that was running before learns of it when it begins an epoch, and reads what only the new slot has', async () => {
    const other = await home.open();
    await add(bao());

    await close(other);
    expect(keyOf(2)).toBe(1);

    await remove('file');
    await close(vault);
    expect(await readdir(`${home.folder}/keys/epochs`)).toEqual(['vault.id']);
    await opens(other);
    await opens(await home.open());
  });

  test('an epoch that begins while a slot is added is in it as well', async () => {
    const other = await home.open();
    const { registry } = vault.keyring;
    const change = registry.change.bind(registry);
    vi.spyOn(registry, 'change')
      .mockImplementationOnce(change)
      .mockImplementationOnce(async (work) => {
        await close(other);
        await change(work);
      });

    expect((await add(bao())).epochs).toEqual([2]);

    await destroyEnded(closingParts(vault));
    expect([keyOf(1), keyOf(2)]).toEqual([0, 1]);
    const { slots } = await checkSlotsHere(vault, security);
    expect(slots.map(({ name, holds, healthy }) => [name, holds, healthy])).toEqual([
      ['bao', [2], true],
      ['file', [2], true],
    ]);
  });

  test('K4: a slot brought up to date while its epoch ends keeps the secret until nothing is wrapped under it', async () => {
    await add(usb());
    const { slots } = vault.keyring.epochs;
    const get = slots.get.bind(slots);
    const free = async () => {};
    vi.spyOn(slots, 'get').mockImplementationOnce(async (...asked) => {
      const secret = await get(...asked);
      const { next } = await rotation.begin(vault, free);
      await rotation.activate(vault, 1, next, free);
      return secret;
    });

    await add(usb());

    expect(await readdir(`${home.folder}/usb`)).toContain('epoch-000001.key');
    await close(vault, { params: { epoch: 1 } });
    expect(await readdir(`${home.folder}/usb`)).not.toContain('epoch-000001.key');
    await opens(await home.open());
  });

  test.each(['goes on', 'is overtaken'])(
    'K5: a slot that is removed while a close that slept puts the next secret there has nothing of it; the close %s',
    async (how) => {
      await add(usb());
      const other = await home.open();
      const slot = vault.keyring.epochs.slots.byName('usb') as RootSlot;
      const put = slot.put.bind(slot);
      let overtaken = false;
      vi.spyOn(slot, 'put').mockImplementationOnce(async (...asked) => {
        // Asleep since it noted this slot; the lease has gone to whoever removes it.
        expect(await remove('usb', false, other)).toEqual({ destroyed: [1, 2], left: [] });
        overtaken = how === 'is overtaken';
        await put(...asked);
        expect(await readdir(`${home.folder}/usb`)).toContain('epoch-000002.key');
        if (overtaken) throw new VaultError('lease_lost');
      });

      const closed = close(vault);
      if (how === 'is overtaken') await expect(closed).rejects.toMatchObject({ code: 'lease_lost' });
      else expect(await closed).toMatchObject({ waitsFor: [] });

      expect((await readdir(`${home.folder}/usb`)).sort()).toEqual(['slot.id', 'vault.id']);
      await close(other);
      expect(await close(other)).toMatchObject({ waitsFor: [] });
      expect((await readdir(`${home.folder}/usb`)).sort()).toEqual(['slot.id', 'vault.id']);
      await opens(other);
    },
  );

  test('K5: a slot that is removed while somebody who slept brings it up to date has nothing of it', async () => {
    await add(usb());
    const other = await home.open();
    const slot = vault.keyring.epochs.slots.byName('usb') as RootSlot;
    const put = slot.put.bind(slot);
    vi.spyOn(slot, 'put').mockImplementationOnce(async (...asked) => {
      await removeFrom(other, 'usb', false);
      await put(...asked);
    });

    expect((await add(usb())).epochs).toEqual([]);

    expect((await readdir(`${home.folder}/usb`)).sort()).toEqual(['slot.id', 'vault.id']);
  });

  test('no slot comes or goes while a long job is at work on the keys, and none begins while one does', async () => {
    const lease = await takeLease(vault.keyStore, JOBS_LEASE, vault.random);
    // A sign of life whenever somebody waits for the holder to fall silent.
    const waiting = { sleep: () => vault.keyStore.exclusive(async (tx) => lease?.assertHeld(tx)) };
    await expect(addSlot(vault, security, usb(), waiting)).rejects.toMatchObject({ code: 'overloaded' });
    const file = { name: 'file', abandon: false };
    await expect(removeSlotHere(vault, security, file, waiting)).rejects.toMatchObject({
      ...{ code: 'overloaded', message: expect.stringContaining('at work on the keys') },
    });
    expect([await inForce(), await held(1)]).toEqual([['file'], [expect.objectContaining({ slot: 'file' })]]);
    await lease?.release();

    const { registry } = vault.keyring;
    const change = registry.change.bind(registry);
    const seen: unknown[] = [];
    vi.spyOn(registry, 'change').mockImplementation(async (work) => {
      const [row] = await tell<{ holder: string }>(home.keyStoreUrl, 'SELECT holder FROM leases');
      seen.push(row?.holder);
      await change(work);
    });
    await add(usb());
    await remove('usb');
    expect(seen).toEqual([1, 2, 3].map(() => expect.stringMatching(/^[0-9a-f]{32}$/)));
    const [row] = await tell<{ holder: string }>(home.keyStoreUrl, 'SELECT holder FROM leases');
    expect(row?.holder).toBe('');
  });

  test.each<[name: string, state: Partial<TransitServer['state']>, code: string]>([
    ['cannot delete', { keepsKeys: true }, 'key_unavailable'],
    [
      'may not delete',
      { policy: { ...POLICY, 'transit/keys/lethe-*': ['create', 'update', 'read'] } },
      'key_unavailable',
    ],
    ['does not give back', { policy: { ...POLICY, 'transit/decrypt/lethe-*': [] } }, 'key_unavailable'],
    ['is sealed', { sealed: true }, 'key_unavailable'],
  ])('a slot that %s is refused before it is given a secret', async (_, state, code) => {
    Object.assign(kms.state, state);

    await expect(add(bao())).rejects.toMatchObject({ code });

    expect(kms.requests.filter((request) => request.includes('epoch-000001'))).toEqual([]);
    expect([await inForce(), (await held(1)).map(({ slot }) => slot)]).toEqual([['file'], ['file']]);
  });

  test('a slot that fails when it is given the secrets is not in the list, and what it was given is destroyed', async () => {
    const { registry } = vault.keyring;
    vi.spyOn(registry, 'change')
      .mockImplementationOnce(registry.change.bind(registry))
      .mockRejectedValueOnce(new Error('the store is gone'));

    await expect(add(bao())).rejects.toThrow();

    expect([await inForce(), keyOf(1), (await held(1)).map(({ slot }) => slot)]).toEqual([['file'], 0, ['file']]);
    await add(bao());
    expect(await inForce()).toEqual(['bao', 'file']);
  });

  test('a name has one slot for good, and a place one name', async () => {
    await add(usb());

    expect((await add(usb())).epochs).toEqual([1]);
    await expect(add(usb({ required: false }))).rejects.toMatchObject({ code: 'slot_exists' });
    await expect(add(usb({ name: 'same' }))).rejects.toMatchObject({ code: 'slot_exists' });
    const first = { path: `${home.folder}/keys/epochs` };
    await expect(add(usb({ name: 'first', settings: first }))).rejects.toMatchObject({ code: 'slot_exists' });
    await remove('usb');
    await expect(add(usb())).rejects.toMatchObject({ code: 'slot_exists' });
    expect(await inForce()).toEqual(['file']);
    await opens(await home.open());
  });

  test('removing destroys what the slot holds, and the epoch closes without it', async () => {
    await add(bao());

    expect(await remove('bao')).toEqual({ destroyed: [1], left: [] });
    expect([keyOf(1), await inForce()]).toEqual([0, ['file']]);
    expect(await remove('bao')).toEqual({ destroyed: [], left: [] });
    expect(await close(vault)).toMatchObject({ waitsFor: [] });
    expect(keyOf(2)).toBe(0);
    await opens(await home.open());
  });

  test('the last required slot stays, and so does one whose secret no other required slot has', async () => {
    await expect(remove('file')).rejects.toMatchObject({ code: 'slot_needed' });
    await add(bao({ required: false }));
    await expect(remove('file')).rejects.toMatchObject({ code: 'slot_needed' });
    await add(usb());
    await rename(`${home.folder}/usb/epoch-000001.key`, `${home.folder}/elsewhere`);

    await expect(remove('file')).rejects.toMatchObject({ code: 'slot_needed' });
    await expect(remove('none')).rejects.toMatchObject({ code: 'slot_not_found' });
    expect(await inForce()).toEqual(['bao', 'file', 'usb']);
    await add(usb());
    expect(await remove('file')).toEqual({ destroyed: [1], left: [] });
    await opens(await home.open());
  });

  test('a slot out of reach is given up only if told so; its epoch is not destroyed until it is, there too', async () => {
    await add(bao());
    kms.state.sealed = true;

    await expect(remove('bao')).rejects.toMatchObject({ code: 'key_unavailable' });
    expect(await inForce()).toEqual(['bao', 'file']);
    expect(await remove('bao', true)).toEqual({ destroyed: [], left: [1] });

    expect(await close(vault)).toMatchObject({ waitsFor: ['1/bao'] });
    const [row] = await held(1);
    expect([row?.destroyed_at, JSON.parse(row?.statement ?? '').method]).toEqual([null, 'none']);
    expect((await checkSlotsHere(vault, security)).remains).toEqual([{ name: 'bao', epochs: [1] }]);
    kms.state.sealed = false;
    expect(await remove('bao')).toEqual({ destroyed: [1], left: [] });
    expect(await destroyEnded(closingParts(vault))).toMatchObject({ waitsFor: [] });
    expect((await checkSlotsHere(vault, security)).remains).toEqual([]);
  });

  test('an optional slot out of reach holds up no epoch, only the end of those that it was given', async () => {
    await add(bao({ required: false }));
    kms.state.sealed = true;

    expect(await close(vault)).toMatchObject({ without: ['bao'], waitsFor: ['1/bao'] });

    const { slots } = await checkSlotsHere(vault, security);
    expect(slots).toMatchObject([
      { name: 'bao', required: false, healthy: false, problem: expect.stringContaining('sealed'), holds: [] },
      { name: 'file', required: true, healthy: true, holds: [2] },
    ]);
    kms.state.sealed = false;
    expect((await checkSlotsHere(vault, security)).slots[0]).toMatchObject({ healthy: false, lacks: [2], holds: [1] });
    await destroyEnded(closingParts(vault));
    await add(bao({ required: false }));
    expect((await checkSlotsHere(vault, security)).slots[0]).toMatchObject({ healthy: true, lacks: [], holds: [2] });
    expect(keyOf(1)).toBe(0);
  });

  test('a disk that is not mounted is out of reach, not empty: nothing is destroyed on it, and nothing put beside it', async () => {
    await add(usb());
    await rename(`${home.folder}/usb`, `${home.folder}/unmounted`);
    await mkdir(`${home.folder}/usb`);

    await expect(close(vault)).rejects.toMatchObject({ code: 'key_unavailable' });
    await expect(remove('usb')).rejects.toMatchObject({ code: 'key_unavailable' });

    expect(await readdir(`${home.folder}/usb`)).toEqual([]);
    await opens(await home.open());
  });

  test('a list that somebody wrote to keeps the vault from opening', async () => {
    await add(usb());
    await tell(home.keyStoreUrl, `UPDATE root_slots SET settings = '{"path":"/tmp/mine"}' WHERE slot = 'usb'`);

    await expect(openVault(home.config)).rejects.toMatchObject({ code: 'cannot_start' });
    await expect(close(vault)).rejects.toMatchObject({ code: 'integrity_failure' });
  });

  test('only the security team of the first tenant may; who may not leaves an entry, and nothing else', async () => {
    const admin = await callerOf(vault, await home.adminKey());
    const theirs = await callerOf(vault, (await addTenant(vault, admin, { name: 'division' })).apiKey);
    const member = await addPrincipal(vault, theirs, { name: 's', role: 'security', purposes: [] });
    const others = [admin, await appOf(vault, home), await callerOf(vault, member.apiKey)];

    for (const caller of others) {
      const calls = [
        () => addSlot(vault, caller, usb()),
        () => removeSlotHere(vault, caller, { name: 'file', abandon: true }),
        () => checkSlotsHere(vault, caller),
        () => slotsHere(vault, caller),
      ];
      for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'not_allowed' });
    }
    expect(await inForce()).toEqual(['file']);
    const entries = await tell(home.recordStoreUrl, `SELECT entry FROM audit_entries WHERE outcome = 'refused'`);
    expect(entries).toHaveLength(12);
  });
});
