/**
 * Principals and their API keys: how they are made, recognised and revoked.
 *
 * Guarantees: an API key is recognised by a MAC of its secret, compared in constant time. It is looked up at every
 * call, so that a revocation, or the erasure of the whole tenant, holds from the very next call on, on every node. A
 * MAC binds a principal's tenant, role, purposes and audience: a row edited in the database is an integrity failure,
 * not a promotion.
 * Does not: notice that a whole row was put back to an older state of its own (a revocation undone in the database).
 * `revocations.ts` notices that the whole store was.
 */

import type { Clock } from '../clock.ts';
import type { Field } from '../crypto/associated-data.ts';
import { equalBytes } from '../crypto/mac.ts';
import type { RandomSource } from '../crypto/random.ts';
import { codeOf, IntegrityError, VaultError } from '../errors.ts';
import { type ApiKeyId, newId, type PrincipalId, type TenantId } from '../ids.ts';
import type { IndexKey, IndexKeys } from '../keyring/indexes/index-keys.ts';
import { secret } from '../secret.ts';
import type { Reader, RecordTx } from '../storage/tx.ts';
import { newApiKey, parseApiKey } from './api-key.ts';
import type { Principal } from './principal.ts';
import type { Role } from './roles.ts';
import { apiKeys, findApiKey, findPrincipal, findTenant, type PrincipalRow, principals } from './store.ts';

const SECRET_KEY = '@api-key';
const PRINCIPAL_KEY = '@principal';
const MAC_BYTES = 32;

/** The API key is missing, unknown, expired or revoked: one answer for all four. */
export class UnauthenticatedError extends VaultError {
  /** The principal of a known but unusable API key, for the audit entry alone. */
  readonly principal: Principal | undefined;

  constructor(principal?: Principal) {
    super('unauthenticated');
    Object.defineProperty(this, 'principal', { value: principal, enumerable: false });
  }
}

/** A principal's row was altered. The caller held the secret, so its tenant and principal are known. */
export class AlteredPrincipalError extends IntegrityError {
  readonly principal: Pick<Principal, 'tenant' | 'principal'>;

  constructor(principal: Pick<Principal, 'tenant' | 'principal'>) {
    super();
    this.principal = principal;
  }
}

export interface NewPrincipal {
  readonly name: string;
  readonly role: Role;
  readonly purposes: readonly string[];
  readonly audience: string | undefined;
  readonly expiresAt: Date | undefined;
}

export interface AccessKeys {
  readonly secret: IndexKey;
  readonly principal: IndexKey;
}

/** The index keys that `addPrincipal` needs, read before its transaction begins. */
export async function accessKeys(indexes: IndexKeys, tenant: TenantId): Promise<AccessKeys> {
  return {
    secret: await indexes.current(tenant, SECRET_KEY),
    principal: await indexes.current(tenant, PRINCIPAL_KEY),
  };
}

/**
 * @param secretFrom the source of the API key's secret, if not `random`
 * @returns the API key's text, which exists nowhere else
 */
export async function addPrincipal(
  tx: RecordTx,
  keys: AccessKeys,
  tenant: TenantId,
  wanted: NewPrincipal,
  random: RandomSource,
  clock: Clock,
  secretFrom = random,
): Promise<{ principal: PrincipalId; apiKey: string }> {
  const now = clock();
  const principal = newId('principal', random, now);
  const id = newId('apiKey', random, now);
  const { text, secret: drawn } = newApiKey(id, secretFrom);
  using held = secret(drawn);
  const row: PrincipalRow = {
    tenant,
    principal,
    name: wanted.name,
    role: wanted.role,
    purposes: JSON.stringify(wanted.purposes),
    created_at: now.getTime(),
    revoked_at: null,
    tag: Buffer.alloc(0),
    audience: wanted.audience ?? null,
  };
  row.tag = tagOf(keys.principal, row);
  await tx.insert(principals, [row]);
  await tx.insert(apiKeys, [
    {
      api_key: id,
      tenant,
      principal,
      secret_mac: secretMac(keys.secret, tenant, principal, id, wanted.expiresAt?.getTime() ?? 0, held),
      mac_version: keys.secret.version,
      created_at: now.getTime(),
      expires_at: wanted.expiresAt?.getTime() ?? null,
      revoked_at: null,
    },
  ]);
  return { principal, apiKey: text };
}

/** Adds the administrator that every tenant begins with. @returns as `addPrincipal` */
export function addFirstAdmin(
  tx: RecordTx,
  keys: AccessKeys,
  tenant: TenantId,
  random: RandomSource,
  clock: Clock,
  secretFrom = random,
) {
  const wanted = {
    name: 'first-admin',
    role: 'admin' as const,
    purposes: [],
    audience: undefined,
    expiresAt: undefined,
  };
  return addPrincipal(tx, keys, tenant, wanted, random, clock, secretFrom);
}

/**
 * @param text what came after `Bearer `
 * @throws {UnauthenticatedError} unless the key is known, its secret right, unexpired and unrevoked
 * @throws {AlteredPrincipalError} for a principal row that was altered or removed
 */
export async function recognise(
  reader: Reader<'records'>,
  indexes: IndexKeys,
  text: string,
  now: Date,
): Promise<Principal & { apiKey: ApiKeyId }> {
  const parsed = parseApiKey(text);
  if (parsed === undefined) throw new UnauthenticatedError();
  using given = secret(parsed.secret);
  const key = await findApiKey(reader, parsed.id);
  if (key === undefined) throw new UnauthenticatedError();
  const [tenant, id] = [key.tenant as TenantId, key.principal as PrincipalId];
  const [home, row] = await Promise.all([findTenant(reader, tenant), findPrincipal(reader, tenant, id)]);
  // Nobody of an erased tenant is known any more: the keys that would tell are going, and its log takes no entry.
  if (home === undefined || home.erased_at !== null) throw new UnauthenticatedError();
  const secretKey = await indexes.version(tenant, SECRET_KEY, key.mac_version).catch((error: unknown) => {
    // Only the key store says that the tenant is erased: the record store is an old copy.
    throw codeOf(error) === 'tenant_erased' ? new UnauthenticatedError() : error;
  });
  const mac = secretMac(secretKey, tenant, id, parsed.id, key.expires_at ?? 0, given);
  // A caller without the secret learns nothing and is nobody: only from here on may an entry name the principal.
  if (!equalBytes(mac, key.secret_mac)) throw new UnauthenticatedError();

  const tagKeys = await indexes.versions(tenant, PRINCIPAL_KEY);
  if (row === undefined || !tagKeys.some((tagKey) => equalBytes(tagOf(tagKey, row), row.tag))) {
    throw new AlteredPrincipalError({ tenant, principal: id });
  }
  const principal: Principal = {
    principal: id,
    tenant,
    role: row.role as Role,
    purposes: JSON.parse(row.purposes) as string[],
    audience: row.audience ?? undefined,
  };
  const expired = key.expires_at !== null && key.expires_at <= now.getTime();
  if (expired || key.revoked_at !== null || row.revoked_at !== null) throw new UnauthenticatedError(principal);
  return { ...principal, apiKey: parsed.id };
}

function secretMac(
  key: IndexKey,
  tenant: TenantId,
  principal: PrincipalId,
  id: ApiKeyId,
  expiresAt: number,
  secret: Buffer,
): Buffer {
  return key.mac('lethe/api-key/1', MAC_BYTES, tenant, principal, id, expiresAt, secret);
}

function tagOf(key: IndexKey, row: PrincipalRow): Buffer {
  const fields: Field[] = [row.tenant, row.principal, row.name, row.role, row.purposes, row.created_at];
  // A principal without an audience is bound as the first release bound all of them.
  return row.audience === null
    ? key.mac('lethe/principal/1', MAC_BYTES, ...fields)
    : key.mac('lethe/principal/2', MAC_BYTES, ...fields, row.audience);
}
