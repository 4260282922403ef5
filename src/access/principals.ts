/**
 * Principals and their API keys: how they are made, recognised and revoked.
 *
 * Guarantees: an API key is recognised by a MAC of its secret, compared in constant time. It is looked up at every
 * call, so that a revocation, or the erasure of the whole tenant, holds from the very next call on, on every node. A
 * MAC binds a principal's tenant, role, purposes, audience and networks: a row edited in the database is an integrity
 * failure, not a promotion. Its role's rules are bound likewise (`roles/rows.ts`).
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
import { change, select } from '../storage/queries.ts';
import type { Reader, RecordTx } from '../storage/tx.ts';
import { parseApiKey } from './api-key.ts';
import { type Bounds, boundsIn, boundsText, type From, isWithin } from './bounds.ts';
import { findOwned } from './key-owner.ts';
import { isLive } from './key-rows.ts';
import { type AccessKeys, addKey, hasOwnEnd, MAC_BYTES, principalKeys, secretKey, secretMac } from './keys.ts';
import type { Principal } from './principal.ts';
import type { AccessBooks } from './roles/access-books.ts';
import { isBuiltIn } from './roles.ts';
import { type PrincipalRow, principals } from './store.ts';
import { TenantSuspendedError } from './suspended.ts';

/** The API key is missing, unknown, expired, revoked, or bound to another network: one answer for all of them. */
export class UnauthenticatedError extends VaultError {
  /** The principal of a known but unusable API key, for the audit entry alone. */
  readonly principal: Principal | undefined;
  /** What the audit entry says; the caller is told `unauthenticated`. */
  declare readonly noted: 'unauthenticated' | 'outside_bounds';

  constructor(principal?: Principal, noted: UnauthenticatedError['noted'] = 'unauthenticated') {
    super('unauthenticated');
    Object.defineProperty(this, 'principal', { value: principal, enumerable: false });
    Object.defineProperty(this, 'noted', { value: noted, enumerable: false });
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
  /** Of the house, or of the tenant's own. */
  readonly role: string;
  readonly purposes: readonly string[];
  readonly audience: string | undefined;
  readonly bounds?: Bounds | undefined;
  readonly expiresAt: Date | undefined;
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
    bounds: boundsText(wanted.bounds),
  };
  row.tag = tagOf(keys.principal, row);
  await tx.insert(principals, [row]);
  const { apiKey } = await addKey(tx, keys, { tenant, principal }, wanted.expiresAt, random, clock, secretFrom);
  return { principal, apiKey };
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
    role: 'admin',
    purposes: [],
    audience: undefined,
    expiresAt: undefined,
  };
  return addPrincipal(tx, keys, tenant, wanted, random, clock, secretFrom);
}

/**
 * @param text what came after `Bearer `
 * @throws {UnauthenticatedError} unless the key is known, its secret right, unexpired, unrevoked, and used within its
 *   principal's bounds
 * @throws {TenantSuspendedError} for one that would be let in otherwise
 * @throws {AlteredPrincipalError} for a principal row that was altered or removed
 */
export async function recognise(
  reader: Reader<'records'>,
  indexes: IndexKeys,
  books: AccessBooks,
  text: string,
  from: From,
  now: Date,
): Promise<Principal & { readonly apiKey: ApiKeyId; readonly keyEndsAt: Date | undefined }> {
  const parsed = parseApiKey(text);
  if (parsed === undefined) throw new UnauthenticatedError();
  using given = secret(parsed.secret);
  const found = await findOwned(reader, parsed.id);
  if (found === undefined) throw new UnauthenticatedError();
  const { key, home, row } = found;
  const [tenant, id] = [key.tenant as TenantId, key.principal as PrincipalId];
  // Nobody of an erased tenant is known any more: the keys that would tell are going, and its log takes no entry.
  if (home === undefined || home.erased_at !== null) throw new UnauthenticatedError();
  const bound = await secretKey(indexes, tenant, key.mac_version).catch((error: unknown) => {
    // Only the key store says that the tenant is erased: the record store is an old copy.
    throw codeOf(error) === 'tenant_erased' ? new UnauthenticatedError() : error;
  });
  const mac = secretMac(bound, key, given);
  // A caller without the secret learns nothing and is nobody: only from here on may an entry name the principal.
  if (!equalBytes(mac, key.secret_mac)) throw new UnauthenticatedError();

  const tagKeys = await principalKeys(indexes, tenant);
  if (row === undefined || !isUnaltered(tagKeys, row) || !hasOwnEnd(tagKeys, key)) {
    throw new AlteredPrincipalError({ tenant, principal: id });
  }
  const ofAltered = (error: unknown): never => {
    throw error instanceof IntegrityError ? new AlteredPrincipalError({ tenant, principal: id }) : error;
  };
  const principal: Principal = {
    principal: id,
    tenant,
    role: row.role,
    rules: isBuiltIn(row.role) ? undefined : await books.role(reader, home, row.role).catch(ofAltered),
    purposes: purposesOf(row),
    needs: await books.needs(reader, home),
    erasesAlone: await books.erasesAlone(reader, home),
    audience: row.audience ?? undefined,
    grantsUntil: home.grants_until === null ? undefined : new Date(home.grants_until),
  };
  if (!isLive(key, now) || row.revoked_at !== null) throw new UnauthenticatedError(principal);
  if (!isWithin(boundsIn(row.bounds), from)) throw new UnauthenticatedError(principal, 'outside_bounds');
  if (home.suspended_at !== null) throw new TenantSuspendedError(principal);
  return { ...principal, apiKey: parsed.id, keyEndsAt: key.expires_at === null ? undefined : new Date(key.expires_at) };
}

/** Whether a principal is as it was added, or last changed. */
export function isUnaltered(keys: readonly IndexKey[], row: PrincipalRow): boolean {
  return keys.some((key) => equalBytes(tagOf(key, row), row.tag));
}

/** A principal that is in force, held against every other change until the transaction ends. */
export async function holdPrincipal(tx: RecordTx, tenant: TenantId, id: PrincipalId): Promise<PrincipalRow> {
  const [row] = await select(tx, principals, { where: { tenant, principal: id }, lock: 'wait' });
  if (row === undefined) throw new VaultError('principal_not_found');
  if (row.revoked_at !== null) throw new VaultError('principal_revoked');
  return row;
}

/**
 * Gives a principal other purposes. The caller holds it.
 * @throws {IntegrityError} for one that was altered: a new tag would say that its row is as it should be
 */
export async function setPurposes(
  tx: RecordTx,
  keys: Pick<AccessKeys, 'principal' | 'principals'>,
  row: PrincipalRow,
  purposes: readonly string[],
): Promise<PrincipalRow> {
  return changeRow(tx, keys, row, { purposes: JSON.stringify(purposes) });
}

/** Binds a principal otherwise, or to nothing. @throws as `setPurposes` */
export async function setBounds(
  tx: RecordTx,
  keys: Pick<AccessKeys, 'principal' | 'principals'>,
  row: PrincipalRow,
  bounds: Bounds | undefined,
): Promise<PrincipalRow> {
  return changeRow(tx, keys, row, { bounds: boundsText(bounds) });
}

async function changeRow(
  tx: RecordTx,
  keys: Pick<AccessKeys, 'principal' | 'principals'>,
  row: PrincipalRow,
  to: Partial<Pick<PrincipalRow, 'purposes' | 'bounds'>>,
): Promise<PrincipalRow> {
  if (!isUnaltered(keys.principals, row)) throw new IntegrityError();
  const changed = { ...row, ...to };
  changed.tag = tagOf(keys.principal, changed);
  const { tenant, principal, tag } = changed;
  await change(tx, principals, { tenant, principal }, { ...to, tag });
  return changed;
}

export function purposesOf({ purposes }: Pick<PrincipalRow, 'purposes'>): string[] {
  return JSON.parse(purposes) as string[];
}

/** The words that unaltered principals of the tenant have that are not revoked, each once. */
export async function purposesInForce(
  reader: Reader<'records'>,
  keys: readonly IndexKey[],
  tenant: TenantId,
): Promise<string[]> {
  const rows = await select(reader, principals, { where: { tenant, revoked_at: null } });
  return [...new Set(rows.filter((row) => isUnaltered(keys, row)).flatMap(purposesOf))].sort();
}

function tagOf(key: IndexKey, row: PrincipalRow): Buffer {
  const fields: Field[] = [row.tenant, row.principal, row.name, row.role, row.purposes, row.created_at];
  if (row.bounds !== null) {
    return key.mac('lethe/principal/3', MAC_BYTES, ...fields, row.audience ?? '', row.bounds);
  }
  // A principal without an audience is bound as the first release bound all of them.
  return row.audience === null
    ? key.mac('lethe/principal/1', MAC_BYTES, ...fields)
    : key.mac('lethe/principal/2', MAC_BYTES, ...fields, row.audience);
}
