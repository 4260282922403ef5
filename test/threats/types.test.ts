/**
 * Types of a tenant's own, under attack: by a writer of the record store who edits definitions and settings, and by
 * definitions that would make of the vault an index of who is what, an endless computation, or a window.
 */
import { RE2JS } from 're2js';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { PasswordHasher } from '../../src/crypto/password-hash.ts';
import { shelfOf } from '../catalogue/shelf.ts';
import { BADGE, RECEIPT } from '../datatypes/definitions.ts';
import { ENGINES, type Engine } from '../support/stores.ts';
import { openTestVault, type TestVault } from '../support/vault.ts';
import { expectAlarm, flipped, handOn, type StoredRow } from './hand.ts';

const PERIOD_MS = 5_000;

/** A vault with two types, one of them in two versions, and a setting. */
async function scene(engine: Engine) {
  const vault = await openTestVault({ engine });
  await vault.admin.call('post', '/v1/types', BADGE);
  await vault.admin.call('post', '/v1/types', { ...BADGE, views: { masked: '***' } });
  await vault.admin.call('post', '/v1/types', RECEIPT);
  const records = handOn(vault.vault.recordStore);
  const [{ tenant } = { tenant: '' }] = await records.rows('custom_types');
  const { setKeep } = shelfOf(vault.vault);
  await setKeep(tenant as never, 'desk', 'floor');
  return { vault, records, tenant: tenant as string };
}

/** Asks with nothing left of what was read before. */
async function alarms(vault: TestVault) {
  vault.advance(PERIOD_MS);
  await expectAlarm(vault, () => vault.as('app').call('get', '/v1/types'));
}

describe.each(ENGINES)('on %s', (engine) => {
  test('an edited definition or setting is an alarm, and what was edited is not used', async () => {
    const { vault, records } = await scene(engine);
    await vault.as('app').call('get', '/v1/types');
    const newest = { name: 'x_staff_badge', version: 2 };
    const row = await records.row('custom_types', newest);
    const first = await records.row('custom_types', { name: 'x_staff_badge', version: 1 });
    const other = await records.row('custom_types', { name: 'x_receipt' });
    const setting = await records.row('type_settings', {});
    const wider = String(row.definition).replace('"***"', '"{first:6}"');

    const cases: [string, string, StoredRow, StoredRow, StoredRow][] = [
      ['a mask made wider', 'custom_types', newest, row, { definition: wider }],
      [
        'the definition of its earlier version',
        'custom_types',
        newest,
        row,
        { definition: first.definition as string },
      ],
      [
        'the whole of its earlier version',
        'custom_types',
        newest,
        row,
        { definition: first.definition as string, tag: first.tag as Buffer, created_at: first.created_at as number },
      ],
      [
        'the whole of another type',
        'custom_types',
        newest,
        row,
        { definition: other.definition as string, tag: other.tag as Buffer },
      ],
      ['another version', 'custom_types', newest, row, { version: 3 }],
      ['a version that no MAC can be made of', 'custom_types', newest, row, { version: -1 }],
      ['another name', 'custom_types', newest, row, { name: 'x_other' }],
      ['another tenant’s name', 'custom_types', { name: 'x_receipt' }, other, { name: 'x_staff_badgf' }],
      ['another date', 'custom_types', newest, row, { created_at: Number(row.created_at) + 1 }],
      ['another tag', 'custom_types', newest, row, { tag: flipped(row.tag as Buffer, 0) }],
      ['a tag version that never was', 'custom_types', newest, row, { tag_version: 2 }],
      ['another lesser form', 'type_settings', {}, setting, { keep: 'room' }],
      ['no lesser form', 'type_settings', {}, setting, { keep: null }],
      ['a setting moved to another type', 'type_settings', {}, setting, { name: 'email' }],
      ['a setting of another day', 'type_settings', {}, setting, { updated_at: Number(setting.updated_at) + 1 }],
    ];
    for (const [what, table, where, before, change] of cases) {
      await records.change(table, where, change);
      await alarms(vault).catch((error: unknown) => {
        throw new Error(what, { cause: error });
      });
      await records.remove(table, { tag: (change.tag ?? before.tag) as Buffer });
      await records.put(table, before);
      if (change.tag === first.tag) await records.put('custom_types', first);
      if (change.tag === other.tag) await records.put('custom_types', other);
      vault.advance(PERIOD_MS);
      expect((await vault.as('app').call('get', '/v1/types')).status).toBe(200);
    }
  });

  test('a change on top of what was edited is refused, and does not bless it', async () => {
    const { vault, records } = await scene(engine);
    await vault.as('app').call('get', '/v1/types');
    await records.change('custom_types', { name: 'x_staff_badge', version: 1 }, { created_at: 1 });

    await expectAlarm(vault, () => vault.admin.call('post', '/v1/types', { ...BADGE, description: 'Another.' }));
    vault.advance(PERIOD_MS);
    await expectAlarm(vault, () => vault.admin.call('put', '/v1/types/email/keep', { keep: null }));
    expect(await records.rows('custom_types', { name: 'x_staff_badge' })).toHaveLength(2);
    await alarms(vault);
  });

  test('an earlier version that was removed is an alarm', async () => {
    const { vault, records } = await scene(engine);
    await vault.as('app').call('get', '/v1/types');
    await records.remove('custom_types', { name: 'x_staff_badge', version: 1 });
    await alarms(vault);
  });

  test('a definition of another tenant, put under one’s own, is an alarm', async () => {
    const { vault, records, tenant } = await scene(engine);
    const stranger = await vault.inTenant('stranger', 'app');
    await stranger.call('get', '/v1/types');
    const [theirs] = (await records.rows('tenants')).filter((row) => row.tenant !== tenant);
    await records.put('custom_types', {
      ...(await records.row('custom_types', { name: 'x_receipt' })),
      tenant: theirs?.tenant as string,
    });
    vault.advance(PERIOD_MS);
    await expectAlarm(vault, () => stranger.call('get', '/v1/types'));
  });

  test('limit: the newest version of a type, or a setting, that was removed is not missed before a value needs it', async () => {
    const { vault, records } = await scene(engine);
    await vault.as('app').call('get', '/v1/types');
    await records.remove('custom_types', { name: 'x_staff_badge', version: 2 });
    await records.remove('type_settings', {});
    vault.advance(PERIOD_MS);

    const { body } = await vault.as('app').call('get', '/v1/types');
    expect(body.types.at(-1)).toMatchObject({ name: 'x_staff_badge', version: 1 });
    const [{ tenant } = { tenant: '' }] = await records.rows('custom_types');
    const stored = vault.vault.catalogue.stored(tenant as never, 'x_staff_badge', 2);
    await expect(stored).rejects.toMatchObject({ code: 'integrity_failure' });
  });
});

test('no index is made of a type of few values: it would be a list of who has which', async () => {
  const { admin, vault } = await openTestVault();
  for (const [what, distinct] of [
    ['gender', 3],
    ['country', 249],
    ['year', 130],
    ['postcode district', 4_095],
    ['nobody knows', undefined],
  ] as const) {
    for (const spread of ['unique', 'shared']) {
      const reply = await admin.call('post', '/v1/types', { ...BADGE, description: what, spread, distinct });
      expect([what, reply.status, reply.body.code]).toEqual([what, 422, 'low_entropy_index']);
    }
  }
  expect(await handOn(vault.recordStore).rows('custom_types')).toEqual([]);
});

test('no pattern takes exponential time: those that would elsewhere are decided at once, or refused', async () => {
  const { admin } = await openTestVault();
  // Each of these, tried by backtracking against its example less its last letter, outlasts the universe.
  for (const [i, pattern] of ['(a+)+b', '(a|a)*b', '(a|aa)+b', '(?:a*)*b', '(.*)*b'].entries()) {
    const example = `${'a'.repeat(1_999)}b`;
    const body = { ...BADGE, name: `x_slow_${i}`, pattern, maxLength: 2_000, normalise: [], examples: [example] };
    expect([pattern, (await admin.call('post', '/v1/types', body)).status]).toEqual([pattern, 201]);
    const refused = await admin.call('post', '/v1/types', { ...body, name: 'x_no', examples: [example.slice(0, -1)] });
    expect([pattern, refused.body.field]).toEqual([pattern, 'examples/0']);
  }
  for (const pattern of ['(a)\\1', 'a(?=b)', '((a{30}){30}){30}', '(?:[a-z]{1,100}){1,10}']) {
    const { body } = await admin.call('post', '/v1/types', { ...BADGE, pattern });
    expect([pattern, body.code, body.field]).toEqual([pattern, 'invalid_definition', 'pattern']);
  }
});

test('however many patterns a tenant has declared, a vault that starts compiles only those that it checks values by', async () => {
  const old = await openTestVault();
  for (let i = 0; i < 5; i += 1) {
    const body = { ...BADGE, description: `version ${i}`, spread: 'none', distinct: undefined };
    expect((await old.admin.call('post', '/v1/types', body)).status).toBe(201);
  }
  const app = (await old.reopen()).as('app');
  const compiled = vi.spyOn(RE2JS, 'compile');
  onTestFinished(() => void compiled.mockRestore());

  expect((await app.call('get', '/v1/types')).status).toBe(200);
  await app.tokenize({ type: 'email', value: 'ada@example.com' });
  expect(compiled).not.toHaveBeenCalled();
  await app.tokenize({ type: BADGE.name, value: 'AB123456' }, { type: BADGE.name, value: 'AB123457' });
  expect(compiled).toHaveBeenCalledTimes(1);
});

describe.each(ENGINES)('where less of a value is kept, on %s', (engine) => {
  test('no answer that is kept for a repeated call can be used to test guesses of the rest', async () => {
    const vault = await openTestVault({ engine });
    await vault.admin.call('put', '/v1/types/ip/keep', { keep: 'network' });
    const app = vault.as('app');
    const store = (value: string, key: string) =>
      app.call('post', '/v1/tokenize', { items: [{ type: 'ip', value }] }, { 'Idempotency-Key': key });
    const { body } = await store('192.0.2.137', 'one');
    const [{ record }] = body.results;
    const correct = (value: string, key: string) =>
      app.call('patch', `/v1/records/${record}`, { value, reason: 'moved' }, { 'Idempotency-Key': key });
    await correct('198.51.100.7', 'two');

    // What is kept is the same, and so are the calls: of what differs there is nothing to tell them by.
    expect((await store('192.0.2.1', 'one')).body).toEqual(body);
    expect((await correct('198.51.100.200', 'two')).status).toBe(200);
    expect((await store('192.0.3.137', 'one')).body.code).toBe('idempotency_key_reused');
    expect((await store('nowhere', 'three')).body).toMatchObject({ code: 'invalid_value', field: 'items/0/value' });
  });

  test('a call that was waiting for its verifiers keeps no more than what is to be kept by then', async () => {
    const vault = await openTestVault({ engine });
    const app = vault.as('app');
    const hashAll = PasswordHasher.prototype.hashAll;
    const slow = vi.spyOn(PasswordHasher.prototype, 'hashAll').mockImplementationOnce(async function (
      this: PasswordHasher,
      ...asked
    ) {
      await vault.admin.call('put', '/v1/types/ip/keep', { keep: 'network' });
      return hashAll.apply(this, asked);
    });
    onTestFinished(() => void slow.mockRestore());
    const [, stored] = await app.tokenize(
      { type: 'password', value: 'correct horse' },
      { type: 'ip', value: '192.0.2.137' },
    );
    expect(stored).toMatchObject({ kept: 'network' });
    expect((await app.detokenize(stored?.token as string)).text).not.toContain('192.0.2.137');
  });
});

test('no mask shows more than half of a value, nor do two that are asked for in turn', async () => {
  const { admin, vault } = await openTestVault();
  const views = { masked: '{last:64}', front: '{first:64}', both: '{first:64}{last:64}' };
  await admin.call('post', '/v1/types', { ...BADGE, views });
  const [{ tenant } = { tenant: '' }] = await handOn(vault.recordStore).rows('custom_types');
  const { type } = await vault.catalogue.type(tenant as never, BADGE.name);

  expect(Object.entries(type.views).map(([name, view]) => [name, view('AB123456')])).toEqual([
    ['masked', '3456'],
    ['front', ''],
    ['both', '3456'],
  ]);
  expect(type.views.masked('A')).toBe('');
});
