/** TLS by each `sslmode`, and Unix sockets, with a real server; and what is said where they fail. */
import { execFileSync } from 'node:child_process';
import { copyFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { lookAt, lookAtBoth } from '../../src/storage/opening/look-at.ts';
import { type PostgresPlace, parseStoreUrl } from '../../src/storage/opening/url.ts';
import { newClient } from '../../src/storage/postgres/connect.ts';
import { startPostgres } from '../support/postgres-setup.ts';
import { temporaryFolder } from '../support/temporary.ts';

const hasOpenssl = (() => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    process.stderr.write('No TLS with PostgreSQL is tested: openssl is not installed.\n');
    return false;
  }
})();

describe.skipIf(!hasOpenssl)('a server with TLS and a Unix socket', () => {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  let own: PostgresPlace;
  let ca: string;
  beforeAll(async () => {
    server = await startPostgres('tls');
    own = parseStoreUrl(server.url) as PostgresPlace;
    const folder = await temporaryFolder();
    ca = `${folder.path}/ca.crt`;
    await copyFile(`${server.folder}/server.crt`, ca);
    return folder.remove;
  });
  afterAll(() => server?.stop());

  const at = (host: string, query: string) =>
    `postgres://${own.user}:${own.password}@${host}:${own.port}/postgres${query}`;
  const ENCRYPTED = 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()';
  const isEncrypted = async (url: string) => {
    const client = newClient(url, 'lethe-test');
    await client.connect();
    try {
      return (await client.query(ENCRYPTED)).rows[0]?.ssl as boolean;
    } finally {
      await client.end();
    }
  };

  test('is verified whole, in part or not at all, as sslmode says', async () => {
    const trusted = `&sslrootcert=${ca}`;
    expect(await isEncrypted(at('localhost', `?sslmode=verify-full${trusted}`))).toBe(true);
    expect(await isEncrypted(at('localhost', `?sslmode=require${trusted}`))).toBe(true);
    expect(await isEncrypted(at('127.0.0.1', `?sslmode=verify-ca${trusted}`))).toBe(true);
    expect(await isEncrypted(at('127.0.0.1', '?sslmode=disable'))).toBe(false);
    expect(await isEncrypted(at('127.0.0.1', ''))).toBe(false);
  });

  test.each([
    ['verify-full', '127.0.0.1', true, 'ERR_TLS_CERT_ALTNAME_INVALID', /for another host/],
    ['require', '127.0.0.1', true, 'ERR_TLS_CERT_ALTNAME_INVALID', /for another host/],
    ['verify-full', 'localhost', false, 'DEPTH_ZERO_SELF_SIGNED_CERT', /sslrootcert/],
    ['require', 'localhost', false, 'DEPTH_ZERO_SELF_SIGNED_CERT', /sslrootcert/],
    ['verify-ca', '127.0.0.1', false, 'DEPTH_ZERO_SELF_SIGNED_CERT', /sslrootcert/],
  ])(
    '%s of %s is refused where that is not so, also by NODE_TLS_REJECT_UNAUTHORIZED=0',
    async (mode, host, trusts, code, what) => {
      vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
      onTestFinished(() => void vi.unstubAllEnvs());
      const url = at(host, `?sslmode=${mode}${trusts ? `&sslrootcert=${ca}` : ''}`);
      await expect(isEncrypted(url)).rejects.toMatchObject({ code });
      await expect(lookAt('records', url)).rejects.toThrow(
        new RegExp(`The record store .*cannot be opened \\(${code}\\)`),
      );
      await expect(lookAt('records', url)).rejects.toThrow(what);
    },
  );

  test('files of TLS that are not there are named', async () => {
    const url = at('localhost', '?sslmode=verify-full&sslrootcert=/nowhere/ca.pem');
    await expect(lookAt('keys', url)).rejects.toThrow(
      'The file /nowhere/ca.pem of the store’s TLS cannot be read (ENOENT).',
    );
  });

  test('is reached by its socket', async () => {
    const url = `postgres://${own.user}:${own.password}@:${own.port}/postgres?host=${server.folder}`;
    expect(await isEncrypted(url)).toBe(false);
    await expect(lookAt('keys', `${url}/nowhere`)).rejects.toThrow(/ENOENT.*no such file, folder or socket/);
  });

  test('and is one database by every name', async () => {
    const socket = `postgres://${own.user}:${own.password}@:${own.port}/postgres?host=${server.folder}`;
    const names = [
      at('127.0.0.1', ''),
      at('localhost', ''),
      at('localhost', `?sslmode=verify-full&sslrootcert=${ca}`),
      socket,
    ];
    for (const one of names) {
      for (const two of names) await expect(lookAtBoth(one, two)).rejects.toThrow(/must be two databases/);
      await lookAtBoth(one, socket.replace('/postgres?', '/template1?'));
    }
  });
});
