/** `lethe certificate verify`: offline, without a vault, in plain words; and `get`. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { signJws } from '../../src/crypto/jws.ts';
import { pooledRandom } from '../../src/crypto/random.ts';
import { CERTIFICATE_TYPE, issueCertificates } from '../../src/erasure/certificates/certificate.ts';
import type { ErasureId, RecordId } from '../../src/ids.ts';
import { addPrincipal } from '../../src/operations/access/add-principal.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { readCertificate } from '../../src/operations/erasures/read-certificate.ts';
import { publicKeys } from '../../src/vault/public-keys.ts';
import { lethe as command } from '../support/command.ts';
import { close } from '../support/epochs.ts';
import { appOf, callerOf, freshHome } from '../support/home.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { tokenize } from '../support/tokenize.ts';

const lethe = (home: string, args: readonly string[], env: Record<string, string> = {}) =>
  command(home, ['certificate', ...args], { env });

test('a certificate is verified without a vault; what is wrong with another is said, and nothing of it believed', async () => {
  const { path, remove } = await temporaryFolder();
  onTestFinished(remove);
  const home = await freshHome('sqlite');
  const vault = await home.open();
  const app = await appOf(vault, home);
  const { results } = await tokenize(vault, app, { items: [{ type: 'email', value: 'ada@example.com' }] });
  const record = results[0]?.record as RecordId;
  const { erasure } = await erase(vault, app, { records: [record] });
  const pending = await readCertificate(vault, app, { erasure });
  await close(vault);
  await issueCertificates(vault, vault.clock);
  const reply = await readCertificate(vault, app, { erasure: erasure as ErasureId });
  const jws = reply.certificate ?? '';
  const keys = JSON.stringify(await publicKeys(vault));
  const nowhere = join(path, 'nowhere');
  const at = (name: string) => join(path, name);
  const forged = await signJws(reply.statement ?? {}, CERTIFICATE_TYPE, pooledRandom()(32));
  const [head, payload, signature] = jws.split('.');
  const [until, droppedAt] = ['2027-11-22T12:00:00.000Z', '2026-12-01T12:00:00.000Z'];
  const indexKeys = [
    { name: 'email', version: 2, state: 'live', until },
    { name: 'email', version: 1, state: 'dropped', until: null, droppedAt, epoch: 1 },
    { name: 'phone', version: 1, state: 'dropped', until: null, droppedAt, epoch: 2 },
    { name: 'name', version: 1, state: 'dropped', until: null },
  ];
  const nodes = [{ node: 'nod_lost', abandonedAt: until, statement: 'What it still holds is not known.' }];
  const planned = { ...reply.statement, nodes, remains: { ...reply.statement?.remains, indexKeys } };
  const changed = Buffer.from(payload ?? '', 'base64url')
    .toString()
    .replace('"count":1', '"count":2');
  await Promise.all([
    writeFile(at('jwks.json'), keys),
    writeFile(at('erased.jws'), `${jws}\n`),
    writeFile(at('reply.json'), JSON.stringify(reply)),
    writeFile(at('pending.json'), JSON.stringify(pending)),
    writeFile(at('forged.jws'), forged),
    writeFile(at('planned.jws'), await vault.keyring.signing.sign(planned, CERTIFICATE_TYPE)),
    writeFile(at('changed.jws'), `${head}.${Buffer.from(changed).toString('base64url')}.${signature}`),
    writeFile(at('letter.txt'), 'Dear Sir or Madam,'),
  ]);
  const server = createServer((_, response) => response.end(keys)).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/.well-known/jwks.json`;

  for (const args of [['erased.jws'], ['reply.json'], ['erased.jws', '--jwks', url]]) {
    const [file = '', ...rest] = args;
    const { code, out, err } = await lethe(nowhere, ['verify', at(file), ...rest]);
    expect([args, code, err]).toEqual([args, 0, '']);
    for (const said of [
      erasure,
      vault.keyring.signing.issuer,
      record,
      'Cryptographic Erase',
      'file (file, overwritten)',
    ]) {
      expect(out).toContain(said);
    }
    expect(out).toContain('Index key email, version 1: live, no end planned');
    expect(out).toMatch(/Signature: right, by the key \S{43}\n$/);
  }
  const ends = await lethe(nowhere, ['verify', at('planned.jws')]);
  expect(ends.out).toContain(`Nodes that were given up:\n  nod_lost, ${until}: What it still holds is not known.`);
  expect(ends.out.split('\n').filter((line) => line.startsWith('  Index key'))).toEqual([
    `  Index key email, version 2: live, due to be replaced ${until}`,
    `  Index key email, version 1: dropped ${droppedAt}; copies ended with epoch 1`,
    `  Index key phone, version 1: dropped ${droppedAt}; copies end with epoch 2`,
    '  Index key name, version 1: dropped',
  ]);
  const wrong: [args: string[], said: RegExp][] = [
    [['forged.jws'], /signed by a key that is not in the list/],
    [['changed.jws'], /signature is wrong/],
    [['letter.txt'], /no certificate of erasure/],
    [['pending.json'], /not final yet/],
    [['missing.jws'], /cannot be read/],
    [['erased.jws', '--jwks', at('missing.json')], /cannot be read/],
    [['erased.jws', '--jwks', at('letter.txt')], /no list of keys/],
    [['erased.jws', '--jwks', 'http://127.0.0.1:1/x'], /does not answer/],
  ];
  for (const [[file = '', ...rest], said] of wrong) {
    const { code, out, err } = await lethe(nowhere, ['verify', at(file), ...rest]);
    expect([file, code, out]).toEqual([file, 1, '']);
    expect(err).toMatch(said);
  }
  expect(existsSync(nowhere)).toBe(false);
}, 90_000);

test('a certificate is fetched from the vault, into a file or the terminal; one that is not there yet says why', async () => {
  const { path, remove } = await temporaryFolder();
  onTestFinished(remove);
  const home = await freshHome('sqlite');
  const vault = await home.open();
  const app = await appOf(vault, home);
  const { results } = await tokenize(vault, app, { items: [{ type: 'text', value: 'x' }] });
  const { erasure } = await erase(vault, app, { records: [results[0]?.record as RecordId] });
  const admin = await callerOf(vault, await home.adminKey());
  const { apiKey } = await addPrincipal(vault, admin, { name: 'cli', role: 'auditor', purposes: [] });
  const env = { LETHE_API_KEY: apiKey, RECORD_STORE_URL: home.recordStoreUrl, KEY_STORE_URL: home.keyStoreUrl };
  const get = (...args: string[]) => lethe(home.folder, ['get', ...args], env);

  const early = await get(erasure);
  expect([early.code, early.err]).toEqual([1, expect.stringContaining('It waits for: epoch_close.')]);

  await close(vault);
  await issueCertificates(vault, vault.clock);
  const { certificate } = await readCertificate(vault, app, { erasure });
  expect(await get(erasure)).toMatchObject({ code: 0, out: `${certificate}\n` });
  const out = join(path, 'erased.jws');
  expect(await get(erasure, '--out', out)).toMatchObject({ code: 0 });
  expect(await readFile(out, 'utf8')).toBe(`${certificate}\n`);
  expect((await get('cust_42')).code).toBe(1);
}, 60_000);
