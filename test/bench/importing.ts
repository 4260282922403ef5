/**
 * How long the 5,000 customers of `../shared/data/customers.ndjson` take into an empty vault by `lethe import`: name,
 * e-mail, phone, address, card (without its cvc, which nobody may keep) and notes, 25,986 values. The command works on
 * the stores itself, as the README shows it. The time is that of the whole command: its start, reading, sealing, and
 * writing the file with tokens. Skipped where the customers are absent.
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
const MAP = {
  subject: '/customer_id',
  fields: [
    { path: '/name', type: 'name' },
    { path: '/email', type: 'email' },
    { path: '/phone', type: 'phone', country: '/country' },
    { path: '/address', type: 'address' },
    { path: '/card', type: 'card', drop: ['cvc'] },
    { path: '/notes', type: 'text' },
  ],
  drop: ['/password'],
};

export type Importing =
  | { readonly skipped: string }
  | { readonly seconds: number; readonly values: number; readonly customers: number };

export async function measureImport(databases: Databases): Promise<Importing> {
  const isThere = await access(CUSTOMERS).then(
    () => true,
    () => false,
  );
  if (!isThere) return { skipped: `${CUSTOMERS} is absent` };
  const stores = await databases.fresh();
  const vault = await startVault(stores.home, stores);
  const { apiKey, close } = await clientOf(vault.url, stores.home);
  close();
  await vault.stop();
  const [map, out] = [join(stores.home, 'map.json'), join(stores.home, 'tokens.ndjson')];
  await writeFile(map, JSON.stringify(MAP));
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
