/** A data type as a decision knows it (`access/decide.ts`). */
import type { Action } from '../access/actions.ts';
import { type Decision, decide, type Resource } from '../access/decide.ts';
import { GRANTED, type Relation } from '../access/relation.ts';
import type { KnownType } from '../access/roles/check.ts';
import type { DataType } from '../datatypes/datatype.ts';
import { VaultError } from '../errors.ts';
import { allOf } from '../faults.ts';
import type { TenantId } from '../ids.ts';
import type { Vault } from '../vault/vault.ts';
import type { Caller } from './caller.ts';
import type { Door } from './door.ts';

export function resourceOf({ name, category, views, ofPlain }: DataType): NonNullable<Resource['type']> {
  return { name, category, views: Object.keys(views), ofPlain };
}

/** The types of a tenant's catalogue, as its roles see them. */
export async function knownTypes({ catalogue }: Pick<Vault, 'catalogue'>, tenant: TenantId): Promise<KnownType[]> {
  return (await catalogue.list(tenant)).map(({ type: { name, category, custody, views, ofPlain } }) => ({
    ...{ name, category, ofPlain: ofPlain?.views ?? [] },
    views: [...(custody === 'verifier' ? [] : ['plain']), ...Object.keys(views)],
  }));
}

/** Whether the caller may see values of the type plain, for the purpose. */
export function mayReveal(caller: Caller, type: DataType, purpose: string): boolean {
  return decide(caller, 'detokenize', { type: resourceOf(type), view: 'plain', purpose }).allowed;
}

/**
 * A refusal as the caller of a token is told. A caller that no rule could let do this with values of the type, whenever
 * and for whichever of its purposes, is not told that the token is there; nor is one that sees its own person's alone.
 * @param relation of the person whom the value is about, where rules ask it
 */
export function untold(
  caller: Caller,
  action: Action,
  type: DataType,
  refusal: VaultError,
  relation?: Relation,
): VaultError {
  if (!['not_allowed', 'unknown_view'].includes(refusal.code)) return refusal;
  return could(caller, action, { type: resourceOf(type), relation }) ? refusal : new VaultError('token_not_found');
}

/**
 * Decides on a person, or on a record of theirs, of which no value is shown.
 * @param unknown what a caller is told to whom no rule and no grant could show it
 * @throws the refusal, or `unknown`
 */
export function decideOnPerson(
  door: Door,
  caller: Caller,
  action: Action,
  resource: Pick<Resource, 'relation'> & { readonly type?: DataType | undefined },
  unknown: 'token_not_found' | 'record_not_found' | 'subject_not_found',
): Decision & { readonly allowed: true } {
  const asked = { relation: resource.relation, type: resource.type && resourceOf(resource.type) };
  const decision = door.decision(asked);
  if (decision.allowed) return decision;
  throw could(caller, action, asked) ? decision.refusal : new VaultError(unknown);
}

/** Whether it could be allowed, under a grant and in the best of circumstances. */
function could(caller: Caller, action: Action, { relation, ...resource }: Resource): boolean {
  const best = { ...resource, relation: relation && { ...GRANTED, self: relation.self }, assume: 'best' as const };
  return [undefined, ...caller.purposes].some((purpose) => decide(caller, action, { ...best, purpose }).allowed);
}

/** Whether the caller may do this at all, before it is known to what. */
export function mayDo(caller: Caller, action: Action): boolean {
  return decide(caller, action).allowed;
}

/** @throws `unknown_type`, with the place of each. No type is ever removed, so a name that is one stays one */
export async function assertTypesKnown(
  { catalogue }: Pick<Vault, 'catalogue'>,
  tenant: TenantId,
  names: readonly string[],
): Promise<void> {
  if (names.length === 0) return;
  const known = new Set((await catalogue.list(tenant)).map(({ type }) => type.name));
  const unknown = names.flatMap((name, i) =>
    known.has(name) ? [] : new VaultError('unknown_type', { field: `types/${i}` }),
  );
  if (unknown.length > 0) throw allOf(unknown);
}
