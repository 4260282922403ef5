/** The audit entries of the caller's tenant, the newest first. Reading them leaves an entry, too. */
import type { z } from 'zod';
import type { Action } from '../../access/actions.ts';
import { type AuditRow, listAuditEntries as list, type Outcome } from '../../audit/entries.ts';
import { looksOf } from '../../audit/looks.ts';
import { type AuditEntrySchema, AuditQuery, AuditReply } from '../../audit/schema.ts';
import { nextOf } from '../../calls/page.ts';
import { perform } from '../../calls/perform.ts';
import { IntegrityError } from '../../errors.ts';
import { type AuditId, isId } from '../../ids.ts';
import { EMAIL, PRINCIPAL, SUBJECT } from '../examples.ts';
import { operation } from '../operation.ts';

type Looked = NonNullable<z.infer<typeof AuditEntrySchema>['looks']>[number];

export const listAuditEntries = operation({
  operationId: 'listAuditEntries',
  action: 'read_audit',
  method: 'get',
  path: '/v1/audit/entries',
  summary: 'The audit entries of the caller’s tenant, the newest first.',
  query: AuditQuery,
  reply: AuditReply,
  problems: [],
  example: {
    reply: {
      entries: [
        {
          entry: 'aud_01m81j9hb7e5p8ejh3e1fqyhkr',
          at: '2026-11-22T12:04:31.207Z',
          principal: PRINCIPAL,
          action: 'detokenize',
          outcome: 'done',
          purpose: 'billing',
          view: 'plain',
          records: [EMAIL.record],
          looks: [{ type: 'email', view: 'plain', subjects: [SUBJECT], values: 1, unnamed: 0 }],
          reasonStated: true,
          request: 'req_01m81j9hb4ezb8cjvmsyzynw8p',
        },
      ],
    },
  },
  work: (vault, caller, page) =>
    perform(vault, caller, { action: 'read_audit' }, (door) =>
      door.commit('shared', async (tx) => {
        const rows = await list(tx, caller.tenant, { before: page.after, limit: page.limit + 1 });
        const entries = rows.slice(0, page.limit).map((row) => ({
          entry: row.entry as AuditId,
          at: new Date(row.at).toISOString(),
          principal: row.principal,
          action: row.action as Action,
          outcome: row.outcome as Outcome,
          ...withoutNulls({
            code: row.code,
            purpose: row.purpose,
            view: row.view,
            subject: row.subject,
            erasure: row.erasure,
            target: row.target,
            guesses: row.guesses,
          }),
          ...seenIn(row),
          reasonStated: row.reason_mac !== null,
          ...(row.ticket_mac === null ? {} : { ticketNamed: true }),
          request: row.request,
        }));
        const damaged = entries
          .filter(({ damaged }) => damaged)
          .map(({ entry }) => new IntegrityError({ target: entry }));
        return { reply: { entries, ...nextOf(entries, rows.length > page.limit, 'entry') }, entry: { damaged } };
      }),
    ),
});

/** An entry is under no MAC. One that cannot be read whole must not hide the others. */
function seenIn(row: AuditRow): { records: string[]; looks?: Looked[]; damaged?: true } {
  const looks = looksOf(row);
  const isRead = row.records.every((id) => isId('record', id)) && (looks !== undefined || row.looks === null);
  if (!isRead) return { records: [], damaged: true };
  const shown = looks?.map((look) => ({ ...look, subjects: [...look.subjects] }));
  return { records: [...row.records], ...(shown && { looks: shown }) };
}

function withoutNulls<T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}
