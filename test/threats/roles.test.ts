/**
 * A record store put back from a copy brings back no version of a role that has ended since, and no version of a purpose
 * that was narrowed since: who had it has what was never taken away, and an administrator writes it again.
 */
import { describe, expect, test } from 'vitest';
import { runBackgroundOnce } from '../../src/background/background.ts';
import { UnavailableError } from '../../src/errors.ts';
import { addPrincipal } from '../../src/operations/access/add-principal.ts';
import { changeRole } from '../../src/operations/access/change-role.ts';
import { declarePurpose } from '../../src/operations/access/declare-purpose.ts';
import { endPurpose } from '../../src/operations/access/end-purpose.ts';
import { readRole } from '../../src/operations/access/read-role.ts';
import { backUp, backupFolder, putBack, recoverHome } from '../backup/folders.ts';
import { callerOf, freshHome, tell, withParts } from '../support/home.ts';
import { DECLARATION } from '../support/purposes.ts';
import { ENGINES } from '../support/stores.ts';

const RULES = [{ effect: 'allow' as const, actions: ['detokenize' as const], views: ['plain'] }];

describe.each(ENGINES)('on %s', (engine) => {
  test('after a restore a narrowed role is not wide again', async () => {
    const home = await freshHome(engine);
    const vault = await home.open();
    const admin = async (of = vault) => callerOf(of, await home.adminKey());
    const put = async (rules: typeof RULES, of = vault) =>
      changeRole(of, await admin(of), { role: 'desk', description: '', rules });
    await put(RULES);
    const body = { name: 'desk', role: 'desk', purposes: ['support'] };
    const { apiKey } = await addPrincipal(vault, await admin(), body);
    const may = async (of: typeof vault) => (await callerOf(of, apiKey)).rules?.rules.has('detokenize') ?? false;
    expect(await may(vault)).toBe(true);
    const declare = async (purpose: string, types: string[] | null, of = vault) =>
      declarePurpose(of, await admin(of), { purpose, ...DECLARATION, types });
    // One is narrowed, one ends, and one is only widened.
    for (const purpose of ['narrowed', 'ended', 'widened']) await declare(purpose, ['email', 'card']);
    await declare('narrowed', null);
    const needs = async (of = vault) => {
      const found = (await callerOf(of, apiKey)).needs ?? new Map();
      return ['narrowed', 'ended', 'widened'].map((word) =>
        found.has(word) ? [...(found.get(word)?.types ?? [])] : undefined,
      );
    };
    const dir = await backupFolder();
    await backUp(vault, home, dir);

    // It holds at once; it is answered when the key store has it, too.
    const shared = () => Promise.reject(new UnavailableError('store_unavailable', 'out of reach'));
    const cut = { ...vault, keyStore: withParts(vault.keyStore, { shared }) };
    await expect(put([], cut)).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(await may(vault)).toBe(false);
    expect(await tell(home.keyStoreUrl, "SELECT * FROM revocations WHERE kind = 'role'")).toEqual([]);
    expect(await put([])).toMatchObject({ changed: false });
    expect(await tell(home.keyStoreUrl, "SELECT * FROM revocations WHERE kind = 'role'")).toHaveLength(1);
    await declare('narrowed', ['email']);
    await expect(endPurpose(cut, await admin(), { purpose: 'ended' })).rejects.toMatchObject({
      code: 'store_unavailable',
    });
    const ofPurposes = () => tell(home.keyStoreUrl, "SELECT target FROM revocations WHERE kind = 'declaration'");
    expect(await ofPurposes()).toHaveLength(2);
    await endPurpose(vault, await admin(), { purpose: 'ended' });
    const noted = await ofPurposes();
    expect(noted).toHaveLength(3);
    expect(JSON.stringify(noted)).not.toMatch(/narrowed|ended/);
    await declare('widened', ['email', 'card', 'name']);
    expect(await needs()).toEqual([['email'], undefined, ['card', 'email', 'name']]);
    await runBackgroundOnce(vault);
    await vault.close();

    await putBack(home, dir, 'records');
    await expect(home.open()).rejects.toThrow(/record store is older/);
    expect((await recoverHome(home)).revoked).toMatchObject({ narrowed: 3 });
    const again = await home.open();
    expect(await needs(again)).toEqual([undefined, undefined, ['card', 'email']]);
    await declare('narrowed', ['email'], again);
    expect((await needs(again))[0]).toEqual(['email']);
    expect(await may(again)).toBe(false);
    expect(await readRole(again, await admin(again), { role: 'desk' })).toMatchObject({
      version: 1,
      endedAt: expect.any(String),
    });
    // An ended version stays ended; the next one is in force.
    await put(RULES, again);
    expect(await may(again)).toBe(true);
    await again.close();
    expect((await recoverHome(home)).revoked).toMatchObject({ narrowed: 0 });
  });
});
