/**
 * Whoever can write to a store, but has neither the root key nor an epoch secret, changes, moves, swaps or puts back
 * rows. The vault must notice when it reads them, show nothing, and raise the alarm.
 */
import { describe, expect, test } from 'vitest';
import { THE_VAULT_ITSELF } from '../../src/access/principal.ts';
import { runBackgroundOnce } from '../../src/background/background.ts';
import { runJobsOnce } from '../../src/background/long-jobs.ts';
import { issueCertificates } from '../../src/erasure/certificates/certificate.ts';
import { UnavailableError } from '../../src/errors.ts';
import { newId } from '../../src/ids.ts';
import { closeEpoch } from '../../src/jobs/close-epoch.ts';
import { close, closingParts, contextOf } from '../support/epochs.ts';
import { ENGINES, type Engine } from '../support/stores.ts';
import { openTestVault, type TestCaller, type TestVault } from '../support/vault.ts';
import { expectAlarm, expectDamage, flipped, type Hand, handOn, integrityFailures, type StoredRow } from './hand.ts';

const SECRETS = ['ada@example.com', 'bob@example.com', 'eve@example.org', 'ada@', 'bob@', 'eve@'];

interface Held {
  readonly token: string;
  readonly record: string;
}

interface Scene {
  readonly vault: TestVault;
  readonly app: TestCaller;
  readonly records: Hand;
  readonly keys: Hand;
  /** Two e-mail addresses of one subject, and one of another. */
  readonly ada: Held;
  readonly bob: Held;
  readonly eve: Held & { readonly subject: string };
}

async function scene(engine: Engine): Promise<Scene> {
  const vault = await openTestVault({ engine });
  const [ada, bob, eve] = await vault
    .as('app')
    .tokenize(
      { type: 'email', value: 'ada@example.com', subject: 'cust_1' },
      { type: 'email', value: 'bob@example.com', subject: 'cust_1' },
      { type: 'email', value: 'eve@example.org', subject: 'cust_2' },
    );
  return {
    vault,
    app: vault.withKey(vault.as('app').apiKey),
    records: handOn(vault.vault.recordStore),
    keys: handOn(vault.vault.keyStore),
    ada: ada as Held,
    bob: bob as Held,
    eve: eve as Scene['eve'],
  };
}

/** The scene after a restart: nothing of it is in memory any more. */
async function restarted(old: Scene): Promise<Scene> {
  const vault = await old.vault.reopen();
  return {
    ...old,
    vault,
    app: vault.withKey(old.app.apiKey),
    records: handOn(vault.vault.recordStore),
    keys: handOn(vault.vault.keyStore),
  };
}

/** The text of an id, which a store has as bytes: whoever compared texts would take it for the id. */
function inOtherBytes(id: unknown): Buffer {
  return Buffer.concat([Buffer.from(String(id)), Buffer.from([0xff])]);
}

async function opens({ app }: Scene, held: Held, value: string): Promise<void> {
  const { body } = await app.detokenize(held.token);
  expect(body.results).toEqual([{ token: held.token, form: 'text', type: 'email', view: 'plain', value }]);
}

/** Every way of asking for a record's value raises the alarm. */
async function alarms({ vault, app }: Scene, held: Held): Promise<void> {
  await expectDamage(vault, () => app.detokenize(held.token), { record: held.record, secrets: SECRETS });
}

/** Closes the epoch as the background work does. @returns the job, as the first tenant sees it */
async function closed(vault: TestVault) {
  const security = vault.as('security');
  await security.call('get', '/v1/types');
  const { job } = (await security.call('post', '/v1/keys/rotate', {})).body;
  await runJobsOnce(vault.vault);
  return (await security.call('get', `/v1/jobs/${job}`)).body;
}

/** What the audit log says that a job found damaged. */
async function damageOf({ records }: Scene, job: string): Promise<StoredRow[]> {
  const entries = await records.rows('audit_entries', { code: 'integrity_failure', principal: THE_VAULT_ITSELF });
  return entries.filter(({ target }) => String(target).startsWith(job));
}

describe.each(ENGINES)('on %s', (engine) => {
  /** Every byte on SQLite; on PostgreSQL, where the same code looks at the same bytes, every seventh. */
  const step = engine === 'sqlite' ? 1 : 7;

  test('a sealed value opens in its own place only', async () => {
    const all = await scene(engine);
    const { records, keys, ada, bob, eve } = all;
    const [of, ofBob] = [{ record: ada.record }, { record: bob.record }];
    const row = await records.row('records', of);
    const other = await records.row('records', ofBob);
    const key = await keys.row('record_keys', of);
    const otherKey = await keys.row('record_keys', ofBob);
    const { record: _, ...placed } = row;
    const { record: __, ...otherPlaced } = other;

    const cases: [string, Hand, string, StoredRow][] = [
      ['another value of the same type and subject', records, 'records', { sealed: other.sealed as Buffer }],
      ['moved to another subject', records, 'records', { subject: eve.subject }],
      ['of its own subject, in other bytes', records, 'records', { subject: inOtherBytes(row.subject) }],
      ['in its own bucket, in other bytes', keys, 'record_keys', { bucket: inOtherBytes(key.bucket) }],
      ['taken from its subject', records, 'records', { subject: null }],
      ['relabelled as another type', records, 'records', { type: 'text' }],
      ['relabelled as a type that does not exist', records, 'records', { type: 'nothing' }],
      ['said to be of another type version', records, 'records', { type_version: 2 }],
      ['said to be of another version', records, 'records', { version: 2 }],
      ['said to be of another key generation', records, 'records', { generation: 2 }],
      ['given a number no version can be', records, 'records', { version: -1 }],
      ['given a number no generation can be', records, 'records', { generation: -1 }],
      ['another record’s key', keys, 'record_keys', { wrapped: otherKey.wrapped as Buffer }],
      ['a key said to be of another generation', keys, 'record_keys', { generation: 2 }],
      ['a key said to be in another bucket', keys, 'record_keys', { bucket: 'bkt_0' }],
      ['a key said to be of another bucket generation', keys, 'record_keys', { bucket_generation: 2 }],
    ];
    for (const [what, hand, table, change] of cases) {
      const before = hand === records ? row : key;
      await hand.change(table, of, change);
      await alarms(all, ada).catch((error: unknown) => {
        throw new Error(what, { cause: error });
      });
      await hand.remove(table, of);
      await hand.put(table, before);
      await opens(all, ada, 'ada@example.com');
    }

    // Whole rows exchanged under the two ids, with their keys and without.
    await records.change('records', of, otherPlaced);
    await records.change('records', ofBob, placed);
    await alarms(all, ada);
    await keys.change('record_keys', of, { wrapped: otherKey.wrapped as Buffer });
    await keys.change('record_keys', ofBob, { wrapped: key.wrapped as Buffer });
    await alarms(all, ada);
    await alarms(all, bob);
  });

  test('no byte of a sealed value can be changed', async () => {
    const { vault, app, records, ada } = await scene(engine);
    const { sealed } = await records.row('records', { record: ada.record });
    const bytes = sealed as Buffer;
    const before = await integrityFailures(vault);

    for (let at = 0; at < bytes.length; at += step) {
      await records.change('records', { record: ada.record }, { sealed: flipped(bytes, at) });
      const reply = await app.detokenize(ada.token);
      expect([at, reply.body.results]).toEqual([
        at,
        [{ token: ada.token, form: 'none', error: { code: 'integrity_failure' } }],
      ]);
    }
    expect(await integrityFailures(vault)).toBe(before + Math.ceil(bytes.length / step));

    const shapes = [bytes.subarray(1), bytes.subarray(0, -1), Buffer.concat([bytes, Buffer.alloc(1)]), Buffer.alloc(0)];
    for (const shape of shapes) {
      await records.change('records', { record: ada.record }, { sealed: shape });
      await expectDamage(vault, () => app.detokenize(ada.token), { record: ada.record, secrets: SECRETS });
    }
  });

  test('no byte of a wrapped record key can be changed', async () => {
    const { vault, app, keys, ada } = await scene(engine);
    const { wrapped } = await keys.row('record_keys', { record: ada.record });
    const bytes = wrapped as Buffer;
    const before = await integrityFailures(vault);

    for (let at = 0; at < bytes.length; at += step) {
      await keys.change('record_keys', { record: ada.record }, { wrapped: flipped(bytes, at) });
      const reply = await app.detokenize(ada.token);
      expect([at, reply.body.results]).toEqual([
        at,
        [{ token: ada.token, form: 'none', error: { code: 'integrity_failure' } }],
      ]);
    }
    expect(await integrityFailures(vault)).toBe(before + Math.ceil(bytes.length / step));
  });

  test('an altered record key holds up no close: it is named, set aside, and never opens again, not even put back', async () => {
    let all = await scene(engine);
    const { vault, app, keys, ada, bob, eve } = all;
    const [kim] = await vault.as('app').tokenize({ type: 'email', value: 'kim@example.com', subject: 'cust_1' });
    const { tenant, ...ofBob } = await keys.row('record_keys', { record: bob.record });
    const { generation: _, ...ofAda } = await keys.row('record_keys', { record: ada.record });
    await keys.change('record_keys', { record: bob.record }, { wrapped: flipped(ofBob.wrapped as Buffer, 40) });
    await keys.change('record_keys', { record: ada.record }, { bucket_generation: 2 });
    const { body: receipt } = await app.call('post', '/v1/erasures', { tokens: [eve.token] });
    const before = await integrityFailures(vault);

    const first = await closed(vault);
    expect([first.state, first.detail]).toMatchObject(['completed', { damaged: 2, waitsFor: [] }]);
    expect((await app.call('get', `/v1/erasures/${receipt.erasure}`)).body).toMatchObject({ state: 'final' });
    const [entry, ...more] = await damageOf(all, first.job);
    expect(more).toEqual([]);
    expect(entry).toMatchObject({ tenant, action: 'rotate_keys', principal: THE_VAULT_ITSELF });
    expect([...((entry?.records ?? []) as string[])].sort()).toEqual([ada.record, bob.record].sort());
    expect(await integrityFailures(vault)).toBe(before + 2);
    const lines = vault.logged.map((line) => JSON.parse(line)).filter(({ msg }) => /^integrity failure/.test(msg));
    expect(lines.map(({ record }) => record).sort()).toEqual([ada.record, bob.record].sort());

    for (const held of [ada, bob]) await alarms(all, held);
    for (const { record } of [ada, bob]) {
      expect(await keys.row('record_keys', { record })).toMatchObject({
        bucket_generation: 2,
        wrapped: Buffer.alloc(0),
      });
    }
    // What was wrapped under the old key of the bucket opens nowhere, in this process or after a restart.
    for (const [record, wrapped] of [
      [bob.record, ofBob.wrapped],
      [ada.record, ofAda.wrapped],
    ] as const) {
      for (const bucket_generation of [1, 2]) {
        await keys.change('record_keys', { record }, { wrapped: wrapped as Buffer, bucket_generation });
        await alarms(all, record === ada.record ? ada : bob);
      }
    }
    all = await restarted(all);
    for (const held of [ada, bob]) await alarms(all, held);
    await opens(all, kim as Held, 'kim@example.com');

    // It is named again whenever its bucket gets a new key, until its record is erased, which is certified.
    const { body: last } = await all.app.call('post', '/v1/erasures', { tokens: [ada.token] });
    const second = await closed(all.vault);
    expect([second.state, second.detail]).toMatchObject(['completed', { damaged: 1 }]);
    expect((await damageOf(all, second.job)).map(({ records }) => records)).toEqual([[bob.record]]);
    expect((await all.app.call('get', `/v1/erasures/${last.erasure}/certificate`)).body).toMatchObject({
      state: 'final',
    });
    await opens(all, kim as Held, 'kim@example.com');
  });

  test('an altered record key is set aside only once it is named; an altered bucket key fails the close, and is named', async () => {
    const all = await scene(engine);
    const { vault, app, keys, ada, bob, eve } = all;
    const { wrapped } = await keys.row('record_keys', { record: bob.record });
    await keys.change('record_keys', { record: bob.record }, { wrapped: flipped(wrapped as Buffer, 40) });
    await app.call('post', '/v1/erasures', { tokens: [eve.token] });
    const rows = await keys.rows('record_keys', { record: bob.record });
    const unheard = closeEpoch(
      closingParts(vault.vault, { altered: () => Promise.reject(new UnavailableError('store_unavailable', 'Down.')) }),
    );
    await expect(unheard(contextOf())).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(await keys.rows('record_keys', { record: bob.record })).toEqual(rows);

    const { bucket = '', wrapped: key } = await keys.row('buckets', { bucket: rows[0]?.bucket ?? null });
    await keys.change('buckets', { bucket }, { wrapped: flipped(key as Buffer, 40) });
    const failed = await closed(vault);
    expect(failed).toMatchObject({ state: 'failed', code: 'integrity_failure' });
    expect((await damageOf(all, failed.job)).map(({ target }) => target)).toContain(`${failed.job} buckets ${bucket}`);
    await keys.change('buckets', { bucket }, { wrapped: key as Buffer });
    expect(await closed(vault)).toMatchObject({ state: 'completed', detail: { damaged: 1 } });
    await opens(all, ada, 'ada@example.com');
  });

  test('a record key that was led away from its record is not set aside without an alarm', async () => {
    const all = await scene(engine);
    const { vault, app, keys, bob, eve } = all;
    await keys.change('record_keys', { record: bob.record }, { record: 'nobody' });
    await app.call('post', '/v1/erasures', { tokens: [eve.token] });
    const before = await integrityFailures(vault);

    const { job, detail } = await closed(vault);

    expect(detail).toMatchObject({ damaged: 1 });
    expect(await integrityFailures(vault)).toBe(before + 1);
    const [entry] = await damageOf(all, job);
    expect([entry?.target, entry?.records]).toEqual([`${job} record_keys`, []]);
    expect(vault.logged.join()).not.toContain('nobody');
    await alarms(all, bob);
  });

  test('an altered bucket key opens nothing after a restart, and takes no new record', async () => {
    let all = await scene(engine);
    const { bucket, wrapped } = await all.keys.row('buckets', {});
    const bytes = wrapped as Buffer;
    for (const change of [
      ...[0, 1, 24, 25, 57, 90, bytes.length - 1].map((at) => ({ wrapped: flipped(bytes, at) })),
      { generation: 2 },
    ]) {
      await all.keys.change('buckets', { bucket: bucket as string }, change);
      all = await restarted(all);
      const { vault, app, ada, keys } = all;
      await expectDamage(vault, () => app.detokenize(ada.token), { record: ada.record, secrets: SECRETS });
      const item = { type: 'email', value: 'new@example.com', subject: 'cust_1' };
      if ('wrapped' in change) await expectAlarm(vault, () => app.call('post', '/v1/tokenize', { items: [item] }));
      await keys.change('buckets', { bucket: bucket as string }, { wrapped: bytes, generation: 1 });
    }
    await opens(await restarted(all), all.ada, 'ada@example.com');
  });

  test.each([
    ['@token', 'post', '/v1/detokenize', { purpose: 'billing' }],
    ['@subject-ref', 'post', '/v1/subjects/resolve', { ref: 'cust_1' }],
    ['email', 'post', '/v1/search', { type: 'email', value: 'ada@example.com', purpose: 'billing' }],
    ['@reason', 'post', '/v1/detokenize', { purpose: 'billing', reason: 'asked' }],
  ] as const)('an altered index key (%s) answers nothing after a restart', async (name, method, path, body) => {
    let all = await scene(engine);
    const sent = path === '/v1/detokenize' ? { ...body, tokens: [all.ada.token] } : body;
    const { tenant } = await all.records.row('tenants', {});
    const used = await all.app.call(method, path, sent);
    expect(used.status).toBe(200);
    const where = { tenant: tenant as string, name };
    const { wrapped } = await all.keys.row('index_keys', where);
    for (const at of [0, 30, 70, (wrapped as Buffer).length - 1]) {
      await all.keys.change('index_keys', where, { wrapped: flipped(wrapped as Buffer, at) });
      all = await restarted(all);
      await expectAlarm(all.vault, () => all.app.call(method, path, sent), { secrets: SECRETS });
    }
    const other = await all.keys.row('index_keys', { tenant: tenant as string, name: '@principal' });
    await all.keys.change('index_keys', where, { wrapped: other.wrapped as Buffer });
    all = await restarted(all);
    await expectAlarm(all.vault, () => all.app.call(method, path, sent), { secrets: SECRETS });
  });

  test('a value put back to before its correction stays shut', async () => {
    const { vault, app, records, keys, ada } = await scene(engine);
    const of = { record: ada.record };
    const old = await records.row('records', of);
    const [oldKey, oldIndex] = [
      await keys.row('record_keys', of),
      await keys.row('blind_indexes', { ...of, name: 'email' }),
    ];
    const corrected = await app.call('patch', `/v1/records/${ada.record}`, { value: 'ada@example.net' });
    expect(corrected.status).toBe(200);
    const now = await records.row('records', of);
    const alarm = () =>
      expectDamage(vault, () => app.detokenize(ada.token), { record: ada.record, secrets: ['ada@', 'example.net'] });

    // Parts of the old row, the old row without its key, with its key, and with its index row.
    for (const part of ['sealed', 'generation', 'version'] as const) {
      await records.change('records', of, { [part]: old[part] as StoredRow[string] });
      await alarm();
      await records.change('records', of, { [part]: now[part] as StoredRow[string] });
    }
    await records.change('records', of, old);
    await alarm();
    await keys.put('record_keys', oldKey);
    await alarm();
    await keys.put('blind_indexes', oldIndex);
    await expectAlarm(vault, () => app.search('email', 'ada@example.com'), { record: ada.record, secrets: SECRETS });

    // Without the record store's tombstone the key store's mirror still knows.
    await records.remove('tombstones', of);
    await alarm();

    await records.change('records', of, now);
    const { body } = await app.detokenize(ada.token);
    expect(body.results[0].value).toBe('ada@example.net');
  });

  test('an erased record put back from a copy stays shut', async () => {
    const { vault, app, records, keys, ada, bob } = await scene(engine);
    const of = { record: ada.record };
    const copy = await records.row('records', of);
    const [key, index] = [await keys.row('record_keys', of), await keys.row('blind_indexes', { ...of, name: 'email' })];
    const erased = await app.call('post', '/v1/erasures', { tokens: [ada.token] });
    expect(erased.body).toMatchObject({ state: 'completed', records: 1 });
    expect([await keys.rows('record_keys', of), await keys.rows('blind_indexes', of)]).toEqual([[], []]);

    // The tombstone decides: gone is gone, whatever lies beside it.
    const gone = async () => {
      const reply = await app.detokenize([ada.token, bob.token]);
      expect(reply.body.results[0]).toEqual({ token: ada.token, form: 'none', error: { code: 'record_erased' } });
      expect(reply.body.results[1]).toMatchObject({ value: 'bob@example.com' });
      expect((await app.search('email', 'ada@example.com')).body.results).toEqual([]);
    };
    await gone();
    await records.put('records', copy);
    await gone();
    await keys.put('record_keys', key);
    await keys.put('blind_indexes', index);
    await gone();

    // Without it, the mirror in the key store does.
    await records.remove('tombstones', of);
    await expectDamage(vault, () => app.detokenize(ada.token), { record: ada.record, secrets: SECRETS });
    await expectAlarm(vault, () => app.search('email', 'ada@example.com'), { record: ada.record, secrets: SECRETS });
  });

  test('a record without its key, and a token without its record, are not an absence but an alarm', async () => {
    const all = await scene(engine);
    const { vault, app, records, keys, ada, bob } = all;
    await keys.remove('record_keys', { record: ada.record });
    await alarms(all, ada);
    await expectAlarm(vault, () => app.search('email', 'ada@example.com'), { record: ada.record, secrets: SECRETS });
    await records.remove('records', { record: bob.record });
    await alarms(all, bob);
    await expectAlarm(vault, () => app.call('get', `/v1/tokens/${bob.token}`), { record: bob.record });
  });

  test.each<[what: string, table: string, in_: 'records' | 'keys', change: StoredRow]>([
    ['value', 'records', 'records', { version: 7 }],
    ['type', 'records', 'records', { type: 'nothing' }],
    ['key', 'record_keys', 'keys', { wrapped: Buffer.alloc(105) }],
    ['token', 'tokens', 'records', { tag: Buffer.alloc(16) }],
  ])(
    'one damaged %s fails its item alone: its neighbours open, and one alarm names record and request',
    async (...of) => {
      const [, table, store, change] = of;
      const all = await scene(engine);
      const { vault, app, ada, bob, eve } = all;
      await all[store].change(table, { record: bob.record }, change);
      const [before, first] = [await integrityFailures(vault), vault.logged.length];

      const reply = await app.detokenize([ada.token, bob.token, eve.token, bob.token]);

      const damaged = { token: bob.token, form: 'none', error: { code: 'integrity_failure' } };
      expect(reply.body.results).toEqual([
        { token: ada.token, form: 'text', type: 'email', view: 'plain', value: 'ada@example.com' },
        damaged,
        { token: eve.token, form: 'text', type: 'email', view: 'plain', value: 'eve@example.org' },
        damaged,
      ]);
      const request = reply.headers['x-request-id'] as string;
      const entries = await all.records.rows('audit_entries', { request });
      expect(entries.map(({ outcome, code, view, records }) => [outcome, code, view, records])).toEqual([
        ['done', null, 'plain', [ada.record, eve.record]],
        ['failed', 'integrity_failure', null, [bob.record]],
      ]);
      expect(await integrityFailures(vault)).toBe(before + 1);
      const lines = vault.logged.slice(first).map((line) => JSON.parse(line));
      expect(lines.filter(({ msg }) => msg !== undefined)).toMatchObject([
        { level: 50, record: bob.record, request, msg: expect.stringMatching(/^integrity failure/) },
      ]);
      expect(vault.logged.slice(first).join('')).not.toMatch(/bob@|ada@|eve@/);
      for (const view of ['masked', 'domain']) {
        await expectDamage(vault, () => app.detokenize(bob.token, { view }), { record: bob.record, secrets: SECRETS });
      }
      const support = () => vault.as('support').detokenize(bob.token, { view: 'masked' });
      await expectDamage(vault, support, { record: bob.record, secrets: SECRETS });
    },
  );

  test('one damaged value among a thousand fails one, and each of several its own', async () => {
    const { vault, app, records } = await scene(engine);
    const items = Array.from({ length: 1_000 }, (_, i) => ({ type: 'serial_number', value: `SN-${i + 100_000}` }));
    const stored = await app.tokenize(...(items as never[]));
    const broken = [0, 499, 999].map((i) => stored[i] as Held);
    for (const { record } of broken) await records.change('records', { record }, { sealed: Buffer.alloc(200) });
    const before = await integrityFailures(vault);

    const { body } = await app.detokenize(stored.map(({ token }) => token));

    const results = body.results as Record<string, unknown>[];
    expect(results.flatMap((result, i) => ('error' in result ? [i] : []))).toEqual([0, 499, 999]);
    expect(results.flatMap(({ value }) => value ?? [])).toEqual(
      items.flatMap(({ value }, i) => ([0, 499, 999].includes(i) ? [] : [value])),
    );
    expect(await integrityFailures(vault)).toBe(before + 3);
    expect((await vault.lastAuditEntry())?.records).toEqual(broken.map(({ record }) => record));
  });

  test('a damaged value takes no use of its limited token, and a refusal beside it is audited as one', async () => {
    const { vault, app, records, ada, bob } = await scene(engine);
    const minted = await app.call('post', '/v1/tokens', { record: bob.record, uses: 1 });
    const row = await records.row('records', { record: bob.record });
    await records.change('records', { record: bob.record }, { version: 7 });
    await expectDamage(vault, () => app.detokenize([minted.body.token]), { record: bob.record, secrets: SECRETS });

    const unknown = `tok_${'0'.repeat(32)}`;
    const reply = await app.detokenize([unknown, minted.body.token]);
    const request = reply.headers['x-request-id'] as string;
    const entries = await records.rows('audit_entries', { request });
    expect(entries.map(({ outcome, code }) => [outcome, code])).toEqual([
      ['failed', 'token_not_found'],
      ['failed', 'integrity_failure'],
    ]);

    await records.change('records', { record: bob.record }, { version: row.version as number });
    const shown = await app.detokenize([minted.body.token, ada.token]);
    expect(shown.body.results[0]).toMatchObject({ value: 'bob@example.com' });
  });

  test('an altered window key fails the tokens of its window alone, and loses no use of the others', async () => {
    const { vault, app, keys, ada } = await scene(engine);
    const carried = await app.call('post', '/v1/tokenize', { items: [{ type: 'cvc', value: '987' }] });
    const { token } = carried.body.results[0];
    const { wrapped } = await keys.row('windows', {});
    await keys.change('windows', {}, { wrapped: flipped(wrapped as Buffer, 40) });
    const before = await integrityFailures(vault);

    const { body } = await app.detokenize([ada.token, token]);

    expect(body.results).toMatchObject([{ value: 'ada@example.com' }, { error: { code: 'integrity_failure' } }]);
    expect(await integrityFailures(vault)).toBe(before + 1);
    expect(await vault.lastAuditEntry()).toMatchObject({ outcome: 'failed', code: 'integrity_failure', records: [] });
    await keys.change('windows', {}, { wrapped: wrapped as Buffer });
    expect((await app.detokenize(token)).body.results[0].value).toBe('987');
  });

  test('a token opens its own record only', async () => {
    const { vault, app, records, ada, bob, eve } = await scene(engine);
    const other = await vault.inTenant('other', 'app');
    const [theirs] = (await other.tokenize({ type: 'email', value: 'zoe@example.com' })) as unknown as [Held];
    const own = await records.row('tokens', { token: ada.token });
    const { tag } = await records.row('tokens', { token: eve.token });
    const { tenant } = await records.row('tokens', { token: theirs.token });
    const cases: StoredRow[] = [
      { record: eve.record },
      { record: eve.record, tag: tag as Buffer },
      { record: bob.record },
      { tag: flipped(own.tag as Buffer, 3) },
      { tag: Buffer.alloc(0) },
      { tag_version: 2 },
    ];
    for (const change of cases) {
      await records.change('tokens', { token: ada.token }, change);
      await expectDamage(vault, () => app.detokenize(ada.token), { secrets: SECRETS });
      await expectAlarm(vault, () => app.call('get', `/v1/tokens/${ada.token}`), { secrets: SECRETS });
      await expectAlarm(vault, () => app.call('post', '/v1/erasures', { tokens: [ada.token] }));
      await records.change('tokens', { token: ada.token }, own);
    }

    // A token carried over to another tenant, alone and together with its record.
    await records.change('tokens', { token: ada.token }, { tenant: tenant as string });
    await expectDamage(vault, () => other.detokenize(ada.token), { secrets: SECRETS });
    await records.change('records', { record: ada.record }, { tenant: tenant as string });
    await expectDamage(vault, () => other.detokenize(ada.token), { secrets: SECRETS });
    expect((await app.detokenize(ada.token)).body.results[0].error.code).toBe('token_not_found');
  });

  test('rows exchanged between two tenants open in neither', async () => {
    const { vault, app, records, keys, ada } = await scene(engine);
    const other = await vault.inTenant('other', 'app');
    const [theirs] = (await other.tokenize({ type: 'email', value: 'zoe@example.com' })) as unknown as [Held];
    const [mine, yours] = [{ record: ada.record }, { record: theirs.record }];
    const both = async (hand: Hand, table: string, columns: readonly string[]) => {
      const [a, b] = [await hand.row(table, mine), await hand.row(table, yours)];
      const pick = (row: StoredRow) => Object.fromEntries(columns.map((name) => [name, row[name] ?? null]));
      await hand.change(table, mine, pick(b));
      await hand.change(table, yours, pick(a));
    };
    const alarm = async () => {
      await expectDamage(vault, () => app.detokenize(ada.token), { record: ada.record, secrets: SECRETS });
      await expectDamage(vault, () => other.detokenize(theirs.token), { record: theirs.record, secrets: ['zoe@'] });
    };
    await both(records, 'records', ['sealed', 'subject']);
    await alarm();
    await both(keys, 'record_keys', ['wrapped']);
    await alarm();
    await both(keys, 'record_keys', ['wrapped', 'bucket']);
    await alarm();
  });

  test('a correction takes nothing over from an altered row', async () => {
    const { vault, app, records, ada, eve } = await scene(engine);
    for (const change of [{ subject: eve.subject }, { type: 'text' }, { type: 'nothing' }, { version: 5 }]) {
      const before = await records.row('records', { record: ada.record });
      await records.change('records', { record: ada.record }, change);
      const correct = () => app.call('patch', `/v1/records/${ada.record}`, { value: 'ada@example.net' });
      await expectAlarm(vault, correct, { record: ada.record, secrets: ['ada@'] });
      await records.change('records', { record: ada.record }, before);
    }
  });

  test('an edited principal is no promotion but an alarm, under its own name', async () => {
    const { vault, app, records } = await scene(engine);
    const { principal } = vault.as('app');
    const row = await records.row('principals', { principal });
    const cases: StoredRow[] = [
      { role: 'admin' },
      { role: 'auditor' },
      { purposes: '["billing","support","marketing"]' },
      { purposes: 'none' },
      { name: 'somebody' },
      { created_at: 0 },
      { tag: flipped(row.tag as Buffer, 0) },
    ];
    for (const change of cases) {
      await records.change('principals', { principal }, change);
      await expectAlarm(vault, () => app.call('get', '/v1/types'));
      const [entry] = (await records.rows('audit_entries', { code: 'integrity_failure' })).slice(-1);
      expect(entry).toMatchObject({ principal, action: 'authenticate' });
      await records.change('principals', { principal }, row);
    }
    expect((await app.call('get', '/v1/types')).status).toBe(200);
  });

  test('an edited API key row makes no other key work, and names nobody', async () => {
    const { vault, app, records } = await scene(engine);
    const expiring = await vault.admin.call('post', '/v1/principals', {
      name: 'expiring',
      role: 'app',
      expiresAt: '2026-11-22T13:00:00.000Z',
    });
    const { principal, apiKey } = expiring.body;
    const late = vault.withKey(apiKey);
    const row = await records.row('api_keys', { principal });
    const admin = await records.row('principals', { role: 'admin' });
    const own = await records.row('api_keys', { principal: vault.as('app').principal });
    const cases: StoredRow[] = [
      { expires_at: null },
      { expires_at: Date.parse('2030-01-01') },
      { principal: admin.principal as string },
      { principal: own.principal as string },
      { secret_mac: own.secret_mac as Buffer },
      { secret_mac: Buffer.alloc(32) },
    ];
    for (const change of cases) {
      await records.change('api_keys', { api_key: row.api_key as string }, change);
      const entries = (await vault.auditEntries()).length;
      const reply = await late.call('get', '/v1/types');
      expect([change, reply.status, reply.body.code]).toEqual([change, 401, 'unauthenticated']);
      expect((await vault.auditEntries()).length).toBe(entries);
      await records.change('api_keys', { api_key: row.api_key as string }, row);
    }
    expect((await late.call('get', '/v1/types')).status).toBe(200);
    expect((await app.call('get', '/v1/types')).status).toBe(200);
  });

  test('a kept answer that was edited is not given again', async () => {
    const { vault, app, records, eve } = await scene(engine);
    const [body, once] = [{ items: [{ type: 'email', value: 'new@example.com' }] }, { 'Idempotency-Key': 'once' }];
    const first = await app.call('post', '/v1/tokenize', body, once);
    const [row] = (await records.rows('idempotency_keys')).slice(-1);
    const where = { key_mac: row?.key_mac as Buffer };
    const { token } = first.body.results[0];
    const swapped = String(row?.answer).replace(token, eve.token);
    expect(swapped).not.toBe(row?.answer);
    for (const answer of [swapped, '', '[]', String(row?.answer).replace(/^./, (c) => (c === '0' ? '1' : '0'))]) {
      await records.change('idempotency_keys', where, { answer });
      await expectAlarm(vault, () => app.call('post', '/v1/tokenize', body, once), { secrets: ['new@', eve.token] });
    }
    await records.change('idempotency_keys', where, { answer: row?.answer as string });
    expect((await app.call('post', '/v1/tokenize', body, once)).body).toEqual(first.body);
  });

  test('a blind index that was turned to another record finds nothing of it', async () => {
    const { vault, app, keys, ada, eve } = await scene(engine);
    const [mine, hers] = [
      await keys.row('blind_indexes', { record: ada.record, name: 'email' }),
      { record: eve.record, name: 'email' },
    ];
    await keys.remove('blind_indexes', { record: ada.record });
    await keys.change('blind_indexes', hers, { mac: mine.mac as Buffer });
    for (const value of ['ada@example.com', 'eve@example.org']) {
      expect((await app.search('email', value)).body).toEqual({ results: [] });
    }
    expect(await integrityFailures(vault)).toBe(0);
  });

  test('a ref that was turned to another subject leads nowhere, and erases nobody', async () => {
    const all = await scene(engine);
    const { vault, app, keys, eve } = all;
    const refs = await keys.rows('subject_refs');
    const [mine, hers] = ['cust_1', 'cust_2'].map((_, i) =>
      refs.find(({ subject }) => (subject === eve.subject) === (i === 1)),
    ) as [StoredRow, StoredRow];
    const where = { mac: mine.mac as Buffer };
    for (const change of [
      { subject: eve.subject },
      { subject: eve.subject, tag: hers.tag as Buffer },
      { tag: flipped(mine.tag as Buffer, 5) },
    ]) {
      await keys.change('subject_refs', where, change);
      const item = { type: 'email', value: 'new@example.com', subject: 'cust_1' };
      await expectAlarm(vault, () => app.call('post', '/v1/subjects/resolve', { ref: 'cust_1' }));
      await expectAlarm(vault, () => app.call('post', '/v1/erasures', { ref: 'cust_1' }));
      await expectAlarm(vault, () => app.call('post', '/v1/tokenize', { items: [item] }));
      await keys.change('subject_refs', where, mine);
    }
    await opens(all, all.ada, 'ada@example.com');
    await opens(all, eve, 'eve@example.org');
  });

  // What follows are limits, stated in THREATS.md.
  test('limit: a record moved away before its subject was erased escapes, and opens when it is moved back', async () => {
    const { app, records, ada, bob } = await scene(engine);
    const { subject } = await records.row('records', { record: ada.record });
    await records.change('records', { record: ada.record }, { subject: null });
    const { body } = await app.call('post', '/v1/erasures', { ref: 'cust_1' });
    expect(body.records).toBe(1);
    await records.change('records', { record: ada.record }, { subject: subject as string });
    const shown = await app.detokenize([ada.token, bob.token]);
    expect(shown.body.results).toMatchObject([{ value: 'ada@example.com' }, { error: { code: 'record_erased' } }]);
  });

  test('limit: a tombstone that is removed before its key has been destroyed takes its record out of the erasure, whose receipt says completed, and which is never certified', async () => {
    const { vault, app, records, ada } = await scene(engine);
    const { keyStore } = vault.vault;
    const exclusive = keyStore.exclusive.bind(keyStore);
    // The key store is out of reach when the erasure is ordered.
    keyStore.exclusive = () => Promise.reject(new UnavailableError('store_unavailable', 'out of reach'));
    const { body } = await app.call('post', '/v1/erasures', { tokens: [ada.token] });
    expect(body).toMatchObject({ state: 'ordered', records: 1 });
    keyStore.exclusive = exclusive;
    await records.remove('tombstones', { record: ada.record });
    vault.advance(60_000);
    await runBackgroundOnce(vault.vault);
    const receipt = await app.call('get', `/v1/erasures/${body.erasure}`);
    expect(receipt.body).toMatchObject({ state: 'completed', records: 1 });
    expect((await app.detokenize(ada.token)).body.results[0].value).toBe('ada@example.com');
    await close(vault.vault);
    await issueCertificates(vault.vault, vault.vault.clock);
    const { body: certificate } = await app.call('get', `/v1/erasures/${body.erasure}/certificate`);
    expect(certificate).toMatchObject({ state: 'pending' });
  });

  test('limit: whoever writes the record store orders erasures: what he has buried there is destroyed', async () => {
    const { vault, app, records, keys, ada, bob } = await scene(engine);
    const { tenant = '' } = await records.row('records', { record: ada.record });
    const erasure = newId('erasure', vault.vault.random, vault.vault.clock());
    const order = { tenant, erasure, cause: 'erased', ordered_at: 0 };
    await records.put('tombstones', {
      tenant,
      erasure,
      record: ada.record,
      generation: 1,
      cause: 'erased',
      buried_at: 0,
    });
    await records.put('erasures', { ...order, state: 'ordered', records: 1, ordered_by: 'prn_nobody' });
    vault.advance(60_000);
    await runBackgroundOnce(vault.vault);
    expect(await keys.rows('record_keys')).not.toContainEqual(expect.objectContaining({ record: ada.record }));
    const shown = await app.detokenize([ada.token, bob.token]);
    expect(shown.body.results).toMatchObject([{ error: { code: 'record_erased' } }, { value: 'bob@example.com' }]);
  });

  test('limit: labels, times, revocations, and rows that are simply gone are not authenticated', async () => {
    const { vault, app, records, ada } = await scene(engine);
    await records.change('records', { record: ada.record }, { label: 'edited', updated_at: 0 });
    expect((await app.call('get', `/v1/tokens/${ada.token}`)).body).toMatchObject({ label: 'edited' });

    const { body } = await vault.admin.call('post', '/v1/principals', { name: 'leaver', role: 'app' });
    await vault.admin.call('delete', `/v1/principals/${body.principal}`);
    for (const table of ['principals', 'api_keys']) {
      await records.change(table, { principal: body.principal }, { revoked_at: null });
    }
    expect((await vault.withKey(body.apiKey).call('get', '/v1/types')).status).toBe(200);

    await records.remove('tokens', { token: ada.token });
    expect((await app.detokenize(ada.token)).body.results[0].error.code).toBe('token_not_found');
    await records.remove('audit_entries', { action: 'tokenize' });
    expect((await vault.as('auditor').call('get', '/v1/audit/entries')).status).toBe(200);
  });
});
