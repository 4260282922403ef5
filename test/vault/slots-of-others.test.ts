/** Places that are somebody else's, or the vault's own under another name: refused, and nothing in them is removed. */
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Caller } from '../../src/calls/caller.ts';
import { type AddSlot, AddSlotBody } from '../../src/keyring/schema.ts';
import { addSlot } from '../../src/operations/keys/add-slot.ts';
import { checkSlotsHere } from '../../src/operations/keys/check-slots.ts';
import { slotsHere } from '../../src/operations/keys/list-slots.ts';
import { openVault } from '../../src/vault/open-vault.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { close } from '../support/epochs.ts';
import { appOf, freshHome, type Home, tell } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { type TransitServer, transitServer } from '../support/transit-server.ts';
import { QUICK_PASSWORDS } from '../support/vault.ts';

const usb = (path: string, name = 'usb'): AddSlot => AddSlotBody.parse({ name, kind: 'file', settings: { path } });

describe.each(ENGINES)('on %s', (engine) => {
  let home: Home;
  let vault: Vault;
  let security: Caller;
  const names = async () => (await slotsHere(vault, security)).map(({ name }) => name);

  beforeEach(async () => {
    home = await freshHome(engine);
    vault = await home.open();
    security = await appOf(vault, home, 'security');
  });

  describe.each(['this release', 'an earlier one'])('a folder that is another vault’s slot, of %s', (release) => {
    /** Another vault with this root key, which has closed some epochs, and added a slot. */
    async function another(closes: number): Promise<{ theirs: Home; place: string; open(): Promise<Vault> }> {
      const theirs = await freshHome(engine);
      await mkdir(`${theirs.folder}/keys`);
      await cp(`${home.folder}/keys/root.key`, `${theirs.folder}/keys/root.key`);
      const open = () => openVault(theirs.config, { passwords: QUICK_PASSWORDS });
      const first = await theirs.open();
      const place = `${theirs.folder}/usb`;
      await addSlot(first, await appOf(first, theirs, 'security'), usb(place));
      for (let closed = 0; closed < closes; closed += 1) await close(first);
      await first.close();
      if (release !== 'this release') {
        for (const at of [place, `${theirs.folder}/keys`, `${theirs.folder}/keys/epochs`]) await rm(`${at}/vault.id`);
      }
      return { theirs, place, open };
    }

    test.each([
      ['a slot that it added, with an epoch of the same number', 0, 'usb'],
      ['a slot that it added, with one of another number', 1, 'usb'],
      ['the one that it began with', 0, 'keys/epochs'],
    ])('is refused, and that vault loses nothing: %s', async (_, closes, which) => {
      const { theirs, open } = await another(closes);
      const place = `${theirs.folder}/${which}`;
      const bytes = async () =>
        Promise.all((await readdir(place)).sort().map(async (name) => [name, await readFile(`${place}/${name}`)]));
      const before = await bytes();

      await expect(addSlot(vault, security, usb(place))).rejects.toMatchObject({ code: 'slot_exists' });

      expect(await bytes()).toEqual(before);
      expect(await names()).toEqual(['file']);
      await (await open()).close();
      expect(await readdir(place)).toContain('vault.id');
      await expect(addSlot(vault, security, usb(place))).rejects.toMatchObject({ code: 'slot_exists' });
    });
  });

  test('a slot that fails is taken back with all that was made for it, and with nothing that was there', async () => {
    const { registry } = vault.keyring;
    const change = registry.change.bind(registry);
    await mkdir(`${home.folder}/there`);
    await writeFile(`${home.folder}/there/somebody’s`, 'own');
    for (const place of [`${home.folder}/new/usb`, `${home.folder}/there`]) {
      vi.spyOn(registry, 'change').mockImplementationOnce(change).mockRejectedValueOnce(new Error('the store is gone'));
      await expect(addSlot(vault, security, usb(place))).rejects.toThrow();
    }
    expect((await readdir(home.folder)).sort()).toEqual(['keys', 'there']);
    expect(await readdir(`${home.folder}/there`)).toEqual(['somebody’s']);

    expect((await addSlot(vault, security, usb(`${home.folder}/there`))).epochs).toEqual([1]);
    // The place of a slot that is there, under another name: only the try is taken back.
    for (const path of [`${home.folder}/there`, `${home.folder}/keys/epochs`]) {
      const before = (await readdir(path)).sort();
      await expect(addSlot(vault, security, usb(path, 'again'))).rejects.toMatchObject({ code: 'slot_exists' });
      expect((await readdir(path)).sort()).toEqual(before);
    }
  });

  describe('a key service', () => {
    let kms: TransitServer;
    const bao = (name: string, url: string) => AddSlotBody.parse({ name, kind: 'transit', settings: { url } });

    beforeEach(async () => {
      kms = await transitServer();
      onTestFinished(kms.close);
      await vault.close();
      Object.assign(home.config, { slotSecrets: { transitToken: { from: 'environment', value: kms.token } } });
      vault = await home.open();
    });

    test.each(['within reach', 'out of reach'])(
      'under a second address is refused, and keeps its keys; the first one is %s',
      async (how) => {
        await addSlot(vault, security, bao('bao', kms.url));
        const before = [...kms.keys.keys()];
        const first = vault.keyring.epochs.slots.byName('bao');
        if (how === 'out of reach')
          vi.spyOn(first as NonNullable<typeof first>, 'has').mockRejectedValue(new Error('gone'));

        const second = addSlot(vault, security, bao('bao2', kms.url.replace('127.0.0.1', 'localhost')));
        const message = how === 'within reach' ? 'the same place as the root slot bao' : 'under another name';
        await expect(second).rejects.toMatchObject({ code: 'slot_exists', message: expect.stringContaining(message) });

        expect([...kms.keys.keys()]).toEqual(before);
        expect(await names()).toEqual(['bao', 'file']);
        const notes = await tell(home.keyStoreUrl, `SELECT slot FROM epoch_slots WHERE slot = 'bao2'`);
        expect(notes).toEqual([]);
        expect((await checkSlotsHere(vault, security)).slots.map(({ name, healthy }) => [name, healthy])).toEqual([
          ['bao', true],
          ['file', true],
        ]);
      },
    );

    test('that has a destroyed key again is said to at once, and by the audit log; the key goes when that is asked for', async () => {
      await addSlot(vault, security, bao('bao', kms.url));
      const kept = [...kms.keys].filter(([name]) => name.endsWith('-epoch-000001'));
      await close(vault);
      for (const [name, key] of kept) kms.keys.set(name, key);

      await expectReturned('bao');

      expect([...kms.keys.keys()].filter((name) => name.endsWith('-epoch-000001'))).toEqual([]);
    });
  });

  test('a folder that was put back from a copy is seen at once: which slot has which epoch, and it is destroyed when that is asked for', async () => {
    const place = `${home.folder}/usb`;
    await addSlot(vault, security, usb(place));
    await cp(place, `${home.folder}/copy`, { recursive: true });
    await close(vault);
    expect((await checkSlotsHere(vault, security)).slots).toMatchObject([
      { name: 'file', healthy: true, returned: [] },
      { name: 'usb', healthy: true, returned: [] },
    ]);
    await cp(`${home.folder}/copy/epoch-000001.key`, `${place}/epoch-000001.key`);

    await expectReturned('usb');

    expect((await readdir(place)).sort()).toEqual(['epoch-000002.key', 'slot.id', 'vault.id']);
  });

  /** Epoch 1 has come back into this slot. */
  async function expectReturned(slot: string): Promise<void> {
    const lastEntry = async () => {
      const sql = `SELECT action, outcome, code, target FROM audit_entries WHERE action = 'check_slots' ORDER BY entry DESC LIMIT 1`;
      return (await tell(home.recordStoreUrl, sql))[0];
    };
    const alarm = { action: 'check_slots', outcome: 'failed', code: 'secret_returned', target: `1/${slot}` };
    const found = async (options = {}) =>
      (await checkSlotsHere(vault, security, options)).slots
        .filter(({ returned }) => returned.length > 0)
        .map(({ name, returned, healthy }) => [name, returned, healthy]);
    // Looking changes nothing: it is there the next time, too.
    for (let looks = 0; looks < 2; looks += 1) {
      expect(await found()).toEqual([[slot, [1], false]]);
      expect(await lastEntry()).toEqual(alarm);
    }

    expect(await found({ destroyReturned: true })).toEqual([[slot, [1], false]]);
    expect(await lastEntry()).toEqual(alarm);

    expect(await found()).toEqual([]);
    expect(await lastEntry()).toMatchObject({ outcome: 'done', code: null });
  }
});
