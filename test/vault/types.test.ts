/** Data types over the API: listed, declared, kept in a lesser form; by whom, for whom, and what is refused. */
import { describe, expect, test } from 'vitest';
import type { DataTypeDescription } from '../../src/catalogue/schema.ts';
import { dataTypes } from '../../src/datatypes/registry.ts';
import { setKeep } from '../../src/operations/types/set-keep.ts';
import { shelfOf } from '../catalogue/shelf.ts';
import { BADGE, definition, RECEIPT } from '../datatypes/definitions.ts';
import { appOf, freshHome } from '../support/home.ts';
import { askRows } from '../support/spelled.ts';
import { ENGINES } from '../support/stores.ts';
import { openTestVault, type TestCaller } from '../support/vault.ts';

const listed = async (caller: TestCaller): Promise<DataTypeDescription[]> =>
  (await caller.call('get', '/v1/types')).body.types;
const named = async (caller: TestCaller, name: string) => (await listed(caller)).find((type) => type.name === name);

test('the catalogue tells what a form is built from: input, search, views, formats, and where it comes from', async () => {
  const { as } = await openTestVault();
  const types = await listed(as('support'));

  expect(types.map(({ name }) => name)).toEqual(dataTypes().map(({ name }) => name));
  expect(types.find(({ name }) => name === 'email')).toMatchObject({
    version: 1,
    category: 'contact',
    custom: false,
    custody: 'record',
    search: { spread: 'unique' },
    views: ['plain', 'masked', 'domain'],
    formats: expect.arrayContaining(['random', 'uuid']),
    input: { type: 'string' },
  });
  for (const type of types) {
    const known = dataTypes().find(({ name }) => name === type.name);
    expect(type.keeps.map(({ name }) => name)).toEqual(Object.keys(known?.keeps ?? {}));
    expect(type.search.parts.map(({ name }) => name)).toEqual(Object.keys(known?.parts ?? {}));
    expect([type.keep, type.definition]).toEqual([undefined, undefined]);
  }
});

describe.each(ENGINES)('on %s', (engine) => {
  test('an administrator declares a type, and then another version of it; its tenant alone sees it', async () => {
    const vault = await openTestVault({ engine });
    const { admin, as } = vault;
    const first = await admin.call('post', '/v1/types', BADGE);
    expect([first.status, first.body]).toEqual([
      201,
      expect.objectContaining({
        name: 'x_staff_badge',
        version: 1,
        custom: true,
        custody: 'record',
        search: { spread: 'unique', parts: [] },
        views: ['plain', 'masked', 'front'],
        formats: ['random', 'uuid'],
        keeps: [],
        examples: BADGE.examples,
        definition: BADGE,
      }),
    ]);
    expect(await vault.lastAuditEntry()).toMatchObject({
      action: 'declare_type',
      outcome: 'done',
      target: 'x_staff_badge/1',
      principal: expect.stringMatching(/^prn_/),
    });

    const again = await admin.call('post', '/v1/types', BADGE);
    expect(again.body).toEqual(first.body);
    expect(await named(as('app'), 'x_staff_badge')).toEqual(first.body);
    const second = await admin.call('post', '/v1/types', { ...BADGE, views: { masked: '***' } });
    expect([second.status, second.body.version, second.body.views]).toEqual([201, 2, ['plain', 'masked']]);
    expect(await named(as('app'), 'x_staff_badge')).toEqual(second.body);
    expect((await listed(as('app'))).at(-1)?.name).toBe('x_staff_badge');

    expect(await named(await vault.inTenant('elsewhere', 'app'), 'x_staff_badge')).toBeUndefined();
  });

  test('a repeated call under its key has its answer, whatever was declared since', async () => {
    const { admin } = await openTestVault({ engine });
    const key = { 'Idempotency-Key': 'declare-1' };
    const first = await admin.call('post', '/v1/types', BADGE, key);
    await admin.call('post', '/v1/types', { ...BADGE, description: 'Changed.' });

    expect((await admin.call('post', '/v1/types', BADGE, key)).body).toEqual(first.body);
    const other = await admin.call('post', '/v1/types', RECEIPT, key);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
    expect((await named(admin, 'x_staff_badge'))?.version).toBe(2);
  });

  test('what a tenant keeps is set, shown and put back, and set for that tenant alone', async () => {
    const home = await freshHome(engine);
    const opened = await home.open();
    // A vault with a type of the house that offers a lesser form.
    const vault = { ...opened, catalogue: shelfOf(opened).catalogue };
    const admin = await appOf(vault, home, 'admin');

    const set = await setKeep(vault, admin, { type: 'desk', keep: 'floor' });
    expect(set).toMatchObject({ name: 'desk', keep: 'floor', search: { spread: 'none' } });
    expect(set.keeps).toEqual([{ name: 'floor', description: 'The floor alone.' }]);
    expect((await vault.catalogue.type(admin.tenant, 'desk')).keep?.name).toBe('floor');
    const back = await setKeep(vault, admin, { type: 'desk', keep: null });
    expect([back.keep, back.search.spread]).toEqual([undefined, 'unique']);
    expect((await vault.catalogue.type(admin.tenant, 'desk')).keep).toBeUndefined();
    const entries = await askRows<{ target: string }>(opened.recordStore.reader, (sql) =>
      sql('audit_entries').where({ action: 'set_keep' }).orderBy('entry'),
    );
    expect(entries.map(({ target }) => target)).toEqual(['desk/floor', 'desk']);
  });

  test('none but administrators change the catalogue; a refusal is audited and changes nothing', async () => {
    const vault = await openTestVault({ engine });
    for (const role of ['app', 'support', 'auditor', 'security'] as const) {
      const caller = vault.as(role);
      for (const [method, path, body, action] of [
        ['post', '/v1/types', BADGE, 'declare_type'],
        ['put', '/v1/types/email/keep', { keep: null }, 'set_keep'],
        ['put', '/v1/types/email/unique', { unique: true }, 'set_unique'],
        ['get', '/v1/types/email/doubles', undefined, 'count_doubles'],
      ] as const) {
        const reply = await caller.call(method, path, body);
        expect([reply.status, reply.body.code]).toEqual([403, 'not_allowed']);
        expect(await vault.lastAuditEntry()).toMatchObject({ action, outcome: 'refused', principal: caller.principal });
      }
    }
    expect(await named(vault.admin, 'x_staff_badge')).toBeUndefined();
  });
});

describe('refused, with the field that is at fault:', () => {
  test.each<[what: string, body: object, status: number, code: string, field: string]>([
    ['an index over two values', { ...BADGE, distinct: 2 }, 422, 'low_entropy_index', 'distinct'],
    ['an index over nobody knows how many', { ...BADGE, distinct: undefined }, 422, 'low_entropy_index', 'distinct'],
    ['a pattern that is none', { ...BADGE, pattern: '(' }, 422, 'invalid_definition', 'pattern'],
    ['an example that is none', { ...BADGE, examples: ['AB1'] }, 422, 'invalid_definition', 'examples/0'],
    ['a name of the house', { ...BADGE, name: 'email' }, 422, 'invalid_request', 'name'],
    ['a mask that is none', { ...BADGE, views: { masked: '{all}' } }, 422, 'invalid_request', 'views/masked'],
    ['no masked view', { ...BADGE, views: {} }, 422, 'invalid_request', 'views'],
    ['code', { ...BADGE, parse: 'value => value' }, 422, 'invalid_request', 'parse'],
    ['no base', { ...BADGE, base: undefined }, 422, 'invalid_request', 'base'],
    ['an index over documents', { ...RECEIPT, spread: 'unique' }, 422, 'invalid_request', 'spread'],
  ])('%s', async (_, body, status, code, field) => {
    const vault = await openTestVault();
    const reply = await vault.admin.call('post', '/v1/types', body);
    expect([reply.status, reply.body.code, reply.body.field]).toEqual([status, code, field]);
    expect(await vault.lastAuditEntry()).toMatchObject({ action: 'declare_type', outcome: 'failed', code });
    expect(await named(vault.admin, 'x_staff_badge')).toBeUndefined();
  });

  test('another base for a type that stands', async () => {
    const { admin } = await openTestVault();
    await admin.call('post', '/v1/types', BADGE);
    const reply = await admin.call('post', '/v1/types', { ...RECEIPT, name: BADGE.name });
    expect([reply.status, reply.body.code, reply.body.field]).toEqual([409, 'type_base_fixed', 'base']);
  });

  test.each<[what: string, path: string, body: object, code: string, field: string]>([
    ['a lesser form that is not offered', '/v1/types/email/keep', { keep: 'domain' }, 'unknown_keep', 'keep'],
    ['no lesser form at all', '/v1/types/email/keep', {}, 'invalid_request', 'keep'],
    ['a type that is none', '/v1/types/nothing/keep', { keep: null }, 'unknown_type', 'type'],
    ['a path that is no name', '/v1/types/ada@example.com/keep', { keep: null }, 'invalid_request', 'type'],
  ])('%s', async (_, path, body, code, field) => {
    const { admin } = await openTestVault();
    const reply = await admin.call('put', path, body);
    expect([reply.status, reply.body.code, reply.body.field]).toEqual([422, code, field]);
  });
});

test('the lesser forms that the house offers can each be set over the API', async () => {
  const { admin } = await openTestVault();
  for (const { name, keeps = {} } of dataTypes()) {
    for (const keep of [...Object.keys(keeps), null]) {
      const reply = await admin.call('put', `/v1/types/${name}/keep`, { keep });
      expect([reply.status, reply.body.keep ?? null]).toEqual([200, keep]);
      expect((await named(admin, name))?.keep ?? null).toBe(keep);
    }
  }
});

test('a definition comes back as it can be declared again', async () => {
  const { admin } = await openTestVault();
  for (const body of [BADGE, RECEIPT]) {
    const declared = await admin.call('post', '/v1/types', body);
    expect(declared.body.definition).toEqual(definition({}, body));
    expect((await admin.call('post', '/v1/types', declared.body.definition)).body).toEqual(declared.body);
  }
});
