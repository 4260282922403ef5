/**
 * `npm run demo` shows the whole product on one terminal screen. It makes a vault in a temporary folder and removes it
 * at the end. It uses what an internal app uses: the server, the typed client and the import. Its people are made up.
 */
import './closed-memory.ts';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { LetheClient } from './client/lethe-client.ts';
import type { TokenizeItem } from './client/shapes.ts';
import { systemClock } from './clock.ts';
import { readConfig } from './config.ts';
import { newLog } from './http/serving/log.ts';
import { serve } from './http/serving/server.ts';
import { importFile } from './import/import-file.ts';
import { parseMap } from './import/map.ts';
import { silent } from './import/progress.ts';
import { onEndSignals } from './process-signals.ts';
import { removeLeftovers, temporaryFolder } from './temporary.ts';
import { openVault } from './vault/open-vault.ts';

const CUSTOMERS = [
  { id: 'cust_1', name: { given: 'Ada', family: 'Quill' }, email: 'Ada.Quill@Example.com', phone: '+44 20 7946 0958' },
  { id: 'cust_2', name: { given: 'Bruno', family: 'Faraday' }, email: 'bruno@example.org', phone: '+1 201-555-0123' },
  { id: 'cust_3', name: { given: '香織', family: '松島' }, email: 'kaori@example.net', phone: '+81 3-5075-5140' },
].map((customer) => ({
  ...customer,
  card: { number: '4242 4242 4242 4242', expiryMonth: 4, expiryYear: systemClock().getUTCFullYear() + 3, cvc: '123' },
  newsletter: true,
}));

const MAP = parseMap({
  subject: '/id',
  fields: [
    { path: '/name', type: 'name' },
    { path: '/email', type: 'email' },
    { path: '/phone', type: 'phone' },
    { path: '/card', type: 'card', drop: ['cvc'] },
  ],
});

const DEMO = 'demo';
await removeLeftovers(tmpdir(), /^lethe-demo-/, DEMO);
const folder = await temporaryFolder(tmpdir(), 'lethe-demo-', DEMO);
const end = () => process.exit(130);
onEndSignals({ first: end, again: end });
try {
  await demonstrate(folder.path);
} finally {
  await folder.remove();
}

async function demonstrate(home: string): Promise<void> {
  const startedAt = systemClock().getTime();
  const vault = await openVault(readConfig({ LETHE_HOME: home }), { mayMake: true });
  const server = await serve(vault, newLog('silent'), { host: '127.0.0.1', port: 0 });
  const withKey = (apiKey: string) => new LetheClient({ url: server.url, apiKey });
  const admin = withKey((await readFile(join(home, 'keys/admin.key'), 'ascii')).trim());
  await admin.declarePurpose('billing', { basis: 'contract', told: 'To charge what you have ordered.' });
  await admin.declarePurpose('support', { basis: 'contract', told: 'To answer your questions about an order.' });
  const app = withKey((await admin.addPrincipal({ name: 'shop', role: 'app', purposes: ['billing'] })).apiKey);
  const desk = withKey((await admin.addPrincipal({ name: 'desk', role: 'support', purposes: ['support'] })).apiKey);
  const auditor = withKey((await admin.addPrincipal({ name: 'auditor', role: 'auditor' })).apiKey);

  title('1. Three customers are imported; this is what the app stores from now on');
  const [input, out] = [join(home, 'customers.ndjson'), join(home, 'tokens.ndjson')];
  await writeFile(input, CUSTOMERS.map((customer) => `${JSON.stringify(customer)}\n`).join(''));
  const tokenizer = {
    tokenize: (items: readonly unknown[], idempotencyKey: string) =>
      app.tokenize(items as readonly TokenizeItem[], { idempotencyKey }),
  };
  await importFile({ input, out, map: MAP, tokenizer, progress: silent, clock: systemClock });
  const rows = (await readFile(out, 'utf8')).trim().split('\n');
  for (const row of rows) say(row.replaceAll(/(tok_.{6})[0-9a-z]+/g, '$1…'));
  const ada = JSON.parse(rows[0] ?? '{}') as Record<'name' | 'email' | 'phone' | 'card', string>;
  const tokens = [ada.name, ada.email, ada.phone, ada.card];

  title('2. The shop asks for Ada’s values, for billing');
  await reveal(app, tokens, { purpose: 'billing' });

  title('3. The support desk finds her by email, and sees what its role may see');
  const [found] = (await desk.search({ type: 'email', value: 'ADA.QUILL@example.com', purpose: 'support' })).results;
  say(`search “ADA.QUILL@example.com” → ${found?.token.slice(0, 10)}…  ${JSON.stringify(found?.masked)}`);
  await reveal(desk, tokens, { purpose: 'support' });

  title('4. Whoever may not see a value, does not');
  await reveal(desk, [ada.card], { purpose: 'support', view: 'plain' });
  await reveal(app, [ada.card], { purpose: 'marketing' });
  await reveal(admin, [ada.card], { purpose: 'billing' });

  title('5. Ada wants to be forgotten');
  const receipt = await app.erase({ ref: 'cust_1' }, { reason: 'asked by the customer' });
  say(`${receipt.erasure}  ${receipt.state}: ${receipt.records} records, keys destroyed at ${receipt.shreddedAt}`);
  await reveal(app, tokens, { purpose: 'billing' });

  title('6. The auditor reads what was done, and no value');
  const { entries } = await auditor.listAuditEntries({ limit: 7 });
  for (const { at, action, outcome, code, purpose, records } of entries.slice(0, 6).reverse()) {
    const what = [outcome, code, purpose && `for ${purpose}`, `${records.length} records`].filter(Boolean).join(', ');
    say(`${at.slice(11, 23)}  ${action.padEnd(12)} ${what}`);
  }

  await server.stop();
  await vault.close();
  const seconds = (systemClock().getTime() - startedAt) / 1000;
  console.log(styleText('dim', `\nDone in ${seconds.toFixed(1)} s; the vault of this demo is gone.`));
}

async function reveal(
  client: LetheClient,
  tokens: readonly string[],
  wanted: { purpose: string; view?: string },
): Promise<void> {
  try {
    for (const shown of await client.detokenize(tokens, wanted)) {
      const token = `${shown.token.slice(0, 10)}…`;
      if (shown.error) say(`${token} → ${styleText('red', shown.error.code)}`);
      else say(`${token} → ${shown.type.padEnd(6)} ${shown.view.padEnd(7)} ${JSON.stringify(shown.value)}`);
    }
  } catch (error) {
    say(styleText('red', (error as { code?: string }).code ?? 'unreachable'));
  }
}

function title(text: string): void {
  console.log(styleText('bold', `\n${text}`));
}

function say(text: string): void {
  console.log(`   ${text}`);
}
