/** How grants are found: one that is named, those of certain people, those that are open, and pages of them. */
import { IntegrityError, VaultError } from '../errors.ts';
import type { GrantId, PrincipalId, SubjectId, TenantId } from '../ids.ts';
import { count, select } from '../storage/queries.ts';
import type { Reader, RecordTx } from '../storage/tx.ts';
import {
  assertUnaltered,
  type GrantKeys,
  type GrantRow,
  type GrantSubjectRow,
  grantById,
  grants,
  grantsOfPeople,
  type HeldGrant,
  isInForce,
  peopleOfGrant,
} from './rows.ts';

/** A grant and its people. @param lock holds it until the transaction ends @throws `grant_not_found` */
export async function findGrant(
  reader: Reader<'records'>,
  keys: GrantKeys,
  tenant: TenantId,
  grant: GrantId,
  lock?: 'wait',
): Promise<HeldGrant> {
  const [row] = await select(reader, grants, { where: { tenant, grant_id: grant }, ...(lock && { lock }) });
  if (row === undefined) throw new VaultError('grant_not_found');
  const [people = []] = await reader.find(peopleOfGrant, [[tenant, grant]]);
  assertUnaltered(keys, row, people);
  return { row, people };
}

/** The people of each of these grants. */
export async function peopleOf(
  reader: Reader<'records'>,
  tenant: TenantId,
  ids: readonly string[],
): Promise<GrantSubjectRow[][]> {
  return reader.find(
    peopleOfGrant,
    ids.map((id) => [tenant, id]),
  );
}

/** For each of these people the principal's grants that are in force. @throws {IntegrityError} naming the grant */
export async function inForceOf(
  reader: Reader<'records'>,
  keys: GrantKeys,
  { tenant, principal }: { readonly tenant: TenantId; readonly principal: PrincipalId },
  subjects: readonly SubjectId[],
  now: Date,
): Promise<GrantRow[][]> {
  const found = await reader.find(
    grantsOfPeople,
    subjects.map((subject) => [tenant, principal, subject]),
  );
  const ids = [...new Set(found.flat().map(({ grant_id }) => grant_id))];
  const rows = await reader.find(
    grantById,
    ids.map((id) => [tenant, id]),
  );
  const open = new Map(rows.flat().flatMap((row) => (isInForce(row, now) ? [[row.grant_id, row]] : [])));
  return found.map((people) =>
    people.flatMap((person) => {
      const row = open.get(person.grant_id);
      if (row === undefined) return [];
      if (row.principal !== principal) throw new IntegrityError({ target: row.grant_id });
      assertUnaltered(keys, row, [person]);
      return [row];
    }),
  );
}

/** The tenant's grants that are waiting, offered or in force. @param lock holds them until the transaction ends */
export async function openGrants(
  reader: Reader<'records'>,
  tenant: TenantId,
  now: Date,
  lock?: 'wait',
): Promise<GrantRow[]> {
  const where = { tenant, ends_at: { '>': now.getTime() } };
  return select(reader, grants, {
    ...{ literally: 'ended_at IS NULL', where, orderBy: ['grant_id'] },
    ...(lock && { lock }),
  });
}

/** How many of these are open; at most `limit` are looked at. */
export async function countOpen(
  reader: Reader<'records'>,
  tenant: TenantId,
  now: Date,
  of: { readonly principal?: PrincipalId; readonly kind?: string },
  limit: number,
): Promise<number> {
  return count(reader, grants, { where: { tenant, ended_at: null, ends_at: { '>': now.getTime() }, ...of }, limit });
}

/** Break-glass grants of the tenant that nobody has reviewed in time. */
export async function overdueReviews(reader: Reader<'records'>, tenant: TenantId, now: Date): Promise<GrantRow[]> {
  const where = { tenant, review_by: { '<': now.getTime() } };
  return select(reader, grants, { literally: 'reviewed_at IS NULL AND review_by IS NOT NULL', where });
}

/** The grant of a code that nobody has told yet, by its digest; held until the transaction ends. */
export async function findOffered(
  tx: RecordTx,
  keys: GrantKeys,
  tenant: TenantId,
  codeMacs: readonly Buffer[],
): Promise<HeldGrant | undefined> {
  const where = { tenant, code_mac: { in: codeMacs } };
  const [row] = await select(tx, grants, { where, literally: 'code_mac IS NOT NULL', lock: 'wait' });
  return row && findGrant(tx, keys, tenant, row.grant_id as GrantId);
}

/** A page of the tenant's in the order they were ordered. @param of whose; absent: everybody's */
export async function pageOfGrants(
  reader: Reader<'records'>,
  tenant: TenantId,
  { state, of, now }: { readonly state?: string | undefined; readonly of?: PrincipalId | undefined; now: Date },
  page: { readonly after: GrantId | undefined; readonly limit: number },
): Promise<GrantRow[]> {
  const open = { ended_at: null, ends_at: { '>': now.getTime() } };
  const wanted = {
    waiting: { ...open, begins_at: null, principal: { not: null } },
    in_force: { ...open, begins_at: { not: null } },
    to_review: { review_by: { not: null }, reviewed_at: null },
  }[state ?? ''];
  const where = { tenant, ...wanted, ...(of && { principal: of }) };
  const after = page.after && { grant_id: page.after };
  return select(reader, grants, { where, orderBy: ['grant_id'], after, limit: page.limit });
}
