/**
 * Stores that went back in time together, as a fail-over to a late standby or two old copies leave them: neither knows
 * what was erased, corrected or revoked since, and the journal outside them does.
 */
import { appendFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runBackgroundOnce } from '../../src/background/background.ts';
import { closing, runJobsOnce } from '../../src/background/long-jobs.ts';
import type { RecordId, TenantId, Token } from '../../src/ids.ts';
import { closeEpoch } from '../../src/jobs/close-epoch.ts';
import { addPrincipal } from '../../src/operations/access/add-principal.ts';
import { addTenant } from '../../src/operations/access/add-tenant.ts';
import { revokePrincipal } from '../../src/operations/access/revoke-principal.ts';
import { recover } from '../../src/operations/copies/recover.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { eraseTenant } from '../../src/operations/erasures/erase-tenant.ts';
import { getErasure } from '../../src/operations/erasures/get-erasure.ts';
import { resolveSubject } from '../../src/operations/subjects/resolve-subject.ts';
import { revokeToken } from '../../src/operations/tokens/revoke-token.ts';
import { correct } from '../../src/operations/values/correct.ts';
import { openVault, type Vault } from '../../src/vault/vault.ts';
import { backupFolder, putBack, recoverHome } from '../backup/folders.ts';
import { contextOf } from '../support/epochs.ts';
import { callerOf, freshHome, type Home, tell, withParts } from '../support/home.ts';
import { ENGINES, type Engine } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';
import { NOW, PURPOSES, QUICK_PASSWORDS } from '../support/vault.ts';
import { keepBoth } from '../support/went-back.ts';

const WENT_BACK = /(record|key) store went back to before .* as the journal remembers.*recover/;
const UNAUTHENTICATED = { code: 'unauthenticated' };

const email = (name: string) => ({ type: 'email', value: `${name}@example.com` });

/** A vault with four records, one of them a person's, and both stores kept as they are. */
async function furnished(engine: Engine) {
  const home = await freshHome(engine);
  let vault = await home.open();
  const admin = await callerOf(vault, await home.adminKey());
  const leaver = await addPrincipal(vault, admin, { name: 'leaver', role: 'app', purposes: PURPOSES });
  const stays = await addPrincipal(vault, admin, { name: 'stays', role: 'app', purposes: PURPOSES });
  const other = await addTenant(vault, admin, { name: 'other' });
  const app = await callerOf(vault, stays.apiKey);
  const items = [email('ada'), email('bob'), { ...email('cyd'), subject: 'cust_7' }, email('dan'), email('eve')];
  const { results } = await tokenize(vault, app, { items });
  const [ada, bob, cyd, dan, eve] = results as unknown as [Stored, Stored, Stored, Stored, Stored];
  await vault.close();
  const back = await keepBoth(home);
  let time = NOW.getTime();
  vault = await home.open({ clock: () => new Date(time) });
  const advance = (ms: number) => {
    time += ms;
  };
  return { home, vault, advance, admin, app, leaver, stays, other, back, ada, bob, cyd, dan, eve };
}

type Stored = { readonly token: Token; readonly record: RecordId; readonly subject?: string };

const journalOf = async ({ folder }: Home) => {
  const keys = join(folder, 'keys');
  return join(keys, 'journal', (await readFile(join(keys, 'vault.id'), 'ascii')).trim());
};

describe.each(ENGINES)('on %s', (engine) => {
  test('both lost what was answered: the vault does not start, recover does all of it again, and the rest is as it was', async () => {
    const { home, vault, admin, app, leaver, stays, other, back, ...stored } = await furnished(engine);
    const { ada, bob, cyd, dan, eve } = stored;
    const one = await erase(vault, app, { tokens: [ada.token] });
    const person = await erase(vault, app, { ref: 'cust_7' });
    const nobody = await erase(vault, app, { ref: 'cust_7' }).catch(() => undefined);
    await correct(vault, app, { record: bob.record, value: 'bob@example.org' });
    await revokeToken(vault, app, { token: dan.token });
    await revokePrincipal(vault, admin, { principal: leaver.principal });
    await eraseTenant(vault, admin, { tenant: other.tenant as TenantId, confirm: 'other' });
    await runJobsOnce(vault);
    expect([one.state, person.state]).toEqual(['completed', 'completed']);
    await vault.close();
    await back.both();

    await expect(home.open()).rejects.toThrow(WENT_BACK);
    const recovered = await recoverHome(home);
    expect(recovered).toMatchObject({ doubtful: 0, replayed: { records: 2, lost: 1, lostRecords: [bob.record] } });
    expect(recovered.revoked).toMatchObject({ principals: 1, tokens: 1 });

    const again = await home.open();
    expect(await home.reveal(again, ada.token)).toBe('record_erased');
    expect(await home.reveal(again, cyd.token)).toBe('record_erased');
    expect(await home.reveal(again, bob.token)).toBe('record_superseded');
    expect(await home.reveal(again, dan.token)).toBe('token_revoked');
    expect(await home.reveal(again, eve.token)).toBe('eve@example.com');
    await expect(callerOf(again, leaver.apiKey)).rejects.toMatchObject(UNAUTHENTICATED);
    await expect(callerOf(again, other.apiKey)).rejects.toMatchObject(UNAUTHENTICATED);
    const caller = await callerOf(again, stays.apiKey);
    await expect(resolveSubject(again, caller, { ref: 'cust_7' })).rejects.toMatchObject({ kind: 'not_found' });
    const { completedAt: _, shreddedAt: __, ...receipt } = person;
    expect(await getErasure(again, caller, { erasure: person.erasure })).toMatchObject(receipt);
    expect(await getErasure(again, caller, { erasure: one.erasure })).toMatchObject({ state: 'completed', records: 1 });
    expect(nobody).toBeUndefined();
    const keys = `SELECT record FROM record_keys WHERE record IN ('${ada.record}', '${bob.record}', '${cyd.record}')`;
    expect(await tell(home.keyStoreUrl, keys)).toEqual([]);
    await again.close();
    expect(await recoverHome(home)).toMatchObject({ remembered: 0, replayed: { tombstones: 0 } });

    // And once more, now from the entries that recover has noted itself.
    await back.both();
    await expect(home.open()).rejects.toThrow(WENT_BACK);
  });

  test('values stored since the stores went back are kept, also where a generation or a person came again', async () => {
    const { home, vault, app, stays, back, ada, bob, cyd, eve } = await furnished(engine);
    await erase(vault, app, { tokens: [ada.token] });
    await erase(vault, app, { ref: 'cust_7' });
    await correct(vault, app, { record: bob.record, value: 'bob-2@example.com' });
    await correct(vault, app, { record: bob.record, value: 'bob-3@example.com' });
    await vault.close();
    await back.both();
    // A node that has not noticed serves on.
    const later = new Date(vault.clock().getTime() + 60_000);
    const unaware = await openVault(home.config, { recovering: true, passwords: QUICK_PASSWORDS, clock: () => later });
    const caller = await callerOf(unaware, stays.apiKey);
    const { results } = await tokenize(unaware, caller, { items: [{ ...email('new'), subject: 'cust_7' }] });
    await correct(unaware, caller, { record: bob.record, value: 'bob-since@example.com' });
    const since = await erase(unaware, caller, { tokens: [eve.token] });
    await unaware.close();

    await expect(home.open()).rejects.toThrow(WENT_BACK);
    await recoverHome(home);
    const again = await home.open({ clock: () => later });
    expect(await home.reveal(again, ada.token)).toBe('record_erased');
    expect(await home.reveal(again, cyd.token)).toBe('record_erased');
    expect(await home.reveal(again, results[0]?.token ?? '')).toBe('new@example.com');
    expect(await home.reveal(again, bob.token)).toBe('bob-since@example.com');
    expect(await home.reveal(again, eve.token)).toBe('record_erased');
    const last = await callerOf(again, stays.apiKey);
    expect(await resolveSubject(again, last, { ref: 'cust_7' })).toMatchObject({ subject: results[0]?.subject });
    expect(await getErasure(again, last, { erasure: since.erasure })).toMatchObject({ state: 'completed' });
    await again.close();
    await (await home.open({ clock: () => later })).close();
  });

  test.each(['records', 'keys'] as const)(
    'without a journal a lone store of %s that went back is told by its numbers, however many erasures came since',
    async (store) => {
      const { home, vault, app, stays, back, ada } = await furnished(engine);
      await erase(vault, app, { tokens: [ada.token] });
      await vault.close();
      await back[store]();
      const unaware = await openVault(home.config, { recovering: true, passwords: QUICK_PASSWORDS, mayMake: true });
      const caller = await callerOf(unaware, stays.apiKey);
      for (let i = 0; i < 22; i += 1) {
        const { results } = await tokenize(unaware, caller, { items: [email(`since-${i}`)] });
        await erase(unaware, caller, { tokens: [results[0]?.token as Token] });
      }
      await unaware.close();
      await rm(await journalOf(home), { recursive: true });

      const name = store === 'records' ? 'record' : 'key';
      await expect(home.open()).rejects.toThrow(new RegExp(`${name} store is older than the .*recover`));
      await recoverHome(home);
      const again = await home.open();
      expect(await home.reveal(again, ada.token)).toBe('record_erased');
    },
  );

  test('whoever writes the file without the root key has nothing erased, and is reported', async () => {
    const { home, vault, app, ada, bob } = await furnished(engine);
    await erase(vault, app, { tokens: [ada.token] });
    await vault.close();
    const journal = await journalOf(home);
    const [name = ''] = await readdir(journal);
    const line = (await readFile(join(journal, name), 'ascii')).trimEnd();
    const forged = line.replace(ada.record, bob.record);
    await appendFile(join(journal, name), `${forged}\n`);

    const again = await home.open();
    expect(again.journal.doubtful).toBe(1);
    await again.close();
    expect(await recoverHome(home)).toMatchObject({ doubtful: 1, remembered: 0 });
    expect(await home.reveal(await home.open(), bob.token)).toBe('bob@example.com');
  });

  test('an erasure is not completed, a revocation and a correction are not answered, before the journal has them', async () => {
    const { home, vault, advance, admin, app, leaver, ada, bob, dan } = await furnished(engine);
    const journal = await journalOf(home);
    await mkdir(join(journal, '..'));
    await writeFile(journal, '');
    const receipt = await erase(vault, app, { tokens: [ada.token] });
    expect(receipt.state).toBe('ordered');
    expect(await home.reveal(vault, ada.token)).toBe('record_erased');
    expect(await tell(home.keyStoreUrl, `SELECT 1 FROM record_keys WHERE record = '${ada.record}'`)).toEqual([]);
    const unwritten = { code: 'journal_unavailable' };
    await expect(revokePrincipal(vault, admin, { principal: leaver.principal })).rejects.toMatchObject(unwritten);
    await expect(revokeToken(vault, app, { token: dan.token })).rejects.toMatchObject(unwritten);
    const once = { ...app, idempotencyKey: 'correct-bob' } as typeof app;
    const change = () => correct(vault, once, { record: bob.record, value: 'bob@example.org' });
    await expect(change()).rejects.toMatchObject(unwritten);
    await expect(change()).rejects.toMatchObject(unwritten);
    expect(vault.journal.failing).toBe(true);
    advance(60_000);
    const rounds = await runBackgroundOnce(vault);
    expect(rounds.find(({ name }) => name === 'complete_erasures')?.failed).toBe('journal_unavailable');
    expect(rounds.find(({ name }) => name === 'keep_revocations')?.failed).toBe('journal_unavailable');

    await rm(journal);
    expect(await change()).toMatchObject({ record: bob.record });
    await runBackgroundOnce(vault);
    expect(vault.journal.failing).toBe(false);
    expect(await getErasure(vault, app, { erasure: receipt.erasure })).toMatchObject({ state: 'completed' });
    const text = (
      await Promise.all((await readdir(journal)).map((name) => readFile(join(journal, name), 'ascii')))
    ).join('');
    for (const id of [receipt.erasure, bob.record, leaver.principal, dan.token]) expect(text).toContain(id);
  });

  test('a close is remembered before its secret is destroyed, and what came before it is forgotten after', async () => {
    const { home, vault: first, stays, back, ada, bob } = await furnished(engine);
    await first.close();
    const keyBackupDir = await backupFolder();
    const open = () => openVault({ ...home.config, keyBackupDir }, { passwords: QUICK_PASSWORDS });
    const journal = await journalOf(home);
    const places = [journal, join(keyBackupDir, 'journal', basename(journal))];
    const vault = await open();
    const app = await callerOf(vault, stays.apiKey);
    await erase(vault, app, { tokens: [ada.token] });
    const secret = join(home.folder, 'keys', 'epochs', 'epoch-000001.key');

    // The journal takes nothing: nothing is destroyed.
    const shut = withParts(vault.journal, { noteClose: () => Promise.reject(new Error('full')) });
    const close = (over: Vault) => closeEpoch(closing(over))(contextOf());
    expect(await close({ ...vault, journal: shut })).toMatchObject({ waitsFor: ['1/journal'] });
    expect(await readdir(join(home.folder, 'keys', 'epochs'))).toContain('epoch-000001.key');
    expect((await runBackgroundOnce(vault)).find(({ name }) => name === 'finish_closing')).toMatchObject({
      changed: 1,
    });
    await expect(readFile(secret)).rejects.toMatchObject({ code: 'ENOENT' });
    await runBackgroundOnce(vault);
    for (const place of places) expect((await readdir(place)).join()).toMatch(/^epoch-000002\.[0-9a-f]{32}\.journal$/);
    const since = await erase(vault, app, { tokens: [bob.token] });
    await vault.close();

    await back.both();
    await rename(places[0] ?? '', `${places[0]}.away`);
    await expect(open()).rejects.toThrow(/before the close of epoch 1 .*Restore the newest copy of the key store/);
    // The copy that was made at the close, and what the journal remembers since.
    await putBack(home, keyBackupDir, 'keys');
    await expect(open()).rejects.toThrow(/recover/);
    const opened = await openVault({ ...home.config, keyBackupDir }, { recovering: true });
    await recover(opened, await callerOf(opened, await home.adminKey()));
    await opened.close();
    const again = await open();
    const caller = await callerOf(again, stays.apiKey);
    expect(await getErasure(again, caller, { erasure: since.erasure })).toMatchObject({ state: 'completed' });
    for (const { token } of [ada, bob]) expect(await home.reveal(again, token)).toBe('record_erased');
    await again.close();
  });
});

test('a home whose folder holds nothing but a journal is no place for a new vault', async () => {
  const home = await freshHome('sqlite');
  await mkdir(join(home.folder, 'keys', 'journal'), { recursive: true });
  await expect(home.open()).rejects.toThrow(/there is something of one: .*journal/);
});

test('vaults that put their copies into one folder cut, count and read each its own journal there', async () => {
  const keyBackupDir = await backupFolder();
  const [one, other] = await Promise.all(
    ['one', 'other'].map(async () => {
      const home = await freshHome('sqlite');
      await (await home.open()).close();
      const vault = await openVault({ ...home.config, keyBackupDir }, { passwords: QUICK_PASSWORDS });
      onTestFinished(() => vault.close());
      await vault.journal.noteClose(1, NOW);
      return { vault, copies: join(keyBackupDir, 'journal', basename(await journalOf(home))) };
    }),
  );
  if (one === undefined || other === undefined) throw new Error('Two were opened.');
  expect([await one.vault.journal.lastClose(), one.vault.journal.doubtful]).toEqual([1, 0]);
  expect(await one.vault.journal.cut(99)).toBe(2);
  expect([await readdir(one.copies), (await readdir(other.copies)).length]).toEqual([[], 1]);
  expect(await other.vault.journal.lastClose()).toBe(1);
});
