/** Declares every setting: name, form, default and meaning. `config.ts` reads them, and `config.md` has their table. */
import { z } from 'zod';
import { readNetwork } from './network-address.ts';
import { faultOfUrl } from './storage/opening/url.ts';

const KEY_BYTES = 32;

const storeUrl = z.string().superRefine((url, context) => {
  const message = faultOfUrl(url);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});
const rootKey = z
  .string()
  .transform((text) => Buffer.from(text, /^[0-9a-f]{64}$/i.test(text) ? 'hex' : 'base64url'))
  .refine((key) => key.length === KEY_BYTES, 'must be 32 bytes, as 64 hexadecimal digits or base64url');

/** This suits some 8,000 to 16 million records; see `search/blind-index.ts`. */
export const DEFAULT_PLANNED_RECORDS = 100_000;

const MIN_ROTATION_MS = 60 * 60 * 1000;
export const UNITS_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

function durationMs(text: string): number | undefined {
  return text === 'off' ? undefined : Number(text.slice(0, -1)) * UNITS_MS[text.slice(-1) as keyof typeof UNITS_MS];
}

/** A worker that no core is free for helps nobody, and takes connections of the stores. */
const MAX_WORKERS = 64;
export const workers = z.coerce.number().int().min(1).max(MAX_WORKERS);

/** Networks, as text. The code that uses them parses them again. */
const networks = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .refine((parts) => parts.every((part) => readNetwork(part) !== undefined), {
    error:
      'must be addresses or networks in CIDR notation, with commas between them, such as 10.0.0.2,2001:db8:7::/64; ' +
      'no bits beyond the prefix, and not /0',
  });

/** An origin and the start of a path, without a slash at its end. */
const publicUrl = z
  .string()
  .refine(isPublicUrl, {
    error: 'must be an http or https URL without a user, a query or a fragment, such as https://api.example.com/vault',
  })
  .transform((text) => new URL(text).href.replace(/\/+$/, ''));

function isPublicUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isHttp = url?.protocol === 'https:' || url?.protocol === 'http:';
  return isHttp && !/[?#]/.test(text) && url.username === '' && url.password === '';
}

const duration = z
  .string()
  .regex(/^(off|[1-9]\d{0,4}[mhd])$/, 'must be a number of minutes, hours or days, such as 24h, or off');

export const Settings = z.strictObject({
  LETHE_HOME: z.string().min(1).default('.').describe('Folder of the stores and the key material.'),
  LETHE_HOST: z.string().min(1).default('127.0.0.1').describe('Address to listen on.'),
  LETHE_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(7300)
    .describe('Port to listen on; 0 takes a free one.'),
  LETHE_WORKERS: workers
    .default(1)
    .describe('How many processes serve the port, up to one for each core; above 1 on PostgreSQL only.'),
  LETHE_TRUSTED_PROXIES: networks
    .optional()
    .describe(
      'Networks of the proxies that are believed when they say whom they serve (Forwarded, X-Forwarded-For); none otherwise.',
    ),
  LETHE_TLS_CERT: z
    .string()
    .min(1)
    .optional()
    .describe('File of the certificate (PEM, the chain after it) with which the server itself speaks TLS 1.3.'),
  LETHE_TLS_KEY: z.string().min(1).optional().describe('File of its key (PEM); both are read again when they change.'),
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
  LETHE_HOOK_NETWORKS: networks
    .optional()
    .describe(
      'Networks of your own into which hooks may lead, over http as well; hooks lead to public addresses over https otherwise.',
    ),
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
  LETHE_API_KEYS_LAST: duration
    .default('365d')
    .transform(durationMs)
    .describe('How long an API key works of which nobody says how long; or off: for ever.'),
  LETHE_ROTATE_EVERY: duration
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

/** The settings that nobody else may read: `config.ts` takes them out of the environment. */
export const SECRETS = [
  ...(['LETHE_ROOT_KEY', 'LETHE_PASSPHRASE', 'LETHE_API_KEY', 'LETHE_HSM_PIN', 'LETHE_TRANSIT_TOKEN'] as const),
  ...(['RECORD_STORE_URL', 'KEY_STORE_URL'] as const),
];

/** Name and meaning of every setting, for `lethe --help` and the table of `config.md`. */
export function settingsHelp(): { name: string; meaning: string }[] {
  return Object.entries(Settings.shape).map(([name, schema]) => ({ name, meaning: schema.description ?? '' }));
}
