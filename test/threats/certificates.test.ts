/**
 * A certificate is worth what nobody can forge: not a writer of the stores, not the holder of another vault's keys, not
 * another tenant; and nobody can have one early.
 */
import { createHmac } from 'node:crypto';
import request from 'supertest';
import { describe, expect, test } from 'vitest';
import { publicKeyOf, signJws, thumbprintOf } from '../../src/crypto/jws.ts';
import { pooledRandom } from '../../src/crypto/random.ts';
import { CERTIFICATE_TYPE, issueCertificates } from '../../src/erasure/certificates/certificate.ts';
import { newId } from '../../src/ids.ts';
import { verifyCertificate } from '../../src/operations/erasures/verify-certificate.ts';
import { close } from '../support/epochs.ts';
import { ENGINES } from '../support/stores.ts';
import { openTestVault, type TestVault } from '../support/vault.ts';
import { handOn } from './hand.ts';

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const random = pooledRandom();

async function erasedIn(vault: TestVault): Promise<string> {
  const [stored] = await vault.as('app').tokenize({ type: 'email', value: 'ada@example.com' });
  const { body } = await vault.as('app').call('post', '/v1/erasures', { records: [stored?.record] });
  return body.erasure;
}
const certificateOf = async (vault: TestVault, erasure: string) =>
  (await vault.as('app').call('get', `/v1/erasures/${erasure}/certificate`)).body;
const finish = async ({ vault }: TestVault) => {
  await close(vault);
  await issueCertificates(vault, vault.clock);
};
const jwks = async ({ app }: TestVault) => (await request(app).get('/.well-known/jwks.json')).body.keys;

describe.each(ENGINES)('on %s', (engine) => {
  test('nobody has a certificate early: not while the epoch lives, nor by editing a row of either store', async () => {
    const vault = await openTestVault({ engine });
    const erasure = await erasedIn(vault);
    const [records, keys] = [handOn(vault.vault.recordStore), handOn(vault.vault.keyStore)];
    await issueCertificates(vault.vault, vault.vault.clock);
    const { tenant } = await records.row('erasures', { erasure });

    // A row that says it is final makes no certificate.
    await keys.change('shreds', { erasure }, { final_at: 1 });
    expect(await certificateOf(vault, erasure)).toMatchObject({ state: 'pending' });
    await keys.change('shreds', { erasure }, { final_at: null });
    // Nor does one that somebody signed with a key of their own, listed by themselves.
    const seed = random(32);
    const publicKey = publicKeyOf(seed);
    const theirs = await signJws({ jti: erasure, tenant }, CERTIFICATE_TYPE, seed);
    await records.put('certificates', { tenant: tenant as string, erasure, jws: theirs, issued_at: 1 });
    const forged = await vault.as('app').call('get', `/v1/erasures/${erasure}/certificate`);
    expect([forged.status, forged.body.code]).toEqual([500, 'integrity_failure']);
    vault.advance(120_000);
    await keys.put('signing_keys', {
      ...{ key_id: thumbprintOf(publicKey), public_key: publicKey, epoch: 1, wrapped: random(105), created_at: 0 },
      retired_at: null,
    });
    expect((await request(vault.app).get('/.well-known/jwks.json')).status).toBe(500);
    expect((await vault.as('app').call('get', `/v1/erasures/${erasure}/certificate`)).status).toBe(500);
  });

  test('limit: a writer of the key store who unmarks a bucket, or antedates what was shredded, makes a certificate say too much', async () => {
    const vault = await openTestVault({ engine });
    const keys = handOn(vault.vault.keyStore);
    const one = await erasedIn(vault);
    const { bucket } = (await keys.rows('buckets')).find(({ dirty_at }) => dirty_at !== null) as { bucket: string };
    await keys.change('buckets', { bucket }, { dirty_at: null });
    await finish(vault);
    // The key that wrapped the erased record's key goes on under the next epoch.
    expect((await keys.row('buckets', { bucket })).generation).toBe(1);
    expect(await certificateOf(vault, one)).toMatchObject({ state: 'final' });

    const two = await erasedIn(vault);
    await keys.change('shreds', { erasure: two }, { epoch: 1 });
    await issueCertificates(vault.vault, vault.vault.clock);
    expect(await certificateOf(vault, two)).toMatchObject({ statement: { epochs: { last: 1, destroyedThrough: 1 } } });
  });

  test('a record that a writer of the record store adds to an erasure, or takes from it, is in no certificate: none is signed', async () => {
    const vault = await openTestVault({ engine });
    const [added, taken, emptied, counted, sound] = [
      await erasedIn(vault),
      await erasedIn(vault),
      await erasedIn(vault),
      await erasedIn(vault),
      await erasedIn(vault),
    ] as [string, string, string, string, string];
    const records = handOn(vault.vault.recordStore);
    const grave = await records.row('tombstones', { erasure: added });
    await records.put('tombstones', { ...grave, record: newId('record', random, vault.vault.clock()) });
    await records.change('erasures', { erasure: added }, { records: 2 });
    const other = await records.row('tombstones', { erasure: taken });
    await records.change('tombstones', { record: other.record as string }, { erasure: counted });
    await records.change('erasures', { erasure: taken }, { records: 0 });
    await records.change('erasures', { erasure: counted }, { records: 2 });
    await records.remove('tombstones', { erasure: emptied });
    await finish(vault);
    for (const erasure of [added, taken, emptied, counted]) {
      expect(await certificateOf(vault, erasure)).toMatchObject({ state: 'pending' });
    }
    expect(await certificateOf(vault, sound)).toMatchObject({ statement: { records: { count: 1 } } });
  });

  test('a certificate moved to another erasure, or another tenant’s, is not handed out', async () => {
    const vault = await openTestVault({ engine });
    const [one, two] = [await erasedIn(vault), await erasedIn(vault)];
    await finish(vault);
    const stranger = await vault.inTenant('other', 'app');
    expect((await stranger.call('get', `/v1/erasures/${one}/certificate`)).body.code).toBe('erasure_not_found');

    const records = handOn(vault.vault.recordStore);
    const { jws } = await records.row('certificates', { erasure: one });
    await records.change('certificates', { erasure: two }, { jws: jws as string });
    const moved = await vault.as('app').call('get', `/v1/erasures/${two}/certificate`);
    expect([moved.status, moved.body.code]).toEqual([500, 'integrity_failure']);
    expect((await certificateOf(vault, one)).certificate).toBe(jws);
  });
});

test('altered, signed by another, without a signature, or by a MAC under the public key: nothing else verifies', async () => {
  const vault = await openTestVault();
  const erasure = await erasedIn(vault);
  await finish(vault);
  const { certificate, statement } = await certificateOf(vault, erasure);
  const keys = await jwks(vault);
  expect(await verifyCertificate(certificate, keys)).toMatchObject({ ok: true, statement });

  const [head, payload, signature] = (certificate as string).split('.');
  const { kid } = JSON.parse(Buffer.from(head as string, 'base64url').toString());
  const more = encode({ ...statement, records: { ...statement.records, count: 1_000 } });
  const byOther = await signJws(statement, CERTIFICATE_TYPE, random(32));
  const none = encode({ alg: 'none', kid, typ: CERTIFICATE_TYPE });
  const hmac = `${encode({ alg: 'HS256', kid, typ: CERTIFICATE_TYPE })}.${payload}`;
  const own = await vault.vault.keyring.signing.sign(statement, 'another+jwt');
  const empty = await vault.vault.keyring.signing.sign({}, CERTIFICATE_TYPE);
  const elsewhere = await openTestVault();
  const theirs = await erasedIn(elsewhere);
  await finish(elsewhere);
  const cases: [what: string, jws: string, fault: string][] = [
    ['more records', `${head}.${more}.${signature}`, 'signature'],
    ['another key', byOther, 'key'],
    ['another key under the header of this one', `${head}.${payload}.${byOther.split('.')[2]}`, 'signature'],
    ['no signature', `${none}.${payload}.`, 'form'],
    ['none with a signature', `${none}.${payload}.${signature}`, 'form'],
    [
      'HS256',
      `${hmac}.${createHmac('sha256', Buffer.from(keys[0].x, 'base64url')).update(hmac).digest('base64url')}`,
      'form',
    ],
    ['another type', own, 'form'],
    ['another form', empty, 'form'],
    ['another vault’s', (await certificateOf(elsewhere, theirs)).certificate, 'key'],
  ];
  for (const [what, jws, fault] of cases) {
    expect([what, await verifyCertificate(jws, keys)]).toEqual([what, { ok: false, fault }]);
  }
});

test('the public keys are public, can be cached, and are keys alone', async () => {
  const vault = await openTestVault();
  await vault.vault.keyring.signing.sign({}, CERTIFICATE_TYPE);
  const reply = await request(vault.app).get('/.well-known/jwks.json');
  expect(reply.status).toBe(200);
  expect(reply.headers).toMatchObject({
    'content-type': 'application/jwk-set+json',
    'cache-control': 'public, max-age=300',
    'x-content-type-options': 'nosniff',
  });
  expect(reply.body.keys.map((key: object) => Object.keys(key).sort())).toEqual([
    ['alg', 'crv', 'kid', 'kty', 'use', 'x'],
  ]);
  for (const method of ['post', 'put', 'delete'] as const) {
    const { status, headers } = await request(vault.app)[method]('/.well-known/jwks.json');
    expect([method, status, headers.allow]).toEqual([method, 405, 'GET']);
  }
});
