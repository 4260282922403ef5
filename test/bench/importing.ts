/**
 * How long the 5,000 customers of `../shared/data/customers.ndjson` take into an empty vault by `lethe import`, with
 * each of two maps:
 *
 *   six fields   name, e-mail, phone, address, card (without its cvc, which nobody may keep) and notes: 25,986 values
 *   all fields   those, and date of birth, IBAN, username, IP address, user agent, cookie id and serial number
 *
 * Passwords are left out: a verifier costs what it is meant to cost. The command works on the stores itself, as the
 * README shows it. The time is that of the whole command: its start, reading, sealing, and writing the file with tokens.
 * All take turns, so that what else the machine does falls on each. Skipped where the customers are absent.
 */
import { execFile } from 'node:child_process';
import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Checkout } from './checkout.ts';
import { cleanEnvironment } from './processes.ts';
import { inTurns, openSide, type Rounds, type Run } from './run.ts';

const CUSTOMERS = fileURLToPath(new URL('../../../shared/data/customers.ndjson', import.meta.url));
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
export const MAPS = ['six', 'all'] as const;
export type ImportMap = (typeof MAPS)[number];

export interface Imported {
  readonly seconds: number;
  readonly values: number;
  readonly customers: number;
}
export type Importing =
  | { readonly skipped: string }
  | (Readonly<Record<ImportMap, Imported>> & { readonly rounds: Rounds<ImportMap, Imported> });

/** Of each map the fastest of its rounds stands. */
export async function measureImport(run: Run): Promise<Importing[]> {
  const isThere = await access(CUSTOMERS).then(
    () => true,
    () => false,
  );
  if (!isThere) return run.checkouts.map(() => ({ skipped: `${CUSTOMERS} is absent` }));
  const measured = await inTurns(run.checkouts, MAPS, run.rounds, async (checkout, map, round) => {
    const imported = await importOnce(run, checkout, FIELDS[map]);
    const { seconds, values } = imported;
    run.said(`round ${round}: import of ${values} values (${checkout.name}) in ${seconds.toFixed(1)} s`);
    return imported;
  });
  return measured.map((rounds) => ({ six: fastest(rounds.six), all: fastest(rounds.all), rounds }));
}

function fastest(rounds: readonly Imported[]): Imported {
  return rounds.reduce((best, round) => (round.seconds < best.seconds ? round : best));
}

async function importOnce(run: Run, checkout: Checkout, fields: readonly object[]): Promise<Imported> {
  const { home, stores, client, close } = await openSide(run, checkout);
  await close();
  const [map, out] = [join(home, 'map.json'), join(home, 'tokens.ndjson')];
  await writeFile(map, JSON.stringify({ subject: '/customer_id', fields, drop: ['/password'] }));
  const env = {
    ...cleanEnvironment(),
    LETHE_HOME: home,
    LETHE_API_KEY: client.apiKey,
    RECORD_STORE_URL: stores.recordStoreUrl,
    KEY_STORE_URL: stores.keyStoreUrl,
  };
  const args = [join(checkout.root, 'src/cli.ts'), 'import', CUSTOMERS, '--map', map, '--out', out];
  const startedAt = performance.now();
  await promisify(execFile)(process.execPath, args, { env, cwd: checkout.root, timeout: TIMEOUT_MS });
  const seconds = (performance.now() - startedAt) / 1000;
  const written = await readFile(out, 'utf8');
  const customers = written.split('\n').filter((line) => line !== '').length;
  return { seconds, customers, values: written.match(/"tok_[0-9a-z]{32}"/g)?.length ?? 0 };
}
