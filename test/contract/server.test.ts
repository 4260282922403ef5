/** The listening server: what a hostile or slow client can hold of it, and how it stops. */
import diagnostics from 'node:diagnostics_channel';
import type { Server } from 'node:http';
import { expect, test } from 'vitest';
import { type Connection, listen, open } from './listening.ts';
import { openWatchedVault, plant, plantedIn, watchLogs } from './watched.ts';

watchLogs();

const EMAIL = plant('katherine.johnson@example.com');
const BODY = JSON.stringify({ items: [{ type: 'email', value: EMAIL }] });
const MiB = 1024 * 1024;

/** A listening vault, an app's API key, and how a POST begins. */
async function listeningVault() {
  const vault = await openWatchedVault();
  await vault.as('app').call('get', '/v1/types');
  const server = await listen(vault);
  const head = (...headers: string[]) =>
    [
      'POST /v1/tokenize HTTP/1.1',
      'Host: vault',
      `Authorization: Bearer ${vault.as('app').apiKey}`,
      'Content-Type: application/json',
      ...headers,
      '\r\n',
    ].join('\r\n');
  return { vault, server, head };
}

async function send(port: number, ...parts: string[]): Promise<Connection> {
  const connection = await open(port);
  for (const part of parts) connection.socket.write(part);
  return connection;
}

const stored = (text: string) => text.startsWith('HTTP/1.1 200 ') && text.includes('"token":"tok_');

test('a body declared too large is refused unread; the client gets the answer and the connection ends', async () => {
  const { server, head } = await listeningVault();
  const unsent = await send(server.port, head(`Content-Length: ${64 * MiB}`));
  expect(await unsent.ended).toMatch(/^HTTP\/1\.1 413 .*"code":"body_too_large"/s);

  const large = ' '.repeat(4 * MiB);
  const sent = await send(server.port, head(`Content-Length: ${large.length}`), large);
  expect(await sent.until(/body_too_large.*\}$/)).toMatch(/^HTTP\/1\.1 413 .*\r\nConnection: close\r\n/s);
  await sent.ended;
});

test('a body that grows too large is cut off, and the answer arrives', async () => {
  const { server, head } = await listeningVault();
  const chunk = `${(64 * 1024).toString(16)}\r\n${' '.repeat(64 * 1024)}\r\n`;
  const connection = await send(server.port, head('Transfer-Encoding: chunked'), ...Array(64).fill(chunk), '0\r\n\r\n');
  expect(await connection.until(/body_too_large.*\}$/)).toMatch(/^HTTP\/1\.1 413 /);
});

test('a chunked body is read like any other', async () => {
  const { server, head } = await listeningVault();
  const chunks = [...BODY].map((character) => `1\r\n${character}\r\n`);
  const connection = await send(server.port, head('Transfer-Encoding: chunked'), ...chunks, '0\r\n\r\n');
  expect(stored(await connection.until(/\}$/))).toBe(true);
});

test('a body that breaks off stores nothing', async () => {
  const { vault, server, head } = await listeningVault();
  const before = (await vault.auditEntries()).length;
  const connection = await send(server.port, head(`Content-Length: ${BODY.length + 10}`), BODY);
  await new Promise((resume) => setTimeout(resume, 50));
  connection.socket.destroy();
  await expect
    .poll(async () => (await vault.auditEntries()).slice(before))
    .toMatchObject([{ action: 'tokenize', outcome: 'failed', code: 'malformed_request' }]);
  expect((await vault.as('app').search('email', EMAIL)).body.results).toEqual([]);
});

test('what two readers could read in two ways is refused', async () => {
  const { server, head } = await listeningVault();
  const smuggled: [string, string][] = [
    ['a length and chunks', head(`Content-Length: ${BODY.length}`, 'Transfer-Encoding: chunked') + BODY],
    ['two lengths', head(`Content-Length: ${BODY.length}`, 'Content-Length: 5') + BODY],
    ['a length that is none', head('Content-Length: 1x') + BODY],
    ['a bare line feed', `POST /v1/tokenize HTTP/1.1\nHost: vault\n\n${BODY}`],
    ['an unknown method', head().replace('POST', 'FETCH')],
    ['no host', head().replace('Host: vault\r\n', '')],
    ['a header of 20,000 bytes', head(`X-Long: ${'x'.repeat(20_000)}`)],
    ['a header in which a value stands', head(`${EMAIL}: x`)],
  ];
  for (const [name, request] of smuggled) {
    const answer = await (await send(server.port, request)).ended;
    expect([name, answer]).toEqual([name, expect.stringMatching(/^HTTP\/1\.1 4\d\d /)]);
    expect([name, plantedIn(answer)]).toEqual([name, []]);
  }
});

test('two requests in one packet get two answers, in order', async () => {
  const { server, head } = await listeningVault();
  const request = head(`Content-Length: ${BODY.length}`) + BODY;
  const second = request
    .replace('"email"', '"nosuch"')
    .replace(`Content-Length: ${BODY.length}`, `Content-Length: ${BODY.length + 1}`);
  const connection = await send(server.port, request + second);
  const text = await connection.until(/unknown_type.*\}$/);
  expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 422']);
});

test('time is bounded: for headers, for a request, and for an idle connection', async () => {
  const { server, head } = await listeningVault();
  let seen: Server | undefined;
  const watch = (message: unknown) => {
    seen = (message as { server: Server }).server;
  };
  diagnostics.subscribe('http.server.request.start', watch);
  await (await send(server.port, head(`Content-Length: ${BODY.length}`), BODY)).until(/\}$/);
  diagnostics.unsubscribe('http.server.request.start', watch);
  expect(seen?.headersTimeout).toBeLessThanOrEqual(10_000);
  expect(seen?.requestTimeout).toBeLessThanOrEqual(30_000);
  // Longer than the 60 s for which load balancers keep connections, so that none sends into one that was just closed.
  expect(seen?.keepAliveTimeout).toBeGreaterThan(60_000);
});

test('a stop finishes the request under way, says so, and takes no new one', async () => {
  const { vault, server, head } = await listeningVault();
  const idle = await send(server.port, 'GET /healthz HTTP/1.1\r\nHost: vault\r\n\r\n');
  await idle.until(/"status":"ok".*\}$/);
  const half = BODY.length / 2;
  const connection = await send(server.port, head(`Content-Length: ${BODY.length}`), BODY.slice(0, half));
  await new Promise((resume) => setTimeout(resume, 50));

  let stopped = false;
  const stop = server.stop().then(() => {
    stopped = true;
  });
  await idle.ended;
  await expect(open(server.port)).rejects.toThrow('ECONNREFUSED');
  expect(stopped).toBe(false);
  connection.socket.write(BODY.slice(half));

  const answer = await connection.ended;
  expect(stored(answer)).toBe(true);
  expect(answer).toContain('\r\nConnection: close\r\n');
  await stop;
  expect((await vault.as('app').search('email', EMAIL)).body.results).toHaveLength(1);
  await server.stop();
});
