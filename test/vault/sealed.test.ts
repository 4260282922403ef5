/** A vault that waits for shares of its root key: what opens it, what does not, and what is left when it fails. */
import { describe, expect, test } from 'vitest';
import { THE_VAULT_ITSELF } from '../../src/access/principal.ts';
import { dropOtherShareSets } from '../../src/keyring/root/root-shares.ts';
import { splitRoot } from '../../src/operations/keys/split-root.ts';
import { listAuditEntries } from '../../src/operations/oversight/list-audit-entries.ts';
import { openSealed } from '../../src/vault/sealed.ts';
import { appOf, freshHome, refuseInserts, tell, withoutTable } from '../support/home.ts';
import { mistyped, sealedAt, split, splitHome } from '../support/shares.ts';
import { ENGINES } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';

const MINUTE = 60_000;
const codeOf = (giving: Promise<unknown>) =>
  giving.then(
    () => 'accepted',
    (error: { code?: string }) => error.code ?? String(error),
  );

describe.each(ENGINES)('on %s', (engine) => {
  test('the threshold of shares opens it, and what was stored is there', async () => {
    const home = await freshHome(engine);
    const first = await home.open();
    const app = await appOf(first, home);
    const { results } = await tokenize(first, app, { items: [{ type: 'email', value: 'ada@example.com' }] });
    const [one = '', , , four = '', five = ''] = await split(first, home, 5, 3);
    await first.close();
    const { sealed, vault } = await sealedAt({ ...home.config, rootKey: { from: 'shares' } });

    expect(sealed.progress).toEqual({ sealed: true, given: 0, needed: 3 });
    expect(await sealed.give(five)).toEqual({ sealed: true, given: 1, needed: 3 });
    expect(await sealed.give(one)).toEqual({ sealed: true, given: 2, needed: 3 });
    expect(vault()).toBeUndefined();
    expect(await sealed.give(four)).toEqual({ sealed: false, given: 3, needed: 3 });

    const open = vault() ?? (undefined as never);
    expect(await home.reveal(open, results[0]?.token ?? '')).toBe('ada@example.com');
    const { entries } = await listAuditEntries(open, await appOf(open, home, 'auditor'), { limit: 100 });
    expect(entries.filter(({ action }) => action === 'unseal')).toEqual([
      expect.objectContaining({
        outcome: 'done',
        principal: THE_VAULT_ITSELF,
        target: expect.stringMatching(/^[0-9a-f]{16}\/1,4,5$/),
      }),
    ]);
  });

  test('a refused share changes nothing of what was given; the right ones still open it', async () => {
    const { home, lines, config } = await splitHome(engine, 4, 2);
    const other = await splitHome('sqlite', 4, 2);
    const { sealed, vault } = await sealedAt(config);
    const [one = '', two = ''] = lines;
    await sealed.give(one);
    for (const [line, code] of [
      [mistyped(two, 30), 'share_typo'],
      [other.lines[1] ?? '', 'share_foreign'],
      [one, 'share_repeated'],
      ['', 'share_typo'],
    ] as const) {
      expect(await codeOf(sealed.give(line))).toBe(code);
      expect(sealed.progress).toEqual({ sealed: true, given: 1, needed: 2 });
    }
    expect(await tell(home.recordStoreUrl, "SELECT 1 FROM audit_entries WHERE action = 'unseal'")).toEqual([]);
    await sealed.give(two);
    expect(vault()).toBeDefined();
  });

  test('shares at the same moment count one by one, the same one once, and the vault is opened once', async () => {
    const { home, lines, config } = await splitHome(engine, 4, 3);
    let opened = 0;
    const { sealed } = await sealedAt(config, () => {
      opened += 1;
    });
    const [one = '', two = '', three = '', four = ''] = lines;
    expect(await Promise.all([one, one, two].map((line) => codeOf(sealed.give(line))))).toEqual([
      'accepted',
      'share_repeated',
      'accepted',
    ]);
    const last = await Promise.all([three, three, four].map((line) => sealed.give(line)));
    expect(last.map(({ sealed: still }) => still)).toEqual([false, false, false]);
    expect(opened).toBe(1);
    expect(await tell(home.recordStoreUrl, "SELECT 1 FROM audit_entries WHERE action = 'unseal'")).toHaveLength(1);
  });

  test('a vault that does not open after the right shares stays sealed, and opens when the last is given again', async () => {
    const { home, lines, config } = await splitHome(engine, 3, 2);
    const { sealed, vault } = await sealedAt(config);
    const [one = '', two = ''] = lines;
    await sealed.give(one);

    await withoutTable(home.recordStoreUrl, 'tenants', async () => {
      expect(await codeOf(sealed.give(two))).toBe('unseal_failed');
      expect(sealed.progress).toEqual({ sealed: true, given: 1, needed: 2 });
      expect(await codeOf(sealed.give(one))).toBe('share_repeated');
    });
    const allow = await refuseInserts(home.recordStoreUrl, 'audit_entries');
    expect(await codeOf(sealed.give(two))).toBe('unseal_failed');
    await allow();
    expect(vault()).toBeUndefined();

    expect(await sealed.give(two)).toMatchObject({ sealed: false });
    expect(vault()).toBeDefined();
  });

  test('a key store that does not answer refuses a share and counts nothing against it', async () => {
    const { home, lines, config } = await splitHome(engine, 3, 2);
    const { sealed } = await sealedAt(config);
    await withoutTable(home.keyStoreUrl, 'root_shares', async () => {
      for (let i = 0; i < 30; i += 1) expect(await codeOf(sealed.give(lines[0] ?? ''))).not.toBe('accepted');
    });
    expect(await sealed.give(lines[0] ?? '')).toMatchObject({ given: 1 });
  });

  test('a set that was replaced meanwhile is foreign, and what was given of it is forgotten', async () => {
    const { home, lines, config } = await splitHome(engine, 3, 2);
    const { sealed, vault } = await sealedAt(config);
    await sealed.give(lines[0] ?? '');
    const beside = await home.open();
    const fresh = await split(beside, home, 3, 3);

    expect(await codeOf(sealed.give(lines[1] ?? ''))).toBe('share_foreign');
    expect(sealed.progress).toEqual({ sealed: true, given: 0, needed: 3 });
    for (const line of fresh) await sealed.give(line);
    expect(vault()).toBeDefined();

    const again = await sealedAt(config);
    await beside.keyStore.exclusive((tx) => dropOtherShareSets(tx, 'another root key'));
    expect(await codeOf(again.sealed.give(fresh[0] ?? ''))).toBe('share_foreign');
  });

  test('shares that do not make the root key are forgotten, and nothing is opened', async () => {
    const { home, lines, config } = await splitHome(engine, 3, 3);
    // As somebody would who can write to the key store, and says that two are enough, or another key is right.
    const zeros = '0'.repeat(32);
    await tell(home.keyStoreUrl, `UPDATE vault_facts SET value = '${zeros}' WHERE name = 'root_key_check'`);
    await tell(home.keyStoreUrl, `UPDATE root_shares SET root_key_check = '${zeros}'`);
    const { sealed, vault } = await sealedAt(config);
    await sealed.give(lines[0] ?? '');
    await sealed.give(lines[1] ?? '');
    expect(await codeOf(sealed.give(lines[2] ?? ''))).toBe('shares_disagree');
    expect(sealed.progress).toEqual({ sealed: true, given: 0, needed: 3 });
    expect(vault()).toBeUndefined();
  });

  test('a threshold lowered in the key store does not open the vault with fewer shares', async () => {
    const { home, lines, config } = await splitHome(engine, 3, 3);
    for (const threshold of [2, 1]) {
      await tell(home.keyStoreUrl, `UPDATE root_shares SET threshold = ${threshold}`);
      const { sealed, vault } = await sealedAt(config);
      const codes: string[] = [];
      for (const line of lines.slice(0, 2)) codes.push(await codeOf(sealed.give(line)));
      expect(codes).toContain('shares_disagree');
      expect(vault()).toBeUndefined();
      await sealed.close();
    }
  });
});

test('what was given is forgotten 30 minutes after the first share', async () => {
  const { lines, config } = await splitHome('sqlite', 4, 3);
  const { sealed, advance } = await sealedAt(config);
  const [one = '', two = '', three = ''] = lines;
  await sealed.give(one);
  advance(29 * MINUTE);
  await sealed.give(two);
  expect(sealed.progress.given).toBe(2);
  advance(MINUTE);
  expect(sealed.progress.given).toBe(0);
  expect(await sealed.give(three)).toMatchObject({ given: 1 });
  advance(30 * MINUTE);
  expect(await sealed.give(three)).toMatchObject({ given: 1 });
});

test('a flood is answered without a reason, and a right share counts all the same', async () => {
  const { lines, config } = await splitHome('sqlite', 3, 2);
  const { sealed, vault, advance } = await sealedAt(config);
  const codes: string[] = [];
  for (let i = 0; i < 25; i += 1) codes.push(await codeOf(sealed.give(mistyped(lines[0] ?? '', 20 + (i % 5)))));
  expect(codes).toEqual([...Array(20).fill('share_typo'), ...Array(5).fill('too_many_shares')]);
  expect(await sealed.give(lines[0] ?? '')).toMatchObject({ given: 1 });
  expect(await codeOf(sealed.give(lines[0] ?? ''))).toBe('too_many_shares');
  advance(MINUTE);
  expect(await codeOf(sealed.give(lines[0] ?? ''))).toBe('share_repeated');
  expect(await sealed.give(lines[2] ?? '')).toMatchObject({ sealed: false });
  expect(vault()).toBeDefined();
});

test('a vault that was never split cannot start from shares, and is told how', async () => {
  const home = await freshHome('sqlite');
  const config = { ...home.config, rootKey: { from: 'shares' } as const };
  const refusal = { code: 'cannot_start', message: expect.stringMatching(/lethe -- root split/) };
  await expect(openSealed(config, { opened: () => {} })).rejects.toMatchObject(refusal);
  await (await home.open()).close();
  await expect(openSealed(config, { opened: () => {} })).rejects.toMatchObject(refusal);
  await expect(home.open({ rootKey: { from: 'shares' } })).rejects.toMatchObject({ code: 'cannot_start' });
});

test('a closed one takes no share', async () => {
  const { lines, config } = await splitHome('sqlite', 3, 2);
  const { sealed } = await sealedAt(config);
  await sealed.give(lines[0] ?? '');
  await Promise.all([sealed.close(), sealed.close()]);
  expect(await codeOf(sealed.give(lines[1] ?? ''))).toBe('shutting_down');
});

test('only the security team splits, within bounds, and the log says so', async () => {
  const home = await freshHome('sqlite');
  const vault = await home.open();
  const security = await appOf(vault, home, 'security');
  for (const role of ['admin', 'app', 'support', 'auditor'] as const) {
    const caller = await appOf(vault, home, role);
    expect(await codeOf(splitRoot(vault, caller, { shares: 3, threshold: 2 }))).toBe('not_allowed');
  }
  for (const [shares, threshold] of [
    [3, 1],
    [2, 3],
    [256, 2],
    [1, 1],
  ] as const) {
    expect(await codeOf(splitRoot(vault, security, { shares, threshold }))).toBe('invalid_share_count');
  }
  expect(await tell(home.keyStoreUrl, 'SELECT 1 FROM root_shares')).toEqual([]);

  const { set } = await splitRoot(vault, security, { shares: 3, threshold: 2 });
  const [entry] = await tell(home.recordStoreUrl, `SELECT * FROM audit_entries WHERE target = '${set}'`);
  expect(entry).toMatchObject({ action: 'split_root', outcome: 'done', principal: security.principal });
});
