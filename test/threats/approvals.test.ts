/**
 * Threat 71: an approval is used once, whatever store is put back and wherever the call broke off, and no older record
 * store asks for less approval than was asked for since.
 */
import { describe, expect, test } from 'vitest';
import { runBackgroundOnce } from '../../src/background/background.ts';
import { UnavailableError } from '../../src/errors.ts';
import type { ApprovalId } from '../../src/ids.ts';
import { addPrincipal } from '../../src/operations/access/add-principal.ts';
import { listPrincipals } from '../../src/operations/access/list-principals.ts';
import { endApprovalPolicy } from '../../src/operations/approvals/end-policy.ts';
import { getApproval } from '../../src/operations/approvals/get-approval.ts';
import { getApprovalPolicy } from '../../src/operations/approvals/get-policy.ts';
import { giveApproval } from '../../src/operations/approvals/give-approval.ts';
import { setApprovalPolicy } from '../../src/operations/approvals/set-policy.ts';
import { backup } from '../../src/operations/copies/backup.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { backupFolder, putBack, recoverHome } from '../backup/folders.ts';
import { appOf, callerOf, freshHome, tell, withParts } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';

describe.each(ENGINES)('on %s', (engine) => {
  test('after a restore, and after a call that broke off, what was used stays used, and the policy is as strong as it was', async () => {
    const home = await freshHome(engine);
    const vault = await home.open();
    const admin = async (of: Vault = vault) => callerOf(of, await home.adminKey());
    const officer = await appOf(vault, home, 'security');
    await setApprovalPolicy(vault, await admin(), { approvers: 1, erasureSubjects: 500, hours: 100 });
    const add = async (name: string, of: Vault = vault) =>
      addPrincipal(of, await admin(of), { name, role: 'app', purposes: [] });
    const waits = (work: Promise<unknown>): Promise<ApprovalId> =>
      work.then(
        () => Promise.reject(new Error('It did not wait.')),
        ({ approval }) => approval,
      );
    const [one, two] = [await waits(add('one')), await waits(add('two'))];
    for (const approval of [one, two]) await giveApproval(vault, officer, { approval });
    const dir = await backupFolder();
    await backup(vault, officer, { dir, stores: ['records', 'keys'], prune: false });

    await add('one');
    await setApprovalPolicy(vault, await admin(), { approvers: 1, erasureSubjects: 3, hours: 100 });
    // It is done, and the key store does not know: the call is not answered, and a job tells the key store.
    const shared = () => Promise.reject(new UnavailableError('store_unavailable', 'out of reach'));
    const cut = { ...vault, keyStore: withParts(vault.keyStore, { shared }) };
    await expect(add('two', cut)).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(await waits(add('two'))).not.toBe(two);
    const { principals } = await listPrincipals(vault, await admin(), { limit: 100 });
    expect(principals.filter(({ name }) => name === 'two')).toHaveLength(1);
    await runBackgroundOnce(vault);
    await vault.close();

    await putBack(home, dir, 'records');
    await expect(home.open()).rejects.toThrow(/record store is older/);
    expect((await recoverHome(home)).revoked).toMatchObject({ narrowed: 3 });
    const again = await home.open();
    for (const [name, approval] of [['one', one] as const, ['two', two] as const]) {
      expect(await waits(add(name, again))).not.toBe(approval);
      const shown = await getApproval(again, await admin(again), { approval });
      expect(shown).toMatchObject({ state: 'used' });
    }
    const { policy } = await getApprovalPolicy(again, await admin(again));
    expect(policy).toMatchObject({ approvers: 1, erasureSubjects: 3, hours: 100 });
    await again.close();
    expect((await recoverHome(home)).revoked).toMatchObject({ narrowed: 0 });
  });

  test('limit: whoever can write to the record store can take the policy away', async () => {
    const home = await freshHome(engine);
    const vault = await home.open();
    const admin = await callerOf(vault, await home.adminKey());
    await appOf(vault, home, 'security');
    await setApprovalPolicy(vault, admin, { approvers: 1, erasureSubjects: 3, hours: 1 });
    await expect(endApprovalPolicy(vault, admin)).rejects.toMatchObject({ code: 'approval_needed' });
    await tell(home.recordStoreUrl, 'DELETE FROM approval_policies');
    expect((await addPrincipal(vault, admin, { name: 'x', role: 'app', purposes: [] })).apiKey).toMatch(/^lethe_/);
  });
});
