/** A refused request lists all that is wrong with it: by place, in order, within a bound, and never a value. */
import { describe, expect, test } from 'vitest';
import { LetheClient } from '../../src/client/lethe-client.ts';
import type { Json } from '../../src/datatypes/datatype.ts';
import { MAX_FAULTS } from '../../src/faults.ts';
import { askRows } from '../support/spelled.ts';
import type { TestVault } from '../support/vault.ts';
import { openWatchedVault, plant, plantedIn, watchLogs } from './watched.ts';

watchLogs();

const SOUND = { type: 'email', value: plant('grace.hopper@example.com') };
const BAD_EMAIL = { type: 'email', value: plant('grace.hopper(at)example.com') };
const STRANGER = plant('4111 1111 1111 1111');

type Listed = readonly { readonly field?: string; readonly code: string; readonly detail: string }[];

async function faultsOf(vault: TestVault, items: unknown, more: object = {}, path = '/v1/tokenize') {
  const body = path === '/v1/tokenize' ? { items, ...more } : more;
  const reply = await vault.as('app').call('post', path, body);
  expect(reply.status).toBe(422);
  expect(plantedIn(reply.text)).toEqual([]);
  const errors = reply.body.errors as Listed;
  const [first] = errors;
  const { code, field, detail } = reply.body;
  expect({ code, field, detail }).toEqual({ field: undefined, ...first });
  return errors.map((fault) => `${fault.field ?? ''} ${fault.code}`);
}

const recordsOf = async ({ vault }: TestVault) =>
  Number((await askRows<{ n: number }>(vault.recordStore.reader, (sql) => sql('records').count('* as n')))[0]?.n);

describe('a refused batch', () => {
  test('lists what the schema, the data types and the options find, in the order of the items; nothing is stored', async () => {
    const vault = await openWatchedVault();
    const hashed: unknown[] = [];
    const { hasher } = vault.vault;
    const hashAll = hasher.hashAll.bind(hasher);
    hasher.hashAll = (...given) => {
      hashed.push(given);
      return hashAll(...given);
    };
    const before = await recordsOf(vault);
    const items = [
      SOUND,
      BAD_EMAIL,
      { type: 'email' },
      { ...SOUND, nickname: STRANGER, [STRANGER]: 1 },
      { type: 'password', value: plant('correct horse battery') },
      { type: 'no_such_type', value: STRANGER },
      { type: 'card', value: { number: STRANGER, expiryMonth: 13, expiryYear: 2030 } },
      { type: 'cvc', value: plant('737'), label: 'x' },
      { type: 'document', value: { a: 1 }, reuse: true },
    ];
    expect(await faultsOf(vault, items, { purpose: 'billing' })).toEqual([
      'items/1/value invalid_value',
      'items/2/value invalid_request',
      'items/3/nickname invalid_request',
      'items/3/* invalid_request',
      'items/5/type unknown_type',
      'items/6/value.expiryMonth invalid_value',
      'items/7/label option_not_offered',
      'items/8/reuse option_not_offered',
    ]);
    // The same faults where no schema finds any.
    const shaped = items.filter((_, i) => i !== 2 && i !== 3);
    expect(await faultsOf(vault, shaped, { purpose: 'billing' })).toEqual([
      'items/1/value invalid_value',
      'items/3/type unknown_type',
      'items/4/value.expiryMonth invalid_value',
      'items/5/label option_not_offered',
      'items/6/reuse option_not_offered',
    ]);
    expect(await recordsOf(vault)).toBe(before);
    expect(hashed).toEqual([]);
    expect(await vault.lastAuditEntry()).toMatchObject({
      action: 'tokenize',
      outcome: 'failed',
      code: 'invalid_value',
    });
  });

  test('lists a hundred and no more, of a thousand items as of a thousand properties', async () => {
    const vault = await openWatchedVault();
    const first = Array.from({ length: MAX_FAULTS }, (_, i) => `items/${i}/value invalid_value`);
    const many = Array.from({ length: 1_000 }, () => BAD_EMAIL);
    expect(await faultsOf(vault, many)).toEqual(first);
    // The schema's faults come behind the data type's, and are cut off.
    expect(await faultsOf(vault, [...many.slice(1), { type: 'email' }])).toEqual(first);
    const strangers = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`p${i}`, i]));
    expect(await faultsOf(vault, [{ ...SOUND, ...strangers }])).toHaveLength(MAX_FAULTS);
    expect(await faultsOf(vault, Array(1_000).fill(0))).toHaveLength(MAX_FAULTS);
    expect(await faultsOf(vault, Array(30_000).fill(0))).toEqual(['items invalid_request']);
    const types = Array.from({ length: 1_000 }, (_, i) => ({ type: `x_${i}`, value: 1 }));
    let asked = 0;
    const { catalogue } = vault.vault;
    const type = catalogue.type.bind(catalogue);
    catalogue.type = (...given) => {
      asked += 1;
      return type(...given);
    };
    expect(await faultsOf(vault, types)).toHaveLength(MAX_FAULTS);
    expect(asked).toBe(MAX_FAULTS);
  });

  test('says once that passwords are too many, at the first that is', async () => {
    const vault = await openWatchedVault();
    const passwords = Array.from({ length: 30 }, () => ({ type: 'password', value: plant('correct horse battery') }));
    const expected = ['items/0/value invalid_value', 'items/26/value too_many_passwords'];
    expect(await faultsOf(vault, [BAD_EMAIL, ...passwords, SOUND])).toEqual(expected);
  });

  test('tells a caller that may not store, or that goes beyond its audience, nothing of the values', async () => {
    const vault = await openWatchedVault();
    const refused = await vault.as('support').call('post', '/v1/tokenize', { items: [BAD_EMAIL, {}] });
    expect(refused.body.errors.map(({ field }: { field: string }) => field)).toEqual(['items/1/type', 'items/1/value']);
    const tied = { name: 'crm', role: 'app', purposes: ['billing'], audience: 'crm' };
    const { apiKey } = (await vault.admin.call('post', '/v1/principals', tied)).body;
    const beyond = { ...BAD_EMAIL, token: 'ours-1234' };
    const shaped = await vault.withKey(apiKey).call('post', '/v1/tokenize', { items: [beyond] });
    expect([shaped.status, shaped.body.errors]).toEqual([403, undefined]);
    const unshaped = await vault.withKey(apiKey).call('post', '/v1/tokenize', { items: [beyond, { type: 'email' }] });
    expect(unshaped.body.errors.map(({ field }: { field: string }) => field)).toEqual(['items/1/value']);
  });
});

describe('any other refused call', () => {
  test('lists all that is wrong, too', async () => {
    const vault = await openWatchedVault();
    const search = {
      ...BAD_EMAIL,
      purpose: 'billing',
      and: [SOUND, { type: 'document', value: 1 }, { type: 'nope', value: 1 }],
    };
    expect(await faultsOf(vault, undefined, search, '/v1/search')).toEqual([
      'value invalid_value',
      'and/1/type not_searchable',
      'and/2/type unknown_type',
    ]);
    const { body } = await vault.admin.call('post', '/v1/principals', { name: 'Jane', role: 'King', king: true });
    expect(body.errors.map(({ field }: { field: string }) => field)).toEqual(['name', 'role', 'king']);
    const receiver = await vault.admin.call('post', '/v1/principals', { name: 'crm', role: 'receiver' });
    expect(receiver.body.errors.map(({ field }: { field: string }) => field)).toEqual(['audience', 'purposes']);
  });

  test('names the purposes of the key to its own caller, and to nobody else', async () => {
    const vault = await openWatchedVault();
    const [{ token } = { token: '' }] = await vault.as('app').tokenize({ type: 'email', value: SOUND.value as Json });
    const { body } = await vault.as('app').detokenize(token, { purpose: 'marketing' });
    expect(body).toMatchObject({ code: 'purpose_not_allowed', field: 'purpose' });
    expect(body.detail).toContain('billing, support');
    expect(body.detail).not.toContain('marketing');
    expect(vault.logged.join()).not.toContain('billing, support');
    expect(await vault.lastAuditEntry()).toMatchObject({ code: 'purpose_not_allowed', purpose: null });
  });
});

test('the client’s error has the list; what is not one is left out', async () => {
  const errors = [{ field: 'items/1/value', code: 'invalid_value', detail: 'No.' }, { code: 7 }, null, 'x'];
  const problem = { code: 'invalid_value', detail: 'No.', errors };
  const said = (body: object) => () =>
    Promise.resolve(
      new Response(JSON.stringify(body), { status: 422, headers: { 'content-type': 'application/problem+json' } }),
    );
  const caught = async (body: object) =>
    new LetheClient({ url: 'http://vault.invalid', apiKey: 'k', fetch: said(body) })
      .listTypes()
      .catch((e: unknown) => e);
  expect(await caught(problem)).toMatchObject({ errors: [errors[0]] });
  expect(await caught({ ...problem, errors: 'x' })).toMatchObject({ errors: [] });
});
