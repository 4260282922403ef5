/** Settings: every one known by name, none misspelt unnoticed, no secret left behind or repeated. */
import { resolve } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { printable, readConfig } from '../../src/config.ts';
import { StartError } from '../../src/errors.ts';
import { settingsHelp } from '../../src/settings.ts';

const KEY = Buffer.from(Array.from({ length: 32 }, (_, i) => i * 7));

function refusal(env: Record<string, string | undefined>): string {
  try {
    readConfig(env);
  } catch (error) {
    expect(error).toBeInstanceOf(StartError);
    return `${(error as Error).message}\n${inspect(error, { depth: 9, showHidden: true })}`;
  }
  throw new Error('The settings were accepted.');
}

test('an empty environment is a vault in this folder, on this machine alone', () => {
  const home = resolve('.');
  expect(readConfig({})).toMatchObject({
    ...{ home, host: '127.0.0.1', port: 7300, logLevel: 'info', keysPath: `${home}/keys`, apiKey: undefined },
    rootKey: { from: 'file', path: `${home}/keys/root.key` },
    recordStoreUrl: `sqlite:${home}/data/records.db`,
    keyStoreUrl: `sqlite:${home}/keys/keystore.db`,
  });
});

test('every setting is read; paths are taken from the home', () => {
  const config = readConfig({
    ...{ LETHE_HOME: '/srv/lethe', LETHE_HOST: '::1', LETHE_PORT: '0', LETHE_LOG_LEVEL: 'silent' },
    ...{ LETHE_ROOT_KEY_FILE: 'secrets/root.key', LETHE_API_KEY: 'lethe_x' },
    ...{ RECORD_STORE_URL: 'sqlite:here/r.db', KEY_STORE_URL: 'postgres://lethe@db/keys' },
  });

  expect(config).toMatchObject({
    ...{ home: '/srv/lethe', host: '::1', port: 0, logLevel: 'silent', apiKey: 'lethe_x' },
    rootKey: { from: 'file', path: '/srv/lethe/secrets/root.key' },
    recordStoreUrl: 'sqlite:/srv/lethe/here/r.db',
    keyStoreUrl: 'postgres://lethe@db/keys',
  });
});

test('one source of the root key, and shares are one', () => {
  expect(readConfig({ LETHE_ROOT_KEY_SHARES: 'true' }).rootKey).toEqual({ from: 'shares' });
  expect(printable(readConfig({ LETHE_ROOT_KEY_SHARES: 'true' }))).toMatchObject({ rootKey: 'shares' });
  expect(readConfig({ LETHE_ROOT_KEY_SHARES: 'false' }).rootKey).toMatchObject({ from: 'file' });
  expect(refusal({ LETHE_ROOT_KEY_SHARES: 'yes-please' })).toContain('LETHE_ROOT_KEY_SHARES');
  for (const other of ['LETHE_ROOT_KEY_FILE', 'LETHE_PASSPHRASE']) {
    expect(refusal({ LETHE_ROOT_KEY_SHARES: 'true', [other]: 'a-long-passphrase' })).toContain('not several');
  }
});

describe('an unknown name is refused and named', () => {
  test.each(['LETHE_PROT', 'LETHE_', 'LETHE_HOME_', 'LETHE_DEBUG'])('%s', (name) => {
    expect(refusal({ [name]: 'whatever-value' })).toContain(name);
    expect(refusal({ [name]: 'whatever-value' })).not.toContain('whatever-value');
  });

  test('but names of others are none of the vault’s business, and an empty one is not set', () => {
    const env = {
      PATH: '/bin',
      lethe_port: '1',
      DATABASE_URL: 'x',
      constructor: 'x',
      LETHE_PORT: '',
      LETHE_PASSPHRASE: '',
    };
    expect(readConfig(env)).toMatchObject({ port: 7300, rootKey: { from: 'file' } });
  });
});

describe('a value that is not right is refused by the name of its setting, and never repeated', () => {
  test.each<[name: string, value: string]>([
    ['LETHE_PORT', 'seven-thousand'],
    ['LETHE_PORT', '65536'],
    ['LETHE_PORT', '-1'],
    ['LETHE_PORT', '1.5'],
    ['LETHE_LOG_LEVEL', 'verbose-please'],
    ['LETHE_ROOT_KEY', 'abcdef0123456789abcdef'],
    ['LETHE_ROOT_KEY', `${KEY.toString('hex')}00`],
    ['LETHE_ROOT_KEY', 'correct horse battery staple'],
    ['LETHE_PASSPHRASE', 'short-pass'],
    ['RECORD_STORE_URL', 'mysql://root:hunter2@db/x'],
    ['RECORD_STORE_URL', 'sqlite:'],
    ['KEY_STORE_URL', '/var/lib/hunter2.db'],
  ])('%s=%s', (name, value) => {
    const said = refusal({ [name]: value });
    expect(said).toContain(name);
    if (value.length > 7) expect(said).not.toContain(value);
    expect(said).not.toMatch(/hunter2|horse|short-pass|abcdef0123|verbose-please/);
  });

  test('nor by a setting beside it that is right', () => {
    const said = refusal({ LETHE_PASSPHRASE: 'a-long-passphrase', LETHE_API_KEY: 'lethe_secret', LETHE_PORT: 'x' });
    expect(said).not.toMatch(/a-long-passphrase|lethe_secret/);
  });
});

describe('the root key', () => {
  test.each([
    ['hexadecimal', KEY.toString('hex')],
    ['upper-case hexadecimal', KEY.toString('hex').toUpperCase()],
    ['base64url', KEY.toString('base64url')],
  ])('is read from %s', (_, text) => {
    expect(readConfig({ LETHE_ROOT_KEY: text }).rootKey).toEqual({ from: 'environment', key: KEY });
  });

  test('comes from one place: two are refused', () => {
    const both = refusal({ LETHE_ROOT_KEY: KEY.toString('hex'), LETHE_PASSPHRASE: 'correct horse battery' });
    expect(both).toMatch(/LETHE_ROOT_KEY, LETHE_ROOT_KEY_FILE, LETHE_PASSPHRASE and LETHE_ROOT_KEY_SHARES/);
    expect(both).not.toMatch(/horse/);
    expect(both).not.toContain(KEY.toString('hex'));
    refusal({ LETHE_ROOT_KEY_FILE: 'x', LETHE_PASSPHRASE: 'correct horse battery' });
    refusal({ LETHE_ROOT_KEY_FILE: 'x', LETHE_ROOT_KEY: KEY.toString('hex') });
  });

  test('of a passphrase has its salt beside the keys', () => {
    const { rootKey } = readConfig({ LETHE_HOME: '/srv/lethe', LETHE_PASSPHRASE: 'correct horse battery' });
    expect(rootKey).toEqual({
      from: 'passphrase',
      passphrase: 'correct horse battery',
      saltPath: '/srv/lethe/keys/root.salt',
    });
  });
});

test('secrets are taken out of the environment as they are read, also when another setting is refused', () => {
  const secrets = { LETHE_PASSPHRASE: 'correct horse battery', LETHE_API_KEY: 'lethe_secret' };
  for (const more of [{}, { LETHE_PORT: 'x' }, { LETHE_NONSENSE: '1' }]) {
    const env: Record<string, string | undefined> = { ...secrets, ...more, HOME: '/root' };
    try {
      readConfig(env);
    } catch {}
    expect(env).toEqual({ ...more, HOME: '/root' });
  }
  const env: Record<string, string | undefined> = { LETHE_ROOT_KEY: KEY.toString('hex') };
  readConfig(env);
  expect(env).toEqual({});
});

test.each([
  ['the same URL', 'postgres://lethe@db/lethe', 'postgres://lethe@db/lethe'],
  ['the same file', 'sqlite:data/x.db', 'sqlite:data/x.db'],
  ['the same file by two paths', 'sqlite:data/x.db', 'sqlite:./data/../data/x.db'],
])('%s for both stores is refused', (_, records, keys) => {
  expect(refusal({ RECORD_STORE_URL: records, KEY_STORE_URL: keys })).toMatch(/must be two databases/);
});

test('what is printed at start shows where everything is, and no secret', () => {
  const config = readConfig({
    ...{ LETHE_HOME: '/srv/lethe', LETHE_PASSPHRASE: 'correct horse battery', LETHE_API_KEY: 'lethe_secret' },
    RECORD_STORE_URL: 'postgres://lethe:hunter2@db.internal:5433/records?sslmode=require',
    KEY_STORE_URL: 'postgresql://keys@vault.internal/keys',
  });
  const shown = JSON.stringify(printable(config));

  expect(shown).not.toMatch(/hunter2|horse|lethe_secret/);
  expect(printable(config)).toMatchObject({
    home: '/srv/lethe',
    rootKey: 'passphrase [redacted]',
    recordStore: 'postgres://lethe:redacted@db.internal:5433/records',
    keyStore: 'postgres://keys@vault.internal/keys',
  });
  const environment = printable(readConfig({ LETHE_ROOT_KEY: KEY.toString('hex') }));
  expect(environment.rootKey).toBe('environment [redacted]');
  expect(JSON.stringify(environment)).not.toContain(KEY.toString('hex'));
});

test('every setting has a name and a meaning for the help', () => {
  const help = settingsHelp();
  expect(help.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['LETHE_HOME', 'LETHE_ROOT_KEY', 'KEY_STORE_URL']),
  );
  for (const { name, meaning } of help) expect([name, meaning.length > 10]).toEqual([name, true]);
});

test('epochs are closed once a day, or as often as is set: an hour apart at least; off is nobody’s but the operator’s', () => {
  const every = (text?: string) => readConfig(text === undefined ? {} : { LETHE_ROTATE_EVERY: text }).rotateEveryMs;
  expect([every(), every('7d'), every('60m'), every('off')]).toEqual([86_400_000, 604_800_000, 3_600_000, undefined]);
  for (const text of ['59m', '0h', '24', '1w', 'never', '-1d']) {
    expect(() => every(text)).toThrow(/LETHE_ROTATE_EVERY/);
  }
});

test('a PIN and a token come from the environment or a file, never both, and are never printed', () => {
  const env: Record<string, string | undefined> = { LETHE_HSM_PIN: '471147', LETHE_TRANSIT_TOKEN_FILE: '/run/{slot}' };
  const config = readConfig(env);

  expect(config.slotSecrets).toEqual({
    ...{ hsmPin: { from: 'environment', value: '471147' }, transitToken: { from: 'file', path: '/run/{slot}' } },
  });
  expect(env.LETHE_HSM_PIN).toBeUndefined();
  expect(JSON.stringify(printable(config))).not.toContain('471147');
  expect(refusal({ LETHE_HSM_PIN: '471147', LETHE_HSM_PIN_FILE: '/x' })).toMatch(/LETHE_HSM_PIN_FILE, not both/);
});
