/** The tenant's catalogue of data types, from which a form or a client can be built. */

import { perform } from '../../calls/perform.ts';
import { type DataTypeDescription, TypesReply } from '../../catalogue/schema.ts';
import { dataTypes } from '../../datatypes/registry.ts';
import { operation } from '../operation.ts';
import { describeType } from './describe-type.ts';

export const listTypes = operation({
  operationId: 'listTypes',
  action: 'list_types',
  method: 'get',
  path: '/v1/types',
  summary: 'The data types there are for the caller’s tenant.',
  reply: TypesReply,
  problems: [],
  example: { reply: { types: typeCatalogue().slice(0, 1) } },
  work: (vault, caller) =>
    perform(vault, caller, { action: 'list_types' }, async (door) => {
      const types = (await vault.catalogue.list(caller.tenant)).map(describeType);
      return door.commit('shared', async () => ({ reply: { types }, entry: {} }));
    }),
});

/** The types of the house, for the documentation: what data types there are is no secret. */
export function typeCatalogue(): DataTypeDescription[] {
  return dataTypes().map((type) => describeType({ type, keep: undefined, unique: false, definition: undefined }));
}
