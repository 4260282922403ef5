/** What operations on grants share: how a grant is shown, who is shown which, and what a decision on it asks. */
import type { Resource } from '../../access/decide.ts';
import type { Caller } from '../../calls/caller.ts';
import { mayDo, resourceOf } from '../../calls/resource.ts';
import type { DataType } from '../../datatypes/datatype.ts';
import { VaultError } from '../../errors.ts';
import { factsOf } from '../../grants/facts.ts';
import { findGrant } from '../../grants/finding.ts';
import { type GrantKeys, type GrantRow, type HeldGrant, typesOf } from '../../grants/rows.ts';
import type { GrantView } from '../../grants/schema.ts';
import type { GrantId, SubjectId, TenantId } from '../../ids.ts';
import type { Reader } from '../../storage/tx.ts';
import { livingOf } from '../../subjects/subjects.ts';
import type { Vault } from '../../vault/vault.ts';

/** Whether the caller is shown its own grants alone: who uses grants does not watch over those of others. */
export function seesOwnAlone(caller: Caller): boolean {
  return mayDo(caller, 'order_grant') || mayDo(caller, 'redeem_code');
}

/** A grant that the caller is shown. @throws `grant_not_found` */
export async function grantFor(
  reader: Reader<'records'>,
  keys: GrantKeys,
  caller: Caller,
  grant: GrantId,
  lock?: 'wait',
): Promise<HeldGrant> {
  const found = await findGrant(reader, keys, caller.tenant, grant, lock);
  if (seesOwnAlone(caller) && found.row.principal !== caller.principal) throw new VaultError('grant_not_found');
  return found;
}

export async function shownGrant(
  reader: Reader<'records'>,
  keys: GrantKeys,
  row: GrantRow,
  people: readonly { readonly subject: string }[],
  now: Date,
): Promise<GrantView> {
  const ids = people.map(({ subject }) => subject as SubjectId);
  return factsOf(keys, row, await livingOf(reader, row.tenant as TenantId, ids), now);
}

/** The data types that a grant names, as a decision knows them. @throws `unknown_type` */
export async function namedTypes(
  { catalogue }: Pick<Vault, 'catalogue'>,
  tenant: TenantId,
  names: readonly string[],
): Promise<NonNullable<Resource['type']>[]> {
  const types: DataType[] = [];
  for (const [i, name] of names.entries()) {
    const { type } = await catalogue.type(tenant, name).catch((error: unknown) => {
      throw error instanceof VaultError && error.code === 'unknown_type'
        ? new VaultError('unknown_type', { field: `types/${i}` })
        : error;
    });
    types.push(type);
  }
  return types.map(resourceOf);
}

export async function typesOfGrant(
  vault: Pick<Vault, 'catalogue'>,
  tenant: TenantId,
  row: GrantRow,
): Promise<NonNullable<Resource['type']>[]> {
  return namedTypes(vault, tenant, typesOf(row));
}

/** The people of a grant, as an audit entry names them: it has room for one. */
export function subjectOf(people: readonly { readonly subject: string }[]): SubjectId | undefined {
  return people.length === 1 ? (people[0]?.subject as SubjectId) : undefined;
}

/** @throws `own_grant` for what the caller uses, ordered or offered itself */
export function assertOthers(row: GrantRow, { principal }: Caller): void {
  if (row.principal === principal || row.ordered_by === principal) throw new VaultError('own_grant');
}
