/**
 * Every setting of the vault, read once. This is the only reader of the environment; an unknown `LETHE_*` name is
 * refused, so that a misspelt setting never goes unnoticed. Secrets are taken out of the environment as they are read:
 * a child process or a crash report does not inherit them.
 */
import { resolve } from 'node:path';
import { z } from 'zod';
import { StartError } from './errors.ts';
import type { RootKeySource, SlotSecret, SlotSecrets } from './keyring/settings.ts';
import { publicUrl, trustedProxies } from './proxy-settings.ts';
import { faultOfUrl, ONE_PLACE, parseStoreUrl, printableUrl } from './storage/opening/url.ts';

const KEY_BYTES = 32;

const storeUrl = z.string().superRefine((url, context) => {
  const message = faultOfUrl(url);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});
const rootKey = z
  .string()
  .transform((text) => Buffer.from(text, /^[0-9a-f]{64}$/i.test(text) ? 'hex' : 'base64url'))
  .refine((key) => key.length === KEY_BYTES, 'must be 32 bytes, as 64 hexadecimal digits or base64url');

/** Right for some 8,000 to 16 million records; see `search/blind-index.ts`. */
export const DEFAULT_PLANNED_RECORDS = 100_000;

const MIN_ROTATION_MS = 60 * 60 * 1000;
const UNITS_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

function durationMs(text: string): number | undefined {
  return text === 'off' ? undefined : Number(text.slice(0, -1)) * UNITS_MS[text.slice(-1) as keyof typeof UNITS_MS];
}

const Settings = z.strictObject({
  LETHE_HOME: z.string().min(1).default('.').describe('Folder of the stores and the key material.'),
  LETHE_HOST: z.string().min(1).default('127.0.0.1').describe('Address to listen on.'),
  LETHE_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(7300)
    .describe('Port to listen on; 0 takes a free one.'),
  LETHE_TRUSTED_PROXIES: trustedProxies
    .optional()
    .describe(
      'Networks of the proxies that are believed when they say whom they serve (Forwarded, X-Forwarded-For); none otherwise.',
    ),
  LETHE_PUBLIC_URL: publicUrl
    .optional()
    .describe('URL under which clients reach the API, with the path that a proxy takes off; for links in answers.'),
  LETHE_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('How much is logged. No level logs a value.'),
  LETHE_ROOT_KEY: rootKey.optional().describe('The root key itself: 64 hexadecimal digits or base64url.'),
  LETHE_ROOT_KEY_FILE: z.string().min(1).optional().describe('File that holds the root key (default keys/root.key).'),
  LETHE_PASSPHRASE: z
    .string()
    .min(12, 'must be at least 12 characters')
    .optional()
    .describe('Passphrase from which the root key is derived (Argon2id).'),
  LETHE_ROOT_KEY_SHARES: z
    .enum(['true', 'false'])
    .optional()
    .describe('`true`: the root key is put together from shares; a server starts sealed and waits for them.'),
  LETHE_PLANNED_RECORDS: z.coerce
    .number()
    .int()
    .min(1)
    .max(1e12)
    .default(DEFAULT_PLANNED_RECORDS)
    .describe('Records of one data type that are expected; decides how blurred the indexes of shared values are made.'),
  LETHE_BACKUP_DIR: z
    .string()
    .min(1)
    .optional()
    .describe('Folder for copies of the record store that are ordered over the API; none can be ordered otherwise.'),
  LETHE_KEY_BACKUP_DIR: z
    .string()
    .min(1)
    .optional()
    .describe('Folder into which the close of an epoch copies the key store before it destroys the old secret.'),
  LETHE_ROTATE_EVERY: z
    .string()
    .regex(/^(off|[1-9]\d{0,4}[mhd])$/, 'must be a number of minutes, hours or days, such as 24h, or off')
    .default('24h')
    .transform(durationMs)
    .refine((ms) => ms === undefined || ms >= MIN_ROTATION_MS, 'must be an hour or more')
    .describe(
      'How often an epoch is closed, which makes erasures final: such as 24h or 7d, 1h or more; or off, by which index keys are not replaced on schedule either.',
    ),
  LETHE_HSM_PIN: z.string().min(1).optional().describe('PIN of the HSM token of every root slot over PKCS#11.'),
  LETHE_HSM_PIN_FILE: z
    .string()
    .min(1)
    .optional()
    .describe('File that holds the PIN; `{slot}` in its path stands for the name of the root slot.'),
  LETHE_TRANSIT_TOKEN: z
    .string()
    .min(1)
    .optional()
    .describe('Token for the key service (Vault, OpenBao) of every root slot of kind transit.'),
  LETHE_TRANSIT_TOKEN_FILE: z
    .string()
    .min(1)
    .optional()
    .describe('File that holds the token, read for each call; `{slot}` in its path stands for the root slot’s name.'),
  LETHE_API_KEY: z.string().min(1).optional().describe('API key with which the command line acts.'),
  RECORD_STORE_URL: storeUrl.optional().describe('Record store (default sqlite:<home>/data/records.db).'),
  KEY_STORE_URL: storeUrl.optional().describe('Key store (default sqlite:<home>/keys/keystore.db).'),
});

const SECRETS = [
  ...(['LETHE_ROOT_KEY', 'LETHE_PASSPHRASE', 'LETHE_API_KEY', 'LETHE_HSM_PIN', 'LETHE_TRANSIT_TOKEN'] as const),
  ...(['RECORD_STORE_URL', 'KEY_STORE_URL'] as const),
];

export interface Config {
  readonly home: string;
  readonly host: string;
  readonly port: number;
  /** Networks in CIDR notation; empty: nobody is believed. */
  readonly trustedProxies: readonly string[];
  /** Where clients find the API, without a slash at its end; undefined: where it listens. */
  readonly publicUrl: string | undefined;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly rootKey: RootKeySource;
  readonly recordStoreUrl: string;
  readonly keyStoreUrl: string;
  /** Folder of the local key material; never the folder of the record store. */
  readonly keysPath: string;
  readonly plannedRecords: number;
  /** Where copies of the record store go that are ordered over the API; absent: none can be ordered. */
  readonly backupDir: string | undefined;
  /** Where copies of the key store go at the close of an epoch; absent: nowhere. */
  readonly keyBackupDir: string | undefined;
  /** How old an epoch grows; undefined: until somebody closes it. */
  readonly rotateEveryMs: number | undefined;
  readonly slotSecrets: SlotSecrets;
  readonly apiKey: string | undefined;
  /** Where a supervisor wants to be told how the server is, and where the program is that tells it; absent: nobody does. */
  readonly notify: { readonly socket: string; readonly path: string } | undefined;
}

/**
 * @param env the environment; the names of secrets are deleted from it
 * @throws {StartError} naming the setting at fault, never its value
 */
export function readConfig(env: Record<string, string | undefined> = process.env): Config {
  const names = Object.keys(env).filter((name) => name.startsWith('LETHE_') || Object.hasOwn(Settings.shape, name));
  const given = Object.fromEntries(names.filter((name) => env[name] !== '').map((name) => [name, env[name]]));
  for (const secret of SECRETS) delete env[secret];
  const notify = env.NOTIFY_SOCKET ? { socket: env.NOTIFY_SOCKET, path: env.PATH ?? '/usr/bin:/bin' } : undefined;
  // A child of this process is not the server.
  delete env.NOTIFY_SOCKET;
  const parsed = Settings.safeParse(given);
  if (!parsed.success) throw new StartError(explain(parsed.error));
  const settings = parsed.data;

  const home = resolve(settings.LETHE_HOME);
  const keysPath = resolve(home, 'keys');
  const config: Config = {
    home,
    host: settings.LETHE_HOST,
    port: settings.LETHE_PORT,
    trustedProxies: settings.LETHE_TRUSTED_PROXIES ?? [],
    publicUrl: settings.LETHE_PUBLIC_URL,
    logLevel: settings.LETHE_LOG_LEVEL,
    rootKey: rootKeySource(settings, home, keysPath),
    recordStoreUrl: absolute(home, settings.RECORD_STORE_URL ?? 'sqlite:data/records.db'),
    keyStoreUrl: absolute(home, settings.KEY_STORE_URL ?? 'sqlite:keys/keystore.db'),
    keysPath,
    plannedRecords: settings.LETHE_PLANNED_RECORDS,
    backupDir: settings.LETHE_BACKUP_DIR && resolve(home, settings.LETHE_BACKUP_DIR),
    keyBackupDir: settings.LETHE_KEY_BACKUP_DIR && resolve(home, settings.LETHE_KEY_BACKUP_DIR),
    rotateEveryMs: settings.LETHE_ROTATE_EVERY,
    slotSecrets: {
      hsmPin: slotSecret(settings, 'LETHE_HSM_PIN', home),
      transitToken: slotSecret(settings, 'LETHE_TRANSIT_TOKEN', home),
    },
    apiKey: settings.LETHE_API_KEY,
    notify,
  };
  // Two names of one are found out by asking: `storage/opening/apart.ts`.
  if (config.recordStoreUrl === config.keyStoreUrl) throw new StartError(ONE_PLACE);
  return config;
}

function rootKeySource(settings: z.infer<typeof Settings>, home: string, keysPath: string): RootKeySource {
  const shares = settings.LETHE_ROOT_KEY_SHARES === 'true' ? true : undefined;
  const given = [settings.LETHE_ROOT_KEY, settings.LETHE_ROOT_KEY_FILE, settings.LETHE_PASSPHRASE, shares];
  if (given.filter((source) => source !== undefined).length > 1) {
    throw new StartError(
      'Set one of LETHE_ROOT_KEY, LETHE_ROOT_KEY_FILE, LETHE_PASSPHRASE and LETHE_ROOT_KEY_SHARES, not several.',
    );
  }
  if (shares) return { from: 'shares' };
  if (settings.LETHE_ROOT_KEY !== undefined) return { from: 'environment', key: settings.LETHE_ROOT_KEY };
  if (settings.LETHE_PASSPHRASE !== undefined) {
    const saltPath = resolve(keysPath, 'root.salt');
    return { from: 'passphrase', passphrase: settings.LETHE_PASSPHRASE, saltPath };
  }
  const named = settings.LETHE_ROOT_KEY_FILE;
  if (named === undefined) return { from: 'file', path: resolve(keysPath, 'root.key'), isDefault: true };
  return { from: 'file', path: resolve(home, named) };
}

function slotSecret(
  settings: z.infer<typeof Settings>,
  name: 'LETHE_HSM_PIN' | 'LETHE_TRANSIT_TOKEN',
  home: string,
): SlotSecret | undefined {
  const [value, path] = [settings[name], settings[`${name}_FILE`]];
  if (value !== undefined && path !== undefined) throw new StartError(`Set ${name} or ${name}_FILE, not both.`);
  if (value !== undefined) return { from: 'environment', value };
  return path === undefined ? undefined : { from: 'file', path: resolve(home, path) };
}

function absolute(home: string, url: string): string {
  const place = parseStoreUrl(url);
  return place.engine === 'sqlite' ? `sqlite:${resolve(home, place.path)}` : url;
}

function explain(error: z.ZodError): string {
  const lines = error.issues.map((issue) =>
    issue.code === 'unrecognized_keys'
      ? `unknown setting ${issue.keys.join(', ')}`
      : `${issue.path.join('.')}: ${issue.message}`,
  );
  return `The settings are not right: ${lines.join('; ')}.`;
}

/** What may be printed at start: everything but secrets. */
export function printable(config: Config): Record<string, string | number> {
  return {
    home: config.home,
    host: config.host,
    port: config.port,
    ...(config.trustedProxies.length === 0 ? {} : { trustedProxies: config.trustedProxies.join(', ') }),
    ...(config.publicUrl === undefined ? {} : { publicUrl: config.publicUrl }),
    logLevel: config.logLevel,
    rootKey: describe(config.rootKey),
    recordStore: printableUrl(config.recordStoreUrl),
    keyStore: printableUrl(config.keyStoreUrl),
    plannedRecords: config.plannedRecords,
    ...(config.backupDir === undefined ? {} : { backupDir: config.backupDir }),
    ...(config.keyBackupDir === undefined ? {} : { keyBackupDir: config.keyBackupDir }),
    rotateEvery: config.rotateEveryMs === undefined ? 'off' : `${config.rotateEveryMs / UNITS_MS.m}m`,
    ...printableSecret('hsmPin', config.slotSecrets.hsmPin),
    ...printableSecret('transitToken', config.slotSecrets.transitToken),
  };
}

function printableSecret(name: string, secret: SlotSecret | undefined): Record<string, string> {
  if (secret === undefined) return {};
  return { [name]: secret.from === 'file' ? `file ${secret.path}` : 'environment [redacted]' };
}

function describe(source: RootKeySource): string {
  if (source.from === 'file') return `file ${source.path}`;
  return source.from === 'shares' ? 'shares' : `${source.from} [redacted]`;
}

/** A store's URL that an option brought. @throws {StartError} naming the option, never the URL's secret */
export function storeUrlOf(option: string, url: string): string {
  parseStoreUrl(url, option);
  return url;
}

/**
 * What of Node's own settings `process-memory.ts` judges.
 * @returns options of Node, from its arguments and from the environment; and the names of what makes it print what passes
 */
export function telltales(env: Record<string, string | undefined> = process.env): [string[], string[]] {
  const fromEnvironment = (env.NODE_OPTIONS ?? '').replaceAll('"', '').split(/\s+/).filter(Boolean);
  // Both show the bytes of bodies and of what goes to the stores.
  const debugged = ['NODE_DEBUG', 'NODE_DEBUG_NATIVE'].filter((name) => (env[name] ?? '') !== '');
  return [[...process.execArgv, ...fromEnvironment], debugged];
}

/** Whether `npm` runs this process: which then is to end with it. */
export function startedByNpm(env: Record<string, string | undefined> = process.env): boolean {
  return env.npm_lifecycle_event !== undefined;
}

/** Name and meaning of every setting, for `lethe --help` and the table of `config.md`. */
export function settingsHelp(): { name: string; meaning: string }[] {
  return Object.entries(Settings.shape).map(([name, schema]) => ({ name, meaning: schema.description ?? '' }));
}
