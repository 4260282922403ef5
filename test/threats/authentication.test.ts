/**
 * API keys: what is not a valid one opens nothing, from the very next call on, on every node; and neither the database
 * nor a comparison gives one away.
 */
import { readFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { ENGINES } from '../support/stores.ts';
import { NOW, openTestVault, PURPOSES, type TestVault } from '../support/vault.ts';
import { handOn } from './hand.ts';
import { filesUnder, found, needle } from './needles.ts';
import { newPlace, openAt } from './place.ts';

async function newKey(vault: TestVault, more: Record<string, unknown> = {}) {
  const { status, body } = await vault.admin.call('post', '/v1/principals', {
    name: 'app',
    role: 'app',
    purposes: PURPOSES,
    ...more,
  });
  expect(status, JSON.stringify(body)).toBe(201);
  return body as { principal: string; apiKey: string };
}

/** An API key's parts, and the key that other parts make; its checksum is right. */
function partsOf(apiKey: string): { id: string; secret: string } {
  const [, id = '', secret = ''] = /^lethe_([^_]{26})_(.{43})_/.exec(apiKey) ?? [];
  return { id, secret };
}
function keyOf({ id, secret }: { id: string; secret: string }): string {
  const body = `lethe_${id}_${secret}`;
  return `${body}_${crc32(body).toString(16).padStart(8, '0')}`;
}

async function statusOf(vault: TestVault, apiKey: string): Promise<number> {
  return (await vault.withKey(apiKey).call('get', '/v1/types')).status;
}

describe.each(ENGINES)('on %s', (engine) => {
  test('a revoked key opens nothing from the very next call on, on every node', async () => {
    const place = await newPlace(engine);
    const [one, two] = [await openAt(place), await openAt(place)];
    const { principal, apiKey } = await newKey(one);
    const [ada] = await one.withKey(apiKey).tokenize({ type: 'email', value: 'ada@example.com' });
    for (const node of [one, two]) expect(await statusOf(node, apiKey)).toBe(200);

    expect((await one.admin.call('delete', `/v1/principals/${principal}`)).status).toBe(200);

    for (const node of [two, one]) {
      const reply = await node.withKey(apiKey).detokenize(ada?.token ?? '');
      expect([reply.status, reply.body.code]).toEqual([401, 'unauthenticated']);
      expect(reply.headers['www-authenticate']).toBe('Bearer');
    }
  });

  test('a key works until the moment it expires, and not a millisecond longer', async () => {
    const vault = await openTestVault({ engine });
    const { apiKey } = await newKey(vault, { expiresAt: new Date(NOW.getTime() + 1_000).toISOString() });
    vault.advance(999);
    expect(await statusOf(vault, apiKey)).toBe(200);
    vault.advance(1);
    expect(await statusOf(vault, apiKey)).toBe(401);
    vault.advance(1_000_000);
    expect(await statusOf(vault, apiKey)).toBe(401);
  });

  test('a forged key is refused like an unknown one, whatever is right about it', async () => {
    const vault = await openTestVault({ engine });
    const mine = partsOf((await newKey(vault)).apiKey);
    const yours = partsOf((await newKey(vault)).apiKey);
    const { body } = await vault.admin.call('post', '/v1/tenants', { name: 'other' });
    const theirs = partsOf(body.apiKey);
    expect(await statusOf(vault, keyOf(mine))).toBe(200);
    const right = keyOf(mine);
    const flippedSecret = (mine.secret.startsWith('A') ? 'B' : 'A') + mine.secret.slice(1);
    const forged = [
      '',
      'lethe_',
      right.slice(0, -1),
      `${right}0`,
      right.slice(0, -8) + (right.endsWith('00000000') ? '11111111' : '00000000'),
      right.toUpperCase(),
      `lethe_${mine.id}_${flippedSecret}_${right.slice(-8)}`,
      keyOf({ ...mine, secret: flippedSecret }),
      keyOf({ ...mine, secret: 'A'.repeat(43) }),
      keyOf({ id: mine.id, secret: yours.secret }),
      keyOf({ id: yours.id, secret: mine.secret }),
      keyOf({ id: theirs.id, secret: mine.secret }),
      keyOf({ id: mine.id, secret: theirs.secret }),
      keyOf({ id: '01jz3k5m7nef8abcdefghjkmnp', secret: mine.secret }),
      keyOf({ id: mine.id.toUpperCase(), secret: mine.secret }),
    ];
    const entries = (await vault.auditEntries()).length;
    const answers = new Set<string>();
    for (const key of forged) {
      const { status, text } = await vault.withKey(key).call('get', '/v1/types');
      expect([key, status]).toEqual([key, 401]);
      answers.add(text.replaceAll(/req_[0-9a-z]{26}/g, ''));
    }
    expect(answers.size).toBe(1);
    expect((await vault.auditEntries()).length).toBe(entries);
  });

  test('the database holds no secret and nothing from which one could be checked without the root key', async () => {
    const vault = await openTestVault({ engine });
    const { apiKey, principal } = await newKey(vault);
    const { secret } = partsOf(apiKey);
    const rows = await handOn(vault.vault.recordStore).rows('api_keys', { principal });
    expect(rows).toHaveLength(1);
    const { secret_mac: kept } = rows[0] as { secret_mac: Buffer };
    expect(kept).toHaveLength(32);
    const all = new Map<string, Buffer>();
    for (const [store, tables] of [
      ['recordStore', ['api_keys', 'principals', 'audit_entries', 'idempotency_keys', 'tenants', 'vault_facts']],
      ['keyStore', ['index_keys', 'vault_facts', 'buckets', 'subject_refs']],
    ] as const) {
      for (const table of tables) {
        const held = await handOn(vault.vault[store]).rows(table);
        const text = JSON.stringify(held, (_, value) =>
          value?.type === 'Buffer' ? Buffer.from(value.data).toString('hex') : value,
        );
        all.set(`${store} ${table}`, Buffer.from(text));
      }
    }
    expect(found([needle('key', apiKey), needle('secret', Buffer.from(secret, 'base64url'))], all)).toEqual([]);
    // Not a bare hash of anything that the holder of the database knows.
    const { createHash } = await import('node:crypto');
    const bytes = Buffer.from(secret, 'base64url');
    for (const hash of ['sha256', 'blake2s256', 'sha3-256']) {
      for (const input of [apiKey, secret, bytes]) {
        expect(createHash(hash).update(input).digest().equals(kept)).toBe(false);
      }
    }
  });
});

test('secrets, MACs and tags are compared in constant time, and in no other way', async () => {
  const root = new URL('../../src/', import.meta.url).pathname;
  const sources = [...(await filesUnder(root))].filter(([name]) => name.endsWith('.ts'));
  expect(sources.length).toBeGreaterThan(80);
  const equalBytes = await readFile(`${root}crypto/mac.ts`, 'utf8');
  expect(equalBytes).toContain('return a.length === b.length && timingSafeEqual(a, b);');
  // Bytes are compared by `equalBytes` alone: no other comparison of buffers is written where there are secrets.
  const inside = sources.filter(([name]) => !/^(cli|client|import)\b/.test(name));
  const others = inside.filter(([, bytes]) => /\.equals\(|Buffer\.compare\(|\.compare\(/.test(bytes.toString()));
  expect(others.map(([name]) => name)).toEqual([]);
  // And where a secret, MAC or tag is recognised, it is by that.
  for (const file of [
    'access/principals.ts',
    'tokens/tokens.ts',
    'calls/idempotency.ts',
    'keyring/root/root-key.ts',
    'keyring/slots/file-slot.ts',
    'keyring/slots/epoch-file.ts',
    'keyring/nodes/nodes.ts',
  ]) {
    const text = await readFile(root + file, 'utf8');
    expect([file, /equalBytes\(/.test(text)]).toEqual([file, true]);
    expect([
      file,
      /(mac|tag|secret|check)\w*\s*[!=]==?(?!=|\s*(undefined|null)\b)/i.test(text.replaceAll(/\/\/.*|\/?\*.*/g, '')),
    ]).toEqual([file, false]);
  }
});
