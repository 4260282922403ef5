/**
 * Orders a grant: to see something of certain people, for a case, for a time. By a rule of the caller's role it holds
 * at once, waits until somebody else agrees, or holds at once and is reviewed afterwards (break-glass).
 *
 * Guarantees: the reason and the ticket are sealed under a key of each of the people, and the log has their MACs. What
 * no rule of the role could ever show under a grant cannot be ordered.
 */
import { decide, type Resource, rulesOf } from '../../access/decide.ts';
import type { Sight } from '../../access/relation.ts';
import type { GrantTerms } from '../../access/roles/grant-terms.ts';
import { termsFor } from '../../access/roles/terms-for.ts';
import type { Caller } from '../../calls/caller.ts';
import type { Door } from '../../calls/door.ts';
import { perform } from '../../calls/perform.ts';
import { VaultError } from '../../errors.ts';
import { countOpen, overdueReviews } from '../../grants/finding.ts';
import { sealNotes } from '../../grants/notes.ts';
import { grantKeys, insertGrant, MINUTE_MS, type NewGrant, ticketMacs, WAITS_MS } from '../../grants/rows.ts';
import { GrantSchema, type GrantView, OrderGrantBody } from '../../grants/schema.ts';
import { type GrantId, newId } from '../../ids.ts';
import { insertRecords } from '../../records/store.ts';
import type { RecordTx } from '../../storage/tx.ts';
import { holdSubjects, liveSubject } from '../../subjects/subjects.ts';
import { GRANT, GRANT_ORDER } from '../examples.ts';
import { operation } from '../operation.ts';
import { grantFor, namedTypes, shownGrant, subjectOf } from './shown-grants.ts';

const MAX_OPEN = 100;
/** So many reviews that are overdue stop everybody's break-glass, and one stops its principal's. */
const MAX_OVERDUE = 5;
const NEEDED = { none: 0, one: 1, two: 2, afterwards: 0 } as const;
const NO_TERMS = 'No rule of the role offers such a grant: of these data types, for so long, in this way.';

/** @throws `subject_not_found`, `subject_erased`, `unknown_type`, `unknown_view`, `grant_in_vain`, `review_overdue` */
export const orderGrant = operation({
  operationId: 'orderGrant',
  action: 'order_grant',
  method: 'post',
  path: '/v1/grants',
  summary: 'Order a grant: to see something of certain people for a time.',
  description:
    'By the role’s rule it holds at once, or waits for somebody else’s approval; hooks are told `grant.waiting`. Its time ' +
    'runs from then. An order that nobody approves lapses after a day. With `breakGlass` it holds at once and has to be ' +
    'reviewed; while a review is overdue there is no other.',
  body: OrderGrantBody,
  reply: GrantSchema,
  status: 201,
  idempotent: true,
  problems: [
    ...(['subject_not_found', 'subject_erased', 'unknown_type', 'unknown_view', 'grant_in_vain'] as const),
    ...(['review_overdue', 'too_many_grants', 'grant_not_found', 'concurrent_change'] as const),
  ],
  example: { request: GRANT_ORDER, reply: GRANT },
  work: (vault, caller, body) => {
    const { tenant } = caller;
    const { reason, ticket, types, view, minutes, breakGlass } = body;
    const subjects = [...new Set(body.subjects)];
    const idempotent = {
      body,
      remember: ({ grant }: GrantView) => ({ grant }),
      replay: async ({ grant }: { grant: GrantId }) => {
        const { reader } = vault.recordStore;
        const keys = await grantKeys(vault.keyring.indexes, tenant);
        const { row, people } = await grantFor(reader, keys, caller, grant);
        return shownGrant(reader, keys, row, people, vault.clock());
      },
    };
    return perform<GrantView>(vault, caller, { action: 'order_grant', reason, ticket, idempotent }, async (door) => {
      const named = await namedTypes(vault, tenant, types);
      for (const type of named) door.decide({ type });
      const asked = { address: caller.address, at: door.now, reason, ticket };
      const terms = termsFor(rulesOf(caller), asked, { types: named, minutes, breakGlass });
      if (terms === undefined) throw new VaultError('not_allowed', NO_TERMS);
      assertOfUse(caller, named, view);
      for (const [i, one] of subjects.entries()) {
        await liveSubject(vault.recordStore.reader, tenant, one, `subjects/${i}`);
      }
      const keys = await grantKeys(vault.keyring.indexes, tenant);
      const notes = await sealNotes(vault, tenant, subjects, { reason, ticket }, door.now);
      const row: NewGrant = {
        ...{ tenant, grant_id: newId('grant', vault.random, door.now), kind: breakGlass ? 'break_glass' : 'ordered' },
        ...{ principal: caller.principal, ordered_by: caller.principal, ordered_at: door.now.getTime(), minutes },
        ...{ types: JSON.stringify([...new Set(types)]), view, needed: NEEDED[terms.approval], approvals: '[]' },
        ...timesFor(terms, minutes, door.now),
        ...{ ended_at: null, ended_as: null, ended_by: null, reviewed_at: null, reviewed_by: null, code_mac: null },
        ticket_mac: ticketMacs(keys, ticket)[0] ?? null,
      };
      return door.commit('exclusive', async (tx) => {
        await holdSubjects(tx, tenant, subjects, door.now);
        await assertRoom(tx, caller, door, breakGlass);
        await insertRecords(tx, notes);
        const people = notes.map(({ record }, i) => ({ subject: subjects[i] as string, note: record }));
        const made = await insertGrant(tx, keys, row, people);
        const code = breakGlass ? 'break_glass' : made.begins_at === null ? 'grant_waiting' : undefined;
        const reply = await shownGrant(tx, keys, made, people, door.now);
        return { reply, entry: { target: made.grant_id, subject: subjectOf(people), view, code } };
      });
    });
  },
});

function timesFor({ approval, reviewHours = 0 }: GrantTerms, minutes: number, now: Date) {
  const at = now.getTime();
  const holds = NEEDED[approval] === 0;
  return {
    begins_at: holds ? at : null,
    ends_at: at + (holds ? minutes * MINUTE_MS : WAITS_MS),
    review_by: approval === 'afterwards' ? at + reviewHours * 60 * MINUTE_MS : null,
  };
}

/** @throws `unknown_view`, `grant_in_vain` */
function assertOfUse(caller: Caller, types: readonly NonNullable<Resource['type']>[], view: string): void {
  for (const [i, type] of types.entries()) {
    if (view !== 'plain' && !type.views.includes(view)) throw new VaultError('unknown_view');
    const sight: Sight = { types: new Set([type.name]), view };
    const relation = { self: false, grants: [sight] };
    const isShown = caller.purposes.some(
      (purpose) => decide(caller, 'detokenize', { type, view, purpose, relation, assume: 'best' }).allowed,
    );
    if (!isShown) throw new VaultError('grant_in_vain', { field: `types/${i}` });
  }
}

/** @throws `review_overdue`, `too_many_grants` */
async function assertRoom(tx: RecordTx, { tenant, principal }: Caller, { now }: Door, breakGlass: boolean) {
  const overdue = breakGlass ? await overdueReviews(tx, tenant, now) : [];
  if (overdue.length >= MAX_OVERDUE || overdue.some((row) => row.principal === principal)) {
    throw new VaultError('review_overdue');
  }
  const own = await countOpen(tx, tenant, now, { principal }, MAX_OPEN);
  if (own >= MAX_OPEN) throw new VaultError('too_many_grants');
}
