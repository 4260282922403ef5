/** JWS with Ed25519, against RFC 8037 and against a verifier that knows nothing of jose. */
import { createHmac, createPublicKey, verify } from 'node:crypto';
import { expect, test } from 'vitest';
import { jwkOf, publicKeyOf, signJws, thumbprintOf, verifyJws } from '../../src/crypto/jws.ts';
import { pooledRandom } from '../../src/crypto/random.ts';

/** RFC 8037, appendix A. */
const RFC = {
  d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  thumbprint: 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
  jws: 'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg',
};
const TYPE = 'example+jwt';
const seed = Buffer.from(RFC.d, 'base64url');
const random = pooledRandom();
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const headerOf = (jws: string) => JSON.parse(Buffer.from(jws.split('.')[0] ?? '', 'base64url').toString());
const listOf = (...seeds: Buffer[]) => seeds.map((each) => jwkOf(publicKeyOf(each)));

test('the public key and the thumbprint of a seed are those of RFC 8037, A.2 and A.3', () => {
  expect(publicKeyOf(seed).toString('base64url')).toBe(RFC.x);
  expect(thumbprintOf(publicKeyOf(seed))).toBe(RFC.thumbprint);
  expect(jwkOf(publicKeyOf(seed))).toEqual({
    ...{ kty: 'OKP', crv: 'Ed25519', x: RFC.x, kid: RFC.thumbprint, use: 'sig', alg: 'EdDSA' },
  });
});

/** As any JOSE library does it, and none of ours: RFC 7515, 5.2. */
function verifiedElsewhere(jws: string, x: string): boolean {
  const [head = '', payload = '', signature = ''] = jws.split('.');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return verify(null, Buffer.from(`${head}.${payload}`), key, Buffer.from(signature, 'base64url'));
}

test('what is signed verifies elsewhere, under a header of three members', async () => {
  expect(verifiedElsewhere(RFC.jws, RFC.x)).toBe(true);

  const jws = await signJws({ said: 'so' }, TYPE, seed);

  expect(headerOf(jws)).toEqual({ alg: 'EdDSA', kid: RFC.thumbprint, typ: TYPE });
  expect(verifiedElsewhere(jws, RFC.x)).toBe(true);
  // Ed25519 is deterministic (RFC 8032): the same seed and statement make the same signature.
  expect(await signJws({ said: 'so' }, TYPE, seed)).toBe(jws);
  expect(await verifyJws(jws, TYPE, listOf(seed))).toEqual({
    ...{ ok: true, statement: { said: 'so' }, kid: RFC.thumbprint },
  });
});

test('a key is found among others, whatever they are, and by its thumbprint alone', async () => {
  const jws = await signJws({}, TYPE, seed);
  const other = random(32);
  const others = [null, 'x', { kty: 'RSA' }, { kty: 'OKP', crv: 'X25519', x: RFC.x }, ...listOf(other)];

  expect((await verifyJws(jws, TYPE, [...others, ...listOf(seed)])).ok).toBe(true);
  const misnamed = { ...jwkOf(publicKeyOf(other)), kid: RFC.thumbprint };
  for (const keys of [[], others, [misnamed]]) {
    expect(await verifyJws(jws, TYPE, keys)).toEqual({ ok: false, fault: 'key' });
  }
});

test('every single bit of a signed statement counts', async () => {
  const jws = await signJws({ records: 3 }, TYPE, seed);
  const keys = listOf(seed);
  const parts = jws.split('.').map((part) => Buffer.from(part, 'base64url'));
  for (const [i, part] of parts.entries()) {
    for (let bit = 0; bit < part.length * 8; bit += 1) {
      const altered = parts.map((bytes) => Buffer.from(bytes));
      (altered[i] as Buffer)[bit >> 3] = (part[bit >> 3] as number) ^ (1 << (bit & 7));
      const check = await verifyJws(altered.map((bytes) => bytes.toString('base64url')).join('.'), TYPE, keys);
      expect([i, bit, check.ok]).toEqual([i, bit, false]);
    }
  }
});

test('no other algorithm, type or header is accepted, however it is signed', async () => {
  const keys = listOf(seed);
  const signed = await signJws({ said: 'so' }, TYPE, seed);
  const [, payload = '', signature = ''] = signed.split('.');
  const kid = RFC.thumbprint;
  const publicKey = Buffer.from(RFC.x, 'base64url');
  const hs256 = `${encode({ alg: 'HS256', kid, typ: TYPE })}.${payload}`;
  const withHead = (head: object) => `${encode(head)}.${payload}.${signature}`;
  const wrong = [
    withHead({ alg: 'none', kid, typ: TYPE }),
    `${encode({ alg: 'none', kid, typ: TYPE })}.${payload}.`,
    `${hs256}.${createHmac('sha256', publicKey).update(hs256).digest('base64url')}`,
    `${hs256}.${createHmac('sha256', RFC.x).update(hs256).digest('base64url')}`,
    withHead({ alg: 'EdDSA', kid }),
    withHead({ alg: 'EdDSA', typ: TYPE }),
    withHead({ alg: 'EdDSA', kid, typ: TYPE, jwk: keys[0] }),
    withHead({ alg: 'EdDSA', kid, typ: TYPE, crit: ['b64'], b64: false }),
    await signJws({ said: 'so' }, 'another+jwt', seed),
    RFC.jws,
    ...[
      '',
      '.',
      '..',
      'a.b',
      'a.b.c',
      `${signed}.`,
      `${signed}.${signature}`,
      `${encode(null)}.${payload}.${signature}`,
    ],
  ];
  for (const jws of wrong) expect([jws, await verifyJws(jws, TYPE, keys)]).toEqual([jws, { ok: false, fault: 'form' }]);
});

test('a statement signed by another key under this one’s name is not this one’s', async () => {
  const other = random(32);
  const [, payload] = (await signJws({ said: 'so' }, TYPE, other)).split('.');
  const theirs = await signJws({ said: 'so' }, TYPE, other);
  const [head] = (await signJws({ said: 'so' }, TYPE, seed)).split('.');
  const forged = `${head}.${payload}.${theirs.split('.')[2]}`;

  expect(await verifyJws(forged, TYPE, listOf(seed, other))).toEqual({ ok: false, fault: 'signature' });
  expect(await verifyJws(theirs, TYPE, listOf(seed))).toEqual({ ok: false, fault: 'key' });
});

test('a statement has one spelling: bits that base64url leaves over are none', async () => {
  const jws = await signJws({ said: 'so' }, TYPE, seed);
  // 64 bytes of signature are 86 characters, the last of which has four bits to spare.
  const last = jws.at(-1) ?? '';
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const other = jws.slice(0, -1) + alphabet.charAt(alphabet.indexOf(last) ^ 1);

  expect(Buffer.from(other.split('.')[2] ?? '', 'base64url')).toEqual(
    Buffer.from(jws.split('.')[2] ?? '', 'base64url'),
  );
  expect(await verifyJws(other, TYPE, listOf(seed))).toEqual({ ok: false, fault: 'form' });
});

test('a seed of another size is refused', async () => {
  for (const size of [0, 31, 33, 64]) expect(() => publicKeyOf(Buffer.alloc(size))).toThrow(RangeError);
});
