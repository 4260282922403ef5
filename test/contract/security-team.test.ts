/** What the security team orders and reads over the API: jobs, root slots, copies. For whom, and what others learn. */
import { readdir, rename } from 'node:fs/promises';
import { describe, expect, test, vi } from 'vitest';
import { authenticate } from '../../src/calls/authenticate.ts';
import { UnavailableError } from '../../src/errors.ts';
import { newId } from '../../src/ids.ts';
import { takeLease } from '../../src/jobs/lease.ts';
import { JOBS_LEASE } from '../../src/jobs/runner.ts';
import { AddSlotBody } from '../../src/keyring/schema.ts';
import { addSlot } from '../../src/operations/keys/add-slot.ts';
import { ENGINES } from '../support/stores.ts';
import { NOW, openTestVault, type TestCaller, type TestVault, type TestVaultOptions } from '../support/vault.ts';

/** Every call of this page, as its caller sends it. */
const CALLS: Readonly<Record<string, (caller: TestCaller) => ReturnType<TestCaller['call']>>> = {
  'lists root slots': (caller) => caller.call('get', '/v1/keys/slots'),
  'checks root slots': (caller) => caller.call('post', '/v1/keys/slots/check', {}),
  'removes a root slot': (caller) => caller.call('delete', '/v1/keys/slots/usb'),
  'orders a backup': (caller) => caller.call('post', '/v1/backups', {}),
  'orders a drill': (caller) => caller.call('post', '/v1/drills', {}),
  'removes a root slot that is not there': (caller) => caller.call('delete', '/v1/keys/slots/none'),
};

async function withUsb(options: TestVaultOptions = {}) {
  const here = await openTestVault(options);
  const security = here.as('security');
  await security.call('get', '/v1/types');
  const caller = await authenticate(here.vault, security.apiKey, newId('request', here.vault.random, NOW));
  const path = `${here.folder}/usb`;
  const settings = { path };
  await addSlot(here.vault, caller, AddSlotBody.parse({ name: 'usb', kind: 'file', required: false, settings }));
  return { here, security, path };
}

const last = async (here: TestVault) => {
  const { action, outcome, code, target } = (await here.lastAuditEntry()) as Record<string, unknown>;
  return { action, outcome, code, target };
};

describe('jobs', () => {
  test('are listed page by page, the newest first; to each only those that it may see', async () => {
    const here = await openTestVault();
    const security = here.as('security');
    await here.as('app').tokenize({ type: 'email', value: 'ada@example.com' });
    const order = async (body: object) => (await security.call('post', '/v1/keys/rotate', body)).body.job as string;
    const index = await order({ index: 'email' });
    here.advance(1_000);
    const epoch = await order({});

    const all = await security.call('get', '/v1/jobs');
    expect(all.status).toBe(200);
    expect(all.body).toMatchObject({ jobs: [{ job: epoch, kind: 'rotate_epoch' }, { job: index }] });
    expect(all.body.next).toBeUndefined();
    expect((await security.call('get', '/v1/jobs?limit=1')).body).toMatchObject({
      jobs: [{ job: epoch }],
      next: epoch,
    });
    expect((await security.call('get', `/v1/jobs?limit=1&after=${epoch}`)).body).toMatchObject({
      jobs: [{ job: index }],
    });
    expect(await last(here)).toMatchObject({ action: 'read_job', outcome: 'done' });

    const seen = async (caller: TestCaller) =>
      (await caller.call('get', '/v1/jobs')).body.jobs.map(({ job }: { job: string }) => job);
    expect(await seen(await here.inTenant('division', 'security'))).toEqual([epoch]);
    expect(await seen(await here.inTenant('shop', 'auditor'))).toEqual([]);
    expect([await seen(here.admin), await seen(here.as('auditor'))]).toEqual([
      [epoch, index],
      [epoch, index],
    ]);
    for (const role of ['app', 'support'] as const) {
      expect((await here.as(role).call('get', '/v1/jobs')).status).toBe(403);
    }
  });
});

describe.each(Object.entries(CALLS))('whoever %s', (_, act) => {
  test('is of the first tenant’s security team; the others learn nothing, and their try is noted', async () => {
    const { here } = await withUsb();
    const theirs = await here.inTenant('division', 'security');
    const asRole = (role: 'app' | 'support' | 'auditor') => [role, here.as(role)] as const;
    const others = [['admin', here.admin], asRole('app'), asRole('support'), asRole('auditor')] as const;
    // The same words for all: of what they asked about there is nothing in it, only what they are themselves.
    for (const [role, caller] of others) {
      const { status, body } = await act(caller);
      const detail = `This takes the role security. This API key has the role ${role}.`;
      expect([status, body.code, body.detail]).toEqual([403, 'not_allowed', detail]);
    }
    const { status, body } = await act(theirs);
    const detail = 'This concerns the whole vault: only principals of its first tenant may do it.';
    expect([status, body.code, body.detail]).toEqual([403, 'not_allowed', detail]);
    expect(await last(here)).toMatchObject({ outcome: 'refused', code: 'not_allowed' });
    expect((await here.as('security').call('get', '/v1/keys/slots')).body.slots).toHaveLength(2);
  });
});

describe.each(ENGINES)('root slots on %s', (engine) => {
  test('are listed, checked and removed as the command does; no answer names a path of the machine', async () => {
    const { here, security, path } = await withUsb({ engine });
    const listed = await security.call('get', '/v1/keys/slots');
    expect(listed.body.slots).toEqual([
      ...[{ name: 'file', kind: 'file', required: true, settings: {}, addedAt: NOW.toISOString() }],
      {
        ...{ name: 'usb', kind: 'file', required: false, addedAt: expect.any(String) },
        settings: expect.not.objectContaining({ path: expect.anything() }),
      },
    ]);
    expect(await last(here)).toMatchObject({ action: 'check_slots', outcome: 'done' });

    const checked = await security.call('post', '/v1/keys/slots/check', {});
    expect(checked.body).toMatchObject({
      slots: [
        { name: 'file', tier: 'overwritten', holds: [1], lacks: [], wrong: [], returned: [], healthy: true },
        { name: 'usb', holds: [1], healthy: true },
      ],
      remains: [],
    });

    // A check changes nothing: a folder that is gone stays gone, and is told.
    await rename(`${here.folder}/keys/epochs`, `${here.folder}/away`);
    const without = await security.call('post', '/v1/keys/slots/check', {});
    expect(without.body.slots[0]).toMatchObject({ name: 'file', holds: [], lacks: [1], healthy: false });
    expect(await readdir(`${here.folder}/keys`)).not.toContain('epochs');
    await rename(`${here.folder}/away`, `${here.folder}/keys/epochs`);

    expect((await security.call('delete', '/v1/keys/slots/none')).body).toMatchObject({ code: 'slot_not_found' });
    expect((await security.call('delete', '/v1/keys/slots/file')).body).toMatchObject({ code: 'slot_needed' });
    const removed = await security.call('delete', '/v1/keys/slots/usb');
    expect([removed.status, removed.body]).toEqual([200, { destroyed: [1], left: [] }]);
    expect(await last(here)).toMatchObject({ action: 'remove_slot', outcome: 'done', target: 'usb' });
    const after = await security.call('get', '/v1/keys/slots');
    expect(after.body.slots[1]).toMatchObject({ name: 'usb', removedAt: expect.any(String) });
    for (const { body } of [listed, checked, after]) expect(JSON.stringify(body)).not.toContain(path);
  });
});

describe('a root slot', () => {
  test('that is out of reach is removed only where it may be given up, and what it keeps is said', async () => {
    const { here, security, path } = await withUsb();
    const slot = here.vault.keyring.epochs.slots.byName('usb');
    const gone = new UnavailableError('key_unavailable', `The disk of ${path} is gone.`);
    const down = vi.spyOn(slot as object as { attest(): unknown }, 'attest').mockRejectedValue(gone);
    const refused = await security.call('delete', '/v1/keys/slots/usb?abandon=false');
    expect([refused.status, refused.body.code]).toEqual([503, 'key_unavailable']);
    expect(refused.body.detail).toMatch(/^A root slot .* does not answer.*keys slots check/);
    // Neither this answer nor that of a check names the place.
    expect(JSON.stringify(refused.body)).not.toContain(path);
    const { body } = await security.call('post', '/v1/keys/slots/check', {});
    expect(body.slots[1]).toMatchObject({ name: 'usb', healthy: false, problem: 'The disk of usb is gone.' });

    const removed = await security.call('delete', '/v1/keys/slots/usb?abandon=true');
    expect(removed.body).toEqual({ destroyed: [], left: [1] });
    expect(await last(here)).toMatchObject({ action: 'remove_slot', code: 'not_destroyed', target: 'usb' });
    expect((await security.call('post', '/v1/keys/slots/check', {})).body.remains).toEqual([
      { name: 'usb', epochs: [1] },
    ]);
    down.mockRestore();
    expect((await security.call('delete', '/v1/keys/slots/usb')).body).toEqual({ destroyed: [1], left: [] });
  });

  test('takes no word but true and false, and no name that is none', async () => {
    const { security } = await withUsb();
    expect((await security.call('delete', '/v1/keys/slots/usb?abandon=yes')).status).toBe(422);
    expect((await security.call('delete', '/v1/keys/slots/USB')).status).toBe(422);
    expect((await security.call('delete', '/v1/keys/slots/usb?path=/etc')).status).toBe(422);
  });

  test('stays while a long job is at work on the keys', async () => {
    const { here, security } = await withUsb();
    const lease = await takeLease(here.vault.keyStore, JOBS_LEASE, here.vault.random);
    const refused = await security.call('delete', '/v1/keys/slots/usb');
    expect([refused.status, refused.body.code]).toEqual([503, 'overloaded']);
    expect(refused.body.detail).toContain('A long job is at work on the keys');
    await lease?.release();
    expect((await security.call('get', '/v1/keys/slots')).body.slots[1]).not.toHaveProperty('removedAt');
  }, 20_000);

  test('that answers later than a call may take: the outcome is unknown, the work is done and noted', async () => {
    const { here, security } = await withUsb({ limits: { callMs: 3_000 } });
    const slot = here.vault.keyring.epochs.slots.byName('usb') as object as {
      destroy(epoch: number): Promise<unknown>;
    };
    const destroy = slot.destroy.bind(slot);
    let go = () => {};
    const gate = new Promise<void>((resume) => {
      go = resume;
    });
    vi.spyOn(slot, 'destroy').mockImplementation(async (epoch) => {
      await gate;
      return destroy(epoch);
    });
    const late = await security.call('delete', '/v1/keys/slots/usb');
    expect([late.status, late.body.code]).toEqual([503, 'outcome_unknown']);
    go();
    await vi.waitUntil(async () => (await last(here)).action === 'remove_slot');
    expect(await last(here)).toMatchObject({ action: 'remove_slot', outcome: 'done', target: 'usb' });
    expect((await security.call('delete', '/v1/keys/slots/usb')).body).toEqual({ destroyed: [], left: [] });
  });
});

describe('copies', () => {
  test('go nowhere where the operator has set no folder, and nobody names one', async () => {
    const here = await openTestVault();
    const security = here.as('security');
    for (const path of ['/v1/backups', '/v1/drills']) {
      const refused = await security.call('post', path, {});
      expect([refused.status, refused.body.code]).toEqual([409, 'backup_not_configured']);
      expect((await security.call('post', path, { dir: '/tmp' })).status).toBe(422);
    }
    expect((await security.call('get', '/v1/jobs')).body.jobs).toEqual([]);
  });

  test('are ordered once under one key; their job is shown to the first tenant alone', async () => {
    const here = await openTestVault();
    Object.assign(here.vault, { backupDir: `${here.folder}/records`, keyBackupDir: `${here.folder}/keys-copies` });
    const security = here.as('security');
    const order = (key: string) => security.call('post', '/v1/backups', {}, { 'Idempotency-Key': key });
    const first = await order('one');
    expect([first.status, (await order('one')).body, (await order('two')).body]).toEqual([202, first.body, first.body]);
    const theirs = await here.inTenant('division', 'security');
    expect((await theirs.call('get', `/v1/jobs/${first.body.job}`)).body.code).toBe('job_not_found');
    expect((await theirs.call('get', '/v1/jobs')).body.jobs).toEqual([]);
    expect((await here.as('auditor').call('get', `/v1/jobs/${first.body.job}`)).body.kind).toBe('backup');
  });
});
