/**
 * Revocations that one of the stores has forgotten because it was put back from a backup, written back from the other:
 * after that, the principals and tokens that an older record store takes to be in force are revoked again.
 *
 * Guarantees: may be interrupted and run again; a revocation that is there stays as it is, with its time.
 * Does not: add anybody in the place of who is revoked. A tenant whose administrators in the copy have all been revoked
 * since has none; it is named.
 */
import {
  areNoted,
  insertKept,
  insertNoted,
  type KeptRevocation,
  keepRevocations,
  pagesOfKept,
  pagesOfNoted,
} from '../access/revocations.ts';
import { listAdmitted, liveTenants, revokePrincipal, VAULT_TENANT } from '../access/store.ts';
import type { PrincipalId, TenantId, Token } from '../ids.ts';
import type { IndexKeys } from '../keyring/indexes/index-keys.ts';
import { revokeAgain } from '../tokens/tokens.ts';
import type { CompletingParts, Stores } from './erasures.ts';

const PAGE = 500;

export interface RevokedAgain {
  readonly principals: number;
  readonly tokens: number;
  /** Tenants that are left without an administrator whose API key works. */
  readonly withoutAdmin: readonly TenantId[];
}

export interface RevocationParts extends CompletingParts {
  readonly keyring: { readonly indexes: IndexKeys };
}

export async function replayRevocations(parts: RevocationParts, now: Date): Promise<RevokedAgain> {
  const { recordStore, keyStore } = parts;
  let [principals, tokens] = [0, 0];
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
    }
  }
  // An older key store has forgotten what is noted to be kept in it; what is not, a job would keep.
  for await (const page of pagesOfNoted(recordStore.reader, PAGE)) {
    const rows = page.map(({ kept_at: _, ...row }) => row);
    await keyStore.shared((tx) => insertKept(tx, rows));
  }
  while ((await keepRevocations(parts, now, PAGE)) === PAGE);
  return { principals, tokens, withoutAdmin: principals === 0 ? [] : await tenantsWithoutAdmin(parts, now) };
}

/** Noted in the transaction that revokes, so that a crash forgets neither. */
async function revokeMissing(
  { recordStore, keyring }: RevocationParts,
  tenant: TenantId,
  missing: readonly KeptRevocation[],
  now: Date,
): Promise<Pick<RevokedAgain, 'principals' | 'tokens'>> {
  const ofKind = (kind: string) => missing.filter((row) => row.kind === kind);
  return recordStore.exclusive(async (tx) => {
    await insertNoted(tx, missing, now);
    let principals = 0;
    for (const { target, revoked_at } of ofKind('principal')) {
      if (await revokePrincipal(tx, tenant, target as PrincipalId, new Date(revoked_at))) principals += 1;
    }
    const dead = ofKind('token').map(({ target, revoked_at }) => ({ token: target as Token, at: revoked_at }));
    return { principals, tokens: await revokeAgain(tx, keyring.indexes, tenant, dead) };
  });
}

async function tenantsWithoutAdmin({ recordStore: { reader } }: Stores, now: Date): Promise<TenantId[]> {
  const held = new Set((await listAdmitted(reader, ['admin'], now)).map(({ tenant }) => tenant));
  return (await liveTenants(reader)).filter((tenant) => tenant !== VAULT_TENANT && !held.has(tenant));
}
