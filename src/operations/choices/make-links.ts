/**
 * Makes unsubscribe links for a mailing: one click (RFC 8058), one person, one purpose. The app puts them into the
 * header of each mail, and passes on what comes back.
 */

import { principalKeys } from '../../access/keys.ts';
import { standingPurpose } from '../../access/purposes.ts';
import { perform } from '../../calls/perform.ts';
import { assertAsksPeople } from '../../choices/choose.ts';
import { sealLink } from '../../choices/links.ts';
import { LinksBody, LinksReply } from '../../choices/schema.ts';
import { choiceKey } from '../../choices/state.ts';
import { LINK, SUBJECT } from '../examples.ts';
import { operation } from '../operation.ts';

const URL = 'https://shop.example/unsubscribe/';

/** @throws `purpose_not_found`; `choice_not_taken` for a purpose that nobody can opt out of */
export const makeLinks = operation({
  operationId: 'makeLinks',
  action: 'record_choice',
  method: 'post',
  path: '/v1/choices/links',
  summary: 'Make unsubscribe links for a mailing (RFC 8058).',
  description:
    'A link says no to this one purpose and does nothing else; it tells neither the person nor the purpose. A POST to ' +
    'the app’s URL is the click: pass the link on to `POST /v1/choices/unsubscribe`. A GET is not: programs that look ' +
    'through mail follow links, so show a page with a button.',
  body: LinksBody,
  reply: LinksReply,
  problems: ['purpose_not_found', 'choice_not_taken'],
  example: {
    request: { purpose: 'news', subjects: [SUBJECT], url: URL },
    reply: {
      links: [{ subject: SUBJECT, link: LINK, listUnsubscribe: `<${URL}${LINK}>` }],
      listUnsubscribePost: 'List-Unsubscribe=One-Click',
    },
  },
  work: (vault, caller, { purpose, subjects, url }) =>
    perform(vault, caller, { action: 'record_choice' }, async (door) => {
      const { tenant } = caller;
      const key = await choiceKey(vault.keyring.indexes, tenant);
      const purposeKeys = await principalKeys(vault.keyring.indexes, tenant);
      const links = subjects.map((subject) => {
        const link = sealLink(key, tenant, { subject, purpose }, vault.random);
        return { subject, link, listUnsubscribe: `<${url}${link}>` };
      });
      return door.commit('shared', async (tx) => {
        assertAsksPeople(await standingPurpose(tx, purposeKeys, tenant, purpose));
        const reply = { links, listUnsubscribePost: 'List-Unsubscribe=One-Click' };
        return { reply, entry: { target: purpose, code: 'links_made' } };
      });
    }),
});
