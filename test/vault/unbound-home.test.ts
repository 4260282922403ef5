/** A vault whose home knows nothing of ids and of the journal yet opens, with everything it holds. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { runBackgroundOnce } from '../../src/background/background.ts';
import { deriveKey } from '../../src/crypto/kdf.ts';
import { mac } from '../../src/crypto/mac.ts';
import type { RecordId, SubjectId } from '../../src/ids.ts';
import { addPrincipal } from '../../src/operations/access/add-principal.ts';
import { listPrincipals } from '../../src/operations/access/list-principals.ts';
import { revokePrincipal } from '../../src/operations/access/revoke-principal.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { resolveSubject } from '../../src/operations/subjects/resolve-subject.ts';
import { describeToken } from '../../src/operations/tokens/describe-token.ts';
import { extendToken } from '../../src/operations/tokens/extend-token.ts';
import { mintToken } from '../../src/operations/tokens/mint-token.ts';
import { revokeToken } from '../../src/operations/tokens/revoke-token.ts';
import { correct } from '../../src/operations/values/correct.ts';
import { describeRecord } from '../../src/operations/values/describe-record.ts';
import { detokenize } from '../../src/operations/values/detokenize.ts';
import { search } from '../../src/operations/values/search.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { close, rootKeyOf, slotOf } from '../support/epochs.ts';
import { callerOf, freshHome, type Home, rowsOf, tell } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';
import { PURPOSES } from '../support/vault.ts';

const EPOCH_1 = ({ folder }: Home) => `${folder}/keys/epochs/epoch-000001.key`;

/** Takes out of a home what it was not always bound to: ids, the epoch’s file, the journal. */
async function unbind(home: Home): Promise<void> {
  const rootKey = await rootKeyOf(home);
  const secret = (await slotOf(home, rootKey).get(1)) as Buffer;
  const body = Buffer.concat([Buffer.from('LETHE-E1\0\0\0\u0001', 'latin1'), secret]);
  const check = mac(deriveKey(rootKey, 'lethe/file-slot-check/1'), 'lethe/file-slot/1', 16, body);
  await writeFile(EPOCH_1(home), Buffer.concat([body, check]));
  for (const at of ['keys', 'keys/epochs']) await rm(`${home.folder}/${at}/vault.id`);
  await rm(`${home.folder}/keys/journal`, { recursive: true });
}

describe.each(ENGINES)('on %s', (engine) => {
  test('tokens, searches, subjects, erasures, corrections and principals of such a home work on', async () => {
    const home = await freshHome(engine);
    const old = await home.open();
    const admin = await callerOf(old, await home.adminKey());
    const add = (vault: Vault, role: 'app' | 'support') =>
      addPrincipal(vault, admin, { name: `old-${role}`, role, purposes: PURPOSES });
    const [appKey, supportKey] = [await add(old, 'app'), await add(old, 'support')];
    const app = await callerOf(old, appKey.apiKey);
    const items = [
      { type: 'email', value: 'ada@example.com', subject: 'cust_1', label: 'work' },
      { type: 'phone', value: '+49 30 901820', subject: 'cust_1' },
      { type: 'iban', value: 'DE89 3704 0044 0532 0130 00' },
      { type: 'text', value: 'a note', subject: 'cust_2' },
      { type: 'email', value: 'erased@example.com', subject: 'cust_3' },
      { type: 'email', value: 'was@example.com', subject: 'cust_4' },
    ];
    const call = { ...app, idempotencyKey: 'before-the-upgrade' };
    const first = await tokenize(old, call, { items });
    const stored = first.results;
    const at = (i: number) => stored[i] as (typeof stored)[number];
    await erase(old, app, { records: [at(4).record] });
    await correct(old, app, { record: at(5).record, value: 'is@example.com' });
    const leaver = await addPrincipal(old, admin, { name: 'leaver', role: 'app', purposes: PURPOSES });
    await revokePrincipal(old, admin, { principal: leaver.principal });
    await old.close();
    await unbind(home);
    const before = { records: await rowsOf(home.recordStoreUrl), keys: await rowsOf(home.keyStoreUrl) };

    const vault = await home.open();

    // The home, and the folder of its epochs, are bound to it from now on; its epoch is read as it was written.
    for (const at of ['keys', 'keys/epochs']) {
      expect(await readFile(`${home.folder}/${at}/vault.id`, 'ascii')).toBe(`${vault.keyring.signing.issuer}\n`);
    }
    expect((await readFile(EPOCH_1(home))).subarray(0, 8).toString()).toBe('LETHE-E1');
    const after = { records: await rowsOf(home.recordStoreUrl), keys: await rowsOf(home.keyStoreUrl) };
    for (const store of ['records', 'keys'] as const) {
      const known = Object.keys(before[store]).filter((name) => !/_migrations|^nodes$/.test(name));
      const counts = (rows: Record<string, string[]>) => known.map((name) => [name, rows[name]?.length]);
      expect(counts(after[store])).toEqual(counts(before[store]));
    }
    const [again, support] = [await callerOf(vault, appKey.apiKey), await callerOf(vault, supportKey.apiKey)];
    expect(again).toMatchObject({ role: 'app', purposes: PURPOSES, audience: undefined });
    const tokens = stored.map(({ token }) => token);
    const values = async (caller = again) =>
      (await detokenize(vault, caller, { tokens, purpose: 'billing' })).results.map((result) =>
        'value' in result ? result.value : result.error.code,
      );
    const all = [
      'ada@example.com',
      '+4930901820',
      'DE89370400440532013000',
      'a note',
      'record_erased',
      'is@example.com',
    ];
    expect(await values()).toEqual(all);
    expect((await values(support))[0]).toBe('a***@example.com');
    const find = async (type: string, value: string) =>
      (await search(vault, again, { type, value, purpose: 'billing' })).results.map(({ token }) => token);
    expect(await find('email', 'Ada@example.com')).toEqual([at(0).token]);
    expect(await find('phone', '+4930901820')).toEqual([at(1).token]);
    expect(await find('email', 'erased@example.com')).toEqual([]);
    expect(await find('email', 'is@example.com')).toEqual([at(5).token]);
    expect(await resolveSubject(vault, again, { ref: 'cust_1' })).toEqual({ subject: at(0).subject });
    expect(
      await tokenize(vault, { ...again, idempotencyKey: 'before-the-upgrade' }, { items: items.slice(0, 6) }),
    ).toEqual(first);
    const { principals } = await listPrincipals(vault, await callerOf(vault, await home.adminKey()), { limit: 100 });
    expect(principals.map(({ name, audience }) => [name, audience])).toEqual([
      ['first-admin', undefined],
      ['old-app', undefined],
      ['old-support', undefined],
      ['leaver', undefined],
    ]);

    // And everything new works on what is old.
    expect(await describeToken(vault, again, { token: at(0).token })).toMatchObject({
      format: 'random',
      label: 'work',
    });
    await mintToken(vault, again, { record: at(2).record, format: 'iban', audience: 'crm', ttlSeconds: 60 });
    await extendToken(vault, again, { token: at(3).token, uses: 1 });
    await revokeToken(vault, again, { token: at(1).token });
    expect((await values()).slice(1, 4)).toEqual(['token_revoked', all[2], all[3]]);
    for (const report of await runBackgroundOnce(vault)) expect(report.failed).toBeUndefined();
    // What the release before has revoked is known to the key store from the first round on.
    const kept = await tell(home.keyStoreUrl, 'SELECT target FROM revocations ORDER BY kind');
    expect(kept).toEqual([{ target: leaver.principal }, { target: at(1).token }]);
    expect((await values()).slice(1, 4)).toEqual(['token_revoked', all[2], 'token_used_up']);
    const formats = (await describeRecord(vault, again, { record: at(2).record as RecordId })).tokens.map(
      ({ format }) => format,
    );
    expect(formats.sort()).toEqual(['iban', 'random']);
    const reused = [{ type: 'email', value: 'ada@example.com', subject: 'cust_1', reuse: true }];
    const [linked] = (await tokenize(vault, again, { items: reused })).results;
    expect(linked?.record).not.toBe(at(0).record);
    expect((await tokenize(vault, again, { items: reused })).results[0]?.token).toBe(linked?.token);
    const receipt = await erase(vault, again, { subject: at(0).subject as SubjectId });
    expect(receipt).toMatchObject({ state: 'completed', records: 3 });
    expect((await values())[0]).toBe('record_erased');
    await close(vault);
    const files = await readdir(`${home.folder}/keys/epochs`);
    expect(files.sort()).toEqual(['epoch-000002.key', 'vault.id']);
  });
});
