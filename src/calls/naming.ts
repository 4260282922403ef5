/**
 * How replies name records and subjects. A caller tied to an audience is told no names, and no times at which a record
 * was made or corrected: it could use either to join its tokens with another audience's. Also: which erasures a caller
 * may name, and who is told the name of a slot or a node.
 */
import { decide, mayBeShown } from '../access/decide.ts';
import { isOfFirstTenant } from '../access/first-tenant.ts';
import type { Relation } from '../access/relation.ts';
import { OPERATORS } from '../access/roles.ts';
import { type DestructionRow, findErasure } from '../erasure/destructions.ts';
import { receiptOf } from '../erasure/receipt.ts';
import type { Receipt } from '../erasure/schema.ts';
import { findTenantErasure } from '../erasure/tenants.ts';
import { IntegrityError } from '../errors.ts';
import type { ErasureId, RecordId, SubjectId } from '../ids.ts';
import { factsOf } from '../records/record-facts.ts';
import type { RecordRow } from '../records/store.ts';
import type { Reader } from '../storage/tx.ts';
import { takesAfter } from '../tokens/format.ts';
import type { TokenRow } from '../tokens/tokens.ts';
import type { Vault } from '../vault/vault.ts';
import type { Caller } from './caller.ts';

/** @returns the names, if there are any and the caller may be told */
export function namesFor(
  caller: Caller,
  named: { readonly record: string | undefined; readonly subject: string | null | undefined },
): { record?: RecordId; subject?: SubjectId } {
  if (caller.audience !== undefined) return {};
  const { record, subject } = named;
  return {
    ...(record === undefined ? {} : { record: record as RecordId }),
    ...(subject == null ? {} : { subject: subject as SubjectId }),
  };
}

/** What the caller is told of a record beside its names: no times if tied to an audience, since they join tokens. */
export function factsFor(
  { audience }: Caller,
  row: Omit<RecordRow, 'sealed'>,
): Pick<ReturnType<typeof factsOf>, 'type' | 'label'> & Partial<ReturnType<typeof factsOf>> {
  const { type, label, ...history } = factsOf(row);
  return { type, ...(label && { label }), ...(audience === undefined ? history : {}) };
}

/** The tokens that the caller is told. One that could not see the value masked is told none that holds part of it. */
export async function tokensFor(
  { catalogue }: Pick<Vault, 'catalogue'>,
  caller: Caller,
  { type: name, type_version }: Pick<RecordRow, 'type' | 'type_version'>,
  tokens: readonly TokenRow[],
  relation?: Relation,
): Promise<readonly TokenRow[]> {
  const others = tokens.filter(({ format }) => !takesAfter(format));
  if (others.length === tokens.length) return tokens;
  const type = await catalogue.stored(caller.tenant, name, type_version).catch((error: unknown) => {
    // Of an altered row nothing is shown; whoever opens it raises the alarm.
    if (error instanceof IntegrityError) return undefined;
    throw error;
  });
  return type !== undefined && mayBeShown(caller, type, relation) ? tokens : others;
}

/** An erasure that the caller may ask about. @throws `erasure_not_found` */
export async function erasureFor(reader: Reader<'records'>, caller: Caller, id: ErasureId): Promise<DestructionRow> {
  return findErasure(reader, caller.tenant, id).catch(async (error: unknown) => {
    if (!OPERATORS.has(caller.role) || !(await isOfFirstTenant(reader, caller.tenant))) throw error;
    return findTenantErasure(reader, id);
  });
}

/**
 * What an erasure waits for, as the caller is told. Which slot or node has not confirmed is the operators' business:
 * only those who may list keys, whose inventory names the slots, are told. Others learn only that one has not.
 */
export function waitsForAs(caller: Caller, waitsFor: readonly string[]): string[] {
  if (decide(caller, 'list_keys').allowed) return [...waitsFor];
  return [...new Set(waitsFor.map((word) => word.replace(/^(slot|node):.*$/, '$1')))];
}

/** An erasure's receipt, as the caller is told. @param finalAt when it became final, if it has */
export function receiptFor(caller: Caller, row: DestructionRow, finalAt?: Date): Receipt {
  const { subject, ...receipt } = receiptOf(row, finalAt);
  return { ...receipt, ...namesFor(caller, { record: undefined, subject }) };
}
