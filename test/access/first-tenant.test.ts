/** What concerns the whole vault is ordered from the first tenant; another's security team has its own tenant. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { Caller } from '../../src/calls/caller.ts';
import type { BucketId } from '../../src/ids.ts';
import { addPrincipal } from '../../src/operations/access/add-principal.ts';
import { addTenant } from '../../src/operations/access/add-tenant.ts';
import { changeTenant } from '../../src/operations/access/change-tenant.ts';
import { listTenants } from '../../src/operations/access/list-tenants.ts';
import { backup } from '../../src/operations/copies/backup.ts';
import { drill } from '../../src/operations/copies/drill.ts';
import { abandonNode } from '../../src/operations/keys/abandon-node.ts';
import { addSlot } from '../../src/operations/keys/add-slot.ts';
import { checkSlotsHere } from '../../src/operations/keys/check-slots.ts';
import { compromiseKeys } from '../../src/operations/keys/compromise-keys.ts';
import { listNodes } from '../../src/operations/keys/list-nodes.ts';
import { slotsHere } from '../../src/operations/keys/list-slots.ts';
import { removeSlotHere } from '../../src/operations/keys/remove-slot.ts';
import { replaceRoot } from '../../src/operations/keys/replace-root.ts';
import { rotateKeys } from '../../src/operations/keys/rotate-keys.ts';
import { splitRoot } from '../../src/operations/keys/split-root.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { close } from '../support/epochs.ts';
import { appOf, callerOf, freshHome, type Home } from '../support/home.ts';

type Act = (vault: Vault, caller: Caller, home: Home) => Promise<unknown>;

const BUCKET = 'bkt_01m6b1yq00e7mhfz2a8rdk5c3w' as BucketId;
const DIR = '/dev/null/backups';
const WHOLE_VAULT: Readonly<Record<string, Act>> = {
  'takes a backup': (vault, caller) => backup(vault, caller, { dir: DIR, stores: ['keys'] }),
  'prunes copies of the key store': (vault, caller) => backup(vault, caller, { dir: DIR, stores: [], prune: true }),
  drills: (vault, caller, { config }) => drill(vault, caller, { from: { records: DIR, keys: DIR }, config }),
  'splits the root key': (vault, caller) => splitRoot(vault, caller, { shares: 3, threshold: 2 }),
  'replaces the root key': (vault, caller) => replaceRoot(vault, caller, { newKey: Buffer.alloc(32, 7) }),
  'says that an epoch is compromised': (vault, caller) => compromiseKeys(vault, caller, { epoch: 1 }),
  'adds a root slot': (vault, caller) =>
    addSlot(vault, caller, { name: 'usb', kind: 'file', required: true, settings: { path: '/dev/null/usb' } }),
  'removes a root slot': (vault, caller) => removeSlotHere(vault, caller, { name: 'file', abandon: false }),
  'checks the root slots': (vault, caller) => checkSlotsHere(vault, caller),
  'lists the root slots': slotsHere,
  'lists the nodes': listNodes,
  'gives up a node': (vault, caller) => abandonNode(vault, caller, { node: vault.node ?? '', reason: 'lost' }),
  'lists the tenants': (vault, caller) => listTenants(vault, caller, { limit: 10 }),
  'suspends a tenant': (vault, caller) => changeTenant(vault, caller, { tenant: caller.tenant, suspended: true }),
};
const OWN: Readonly<Record<string, Act>> = {
  'closes the epoch': (vault, caller) => rotateKeys(vault, caller, {}),
  'says that buckets of its own are compromised': (vault, caller) =>
    compromiseKeys(vault, caller, { from: BUCKET, to: BUCKET }),
};

describe('the security team of another tenant', () => {
  let home: Home;
  let vault: Vault;
  let theirs: Caller;

  beforeEach(async () => {
    home = await freshHome('sqlite');
    vault = await home.open();
    const admin = await callerOf(vault, await home.adminKey());
    const division = await callerOf(vault, (await addTenant(vault, admin, { name: 'division' })).apiKey);
    const added = await addPrincipal(vault, division, { name: 's', role: 'security', purposes: [] });
    theirs = await callerOf(vault, added.apiKey);
  });

  test.each(Object.entries(WHOLE_VAULT))('never %s', async (_, act) => {
    await close(vault);
    await expect(act(vault, theirs, home)).rejects.toMatchObject({
      code: 'not_allowed',
      message: expect.stringContaining('only principals of its first tenant'),
    });
    // Whatever comes of it in this place, the first tenant's may.
    const ours = await appOf(vault, home, 'security');
    const outcome = await act(vault, ours, home).catch((error: { code?: string }) => error.code);
    expect(outcome).not.toBe('not_allowed');
  });

  test.each(Object.entries(OWN))('%s', async (_, act) => {
    await expect(act(vault, theirs, home)).resolves.toHaveProperty('job');
  });
});
