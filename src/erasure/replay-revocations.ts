/**
 * Writes revocations back that one store has lost because it was restored from a backup; the other store has them. Then
 * the principals and tokens that an older record store takes to be in force are revoked again, and principals lose
 * again what was taken from them.
 *
 * Guarantees: may be interrupted and run again; an existing revocation stays as it is, with its time.
 * Does not: add anybody in the place of a revoked principal. If all administrators of a tenant in the copy have been
 * revoked since, it has none, and is named.
 */
import { strengthenAgain } from '../access/approvals/policy.ts';
import { endApprovalsAgain } from '../access/approvals/rows.ts';
import { accessKeys } from '../access/keys.ts';
import { NARROWINGS, narrowAgain } from '../access/narrowings.ts';
import { endDeclarations } from '../access/purposes/rows.ts';
import {
  areNoted,
  insertKept,
  insertNoted,
  type KeptRevocation,
  keepRevocations,
  pagesOfKept,
  pagesOfNoted,
} from '../access/revocations.ts';
import { endAgain } from '../access/roles/rows.ts';
import { listAdmitted, liveTenants, revokePrincipal, VAULT_TENANT } from '../access/store.ts';
import { setSuspended } from '../access/tenant-states.ts';
import { sayNoAgain } from '../choices/noes.ts';
import type { RandomSource } from '../crypto/random.ts';
import { endGrantsAgain } from '../grants/ends.ts';
import { grantKeys } from '../grants/rows.ts';
import { removeHooks } from '../hooks/hook-rows.ts';
import type { PrincipalId, TenantId, Token } from '../ids.ts';
import type { IndexKeys } from '../keyring/indexes/index-keys.ts';
import { revokeAgain } from '../tokens/token-changes.ts';
import type { CompletingParts } from './complete-destruction.ts';
import type { Stores } from './destructions.ts';

const PAGE = 500;
/** Kinds whose rows are bound under the keys of access. */
const BOUND = ['approval', 'policy', 'declaration'];

export interface RevokedAgain {
  readonly principals: number;
  readonly tokens: number;
  /**
   * API keys, purposes and networks of principals, versions of roles and of purposes, approvals and grants that have
   * ended again; policies and suspensions that hold again; and noes of people that were said again.
   */
  readonly narrowed: number;
  /** Tenants that have no administrator left whose API key works. */
  readonly withoutAdmin: readonly TenantId[];
}

export interface RevocationParts extends CompletingParts {
  readonly random: RandomSource;
  readonly keyring: { readonly indexes: IndexKeys };
}

export async function replayRevocations(parts: RevocationParts, now: Date): Promise<RevokedAgain> {
  const { recordStore, keyStore } = parts;
  let [principals, tokens, narrowed] = [0, 0, 0];
  for await (const page of pagesOfKept(keyStore.reader, PAGE)) {
    const noted = await areNoted(recordStore.reader, page);
    const missing = page.filter((_, i) => !noted[i]);
    for (const tenant of new Set(missing.map((row) => row.tenant as TenantId))) {
      const done = await revokeMissing(
        parts,
        tenant,
        missing.filter((row) => row.tenant === tenant),
        now,
      );
      principals += done.principals;
      tokens += done.tokens;
      narrowed += done.narrowed;
    }
  }
  // An older key store has lost what was noted for it. A job would not write back what is not noted.
  for await (const page of pagesOfNoted(recordStore.reader, PAGE)) {
    const rows = page.map(({ kept_at: _, ...row }) => row);
    await keyStore.shared((tx) => insertKept(tx, rows));
  }
  while ((await keepRevocations(parts, now, PAGE)) === PAGE);
  const isSame = principals === 0 && narrowed === 0;
  return { principals, tokens, narrowed, withoutAdmin: isSame ? [] : await tenantsWithoutAdmin(parts, now) };
}

/** Noted in the transaction that revokes, so that a crash loses neither. */
async function revokeMissing(
  { recordStore, keyring, random }: RevocationParts,
  tenant: TenantId,
  missing: readonly KeptRevocation[],
  now: Date,
): Promise<Pick<RevokedAgain, 'principals' | 'tokens' | 'narrowed'>> {
  const narrowings = missing.filter(({ kind }) => NARROWINGS.some((one) => one === kind));
  const ofGrants = missing.some(({ kind }) => kind === 'grant') ? await grantKeys(keyring.indexes, tenant) : undefined;
  const ofKind = (kind: string) => missing.filter((row) => row.kind === kind);
  const isKeyed = narrowings.length > 0 || BOUND.some((kind) => ofKind(kind).length > 0);
  const keys = isKeyed ? await accessKeys(keyring.indexes, tenant) : undefined;
  return recordStore.exclusive(async (tx) => {
    await insertNoted(tx, missing, now);
    let principals = 0;
    for (const { target, revoked_at } of ofKind('principal')) {
      if (await revokePrincipal(tx, tenant, target as PrincipalId, new Date(revoked_at))) principals += 1;
    }
    const dead = ofKind('token').map(({ target, revoked_at }) => ({ token: target as Token, at: revoked_at }));
    await removeHooks(
      tx,
      tenant,
      ofKind('hook').map(({ target }) => target),
    );
    const taken = keys === undefined ? 0 : await narrowAgain(tx, keys, tenant, narrowings);
    const suspended = Math.min(...ofKind('suspension').map(({ revoked_at }) => revoked_at));
    if (Number.isFinite(suspended)) await setSuspended(tx, tenant, suspended);
    const noes = await sayNoAgain(tx, keyring.indexes, tenant, ofKind('choice'));
    let narrowed = taken + noes + (await endAgain(tx, tenant, ofKind('role'), random)) + ofKind('suspension').length;
    if (keys !== undefined) {
      narrowed += await endDeclarations(tx, keys, tenant, ofKind('declaration'));
      narrowed += await endApprovalsAgain(tx, keys, tenant, ofKind('approval'));
      narrowed += await strengthenAgain(tx, keys, { tenant, at: now, random }, ofKind('policy'));
    }
    if (ofGrants !== undefined) narrowed += await endGrantsAgain(tx, ofGrants, tenant, ofKind('grant'));
    return { principals, tokens: await revokeAgain(tx, keyring.indexes, tenant, dead), narrowed };
  });
}

async function tenantsWithoutAdmin({ recordStore: { reader } }: Stores, now: Date): Promise<TenantId[]> {
  const held = new Set((await listAdmitted(reader, ['admin'], now)).map(({ tenant }) => tenant));
  return (await liveTenants(reader)).filter((tenant) => tenant !== VAULT_TENANT && !held.has(tenant));
}
