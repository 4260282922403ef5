/**
 * Several nodes on one vault: hosts with a folder of keys each, on the same stores. What one destroys must be gone on the
 * others, too, before a certificate says so; and no host may keep to itself what another one destroys.
 */
import { cp, mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { closing } from '../../src/background/long-jobs.ts';
import { issueCertificates } from '../../src/erasure/certificates/certificate.ts';
import type { ErasureId, Token } from '../../src/ids.ts';
import { closeEpoch } from '../../src/jobs/close-epoch.ts';
import { nodeNameOf } from '../../src/keyring/nodes/node-identity.ts';
import type { LookOptions } from '../../src/keyring/nodes/node-silence.ts';
import { AddSlotBody } from '../../src/keyring/schema.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { readCertificate } from '../../src/operations/erasures/read-certificate.ts';
import { abandonNode } from '../../src/operations/keys/abandon-node.ts';
import { addSlot } from '../../src/operations/keys/add-slot.ts';
import { listNodes } from '../../src/operations/keys/list-nodes.ts';
import { removeSlotHere } from '../../src/operations/keys/remove-slot.ts';
import { measure } from '../../src/vault/measure.ts';
import { openVault } from '../../src/vault/open-vault.ts';
import type { Vault, VaultOptions } from '../../src/vault/vault.ts';
import { close, contextOf, rootKeyOf, slotOf } from '../support/epochs.ts';
import { appOf, freshHome, type Home, rowsOf, tell } from '../support/home.ts';
import { ENGINES, type Engine } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';
import { type TransitServer, transitServer } from '../support/transit-server.ts';
import { NOW, QUICK_PASSWORDS } from '../support/vault.ts';

/** A running time that passes as its owner sleeps; `each` is what happens meanwhile. */
function time(each: () => Promise<unknown> = async () => {}): LookOptions & { pass(ms: number): void } {
  let now = 0;
  return {
    elapsed: () => now,
    sleep: async (ms) => {
      now += ms;
      await each();
    },
    pass: (ms) => {
      now += ms;
    },
  };
}

interface Hosts {
  readonly home: Home;
  readonly kms: TransitServer;
  readonly first: Vault;
  /** The vault as another host opens it, with a folder of keys of its own. */
  other(folder: string, options?: VaultOptions): Promise<Vault>;
}

async function hosts(engine: Engine): Promise<Hosts> {
  // A node beats when the test says so.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const kms = await transitServer();
  onTestFinished(kms.close);
  const home = await freshHome(engine);
  Object.assign(home.config, { slotSecrets: { transitToken: { from: 'environment', value: kms.token } } });
  const first = await home.open();
  const opened: Vault[] = [];
  onTestFinished(async () => void (await Promise.all(opened.map((vault) => vault.close()))));
  return {
    home,
    kms,
    first,
    async other(folder, options = {}) {
      const config = { ...home.config, keysPath: folder };
      const vault = await openVault(config, { clock: () => NOW, passwords: QUICK_PASSWORDS, ...options });
      let closed: Promise<void> | undefined;
      const one = {
        ...vault,
        close: () => {
          closed ??= vault.close();
          return closed;
        },
      };
      opened.push(one);
      return one;
    },
  };
}

const BAO = (kms: TransitServer) => AddSlotBody.parse({ name: 'bao', kind: 'transit', settings: { url: kms.url } });
const epochsIn = async (keysPath: string) =>
  (await readdir(`${keysPath}/epochs`).catch(() => [])).filter((name) => name.startsWith('epoch-')).sort();
const issue = (vault: Vault) => issueCertificates(vault, vault.clock);

/** A copy of the first host's keys, as somebody makes it who sets up a second one. */
async function copied({ folder }: Home): Promise<string> {
  const to = `${folder}/copy`;
  await cp(`${folder}/keys`, to, { recursive: true, preserveTimestamps: true });
  return to;
}

describe.each(ENGINES)('on %s', (engine) => {
  /** Two hosts that share a service, the second with a copy of the first one's keys; and one erasure. */
  const two = async (options?: VaultOptions) => {
    const all = await hosts(engine);
    const { home, kms, first } = all;
    const security = await appOf(first, home, 'security');
    const app = await appOf(first, home);
    await addSlot(first, security, BAO(kms));
    const folder = await copied(home);
    const second = await all.other(folder, options);
    const items = [{ type: 'email', value: 'ada@example.com' }];
    const { token } = (await tokenize(second, app, { items })).results[0] as { token: Token };
    expect(await home.reveal(first, token)).toBe('ada@example.com');
    const { erasure } = await erase(first, app, { tokens: [token] });
    const read = () => readCertificate(first, security, { erasure: erasure as ErasureId });
    return { ...all, security, app, folder, second, erasure, read };
  };

  test('a second host with nothing but slots of its own is refused, and nothing is changed: also with a copy of the keys', async () => {
    const { home, first, other } = await hosts(engine);
    const [empty, copy] = [`${home.folder}/empty`, await copied(home)];
    const state = async () => [await rowsOf(home.keyStoreUrl), await epochsIn(`${home.folder}/keys`)];
    await first.close();
    const before = await state();

    const refused = await other(copy).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'cannot_start' });
    expect((refused as Error).message).toMatch(
      /Another node.*nod_[0-9a-f]{32}.*keys slots add.*Several nodes.*nodes abandon/s,
    );
    await expect(other(empty)).rejects.toThrow(/No root slot holds the secret.*do not copy its secrets/s);

    expect(await state()).toEqual(before);
    expect(await epochsIn(empty)).toEqual([]);
    await expect(home.open()).resolves.toBeDefined();
  });

  test('a host is itself after a restart, and its processes are of one node', async () => {
    const { home, first } = await hosts(engine);
    const beside = await home.open();
    expect(beside.node).toBe(first.node);
    await beside.close();
    await first.close();
    const again = await home.open();

    expect(again.node).toBe(first.node);
    const found = await listNodes(again, await appOf(again, home, 'security'));
    expect(found).toMatchObject([
      { node: first.node, processes: ['command'], slots: ['file'], abandonedAt: undefined },
    ]);
  });

  test('K5: a close on one host is certified when the other has forgotten the secret, in memory and in its own slot', async () => {
    const { home, first, second, folder, read } = await two();
    expect(second.node).not.toBe(first.node);
    expect(await epochsIn(folder)).toEqual(['epoch-000001.key']);

    expect(await close(first)).toMatchObject({ epoch: 1, waitsFor: [] });

    expect(await issue(first)).toBe(0);
    expect(await read()).toMatchObject({ state: 'pending', waitsFor: [`node:${second.node}`] });
    const app = await readCertificate(first, await appOf(first, home), { erasure: (await read()).erasure });
    expect(app.waitsFor).toEqual(['node']);

    const later = { ...first, clock: () => new Date(NOW.getTime() + 2 * 3_600_000) };
    expect((await measure(later)).destructionPending).toBe(1);

    await second.beat();

    expect((await measure(later)).destructionPending).toBe(0);
    expect(await epochsIn(folder)).toEqual(['epoch-000002.key']);
    expect(await issue(first)).toBe(1);
    const { statement } = await read();
    expect(statement?.nodes).toBeUndefined();
    // And it lives: it begins and ends epochs as the first one does, and starts again.
    expect(await close(second)).toMatchObject({ epoch: 2, waitsFor: [] });
    await first.beat();
    expect(await epochsIn(`${home.folder}/keys`)).toEqual(['epoch-000003.key']);
    await second.close();
    expect(await close(first)).toMatchObject({ epoch: 3, waitsFor: [] });
  });

  test('K5: a host that was stopped holds up the certificate by its own slot, and ends that when it starts again', async () => {
    const { first, second, folder, other, read } = await two();
    await second.close();
    await close(first);

    expect(await issue(first)).toBe(0);
    expect(await read()).toMatchObject({ waitsFor: [`node:${second.node}`] });
    expect(await epochsIn(folder)).toEqual(['epoch-000001.key']);

    await other(folder);
    expect(await epochsIn(folder)).toEqual(['epoch-000002.key']);
    expect(await issue(first)).toBe(1);
  });

  test.each([
    ['of a slot in force', false],
    ['of a slot that was removed meanwhile', true],
  ])(
    'K5: a host that was away for more than two months of closes still destroys what it holds: %s',
    async (_, isRemoved) => {
      const { first, security, second, folder, other, read } = await two();
      await second.close();
      if (isRemoved) await removeSlotHere(first, security, { name: 'file', abandon: false });
      // More than any number of epochs that is looked back; on the slower store a few, for what its statements do.
      const closes = engine === 'sqlite' ? 66 : 3;
      for (let closed = 0; closed < closes; closed += 1) await close(first);
      expect(await epochsIn(folder)).toEqual(['epoch-000001.key']);
      expect(await issue(first)).toBe(0);

      await other(folder);
      const current = `epoch-${String(closes + 1).padStart(6, '0')}.key`;
      expect(await epochsIn(folder)).toEqual(isRemoved ? [] : [current]);
      expect(await issue(first)).toBe(1);
      expect((await read()).state).toBe('final');
    },
    60_000,
  );

  test('a close waits for a host that lives, and certifies with it', async () => {
    const { first, second, read } = await two();
    const look = time(() => second.beat());

    const outcome = await closeEpoch(closing(first, look))(contextOf());

    // The erasure, and that of a canary of the vault's own.
    expect(outcome).toMatchObject({ certified: 2 });
    expect(outcome).not.toHaveProperty('waitsForNodes');
    expect((await read()).state).toBe('final');
  });

  test('a close goes on without a host that is silent, and names it', async () => {
    const { first, second } = await two();

    const outcome = await closeEpoch(closing(first, time()))(contextOf());

    expect(outcome).toMatchObject({ epoch: 1, certified: 0, waitsForNodes: [second.node] });
  });

  test('a node is given up only when nothing is heard of it; certificates name it then; one that comes back is counted again', async () => {
    const { home, first, second, folder, security, read, other } = await two();
    await close(first);
    const order = { node: second.node ?? '', reason: 'the machine burnt down' };

    const alive = abandonNode(
      first,
      security,
      order,
      time(() => second.beat()),
    );
    await expect(alive).rejects.toMatchObject({ code: 'node_alive' });
    // The second has said by its beat what it has forgotten; it is as if it had not.
    await tell(home.keyStoreUrl, `UPDATE nodes SET forgot = 0 WHERE node = '${second.node}'`);
    expect(await issue(first)).toBe(0);
    const own = { node: first.node ?? '', reason: 'none' };
    await expect(abandonNode(first, security, own, time())).rejects.toMatchObject({ code: 'node_alive' });
    const none = { node: `nod_${'0'.repeat(32)}`, reason: 'none' };
    await expect(abandonNode(first, security, none, time())).rejects.toMatchObject({ code: 'node_not_found' });
    const admin = await appOf(first, home, 'admin');
    await expect(abandonNode(first, admin, order, time())).rejects.toMatchObject({ code: 'not_allowed' });

    await abandonNode(first, security, order, time());

    expect(await issue(first)).toBe(1);
    const { statement } = await read();
    expect(statement?.nodes).toEqual([
      { node: second.node, abandonedAt: NOW.toISOString(), statement: expect.stringContaining('is not known') },
    ]);
    const [entry] = await tell(
      home.recordStoreUrl,
      `SELECT * FROM audit_entries WHERE action = 'abandon_node' AND outcome = 'done'`,
    );
    expect(entry).toMatchObject({ target: second.node, principal: security.principal });
    expect(JSON.stringify(entry)).not.toContain('burnt');
    const isGivenUp = async () =>
      (await listNodes(first, security)).find(({ node }) => node === second.node)?.abandonedAt !== undefined;
    expect(await isGivenUp()).toBe(true);

    await second.beat();
    expect(await isGivenUp()).toBe(false);
    await second.close();
    await other(folder);
    expect(await isGivenUp()).toBe(false);
  });

  test('the last root slot that every node reaches stays while there are several', async () => {
    const { first, second, security, folder, other } = await two();
    const remove = (name: string) => removeSlotHere(first, security, { name, abandon: false });

    await expect(remove('bao')).rejects.toMatchObject({
      code: 'slot_needed',
      message: expect.stringContaining('every node'),
    });

    expect((await remove('file')).left).toEqual([]);
    // On the other host the slot of that name is another folder, which is emptied there.
    expect(await epochsIn(folder)).toEqual(['epoch-000001.key']);
    await second.beat();
    await second.keyring.refresh();
    expect(await epochsIn(folder)).toEqual([]);
    await second.close();
    await other(folder);
    await first.keyring.refresh();
    const found = await listNodes(first, security);
    expect(found.map(({ slots }) => slots)).toEqual([[], []]);
  });

  test('a process of the same host that died is let go after its silence, by the running time of whoever looks', async () => {
    const home = await freshHome(engine);
    const look = time();
    const vault = await openVault(home.config, { clock: () => NOW, look, mayMake: true });
    onTestFinished(() => vault.close());
    // As a process leaves it that is killed.
    await tell(
      home.keyStoreUrl,
      `INSERT INTO nodes (node, process, kind, label, places, beat, forgot, announced_at)
         VALUES ('${vault.node}', 'prc_dead', 'server', 'here', '{}', 7, 0, 0)`,
    );
    const isThere = async () =>
      (await tell(home.keyStoreUrl, `SELECT 1 FROM nodes WHERE process = 'prc_dead'`)).length > 0;
    await vault.beat();
    // Whoever looks slept for a day itself: that says nothing.
    look.pass(86_400_000);
    await vault.beat();
    expect(await isThere()).toBe(true);
    for (let beats = 0; beats < 3; beats += 1) {
      look.pass(2_500);
      await vault.beat();
    }
    expect(await isThere()).toBe(false);
  });

  test('a process that closes is waited for until its keys are wiped, and they are wiped also where a store does not close', async () => {
    const home = await freshHome(engine);
    const vault = await openVault(home.config, { clock: () => NOW, mayMake: true });
    const { keyring, recordStore } = vault;
    const [wipe, closeStore] = [keyring.close, recordStore.close.bind(recordStore)];
    const processes = async () => (await tell(home.keyStoreUrl, `SELECT 1 FROM nodes WHERE process <> ''`)).length;
    let atWipe: number | undefined;
    keyring.close = async () => {
      atWipe = await processes();
      await wipe();
    };
    recordStore.close = async () => {
      await closeStore();
      throw new Error('It does not close.');
    };
    const check = () => keyring.epochs.checkOf(Buffer.alloc(32), 1).toString('hex');
    const before = check();

    await expect(vault.close()).rejects.toThrow('It does not close.');

    expect(atWipe).toBe(1);
    expect(await processes()).toBe(0);
    expect(check()).not.toBe(before);
  });

  test('what somebody writes into the table is not believed: neither that a node has forgotten, nor that it was given up', async () => {
    const { home, first, second } = await two();
    await close(first);
    const isSecond = `node = '${second.node}'`;

    await tell(home.keyStoreUrl, `UPDATE nodes SET forgot = 1 WHERE ${isSecond}`);
    expect(await issue(first)).toBe(0);
    await tell(home.keyStoreUrl, `DELETE FROM nodes WHERE ${isSecond} AND process <> ''`);
    await tell(home.keyStoreUrl, `UPDATE nodes SET abandoned_at = 1, abandoned_epoch = 1 WHERE ${isSecond}`);
    expect(await issue(first)).toBe(0);
    // A row that speaks for another node.
    await tell(
      home.keyStoreUrl,
      `UPDATE nodes SET forgot = 1, abandoned_at = NULL, abandoned_epoch = NULL,
         tag = (SELECT tag FROM nodes WHERE node = '${first.node}' AND process = '') WHERE ${isSecond}`,
    );
    expect(await issue(first)).toBe(0);
  });

  test('no node signs that it has forgotten more than the vault itself destroyed, whatever the rows of the epochs say', async () => {
    const { home, first, second, folder, other } = await two();
    const said = async () =>
      (await tell(home.keyStoreUrl, `SELECT forgot FROM nodes WHERE node = '${second.node}'`)).map(({ forgot }) =>
        Number(forgot),
      );
    const [row] = await tell(home.keyStoreUrl, 'SELECT created_at FROM epochs WHERE epoch = 1');
    await tell(home.keyStoreUrl, `UPDATE epochs SET state = 'destroyed' WHERE epoch = 1`);
    for (let epoch = 2; epoch <= 20; epoch += 1) {
      await tell(
        home.keyStoreUrl,
        `INSERT INTO epochs (epoch, state, created_at) VALUES (${epoch}, 'destroyed', ${row?.created_at})`,
      );
    }
    await second.beat();
    expect(await said()).toEqual([0, 0]);
    await tell(home.keyStoreUrl, 'DELETE FROM epochs WHERE epoch > 1');
    await tell(home.keyStoreUrl, `UPDATE epochs SET state = 'active' WHERE epoch = 1`);
    await second.close();

    await close(first);
    expect(await issue(first)).toBe(0);
    await other(folder);
    expect(await epochsIn(folder)).toEqual(['epoch-000002.key']);
    expect(await issue(first)).toBe(1);
  });

  test('a close after a crash on the same host waits for the dead process no longer than it takes to know', async () => {
    const { home, first, read } = await two();
    await tell(home.keyStoreUrl, `DELETE FROM nodes WHERE node <> '${first.node}'`);
    await tell(
      home.keyStoreUrl,
      `INSERT INTO nodes (node, process, kind, label, places, beat, forgot, announced_at)
         VALUES ('${first.node}', 'prc_dead', 'server', 'here', '{}', 7, 0, 0)`,
    );

    const outcome = await closeEpoch(closing(first, time()))(contextOf());

    expect(outcome).toMatchObject({ certified: 2 });
    expect((await read()).state).toBe('final');
  });

  test('a file slot that was given up out of reach holds up the epochs it was given, and no later one', async () => {
    const { home, first } = await hosts(engine);
    const [security, app] = [await appOf(first, home, 'security'), await appOf(first, home)];
    const path = `${home.folder}/usb`;
    await addSlot(first, security, AddSlotBody.parse({ name: 'usb', kind: 'file', settings: { path } }));
    await first.keyring.refresh();
    await rename(path, `${path}-away`);
    expect(await removeSlotHere(first, security, { name: 'usb', abandon: true })).toMatchObject({ left: [1] });
    await first.keyring.refresh();
    expect(await close(first)).toMatchObject({ waitsFor: ['1/usb'] });
    await rename(`${path}-away`, path);
    await removeSlotHere(first, security, { name: 'usb', abandon: false });
    await rename(path, `${path}-away`);
    const items = [{ type: 'email', value: 'ada@example.com' }];
    const { token } = (await tokenize(first, app, { items })).results[0] as { token: Token };
    const { erasure } = await erase(first, app, { tokens: [token] });

    await close(first);

    await issue(first);
    expect((await readCertificate(first, security, { erasure: erasure as ErasureId })).state).toBe('final');
  });

  test('a row that was removed is written again by the process that lives', async () => {
    const { home, first, second } = await two();
    await tell(home.keyStoreUrl, 'DELETE FROM nodes');
    await second.beat();
    await close(first);

    expect(await issue(first)).toBe(0);
    await second.beat();
    expect(await issue(first)).toBe(1);
  });

  test('limit: a writer of the key store who removes the rows of a silent node has the certificate not wait for it', async () => {
    const { home, first, second, folder } = await two();
    await close(first);
    await tell(home.keyStoreUrl, `DELETE FROM nodes WHERE node = '${second.node}'`);

    expect(await issue(first)).toBe(1);
    expect(await epochsIn(folder)).toEqual(['epoch-000001.key']);
  });

  test('a secret that a vault does not know to be destroyed is left where it is: rows by another’s hand take no slot’s', async () => {
    const { home, second, folder } = await two();
    await tell(home.keyStoreUrl, `UPDATE epochs SET state = 'destroyed' WHERE epoch = 1`);

    await second.beat();

    expect(await epochsIn(folder)).toEqual(['epoch-000001.key']);
    const rootKey = await rootKeyOf(home);
    const slot = slotOf(home, rootKey);
    expect(await slot.get(1)).toHaveLength(32);
  });
});

test('a folder that is copied is another node; the same folder under another path is the same', async () => {
  const { home, first } = await hosts('sqlite');
  const copy = await copied(home);
  const ids = await Promise.all([`${home.folder}/keys`, copy].map((path) => readFile(`${path}/node.id`, 'ascii')));
  expect(ids[0]).toBe(ids[1]);
  await mkdir(`${home.folder}/elsewhere`);
  const random = first.random;

  expect(await nodeNameOf(`${home.folder}/keys`, random)).toBe(first.node);
  expect(await nodeNameOf(`${home.folder}/elsewhere/../keys`, random)).toBe(first.node);
  expect(await nodeNameOf(copy, random)).not.toBe(first.node);
});
