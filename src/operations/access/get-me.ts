/** What the caller itself is: its name, its role, its purposes, and when its API key ends. Every role may ask. */
import { boundsIn } from '../../access/bounds.ts';
import { isLive, keysOf } from '../../access/key-rows.ts';
import { endOf, keyFactsOf } from '../../access/principal-facts.ts';
import { MeReply } from '../../access/schema.ts';
import { findPrincipal } from '../../access/store.ts';
import { perform } from '../../calls/perform.ts';
import { IntegrityError } from '../../errors.ts';
import { KEY, PRINCIPAL, TENANT } from '../examples.ts';
import { operation } from '../operation.ts';

export const getMe = operation({
  operationId: 'getMe',
  action: 'describe_caller',
  method: 'get',
  path: '/v1/me',
  summary: 'What the API key of this call is.',
  description:
    'Who it speaks for, what that may do, and when the key stops working: ask for another one in time. While one API key ' +
    'takes over from another, both ends are shown.',
  reply: MeReply,
  problems: [],
  example: {
    reply: {
      principal: PRINCIPAL,
      name: 'checkout',
      role: 'app',
      tenant: TENANT,
      purposes: ['billing'],
      key: KEY,
      expiresAt: '2027-11-02T09:00:00.000Z',
    },
  },
  work: (vault, caller) =>
    perform(vault, caller, { action: 'describe_caller' }, (door) =>
      door.commit('shared', async (tx) => {
        const { tenant, principal, role, purposes, audience, apiKey: key, keyEndsAt } = caller;
        const row = await findPrincipal(tx, tenant, principal);
        if (row === undefined) throw new IntegrityError();
        const live = (await keysOf(tx, tenant, [principal])).filter((one) => isLive(one, door.now));
        const other = live.find(({ api_key }) => api_key !== key);
        const reply = {
          ...{ principal, name: row.name, role, tenant, purposes: [...purposes] },
          ...(audience === undefined ? {} : { audience }),
          ...boundsIn(row.bounds),
          ...{ key, ...endOf(keyEndsAt?.getTime() ?? null) },
          ...(other === undefined ? {} : { otherKey: keyFactsOf(other) }),
        };
        return { reply, entry: {} };
      }),
    ),
});
