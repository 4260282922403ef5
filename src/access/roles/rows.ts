/**
 * Roles of a tenant's own in the record store: each version is a row, which stays when another takes its place.
 *
 *   role `desk`   version 1   ended        version 2   in force
 *
 * Guarantees: a MAC binds a version's rules to its tenant and role; an altered row allows nothing, it is an integrity
 * failure. A version has a name drawn at random (`revision`). When it ends, that is noted like a revocation
 * (`revocations.ts`), so an older record store, once recovered, brings no earlier version back.
 * Does not: notice that a role's newest row was removed in the database. Then the role has no version in force, and
 * allows nothing; an earlier version stays ended.
 */
import { equalBytes } from '../../crypto/mac.ts';
import type { RandomSource } from '../../crypto/random.ts';
import { IntegrityError, VaultError } from '../../errors.ts';
import type { PrincipalId, TenantId } from '../../ids.ts';
import type { IndexKey } from '../../keyring/indexes/index-keys.ts';
import { change, select } from '../../storage/queries.ts';
import { type Row, table } from '../../storage/table.ts';
import type { Reader, RecordTx } from '../../storage/tx.ts';
import { storedJson } from '../../stored-json.ts';
import { type AccessKeys, MAC_BYTES } from '../keys.ts';
import { builtInRole } from '../roles.ts';
import { changeAccess, MARK_BYTES, principals } from '../store.ts';
import { type CompiledRole, compileRole } from './compiled-role.ts';
import { conflictOf } from './duties.ts';
import { type Rule, RulesSchema } from './rules.ts';

export const roles = table(
  'records',
  'roles',
  {
    tenant: 'id:tenant',
    role: 'text',
    version: 'small',
    revision: 'text',
    description: 'text',
    rules: 'text',
    changed_at: 'int',
    changed_by: 'id:principal',
    /** Since when another version, or none, is in force. */
    ended_at: 'int?',
    tag: 'bytes',
  },
  ['tenant', 'role', 'version'],
);
export type RoleRow = Row<typeof roles>;

export const MAX_ROLES = 100;
const MAX_VERSIONS = 1_000;
const REVISION_BYTES = 16;

/** The versions in force, by role. */
export async function rolesInForce(reader: Reader<'records'>, tenant: TenantId): Promise<RoleRow[]> {
  return select(reader, roles, { where: { tenant, ended_at: null }, orderBy: ['role', 'version'] });
}

/** Every version of a role, the newest first; empty for a role that never was. @param lock holds them to the end */
export async function versionsOf(
  reader: Reader<'records'>,
  tenant: TenantId,
  role: string,
  lock?: 'wait',
): Promise<RoleRow[]> {
  const where = { tenant, role };
  return select(reader, roles, { where, orderBy: ['version'], descending: true, ...(lock && { lock }) });
}

/** @throws {IntegrityError} for a row that was altered */
export function rulesIn(keys: readonly IndexKey[], row: RoleRow): readonly Rule[] {
  const rules = keys.some((key) => equalBytes(tagOf(key, row), row.tag)) && storedJson(RulesSchema, row.rules);
  if (!rules) throw new IntegrityError();
  return rules;
}

export interface NewVersion {
  readonly role: string;
  readonly description: string;
  readonly rules: readonly Rule[];
  readonly by: PrincipalId;
  readonly at: Date;
}

/**
 * Puts a version in force. Only in an exclusive transaction, which has read the versions that stand.
 * @param standing every version of the role, the newest first
 * @throws `too_many_roles`
 */
export async function insertVersion(
  tx: RecordTx,
  keys: Pick<AccessKeys, 'principal'>,
  tenant: TenantId,
  { role, description, rules, by, at }: NewVersion,
  standing: readonly RoleRow[],
  random: RandomSource,
): Promise<RoleRow> {
  const version = (standing[0]?.version ?? 0) + 1;
  if (version > MAX_VERSIONS) throw new VaultError('too_many_roles');
  if (standing[0] === undefined && (await rolesInForce(tx, tenant)).length >= MAX_ROLES) {
    throw new VaultError('too_many_roles');
  }
  await endVersions(tx, tenant, role, at);
  const row: RoleRow = {
    ...{ tenant, role, version, description, rules: JSON.stringify(rules) },
    revision: random(REVISION_BYTES).toString('base64url'),
    ...{ changed_at: at.getTime(), changed_by: by, ended_at: null, tag: Buffer.alloc(0) },
  };
  row.tag = tagOf(keys.principal, row);
  await tx.insert(roles, [row]);
  await changeAccess(tx, tenant, random(MARK_BYTES));
  return row;
}

/** Ends the version in force. Only in an exclusive transaction. */
export async function endVersions(tx: RecordTx, tenant: TenantId, role: string, at: Date): Promise<void> {
  await change(tx, roles, { tenant, role, ended_at: null }, { ended_at: at.getTime() });
}

/** Ends versions again that an older record store takes to be in force. @returns how many there were */
export async function endAgain(
  tx: RecordTx,
  tenant: TenantId,
  ended: readonly { readonly target: string; readonly revoked_at: number }[],
  random: RandomSource,
): Promise<number> {
  let count = 0;
  for (const { target: revision, revoked_at } of ended) {
    count += await change(tx, roles, { tenant, revision, ended_at: null }, { ended_at: revoked_at });
  }
  if (count > 0) await changeAccess(tx, tenant, random(MARK_BYTES));
  return count;
}

/** The principals in force that have the role. */
export async function holdersOf(reader: Reader<'records'>, tenant: TenantId, role: string): Promise<PrincipalId[]> {
  const where = { tenant, role, revoked_at: null };
  const rows = await select(reader, principals, { columns: ['principal'], where, orderBy: ['principal'] });
  return rows.map(({ principal }) => principal as PrincipalId);
}

function tagOf(key: IndexKey, row: RoleRow): Buffer {
  const { tenant, role, version, revision, description, rules, changed_at, changed_by } = row;
  const fields = [tenant, role, version, revision, description, rules, changed_at, changed_by];
  return key.mac('lethe/role/1', MAC_BYTES, ...fields);
}

/**
 * A role of the house, or of the tenant's own as it is in force. Holds the latter until the transaction ends, so that
 * it cannot end while somebody is given it.
 * @throws `unknown_role`, `duties_conflict` @throws {IntegrityError}
 */
export async function inForce(
  tx: RecordTx,
  { principals: keys }: Pick<AccessKeys, 'principals'>,
  tenant: TenantId,
  role: string,
): Promise<CompiledRole> {
  const builtIn = builtInRole(role);
  if (builtIn !== undefined) return builtIn;
  const row = (await versionsOf(tx, tenant, role, 'wait')).find(({ ended_at }) => ended_at === null);
  if (row === undefined) throw new VaultError('unknown_role');
  const rules = rulesIn(keys, row);
  const conflict = conflictOf(rules);
  if (conflict !== undefined) throw new VaultError('duties_conflict', `The role ${role} has ${conflict}.`);
  return compileRole(role, rules);
}
