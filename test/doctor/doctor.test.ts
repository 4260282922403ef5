/** The doctor: finds what is planted, says nothing that it must not, and changes nothing. */

import { once } from 'node:events';
import { chmod, copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { clock } from '../../src/doctor/checks/clock.ts';
import { saidOf } from '../../src/doctor/checks/disk.ts';
import { CHECKS } from '../../src/doctor/checks.ts';
import { examine, exitCodeOf } from '../../src/doctor/examine.ts';
import type { Finding, Severity } from '../../src/doctor/finding.ts';
import type { World } from '../../src/doctor/world.ts';
import { UnavailableError } from '../../src/errors.ts';
import { AddSlotBody } from '../../src/keyring/schema.ts';
import { addPrincipal } from '../../src/operations/access/add-principal.ts';
import { addTenant } from '../../src/operations/access/add-tenant.ts';
import { rotateApiKey } from '../../src/operations/access/rotate-api-key.ts';
import { setApprovalPolicy } from '../../src/operations/approvals/set-policy.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { addHook } from '../../src/operations/hooks/add-hook.ts';
import { changeHook } from '../../src/operations/hooks/change-hook.ts';
import { addSlot } from '../../src/operations/keys/add-slot.ts';
import { rotateKeys } from '../../src/operations/keys/rotate-keys.ts';
import { callDoctor } from '../../src/operations/oversight/doctor.ts';
import { openVault } from '../../src/vault/open-vault.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { backUp, backupFolder, putBack } from '../backup/folders.ts';
import { lethe } from '../support/command.ts';
import { close } from '../support/epochs.ts';
import {
  appOf,
  callerOf,
  everyByte,
  freshHome,
  type Home,
  placesOf,
  refuseDeletes,
  rowsOf,
  tell,
  tellAll,
} from '../support/home.ts';
import { splitHome } from '../support/shares.ts';
import { ENGINES } from '../support/stores.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { tokenize } from '../support/tokenize.ts';
import { NOW } from '../support/vault.ts';

const DAY_MS = 86_400_000;
const after = (ms: number) => new Date(NOW.getTime() + ms);
/** No second is waited for: whoever is silent was so for long. */
const QUICK = { ttlMs: 40 };

function configOf(home: Pick<Home, 'folder' | 'recordStoreUrl' | 'keyStoreUrl'>, env: Record<string, string> = {}) {
  return readConfig({
    ...{ LETHE_HOME: home.folder, RECORD_STORE_URL: home.recordStoreUrl, KEY_STORE_URL: home.keyStoreUrl },
    ...env,
  });
}

function examined(home: Home, { now = NOW, env = {}, look = QUICK }: { now?: Date; env?: object; look?: object } = {}) {
  return callDoctor(configOf(home, env as Record<string, string>), { clock: () => now, look });
}

/** What was found under an id, as `severity says`. */
function said(findings: readonly Finding[], id: string): string[] {
  return findings.filter((finding) => finding.id === id).map(({ severity, says }) => `${severity} ${says}`);
}

async function stateOf(home: Home) {
  const [bytes, records, keys] = [
    await everyByte(home),
    await rowsOf(home.recordStoreUrl),
    await rowsOf(home.keyStoreUrl),
  ];
  return { bytes, records, keys, names: (await readdir(home.folder, { recursive: true })).sort() };
}

describe.each(ENGINES)('on %s', (engine) => {
  test('changes nothing, beside a vault that runs and where none does, and needs no API key', async () => {
    // No sign of life of the vault itself while it is looked at.
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const home = await freshHome(engine);
    const vault = await home.open();
    await tokenize(vault, await appOf(vault, home), { items: [{ type: 'email', value: 'ada@example.com' }] });
    await rm(`${home.folder}/keys/admin.key`);
    for (const isOpen of [true, false]) {
      if (!isOpen) await vault.close();
      const before = await stateOf(home);

      const findings = await examined(home);

      expect(await stateOf(home)).toEqual(before);
      expect(findings.filter(({ severity }) => severity === 'unseen')).toEqual([]);
      expect([...new Set(findings.map(({ id }) => id))].sort()).toEqual(CHECKS.map(({ id }) => id).sort());
      expect(said(findings, 'vault')).toEqual(['ok Home, stores, root key and epochs are one vault’s.']);
    }
  });

  test('a vault that is looked after as it should be has nothing to warn of', async () => {
    const home = await freshHome(engine);
    const vault = await home.open();
    const admin = await callerOf(vault, await home.adminKey());
    await addPrincipal(vault, admin, { name: 'second-admin', role: 'admin', purposes: [] });
    const usb = AddSlotBody.parse({ name: 'usb', kind: 'file', settings: { path: `${home.folder}-usb` } });
    onTestFinished(() => rm(`${home.folder}-usb`, { recursive: true, force: true }));
    await addSlot(vault, await appOf(vault, home, 'security'), usb);
    const dir = await backupFolder();
    await backUp(vault, home, dir);
    await tell(
      home.recordStoreUrl,
      'INSERT INTO vault_facts (name, value) VALUES (\'last_drill\', \'{"at":"2026-11-22T00:00:00.000Z","ok":true,"nextDueAt":"2026-12-22T00:00:00.000Z"}\')',
    );
    const { path: root, remove } = await temporaryFolder();
    onTestFinished(remove);
    await copyFile(`${home.folder}/keys/root.key`, `${root}/root.key`);
    await rm(`${home.folder}/keys/root.key`);
    const env = { LETHE_ROOT_KEY_FILE: `${root}/root.key`, LETHE_KEY_BACKUP_DIR: dir };

    const findings = await examined(home, { env });

    const bad = findings.filter(({ severity }) => severity !== 'ok' && severity !== 'note').map(({ id }) => id);
    // The test server's databases: one server, with fsync off, and a clock of its own.
    expect(new Set(bad)).toEqual(
      new Set(engine === 'postgres' ? ['places', 'durability', 'nodes', 'clock'] : ['nodes']),
    );
    expect(said(findings, 'nodes')).toEqual([expect.stringMatching(/^warn A process of nod_.* says nothing any more/)]);
  });

  test('a store that a restore has put aside is named, and what is said destroys it', async () => {
    const home = await freshHome(engine);
    const vault = await home.open();
    const dir = await backupFolder();
    await backUp(vault, home, dir);
    await vault.close();
    const { aside, drop } = await putBack(home, dir, 'keys');

    const found = (await examined(home)).filter(({ id }) => id === 'asides');

    expect(found).toEqual([
      {
        ...{ id: 'asides', severity: 'warn' },
        says: `A key store that a restore has replaced is kept as ${aside}. It holds wrapped keys.`,
        todo: expect.stringContaining(aside ?? '?'),
      },
    ]);
    const command = (found[0]?.todo ?? '').replace('Once the vault serves again: ', '');
    expect(command).toBe(drop);
    if (engine === 'postgres') await tell(home.keyStoreUrl, command);
    else for (const path of command.replace('rm -f ', '').split(' ')) await rm(path, { force: true });
    expect(said(await examined(home), 'asides')).toEqual(['ok No restore has left a store aside.']);
    await (await home.open()).close();
  });

  test('a store that does not answer is told, and what does not need it is looked at all the same', async () => {
    const home = await freshHome(engine);
    await (await home.open()).close();
    const env = { KEY_STORE_URL: engine === 'postgres' ? 'postgres://lethe@127.0.0.1:9/gone' : 'sqlite:gone/keys.db' };

    const findings = await examined(home, { env });

    expect(said(findings, 'vault')[0]).toMatch(/^fail /);
    expect(said(findings, 'slots')[0]).toMatch(/^unseen It could not be looked at: /);
    expect(said(findings, 'erasures')).toEqual(['ok Every erasure that was ordered is completed.']);
    expect(said(findings, 'permissions')).toEqual([expect.stringMatching(/^ok /)]);
    expect(exitCodeOf(findings)).toBe(2);
  });
});

/** What is done to a vault, and what is found then: the finding's id, and how it begins. */
type Plant = [
  what: string,
  id: string,
  found: RegExp,
  plant: (home: Home, vault: Vault) => Promise<object | undefined>,
];

const PLANTS: readonly Plant[] = [
  [
    'an API key that all may read',
    'permissions',
    /^fail .*admin\.key is open to others \(mode 644\)/,
    async (home) => {
      await chmod(`${home.folder}/keys/admin.key`, 0o644);
      return undefined;
    },
  ],
  [
    'a record store that all may read',
    'permissions',
    /^warn .*records\.db can be read by others/,
    async (home) => {
      await chmod(home.recordStoreUrl.slice('sqlite:'.length), 0o644);
      return undefined;
    },
  ],
  [
    'a PIN’s file that all may read',
    'permissions',
    /^fail .*pin is open to others/,
    async (home) => {
      await writeFile(`${home.folder}/pin`, '4711', { mode: 0o644 });
      return { env: { LETHE_HSM_PIN_FILE: `${home.folder}/pin` } };
    },
  ],
  [
    'a root key beside the key store',
    'places',
    /^warn The root key lies beside the key store/,
    async (home) => {
      await mkdir(`${home.folder}/at`, { recursive: true });
      const path = home.keyStoreUrl.slice('sqlite:'.length).replace('keystore.db', 'root.key');
      await copyFile(`${home.folder}/keys/root.key`, path);
      return { env: { LETHE_ROOT_KEY_FILE: path } };
    },
  ],
  ['no place for copies', 'places', /^warn LETHE_KEY_BACKUP_DIR is not set/, async () => undefined],
  [
    'copies within the home',
    'places',
    /^warn Copies of the key store go to .*within the home/,
    async () => ({
      env: { LETHE_KEY_BACKUP_DIR: 'copies' },
    }),
  ],
  [
    'a file in the place of the journal',
    'journal',
    /^fail The journal cannot be written in .*journal\/vlt_.* \(ENOTDIR\)/,
    async (home) => {
      await mkdir(`${home.folder}/copies`);
      await writeFile(`${home.folder}/copies/journal`, '');
      return { env: { LETHE_KEY_BACKUP_DIR: `${home.folder}/copies` } };
    },
  ],
  [
    'a place of the journal that cannot be made',
    'journal',
    /^fail The journal cannot be written in \/dev\/null\/copies\/journal\/vlt_.* \(ENOTDIR\)/,
    async () => ({ env: { LETHE_KEY_BACKUP_DIR: '/dev/null/copies' } }),
  ],
  ...(
    [
      [
        'LETHE_BACKUP_DIR',
        '/proc/copies',
        /^fail Copies of the record store cannot be written into \/proc\/copies \(E\w+\)/,
      ],
      ['LETHE_KEY_BACKUP_DIR', '/dev/null/x', /^fail Copies of the key store cannot be written into .* \(ENOTDIR\)/],
      [
        'LETHE_BACKUP_DIR',
        'unmounted',
        /^warn .*\/unmounted, for copies of the record store, is not there; the next copy/,
      ],
    ] as const
  ).map(
    ([setting, dir, found]): Plant => [
      `${setting} at ${dir}`,
      'backup',
      found,
      async () => ({ env: { [setting]: dir } }),
    ],
  ),
  ['a slot alone', 'slots', /^warn file is the only required root slot/, async () => undefined],
  [
    'a second slot that lost its secret',
    'slots',
    /^fail The root slot usb lacks the secret of epoch 1/,
    async (home, vault) => {
      await addUsb(home, vault);
      await rm(`${home.folder}/usb/epoch-000001.key`);
      return undefined;
    },
  ],
  [
    'a second slot that is not there',
    'slots',
    /^fail The root slot usb does not answer/,
    async (home, vault) => {
      await addUsb(home, vault);
      await rm(`${home.folder}/usb`, { recursive: true });
      return undefined;
    },
  ],
  [
    'a destroyed secret that came back',
    'slots',
    /^fail In the root slot file a destroyed secret came back: epoch 1\./,
    async (home, vault) => {
      const [path, copy] = [`${home.folder}/keys/epochs/epoch-000001.key`, `${home.folder}/copy`];
      await copyFile(path, copy);
      await close(vault);
      await copyFile(copy, path);
      return undefined;
    },
  ],
  [
    'another file among the epochs',
    'strays',
    /^warn .*epochs\/epoch-1\.bak is no file of the vault/,
    async (home) => {
      await writeFile(`${home.folder}/keys/epochs/epoch-1.bak`, 'x', { mode: 0o600 });
      return undefined;
    },
  ],
  [
    'a root key that is not in use',
    'strays',
    /^warn .*keys\/root\.key is there, and is not the root key in use/,
    async (home) => {
      await copyFile(`${home.folder}/keys/root.key`, `${home.folder}/elsewhere.key`);
      return { env: { LETHE_ROOT_KEY_FILE: `${home.folder}/elsewhere.key` } };
    },
  ],
  [
    'shares among the keys',
    'strays',
    /^warn Shares of the root key lie in/,
    async (home) => {
      await writeFile(`${home.folder}/keys/share-1.txt`, 'LETHE1-', { mode: 0o600 });
      return undefined;
    },
  ],
  [
    'an address for all',
    'network',
    /^warn The API listens on 0\.0\.0\.0, in plain HTTP/,
    async () => ({ env: { LETHE_HOST: '0.0.0.0' } }),
  ],
  ['no copies', 'backup', /^warn No copy of the key store was ever taken/, async () => undefined],
  [
    'old copies',
    'backup',
    /^warn The newest copy of the record store is 3 days old/,
    async (home, vault) => {
      await backUp(vault, home, await backupFolder());
      return { now: after(3 * DAY_MS) };
    },
  ],
  [
    'a copy from before the close',
    'backup',
    /^fail No copy of the key store opens: the newest is of epoch 1, and 2/,
    async (home, vault) => {
      await backUp(vault, home, await backupFolder());
      await close(vault);
      return undefined;
    },
  ],
  ['no drill', 'drill', /^warn The backups were never tried/, async () => undefined],
  ['a drill that failed', 'drill', /^fail The last drill failed/, (home) => drilled(home, false)],
  [
    'a drill that is due',
    'drill',
    /^warn A drill is overdue for 9 days/,
    async (home) => {
      await drilled(home, true);
      return { now: new Date('2026-12-31T12:00:00Z') };
    },
  ],
  [
    'a clock that leapt back',
    'clock',
    /^fail This machine’s clock is 2 hours behind the newest entry/,
    async () => ({ now: after(-2 * 3_600_000) }),
  ],
  ['one administrator', 'administrators', /^warn The first tenant has one administrator/, async () => undefined],
  [
    'an API key that ends soon',
    'api_keys',
    /^warn The API key of prn_\w+ works only until/,
    async (home, vault) => {
      const admin = await callerOf(vault, await home.adminKey());
      const add = (expiresAt: string) =>
        addPrincipal(vault, admin, { name: 'desk', role: 'support', purposes: [], expiresAt });
      await add(after(13 * 86_400_000).toISOString());
      await add(after(15 * 86_400_000).toISOString());
      // Another one takes over: nobody need do anything.
      const { principal } = await add(after(2 * 86_400_000).toISOString());
      await rotateApiKey(vault, admin, { principal, overlapSeconds: 3_600, expiresAt: null });
      return undefined;
    },
  ],
  [
    'what takes a second person, and there is one',
    'approvals',
    /^warn Only one could approve: what takes a second person is done at once/,
    async (home, vault) => {
      const admin = await callerOf(vault, await home.adminKey());
      await setApprovalPolicy(vault, admin, { approvers: 1, erasureSubjects: 10, hours: 24 });
      return undefined;
    },
  ],
  [
    'a purpose that nobody has declared',
    'purposes',
    /^warn Nobody has said what people are told of the purpose support,/,
    async (home, vault) => {
      await appOf(vault, home);
      // As a record store from before there were purposes.
      await tellAll(home.recordStoreUrl, [
        'DELETE FROM purposes',
        'DELETE FROM purpose_versions',
        "DELETE FROM vault_facts WHERE name = 'purposes'",
      ]);
      await (await home.open()).close();
      return undefined;
    },
  ],
  [
    'a division with one',
    'administrators',
    /^note 1 other tenants have one administrator each/,
    async (home, vault) => {
      await addTenant(vault, await callerOf(vault, await home.adminKey()), { name: 'shop-eu' });
      return undefined;
    },
  ],
  [
    'an index key of last year',
    'keys_due',
    /^warn 1 index keys are over a year old/,
    async (home, vault) => {
      await tokenize(vault, await appOf(vault, home), { items: [{ type: 'username', value: 'ada' }] });
      return { now: after(400 * DAY_MS) };
    },
  ],
  [
    'an erasure that is not completed',
    'erasures',
    /^fail 1 erasures were ordered and are not completed/,
    async (home, vault) => {
      const app = await appOf(vault, home);
      const { results } = await tokenize(vault, app, { items: [{ type: 'email', value: 'ada@example.com' }] });
      const allow = await refuseDeletes(home.keyStoreUrl, 'record_keys');
      await erase(vault, app, { tokens: [results[0]?.token as never] }).catch(() => {});
      await allow();
      return { now: after(3_600_000) };
    },
  ],
  [
    'an epoch of last week',
    'epochs',
    /^warn The epoch is 7 days old, and should be closed every 24 hours/,
    async () => ({ now: after(7 * DAY_MS) }),
  ],
  [
    'a job that waits',
    'jobs',
    /^warn A job \(rotate_epoch\) waits since 2 days/,
    async (home, vault) => {
      await rotateKeys(vault, await appOf(vault, home, 'security'), {});
      return { now: after(2 * DAY_MS) };
    },
  ],
  [
    'a hook that is paused',
    'hooks',
    /^warn The hook whk_\w+ is paused \(asked\)/,
    async (home, vault) => {
      const security = await appOf(vault, home, 'security');
      const { hook } = await addHook(vault, security, { url: 'https://alarms.example.com/' });
      await changeHook(vault, security, { hook, paused: true });
      return undefined;
    },
  ],
  [
    'a process that died',
    'nodes',
    /^warn A process of nod_\w+ \(command on .+\) says nothing any more/,
    async () => undefined,
  ],
];

async function addUsb(home: Home, vault: Vault): Promise<void> {
  const usb = AddSlotBody.parse({ name: 'usb', kind: 'file', settings: { path: `${home.folder}/usb` } });
  await addSlot(vault, await appOf(vault, home, 'security'), usb);
}

async function drilled(home: Home, ok: boolean): Promise<undefined> {
  const fact = { at: '2026-11-21T12:00:00.000Z', ok, nextDueAt: '2026-12-22T12:00:00.000Z' };
  await tell(home.recordStoreUrl, 'INSERT INTO vault_facts (name, value) VALUES (?, ?)', [
    'last_drill',
    JSON.stringify(fact),
  ]);
}

test.each(PLANTS)('%s is found', async (_, id, found, plant) => {
  const home = await freshHome('sqlite');
  const vault = await home.open();
  const options = (await plant(home, vault)) ?? {};

  const findings = said(await examined(home, options), id);

  expect(findings).toContainEqual(expect.stringMatching(found));
});

test('a node that has not said what it forgot is told an hour after the close, and not before', async () => {
  const home = await freshHome('sqlite');
  const vault = await home.open();
  await close(vault);
  await tell(home.keyStoreUrl, "UPDATE nodes SET forgot = 0 WHERE process = ''");
  const late = /^warn nod_\w+ \(.+\) has not said that it has forgotten epoch 1/;

  expect(said(await examined(home, { now: after(3_600_000) }), 'nodes')).not.toContainEqual(
    expect.stringMatching(late),
  );
  expect(said(await examined(home, { now: after(3_600_001) }), 'nodes')).toContainEqual(expect.stringMatching(late));
});

test('where the key store takes no writes, nobody is called silent: nobody could say anything', async () => {
  const home = await freshHome('postgres');
  await home.open();
  const name = new URL(home.keyStoreUrl).pathname.slice(1);
  await tell(home.keyStoreUrl, `ALTER DATABASE ${name} SET default_transaction_read_only = on`);
  const found = (await examined(home)).filter(({ id }) => id === 'nodes');
  expect(found.map(({ severity, says }) => `${severity} ${says}`)).toEqual([
    expect.stringMatching(/^warn Whether 1 processes live cannot be told: the key store, .* takes no writes\.$/),
  ]);
});

test('a root slot that refuses the PIN, so that the vault does not open, fails: it was looked at', async () => {
  const refusal = new UnavailableError(
    'key_unavailable',
    'The root slot hsm (HSM, token t): the token refuses the PIN.',
  );
  const config = { rootKey: { from: 'file', path: '/x' } };
  const keyring = () => Promise.reject(refusal);
  const world = { config, vaultId: async () => 'vlt_x', keyStore: async () => ({}), keyring } as unknown as World;
  const findings = await examine(
    world,
    CHECKS.filter(({ id }) => ['vault', 'slots'].includes(id)),
  );
  expect(findings.map(({ id, severity, says }) => `${severity} ${id} ${says}`)).toEqual([
    expect.stringMatching(/^fail vault The vault does not open: The root slot hsm .* refuses the PIN/),
    expect.stringMatching(/^fail slots No root slot hands out .* refuses the PIN/),
  ]);
  expect(exitCodeOf(findings)).toBe(2);
});

test('a slot’s folder that is not there is not made', async () => {
  const home = await freshHome('sqlite');
  const vault = await home.open();
  await addUsb(home, vault);
  await rm(`${home.folder}/keys/epochs`, { recursive: true });

  const findings = await examined(home);

  expect(said(findings, 'slots')).toContainEqual(expect.stringMatching(/^fail The root slot file lacks the secret/));
  expect(await readdir(`${home.folder}/keys`)).not.toContain('epochs');
});

test.each([
  ['0', 'ok The API is reached from this machine alone, and by no proxy that is not trusted.'],
  [
    '7',
    'warn A proxy that is not trusted says whom it serves, and is not believed: the log has its address, not theirs.',
  ],
])('a server that counts %s words of untrusted proxies: %s', async (count, expected) => {
  const home = await freshHome('sqlite');
  const text = `# TYPE lethe_untrusted_forwarded_total counter\nlethe_untrusted_forwarded_total ${count}\n`;
  const server = createServer((_, response) => response.end(text)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };

  expect(said(await examined(home, { env: { LETHE_PORT: String(port) } }), 'network')).toEqual([expected]);
});

test('a server that lives is heard, within the time that silence takes', async () => {
  const home = await freshHome('sqlite');
  const vault = await openVault(home.config, { process: 'server', mayMake: true, clock: () => NOW });
  onTestFinished(() => vault.close());
  let time = 0;
  const sleep = async (ms: number) => {
    await vault.beat();
    time += ms;
  };
  const look = { elapsed: () => time, sleep };

  const findings = await examined(home, { look });

  expect(said(findings, 'nodes')).toEqual([
    expect.stringMatching(/^ok Servers give signs of life \(processes: 1, nodes: 1\)/),
  ]);
  expect(time).toBeLessThanOrEqual(5_000);
});

test('a vault whose root key is in shares is looked at without it', async () => {
  const { home } = await splitHome('sqlite', 3, 2);
  await rm(`${home.folder}/keys/root.key`);

  const findings = await examined(home, { env: { LETHE_ROOT_KEY_SHARES: 'true' } });

  expect(said(findings, 'slots')).toEqual([expect.stringMatching(/^note The root slots were not asked/)]);
  expect(findings.filter(({ severity }) => severity === 'unseen' || severity === 'fail')).toEqual([]);
});

test('a wrong root key is what a restart would fail of, and the rest is seen', async () => {
  const home = await freshHome('sqlite');
  await (await home.open()).close();

  const findings = await examined(home, { env: { LETHE_ROOT_KEY: '5a'.repeat(32) } });

  expect(said(findings, 'vault')).toEqual([expect.stringMatching(/^fail The vault does not open: /)]);
  expect(said(findings, 'slots')).toEqual([expect.stringMatching(/^unseen /)]);
  expect(said(findings, 'administrators')).toHaveLength(2);
});

test('a store of an earlier release is left as it is, and one of a later release is refused', async () => {
  const home = await freshHome('sqlite');
  await (await home.open()).close();
  const [last] = await tell(home.recordStoreUrl, 'SELECT * FROM lethe_record_migrations ORDER BY id DESC LIMIT 1');
  await tell(home.recordStoreUrl, 'DELETE FROM lethe_record_migrations WHERE id = ?', [last?.id]);
  expect(said(await examined(home), 'stores')).toEqual([
    expect.stringMatching(/^note The record store is of an earlier release: .* 1 steps/),
  ]);
  const now = 'INSERT INTO lethe_record_migrations (name, batch, migration_time) VALUES (?, 9, 0)';
  await tell(home.recordStoreUrl, now, [last?.name]);
  await tell(home.recordStoreUrl, now, ['9999-later']);
  expect(said(await examined(home), 'stores')).toEqual([
    expect.stringMatching(/^fail The record store was written by a later release/),
  ]);
});

test('nothing of a value, a ref or a key is in what it says', async () => {
  const home = await freshHome('postgres');
  const vault = await home.open();
  const app = await appOf(vault, home);
  await tokenize(vault, app, { items: [{ type: 'email', value: 'ada.lovelace@example.com', subject: 'cust_4711' }] });
  const apiKey = await home.adminKey();
  const password = new URL(home.recordStoreUrl).password;

  const text = Buffer.from(JSON.stringify(await examined(home, { env: { LETHE_HOST: '0.0.0.0' } })));

  const places = new Map([['findings', text]]);
  for (const secret of ['ada.lovelace@example.com', 'cust_4711', apiKey, password]) {
    expect(placesOf(places, Buffer.from(secret)), secret).toEqual([]);
  }
});

test('a check that fails of a defect is unseen, and its text is nowhere', async () => {
  const broken = { id: 'broken', look: () => Promise.reject(new Error('ada@example.com')) };
  const well = { id: 'well', look: () => [{ severity: 'ok', says: 'Well.' } as const] };

  const findings = await examine({} as World, [broken, well]);

  expect(findings).toEqual([
    { id: 'broken', severity: 'unseen', says: 'It could not be looked at: internal_error.' },
    { id: 'well', severity: 'ok', says: 'Well.' },
  ]);
});

test.each([
  [[], 0],
  [['ok', 'note'], 0],
  [['ok', 'warn'], 1],
  [['warn', 'unseen'], 3],
  [['warn', 'unseen', 'fail'], 2],
] as [Severity[], number][])('%j is exit code %i', (severities, code) => {
  expect(exitCodeOf(severities.map((severity) => ({ severity })))).toBe(code);
});

test.each([
  [{ freeBytes: 10 * 2 ** 20 }, 'fail'],
  [{ freeBytes: 500 * 2 ** 20 }, 'warn'],
  [{ freeFiles: 3 }, 'fail'],
  [{ freeFiles: 3, files: 0 }, undefined],
  [{ freeBytes: 500 * 2 ** 20, sizeBytes: 2 ** 30 }, undefined],
  [{}, undefined],
])('of a disk with %j it says %s', (room, severity) => {
  const whole = { path: '/data', freeBytes: 2 ** 40, sizeBytes: 2 ** 41, freeFiles: 1e6, files: 2e6 };
  expect(saidOf({ ...whole, ...room })[0]?.severity).toBe(severity);
});

test('the worst is said first, whichever check found it', async () => {
  const order: Severity[] = ['fail', 'unseen', 'warn', 'note', 'ok'];
  const checks = order.toReversed().map((severity) => ({ id: severity, look: () => [{ severity, says: '' }] }));

  const findings = await examine({} as World, checks);

  expect(findings.map(({ id }) => id)).toEqual(order);
});

test.each([
  [{ aheadMs: 5_010 }, undefined],
  [{ aheadMs: 5_011 }, 'warn'],
  [{ aheadMs: -5_011 }, 'warn'],
  [{ aheadMs: 300_010 }, 'warn'],
  [{ aheadMs: -300_011 }, 'fail'],
])('of a server’s clock with %j, give or take 10, it says %s', async (off, severity) => {
  const { recordStore } = await (await freshHome('sqlite')).open();
  const server = async () => ({ ...off, withinMs: 10 });
  const world = { clock: () => NOW, server, recordStore: async () => recordStore } as unknown as World;

  const found = await clock.look(world);

  expect(found.map((finding) => finding.severity)).toEqual(severity ? [severity, severity] : ['ok']);
});

test('a clock up to two seconds behind the newest entry is one of a node that NTP has set', async () => {
  const home = await freshHome('sqlite');
  await (await home.open()).close();
  const [newest] = await tell<{ at: number }>(home.recordStoreUrl, 'SELECT max(at) AS at FROM audit_entries');
  const severities = [2_000, 2_001].map(async (behind) => {
    const now = new Date(Number(newest?.at) - behind);
    return said(await examined(home, { now }), 'clock')[0]?.split(' ')[0];
  });

  expect(await Promise.all(severities)).toEqual(['ok', 'fail']);
});

test('the command says it in lines and in JSON, by exit codes, and wrong settings are 3', async () => {
  const { path: home, remove } = await temporaryFolder();
  onTestFinished(remove);
  expect(await lethe(home, ['doctor'])).toMatchObject({ code: 2, out: expect.stringMatching(/^FAIL {4}vault /) });
  expect(await readdir(home)).toEqual([]);
  await lethe(home, ['init']);

  const lines = await lethe(home, ['doctor', '--quiet']);
  const json = await lethe(home, ['doctor', '--json']);
  const wrong = await lethe(home, ['doctor'], { env: { LETHE_PROT: '1' } });

  expect(lines).toMatchObject({ code: 1, err: '', out: expect.stringMatching(/^WARN {4}places /m) });
  expect(lines.out).not.toMatch(/^(OK|NOTE) /m);
  const { findings } = JSON.parse(json.out) as { findings: Finding[] };
  expect([json.code, new Set(findings.map(({ id }) => id)).size]).toEqual([1, CHECKS.length]);
  expect(wrong).toMatchObject({ code: 3, out: '', err: expect.stringContaining('LETHE_PROT') });
}, 60_000);
