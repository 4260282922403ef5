/** The whole file of synthetic customers, 5,000 rows with 64,986 values, each field by its own type, into a real vault. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { formOf, type Json } from '../../src/datatypes/datatype.ts';
import { inTodaysNames } from '../../src/datatypes/earlier-names.ts';
import { dataType } from '../../src/datatypes/registry.ts';
import type { Item } from '../../src/import/items.ts';
import { askRows } from '../support/spelled.ts';
import { NOW, openTestVault, type TestCaller } from '../support/vault.ts';
import { Refused } from './fake-vault.ts';
import { Workplace } from './workplace.ts';

const CUSTOMERS = fileURLToPath(new URL('../../../shared/data/customers.ndjson', import.meta.url));
const MAP = {
  subject: '/customer_id',
  fields: [
    { path: '/name', type: 'name' },
    { path: '/email', type: 'email', required: true },
    { path: '/phone', type: 'phone', country: '/country' },
    { path: '/address', type: 'address', label: 'billing' },
    { path: '/date_of_birth', type: 'date_of_birth' },
    { path: '/card', type: 'card', drop: ['cvc'] },
    { path: '/iban', type: 'iban' },
    { path: '/username', type: 'username' },
    { path: '/password', type: 'password' },
    { path: '/ip', type: 'ip' },
    { path: '/user_agent', type: 'user_agent' },
    { path: '/cookie_id', type: 'cookie_id' },
    { path: '/product/serial', type: 'serial_number' },
    { path: '/notes', type: 'text' },
  ],
};

/** Of as many customers every value is revealed. */
const SAMPLED = 50;

type Row = Record<string, unknown> & { customer_id: string; country: string };

function rowsOf(ndjson: string): Row[] {
  return ndjson
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

function at(row: Row, path: string): unknown {
  const steps = path.slice(1).split('/');
  return steps.reduce<unknown>((value, step) => (value as Record<string, unknown> | undefined)?.[step], row);
}

/** Calls the vault as an app does. */
function tokenizerOf(app: TestCaller) {
  return {
    async tokenize(items: readonly Item[], key: string) {
      const { body } = await app.call('post', '/v1/tokenize', { items }, { 'Idempotency-Key': key });
      if (body.code !== undefined) throw new Refused('invalid', body.code, body.field);
      return body.results as { token: string }[];
    },
  };
}

const absent = !existsSync(CUSTOMERS);
if (absent) process.stdout.write(`skipped: ${CUSTOMERS} is not on this machine\n`);

test.skipIf(absent)(
  'every mapped value of every customer becomes a token, and everything else stays',
  async () => {
    const vault = await openTestVault();
    const app = vault.as('app');
    const work = new Workplace(readFileSync(CUSTOMERS));
    const result = await work.import(MAP, { tokenizer: tokenizerOf(app) });
    expect(result).toMatchObject({ rows: 5_000, rejected: 0, unmatched: [] });

    const before = rowsOf(work.read('in.ndjson'));
    const after = rowsOf(work.read('out.ndjson'));
    const tokens = after.map((row) => MAP.fields.map(({ path }) => at(row, path)));
    const given = before.map((row) => MAP.fields.map(({ path }) => at(row, path)));
    expect(tokens.map((list) => list.map((token) => /^tok_[0-9a-z]{32}$/.test(String(token))))).toEqual(
      given.map((list) => list.map((value) => value !== undefined && value !== '')),
    );
    const all = tokens.flat().filter((token) => typeof token === 'string' && token !== '');
    expect([all.length, new Set(all).size]).toEqual([result.values, result.values]);
    expect(result.values).toBe(64_986);
    const stored = await askRows<{ type: string; n: number }>(vault.vault.recordStore.reader, (sql) =>
      sql('records').select('type').count('* as n').groupBy('type'),
    );
    expect(Object.fromEntries(stored.map(({ type, n }) => [type, Number(n)]))).toEqual(
      Object.fromEntries(
        MAP.fields.map(({ type }, i) => [type, given.filter((list) => list[i] !== undefined && list[i] !== '').length]),
      ),
    );

    const rest = (row: Row) => {
      const { name, email, phone, address, date_of_birth, card, iban, username, password, ip, ...others } = row;
      const { user_agent, cookie_id, product, notes, ...kept } = others;
      return JSON.stringify([kept, Object.keys(row), (product as { name?: unknown } | undefined)?.name]);
    };
    expect(after.map(rest)).toEqual(before.map(rest));
    expect(work.read('out.ndjson')).not.toMatch(/"cvc"/);

    for (let i = 0; i < before.length; i += before.length / SAMPLED) {
      await assertStored(app, before[i] as Row, after[i] as Row);
    }
  },
  120_000,
);

/** The values of a customer come back as their types store them; the password does not, and is verified. */
async function assertStored(app: TestCaller, before: Row, after: Row): Promise<void> {
  const fields = MAP.fields.filter(({ path }) => (at(before, path) ?? '') !== '');
  const { body } = await app.detokenize(fields.map(({ path }) => at(after, path) as string));
  const expected = fields.map(({ path, type }) => {
    const token = at(after, path) as string;
    if (type === 'password') return { token, form: 'none', error: { code: 'never_revealed' } };
    const value = stored(type, at(before, path), before.country);
    return { token, form: formOf(dataType(type), 'plain', value), type, view: 'plain', value };
  });
  expect(body.results).toEqual(expected);
  const token = after.password as string;
  const verified = await app.call('post', '/v1/verify', { token, value: before.password });
  expect(verified.body).toEqual({ verified: true });
  const { subject } = (await app.call('post', '/v1/subjects/resolve', { ref: before.customer_id })).body;
  expect((await app.call('get', `/v1/tokens/${after.email}`)).body).toMatchObject({ subject, type: 'email' });
}

/** By the type itself; and by eye, where what is stored is another spelling. */
function stored(type: string, value: unknown, country: string): Json {
  const { cvc: _, ...card } = type === 'card' ? (value as { cvc?: string; number: string }) : {};
  const isNational = type === 'phone' && !String(value).startsWith('+');
  const given = type === 'card' ? card : isNational ? { number: value, country } : value;
  const sent = inTodaysNames(type, given as Json);
  const kept = dataType(type).parse(sent, { now: NOW });
  if (type === 'phone') expect(kept).toMatch(/^\+\d{7,15}$/);
  if (type === 'card') expect(kept).toMatchObject({ number: expect.stringMatching(/^\d{12,19}$/) });
  if (type === 'iban') expect(kept).toBe(String(value).replaceAll(' ', ''));
  return kept;
}
