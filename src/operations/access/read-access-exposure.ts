/** What a principal has been shown: asked when its API key may have been stolen. Read from the log, page by page. */
import { findPrincipal } from '../../access/store.ts';
import { logBegins } from '../../audit/entries.ts';
import { exposureOf } from '../../audit/exposure.ts';
import { ExposureQuery, ExposureReply } from '../../audit/schema.ts';
import { perform } from '../../calls/perform.ts';
import { IntegrityError, VaultError } from '../../errors.ts';
import { PRINCIPAL, SUBJECT } from '../examples.ts';
import { operation } from '../operation.ts';

/** @throws `principal_not_found` */
export const readAccessExposure = operation({
  operationId: 'readAccessExposure',
  action: 'read_access_exposure',
  method: 'get',
  path: '/v1/access/exposure',
  summary: 'Which subjects and data types a principal has seen, from the log.',
  description:
    'For an API key that may have been stolen: exactly what its principal was shown, in which view, and when. `limit` is ' +
    'how many entries of the log a page reads; a page may end sooner, and hold nothing.',
  query: ExposureQuery,
  reply: ExposureReply,
  problems: ['principal_not_found'],
  example: {
    reply: {
      principal: PRINCIPAL,
      logBegins: '2026-11-02T09:00:00.000Z',
      entries: 12,
      unclear: [],
      seen: [
        {
          ...{ action: 'detokenize', type: 'email', view: 'plain', subject: SUBJECT, calls: 2 },
          ...{ first: '2026-11-22T12:04:31.207Z', last: '2026-11-22T12:09:11.018Z' },
        },
      ],
    },
  },
  work: (vault, caller, { principal, since, after, limit }) =>
    perform(vault, caller, { action: 'read_access_exposure' }, (door) =>
      door.commit('shared', async (tx) => {
        const { tenant } = caller;
        if ((await findPrincipal(tx, tenant, principal)) === undefined) throw new VaultError('principal_not_found');
        const begins = (await logBegins(tx, tenant)) ?? door.now;
        const asked = { since: since === undefined ? new Date(0) : new Date(since), after, limit };
        const { next, ...page } = await exposureOf(tx, { tenant, principal }, asked);
        const seen = page.seen.map(({ subject, first, last, ...each }) => ({
          ...{ ...each, ...(subject && { subject }) },
          ...{ first: first.toISOString(), last: last.toISOString() },
        }));
        const damaged = page.unclear.map((target) => new IntegrityError({ target }));
        return {
          reply: {
            ...{ principal, logBegins: begins.toISOString(), entries: page.entries, unclear: [...page.unclear], seen },
            ...(next && { next }),
          },
          entry: { target: principal, damaged },
        };
      }),
    ),
});
