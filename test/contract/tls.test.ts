/** TLS that the server speaks itself: nothing older than 1.3, and files that are replaced while clients are connected. */
import { chmodSync, copyFileSync, readFileSync } from 'node:fs';
import { Agent, get } from 'node:https';
import { connect } from 'node:tls';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { serve } from '../../src/http/serving/server.ts';
import { makeCertificate } from '../support/certificate.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { openTestVault } from '../support/vault.ts';

async function certified() {
  const { path: folder, remove } = await temporaryFolder();
  onTestFinished(remove);
  const files = makeCertificate(folder, 'DNS:localhost');
  const next = makeCertificate(folder, 'DNS:localhost', ['next.pem', 'next-key.pem']);
  return { files, next };
}

test('the server speaks TLS 1.3, and takes a new pair while the connections that stand go on', async () => {
  const vault = await openTestVault();
  const { files, next } = await certified();
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const server = await serve(vault.vault, log, { host: '127.0.0.1', port: 0, tls: files });
  onTestFinished(() => server.stop());
  const { protocol, port } = new URL(server.url);
  expect(protocol).toBe('https:');
  const ask = (agent: Agent, path: string) =>
    new Promise<{ status: number | undefined; headers: Record<string, unknown>; text: string }>((resolve, reject) => {
      get({ host: '127.0.0.1', port, path, agent, servername: 'localhost' }, (reply) => {
        let text = '';
        reply.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        reply.on('end', () => resolve({ status: reply.statusCode, headers: reply.headers, text }));
      }).once('error', reject);
    });
  const trusting = (path: string) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: readFileSync(path) });
    onTestFinished(() => agent.destroy());
    return agent;
  };
  const first = trusting(files.certificate);
  const { status, headers } = await ask(first, '/healthz');
  expect([status, headers['strict-transport-security']]).toEqual([200, expect.stringContaining('max-age=')]);
  const older = connect({ host: '127.0.0.1', port: Number(port), maxVersion: 'TLSv1.2', rejectUnauthorized: false });
  await expect(
    new Promise((resolve, reject) => older.once('error', reject).once('secureConnect', resolve)),
  ).rejects.toThrow();

  // Half of the new pair, and a key that others may read: the pair in use stays.
  const [standing] = Object.values(first.freeSockets).flat();
  const second = trusting(next.certificate);
  copyFileSync(next.certificate, files.certificate);
  await server.lookAtTls();
  await server.lookAtTls();
  await expect(ask(second, '/healthz')).rejects.toThrow();
  copyFileSync(next.key, files.key);
  chmodSync(files.key, 0o644);
  await server.lookAtTls();
  await expect(ask(second, '/healthz')).rejects.toThrow();
  chmodSync(files.key, 0o600);
  await server.lookAtTls();
  expect((await ask(second, '/healthz')).status).toBe(200);

  const { text } = await ask(first, '/metrics');
  expect(Object.values(first.freeSockets).flat()).toEqual([standing]);
  expect(text).toMatch(/^lethe_tls_renewals_total\{outcome="taken"\} 1$/m);
  expect(text).toMatch(/^lethe_tls_renewals_total\{outcome="refused"\} 2$/m);
  const said = lines.filter((line) => line.includes('TLS: '));
  expect(said.map((line) => JSON.parse(line).level)).toEqual([50, 50, 30]);
  expect(said.join('')).not.toContain('PRIVATE KEY');
});

test('a server does not start with files that are no pair', async () => {
  const { vault, logged } = await openTestVault();
  const { files, next } = await certified();
  const log = pino({ level: 'silent' });
  const start = (tls: typeof files) => serve(vault, log, { host: '127.0.0.1', port: 0, tls });
  await expect(start({ ...files, key: next.key })).rejects.toThrow(/no certificate .* and its key/);
  await expect(start({ ...files, key: `${files.key}.gone` })).rejects.toThrow(
    /LETHE_TLS_KEY: .* cannot be read \(ENOENT\)/,
  );
  chmodSync(files.key, 0o604);
  await expect(start(files)).rejects.toThrow(/LETHE_TLS_KEY: .* is open to others: chmod/);
  expect(logged.join('')).not.toContain('PRIVATE');
});
