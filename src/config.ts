/**
 * Reads every setting of the vault, once. No other file reads the environment. An unknown `LETHE_*` name is refused, so
 * that a misspelt setting never goes unnoticed. Reading a secret takes it out of the environment, so that no child
 * process or crash report inherits it.
 */
import { resolve } from 'node:path';
import type { z } from 'zod';
import { StartError } from './errors.ts';
import type { RootKeySource, SlotSecret, SlotSecrets } from './keyring/settings.ts';
import { SECRETS, Settings, UNITS_MS } from './settings.ts';
import { ONE_PLACE, parseStoreUrl, printableUrl } from './storage/opening/url.ts';

export interface Config {
  readonly home: string;
  readonly host: string;
  readonly port: number;
  /** How many processes serve. 1: this one does, and there is no other. */
  readonly workers: number;
  /** Networks in CIDR notation. If it is empty, no proxy is believed. */
  readonly trustedProxies: readonly string[];
  /** Files with which the server itself speaks TLS. If undefined, it speaks plain HTTP. */
  readonly tls: { readonly certificate: string; readonly key: string } | undefined;
  /** Where clients find the API, without a slash at its end. If undefined, they find it where the server listens. */
  readonly publicUrl: string | undefined;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly rootKey: RootKeySource;
  readonly recordStoreUrl: string;
  readonly keyStoreUrl: string;
  /** Folder of the local key material; never the folder of the record store. */
  readonly keysPath: string;
  readonly plannedRecords: number;
  /** Where copies of the record store go that are ordered over the API. If undefined, none can be ordered. */
  /** Networks into which hooks may lead, as text. */
  readonly hookNetworks: readonly string[];
  readonly backupDir: string | undefined;
  /** Where the close of an epoch puts its copy of the key store. If undefined, it makes none. */
  readonly keyBackupDir: string | undefined;
  /** How old an epoch grows before it is closed. If undefined, it stays open until somebody closes it. */
  readonly rotateEveryMs: number | undefined;
  /** How long an API key works of which nobody says how long. If undefined, for ever. */
  readonly apiKeysLastMs: number | undefined;
  readonly slotSecrets: SlotSecrets;
  readonly apiKey: string | undefined;
  /** Where a supervisor listens for the server's state, and the search path of the program that tells it. */
  readonly notify: { readonly socket: string; readonly path: string } | undefined;
}

/**
 * @param env the environment; this function deletes the secrets from it
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
    workers: settings.LETHE_WORKERS,
    trustedProxies: settings.LETHE_TRUSTED_PROXIES ?? [],
    tls: tlsFiles(settings, home),
    publicUrl: settings.LETHE_PUBLIC_URL,
    logLevel: settings.LETHE_LOG_LEVEL,
    rootKey: rootKeySource(settings, home, keysPath),
    recordStoreUrl: absolute(home, settings.RECORD_STORE_URL ?? 'sqlite:data/records.db'),
    keyStoreUrl: absolute(home, settings.KEY_STORE_URL ?? 'sqlite:keys/keystore.db'),
    keysPath,
    plannedRecords: settings.LETHE_PLANNED_RECORDS,
    hookNetworks: settings.LETHE_HOOK_NETWORKS ?? [],
    backupDir: settings.LETHE_BACKUP_DIR && resolve(home, settings.LETHE_BACKUP_DIR),
    keyBackupDir: settings.LETHE_KEY_BACKUP_DIR && resolve(home, settings.LETHE_KEY_BACKUP_DIR),
    rotateEveryMs: settings.LETHE_ROTATE_EVERY,
    apiKeysLastMs: settings.LETHE_API_KEYS_LAST,
    slotSecrets: {
      hsmPin: slotSecret(settings, 'LETHE_HSM_PIN', home),
      transitToken: slotSecret(settings, 'LETHE_TRANSIT_TOKEN', home),
    },
    apiKey: settings.LETHE_API_KEY,
    notify,
  };
  // Two names of one store are found by asking the stores: `storage/opening/apart.ts`.
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

function tlsFiles({ LETHE_TLS_CERT: certificate, LETHE_TLS_KEY: key }: z.infer<typeof Settings>, home: string) {
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined || key === undefined)
    throw new StartError('Set LETHE_TLS_CERT and LETHE_TLS_KEY both.');
  return { certificate: resolve(home, certificate), key: resolve(home, key) };
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
    ...(config.workers === 1 ? {} : { workers: config.workers }),
    ...(config.trustedProxies.length === 0 ? {} : { trustedProxies: config.trustedProxies.join(', ') }),
    ...(config.tls === undefined ? {} : { tls: config.tls.certificate }),
    ...(config.publicUrl === undefined ? {} : { publicUrl: config.publicUrl }),
    logLevel: config.logLevel,
    rootKey: describe(config.rootKey),
    recordStore: printableUrl(config.recordStoreUrl),
    keyStore: printableUrl(config.keyStoreUrl),
    plannedRecords: config.plannedRecords,
    ...(config.hookNetworks.length === 0 ? {} : { hookNetworks: config.hookNetworks.join(', ') }),
    ...(config.backupDir === undefined ? {} : { backupDir: config.backupDir }),
    ...(config.keyBackupDir === undefined ? {} : { keyBackupDir: config.keyBackupDir }),
    apiKeysLast: config.apiKeysLastMs === undefined ? 'off' : `${config.apiKeysLastMs / UNITS_MS.h}h`,
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

/** Checks a store's URL that an option brought. @throws {StartError} naming the option, never the URL's secret */
export function storeUrlOf(option: string, url: string): string {
  parseStoreUrl(url, option);
  return url;
}

/**
 * The settings of Node itself that `process-memory.ts` judges.
 * @returns Node's options, from its arguments and from the environment; and the names of the variables that are set and
 *   make Node print what passes through it
 */
export function telltales(env: Record<string, string | undefined> = process.env): [string[], string[]] {
  const fromEnvironment = (env.NODE_OPTIONS ?? '').replaceAll('"', '').split(/\s+/).filter(Boolean);
  // Both show the bytes of bodies and of what goes to the stores.
  const debugged = ['NODE_DEBUG', 'NODE_DEBUG_NATIVE'].filter((name) => (env[name] ?? '') !== '');
  return [[...process.execArgv, ...fromEnvironment], debugged];
}

/** Whether `npm` runs this process. The process then ends together with `npm`. */
export function startedByNpm(env: Record<string, string | undefined> = process.env): boolean {
  return env.npm_lifecycle_event !== undefined;
}
