/** A new root key: everything opens with it, nothing with the old one, and an interruption anywhere is made good. */
import { readFile } from 'node:fs/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { VAULT_TENANT } from '../../src/access/store.ts';
import { UnavailableError } from '../../src/errors.ts';
import * as rotation from '../../src/keyring/epochs/rotation.ts';
import { keyFact } from '../../src/keyring/key-store-facts.ts';
import { restore } from '../../src/operations/copies/restore.ts';
import {
  newKeyOfFile,
  newKeyOfShares,
  replacementUnderWay,
  replaceRoot,
} from '../../src/operations/keys/replace-root.ts';
import type { KeyStore } from '../../src/storage/tx.ts';
import { openVault } from '../../src/vault/open-vault.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { backupFolder } from '../backup/folders.ts';
import { close } from '../support/epochs.ts';
import {
  appOf,
  callerOf,
  everyByte,
  freshHome,
  type Home,
  placesOf,
  rowsOf,
  tell,
  withParts,
} from '../support/home.ts';
import { sealedAt, split } from '../support/shares.ts';
import { ENGINES } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';
import { NOW, QUICK_PASSWORDS } from '../support/vault.ts';
import { keepAll } from '../support/went-back.ts';

const NEW_KEY = Buffer.from(Array.from({ length: 32 }, (_, i) => (i * 29 + 3) & 0xff));
const withNew = { rootKey: { from: 'environment', key: NEW_KEY } } as const;

async function openWithBoth(home: Home, newKey: Buffer = NEW_KEY): Promise<Vault> {
  const vault = await openVault(home.config, { clock: () => NOW, passwords: QUICK_PASSWORDS, nextRootKey: newKey });
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= vault.close();
    return closing;
  };
  onTestFinished(close);
  return { ...vault, close };
}

/** A vault with a record, closed; and the API key of its security team. */
async function furnished(engine: (typeof ENGINES)[number]) {
  const home = await freshHome(engine);
  const vault = await home.open();
  const app = await appOf(vault, home);
  const { results } = await tokenize(vault, app, {
    items: [{ type: 'email', value: 'ada@example.com', subject: 'ada' }],
  });
  const { addPrincipal } = await import('../../src/operations/access/add-principal.ts');
  const admin = await callerOf(vault, await home.adminKey());
  const { apiKey } = await addPrincipal(vault, admin, { name: 'sec', role: 'security', purposes: [] });
  const token = results[0]?.token ?? '';
  const replace = async (with_: Vault, newKey: Buffer = NEW_KEY) =>
    replaceRoot(with_, await callerOf(with_, apiKey), { newKey, lease: { ttlMs: 40 } });
  return { home, vault, token, apiKey, replace };
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: { code?: string }) => error.code ?? String(error),
  );

/** Not the vault's own: a close of an epoch makes a canary. */
const OF_PEOPLE = `SELECT * FROM records WHERE tenant <> '${VAULT_TENANT}'`;

describe.each(ENGINES)('on %s', (engine) => {
  test('the new key opens everything, the old one nothing; no record changed, and both keys are in no store', async () => {
    const { home, vault, token, replace } = await furnished(engine);
    const lines = await split(vault, home, 3, 2);
    await vault.close();
    const records = await tell(home.recordStoreUrl, OF_PEOPLE);
    const both = await openWithBoth(home);
    await replace(both);
    await both.close();

    const fresh = await home.open(withNew);
    // What the journal remembers stands under the new key, and nothing of the old one is left to doubt.
    expect([await fresh.journal.lastClose(), fresh.journal.doubtful]).toEqual([1, 0]);
    expect(await home.reveal(fresh, token)).toBe('ada@example.com');
    expect(await close(fresh)).toMatchObject({ waitsFor: [] });
    expect(await home.reveal(fresh, token)).toBe('ada@example.com');
    expect(await tell(home.recordStoreUrl, OF_PEOPLE)).toEqual(records);
    await fresh.close();
    await expect(home.open()).rejects.toThrow(/not the root key/);
    await expect(openWithBoth(home)).rejects.toThrow(/not the root key/);
    await expect(sealedAt({ ...home.config, rootKey: { from: 'shares' } })).rejects.toThrow(/no shares/);
    expect(lines).toHaveLength(3);
    expect(await tell(home.keyStoreUrl, 'SELECT 1 FROM root_shares')).toEqual([]);

    const entries = await tell(
      home.recordStoreUrl,
      "SELECT outcome, target FROM audit_entries WHERE action = 'replace_root' ORDER BY entry",
    );
    expect(entries).toEqual([
      { outcome: 'done', target: 'begun' },
      { outcome: 'done', target: 'completed' },
    ]);
    const places = await everyByte(home);
    expect(placesOf(places, NEW_KEY)).toEqual([]);
  });

  test('interrupted before each of its transactions in turn, it refuses to serve, and goes on with both keys', async () => {
    const { home, vault, token, replace } = await furnished(engine);
    await vault.close();
    const toTheStart = await keepAll(home);
    let interruptions = 0;
    // On PostgreSQL every third; each makes two databases.
    for (let before = 1; ; before += engine === 'sqlite' ? 1 : 3) {
      await toTheStart();
      const both = await openWithBoth(home);
      const outcome = await codeOf(replace(interrupted(both, before)));
      const next = await keyFact(both.keyStore.reader, 'root_key_check_next');
      await both.close();
      if (outcome === 'done') break;
      interruptions += 1;
      expect(outcome).toBe('key_unavailable');
      if (next === undefined) {
        const old = await home.open();
        expect(await home.reveal(old, token)).toBe('ada@example.com');
        await old.close();
      } else {
        await expect(home.open()).rejects.toThrow(/lethe -- root replace/);
        await expect(home.open(withNew)).rejects.toThrow(/lethe -- root replace/);
        await expect(openWithBoth(home, Buffer.alloc(32, 1))).rejects.toThrow(/another new key/);
      }
      const again = await openWithBoth(home);
      await replace(again);
      await again.close();
      const fresh = await home.open(withNew);
      expect([before, await home.reveal(fresh, token)]).toEqual([before, 'ada@example.com']);
      await fresh.close();
    }
    expect(interruptions).toBeGreaterThan(5);
  }, 180_000);

  test('a close that was interrupted before is ended first, and its epoch too is left', async () => {
    const { home, vault, token, replace } = await furnished(engine);
    const { keyStore, keyring, random, clock } = vault;
    const parts = { keyStore, keyring, random, clock };
    expect(await rotation.begin(parts, async () => {})).toMatchObject({ next: 2 });
    await vault.close();
    const both = await openWithBoth(home);
    await replace(both);
    await both.close();
    const fresh = await home.open(withNew);
    expect(fresh.keyring.epochs.current).toBe(3);
    expect(await home.reveal(fresh, token)).toBe('ada@example.com');
  });

  test('a node that still runs with the old key begins no epoch, stores nothing it could not, and loses nothing', async () => {
    // It sleeps: a beat would tell it at once.
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const { home, vault: node, token, replace } = await furnished(engine);
    const app = await appOf(node, home);
    const both = await openWithBoth(home);
    await replace(both);
    await both.close();

    const write = async () => {
      const items = [{ type: 'email' as const, value: 'bob@example.com', subject: 'ada' }];
      return (await tokenize(node, app, { items })).results[0]?.token ?? '';
    };
    // What it has in memory is still right: the key of the bucket, which kept its value. What it acknowledges is there.
    const written = await write();
    await node.keyring.refresh();
    expect(await codeOf(write())).toBe('key_unavailable');
    expect(await home.reveal(node, token).catch(({ code }) => code)).toBe('key_unavailable');
    const before = await rowsOf(home.keyStoreUrl);
    const { keyStore, keyring, random, clock } = node;
    const parts = { keyStore, keyring, random, clock };
    expect(await codeOf(rotation.begin(parts, async () => {}))).toBe('key_unavailable');
    expect(await codeOf(close(node))).not.toBe('done');
    expect((await rowsOf(home.keyStoreUrl)).epochs).toEqual(before.epochs);
    expect((await rowsOf(home.keyStoreUrl)).buckets).toEqual(before.buckets);

    const fresh = await home.open(withNew);
    expect(await home.reveal(fresh, token)).toBe('ada@example.com');
    expect(await home.reveal(fresh, written)).toBe('bob@example.com');
    expect(await close(fresh)).toMatchObject({ waitsFor: [] });
  });

  test('the present key, and another than was begun with, are refused with nothing changed', async () => {
    const { home, vault, replace } = await furnished(engine);
    await vault.close();
    const present = Buffer.from((await readFile(`${home.folder}/keys/root.key`, 'ascii')).trim(), 'hex');
    const before = await rowsOf(home.keyStoreUrl);
    const both = await openWithBoth(home, present);
    expect(await codeOf(replace(both, present))).toBe('unfit_root_key');
    await both.close();
    expect(await rowsOf(home.keyStoreUrl)).toEqual(before);
  });

  test('a new key in shares is in people’s hands before anything is wrapped under it, and goes on from them', async () => {
    const { home, vault, token, apiKey } = await furnished(engine);
    await split(vault, home, 2, 2);
    await vault.close();
    const both = await openWithBoth(home);
    let lines: readonly string[] = [];
    const epochs = await tell(home.keyStoreUrl, 'SELECT * FROM epochs');
    const handOut = async (made: { lines: readonly string[] }) => {
      ({ lines } = made);
      expect(await tell(home.keyStoreUrl, 'SELECT * FROM epochs')).toEqual(epochs);
      expect(await keyFact(both.keyStore.reader, 'root_key_check_next')).toBeUndefined();
    };
    const caller = await callerOf(both, apiKey);
    // The second transaction after the shares took effect: the replacement was begun, and no more.
    const options = { newKey: NEW_KEY, split: { shares: 3, threshold: 2, handOut } };
    expect(await codeOf(replaceRoot(interrupted(both, 3), caller, options))).toBe('key_unavailable');
    await both.close();

    const underWay = await replacementUnderWay(home.config);
    const asked: unknown[] = [];
    const answers = [lines[0], lines[0], lines[2]];
    const key: Buffer = await newKeyOfShares(underWay ?? (undefined as never), async (given, needed, refusal) => {
      asked.push([given, needed, (refusal as { code?: string } | undefined)?.code]);
      return answers[asked.length - 1] ?? '';
    });
    expect(asked).toEqual([
      [0, 2, undefined],
      [1, 2, undefined],
      [1, 2, 'share_repeated'],
    ]);
    expect(key).toEqual(NEW_KEY);
    const again = await openWithBoth(home, key);
    await replaceRoot(again, await callerOf(again, apiKey), { lease: { ttlMs: 40 }, newKey: key });
    await again.close();

    const { sealed, vault: opened } = await sealedAt({ ...home.config, rootKey: { from: 'shares' } });
    await sealed.give(lines[1] ?? '');
    expect(await sealed.give(lines[2] ?? '')).toMatchObject({ sealed: false });
    expect(await home.reveal(opened() ?? (undefined as never), token)).toBe('ada@example.com');
  });
});

test('it says how far it is, step by step, with a rate; told to stop, it ends after a page and goes on with both keys', async () => {
  const { home, vault, token, apiKey } = await furnished('sqlite');
  await vault.close();
  const both = await openWithBoth(home);
  let time = 0;
  const elapsed = () => {
    time += 2_000;
    return time;
  };
  const caller = await callerOf(both, apiKey);
  const seen: Parameters<NonNullable<Parameters<typeof replaceRoot>[2]['progress']>>[0][] = [];
  const options = { newKey: NEW_KEY, lease: { elapsed }, progress: (pace: (typeof seen)[0]) => void seen.push(pace) };
  expect(await codeOf(replaceRoot(both, caller, { ...options, stopping: () => seen.length > 1 }))).toBe(
    'shutting_down',
  );
  await both.close();
  await expect(home.open()).rejects.toThrow(/lethe -- root replace/);

  const again = await openWithBoth(home);
  seen.length = 0;
  await replaceRoot(again, await callerOf(again, apiKey), options);
  await again.close();
  expect([...new Set(seen.map(({ step }) => step))]).toEqual(['rewrap', 'verify', 'destroy']);
  const last = seen.filter(({ step }) => step === 'rewrap').at(-1);
  expect(last).toMatchObject({ done: last?.total, secondsLeft: 0, ratePerSecond: expect.any(Number) });
  expect(last?.total).toBeGreaterThan(0);
  expect(await home.reveal(await home.open(withNew), token)).toBe('ada@example.com');
});

test('only the security team replaces the root key', async () => {
  const { home, vault } = await furnished('sqlite');
  await vault.close();
  const both = await openWithBoth(home);
  for (const role of ['admin', 'app', 'support', 'auditor'] as const) {
    expect(
      await codeOf(replaceRoot(both, await appOf(both, home, role), { lease: { ttlMs: 40 }, newKey: NEW_KEY })),
    ).toBe('not_allowed');
  }
  expect(await keyFact(both.keyStore.reader, 'root_key_check_next')).toBeUndefined();
});

test('a new key file is made once, durably, and read the second time', async () => {
  const home = await freshHome('sqlite');
  const path = `${home.folder}/new/root.key`;
  const key = await newKeyOfFile(path);
  expect(await newKeyOfFile(path)).toEqual(key);
  expect((await readFile(path, 'ascii')).trim()).toBe(key.toString('hex'));
});

/** The vault, whose key store fails in its nth exclusive transaction from now on, and in every later one. */
function interrupted(vault: Vault, nth: number): Vault {
  let count = 0;
  const exclusive: KeyStore['exclusive'] = (work) => {
    count += 1;
    if (count >= nth) return Promise.reject(new UnavailableError('key_unavailable', 'interrupted'));
    return vault.keyStore.exclusive(work);
  };
  return { ...vault, keyStore: withParts(vault.keyStore, { exclusive }) };
}

test('the newest copy of the key store afterwards opens with the new root key alone', async () => {
  const home = await freshHome('sqlite');
  const dir = await backupFolder();
  const before = await home.open();
  const security = await appOf(before, home, 'security');
  const { results } = await tokenize(before, await appOf(before, home), { items: [{ type: 'text', value: 'x' }] });
  await before.close();
  const newKey = Buffer.alloc(32, 7);
  const vault = await openVault({ ...home.config, keyBackupDir: dir }, { clock: () => NOW, nextRootKey: newKey });
  await replaceRoot(vault, security, { newKey });
  await vault.close();

  const config = { ...home.config, rootKey: { from: 'environment', key: Buffer.from(newKey) } as const };
  await restore(config as Parameters<typeof restore>[0], dir, { store: 'keys', replace: true });

  const again = await home.open({ rootKey: config.rootKey });
  expect(await home.reveal(again, results[0]?.token ?? '')).toBe('x');
});
