/**
 * How long the 5,000 customers of `../shared/data/customers.ndjson` take into an empty vault by `lethe import`, twice:
 *
 *   six fields   name, e-mail, phone, address, card (without its cvc, which nobody may keep) and notes: 25,986 values
 *   all fields   those, and date of birth, IBAN, username, IP address, user agent, cookie id and serial number
 *
 * Passwords are left out: a verifier costs what it is meant to cost. The command works on the stores itself, as the
 * README shows it. The time is that of the whole command: its start, reading, sealing, and writing the file with tokens.
 * The two take turns, so that what else the machine does falls on both. Skipped where the customers are absent.
 */
import { execFile } from 'node:child_process';
import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { clientOf } from './client.ts';
import type { Databases } from './databases.ts';
import { cleanEnvironment, startVault } from './processes.ts';

const CUSTOMERS = fileURLToPath(new URL('../../../shared/data/customers.ndjson', import.meta.url));
const COMMAND = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
const TIMEOUT_MS = 120_000;
const SIX_FIELDS = [
  { path: '/name', type: 'name' },
  { path: '/email', type: 'email' },
  { path: '/phone', type: 'phone', country: '/country' },
  { path: '/address', type: 'address' },
  { path: '/card', type: 'card', drop: ['cvc'] },
  { path: '/notes', type: 'text' },
];
const FIELDS = {
  six: SIX_FIELDS,
  all: [
    ...SIX_FIELDS,
    { path: '/date_of_birth', type: 'date_of_birth' },
    { path: '/iban', type: 'iban' },
    { path: '/username', type: 'username' },
    { path: '/ip', type: 'ip' },
    { path: '/user_agent', type: 'user_agent' },
    { path: '/cookie_id', type: 'cookie_id' },
    { path: '/product/serial', type: 'serial_number' },
  ],
};
const ROUNDS = 2;

export interface Imported {
  readonly seconds: number;
  readonly values: number;
  readonly customers: number;
}
/** Of each map the fastest of its rounds. */
export type Importing = { readonly skipped: string } | { readonly six: Imported; readonly all: Imported };

export async function measureImport(databases: Databases): Promise<Importing> {
  const isThere = await access(CUSTOMERS).then(
    () => true,
    () => false,
  );
  if (!isThere) return { skipped: `${CUSTOMERS} is absent` };
  const best: { six?: Imported; all?: Imported } = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const map of ['six', 'all'] as const) {
      const imported = await importOnce(databases, FIELDS[map]);
      if (imported.seconds < (best[map]?.seconds ?? Number.POSITIVE_INFINITY)) best[map] = imported;
    }
  }
  return best as Required<typeof best>;
}

async function importOnce(databases: Databases, fields: readonly object[]): Promise<Imported> {
  const stores = await databases.fresh();
  const vault = await startVault(stores.home, stores);
  const { apiKey, close } = await clientOf(vault.url, stores.home);
  close();
  await vault.stop();
  const [map, out] = [join(stores.home, 'map.json'), join(stores.home, 'tokens.ndjson')];
  await writeFile(map, JSON.stringify({ subject: '/customer_id', fields, drop: ['/password'] }));
  const env = {
    ...cleanEnvironment(),
    LETHE_HOME: stores.home,
    LETHE_API_KEY: apiKey,
    RECORD_STORE_URL: stores.recordStoreUrl,
    KEY_STORE_URL: stores.keyStoreUrl,
  };
  const args = [COMMAND, 'import', CUSTOMERS, '--map', map, '--out', out];
  const startedAt = performance.now();
  await promisify(execFile)(process.execPath, args, { env, timeout: TIMEOUT_MS });
  const seconds = (performance.now() - startedAt) / 1000;
  const written = await readFile(out, 'utf8');
  const customers = written.split('\n').filter((line) => line !== '').length;
  return { seconds, customers, values: written.match(/"tok_[0-9a-z]{32}"/g)?.length ?? 0 };
}
