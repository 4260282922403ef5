/** The transit root slot against a stand-in that answers as the documented API does. */
import { inspect } from 'node:util';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { pooledRandom } from '../../src/crypto/random.ts';
import { type Envelopes, TransitSlot, type TransitSlotOptions } from '../../src/keyring/slots/transit-slot.ts';
import { POLICY, type TransitServer, transitServer } from '../support/transit-server.ts';

const random = pooledRandom();
const VAULT = 'vlt_test';
const KEY = `lethe-${VAULT}-epoch-000001`;
let server: TransitServer;
let kept: Map<string, Buffer>;

beforeEach(async () => {
  server = await transitServer();
  onTestFinished(server.close);
  kept = new Map();
});

const envelopes: Envelopes = {
  get: async (slot, epoch) => kept.get(`${slot}/${epoch}`),
  put: async (slot, epoch, envelope) => {
    const standing = kept.get(`${slot}/${epoch}`) ?? envelope;
    kept.set(`${slot}/${epoch}`, standing);
    return standing;
  },
  remove: async (slot, epoch, only) => {
    if (only === undefined || kept.get(`${slot}/${epoch}`)?.equals(only)) kept.delete(`${slot}/${epoch}`);
  },
};

function slotOf(options: Partial<TransitSlotOptions> = {}): TransitSlot {
  const { url, mount, token, state } = server;
  const settings = { url, mount, cluster: state.cluster, token: async () => token };
  return new TransitSlot({ name: 'kms', vaultId: VAULT, envelopes, ...settings, ...options });
}

const refused = (work: Promise<unknown>, message = '') =>
  expect(work).rejects.toMatchObject({ code: 'key_unavailable', message: expect.stringContaining(message) });

test('a secret comes back from another node, by the envelope, which holds nothing of it', async () => {
  const secret = random(32);
  await slotOf().put(1, secret);

  expect(await slotOf().get(1)).toEqual(secret);
  expect(await slotOf().get(2)).toBeUndefined();
  const [envelope] = kept.values();
  expect(envelope?.toString()).toMatch(/^vault:v1:[A-Za-z0-9+/=]+$/);
  expect(Buffer.from(envelope?.toString().slice(9) ?? '', 'base64').includes(secret)).toBe(false);
});

test('the key is made first, not to be exported, and only then encrypts: the policy needs no right to make it there', async () => {
  await slotOf().put(1, random(32));

  expect(server.requests.map((request) => request.replace(KEY, 'K'))).toEqual([
    ...['POST /v1/transit/keys/K', 'GET /v1/transit/keys/K', 'POST /v1/transit/encrypt/K'],
  ]);
  expect(server.keys.get(KEY)?.options).toEqual({
    ...{ type: 'aes256-gcm96', derived: false, exportable: false, allow_plaintext_backup: false },
  });
});

test.each([
  { exportable: true },
  { allow_plaintext_backup: true },
  { imported_key: true },
  { type: 'chacha20-poly1305' },
])('a key that was there before and is %j takes no secret', async (options) => {
  server.keys.set(KEY, { secret: random(32), options, deletionAllowed: false });

  await refused(slotOf().put(1, random(32)), 'can be taken out');
  expect(server.requests.filter((request) => request.includes('encrypt'))).toEqual([]);
  expect(kept.size).toBe(0);
});

test('a secret that is there is never written over, not even by its own epoch', async () => {
  const first = random(32);
  await slotOf().put(1, first);

  await expect(slotOf().put(1, Buffer.from(first))).resolves.toBeUndefined();
  await refused(slotOf().put(1, random(32)), 'another secret');

  expect(await slotOf().get(1)).toEqual(first);
});

test('of two nodes that put at once one is accepted, and that is the one the envelope holds', async () => {
  const secrets = [random(32), random(32)];

  const put = await Promise.allSettled(secrets.map((secret) => slotOf().put(1, secret)));

  const accepted = secrets.filter((_, i) => put[i]?.status === 'fulfilled');
  expect(accepted).toEqual([await slotOf().get(1)]);
});

/** Envelopes whose reader, at its `turn`-th look, finds what there was and goes on only when `meanwhile` is done. */
function asleepAfterLook(meanwhile: () => Promise<unknown>, turn = 1): Envelopes {
  let looks = 0;
  return {
    ...envelopes,
    async get(slot, epoch) {
      const found = await envelopes.get(slot, epoch);
      looks += 1;
      if (looks === turn) await meanwhile();
      return found;
    },
  };
}

test.each([false, true])(
  'a process that slept before it puts leaves alone what another has put since (an envelope without a key stood there: %s)',
  async (stood) => {
    if (stood) {
      await slotOf().put(1, random(32));
      server.keys.delete(KEY);
    }
    const used = random(32);
    let before: Buffer | undefined;
    const sleeper = slotOf({
      envelopes: asleepAfterLook(async () => {
        await slotOf().put(1, used);
        before = kept.get('kms/1');
      }),
    });

    await refused(sleeper.put(1, random(32)), stood ? 'does not open the envelope' : 'another secret');

    expect(kept.get('kms/1')).toEqual(before);
    expect(await slotOf().get(1)).toEqual(used);
  },
);

test('a process that slept after it found an envelope without a key removes that very one, and no later one', async () => {
  await slotOf().put(1, random(32));
  server.keys.delete(KEY);
  const used = random(32);
  const sleeper = slotOf({
    envelopes: {
      ...envelopes,
      async remove(slot, epoch, only) {
        await slotOf().put(1, used);
        await envelopes.remove(slot, epoch, only);
      },
    },
  });

  await refused(sleeper.put(1, random(32)), 'another secret');

  expect(await slotOf().get(1)).toEqual(used);
});

test('of two processes, whichever of making the key and putting the envelope comes between, one secret is accepted', async () => {
  for (const step of ['POST keys', 'GET keys', 'POST encrypt', 'put']) {
    kept.clear();
    server.keys.clear();
    const [first, second] = [random(32), random(32)];
    let other: Promise<unknown> | undefined;
    const between = async (at: string) => {
      if (at === step) other ??= slotOf().put(1, second);
      await other;
    };
    const original = globalThis.fetch;
    vi.stubGlobal('fetch', async (url: URL, init: RequestInit) => {
      const reply = await original(url, init);
      if (other === undefined) await between(`${init.method} ${String(url).split('/')[5]}`);
      return reply;
    });
    const put = async (slot: string, epoch: number, envelope: Buffer) => {
      if (other === undefined) await between('put');
      return envelopes.put(slot, epoch, envelope);
    };

    const mine = await slotOf({ envelopes: { ...envelopes, put } })
      .put(1, first)
      .catch((error: { code?: string }) => error.code);
    vi.unstubAllGlobals();

    await expect(other, step).resolves.toBeUndefined();
    expect([step, mine, (await slotOf().get(1))?.equals(second)]).toEqual([step, 'key_unavailable', true]);
  }
});

test('an envelope opens in its place only: not for another epoch or vault', async () => {
  await slotOf().put(1, random(32));
  kept.set('kms/2', kept.get('kms/1') as Buffer);
  server.keys.set(`lethe-${VAULT}-epoch-000002`, server.keys.get(KEY) as never);
  server.keys.set('lethe-vlt_other-epoch-000001', server.keys.get(KEY) as never);

  await refused(slotOf().get(2), 'does not open the envelope');
  await refused(slotOf({ vaultId: 'vlt_other' }).get(1), 'does not open the envelope');
});

test('destroying deletes the key and then the envelope; an envelope kept elsewhere opens nowhere; it may be repeated', async () => {
  const slot = slotOf();
  await slot.put(1, random(32));
  await slot.put(2, random(32));
  const copy = kept.get('kms/1') as Buffer;
  server.requests.length = 0;

  const { method, statement } = await slot.destroy(1);

  expect(server.requests.map((request) => request.replace(KEY, 'K'))).toEqual([
    ...['GET /v1/transit/keys/K', 'POST /v1/transit/keys/K/config', 'DELETE /v1/transit/keys/K'],
    ...['GET /v1/transit/keys/K', 'GET /v1/sys/seal-status'],
  ]);
  expect([method, statement]).toEqual([
    'delete the transit key',
    'The key service deleted the key that opened this secret, and has it no more. Backups of the key service and of its storage are outside what it states.',
  ]);
  expect([...kept.keys()]).toEqual(['kms/2']);
  expect([await slot.has(1), await slot.has(2)]).toEqual([false, true]);
  kept.delete('kms/2');
  // The key alone opens every old copy of the envelope.
  expect(await slot.has(2)).toBe(true);
  await slot.destroy(1);
  kept.set('kms/1', copy);
  expect(await slot.get(1)).toBeUndefined();
});

test('an epoch whose key was deleted behind the vault’s back can be put anew', async () => {
  const slot = slotOf();
  const secret = random(32);
  await slot.put(1, secret);
  server.keys.delete(KEY);

  expect(await slot.get(1)).toBeUndefined();
  await slot.put(1, secret);
  expect(await slot.get(1)).toEqual(secret);
});

test.each<[name: string, fault: Partial<TransitServer['state']>]>([
  ['keeps the key', { keepsKeys: true }],
  ['may not delete', { policy: { ...POLICY, 'transit/keys/lethe-*': ['create', 'update', 'read'] } }],
  ['may not read', { policy: { ...POLICY, 'transit/keys/lethe-*': ['create', 'update', 'delete'] } }],
  ['is sealed', { sealed: true }],
  ['is a standby', { standby: true }],
  ['never answers', { hangs: true }],
  ['is behind a proxy that knows no such page', { page: 404 }],
  ['answers with an error', { page: 500 }],
  ['has its engine in another namespace', { namespace: 'elsewhere' }],
])('a service that %s confirms no destruction, and the envelope stays', async (_, fault) => {
  await slotOf().put(1, random(32));
  const slot = slotOf({ timeoutMs: fault.hangs ? 20 : 5_000 });
  Object.assign(server.state, fault);

  await refused(slot.destroy(1));
  expect(kept.size).toBe(1);
});

test('a mount that is not there, and another service, do not count as a key that is gone', async () => {
  const slot = slotOf();
  await slot.put(1, random(32));
  const other = await transitServer();
  onTestFinished(other.close);
  other.state.cluster = 'another';

  await refused(slotOf({ mount: 'nowhere' }).destroy(1), 'no transit engine at this mount');
  await refused(slotOf({ url: other.url, token: async () => other.token }).destroy(1), 'Another key service');
  expect(kept.size).toBe(1);
});

test('attests its version, and says what is wrong: sealed, refused, no engine, standby, not there', async () => {
  expect(await slotOf().attest()).toEqual({
    ...{ kind: 'transit', tier: 'service', product: 'transit engine 2.4.1' },
    limits: expect.stringContaining('Backups'),
  });
  await refused(slotOf({ token: async () => 's.wrong' }).attest(), 'refuses the token');
  await refused(slotOf({ mount: 'nowhere' }).attest(), 'no transit engine');
  server.state.standby = true;
  await refused(slotOf().attest(), 'standby');
  server.state.sealed = true;
  await refused(slotOf().attest(), 'sealed');
  await refused(slotOf({ url: 'http://127.0.0.1:1' }).attest(), 'does not answer');
});

test('sends its token, its namespace and nothing else that names anybody, and to no one it is redirected to', async () => {
  server.state.namespace = 'team/a';
  const slot = slotOf({ namespace: 'team/a' });
  await slot.put(1, random(32));

  expect(server.lastHeaders()).toMatchObject({
    ...{ 'x-vault-token': server.token, 'x-vault-namespace': 'team/a', 'x-vault-request': 'true' },
  });
  server.state.standby = true;
  await refused(slot.get(1), 'standby');
});

test('an error holds neither the token nor a text of the service', async () => {
  const error: unknown = await slotOf({ token: async () => 's.wrong-token' })
    .put(1, random(32))
    .catch((thrown: unknown) => thrown);

  const said = inspect(error, { depth: 9, showHidden: true });
  expect(said).not.toMatch(/wrong-token|permission denied|127\.0\.0\.1:/);
  expect(error).toMatchObject({ cause: 'HTTP 403' });
});
