/** Long jobs over the API: ordered, read, and followed as server-sent events, on the real listening server. */
import { describe, expect, test, vi } from 'vitest';
import { runJobsOnce } from '../../src/background/long-jobs.ts';
import { authenticate } from '../../src/calls/authenticate.ts';
import { LetheError } from '../../src/client/errors.ts';
import { LetheClient } from '../../src/client/lethe-client.ts';
import { UnavailableError } from '../../src/errors.ts';
import { type JobId, newId } from '../../src/ids.ts';
import { changeJob, claimJob } from '../../src/jobs/job-store.ts';
import { listJobs } from '../../src/operations/keys/list-jobs.ts';
import { packedBuild } from '../support/spelled.ts';
import { NOW, openTestVault, type TestCaller, type TestVault } from '../support/vault.ts';
import { listen, open } from './listening.ts';

const QUICK = { lookMs: 5, heartbeatMs: 600_000, recheckMs: 600_000 };

async function here(times = QUICK) {
  const vault = await openTestVault();
  const security = vault.as('security');
  await security.call('get', '/v1/types');
  const server = await listen(vault, times);
  const order = async (body: object = {}) => (await security.call('post', '/v1/keys/rotate', body)).body.job as JobId;
  /** A raw connection that reads the events of a job. */
  const follow = async (job: string, apiKey = security.apiKey) => {
    const connection = await open(server.port);
    const head = [`GET /v1/jobs/${job}/events HTTP/1.1`, 'Host: vault', `Authorization: Bearer ${apiKey}`, '\r\n'];
    connection.socket.write(head.join('\r\n'));
    return connection;
  };
  return { vault, security, server, order, follow };
}

/** Moves a job as a runner on another node would. */
async function move({ vault }: TestVault, job: JobId, to: Parameters<typeof changeJob>[3]): Promise<void> {
  await vault.recordStore.exclusive(async (tx) => {
    await claimJob(tx, job, 1, NOW);
    await changeJob(tx, job, 1, to, NOW);
  });
}

/** The events of a reply, as its reader takes them apart. */
function eventsOf(received: string) {
  const [, body = ''] = received.split(/\r\n\r\n(.*)/s);
  // Chunks of HTTP, put together again.
  const text = body.replaceAll(/(^|\r\n)[0-9a-f]+\r\n/g, '').replaceAll('\r\n', '');
  return text
    .split('\n\n')
    .filter((event) => event.startsWith('id:'))
    .map((event) => {
      const [id, name, data = ''] = event.split('\n').map((line) => line.replace(/^\w+: /, ''));
      return { id, name, data: JSON.parse(data) };
    });
}

const untilEvent = (connection: Awaited<ReturnType<typeof open>>, what: RegExp) => connection.until(what);

describe('an order', () => {
  test('is answered with 202 and its job; the same again is the same job, also under another Idempotency-Key', async () => {
    const { vault, security } = await here();
    const call = (key: string) => security.call('post', '/v1/keys/rotate', {}, { 'Idempotency-Key': key });
    const first = await call('one');
    expect([first.status, first.body]).toEqual([202, { job: expect.stringMatching(/^job_/) }]);
    expect([(await call('one')).body, (await call('two')).body]).toEqual([first.body, first.body]);

    await runJobsOnce(vault.vault);
    expect((await call('one')).body).toEqual(first.body);
    expect((await call('three')).body).not.toEqual(first.body);
  });

  test('closes the epoch; its end is audited under who ordered it', async () => {
    const { vault, security, order } = await here();
    const job = await order();
    const before = (await security.call('get', '/v1/status')).body.epoch;
    await runJobsOnce(vault.vault);

    expect((await security.call('get', `/v1/jobs/${job}`)).body).toMatchObject({
      state: 'completed',
      detail: { epoch: before },
    });
    expect((await security.call('get', '/v1/status')).body.epoch).toBe(before + 1);
    const entries = (await vault.auditEntries()).filter(({ target }) => target === job);
    expect(entries.map(({ action, outcome, principal }) => [action, outcome, principal]).slice(0, 2)).toEqual([
      ['rotate_keys', 'done', security.principal],
      ['rotate_keys', 'done', security.principal],
    ]);
  });

  test('of who may not rotate is refused', async () => {
    const { vault } = await here();
    for (const role of ['app', 'support', 'auditor'] as const) {
      expect((await vault.as(role).call('post', '/v1/keys/rotate', {})).status).toBe(403);
    }
    expect((await vault.admin.call('post', '/v1/keys/rotate', {})).status).toBe(403);
  });
});

describe('a job is shown', () => {
  test('to its own tenant; one of the whole vault to any tenant’s security team, and to nobody else of another', async () => {
    const { vault, order } = await here();
    await vault.as('app').tokenize({ type: 'email', value: 'ada@example.com' });
    const [epoch, index] = [await order(), await order({ index: 'email' })];
    const status = async (caller: { call: TestVault['admin']['call'] }, job: string) =>
      (await caller.call('get', `/v1/jobs/${job}`)).status;
    for (const caller of [vault.as('security'), vault.admin, vault.as('auditor')]) {
      expect([await status(caller, epoch), await status(caller, index)]).toEqual([200, 200]);
    }
    const theirs = await vault.inTenant('other', 'security');
    expect([await status(theirs, epoch), await status(theirs, index)]).toEqual([200, 404]);
    const auditor = await vault.inTenant('third', 'auditor');
    expect([await status(auditor, epoch), await status(auditor, index)]).toEqual([404, 404]);
    expect(await status(vault.as('app'), epoch)).toBe(403);

    const listed = async ({ apiKey }: { apiKey: string }) => {
      const caller = await authenticate(vault.vault, apiKey, newId('request', vault.vault.random, NOW));
      return (await listJobs(vault.vault, caller, { limit: 50 })).jobs.map(({ job }) => job).sort();
    };
    expect(await listed(vault.as('security'))).toEqual([epoch, index].sort());
    expect([await listed(theirs), await listed(auditor)]).toEqual([[epoch], []]);
  });

  test('without its numbers over all tenants to any but the first, also where another ordered it', async () => {
    const { vault, security, follow } = await here();
    const stored = await vault.as('app').tokenize({ type: 'email', value: 'ada@example.com' });
    await vault.as('app').call('post', '/v1/erasures', { tokens: stored.map(({ token }) => token) });
    const theirs = await vault.inTenant('other', 'security');
    const { job } = (await theirs.call('post', '/v1/keys/rotate', {})).body;
    const show = async (caller: TestCaller) => {
      const { body: one } = await caller.call('get', `/v1/jobs/${job}`);
      const { body: list } = await caller.call('get', '/v1/jobs');
      expect(list.jobs).toEqual([one]);
      return one;
    };
    const events = await follow(job, theirs.apiKey);
    await move(vault, job, { step: 'rewrap', done: 3, total: 9, rate_milli: 1_500 });
    expect(await show(security)).toMatchObject({ done: 3, total: 9, ratePerSecond: 1.5, secondsLeft: 4 });
    const seen = await show(theirs);
    expect(seen).toMatchObject({ state: 'running', step: 'rewrap', done: 0, total: 0, detail: {} });
    expect(Object.keys(seen)).not.toContain('ratePerSecond');
    expect(Object.keys(seen)).not.toContain('secondsLeft');
    await untilEvent(events, /"rewrap"/);

    await runJobsOnce(vault.vault);
    const [ours, their] = [await show(security), await show(theirs)];
    expect(ours.detail).toMatchObject({ epoch: 1, certified: 2, without: [], waitsFor: [] });
    expect(ours.detail.moved).toBeGreaterThan(0);
    expect(their).toMatchObject({ state: 'completed', done: 0, total: 0 });
    expect(their.detail).toEqual({ epoch: 1, without: [], waitsFor: [] });
    const told = eventsOf(await events.ended).map(({ data }) => data);
    expect(told.at(-1)).toEqual(their);
    for (const { done, total } of told) expect([done, total]).toEqual([0, 0]);
  });
});

describe('a job whose row was altered', () => {
  test.each(['{"epoch":', '[1]', '{"epoch":{}}', 'null', ''])(
    'is shown without its detail, with an alarm: %s',
    async (detail) => {
      const { vault, security, order, follow } = await here();
      const other = await order({});
      await runJobsOnce(vault.vault);
      const job = await order({});
      await move(vault, job, { state: 'completed', detail });
      const raised: unknown[] = [];
      vault.vault.signals.on('integrityFailure', ({ target, record }) => raised.push([target, record]));

      const list = await security.call('get', '/v1/jobs');
      expect(list.status).toBe(200);
      expect(list.body.jobs).toMatchObject([
        { job, state: 'completed', detail: {}, damaged: true },
        { job: other, detail: { epoch: 1 } },
      ]);
      expect(list.body.jobs[1]).not.toHaveProperty('damaged');
      expect((await security.call('get', `/v1/jobs/${job}`)).body).toEqual(list.body.jobs[0]);
      expect(eventsOf(await (await follow(job)).ended).map(({ data }) => data)).toEqual([list.body.jobs[0]]);
      expect(raised).toEqual([
        [job, undefined],
        [job, undefined],
        [job, undefined],
      ]);
      const entries = (await vault.auditEntries()).filter(({ code }) => code === 'integrity_failure');
      expect(entries).toHaveLength(3);
      for (const entry of entries) expect(entry).toMatchObject({ action: 'read_job', outcome: 'failed', target: job });
    },
  );

  test('so that its order cannot be read fails alone: the others are done', async () => {
    const { vault, security, order } = await here();
    await vault.as('app').tokenize({ type: 'email', value: 'ada@example.com' });
    const [index, epoch] = [await order({ index: 'email' }), await order({})];
    await vault.vault.recordStore.exclusive((tx) =>
      tx.execute(packedBuild((sql) => sql('jobs').where({ job: index }).update({ params: '{"name":' }))),
    );
    await runJobsOnce(vault.vault);
    const state = async (job: string) => {
      const { body } = await security.call('get', `/v1/jobs/${job}`);
      return [body.state, body.code];
    };
    expect(await state(index)).toEqual(['failed', 'integrity_failure']);
    expect(await state(epoch)).toEqual(['completed', undefined]);
  });
});

describe('events', () => {
  test('tell each change once, the last as done, whichever node does the job; headers keep proxies from holding them back', async () => {
    const { vault, order, follow } = await here();
    const job = await order();
    const connection = await follow(job);
    await untilEvent(connection, /"state":"waiting"/);
    await move(vault, job, { step: 'rewrap', done: 1, total: 2 });
    await untilEvent(connection, /"done":1,/);
    await move(vault, job, { state: 'completed', detail: '{"epoch":1}' });

    const received = await connection.ended;
    expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    for (const header of ['Cache-Control: no-store', 'Content-Type: text/event-stream', 'X-Accel-Buffering: no']) {
      expect(received).toContain(`${header}\r\n`);
    }
    const events = eventsOf(received);
    expect(events.map(({ id, name, data }) => [id, name, data.state, data.done])).toEqual([
      ['1', 'progress', 'waiting', 0],
      ['2', 'progress', 'running', 1],
      ['3', 'done', 'completed', 0],
    ]);
    const { body } = await vault.as('security').call('get', `/v1/jobs/${job}`);
    expect(events.at(-1)?.data).toEqual(body);
  });

  test('are audited once, at their start; what may not be seen is a problem and no stream', async () => {
    const { vault, order, follow } = await here();
    const job = await order();
    const connection = await follow(job);
    await untilEvent(connection, /"waiting"/);
    await move(vault, job, { state: 'failed', code: 'integrity_failure' });
    expect(await connection.ended).toMatch(/event: done\ndata: .*"code":"integrity_failure"/);
    expect((await vault.auditEntries()).filter(({ action }) => action === 'read_job')).toHaveLength(1);

    await vault.as('app').call('get', '/v1/types');
    expect(await (await follow(job, vault.as('app').apiKey)).until(/\}$/)).toMatch(/^HTTP\/1\.1 403 .*problem\+json/s);
    expect(await (await follow('job_01m83rdet0ehaadnnnnhek1nfv')).until(/\}$/)).toMatch(/^HTTP\/1\.1 404 /);
  });

  test('are a comment where nothing happens', async () => {
    const { order, follow } = await here({ ...QUICK, heartbeatMs: 1 });
    const connection = await follow(await order());
    await connection.until(/(\r\n:\n\n.*){3}/s);
    expect(eventsOf(connection.received())).toHaveLength(1);
  });

  test('end when the API key is revoked', async () => {
    const { vault, security, order, follow } = await here({ ...QUICK, recheckMs: 1 });
    const connection = await follow(await order());
    await untilEvent(connection, /"waiting"/);
    await vault.admin.call('delete', `/v1/principals/${security.principal}`);
    expect(await connection.ended).not.toContain('event: done');
  });

  test('end when the role of the caller may no longer read jobs', async () => {
    const { vault, order, follow } = await here({ ...QUICK, recheckMs: 1 });
    const put = (rules: object[]) => vault.admin.call('put', '/v1/roles/watch', { rules });
    await put([{ effect: 'allow', actions: ['read_job'] }]);
    const watch = { name: 'watch', role: 'watch', purposes: [] };
    const { apiKey } = (await vault.admin.call('post', '/v1/principals', watch)).body;
    const connection = await follow(await order(), apiKey);
    await untilEvent(connection, /"waiting"/);
    await put([]);
    expect(await connection.ended).not.toContain('event: done');
  });

  test('end when the server stops', async () => {
    const { server, order, follow } = await here();
    const connection = await follow(await order());
    await untilEvent(connection, /"waiting"/);
    await server.stop();
    expect(await connection.ended).not.toContain('event: done');
  });

  test('go on while a store does not answer', async () => {
    const { vault, order, follow } = await here();
    const job = await order();
    const connection = await follow(job);
    await untilEvent(connection, /"waiting"/);
    const { reader } = vault.vault.recordStore;
    const down = vi.spyOn(reader, 'find').mockRejectedValue(new UnavailableError('store_unavailable', 'Down.'));
    await vi.waitUntil(() => down.mock.calls.length > 3);
    down.mockRestore();
    await move(vault, job, { state: 'completed' });
    expect(await connection.ended).toContain('event: done');
  });

  test('of one tenant are fifty at a time, whoever of it asks; another tenant’s are not among them', async () => {
    const { vault, order, follow } = await here();
    const job = await order();
    const add = async () =>
      (await vault.admin.call('post', '/v1/principals', { name: 'more', role: 'security', purposes: [] })).body.apiKey;
    const keys: string[] = await Promise.all(Array.from({ length: 6 }, add));
    const other = await vault.inTenant('other', 'security');
    const streams = await Promise.all(
      keys.slice(0, 5).flatMap((key) => Array.from({ length: 10 }, () => follow(job, key))),
    );
    await Promise.all(streams.map((stream) => untilEvent(stream, /"waiting"/)));

    expect(await (await follow(job, keys[5])).until(/\}$/)).toMatch(/^HTTP\/1\.1 503 .*"code":"overloaded"/s);
    await untilEvent(await follow(job, other.apiKey), /"waiting"/);

    streams[0]?.socket.destroy();
    await vi.waitUntil(async () => /^HTTP\/1\.1 200/.test(await (await follow(job, keys[5])).until(/^HTTP\/1\.1 \d+/)));
  });

  test('of one principal are ten at a time', async () => {
    const { vault, order, follow } = await here();
    const job = await order();
    const streams = await Promise.all(Array.from({ length: 10 }, () => follow(job)));
    await Promise.all(streams.map((stream) => untilEvent(stream, /"waiting"/)));
    expect(await (await follow(job)).until(/\}$/)).toMatch(/^HTTP\/1\.1 503 .*"code":"overloaded"/s);
    await vault.as('auditor').call('get', '/v1/types');
    await untilEvent(await follow(job, vault.as('auditor').apiKey), /"waiting"/);

    streams[0]?.socket.destroy();
    await vi.waitUntil(async () => {
      const again = await follow(job);
      return /^HTTP\/1\.1 200/.test(await again.until(/^HTTP\/1\.1 \d+/));
    });
  });
});

describe('the client', () => {
  test('follows a job to its end, over a stream that breaks off, and asks once more', async () => {
    const { vault, security, server, order } = await here();
    const job = await order();
    let streams = 0;
    const cut: typeof globalThis.fetch = async (input, init) => {
      const response = await globalThis.fetch(input, init);
      streams += 1;
      if (streams > 1) return response;
      // The first stream ends with half of its second event.
      const reader = (response.body as ReadableStream<Uint8Array>).getReader();
      const { value } = await reader.read();
      const half = new Response(Buffer.concat([Buffer.from(value ?? []), Buffer.from('event: done\ndata: {"job')]));
      await reader.cancel();
      return new Response(half.body, { headers: response.headers });
    };
    const pauses: number[] = [];
    const client = new LetheClient({
      url: server.url,
      apiKey: security.apiKey,
      fetch: cut,
      sleep: async (ms) => {
        pauses.push(ms);
        await move(vault, job, { state: 'completed', detail: '{"epoch":1}' });
      },
    });
    const seen: string[] = [];
    for await (const { state } of client.jobEvents(job)) seen.push(state);
    expect([seen, streams, pauses]).toEqual([['waiting', 'completed'], 2, [1_000]]);
  });

  test('throws what the vault says of a job that is not there, and stops when it is told to', async () => {
    const { security, server, order } = await here();
    const client = new LetheClient({ url: server.url, apiKey: security.apiKey });
    await expect(client.jobEvents('job_01m83rdet0ehaadnnnnhek1nfv').next()).rejects.toBeInstanceOf(LetheError);
    await expect(client.jobEvents('../status').next()).rejects.toBeInstanceOf(TypeError);

    const stop = new AbortController();
    const events = client.jobEvents(await order(), { signal: stop.signal });
    expect((await events.next()).value).toMatchObject({ state: 'waiting' });
    stop.abort();
    await expect(events.next()).rejects.toMatchObject({ name: 'AbortError' });
  });
});
