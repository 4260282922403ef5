/**
 * A whole vault for a test: real stores, real keys, the real Express app, and a clock that the test turns.
 *
 *   const vault = await openTestVault();                        // SQLite; { engine: 'postgres' } for the other
 *   const [email] = await vault.as('app').tokenize({ type: 'email', value: 'ada@example.com' });
 *   const reply = await vault.as('support').detokenize(email.token, { view: 'plain' });
 */
import { readFile } from 'node:fs/promises';
import type { Express } from 'express';
import { pino } from 'pino';
import request, { type Response } from 'supertest';
import { onTestFinished } from 'vitest';
import { firstTenant } from '../../src/access/first-tenant.ts';
import type { Role } from '../../src/access/roles.ts';
import { pooledRandom } from '../../src/crypto/random.ts';
import { newApp } from '../../src/http/app.ts';
import type { TenantId } from '../../src/ids.ts';
import type { TokenizeItem } from '../../src/operations/values/schema.ts';
import { openVault } from '../../src/vault/open-vault.ts';
import type { Vault, VaultOptions } from '../../src/vault/vault.ts';
import { declarePurposes, PURPOSES } from './purposes.ts';
import { askRows } from './spelled.ts';
import { type Engine, freshStores } from './stores.ts';
import { temporaryFolder } from './temporary.ts';

/** Argon2id with the least that a verifier may have: strength is not what these tests are about. */
export const QUICK_PASSWORDS = { params: { memoryKiB: 64, passes: 1, parallelism: 1 } };

export const NOW = new Date('2026-11-22T12:00:00.000Z');
export { PURPOSES };

export interface TestCaller {
  readonly apiKey: string;
  readonly principal: string;
  /** Any request, as this caller; a body is sent as JSON. */
  call(
    method: 'get' | 'post' | 'put' | 'patch' | 'delete',
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Response>;
  /** Stores values, where one is to be given its token again for billing; fails the test unless they are accepted. */
  tokenize(...items: TokenizeItem[]): Promise<{ token: string; record: string; subject?: string; masked: unknown }[]>;
  /** Asks for `plain` values unless told otherwise. */
  detokenize(
    tokens: string | string[],
    options?: { view?: string; purpose?: string; reason?: string },
  ): Promise<Response>;
  search(type: string, value: unknown, purpose?: string): Promise<Response>;
}

export interface TestVault {
  readonly vault: Vault;
  readonly app: Express;
  readonly folder: string;
  readonly admin: TestCaller;
  /** Lines the log has written so far. */
  readonly logged: string[];
  /** A caller of this role in the first tenant, made at its first use, with every purpose of `PURPOSES`. */
  as(role: Role): TestCaller;
  /** A caller of another tenant. */
  inTenant(name: string, role: Role): Promise<TestCaller>;
  withKey(apiKey: string, principal?: string): TestCaller;
  advance(ms: number): void;
  auditEntries(): Promise<Record<string, unknown>[]>;
  lastAuditEntry(): Promise<Record<string, unknown> | undefined>;
  /** Closes the vault and opens it again on the same stores, as a restart does. */
  reopen(): Promise<TestVault>;
  close(): Promise<void>;
}

export interface TestVaultOptions {
  readonly engine?: Engine;
  readonly now?: Date;
  /** How long calls and stores are waited for. */
  readonly limits?: VaultOptions['limits'];
  /** Reuses stores and keys of an earlier vault. */
  readonly at?: {
    recordStoreUrl: string;
    keyStoreUrl: string;
    folder: string;
    adminKey: string;
    keys: Map<Role, TestCaller>;
  };
}

export async function openTestVault({
  engine = 'sqlite',
  now = NOW,
  limits = {},
  at,
}: TestVaultOptions = {}): Promise<TestVault> {
  let time = now.getTime();
  let { recordStoreUrl, keyStoreUrl, folder } = at ?? { recordStoreUrl: '', keyStoreUrl: '', folder: '' };
  if (at === undefined) {
    const [stores, home] = await Promise.all([freshStores(engine), temporaryFolder()]);
    ({ recordStoreUrl, keyStoreUrl } = stores);
    folder = home.path;
    onTestFinished(async () => {
      await stores.drop();
      await home.remove();
    });
  }
  const vault = await openVault(
    {
      recordStoreUrl,
      keyStoreUrl,
      keysPath: `${folder}/keys`,
      rootKey: { from: 'file', path: `${folder}/keys/root.key` },
    },
    { clock: () => new Date(time), random: pooledRandom(), passwords: QUICK_PASSWORDS, mayMake: true, limits },
  );
  let open = true;
  const close = async () => {
    if (open) await vault.close();
    open = false;
  };
  onTestFinished(close);

  await declarePurposes(vault, (await firstTenant(vault.recordStore.reader)) as TenantId);

  const logged: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) });
  const app = newApp({ vault, log, closing: () => false });
  const adminKey = at?.adminKey ?? (await readFile(`${folder}/keys/admin.key`, 'ascii')).trim();
  const withKey = (apiKey: string, principal = '') => callerOf(app, apiKey, principal);
  const admin = withKey(adminKey);
  const made = at?.keys ?? new Map<Role, TestCaller>();

  return {
    vault,
    app,
    folder,
    admin,
    logged,
    withKey,
    as: (role) =>
      lazily(
        () => made.get(role),
        async () => {
          const { apiKey, principal } = await add(admin, role);
          const caller = withKey(apiKey, principal);
          made.set(role, caller);
          return caller;
        },
      ),
    async inTenant(name, role) {
      const { body } = await admin.call('post', '/v1/tenants', { name });
      await declarePurposes(vault, body.tenant);
      const { apiKey, principal } = await add(withKey(body.apiKey), role);
      return withKey(apiKey, principal);
    },
    advance: (ms) => {
      time += ms;
    },
    auditEntries: () => askRows(vault.recordStore.reader, (sql) => sql('audit_entries').orderBy('entry')),
    lastAuditEntry: async () =>
      (
        await askRows<Record<string, unknown>>(vault.recordStore.reader, (sql) =>
          sql('audit_entries').orderBy('entry', 'desc').limit(1),
        )
      )[0],
    async reopen() {
      await close();
      made.clear();
      return openTestVault({
        engine,
        now: new Date(time),
        limits,
        at: { recordStoreUrl, keyStoreUrl, folder, adminKey, keys: made },
      });
    },
    close,
  };
}

async function add(admin: TestCaller, role: Role): Promise<{ apiKey: string; principal: string }> {
  const reply = await admin.call('post', '/v1/principals', { name: `test-${role}`, role, purposes: PURPOSES });
  if (reply.status !== 201) throw new Error(`no principal: ${reply.text}`);
  return reply.body;
}

function callerOf(app: Express, apiKey: string, principal: string): TestCaller {
  const call: TestCaller['call'] = (method, path, body, headers = {}) => {
    const sent = request(app)[method](path).set('Authorization', `Bearer ${apiKey}`).set(headers);
    return Promise.resolve(
      body === undefined ? sent : sent.set('Content-Type', 'application/json').send(JSON.stringify(body)),
    );
  };
  return {
    apiKey,
    principal,
    call,
    async tokenize(...items) {
      const purpose = items.some(({ reuse }) => reuse) ? { purpose: 'billing' } : {};
      const reply = await call('post', '/v1/tokenize', { items, ...purpose });
      if (reply.status !== 200) throw new Error(`not tokenized: ${reply.text}`);
      return reply.body.results;
    },
    detokenize: (tokens, { view = 'plain', purpose = 'billing', reason } = {}) =>
      call('post', '/v1/detokenize', { tokens: [tokens].flat(), purpose, view, ...(reason && { reason }) }),
    search: (type, value, purpose = 'billing') => call('post', '/v1/search', { type, value, purpose }),
  };
}

/** A caller whose API key is made when it is first used, so that a test names only the roles it needs. */
function lazily(known: () => TestCaller | undefined, make: () => Promise<TestCaller>): TestCaller {
  let making: Promise<TestCaller> | undefined;
  const caller = () => {
    const already = known();
    if (already !== undefined) return already;
    making ??= make();
    return making;
  };
  return {
    get apiKey(): string {
      return known()?.apiKey ?? '';
    },
    get principal(): string {
      return known()?.principal ?? '';
    },
    call: async (...args) => (await caller()).call(...args),
    tokenize: async (...items) => (await caller()).tokenize(...items),
    detokenize: async (...args) => (await caller()).detokenize(...args),
    search: async (...args) => (await caller()).search(...args),
  };
}
