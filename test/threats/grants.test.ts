/**
 * A record store put back from a copy opens no grant that has ended since, and no code that was told since is told
 * again. A grant that was put into the store by hand opens nothing.
 */
import { describe, expect, test } from 'vitest';
import type { Role } from '../../src/access/roles.ts';
import type { SubjectId, Token } from '../../src/ids.ts';
import { addPrincipal } from '../../src/operations/access/add-principal.ts';
import { approveGrant } from '../../src/operations/grants/approve-grant.ts';
import { endGrant } from '../../src/operations/grants/end-grant.ts';
import { offerCode } from '../../src/operations/grants/offer-code.ts';
import { orderGrant } from '../../src/operations/grants/order-grant.ts';
import { readGrant } from '../../src/operations/grants/read-grant.ts';
import { redeemCode } from '../../src/operations/grants/redeem-code.ts';
import { detokenize } from '../../src/operations/values/detokenize.ts';
import { backUp, backupFolder, putBack, recoverHome } from '../backup/folders.ts';
import { appOf, callerOf, freshHome, tell } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';

describe.each(ENGINES)('on %s', (engine) => {
  test('after a restore a grant that ended is over, and a code that was told is used', async () => {
    const home = await freshHome(engine);
    const vault = await home.open();
    const admin = async (of = vault) => callerOf(of, await home.adminKey());
    const member = async (role: Role) => {
      const { apiKey } = await addPrincipal(vault, await admin(), { name: role, role, purposes: ['support'] });
      return (of = vault) => callerOf(of, apiKey);
    };
    const agent = await member('support');
    const app = await appOf(vault, home);
    const items = [{ type: 'email', value: 'ada@example.com', subject: 'ada' }];
    const [stored] = (await tokenize(vault, app, { items })).results as { token: Token; subject: SubjectId }[];
    if (stored === undefined) throw new Error('Nothing was stored.');
    const { token, subject } = stored;
    const view = async (of = vault) => {
      const { results } = await detokenize(of, await agent(of), { tokens: [token], purpose: 'support' });
      return results[0] !== undefined && 'value' in results[0] ? results[0].view : undefined;
    };
    const wanted = { subjects: [subject], types: ['email'], view: 'plain', minutes: 60, ticket: 'HELP-1' };
    const { grant } = await orderGrant(vault, await agent(), { ...wanted, reason: 'She called.', breakGlass: false });
    await approveGrant(vault, await admin(), { grant });
    const code = await offerCode(vault, app, { subject, types: ['email'], view: 'plain', minutes: 60 });
    expect(await view()).toBe('plain');
    const dir = await backupFolder();
    await backUp(vault, home, dir);
    await endGrant(vault, await agent(), { grant });
    expect(await view()).toBe('masked');
    await redeemCode(vault, await agent(), { code: code.code });
    expect(await view()).toBe('plain');
    await vault.close();

    await putBack(home, dir, 'records');
    expect((await recoverHome(home)).revoked).toMatchObject({ narrowed: 2 });
    const again = await home.open();
    expect(await view(again)).toBe('masked');
    expect(await readGrant(again, await admin(again), { grant })).toMatchObject({ state: 'over', endedAs: 'revoked' });
    const redeemed = redeemCode(again, await agent(again), { code: code.code });
    await expect(redeemed).rejects.toMatchObject({ code: 'code_not_found' });
    // Its end was taken away in the database: the MAC does not fit.
    const url = home.recordStoreUrl;
    await tell(url, `UPDATE grants SET ended_at = NULL, ended_as = NULL WHERE grant_id = '${grant}'`);
    await expect(view(again)).rejects.toMatchObject({ code: 'integrity_failure' });
  });
});
