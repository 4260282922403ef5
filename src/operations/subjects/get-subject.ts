/** What is held about a subject: its records, page by page, with their tokens. No values. */
import { z } from 'zod';
import { tokensFor } from '../../calls/naming.ts';
import { nextOf } from '../../calls/page.ts';
import { perform } from '../../calls/perform.ts';
import { relationOf } from '../../calls/relations.ts';
import { decideOnPerson } from '../../calls/resource.ts';
import type { RecordId, SubjectId, TenantId, Token } from '../../ids.ts';
import { isNote } from '../../records/notes.ts';
import { factsOf } from '../../records/record-facts.ts';
import { pageOfSubject } from '../../records/store.ts';
import { areErased } from '../../records/tombstones.ts';
import { SubjectIdSchema } from '../../schema.ts';
import type { RecordTx } from '../../storage/tx.ts';
import { liveSubject } from '../../subjects/subjects.ts';
import { causeOfDeath, type TokenRow, tokensOfRecords } from '../../tokens/tokens.ts';
import { EMAIL, NAME, STORED_AT, SUBJECT } from '../examples.ts';
import { operation } from '../operation.ts';
import { SubjectQuery, SubjectReply } from '../values/schema.ts';

/** @throws `subject_not_found`, `subject_erased` */
export const getSubject = operation({
  operationId: 'getSubject',
  action: 'read_subject',
  method: 'get',
  path: '/v1/subjects/{subject}',
  summary: 'What is held about a subject; no values.',
  params: z.strictObject({ subject: SubjectIdSchema }),
  query: SubjectQuery,
  reply: SubjectReply,
  problems: ['subject_not_found', 'subject_erased'],
  example: {
    reply: {
      subject: SUBJECT,
      createdAt: STORED_AT.createdAt,
      records: [
        {
          record: EMAIL.record,
          subject: SUBJECT,
          type: 'email',
          label: 'billing',
          version: 1,
          ...STORED_AT,
          tokens: [EMAIL.token],
        },
        { record: NAME.record, subject: SUBJECT, type: 'name', version: 1, ...STORED_AT, tokens: [NAME.token] },
      ],
      next: NAME.record,
    },
  },
  work: async (vault, caller, { subject: id, ...page }) => {
    const { tenant } = caller;
    return perform(vault, caller, { action: 'read_subject' }, (door) =>
      door.commit('shared', async (tx) => {
        const subject = await liveSubject(tx, tenant, id);
        const relation = await relationOf(caller, 'read_subject', subject, { vault, reader: tx, now: door.now });
        const { grant } = decideOnPerson(door, caller, 'read_subject', { relation }, 'subject_not_found');
        // Under a grant, what it is for: the other records of the person are not told.
        const isTold = ({ type }: { readonly type: string }) =>
          !isNote({ type }) &&
          (grant === undefined || door.decision({ relation, type: { name: type, views: [] } }).allowed);
        const { rows, more } = await livePage(tx, tenant, id, page, isTold);
        const ids = rows.map((row) => row.record as RecordId);
        const tokens = await tokensOfRecords(tx, vault.keyring.indexes, caller, ids);
        const told: (readonly TokenRow[])[] = [];
        for (const [i, row] of rows.entries())
          told.push(await tokensFor(vault, caller, row, tokens[i] ?? [], relation));
        const records = rows.map((row, i) => ({
          record: row.record as RecordId,
          subject: id,
          ...factsOf(row),
          tokens: (told[i] ?? []).filter((token) => causeOfDeath(token, door.now) === undefined).map(idOf),
        }));
        const reply = {
          subject: id,
          createdAt: new Date(subject.created_at).toISOString(),
          records,
          ...nextOf(records, more, 'record'),
        };
        return { reply, entry: { subject: id, records: ids, target: grant } };
      }),
    );
  },
});

function idOf({ token }: TokenRow): Token {
  return token as Token;
}

type Page = { readonly after?: RecordId | undefined; readonly limit: number };

/**
 * A page without records that are being erased, or that the caller is not told. It is empty only at the end, so that a
 * reader can always go on.
 */
async function livePage(
  tx: RecordTx,
  tenant: TenantId,
  subject: SubjectId,
  { after, limit }: Page,
  isTold: (row: { readonly type: string }) => boolean,
) {
  for (let from = after; ; ) {
    const found = await pageOfSubject(tx, tenant, subject, { after: from, limit: limit + 1 });
    const page = found.slice(0, limit);
    const ids = page.map((row) => row.record as RecordId);
    const erased = await areErased(tx, tenant, ids);
    const rows = page.filter((row, i) => !erased[i] && isTold(row));
    const more = found.length > limit;
    if (rows.length > 0 || !more) return { rows, more };
    from = ids.at(-1);
  }
}
