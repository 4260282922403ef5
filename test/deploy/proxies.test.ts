/**
 * The vault behind the real nginx and haproxy, with the configurations of `src/deploy/` as they stand there. Where a line
 * of one is there to keep something from happening, the test takes it away and sees that happen.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runJobsOnce } from '../../src/background/long-jobs.ts';
import { LetheClient } from '../../src/client/lethe-client.ts';
import { readConfig } from '../../src/config.ts';
import { serve } from '../../src/http/serving/server.ts';
import { freePort } from '../support/ports.ts';
import {
  answerTo,
  CLIENT_ADDRESS,
  hasProxy,
  PROXIES,
  type ProxyName,
  replaced,
  startProxy,
} from '../support/proxies.ts';
import { openTestVault } from '../support/vault.ts';

const MiB = 1024 * 1024;
/** For what another process does; a busy machine takes its time. */
const PATIENT = { timeout: 10_000 };
const LOOK_EVERY = 3 * MiB;
const PUBLIC_URL = 'https://vault.example.com/vault';
const HANDBOOK = fileURLToPath(new URL('../../src/deploy/README.md', import.meta.url));
const EMAIL = 'dorothy.vaughan@example.com';
const JSON_BODY = { 'Content-Type': 'application/json' };

/** A vault, listening for real, and a proxy before it. */
async function vaultBehind(
  name: ProxyName,
  trustedProxies: readonly string[] = ['127.0.0.1'],
  edit = (config: string) => config,
) {
  const vault = await openTestVault();
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const front = { trustedProxies, publicUrl: PUBLIC_URL };
  const events = { lookMs: 5, heartbeatMs: 600_000, recheckMs: 600_000 };
  const server = await serve(vault.vault, log, { host: '127.0.0.1', port: 0, events, ...front });
  onTestFinished(() => server.stop());
  await vault.as('app').call('get', '/v1/types');
  const proxy = await startProxy(name, { upstream: Number(new URL(server.url).port), edit });
  const headers = { Authorization: `Bearer ${vault.as('app').apiKey}`, ...JSON_BODY };
  await expect.poll(async () => (await proxy.ask('GET', '/v1/types', { headers })).status, PATIENT).toBe(200);
  lines.splice(0);
  const newLines = () => lines.splice(0).map((line) => JSON.parse(line) as Record<string, unknown>);
  return { vault, server, proxy, headers, lines, newLines };
}

/** Stands where the vault would, and answers as the test wants. */
async function upstream(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  readyz = 200,
): Promise<number> {
  const server = createServer((request, response) => {
    if (request.url === '/readyz') response.writeHead(readyz).end();
    else answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => void server.close(() => resolve()));
  });
  return (server.address() as AddressInfo).port;
}

const NGINX_BUFFERS = [
  ['        proxy_request_buffering off;\n', ''],
  ['        client_body_buffer_size 1m;\n', ''],
  ['        proxy_buffering off;\n', ''],
  ['        proxy_max_temp_file_size 0;\n', ''],
] as const;
/** Of the four, what is left where two are taken away. */
const without =
  (...gone: number[]) =>
  (config: string) =>
    replaced(
      config,
      gone.map((i) => NGINX_BUFFERS[i] as [string, string]),
    );

/** Where values were found on a disk: of a call that the vault takes its time for, and of an answer that a slow client reads. */
async function writtenBy(name: ProxyName, edit?: (config: string) => string) {
  const [sent, answered] = ['canary-of-a-body-4711', 'canary-of-an-answer-4712'];
  const answer = Buffer.from(answered.padEnd(1024, ' ').repeat(24 * 1024));
  let arrived = () => {};
  const here = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  let go = (_: unknown) => {};
  const released = new Promise((resolve) => {
    go = resolve;
  });
  const port = await upstream((request, response) => {
    request.resume().once('end', async () => {
      arrived();
      await released;
      response.end(answer);
    });
  });
  const proxy = await startProxy(name, { upstream: port, ...(edit && { edit }) });
  const body = sent.padEnd(1024, ' ').repeat(1023);
  const sending = proxy.open('POST', '/v1/tokenize', { ...JSON_BODY, 'Content-Length': String(body.length) });
  sending.on('error', () => {});
  const reply = new Promise<IncomingMessage>((resolve) => sending.once('response', resolve));
  sending.end(body);
  await here;
  const found = { body: (await proxy.written(sent)).length > 0, answer: false };
  go(undefined);

  const reading = await reply;
  let read = 0;
  for await (const chunk of reading) {
    // Read slowly: between two looks at the disk, a little.
    read += (chunk as Buffer).length;
    if (Math.floor(read / LOOK_EVERY) > Math.floor((read - (chunk as Buffer).length) / LOOK_EVERY)) {
      found.answer ||= (await proxy.written(answered)).length > 0;
      if (found.answer) break;
    }
  }
  if (!found.answer) expect(read).toBe(answer.length);
  reading.destroy();
  return found;
}

describe.skipIf(!hasProxy('nginx'))('nginx as it comes', () => {
  test('writes bodies and answers to files; with either line of each pair, neither', async () => {
    expect(await writtenBy('nginx', without(0, 1, 2, 3))).toEqual({ body: true, answer: true });
    expect(await writtenBy('nginx', without(0, 2))).toEqual({ body: false, answer: false });
    expect(await writtenBy('nginx', without(1, 3))).toEqual({ body: false, answer: false });
    expect(await writtenBy('nginx')).toEqual({ body: false, answer: false });
  }, 60_000);

  test('sends a call again that got no answer, and repeats its path in the log; with our lines, neither', async () => {
    const seen: string[] = [];
    const port = await upstream((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      if (request.url === '/v1/warm') response.end('{}');
      else request.socket.destroy();
    });
    const asItComes = (config: string) =>
      replaced(config, [
        ['        proxy_next_upstream off;\n', ''],
        ['error.log crit;', 'error.log error;'],
      ]);
    for (const edit of [asItComes, (config: string) => config]) {
      const proxy = await startProxy('nginx', { upstream: port, edit });
      await proxy.ask('GET', '/v1/warm');
      expect((await proxy.ask('DELETE', '/v1/tokens/tok_x')).status).toBe(502);
      expect((await proxy.logs()).includes('tok_x')).toBe(edit === asItComes);
      expect(seen.splice(0).slice(1)).toEqual(Array(edit === asItComes ? 2 : 1).fill('DELETE /v1/tokens/tok_x'));
    }
  });
});

describe.each(PROXIES.filter(hasProxy))('behind %s', (name) => {
  if (name === 'haproxy') {
    test('no body and no answer is on a disk', async () => {
      expect(await writtenBy(name)).toEqual({ body: false, answer: false });
    });

    test('a node that is not ready gets no call', async () => {
      const seen: (string | undefined)[] = [];
      const port = await upstream((request) => void seen.push(request.url), 503);
      const proxy = await startProxy(name, { upstream: port });
      await expect.poll(() => proxy.logs(), PATIENT).toMatch(/DOWN/);
      expect((await proxy.ask('GET', '/v1/types')).status).toBe(503);
      expect(seen).toEqual([]);
    });
  }

  test('calls are answered; the line has the client, whatever it says of itself; the proxy’s logs have no path, address or value', async () => {
    const { proxy, headers, newLines, vault } = await vaultBehind(name);
    const body = JSON.stringify({ items: [{ type: 'email', value: EMAIL, subject: 'cust_1' }] });
    const lies = { 'X-Forwarded-For': '198.51.100.9', Forwarded: 'for=198.51.100.9', 'X-Real-IP': '198.51.100.9' };
    const stored = await proxy.ask('POST', '/v1/tokenize', { headers: { ...headers, ...lies }, body });
    expect(stored.status).toBe(200);
    const { token } = JSON.parse(stored.text).results[0];
    expect(newLines()).toMatchObject([{ operation: 'tokenize', status: 200, source: CLIENT_ADDRESS }]);

    const read = await proxy.ask('GET', `/v1/tokens/${token}`, { headers });
    expect(JSON.parse(read.text)).toMatchObject({ token });
    const refused = await proxy.ask('GET', `/v1/tokens/${token}?note=${encodeURIComponent(EMAIL)}`, { headers });
    expect(JSON.parse(refused.text)).toMatchObject({
      code: 'malformed_request',
      type: `${PUBLIC_URL}/docs#problem-malformed_request`,
    });
    const ids = [stored, read, refused].map((reply) => reply.headers['x-request-id'] as string);
    await expect.poll(() => proxy.logs(), PATIENT).toContain(ids[2]);
    const logs = await proxy.logs();
    for (const id of ids) expect(logs).toContain(id);
    expect(logs).not.toMatch(/tok_|\/v1|198\.51|127\.0\.0\.[15]|dorothy|lethe_[0-9]/);
    expect((await vault.lastAuditEntry())?.request).toBe(ids[2]);
  });

  test('an address that the settings do not trust names nobody, and that is said', async () => {
    const { proxy, headers, newLines, server } = await vaultBehind(name, ['10.0.0.0/8']);
    await proxy.ask('GET', '/v1/types', { headers });
    expect(newLines()).toMatchObject([{ operation: 'listTypes', source: '127.0.0.1' }]);
    // The warning came with the first call.
    expect(await (await fetch(`${server.url}/metrics`)).text()).toMatch(/^lethe_untrusted_forwarded_total [1-9]/m);
  });

  test('behind a further proxy, both are trusted, and the inner one adds to what the outer says', async () => {
    const adding = (config: string) =>
      name === 'nginx'
        ? replaced(config, [['X-Forwarded-For $remote_addr', 'X-Forwarded-For $proxy_add_x_forwarded_for']])
        : replaced(config, [['http-request set-header X-Forwarded-For %[src]', 'option forwardfor']]);
    const { proxy, headers, newLines } = await vaultBehind(name, ['127.0.0.1', CLIENT_ADDRESS], adding);
    const outer = { 'X-Forwarded-For': '203.0.113.7', Forwarded: 'for=198.51.100.9' };
    await proxy.ask('GET', '/v1/types', { headers: { ...headers, ...outer } });
    expect(newLines()).toMatchObject([{ source: '203.0.113.7' }]);
  });

  test('of two nodes, one that is gone gets no calls', async () => {
    const gone = await freePort();
    const two = (config: string) =>
      config.replace(/^ +server (?:node1 )?127\.0\.0\.1:(\d+)(.*)$/m, (line, port, rest) =>
        [line, line.replace(`${port}${rest}`, `${gone}${rest}`).replace('node1', 'node2')].join('\n'),
      );
    const port = await upstream((_, response) => void response.end('{}'));
    const proxy = await startProxy(name, { upstream: port, edit: two });
    if (name === 'haproxy') await expect.poll(() => proxy.logs(), PATIENT).toMatch(/node2 is DOWN/);
    const statuses: number[] = [];
    for (let i = 0; i < 8; i += 1) statuses.push((await proxy.ask('GET', '/v1/types')).status);
    expect(statuses.filter((status) => status !== 200)).toEqual(name === 'nginx' ? [502] : []);
  });

  test('what the handbook says to look at is as it says', async () => {
    const { proxy, server } = await vaultBehind(name);
    const section = /^## A proxy\n([\s\S]*?)^## /m.exec(await readFile(HANDBOOK, 'utf8'))?.[1] ?? '';
    const typed = [...section.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block]) => block).join('');
    expect(typed).toContain('curl');
    const here = typed
      .replaceAll(
        'https://vault.example.com',
        `--cacert ${proxy.folder}/tls/certificate.pem https://localhost:${proxy.port}`,
      )
      .replaceAll('http://127.0.0.1:7300', server.url);
    const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', here]);
    expect(stdout).toBe('200\n404\nlethe_untrusted_forwarded_total 0\n');
    for (const setting of section.matchAll(/^\| `(LETHE_\w+)` \| `([^`]+)`/gm)) {
      expect(() => readConfig({ [setting[1] as string]: setting[2] })).not.toThrow();
    }
  });

  test('a body of 1 MiB passes, one byte more is 413 as the vault says it, with its length or in chunks', async () => {
    const { proxy, headers } = await vaultBehind(name);
    const item = JSON.stringify({ type: 'text', value: 'x'.repeat(1_000) });
    const items = `{"items":[${Array(1_000).fill(item).join(',')}]}`;
    const whole = items.padEnd(MiB, ' ');
    expect((await proxy.ask('POST', '/v1/tokenize', { headers, body: whole })).status).toBe(200);
    const more = await proxy.ask('POST', '/v1/tokenize', { headers, body: `${whole} ` });
    expect([more.status, more.headers['content-type']]).toEqual([413, 'application/problem+json']);
    // The proxy’s own: the vault was not asked.
    expect([more.headers['cache-control'], more.headers['x-request-id']]).toEqual(['no-store', undefined]);
    expect(JSON.parse(more.text)).toMatchObject({
      code: 'body_too_large',
      status: 413,
      type: expect.any(String),
      title: expect.any(String),
    });
    const chunks = await proxy.ask('POST', '/v1/tokenize', { headers, body: `${whole} `, chunked: true });
    expect(JSON.parse(chunks.text)).toMatchObject({ code: 'body_too_large', status: 413 });
  });

  test('events arrive one by one, while the work goes on', async () => {
    const { proxy, vault } = await vaultBehind(name);
    const security = vault.as('security');
    const { job } = (await security.call('post', '/v1/keys/rotate', {})).body;
    const sending = proxy.open('GET', `/v1/jobs/${job}/events`, { Authorization: `Bearer ${security.apiKey}` });
    sending.end();
    const reply = await new Promise<IncomingMessage>((resolve) => sending.once('response', resolve));
    let text = '';
    reply.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    // The first, before anything of the job was done.
    await expect.poll(() => text, PATIENT).toMatch(/"state":"waiting"/);
    expect(text.match(/^event: /gm)).toHaveLength(1);
    const ended = new Promise((resolve) => reply.once('end', resolve));
    await runJobsOnce(vault.vault);
    await ended;
    expect(text).toMatch(/event: done\ndata: .*"state":"completed"/);
  });

  test('the API’s description is there with all it loads; what is not for the world is not, however it is spelt', async () => {
    const { proxy, headers } = await vaultBehind(name);
    const page = await proxy.ask('GET', '/docs');
    const loaded = [...page.text.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, target]) => target as string);
    const paths = loaded
      .filter((target) => !target.startsWith('data:'))
      .map((target) => new URL(target, `${PUBLIC_URL}/docs`));
    expect(paths.map(({ pathname }) => pathname)).toContain('/vault/openapi.json');
    for (const { pathname } of paths) {
      expect([pathname, (await proxy.ask('GET', pathname.replace('/vault', ''))).status]).toEqual([pathname, 200]);
    }
    expect(JSON.parse((await proxy.ask('GET', '/openapi.json')).text).servers).toMatchObject([{ url: PUBLIC_URL }]);
    expect(JSON.parse((await proxy.ask('GET', '/.well-known/jwks.json')).text)).toHaveProperty('keys');

    const spellings = [
      '/metrics',
      '/%6detrics',
      '//metrics',
      '/./metrics',
      '/v1/../metrics',
      '/v1/%2e%2e/metrics',
      '/docs/../metrics',
    ];
    spellings.push(
      '/metrics/',
      '/metrics?a',
      '/METRICS',
      '/metrics;a',
      '/metrics%00',
      '/v1/..%2fmetrics',
      '/readyz',
      '/healthz',
      '/x/../readyz',
    );
    spellings.push('/v1/unseal', '/v1/%75nseal', '/v1//unseal', '/v1/./unseal', '/v1/x/../unseal', '/v1/unseal?a');
    for (const path of spellings) {
      const { status, text } = await proxy.ask('GET', path, { headers });
      expect([path, status]).toEqual([path, expect.toSatisfy((code: number) => [400, 404].includes(code))]);
      expect(text).not.toMatch(/lethe_http|"ready|"ok"|"sealed"/);
    }
  });

  test('a call that breaks off is 502, one that is not answered in time 504, and none is sent a second time', async () => {
    const seen: string[] = [];
    const port = await upstream((request, response) => {
      const path = `${request.method} ${request.url}`;
      seen.push(path);
      request.resume();
      if (path.includes('warm')) response.end('{}');
      else if (path.includes('broken')) request.once('end', () => request.socket.destroy());
    });
    const edit = (config: string) =>
      name === 'nginx'
        ? replaced(config, [['proxy_read_timeout 60s', 'proxy_read_timeout 1s']])
        : replaced(config, [['timeout server 60s', 'timeout server 1s']]);
    const proxy = await startProxy(name, { upstream: port, edit });
    // Broken on a connection that served before, as when a vault is restarted: where nginx by itself sends again.
    for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
      expect((await proxy.ask('GET', '/v1/warm')).status).toBe(200);
      const { status } = await proxy.ask(method, `/v1/broken-${method}`, { body: '{}', headers: JSON_BODY });
      expect([method, status]).toEqual([method, 502]);
    }
    expect((await proxy.ask('DELETE', '/v1/silent')).status).toBe(504);
    const broken = ['GET', 'POST', 'PUT', 'DELETE'].map((method) => `${method} /v1/broken-${method}`);
    expect(seen.filter((path) => !path.includes('warm'))).toEqual([...broken, 'DELETE /v1/silent']);
    expect(await proxy.logs()).not.toContain('/v1');
  });

  test('where no vault answers, it is 502 or 503, which the client takes for a time when to try again', async () => {
    const proxy = await startProxy(name, { upstream: await freePort() });
    const reply = await proxy.ask('GET', '/v1/tokens/tok_15v7chfy5rbwh743f6rhsh75q92zc29m');
    expect(reply.status).toBe(name === 'nginx' ? 502 : 503);
    expect(reply.text).not.toMatch(/nginx\/|haproxy|127\.0/i);
    expect(await proxy.logs()).not.toContain('tok_');

    let tries = 0;
    const fetch = async (url: string | URL | Request, { method = '', body }: RequestInit = {}) => {
      tries += 1;
      const path = new URL(String(url)).pathname.replace('/vault', '');
      const { status, text } = await answerTo(proxy.open(method, path), String(body));
      return new Response(text, { status, headers: { 'Content-Type': 'text/html' } });
    };
    const client = new LetheClient({ url: PUBLIC_URL, apiKey: 'lethe_x', sleep: async () => {}, fetch });
    const call = client.tokenize([{ type: 'email', value: EMAIL }]);
    await expect(call).rejects.toMatchObject({ code: 'unexpected_reply', status: reply.status });
    expect(tries).toBe(4);
  });
});
