/**
 * Words that stand in the clear (labels, audiences, purposes, names), against whoever writes a card number into one, by
 * mistake or to have it there: refused at every door, and repeated nowhere.
 */
import { describe, expect, test } from 'vitest';
import { AddPrincipalBody, AddTenantBody } from '../../src/access/schema.ts';
import { checked } from '../../src/cli/arguments.ts';
import { parseMap } from '../../src/import/map.ts';
import { AddSlotBody } from '../../src/keyring/schema.ts';
import { ENGINES } from '../support/stores.ts';
import { openTestVault } from '../support/vault.ts';

const VISA = '4242424242424242';
const GROUPED = '4242-4242-4242-4242';
const email = { type: 'email', value: 'ada@example.com' };
const principal = { name: 'shop', role: 'app', purposes: ['billing'] };
const badge = {
  ...{ name: 'x_badge', base: 'text', category: 'account', description: 'A badge.', maxLength: 20 },
  ...{ views: { masked: '***{last:2}' }, examples: ['AB123456'] },
};
const order = { ...badge, name: 'x_order', base: 'document', maxLength: undefined, views: {}, examples: [{ a: 1 }] };

type Call = readonly [method: 'post' | 'put', path: string, body: unknown, field: string, as: 'app' | 'admin'];
const CALLS: readonly Call[] = [
  ['post', '/v1/tokenize', { items: [{ ...email, label: `c${VISA}` }] }, 'items/0/label', 'app'],
  ['post', '/v1/tokenize', { items: [{ ...email, label: `pan-${GROUPED}.x` }] }, 'items/0/label', 'app'],
  ['post', '/v1/tokenize', { items: [{ ...email, audience: VISA }] }, 'items/0/audience', 'app'],
  ['post', '/v1/tokens', { record: 'rec_01m81j18g0e329asxkdep5tmtc', audience: GROUPED }, 'audience', 'app'],
  ['post', '/v1/detokenize', { tokens: ['tok_x'], purpose: `p${VISA}` }, 'purpose', 'app'],
  ['post', '/v1/search', { ...email, purpose: `p${VISA}` }, 'purpose', 'app'],
  ['post', '/v1/principals', { ...principal, name: VISA }, 'name', 'admin'],
  ['post', '/v1/principals', { ...principal, name: `shop_${GROUPED}` }, 'name', 'admin'],
  ['post', '/v1/principals', { ...principal, purposes: ['billing', `p${VISA}`] }, 'purposes/1', 'admin'],
  ['post', '/v1/principals', { ...principal, audience: VISA }, 'audience', 'admin'],
  ['put', '/v1/purposes/billing', { basis: 'contract', told: `Such as ${GROUPED}.` }, 'told', 'admin'],
  ['post', '/v1/tenants', { name: `eu.${VISA}` }, 'name', 'admin'],
  ['post', '/v1/types', { ...badge, name: `x_${VISA}` }, 'name', 'admin'],
  ['post', '/v1/types', { ...badge, description: `Such as ${VISA}.` }, 'description', 'admin'],
  ['post', '/v1/types', { ...badge, pattern: `A|${VISA}` }, 'pattern', 'admin'],
  ['post', '/v1/types', { ...badge, views: { masked: `${GROUPED}{last:2}` } }, 'views/masked', 'admin'],
  ['post', '/v1/types', { ...badge, views: { masked: '***', [`v${VISA}`]: '**' } }, 'views/*', 'admin'],
  ['post', '/v1/types', { ...badge, examples: ['AB123456', `AB${VISA}`] }, 'examples/1', 'admin'],
  ['post', '/v1/types', { ...order, examples: [{ paid: { by: [VISA] } }] }, 'examples/0', 'admin'],
  ['post', '/v1/types', { ...order, examples: [{ paid: Number(VISA) }] }, 'examples/0', 'admin'],
  ['post', '/v1/types', { ...order, examples: [{ [VISA]: 1 }] }, 'examples/0', 'admin'],
  ['post', '/v1/types', { ...order, views: { by: `/${VISA}` } }, 'views/by', 'admin'],
];

describe.each(ENGINES)('on %s', (engine) => {
  test('no word in the clear takes a card number, and no refusal, log line or audit entry repeats it', async () => {
    const vault = await openTestVault({ engine });
    for (const [method, path, body, field, as] of CALLS) {
      const caller = as === 'app' ? vault.as('app') : vault.admin;
      const reply = await caller.call(method, path, body);
      expect([path, body, reply.status, reply.body.code, reply.body.field]).toEqual([
        ...[path, body, 422, 'invalid_request', field],
      ]);
      if (!field.includes('*')) expect(reply.body.detail).toBe('This must not hold a card number.');
      expect(reply.text).not.toMatch(/4242/);
    }
    expect(vault.logged.join('')).not.toContain('4242');
    expect(JSON.stringify(await vault.auditEntries())).not.toContain('4242');
  });

  test('nor does a name or a card’s holder, which would be shown to whoever sees less of a card', async () => {
    const vault = await openTestVault({ engine });
    const card = { number: VISA, expiryMonth: 4, expiryYear: 2030 };
    for (const [type, value, field] of [
      ['name', { given: 'Jane', family: VISA }, 'items/0/value.family'],
      ['name', { given: '4242 4242 4242 4242', family: '' }, 'items/0/value.given'],
      ['card', { ...card, holder: `JANE ${GROUPED}` }, 'items/0/value.holder'],
    ] as const) {
      const reply = await vault.as('app').call('post', '/v1/tokenize', { items: [{ type, value }] });
      expect([reply.status, reply.body.code, reply.body.field]).toEqual([422, 'invalid_value', field]);
      expect(reply.text).not.toContain('4242');
    }
    const [stored] = await vault.as('app').tokenize({ type: 'name', value: { given: 'Jane', family: 'Doe' } });
    const value = { given: 'Jane', family: VISA };
    const corrected = await vault.as('app').call('patch', `/v1/records/${stored?.record}`, { value });
    expect([corrected.status, corrected.body.code, corrected.body.field]).toEqual([
      ...[422, 'invalid_value', 'value.family'],
    ]);
  });

  test('words with other numbers in them are taken as before', async () => {
    const vault = await openTestVault({ engine });
    const wrong = VISA.replace(/.$/, '3');
    await vault.as('app').tokenize({ ...email, label: `order-${wrong}`, audience: '20261122' } as never);
    expect((await vault.admin.call('post', '/v1/principals', { ...principal, name: wrong })).status).toBe(201);
  });
});

test('neither the command line nor the map of an import repeats one when it refuses it', () => {
  const refusals = [
    () => checked(AddPrincipalBody, { ...principal, name: VISA }),
    () => checked(AddPrincipalBody, { ...principal, purposes: [`p${VISA}`] }),
    () => checked(AddPrincipalBody, { ...principal, audience: VISA }),
    () => checked(AddTenantBody, { name: VISA }),
    () => checked(AddSlotBody, { kind: 'file', name: `s${VISA}`, settings: { path: '/slot' } }),
    () => parseMap({ fields: [{ path: '/email', type: 'email', label: `c${VISA}` }] }),
    () => parseMap({ fields: [{ path: '/email', type: 'email', audience: VISA }] }),
  ];
  for (const refused of refusals) {
    expect(refused).toThrow(/must not hold a card number/i);
    expect(refused).not.toThrow(/4242/);
  }
});
