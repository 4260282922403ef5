/** Counts the values of a type that more than one record has: what `unique` leaves as it is. Names none of them. */

import { perform } from '../../calls/perform.ts';
import { DoublesReply, TypeParams } from '../../catalogue/schema.ts';
import { VaultError } from '../../errors.ts';
import { countDoubles } from '../../search/doubles.ts';
import { operation } from '../operation.ts';

/** @throws `unknown_type`, `not_searchable` */
export const countDoublesOf = operation({
  operationId: 'countDoubles',
  action: 'count_doubles',
  method: 'get',
  path: '/v1/types/{type}/doubles',
  summary: 'Count the values of a type that more than one record has.',
  description:
    'For a type of which nearly everybody has another value: ask before you make it unique, and again afterwards. It ' +
    'counts what search takes for equal, and names no value.',
  params: TypeParams,
  reply: DoublesReply,
  problems: ['unknown_type', 'not_searchable'],
  example: { reply: { doubles: 2, records: 5, partial: false } },
  work: (vault, caller, { type: name }) =>
    perform(vault, caller, { action: 'count_doubles' }, async (door) => {
      const { type } = await vault.catalogue.type(caller.tenant, name);
      if (type.spread !== 'unique') throw new VaultError('not_searchable');
      const reply = await countDoubles(vault.keyStore.reader, vault.keyring.indexes, caller.tenant, name);
      return door.commit('shared', async () => ({ reply, entry: { target: name } }));
    }),
});
